/* One person: merges and their undo, the review queue, rules, keys of many people. */
#include "base/person.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "customer/customer_pair.h"
#include "customer/customer_rehearse.h"
#include "customer/customer_resolve.h"
#include "event/event.h"
#include "job/job.h"
#include "staff/staff.h"

/* clang-format off */
static const struct field merge_fields[] = {
    F_ID(customer_merge, id, 0, "The merge."),
    F_ID(customer_merge, survivor_id, 0, "Who lived on."),
    F_ID(customer_merge, loser_id, 0, "Who became part of him; his id answers with the survivor."),
    F_TEXT(customer_merge, survivor_name, OPT, 0, "As the survivor calls himself."),
    F_TEXT(customer_merge, loser_name, OPT, 0, "As the other calls himself."),
    F_TIME(customer_merge, at, 0, "When."),
    F_ENUM(customer_merge, how, 0, merge_how_words, "hand: somebody said so; rule: keys that came together; review: somebody decided in the queue; score: likeness."),
    F_TEXT(customer_merge, why, 0, 0, "Somebody's words."),
    F_JSON(customer_merge, evidence, OPT, 0, "What spoke for it."),
    F_INT(customer_merge, score_ppm, OPT, 0, 0, "Probability, 1/1,000,000."),
    F_INT(customer_merge, rule, 0, 0, 0, "Version of the rules that held."),
    F_JSON(customer_merge, told, OPT, 0, "What was moved: a list of {what, n, later}."),
    F_ID(customer_merge, who_id, 0, "Who did it; 0: by itself."),
    F_TIME(customer_merge, undone_at, OPT, "When it was undone; absent: it holds."),
    F_TEXT(customer_merge, undone_why, OPT, 0, "Why."),
    F_JSON(customer_merge, undone_told, OPT, 0, "What went back; `later` of it is newer than the merge."),
    F_ID(customer_merge, undone_by, OPT, "By whom."),
    FIELD_END
};
const struct shape customer_merge_shape = SHAPE("Merge", customer_merge, merge_fields);

