/* One sale of a till: asked for, told, written down once. */
#include "till/till_own.h"

#include "base/buf.h"
#include "base/person.h"
#include "base/seal.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "event/event.h"
#include "task/task.h"

enum { FIND, FIND_KEY, NEXT, ADD, AGAIN, LIST, BEHIND, SEAL };

/* clang-format off */
const struct query till_sale_sql[] = {
    [FIND] = { "till.find_sale",
        "SELECT state, sale_key, happened, answer FROM till_sale WHERE till_id = $1 AND seq = $2" },

    [FIND_KEY] = { "till.find_sale_by_key",
        "SELECT state, sale_key, happened, answer FROM till_sale WHERE sale_key = $1 AND till_id = $2" },

    /* The guard of "in order and once": of two that tell the same number one waits
     * and then finds no row. */
    [NEXT] = { "till.next_sale",
        "UPDATE till_till SET last_seq = $2, seen_at = $4,"
        "       last_at = CASE WHEN last_at < $3 THEN $3 ELSE last_at END"
        " WHERE id = $1 AND last_seq = $2 - 1 AND closed = 0" },

    [ADD] = { "till.add_sale",
        "INSERT INTO till_sale (till_id, seq, sale_key, state, customer_id, order_id, staff_id,"
        " total_minor, at, till_at, clock_ms, said_at, happened, conflicts, receipt, body, answer,"
        " born_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)" },

    /* It was refused, the till did not hear that and let the buyer go. */
    [AGAIN] = { "till.forget_refusal",
        "DELETE FROM till_sale WHERE till_id = $1 AND seq = $2 AND state = 1" },

    [LIST] = { "till.list_sales",
        "SELECT till_id, seq, state, order_id, staff_id, total_minor, at, till_at, clock_ms,"
        "       said_at, happened, conflicts, receipt, CASE WHEN state = 2 THEN body END FROM till_sale"
        " WHERE till_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3" },

    /* What is too long to be sealed in its column stays as it is. */
    [BEHIND] = { "till.behind",
        "SELECT till_id, seq, CASE WHEN length(body) < 48000 OR substr(body, 1, 7) = 'sealed:' THEN body END"
        "  FROM till_sale WHERE (till_id, seq) > ($1, $2) ORDER BY till_id, seq LIMIT $3" },

    [SEAL] = { "till.seal_body",
        "UPDATE till_sale SET body = $3 WHERE till_id = $1 AND seq = $2 AND body = $4" },
    QUERY_END
};
/* clang-format on */

const char *const till_sale_words[] = { "recorded", "refused", "parked", NULL };

enum { CALLED_MAX = 64 << 10 };

/* A telling on its way: `placing` while a refusal is about the goods, not about the
 * number. */
struct telling {
    struct till_sale s;
    const char *answer;
    bool again, placing;
    i64 customer_id;
};

/* ---- Its number -------------------------------------------------------------- */

struct answered {
    i64 state;
    const char *key, *answer;
    bool happened, found;
};

static enum err find(struct ctx *c, const struct till_sale *s, struct answered *ret)
{
    const struct till_told *t = s->told;
    enum err e = db_one(c, &till_sale_sql[FIND],
                        INTO(&ret->state, &ret->key, &ret->happened, &ret->answer),
                        s->till.id, t->seq);

    if (e == ERR_NOT_FOUND)
        e = db_one(c, &till_sale_sql[FIND_KEY],
                   INTO(&ret->state, &ret->key, &ret->happened, &ret->answer), t->key,
                   s->till.id);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    ret->found = true;
    if (strcmp(ret->key, t->key) != 0)
        return FAIL(c, KEY_REUSED, "sale %lld of till %lld was another one", t->seq,
                    s->till.id);
    return ERR_OK;
}

/* The same words get the same answer; only "it happened" outranks a refusal. */
static enum err answered_before(struct ctx *c, struct telling *w)
{
    struct answered was = { 0 };

    TRY(find(c, &w->s, &was));
    if (!was.found) return ERR_OK;
    w->again = was.state == SALE_REFUSED && w->s.told->happened;
    if (!w->again) w->answer = was.answer;
    return ERR_OK;
}

/* No row: somebody told the same while we waited for the till, and the answer lies
 * there by now, or it is not this one's turn. */
static enum err number_gone(struct ctx *c, struct telling *w)
{
    struct till *t = &w->s.till;
    const i64 seq = w->s.told->seq;

    TRY(answered_before(c, w));
    if (w->answer) return ERR_OK;
    TRY(till_get(c, t->id, t));
    if (t->closed) return FAIL(c, GONE, "till %lld was closed", t->id);
    return FAIL_FIELD(c, GAP, "seq",
                      "till %lld is at %lld: sale %lld comes next, not %lld", t->id,
                      t->last_seq, t->last_seq + 1, seq);
}

