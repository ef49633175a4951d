#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/qr.h"
#include "base/time.h"
#include "customer/customer_own.h"
#include "customer/customer_resolve.h"
#include "event/event.h"
#include "http/route.h"
#include "place/place.h"
#include "staff/staff.h"

/* clang-format off */
static const struct field key_fields[] = {
    F_ENUM(customer_key, kind, MUST, customer_key_words, "What it is."),
    F_TEXT(customer_key, value, MUST, 254, "Any spelling; normalised when kept."),
    F_TIME(customer_key, confirmed_at, OPT, "When a one-time code proved it; never when absent."),
    FIELD_END
};
static const struct shape key_shape = SHAPE("CustomerKey", customer_key, key_fields);

#define NAME_FIELDS(T)                                                                     \
    F_TEXT(T, last_name, OPT, 100, "Surname."),                                            \
    F_TEXT(T, first_name, OPT, 100, "First name."),                                        \
    F_TEXT(T, middle_name, OPT, 100, "Patronymic."),                                       \
    F_TEXT(T, birth_date, OPT, 10, "\"1990-05-01\"."),                                     \
    F_ID(T, region_id, OPT, "Region of prices and offers."),                               \
    F_TEXT(T, lang, OPT, 2, "\"ru\" or \"en\".")
#define PERSON_FIELDS(T)                                                                   \
    F_ID(T, id, 0, "Id."), NAME_FIELDS(T),                                                 \
    F_TEXT(T, phone, OPT, 0, "The first phone, +79161234567."),                            \
    F_TEXT(T, email, OPT, 0, "The first e-mail."),                                         \
    F_TEXT(T, card, OPT, 0, "The first card."),                                            \
    F_TIME(T, created_at, 0, "When we first heard of this person."),                       \
    F_LIST(T, keys, 0, &key_shape, 50, "All phones, e-mails and cards.")

static const struct field person_fields[] = { PERSON_FIELDS(customer), FIELD_END };
const struct shape customer_shape = SHAPE("Customer", customer, person_fields);

/* A profile: the person, and what this room counts. */
struct seen {
    struct customer k;
    const char *region;
    i64 visits;
};
#define K(member) .name = #member, .at = offsetof(struct seen, k.member)
static const struct field seen_fields[] = {
    { K(id), .kind = FIELD_ID, .doc = "Id." },
    { K(last_name), .kind = FIELD_TEXT, .doc = "Surname." },
    { K(first_name), .kind = FIELD_TEXT, .doc = "First name." },
    { K(middle_name), .kind = FIELD_TEXT, .doc = "Patronymic." },
    { K(birth_date), .kind = FIELD_TEXT, .flags = OPT, .doc = "\"1990-05-01\"." },
    { K(region_id), .kind = FIELD_ID, .flags = OPT, .doc = "Region of prices and offers." },
    F_TEXT(seen, region, OPT, 0, "Its name."),
    { K(lang), .kind = FIELD_TEXT, .doc = "\"ru\" or \"en\"." },
    { K(phone), .kind = FIELD_TEXT, .flags = OPT, .doc = "The first phone." },
    { K(email), .kind = FIELD_TEXT, .flags = OPT, .doc = "The first e-mail." },
    { K(card), .kind = FIELD_TEXT, .flags = OPT, .doc = "The first card." },
    { K(created_at), .kind = FIELD_TIME, .doc = "When we first heard of this person." },
    { K(keys), .kind = FIELD_LIST, .elem = FIELD_OBJECT, .shape = &key_shape, .doc = "All phones, e-mails and cards." },
    F_INT(seen, visits, 0, 0, 0, "Browsers and apps this person logged in with."),
    FIELD_END
};
static const struct shape seen_shape = SHAPE("CustomerSeen", seen, seen_fields);

