/* Tills over HTTP.  The shop's people make and change them by their own login; the
 * device itself shows its key in X-Till-Key and needs nobody to be logged in. */
#include "till/till_own.h"

#include "base/buf.h"

struct till_new {
    i64 place_id;
    const char *name;
    bool offline;
};
struct till_ask {
    i64 place_id;
};
struct till_items {
    struct list items;
    const char *next;
};
struct till_pin_new {
    const char *password, *pin;
};
struct till_hello {
    i64 id, number, place_id, last_seq, offline_hours, offline_minor, pin_tries,
        pin_lock_min, people_max, now;
    const char *name, *people_key;
    bool offline, offline_units;
    struct list staff; /* struct till_pin */
};
struct till_from {
    i64 after_id;
};
struct till_sales_ask {
    i64 limit;
    const char *after;
};

/* clang-format off */
static const struct field till_fields[] = {
    F_ID(till,   id,       MUST, "The till."),
    F_ID(till,   place_id, MUST, "Its shop."),
    F_INT(till,  number,   MUST, 0, 0, "1, 2, ... in its shop; begins the numbers of its receipts."),
    F_TEXT(till, name,     MUST, 200, "What people call it."),
    F_BOOL(till, offline,  MUST, "May sell without a line."),
    F_BOOL(till, closed,   MUST, "Its key is worth nothing any more."),
    F_INT(till,  last_seq, MUST, 0, 0, "The number of the last sale it told."),
    F_TIME(till, last_at,  MUST, "When that was; at first when it was made."),
    F_TIME(till, seen_at,  MUST, "When it last asked anything, to about a minute."),
    F_TIME(till, made_at,  MUST, "When it was made."),
    F_ID(till,   made_by,  0,    "By whom."),
    F_INT(till,  version,  MUST, 0, 0, "Counts its changes."),
    F_TEXT(till, key,      OPT | SECRET, 100, "Once, when it is made: what it shows in X-Till-Key."),
    FIELD_END
};
static const struct shape till_shape = SHAPE("Till", till, till_fields);

static const struct field new_fields[] = {
    F_ID(till_new,   place_id, MUST, "Its shop."),
    F_TEXT(till_new, name,     MUST, 200, "What people call it."),
    F_BOOL(till_new, offline,  0,    "May sell without a line; needs the right \"tills\", else it may not."),
    FIELD_END
};
static const struct shape new_shape = SHAPE("TillNew", till_new, new_fields);

static const struct field change_fields[] = {
    F_TEXT(till_change, name,   OPT, 200, "What people call it."),
    F_INT(till_change, offline, OPT, 0, 1, "1: may sell without a line."),
    F_INT(till_change, closed,  OPT, 0, 1, "1: lost, stolen, sold."),
    FIELD_END
};
static const struct shape change_shape = SHAPE("TillChange", till_change, change_fields);

