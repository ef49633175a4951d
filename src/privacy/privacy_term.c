/* How long what is kept, counted and let go: the register of all rooms' terms. */
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "privacy/privacy_term.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum { ALL, RAN, COUNTED, GONE, ENDED };

/* clang-format off */
const struct query privacy_term_sql[] = {
    [ALL] = { "privacy.terms",
        "SELECT what, stand, past, soon, counted_at, gone, last_gone, ran_at FROM privacy_term",
        .scan = "a row for each kind of data" },
    [RAN] = { "privacy.term_job",
        "SELECT ended_at FROM pub_job_task WHERE kind = $1 AND every_ms IS NOT NULL" },
    [COUNTED] = { "privacy.term_counted",
        "INSERT INTO privacy_term (what, stand, past, soon, counted_at, run_gone, last_gone, gone)"
        " VALUES ($1, $2, $3, $4, $5, 0, 0, 0)"
        " ON CONFLICT (what) DO UPDATE SET stand = excluded.stand, past = excluded.past, soon = excluded.soon,"
        "   counted_at = excluded.counted_at" },
    [GONE] = { "privacy.term_gone",
        "INSERT INTO privacy_term (what, stand, past, soon, counted_at, run_gone, last_gone, gone)"
        " VALUES ($1, 0, 0, 0, $3, $2, 0, 0)"
        " ON CONFLICT (what) DO UPDATE SET run_gone = privacy_term.run_gone + excluded.run_gone",
        .types = "tii" },
    [ENDED] = { "privacy.term_ended",
        "UPDATE privacy_term SET last_gone = run_gone, gone = gone + run_gone, run_gone = 0, ran_at = $2"
        " WHERE what = $1 RETURNING last_gone" },
    QUERY_END
};
/* clang-format on */

#define Q privacy_term_sql

/* ---- Which there are --------------------------------------------------------------
 */

const struct privacy_term *privacy_term_at(size_t n)
{
    for (const struct module *const *m = modules; *m; m++) {
        const struct privacy_part *p = (*m)->privacy;
        for (const struct privacy_term *t = p ? p->terms : NULL; t && t->what; t++)
            if (!n--) return t;
    }
    return NULL;
}

size_t privacy_terms_n(void)
{
    size_t n = 0;

    while (privacy_term_at(n)) n++;
    return n;
}

enum err privacy_term_named(struct ctx *c, const char *what,
                            const struct privacy_term **ret)
{
    for (size_t n = 0; (*ret = privacy_term_at(n)); n++)
        if (!strcmp((*ret)->what, what)) return ERR_OK;
    return FAIL(c, NOT_FOUND, "no kind of data \"%s\"", what);
}

/* ---- Counting ---------------------------------------------------------------------
 */

static i64 bound(const struct privacy_age *a, i64 before)
{
    if (!a->by_id || before == INT64_MAX) return before;
    return id_of(before, 0, 0);
}

static enum err count_age(struct ctx *c, const struct privacy_age *a, i64 before,
                          i64 most, i64 *ret_n)
{
    *ret_n = 0;
    if (before == INT64_MAX && a->all) return db_one(c, a->all, INTO(ret_n), most);
    if (a->look) return a->look(c, before, most, ret_n);
    return a->count ? db_one(c, a->count, INTO(ret_n), bound(a, before), most) : ERR_OK;
}

enum err privacy_term_count(struct ctx *c, const struct privacy_term *t, i64 before,
                            i64 most, i64 *ret_n)
{
    i64 n = 0;

    *ret_n = 0;
    for (const struct privacy_age *a = t->ages; a && privacy_age_is(a); a++) {
        TRY(count_age(c, a, before, most, &n));
        *ret_n += n;
    }
    if (*ret_n > most) *ret_n = most;
    return ERR_OK;
}

i64 privacy_term_days(struct ctx *c, const struct privacy_term *t)
{
    return t->days ? setting_int(c, t->days, (struct setting_scope){ 0 }) : NONE;
}

enum err privacy_term_counted(struct ctx *c, const struct privacy_term *t,
                              const struct privacy_figures *f)
{
    return db_exec(c, &Q[COUNTED], NULL, t->what, f->stand, f->past, f->soon, c->now);
}

/* ---- Letting go -------------------------------------------------------------------
 */

enum err privacy_term_drop(struct ctx *c, const struct privacy_term *t,
                           const struct privacy_age *a, i64 before,
                           const struct list *found, i64 *ret_n)
{
    const i64 most = TERM_SLICE;

    *ret_n = 0;
    if (a->take)
        TRY(a->take(c, before, found, ret_n));
    else
        TRY(db_exec(c, a->drop, ret_n, bound(a, before), most));
    return *ret_n ? privacy_term_gone(c, t, *ret_n) : ERR_OK;
}

enum err privacy_term_gone(struct ctx *c, const struct privacy_term *t, i64 n)
{
    return db_exec(c, &Q[GONE], NULL, t->what, n, c->now);
}

enum err privacy_term_ended(struct ctx *c, const struct privacy_term *t, i64 *ret_gone)
{
    const enum err e = db_one(c, &Q[ENDED], INTO(ret_gone), t->what, c->now);

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- For people -------------------------------------------------------------------
 */

static enum err describe(struct ctx *c, const struct privacy_term *t,
                         struct privacy_kept *k)
{
    const bool en = c->lang && !strcmp(c->lang, "en");
    struct setting_view v;

