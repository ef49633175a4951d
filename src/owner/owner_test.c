/* Whose a numbered piece is, from sale to resale: rules as sentences. */
#include "order/order_test_steps.h"

#include "base/person.h"
#include "base/privacy.h"
#include "customer/customer_merge.h"
#include "customer/customer_resolve.h"
#include "event/event.h"
#include "order/order_return.h"
#include "owner/owner_own.h"
#include "stock/stock_floor.h"

static i64 someone(struct ctx *c, int n)
{
    const struct customer_contact k = {
        .name = n % 2 ? "Иванова Анна" : "Петров Олег",
        .phone = arena_printf(c->mem, "+7916%07d", 1000000 + n),
        .region_id = NONE,
    };
    i64 id;

    EXPECT_OK(customer_ensure(c, &k, &id));
    c->person = (struct person_seen){ 0 };
    return id;
}

static void heard(struct ctx *c)
{
    EXPECT_OK(event_drain(c, modules));
}

/* A telephone with this number, sold at the till; customer 0: nobody known. */
static i64 buys(struct ctx *c, const struct chain *t, i64 customer_id,
                const char *number)
{
    struct order_new o = asks(ORDER_SALE, t->arbat);

    o.channel = CHANNEL_SHOP;
    o.customer_id = customer_id ? customer_id : NONE;
    o.name = o.phone = NULL;
    of(c, &o, t->phone, 1)->serial = number;
    pay(c, &o.payments, PAY_CASH, PHONE_MINOR);
    const i64 id = placed(c, &o).id;
    heard(c);
    return id;
}

static i64 comes_back(struct ctx *c, const struct chain *t, i64 order_id,
                      const char *number)
{
    struct return_new n = { .place_id = t->arbat,
                            .reason = RETURN_WRONG,
                            .allow = true,
                            .why = "другой цвет" };
    struct return_line_new *l = list_add(c->mem, &n.lines, sizeof(*l));
    i64 id = 0;

    *l = (struct return_line_new){ 1, 1, BACK_SELLABLE, number };
    EXPECT_OK(order_return(c, order_id, &n, &id));
    heard(c);
    return id;
}

static i64 holder(struct ctx *c, const char *number, int role)
{
    struct owner_unit u;

    EXPECT_OK(owner_unit(c, number, &u));
    return u.of[role] ? u.of[role]->customer_id : 0;
}
#define OWNER(number) holder(c, (number), ROLE_OWNER)
#define BUYER(number) holder(c, (number), ROLE_BUYER)

static size_t devices_of(struct ctx *c, i64 id)
{
    const struct owner_device *d;
    struct list all;
    size_t n = 0;

    EXPECT_OK(owner_devices(c, id, &all));
    d = all.at;
    for (size_t k = 0; k < all.n; k++) n += d[k].role == ROLE_OWNER;
    return n;
}

static const char *gift_code(struct ctx *c, i64 order_id)
{
    struct list all;

    EXPECT_OK(owner_gift_codes(c, order_id, NULL, &all));
    EXPECT_INT(all.n, 1);
    return ((struct owner_gift *)all.at)->code;
}

static enum err claims(struct ctx *c, const char *code, i64 who)
{
    struct owner_gift g;

    return owner_code_claim(c, code, who, &g);
}

/* Every invariant of this room holds. */
static void proved(struct ctx *c)
{
    for (const struct query *k = owner_module.checks; k->name; k++) {
        const char *sql = arena_printf(c->mem, "SELECT COUNT(*) FROM (%s) x", k->sql);
        const struct query q = { .name = k->name, .sql = sql };
        i64 n = -1;

        EXPECT_OK(db_one0(c, &q, INTO(&n)));
        if (n) fail_msg("%s: %lld", k->name, n);
    }
}

static struct chain a_shop(struct ctx *c, int phones)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.phone, phones);
    return t;
}

/* ---- Bought --------------------------------------------------------------------- */

