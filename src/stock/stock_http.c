#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "http/route.h"
#include "place/place.h"
#include "staff/staff.h"
#include "stock/stock_floor.h"

/* Strangers learn that there is enough, not how much. */
enum { ENOUGH = 10 };

/* ---- Shapes ------------------------------------------------------------- */

struct items {
    struct list items;
    const char *next;
};
#define PAGE_OF(name, says, item)                                                      \
    static const struct field name##_fields[] = {                                      \
        F_LIST(items, items, 0, item, 0, "The rows."),                                 \
        F_TEXT(items, next, OPT, 0,                                                    \
               "For `after` of the next page; absent on the last."),                   \
        FIELD_END                                                                      \
    };                                                                                 \
    static const struct shape name##_shape = SHAPE(says, items, name##_fields)

/* clang-format off */
struct at {
    i64 place_id, variant_id;
    const char *sku, *name;
    i64 free, on_hand, held, incoming, counted_at, distance_m;
};
static const struct field at_fields[] = {
    F_ID(at, place_id, 0, "Where."),
    F_ID(at, variant_id, 0, "What."),
    F_TEXT(at, sku, OPT, 0, "Its article, in lists of a place."),
    F_TEXT(at, name, OPT, 0, "Its name, in lists of a place."),
    F_INT(at, free, 0, 0, 0, "Pieces that can be promised; for shoppers 10 means 10 or more."),
    F_INT(at, on_hand, OPT, 0, 0, "Pieces by the book; for staff."),
    F_INT(at, held, OPT, 0, 0, "Pieces promised; for staff."),
    F_INT(at, incoming, OPT, 0, 0, "Pieces on their way; for staff."),
    F_TIME(at, counted_at, OPT, "As of when a source last counted; for staff."),
    F_INT(at, distance_m, OPT, 0, 0, "Metres from the point asked about."),
    FIELD_END
};
static const struct shape at_shape = SHAPE("StockAt", at, at_fields);
PAGE_OF(at_page, "StockPage", &at_shape);

struct near_ask {
    i64 lat_e6, lon_e6, limit;
};
static const struct field near_fields[] = {
    F_INT(near_ask, lat_e6, OPT, -90000000, 90000000, "With lon_e6: only places that have some, nearest first."),
    F_INT(near_ask, lon_e6, OPT, -180000000, 180000000, "See lat_e6."),
    F_INT(near_ask, limit, OPT, 1, LIMIT_LIST, "At most so many places; all when absent."),
    FIELD_END
};
static const struct shape near_shape = SHAPE("StockNear", near_ask, near_fields);

static const struct field level_ask_fields[] = {
    F_BOOL(stock_level_ask, only_short, OPT, "Only what is promised beyond what there is."),
    PAGE_FIELDS(stock_level_ask),
    FIELD_END
};
static const struct shape level_ask_shape = SHAPE("StockPlaceAsk", stock_level_ask, level_ask_fields);

static const struct field move_ask_fields[] = {
    F_ID(stock_move_ask, place_id, MUST, "Where."),
    F_ID(stock_move_ask, variant_id, OPT, "Only of this variant."),
    F_ENUM(stock_move_ask, reason, OPT, stock_reason_words, "Only for this reason."),
    F_ID(stock_move_ask, doc_id, OPT, "Only of this document."),
    F_TIME(stock_move_ask, since, OPT, "Not before."),
    F_TIME(stock_move_ask, until, OPT, "Before."),
    PAGE_FIELDS(stock_move_ask),
    FIELD_END
};
static const struct shape move_ask_shape = SHAPE("StockMoveAsk", stock_move_ask, move_ask_fields);
static const struct field variant_move_fields[] = {
    F_ENUM(stock_move_ask, reason, OPT, stock_reason_words, "Only for this reason."),
    F_TIME(stock_move_ask, since, OPT, "Not before."),
    F_TIME(stock_move_ask, until, OPT, "Before."),
    PAGE_FIELDS(stock_move_ask),
    FIELD_END
};
static const struct shape variant_move_shape = SHAPE("StockVariantMoveAsk", stock_move_ask, variant_move_fields);
static const struct field move_fields[] = {
    F_ID(stock_moved, place_id, 0, "Where."),
    F_ID(stock_moved, variant_id, 0, "What."),
    F_INT(stock_moved, qty, 0, 0, 0, "Pieces; negative ones left."),
    F_ENUM(stock_moved, reason, 0, stock_reason_words, "Why."),
    F_ID(stock_moved, doc_id, 0, "Order, transfer, count or delivery."),
    F_INT(stock_moved, line_no, 0, 0, 0, "Its line."),
    F_TIME(stock_moved, at, 0, "When it happened."),
    F_TIME(stock_moved, said_at, 0, "When we heard of it."),
    F_TEXT(stock_moved, sku, OPT, 0, "Its article."),
    F_TEXT(stock_moved, name, OPT, 0, "Its name."),
    F_ID(stock_moved, who_id, 0, "Who said it: account or key; 0 the system.  See /v1/staff/name."),
    FIELD_END
};
static const struct shape move_shape = SHAPE("StockMove", stock_moved, move_fields);
PAGE_OF(move_page, "StockMovePage", &move_shape);

