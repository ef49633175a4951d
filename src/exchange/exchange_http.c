#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "exchange/exchange_1c.h"
#include "exchange/exchange_list.h"
#include "exchange/exchange_out.h"
#include "exchange/exchange_spool.h"
#include "exchange/exchange_table.h"
#include "http/route.h"
#include "setting/setting.h"
#include "staff/staff.h"

/* clang-format off */
static const struct field what_fields[] = {
    F_TEXT(exchange_run_what, what, MUST, 40, "Kind of element: \"goods\", \"offers\", \"prices\", \"rests\", \"rows\" ..."),
    F_INT(exchange_run_what, seen, 0, 0, INT64_MAX, "Elements in the file so far."),
    F_INT(exchange_run_what, taken, 0, 0, INT64_MAX, "Of them applied, or found as they were."),
    FIELD_END
};
static const struct shape what_shape = SHAPE("ExchangeCount", exchange_run_what, what_fields);

static const struct field run_fields[] = {
    F_ID(exchange_run, id, 0, "Id."),
    F_TEXT(exchange_run, source, 0, 100, "Who speaks: \"1c\", \"csv\", \"yml:name\"."),
    F_TEXT(exchange_run, kind, 0, 40, "What kind of file."),
    F_TEXT(exchange_run, file, 0, 300, "Its name, as the sender calls it."),
    F_TEXT(exchange_run, state, 0, 20, "waiting, running, done or failed."),
    F_TEXT(exchange_run, reason, OPT, 4096, "Why it failed, for logs."),
    F_TEXT(exchange_run, said, OPT, 4096, "The same in the caller's language."),
    F_BOOL(exchange_run, dry_run, 0, "Only looked at, nothing changed."),
    F_TIME(exchange_run, at, 0, "When the file was here."),
    F_TIME(exchange_run, started_at, OPT, "When reading began."),
    F_TIME(exchange_run, ended_at, OPT, "When it was over."),
    F_INT(exchange_run, bytes, 0, 0, INT64_MAX, "Size of the file."),
    F_INT(exchange_run, read_bytes, 0, 0, INT64_MAX, "Of them read."),
    F_INT(exchange_run, rejects, 0, 0, INT64_MAX, "Elements that were not taken as they stood."),
    F_LIST(exchange_run, counts, 0, &what_shape, 20, "What was read and taken; empty in lists."),
    FIELD_END
};
static const struct shape run_shape = SHAPE("ExchangeRun", exchange_run, run_fields);

static const struct field run_ask_fields[] = {
    F_TEXT(exchange_run_ask, source, OPT, 100, "Only of this source."),
    F_TEXT(exchange_run_ask, kind, OPT, 40, "Only of this kind."),
    F_TEXT(exchange_run_ask, state, OPT, 20, "Only in this state."),
    PAGE_FIELDS(exchange_run_ask),
    FIELD_END
};
static const struct shape run_ask_shape = SHAPE("ExchangeRunAsk", exchange_run_ask, run_ask_fields);

static const struct field reject_fields[] = {
    F_INT(exchange_reject, n, 0, 0, INT64_MAX, "Its number, from 1."),
    F_INT(exchange_reject, line, 0, 0, INT64_MAX, "Line of the file."),
    F_TEXT(exchange_reject, what, 0, 200, "Kind of element, or the column."),
    F_TEXT(exchange_reject, external, OPT, 400, "The element's id, or the value complained of."),
    F_TEXT(exchange_reject, said, 0, 4096, "Why, in the caller's language."),
    F_TEXT(exchange_reject, reason, 0, 4096, "The same as the rule said it, for logs."),
    FIELD_END
};
static const struct shape reject_shape = SHAPE("ExchangeReject", exchange_reject, reject_fields);

