/* Facts are made here, of everybody between two ids: one of them after something was
 * heard of him, some thousand in a slice when all are made anew.  Each statement
 * walks its table in order of customer; the walks are joined as they go. */
#include <stdlib.h>
#include <string.h>

#include "insight/insight_trait.h"
#include "order/order.h"

enum {
    PEOPLE,
    KEYS,
    LINES,
    OWNED,
    CANCELS,
    RETURNS,
    TAGS,
    CONSENTS,
    VISITS,
    TASKS,
    ORDER_TASKS
};

/* clang-format off */
#define THESE(id) " WHERE " id " BETWEEN $1 AND $2"
const struct query insight_trait_read_sql[] = {
    [PEOPLE] = { "insight.facts_people",
        "SELECT id, region_id, birth_day, lang, created_at FROM pub_customer_trait" THESE("id") " ORDER BY id" },

    [KEYS] = { "insight.facts_keys",
        "SELECT customer_id, kind FROM pub_customer_key" THESE("customer_id") " ORDER BY customer_id, kind" },

    [LINES] = { "insight.facts_lines",
        "SELECT b.customer_id, b.order_id, b.state, b.channel, b.place_id, b.region_id, b.placed_at,"
        "       b.total_minor, b.returned_minor,"
        "       CASE WHEN b.unit_tracked = 1 AND NOT EXISTS (SELECT 1 FROM pub_order_serial s"
        "              WHERE s.order_id = b.order_id AND s.line_no = b.line_no) THEN 1 ELSE 0 END,"
        "       b.qty, b.kept_qty, b.price_minor, v.product_id, p.category_id"
        "  FROM pub_order_bought b"
        "  JOIN pub_catalog_variant v ON v.id = b.variant_id"
        "  JOIN pub_catalog_product p ON p.id = v.product_id"
        THESE("b.customer_id") " ORDER BY b.customer_id, b.order_id, b.line_no" },

    [OWNED] = { "insight.facts_owned",
        "SELECT d.customer_id, v.product_id, COALESCE(d.bought_at, d.since_at) FROM pub_owner_device d"
        "  JOIN pub_catalog_variant v ON v.id = d.variant_id"
        THESE("d.customer_id") " AND d.role = 1 ORDER BY d.customer_id, d.since_at, d.serial" },

    [CANCELS] = { "insight.facts_cancels",
        "SELECT customer_id, COUNT(*) FROM pub_order_order" THESE("customer_id") " AND state IN (5, 6)"
        " GROUP BY customer_id ORDER BY customer_id" },

    [RETURNS] = { "insight.facts_returns",
        "SELECT customer_id, at, goods_minor, place_id FROM pub_order_return" THESE("customer_id")
        " AND state = 0 ORDER BY customer_id, order_id, id" },

    [TAGS] = { "insight.facts_tags",
        "SELECT customer_id, tag FROM pub_customer_tag" THESE("customer_id")
        " AND order_id = 0 ORDER BY customer_id, tag" },

    /* The weightiest holds, of equals the withdrawal: so the last one read. */
    [CONSENTS] = { "insight.facts_consents",
        "SELECT customer_id, purpose, channel, given FROM pub_customer_consent" THESE("customer_id")
        " ORDER BY customer_id, purpose, channel, weight_at, given DESC" },

    [VISITS] = { "insight.facts_visits",
        "SELECT customer_id, MAX(created_at) FROM pub_customer_visit" THESE("customer_id")
        " GROUP BY customer_id ORDER BY customer_id" },

    [TASKS] = { "insight.facts_tasks",
        "SELECT subject_id, COUNT(*) FROM pub_task_about WHERE subject_kind = 'customer'"
        " AND subject_id BETWEEN $1 AND $2 GROUP BY subject_id ORDER BY subject_id" },

    [ORDER_TASKS] = { "insight.facts_order_tasks",
        "SELECT o.customer_id, COUNT(*) FROM pub_order_order o"
        "  JOIN pub_task_about t ON t.subject_kind = 'order' AND t.subject_id = o.id"
        THESE("o.customer_id") " GROUP BY o.customer_id ORDER BY o.customer_id" },
    QUERY_END
};
/* clang-format on */

