/* One person's story over all channels, newest first.
 *
 * Each kind is one read of the person's own rows, which lie together by id; they are
 * merged here.  The cursor is (when, id, kind), which every kind's statement compares
 * with its own, so that nothing is told twice or left out when many things happen at
 * once.  Only of whom there are more than FEW of a kind the engine sorts: it makes a
 * table for that, which costs more than reading most people's rows.  What happened to
 * an order says its number from the page's own orders, nearly always; a join would
 * look into a page of the file for each step, and throw most away. */
#include <stdlib.h>
#include <string.h>

#include "base/contact.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "insight/insight_own.h"
#include "message/message.h"
#include "order/order_profile.h"

enum { SORTED = STORY_KINDS, OPEN = 2 * STORY_KINDS, ORDER, NAME };

/* clang-format off */
/* Two of a kind: at most so many as they lie, and a page in order. */
#define AFTER(at, id, kind) " AND (" at ", " id ", " kind ") < ($2, $3, $4)"
#define KIND(no, name, select, at, id, kind) \
    [no] = { name, select AFTER(at, id, kind) " LIMIT $5", .types = "iiiii" }, \
    [SORTED + (no)] = { name "_sorted", select AFTER(at, id, kind) \
        " ORDER BY " at " DESC, " id " DESC LIMIT $5", .types = "iiiii" }
const struct query insight_story_sql[] = {
    KIND(STORY_ORDER, "insight.story_orders",
        "SELECT o.placed_at, o.id, CASE WHEN o.kind = 3 THEN 'sold' ELSE 'placed' END, NULL, NULL,"
        "       o.id, o.number, o.state, o.place_id, o.total_minor, o.channel, NULL, NULL"
        "  FROM pub_order_order o WHERE o.customer_id = $1",
        "o.placed_at", "o.id", "0"),

    KIND(STORY_STATUS, "insight.story_history",
        "SELECT h.at, h.id, h.what, h.why, NULL, h.order_id, NULL, NULL, NULL, NULL, NULL,"
        "       h.who_kind, h.who_id"
        "  FROM pub_order_history h"
        " WHERE h.customer_id = $1 AND h.what <> 'placed' AND h.what <> 'sold' AND h.what <> 'paid'"
        "   AND h.what <> 'refunded'",
        "h.at", "h.id", "1"),

    KIND(STORY_PAYMENT, "insight.story_payments",
        "SELECT p.at, p.id, CASE WHEN p.kind = 2 THEN 'card' ELSE 'cash' END, NULL, NULL,"
        "       p.order_id, NULL, NULL, NULL, p.amount_minor, NULL, NULL, NULL"
        "  FROM pub_order_payment p WHERE p.customer_id = $1",
        "p.at", "p.id", "2"),

    KIND(STORY_MESSAGE, "insight.story_messages",
        "SELECT m.created_at, m.id, m.template, m.error, m.address, NULL, NULL, m.state, NULL, NULL,"
        "       m.channel, NULL, NULL"
        "  FROM pub_message_outbox m WHERE m.customer_id = $1",
        "m.created_at", "m.id", "3"),

    KIND(STORY_VISIT, "insight.story_visits",
        "SELECT v.created_at, v.id, 'log_in', NULL, v.agent, NULL, NULL, NULL, NULL, NULL, NULL,"
        "       NULL, NULL"
        "  FROM pub_customer_visit v WHERE v.customer_id = $1",
        "v.created_at", "v.id", "4"),

    KIND(STORY_NOTE, "insight.story_notes",
        "SELECT n.at, n.id, 'note', NULL, n.text, CASE WHEN n.order_id = 0 THEN NULL ELSE n.order_id END,"
        "       NULL, NULL, NULL, NULL, NULL, n.who_kind, n.who_id"
        "  FROM pub_customer_note n WHERE n.customer_id = $1",
        "n.at", "n.id", "5"),

    KIND(STORY_KEY, "insight.story_keys",
        "SELECT k.at, k.id, CASE k.what WHEN 0 THEN 'key_added' WHEN 1 THEN 'key_removed'"
        "       ELSE 'key_confirmed' END, NULL, k.value, NULL, NULL, NULL, NULL, NULL, NULL,"
        "       k.who_kind, k.who_id"
        "  FROM pub_customer_key_log k WHERE k.customer_id = $1",
        "k.at", "k.id", "6"),

    [OPEN] = { "insight.story_open",
        "SELECT id, place_id, total_minor, paid_minor, placed_at, promised_at, number, kind, state"
        "  FROM pub_order_order WHERE customer_id = $1 AND state < 4 ORDER BY id DESC LIMIT $2" },

    /* A range of one: by his own rows, not by the index over everybody's. */
    [ORDER] = { "insight.story_order",
        "SELECT number, state, place_id, channel FROM pub_order_order"
        " WHERE customer_id = $1 AND id BETWEEN $2 AND $2", .types = "ii" },

    [NAME] = { "insight.who_name",
        "SELECT name FROM pub_staff_name WHERE who_kind = $1 AND id = $2" },
    QUERY_END
};
/* clang-format on */

