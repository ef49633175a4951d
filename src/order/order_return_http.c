/* Returns over HTTP: what can come back, a return, its slip, and taking it back. */
#include "order/order_return_http.h"

#include "staff/staff.h"

/* clang-format off */
static const struct field line_new[] = {
    F_INT(return_line_new,  line_no,   MUST, 1, 200, "Of the order."),
    F_INT(return_line_new,  qty,       MUST, 1, 999, "Pieces."),
    F_ENUM(return_line_new, condition, MUST, return_condition_words, "sellable: back to the shelf; defective: aside, nobody is promised it."),
    F_TEXT(return_line_new, serial,    OPT,  64, "The IMEI or serial number of a unit-tracked piece."),
    FIELD_END
};
static const struct shape line_new_shape = SHAPE("ReturnLineNew", return_line_new, line_new);

static const struct field refund_new[] = {
    F_ENUM(order_payment_new, kind,         MUST, order_pay_words, "card or cash."),
    F_INT(order_payment_new,  amount_minor, MUST, 1, 1000000000000000, "Kopecks."),
    FIELD_END
};
static const struct shape refund_new_shape = SHAPE("ReturnRefund", order_payment_new, refund_new);

static const struct field new_fields[] = {
    F_ID(return_new,   place_id, MUST, "Where it comes back: any shop of the chain."),
    F_ENUM(return_new, reason,   MUST, return_reason_words, "not_liked, defect, wrong (our mistake)."),
    F_TEXT(return_new, why,      OPT,  1000, "The buyer's words; of a defect it must be told."),
    F_BOOL(return_new, allow,    OPT,  "Against the rules all the same; needs the right return_any."),
    F_LIST(return_new, lines,    MUST, &line_new_shape, 200, "What comes back."),
    F_LIST(return_new, refunds,  OPT,  &refund_new_shape, 10, "As what money; as it was paid when absent."),
    FIELD_END
};
const struct shape return_new_shape = SHAPE("ReturnNew", return_new, new_fields);

static const struct field line_fields[] = {
    F_INT(return_line,  n,           MUST, 0, 0, "1, 2, ..."),
    F_INT(return_line,  line_no,     MUST, 0, 0, "Of the order."),
    F_ID(return_line,   variant_id,  MUST, "What."),
    F_TEXT(return_line, sku,         MUST, 100, "As it was sold."),
    F_TEXT(return_line, name,        MUST, 500, "As it was sold."),
    F_INT(return_line,  qty,         MUST, 0, 0, "Pieces."),
    F_INT(return_line,  price_minor, MUST, 0, 0, "Kopecks a piece."),
    F_INT(return_line,  sum_minor,   MUST, 0, 0, "Kopecks."),
    F_INT(return_line,  vat_bp,      MUST, 0, 0, "1/100 %."),
    F_ENUM(return_line, condition,   MUST, return_condition_words, "sellable or defective."),
    F_TEXT(return_line, serial,      OPT,  64, "IMEI or serial number."),
    FIELD_END
};
static const struct shape line_shape = SHAPE("ReturnLine", return_line, line_fields);

static const struct field refund_fields[] = {
    F_ENUM(order_payment, kind,         MUST, order_pay_words, "card or cash."),
    F_INT(order_payment,  amount_minor, MUST, 0, 0, "Kopecks given back."),
    FIELD_END
};
static const struct shape refund_shape = SHAPE("ReturnRefunded", order_payment, refund_fields);

static const struct field return_fields[] = {
    F_ID(order_return,   id,            MUST, "The return."),
    F_ID(order_return,   order_id,      MUST, "Of which order."),
    F_ID(order_return,   customer_id,   MUST, "Whose; 0: nobody known."),
    F_TEXT(order_return, number,        MUST, 24, "For people, on the slip."),
    F_ID(order_return,   place_id,      MUST, "Where it came back."),
    F_ENUM(order_return, state,         MUST, return_state_words, "done, or undone: it was a mistake."),
    F_ENUM(order_return, reason,        MUST, return_reason_words, "Why."),
    F_TEXT(order_return, why,           OPT,  1000, "The buyer's words."),
    F_TEXT(order_return, warned,        OPT,  200, "The rules that spoke against it, by blanks: late, distance_late, complex, complex_late, warranty_over."),
    F_INT(order_return,  goods_minor,   MUST, 0, 0, "Kopecks the goods had cost."),
    F_INT(order_return,  refund_minor,  MUST, 0, 0, "Kopecks given back: never more than was paid."),
    F_TIME(order_return, at,            MUST, "When."),
    F_ID(order_return,   who_id,        MUST, "By whom: a staff account."),
    F_TIME(order_return, undo_until_at, OPT,  "It can be taken back until."),
    F_LIST(order_return, lines,         MUST, &line_shape, 0, "What came back."),
    F_LIST(order_return, refunds,       OPT,  &refund_shape, 0, "As what money."),
    FIELD_END
};
const struct shape return_shape = SHAPE("OrderReturn", order_return, return_fields);

