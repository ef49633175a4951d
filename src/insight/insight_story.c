/* One person's story over all channels, newest first.
 *
 * Each kind is one indexed read of at most a page; the pages are merged here.  The
 * cursor is (when, id, kind), which every kind's statement compares with its own,
 * so that nothing is told twice or left out when many things happen at once. */
#include <stdlib.h>
#include <string.h>

#include "base/contact.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "insight/insight_own.h"
#include "message/message.h"
#include "order/order.h"

enum { OPEN = STORY_KINDS, NAME };

/* clang-format off */
#define AFTER(at, id, kind) " (" at ", " id ", " kind ") < ($2, $3, $4)" \
                            " ORDER BY " at " DESC, " id " DESC LIMIT $5"
#define ORDERED "o.number, o.state, o.place_id"
const struct query insight_story_sql[] = {
    [STORY_ORDER] = { "insight.story_orders",
        "SELECT o.placed_at, o.id, CASE WHEN o.kind = 3 THEN 'sold' ELSE 'placed' END, NULL, NULL,"
        "       o.id, " ORDERED ", o.total_minor, o.channel, NULL, NULL"
        "  FROM pub_order_order o WHERE o.customer_id = $1 AND" AFTER("o.placed_at", "o.id", "0"),
        .types = "iiiii" },

    [STORY_STATUS] = { "insight.story_history",
        "SELECT h.at, h.id, h.what, h.why, NULL, h.order_id, " ORDERED ", NULL, o.channel,"
        "       h.who_kind, h.who_id"
        "  FROM pub_order_history h"
        "  JOIN pub_order_order o ON o.customer_id = h.customer_id AND o.id = h.order_id"
        " WHERE h.customer_id = $1 AND h.what NOT IN ('placed', 'sold', 'paid', 'refunded') AND"
        AFTER("h.at", "h.id", "1"), .types = "iiiii" },

    [STORY_PAYMENT] = { "insight.story_payments",
        "SELECT p.at, p.id, CASE WHEN p.kind = 2 THEN 'card' ELSE 'cash' END, NULL, NULL,"
        "       p.order_id, " ORDERED ", p.amount_minor, o.channel, NULL, NULL"
        "  FROM pub_order_payment p"
        "  JOIN pub_order_order o ON o.customer_id = p.customer_id AND o.id = p.order_id"
        " WHERE p.customer_id = $1 AND" AFTER("p.at", "p.id", "2"), .types = "iiiii" },

    [STORY_MESSAGE] = { "insight.story_messages",
        "SELECT m.created_at, m.id, m.template, m.error, m.address, NULL, NULL, m.state, NULL, NULL,"
        "       m.channel, NULL, NULL"
        "  FROM pub_message_outbox m WHERE m.customer_id = $1 AND"
        AFTER("m.created_at", "m.id", "3"), .types = "iiiii" },

    [STORY_VISIT] = { "insight.story_visits",
        "SELECT v.created_at, v.id, 'log_in', NULL, v.agent, NULL, NULL, NULL, NULL, NULL, NULL,"
        "       NULL, NULL"
        "  FROM pub_customer_visit v WHERE v.customer_id = $1 AND"
        AFTER("v.created_at", "v.id", "4"), .types = "iiiii" },

    [STORY_NOTE] = { "insight.story_notes",
        "SELECT n.at, n.id, 'note', NULL, n.text, CASE WHEN n.order_id = 0 THEN NULL ELSE n.order_id END,"
        "       o.number, o.state, o.place_id, NULL, NULL, n.who_kind, n.who_id"
        "  FROM pub_customer_note n"
        "  LEFT JOIN pub_order_order o ON o.customer_id = n.customer_id AND o.id = n.order_id"
        " WHERE n.customer_id = $1 AND" AFTER("n.at", "n.id", "5"), .types = "iiiii" },

    [STORY_KEY] = { "insight.story_keys",
        "SELECT k.at, k.id, CASE k.what WHEN 0 THEN 'key_added' WHEN 1 THEN 'key_removed'"
        "       ELSE 'key_confirmed' END, NULL, k.value, NULL, NULL, NULL, NULL, NULL, NULL,"
        "       k.who_kind, k.who_id"
        "  FROM pub_customer_key_log k WHERE k.customer_id = $1 AND"
        AFTER("k.at", "k.id", "6"), .types = "iiiii" },

    [OPEN] = { "insight.story_open",
        "SELECT id, place_id, total_minor, paid_minor, placed_at, promised_at, number, kind, state"
        "  FROM pub_order_order WHERE customer_id = $1 AND state < 4 ORDER BY id DESC LIMIT $2" },

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

static const char *const message_states[] = { "waiting", "sent", "failed" };

enum { OPEN_MAX = 50, KEYS = 3 };

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
        s->state = word(message_states, state);
        s->channel = word(message_channel_words, channel);
        return;
    }
    s->order_state = word(order_state_words, state);
    s->channel = word(catalog_channel_words, channel);
}

