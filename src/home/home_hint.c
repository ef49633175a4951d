/* Who may live together: one telephone, one address.  For somebody to look at. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/contact.h"
#include "base/seal.h"
#include "base/text.h"
#include "customer/customer.h"
#include "event/event.h"
#include "home/home_own.h"
#include "job/job.h"
#include "staff/staff.h"

enum {
    SHARED,
    ADDRESS,
    ADDRESS_PUT,
    ADDRESS_TURN,
    ADDRESS_DROP,
    ADDRESSES,
    SHARERS,
    HINT,
    OPEN,
    DECIDE,
    LIVES
};

/* clang-format off */
const struct query home_hint_sql[] = {
    [SHARED] = { "home.shared_phones",
        "SELECT owner_id FROM pub_customer_shared WHERE customer_id = $1 AND kind = 0 ORDER BY owner_id LIMIT 10" },

    [ADDRESS] = { "home.order_address",
        "SELECT customer_id, born_id, address FROM pub_order_address WHERE order_id = $1" },

    [ADDRESS_PUT] = { "home.put_address",
        "INSERT INTO home_address (hash, customer_id, born_id, at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (hash, customer_id) DO NOTHING" },

    /* Under another spelling; who has both keeps that one. */
    [ADDRESS_TURN] = { "home.turn_address",
        "UPDATE home_address SET hash = $2 WHERE hash = $1 AND NOT EXISTS"
        " (SELECT 1 FROM home_address x WHERE x.hash = $2 AND x.customer_id = home_address.customer_id)" },

    [ADDRESS_DROP] = { "home.drop_turned", "DELETE FROM home_address WHERE hash = $1" },

    [ADDRESSES] = { "home.addresses_behind",
        "SELECT DISTINCT hash FROM home_address WHERE hash > $1 AND hash < $2 ORDER BY hash LIMIT $3",
        .types = "tti" },

    [SHARERS] = { "home.sharers",
        "SELECT customer_id FROM home_address WHERE hash = $1 AND customer_id <> $2 ORDER BY customer_id LIMIT 10" },

    /* What somebody decided stays decided. */
    [HINT] = { "home.put_hint",
        "INSERT INTO home_hint (a_id, b_id, why, state, found_at) VALUES ($1, $2, $3, 0, $4)"
        " ON CONFLICT (a_id, b_id) DO UPDATE SET why = home_hint.why | excluded.why"
        " WHERE home_hint.why & excluded.why = 0" },

    [OPEN] = { "home.open_hints",
        "SELECT h.a_id, h.b_id, h.why, h.found_at, a.name, a.phone, b.name, b.phone, m.home_id, n.home_id"
        "  FROM home_hint h"
        "  JOIN pub_customer_living x ON x.id = h.a_id AND x.living_id = h.a_id"
        "  JOIN pub_customer_living y ON y.id = h.b_id AND y.living_id = h.b_id"
        "  JOIN pub_customer_person a ON a.id = h.a_id JOIN pub_customer_person b ON b.id = h.b_id"
        "  LEFT JOIN home_member m ON m.customer_id = h.a_id LEFT JOIN home_member n ON n.customer_id = h.b_id"
        " WHERE h.state = 0 AND (m.home_id IS NULL OR n.home_id IS NULL)"
        " ORDER BY h.found_at, h.a_id, h.b_id LIMIT $1" },

    [DECIDE] = { "home.decide_hint",
        "UPDATE home_hint SET state = $3, decided_at = $4, decided_by = $5 WHERE a_id = $1 AND b_id = $2 AND state = 0" },

    [LIVES] = { "home.lives", "SELECT living_id FROM pub_customer_living WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q home_hint_sql

const char *const home_verdict_words[] = { "open", "invite", "no", NULL };

/* ---- Found ----------------------------------------------------------------------- */

static enum err hint(struct ctx *c, i64 a, i64 b, int why)
{
    bool together;

    TRY(db_one(c, &Q[LIVES], INTO(&a), a));
    TRY(db_one(c, &Q[LIVES], INTO(&b), b));
    if (a == b) return ERR_OK;
    TRY(home_together(c, a, b, &together));
    if (together) return ERR_OK;
    return db_exec(c, &Q[HINT], NULL, a < b ? a : b, a < b ? b : a, why, c->now);
}

/* More than a family is a hostel, an office or a pick-up point. */
static enum err hint_all(struct ctx *c, i64 customer_id, const struct list *others,
                         int why)
{
    const i64 *id = others->at;

    if (others->n >= HOME_SHARERS) return ERR_OK;
    for (size_t k = 0; k < others->n; k++) TRY(hint(c, customer_id, id[k], why));
    return ERR_OK;
}

static enum err ids(struct ctx *c, struct rows *r, struct list *ret)
{
    i64 id;

    while (db_next(r, INTO(&id))) *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    return r->err;
}

static enum err by_phone(struct ctx *c, i64 customer_id)
{
    struct list others = { 0 };

    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[SHARED], customer_id));
        TRY(ids(c, &r, &others));
    }
    return hint_all(c, customer_id, &others, HOME_BY_PHONE);
}