static const struct field ask_fields[] = {
    F_ID(till_ask, place_id, OPT, "Of this shop; absent: of all, by the right \"tills\"."),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("TillAsk", till_ask, ask_fields);

static const struct field list_fields[] = {
    F_LIST(till_items, items, MUST, &till_shape, 5000, "By shop and number."),
    FIELD_END
};
static const struct shape list_shape = SHAPE("TillList", till_items, list_fields);

static const struct field pin_new_fields[] = {
    F_TEXT(till_pin_new, password, MUST | SECRET, 256, "Your password."),
    F_TEXT(till_pin_new, pin,      MUST | SECRET, 12, "6 to 12 digits."),
    FIELD_END
};
static const struct shape pin_new_shape = SHAPE("TillPinNew", till_pin_new, pin_new_fields);

/* ---- The device ---- */

static const struct field pin_fields[] = {
    F_ID(till_pin,   id,     MUST, "The account."),
    F_TEXT(till_pin, login,  MUST, 64, "Its login."),
    F_TEXT(till_pin, name,   MUST, 200, "Its name."),
    F_TEXT(till_pin, salt,   MUST, 64, "Hex."),
    F_TEXT(till_pin, hash,   MUST, 64, "Hex: PBKDF2-HMAC-SHA-256 of the PIN."),
    F_INT(till_pin,  rounds, MUST, 0, 0, "Of that."),
    FIELD_END
};
static const struct shape pin_shape = SHAPE("TillPin", till_pin, pin_fields);

static const struct field hello_fields[] = {
    F_ID(till_hello,   id,            MUST, "The till."),
    F_INT(till_hello,  number,        MUST, 0, 0, "In its shop."),
    F_TEXT(till_hello, name,          MUST, 200, "What people call it."),
    F_ID(till_hello,   place_id,      MUST, "Its shop."),
    F_BOOL(till_hello, offline,       MUST, "May sell without a line."),
    F_INT(till_hello,  offline_hours, MUST, 0, 0, "For so long."),
    F_INT(till_hello,  offline_minor, MUST, 0, 0, "Up to such a sum a sale, kopecks; 0: any."),
    F_BOOL(till_hello, offline_units, MUST, "Also what has serial numbers."),
    F_INT(till_hello,  last_seq,      MUST, 0, 0, "The number of the last sale we know."),
    F_INT(till_hello,  pin_tries,     MUST, 0, 0, "Wrong PINs in a row after which it locks."),
    F_INT(till_hello,  pin_lock_min,  MUST, 0, 0, "For so many minutes, then twice as long."),
    F_INT(till_hello,  people_max,    MUST, 0, 0, "Customers it may keep."),
    F_TEXT(till_hello, people_key,    MUST | SECRET, 64, "Hex: what their keys are hashed with."),
    F_TIME(till_hello, now,           MUST, "Our clock."),
    F_LIST(till_hello, staff,         MUST, &pin_shape, 500, "Who may log in without us."),
    FIELD_END
};
static const struct shape hello_shape = SHAPE("TillHello", till_hello, hello_fields);

static const struct field have_fields[] = {
    F_ID(till_have,   upto_id, MUST, "Its last id."),
    F_TEXT(till_have, digest,  MUST, 32, "As it came."),
    FIELD_END
};
static const struct shape have_shape = SHAPE("TillHave", till_have, have_fields);

static const struct field goods_ask_fields[] = {
    F_ID(till_goods_ask,   after_id, OPT, "`next_id` of the answer before; absent: from the start."),
    F_LIST(till_goods_ask, have,     OPT, &have_shape, 1000, "The pages it has, in order."),
    FIELD_END
};
static const struct shape goods_ask_shape = SHAPE("TillGoodsAsk", till_goods_ask, goods_ask_fields);

static const struct field good_fields[] = {
    F_ID(till_good,      variant_id,   MUST, "What."),
    F_ID(till_good,      product_id,   MUST, "Of which product."),
    F_TEXT(till_good,    sku,          MUST, 100, "Article."),
    F_TEXT(till_good,    name,         MUST, 500, "As on a receipt."),
    F_INT(till_good,     price_minor,  MUST, 0, 0, "Kopecks here and now."),
    F_INT(till_good,     vat_bp,       MUST, 0, 0, "1/100 %."),
    F_BOOL(till_good,    unit_tracked, MUST, "Sold one by one with its serial number."),
    F_LIST_OF(till_good, barcodes,     MUST, FIELD_TEXT, 20, "EAN and UPC."),
    FIELD_END
};
static const struct shape good_shape = SHAPE("TillGood", till_good, good_fields);

static const struct field page_fields[] = {
    F_ID(till_page,   after_id, MUST, "It holds everything with a greater id"),
    F_ID(till_page,   upto_id,  MUST, "up to this one; what the till has there besides is gone."),
    F_TEXT(till_page, digest,   MUST, 32, "To be said next time."),
    F_LIST(till_page, items,    MUST, &good_shape, 1000, "In order of id."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("TillPage", till_page, page_fields);

static const struct field goods_fields[] = {
    F_LIST(till_goods, pages,   MUST, &page_shape, 20, "Those that differ."),
    F_INT(till_goods,  same,    MUST, 0, 0, "Pages that do not."),
    F_ID(till_goods,   next_id, OPT,  "Ask again from here; absent: that is all."),
    F_TIME(till_goods, at,      MUST, "As of."),
    FIELD_END
};
static const struct shape goods_shape = SHAPE("TillGoods", till_goods, goods_fields);

static const struct field from_fields[] = {
    F_ID(till_from, after_id, OPT, "`next_id` of the answer before; absent: from the start."),
    FIELD_END
};
static const struct shape from_shape = SHAPE("TillFrom", till_from, from_fields);

static const struct field stock_fields[] = {
    F_LIST_OF(till_stock, variant_ids, MUST, FIELD_ID, 20000, "What has a level here."),
    F_LIST_OF(till_stock, free,        MUST, FIELD_INT, 20000, "Pieces of each that nobody is promised."),
    F_ID(till_stock,      next_id,     OPT,  "Ask again from here; absent: that is all."),
    F_TIME(till_stock,    at,          MUST, "As of."),
    FIELD_END
};
static const struct shape stock_shape = SHAPE("TillStock", till_stock, stock_fields);

static const struct field person_fields[] = {
    F_ID(till_person,      id,   MUST, "The customer."),
    F_TEXT(till_person,    name, MUST, 200, "Enough to greet him."),
    F_LIST_OF(till_person, keys, MUST, FIELD_TEXT, 50, "HMAC-SHA-256 of each phone, e-mail and card, 24 hex digits."),
    FIELD_END
};
static const struct shape person_shape = SHAPE("TillPerson", till_person, person_fields);

static const struct field people_fields[] = {
    F_LIST(till_people, items,   MUST, &person_shape, 1000, "Who was served here, the latest first."),
    F_ID(till_people,   next_id, OPT,  "Ask again from here; absent: that is all."),
    FIELD_END
};
static const struct shape people_shape = SHAPE("TillPeople", till_people, people_fields);

static const struct field line_fields[] = {
    F_ID(till_line,   variant_id,  MUST, "What."),
    F_TEXT(till_line, name,        MUST, 500, "As on the receipt."),
    F_INT(till_line,  qty,         MUST, 1, 999, "Pieces."),
    F_INT(till_line,  price_minor, MUST, 0, 1000000000000, "Kopecks a piece, as taken."),
    F_INT(till_line,  vat_bp,      MUST, 0, 10000, "1/100 %, as on the receipt."),
    F_TEXT(till_line, serial,      OPT,  64, "IMEI or serial number."),
    FIELD_END
};
static const struct shape line_shape = SHAPE("TillLine", till_line, line_fields);

static const struct field payment_fields[] = {
    F_ENUM(order_payment_new, kind,         MUST, order_pay_words, "card or cash."),
    F_INT(order_payment_new,  amount_minor, MUST, 1, 1000000000000000, "Kopecks."),
    F_TEXT(order_payment_new, ref,          OPT,  100, "The terminal's number."),
    FIELD_END
};
static const struct shape payment_shape = SHAPE("TillPayment", order_payment_new, payment_fields);

static const struct field told_fields[] = {
    F_INT(till_told,  seq,         MUST, 1, 1000000000000, "1, 2, 3 ... of this till, without a gap."),
    F_TEXT(till_told, key,         MUST, 64, "The sale's own name, unique for ever (a UUID)."),
    F_BOOL(till_told, happened,    MUST, "false: may I? true: the buyer is gone; write it down as it was."),
    F_TIME(till_told, at,          MUST, "When, by the till's clock."),
    F_TIME(till_told, sent_at,     MUST, "What the till's clock shows now."),
    F_INT(till_told,  offline_ms,  OPT,  0, 0, "How long it had been without us when it sold."),
    F_ID(till_told,   staff_id,    MUST, "Who sold."),
    F_TEXT(till_told, receipt,     OPT,  40, "The number on the till's own receipt."),
    F_ID(till_told,   customer_id, OPT,  "The buyer, when known, or"),
    F_TEXT(till_told, phone,       OPT,  40, "his phone,"),
    F_TEXT(till_told, card,        OPT,  40, "card"),
    F_TEXT(till_told, email,       OPT,  254, "or e-mail as typed."),
    F_LIST(till_told, lines,       MUST, &line_shape, 200, "What."),
    F_LIST(till_told, payments,    OPT,  &payment_shape, 10, "They add up to the total."),
    FIELD_END
};
static const struct shape told_shape = SHAPE("TillSale", till_told, told_fields);

static const struct field conflict_fields[] = {
    F_TEXT(till_conflict, code,    MUST, 64, "What does not fit: the task's words."),
    F_ID(till_conflict,   task_id, MUST, "The task."),
    F_TEXT(till_conflict, owner,   OPT,  200, "Whose task it is."),
    F_TEXT(till_conflict, goods,   OPT,  2000, "Which goods."),
    F_TEXT(till_conflict, orders,  OPT,  2000, "Whose orders wait for them."),
    FIELD_END
};
static const struct shape conflict_shape = SHAPE("TillConflict", till_conflict, conflict_fields);

static const struct field fault_fields[] = {
    F_TEXT(till_fault, code,    MUST, 40, "As of an error."),
    F_TEXT(till_fault, field,   OPT,  200, "The member at fault."),
    F_TEXT(till_fault, message, OPT,  1000, "For the log."),
    FIELD_END
};
static const struct shape fault_shape_ = SHAPE("TillFault", till_fault, fault_fields);

static const struct field sold_fields[] = {
    F_INT(till_sold,  seq,         MUST, 0, 0, "Its number."),
    F_ENUM(till_sold, state,       MUST, till_sale_words, "recorded; refused (only what was asked for); parked: kept whole for a person."),
    F_ID(till_sold,   order_id,    0,    "The order it became; 0 none."),
    F_TEXT(till_sold, number,      OPT,  16, "That order's, for people."),
    F_INT(till_sold,  total_minor, MUST, 0, 0, "Kopecks."),
    F_TIME(till_sold, at,          MUST, "When it was, as we believe."),
    F_INT(till_sold,  clock_ms,    MUST, 0, 0, "How far the till's clock was behind ours; 0: near enough."),
    F_BOOL(till_sold, bounded,     MUST, "Its time lay before the till's last sale or after now and was put inside."),
    F_LIST(till_sold, conflicts,   MUST, &conflict_shape, 20, "What somebody has to settle."),
    F_LIST(till_sold, faults,      MUST, &fault_shape_, 200, "Why it was refused or parked."),
    FIELD_END
};
const struct shape till_sold_shape = SHAPE("TillSold", till_sold, sold_fields);

static const struct field row_fields[] = {
    F_ID(till_sale_row,   till_id,     MUST, "The till."),
    F_INT(till_sale_row,  seq,         MUST, 0, 0, "Its number there."),
    F_ENUM(till_sale_row, state,       MUST, till_sale_words, "What became of it."),
    F_ID(till_sale_row,   order_id,    0,    "The order; 0 none."),
    F_ID(till_sale_row,   staff_id,    MUST, "Who sold."),
    F_INT(till_sale_row,  total_minor, MUST, 0, 0, "Kopecks."),
    F_TIME(till_sale_row, at,          MUST, "When it was, as we believe."),
    F_TIME(till_sale_row, till_at,     MUST, "When it was by the till's clock."),
    F_INT(till_sale_row,  clock_ms,    MUST, 0, 0, "How far that was behind ours."),
    F_TIME(till_sale_row, said_at,     MUST, "When we heard of it."),
    F_BOOL(till_sale_row, happened,    MUST, "Told as a fact."),
    F_INT(till_sale_row,  conflicts,   MUST, 0, 0, "How many tasks it made."),
    F_TEXT(till_sale_row, receipt,     OPT,  40, "The number on its receipt."),
    F_TEXT(till_sale_row, told,        OPT,  0,  "Of a parked one: what the till told, whole."),
    FIELD_END
};
static const struct shape row_shape = SHAPE("TillSaleRow", till_sale_row, row_fields);

static const struct field sales_ask_fields[] = { PAGE_FIELDS(till_sales_ask), FIELD_END };
static const struct shape sales_ask_shape = SHAPE("TillSalesAsk", till_sales_ask, sales_ask_fields);

static const struct field sales_fields[] = {
    F_LIST(till_items, items, MUST, &row_shape, LIMIT_PAGE, "Newest first."),
    F_TEXT(till_items, next,  OPT,  512, "Absent: the last page."),
    FIELD_END
};
static const struct shape sales_shape = SHAPE("TillSales", till_items, sales_fields);
/* clang-format on */

/* ---- The shop's people ------------------------------------------------------- */

static enum err new_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct till_new *n = q->body;
    struct till *t = NEW(c->mem, struct till);

    *t = (struct till){ .place_id = n->place_id,
                        .name = n->name,
                        .offline = n->offline };
    TRY(till_add(c, t));
    r->private_ = true;
    return reply_with(r, 201, t);
}

static enum err list_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const i64 place_id = ((const struct till_ask *)q->query)->place_id;
    struct till_items *all = NEW(c->mem, struct till_items);

    if (place_id == NONE)
        TRY(staff_may(c, RIGHT_TILLS, 0));
    else
        TRY(staff_may(c, RIGHT_SELL, place_id));
    TRY(till_list(c, place_id, &all->items));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err change_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct till *t = NEW(c->mem, struct till);
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(till_change(c, id, q->body));
    TRY(till_get(c, id, t));
    return reply_with(r, 200, t);
}

static enum err pin_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct till_pin_new *p = q->body;

    TRY(till_pin_set(c, q, p->password, p->pin));
    return reply_empty(r);
}