static const struct field tie_fields[] = {
    F_TEXT(exchange_tie, source, MUST, 100, "Who speaks: \"1c\"."),
    F_TEXT(exchange_tie, kind, MUST, 20, "place, variant, product, group or property."),
    F_TEXT(exchange_tie, external, MUST, 200, "Their id; \"\" is the warehouse of those who name none."),
    F_ID(exchange_tie, our_id, MUST, "Our thing."),
    F_BOOL(exchange_tie, active, 0, "Not gone from their last full file."),
    FIELD_END
};
static const struct shape tie_shape = SHAPE("ExchangeKey", exchange_tie, tie_fields);

static const struct field document_fields[] = {
    F_TEXT(exchange_document, external, 0, 200, "Their id."),
    F_TEXT(exchange_document, number, 0, 300, "Number."),
    F_TEXT(exchange_document, number_1c, OPT, 300, "Number in 1C."),
    F_TEXT(exchange_document, operation, 0, 100, "What it is."),
    F_TIME(exchange_document, at, 0, "Its date and time."),
    F_INT(exchange_document, sum_minor, 0, INT64_MIN + 1, INT64_MAX, "Kopecks."),
    F_TEXT(exchange_document, party, OPT, 300, "The buyer."),
    F_ID(exchange_document, customer_id, OPT, "The buyer here, when known."),
    F_ID(exchange_document, order_id, OPT, "The order here, when it is one."),
    F_BOOL(exchange_document, posted, 0, "Posted."),
    F_BOOL(exchange_document, shipped, 0, "Shipped."),
    F_BOOL(exchange_document, cancelled, 0, "Cancelled or deleted."),
    F_TEXT(exchange_document, status, OPT, 300, "Their own word for its state."),
    FIELD_END
};
static const struct shape document_shape = SHAPE("ExchangeDocument", exchange_document, document_fields);

static const struct field offer_fields[] = {
    F_TEXT(exchange_offer, external, 0, 200, "Id in the feed."),
    F_TEXT(exchange_offer, name, OPT, 1000, "Name, when the feed has names."),
    F_INT(exchange_offer, price_minor, OPT, 0, INT64_MAX, "Kopecks."),
    F_INT(exchange_offer, old_minor, OPT, 0, INT64_MAX, "Struck price, kopecks."),
    F_INT(exchange_offer, qty, OPT, 0, INT64_MAX, "Pieces in all outlets."),
    F_ID(exchange_offer, variant_id, OPT, "The same thing here, when one has its barcode."),
    F_BOOL(exchange_offer, active, 0, "Still in the feed."),
    F_TIME(exchange_offer, changed_at, 0, "Since when it stands so."),
    FIELD_END
};
static const struct shape offer_shape = SHAPE("ExchangeOffer", exchange_offer, offer_fields);

#define PAGE_OF(name, word, item)                                                                   \
    struct name { struct list items; const char *next; };                                           \
    static const struct field name##_fields[] = {                                                   \
        F_LIST(name, items, 0, &item, LIMIT_PAGE, "This page."),                                    \
        F_TEXT(name, next, OPT, 512, "Give it as `after` for the next page; absent on the last."),  \
        FIELD_END                                                                                   \
    };                                                                                              \
    static const struct shape name##_shape = SHAPE(word, name, name##_fields)
PAGE_OF(run_page, "ExchangeRunPage", run_shape);
PAGE_OF(reject_page, "ExchangeRejectPage", reject_shape);
PAGE_OF(tie_page, "ExchangeKeyPage", tie_shape);
PAGE_OF(document_page, "ExchangeDocumentPage", document_shape);
PAGE_OF(offer_page, "ExchangeOfferPage", offer_shape);

static const struct field page_fields[] = { PAGE_FIELDS(page), FIELD_END };
static const struct shape page_shape = SHAPE("ExchangePage", page, page_fields);

