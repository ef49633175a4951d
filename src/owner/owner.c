/* Facts about a piece, and the roles that follow of them. */
#include <string.h>

#include "base/id.h"
#include "base/person.h"
#include "base/time.h"
#include "customer/customer_thing.h"
#include "event/event.h"
#include "owner/owner_own.h"
#include "stock/stock.h"

enum { GATE, ADD, FACTS, BOUGHT_AT, ROLES_OF, DROP, PUT, NOW, UNIT, HOLDERS, HISTORY };

/* clang-format off */
const struct query owner_sql[] = {
    [GATE] = { "owner.gate",
        "INSERT INTO owner_unit (serial, variant_id, version) VALUES ($1, $2, 1)"
        " ON CONFLICT (serial) DO UPDATE SET version = owner_unit.version + 1" },

    [ADD] = { "owner.add_fact",
        "INSERT INTO owner_fact (serial, id, what, customer_id, born_id, at, said_at, doc_id, place_id, source,"
        "                        note, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING" },

    [FACTS] = { "owner.facts",
        "SELECT id, what, customer_id, born_id, at, doc_id FROM owner_fact WHERE serial = $1 ORDER BY at, id" },

    [BOUGHT_AT] = { "owner.bought_at", "UPDATE owner_unit SET bought_at = $2 WHERE serial = $1" },

    [ROLES_OF] = { "owner.roles",
        "SELECT role, customer_id, born_id, since_at, fact_id FROM owner_role WHERE serial = $1" },

    [DROP] = { "owner.drop_role", "DELETE FROM owner_role WHERE serial = $1 AND role = $2" },

    [PUT] = { "owner.put_role",
        "INSERT INTO owner_role (serial, role, customer_id, born_id, since_at, fact_id) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (serial, role) DO UPDATE SET customer_id = excluded.customer_id, born_id = excluded.born_id,"
        "   since_at = excluded.since_at, fact_id = excluded.fact_id" },

    /* The newest that says whose it is; who uses it says nothing of that. */
    [NOW] = { "owner.now",
        "SELECT f.id, COALESCE(r.customer_id, 0), f.what FROM owner_fact f"
        "  LEFT JOIN owner_role r ON r.serial = f.serial AND r.role = 1"
        " WHERE f.serial = $1 AND f.what <> 6 ORDER BY f.at DESC, f.id DESC LIMIT 1" },

    [UNIT] = { "owner.unit",
        "SELECT s.serial, s.variant_id, v.sku, v.name, s.state, s.place_id, p.name, u.bought_at, g.warranty_days"
        "  FROM pub_stock_unit s JOIN pub_catalog_variant v ON v.id = s.variant_id"
        "  JOIN pub_catalog_product g ON g.id = v.product_id"
        "  LEFT JOIN pub_place_place p ON p.id = s.place_id"
        "  LEFT JOIN owner_unit u ON u.serial = s.serial AND u.variant_id = s.variant_id"
        " WHERE s.serial = $1" },

    [HOLDERS] = { "owner.holders",
        "SELECT r.role, r.customer_id, r.since_at, p.name FROM owner_role r"
        "  JOIN pub_customer_person p ON p.id = r.customer_id WHERE r.serial = $1" },

    [HISTORY] = { "owner.history",
        "SELECT f.id, f.what, f.customer_id, f.at, f.said_at, f.doc_id, f.source, f.note, f.who_kind, f.who_id,"
        "       p.name, s.name, o.number"
        "  FROM owner_fact f LEFT JOIN pub_customer_person p ON p.id = f.customer_id"
        "  LEFT JOIN pub_place_place s ON s.id = f.place_id"
        "  LEFT JOIN pub_order_order o ON o.id = f.doc_id"
        " WHERE f.serial = $1 ORDER BY f.at, f.id" },
    QUERY_END
};
/* clang-format on */

#define Q owner_sql

const char *const owner_what_words[] = { "bought",  "returned",  "return_undone",
                                         "claimed", "passed_on", "traded_in",
                                         "used_by", NULL };
const char *const owner_source_words[] = { "order", "code", "staff", "himself", NULL };
const char *const owner_role_words[] = { "buyer", "owner", "user", NULL };

/* ---- Facts into roles ------------------------------------------------------- */

struct state {
    struct owner_holder of[ROLES]; /* customer_id 0: nobody known */
    i64 bought_at;                 /* NONE: not yet */
};

