#include "base/person.h"

#include <assert.h>
#include <string.h>

void person_tell(const struct person_move *m, const char *what, i64 n, i64 later)
{
    struct person_told *t = m->told;
    size_t k = 0;

    if (!t || !n) return;
    while (k < t->n && strcmp(t->of[k].what, what) != 0) k++;
    assert(k < PERSON_TOLD);
    if (k == t->n) t->n++;
    t->of[k].what = what;
    t->of[k].n += n;
    t->of[k].later += later;
}
