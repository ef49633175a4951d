/* One field: whatever somebody has in hand -- a phone, a name, a card, a number on a
 * slip, a serial number on a box -- finds what it belongs to.
 *
 * A look here is no read of a profile: hits show a name and the last digits of a
 * phone, no more; opening one is audited.  So that nobody walks through all
 * customers this way, looks are counted for each account and minute. */
#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "insight/insight_own.h"
#include "order/order.h"
#include "setting/setting.h"
#include "staff/staff.h"
#include "stock/stock.h"

enum { ORDER, BY_CODE, UNIT };

/* clang-format off */
const struct query insight_find_sql[] = {
    [ORDER] = { "insight.find_order",
        "SELECT o.number, o.customer_id, o.place_id, o.state, o.total_minor, o.placed_at, p.name"
        "  FROM pub_order_order o LEFT JOIN pub_customer_person p ON p.id = o.customer_id"
        " WHERE o.id = $1" },

    [BY_CODE] = { "insight.find_code",
        "SELECT order_id FROM pub_order_code WHERE code = $1 ORDER BY place_id LIMIT $2" },

    [UNIT] = { "insight.find_unit",
        "SELECT id, variant_id, place_id, state, doc_id, at FROM pub_stock_unit WHERE serial = $1" },
    QUERY_END
};
/* clang-format on */

#define Q insight_find_sql

const char *const insight_hit_words[] = { "customer", "order", "unit", "variant",
                                          NULL };

enum { CODE_DIGITS = 6, LOOKS = 1024, PROBES = 8 };

/* ---- Who looks how often ------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    struct {
        i64 who, since_at, n;
    } looks[LOOKS];
} watch = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* How many looks of his in this minute, this one too. */
static i64 look_count(i64 who, i64 now)
{
    size_t k = (size_t)((u64)who * 0x9E3779B97F4A7C15ULL >> 54), free = LOOKS;
    i64 n = 1;

    pthread_mutex_lock(&watch.lock);
    for (size_t p = 0; p < PROBES; p++) {
        const size_t at = (k + p) % LOOKS;
        const bool over = watch.looks[at].since_at + MINUTE_MS <= now;

        if (watch.looks[at].who == who && !over) {
            n = ++watch.looks[at].n;
            free = LOOKS;
            break;
        }
        if (over && free == LOOKS) free = at;
    }
    if (free < LOOKS) {
        watch.looks[free].who = who;
        watch.looks[free].since_at = now;
        watch.looks[free].n = 1;
    }
    pthread_mutex_unlock(&watch.lock);
    return n;
}

static enum err not_too_often(struct ctx *c)
{
    const i64 max =
        setting_int(c, "insight.finds_per_min", (struct setting_scope){ 0 });

    if (c->who.kind == WHO_SYSTEM) return ERR_OK;
    const i64 n = look_count(c->who.id, c->now);
    if (n == max + 1) TRY(staff_audit_read(c, "insight.find_too_often", c->who.id));
    return n > max ? FAIL(c, TOO_MANY, "more than %lld searches a minute", max)
                   : ERR_OK;
}

/* ---- Hits ------------------------------------------------------------------------ */

bool insight_may(struct ctx *c, enum right r, i64 place_id)
{
    const struct fault was = c->fault;
    const bool yes = staff_may(c, r, place_id) == ERR_OK;

    c->fault = was;
    return yes;
}

static struct hit *hit_add(struct ctx *c, struct list *ret, int kind, i64 id)
{
    struct hit *h;

    for (size_t k = 0; k < ret->n; k++) {
        h = (struct hit *)ret->at + k;
        if (h->kind == kind && h->id == id) return NULL;
    }
    h = list_add(c->mem, ret, sizeof(*h));
    *h = (struct hit){ .kind = kind,
                       .id = id,
                       .customer_id = NONE,
                       .order_id = NONE,
                       .place_id = NONE,
                       .variant_id = NONE,
                       .total_minor = NONE,
                       .at = NONE };
    return h;
}

/* "+7916•••4567", "a•••@mail.ru": enough to tell two of one name apart. */
static const char *masked(struct ctx *c, const struct customer *k)
{
    if (k->phone && strlen(k->phone) > 9)
        return arena_printf(c->mem, "%.5s•••%s", k->phone,
                            k->phone + strlen(k->phone) - 4);
    if (k->email && strchr(k->email, '@'))
        return arena_printf(c->mem, "%.1s•••%s", k->email, strchr(k->email, '@'));
    return NULL;
}

static void customer_hit(struct ctx *c, const struct customer *k, const char *by,
                         struct list *ret)
{
    struct hit *h = hit_add(c, ret, HIT_CUSTOMER, k->id);
    const bool both = k->last_name[0] && k->first_name[0];

    if (!h) return;
    h->by = by;
    h->customer_id = k->id;
    h->title =
        arena_printf(c->mem, "%s%s%s", k->last_name, both ? " " : "", k->first_name);
    h->detail = masked(c, k);
}

/* NOT_FOUND is an answer here. */
static enum err quiet(struct ctx *c, enum err e, bool *ret_found)
{
    *ret_found = !e;
    if (e == ERR_NOT_FOUND) c->fault = (struct fault){ 0 };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Whoever sells may find one by his whole key; by a name whoever reads profiles. */
static enum err find_customers(struct ctx *c, const struct find_ask *a, i64 limit,
                               struct list *ret)
{
    const struct customer_search s = { .limit = limit, .q = a->q };
    struct list people = { 0 };
    struct customer one;
    const char *next;
    bool found;
    i64 id;

