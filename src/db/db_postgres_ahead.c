/* db_postgres_ahead.c -- answers that were asked for before their time. */
#include <string.h>

#include "db/db_postgres.h"

static struct val kept(struct ctx *c, struct val v)
{
    if (v.kind == VAL_TEXT && v.s) v.s = arena_strdup(c->mem, v.s, strlen(v.s));
    if (v.kind == VAL_BYTES && v.b.n) v.b.at = arena_strdup(c->mem, v.b.at, v.b.n);
    return v;
}

/* A place whose answer was taken, or a new one. */
static struct pg_ahead *place(struct pg_conn *n)
{
    for (int k = 0; k < n->n_ahead; k++)
        if (!n->ahead[k].q) return &n->ahead[k];
    return n->n_ahead < AHEAD_MAX ? &n->ahead[n->n_ahead++] : NULL;
}

struct pg_ahead *pg_ahead_add(struct ctx *c, struct pg_conn *n, const struct query *q,
                              const struct val *v, size_t nv)
{
    struct val *own = arena_raw(c->mem, (nv + 1) * sizeof(*own));
    struct pg_ahead *a = place(n);

    if (!a) return NULL;
    for (size_t k = 0; k < nv; k++) own[k] = kept(c, v[k]);
    *a = (struct pg_ahead){ .q = q, .v = own, .nv = nv };
    return a;
}

static bool same(const struct val *a, const struct val *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case VAL_NULL:
        return true;
    case VAL_INT:
        return a->i == b->i;
    case VAL_REAL:
        return a->d == b->d;
    case VAL_TEXT:
        return strcmp(a->s, b->s) == 0;
    case VAL_BYTES:
        return a->b.n == b->b.n && (!a->b.n || !memcmp(a->b.at, b->b.at, a->b.n));
    }
    return false;
}

static bool answers(const struct pg_ahead *a, const struct db_call *call)
{
    if (a->q != call->q || a->nv != call->nv) return false;
    for (size_t k = 0; k < a->nv; k++)
        if (!same(&a->v[k], &call->v[k])) return false;
    return true;
}

enum err pg_ahead_take(struct ctx *c, struct pg_conn *n, const struct db_call *call,
                       PGresult **ret)
{
    *ret = NULL;
    for (int k = 0; k < n->n_ahead; k++) {
        struct pg_ahead *a = &n->ahead[k];

        if (!answers(a, call)) continue;
        if (!a->answer) TRY(pg_settle(c, n));
        if (!a->answer) return FAIL(c, DATABASE, "%s: no answer", call->q->name);
        *ret = a->answer;
        a->answer = NULL;
        a->q = NULL;
        break;
    }
    return ERR_OK;
}

void pg_ahead_end(struct pg_conn *n)
{
    for (int k = 0; k < n->n_ahead; k++) PQclear(n->ahead[k].answer);
    n->n_ahead = 0;
}