struct merge_page {
    struct list items;
    const char *next;
};
static const struct field merge_page_fields[] = {
    F_LIST(merge_page, items, 0, &customer_merge_shape, 0, "Newest first."),
    F_TEXT(merge_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape merge_page_shape = SHAPE("MergePage", merge_page, merge_page_fields);
static const struct field merge_ask_fields[] = { PAGE_FIELDS(page), FIELD_END };
static const struct shape merge_ask_shape = SHAPE("MergeAsk", page, merge_ask_fields);

struct merge_with {
    i64 with;
    const char *why;
};
static const struct field with_fields[] = {
    F_ID(merge_with, with, MUST, "The other record; it becomes part of this one."),
    F_TEXT(merge_with, why, OPT, 1000, "Why they are one."),
    FIELD_END
};
static const struct shape with_shape = SHAPE("MergeWith", merge_with, with_fields);
static const struct field why_fields[] = {
    F_TEXT(merge_with, why, OPT, 1000, "Why they are two."),
    FIELD_END
};
static const struct shape why_shape = SHAPE("MergeUndo", merge_with, why_fields);

static const struct field held_fields[] = {
    F_ENUM(customer_held, kind, 0, customer_kind_words, "What it is."),
    F_TEXT(customer_held, value, 0, 0, "Normalised."),
    F_TIME(customer_held, since, 0, "When it first came."),
    F_TIME(customer_held, confirmed_at, OPT, "When a code proved it."),
    F_ID(customer_held, born_id, OPT, "Which of his records brought it; absent: this one."),
    F_BOOL(customer_held, shared, 0, "He brings it, but it is another's."),
    F_ID(customer_held, owner_id, 0, "Whose a shared one is; 0 nobody's."),
    FIELD_END
};
static const struct shape held_shape = SHAPE("HeldKey", customer_held, held_fields);
static const struct field fact_fields[] = {
    F_ENUM(customer_fact, field, 0, fact_field_words, "Of what."),
    F_ID(customer_fact, from_id, 0, "Which record says so."),
    F_ENUM(customer_fact, because, 0, fact_because_words, "Why it is trusted: since: said after they became one; confirmed: a proved phone or e-mail; account: logs in; latest."),
    F_TEXT(customer_fact, value, 0, 0, "What it says; empty: unknown."),
    F_TIME(customer_fact, at, 0, "When it was said."),
    F_ENUM(customer_fact, by, 0, said_by_words, "Where: himself: on the site or in the app; till: in a shop; desk: to somebody of the chain; 1c, file: an import; events: identify of an app or site; system: another program by its key; before: not known."),
    FIELD_END
};
static const struct shape fact_shape = SHAPE("Fact", customer_fact, fact_fields);

struct identity {
    i64 id;
    struct list members, keys, facts, merges;
};
static const struct field identity_fields[] = {
    F_ID(identity, id, 0, "Who lives, also when a merged id was asked for."),
    F_LIST_OF(identity, members, 0, FIELD_ID, 0, "The records he is made of, himself first."),
    F_LIST(identity, keys, 0, &held_shape, 0, "By what he is known, and what he shares."),
    F_LIST(identity, facts, 0, &fact_shape, 0, "What each record says; of each field the shown one first."),
    F_LIST(identity, merges, 0, &customer_merge_shape, 0, "All merges that his records took part in, newest first."),
    FIELD_END
};
static const struct shape identity_shape = SHAPE("Identity", identity, identity_fields);

/* ---- The queue ---- */

struct pair_view {
    struct customer_pair p;
    struct customer *a, *b;
    struct list a_facts, b_facts;
};
#define P(member) .name = #member, .at = offsetof(struct pair_view, p.member)
static const struct field pair_fields[] = {
    F_OBJECT(pair_view, a, 0, &customer_shape, "One record."),
    F_OBJECT(pair_view, b, 0, &customer_shape, "The other."),
    F_LIST(pair_view, a_facts, 0, &fact_shape, 0, "What the one says, where and when."),
    F_LIST(pair_view, b_facts, 0, &fact_shape, 0, "What the other says."),
    { P(source), .kind = FIELD_ENUM, .words = pair_source_words, .doc = "like: they look alike; key: their keys came together; hand: somebody asked." },
    { P(kinds), .kind = FIELD_INT, .doc = "Keys they shared, a bit for each kind: phone 1, email 2, card 4." },
    { P(names), .kind = FIELD_ENUM, .words = names_like_words, .doc = "Their names beside each other." },
    { P(score_ppm), .kind = FIELD_INT, .doc = "Probability that they are one, 1/1,000,000; 0 not weighed." },
    { P(against), .kind = FIELD_TEXT, .doc = "What forbids it in spite of the score; empty: nothing." },
    { P(evidence), .kind = FIELD_JSON, .flags = OPT, .doc = "What speaks for and against." },
    { P(found_at), .kind = FIELD_TIME, .doc = "When it was found." },
    FIELD_END
};
static const struct shape pair_shape = SHAPE("IdentityPair", pair_view, pair_fields);
struct queue {
    struct list items;
    i64 open;
};
static const struct field queue_fields[] = {
    F_LIST(queue, items, 0, &pair_shape, 0, "The likeliest first."),
    F_INT(queue, open, 0, 0, 0, "How many wait."),
    FIELD_END
};
static const struct shape queue_shape = SHAPE("IdentityQueue", queue, queue_fields);
struct queue_ask {
    i64 limit;
};
static const struct field queue_ask_fields[] = {
    F_INT(queue_ask, limit, OPT, 1, 50, "So many; 10 when absent."),
    FIELD_END
};
static const struct shape queue_ask_shape = SHAPE("IdentityQueueAsk", queue_ask, queue_ask_fields);

static const char *const say_words[] = { "open", "same", "different", "later", NULL };
struct verdict {
    int is;
    const char *note;
    i64 merge_id;
};
static const struct field verdict_fields[] = {
    F_ENUM(verdict, is, MUST, say_words, "same: they become one; different: they are two for good; later: ask again tomorrow; open: as if nothing had been said."),
    F_TEXT(verdict, note, OPT, 1000, "Why."),
    FIELD_END
};
static const struct shape verdict_shape = SHAPE("IdentityVerdict", verdict, verdict_fields);
static const struct field decided_fields[] = {
    F_ENUM(verdict, is, 0, say_words, "What was said."),
    F_ID(verdict, merge_id, OPT, "The merge that came of it: it can be undone."),
    FIELD_END
};
static const struct shape decided_shape = SHAPE("IdentityDecided", verdict, decided_fields);

/* ---- Keys of apps, messengers and other systems ---- */

struct key_said {
    int kind;
    const char *value;
};
static const struct field key_said_fields[] = {
    F_ENUM(key_said, kind, MUST, customer_kind_words, "device, messenger, cookie or user; the others follow from his contacts and receipts."),
    F_TEXT(key_said, value, MUST, 254, "Any spelling: \"tg:@anna\", an app's number of its telephone, another system's number of him."),
    FIELD_END
};
static const struct shape key_said_shape = SHAPE("KeySaid", key_said, key_said_fields);
static const struct field keys_held_fields[] = {
    F_LIST(merge_page, items, 0, &held_shape, 0, "By what he is known, and what he shares."),
    FIELD_END
};
static const struct shape keys_held_shape = SHAPE("HeldKeys", merge_page, keys_held_fields);

/* ---- Blocked keys, rules ---- */

static const struct field block_fields[] = {
    F_ENUM(customer_block, kind, 0, customer_kind_words, "What it is."),
    F_TEXT(customer_block, value, 0, 0, "Normalised."),
    F_ENUM(customer_block, why, 0, block_why_words, "office: somebody said so; shop: a shop's own telephone; many: too many people brought it; released: it may belong to somebody again."),
    F_INT(customer_block, people, 0, 0, 0, "How many had brought it."),
    F_ID(customer_block, owner_id, 0, "Whose it was; 0 nobody's."),
    F_TEXT(customer_block, note, 0, 0, "Somebody's words."),
    F_TIME(customer_block, at, 0, "When."),
    F_ID(customer_block, who_id, 0, "By whom; 0: by itself."),
    FIELD_END
};
static const struct shape block_shape = SHAPE("BlockedKey", customer_block, block_fields);
static const struct field blocks_fields[] = {
    F_LIST(merge_page, items, 0, &block_shape, 0, "Newest first."),
    FIELD_END
};
static const struct shape blocks_shape = SHAPE("BlockedKeys", merge_page, blocks_fields);
struct block_ask {
    int kind;
    const char *value, *note;
};
static const struct field block_ask_fields[] = {
    F_ENUM(block_ask, kind, MUST, customer_kind_words, "What it is."),
    F_TEXT(block_ask, value, MUST, 254, "Any spelling."),
    F_TEXT(block_ask, note, OPT, 1000, "Why."),
    FIELD_END
};
static const struct shape block_ask_shape = SHAPE("KeyBlock", block_ask, block_ask_fields);

static const struct field rules_fields[] = {
    F_LIST(merge_page, items, 0, &customer_rule_shape, 0, "Newest first, the built-in last."),
    FIELD_END
};
static const struct shape rules_shape = SHAPE("IdentityRules", merge_page, rules_fields);
struct begun {
    i64 job_id;
};
static const struct field begun_fields[] = {
    F_ID(begun, job_id, 0, "The job; its progress at /v1/job/{id}."),
    FIELD_END
};
static const struct shape begun_shape = SHAPE("IdentityJob", begun, begun_fields);
/* clang-format on */

static const char *words(const char *s)
{
    return s ? s : "";
}

/* ---- Merge and undo ----------------------------------------------------------- */

static enum err show_merge(struct ctx *c, struct reply *r, i64 merge_id)
{
    struct customer_merge *m = NEW(c->mem, struct customer_merge);

    TRY(customer_merge_get(c, merge_id, m));
    r->private_ = true;
    return reply_with(r, 200, m);
}

static enum err identity_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct identity *i = NEW(c->mem, struct identity);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(customer_living(c, id, &i->id));
    TRY(customer_members(c, i->id, &i->members));
    TRY(customer_held_keys(c, i->id, &i->keys));
    TRY(customer_facts(c, i->id, &i->facts));
    TRY(customer_merges_of(c, i->id, &i->merges));
    TRY(staff_audit_read(c, "customer.identity", i->id));
    r->private_ = true;
    return reply_with(r, 200, i);
}

static enum err merge_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct merge_with *body = q->body;
    i64 id, merge_id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(customer_merge(c,
                       &(struct customer_merge_new){ .into = id,
                                                     .from = body->with,
                                                     .how = MERGE_BY_HAND,
                                                     .why = body->why,
                                                     .score_ppm = NONE },
                       &merge_id));
    return show_merge(c, r, merge_id);
}

