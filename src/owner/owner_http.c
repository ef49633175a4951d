/* Pieces over HTTP: of whoever asks, of the shop, of whoever brings a code. */
#include "owner/owner_own.h"
#include "staff/staff.h"

struct devices {
    struct list items;
};
struct gifts {
    struct list items;
};
struct gift_ask {
    const char *serial;
};
struct gift_to {
    i64 customer_id;
};

/* clang-format off */
static const struct field device_fields[] = {
    F_TEXT(owner_device, serial,        MUST, 64, "IMEI or serial number."),
    F_ENUM(owner_device, role,          MUST, owner_role_words, "What one is to it; buyer: it is another's now."),
    F_ID(owner_device,   variant_id,    MUST, "What it is."),
    F_ID(owner_device,   product_id,    MUST, "Its product."),
    F_TEXT(owner_device, sku,           MUST, 0, "Article."),
    F_TEXT(owner_device, name,          MUST, 0, "Name."),
    F_TEXT(owner_device, slug,          MUST, 0, "Of its page."),
    F_TIME(owner_device, since_at,      MUST, "Since when."),
    F_TEXT(owner_device, image,         OPT,  0, "Address of its picture."),
    F_TIME(owner_device, bought_at,     OPT,  "When it was sold: the device's age."),
    F_TIME(owner_device, warranty_until_at, OPT, "End of its warranty; absent: none."),
    F_BOOL(owner_device, given,         MUST, "Another bought it."),
    F_ID(owner_device,   order_id,      OPT,  "The order, when he bought it himself."),
    F_TEXT(owner_device, number,        OPT,  0, "Its number."),
    F_ID(owner_device,   user_id,       OPT,  "Who uses it, of one's own device."),
    F_TEXT(owner_device, user,          OPT,  0, "His name."),
    F_TEXT(owner_device, code,          OPT,  0, "The code by which it may pass to another."),
    F_TIME(owner_device, code_until_at, OPT,  "Good until."),
    FIELD_END
};
const struct shape owner_device_shape = SHAPE("Device", owner_device, device_fields);

static const struct field devices_fields[] = {
    F_LIST(devices, items, MUST, &owner_device_shape, 0, "Newest first."),
    FIELD_END
};
static const struct shape devices_shape = SHAPE("Devices", devices, devices_fields);

static const struct field page_ask_fields[] = { PAGE_FIELDS(owner_page_ask), FIELD_END };
static const struct shape page_ask_shape = SHAPE("DevicePageAsk", owner_page_ask, page_ask_fields);

static const struct field day_fields[] = {
    F_ID(owner_day,   id,           MUST, "The fact."),
    F_ENUM(owner_day, what,         MUST, owner_day_words, "What happened."),
    F_TIME(owner_day, at,           MUST, "When."),
    F_TEXT(owner_day, place,        OPT,  0, "At which shop."),
    F_ID(owner_day,   order_id,     OPT,  "One's own order; its receipt is there."),
    F_TEXT(owner_day, number,       OPT,  0, "That order's number."),
    F_TEXT(owner_day, document,     OPT,  0, "The number on the slip of a return."),
    F_TEXT(owner_day, reason,       OPT,  0, "Of a return: not_liked, defect or wrong."),
    F_INT(owner_day,  refund_minor, OPT,  0, 0, "Kopecks that came back to oneself with that slip."),
    F_BOOL(owner_day, resold,       MUST, "Bought: it had been taken in payment from another before."),
    FIELD_END
};
static const struct shape day_shape = SHAPE("DeviceDay", owner_day, day_fields);