/* "г. Москва, ул. Ленина, д.5" and "Москва ул Ленина 5" are told apart, and need not be
 * one: a hint missed costs nothing. */
static const char *hash_of(struct ctx *c, const char *address)
{
    enum { BYTES = 16 };
    struct text_word w[32];
    const char *folded = text_fold(c->mem, address), *all = "";
    const size_t n = text_words(c->mem, folded, w, COUNT(w));
    unsigned char raw[BYTES];
    char *hex = arena_alloc(c->mem, 2 * BYTES + 1);

    for (size_t k = 0; k < n; k++)
        all = arena_printf(c->mem, "%s %.*s", all, (int)w[k].n, w[k].at);
    crypto_generichash(raw, BYTES, (const unsigned char *)all, strlen(all), NULL, 0);
    for (int k = 0; k < BYTES; k++) snprintf(hex + 2 * k, 3, "%02x", raw[k]);
    return hex;
}

static enum err turn(struct ctx *c, const char *was, const char *is, i64 *n)
{
    TRY(db_exec(c, &Q[ADDRESS_TURN], n, was, is));
    return db_exec(c, &Q[ADDRESS_DROP], NULL, was);
}

/* There are few enough addresses to try them all against a bare hash, so it is sealed
 * as a contact is; rows of this address that stand under a former spelling, or bare,
 * are brought up to it first. */
static enum err hash_sealed(struct ctx *c, const char *address, const char **ret)
{
    const char *hash = hash_of(c, address), *before = contact_before(c->mem, hash);

    *ret = contact_seal(c->mem, hash);
    TRY(turn(c, hash, *ret, NULL));
    return before && strcmp(before, hash) != 0 ? turn(c, before, *ret, NULL) : ERR_OK;
}

static enum err by_address(struct ctx *c, i64 order_id)
{
    struct list others = { 0 };
    i64 customer_id, born_id;
    const char *address;
    const enum err e =
        db_one(c, &Q[ADDRESS], INTO(&customer_id, &born_id, &address), order_id);

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    TRY(seal_open(c, address, &address));
    const char *hash;
    TRY(hash_sealed(c, address, &hash));
    TRY(db_exec(c, &Q[ADDRESS_PUT], NULL, hash, customer_id, born_id, c->now));
    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[SHARERS], hash, customer_id));
        TRY(ids(c, &r, &others));
    }
    return hint_all(c, customer_id, &others, HOME_BY_ADDRESS);
}

static enum err on_order(struct ctx *c, const struct event *e)
{
    i64 customer_id;

    if (!event_id(e, "customer_id", &customer_id) || customer_id <= 0) return ERR_OK;
    TRY(by_phone(c, customer_id));
    return by_address(c, e->subject_id);
}

