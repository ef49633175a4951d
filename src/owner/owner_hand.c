/* What somebody of the shop writes down: another owner, a trade-in; and its undo. */
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "customer/customer.h"
#include "customer/customer_resolve.h"
#include "owner/owner_own.h"
#include "staff/staff.h"
#include "stock/stock.h"
#include "stock/stock_back.h"

enum { SOLD_BY, LAST };

/* clang-format off */
const struct query owner_hand_sql[] = {
    /* By which receipt it was last sold, and how often it changed hands since. */
    [SOLD_BY] = { "owner.sold_by",
        "SELECT o.number, (SELECT COUNT(*) FROM owner_fact n WHERE n.serial = f.serial AND n.what IN (1, 3, 4, 5)"
        "   AND (n.at > f.at OR (n.at = f.at AND n.id > f.id)) AND NOT EXISTS"
        "       (SELECT 1 FROM owner_fact u WHERE u.serial = n.serial AND u.what = 2 AND u.doc_id = n.doc_id"
        "           AND n.doc_id <> 0))"
        "  FROM owner_fact f JOIN pub_order_order o ON o.id = f.doc_id"
        " WHERE f.serial = $1 AND f.what = 0 ORDER BY f.at DESC, f.id DESC LIMIT 1" },

    [LAST] = { "owner.last_by_hand",
        "SELECT f.what, f.source, f.doc_id, f.place_id, f.said_at, u.variant_id"
        "  FROM owner_fact f JOIN owner_unit u ON u.serial = f.serial"
        " WHERE f.serial = $1 AND f.what <> 6 ORDER BY f.at DESC, f.id DESC LIMIT 1" },
    QUERY_END
};
/* clang-format on */

#define Q owner_hand_sql

/* A piece that is with somebody; its number in one spelling. */
static enum err outside(struct ctx *c, const char *serial, struct stock_unit *ret)
{
    TRY(stock_unit_find(c, serial, ret));
    if (ret->state == UNIT_SOLD) return ERR_OK;
    return FAIL_FIELD(c, WRONG_STATE, "serial", "%s is %s, with nobody", ret->serial,
                      stock_unit_words[ret->state]);
}

static enum err new_owner(struct ctx *c, const struct owner_pass *p,
                          struct customer *ret)
{
    const struct customer_contact k = { .name = p->name,
                                        .phone = p->phone,
                                        .region_id = NONE };
    i64 id = p->customer_id;

    if (id == NONE && (!p->phone || !*p->phone))
        return FAIL_FIELD(c, BAD_ARGUMENT, "phone", "whose is it? say a phone");
    if (id == NONE) TRY(customer_ensure(c, &k, &id));
    const enum err e = customer_get(c, id, ret);
    if (e != ERR_NOT_FOUND) return e;
    c->fault = (struct fault){ 0 };
    return FAIL_FIELD(c, NO_SUCH, "customer_id", "no customer %lld", id);
}

/* The receipt of the last sale; and the piece is still its buyer's, or nobody known's.
 */
static enum err by_receipt(struct ctx *c, const char *serial, const char *said,
                           const char **ret_note)
{
    const char *number = "", *norm = customer_key_norm(c->mem, KEY_RECEIPT, said);
    i64 later = 0;
    const enum err e = db_one(c, &Q[SOLD_BY], INTO(&number, &later), serial);

    if (e && e != ERR_NOT_FOUND) return e;
    const char *sold = customer_key_norm(c->mem, KEY_RECEIPT, number);
    if (!norm || !sold || strcmp(norm, sold) != 0)
        return FAIL_FIELD(c, NO_SUCH, "receipt", "receipt %s did not sell %s", said,
                          serial);
    if (later)
        return FAIL_FIELD(c, WRONG_STATE, "receipt",
                          "%s changed hands after receipt %s", serial, number);
    *ret_note = arena_printf(c->mem, "№ %s", number);
    return ERR_OK;
}

static const char *noted(struct ctx *c, const char *receipt, const char *why)
{
    if (!receipt) return why;
    return why && *why ? arena_printf(c->mem, "%s. %s", receipt, why) : receipt;
}

enum err owner_pass_on(struct ctx *c, const char *serial, const struct owner_pass *p)
{
    struct stock_unit u = { 0 };
    const char *note = NULL;
    struct customer to = { 0 };
    struct owner_now is = { 0 };

