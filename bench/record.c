#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "db/db.h"
#include "record.h"

static __thread struct recording *current;

struct recording *record_new(void)
{
    struct recording *r = calloc(1, sizeof(*r));

    if (!r) abort();
    r->mem = arena_new((size_t)8 << 30);
    return r;
}

void record_free(struct recording *r)
{
    arena_free(r->mem);
    free(r->calls);
    free(r->firsts);
    free(r);
}

static void *grown(void *at, size_t n, size_t *room, size_t item)
{
    if (n < *room) return at;
    *room = *room ? *room * 2 : 1024;
    at = realloc(at, *room * item);
    if (!at) abort();
    return at;
}

void record_begin(struct recording *r)
{
    r->firsts = grown(r->firsts, r->n_pieces + 1, &r->room_pieces, sizeof(size_t));
    r->firsts[r->n_pieces] = r->n_calls;
    current = r;
}

void record_end(struct recording *r)
{
    current = NULL;
    r->n_pieces++;
    r->firsts[r->n_pieces] = r->n_calls;
}

void record_drop(struct recording *r)
{
    current = NULL;
    r->n_calls = r->firsts[r->n_pieces];
}

i64 record_pieces(const struct recording *r)
{
    return (i64)r->n_pieces;
}

i64 record_statements(const struct recording *r)
{
    return (i64)r->n_calls;
}

static struct val kept(struct recording *r, struct val v)
{
    if (v.kind == VAL_TEXT) v.s = arena_strdup(r->mem, v.s, strlen(v.s));
    if (v.kind == VAL_BYTES) v.b.at = arena_strdup(r->mem, v.b.at, v.b.n);
    return v;
}

static void keep(const struct query *q, const struct val *v, size_t nv)
{
    struct recording *r = current;

    if (!r) return;
    r->calls = grown(r->calls, r->n_calls, &r->room_calls, sizeof(struct recorded));
    struct val *to = arena_raw(r->mem, sizeof(*to) * (nv + 1));
    for (size_t k = 0; k < nv; k++) to[k] = kept(r, v[k]);
    r->calls[r->n_calls++] = (struct recorded){ q, to, nv };
}

/* The linker's --wrap: __real_x is the product's own. */
enum err __real_db_exec_(struct ctx *c, const struct query *q, i64 *n,
                         const struct val *v, size_t nv);
enum err __real_db_one_(struct ctx *c, const struct query *q, const struct out *o,
                        size_t no, const struct val *v, size_t nv);
enum err __real_db_rows_(struct ctx *c, struct rows *r, const struct query *q,
                         const struct val *v, size_t nv);
enum err __real_db_batch(struct ctx *c, struct db_call *calls, size_t n);
enum err __wrap_db_exec_(struct ctx *c, const struct query *q, i64 *n,
                         const struct val *v, size_t nv);
enum err __wrap_db_one_(struct ctx *c, const struct query *q, const struct out *o,
                        size_t no, const struct val *v, size_t nv);
enum err __wrap_db_rows_(struct ctx *c, struct rows *r, const struct query *q,
                         const struct val *v, size_t nv);
enum err __wrap_db_batch(struct ctx *c, struct db_call *calls, size_t n);

enum err __wrap_db_exec_(struct ctx *c, const struct query *q, i64 *n,
                         const struct val *v, size_t nv)
{
    keep(q, v, nv);
    return __real_db_exec_(c, q, n, v, nv);
}

enum err __wrap_db_one_(struct ctx *c, const struct query *q, const struct out *o,
                        size_t no, const struct val *v, size_t nv)
{
    keep(q, v, nv);
    return __real_db_one_(c, q, o, no, v, nv);
}

enum err __wrap_db_rows_(struct ctx *c, struct rows *r, const struct query *q,
                         const struct val *v, size_t nv)
{
    keep(q, v, nv);
    return __real_db_rows_(c, r, q, v, nv);
}

enum err __wrap_db_batch(struct ctx *c, struct db_call *calls, size_t n)
{
    struct recording *r = current;

    for (size_t k = 0; k < n; k++) keep(calls[k].q, calls[k].v, calls[k].nv);
    current = NULL; /* the batch's own calls are these */
    const enum err e = __real_db_batch(c, calls, n);
    current = r;
    return e;
}

char *record_numbered(const char *sql)
{
    char *to = strdup(sql);

    if (!to) abort();
    for (char *p = to; (p = strchr(p, '$')); p++) *p = '?';
    return to;
}