static const struct field edit_fields[] = {
    NAME_FIELDS(customer),
    F_LIST(customer, keys, MUST, &key_shape, 50, "All phones, e-mails and cards: what is not here is taken away."),
    FIELD_END
};
static const struct shape edit_shape = SHAPE("CustomerEdit", customer, edit_fields);
static const struct field me_fields[] = { NAME_FIELDS(customer), FIELD_END };
static const struct shape me_shape = SHAPE("MeEdit", customer, me_fields);

static const struct field search_fields[] = {
    F_TEXT(customer_search, q, MUST, 254, "A phone, e-mail or card, or how the name begins, surname or first name first."),
    PAGE_FIELDS(customer_search),
    FIELD_END
};
static const struct shape search_shape = SHAPE("CustomerSearch", customer_search, search_fields);

struct found {
    struct list items;
    const char *next;
};
static const struct field found_fields[] = {
    F_LIST(found, items, 0, &customer_shape, 0, "People."),
    F_TEXT(found, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape found_shape = SHAPE("CustomerPage", found, found_fields);

struct key_ask {
    const char *key;
};
static const struct field key_ask_fields[] = {
    F_TEXT(key_ask, key, MUST, 254, "A phone, e-mail or card in any spelling."),
    FIELD_END
};
static const struct shape key_ask_shape = SHAPE("CustomerKeyAsk", key_ask, key_ask_fields);

struct code_ask {
    const char *to, *code;
};
static const struct field code_fields[] = {
    F_TEXT(code_ask, to, MUST, 254, "A phone or an e-mail."),
    FIELD_END
};
static const struct shape code_shape = SHAPE("CodeAsk", code_ask, code_fields);
static const struct field login_fields[] = {
    F_TEXT(code_ask, to, MUST, 254, "Where the code was sent."),
    F_TEXT(code_ask, code, MUST | SECRET, 12, "The code."),
    FIELD_END
};
static const struct shape login_shape = SHAPE("CodeLogin", code_ask, login_fields);

static const struct field visit_fields[] = {
    F_ID(visit, id, 0, "Id."),
    F_TEXT(visit, agent, 0, 0, "What the browser or app calls itself."),
    F_TIME(visit, created_at, 0, "First seen."),
    F_TIME(visit, seen_at, 0, "Last seen, to the hour."),
    F_BOOL(visit, current, 0, "This very one."),
    FIELD_END
};
static const struct shape visit_shape = SHAPE("Visit", visit, visit_fields);
static const struct field visits_fields[] = {
    F_LIST(found, items, 0, &visit_shape, 0, "Last seen first."),
    FIELD_END
};
static const struct shape visits_shape = SHAPE("Visits", found, visits_fields);
/* clang-format on */

/* ---- Reading what people typed ------------------------------------------ */

static const char *given(const char *s)
{
    return s ? s : "";
}

/* Body to customer; every bad member is named. */
static enum err read_person(struct ctx *c, const struct customer *body,
                            struct customer *ret)
{
    struct place_region region;
    i64 at = 0;

    *ret = *body;
    ret->last_name = given(body->last_name);
    ret->first_name = given(body->first_name);
    ret->middle_name = given(body->middle_name);
    ret->lang = body->lang ? body->lang : "ru";
    ret->birth_day = NONE;
    if (body->birth_date && (!time_parse(body->birth_date, 0, &at) || at > c->now))
        FAIL_MORE(c, BAD_ARGUMENT, "birth_date", "\"%s\" is no day of birth",
                  body->birth_date);
    else if (body->birth_date)
        ret->birth_day = time_day(at, 0);
    if (strcmp(ret->lang, "ru") && strcmp(ret->lang, "en"))
        FAIL_MORE(c, BAD_ARGUMENT, "lang", "we speak ru and en, not \"%s\"", ret->lang);
    if (c->fault.err) return c->fault.err;
    if (body->region_id == NONE) return ERR_OK;
    const enum err e = place_region_get(c, body->region_id, &region);
    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, "region_id", "no region %lld", body->region_id);
    return e;
}

/* The version that the caller read; NONE whatever it is. */
i64 customer_if_match(const struct request *q)
{
    char *end;

    if (!q->if_match) return NONE;
    const i64 version = strtoll(q->if_match, &end, 10);
    return *end || end == q->if_match || version <= 0 ? -1 : version;
}

static enum err answer(struct ctx *c, struct reply *r, int status, i64 id)
{
    struct customer *k = NEW(c->mem, struct customer);

    TRY(customer_get(c, id, k));
    r->etag = arena_printf(c->mem, "%lld", k->version);
    r->private_ = true;
    return reply_with(r, status, k);
}

/* ---- Staff -------------------------------------------------------------- */

static enum err list_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct found *f = NEW(c->mem, struct found);

    TRY(customer_search(c, q->query, &f->items, &f->next));
    const struct customer *k = f->items.at;
    for (size_t n = 0; n < f->items.n; n++)
        TRY(staff_audit_read(c, "customer.find", k[n].id));
    r->private_ = true;
    return reply_with(r, 200, f);
}