struct source_ask { const char *source, *kind; i64 limit; const char *after; };
static const struct field source_ask_fields[] = {
    F_TEXT(source_ask, source, MUST, 100, "Who speaks."),
    F_TEXT(source_ask, kind, OPT, 20, "Only for keys: which kind."),
    PAGE_FIELDS(source_ask),
    FIELD_END
};
static const struct shape source_ask_shape = SHAPE("ExchangeSourceAsk", source_ask, source_ask_fields);

struct upload_ask { bool dry_run, rival; const char *name; };
static const struct field upload_ask_fields[] = {
    F_BOOL(upload_ask, dry_run, OPT, "Look only: report every bad row, change nothing."),
    F_BOOL(upload_ask, rival, OPT, "Feeds: somebody else's; its offers are kept for comparing, ours stay."),
    F_TEXT(upload_ask, name, OPT, 200, "The file's name, for the report."),
    FIELD_END
};
static const struct shape upload_ask_shape = SHAPE("ExchangeUploadAsk", upload_ask, upload_ask_fields);

struct again_ask { bool dry_run; };
static const struct field again_ask_fields[] = {
    F_BOOL(again_ask, dry_run, OPT, "Only look."), FIELD_END
};
static const struct shape again_ask_shape = SHAPE("ExchangeAgainAsk", again_ask, again_ask_fields);

static const struct field table_ask_fields[] = {
    F_ENUM(table_ask, format, MUST, table_format_words, "Of the file."),
    F_TEXT(table_ask, list, MUST, 2000, "The list's address with its filters: \"/v1/order?state=ready\"; limit and after are left out."),
    F_ENUM(table_ask, headings, OPT, table_heading_words, "\"human\", the default: columns in the reader's language, for a spreadsheet; \"api\": names and values as the API has them, for a program."),
    FIELD_END
};
static const struct shape table_ask_shape = SHAPE("ExchangeTableAsk", table_ask, table_ask_fields);

struct started { i64 id; };
static const struct field started_fields[] = { F_ID(started, id, 0, "The run."), FIELD_END };
static const struct shape started_shape = SHAPE("ExchangeStarted", started, started_fields);
/* clang-format on */

static i64 limit_of(i64 limit)
{
    return limit == NONE ? 50 : limit;
}

/* Ids of theirs are texts, so a page goes on after the last text. */
static const char *next_text(size_t n, i64 limit, const char *last)
{
    return (i64)n == limit ? last : NULL;
}

/* ---- Runs
 * ------------------------------------------------------------------------------ */

static enum err runs_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct exchange_run_ask *a = q->query;
    struct run_page *p = NEW(c->mem, struct run_page);
    const i64 limit = limit_of(a->limit);
    i64 before = INT64_MAX;

    if (a->after) TRY(page_after(c, a->after, &before, 1));
    TRY(exchange_runs(c, a, before, limit, &p->items));
    const struct exchange_run *x = p->items.at;
    if ((i64)p->items.n == limit) p->next = page_next(c->mem, &x[limit - 1].id, 1);
    return reply_with(r, 200, p);
}

static enum err run_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct exchange_run *x = NEW(c->mem, struct exchange_run);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(exchange_run_get(c, id, x));
    return reply_with(r, 200, x);
}

static enum err rejects_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct page *a = q->query;
    struct reject_page *p = NEW(c->mem, struct reject_page);
    const i64 limit = limit_of(a->limit);
    i64 id, after = 0;

    TRY(request_id_arg(c, q, 0, &id));
    if (a->after) TRY(page_after(c, a->after, &after, 1));
    TRY(exchange_rejects(c, id, after, limit, &p->items));
    const struct exchange_reject *x = p->items.at;
    if ((i64)p->items.n == limit) p->next = page_next(c->mem, &x[limit - 1].n, 1);
    return reply_with(r, 200, p);
}

static enum err again_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct again_ask *a = q->body;
    struct started *s = NEW(c->mem, struct started);

    TRY(request_id_arg(c, q, 0, &s->id));
    TRY(exchange_run_again(c, s->id, a->dry_run));
    TRY(staff_audit(c, "exchange.run_again", s->id, NULL));
    return reply_with(r, 202, s);
}