static void bought(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1);
    struct owner_device d;

    buys(c, &t, anna, imei(c, 1));
    EXPECT_INT(OWNER(imei(c, 1)), anna);
    EXPECT_INT(BUYER(imei(c, 1)), anna);
    EXPECT_OK(owner_device(c, anna, imei(c, 1), &d));
    EXPECT(!d.given && d.number && d.bought_at == c->now);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'owner.changed'"), 1);
    proved(c);
}

static void fetched(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = two_phones(c, &t);
    struct order_handover h = { .place_id = t.arbat, .code = code_of(c, p.id) };
    i64 id;

    heard(c);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM owner_fact"), 0);
    serial(c, &h.serials, t.phone, imei(c, 1));
    serial(c, &h.serials, t.phone, imei(c, 2));
    pay(c, &h.payments, PAY_CASH, 2 * PHONE_MINOR);
    EXPECT_OK(order_handover(c, &h, &id));
    heard(c);
    EXPECT_INT(devices_of(c, p.customer_id), 2);
    EXPECT_OK(owner_follow(c, p.id, c->now)); /* heard twice */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM owner_fact"), 2);
    proved(c);
}

static void found_by(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const i64 order = buys(c, &t, anna, imei(c, 1));
    const char *number = the(c, order).number;
    i64 id = 0;

    EXPECT_OK(customer_find(c, number, &id));
    EXPECT_INT(id, anna);
    EXPECT_OK(
        customer_find(c, arena_printf(c->mem, "%.3s%s", number, number + 4), &id));
    EXPECT_INT(id, anna);
    EXPECT_OK(customer_find(c, imei(c, 1), &id));
    EXPECT_INT(id, anna);
    const struct customer_said by[] = { { KEY_SERIAL, imei(c, 1), false } };
    EXPECT_OK(customer_resolve(c, by, 1, &id));
    EXPECT_INT(id, anna);
    EXPECT_OK(claims(c, gift_code(c, order), oleg));
    EXPECT_OK(customer_find(c, imei(c, 1), &id));
    EXPECT_INT(id, oleg);
    EXPECT_OK(customer_find(c, number, &id));
    EXPECT_INT(id, anna);
    comes_back(c, &t, order, imei(c, 1));
    EXPECT_ERR(customer_find(c, imei(c, 1), &id), NOT_FOUND);
}

/* ---- Given -------------------------------------------------------------------------
 */

static void gift(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const i64 order = buys(c, &t, anna, imei(c, 1));
    const char *code = gift_code(c, order);
    struct owner_device d;
    struct owner_gift g;

    EXPECT_TEXT(gift_code(c, order), code); /* a second print is the first */
    c->now += DAY_MS;
    EXPECT_OK(owner_code_look(c, code, &g));
    EXPECT_TEXT(g.serial, imei(c, 1));
    EXPECT_OK(claims(c, code, oleg));
    EXPECT_INT(OWNER(imei(c, 1)), oleg);
    EXPECT_INT(BUYER(imei(c, 1)), anna);
    EXPECT_INT(devices_of(c, anna), 0);
    EXPECT_OK(owner_device(c, oleg, imei(c, 1), &d));
    EXPECT(d.given && !d.number);
    EXPECT_INT(d.bought_at, c->now - DAY_MS); /* its age is the piece's */
    EXPECT_OK(owner_device(c, anna, imei(c, 1), &d));
    EXPECT_INT(d.role, ROLE_BUYER);
    EXPECT_ERR(claims(c, code, anna), GONE);
    proved(c);
}

static void gift_of_nobody(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 oleg = someone(c, 2), order = buys(c, &t, 0, imei(c, 1));

    EXPECT_INT(OWNER(imei(c, 1)), 0);
    EXPECT_OK(claims(c, gift_code(c, order), oleg));
    EXPECT_INT(OWNER(imei(c, 1)), oleg);
    EXPECT_INT(BUYER(imei(c, 1)), 0);
    proved(c);
}