static enum err undo_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 merge_id;

    TRY(request_id_arg(c, q, 0, &merge_id));
    TRY(customer_part(c, merge_id, ((const struct merge_with *)q->body)->why));
    return show_merge(c, r, merge_id);
}

static enum err merges_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct merge_page *p = NEW(c->mem, struct merge_page);
    const struct page *ask = q->query;
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;
    i64 before = NONE;

    if (ask->after) TRY(page_after(c, ask->after, &before, 1));
    TRY(customer_merges(c, before, limit + 1, &p->items));
    const struct customer_merge *m = p->items.at;
    if ((i64)p->items.n > limit) {
        p->items.n = (size_t)limit;
        p->next = page_next(c->mem, &m[limit - 1].id, 1);
    }
    r->private_ = true;
    return reply_with(r, 200, p);
}

/* ---- Queue ----------------------------------------------------------------------- */

static enum err view_of(struct ctx *c, const struct customer_pair *p,
                        struct pair_view *ret)
{
    *ret = (struct pair_view){ .p = *p,
                               .a = NEW(c->mem, struct customer),
                               .b = NEW(c->mem, struct customer) };
    TRY(customer_get(c, p->a_id, ret->a));
    TRY(customer_get(c, p->b_id, ret->b));
    TRY(customer_facts(c, p->a_id, &ret->a_facts));
    TRY(customer_facts(c, p->b_id, &ret->b_facts));
    TRY(staff_audit_read(c, "customer.pair", p->a_id));
    return staff_audit_read(c, "customer.pair", p->b_id);
}