static const struct field life_fields[] = {
    F_TIME(owner_life, warranty_until_at, OPT, "End of the warranty, while one has it; absent: none."),
    F_LIST(owner_life, items, MUST, &day_shape, 0, "Newest first."),
    F_TEXT(owner_life, next,  OPT,  0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape life_shape = SHAPE("DeviceLife", owner_life, life_fields);

static const struct field past_fields[] = {
    F_TEXT(owner_past, serial,     MUST, 64, "IMEI or serial number."),
    F_ID(owner_past,   variant_id, MUST, "What it is."),
    F_ID(owner_past,   product_id, MUST, "Its product."),
    F_TEXT(owner_past, sku,        MUST, 0, "Article."),
    F_TEXT(owner_past, name,       MUST, 0, "Name."),
    F_TEXT(owner_past, slug,       MUST, 0, "Of its page."),
    F_TEXT(owner_past, image,      OPT,  0, "Address of its picture."),
    F_TIME(owner_past, since_at,   MUST, "When one got it."),
    F_TIME(owner_past, until_at,   OPT,  "When it left."),
    F_ENUM(owner_past, how,        MUST, owner_day_words, "How it left."),
    FIELD_END
};
static const struct shape past_shape = SHAPE("DevicePast", owner_past, past_fields);

static const struct field pasts_fields[] = {
    F_LIST(owner_pasts, items, MUST, &past_shape, 0, "What one got last first."),
    F_TEXT(owner_pasts, next,  OPT,  0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape pasts_shape = SHAPE("DevicePasts", owner_pasts, pasts_fields);

static const struct field fact_fields[] = {
    F_ENUM(owner_fact, what,        MUST, owner_what_words, "What happened."),
    F_ENUM(owner_fact, source,      MUST, owner_source_words, "How we know."),
    F_ID(owner_fact,   customer_id, OPT,  "To whom; absent: nobody known."),
    F_TEXT(owner_fact, name,        OPT,  0, "His name."),
    F_TIME(owner_fact, at,          MUST, "When it happened."),
    F_TIME(owner_fact, said_at,     MUST, "When we heard of it."),
    F_TEXT(owner_fact, place,       OPT,  0, "At which shop."),
    F_TEXT(owner_fact, number,      OPT,  0, "By which order."),
    F_ID(owner_fact,   order_id,    OPT,  "That order."),
    F_TEXT(owner_fact, note,        OPT,  0, "What was said."),
    F_ID(owner_fact,   who_id,      OPT,  "Which member of staff wrote it down."),
    FIELD_END
};
static const struct shape fact_shape = SHAPE("UnitFact", owner_fact, fact_fields);

static const struct field holder_fields[] = {
    F_ID(owner_holder,   customer_id, MUST, "Who."),
    F_TEXT(owner_holder, name,        OPT,  0, "Name."),
    F_TIME(owner_holder, since_at,    MUST, "Since when."),
    FIELD_END
};
static const struct shape holder_shape = SHAPE("UnitHolder", owner_holder, holder_fields);

#define OF_UNIT(role, word, d) { .name = word, .at = offsetof(struct owner_unit, of) + sizeof(void *) * (role), \
                                 .kind = FIELD_OBJECT, .flags = OPT, .shape = &holder_shape, .doc = d }
static const struct field unit_fields[] = {
    F_TEXT(owner_unit, serial,     MUST, 64, "IMEI or serial number."),
    F_ID(owner_unit,   variant_id, MUST, "What it is."),
    F_TEXT(owner_unit, sku,        MUST, 0, "Article."),
    F_TEXT(owner_unit, name,       MUST, 0, "Name."),
    F_TEXT(owner_unit, state,      MUST, 0, "As stock has it: sold, received, quarantine ..."),
    F_ID(owner_unit,   place_id,   OPT,  "Where it stands; absent: with somebody."),
    F_TEXT(owner_unit, place,      OPT,  0, "Name of that place."),
    F_TIME(owner_unit, bought_at,  OPT,  "When it was last sold."),
    F_TIME(owner_unit, warranty_until_at, OPT, "End of its warranty; absent: none."),
    OF_UNIT(ROLE_BUYER, "buyer", "Who bought it."),
    OF_UNIT(ROLE_OWNER, "owner", "Whose it is."),
    OF_UNIT(ROLE_USER,  "user",  "Who uses it."),
    F_TIME(owner_unit, undo_until_at, OPT, "The last change by hand can be undone until then."),
    F_LIST(owner_unit, facts,      MUST, &fact_shape, 0, "All that happened, oldest first."),
    FIELD_END
};
static const struct shape unit_shape = SHAPE("Unit", owner_unit, unit_fields);

static const struct field gift_fields[] = {
    F_TEXT(owner_gift, code,       MUST, 0, "To be told or typed."),
    F_TEXT(owner_gift, serial,     MUST, 0, "IMEI or serial number."),
    F_ID(owner_gift,   variant_id, MUST, "What it is."),
    F_ID(owner_gift,   product_id, MUST, "Its product."),
    F_TEXT(owner_gift, sku,        MUST, 0, "Article."),
    F_TEXT(owner_gift, name,       MUST, 0, "Name."),
    F_TEXT(owner_gift, slug,       MUST, 0, "Of its page."),
    F_TEXT(owner_gift, image,      OPT,  0, "Address of its picture."),
    F_TIME(owner_gift, bought_at,  OPT,  "When it was bought."),
    F_TEXT(owner_gift, place,      OPT,  0, "In which shop."),
    F_TIME(owner_gift, until_at,   MUST, "Good until."),
    F_BOOL(owner_gift, gift,       MUST, "Of a gift receipt; else its owner passes it on."),
    FIELD_END
};
static const struct shape gift_shape = SHAPE("GiftCode", owner_gift, gift_fields);

static const struct field gifts_fields[] = {
    F_LIST(gifts, items, MUST, &gift_shape, 0, "One for each numbered piece."),
    FIELD_END
};
static const struct shape gifts_shape = SHAPE("GiftCodes", gifts, gifts_fields);

static const struct field gift_ask_fields[] = {
    F_TEXT(gift_ask, serial, OPT, 64, "Of this piece alone."),
    FIELD_END
};
static const struct shape gift_ask_shape = SHAPE("GiftAsk", gift_ask, gift_ask_fields);

static const struct field gift_to_fields[] = {
    F_ID(gift_to, customer_id, MUST, "Who brought the code."),
    FIELD_END
};
static const struct shape gift_to_shape = SHAPE("GiftTo", gift_to, gift_to_fields);

static const struct field pass_fields[] = {
    F_ID(owner_pass,   customer_id, OPT,  "Whose it is now; or by phone."),
    F_TEXT(owner_pass, phone,       OPT,  40, "His phone: found by it, or new."),
    F_TEXT(owner_pass, name,        OPT,  200, "His name, of one who is new."),
    F_TEXT(owner_pass, receipt,     OPT,  40, "The receipt he brought: of the piece's last sale."),
    F_TEXT(owner_pass, why,         OPT,  900, "Why we believe it."),
    FIELD_END
};
static const struct shape pass_shape = SHAPE("UnitPass", owner_pass, pass_fields);

static const struct field trade_in_fields[] = {
    F_ID(owner_trade_in,   place_id, MUST, "The shop that takes it."),
    F_TEXT(owner_trade_in, why,      OPT,  1000, "Its condition."),
    FIELD_END
};
static const struct shape trade_in_shape = SHAPE("UnitTradeIn", owner_trade_in, trade_in_fields);
/* clang-format on */

/* ---- The shop's people ---------------------------------------------------------- */

static enum err unit_show(struct ctx *c, const char *serial, struct reply *r)
{
    struct owner_unit *u = NEW(c->mem, struct owner_unit);

    TRY(owner_unit(c, serial, u));
    r->private_ = true;
    return reply_with(r, 200, u);
}

static enum err unit_get(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(unit_show(c, q->args[0], r));
    const struct owner_unit *u = r->body;
    for (int k = 0; k < ROLES; k++)
        if (u->of[k]) TRY(staff_audit_read(c, "customer.unit", u->of[k]->customer_id));
    return ERR_OK;
}

/* Whoever stands at a till, and whoever answers for the chain. */
static enum err may_write_down(struct ctx *c)
{
    if (who_can(&c->who, RIGHT_SELL) || who_can(&c->who, RIGHT_CUSTOMER_WRITE))
        return ERR_OK;
    return FAIL(c, DENIED, "this needs the right \"%s\" or \"%s\"",
                right_word(RIGHT_SELL), right_word(RIGHT_CUSTOMER_WRITE));
}

static enum err pass_post(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(may_write_down(c));
    TRY(owner_pass_on(c, q->args[0], q->body));
    return unit_show(c, q->args[0], r);
}

static enum err trade_in_post(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(owner_trade_in(c, q->args[0], q->body));
    return unit_show(c, q->args[0], r);
}

static enum err undo_post(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(may_write_down(c));
    TRY(owner_undo(c, q->args[0]));
    return unit_show(c, q->args[0], r);
}

static enum err gift_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct gift_ask *ask = q->body;
    struct gifts *g = NEW(c->mem, struct gifts);
    i64 order_id = 0;

    TRY(request_id_arg(c, q, 0, &order_id));
    TRY(owner_gift_codes(c, order_id, ask->serial, &g->items));
    TRY(staff_audit(c, "owner.gift", order_id, NULL));
    return reply_with(r, 200, g);
}

static enum err give_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct gift_to *to = q->body;
    struct owner_gift *g = NEW(c->mem, struct owner_gift);

    TRY(owner_code_claim(c, q->args[0], to->customer_id, g));
    return unit_show(c, g->serial, r);
}

/* ---- Whose they are ---------------------------------------------------------------
 */

static enum err devices_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct devices *d = NEW(c->mem, struct devices);

    (void)q;
    TRY(owner_devices(c, c->who.id, &d->items));
    r->private_ = true;
    return reply_with(r, 200, d);
}