#define Q insight_trait_read_sql

_Static_assert(ORDER_CANCELLED == 5 && ORDER_EXPIRED == 6, "what CANCELS says");

/* ---- People as they are being put together ----------------------------------------
 */

struct making {
    i64 id, last_order_id, order_region;
    struct facts_head h;
    struct list bought; /* struct bought, in order of order, not of time */
    u64 tags[FACTS_TAGS];
};

struct slice {
    struct ctx *c;
    i64 from, to;
    struct making *who;
    size_t n, at; /* at: of the walk that runs */
};

/* The person this row is of, or NULL: rows come in order, as people do. */
static struct making *find(struct slice *s, i64 id)
{
    while (s->at < s->n && s->who[s->at].id < id) s->at++;
    return s->at < s->n && s->who[s->at].id == id ? &s->who[s->at] : NULL;
}

static unsigned seconds(i64 at)
{
    return at == NONE || at <= 0 ? 0 : (unsigned)(at / SECOND_MS);
}

static enum err people(struct slice *s)
{
    struct list all = { 0 };
    struct making m = { 0 };
    i64 region_id, birth_day, created_at;
    const char *lang;
    ROWS r;

    TRY(db_rows(s->c, &r, &Q[PEOPLE], s->from, s->to));
    while (db_next(&r, INTO(&m.id, &region_id, &birth_day, &lang, &created_at))) {
        m.h = (struct facts_head){
            .format = FACTS_FORMAT,
            .region_id = region_id == NONE ? 0 : region_id,
            .birth_day = birth_day == NONE ? INT32_MIN : (int)birth_day,
            .created_s = seconds(created_at),
            .knows = strcmp(lang, "en") ? 0 : KNOWS_ENGLISH,
        };
        *(struct making *)list_add(s->c->mem, &all, sizeof(m)) = m;
    }
    s->who = all.at;
    s->n = all.n;
    return r.err;
}

static enum err keys(struct slice *s)
{
    i64 id, kind;
    ROWS r;

    s->at = 0;
    TRY(db_rows(s->c, &r, &Q[KEYS], s->from, s->to));
    while (db_next(&r, INTO(&id, &kind))) {
        struct making *m = find(s, id);
        if (m && kind < 3) m->h.knows |= (unsigned short)(KNOWS_PHONE << kind);
    }
    return r.err;
}

/* ---- Orders
 * --------------------------------------------------------------------------- */

struct line {
    i64 customer_id, order_id, state, channel, place_id, region_id, placed_at,
        total_minor, returned_minor, tracked, qty, kept_qty, price_minor, product_id,
        category_id;
};

static unsigned short small(i64 n)
{
    return (unsigned short)(n < 0 ? 0 : n > 0xFFFF ? 0xFFFF : n);
}

static void order_head(struct making *m, const struct line *l)
{
    const unsigned at = seconds(l->placed_at);

    m->h.orders++;
    m->h.spent_minor += l->total_minor;
    m->h.open_orders += l->state < ORDER_DONE;
    m->h.ready_orders += l->state == ORDER_READY;
    m->h.returned_minor += l->returned_minor;
    m->order_region = l->region_id;
    if (l->channel < 0 || l->channel >= FACTS_CHANNELS) return;
    unsigned *first = &m->h.first_s[l->channel], *last = &m->h.last_s[l->channel];
    if (!*first || at < *first) *first = at;
    if (at > *last) *last = at;
}