static void dead_code(struct ctx *c)
{
    const struct chain t = a_shop(c, 2);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const i64 order = buys(c, &t, anna, imei(c, 1)),
              other = buys(c, &t, anna, imei(c, 2));
    const char *code = gift_code(c, order), *old = gift_code(c, other);
    struct list none;

    c->now += 1000;
    comes_back(c, &t, order, imei(c, 1));
    EXPECT_ERR(claims(c, code, oleg), GONE);
    EXPECT_ERR(owner_gift_codes(c, order, NULL, &none), NOT_FOUND);
    c->now += (CODE_GIFT_DAYS + 1) * DAY_MS;
    EXPECT_ERR(claims(c, old, oleg), GONE);
    EXPECT_ERR(claims(c, "00000-00000", oleg), NOT_FOUND);
    EXPECT_ERR(claims(c, "нет", oleg), NOT_FOUND);
}

static void passed_by_owner(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    struct owner_gift g;

    buys(c, &t, anna, imei(c, 1));
    EXPECT_ERR(owner_code_new(c, oleg, imei(c, 1), &g), NOT_FOUND);
    EXPECT_OK(owner_code_new(c, anna, imei(c, 1), &g));
    EXPECT_ERR(claims(c, g.code, anna), WRONG_STATE);
    EXPECT_OK(owner_code_drop(c, anna, imei(c, 1)));
    EXPECT_ERR(claims(c, g.code, oleg), NOT_FOUND);
    EXPECT_OK(owner_code_new(c, anna, imei(c, 1), &g));
    EXPECT_OK(claims(c, g.code, oleg));
    EXPECT_ERR(owner_code_new(c, anna, imei(c, 1), &g), NOT_FOUND);
    EXPECT_INT(OWNER(imei(c, 1)), oleg);
    proved(c);
}

static void passed_by_staff(struct ctx *c)
{
    const struct chain t = a_shop(c, 2);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const struct owner_pass to = { .customer_id = oleg, .why = "принёс чек и коробку" };
    const struct owner_pass nobody = { .customer_id = 12 };

    buys(c, &t, anna, imei(c, 1));
    EXPECT_OK(owner_pass_on(c, imei(c, 1), &to));
    EXPECT_INT(OWNER(imei(c, 1)), oleg);
    EXPECT_ERR(owner_pass_on(c, imei(c, 1), &to), WRONG_STATE);
    EXPECT_ERR(owner_pass_on(c, imei(c, 1), &nobody), NO_SUCH);
    EXPECT_ERR(owner_pass_on(c, imei(c, 9), &to), NOT_FOUND);
    proved(c);
}

static const char *receipt_of(struct ctx *c, i64 order_id)
{
    static const struct query q = { "test.receipt",
                                    "SELECT number FROM order_order WHERE id = $1" };
    const char *number = NULL;

    EXPECT_OK(db_one(c, &q, INTO(&number), order_id));
    return number;
}

