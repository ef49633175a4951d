/* Goods come back: lines, stock, money and the slip, all or nothing. */
#include "order/order_return.h"

#include "base/time.h"
#include "staff/staff.h"

enum {
    BY_SERIAL,
    NEXT_SEQ,
    ADD,
    ADD_LINE,
    LINE_BACK,
    ORDER_BACK,
    SERIAL_BACK,
    SERIALS,
    SET_UNDONE,
    HEAD,
    OF_ORDER,
    LINES_OF,
    REFUNDS
};

#define ROW                                                                            \
    "r.id, r.order_id, r.customer_id, r.seq, r.place_id, r.state, r.reason, r.why,"    \
    " r.warned, r.goods_minor, r.refund_minor, r.at, r.who_id"
#define LINE                                                                           \
    "SELECT b.return_id, b.n, b.line_no, b.variant_id, l.sku, l.name, b.qty,"          \
    "       b.price_minor, l.vat_bp, b.condition, b.serial"                            \
    "  FROM order_return_line b JOIN order_line l ON l.customer_id = b.customer_id"    \
    "   AND l.order_id = b.order_id AND l.line_no = b.line_no"                         \
    " WHERE b.customer_id = $1 AND b.order_id = $2"

/* clang-format off */
const struct query order_return_sql[] = {
    /* Sold again later it is the later order's. */
    [BY_SERIAL] = { "order.by_serial",
        "SELECT order_id FROM order_serial WHERE serial = $1 ORDER BY order_id DESC LIMIT 1" },

    [NEXT_SEQ] = { "order.return_seq",
        "SELECT COALESCE(MAX(seq), 0) + 1 FROM order_return WHERE customer_id = $1 AND order_id = $2" },

    [ADD] = { "order.return_add",
        "INSERT INTO order_return (customer_id, order_id, id, seq, place_id, state, reason, why, warned,"
        " goods_minor, refund_minor, at, who_id)"
        " VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, $11, $12)" },

    [ADD_LINE] = { "order.return_line_add",
        "INSERT INTO order_return_line (customer_id, order_id, return_id, n, line_no, variant_id, qty,"
        " price_minor, condition, serial) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" },

    /* The guard: never more than left the shop; $4 < 0 takes a return back. */
    [LINE_BACK] = { "order.line_back",
        "UPDATE order_line SET returned_qty = returned_qty + $4"
        " WHERE customer_id = $1 AND order_id = $2 AND line_no = $3"
        "   AND returned_qty + $4 BETWEEN 0 AND done_qty" },

    [ORDER_BACK] = { "order.order_back",
        "UPDATE order_order SET returned_minor = returned_minor + $3, changed_at = $4"
        " WHERE customer_id = $1 AND id = $2 AND returned_minor + $3 BETWEEN 0 AND total_minor" },

    [SERIAL_BACK] = { "order.serial_returned",
        "SELECT COUNT(*) FROM order_return_line b JOIN order_return r ON r.customer_id = b.customer_id"
        "   AND r.order_id = b.order_id AND r.id = b.return_id"
        " WHERE b.customer_id = $1 AND b.order_id = $2 AND b.serial = $3 AND r.state = 0" },

    [SERIALS] = { "order.serials_out",
        "SELECT line_no, serial FROM order_serial"
        " WHERE customer_id = $1 AND order_id = $2 ORDER BY line_no, serial" },

    [SET_UNDONE] = { "order.return_undo",
        "UPDATE order_return SET state = 1 WHERE customer_id = $1 AND order_id = $2 AND id = $3"
        "   AND state = 0" },

    [HEAD] = { "order.return_head", "SELECT " ROW " FROM order_return r WHERE r.id = $1" },

    [OF_ORDER] = { "order.returns_of_order",
        "SELECT " ROW " FROM order_return r WHERE r.customer_id = $1 AND r.order_id = $2 ORDER BY r.id" },

    [LINES_OF] = { "order.returns_lines", LINE " ORDER BY b.return_id, b.n" },

    [REFUNDS] = { "order.return_refunds",
        "SELECT id, kind, -amount_minor, at, place_id, return_id FROM order_payment"
        " WHERE customer_id = $1 AND order_id = $2 AND return_id IS NOT NULL"
        "   AND amount_minor < 0 ORDER BY id" },
    QUERY_END
};
/* clang-format on */

