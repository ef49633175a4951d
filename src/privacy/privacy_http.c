/* Requests over HTTP: a person's own, and the staff's list with its deadlines. */
#include <string.h>

#include "customer/customer.h"
#include "privacy/privacy_hold.h"
#include "staff/staff.h"

struct request_page {
    struct list items;
    const char *next;
};
struct request_ask {
    i64 limit;
    const char *after;
    int state;
};
struct request_new {
    int kind;
};
struct file_ask {
    int format;
};
struct file_as {
    const char *type, *name;
};

/* clang-format off */
static const struct field request_fields[] = {
    F_ID(privacy_request,   id,          MUST, "The request."),
    F_ID(privacy_request,   customer_id, MUST, "Who."),
    F_ENUM(privacy_request, kind,        MUST, privacy_ask_words, "access: a file with everything; erasure: to be forgotten."),
    F_ENUM(privacy_request, state,       MUST, privacy_state_words, "How far it is."),
    F_TIME(privacy_request, asked_at,    MUST, "When it was asked."),
    F_TIME(privacy_request, due_at,      MUST, "By when the law wants its answer."),
    F_TIME(privacy_request, run_at,      MUST, "Of an erasure: not before; until then it can be taken back."),
    F_TIME(privacy_request, ended_at,    OPT,  "When it was answered or taken back."),
    F_TEXT(privacy_request, waits,       OPT,  64, "open_order: an erasure waits for the end of an order; hold: for the end of a dispute, at run_at."),
    F_ENUM(privacy_request, hold,        OPT,  privacy_hold_words, "Which dispute that is."),
    F_JSON(privacy_request, result,      OPT,  65536, "Of an erasure: the certificate, what was forgotten and what stays by law."),
    FIELD_END
};
static const struct shape request_shape = SHAPE("PrivacyRequest", privacy_request, request_fields);

static const struct field page_fields[] = {
    F_LIST(request_page, items, MUST, &request_shape, LIMIT_PAGE, "Newest first."),
    F_TEXT(request_page, next,  OPT,  512, "Absent: the last page."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("PrivacyRequestPage", request_page, page_fields);

static const struct field ask_fields[] = {
    PAGE_FIELDS(request_ask),
    F_ENUM(request_ask, state, OPT, privacy_state_words, "In this state; absent: waiting."),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("PrivacyRequestAsk", request_ask, ask_fields);

static const struct field new_fields[] = {
    F_ENUM(request_new, kind, MUST, privacy_ask_words, "To see everything, or to be forgotten."),
    FIELD_END
};
static const struct shape new_shape = SHAPE("PrivacyRequestNew", request_new, new_fields);

static const struct field file_fields[] = {
    F_ENUM(file_ask, format, OPT, privacy_format_words, "html to read (when absent), pdf to print and hand over, json for programs."),
    FIELD_END
};
static const struct shape file_shape = SHAPE("PrivacyFileAsk", file_ask, file_fields);
/* clang-format on */

static enum err show_all(struct ctx *c, i64 customer_id, struct reply *r)
{
    struct request_page *page = NEW(c->mem, struct request_page);

    TRY(privacy_list_of(c, customer_id, &page->items));
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err find(struct ctx *c, void *arg)
{
    struct privacy_request *p = arg;

    return privacy_get(c, p->customer_id, p->id, p);
}

static const struct file_as as[] = {
    [PRIVACY_HTML] = { "text/html; charset=utf-8", "prilavok.html" },
    [PRIVACY_JSON] = { "application/json", "prilavok.json" },
    [PRIVACY_PDF] = { "application/pdf", "prilavok.pdf" }
};

static enum err file(struct ctx *c, i64 customer_id, i64 id, const struct request *q,
                     struct reply *r)
{
    const int asked = ((const struct file_ask *)q->query)->format;
    const int format = asked < 0 ? PRIVACY_HTML : asked;
    struct privacy_request p = { .customer_id = customer_id, .id = id };

    TRY(db_snapshot(c, find, &p));
    TRY(privacy_file(c, &p, format, &r->file));
    r->status = 200;
    r->file_once = r->private_ = true;
    r->type = as[format].type;
    r->file_name = as[format].name;
    return ERR_OK;
}

/* ---- A person's own ------------------------------------------------------------- */

static enum err mine_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    return show_all(c, c->who.id, r);
}

static enum err mine_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct request_new *n = q->body;
    struct privacy_request *p = NEW(c->mem, struct privacy_request);

    TRY(privacy_ask_own(c, c->who.id, n->kind, p));
    r->private_ = true;
    return reply_with(r, 201, p);
}

static enum err mine_cancel(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(privacy_cancel(c, c->who.id, id));
    return show_all(c, c->who.id, r);
}

static enum err mine_file(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    return file(c, c->who.id, id, q, r);
}

/* ---- The staff's ---------------------------------------------------------------- */

static enum err list_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct request_ask *a = q->query;
    struct request_page *page = NEW(c->mem, struct request_page);
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 before = NONE;

    if (a->after) TRY(page_after(c, a->after, &before, 1));
    TRY(privacy_list(c, a->state < 0 ? PRIVACY_WAITING : a->state, before, limit,
                     &page->items));
    const struct privacy_request *last = page->items.at;
    if ((i64)page->items.n == limit)
        page->next = page_next(c->mem, &last[page->items.n - 1].id, 1);
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err of_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 customer_id = 0;

    TRY(request_id_arg(c, q, 0, &customer_id));
    return show_all(c, customer_id, r);
}

static enum err of_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct request_new *n = q->body;
    struct privacy_request *p = NEW(c->mem, struct privacy_request);
    i64 customer_id = 0;

    TRY(request_id_arg(c, q, 0, &customer_id));
    TRY(privacy_ask(c, customer_id, n->kind, p));
    r->private_ = true;
    return reply_with(r, 201, p);
}

