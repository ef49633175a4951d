/* Rules as people write them, read into programs that run over one person. */
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "customer/customer_consent.h"
#include "insight/insight_segment.h"
#include "insight/insight_segment_code.h"

const char *const rule_kind_words[] = { "all",      "any", "none",    "trait", "did",
                                        "sequence", "tag", "consent", NULL };
const char *const rule_what_words[] = { "order", "return", "event", NULL };

/* clang-format off */
static const struct field did_fields[] = {
    F_ENUM(rule_did, what, MUST, rule_what_words, "order: ordered or bought; return: brought back; event: did on a screen."),
    F_TEXT(rule_did, event, OPT, 200, "Of an event: its name, \"Product Viewed\"."),
    F_LIST_OF(rule_did, category_ids, OPT, FIELD_ID, RULE_IDS, "Of these categories and those below them; absent: any."),
    F_LIST_OF(rule_did, place_ids, OPT, FIELD_ID, RULE_IDS, "At these places; absent: any."),
    F_ENUM(rule_did, channel, OPT, catalog_channel_words, "Of an order: by this channel."),
    F_INT(rule_did, days, OPT, 1, RULE_ORDER_DAYS, "Today and the days before, so many in all; absent: ever. Of events 190 at most."),
    FIELD_END
};
static const struct shape did_shape = SHAPE("SegmentDid", rule_did, did_fields);

static const struct field rule_fields[] = {
    F_ENUM(rule, kind, MUST, rule_kind_words, "all, any, none: groups; trait: see /v1/insight/trait; did: so often in so many days; sequence: did one thing and then did or did not another; tag; consent."),
    F_LIST(rule, of, OPT, &rule_shape, RULES_MOST, "Of a group: its conditions."),
    F_TEXT(rule, trait, OPT, 64, "Of a trait: its name."),
    F_INT(rule, from, OPT, INT64_MIN + 1, INT64_MAX, "Of a trait: at least (count, kopecks, per cent; days ago of a date). Of did: so many times at least; 1 when neither bound is given."),
    F_INT(rule, to, OPT, INT64_MIN + 1, INT64_MAX, "At most."),
    F_LIST_OF(rule, ids, OPT, FIELD_ID, RULE_IDS, "Of a trait that is a region, place, category or product: one of these."),
    F_LIST_OF(rule, words, OPT, FIELD_TEXT, RULE_IDS, "One of these words of a trait, one of these tags, one of these consents (\"offers.sms\")."),
    F_OBJECT(rule, did, OPT, &did_shape, "Of did and sequence: what."),
    F_OBJECT(rule, then, OPT, &did_shape, "Of a sequence: what came after the last `did`, or did not."),
    F_INT(rule, sum_from, OPT, 0, INT64_MAX, "Of did, orders and returns: kopecks of all such goods together, at least."),
    F_INT(rule, sum_to, OPT, 0, INT64_MAX, "At most."),
    F_INT(rule, within_days, OPT, 1, 365, "Of a sequence: so many times 24 hours after it."),
    F_BOOL(rule, happened, OPT, "Of a sequence: true: some `did` was followed by `then` in that time; false: the last `did` was not, and the time is over."),
    FIELD_END
};
const struct shape rule_shape = SHAPE("SegmentRule", rule, rule_fields);
/* clang-format on */

/* ---- Making -----------------------------------------------------------------------
 */

struct making {
    struct ctx *c;
    const struct rule_world *w;
    struct arena *mem;
    struct segment_code *s;
};

static const char *below(struct making *m, const char *path, const char *member)
{
    return arena_printf(m->c->mem, "%s.%s", path, member);
}

#define BAD(m, path, member, ...)                                                      \
    FAIL_MORE((m)->c, BAD_ARGUMENT, below(m, path, member), __VA_ARGS__)

static int by_id(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return x < y ? -1 : x > y;
}

static struct code_ids ids_of(struct making *m, const i64 *at, size_t n)
{
    i64 *own = NEW_N(m->mem, i64, n);