/* As it was before a document, should that be undone. */
struct undo {
    i64 doc_id;
    struct state was;
};

static void undone(struct state *s, const struct list *undos, i64 doc_id)
{
    const struct undo *u = undos->at;

    for (size_t k = undos->n; k-- > 0;)
        if (u[k].doc_id == doc_id) {
            *s = u[k].was;
            return;
        }
}

static void keep(struct ctx *c, struct list *undos, const struct owner_fact *f,
                 const struct state *was)
{
    if (f->doc_id)
        *(struct undo *)list_add(c->mem, undos, sizeof(struct undo)) =
            (struct undo){ f->doc_id, *was };
}

static void fold(struct ctx *c, struct state *s, struct list *undos,
                 const struct owner_fact *f)
{
    const struct owner_holder he = { f->customer_id, f->born_id, f->at, f->id, NULL };

    switch ((enum owner_what)f->what) {
    case OWNED_BOUGHT:
        *s = (struct state){ .of = { he, he }, .bought_at = f->at };
        break;
    case OWNED_RETURNED:
    case OWNED_TRADED_IN:
        keep(c, undos, f, s);
        *s = (struct state){ .bought_at = s->bought_at };
        break;
    case OWNED_RETURN_UNDONE:
        undone(s, undos, f->doc_id);
        break;
    case OWNED_CLAIMED:
    case OWNED_PASSED_ON:
        keep(c, undos, f, s);
        s->of[ROLE_OWNER] = he;
        s->of[ROLE_USER] = (struct owner_holder){ 0 };
        break;
    case OWNED_USED_BY:
        s->of[ROLE_USER] = he;
        break;
    }
}

static enum err say(struct ctx *c, const char *serial, struct state *ret)
{
    struct owner_fact f = { 0 };
    struct list undos = { 0 };
    i64 what;
    ROWS r;

    *ret = (struct state){ .bought_at = NONE };
    TRY(db_rows(c, &r, &Q[FACTS], serial));
    while (
        db_next(&r, INTO(&f.id, &what, &f.customer_id, &f.born_id, &f.at, &f.doc_id))) {
        f.what = (int)what;
        fold(c, ret, &undos, &f);
    }
    return r.err;
}

static enum err roles_of(struct ctx *c, const char *serial, struct owner_holder *ret)
{
    struct owner_holder h = { 0 };
    i64 role;
    ROWS r;

    TRY(db_rows(c, &r, &Q[ROLES_OF], serial));
    while (
        db_next(&r, INTO(&role, &h.customer_id, &h.born_id, &h.since_at, &h.fact_id)))
        if (role >= 0 && role < ROLES) ret[role] = h;
    return r.err;
}

static enum err put(struct ctx *c, const char *serial, int role,
                    const struct owner_holder *h)
{
    if (!h->customer_id) return db_exec(c, &Q[DROP], NULL, serial, role);
    return db_exec(c, &Q[PUT], NULL, serial, role, h->customer_id, h->born_id,
                   h->since_at, h->fact_id);
}

/* Each of those who got or lost something hears of it once. */
static enum err tell(struct ctx *c, const char *serial, const i64 *who, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool again = !who[k];

        for (size_t i = 0; i < k; i++) again |= who[i] == who[k];
        if (!again)
            TRY(event_emit(c, "owner.changed", who[k],
                           arena_printf(c->mem, "{\"serial\":\"%s\"}", serial)));
    }
    return ERR_OK;
}

static enum err settle(struct ctx *c, const char *serial)
{
    struct owner_holder was[ROLES] = { 0 };
    struct state is;
    i64 who[2 * ROLES];
    size_t n = 0;

    TRY(say(c, serial, &is));
    TRY(roles_of(c, serial, was));
    for (int k = 0; k < ROLES; k++) {
        const struct owner_holder *a = &was[k], *b = &is.of[k];
        if (a->customer_id == b->customer_id && a->fact_id == b->fact_id) continue;
        if (!a->customer_id && !b->customer_id) continue;
        TRY(put(c, serial, k, b));
        who[n++] = a->customer_id;
        who[n++] = b->customer_id;
    }
    TRY(db_exec(c, &Q[BOUGHT_AT], NULL, serial, is.bought_at));
    const struct owner_holder *o = &is.of[ROLE_OWNER];
    TRY(customer_thing_give(c, KEY_SERIAL, serial, o->customer_id, o->born_id));
    return tell(c, serial, who, n);
}

