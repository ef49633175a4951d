/* Names of sections and columns in the reader's language. */
#include <string.h>

#include "privacy/privacy_own.h"

static const struct {
    const char *name, *ru, *en;
} words[] = {
#define PRIVACY_SAY(name, ru, en) { name, ru, en },
#include "privacy/privacy_word.def"
#undef PRIVACY_SAY
};

const char *privacy_word(const struct ctx *c, const char *name)
{
    const bool en = c->lang && !strcmp(c->lang, "en");

    for (size_t k = 0; k < COUNT(words); k++)
        if (!strcmp(words[k].name, name)) return en ? words[k].en : words[k].ru;
    return name;
}