struct receipt_line {
    i64 variant_id, qty;
    struct list serials;
};
static const struct field receipt_line_fields[] = {
    F_ID(receipt_line, variant_id, MUST, "What came."),
    F_INT(receipt_line, qty, MUST, 1, 1000000, "How many pieces."),
    F_LIST_OF(receipt_line, serials, OPT, FIELD_TEXT, 1000, "Serial numbers or IMEIs of these pieces, as far as they have any."),
    FIELD_END
};
static const struct shape receipt_line_shape = SHAPE("ReceiptLine", receipt_line, receipt_line_fields);
struct receipt {
    i64 place_id, doc_id;
    struct list lines;
};
static const struct field receipt_fields[] = {
    F_ID(receipt, place_id, MUST, "Where it came."),
    F_ID(receipt, doc_id, OPT, "The purchase it belongs to; a new delivery when absent."),
    F_LIST(receipt, lines, MUST, &receipt_line_shape, 0, "What came."),
    FIELD_END
};
static const struct shape receipt_shape = SHAPE("StockReceipt", receipt, receipt_fields);
struct doc {
    i64 doc_id;
};
static const struct field doc_fields[] = { F_ID(doc, doc_id, 0, "The document that says so."), FIELD_END };
static const struct shape doc_shape = SHAPE("StockDoc", doc, doc_fields);

static const char *const adjust_words[] = { "adjust", "loss", NULL };
struct adjust {
    i64 place_id, variant_id, qty;
    int reason;
    const char *serial, *comment;
};
static const struct field adjust_fields[] = {
    F_ID(adjust, place_id, MUST, "Where."),
    F_ID(adjust, variant_id, MUST, "What."),
    F_INT(adjust, qty, MUST, -1000000, 1000000, "Pieces more (or, negative, fewer) than the book says."),
    F_ENUM(adjust, reason, MUST, adjust_words, "A mistake of the book, or a loss."),
    F_TEXT(adjust, serial, OPT, 64, "Of a piece with a serial number."),
    F_TEXT(adjust, comment, MUST, 300, "Why; for the audit."),
    FIELD_END
};
static const struct shape adjust_shape = SHAPE("StockAdjust", adjust, adjust_fields);

struct coming {
    i64 place_id, variant_id, doc_id, qty, due_at;
};
static const struct field coming_fields[] = {
    F_ID(coming, place_id, MUST, "Where it will stand."),
    F_ID(coming, variant_id, MUST, "What."),
    F_ID(coming, doc_id, MUST, "The purchase or notice; saying it again replaces."),
    F_INT(coming, qty, MUST, 0, 1000000, "Pieces; 0: it does not come."),
    F_TIME(coming, due_at, MUST, "When."),
    FIELD_END
};
static const struct shape coming_shape = SHAPE("StockIncoming", coming, coming_fields);

struct promise_ask {
    i64 place_id, variant_id, by_at;
};
static const struct field promise_ask_fields[] = {
    F_ID(promise_ask, place_id, MUST, "Where."),
    F_ID(promise_ask, variant_id, MUST, "What."),
    F_TIME(promise_ask, by_at, OPT, "By when; now when absent."),
    FIELD_END
};
static const struct shape promise_ask_shape = SHAPE("StockPromiseAsk", promise_ask, promise_ask_fields);
struct promise {
    i64 free, by_then;
    struct list incoming;
};
static const struct field due_fields[] = {
    F_ID(stock_due, doc_id, 0, "The transfer or purchase."),
    F_INT(stock_due, qty, 0, 0, 0, "Pieces."),
    F_TIME(stock_due, due_at, 0, "When."),
    FIELD_END
};
static const struct shape due_shape = SHAPE("StockDue", stock_due, due_fields);
static const struct field promise_fields[] = {
    F_INT(promise, free, 0, 0, 0, "Pieces free now."),
    F_INT(promise, by_then, 0, 0, 0, "Pieces that can be promised by then."),
    F_LIST(promise, incoming, 0, &due_shape, 0, "What is on its way, soonest first."),
    FIELD_END
};
static const struct shape promise_shape = SHAPE("StockPromise", promise, promise_fields);

struct unit_life {
    struct stock_unit u;
    struct list moves;
};
#define U(member) .name = #member, .at = offsetof(struct unit_life, u.member)
static const struct field unit_fields[] = {
    { U(serial), .kind = FIELD_TEXT, .doc = "Serial number or IMEI." },
    { U(variant_id), .kind = FIELD_ID, .doc = "What it is." },
    { U(place_id), .kind = FIELD_ID, .doc = "Where it stands; 0: with a customer, on the road, gone." },
    { U(state), .kind = FIELD_ENUM, .words = stock_unit_words, .doc = "Where it is in its life." },
    { U(at), .kind = FIELD_TIME, .doc = "Since when." },
    F_LIST(unit_life, moves, 0, &move_shape, 0, "Its life, newest first."),
    FIELD_END
};
static const struct shape unit_shape = SHAPE("StockUnit", unit_life, unit_fields);