static enum err find_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct key_ask *ask = q->query;
    i64 id;

    TRY(customer_find(c, ask->key, &id));
    TRY(staff_audit_read(c, "customer.find", id));
    return answer(c, r, 200, id);
}

static enum err one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct seen *s = NEW(c->mem, struct seen);
    struct place_region region;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(customer_get(c, id, &s->k));
    TRY(staff_audit_read(c, "customer.read", id));
    TRY(customer_visits_count(c, id, &s->visits));
    if (s->k.region_id != NONE && !place_region_get(c, s->k.region_id, &region))
        s->region = region.name;
    r->etag = arena_printf(c->mem, "%lld", s->k.version);
    r->private_ = true;
    return reply_with(r, 200, s);
}

static const char *as_json(struct ctx *c, const struct customer *k)
{
    struct buf b = buf_new(c->mem, 512, 1 << 16);

    shape_write(&b, &customer_shape, k);
    return b.at;
}

static enum err list_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct customer *body = q->body;
    struct customer k;
    const i64 id = id_new_scattered(c);

    TRY(read_person(c, body, &k));
    TRY(customer_new(c, id, &k));
    TRY(customer_keys_set(c, id, &body->keys));
    TRY(customer_get(c, id, &k));
    TRY(staff_audit(c, "customer.post", id, as_json(c, &k)));
    r->location = arena_printf(c->mem, "/v1/customer/%lld", id);
    return answer(c, r, 201, id);
}

static enum err change(struct ctx *c, const struct customer *body, i64 id, i64 version,
                       const struct list *keys)
{
    struct customer before, k;

    TRY(customer_get(c, id, &before));
    TRY(read_person(c, body, &k));
    k.id = id;
    k.version = version;
    TRY(customer_put(c, &k));
    if (keys) TRY(customer_keys_set(c, id, keys));
    TRY(customer_get(c, id, &k));
    return staff_audit(c, "customer.put", id,
                       arena_printf(c->mem, "{\"before\":%s,\"after\":%s}",
                                    as_json(c, &before), as_json(c, &k)));
}

static enum err one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct customer *body = q->body;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(change(c, body, id, customer_if_match(q), &body->keys));
    return answer(c, r, 200, id);
}

/* ---- Login -------------------------------------------------------------- */

static enum err code_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct code_ask *ask = q->body;

    TRY(customer_code_send(c, ask->to, q->ip));
    return reply_empty(r);
}

/* A login after its code was right. */
struct login {
    const struct request *q;
    struct reply *r;
    int kind;
    const char *value;
    i64 id;
};

static enum err log_in(struct ctx *c, void *arg)
{
    struct login *l = arg;
    const bool mail = l->kind == KEY_EMAIL;
    const char *agent = l->q->header ? l->q->header(l->q, "User-Agent") : NULL;
    const i64 guest = c->who.session_id;
    i64 visit_id;