/* ---- Files that come
 * -------------------------------------------------------------------- */

struct adding {
    struct exchange_file f;
    i64 id;
};

static enum err add(struct ctx *c, void *arg)
{
    struct adding *a = arg;

    TRY(exchange_run_add(c, &a->f, &a->id));
    return staff_audit(c, "exchange.upload", a->id, NULL);
}

/* The spooled body is moved to where the run finds it. */
static enum err keep_upload(struct ctx *c, const struct request *q,
                            const char **ret_path)
{
    const char *dir, *name = arena_printf(c->mem, "%lld", id_new(c));

    if (!q->upload || !q->upload_bytes)
        return FAIL(c, BAD_REQUEST, "the request has no file");
    TRY(spool_dir(c, "api", &dir));
    *ret_path = arena_printf(c->mem, "%s/%s", dir, name);
    return spool_append(c, dir, name, q->upload);
}

static enum err upload(struct ctx *c, const struct request *q, struct reply *r,
                       const char *source, const char *kind)
{
    const struct upload_ask *a = q->query;
    const char *name = spool_name(c->mem, a->name);
    struct adding x = { .f = { .source = source,
                               .kind = kind,
                               .name = name ? name : kind,
                               .dry = a->dry_run,
                               .rival = a->rival } };
    struct started *s = NEW(c->mem, struct started);

    TRY(keep_upload(c, q, &x.f.path));
    TRY(db_unit(c, add, &x));
    s->id = x.id;
    r->location = arena_printf(c->mem, "/v1/exchange/run/%lld", x.id);
    return reply_with(r, 202, s);
}

static enum err csv_post(struct ctx *c, const struct request *q, struct reply *r)
{
    static const char *const kinds[] = { "levels", "prices", "customers", "products",
                                         NULL };
    size_t k = 0;

    while (kinds[k] && strcmp(kinds[k], q->args[0]) != 0) k++;
    if (!kinds[k]) return FAIL(c, NOT_FOUND, "no table is called \"%s\"", q->args[0]);
    return upload(c, q, r, "csv", kinds[k]);
}

static enum err yml_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return upload(c, q, r, arena_printf(c->mem, "yml:%.80s", q->args[0]), "yml");
}

static enum err commerceml_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return upload(c, q, r, "1c", "commerceml");
}

/* ---- Files that go
 * ------------------------------------------------------------------------ */

static enum err csv_get(struct ctx *c, const struct request *q, struct reply *r)
{
    if (strcmp(q->args[0], "customers") == 0 && !who_can(&c->who, RIGHT_CUSTOMER_READ))
        return FAIL(c, DENIED, "customers need the right %s",
                    right_word(RIGHT_CUSTOMER_READ));
    const char *code = NULL;
    TRY(exchange_csv_write(c, q->args[0], &r->file, &code));
    r->status = 200;
    r->file_once = r->private_ = true;
    r->type = "text/csv; charset=utf-8";
    r->file_name = arena_printf(c->mem, "%s%s%s.csv", q->args[0], code ? "-" : "",
                                code ? code : "");
    return ERR_OK;
}

static enum err feed_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const char *etag = NULL;
    const enum err e = exchange_feed_file(c, q->args[0], &r->file, &etag);

    if (e == ERR_BUSY) r->retry_after_s = 10;
    TRY(e);
    r->status = 200;
    r->type = "application/xml; charset=utf-8";
    r->etag = etag;
    r->max_age_s = 60;
    return ERR_OK;
}

/* What others send (picture_type), and drawings, which are ours alone. */
static const char *shown_type(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && !strcmp(dot, ".svg") ? "image/svg+xml" : picture_type(name);
}