/* Sets the answer when another telling of the same sale was first. */
static enum err take_number(struct ctx *c, struct telling *w)
{
    const i64 till_id = w->s.till.id, seq = w->s.told->seq;
    i64 n;

    w->answer = NULL;
    if (w->again)
        TRY(db_exec(c, &till_sale_sql[AGAIN], &n, till_id, seq));
    else
        TRY(db_exec(c, &till_sale_sql[NEXT], &n, till_id, seq, w->s.out.at, c->now));
    return n ? ERR_OK : number_gone(c, w);
}

/* ---- Its time ---------------------------------------------------------------- */

/* By our clock: the till says what its own shows now.  Never before its sale before
 * nor after this moment, however wrong that clock went meanwhile. */
static void settle_time(struct ctx *c, struct till_sale *s)
{
    const struct till_told *t = s->told;
    const i64 behind = c->now - t->sent_at, tolerance = s->limits.clock_tolerance_s;
    const bool off = behind > tolerance * SECOND_MS || -behind > tolerance * SECOND_MS;
    i64 at = off ? t->at + behind : t->at;

    s->out.clock_ms = off ? behind : 0;
    s->out.bounded = at > c->now + tolerance * SECOND_MS || at < s->till.last_at;
    if (at > c->now) at = c->now;
    if (at < s->till.last_at) at = s->till.last_at;
    s->out.at = at;
}

/* ---- Who, for whom ----------------------------------------------------------- */

static enum err read_seller(struct ctx *c, struct till_sale *s)
{
    bool may = false;
    const enum err e = staff_person(c, s->told->staff_id, &s->seller);

    if (e && e != ERR_NOT_FOUND) return e;
    s->seller_known = !e;
    if (s->told->happened) return ERR_OK;
    if (!e) TRY(staff_can(c, s->seller.id, RIGHT_SELL, s->till.place_id, &may));
    if (may) return ERR_OK;
    return FAIL_FIELD(c, DENIED, "staff_id", "account %lld does not sell here",
                      s->told->staff_id);
}

static enum err read_customer(struct ctx *c, struct till_sale *s, struct order_new *o)
{
    struct customer who;

    if (o->customer_id == NONE || !s->told->happened) return ERR_OK;
    const enum err e = customer_get(c, o->customer_id, &who);
    if (e != ERR_NOT_FOUND) return e;
    s->customer_gone = true;
    o->customer_id = NONE;
    return ERR_OK;
}

/* A typed number that is none is no reason either. */
static void contact(struct ctx *c, const struct till_sale *s, struct order_new *o)
{
    const struct till_told *t = s->told;

    if (o->customer_id != NONE || s->customer_gone) return;
    o->phone = t->phone && customer_phone_norm(c->mem, t->phone) ? t->phone : NULL;
    o->card = t->card && customer_card_norm(c->mem, t->card) ? t->card : NULL;
    o->email = t->email && customer_email_norm(c->mem, t->email) ? t->email : NULL;
}

/* ---- Write ------------------------------------------------------------------- */

static void lines_of(struct ctx *c, const struct till_told *t, struct list *ret)
{
    const struct till_line *l = t->lines.at;

    for (size_t k = 0; k < t->lines.n; k++)
        *(struct order_line_new *)list_add(c->mem, ret, sizeof(struct order_line_new)) =
            (struct order_line_new){ .variant_id = l[k].variant_id,
                                     .qty = l[k].qty,
                                     .serial = l[k].serial,
                                     .price_minor = l[k].price_minor,
                                     .vat_bp = &l[k].vat_bp };
}

static enum err place(struct ctx *c, struct telling *w)
{
    struct till_sale *s = &w->s;
    const struct who till = c->who;
    struct order_placed placed = { 0 };
    struct order_new o = { .kind = ORDER_SALE,
                           .channel = CHANNEL_SHOP,
                           .place_id = s->till.place_id,
                           .customer_id = s->told->customer_id,
                           .pay = -1,
                           .region_id = NONE,
                           .slot_id = NONE,
                           .basket_id = NONE,
                           .sold_at = s->told->happened ? s->out.at : NONE,
                           .payments = s->told->payments };

    TRY(read_customer(c, s, &o));
    contact(c, s, &o);
    lines_of(c, s->told, &o.lines);
    c->who = (struct who){ .kind = s->seller_known ? WHO_STAFF : WHO_KEY,
                           .id = s->seller_known ? s->seller.id : s->till.id,
                           .rights = 1ull << RIGHT_SELL,
                           .place_id = s->till.place_id };
    const enum err e = order_place(c, &o, &placed);
    c->who = till;
    TRY(e);
    s->out.order_id = placed.id;
    s->out.number = placed.number;
    s->out.total_minor = placed.total_minor;
    w->customer_id = placed.customer_id;
    return ERR_OK;
}

enum { BODY_MAX = 48000 }; /* sealed it is a third longer */