#define Q order_return_sql

const char *const return_reason_words[] = { "not_liked", "defect", "wrong", NULL };
const char *const return_condition_words[] = { "sellable", "defective", NULL };
const char *const return_state_words[] = { "done", "undone", NULL };

/* ---- Find -------------------------------------------------------------------- */

static enum err by_serial(struct ctx *c, const char *key, i64 *ret_order_id)
{
    const char *serial = stock_serial_norm(c->mem, key);

    if (!serial) return ERR_NOT_FOUND;
    return db_one(c, &Q[BY_SERIAL], INTO(ret_order_id), serial);
}

/* "https://shop.example/order/3F…", "7K2-M9QFX/123456" and "7K2-M9QFX/R1" name the
 * order before or after their slash. */
static const char *name_in(struct ctx *c, const char *key)
{
    const char *slash = strrchr(key, '/'), *token = strstr(key, "/order/");
    i64 id;

    if (token) return arena_strdup(c->mem, token + 7, strcspn(token + 7, "/?#"));
    if (slash && !order_token_read(slash + 1, &id))
        return arena_strdup(c->mem, key, (size_t)(slash - key));
    return key;
}

enum err return_find(struct ctx *c, const char *key, i64 *ret_order_id)
{
    enum err e = by_serial(c, key, ret_order_id);

    if (e == ERR_NOT_FOUND) e = order_find(c, name_in(c, key), ret_order_id);
    if (e != ERR_NOT_FOUND) return e;
    c->fault = (struct fault){ 0 };
    return FAIL_FIELD(c, NOT_FOUND, "key", "no sold order for \"%s\"", key);
}

/* ---- What the rules say ------------------------------------------------------ */

struct rules {
    struct setting_scope s;
    i64 days; /* since the handover; that day itself does not count */
    bool distance;
};

static i64 handed_over_at(const struct order *o)
{
    const struct order_fulfilment *f = o->fulfilments.at;
    i64 at = o->placed_at;

    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (f[k].state == FULFIL_HANDED_OVER && f[k].done_at != NONE &&
            f[k].done_at > at)
            at = f[k].done_at;
    return at;
}

static enum err read_rules(struct ctx *c, const struct order *o, struct rules *ret)
{
    struct place p = { 0 };

    TRY(place_get(c, o->place_id, &p));
    TRY(place_scope(c, o->place_id, &ret->s));
    const int offset_min = (int)p.utc_offset_min;
    ret->days = time_day(c->now, offset_min) - time_day(handed_over_at(o), offset_min);
    ret->distance = o->channel != CHANNEL_SHOP;
    return ERR_OK;
}

static void against(struct ctx *c, struct list *to, const char *word)
{
    *(const char **)list_add(c->mem, to, sizeof(word)) = word;
}

/* One reason's rules, for one product. */
static void judge(struct ctx *c, const struct rules *r, const struct catalog_product *p,
                  int reason, struct list *ret)
{
    const i64 days = setting_int(c, "order.return_days", r->s),
              distance = setting_int(c, "order.return_distance_days", r->s),
              complex = setting_int(c, "order.return_complex_days", r->s),
              defect = setting_int(c, "order.return_defect_days", r->s);

    if (reason == RETURN_NOT_LIKED && r->distance) {
        if (r->days > distance) against(c, ret, "distance_late");
    } else if (reason == RETURN_NOT_LIKED) {
        if (r->days > days) against(c, ret, "late");
        if (p->complex_goods) against(c, ret, "complex");
    } else if (reason == RETURN_DEFECT && p->complex_goods) {
        if (r->days > complex) against(c, ret, "complex_late");
    } else if (reason == RETURN_DEFECT) {
        const i64 until = p->warranty_days > defect ? p->warranty_days : defect;
        if (r->days > until) against(c, ret, "warranty_over");
    }
}

static enum err product_of(struct ctx *c, i64 variant_id, struct catalog_product *ret)
{
    struct catalog_item item;