static void by_the_receipt(struct ctx *c)
{
    const struct chain t = a_shop(c, 3);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const i64 order = buys(c, &t, 0, imei(c, 1)), other = buys(c, &t, 0, imei(c, 2));
    struct owner_pass to = { .customer_id = anna,
                             .receipt = receipt_of(c, other),
                             .why = "и коробка" };

    EXPECT_ERR(owner_pass_on(c, imei(c, 1), &to), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "receipt");
    c->fault = (struct fault){ 0 };
    to.receipt = receipt_of(c, order);
    EXPECT_OK(owner_pass_on(c, imei(c, 1), &to));
    EXPECT_INT(OWNER(imei(c, 1)), anna);
    c->now += 1000;
    to.customer_id = oleg; /* who finds the receipt later has nothing of it */
    EXPECT_ERR(owner_pass_on(c, imei(c, 1), &to), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(owner_undo(c, imei(c, 1)));
    EXPECT_INT(OWNER(imei(c, 1)), 0);
    c->now += 1000;
    EXPECT_OK(owner_pass_on(c, imei(c, 1), &to));
    EXPECT_INT(OWNER(imei(c, 1)), oleg);
    proved(c);
}

static void by_a_telephone_that_is_new(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    struct owner_pass to = { .customer_id = NONE, .name = "Белова Вера" };
    struct owner_unit u;
    i64 id;

    buys(c, &t, someone(c, 1), imei(c, 1));
    EXPECT_ERR(owner_pass_on(c, imei(c, 1), &to), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "phone");
    c->fault = (struct fault){ 0 };
    to.phone = "8 916 777 66 55";
    EXPECT_OK(owner_pass_on(c, imei(c, 1), &to));
    EXPECT_OK(customer_find(c, "+79167776655", &id));
    EXPECT_OK(owner_unit(c, imei(c, 1), &u));
    EXPECT_INT(u.of[ROLE_OWNER]->customer_id, id);
}

static void undone_by_hand(struct ctx *c)
{
    const struct chain t = a_shop(c, 2);
    const i64 anna = someone(c, 1), oleg = someone(c, 2), son = someone(c, 3);
    const struct owner_pass to = { .customer_id = oleg };
    struct owner_unit u;

    buys(c, &t, anna, imei(c, 1));
    EXPECT_ERR(owner_undo(c, imei(c, 1)), WRONG_STATE); /* a sale is no word by hand */
    c->fault = (struct fault){ 0 };
    EXPECT_OK(owner_use(c, anna, imei(c, 1), son));
    c->now += 1000;
    EXPECT_OK(owner_pass_on(c, imei(c, 1), &to));
    EXPECT_OK(owner_unit(c, imei(c, 1), &u));
    EXPECT_INT(u.undo_until_at, c->now + UNDO_HOURS * HOUR_MS);
    c->now += 1000;
    EXPECT_OK(owner_undo(c, imei(c, 1)));
    EXPECT_INT(OWNER(imei(c, 1)), anna);
    EXPECT_INT(holder(c, imei(c, 1), ROLE_USER), son); /* as if nobody had said it */
    EXPECT_ERR(owner_undo(c, imei(c, 1)), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    c->now += 1000;
    EXPECT_OK(owner_pass_on(c, imei(c, 1), &to));
    c->now += UNDO_HOURS * HOUR_MS;
    EXPECT_ERR(owner_undo(c, imei(c, 1)), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    proved(c);
}

static void trade_in_undone(struct ctx *c)
{
    const struct chain t = a_shop(c, 2);
    const i64 anna = someone(c, 1);
    const struct owner_trade_in in = { .place_id = t.arbat, .why = "экран цел" };
    const char *one = imei(c, 1);
    struct stock_unit u;

    buys(c, &t, anna, one);
    c->now += 1000;
    EXPECT_OK(owner_trade_in(c, one, &in));
    c->now += 1000;
    EXPECT_OK(owner_undo(c, one));
    EXPECT_INT(OWNER(one), anna);
    EXPECT_OK(stock_unit_find(c, one, &u));
    EXPECT_INT(u.state, UNIT_SOLD);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM stock_quarantine WHERE ended_at IS NULL"), 0);
    c->now += 1000;
    EXPECT_OK(owner_trade_in(c, one, &in)); /* he thinks better of it again */
    SQL("UPDATE stock_quarantine SET ended_at = 1, ended_how = 0 WHERE ended_at IS "
        "NULL");
    EXPECT_ERR(owner_undo(c, one), WRONG_STATE); /* somebody has decided about it */
    c->fault = (struct fault){ 0 };
    EXPECT_INT(OWNER(one), 0);
}

static void used_by(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2), son = someone(c, 3);
    struct owner_device d;

    buys(c, &t, anna, imei(c, 1));
    EXPECT_ERR(owner_use(c, oleg, imei(c, 1), son), NOT_FOUND);
    EXPECT_OK(owner_use(c, anna, imei(c, 1), son));
    EXPECT_OK(owner_device(c, son, imei(c, 1), &d));
    EXPECT_INT(d.role, ROLE_USER);
    EXPECT(!d.number && d.user_id == NONE);
    EXPECT_ERR(owner_use(c, son, imei(c, 1), oleg), NOT_FOUND);
    EXPECT_OK(owner_device(c, anna, imei(c, 1), &d));
    EXPECT_INT(d.user_id, son);
    EXPECT_OK(owner_use(c, anna, imei(c, 1), 0));
    EXPECT_INT(holder(c, imei(c, 1), ROLE_USER), 0);
    EXPECT_INT(OWNER(imei(c, 1)), anna);
    proved(c);
}

/* ---- Back, and to another ----------------------------------------------------------
 */

static void resold(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const i64 order = buys(c, &t, anna, imei(c, 1));

    c->now += 1000;
    comes_back(c, &t, order, imei(c, 1));
    EXPECT_INT(OWNER(imei(c, 1)), 0);
    EXPECT_INT(devices_of(c, anna), 0);
    c->now += 1000;
    buys(c, &t, oleg, imei(c, 1));
    EXPECT_INT(OWNER(imei(c, 1)), oleg);
    EXPECT_INT(BUYER(imei(c, 1)), oleg);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM owner_fact"), 3);
    proved(c);
}

/* The gift came back by the receiver's hand; the mistake goes back to him as well. */
static void undone(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const i64 order = buys(c, &t, anna, imei(c, 1));

    c->now += 1000;
    EXPECT_OK(claims(c, gift_code(c, order), oleg));
    c->now += 1000;
    const i64 back = comes_back(c, &t, order, imei(c, 1));
    EXPECT_INT(OWNER(imei(c, 1)), 0);
    c->now += 1000;
    EXPECT_OK(order_return_undo(c, back));
    heard(c);
    EXPECT_INT(OWNER(imei(c, 1)), oleg);
    EXPECT_INT(BUYER(imei(c, 1)), anna);
    proved(c);
}

static void traded_in(struct ctx *c)
{
    const struct chain t = a_shop(c, 2);
    const i64 anna = someone(c, 1);
    const struct owner_trade_in in = { .place_id = t.arbat, .why = "экран цел" };
    struct stock_unit u;

    buys(c, &t, anna, imei(c, 1));
    c->now += 400 * DAY_MS;
    EXPECT_OK(owner_trade_in(c, imei(c, 1), &in));
    EXPECT_INT(OWNER(imei(c, 1)), 0);
    EXPECT_INT(devices_of(c, anna), 0);
    EXPECT_OK(stock_unit_find(c, imei(c, 1), &u));
    EXPECT_INT(u.state, UNIT_QUARANTINE);
    EXPECT_ERR(owner_trade_in(c, imei(c, 1), &in), WRONG_STATE);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_quarantine"), 1);
    proved(c);
}

/* A till without a line tells of the sale after the piece came back elsewhere. */
static void late(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const char *one = imei(c, 1);

    buys(c, &t, anna, one);
    const i64 sold_at = c->now;
    c->now += 3600000;
    EXPECT_OK(owner_add(c, &(struct owner_fact){ .serial = one,
                                                 .what = OWNED_PASSED_ON,
                                                 .customer_id = oleg,
                                                 .born_id = NONE,
                                                 .at = sold_at - 1000,
                                                 .variant_id = t.phone }));
    EXPECT_INT(OWNER(one), anna); /* before the sale: no word on today */
    proved(c);
}

static void slip(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), order = buys(c, &t, anna, imei(c, 1));

    SQL("DELETE FROM owner_role");
    SQL("DELETE FROM owner_fact");
    SQL("DELETE FROM owner_unit");
    SQL(arena_printf(c->mem, "UPDATE stock_unit SET variant_id = %lld", t.cover));
    EXPECT_OK(owner_follow(c, order, c->now));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM owner_fact"), 0);
}

/* ---- One person of two
 * ---------------------------------------------------------------
 */

static void merged(struct ctx *c)
{
    const struct chain t = a_shop(c, 3);
    const i64 anna = someone(c, 1), again = someone(c, 3), oleg = someone(c, 2);
    i64 merge_id;

    buys(c, &t, anna, imei(c, 1));
    const i64 order = buys(c, &t, again, imei(c, 2));
    EXPECT_OK(customer_merge(
        c,
        &(struct customer_merge_new){ .into = anna, .from = again, .score_ppm = NONE },
        &merge_id));
    EXPECT_INT(devices_of(c, anna), 2);
    proved(c);
    buys(c, &t, again, imei(c, 3)); /* by the old record: she who lives for it */
    EXPECT_OK(claims(c, gift_code(c, order), oleg));
    EXPECT_INT(devices_of(c, oleg), 1);
    EXPECT_OK(customer_part(c, merge_id, ""));
    EXPECT_INT(OWNER(imei(c, 1)), anna);
    EXPECT_INT(OWNER(imei(c, 2)), oleg);
    EXPECT_INT(BUYER(imei(c, 2)), again);
    proved(c);
}

/* Histories of sales, gifts, returns, trade-ins, merges and undos: whatever happens,
 * the invariants hold, and with all merges undone every device is whose it would have
 * been.
 */
enum { PEOPLE = 5, PHONES = 4, STEPS = 40 };

struct world {
    const struct chain *t;
    i64 who[PEOPLE], order[PHONES], back[PHONES], merges[STEPS];
    int n;
    u64 seed;
};

static int dice(struct world *w, int n)
{
    w->seed ^= w->seed << 13;
    w->seed ^= w->seed >> 7;
    w->seed ^= w->seed << 17;
    return (int)(w->seed % (u64)n);
}

static void one_step(struct ctx *c, struct world *w)
{
    const int p = dice(w, PHONES), i = dice(w, PEOPLE), k = dice(w, PEOPLE);
    const char *one = imei(c, 10 + p);
    struct list codes = { 0 };
    struct stock_unit u;
    i64 living;

    EXPECT_OK(customer_living(c, w->who[i], &living));
    const bool out = !stock_unit_find(c, one, &u) && u.state == UNIT_SOLD;
    c->fault = (struct fault){ 0 };
    switch (dice(w, 8)) {
    case 0:
    case 1:
        if (!out) w->order[p] = buys(c, w->t, living, one);
        break;
    case 2:
        if (out) comes_back(c, w->t, w->order[p], one);
        break;
    case 3:
        if (!out || owner_gift_codes(c, w->order[p], one, &codes)) break;
        if (claims(c, ((struct owner_gift *)codes.at)->code, living)) break;
        break;
    case 4:
        if (out && owner_pass_on(c, one, &(struct owner_pass){ .customer_id = living }))
            break;
        break;
    case 5:
        if (owner_undo(c, one)) break;
        break;
    case 6:
        if (customer_merge(c,
                           &(struct customer_merge_new){ .into = w->who[i],
                                                         .from = w->who[k],
                                                         .score_ppm = NONE },
                           &w->merges[w->n]) == ERR_OK)
            w->n++;
        break;
    default:
        if (w->n) EXPECT_OK(customer_part(c, w->merges[--w->n], ""));
    }
    c->fault = (struct fault){ 0 };
}

static void histories(struct ctx *c)
{
    const int many = db_engine(c->db) == DB_SQLITE ? 60 : 8;
    struct chain t = a_shop(c, 20);
    struct world w = { .t = &t };

    for (int i = 0; i < PEOPLE; i++) w.who[i] = someone(c, 1 + 2 * i);
    for (int h = 1; h <= many; h++) {
        w.seed = 0x9E3779B97F4A7C15ull * (u64)h;
        for (int k = 0; k < STEPS / 4; k++) {
            c->now += 1000;
            one_step(c, &w);
        }
        proved(c);
    }
    EXPECT(test_int(c, "SELECT COUNT(*) FROM owner_fact") > many);
    while (w.n) EXPECT_OK(customer_part(c, w.merges[--w.n], ""));
    proved(c);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM owner_fact WHERE born_id IS NOT NULL"),
               0);
}

