#include <string.h>

#include "base/buf.h"
#include "event/event.h"
#include "message/message_own.h"

struct texts {
    const char *name, *subject_ru, *text_ru, *subject_en, *text_en;
};

static const struct texts all[] = {
#define MESSAGE_TEMPLATE(name, subject_ru, text_ru, subject_en, text_en)               \
    { #name, subject_ru, text_ru, subject_en, text_en },
#include "message/message_template.def"
#undef MESSAGE_TEMPLATE
};

static enum err value_put(struct ctx *c, struct buf *to, const char *name,
                          const struct event *args)
{
    const char *text = event_text(c, args, name);
    i64 number;

    if (text)
        buf_text(to, text);
    else if (event_int(args, name, &number))
        buf_int(to, number);
    else
        return FAIL_FIELD(c, BAD_ARGUMENT, name, "the message needs {%s}", name);
    return ERR_OK;
}

static enum err fill(struct ctx *c, const char *text, const struct event *args,
                     const char **ret)
{
    struct buf b = buf_new(c->mem, 256, 4000);

    while (*text) {
        const size_t n = strcspn(text, "{");
        buf_put(&b, text, n);
        text += n;
        if (!*text) break;
        const size_t name = strcspn(++text, "}");
        TRY(value_put(c, &b, arena_strdup(c->mem, text, name), args));
        text += name + (text[name] == '}');
    }
    if (b.full) return FAIL(c, TOO_BIG, "the message is over 4000 bytes");
    *ret = b.at;
    return ERR_OK;
}

enum err template_fill(struct ctx *c, const char *name, const char *lang,
                       const char *args, const char **ret_subject,
                       const char **ret_body)
{
    const struct event e = { .data = args ? args : "{}" };
    const bool en = strcmp(lang, "en") == 0;

    for (size_t k = 0; k < COUNT(all); k++) {
        const struct texts *t = &all[k];
        if (strcmp(t->name, name) != 0) continue;
        TRY(fill(c, en ? t->subject_en : t->subject_ru, &e, ret_subject));
        return fill(c, en ? t->text_en : t->text_ru, &e, ret_body);
    }
    return FAIL(c, NO_SUCH, "no template \"%s\"", name);
}