    if (n) memcpy(own, at, n * sizeof(*own));
    qsort(own, n, sizeof(*own), by_id);
    return (struct code_ids){ own, n };
}

/* These categories and all below them. */
static struct code_ids category_tree(struct making *m, const struct list *roots)
{
    const struct rule_world *w = m->w;
    struct list all = { 0 };
    const i64 *id;

    for (size_t k = 0; k < roots->n; k++)
        *(i64 *)list_add(m->c->mem, &all, sizeof(i64)) = ((const i64 *)roots->at)[k];
    for (size_t k = 0; k < all.n && all.n <= w->n_category + RULE_IDS; k++) {
        id = all.at;
        const i64 parent_id = id[k];
        for (size_t i = 0; i < w->n_category; i++)
            if (w->category[i].parent_id == parent_id)
                *(i64 *)list_add(m->c->mem, &all, sizeof(i64)) = w->category[i].id;
    }
    return ids_of(m, all.at, all.n);
}

static bool category_is(const struct rule_world *w, i64 id)
{
    for (size_t k = 0; k < w->n_category; k++)
        if (w->category[k].id == id) return true;
    return false;
}

static bool region_is(const struct rule_world *w, i64 id)
{
    for (size_t k = 0; k < w->n_region; k++)
        if (w->region[k].id == id) return true;
    return false;
}

static void check_ids(struct making *m, const struct list *ids, const char *path,
                      bool (*is)(const struct rule_world *, i64), const char *what)
{
    for (size_t k = 0; k < ids->n; k++) {
        const i64 id = ((const i64 *)ids->at)[k];
        if (!is(m->w, id))
            FAIL_MORE(m->c, NO_SUCH, arena_printf(m->c->mem, "%s[%zu]", path, k),
                      "no %s %lld", what, id);
    }
}

static struct code_did did_of(struct making *m, const struct rule_did *d,
                              const char *path)
{
    struct code_did to = { .what = d->what, .channel = d->channel };

    to.days = d->days == NONE ? 0 : d->days;
    if (d->what == WHAT_EVENT && (!d->event || !*d->event))
        BAD(m, path, "event", "which event is missing");
    if (d->what != WHAT_EVENT && d->event)
        BAD(m, path, "event", "only an event has a name");
    if (d->what == WHAT_EVENT && (d->place_ids.n || d->channel >= 0))
        BAD(m, path, d->place_ids.n ? "place_ids" : "channel",
            "an event has no place and no channel");
    if (d->what == WHAT_RETURN && (d->category_ids.n || d->channel >= 0))
        BAD(m, path, d->category_ids.n ? "category_ids" : "channel",
            "a return has no category and no channel");
    if (d->what == WHAT_EVENT && to.days > RULE_EVENT_DAYS)
        BAD(m, path, "days", "events are kept for %d days", RULE_EVENT_DAYS);
    check_ids(m, &d->category_ids, below(m, path, "category_ids"), category_is,
              "category");
    if (d->event) to.event = trait_hash(d->event, strlen(d->event));
    if (d->category_ids.n) to.category = category_tree(m, &d->category_ids);
    to.place = ids_of(m, d->place_ids.at, d->place_ids.n);
    return to;
}

/* ---- One condition after the other
 * ---------------------------------------------------- */

static void words_of(struct making *m, const struct rule *r, const char *const *known,
                     const char *path, struct code_node *n)
{
    const char *const *w = r->words.at;

    if (!r->words.n) BAD(m, path, "words", "no word is given");
    for (size_t k = 0; k < r->words.n; k++) {
        int i = 0;
        while (known[i] && strcmp(known[i], w[k])) i++;
        if (known[i])
            n->mask |= 1u << i;
        else
            FAIL_MORE(m->c, NO_SUCH, arena_printf(m->c->mem, "%s.words[%zu]", path, k),
                      "\"%s\" is none of its words", w[k]);
    }
}