/* ---- Forgotten
 * ------------------------------------------------------------------------
 */

static void forgotten(struct ctx *c)
{
    const struct chain t = a_shop(c, 2);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);

    buys(c, &t, anna, imei(c, 1));
    const i64 order = buys(c, &t, anna, imei(c, 2));
    EXPECT_OK(claims(c, gift_code(c, order), oleg));
    for (const struct privacy_forget *f = owner_module.privacy->forgets; f->what; f++)
        EXPECT_OK(db_exec(c, f->run, NULL, anna));
    EXPECT_INT(OWNER(imei(c, 1)), 0);
    EXPECT_INT(OWNER(imei(c, 2)), oleg);
    EXPECT_INT(test_int(c, arena_printf(c->mem,
                                        "SELECT COUNT(*) FROM owner_fact WHERE "
                                        "customer_id = %lld",
                                        anna)),
               0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM owner_fact"), 3);
    proved(c);
}

/* ---- Its life, as its people may know it
 * ---------------------------------------------
 */

/* "bought registered returned", oldest first. */
static const char *life_of(struct ctx *c, i64 who, const char *serial)
{
    const struct owner_page_ask two = { .limit = 2 };
    struct owner_page_ask a = two;
    struct owner_life l;
    const char *all = "";

    do {
        const enum err e = owner_life(c, who, serial, &a, &l);
        const struct owner_day *d = l.items.at;

        if (e == ERR_NOT_FOUND) {
            c->fault = (struct fault){ 0 };
            return "not his";
        }
        EXPECT_OK(e);
        for (size_t k = 0; k < l.items.n; k++)
            all = arena_printf(c->mem, "%s%s%s%s", owner_day_words[d[k].what],
                               d[k].resold ? "+" : "", *all ? " " : "", all);
        a.after = l.next;
    } while (l.next);
    return all;
}