static const struct field transfer_line_fields[] = {
    F_ID(transfer_line, variant_id, MUST, "What."),
    F_INT(transfer_line, qty, MUST, 0, 1000000, "Pieces."),
    F_INT(transfer_line, got_qty, OPT, 0, 1000000, "Pieces that arrived; read only."),
    F_INT(transfer_line, differs, OPT, -1000000, 1000000, "Pieces more (or fewer) than sent; read only."),
    F_LIST_OF(transfer_line, serials, OPT, FIELD_TEXT, 1000, "Serial numbers of numbered pieces: each of them is named when it is sent, and when only some arrive."),
    F_LIST_OF(transfer_line, lost, OPT, FIELD_TEXT, 1000, "Of those: did not arrive; read only."),
    FIELD_END
};
static const struct shape transfer_line_shape = SHAPE("TransferLine", transfer_line, transfer_line_fields);
static const struct field transfer_fields[] = {
    F_ID(transfer, id, 0, "Id."),
    F_ID(transfer, place_id, 0, "From."),
    F_ID(transfer, to_place_id, 0, "To."),
    F_ENUM(transfer, state, 0, stock_transfer_words, "How far it is."),
    F_TEXT(transfer, comment, 0, 300, "Remark."),
    F_TIME(transfer, created_at, 0, "Made."),
    F_TIME(transfer, sent_at, OPT, "Sent."),
    F_TIME(transfer, due_at, OPT, "Expected."),
    F_TIME(transfer, received_at, OPT, "Received."),
    F_LIST(transfer, lines, 0, &transfer_line_shape, 0, "What."),
    FIELD_END
};
static const struct shape transfer_shape = SHAPE("Transfer", transfer, transfer_fields);
PAGE_OF(transfer_page, "TransferPage", &transfer_shape);
static const struct field transfer_new_fields[] = {
    F_ID(transfer, place_id, MUST, "From."),
    F_ID(transfer, to_place_id, MUST, "To."),
    F_TEXT(transfer, comment, OPT, 300, "Remark."),
    F_LIST(transfer, lines, MUST, &transfer_line_shape, 0, "What."),
    FIELD_END
};
static const struct shape transfer_new_shape = SHAPE("TransferNew", transfer, transfer_new_fields);
static const struct field transfer_send_fields[] = {
    F_TIME(transfer, due_at, OPT, "When it will be there; tomorrow when absent."),
    F_LIST(transfer, lines, OPT, &transfer_line_shape, 0, "Of numbered pieces: their serials."),
    FIELD_END
};
static const struct shape transfer_send_shape = SHAPE("TransferSend", transfer, transfer_send_fields);
static const struct field transfer_got_fields[] = { F_LIST(transfer, lines, OPT, &transfer_line_shape, 0, "What arrived; absent: everything as sent."), FIELD_END };
static const struct shape transfer_got_shape = SHAPE("TransferGot", transfer, transfer_got_fields);

static const struct field transfer_ask_fields[] = {
    F_ID(stock_paper_ask, place_id, OPT, "The place; absent: the whole chain."),
    F_BOOL(stock_paper_ask, to, OPT, "Those on the way to it; without, those from it."),
    F_ENUM(stock_paper_ask, state, OPT, stock_transfer_words, "Only such."),
    PAGE_FIELDS(stock_paper_ask),
    FIELD_END
};
static const struct shape transfer_ask_shape = SHAPE("TransferAsk", stock_paper_ask, transfer_ask_fields);
static const struct field count_ask_fields[] = {
    F_ID(stock_paper_ask, place_id, OPT, "The place; absent: the whole chain."),
    F_ENUM(stock_paper_ask, state, OPT, stock_count_words, "Only such."),
    PAGE_FIELDS(stock_paper_ask),
    FIELD_END
};
static const struct shape count_ask_shape = SHAPE("CountAsk", stock_paper_ask, count_ask_fields);

static const struct field count_line_fields[] = {
    F_ID(count_line, variant_id, MUST, "What."),
    F_INT(count_line, qty, MUST, 0, 1000000, "Pieces seen."),
    F_TIME(count_line, at, OPT, "When they were seen; now when absent."),
    F_INT(count_line, book_qty, OPT, 0, 0, "Pieces the book had then; only after the count was submitted."),
    F_INT(count_line, differs, OPT, 0, 0, "Seen less book; only after the count was submitted."),
    FIELD_END
};
static const struct shape count_line_shape = SHAPE("CountLine", count_line, count_line_fields);
static const struct field count_said_fields[] = {
    F_ID(count_line, variant_id, MUST, "What."),
    F_INT(count_line, qty, MUST, 0, 1000000, "Pieces seen."),
    F_TIME(count_line, at, OPT, "When they were seen; now when absent."),
    FIELD_END
};
static const struct shape count_said_shape = SHAPE("CountSaid", count_line, count_said_fields);
static const struct field count_fields[] = {
    F_ID(count, id, 0, "Id."),
    F_ID(count, place_id, 0, "Where."),
    F_ENUM(count, state, 0, stock_count_words, "How far it is."),
    F_BOOL(count, whole, 0, "What nobody counted is not there."),
    F_TEXT(count, comment, 0, 300, "Remark."),
    F_TIME(count, created_at, 0, "Begun."),
    F_TIME(count, submitted_at, OPT, "Submitted."),
    F_TIME(count, approved_at, OPT, "Approved."),
    F_ID(count, approved_by, OPT, "By whom."),
    F_BOOL(count, may_approve, 0, "The caller may approve it: by right, and somebody else counted."),
    F_INT(count, differs, 0, 0, 0, "Lines that differ from the book."),
    F_LIST(count, lines, 0, &count_line_shape, 0, "What was seen."),
    FIELD_END
};
static const struct shape count_shape = SHAPE("StockCount", count, count_fields);
PAGE_OF(count_page, "StockCountPage", &count_shape);
static const struct field count_new_fields[] = {
    F_ID(count, place_id, MUST, "Where."),
    F_BOOL(count, whole, OPT, "The whole place: what nobody counts is not there."),
    F_TEXT(count, comment, OPT, 300, "Remark."),
    FIELD_END
};
static const struct shape count_new_shape = SHAPE("StockCountNew", count, count_new_fields);
static const struct field count_put_fields[] = { F_LIST(count, lines, MUST, &count_said_shape, 0, "What was seen; of a variant the last word counts."), FIELD_END };
static const struct shape count_put_shape = SHAPE("StockCountPut", count, count_put_fields);

