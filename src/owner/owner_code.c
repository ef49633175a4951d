/* Codes: a piece passes to whoever brings its. */
#include <sodium.h>
#include <string.h>

#include "base/person.h"
#include "base/time.h"
#include "customer/customer.h"
#include "owner/owner_own.h"
#include "staff/staff.h"
#include "stock/stock.h"

enum { PUT, LOOK, USE, DROP, LIVE, OF_ORDER };

/* clang-format off */
const struct query owner_code_sql[] = {
    [PUT] = { "owner.put_code",
        "INSERT INTO owner_code (serial, code, customer_id, born_id, gift, fact_id, made_at, until_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (serial) DO UPDATE SET code = excluded.code, customer_id = excluded.customer_id,"
        "   born_id = excluded.born_id, gift = excluded.gift, fact_id = excluded.fact_id,"
        "   made_at = excluded.made_at, until_at = excluded.until_at, used_at = NULL" },

    [LOOK] = { "owner.look_code",
        "SELECT k.serial, k.gift, k.fact_id, k.until_at, k.used_at, u.variant_id, u.bought_at,"
        "       v.product_id, v.sku, v.name, g.slug, s.name, i.image"
        "  FROM owner_code k JOIN owner_unit u ON u.serial = k.serial"
        "  JOIN pub_catalog_variant v ON v.id = u.variant_id"
        "  JOIN pub_catalog_product g ON g.id = v.product_id"
        "  JOIN pub_catalog_picture i ON i.variant_id = u.variant_id"
        "  LEFT JOIN owner_fact f ON f.serial = k.serial AND f.id = k.fact_id"
        "  LEFT JOIN pub_place_place s ON s.id = f.place_id"
        " WHERE k.code = $1" },

    [USE] = { "owner.use_code",
        "UPDATE owner_code SET used_at = $2 WHERE code = $1 AND used_at IS NULL" },

    [DROP] = { "owner.drop_code", "DELETE FROM owner_code WHERE serial = $1 AND used_at IS NULL" },

    [LIVE] = { "owner.live_code",
        "SELECT code FROM owner_code WHERE serial = $1 AND fact_id = $2 AND gift = $3 AND until_at > $4"
        "   AND used_at IS NULL" },

    [OF_ORDER] = { "owner.pieces_of_order",
        "SELECT o.serial, o.customer_id, o.born_id, o.number FROM pub_order_serial o"
        "  JOIN owner_unit u ON u.serial = o.serial AND u.variant_id = o.variant_id"
        " WHERE o.order_id = $1 ORDER BY o.serial" },
    QUERY_END
};
/* clang-format on */

#define Q owner_code_sql

/* ---- Spelling ---------------------------------------------------------------- */

enum { LETTERS = 10, HALF = LETTERS / 2 };

/* Crockford's 32: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const char *code_new(struct ctx *c)
{
    unsigned char raw[LETTERS];
    char *s = arena_alloc(c->mem, LETTERS + 1);

    randombytes_buf(raw, sizeof(raw));
    for (int k = 0; k < LETTERS; k++) s[k] = alphabet[raw[k] & 31];
    return s;
}

static const char *code_shown(struct ctx *c, const char *code)
{
    return arena_printf(c->mem, "%.*s-%s", HALF, code, code + HALF);
}

static const char *code_norm(struct ctx *c, const char *said)
{
    char *s = arena_alloc(c->mem, LETTERS + 1);
    size_t n = 0;

    for (; *said; said++) {
        char ch = *said;

        if (ch == '-' || ch == ' ') continue;
        if (ch >= 'a' && ch <= 'z') ch = (char)(ch - 'a' + 'A');
        if (ch == 'O') ch = '0';
        if (ch == 'I' || ch == 'L') ch = '1';
        if (n == LETTERS || !strchr(alphabet, ch)) return NULL;
        s[n++] = ch;
    }
    return n == LETTERS ? s : NULL;
}

/* ---- Looking ------------------------------------------------------------------- */

struct found {
    struct owner_gift g;
    i64 fact_id, used_at;
};

static enum err find(struct ctx *c, const char *said, struct found *ret)
{
    const char *code = code_norm(c, said);
    struct owner_now is;
    i64 gift = 0;

    const enum err e =
        code ? db_one(c, &Q[LOOK],
                      INTO(&ret->g.serial, &gift, &ret->fact_id, &ret->g.until_at,
                           &ret->used_at, &ret->g.variant_id, &ret->g.bought_at,
                           &ret->g.product_id, &ret->g.sku, &ret->g.name, &ret->g.slug,
                           &ret->g.place, &ret->g.image),
                      code)
             : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NOT_FOUND, "code", "no gift with code \"%s\"", said);
    TRY(e);
    ret->g.code = code_shown(c, code);
    ret->g.gift = gift;
    TRY(owner_now(c, ret->g.serial, &is));
    if (ret->used_at != NONE || ret->g.until_at <= c->now || is.fact_id != ret->fact_id)
        return FAIL_FIELD(c, GONE, "code", "code %s is used or too old", ret->g.code);
    return ERR_OK;
}