static enum err queue_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct queue_ask *ask = q->query;
    struct queue *all = NEW(c->mem, struct queue);
    struct list pairs;

    TRY(customer_pairs(c, ask->limit == NONE ? 10 : ask->limit, &pairs));
    for (size_t k = 0; k < pairs.n; k++)
        TRY(view_of(c, &((struct customer_pair *)pairs.at)[k],
                    list_add(c->mem, &all->items, sizeof(struct pair_view))));
    TRY(customer_pairs_count(c, &all->open));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err verdict_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct verdict *body = q->body;
    struct verdict *is = NEW(c->mem, struct verdict);
    i64 a, b;

    TRY(request_id_arg(c, q, 0, &a));
    TRY(request_id_arg(c, q, 1, &b));
    *is = *body;
    TRY(customer_pair_decide(c, a, b, body->is, body->note, &is->merge_id));
    return reply_with(r, 200, is);
}

/* ---- Keys that are nobody's
 * ----------------------------------------------------------- */

static enum err blocks_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct merge_page *p = NEW(c->mem, struct merge_page);

    (void)q;
    TRY(customer_blocks(c, &p->items));
    r->private_ = true;
    return reply_with(r, 200, p);
}

static enum err block_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct block_ask *b = q->body;

    TRY(customer_block_add(c, b->kind, b->value, BLOCK_OFFICE, words(b->note)));
    TRY(staff_audit(c, "customer.key_block", 0, NULL));
    return reply_empty(r);
}