    if (!who_can(&c->who, RIGHT_CUSTOMER_READ) && !who_can(&c->who, RIGHT_SELL))
        return ERR_OK;
    TRY(quiet(c, customer_find(c, a->q, &id), &found));
    if (found) {
        TRY(customer_get(c, id, &one));
        customer_hit(c, &one, "key", ret);
        return ERR_OK;
    }
    if (!who_can(&c->who, RIGHT_CUSTOMER_READ)) return ERR_OK;
    TRY(customer_search(c, &s, &people, &next));
    const struct customer *k = people.at;
    for (size_t n = 0; n < people.n; n++) customer_hit(c, &k[n], "name", ret);
    return ERR_OK;
}

static bool may_see_order(struct ctx *c, i64 place_id)
{
    return who_can(&c->who, RIGHT_CUSTOMER_READ) ||
           insight_may(c, RIGHT_ORDER_READ, place_id) ||
           insight_may(c, RIGHT_SELL, place_id);
}

static enum err order_hit(struct ctx *c, i64 order_id, const char *by, struct list *ret)
{
    i64 customer_id, place_id, state, total_minor, placed_at;
    const char *number, *name;
    const enum err e = db_one(
        c, &Q[ORDER],
        INTO(&number, &customer_id, &place_id, &state, &total_minor, &placed_at, &name),
        order_id);

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    struct hit *h =
        may_see_order(c, place_id) ? hit_add(c, ret, HIT_ORDER, order_id) : NULL;
    if (!h) return ERR_OK;
    h->by = by;
    h->title = number;
    h->detail = name;
    h->order_id = order_id;
    h->customer_id = customer_id ? customer_id : NONE;
    h->place_id = place_id;
    h->state = order_state_words[state];
    h->total_minor = total_minor;
    h->at = placed_at;
    return ERR_OK;
}

static enum err find_order(struct ctx *c, const char *q, struct list *ret)
{
    bool found;
    i64 id;

    TRY(quiet(c, order_find(c, q, &id), &found));
    return found ? order_hit(c, id, "number", ret) : ERR_OK;
}

/* A code is the buyer's proof: only who hands over there may look by it. */
static enum err find_code(struct ctx *c, const char *q, i64 limit, struct list *ret)
{
    struct list ids = { 0 };
    i64 id;
    ROWS r = { 0 };

    if (strlen(q) != CODE_DIGITS || strspn(q, "0123456789") != CODE_DIGITS ||
        !who_can(&c->who, RIGHT_SELL))
        return ERR_OK;
    TRY(db_rows(c, &r, &Q[BY_CODE], q, limit));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, &ids, sizeof(id)) = id;
    TRY(r.err);
    for (size_t k = 0; k < ids.n; k++)
        TRY(order_hit(c, ((const i64 *)ids.at)[k], "code", ret));
    return ERR_OK;
}

static enum err find_unit(struct ctx *c, const char *serial, struct list *ret)
{
    i64 id, variant_id, place_id, state, doc_id, at;
    struct catalog_item item = { 0 };

    if (!who_can(&c->who, RIGHT_SELL) && !who_can(&c->who, RIGHT_STOCK_READ))
        return ERR_OK;
    const enum err e = db_one(
        c, &Q[UNIT], INTO(&id, &variant_id, &place_id, &state, &doc_id, &at), serial);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    struct hit *h = hit_add(c, ret, HIT_UNIT, id);
    if (!h) return ERR_OK;
    if (catalog_item(c, variant_id, &item)) c->fault = (struct fault){ 0 };
    h->by = "serial";
    h->title = serial;
    h->detail = item.name;
    h->variant_id = variant_id;
    h->place_id = place_id ? place_id : NONE;
    h->state = stock_unit_words[state];
    h->at = at;
    return order_hit(c, doc_id, "serial", ret);
}

static enum err find_variant(struct ctx *c, const char *q, struct list *ret)
{
    struct catalog_item item = { 0 };
    bool found;
    i64 id;

    TRY(quiet(c, catalog_find_code(c, q, &id), &found));
    if (!found) return ERR_OK;
    TRY(catalog_item(c, id, &item));
    struct hit *h = hit_add(c, ret, HIT_VARIANT, id);
    if (!h) return ERR_OK;
    h->by = "sku";
    h->title = item.name;
    h->detail = item.sku;
    h->variant_id = id;
    return ERR_OK;
}

/* Without blanks and dashes, in capitals: as serial numbers are kept. */
static const char *as_serial(struct ctx *c, const char *q)
{
    char *to = arena_strdup(c->mem, q, strlen(q)), *end = to;

    for (const char *p = q; *p; p++)
        if (!isspace((unsigned char)*p)) *end++ = (char)toupper((unsigned char)*p);
    *end = '\0';
    return to;
}

static const char *trimmed(struct ctx *c, const char *q)
{
    q += strspn(q, " \t");
    char *to = arena_strdup(c->mem, q, strlen(q)), *end = to + strlen(to);

    while (end > to && (end[-1] == ' ' || end[-1] == '\t')) *--end = '\0';
    return to;
}

enum err insight_find(struct ctx *c, const struct find_ask *a, struct list *ret)
{
    const i64 limit = a->limit == NONE ? 10 : a->limit;
    const struct find_ask ask = { trimmed(c, a->q), limit };

    *ret = (struct list){ 0 };
    TRY(not_too_often(c));
    if (!ask.q[0]) return ERR_OK;
    TRY(find_order(c, ask.q, ret));
    TRY(find_code(c, ask.q, limit, ret));
    TRY(find_unit(c, as_serial(c, ask.q), ret));
    TRY(find_customers(c, &ask, limit, ret));
    return find_variant(c, ask.q, ret);
}