    *ret = (struct catalog_product){ 0 };
    enum err e = catalog_item(c, variant_id, &item);
    if (!e) e = catalog_product_get(c, item.product_id, ret);
    if (e != ERR_NOT_FOUND) return e;
    c->fault = (struct fault){ 0 }; /* taken out of the catalogue meanwhile */
    return ERR_OK;
}

/* ---- Read -------------------------------------------------------------------- */

static void head_from(struct ctx *c, const i64 *w, const struct order *o,
                      struct order_return *r)
{
    const i64 until_at =
        r->at + setting_int(c, "order.return_undo_min", (struct setting_scope){ 0 }) *
                    MINUTE_MS;

    r->state = (int)w[0];
    r->reason = (int)w[1];
    r->number = arena_printf(c->mem, "%s/R%lld", o->number, r->seq);
    r->undo_until_at = r->state == RETURN_DONE && until_at > c->now ? until_at : NONE;
}

#define HEAD_INTO(r, w)                                                                \
    &(r)->id, &(r)->order_id, &(r)->customer_id, &(r)->seq, &(r)->place_id, &(w)[0],   \
        &(w)[1], &(r)->why, &(r)->warned, &(r)->goods_minor, &(r)->refund_minor,       \
        &(r)->at, &(r)->who_id

static struct order_return *of_id(struct list *all, i64 id)
{
    struct order_return *r = all->at;

    for (size_t k = 0; k < all->n; k++)
        if (r[k].id == id) return &r[k];
    return NULL;
}

static enum err read_lines(struct ctx *c, const struct order *o, struct list *all)
{
    struct return_line l = { 0 };
    i64 condition;
    ROWS r;

    TRY(db_rows(c, &r, &Q[LINES_OF], o->customer_id, o->id));
    while (
        db_next(&r, INTO(&l.return_id, &l.n, &l.line_no, &l.variant_id, &l.sku, &l.name,
                         &l.qty, &l.price_minor, &l.vat_bp, &condition, &l.serial))) {
        struct order_return *of = of_id(all, l.return_id);

        l.condition = (int)condition;
        l.sum_minor = l.qty * l.price_minor;
        if (of) *(struct return_line *)list_add(c->mem, &of->lines, sizeof(l)) = l;
    }
    return r.err;
}

static enum err read_refunds(struct ctx *c, const struct order *o, struct list *all)
{
    struct order_payment p = { 0 };
    i64 kind, return_id;
    ROWS r;

    TRY(db_rows(c, &r, &Q[REFUNDS], o->customer_id, o->id));
    while (db_next(
        &r, INTO(&p.id, &kind, &p.amount_minor, &p.at, &p.place_id, &return_id))) {
        struct order_return *of = of_id(all, return_id);

        p.kind = (int)kind;
        if (of) *(struct order_payment *)list_add(c->mem, &of->refunds, sizeof(p)) = p;
    }
    return r.err;
}

enum err order_returns_of(struct ctx *c, const struct order *o, struct list *ret)
{
    struct order_return one = { 0 };
    i64 w[2];
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[OF_ORDER], o->customer_id, o->id));
    while (db_next(&r, INTO(HEAD_INTO(&one, w)))) {
        head_from(c, w, o, &one);
        *(struct order_return *)list_add(c->mem, ret, sizeof(one)) = one;
    }
    TRY(r.err);
    if (!ret->n) return ERR_OK;
    TRY(read_lines(c, o, ret));
    return read_refunds(c, o, ret);
}

static enum err return_head(struct ctx *c, i64 return_id, struct order_return *ret)
{
    i64 w[2];
    const enum err e = db_one(c, &Q[HEAD], INTO(HEAD_INTO(ret, w)), return_id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no return %lld", return_id);
    return e;
}

enum err order_return_get(struct ctx *c, i64 return_id, struct order_return *ret)
{
    struct order_return head = { 0 };
    struct order o = { 0 };
    struct list all;

