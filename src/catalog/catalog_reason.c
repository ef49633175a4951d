/* Why this one: what it has more of, or costs less, than its neighbour on the list. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog_shopper.h"

const char *const catalog_reason_words[] = { "more",    "less",    "has",
                                             "cheaper", "here",    "near",
                                             "stock",   "popular", NULL };

enum { SPEC_REASONS = 2, WORTH_BP = 300 };

double catalog_number_of(const struct shelf_doc *d, int spec)
{
    for (int k = 0; k < d->nvalue; k++)
        if (d->value[k].spec == spec) return d->value[k].number;
    return NAN;
}

/* The one it is weighed against: the nearest in price, so that the difference says
 * something; n where there is none. */
static size_t neighbour(const struct choice_doc *list, size_t n, size_t at)
{
    size_t best = n;

    for (size_t k = 0; k < n; k++) {
        if (k == at) continue;
        if (best == n || llabs(list[k].price - list[at].price) <
                             llabs(list[best].price - list[at].price))
            best = k;
    }
    return best;
}

static void reason_add(struct view *v, struct list *to, struct catalog_reason r)
{
    r.name = view_copy(v, r.name);
    r.unit = view_copy(v, r.unit);
    r.than = view_copy(v, r.than);
    *(struct catalog_reason *)list_add(v->c->mem, to, sizeof(r)) = r;
}

/* How much better it is in this, from 0: alike or worse, to 1. */
static double lead(const struct catalog_spec *k, double mine, double other)
{
    const double by = k->better == BETTER_MORE ? mine - other : other - mine;
    const double size = fabs(mine) > fabs(other) ? fabs(mine) : fabs(other);

    return isnan(by) || by <= 0 || size == 0 ? 0 : by / size;
}

static void spec_reason(struct view *v, int spec, const struct choice_doc *me,
                        const struct choice_doc *other, struct list *to)
{
    const struct catalog_spec *k = &v->s->specs[spec];
    const bool english = v->c->lang && !strcmp(v->c->lang, "en") && *k->name_en;
    const double by =
        catalog_number_of(me->doc, spec) - catalog_number_of(other->doc, spec);

    reason_add(v, to,
               (struct catalog_reason){ k->kind == SPEC_BOOL ? REASON_HAS
                                        : by > 0             ? REASON_MORE
                                                             : REASON_LESS,
                                        english ? k->name_en : k->name,
                                        *k->unit ? k->unit : NULL, other->doc->name,
                                        fabs(by) });
}

static void spec_reasons(struct view *v, const struct choice_doc *me,
                         const struct choice_doc *other, struct list *to)
{
    bool *said = NEW_N(v->c->mem, bool, v->s->nspecs);

    for (int n = 0; n < SPEC_REASONS; n++) {
        int best = SHELF_NONE;
        double most = 0.02;

        for (int k = 0; k < v->s->nspecs; k++) {
            const double by = v->s->specs[k].better == BETTER_NEITHER || said[k]
                                  ? 0
                                  : lead(&v->s->specs[k], catalog_number_of(me->doc, k),
                                         catalog_number_of(other->doc, k));
            if (by <= most) continue;
            most = by;
            best = k;
        }
        if (best == SHELF_NONE) return;
        said[best] = true;
        spec_reason(v, best, me, other, to);
    }
}

static void weigh(struct view *v, const struct choice_doc *me,
                  const struct choice_doc *other, struct list *to)
{
    spec_reasons(v, me, other, to);
    if ((other->price - me->price) * 10000 > other->price * WORTH_BP)
        reason_add(v, to,
                   (struct catalog_reason){ REASON_CHEAPER, NULL, NULL,
                                            other->doc->name,
                                            (double)(other->price - me->price) });
}

void catalog_reasons(struct view *v, const struct choice_doc *list, size_t n, size_t at,
                     struct catalog_choice *ret)
{
    const struct choice_doc *me = &list[at];
    const size_t other = neighbour(list, n, at);
    struct list *to = &ret->reasons;

    if (other < n) weigh(v, me, &list[other], to);
    if (me->best)
        reason_add(v, to,
                   (struct catalog_reason){ REASON_POPULAR, NULL, NULL, NULL, 0 });
    if (view_here(v, me->doc))
        reason_add(v, to, (struct catalog_reason){ REASON_HERE, NULL, NULL, NULL, 0 });
    else if (me->near)
        reason_add(
            v, to,
            (struct catalog_reason){ REASON_NEAR, NULL, NULL, NULL, (double)me->near });
    else
        reason_add(v, to,
                   (struct catalog_reason){ REASON_STOCK, NULL, NULL, NULL,
                                            (double)view_places(v, me->doc) });
}