extern const struct subscriber home_subscribers[];
const struct subscriber home_subscribers[] = {
    { "home.on_order", "order.placed order.sold", on_order },
    { 0 },
};

/* ---- Under a new key --------------------------------------------------------------
 */

/* Of the hashes in [from, until): bare ones begin with a digit or a letter, sealed ones
 * with '~', which is behind them all. */
static enum err slice(struct ctx *c, struct sealing *w, const char *until)
{
    struct list all = { 0 };
    const char *hash;

    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[ADDRESSES], w->text, until, w->limit));
        while (db_next(&r, INTO(&hash)))
            *(const char **)list_add(c->mem, &all, sizeof(hash)) = hash;
        TRY(r.err);
    }
    const char *const *was = all.at;
    for (size_t k = 0; k < all.n; k++) {
        i64 n = 0;
        if (contact_is_newest(was[k])) continue;
        const char *open = contact_open(c->mem, was[k]);
        TRY(turn(c, was[k], contact_seal(c->mem, open), &n));
        w->changed += n;
    }
    w->more = (i64)all.n == w->limit;
    if (all.n) snprintf(w->text, sizeof(w->text), "%s", was[all.n - 1]);
    return ERR_OK;
}

static enum err addresses(struct ctx *c, struct sealing *w)
{
    return slice(c, w, "\x7F");
}

extern const struct sealed home_sealed[];
const struct sealed home_sealed[] = {
    { .what = "home.addresses", .slice = addresses },
    { 0 },
};

static enum err bare_addresses(struct ctx *c, void *arg)
{
    return slice(c, arg, "~");
}

enum err home_seal_addresses(struct ctx *c, struct job *j)
{
    struct sealing w = { .limit = 500 };

    (void)j;
    do {
        w.text[0] = '\0';
        w.changed = 0;
        TRY(db_unit(c, bare_addresses, &w));
    } while (w.more && w.changed);
    return ERR_OK;
}

/* ---- Looked at --------------------------------------------------------------------
 */

enum err home_hints(struct ctx *c, i64 limit, struct list *ret)
{
    struct home_side a = { 0 }, b = { 0 };
    i64 why, found_at;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[OPEN], limit));
    while (db_next(&r, INTO(&a.customer_id, &b.customer_id, &why, &found_at, &a.name,
                            &a.phone, &b.name, &b.phone, &a.home_id, &b.home_id))) {
        struct home_hint *h = list_add(c->mem, ret, sizeof(*h));
        *h = (struct home_hint){ .a = NEW(c->mem, struct home_side),
                                 .b = NEW(c->mem, struct home_side),
                                 .phone = why & HOME_BY_PHONE,
                                 .address = why & HOME_BY_ADDRESS,
                                 .found_at = found_at };
        *h->a = a;
        *h->b = b;
        h->a->phone = contact_open(c->mem, a.phone);
        h->b->phone = contact_open(c->mem, b.phone);
    }
    return r.err;
}

enum err home_hint_decide(struct ctx *c, i64 a, i64 b, int state,
                          struct home_invite *ret)
{
    i64 n, of_a, of_b;

    *ret = (struct home_invite){ .until_at = NONE };
    TRY(db_exec(c, &Q[DECIDE], &n, a < b ? a : b, a < b ? b : a, state, c->now,
                c->who.id));
    if (!n) return FAIL(c, NOT_FOUND, "nobody asks about %lld and %lld", a, b);
    TRY(staff_audit(c, "home.hint", a,
                    arena_printf(c->mem, "{\"with\":\"%lld\",\"verdict\":\"%s\"}", b,
                                 home_verdict_words[state])));
    if (state != HINT_ASKED) return ERR_OK;
    TRY(home_id_of(c, a, &of_a));
    TRY(home_id_of(c, b, &of_b));
    return home_invite_two(c, of_a ? of_a : of_b, ret);
}