static const struct field source_fields[] = {
    F_ID(stock_source, id, 0, "Id."),
    F_TEXT(stock_source, name, 0, 0, "Name."),
    F_TEXT(stock_source, kind, 0, 0, "1c, wms, edi, till, csv, yml."),
    F_ID(stock_source, place_id, 0, "Of this place; 0: it has not spoken of any."),
    F_TIME(stock_source, heard_at, OPT, "Last word."),
    F_INT(stock_source, age_s, OPT, 0, 0, "Seconds ago."),
    F_INT(stock_source, limit_min, 0, 0, 0, "Minutes it may be silent; 0: as long as it likes."),
    F_BOOL(stock_source, late, 0, "Silent for longer than it may."),
    F_BOOL(stock_source, alarm, 0, "And the alarm was raised."),
    FIELD_END
};
static const struct shape source_shape = SHAPE("StockSource", stock_source, source_fields);
PAGE_OF(source_page, "StockSourcePage", &source_shape);
static const struct field page_ask_fields[] = { PAGE_FIELDS(page), FIELD_END };
static const struct shape page_ask_shape = SHAPE("PageAsk", page, page_ask_fields);
static const struct field sla_fields[] = { F_INT(stock_source, sla_min, OPT, 0, 10080, "Minutes it may be silent; 0: no alarm; absent: as its kind."), FIELD_END };
static const struct shape sla_shape = SHAPE("StockSourceSla", stock_source, sla_fields);

struct live_ask {
    struct list variant_id;
};
static const struct field live_fields[] = { F_LIST_OF(live_ask, variant_id, MUST, FIELD_ID, 16, "Variants to watch, at most 16."), FIELD_END };
static const struct shape live_shape = SHAPE("StockLiveAsk", live_ask, live_fields);
/* clang-format on */

static i64 page_limit(i64 said)
{
    return said == NONE ? 50 : said;
}

/* ---- Levels ------------------------------------------------------------- */

static bool insider(const struct ctx *c)
{
    return who_can(&c->who, RIGHT_STOCK_READ) || who_can(&c->who, RIGHT_SELL) ||
           c->who.kind == WHO_SYSTEM;
}

static void add_at(struct ctx *c, struct items *to, const struct stock_at *a,
                   i64 distance_m)
{
    struct at *one = list_add(c->mem, &to->items, sizeof(*one));
    const bool all = insider(c);

    *one = (struct at){ .place_id = a->place_id,
                        .variant_id = a->variant_id,
                        .free = all || a->free < ENOUGH ? a->free : ENOUGH,
                        .on_hand = all ? a->on_hand : NONE,
                        .held = all ? a->held : NONE,
                        .incoming = all ? a->incoming : NONE,
                        .counted_at = all && a->base_at ? a->base_at : NONE,
                        .distance_m = distance_m };
}

/* Nearest first, only those that have some free. */
static enum err add_near(struct ctx *c, const struct near_ask *ask,
                         const struct list *all, struct items *to)
{
    const struct stock_at *a = all->at;
    const i64 limit = ask->limit == NONE ? LIMIT_LIST : ask->limit;
    struct list near;

    TRY(place_nearest(c, ask->lat_e6, ask->lon_e6, LIMIT_LIST, &near));
    const struct place_near *p = near.at;
    for (size_t k = 0; k < near.n && (i64)to->items.n < limit; k++) {
        size_t n = 0;

        while (n < all->n && a[n].place_id != p[k].place_id) n++;
        if (n < all->n && a[n].free > 0) add_at(c, to, &a[n], p[k].distance_m);
    }
    return ERR_OK;
}

static enum err variant_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct near_ask *ask = q->query;
    struct items *page = NEW(c->mem, struct items);
    struct list all;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(stock_of_variant(c, id, &all));
    r->private_ = true;
    if (ask->lat_e6 != NONE && ask->lon_e6 != NONE) {
        TRY(add_near(c, ask, &all, page));
        return reply_with(r, 200, page);
    }
    for (size_t k = 0; k < all.n && (ask->limit == NONE || (i64)k < ask->limit); k++)
        add_at(c, page, &((struct stock_at *)all.at)[k], NONE);
    return reply_with(r, 200, page);
}

static void add_row(struct ctx *c, struct items *to, const struct stock_level_row *l)
{
    add_at(c, to, &l->at, NONE);
    struct at *one = (struct at *)to->items.at + to->items.n - 1;
    one->sku = l->sku;
    one->name = l->name;
}

