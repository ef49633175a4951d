/* People and visits of the past in bulk: first import, demo chain. */
#include <sodium.h>
#include <string.h>

#include "base/contact.h"
#include "base/id.h"
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

/* ---- People -----------------------------------------------------------------------
 */

struct people {
    struct ctx *c;
    const struct customer_past *at, *end;
    int kind;
};

static bool person_row(void *from, struct val *v)
{
    struct people *f = from;
    const char *by_last, *by_first;

    if (f->at == f->end) return false;
    const struct customer_past *k = f->at++;
    const struct customer named = { .last_name = k->last_name,
                                    .first_name = k->first_name,
                                    .middle_name = k->middle_name };
    customer_search_names(f->c, &named, &by_last, &by_first);
    const struct val row[] = { val_i(k->id),         val_s(k->last_name),
                               val_s(k->first_name), val_s(k->middle_name),
                               val_s(by_last),       val_s(by_first),
                               val_i(k->birth_day),  val_i(k->region_id),
                               val_s("ru"),          val_i(k->created_at),
                               val_i(k->created_at), val_i(1) };
    memcpy(v, row, sizeof(row));
    return true;
}

/* The next one who has a key of this kind. */
static const struct customer_past *with_key(struct people *f)
{
    while (f->at < f->end && !f->at->key[f->kind]) f->at++;
    return f->at < f->end ? f->at++ : NULL;
}

static bool key_row(void *from, struct val *v)
{
    struct people *f = from;
    const struct customer_past *k = with_key(f);

    if (!k) return false;
    v[0] = val_i(f->kind);
    v[1] = val_s(contact_seal(f->c->mem, k->key[f->kind]));
    v[2] = val_i(k->id);
    v[3] = val_i(k->created_at);
    return true;
}

static bool log_row(void *from, struct val *v)
{
    struct people *f = from;

    while (f->at < f->end && (f->kind == 3 || !f->at->key[f->kind])) {
        f->at += f->kind == 3;
        f->kind = f->kind == 3 ? 0 : f->kind + 1;
    }
    if (f->at == f->end) return false;
    const char *key = contact_seal(f->c->mem, f->at->key[f->kind]);
    const struct val row[] = { val_i(f->at->id),      val_i(id_new(f->c)),
                               val_i(f->kind),        val_s(key),
                               val_i(KEY_ADDED),      val_i(f->at->created_at),
                               val_i(f->c->who.kind), val_i(f->c->who.id) };
    f->kind++;
    memcpy(v, row, sizeof(row));
    return true;
}

/* clang-format off */
static const char *const person_cols[] = { "id", "last_name", "first_name", "middle_name", "by_last", "by_first", "birth_day", "region_id", "lang", "created_at", "changed_at", "version", NULL };
static const char *const key_cols[] = { "kind", "value", "customer_id", "added_at", NULL };
static const char *const log_cols[] = { "customer_id", "id", "kind", "value", "what", "at", "who_kind", "who_id", NULL };

static const struct db_bulk persons = { "customer.load_people", "customer_person", person_cols, "itttttiitiii", "id", NULL, NULL };
static const struct db_bulk keys = { "customer.load_keys", "customer_key", key_cols, "itii", "kind, value", NULL, NULL };
static const struct db_bulk logs = { "customer.load_key_log", "customer_key_log", log_cols, "iiitiiii", "customer_id, id", NULL, NULL };
/* clang-format on */

enum err customer_people_load(struct ctx *c, const struct customer_past *rows, size_t n)
{
    i64 changed, wanted[3] = { 0 };

    for (size_t k = 0; k < n; k++)
        for (int kind = 0; kind < 3; kind++)
            if (rows[k].key[kind]) {
                wanted[kind]++;
                TRY(customer_fresh(c, kind, rows[k].key[kind]));
            }
    TRY(db_bulk(c, &persons, person_row, &(struct people){ c, rows, rows + n, 0 },
                &changed));
    if (changed != (i64)n)
        return FAIL(c, EXISTS, "one of these people is here already");
    for (int kind = 0; kind < 3; kind++) {
        TRY(db_bulk(c, &keys, key_row, &(struct people){ c, rows, rows + n, kind },
                    &changed));
        if (changed != wanted[kind])
            return FAIL(c, EXISTS, "a %s of these people is somebody's already",
                        customer_key_words[kind]);
    }
    return db_bulk(c, &logs, log_row, &(struct people){ c, rows, rows + n, 0 },
                   &changed);
}