static struct owner_day newest(struct ctx *c, i64 who, const char *serial)
{
    const struct owner_page_ask one = { .limit = 1 };
    struct owner_life l;

    EXPECT_OK(owner_life(c, who, serial, &one, &l));
    return *(struct owner_day *)l.items.at;
}

static void life_of_a_gift(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2), son = someone(c, 3);
    const char *one = imei(c, 1);
    const i64 order = buys(c, &t, anna, one);

    EXPECT_INT(newest(c, anna, one).order_id, order);
    EXPECT_TEXT(life_of(c, oleg, one), "not his");
    c->now += 1000;
    EXPECT_OK(claims(c, gift_code(c, order), oleg));
    EXPECT_OK(owner_use(c, oleg, one, son));
    EXPECT_TEXT(life_of(c, anna, one), "bought handed_on");
    EXPECT_TEXT(life_of(c, oleg, one), "bought received");
    EXPECT_TEXT(life_of(c, son, one), "bought");
    EXPECT_INT(newest(c, son, one).order_id, NONE); /* another's receipt */
    c->now += 1000;
    comes_back(c, &t, order, one);
    EXPECT_TEXT(life_of(c, oleg, one), "bought received returned");
    EXPECT_INT(newest(c, oleg, one).refund_minor, NONE); /* another's money */
    EXPECT_INT(newest(c, oleg, one).order_id, NONE);
    EXPECT_TEXT(life_of(c, anna, one), "bought handed_on");
    EXPECT_TEXT(life_of(c, son, one), "not his");
}