static enum err place_get_levels(struct ctx *c, const struct request *q,
                                 struct reply *r)
{
    const struct stock_level_ask *ask = q->query;
    struct items *page = NEW(c->mem, struct items);
    struct list rows;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(staff_may(c, RIGHT_STOCK_READ, id));
    TRY(stock_level_list(c, id, ask, &rows));
    const struct stock_level_row *l = rows.at;
    for (size_t k = 0; k < rows.n; k++) add_row(c, page, &l[k]);
    if ((i64)rows.n == page_limit(ask->limit))
        page->next = page_next(c->mem, &l[rows.n - 1].at.variant_id, 1);
    return reply_with(r, 200, page);
}

static enum err moves_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct stock_move_ask *ask = q->query;
    struct items *page = NEW(c->mem, struct items);

    TRY(staff_may(c, RIGHT_STOCK_READ, ask->place_id));
    TRY(stock_move_list(c, ask, &page->items, &page->next));
    return reply_with(r, 200, page);
}

static enum err variant_moves_get(struct ctx *c, const struct request *q,
                                  struct reply *r)
{
    struct stock_move_ask ask = *(const struct stock_move_ask *)q->query;
    struct items *page = NEW(c->mem, struct items);

    ask.place_id = ask.doc_id = NONE;
    TRY(staff_may(c, RIGHT_STOCK_READ, 0));
    TRY(request_id_arg(c, q, 0, &ask.variant_id));
    TRY(stock_move_list(c, &ask, &page->items, &page->next));
    return reply_with(r, 200, page);
}

static enum err unit_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct unit_life *l = NEW(c->mem, struct unit_life);

    TRY(stock_unit_find(c, q->args[0], &l->u));
    TRY(stock_move_list_of_unit(c, l->u.id, &l->moves));
    return reply_with(r, 200, l);
}

static enum err promise_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct promise_ask *ask = q->query;
    struct promise *p = NEW(c->mem, struct promise);

    TRY(stock_free(c, ask->place_id, ask->variant_id, &p->free));
    TRY(stock_promise(c, ask->place_id, ask->variant_id,
                      ask->by_at == NONE ? c->now : ask->by_at, &p->by_then));
    TRY(stock_incoming_list(c, ask->place_id, ask->variant_id, &p->incoming));
    return reply_with(r, 200, p);
}

/* ---- What people write down --------------------------------------------- */

/* One line: its named pieces one by one, the rest together. */
static enum err receipt_moves(struct ctx *c, const struct receipt *b, size_t nth,
                              struct list *moves)
{
    const struct receipt_line *l = &((struct receipt_line *)b->lines.at)[nth];
    const i64 named = (i64)l->serials.n;
    struct stock_move m = { b->place_id, l->variant_id, 1,    MOVE_RECEIPT,
                            b->doc_id,   (i64)nth + 1,  NONE, NULL };
    bool any, variant;

    TRY(stock_exists(c, b->place_id, l->variant_id, &any, &variant));
    if (!variant)
        FAIL_MORE(c, NO_SUCH, arena_printf(c->mem, "lines[%zu].variant_id", nth),
                  "no variant %lld", l->variant_id);
    if (named > l->qty)
        FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "lines[%zu].serials", nth),
                  "%lld serial numbers for %lld pieces", named, l->qty);
    for (i64 k = 0; k < named; k++) {
        m.serial = ((const char **)l->serials.at)[k];
        *(struct stock_move *)list_add(c->mem, moves, sizeof(m)) = m;
    }
    m.serial = NULL;
    m.qty = l->qty - named;
    if (m.qty > 0) *(struct stock_move *)list_add(c->mem, moves, sizeof(m)) = m;
    return ERR_OK;
}

static enum err receive(struct ctx *c, struct receipt *b)
{
    struct list moves = { 0 };
    bool place, any;

    TRY(staff_may(c, RIGHT_STOCK_WRITE, b->place_id));
    TRY(stock_exists(c, b->place_id, 0, &place, &any));
    if (!place) FAIL_MORE(c, NO_SUCH, "place_id", "no place %lld", b->place_id);
    for (size_t k = 0; k < b->lines.n; k++) TRY(receipt_moves(c, b, k, &moves));
    if (c->fault.err) return c->fault.err;
    const struct stock_take t = { moves.at, moves.n, false, -1, 0 };
    TRY(stock_move(c, &t));
    return staff_audit(c, "stock.receive", b->doc_id,
                       arena_printf(c->mem, "{\"place_id\":\"%lld\",\"lines\":%zu}",
                                    b->place_id, b->lines.n));
}

static enum err receive_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct receipt b = *(const struct receipt *)q->body;
    struct doc *d = NEW(c->mem, struct doc);

    if (b.doc_id == NONE) b.doc_id = id_new(c);
    TRY(receive(c, &b));
    d->doc_id = b.doc_id;
    return reply_with(r, 201, d);
}

static enum err adjust(struct ctx *c, const struct adjust *b, i64 doc_id)
{
    const struct stock_move m = { b->place_id, b->variant_id,
                                  b->qty,      b->reason ? MOVE_LOSS : MOVE_ADJUST,
                                  doc_id,      1,
                                  NONE,        b->serial };
    bool place, variant;

