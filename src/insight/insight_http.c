/* Shapes and routes of this room. */
#include "insight/insight_own.h"
#include "order/order.h"
#include "staff/staff.h"

struct hits {
    struct list items;
};

/* clang-format off */
static const struct field hit_fields[] = {
    F_ENUM(hit, kind, 0, insight_hit_words, "What was found."),
    F_ID(hit, id, 0, "Its id."),
    F_TEXT(hit, by, 0, 0, "What the text was taken for: key (a phone, e-mail or card), name, number, code, serial, sku."),
    F_TEXT(hit, title, 0, 0, "Name of a person or goods, number of an order, serial number of a piece."),
    F_TEXT(hit, detail, OPT, 0, "Phone or e-mail with only some of its letters; the buyer's name; the article."),
    F_TEXT(hit, state, OPT, 0, "Of an order or a piece."),
    F_ID(hit, customer_id, OPT, "Whose."),
    F_ID(hit, order_id, OPT, "Of which order."),
    F_ID(hit, place_id, OPT, "Where."),
    F_ID(hit, variant_id, OPT, "What."),
    F_INT(hit, total_minor, OPT, 0, 0, "Of an order, kopecks."),
    F_TIME(hit, at, OPT, "When the order was placed; since when the piece is there."),
    FIELD_END
};
static const struct shape hit_shape = SHAPE("Hit", hit, hit_fields);
static const struct field hits_fields[] = { F_LIST(hits, items, 0, &hit_shape, 0, "The surest first."), FIELD_END };
static const struct shape hits_shape = SHAPE("Hits", hits, hits_fields);
static const struct field find_fields[] = {
    F_TEXT(find_ask, q, MUST, 254, "A phone, e-mail, card, name, number of an order or receipt, pick-up code, serial number or IMEI, barcode or article."),
    F_INT(find_ask, limit, OPT, 1, 50, "People and codes at most; 10 when absent."),
    FIELD_END
};
static const struct shape find_shape = SHAPE("FindAsk", find_ask, find_fields);