    *k = (struct privacy_kept){ .what = t->what,
                                .title = privacy_word(c, t->what),
                                .why = en ? t->why_en : t->why_ru,
                                .law = en ? t->law_en : t->law_ru,
                                .setting = t->days,
                                .job = t->job,
                                .end = (int)t->end,
                                .days = privacy_term_days(c, t),
                                .least = NONE,
                                .most = NONE,
                                .stand = NONE,
                                .past = NONE,
                                .soon = NONE,
                                .counted_at = NONE,
                                .gone = NONE,
                                .last_gone = NONE,
                                .ran_at = NONE };
    if (!t->days) return ERR_OK;
    TRY(setting_get(c, t->days, (struct setting_scope){ 0 }, &v));
    k->least = v.min;
    k->most = v.max;
    return ERR_OK;
}

static struct privacy_kept *kept_of(struct list *all, const char *what)
{
    struct privacy_kept *k = all->at;

    for (size_t n = 0; n < all->n; n++)
        if (!strcmp(k[n].what, what)) return &k[n];
    return NULL;
}

static enum err put_figures(struct ctx *c, struct list *all)
{
    struct privacy_kept f = { 0 };
    ROWS r;

    TRY(db_rows0(c, &r, &Q[ALL]));
    while (db_next(&r, INTO(&f.what, &f.stand, &f.past, &f.soon, &f.counted_at, &f.gone,
                            &f.last_gone, &f.ran_at))) {
        struct privacy_kept *k = kept_of(all, f.what);
        if (!k || k->end > PRIVACY_UNNEEDED) continue;
        k->stand = f.stand;
        k->past = f.past;
        k->soon = f.soon;
        k->counted_at = f.counted_at;
        if (k->end == PRIVACY_BY_ROOM) continue;
        k->gone = f.gone;
        k->last_gone = f.last_gone;
        k->ran_at = f.ran_at;
    }
    return r.err;
}

enum err privacy_terms(struct ctx *c, struct list *ret)
{
    const struct privacy_term *t;
    struct list all = { 0 };

    for (size_t n = 0; (t = privacy_term_at(n)); n++) {
        struct privacy_kept *k = list_add(c->mem, &all, sizeof(*k));
        TRY(describe(c, t, k));
        if (!t->job) continue;
        const enum err e = db_one(c, &Q[RAN], INTO(&k->ran_at), t->job);
        if (e && e != ERR_NOT_FOUND) return e;
    }
    TRY(put_figures(c, &all));
    *ret = all;
    return ERR_OK;
}

/* ---- Another period ---------------------------------------------------------------
 */

/* Whoever shortens it was shown how many rows that costs; is it more by now? */
static enum err may_shorten(struct ctx *c, const struct privacy_term *t,
                            const struct privacy_term_change *to)
{
    i64 n = 0;

    if (to->counted == NONE)
        return FAIL_FIELD(c, BAD_ARGUMENT, "counted",
                          "count what would go before %s is shortened", t->what);
    TRY(privacy_term_count(c, t, c->now - to->days * DAY_MS,
                           to->counted < TERM_COUNTED ? to->counted + 1 : TERM_COUNTED,
                           &n));
    if (n > to->counted)
        return FAIL_FIELD(c, CHANGED, "counted", "more than %lld rows would go by now",
                          to->counted);
    return ERR_OK;
}

enum err privacy_term_change(struct ctx *c, const char *what,
                             const struct privacy_term_change *to,
                             struct privacy_kept *ret)
{
    const struct privacy_term *t;
    struct list one = { 0 };

    struct privacy_kept *k = list_add(c->mem, &one, sizeof(*k));
    TRY(privacy_term_named(c, what, &t));
    if (!t->days) return FAIL(c, WRONG_STATE, "%s has no period of its own", what);
    TRY(describe(c, t, k));
    if (to->days < k->least || to->days > k->most)
        return FAIL_FIELD(c, BAD_ARGUMENT, "days", "%s: %lld to %lld days, not %lld",
                          what, k->least, k->most, to->days);
    const i64 was = k->days;
    if (to->days < was && t->end <= PRIVACY_UNNEEDED) TRY(may_shorten(c, t, to));
    TRY(setting_set(c, t->days, (struct setting_scope){ 0 },
                    arena_printf(c->mem, "%lld", to->days)));
    TRY(staff_audit(
        c, "privacy.term", 0,
        arena_printf(
            c->mem, "{\"what\":\"%s\",\"before\":%lld,\"after\":%lld,\"counted\":%lld}",
            what, was, to->days, to->counted == NONE ? 0 : to->counted)));
    TRY(describe(c, t, k));
    TRY(put_figures(c, &one));
    *ret = *k;
    return ERR_OK;
}

/* ---- By the name of its setting ---------------------------------------------------
 */

static const struct privacy_term *term_of(const char *setting)
{
    const struct privacy_term *t;

    for (size_t n = 0; (t = privacy_term_at(n)); n++)
        if (t->days && !strcmp(t->days, setting)) return t;
    return NULL;
}

/* What is no number the room `setting` refuses. */
enum err privacy_setting_may(struct ctx *c, const char *name, const char *value)
{
    const struct privacy_term *t = term_of(name);
    struct setting_view v;
    char *end;

    if (!t || t->end > PRIVACY_UNNEEDED) return ERR_OK;
    TRY(setting_get(c, name, (struct setting_scope){ 0 }, &v));
    const char *said = value ? value : v.def;
    const i64 days = strtoll(said, &end, 10);
    if (!*said || *end || days >= privacy_term_days(c, t)) return ERR_OK;
    return FAIL_FIELD(c, WRONG_STATE, "value",
                      "%s gets shorter by PUT /v1/privacy/term/%s, with the number of "
                      "what goes",
                      name, t->what);
}
