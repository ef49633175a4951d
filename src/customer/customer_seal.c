/* Keys under a new key of the seal: see base/contact.h and the room vault. */
#include <stdio.h>
#include <string.h>

#include "base/contact.h"
#include "customer/customer_own.h"

enum {
    TURN_KEY,
    TURN_USE,
    TURN_BLOCK,
    TURN_CODE,
    TABLES,
    KEYS = TABLES,
    USES,
    BLOCKS,
    CODES,
    LOG,
    PUT_LOG
};

/* clang-format off */
/* The row of before takes the new spelling, unless somebody has that already. */
#define TURN(table, and) \
    "UPDATE " table " SET value = $3 WHERE kind = $1 AND value = $2 AND NOT EXISTS" \
    " (SELECT 1 FROM " table " n WHERE n.kind = $1 AND n.value = $3" and ")"
#define BEHIND(table) \
    "SELECT DISTINCT kind, value FROM " table " WHERE (kind, value) > ($1, $2) ORDER BY kind, value LIMIT $3"

const struct query customer_seal_sql[] = {
    [TURN_KEY] = { "customer.turn_key", TURN("customer_key", ""), .types = "itt" },
    [TURN_USE] = { "customer.turn_use",
        TURN("customer_key_use", " AND n.customer_id = customer_key_use.customer_id"), .types = "itt" },
    [TURN_BLOCK] = { "customer.turn_block", TURN("customer_key_block", ""), .types = "itt" },
    [TURN_CODE] = { "customer.turn_code", TURN("customer_code", ""), .types = "itt" },

    [KEYS] = { "customer.keys_behind", BEHIND("customer_key"), .types = "iti" },
    [USES] = { "customer.uses_behind", BEHIND("customer_key_use"), .types = "iti" },
    [BLOCKS] = { "customer.blocks_behind", BEHIND("customer_key_block"), .types = "iti" },
    [CODES] = { "customer.codes_behind", BEHIND("customer_code"), .types = "iti" },

    [LOG] = { "customer.log_behind",
        "SELECT customer_id, id, value FROM customer_key_log WHERE (customer_id, id) > ($1, $2)"
        " ORDER BY customer_id, id LIMIT $3" },
    [PUT_LOG] = { "customer.seal_log",
        "UPDATE customer_key_log SET value = $3 WHERE customer_id = $1 AND id = $2 AND value = $4" },
    QUERY_END
};
/* clang-format on */

#define Q customer_seal_sql

/* In all tables at once, so that what is compared between them stays equal. */
static enum err turn(struct ctx *c, i64 kind, const char *was, const char *is, i64 *n)
{
    const struct val v[] = { val_i(kind), val_s(was), val_s(is) };
    struct db_call calls[TABLES];

    for (int k = 0; k < TABLES; k++)
        calls[k] = (struct db_call){ &Q[k], v, COUNT(v), NULL, 0, 0 };
    TRY(db_batch(c, calls, TABLES));
    for (int k = 0; k < TABLES; k++) *n += calls[k].n;
    return ERR_OK;
}

enum err customer_fresh(struct ctx *c, int kind, const char *value)
{
    const char *before = contact_before(c->mem, value);
    i64 n = 0;

    return before ? turn(c, kind, before, contact_seal(c->mem, value), &n) : ERR_OK;
}

/* ---- Slices ------------------------------------------------------------------------
 */

struct kept {
    i64 kind;
    const char *value;
};

static enum err slice(struct ctx *c, struct sealing *w, const struct query *q)
{
    struct list all = { 0 };
    struct kept k;

    ROWS r;
    TRY(db_rows(c, &r, q, w->at[0], w->text, w->limit));
    while (db_next(&r, INTO(&k.kind, &k.value)))
        *(struct kept *)list_add(c->mem, &all, sizeof(k)) = k;
    TRY(r.err);
    const struct kept *row = all.at;
    for (size_t n = 0; n < all.n; n++) {
        if (contact_is_newest(row[n].value)) continue;
        const char *open = contact_open(c->mem, row[n].value);
        TRY(turn(c, row[n].kind, row[n].value, contact_seal(c->mem, open),
                 &w->changed));
    }
    w->more = (i64)all.n == w->limit;
    if (!all.n) return ERR_OK;
    w->at[0] = row[all.n - 1].kind;
    snprintf(w->text, sizeof(w->text), "%s", row[all.n - 1].value);
    return ERR_OK;
}

static enum err keys(struct ctx *c, struct sealing *w)
{
    return slice(c, w, &Q[KEYS]);
}

static enum err uses(struct ctx *c, struct sealing *w)
{
    return slice(c, w, &Q[USES]);
}

static enum err blocks(struct ctx *c, struct sealing *w)
{
    return slice(c, w, &Q[BLOCKS]);
}

static enum err codes(struct ctx *c, struct sealing *w)
{
    return slice(c, w, &Q[CODES]);
}

const struct sealed customer_sealed[] = {
    { .what = "customer.keys", .slice = keys },
    { .what = "customer.key_uses", .slice = uses },
    { .what = "customer.key_blocks", .slice = blocks },
    { .what = "customer.codes", .slice = codes },
    { .what = "customer.key_log", .rows = &Q[LOG], .put = &Q[PUT_LOG], .how = "c" },
    { 0 },
};