static const struct field item_fields[] = {
    F_TIME(story_item, at, 0, "When."),
    F_ID(story_item, id, 0, "Of the order, step, payment, message, visit, note."),
    F_ENUM(story_item, kind, 0, insight_story_words, "What it is."),
    F_TEXT(story_item, what, 0, 0, "A word of the kind: placed, sold; a step (ready, handed_over ...); card, cash; a template; log_in; note; key_added, key_removed, key_confirmed."),
    F_TEXT(story_item, why, OPT, 0, "The reason given, or why a message could not be sent."),
    F_TEXT(story_item, text, OPT, 0, "Of a note; where a message went; the browser of a visit; the key."),
    F_ID(story_item, order_id, OPT, "Of which order."),
    F_TEXT(story_item, order_number, OPT, 0, "Its number."),
    F_TEXT(story_item, order_state, OPT, 0, "How that order is now."),
    F_ID(story_item, place_id, OPT, "Its shop."),
    F_INT(story_item, amount_minor, OPT, 0, 0, "Kopecks; of a payment given back negative."),
    F_TEXT(story_item, channel, OPT, 0, "Of the order, or by what the message went."),
    F_TEXT(story_item, state, OPT, 0, "Of a message: waiting, sent, failed."),
    F_ID(story_item, who_id, OPT, "Who did it: account, key or customer."),
    F_TEXT(story_item, who_name, OPT, 0, "His name, when he works here."),
    FIELD_END
};
const struct shape story_item_shape = SHAPE("StoryItem", story_item, item_fields);
static const struct field open_fields[] = {
    F_ID(story_open, id, 0, "The order."),
    F_TEXT(story_open, number, 0, 0, "Its number."),
    F_TEXT(story_open, kind, 0, 0, "pickup, reserve, delivery."),
    F_TEXT(story_open, state, 0, 0, "How far it is."),
    F_ID(story_open, place_id, 0, "Where."),
    F_INT(story_open, total_minor, 0, 0, 0, "Kopecks."),
    F_INT(story_open, paid_minor, 0, 0, 0, "Of them paid."),
    F_TIME(story_open, placed_at, 0, "When it was placed."),
    F_TIME(story_open, promised_at, OPT, "When it was promised for."),
    FIELD_END
};
static const struct shape open_shape = SHAPE("StoryOpen", story_open, open_fields);
static const struct field story_fields[] = {
    F_LIST(story, open, 0, &open_shape, 0, "Orders that are not over; on the first page."),
    F_LIST(story, items, 0, &story_item_shape, 0, "Newest first."),
    F_TEXT(story, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape story_shape = SHAPE("Story", story, story_fields);
static const struct field ask_fields[] = {
    F_LIST_OF(story_ask, kind, OPT, FIELD_TEXT, 10, "Only these: order, status, payment, message, visit, note, key."),
    PAGE_FIELDS(story_ask),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("StoryAsk", story_ask, ask_fields);

static const struct field state_fields[] = {
    F_ENUM(now_state, state, 0, fulfil_state_words, "What the shop has to do."),
    F_INT(now_state, n, 0, 0, 0, "Orders."),
    F_INT(now_state, overdue, 0, 0, 0, "Of them past the promised time; of ready ones past the deadline."),
    F_INT(now_state, n_hour, 0, 0, 0, "Of them placed within the last hour."),
    F_INT(now_state, n_day, 0, 0, 0, "Within the last day, but not the last hour."),
    F_INT(now_state, n_old, 0, 0, 0, "Before that."),
    F_TIME(now_state, oldest_at, OPT, "When the oldest was placed."),
    FIELD_END
};
static const struct shape state_shape = SHAPE("NowState", now_state, state_fields);
static const struct field place_fields[] = {
    F_ID(now_place, place_id, 0, "The place."),
    F_ID(now_place, region_id, OPT, "Its region."),
    F_INT(now_place, open, 0, 0, 0, "Orders that are not over."),
    F_INT(now_place, overdue, 0, 0, 0, "Of them overdue."),
    F_INT(now_place, ready, 0, 0, 0, "Of them waiting for the customer."),
    F_TIME(now_place, oldest_at, OPT, "When the oldest was placed."),
    { .name = "short", .at = offsetof(struct now_place, short_), .kind = FIELD_INT, .doc = "Variants promised beyond what there is." },
    F_INT(now_place, negative, 0, 0, 0, "Variants sold though the book had none."),
    FIELD_END
};
static const struct shape place_shape_ = SHAPE("NowPlace", now_place, place_fields);
static const struct field hour_fields[] = {
    F_INT(now_hour, hour, 0, 0, 0, "0 to 23, by the clock there."),
    F_TIME(now_hour, at, 0, "When it begins."),
    F_INT(now_hour, orders, 0, 0, 0, "Orders and sales of this hour, less those cancelled."),
    F_INT(now_hour, sum_minor, 0, 0, 0, "Kopecks."),
    F_INT(now_hour, before_orders, 0, 0, 0, "The same hour a week ago."),
    F_INT(now_hour, before_minor, 0, 0, 0, "Kopecks."),
    F_INT(now_hour, usual_minor, 0, 0, 0, "Kopecks: the mean of this hour of the last four weeks."),
    FIELD_END
};
static const struct shape hour_shape = SHAPE("NowHour", now_hour, hour_fields);
static const struct field sales_fields[] = {
    F_INT(now_sales, orders, 0, 0, 0, "Orders and sales today."),
    F_INT(now_sales, sum_minor, 0, 0, 0, "Kopecks."),
    F_INT(now_sales, till_orders, 0, 0, 0, "Of them at the till."),
    F_INT(now_sales, till_minor, 0, 0, 0, "Kopecks of those."),
    F_INT(now_sales, before_orders, 0, 0, 0, "A week ago, until this time of the day."),
    F_INT(now_sales, before_minor, 0, 0, 0, "Kopecks."),
    F_INT(now_sales, before_day_minor, 0, 0, 0, "Kopecks of that whole day."),
    F_LIST(now_sales, hours, 0, &hour_shape, 0, "24 hours, for a chart."),
    FIELD_END
};
static const struct shape sales_shape = SHAPE("NowSales", now_sales, sales_fields);
static const struct field source_fields[] = {
    F_ID(now_source, id, 0, "The source."),
    F_TEXT(now_source, name, 0, 0, "Its name."),
    F_TEXT(now_source, kind, 0, 0, "1c, wms, edi, till, csv, yml."),
    F_INT(now_source, places, 0, 0, 0, "Places it speaks of."),
    F_INT(now_source, late, 0, 0, 0, "Of them silent for too long."),
    F_TIME(now_source, oldest_at, OPT, "Its oldest last word."),
    F_INT(now_source, limit_min, 0, 0, 0, "Minutes it may be silent; 0: as long as it likes."),
    FIELD_END
};
static const struct shape source_shape = SHAPE("NowSource", now_source, source_fields);
static const struct field exchange_fields[] = {
    F_INT(now_exchange, runs, 0, 0, 0, "Files of the last 24 hours."),
    F_INT(now_exchange, failed, 0, 0, 0, "Of them not read."),
    F_INT(now_exchange, waiting, 0, 0, 0, "Of them waiting or being read."),
    F_INT(now_exchange, rejects, 0, 0, 0, "Elements not taken."),
    F_TIME(now_exchange, last_at, OPT, "When the last one came."),
    FIELD_END
};
static const struct shape exchange_shape = SHAPE("NowExchange", now_exchange, exchange_fields);
static const struct field jobs_fields[] = {
    F_INT(now_jobs, parked, 0, 0, 0, "Jobs that gave up."),
    F_INT(now_jobs, failing, 0, 0, 0, "Schedules whose last run failed."),
    F_INT(now_jobs, waiting, 0, 0, 0, "Jobs due for more than a minute."),
    FIELD_END
};
static const struct shape jobs_shape = SHAPE("NowJobs", now_jobs, jobs_fields);
static const struct field messages_fields[] = {
    F_INT(now_messages, failed, 0, 0, 0, "Messages of the last 24 hours that could not be sent."),
    FIELD_END
};
static const struct shape messages_shape = SHAPE("NowMessages", now_messages, messages_fields);
static const struct field alert_fields[] = {
    F_TEXT(now_alert, kind, 0, 0, "orders_overdue, stock_short, stock_negative, source_late, exchange_failed, exchange_rejects, job_parked, schedule_failing, message_failed."),
    F_INT(now_alert, severity, 0, 0, 0, "3 now, 2 today, 1 when there is time."),
    F_INT(now_alert, n, 0, 0, 0, "How many."),
    F_ID(now_alert, place_id, OPT, "Where."),
    F_ID(now_alert, subject_id, OPT, "Which source, run or job."),
    F_TIME(now_alert, since_at, OPT, "Since when."),
    F_TEXT(now_alert, text, OPT, 0, "Its name: of the source, the file, the kind of job."),
    F_TEXT(now_alert, link, 0, 0, "Where the API lists them."),
    FIELD_END
};
static const struct shape alert_shape = SHAPE("NowAlert", now_alert, alert_fields);
static const struct field now_fields[] = {
    F_TIME(now, at, 0, "Now."),
    F_TIME(now, rolled_at, OPT, "As of when orders and levels were counted."),
    F_TIME(now, day_at, 0, "When today began there."),
    F_INT(now, utc_offset_min, 0, 0, 0, "The clock of that day."),
    F_ID(now, place_id, OPT, "Of this place only."),
    F_ID(now, region_id, OPT, "Of this region only."),
    F_LIST(now, states, 0, &state_shape, 0, "Open orders by what is to be done; empty when one may not see orders."),
    F_LIST(now, places, 0, &place_shape_, 0, "The 100 places with the most overdue and open orders."),
    F_OBJECT(now, sales, OPT, &sales_shape, "Today."),
    F_LIST(now, sources, 0, &source_shape, 0, "Who tells of stock."),
    F_OBJECT(now, exchange, OPT, &exchange_shape, "Files of the last day."),
    F_OBJECT(now, jobs, OPT, &jobs_shape, "Work in the background."),
    F_OBJECT(now, messages, OPT, &messages_shape, "Messages."),
    { .name = "short", .at = offsetof(struct now, short_), .kind = FIELD_INT, .doc = "Variants at places promised beyond what there is." },
    F_INT(now, negative, 0, 0, 0, "Variants at places sold though the book had none."),
    F_LIST(now, alerts, 0, &alert_shape, 0, "What somebody should look at, the most urgent first."),
    FIELD_END
};
static const struct shape now_shape = SHAPE("Now", now, now_fields);
static const struct field now_ask_fields[] = {
    F_ID(now_ask, place_id, OPT, "Of this place only."),
    F_ID(now_ask, region_id, OPT, "Of this region only."),
    FIELD_END
};
static const struct shape now_ask_shape = SHAPE("NowAsk", now_ask, now_ask_fields);
/* clang-format on */

static enum err find_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct hits *h = NEW(c->mem, struct hits);

    TRY(insight_find(c, q->query, &h->items));
    r->private_ = true;
    return reply_with(r, 200, h);
}

static enum err story_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct story *s = NEW(c->mem, struct story);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(insight_story(c, id, q->query, s));
    TRY(staff_audit_read(c, "customer.timeline", id));
    r->private_ = true;
    return reply_with(r, 200, s);
}

static enum err now_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct now *n = NEW(c->mem, struct now);

    TRY(insight_now(c, q->query, n));
    r->private_ = true;
    return reply_with(r, 200, n);
}

/* clang-format off */
extern const struct route insight_routes[];
const struct route insight_routes[] = {
    { "GET", "/v1/find", find_get, RIGHT_STAFF, READS, .query = &find_shape, .out = &hits_shape,
      .doc = "Find anybody in one field: people, orders, single pieces, goods, as far as one may see them." },
    { "GET", "/v1/customer/{id}/timeline", story_get, RIGHT_CUSTOMER_READ, READS, .query = &ask_shape, .out = &story_shape,
      .doc = "A person's story over all channels, newest first.  Audited." },
    { "GET", "/v1/office/now", now_get, RIGHT_STAFF, READS, .query = &now_ask_shape, .out = &now_shape,
      .doc = "How the chain, a region or a shop is now: open orders, today's sales, stock, exchange, and what needs attention." },
    ROUTE_END
};
/* clang-format on */