static enum err media_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const char *name = spool_name(c->mem, q->args[0]), *dir;

    const char *type = name ? shown_type(name) : NULL;
    if (!type || strchr(name, '/')) return FAIL(c, NOT_FOUND, "no such picture");
    TRY(spool_dir(c, "media", &dir));
    r->status = 200;
    r->file = arena_printf(c->mem, "%s/%s", dir, name);
    r->type = type;
    r->max_age_s = 31536000;
    return spool_has(r->file) ? ERR_OK : FAIL(c, NOT_FOUND, "no such picture");
}

/* ---- Keys, documents, feeds
 * ----------------------------------------------------------------- */

static enum err keys_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct source_ask *a = q->query;
    struct tie_page *p = NEW(c->mem, struct tie_page);
    const i64 limit = limit_of(a->limit);

    TRY(exchange_keys(c, a->source, a->kind ? a->kind : "place", a->after, limit,
                      &p->items));
    const struct exchange_tie *x = p->items.at;
    p->next =
        next_text(p->items.n, limit, p->items.n ? x[p->items.n - 1].external : NULL);
    return reply_with(r, 200, p);
}

static enum err key_put_(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct exchange_tie *t = q->body;

    TRY(exchange_key_put(c, t->source, t->kind, t->external, t->our_id));
    TRY(staff_audit(c, "exchange.tie", t->our_id, NULL));
    return reply_empty(r);
}

static enum err documents_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct source_ask *a = q->query;
    struct document_page *p = NEW(c->mem, struct document_page);
    const i64 limit = limit_of(a->limit);

    TRY(exchange_documents(c, a->source, a->after, limit, &p->items));
    const struct exchange_document *x = p->items.at;
    p->next =
        next_text(p->items.n, limit, p->items.n ? x[p->items.n - 1].external : NULL);
    return reply_with(r, 200, p);
}

static enum err offers_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct source_ask *a = q->query;
    struct offer_page *p = NEW(c->mem, struct offer_page);
    const i64 limit = limit_of(a->limit);

    TRY(exchange_offers(c, a->source, a->after, limit, &p->items));
    const struct exchange_offer *x = p->items.at;
    p->next =
        next_text(p->items.n, limit, p->items.n ? x[p->items.n - 1].external : NULL);
    return reply_with(r, 200, p);
}

/* "/v1/stock/level?only=out" is kept as "stock-level-2026-11-21.xlsx", one with people
 * as "order-2026-11-21-K7F3-9QXM.xlsx". */
static const char *table_name(struct ctx *c, const struct table_ask *a,
                              const char *code)
{
    const char *path = strncmp(a->list, "/v1/", 4) ? a->list : a->list + 4;
    char *name = arena_strdup(c->mem, path, strcspn(path, "?"));

    for (char *s = name; (s = strchr(s, '/'));) *s = '-';
    return arena_printf(c->mem, "%s-%s%s%s.%s", name,
                        time_iso_day(c->mem, time_day(c->now, 0)), code ? "-" : "",
                        code ? code : "", table_format_words[a->format]);
}