#define Q insight_story_sql

_Static_assert(ORDER_DONE == 4 && ORDER_SALE == 3 && PAY_CARD == 2,
               "what the statements say");

const char *const insight_story_words[] = { "order", "status", "payment", "message",
                                            "visit", "note",   "key",     NULL };

enum { OPEN_MAX = 50, KEYS = 3, FEW = 64 };

struct walk {
    i64 customer_id, keys[KEYS], limit;
};

static const char *word(const char *const *words, i64 k)
{
    return k == NONE ? NULL : words[k];
}

static void place_words(struct story_item *s, i64 state, i64 channel)
{
    if (s->kind == STORY_MESSAGE) {
        s->state = word(message_state_words, state);
        s->channel = word(message_channel_words, channel);
        return;
    }
    s->order_state = word(order_state_words, state);
    s->channel = word(catalog_channel_words, channel);
}

static enum err read_rows(struct ctx *c, const struct walk *w, int kind,
                          const struct query *q, i64 most, struct list *ret)
{
    struct story_item s = { .kind = kind };
    i64 state, channel, who_kind;
    ROWS r;

    TRY(db_rows(c, &r, q, w->customer_id, w->keys[0], w->keys[1], w->keys[2], most));
    while (db_next(&r, INTO(&s.at, &s.id, &s.what, &s.why, &s.text, &s.order_id,
                            &s.order_number, &state, &s.place_id, &s.amount_minor,
                            &channel, &who_kind, &s.who_id))) {
        s.who_kind = who_kind == NONE ? -1 : (int)who_kind;
        place_words(&s, state, channel);
        *(struct story_item *)list_add(c->mem, ret, sizeof(s)) = s;
    }
    return r.err;
}

static enum err read_kind(struct ctx *c, const struct walk *w, int kind,
                          struct list *ret)
{
    const size_t before = ret->n;

    TRY(read_rows(c, w, kind, &Q[kind], FEW + 1, ret));
    if (ret->n - before <= FEW) return ERR_OK;
    ret->n = before;
    return read_rows(c, w, kind, &Q[SORTED + kind], w->limit + 1, ret);
}

/* His orders, when the caller has read them all already. */
static void keep_known(struct ctx *c, const struct list *rows, struct list *ret)
{
    const struct order_row *o = rows->at;

    for (size_t k = 0; k < rows->n; k++)
        *(struct story_item *)list_add(c->mem, ret, sizeof(struct story_item)) =
            (struct story_item){
                .kind = STORY_ORDER,
                .at = o[k].placed_at,
                .id = o[k].id,
                .what = o[k].kind == ORDER_SALE ? "sold" : "placed",
                .order_id = o[k].id,
                .order_number = o[k].number,
                .order_state = order_state_words[o[k].state],
                .place_id = o[k].place_id,
                .amount_minor = o[k].total_minor,
                .channel = catalog_channel_words[o[k].channel],
                .who_kind = -1,
            };
}

static const struct story_item *order_of(const struct list *orders, i64 id)
{
    const struct story_item *o = orders->at;

    for (size_t k = 0; k < orders->n; k++)
        if (o[k].id == id) return &o[k];
    return NULL;
}

static enum err ask_order(struct ctx *c, i64 customer_id, i64 id, struct list *orders)
{
    struct story_item o = { .kind = STORY_ORDER, .id = id };
    i64 state, channel;
    const enum err e =
        db_one(c, &Q[ORDER], INTO(&o.order_number, &state, &o.place_id, &channel),
               customer_id, id);

    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    place_words(&o, state, channel);
    *(struct story_item *)list_add(c->mem, orders, sizeof(o)) = o;
    return ERR_OK;
}

/* Of the page's items only: each costs a microsecond. */
static void open_texts(struct ctx *c, struct list *items)
{
    struct story_item *s = items->at;

    for (size_t k = 0; k < items->n; k++)
        if (s[k].kind == STORY_KEY || s[k].kind == STORY_MESSAGE)
            s[k].text = contact_open(c->mem, s[k].text);
}

/* What happened to an order says which, how it is now and where. */
static enum err tell_orders(struct ctx *c, i64 customer_id, struct list *orders,
                            struct list *items)
{
    struct story_item *s = items->at;

    for (size_t k = 0; k < items->n; k++) {
        const struct story_item *o;

        if (s[k].kind == STORY_ORDER || s[k].order_id == NONE) continue;
        if (!order_of(orders, s[k].order_id))
            TRY(ask_order(c, customer_id, s[k].order_id, orders));
        if (!(o = order_of(orders, s[k].order_id))) continue;
        s[k].order_number = o->order_number;
        s[k].order_state = o->order_state;
        s[k].place_id = o->place_id;
        if (s[k].kind != STORY_NOTE) s[k].channel = o->channel;
    }
    return ERR_OK;
}