enum err owner_add(struct ctx *c, const struct owner_fact *f)
{
    const bool staff = c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY;
    i64 n;

    TRY(db_exec(c, &Q[GATE], NULL, f->serial, f->variant_id));
    TRY(db_exec(c, &Q[ADD], &n, f->serial, id_new(c), f->what, f->customer_id,
                f->born_id, f->at, c->now, f->doc_id, f->place_id, f->source,
                f->note ? f->note : "", (int)c->who.kind, staff ? c->who.id : 0));
    return n ? settle(c, f->serial) : ERR_OK;
}

/* ---- What owners say ---------------------------------------------------------- */

enum err owner_now(struct ctx *c, const char *serial, struct owner_now *ret)
{
    i64 what = OWNED_BOUGHT;

    *ret = (struct owner_now){ 0 };
    const enum err e =
        db_one(c, &Q[NOW], INTO(&ret->fact_id, &ret->customer_id, &what), serial);
    if (e && e != ERR_NOT_FOUND) return e;
    ret->with_us = what == OWNED_RETURNED || what == OWNED_TRADED_IN;
    return ERR_OK;
}

enum err owner_use(struct ctx *c, i64 owner_id, const char *serial, i64 user_id)
{
    struct owner_device d = { 0 };

    TRY(owner_device(c, owner_id, serial, &d));
    if (d.role != ROLE_OWNER && (d.role != ROLE_USER || user_id))
        return FAIL(c, NOT_FOUND, "%s is not yours", d.serial);
    return owner_add(c, &(struct owner_fact){
                            .serial = d.serial,
                            .what = OWNED_USED_BY,
                            .source = OWNER_BY_HIMSELF,
                            .customer_id = user_id,
                            .born_id = NONE,
                            .at = c->now,
                            .variant_id = d.variant_id,
                        });
}

/* ---- Reading ------------------------------------------------------------------ */

i64 owner_warranty(i64 bought_at, i64 days)
{
    return bought_at == NONE || days <= 0 ? NONE : bought_at + days * DAY_MS;
}

static enum err holders(struct ctx *c, struct owner_unit *u)
{
    struct owner_holder h = { 0 };
    i64 role;
    ROWS r;

    TRY(db_rows(c, &r, &Q[HOLDERS], u->serial));
    while (db_next(&r, INTO(&role, &h.customer_id, &h.since_at, &h.name))) {
        if (role < 0 || role >= ROLES) continue;
        u->of[role] = NEW(c->mem, struct owner_holder);
        *u->of[role] = h;
    }
    return r.err;
}

static enum err history(struct ctx *c, struct owner_unit *u)
{
    struct owner_fact f = { .serial = u->serial };
    i64 what, source, who_kind;
    ROWS r;

    TRY(db_rows(c, &r, &Q[HISTORY], u->serial));
    while (db_next(&r, INTO(&f.id, &what, &f.customer_id, &f.at, &f.said_at, &f.doc_id,
                            &source, &f.note, &who_kind, &f.who_id, &f.name, &f.place,
                            &f.number))) {
        f.what = (int)what;
        f.source = (int)source;
        f.who_kind = (int)who_kind;
        if (!f.customer_id) f.customer_id = NONE;
        if (!f.who_id) f.who_id = NONE;
        f.order_id = f.number ? f.doc_id : NONE;
        *(struct owner_fact *)list_add(c->mem, &u->facts, sizeof(f)) = f;
    }
    return r.err;
}

enum err owner_unit(struct ctx *c, const char *serial, struct owner_unit *ret)
{
    const char *s = stock_serial_norm(c->mem, serial);
    i64 state = 0, days = 0;

    *ret = (struct owner_unit){ 0 };
    const enum err e =
        s ? db_one(c, &Q[UNIT],
                   INTO(&ret->serial, &ret->variant_id, &ret->sku, &ret->name, &state,
                        &ret->place_id, &ret->place, &ret->bought_at, &days),
                   s)
          : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no unit \"%s\"", serial);
    TRY(e);
    ret->state = stock_unit_words[state];
    ret->warranty_until_at = owner_warranty(ret->bought_at, days);
    if (!ret->place_id) ret->place_id = NONE;
    TRY(holders(c, ret));
    TRY(owner_undo_until(c, ret->serial, &ret->undo_until_at));
    return history(c, ret);
}