static enum err life_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct owner_life *l = NEW(c->mem, struct owner_life);

    TRY(owner_life(c, c->who.id, q->args[0], q->query, l));
    r->private_ = true;
    return reply_with(r, 200, l);
}

static enum err past_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct owner_pasts *p = NEW(c->mem, struct owner_pasts);

    TRY(owner_past(c, c->who.id, q->query, p));
    r->private_ = true;
    return reply_with(r, 200, p);
}

static enum err code_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct owner_gift *g = NEW(c->mem, struct owner_gift);

    TRY(owner_code_new(c, c->who.id, q->args[0], g));
    return reply_with(r, 200, g);
}

static enum err code_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(owner_code_drop(c, c->who.id, q->args[0]));
    return reply_empty(r);
}

static enum err gift_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct owner_gift *g = NEW(c->mem, struct owner_gift);

    TRY(owner_code_look(c, q->args[0], g));
    r->private_ = true;
    return reply_with(r, 200, g);
}

static enum err claim_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct owner_gift *g = NEW(c->mem, struct owner_gift);

    TRY(owner_code_claim(c, q->args[0], c->who.id, g));
    return reply_with(r, 200, g);
}

/* clang-format off */
extern const struct route owner_routes[];
const struct route owner_routes[] = {
    { "GET", "/v1/owner/unit/{serial}", unit_get, RIGHT_CUSTOMER_READ, READS, .out = &unit_shape,
      .doc = "A piece by its IMEI or serial number: whose it is and was, and all that happened to it.  Audited." },
    { "POST", "/v1/owner/unit/{serial}/pass-on", pass_post, RIGHT_STAFF, WRITES, .in = &pass_shape, .out = &unit_shape,
      .doc = "Somebody else owns it now, as he or the owner says in the shop." },
    { "POST", "/v1/owner/unit/{serial}/trade-in", trade_in_post, RIGHT_SELL, WRITES, .in = &trade_in_shape,
      .out = &unit_shape,
      .doc = "The shop takes it for something new: it stands aside there, and is nobody's until it is sold again." },
    { "POST", "/v1/owner/unit/{serial}/undo", undo_post, RIGHT_STAFF, WRITES, .out = &unit_shape,
      .doc = "The last change of hands or trade-in that was written down by hand never happened, within a day." },
    { "POST", "/v1/owner/order/{order}/gift", gift_post, RIGHT_SELL, WRITES, .in = &gift_ask_shape,
      .out = &gifts_shape,
      .doc = "A gift receipt: a code for each numbered piece of the order, without price; again the same codes.",
      .example = "{}" },
    { "POST", "/v1/owner/gift/{code}/give", give_post, RIGHT_SELL, WRITES, .in = &gift_to_shape, .out = &unit_shape,
      .doc = "The piece passes to the customer who brought the code to the shop." },
    { "GET", "/v1/owner/gift/{code}", gift_get, RIGHT_ANYONE, READS, .out = &gift_shape,
      .doc = "What a gift code stands for: neither price nor giver.  410 when it is used or too old." },
    { "POST", "/v1/owner/gift/{code}/claim", claim_post, RIGHT_CUSTOMER, WRITES, .out = &gift_shape,
      .doc = "The piece is mine now." },
    { "GET", "/v1/owner/device", devices_get, RIGHT_CUSTOMER, READS, .out = &devices_shape,
      .doc = "What I own, use, and bought for others." },
    { "GET", "/v1/owner/device/{serial}/life", life_get, RIGHT_CUSTOMER, READS, .query = &page_ask_shape,
      .out = &life_shape,
      .doc = "Service history of a device that is or was mine: bought, got, handed on, brought back, with its papers." },
    { "GET", "/v1/owner/past", past_get, RIGHT_CUSTOMER, READS, .query = &page_ask_shape, .out = &pasts_shape,
      .doc = "Devices that I had and have no more: brought back, traded in, passed on." },
    { "POST", "/v1/owner/device/{serial}/code", code_post, RIGHT_CUSTOMER, WRITES, .out = &gift_shape,
      .doc = "A code by which a device of mine passes to whoever brings it, good for two weeks." },
    { "DELETE", "/v1/owner/device/{serial}/code", code_delete, RIGHT_CUSTOMER, WRITES,
      .doc = "Take the code back." },
    ROUTE_END
};
/* clang-format on */