enum err owner_code_look(struct ctx *c, const char *code, struct owner_gift *ret)
{
    struct found f = { 0 };

    TRY(find(c, code, &f));
    *ret = f.g;
    return ERR_OK;
}

enum err owner_code_claim(struct ctx *c, const char *code, i64 customer_id,
                          struct owner_gift *ret)
{
    struct found f = { 0 };
    struct owner_now is;
    i64 n;

    TRY(find(c, code, &f));
    TRY(owner_now(c, f.g.serial, &is));
    if (is.customer_id == customer_id)
        return FAIL_FIELD(c, WRONG_STATE, "code", "%s is yours already", f.g.serial);
    TRY(db_exec(c, &Q[USE], &n, code_norm(c, code), c->now));
    if (!n) return FAIL_FIELD(c, GONE, "code", "code %s is used", f.g.code);
    *ret = f.g;
    const bool staff = c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY;
    if (staff)
        TRY(staff_audit(c, "owner.claim", customer_id,
                        arena_printf(c->mem, "{\"serial\":\"%s\"}", f.g.serial)));
    return owner_add(c, &(struct owner_fact){
                            .serial = f.g.serial,
                            .what = OWNED_CLAIMED,
                            .source = OWNER_BY_CODE,
                            .customer_id = customer_id,
                            .born_id = person_born(c, customer_id),
                            .at = c->now,
                            .variant_id = f.g.variant_id,
                            .place_id = c->who.place_id,
                        });
}

/* ---- Making --------------------------------------------------------------------- */

struct giving {
    const char *serial;
    i64 from, born, fact_id, days;
    bool gift;
};

/* A code that waits is given again: a second print is the first one. */
static enum err give(struct ctx *c, const struct giving *g, struct owner_gift *ret)
{
    const char *code;
    const enum err e =
        db_one(c, &Q[LIVE], INTO(&code), g->serial, g->fact_id, g->gift, c->now);

    if (e && e != ERR_NOT_FOUND) return e;
    if (e) {
        code = code_new(c);
        TRY(db_exec(c, &Q[PUT], NULL, g->serial, code, g->from, g->born, g->gift,
                    g->fact_id, c->now, c->now + g->days * DAY_MS));
    }
    return owner_code_look(c, code, ret);
}

/* The piece is still the buyer's: by that order nobody got it since. */
static enum err give_of_order(struct ctx *c, struct giving *g, struct list *ret)
{
    struct owner_now is;

    TRY(owner_now(c, g->serial, &is));
    g->fact_id = is.fact_id;
    if (is.customer_id != g->from || is.with_us) return ERR_OK;
    return give(c, g, list_add(c->mem, ret, sizeof(struct owner_gift)));
}

enum err owner_gift_codes(struct ctx *c, i64 order_id, const char *serial,
                          struct list *ret)
{
    const char *only = serial ? stock_serial_norm(c->mem, serial) : NULL;
    struct giving g = { .gift = true, .days = CODE_GIFT_DAYS };
    struct list all = { 0 };
    const char *number;

    *ret = (struct list){ 0 };
    TRY(owner_follow(c, order_id, c->now)); /* its event may still be on the way */
    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[OF_ORDER], order_id));
        while (db_next(&r, INTO(&g.serial, &g.from, &g.born, &number)))
            if (!serial || (only && !strcmp(only, g.serial)))
                *(struct giving *)list_add(c->mem, &all, sizeof(g)) = g;
        TRY(r.err);
    }
    struct giving *of = all.at;
    for (size_t k = 0; k < all.n; k++) TRY(give_of_order(c, &of[k], ret));
    if (ret->n) return ERR_OK;
    return FAIL(c, NOT_FOUND, "order %lld has no numbered piece to give", order_id);
}

enum err owner_code_new(struct ctx *c, i64 owner_id, const char *serial,
                        struct owner_gift *ret)
{
    struct giving g = { .from = owner_id,
                        .born = person_born(c, owner_id),
                        .days = CODE_PASS_DAYS };
    struct owner_device d = { 0 };
    struct owner_now is;

    TRY(owner_device(c, owner_id, serial, &d));
    TRY(owner_now(c, d.serial, &is));
    if (is.customer_id != owner_id)
        return FAIL(c, NOT_FOUND, "%s is not yours", d.serial);
    g.serial = d.serial;
    g.fact_id = is.fact_id;
    return give(c, &g, ret);
}

enum err owner_code_drop(struct ctx *c, i64 owner_id, const char *serial)
{
    struct owner_device d = { 0 };

    TRY(owner_device(c, owner_id, serial, &d));
    if (d.role != ROLE_OWNER) return FAIL(c, NOT_FOUND, "%s is not yours", d.serial);
    return db_exec(c, &Q[DROP], NULL, d.serial);
}