static int newest_first(const void *a, const void *b)
{
    const struct story_item *x = a, *y = b;

    if (x->at != y->at) return x->at < y->at ? 1 : -1;
    if (x->id != y->id) return x->id < y->id ? 1 : -1;
    return y->kind - x->kind;
}

static enum err wanted(struct ctx *c, const struct list *words, bool *ret)
{
    const char *const *w = words->at;

    for (int k = 0; k < STORY_KINDS; k++) ret[k] = !words->n;
    for (size_t n = 0; n < words->n; n++) {
        int k = 0;
        while (k < STORY_KINDS && strcmp(insight_story_words[k], w[n])) k++;
        if (k == STORY_KINDS)
            return FAIL_FIELD(c, BAD_ARGUMENT, "kind", "no kind is called \"%s\"",
                              w[n]);
        ret[k] = true;
    }
    return ERR_OK;
}

/* The few people of one page, each asked once. */
static enum err name_them(struct ctx *c, struct list *items)
{
    struct story_item *s = items->at;

    for (size_t k = 0; k < items->n; k++) {
        size_t same = 0;

        if (s[k].who_kind != WHO_STAFF && s[k].who_kind != WHO_KEY) continue;
        while (same < k &&
               (s[same].who_kind != s[k].who_kind || s[same].who_id != s[k].who_id))
            same++;
        if (same < k) {
            s[k].who_name = s[same].who_name;
            continue;
        }
        const enum err e =
            db_one(c, &Q[NAME], INTO(&s[k].who_name), s[k].who_kind, s[k].who_id);
        if (e && e != ERR_NOT_FOUND) return e;
        if (e) s[k].who_name = NULL;
    }
    return ERR_OK;
}

static enum err read_open(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct story_open o = { 0 };
    i64 kind, state;
    ROWS r;

    TRY(db_rows(c, &r, &Q[OPEN], customer_id, OPEN_MAX));
    while (db_next(&r, INTO(&o.id, &o.place_id, &o.total_minor, &o.paid_minor,
                            &o.placed_at, &o.promised_at, &o.number, &kind, &state))) {
        o.kind = order_kind_words[kind];
        o.state = order_state_words[state];
        *(struct story_open *)list_add(c->mem, ret, sizeof(o)) = o;
    }
    return r.err;
}

/* What a profile asks for: its orders are known. */
void insight_story_ahead(struct ctx *c, i64 customer_id)
{
    for (int kind = STORY_ORDER + 1; kind < STORY_KINDS && db_trips(c); kind++)
        (void)db_ahead(c, &Q[kind], customer_id, INT64_MAX, INT64_MAX, INT64_MAX,
                       FEW + 1);
}

enum err insight_story(struct ctx *c, i64 customer_id, const struct story_ask *a,
                       struct story *ret)
{
    struct customer k;

    TRY(customer_get(c, customer_id, &k)); /* the survivor of a merged one */
    TRY(insight_story_of(c, k.id, a, NULL, ret));
    return a->after ? ERR_OK : read_open(c, k.id, &ret->open);
}

static void cut(struct ctx *c, const struct walk *w, struct story *ret)
{
    struct story_item *s = ret->items.at;

    if (ret->items.n) qsort(s, ret->items.n, sizeof(*s), newest_first);
    if ((i64)ret->items.n <= w->limit) return;
    const struct story_item *last = &s[w->limit - 1];
    ret->items.n = (size_t)w->limit;
    ret->next = page_next(c->mem, (i64[]){ last->at, last->id, last->kind }, KEYS);
}

static void add_all(struct ctx *c, const struct list *from, struct list *to)
{
    const struct story_item *s = from->at;

    for (size_t k = 0; k < from->n; k++)
        *(struct story_item *)list_add(c->mem, to, sizeof(*s)) = s[k];
}

enum err insight_story_of(struct ctx *c, i64 customer_id, const struct story_ask *a,
                          const struct list *known, struct story *ret)
{
    struct walk w = { customer_id,
                      { INT64_MAX, INT64_MAX, INT64_MAX },
                      a->limit == NONE ? 50 : a->limit };
    struct list orders = { 0 };
    bool want[STORY_KINDS];

    *ret = (struct story){ 0 };
    TRY(wanted(c, &a->kind, want));
    if (a->after) TRY(page_after(c, a->after, w.keys, KEYS));
    if (known && want[STORY_ORDER])
        keep_known(c, known, &orders);
    else if (want[STORY_ORDER])
        TRY(read_kind(c, &w, STORY_ORDER, &orders));
    add_all(c, &orders, &ret->items);
    for (int kind = STORY_ORDER + 1; kind < STORY_KINDS; kind++)
        if (want[kind]) TRY(read_kind(c, &w, kind, &ret->items));
    cut(c, &w, ret);
    open_texts(c, &ret->items);
    TRY(tell_orders(c, customer_id, &orders, &ret->items));
    return name_them(c, &ret->items);
}