static void bounds_of(struct making *m, const struct rule *r, const char *path)
{
    if (r->from != NONE && r->to != NONE && r->to < r->from)
        BAD(m, path, "to", "%lld is less than %lld", r->to, r->from);
}

static void trait_of(struct making *m, const struct rule *r, const char *path,
                     struct code_node *n)
{
    const int trait = r->trait ? trait_find(r->trait) : -1;

    if (trait < 0) {
        FAIL_MORE(m->c, NO_SUCH, below(m, path, "trait"), "no trait is called \"%s\"",
                  r->trait ? r->trait : "");
        return;
    }
    const struct trait_def *d = &trait_defs[trait];
    n->trait = trait;
    n->kind = d->kind;
    m->s->visits |= trait == TRAIT_IS_last_visit || trait == TRAIT_IS_digital;
    bounds_of(m, r, path);
    if (d->kind == TRAIT_WORD) words_of(m, r, d->words, path, n);
    if (d->kind >= TRAIT_REGION && d->kind <= TRAIT_PRODUCT) {
        if (!r->ids.n) BAD(m, path, "ids", "nothing is chosen");
        n->ids = d->kind == TRAIT_CATEGORY ? category_tree(m, &r->ids)
                                           : ids_of(m, r->ids.at, r->ids.n);
    }
    if (d->kind == TRAIT_REGION)
        check_ids(m, &r->ids, below(m, path, "ids"), region_is, "region");
    if (d->kind == TRAIT_CATEGORY)
        check_ids(m, &r->ids, below(m, path, "ids"), category_is, "category");
    if (d->kind < TRAIT_DATE && r->from == NONE && r->to == NONE)
        BAD(m, path, "from", "at least or at most how much is missing");
}

static void times_of(struct making *m, const struct rule *r, const char *path,
                     struct code_node *n)
{
    const bool sum = r->sum_from != NONE || r->sum_to != NONE;

    bounds_of(m, r, path);
    n->from = r->from != NONE ? r->from : r->to == NONE ? 1 : 0;
    n->to = r->to == NONE ? INT64_MAX : r->to;
    n->sum_from = r->sum_from;
    n->sum_to = r->sum_to;
    if (n->from < 0) BAD(m, path, "from", "%lld times", n->from);
    if (n->to < 0) BAD(m, path, "to", "%lld times", n->to);
    if (!r->did) {
        BAD(m, path, "did", "what was done is missing");
        return;
    }
    n->did = did_of(m, r->did, below(m, path, "did"));
    if (sum && r->did->what == WHAT_EVENT)
        BAD(m, path, "sum_from", "an event has no sum");
}

static void sequence_of(struct making *m, const struct rule *r, const char *path,
                        struct code_node *n)
{
    if (!r->did) BAD(m, path, "did", "what was done first is missing");
    if (!r->then) BAD(m, path, "then", "what came then is missing");
    if (r->within_days == NONE)
        BAD(m, path, "within_days", "within how many days is missing");
    if (!r->did || !r->then) return;
    n->did = did_of(m, r->did, below(m, path, "did"));
    n->then = did_of(m, r->then, below(m, path, "then"));
    if (n->then.days) BAD(m, path, "then.days", "`within_days` says when");
    n->within_s = r->within_days * (DAY_MS / SECOND_MS);
    n->happened = r->happened;
}

static void tags_of(struct making *m, const struct rule *r, const char *path,
                    struct code_node *n)
{
    const char *const *w = r->words.at;
    u64 *hash = NEW_N(m->mem, u64, r->words.n);

    if (!r->words.n) BAD(m, path, "words", "no tag is given");
    for (size_t k = 0; k < r->words.n; k++) hash[k] = trait_hash(w[k], strlen(w[k]));
    n->tags = hash;
    n->n_tags = r->words.n;
}

static void consents_of(struct making *m, const struct rule *r, const char *path,
                        struct code_node *n)
{
    const char *const *w = r->words.at;