static void life_with_papers(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), oleg = someone(c, 2);
    const char *one = imei(c, 1);
    const i64 order = buys(c, &t, anna, one);
    const struct owner_trade_in in = { .place_id = t.arbat };
    const struct owner_pass to = { .customer_id = oleg };
    struct owner_page_ask all = { .limit = NONE };
    struct owner_device own;
    struct owner_pasts past;

    EXPECT_OK(owner_device(c, anna, one, &own));
    EXPECT_INT(own.warranty_until_at, NONE);
    SQL("UPDATE catalog_product SET warranty_days = 365");
    EXPECT_OK(owner_device(c, anna, one, &own));
    EXPECT_INT(own.warranty_until_at, own.bought_at + 365 * DAY_MS);
    c->now += 1000;
    EXPECT_OK(owner_pass_on(c, one, &to));
    c->now += 1000;
    EXPECT_OK(owner_undo(c, one)); /* never happened */
    c->now += 1000;
    comes_back(c, &t, order, one);
    EXPECT_TEXT(life_of(c, anna, one), "bought returned");
    const struct owner_day d = newest(c, anna, one);
    EXPECT_TEXT(d.reason, return_reason_words[RETURN_WRONG]);
    EXPECT_TEXT(d.document, arena_printf(c->mem, "%s/R1", receipt_of(c, order)));
    EXPECT_INT(d.refund_minor, PHONE_MINOR);
    EXPECT_INT(d.order_id, order);
    EXPECT_OK(owner_past(c, anna, &all, &past));
    EXPECT_INT(past.items.n, 1);
    const struct owner_past *p = past.items.at;
    EXPECT_INT(p->how, DAY_RETURNED);
    EXPECT_INT(p->until_at, d.at);
    c->now += 1000;
    buys(c, &t, oleg, one);
    c->now += 1000;
    EXPECT_OK(owner_trade_in(c, one, &in));
    EXPECT_TEXT(life_of(c, oleg, one), "bought traded_in");
    EXPECT_OK(owner_past(c, oleg, &all, &past));
    EXPECT_INT(((struct owner_past *)past.items.at)->how, DAY_TRADED_IN);
    EXPECT_OK(stock_aside_end(c, test_int(c, "SELECT id FROM stock_quarantine"),
                              ASIDE_SHELF, "проверен"));
    c->now += 1000;
    buys(c, &t, anna, one);
    EXPECT_TEXT(life_of(c, anna, one), "bought returned bought+");
    EXPECT_OK(owner_past(c, anna, &all, &past)); /* hers again */
    EXPECT_INT(past.items.n, 0);
}

