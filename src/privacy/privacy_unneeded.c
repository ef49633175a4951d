/* People whom no room needs any more: found, counted, forgotten. */
#include "base/time.h"
#include "privacy/privacy_hold.h"
#include "privacy/privacy_term.h"

enum { PEOPLE };
enum { PAGE = 500 };

/* clang-format off */
const struct query privacy_unneeded_sql[] = {
    [PEOPLE] = { "privacy.people",
        "SELECT id, created_at FROM pub_customer_trait WHERE id > $1 ORDER BY id LIMIT $2" },
    QUERY_END
};
/* clang-format on */

static enum err is_needed(struct ctx *c, i64 id, i64 before, bool *ret)
{
    i64 n = 0, until;
    int kind;

    TRY(privacy_held(c, id, &kind, &until));
    *ret = until != NONE;
    for (const struct module *const *m = modules; *m && !*ret; m++) {
        const struct privacy_part *p = (*m)->privacy;
        if (!p || !p->needs) continue;
        TRY(db_one(c, p->needs, INTO(&n), id, before));
        *ret = n > 0;
    }
    return ERR_OK;
}

struct somebody {
    i64 id, created_at;
};

static enum err page(struct ctx *c, struct privacy_walk *w, struct list *ret)
{
    struct somebody s;
    ROWS r;

    TRY(db_rows(c, &r, &privacy_unneeded_sql[PEOPLE], w->from, (i64)PAGE));
    while (db_next(&r, INTO(&s.id, &s.created_at)))
        *(struct somebody *)list_add(c->mem, ret, sizeof(s)) = s;
    return r.err;
}

enum err privacy_walk_on(struct ctx *c, void *walk)
{
    struct privacy_walk *w = walk;
    struct list people = { 0 };
    bool needed;

    w->ids = (struct list){ 0 };
    TRY(page(c, w, &people));
    const struct somebody *s = people.at;
    for (size_t k = 0; k < people.n; k++) {
        w->from = s[k].id;
        w->looked++;
        needed = s[k].created_at >= w->before;
        if (!needed) TRY(is_needed(c, s[k].id, w->before, &needed));
        if (!needed) *(i64 *)list_add(c->mem, &w->ids, sizeof(i64)) = s[k].id;
    }
    w->more = people.n == PAGE;
    return ERR_OK;
}

/* ---- How many ---------------------------------------------------------------------
 */

/* The pages of a walk are many: each in memory of its own. */
static enum err count(struct ctx *c, struct arena *mem, struct privacy_walk *w,
                      i64 *ret_n)
{
    struct ctx own = *c;

    own.mem = mem;
    *ret_n = 0;
    do {
        arena_reset(mem);
        const enum err e = db_snapshot(&own, privacy_walk_on, w);
        if (e) return FAIL(c, UNAVAILABLE, "the customers cannot be counted");
        *ret_n += (i64)w->ids.n;
    } while (w->more && w->looked < TERM_LOOKED);
    return ERR_OK;
}

enum err privacy_unneeded(struct ctx *c, i64 before, i64 *ret_n, bool *ret_about)
{
    struct arena *mem = arena_new(LIMIT_REQUEST_ARENA);
    struct privacy_walk w = { .before = before };
    const enum err e = count(c, mem, &w, ret_n);

    arena_free(mem);
    *ret_about = w.more;
    return e;
}

/* ---- Going ------------------------------------------------------------------------
 */

struct going {
    const struct privacy_term *t;
    i64 id, before, n;
};

/* He may have come back since the walk saw him. */
static enum err forget(struct ctx *c, void *arg)
{
    struct going *g = arg;
    const char *certificate;
    bool needed;

    g->n = 0;
    TRY(is_needed(c, g->id, g->before, &needed));
    if (needed) return ERR_OK;
    TRY(privacy_erase(c, g->id, &certificate));
    g->n = 1;
    return privacy_term_gone(c, g->t, 1);
}

enum err privacy_forget_one(struct ctx *c, const struct privacy_term *t, i64 id,
                            i64 before, i64 *ret_n)
{
    struct going g = { t, id, before, 0 };

    TRY(privacy_outside(c, id));
    TRY(db_unit(c, forget, &g));
    *ret_n = g.n;
    return ERR_OK;
}