static void add_line(struct slice *s, const struct line *l)
{
    struct making *m = find(s, l->customer_id);

    if (!m || l->state == ORDER_CANCELLED || l->state == ORDER_EXPIRED) return;
    const bool first = m->last_order_id != l->order_id;
    if (first) order_head(m, l);
    m->last_order_id = l->order_id;
    struct bought *b = list_add(s->c->mem, &m->bought, sizeof(*b));
    *b = (struct bought){
        .place_id = l->place_id,
        .category_id = l->category_id == NONE ? 0 : l->category_id,
        .product_id = l->product_id == NONE ? 0 : l->product_id,
        .sum_minor = l->qty * l->price_minor,
        .at_s = seconds(l->placed_at),
        .qty = small(l->qty),
        .kept_qty = small(l->kept_qty),
        .channel = (unsigned char)l->channel,
        .flags = (unsigned char)((l->tracked ? BOUGHT_DEVICE : 0) |
                                 (first ? BOUGHT_FIRST : 0)),
    };
}

static enum err lines(struct slice *s)
{
    struct line l;
    ROWS r;

    s->at = 0;
    TRY(db_rows(s->c, &r, &Q[LINES], s->from, s->to));
    while (db_next(&r, INTO(&l.customer_id, &l.order_id, &l.state, &l.channel,
                            &l.place_id, &l.region_id, &l.placed_at, &l.total_minor,
                            &l.returned_minor, &l.tracked, &l.qty, &l.kept_qty,
                            &l.price_minor, &l.product_id, &l.category_id)))
        add_line(s, &l);
    return r.err;
}

/* Numbered pieces are whose they are now, not who bought them. */
static enum err owned(struct slice *s)
{
    i64 id, product_id, bought_at;
    ROWS r;

    s->at = 0;
    TRY(db_rows(s->c, &r, &Q[OWNED], s->from, s->to));
    while (db_next(&r, INTO(&id, &product_id, &bought_at))) {
        struct making *m = find(s, id);
        if (!m) continue;
        struct bought *b = list_add(s->c->mem, &m->bought, sizeof(*b));
        *b = (struct bought){ .product_id = product_id,
                              .at_s = seconds(bought_at),
                              .kept_qty = 1,
                              .channel = FACTS_CHANNELS,
                              .flags = BOUGHT_DEVICE | BOUGHT_OWNED };
    }
    return r.err;
}

static enum err returns(struct slice *s)
{
    i64 id, at, goods_minor, place_id;
    ROWS r;

    s->at = 0;
    TRY(db_rows(s->c, &r, &Q[RETURNS], s->from, s->to));
    while (db_next(&r, INTO(&id, &at, &goods_minor, &place_id))) {
        struct making *m = find(s, id);
        if (!m) continue;
        m->h.returns++;
        struct bought *b = list_add(s->c->mem, &m->bought, sizeof(*b));
        *b = (struct bought){ .place_id = place_id,
                              .sum_minor = goods_minor,
                              .at_s = seconds(at),
                              .channel = FACTS_CHANNELS,
                              .flags = BOUGHT_RETURN };
    }
    return r.err;
}

/* ---- What else is known
 * ------------------------------------------------------------------ */

static enum err tags(struct slice *s)
{
    const char *tag;
    i64 id;
    ROWS r;

    s->at = 0;
    TRY(db_rows(s->c, &r, &Q[TAGS], s->from, s->to));
    while (db_next(&r, INTO(&id, &tag))) {
        struct making *m = find(s, id);
        if (m && m->h.n_tags < FACTS_TAGS)
            m->tags[m->h.n_tags++] = trait_hash(tag, strlen(tag));
    }
    return r.err;
}

static enum err consents(struct slice *s)
{
    i64 id, purpose, channel, given;
    ROWS r;

    s->at = 0;
    TRY(db_rows(s->c, &r, &Q[CONSENTS], s->from, s->to));
    while (db_next(&r, INTO(&id, &purpose, &channel, &given))) {
        struct making *m = find(s, id);
        const i64 bit = purpose * 8 + channel;
        if (!m || bit < 0 || bit > 31) continue;
        m->h.consents = (m->h.consents & ~(1u << bit)) | (given ? 1u << bit : 0);
    }
    return r.err;
}