/* ---- Over HTTP
 * ------------------------------------------------------------------------
 */

static void over_http(struct ctx *c)
{
    const struct chain t = a_shop(c, 1);
    const i64 anna = someone(c, 1), order = buys(c, &t, anna, imei(c, 1));
    const char *path = arena_printf(c->mem, "/v1/owner/unit/%s", imei(c, 1));
    const char *gift_path = arena_printf(c->mem, "/v1/owner/order/%lld/gift", order);
    struct reply r = test_call(c, "GET", path, NULL);

    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"owner\":{") && strstr(r.text, "\"what\":\"bought\""));
    r = test_call(c, "POST", gift_path, "{}");
    EXPECT_INT(r.status, 200);
    EXPECT(!strstr(r.text, "price") && !strstr(r.text, "_minor") &&
           !strstr(r.text, "Иванова"));
    r = test_call(c, "GET", "/v1/owner/unit/866846040009999", NULL);
    EXPECT_INT(r.status, 404);
}

static const struct test tests[] = {
    { "who buys a telephone at the till owns it", bought },
    { "who fetches his order owns its pieces, once, however often it is heard",
      fetched },
    { "who brings only the receipt, or only the telephone, is found by it", found_by },
    { "a gift is claimed once by its code, keeps its age, and tells nothing of the "
      "giver",
      gift },
    { "what nobody known bought is claimed by the code on the receipt",
      gift_of_nobody },
    { "a code dies when the piece comes back, or in a year", dead_code },
    { "an owner passes his device on by a code, and may take the code back",
      passed_by_owner },
    { "the shop writes down that a piece changed hands", passed_by_staff },
    { "who brings the receipt of a piece that nobody known bought owns it, once",
      by_the_receipt },
    { "a piece passes to a telephone that nobody had yet", by_a_telephone_that_is_new },
    { "a change of hands written down by mistake is undone within a day",
      undone_by_hand },
    { "a trade-in is undone while the piece stands aside", trade_in_undone },
    { "an owner says who uses his device", used_by },
    { "what came back is nobody's, and sold again its next buyer's", resold },
    { "a return taken back gives the gift to whom it was given", undone },
    { "what is traded in stands aside and is nobody's", traded_in },
    { "what is heard late stands where it belongs", late },
    { "another good's number is a slip of the hand, and nobody's piece", slip },
    { "devices go along when two records become one, and part again", merged },
    { "random lives of pieces and people keep every invariant", histories },
    { "each of a device's people knows his own part of its life, with no names",
      life_of_a_gift },
    { "a return stands in a device's life with its slip; what was taken back does not",
      life_with_papers },
    { "who is erased leaves the pieces, and others' gifts, behind", forgotten },
    { "the shop sees whose a piece is; a gift receipt has no price on it", over_http },
};

int main(void)
{
    return test_main("owner", tests, COUNT(tests));
}