    TRY(staff_may(c, RIGHT_STOCK_APPROVE, b->place_id));
    TRY(stock_exists(c, b->place_id, b->variant_id, &place, &variant));
    if (!place) return FAIL_FIELD(c, NO_SUCH, "place_id", "no place %lld", b->place_id);
    if (!variant)
        return FAIL_FIELD(c, NO_SUCH, "variant_id", "no variant %lld", b->variant_id);
    TRY(stock_move(c, &(struct stock_take){ &m, 1, false, -1, 0 }));
    return stock_audit_why(c, "stock.adjust", doc_id, b->comment);
}

static enum err adjust_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct doc *d = NEW(c->mem, struct doc);

    d->doc_id = id_new(c);
    TRY(adjust(c, q->body, d->doc_id));
    return reply_with(r, 201, d);
}

static enum err incoming_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct coming *b = q->body;

    TRY(staff_may(c, RIGHT_STOCK_WRITE, b->place_id));
    TRY(stock_incoming_put(c, b->place_id, b->variant_id, b->doc_id, b->qty,
                           b->due_at));
    TRY(staff_audit(c, "stock.incoming", b->doc_id, NULL));
    return reply_empty(r);
}

/* ---- Transfers ---------------------------------------------------------- */

static enum err transfer_answer(struct ctx *c, struct reply *r, int status, i64 id)
{
    struct transfer *t = NEW(c->mem, struct transfer);

    TRY(stock_transfer_get(c, id, t));
    r->etag = arena_printf(c->mem, "%lld", t->version);
    return reply_with(r, status, t);
}

/* The transfer of the path, when c->who may work at its one or other end. */
static enum err transfer_of(struct ctx *c, const struct request *q, bool to,
                            i64 *ret_id)
{
    struct transfer t;

    TRY(request_id_arg(c, q, 0, ret_id));
    TRY(stock_transfer_get(c, *ret_id, &t));
    return staff_may(c, RIGHT_STOCK_WRITE, to ? t.to_place_id : t.place_id);
}

static enum err transfers_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct stock_paper_ask ask = *(const struct stock_paper_ask *)q->query;
    struct items *page = NEW(c->mem, struct items);
    i64 before_id = INT64_MAX;

    ask.limit = page_limit(ask.limit);
    TRY(staff_may(c, RIGHT_STOCK_READ, ask.place_id == NONE ? 0 : ask.place_id));
    if (ask.after) TRY(page_after(c, ask.after, &before_id, 1));
    TRY(stock_transfer_list(c, &ask, before_id, &page->items));
    const struct transfer *t = page->items.at;
    if ((i64)page->items.n == ask.limit)
        page->next = page_next(c->mem, &t[ask.limit - 1].id, 1);
    return reply_with(r, 200, page);
}

static enum err transfer_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct transfer t = *(const struct transfer *)q->body;

    TRY(staff_may(c, RIGHT_STOCK_WRITE, t.place_id));
    TRY(stock_transfer_add(c, &t));
    TRY(staff_audit(c, "stock.transfer", t.id, NULL));
    r->location = arena_printf(c->mem, "/v1/stock/transfer/%lld", t.id);
    return transfer_answer(c, r, 201, t.id);
}

static enum err transfer_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    return transfer_answer(c, r, 200, id);
}

static enum err send_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct transfer *b = q->body;
    i64 id;

    TRY(transfer_of(c, q, false, &id));
    TRY(stock_transfer_send(c, id, b->due_at, &b->lines));
    TRY(staff_audit(c, "stock.transfer_send", id, NULL));
    return transfer_answer(c, r, 200, id);
}

static enum err got_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct transfer *b = q->body;
    i64 id;

    TRY(transfer_of(c, q, true, &id));
    TRY(stock_transfer_receive(c, id, &b->lines));
    TRY(staff_audit(c, "stock.transfer_receive", id, NULL));
    return transfer_answer(c, r, 200, id);
}

static enum err transfer_cancel(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(transfer_of(c, q, false, &id));
    TRY(stock_transfer_cancel(c, id));
    TRY(staff_audit(c, "stock.transfer_cancel", id, NULL));
    return transfer_answer(c, r, 200, id);
}

/* ---- Counts -------------------------------------------------------------- */

static enum err count_answer(struct ctx *c, struct reply *r, int status, i64 id)
{
    struct count *t = NEW(c->mem, struct count);

    TRY(stock_count_get(c, id, t));
    TRY(stock_count_judge(c, t));
    r->etag = arena_printf(c->mem, "%lld", t->version);
    return reply_with(r, status, t);
}

static enum err count_of(struct ctx *c, const struct request *q, enum right right,
                         i64 *ret_id)
{
    struct count t;

    TRY(request_id_arg(c, q, 0, ret_id));
    TRY(stock_count_get(c, *ret_id, &t));
    return staff_may(c, right, t.place_id);
}

static enum err counts_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct stock_paper_ask ask = *(const struct stock_paper_ask *)q->query;
    struct items *page = NEW(c->mem, struct items);
    i64 before_id = INT64_MAX;

    ask.limit = page_limit(ask.limit);
    TRY(staff_may(c, RIGHT_STOCK_READ, ask.place_id == NONE ? 0 : ask.place_id));
    if (ask.after) TRY(page_after(c, ask.after, &before_id, 1));
    TRY(stock_count_list(c, &ask, before_id, &page->items));
    const struct count *t = page->items.at;
    if ((i64)page->items.n == ask.limit)
        page->next = page_next(c->mem, &t[ask.limit - 1].id, 1);
    return reply_with(r, 200, page);
}