    TRY(return_head(c, return_id, &head));
    TRY(order_head(c, head.order_id, &o));
    TRY(order_returns_of(c, &o, &all));
    *ret = *of_id(&all, return_id);
    return ERR_OK;
}

static enum err serials_left(struct ctx *c, const struct return_look *k,
                             struct list *lines, const struct order *o)
{
    struct return_candidate *l = lines->at;
    const char *serial;
    i64 line_no;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SERIALS], o->customer_id, o->id));
    while (db_next(&r, INTO(&line_no, &serial))) {
        const struct order_return *b = k->returns.at;
        bool back = false;

        for (size_t n = 0; n < k->returns.n; n++) {
            const struct return_line *bl = b[n].lines.at;
            for (size_t m = 0; m < b[n].lines.n && b[n].state == RETURN_DONE; m++)
                back |= bl[m].serial && !strcmp(bl[m].serial, serial);
        }
        for (size_t n = 0; n < lines->n && !back; n++)
            if (l[n].line_no == line_no)
                *(const char **)list_add(c->mem, &l[n].serials, sizeof(serial)) =
                    serial;
    }
    return r.err;
}

static enum err candidates(struct ctx *c, const struct order *o, const struct rules *r,
                           struct list *ret)
{
    const struct order_line *l = o->lines.at;

    for (size_t k = 0; k < o->lines.n; k++) {
        struct catalog_product p;

        if (!l[k].done_qty) continue;
        TRY(product_of(c, l[k].variant_id, &p));
        struct return_candidate *one = list_add(c->mem, ret, sizeof(*one));
        *one = (struct return_candidate){ .line_no = l[k].line_no,
                                          .variant_id = l[k].variant_id,
                                          .sold_qty = l[k].done_qty,
                                          .returned_qty = l[k].returned_qty,
                                          .left_qty = l[k].done_qty - l[k].returned_qty,
                                          .price_minor = l[k].price_minor,
                                          .sku = l[k].sku,
                                          .name = l[k].name,
                                          .unit_tracked = l[k].unit_tracked,
                                          .complex_goods = p.complex_goods,
                                          .warranty_days = p.warranty_days };
        for (int why = 0; why <= RETURN_WRONG; why++)
            judge(c, r, &p, why, &one->against[why]);
    }
    return ERR_OK;
}

enum err return_look(struct ctx *c, i64 order_id, i64 place_id, struct return_look *ret)
{
    struct order o = { 0 };
    struct rules r;

    TRY(staff_may(c, RIGHT_SELL, place_id));
    TRY(order_get(c, order_id, &o));
    if (o.state != ORDER_DONE)
        return FAIL(c, WRONG_STATE, "order %s is %s: nothing of it was sold", o.number,
                    order_state_words[o.state]);
    TRY(order_buyer(c, &o));
    TRY(read_rules(c, &o, &r));
    *ret = (struct return_look){ .order_id = o.id,
                                 .customer_id = o.customer_id,
                                 .place_id = o.place_id,
                                 .done_at = handed_over_at(&o),
                                 .days = r.days,
                                 .kind = o.kind,
                                 .channel = o.channel,
                                 .number = o.number,
                                 .customer_name = o.customer_name };
    ret->may_allow = !staff_may(c, RIGHT_RETURN_ANY, place_id);
    c->fault = (struct fault){ 0 };
    TRY(order_paid_left(c, &o, &ret->card_left_minor, &ret->cash_left_minor));
    TRY(candidates(c, &o, &r, &ret->lines));
    TRY(order_returns_of(c, &o, &ret->returns));
    return serials_left(c, ret, &ret->lines, &o);
}

/* ---- Do ---------------------------------------------------------------------- */

struct returning {
    const struct return_new *ask;
    struct order o;
    struct rules rules;
    struct order_return r;
    struct stock_back *back;
};

static const char *field_of(struct ctx *c, size_t k, const char *member)
{
    return arena_printf(c->mem, "lines[%zu].%s", k, member);
}

/* The piece in hand is one that this order sold and that nobody brought back; where no
 * numbers were written down at the sale, any that is not on our shelves. */