    if (!r->words.n) BAD(m, path, "words", "no consent is given");
    for (size_t k = 0; k < r->words.n; k++) {
        unsigned bit = 0;
        for (int p = 0; consent_purpose_words[p] && p < 4; p++)
            for (int i = 0; consent_channel_words[i] && i < 8; i++)
                if (!strcmp(w[k],
                            arena_printf(m->c->mem, "%s.%s", consent_purpose_words[p],
                                         consent_channel_words[i])))
                    bit = 1u << (p * 8 + i);
        if (!bit)
            FAIL_MORE(m->c, NO_SUCH, arena_printf(m->c->mem, "%s.words[%zu]", path, k),
                      "no consent is called \"%s\"", w[k]);
        n->mask |= bit;
    }
}

static void rule_of(struct making *m, const struct rule *r, const char *path,
                    int depth);

static void group_of(struct making *m, const struct rule *r, const char *path,
                     int depth)
{
    const struct rule *of = r->of.at;

    if (!r->of.n) BAD(m, path, "of", "the group has no condition");
    if (depth == RULE_DEPTH) {
        BAD(m, path, "of", "groups stand %d deep at most", RULE_DEPTH);
        return;
    }
    for (size_t k = 0; k < r->of.n; k++)
        rule_of(m, &of[k], arena_printf(m->c->mem, "%s.of[%zu]", path, k), depth + 1);
}

static void rule_of(struct making *m, const struct rule *r, const char *path, int depth)
{
    const size_t at = m->s->n;

    if (at == RULES_MOST) {
        FAIL_MORE(m->c, TOO_BIG, path, "over %d conditions", RULES_MOST);
        return;
    }
    struct code_node *n = &m->s->node[m->s->n++];
    *n = (struct code_node){ .op = r->kind, .from = r->from, .to = r->to };
    if (r->kind > RULE_NONE && r->of.n)
        BAD(m, path, "of", "only a group has conditions");
    switch (r->kind) {
    case RULE_TRAIT:
        trait_of(m, r, path, n);
        break;
    case RULE_DID:
        times_of(m, r, path, n);
        break;
    case RULE_SEQUENCE:
        sequence_of(m, r, path, n);
        break;
    case RULE_TAG:
        tags_of(m, r, path, n);
        break;
    case RULE_CONSENT:
        consents_of(m, r, path, n);
        break;
    default:
        group_of(m, r, path, depth);
        break;
    }
    m->s->node[at].next = (unsigned)m->s->n;
}

enum err segment_compile(struct ctx *c, const struct rule *r,
                         const struct rule_world *w, struct arena *mem,
                         const struct segment_code **ret)
{
    struct making m = { .c = c, .w = w, .mem = mem };

    m.s = arena_alloc(mem, sizeof(*m.s) + RULES_MOST * sizeof(struct code_node));
    rule_of(&m, r, "rule", 0);
    if (c->fault.err) return c->fault.err;
    *ret = m.s;
    return ERR_OK;
}

/* ---- The world
 * ---------------------------------------------------------------------------- */

const struct query insight_segment_rule_sql[] = {
    { "insight.rule_categories",
      "SELECT id, parent_id FROM pub_catalog_category ORDER BY id",
      .scan = "the tree is read as a whole; some hundred rows" },
    QUERY_END
};

enum err rule_world_read(struct ctx *c, struct rule_world *ret)
{
    struct list categories = { 0 }, regions = { 0 };
    struct rule_category k;
    {
        ROWS r;
        TRY(db_rows0(c, &r, &insight_segment_rule_sql[0]));
        while (db_next(&r, INTO(&k.id, &k.parent_id)))
            *(struct rule_category *)list_add(c->mem, &categories, sizeof(k)) = k;
        TRY(r.err);
    }
    TRY(trait_regions(c, &regions));
    *ret = (struct rule_world){ categories.at, categories.n, regions.at, regions.n };
    return ERR_OK;
}