#define AGAINST(n, reason, text)                                                            \
    { .name = n, .kind = FIELD_LIST, .elem = FIELD_TEXT, .flags = OPT,                      \
      .at = offsetof(struct return_candidate, against) + (reason) * sizeof(struct list),    \
      .doc = (text) }
static const struct field candidate_fields[] = {
    F_INT(return_candidate,  line_no,       MUST, 0, 0, "Of the order."),
    F_ID(return_candidate,   variant_id,    MUST, "What."),
    F_TEXT(return_candidate, sku,           MUST, 100, "As it was sold."),
    F_TEXT(return_candidate, name,          MUST, 500, "As it was sold."),
    F_BOOL(return_candidate, unit_tracked,  MUST, "Each piece comes back with its number."),
    F_BOOL(return_candidate, complex_goods, MUST, "Technically complex goods of the law."),
    F_INT(return_candidate,  warranty_days, MUST, 0, 0, "Its warranty."),
    F_INT(return_candidate,  sold_qty,      MUST, 0, 0, "Pieces sold."),
    F_INT(return_candidate,  returned_qty,  MUST, 0, 0, "Pieces that came back before."),
    F_INT(return_candidate,  left_qty,      MUST, 0, 0, "Pieces that can come back."),
    F_INT(return_candidate,  price_minor,   MUST, 0, 0, "Kopecks a piece."),
    F_LIST_OF(return_candidate, serials,    OPT,  FIELD_TEXT, 0, "Numbers that went out and did not come back."),
    AGAINST("against_not_liked", RETURN_NOT_LIKED, "Rules against it when it was not to his liking."),
    AGAINST("against_defect", RETURN_DEFECT, "Rules against it when it is defective."),
    FIELD_END
};
static const struct shape candidate_shape = SHAPE("ReturnCandidate", return_candidate, candidate_fields);

static const struct field look_fields[] = {
    F_ID(return_look,   order_id,        MUST, "The sold order."),
    F_ID(return_look,   customer_id,     MUST, "Whose; 0: nobody known."),
    F_TEXT(return_look, customer_name,   OPT,  400, "Whose."),
    F_TEXT(return_look, number,          MUST, 16, "For people."),
    F_ENUM(return_look, kind,            MUST, order_kind_words, "How it was sold."),
    F_ENUM(return_look, channel,         MUST, catalog_channel_words, "Where it was ordered."),
    F_ID(return_look,   place_id,        MUST, "Where it was sold."),
    F_TIME(return_look, done_at,         MUST, "Sold, or handed over."),
    F_INT(return_look,  days,            MUST, 0, 0, "Days since, the day itself not counted."),
    F_INT(return_look,  card_left_minor, MUST, 0, 0, "Kopecks paid by card and not given back."),
    F_INT(return_look,  cash_left_minor, MUST, 0, 0, "Kopecks paid in cash and not given back."),
    F_BOOL(return_look, may_allow,       MUST, "The caller may do it against the rules."),
    F_LIST(return_look, lines,           MUST, &candidate_shape, 0, "What was sold."),
    F_LIST(return_look, returns,         OPT,  &return_shape, 0, "What came back before."),
    FIELD_END
};
const struct shape return_look_shape = SHAPE("ReturnLook", return_look, look_fields);

static const struct field ask_fields[] = {
    F_TEXT(return_ask, key,      MUST, 300, "The receipt's number, what its QR says, the order's link, an IMEI or serial number."),
    F_ID(return_ask,   place_id, OPT,  "Where it comes back; one's own place when absent."),
    FIELD_END
};
const struct shape return_ask_shape = SHAPE("ReturnAsk", return_ask, ask_fields);
/* clang-format on */

static enum err answer(struct ctx *c, struct reply *r, int status, i64 return_id)
{
    struct order_return *one = NEW(c->mem, struct order_return);

    TRY(order_return_get(c, return_id, one));
    r->private_ = true;
    return reply_with(r, status, one);
}

enum err return_http_look(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct return_ask *ask = q->query;
    struct return_look *look = NEW(c->mem, struct return_look);
    i64 id = 0;

    TRY(return_find(c, ask->key, &id));
    TRY(return_look(c, id, ask->place_id == NONE ? c->who.place_id : ask->place_id,
                    look));
    if (look->customer_id)
        TRY(staff_audit_read(c, "order.return_look", look->customer_id));
    r->private_ = true;
    return reply_with(r, 200, look);
}

enum err return_http_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 order_id = 0, id = 0;

    TRY(request_id_arg(c, q, 0, &order_id));
    TRY(order_return(c, order_id, q->body, &id));
    r->location = arena_printf(c->mem, "/v1/order/return/%lld", id);
    return answer(c, r, 201, id);
}

enum err return_http_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(answer(c, r, 200, id));
    return staff_may(c, RIGHT_SELL, ((const struct order_return *)r->body)->place_id);
}

enum err return_http_undo(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(order_return_undo(c, id));
    return answer(c, r, 200, id);
}