static enum err of_cancel(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 customer_id = 0, id = 0;

    TRY(request_id_arg(c, q, 0, &customer_id));
    TRY(request_id_arg(c, q, 1, &id));
    TRY(privacy_cancel(c, customer_id, id));
    return show_all(c, customer_id, r);
}

static enum err of_done(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 customer_id = 0, id = 0;

    TRY(request_id_arg(c, q, 0, &customer_id));
    TRY(request_id_arg(c, q, 1, &id));
    TRY(privacy_answered(c, customer_id, id));
    return show_all(c, customer_id, r);
}

static enum err of_file(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 customer_id = 0, id = 0;

    TRY(request_id_arg(c, q, 0, &customer_id));
    TRY(request_id_arg(c, q, 1, &id));
    TRY(staff_audit_read(c, "privacy.file", customer_id));
    return file(c, customer_id, id, q, r);
}

/* clang-format off */
const struct route privacy_routes[] = {
    { "GET", "/v1/customer/me/privacy", mine_get, RIGHT_CUSTOMER, READS,
      .out = &page_shape,
      .doc = "What I asked about my data, and how far it is." },
    { "POST", "/v1/customer/me/privacy", mine_post, RIGHT_CUSTOMER, WRITES,
      .in = &new_shape, .out = &request_shape,
      .doc = "I want to see everything that is kept about me, or to be forgotten. Asked twice is asked once.",
      .example = "{\"kind\":\"access\"}" },
    { "POST", "/v1/customer/me/privacy/{id}/cancel", mine_cancel, RIGHT_CUSTOMER, WRITES,
      .out = &page_shape,
      .doc = "I take it back, while it waits." },
    { "GET", "/v1/customer/me/privacy/{id}/file", mine_file, RIGHT_CUSTOMER, ALONE,
      .query = &file_shape, .flags = ROUTE_NO_CSRF,
      .doc = "Everything that is kept about me, now: HTML, PDF or JSON." },
    { "GET", "/v1/privacy/request", list_get, RIGHT_PRIVACY, READS,
      .query = &ask_shape, .out = &page_shape, .flags = ROUTE_EXPORT | ROUTE_PEOPLE,
      .doc = "What people asked about their data, newest first." },
    { "GET", "/v1/customer/{customer}/privacy", of_get, RIGHT_CUSTOMER_READ, READS,
      .out = &page_shape,
      .doc = "What this person asked." },
    { "POST", "/v1/customer/{customer}/privacy", of_post, RIGHT_PRIVACY, WRITES,
      .in = &new_shape, .out = &request_shape,
      .doc = "The person asked us by phone, letter or in a shop.",
      .example = "{\"kind\":\"access\"}" },
    { "POST", "/v1/customer/{customer}/privacy/{id}/cancel", of_cancel, RIGHT_PRIVACY, WRITES,
      .out = &page_shape,
      .doc = "He takes it back." },
    { "POST", "/v1/customer/{customer}/privacy/{id}/done", of_done, RIGHT_PRIVACY, WRITES,
      .out = &page_shape,
      .doc = "He has got his file." },
    { "GET", "/v1/customer/{customer}/privacy/{id}/file", of_file, RIGHT_PRIVACY, ALONE,
      .query = &file_shape,
      .doc = "The file to hand to the person (audited)." },
    ROUTE_END
};
/* clang-format on */