static enum err count_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct count t = *(const struct count *)q->body;

    TRY(staff_may(c, RIGHT_STOCK_WRITE, t.place_id));
    TRY(stock_count_add(c, &t));
    TRY(staff_audit(c, "stock.count", t.id, NULL));
    r->location = arena_printf(c->mem, "/v1/stock/count/%lld", t.id);
    return count_answer(c, r, 201, t.id);
}

static enum err count_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(count_of(c, q, RIGHT_STOCK_WRITE, &id));
    return count_answer(c, r, 200, id);
}

static enum err count_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct count *b = q->body;
    i64 id;

    TRY(count_of(c, q, RIGHT_STOCK_WRITE, &id));
    TRY(stock_count_put(c, id, &b->lines));
    return count_answer(c, r, 200, id);
}

static enum err submit_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(count_of(c, q, RIGHT_STOCK_WRITE, &id));
    TRY(stock_count_submit(c, id));
    TRY(staff_audit(c, "stock.count_submit", id, NULL));
    return count_answer(c, r, 200, id);
}

static enum err approve_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(count_of(c, q, RIGHT_STOCK_APPROVE, &id));
    TRY(stock_count_approve(c, id));
    TRY(staff_audit(c, "stock.count_approve", id, NULL));
    return count_answer(c, r, 200, id);
}

static enum err reject_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(count_of(c, q, RIGHT_STOCK_APPROVE, &id));
    TRY(stock_count_reject(c, id));
    TRY(staff_audit(c, "stock.count_reject", id, NULL));
    return count_answer(c, r, 200, id);
}

/* ---- Sources, live ------------------------------------------------------ */

static enum err sources_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct page *ask = q->query;
    struct items *page = NEW(c->mem, struct items);
    const i64 limit = page_limit(ask->limit);
    i64 at[2] = { -1, -1 };

    if (ask->after) TRY(page_after(c, ask->after, at, 2));
    TRY(stock_source_list(c, at[0], at[1], limit, &page->items));
    const struct stock_source *s = page->items.at;
    if ((i64)page->items.n == limit)
        page->next =
            page_next(c->mem, (i64[]){ s[limit - 1].id, s[limit - 1].place_id }, 2);
    return reply_with(r, 200, page);
}

static enum err source_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct stock_source *b = q->body;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(stock_source_sla_set(c, id, b->sla_min));
    TRY(staff_audit(c, "stock.source", id, NULL));
    return reply_empty(r);
}

static enum err live_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct live_ask *ask = q->query;
    struct buf topics = buf_new(c->mem, 64, 4096);

    for (size_t k = 0; k < ask->variant_id.n; k++)
        buf_printf(&topics, "%sstock:%lld", k ? " " : "",
                   ((i64 *)ask->variant_id.at)[k]);
    r->live = topics.at;
    return ERR_OK;
}

static enum err variant_live_get(struct ctx *c, const struct request *q,
                                 struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    r->live = arena_printf(c->mem, "stock:%lld", id);
    return ERR_OK;
}

static enum err place_live_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(staff_may(c, RIGHT_STOCK_READ, id));
    r->live = arena_printf(c->mem, "place:%lld", id);
    return ERR_OK;
}