    TRY(outside(c, serial, &u));
    TRY(new_owner(c, p, &to));
    TRY(owner_now(c, u.serial, &is));
    if (p->receipt && *p->receipt) TRY(by_receipt(c, u.serial, p->receipt, &note));
    if (is.customer_id == to.id)
        return FAIL_FIELD(c, WRONG_STATE,
                          p->customer_id == NONE ? "phone" : "customer_id",
                          "%s is %lld's already", u.serial, to.id);
    TRY(staff_audit(c, "owner.pass_on", to.id,
                    arena_printf(c->mem, "{\"serial\":\"%s\",\"from\":\"%lld\"}",
                                 u.serial, is.customer_id)));
    return owner_add(c, &(struct owner_fact){
                            .serial = u.serial,
                            .what = OWNED_PASSED_ON,
                            .source = OWNER_BY_STAFF,
                            .customer_id = to.id,
                            .born_id = NONE,
                            .at = c->now,
                            .variant_id = u.variant_id,
                            .doc_id = id_new(c),
                            .place_id = c->who.place_id,
                            .note = noted(c, note, p->why),
                        });
}

enum err owner_trade_in(struct ctx *c, const char *serial,
                        const struct owner_trade_in *t)
{
    const i64 doc_id = id_new(c);
    struct stock_unit u = { 0 };

    TRY(staff_may(c, RIGHT_SELL, t->place_id));
    TRY(outside(c, serial, &u));
    const struct stock_back b = { .place_id = t->place_id,
                                  .variant_id = u.variant_id,
                                  .qty = 1,
                                  .doc_id = doc_id,
                                  .line_no = 1,
                                  .serial = u.serial,
                                  .aside = true,
                                  .why = t->why && *t->why ? t->why : "trade-in" };
    TRY(stock_take_back(c, &b, 1));
    TRY(staff_audit(c, "owner.trade_in", doc_id,
                    arena_printf(c->mem, "{\"serial\":\"%s\"}", u.serial)));
    return owner_add(c, &(struct owner_fact){
                            .serial = u.serial,
                            .what = OWNED_TRADED_IN,
                            .source = OWNER_BY_STAFF,
                            .born_id = NONE,
                            .at = c->now,
                            .variant_id = u.variant_id,
                            .doc_id = doc_id,
                            .place_id = t->place_id,
                            .note = t->why,
                        });
}

/* ---- Undo ---------------------------------------------------------------------- */

/* The newest fact of whose it is. */
struct last {
    i64 what, source, doc_id, place_id, said_at, variant_id;
};

static enum err last_of(struct ctx *c, const char *serial, struct last *ret)
{
    const enum err e = db_one(c, &Q[LAST],
                              INTO(&ret->what, &ret->source, &ret->doc_id,
                                   &ret->place_id, &ret->said_at, &ret->variant_id),
                              serial);

    if (e == ERR_NOT_FOUND) *ret = (struct last){ 0 };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool by_hand(const struct ctx *c, const struct last *l)
{
    return (l->what == OWNED_PASSED_ON || l->what == OWNED_TRADED_IN) && l->doc_id &&
           l->source == OWNER_BY_STAFF && c->now < l->said_at + UNDO_HOURS * HOUR_MS;
}

enum err owner_undo_until(struct ctx *c, const char *serial, i64 *ret_at)
{
    struct last l = { 0 };

    TRY(last_of(c, serial, &l));
    *ret_at = by_hand(c, &l) ? l.said_at + UNDO_HOURS * HOUR_MS : NONE;
    return ERR_OK;
}

static enum err give_back(struct ctx *c, const char *serial, const struct last *l)
{
    const struct stock_back b = { .place_id = l->place_id,
                                  .variant_id = l->variant_id,
                                  .qty = 1,
                                  .doc_id = l->doc_id,
                                  .line_no = 1,
                                  .serial = serial,
                                  .aside = true };

    TRY(staff_may(c, RIGHT_SELL, l->place_id));
    return stock_give_back(c, &b, 1);
}

enum err owner_undo(struct ctx *c, const char *serial)
{
    struct stock_unit u = { 0 };
    struct last l = { 0 };

    TRY(stock_unit_find(c, serial, &u));
    TRY(last_of(c, u.serial, &l));
    if (!by_hand(c, &l))
        return FAIL(c, WRONG_STATE, "nothing of %s can be undone", u.serial);
    if (l.what == OWNED_TRADED_IN) TRY(give_back(c, u.serial, &l));
    TRY(staff_audit(c, "owner.undo", l.doc_id,
                    arena_printf(c->mem, "{\"serial\":\"%s\"}", u.serial)));
    return owner_add(c, &(struct owner_fact){
                            .serial = u.serial,
                            .what = OWNED_RETURN_UNDONE,
                            .source = OWNER_BY_STAFF,
                            .born_id = NONE,
                            .at = c->now,
                            .variant_id = u.variant_id,
                            .doc_id = l.doc_id,
                            .place_id = c->who.place_id,
                        });
}