    memset(l->r->cookies, 0, sizeof(l->r->cookies));
    TRY(customer_key_believe(c, l->kind, l->value));
    TRY(customer_resolve(
        c, &(struct customer_said){ mail ? KEY_EMAIL : KEY_PHONE, l->value, true }, 1,
        &l->id));
    TRY(customer_key_confirm(c, l->kind, l->value, l->id));
    TRY(customer_visit_tie(c, l->r, l->id, given(agent), &visit_id));
    TRY(event_emit(c, "customer.logged_in", l->id,
                   arena_printf(c->mem, "{\"visit_id\":\"%lld\",\"guest\":%s}",
                                visit_id, visit_id == guest ? "true" : "false")));
    return answer(c, l->r, 200, l->id);
}

/* In a thread of its own, since a wrong try is to be counted although the request
 * fails: the try is one unit, the login another. */
static enum err login_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct code_ask *ask = q->body;
    struct login l = { .q = q, .r = r };

    TRY(customer_address(c, ask->to, &l.kind, &l.value));
    TRY(staff_limit(c, arena_printf(c->mem, "login-ip:%s", given(q->ip)), 60,
                    CODE_MINUTES * MINUTE_MS));
    TRY(customer_code_check(c, l.kind, l.value, ask->code));
    return db_unit(c, log_in, &l);
}

static enum err logout_post(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    TRY(customer_visit_end(c, c->who.session_id, c->who.id));
    customer_cookies_clear(r);
    return reply_empty(r);
}

/* ---- What is my own ----------------------------------------------------- */

static enum err me_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    return answer(c, r, 200, c->who.id);
}

/* What he would say at the till, for its scanner: a key that is found without a line
 * too.  A card comes last: its digits may be a barcode's. */
static enum err me_qr_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer me;
    const char *svg;
    size_t n;

    (void)q;
    TRY(customer_get(c, c->who.id, &me));
    const char *key = me.phone ? me.phone : me.email ? me.email : me.card;
    if (!key) return FAIL(c, NOT_FOUND, "nothing is known to find you by");
    TRY(qr_svg(c, key, &svg, &n));
    r->private_ = true;
    return reply_text(r, "image/svg+xml", svg, n);
}

static enum err me_put(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(change(c, q->body, c->who.id, customer_if_match(q), NULL));
    return answer(c, r, 200, c->who.id);
}

static enum err add_key(struct ctx *c, void *arg)
{
    struct login *l = arg;
    bool his;
    i64 id;

    TRY(customer_key_join(c, l->kind, l->value, c->who.id, &id, &his));
    if (his) TRY(event_emit(c, "customer.changed", id, NULL));
    return answer(c, l->r, his ? 200 : 202, id);
}

static enum err key_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct code_ask *ask = q->body;
    struct login l = { .q = q, .r = r };

    TRY(customer_address(c, ask->to, &l.kind, &l.value));
    TRY(customer_code_check(c, l.kind, l.value, ask->code));
    return db_unit(c, add_key, &l);
}

static enum err visits_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct found *f = NEW(c->mem, struct found);

    (void)q;
    TRY(customer_visits(c, c->who.id, &f->items));
    r->private_ = true;
    return reply_with(r, 200, f);
}

static enum err others_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    struct list all;

    (void)q;
    TRY(customer_visits(c, c->who.id, &all));
    const struct visit *v = all.at;
    for (size_t k = 0; k < all.n; k++)
        if (!v[k].current) TRY(customer_visit_end(c, v[k].id, c->who.id));
    return reply_empty(r);
}

static enum err key_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct key_ask *ask = q->query;

    TRY(customer_key_drop(c, c->who.id, ask->key));
    TRY(event_emit(c, "customer.changed", c->who.id, NULL));
    return answer(c, r, 200, c->who.id);
}

static enum err visit_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(customer_visit_end(c, id, c->who.id));
    if (id == c->who.session_id) customer_cookies_clear(r);
    return reply_empty(r);
}