static enum err sales_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct till_sales_ask *ask = q->query;
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;
    struct till_items *page = NEW(c->mem, struct till_items);
    struct till t;
    i64 id = 0, before = INT64_MAX;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(page_after(c, ask->after, &before, 1));
    TRY(till_get(c, id, &t));
    TRY(staff_may(c, RIGHT_SELL, t.place_id));
    TRY(till_sales(c, id, before, limit, &page->items));
    const struct till_sale_row *s = page->items.at;
    if ((i64)page->items.n == limit)
        page->next = page_next(c->mem, &s[page->items.n - 1].seq, 1);
    return reply_with(r, 200, page);
}

/* ---- The device -------------------------------------------------------------- */

static const char *hex(struct arena *mem, struct bytes b)
{
    static const char digits[] = "0123456789abcdef";
    char *to = arena_raw(mem, 2 * b.n + 1);

    for (size_t k = 0; k < b.n; k++) {
        to[2 * k] = digits[((const unsigned char *)b.at)[k] >> 4];
        to[2 * k + 1] = digits[((const unsigned char *)b.at)[k] & 15];
    }
    to[2 * b.n] = '\0';
    return to;
}

static enum err hello(struct ctx *c, const struct till *t, struct till_hello *ret)
{
    struct till_limits l;