enum head_member { CANCELLED_N, LOGIN_S, TASKS_N };

/* (customer, a number) into one member of the head. */
static enum err numbers(struct slice *s, int query, enum head_member to)
{
    i64 id, n;
    ROWS r;

    s->at = 0;
    TRY(db_rows(s->c, &r, &Q[query], s->from, s->to));
    while (db_next(&r, INTO(&id, &n))) {
        struct making *m = find(s, id);
        if (!m) continue;
        if (to == CANCELLED_N) m->h.cancelled = (unsigned)n;
        if (to == LOGIN_S) m->h.login_s = seconds(n);
        if (to == TASKS_N) m->h.open_tasks += (unsigned)n;
    }
    return r.err;
}

/* ---- Into bytes
 * ---------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const u64 x = *(const u64 *)a, y = *(const u64 *)b;

    return x < y ? -1 : x > y;
}

/* Oldest first; what is of one moment stays as it was read. */
static void sort_bought(struct bought *b, size_t n)
{
    for (size_t k = 1; k < n; k++) {
        const struct bought one = b[k];
        size_t at = k;

        while (at && b[at - 1].at_s > one.at_s) at--;
        memmove(&b[at + 1], &b[at], (k - at) * sizeof(one));
        b[at] = one;
    }
}

static struct bytes pack(struct arena *mem, struct making *m)
{
    struct bought *b = m->bought.at;
    size_t n = m->bought.n;

    sort_bought(b, n);
    if (n > FACTS_BOUGHT) {
        b += n - FACTS_BOUGHT;
        n = FACTS_BOUGHT;
    }
    m->h.n_bought = (unsigned short)n;
    if (!m->h.region_id && m->order_region > 0) m->h.region_id = m->order_region;
    qsort(m->tags, m->h.n_tags, sizeof(u64), by_number);
    const size_t lines_bytes = n * sizeof(*b), tags_bytes = m->h.n_tags * sizeof(u64);
    const size_t all = sizeof(m->h) + lines_bytes + tags_bytes;
    char *at = arena_alloc(mem, all);

    memcpy(at, &m->h, sizeof(m->h));
    if (n) memcpy(at + sizeof(m->h), b, lines_bytes);
    memcpy(at + sizeof(m->h) + lines_bytes, m->tags, tags_bytes);
    return (struct bytes){ at, all };
}

bool trait_facts_of(struct bytes b, struct facts *ret)
{
    const struct facts_head *h = b.at;

    if (b.n < sizeof(*h) || h->format != FACTS_FORMAT) return false;
    if (b.n !=
        sizeof(*h) + h->n_bought * sizeof(struct bought) + h->n_tags * sizeof(u64))
        return false;
    ret->head = h;
    ret->bought = (const struct bought *)(h + 1);
    ret->tags = (const u64 *)(ret->bought + h->n_bought);
    return true;
}

enum err trait_facts_read(struct ctx *c, i64 from, i64 to, struct list *ret)
{
    struct slice s = { .c = c, .from = from, .to = to };

    TRY(people(&s));
    if (!s.n) return ERR_OK;
    TRY(keys(&s));
    TRY(lines(&s));
    TRY(owned(&s));
    TRY(numbers(&s, CANCELS, CANCELLED_N));
    TRY(returns(&s));
    TRY(tags(&s));
    TRY(consents(&s));
    TRY(numbers(&s, VISITS, LOGIN_S));
    TRY(numbers(&s, TASKS, TASKS_N));
    TRY(numbers(&s, ORDER_TASKS, TASKS_N));
    for (size_t k = 0; k < s.n; k++)
        *(struct facts_row *)list_add(c->mem, ret, sizeof(struct facts_row)) =
            (struct facts_row){ s.who[k].id, pack(c->mem, &s.who[k]) };
    return ERR_OK;
}
