/* Visits of the past in bulk: first import, demo chain. */
#include <sodium.h>

#include "customer/customer_own.h"
#include "db/db.h"

enum { HASH_BYTES = 16 };

struct feed {
    struct ctx *c;
    const struct customer_visit_past *at, *end;
};

/* The secret is a random hash: no cookie of the past opens anything. */
static bool next_row(void *from, struct val *v)
{
    struct feed *f = from;
    unsigned char *hash = arena_raw(f->c->mem, HASH_BYTES);

    if (f->at == f->end) return false;
    randombytes_buf(hash, HASH_BYTES);
    v[0] = val_i(f->at->id);
    v[1] = val_b((struct bytes){ hash, HASH_BYTES });
    v[2] = val_i(f->at->customer_id);
    v[3] = val_s(f->at->agent);
    v[4] = val_i(f->at->from_at);
    v[5] = val_i(f->at->to_at);
    v[6] = val_i(f->at->to_at);
    f->at++;
    return true;
}

enum err customer_visits_load(struct ctx *c, const struct customer_visit_past *rows,
                              size_t n)
{
    static const char *const columns[] = { "id",       "secret",     "customer_id",
                                           "agent",    "created_at", "seen_at",
                                           "ended_at", NULL };
    static const struct db_bulk load = { .name = "customer.load_visits",
                                         .table = "customer_visit",
                                         .columns = columns,
                                         .types = "ibitiii",
                                         .keys = "id" };
    struct feed f = { c, rows, rows + n };
    i64 changed;

    return db_bulk(c, &load, next_row, &f, &changed);
}