static enum err read_kind(struct ctx *c, const struct walk *w, int kind,
                          struct list *ret)
{
    struct story_item s = { .kind = kind };
    i64 state, channel, who_kind;
    ROWS r;

    TRY(db_rows(c, &r, &Q[kind], w->customer_id, w->keys[0], w->keys[1], w->keys[2],
                w->limit + 1));
    while (db_next(&r, INTO(&s.at, &s.id, &s.what, &s.why, &s.text, &s.order_id,
                            &s.order_number, &state, &s.place_id, &s.amount_minor,
                            &channel, &who_kind, &s.who_id))) {
        s.who_kind = who_kind == NONE ? -1 : (int)who_kind;
        place_words(&s, state, channel);
        if (kind == STORY_KEY || kind == STORY_MESSAGE)
            s.text = contact_open(c->mem, s.text);
        *(struct story_item *)list_add(c->mem, ret, sizeof(s)) = s;
    }
    return r.err;
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

/* All kinds, of a first page: what a profile shows. */
void insight_story_ahead(struct ctx *c, i64 customer_id, i64 limit)
{
    for (int kind = 0; kind < STORY_KINDS && db_trips(c); kind++)
        (void)db_ahead(c, &Q[kind], customer_id, INT64_MAX, INT64_MAX, INT64_MAX,
                       limit + 1);
    (void)db_ahead(c, &Q[OPEN], customer_id, OPEN_MAX);
}

enum err insight_story(struct ctx *c, i64 customer_id, const struct story_ask *a,
                       struct story *ret)
{
    struct customer k;

    TRY(customer_get(c, customer_id, &k));
    return insight_story_of(c, k.id, a, ret); /* the survivor of a merged one */
}

enum err insight_story_of(struct ctx *c, i64 customer_id, const struct story_ask *a,
                          struct story *ret)
{
    struct walk w = { customer_id,
                      { INT64_MAX, INT64_MAX, INT64_MAX },
                      a->limit == NONE ? 50 : a->limit };
    bool want[STORY_KINDS];

    *ret = (struct story){ 0 };
    TRY(wanted(c, &a->kind, want));
    if (a->after) TRY(page_after(c, a->after, w.keys, KEYS));
    for (int kind = 0; kind < STORY_KINDS; kind++)
        if (want[kind]) TRY(read_kind(c, &w, kind, &ret->items));
    struct story_item *s = ret->items.at;
    if (ret->items.n) qsort(s, ret->items.n, sizeof(*s), newest_first);
    if ((i64)ret->items.n > w.limit) {
        const struct story_item *last = &s[w.limit - 1];
        ret->items.n = (size_t)w.limit;
        ret->next = page_next(c->mem, (i64[]){ last->at, last->id, last->kind }, KEYS);
    }
    TRY(name_them(c, &ret->items));
    return a->after ? ERR_OK : read_open(c, customer_id, &ret->open);
}