/* clang-format off */
const struct route customer_routes[] = {
    { "POST", "/v1/customer/code", code_post, RIGHT_ANYONE, WRITES, .in = &code_shape, .flags = ROUTE_NO_CSRF,
      .doc = "Send a one-time code to a phone or e-mail; the answer does not tell whether it is known.",
      .example = "{\"to\":\"+7 916 123-45-67\"}" },
    { "POST", "/v1/customer/login", login_post, RIGHT_ANYONE, ALONE, .in = &login_shape, .out = &customer_shape,
      .flags = ROUTE_NO_CSRF,
      .doc = "Log in with the code; sets the cookies prilavok_visit and prilavok_csrf. Five tries, ten minutes." },
    { "POST", "/v1/customer/logout", logout_post, RIGHT_CUSTOMER, WRITES,
      .doc = "End this visit." },

    { "GET", "/v1/customer/me", me_get, RIGHT_CUSTOMER, READS, .out = &customer_shape,
      .doc = "Who am I?" },
    { "GET", "/v1/customer/me/qr.svg", me_qr_get, RIGHT_CUSTOMER, READS,
      .doc = "My phone (or e-mail, or card) as a QR picture, for the till to scan." },
    { "PUT", "/v1/customer/me", me_put, RIGHT_CUSTOMER, WRITES, .in = &me_shape, .out = &customer_shape,
      .doc = "Change my name, birthday, region, language.  With If-Match only what I read." },
    { "POST", "/v1/customer/me/key", key_post, RIGHT_CUSTOMER, ALONE, .in = &login_shape, .out = &customer_shape,
      .doc = "Add a phone or e-mail of mine, proved by a code sent to it.  When it was the key of another record that looks like me, the two become one; when it looks like somebody else's, the answer is 202 without it, and somebody looks." },
    { "DELETE", "/v1/customer/me/key", key_delete, RIGHT_CUSTOMER, WRITES, .query = &key_ask_shape, .out = &customer_shape,
      .doc = "Take a phone or e-mail of mine away; the last one I can log in with stays." },
    { "DELETE", "/v1/customer/me/visit", others_delete, RIGHT_CUSTOMER, WRITES,
      .doc = "Log out everywhere but here." },
    { "GET", "/v1/customer/me/visit", visits_get, RIGHT_CUSTOMER, READS, .out = &visits_shape,
      .doc = "Browsers and apps where I am logged in." },
    { "DELETE", "/v1/customer/me/visit/{id}", visit_delete, RIGHT_CUSTOMER, WRITES,
      .doc = "Log out there." },

    { "GET", "/v1/customer", list_get, RIGHT_CUSTOMER_READ, READS_LONG, .query = &search_shape, .out = &found_shape,
      .flags = ROUTE_EXPORT | ROUTE_PEOPLE,
      .doc = "Find people by phone, e-mail, card or the beginning of a name.  Audited." },
    { "GET", "/v1/customer/find", find_get, RIGHT_SELL, READS, .query = &key_ask_shape, .out = &customer_shape,
      .doc = "The one customer with this whole phone, e-mail or card: for the till.  Audited." },
    { "POST", "/v1/customer", list_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &edit_shape, .out = &customer_shape,
      .doc = "Write down a new customer.",
      .example = "{\"last_name\":\"Иванова\",\"first_name\":\"Анна\",\"keys\":[]}" },
    { "GET", "/v1/customer/{id}", one_get, RIGHT_CUSTOMER_READ, READS, .out = &seen_shape,
      .doc = "A customer's identity and keys.  Audited." },
    { "PUT", "/v1/customer/{id}", one_put, RIGHT_CUSTOMER_WRITE, WRITES, .in = &edit_shape, .out = &customer_shape,
      .doc = "Change a customer and his keys.  With If-Match only what was read." },
    ROUTE_END
};
/* clang-format on */