static enum err release_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct block_ask *b = q->body;

    TRY(customer_block_release(c, b->kind, b->value, words(b->note)));
    TRY(staff_audit(c, "customer.key_release", 0, NULL));
    return reply_empty(r);
}

/* ---- Keys of apps, messengers, other systems
 * ------------------------------------------ */

static enum err key_read(struct ctx *c, const struct request *q, i64 *ret_id)
{
    const struct key_said *said = q->body;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(customer_living(c, id, ret_id));
    switch (said->kind) {
    case KEY_DEVICE:
    case KEY_MESSENGER:
    case KEY_COOKIE:
    case KEY_USER:
        break;
    default:
        return FAIL_FIELD(c, BAD_ARGUMENT, "kind",
                          "a %s is not given and taken like this",
                          customer_kind_words[said->kind]);
    }
    if (customer_key_norm(c->mem, said->kind, said->value)) return ERR_OK;
    return FAIL_FIELD(c, BAD_ARGUMENT, "value", "\"%s\" is no %s", said->value,
                      customer_kind_words[said->kind]);
}

static enum err keys_answer(struct ctx *c, struct reply *r, i64 id)
{
    struct merge_page *p = NEW(c->mem, struct merge_page);

    TRY(event_emit(c, "customer.changed", id, NULL));
    TRY(customer_held_keys(c, id, &p->items));
    r->private_ = true;
    return reply_with(r, 200, p);
}

static enum err key_add_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct key_said *said = q->body;
    bool his;
    i64 id = 0;

    TRY(key_read(c, q, &id));
    TRY(customer_key_bring(c, id, said->kind, said->value, &his));
    TRY(staff_audit(c, "customer.key_add", id, NULL));
    return keys_answer(c, r, id);
}

static enum err key_drop_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct key_said *said = q->body;
    i64 id = 0;

    TRY(key_read(c, q, &id));
    TRY(customer_key_leave(c, id, said->kind, said->value));
    TRY(staff_audit(c, "customer.key_drop", id, NULL));
    return keys_answer(c, r, id);
}

/* ---- Rules
 * --------------------------------------------------------------------------- */

static enum err rules_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct merge_page *p = NEW(c->mem, struct merge_page);

    (void)q;
    TRY(customer_rules(c, &p->items));
    r->private_ = true;
    return reply_with(r, 200, p);
}

static enum err rule_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_rule *rule = NEW(c->mem, struct customer_rule);
    i64 version;

    TRY(customer_rule_add(c, q->body, &version));
    TRY(customer_rule_get(c, version, rule));
    return reply_with(r, 201, rule);
}

static enum err begin_job(struct ctx *c, struct reply *r, const char *kind, i64 version)
{
    struct begun *b = NEW(c->mem, struct begun);
    struct customer_rule rule;

    TRY(customer_rule_get(c, version, &rule));
    TRY(job_add(c, kind, arena_printf(c->mem, "{\"version\":\"%lld\"}", version),
                c->now, arena_printf(c->mem, "%lld", version), &b->job_id));
    return reply_with(r, 200, b);
}

static enum err rehearse_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 version;

    TRY(request_id_arg(c, q, 0, &version));
    return begin_job(c, r, "customer.rehearse", version);
}

static enum err on_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 version;

    TRY(request_id_arg(c, q, 0, &version));
    TRY(customer_rule_on(c, version));
    return begin_job(c, r, "customer.apply", version);
}

