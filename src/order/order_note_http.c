/* What the desk does on an order beside changing it: notes, tags, the code again. */
#include "customer/customer_note.h"
#include "order/order_http.h"
#include "staff/staff.h"

/* The order of the path, for staff alone: notes are not for the buyer. */
static enum err about(struct ctx *c, const struct request *q,
                      struct customer_about *ret)
{
    struct order o = { 0 };

    TRY(order_http_seen(c, q, &ret->order_id));
    TRY(order_head(c, ret->order_id, &o));
    ret->customer_id = o.customer_id;
    return ERR_OK;
}

static enum err notes_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_list(c, &a, q, r);
}

static enum err note_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_write(c, &a, q, r);
}

static enum err note_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_mend(c, &a, q, r);
}

static enum err note_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_drop(c, &a, q, r);
}

static enum err note_restore(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_back(c, &a, q, r);
}

static enum err tags_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_tag_list(c, &a, q, r);
}

static enum err tags_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_tag_set(c, &a, q, r);
}

static enum err code_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(order_http_held(c, q, &id));
    TRY(order_code_resend(c, id));
    return reply_empty(r);
}

/* clang-format off */
extern const struct route order_note_routes[];
const struct route order_note_routes[] = {
    { "POST", "/v1/order/{order}/code", code_post, RIGHT_STAFF, WRITES,
      .doc = "Send the pick-up code of a ready order to its customer again; three times an hour at most." },
    { "GET", "/v1/order/{order}/note", notes_get, RIGHT_STAFF, READS, .query = &customer_note_ask_shape,
      .out = &customer_note_page_shape, .doc = "What staff wrote about this order, newest first." },
    { "POST", "/v1/order/{order}/note", note_post, RIGHT_STAFF, WRITES, .in = &customer_note_text_shape,
      .out = &customer_note_shape, .doc = "Write a note about this order.",
      .example = "{\"text\":\"Заберёт брат, Олег\"}" },
    { "PUT", "/v1/order/{order}/note/{note}", note_put, RIGHT_STAFF, WRITES, .in = &customer_note_text_shape,
      .out = &customer_note_shape, .doc = "Change one's own note, within 15 minutes." },
    { "DELETE", "/v1/order/{order}/note/{note}", note_delete, RIGHT_STAFF, WRITES,
      .doc = "Take one's own note away; it can be put back for 30 days." },
    { "POST", "/v1/order/{order}/note/{note}/restore", note_restore, RIGHT_STAFF, WRITES,
      .out = &customer_note_shape, .doc = "Put back a note that was taken away." },
    { "GET", "/v1/order/{order}/tag", tags_get, RIGHT_STAFF, READS, .out = &customer_tag_list_shape,
      .doc = "The tags of this order." },
    { "PUT", "/v1/order/{order}/tag", tags_put, RIGHT_STAFF, WRITES, .in = &customer_tag_list_shape,
      .out = &customer_tag_list_shape, .doc = "Set the tags of this order: what is not here is taken off.",
      .example = "{\"tags\":[\"подарок\"]}" },
    ROUTE_END
};
/* clang-format on */