static enum err keep(struct ctx *c, struct telling *w)
{
    const struct till_sale *s = &w->s;
    const struct till_told *t = s->told;
    struct buf text = buf_new(c->mem, 1024, CALLED_MAX);

    const char *body = NULL;

    shape_write(&text, &till_sold_shape, &s->out);
    if (s->out.state != SALE_RECORDED)
        TRY(seal_close(c,
                       arena_strdup(c->mem, t->body.at,
                                    t->body.n < BODY_MAX ? t->body.n : BODY_MAX),
                       &body));
    w->answer = text.at;
    return db_exec(c, &till_sale_sql[ADD], NULL, s->till.id, t->seq, t->key,
                   s->out.state, w->customer_id, s->out.order_id, t->staff_id,
                   s->out.total_minor, s->out.at, t->at, s->out.clock_ms, c->now,
                   t->happened, (i64)s->out.conflicts.n, t->receipt, body, w->answer,
                   person_born(c, w->customer_id));
}

/* Everything of it in one unit: number, order, goods, money, tasks, answer. */
static enum err record(struct ctx *c, void *arg)
{
    struct telling *w = arg;
    struct till_sale *s = &w->s;

    w->placing = w->again = false;
    w->answer = NULL;
    s->out = (struct till_sold){ .seq = s->told->seq, .state = SALE_RECORDED };
    TRY(till_get(c, s->till.id, &s->till));
    TRY(till_limits(c, s->till.place_id, &s->limits));
    TRY(answered_before(c, w));
    if (w->answer) return ERR_OK;
    settle_time(c, s);
    TRY(take_number(c, w));
    if (w->answer) return ERR_OK;
    w->placing = true;
    TRY(read_seller(c, s));
    if (s->told->happened) TRY(till_look_before(c, s));
    TRY(place(c, w));
    if (s->told->happened) TRY(till_look_after(c, s));
    TRY(till_make_tasks(c, s));
    return keep(c, w);
}

/* It could not be written down: its number is used all the same, so that no gap is
 * left; one that happened is kept whole, for a person. */
static enum err set_aside(struct ctx *c, void *arg)
{
    struct telling *w = arg;
    struct till_sale *s = &w->s;
    const struct till_line *l = s->told->lines.at;

    s->out.order_id = w->customer_id = 0;
    s->out.number = NULL;
    s->out.conflicts = (struct list){ 0 };
    s->out.state = s->told->happened ? SALE_PARKED : SALE_REFUSED;
    s->out.total_minor = 0;
    for (size_t k = 0; k < s->told->lines.n; k++)
        s->out.total_minor += l[k].qty * l[k].price_minor;
    TRY(take_number(c, w));
    if (w->answer) return ERR_OK;
    if (s->told->happened) (void)till_conflict(c, s, "till_parked");
    TRY(till_make_tasks(c, s));
    return keep(c, w);
}

static void note_faults(struct ctx *c, struct till_sale *s, enum err e)
{
    const struct fault only = { .err = e };

    s->out.faults = (struct list){ 0 };
    for (const struct fault *f = c->fault.err == e ? &c->fault : &only; f; f = f->next)
        *(struct till_fault *)list_add(c->mem, &s->out.faults,
                                       sizeof(struct till_fault)) =
            (struct till_fault){ err_code(f->err), f->field, f->message };
}

enum err till_sell(struct ctx *c, const struct till_told *told, const char **ret_json)
{
    struct telling w = { .s = { .told = told } };
    enum err e;

    TRY(till_that_asks(c, &w.s.till));
    e = db_unit(c, record, &w);
    if (e && w.placing && !err_again(e) && err_http(e) < 500) {
        note_faults(c, &w.s, e);
        c->fault = (struct fault){ 0 };
        e = db_unit(c, set_aside, &w);
    }
    TRY(e);
    *ret_json = w.answer;
    return ERR_OK;
}

enum err till_sales(struct ctx *c, i64 till_id, i64 before_seq, i64 limit,
                    struct list *ret)
{
    struct till_sale_row s = { 0 };
    i64 state;
    ROWS r;

    TRY(db_rows(c, &r, &till_sale_sql[LIST], till_id, before_seq, limit));
    while (db_next(&r, INTO(&s.till_id, &s.seq, &state, &s.order_id, &s.staff_id,
                            &s.total_minor, &s.at, &s.till_at, &s.clock_ms, &s.said_at,
                            &s.happened, &s.conflicts, &s.receipt, &s.told))) {
        s.state = (int)state;
        if (s.told) TRY(seal_open(c, s.told, &s.told));
        *(struct till_sale_row *)list_add(c->mem, ret, sizeof(s)) = s;
    }
    return r.err;
}

const struct sealed till_sealed[] = {
    { .what = "till.parked",
      .rows = &till_sale_sql[BEHIND],
      .put = &till_sale_sql[SEAL],
      .how = "w" },
    { 0 },
};
