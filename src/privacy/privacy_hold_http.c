/* Holds over HTTP: whom a dispute keeps, since when, until when. */
#include "customer/customer.h"
#include "privacy/privacy_hold.h"
#include "staff/staff.h"

struct hold_page {
    struct list items;
    const char *next;
};
struct hold_ask {
    i64 limit;
    const char *after;
};

/* clang-format off */
static const struct field hold_fields[] = {
    F_ID(privacy_hold,   id,          MUST, "The hold."),
    F_ID(privacy_hold,   customer_id, MUST, "Who is kept."),
    F_ENUM(privacy_hold, kind,        MUST, privacy_hold_words, "His claim, a court, a regulator."),
    F_TEXT(privacy_hold, why,         MUST, 500, "What it is about, in staff's words."),
    F_TIME(privacy_hold, at,          MUST, "When it was put."),
    F_TIME(privacy_hold, until_at,    MUST, "Until when it holds."),
    F_TIME(privacy_hold, lifted_at,   OPT,  "When it was lifted before that."),
    F_BOOL(privacy_hold, holds,       MUST, "It holds now."),
    F_ID(privacy_hold,   who_id,      MUST, "Who put it; see /v1/staff/name."),
    F_ID(privacy_hold,   lifted_by,   OPT,  "Who lifted it."),
    FIELD_END
};
static const struct shape hold_shape = SHAPE("PrivacyHold", privacy_hold, hold_fields);

static const struct field page_fields[] = {
    F_LIST(hold_page, items, MUST, &hold_shape, LIMIT_PAGE, "Newest first."),
    F_TEXT(hold_page, next,  OPT,  512, "Absent: the last page."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("PrivacyHoldPage", hold_page, page_fields);
static const struct field ask_fields[] = { PAGE_FIELDS(hold_ask), FIELD_END };
static const struct shape ask_shape = SHAPE("PrivacyHoldAsk", hold_ask, ask_fields);

static const struct field new_fields[] = {
    F_ENUM(privacy_hold_new, kind,     MUST, privacy_hold_words, "His claim, a court, a regulator."),
    F_TEXT(privacy_hold_new, why,      MUST, 500, "What it is about: the number of the case."),
    F_TIME(privacy_hold_new, until_at, MUST, "Until when; ten years at most."),
    FIELD_END
};
static const struct shape new_shape = SHAPE("PrivacyHoldNew", privacy_hold_new, new_fields);
/* clang-format on */

/* The person who lives, whoever was asked for. */
static enum err whose(struct ctx *c, const struct request *q, i64 *ret)
{
    struct customer k;

    TRY(request_id_arg(c, q, 0, ret));
    TRY(customer_get(c, *ret, &k));
    *ret = k.id;
    return ERR_OK;
}

static enum err of_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct hold_page *page = NEW(c->mem, struct hold_page);
    i64 id;

    TRY(whose(c, q, &id));
    TRY(staff_audit_read(c, "privacy.hold", id));
    TRY(privacy_holds_of(c, id, &page->items));
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err all_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct hold_ask *a = q->query;
    struct hold_page *page = NEW(c->mem, struct hold_page);
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 before = NONE;

    if (a->after) TRY(page_after(c, a->after, &before, 1));
    TRY(privacy_holds(c, before, limit, &page->items));
    const struct privacy_hold *last = page->items.at;
    if ((i64)page->items.n == limit)
        page->next = page_next(c->mem, &last[page->items.n - 1].id, 1);
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err of_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct privacy_hold *h = NEW(c->mem, struct privacy_hold);
    i64 id;

    TRY(whose(c, q, &id));
    TRY(privacy_hold_put(c, id, q->body, h));
    r->private_ = true;
    return reply_with(r, 201, h);
}

static enum err turn(struct ctx *c, const struct request *q, struct reply *r,
                     enum err (*do_)(struct ctx *, i64, i64, struct privacy_hold *))
{
    struct privacy_hold *h = NEW(c->mem, struct privacy_hold);
    i64 customer_id, id;

    TRY(whose(c, q, &customer_id));
    TRY(request_id_arg(c, q, 1, &id));
    TRY(do_(c, customer_id, id, h));
    r->private_ = true;
    return reply_with(r, 200, h);
}

static enum err lift_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return turn(c, q, r, privacy_hold_lift);
}

static enum err back_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return turn(c, q, r, privacy_hold_back);
}

/* clang-format off */
const struct route privacy_hold_routes[] = {
    { "GET", "/v1/privacy/hold", all_get, RIGHT_PRIVACY, READS,
      .query = &ask_shape, .out = &page_shape, .flags = ROUTE_EXPORT | ROUTE_PEOPLE,
      .doc = "Whom a dispute keeps now, newest first." },
    { "GET", "/v1/customer/{customer}/hold", of_get, RIGHT_CUSTOMER_READ, READS,
      .out = &page_shape,
      .doc = "Disputes that keep this person, and those that did.  Audited." },
    { "POST", "/v1/customer/{customer}/hold", of_post, RIGHT_PRIVACY, WRITES,
      .in = &new_shape, .out = &hold_shape,
      .doc = "Nobody forgets this person until then: an erasure waits and says why, what is past its time does not take him. Audited.",
      .example = "{\"kind\":\"court\",\"why\":\"2-1517/2026\",\"until_at\":\"2027-06-01T00:00:00.000Z\"}" },
    { "POST", "/v1/customer/{customer}/hold/{id}/lift", lift_post, RIGHT_PRIVACY, WRITES,
      .out = &hold_shape,
      .doc = "The dispute is over: an erasure that waited goes on. Audited." },
    { "POST", "/v1/customer/{customer}/hold/{id}/back", back_post, RIGHT_PRIVACY, WRITES,
      .out = &hold_shape,
      .doc = "It was lifted by mistake: it holds again until its day. Audited." },
    ROUTE_END
};
/* clang-format on */