static enum err compare_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct begun *b = NEW(c->mem, struct begun);

    (void)q;
    TRY(customer_compare_ask(c, &b->job_id));
    TRY(staff_audit(c, "customer.compare", b->job_id, NULL));
    return reply_with(r, 200, b);
}

/* clang-format off */
extern const struct route customer_identity_routes[];
const struct route customer_identity_routes[] = {
    { "GET", "/v1/customer/{id}/identity", identity_get, RIGHT_CUSTOMER_READ, READS, .out = &identity_shape,
      .doc = "Of which records a person is made, by which keys he is known, and every merge with its undo.  Audited." },
    { "POST", "/v1/customer/{id}/merge", merge_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &with_shape, .out = &customer_merge_shape,
      .doc = "Make another record part of this one.  Everything of his follows; it can be undone at any time." },
    { "GET", "/v1/customer/merge", merges_get, RIGHT_CUSTOMER_READ, READS, .query = &merge_ask_shape, .out = &merge_page_shape,
      .doc = "Every merge, newest first." },
    { "POST", "/v1/customer/merge/{merge}/undo", undo_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &why_shape, .out = &customer_merge_shape,
      .doc = "Part them again, also after later changes: what came since belongs to whose key it came by, else to the survivor.  They are not merged by a rule again." },
    { "GET", "/v1/customer/pair", queue_get, RIGHT_CUSTOMER_WRITE, READS, .query = &queue_ask_shape, .out = &queue_shape,
      .doc = "Records that may be one person and wait for somebody to look.  Audited." },
    { "POST", "/v1/customer/pair/{a}/{b}", verdict_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &verdict_shape, .out = &decided_shape,
      .doc = "Say whether two records are one person."  },
    { "POST", "/v1/customer/compare", compare_post, RIGHT_SETTINGS, WRITES, .out = &begun_shape,
      .doc = "Compare the whole base with itself now: sure doubles merge, the rest waits for somebody to look." },
    { "GET", "/v1/customer/key-block", blocks_get, RIGHT_CUSTOMER_READ, READS, .out = &blocks_shape,
      .doc = "Keys that are nobody's: shops' telephones, junk, what too many people brought." },
    { "POST", "/v1/customer/key-block", block_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &block_ask_shape,
      .doc = "Let a key be nobody's.", .example = "{\"kind\":\"phone\",\"value\":\"+7 495 000-11-22\",\"note\":\"колл-центр\"}" },
    { "POST", "/v1/customer/key-release", release_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &block_ask_shape,
      .doc = "Let a key belong to somebody again: to who had it last." },
    { "POST", "/v1/customer/{id}/key", key_add_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &key_said_shape, .out = &keys_held_shape,
      .doc = "He is known by this device, messenger, browser or other system too; another's stays his and is counted as shared.",
      .example = "{\"kind\":\"messenger\",\"value\":\"telegram:@anna\"}" },
    { "POST", "/v1/customer/{id}/key-drop", key_drop_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &key_said_shape, .out = &keys_held_shape,
      .doc = "He is not known by this any more." },
    { "GET", "/v1/customer/rule", rules_get, RIGHT_CUSTOMER_READ, READS, .out = &rules_shape,
      .doc = "The rules by which records become one, all versions." },
    { "POST", "/v1/customer/rule", rule_post, RIGHT_SETTINGS, WRITES, .in = &customer_rule_shape, .out = &customer_rule_shape,
      .doc = "Write down a new version of the rules.  It does not hold before it was rehearsed and switched on." },
    { "POST", "/v1/customer/rule/{version}/rehearse", rehearse_post, RIGHT_SETTINGS, WRITES, .out = &begun_shape,
      .doc = "Try rules over the whole base: who would become one, who would be parted, what would move." },
    { "POST", "/v1/customer/rule/{version}/on", on_post, RIGHT_SETTINGS, WRITES, .out = &begun_shape,
      .doc = "Let rehearsed rules hold, and apply them to the whole base." },
    ROUTE_END
};
/* clang-format on */