/* clang-format off */
const struct route stock_routes[] = {
    { "GET", "/v1/stock/variant/{id}", variant_get, RIGHT_ANYONE, READS, .query = &near_shape, .out = &at_page_shape,
      .doc = "Where a variant is: most free first, or nearest first.  Staff see exact numbers." },
    { "GET", "/v1/stock/variant/{id}/live", variant_live_get, RIGHT_ANYONE, ALONE, .flags = ROUTE_LIVE | ROUTE_DIRECT,
      .doc = "Changes of a variant's stock as they are committed: event `stock` {place_id, variant_id, free, at}." },
    { "GET", "/v1/stock/live", live_get, RIGHT_ANYONE, ALONE, .query = &live_shape, .flags = ROUTE_LIVE | ROUTE_DIRECT,
      .doc = "The same for several variants." },
    { "GET", "/v1/stock/place/{id}", place_get_levels, RIGHT_STOCK_READ, READS, .query = &level_ask_shape, .out = &at_page_shape,
      .doc = "Everything that stands at a place." },
    { "GET", "/v1/stock/place/{id}/live", place_live_get, RIGHT_STOCK_READ, ALONE, .flags = ROUTE_LIVE | ROUTE_DIRECT,
      .doc = "Changes of a place's stock as they are committed, with exact numbers." },
    { "GET", "/v1/stock/promise", promise_get, RIGHT_SELL, READS, .query = &promise_ask_shape, .out = &promise_shape,
      .doc = "What can be promised at a place for a day: free now and what is due by then." },
    { "GET", "/v1/stock/move", moves_get, RIGHT_STOCK_READ, READS, .query = &move_ask_shape, .out = &move_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "The ledger of a place, newest first." },
    { "GET", "/v1/stock/variant/{id}/move", variant_moves_get, RIGHT_STOCK_READ, READS_LONG, .query = &variant_move_shape, .out = &move_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "The ledger of a variant over all places, newest first." },
    { "GET", "/v1/stock/unit/{serial}", unit_get, RIGHT_SELL, READS, .out = &unit_shape,
      .doc = "The life of one piece by its serial number or IMEI." },

    { "POST", "/v1/stock/receive", receive_post, RIGHT_STOCK_WRITE, WRITES, .in = &receipt_shape, .out = &doc_shape,
      .doc = "Goods came from a supplier.", .example = "{\"place_id\":\"{place}\",\"lines\":[{\"variant_id\":\"{variant}\",\"qty\":2}]}" },
    { "POST", "/v1/stock/adjust", adjust_post, RIGHT_STOCK_APPROVE, WRITES, .in = &adjust_shape, .out = &doc_shape,
      .doc = "Correct the book, or write off a loss.",
      .example = "{\"place_id\":\"{place}\",\"variant_id\":\"{variant}\",\"qty\":1,\"reason\":\"adjust\",\"comment\":\"found behind the shelf\"}" },
    { "PUT", "/v1/stock/incoming", incoming_put, RIGHT_STOCK_WRITE, WRITES, .in = &coming_shape,
      .doc = "Something is on its way (a purchase, a supplier's notice)." },

    { "POST", "/v1/stock/transfer", transfer_post, RIGHT_STOCK_WRITE, WRITES, .in = &transfer_new_shape, .out = &transfer_shape,
      .doc = "Plan a transfer; its goods are held." },
    { "GET", "/v1/stock/transfer", transfers_get, RIGHT_STOCK_READ, READS, .query = &transfer_ask_shape, .out = &transfer_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Transfers of the chain, or from or to a place, newest first." },
    { "GET", "/v1/stock/transfer/{id}", transfer_get, RIGHT_STOCK_READ, READS, .out = &transfer_shape,
      .doc = "One transfer." },
    { "POST", "/v1/stock/transfer/{id}/send", send_post, RIGHT_STOCK_WRITE, WRITES, .in = &transfer_send_shape, .out = &transfer_shape,
      .doc = "It left: the goods are on the road." },
    { "POST", "/v1/stock/transfer/{id}/receive", got_post, RIGHT_STOCK_WRITE, WRITES, .in = &transfer_got_shape, .out = &transfer_shape,
      .doc = "It arrived; what differs from what was sent is kept and shown." },
    { "POST", "/v1/stock/transfer/{id}/cancel", transfer_cancel, RIGHT_STOCK_WRITE, WRITES, .out = &transfer_shape,
      .doc = "Give up a transfer that was not sent." },

    { "POST", "/v1/stock/count", count_post, RIGHT_STOCK_WRITE, WRITES, .in = &count_new_shape, .out = &count_shape,
      .doc = "Begin to count a place, or some of it.", .example = "{\"place_id\":\"{place}\"}" },
    { "GET", "/v1/stock/count", counts_get, RIGHT_STOCK_READ, READS, .query = &count_ask_shape, .out = &count_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Counts of the chain or a place, newest first." },
    { "GET", "/v1/stock/count/{id}", count_get, RIGHT_STOCK_WRITE, READS, .out = &count_shape,
      .doc = "One count; the book's numbers only after it was submitted." },
    { "PUT", "/v1/stock/count/{id}/lines", count_put, RIGHT_STOCK_WRITE, WRITES, .in = &count_put_shape, .out = &count_shape,
      .doc = "Write down what was seen." },
    { "POST", "/v1/stock/count/{id}/submit", submit_post, RIGHT_STOCK_WRITE, WRITES, .out = &count_shape,
      .doc = "All is counted: compare with the book." },
    { "POST", "/v1/stock/count/{id}/approve", approve_post, RIGHT_STOCK_APPROVE, WRITES, .out = &count_shape,
      .doc = "The differences are true: they become moves." },
    { "POST", "/v1/stock/count/{id}/reject", reject_post, RIGHT_STOCK_APPROVE, WRITES, .out = &count_shape,
      .doc = "Count again." },

    { "GET", "/v1/stock/aside", aside_http_list, RIGHT_SELL, READS, .query = &stock_aside_ask_shape, .out = &stock_aside_page_shape,
      .doc = "What came back defective and stands aside at a place, newest first." },
    { "POST", "/v1/stock/aside/{id}/end", aside_http_end, RIGHT_STOCK_APPROVE, WRITES, .in = &stock_aside_end_shape,
      .doc = "Decide about it: to the shelf, written off, to the workshop." },

    { "GET", "/v1/stock/shelf", shelf_http_list, RIGHT_SELL, READS, .query = &stock_aside_ask_shape, .out = &stock_shelf_page_shape,
      .doc = "On which shelves things stand at a place." },
    { "PUT", "/v1/stock/shelf", shelf_http_put, RIGHT_SELL, WRITES, .in = &stock_shelf_put_shape,
      .doc = "Say where things stand: one, or a whole table; picking lists follow it.",
      .example = "{\"place_id\":\"{place}\",\"lines\":[{\"variant_id\":\"{variant}\",\"aisle\":\"A\",\"shelf\":\"3\"}]}" },

    { "GET", "/v1/stock/source", sources_get, RIGHT_STOCK_READ, READS, .query = &page_ask_shape, .out = &source_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Who tells us of stock, place by place, and how long ago." },
    { "PUT", "/v1/stock/source/{id}", source_put, RIGHT_OPERATE, WRITES, .in = &sla_shape,
      .doc = "How long a source may be silent." },
    ROUTE_END
};
/* clang-format on */