static enum err check_serial(struct ctx *c, const struct returning *t, size_t k,
                             const char **ret)
{
    const struct return_line_new *in =
        &((const struct return_line_new *)t->ask->lines.at)[k];
    const char *serial = in->serial ? stock_serial_norm(c->mem, in->serial) : NULL;
    i64 of_order = t->o.id, n;

    if (!serial || in->qty != 1)
        return FAIL_FIELD(c, BAD_ARGUMENT, field_of(c, k, "serial"),
                          "a numbered piece comes back one by one with its number");
    const enum err e = by_serial(c, serial, &of_order);
    if (e && e != ERR_NOT_FOUND) return e;
    if (of_order != t->o.id || (e && t->o.serials.n))
        return FAIL_FIELD(c, WRONG_STATE, field_of(c, k, "serial"),
                          "order %s did not sell %s", t->o.number, serial);
    TRY(db_one(c, &Q[SERIAL_BACK], INTO(&n), t->o.customer_id, t->o.id, serial));
    if (n)
        return FAIL_FIELD(c, WRONG_STATE, field_of(c, k, "serial"),
                          "%s came back before", serial);
    *ret = serial;
    return ERR_OK;
}

static enum err check_rules(struct ctx *c, struct returning *t, size_t k,
                            const struct order_line *l)
{
    struct catalog_product p;
    struct list words = { 0 };

    TRY(product_of(c, l->variant_id, &p));
    judge(c, &t->rules, &p, t->ask->reason, &words);
    for (size_t n = 0; n < words.n; n++) {
        const char *word = ((const char **)words.at)[n], *so_far = t->r.warned;

        if (!so_far || !strstr(so_far, word))
            t->r.warned = so_far ? arena_printf(c->mem, "%s %s", so_far, word) : word;
        if (!t->ask->allow)
            FAIL_MORE(c, RETURN_RULE, field_of(c, k, "line_no"),
                      "%s came back after %lld days: %s", l->sku, t->rules.days, word);
    }
    return ERR_OK;
}

static enum err line_back(struct ctx *c, struct returning *t, size_t k)
{
    const struct return_line_new *in =
        &((const struct return_line_new *)t->ask->lines.at)[k];
    const struct order_line *l = order_line_at(&t->o, in->line_no);
    const char *serial = NULL;
    i64 n;

    if (!l)
        return FAIL_FIELD(c, BAD_ARGUMENT, field_of(c, k, "line_no"),
                          "order %s has no line %lld", t->o.number, in->line_no);
    if (l->unit_tracked) TRY(check_serial(c, t, k, &serial));
    TRY(db_exec(c, &Q[LINE_BACK], &n, t->o.customer_id, t->o.id, l->line_no, in->qty));
    if (!n)
        return FAIL_FIELD(c, BAD_ARGUMENT, field_of(c, k, "qty"),
                          "%lld of %s were sold and %lld came back, not %lld more",
                          l->done_qty, l->sku, l->returned_qty, in->qty);
    TRY(check_rules(c, t, k, l));
    t->r.goods_minor += in->qty * l->price_minor;
    t->back[k] = (struct stock_back){ t->ask->place_id,
                                      l->variant_id,
                                      in->qty,
                                      t->r.id,
                                      (i64)k + 1,
                                      serial,
                                      in->condition == BACK_DEFECTIVE,
                                      t->ask->why };
    return db_exec(c, &Q[ADD_LINE], NULL, t->o.customer_id, t->o.id, t->r.id,
                   (i64)k + 1, l->line_no, l->variant_id, in->qty, l->price_minor,
                   in->condition, serial);
}

static enum err check(struct ctx *c, struct returning *t, i64 order_id)
{
    const struct return_new *n = t->ask;

    TRY(staff_may(c, RIGHT_SELL, n->place_id));
    if (n->allow) TRY(staff_may(c, RIGHT_RETURN_ANY, n->place_id));
    if (!n->lines.n) return FAIL_FIELD(c, BAD_ARGUMENT, "lines", "nothing comes back");
    if (n->reason == RETURN_DEFECT && (!n->why || !*n->why))
        return FAIL_FIELD(c, BAD_ARGUMENT, "why", "what is wrong with it?");
    TRY(order_take(c, order_id, &t->o));
    if (t->o.state != ORDER_DONE)
        return FAIL(c, WRONG_STATE, "order %s is %s: nothing of it was sold",
                    t->o.number, order_state_words[t->o.state]);
    TRY(order_read_serials(c, &t->o));
    return read_rules(c, &t->o, &t->rules);
}