    TRY(till_limits(c, t->place_id, &l));
    *ret = (struct till_hello){ .id = t->id,
                                .number = t->number,
                                .name = t->name,
                                .place_id = t->place_id,
                                .offline = t->offline,
                                .offline_hours = l.offline_hours,
                                .offline_minor = l.offline_minor,
                                .offline_units = l.offline_units,
                                .last_seq = t->last_seq,
                                .pin_tries = l.pin_tries,
                                .pin_lock_min = l.pin_lock_min,
                                .people_max = l.people_max,
                                .people_key = hex(c->mem, t->people_key),
                                .now = c->now };
    return t->offline ? till_pins(c, t->place_id, &ret->staff) : ERR_OK;
}

static enum err hello_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct till_hello *h = NEW(c->mem, struct till_hello);
    struct till t;

    (void)q;
    TRY(till_that_asks(c, &t));
    TRY(till_saw(c, &t));
    TRY(hello(c, &t, h));
    r->private_ = true;
    return reply_with(r, 200, h);
}

static enum err goods_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct till_goods *g = NEW(c->mem, struct till_goods);
    struct till t;

    TRY(till_that_asks(c, &t));
    TRY(till_goods(c, t.place_id, q->body, g));
    return reply_with(r, 200, g);
}

static enum err stock_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct till_stock *s = NEW(c->mem, struct till_stock);
    struct till t;

    TRY(till_that_asks(c, &t));
    TRY(till_stock(c, t.place_id, ((const struct till_from *)q->body)->after_id, s));
    return reply_with(r, 200, s);
}

