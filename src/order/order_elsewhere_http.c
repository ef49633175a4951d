/* What was promised and is missing, over HTTP. */
#include "order/order_elsewhere.h"

#include "order/order_http.h"
#include "order/order_till.h"
#include "staff/staff.h"

struct elsewhere_to {
    i64 place_id;
};

/* clang-format off */
static const struct field waiting[] = {
    F_ID(order_waiting,   order_id,      MUST, "The order."),
    F_TEXT(order_waiting, number,        MUST, 16, "For people."),
    F_INT(order_waiting,  line_no,       MUST, 0, 0, "Which line of it."),
    F_INT(order_waiting,  qty,           MUST, 0, 0, "Pieces of it that are not handed over."),
    F_ENUM(order_waiting, kind,          MUST, order_kind_words, "Fetched, reserved or brought."),
    F_ENUM(order_waiting, state,         MUST, fulfil_state_words, "How far it is here; packed, it can only be given up."),
    F_TEXT(order_waiting, customer_name, OPT,  400, "Who waits."),
    F_TIME(order_waiting, promised_at,   OPT,  "Until when it was promised."),
    FIELD_END
};
static const struct shape waiting_shape = SHAPE("OrderWaiting", order_waiting, waiting);
static const struct field unmet[] = {
    F_ID(order_unmet,   variant_id, MUST, "What."),
    F_TEXT(order_unmet, sku,        MUST, 100, "What."),
    F_TEXT(order_unmet, name,       MUST, 500, "What."),
    F_INT(order_unmet,  on_hand,    MUST, 0, 0, "Pieces by the book; below 0: sold though there were none."),
    F_INT(order_unmet,  held,       MUST, 0, 0, "Pieces promised."),
    F_INT(order_unmet,  lacking,    MUST, 0, 0, "The difference: so many buyers' pieces are not there."),
    F_LIST(order_unmet, orders,     MUST, &waiting_shape, 500, "Whom they were promised to, the latest first."),
    FIELD_END
};
static const struct shape unmet_shape = SHAPE("OrderUnmet", order_unmet, unmet);
static const struct field unmet_page[] = {
    F_LIST(order_items, items, MUST, &unmet_shape, 500, "Goods of which there is less than was promised."),
    FIELD_END
};
static const struct shape unmet_page_shape = SHAPE("OrderUnmetPage", order_items, unmet_page);

static const struct field elsewhere[] = {
    F_ID(order_elsewhere,   place_id,    MUST, "Who has it free."),
    F_INT(order_elsewhere,  distance_m,  OPT,  0, 0, "Metres from here."),
    F_TIME(order_elsewhere, promised_at, OPT,  "Ready there by."),
    FIELD_END
};
static const struct shape elsewhere_shape = SHAPE("OrderElsewhere", order_elsewhere, elsewhere);
static const struct field elsewhere_page[] = {
    F_LIST(order_items, items, MUST, &elsewhere_shape, 5, "The nearest first."),
    FIELD_END
};
static const struct shape elsewhere_page_shape = SHAPE("OrderElsewherePage", order_items, elsewhere_page);
static const struct field to[] = {
    F_ID(elsewhere_to, place_id, OPT, "Which place; the nearest that has it when absent."),
    FIELD_END
};
static const struct shape to_shape = SHAPE("OrderSendElsewhere", elsewhere_to, to);
/* clang-format on */

static enum err line_of(struct ctx *c, const struct request *q, i64 *ret_id,
                        i64 *ret_line_no)
{
    TRY(order_http_held(c, q, ret_id));
    return request_id_arg(c, q, 1, ret_line_no);
}

static enum err unmet_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const i64 asked = ((const struct till_place *)q->query)->place_id,
              place_id = asked == NONE ? c->who.place_id : asked;
    struct order_items *page = NEW(c->mem, struct order_items);

    TRY(staff_may(c, RIGHT_SELL, place_id));
    TRY(order_unmet(c, place_id, &page->items));
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err elsewhere_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order_items *page = NEW(c->mem, struct order_items);
    i64 id = 0, line_no = 0;

    TRY(line_of(c, q, &id, &line_no));
    TRY(order_elsewhere(c, id, line_no, &page->items));
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err elsewhere_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0, line_no = 0;

    TRY(line_of(c, q, &id, &line_no));
    TRY(order_send_elsewhere(c, id, line_no,
                             ((const struct elsewhere_to *)q->body)->place_id));
    return order_http_show(c, id, r);
}

static enum err give_up_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct order_why *w = q->body;
    i64 id = 0, line_no = 0;

    TRY(line_of(c, q, &id, &line_no));
    TRY(order_give_up(c, id, line_no, w->qty, w->why));
    return order_http_show(c, id, r);
}

/* clang-format off */
extern const struct route order_elsewhere_routes[];
const struct route order_elsewhere_routes[] = {
    { "GET", "/v1/order/unmet", unmet_get, RIGHT_SELL, READS,
      .query = &till_place_shape, .out = &unmet_page_shape,
      .doc = "Goods that a place has promised to orders and does not have: an offline till sold them, or a count found fewer." },
    { "GET", "/v1/order/{order}/line/{line}/elsewhere", elsewhere_get, RIGHT_SELL, READS,
      .out = &elsewhere_page_shape,
      .doc = "Who could meet it instead: of what is fetched all of the order, of a delivery this line." },
    { "POST", "/v1/order/{order}/line/{line}/elsewhere", elsewhere_post, RIGHT_SELL, WRITES,
      .in = &to_shape, .out = &order_shape,
      .doc = "Send it to another place: the hold goes along, and who has to go there is told." },
    { "POST", "/v1/order/{order}/line/{line}/give-up", give_up_post, RIGHT_SELL, WRITES,
      .in = &order_why_shape, .out = &order_shape,
      .doc = "Nobody has it: cancel the line or some of it, give money back, tell the buyer." },
    ROUTE_END
};
/* clang-format on */