static enum err export_get(struct ctx *c, const struct request *q, struct reply *r)
{
    static const char *const types[] = {
        [TABLE_CSV] = "text/csv; charset=utf-8",
        [TABLE_XLSX] =
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    const struct table_ask *a = q->query;
    const char *code = NULL;

    TRY(exchange_table_write(c, q, a, &r->file, &code));
    r->status = 200;
    r->file_once = r->private_ = true;
    r->type = types[a->format];
    r->file_name = table_name(c, a, code);
    return ERR_OK;
}

/* clang-format off */
#define DOOR(path)                                                                                   \
    { "GET", path, exchange_1c, RIGHT_ANYONE, ALONE, .flags = ROUTE_NO_CSRF | ROUTE_HIDDEN,          \
      .doc = "1C's exchange with a site." },                                                         \
    { "POST", path, exchange_1c, RIGHT_EXCHANGE, ALONE,                                              \
      .flags = ROUTE_NO_CSRF | ROUTE_HIDDEN | ROUTE_UPLOAD, .doc = "1C's exchange with a site." }

const struct route exchange_routes[] = {
    DOOR("/exchange/1c"),
    DOOR("/exchange/1c/{source}"),
    DOOR("/bitrix/admin/1c_exchange.php"),

    { "GET", "/exchange/yml/{file}", feed_get, RIGHT_ANYONE, ALONE, .flags = ROUTE_HIDDEN,
      .doc = "The YML feed of a region (\"<id>.xml\") or of everything (\"all.xml\")." },
    { "GET", "/exchange/media/{file}", media_get, RIGHT_ANYONE, ALONE, .flags = ROUTE_HIDDEN,
      .doc = "A picture that came with a catalogue." },

    { "GET", "/v1/exchange/run", runs_get, RIGHT_EXCHANGE, READS,
      .query = &run_ask_shape, .out = &run_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Files that were read or wait to be, newest first." },
    { "GET", "/v1/exchange/run/{id}", run_get, RIGHT_EXCHANGE, READS, .out = &run_shape,
      .doc = "How far a file is, and what was taken of it." },
    { "GET", "/v1/exchange/run/{id}/reject", rejects_get, RIGHT_EXCHANGE, READS,
      .query = &page_shape, .out = &reject_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "What was not taken: line, element or column, reason." },
    { "POST", "/v1/exchange/run/{id}/again", again_post, RIGHT_EXCHANGE, WRITES,
      .in = &again_ask_shape, .out = &started_shape,
      .doc = "Read a file again that failed, or for good after a dry run." },

    { "POST", "/v1/exchange/csv/{kind}", csv_post, RIGHT_EXCHANGE, ALONE,
      .query = &upload_ask_shape, .out = &started_shape, .flags = ROUTE_UPLOAD,
      .doc = "Read a table: levels, prices, customers or products. The body is the file." },
    { "GET", "/v1/exchange/csv/{kind}", csv_get, RIGHT_EXCHANGE, ALONE,
      .doc = "The table of customers, prices or levels as a file." },
    { "GET", "/v1/export", export_get, RIGHT_EXPORT, ALONE, .query = &table_ask_shape,
      .doc = "Any list of the office as CSV or XLSX: one route for all that say so. Needs the list's own right too; noted in the audit; TOO_BIG over exchange.table_rows." },
    { "POST", "/v1/exchange/yml/{source}", yml_post, RIGHT_EXCHANGE, ALONE,
      .query = &upload_ask_shape, .out = &started_shape, .flags = ROUTE_UPLOAD,
      .doc = "Read a YML feed, of our own or of a rival. The body is the file." },
    { "POST", "/v1/exchange/commerceml", commerceml_post, RIGHT_EXCHANGE, ALONE,
      .query = &upload_ask_shape, .out = &started_shape, .flags = ROUTE_UPLOAD,
      .doc = "Read a CommerceML file by hand, with a dry run if wished. The body is the file." },

    { "GET", "/v1/exchange/key", keys_get, RIGHT_EXCHANGE, READS,
      .query = &source_ask_shape, .out = &tie_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Which of a source's ids is which of our things." },
    { "PUT", "/v1/exchange/key", key_put_, RIGHT_EXCHANGE, WRITES, .in = &tie_shape,
      .doc = "Tie a source's id to our thing: a warehouse of 1C to a shop." },
    { "GET", "/v1/exchange/document", documents_get, RIGHT_EXCHANGE, READS,
      .query = &source_ask_shape, .out = &document_page_shape,
      .flags = ROUTE_EXPORT | ROUTE_PEOPLE,
      .doc = "Documents that a source told of." },
    { "GET", "/v1/exchange/offer", offers_get, RIGHT_EXCHANGE, READS,
      .query = &source_ask_shape, .out = &offer_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "A feed's offers as they last stood: rivals' prices." },
    ROUTE_END
};
/* clang-format on */