static enum err people_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct till_people *p = NEW(c->mem, struct till_people);
    struct till t;

    TRY(till_that_asks(c, &t));
    if (t.offline)
        TRY(till_people(c, &t, ((const struct till_from *)q->body)->after_id, p));
    else
        p->next_id = NONE;
    r->private_ = true;
    return reply_with(r, 200, p);
}

static enum err sale_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct till_told told = *(const struct till_told *)q->body;
    struct buf whole = buf_new(c->mem, 4096, (size_t)64 << 10);
    const char *json = NULL;

    shape_write(&whole, &told_shape, &told);
    told.body = (struct bytes){ whole.at, whole.n };
    TRY(till_sell(c, &told, &json));
    r->private_ = true;
    return reply_text(r, "application/json", json, strlen(json));
}

/* clang-format off */
const struct route till_routes[] = {
    { "POST", "/v1/till", new_post, RIGHT_SELL, WRITES,
      .in = &new_shape, .out = &till_shape,
      .doc = "Make this device a till of a shop; its key is shown once.",
      .example = "{\"place_id\":\"{place}\",\"name\":\"Касса у входа\",\"offline\":true}" },
    { "GET", "/v1/till", list_get, RIGHT_SELL, READS,
      .query = &ask_shape, .out = &list_shape,
      .flags = ROUTE_EXPORT,
      .doc = "The tills of a shop, or of all." },
    { "POST", "/v1/till/{id}", change_post, RIGHT_TILLS, WRITES,
      .in = &change_shape, .out = &till_shape,
      .doc = "Rename it, let it sell without a line or not, close it." },
    { "GET", "/v1/till/{id}/sale", sales_get, RIGHT_SELL, READS,
      .query = &sales_ask_shape, .out = &sales_shape,
      .doc = "What a till told us, newest first." },
    { "PUT", "/v1/till/pin", pin_put, RIGHT_SELL_OFFLINE, ALONE,
      .in = &pin_new_shape,
      .doc = "Set the PIN by which you log in at a till that has no line." },
    { "POST", "/v1/till/hello", hello_post, RIGHT_ANYONE, WRITES,
      .out = &hello_shape, .flags = ROUTE_NO_CSRF,
      .doc = "By a till's key: what it is, what it may, who may log in at it." },
    { "POST", "/v1/till/goods", goods_post, RIGHT_ANYONE, READS_LONG,
      .in = &goods_ask_shape, .out = &goods_shape, .flags = ROUTE_NO_CSRF, .body_max = (size_t)256 << 10,
      .doc = "By a till's key: goods, prices and rates of its shop, in pages; only those that differ from what it has." },
    { "POST", "/v1/till/stock", stock_post, RIGHT_ANYONE, READS_LONG,
      .in = &from_shape, .out = &stock_shape, .flags = ROUTE_NO_CSRF,
      .doc = "By a till's key: what stands in its shop." },
    { "POST", "/v1/till/people", people_post, RIGHT_ANYONE, READS_LONG,
      .in = &from_shape, .out = &people_shape, .flags = ROUTE_NO_CSRF,
      .doc = "By the key of a till that may sell without a line: who was served in its shop, found by hash (audited)." },
    { "POST", "/v1/till/sale", sale_post, RIGHT_ANYONE, ALONE,
      .in = &told_shape, .out = &till_sold_shape, .flags = ROUTE_NO_CSRF,
      .doc = "By a till's key: one sale, in order; the same number gets the same answer for ever." },
    ROUTE_END
};
/* clang-format on */