static enum err write_head(struct ctx *c, struct returning *t)
{
    struct order_return *r = &t->r;
    i64 n;

    /* The order's row first: two returns at once take their numbers one by one. */
    TRY(db_exec(c, &Q[ORDER_BACK], &n, t->o.customer_id, t->o.id, r->goods_minor,
                c->now));
    if (!n) return FAIL(c, WRONG_STATE, "order %s came back already", t->o.number);
    TRY(db_one(c, &Q[NEXT_SEQ], INTO(&r->seq), t->o.customer_id, t->o.id));
    return db_exec(c, &Q[ADD], NULL, t->o.customer_id, t->o.id, r->id, r->seq,
                   t->ask->place_id, t->ask->reason, t->ask->why, r->warned,
                   r->goods_minor, r->refund_minor, c->now, c->who.id);
}

static enum err tell(struct ctx *c, const struct order *o, const struct order_return *r,
                     const char *what)
{
    return order_tell(
        c, o,
        &(struct order_fact){ .event = arena_printf(c->mem, "order.%s", what),
                              .what = what,
                              .why = r->why,
                              .place_id = r->place_id });
}

enum err order_return(struct ctx *c, i64 order_id, const struct return_new *n,
                      i64 *ret_return_id)
{
    struct returning t = { .ask = n, .r = { .id = id_new(c) } };

    TRY(check(c, &t, order_id));
    t.back = NEW_N(c->mem, struct stock_back, n->lines.n);
    for (size_t k = 0; k < n->lines.n; k++) TRY(line_back(c, &t, k));
    if (c->fault.err) return c->fault.err; /* the rules, all of them at once */
    const struct order_refund f = { t.r.goods_minor, t.r.id, n->place_id, &n->refunds };
    TRY(order_refund_by(c, &t.o, &f, &t.r.refund_minor));
    TRY(write_head(c, &t));
    TRY(stock_take_back(c, t.back, n->lines.n));
    t.r.place_id = n->place_id;
    t.r.why = n->why;
    TRY(tell(c, &t.o, &t.r, "returned"));
    *ret_return_id = t.r.id;
    return ERR_OK;
}

/* ---- Undo -------------------------------------------------------------------- */

static enum err undo_lines(struct ctx *c, const struct order_return *r)
{
    const struct return_line *l = r->lines.at;
    struct stock_back *back = NEW_N(c->mem, struct stock_back, r->lines.n);
    i64 n;

    for (size_t k = 0; k < r->lines.n; k++) {
        back[k] = (struct stock_back){ r->place_id,
                                       l[k].variant_id,
                                       l[k].qty,
                                       r->id,
                                       l[k].n,
                                       l[k].serial,
                                       l[k].condition == BACK_DEFECTIVE,
                                       NULL };
        TRY(db_exec(c, &Q[LINE_BACK], &n, r->customer_id, r->order_id, l[k].line_no,
                    -l[k].qty));
        if (!n) return FAIL(c, WRONG_STATE, "return %s was taken back", r->number);
    }
    return stock_give_back(c, back, r->lines.n);
}

enum err order_return_undo(struct ctx *c, i64 return_id)
{
    struct order_return r = { 0 };
    struct order o = { 0 };
    i64 n;

    TRY(return_head(c, return_id, &r));
    TRY(order_take(c, r.order_id, &o));
    TRY(order_return_get(c, return_id, &r));
    TRY(staff_may(c, RIGHT_SELL, r.place_id));
    if (r.undo_until_at == NONE)
        return FAIL(c, GONE, "return %s can not be taken back any more", r.number);
    TRY(db_exec(c, &Q[SET_UNDONE], &n, r.customer_id, r.order_id, r.id));
    if (!n) return FAIL(c, GONE, "return %s was taken back before", r.number);
    TRY(undo_lines(c, &r));
    TRY(order_refund_undo(c, &o, r.id));
    TRY(db_exec(c, &Q[ORDER_BACK], &n, r.customer_id, r.order_id, -r.goods_minor,
                c->now));
    return tell(c, &o, &r, "return_undone");
}
