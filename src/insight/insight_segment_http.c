/* Segments and the meaning of traits over HTTP. */
#include <stdlib.h>

#include "insight/insight_own.h"
#include "insight/insight_segment_desk.h"
#include "staff/staff.h"

struct traits {
    struct list items;
};
struct trait_words {
    const char *name;
    int kind;
    bool turns;
    struct list words;
    const char *title_ru, *title_en, *how_ru, *how_en;
};
struct segments {
    struct list items;
};
struct segments_ask {
    int state;
};
struct days_ask {
    i64 days;
};
struct rule_ask {
    const struct rule *rule;
};
struct snapshot_new {
    const char *name;
};

/* clang-format off */
static const struct field words_fields[] = {
    F_TEXT(trait_words, name, 0, 0, "What a rule calls it."),
    F_ENUM(trait_words, kind, 0, trait_kind_words, "count, money (kopecks), percent, date, region, place, category, product, word, flag."),
    F_BOOL(trait_words, turns, 0, "Time alone changes it."),
    F_LIST_OF(trait_words, words, 0, FIELD_TEXT, 0, "Of a word: those it may be."),
    F_TEXT(trait_words, title_ru, 0, 0, "Its name in Russian,"),
    F_TEXT(trait_words, title_en, 0, 0, "in English."),
    F_TEXT(trait_words, how_ru, 0, 0, "How it is computed, in Russian,"),
    F_TEXT(trait_words, how_en, 0, 0, "in English."),
    FIELD_END
};
static const struct shape words_shape = SHAPE("TraitDefinition", trait_words, words_fields);
static const struct field traits_fields[] = { F_LIST(traits, items, 0, &words_shape, 0, "All there are."), FIELD_END };
static const struct shape traits_shape = SHAPE("TraitDefinitions", traits, traits_fields);

static const struct field segment_fields[] = {
    F_ID(segment, id, 0, "The segment."),
    F_TEXT(segment, name, 0, 0, "What people call it."),
    F_TEXT(segment, about, 0, 0, "What it is for."),
    F_JSON(segment, rule, 0, 0, "Its conditions: shape SegmentRule."),
    F_ENUM(segment, state, 0, segment_state_words, "filling: everybody is being looked at; live: right at every moment; archived."),
    F_INT(segment, n, 0, 0, 0, "Members."),
    F_INT(segment, week_n, OPT, 0, 0, "Members a week ago."),
    F_TIME(segment, filled_at, OPT, "When everybody was last looked at."),
    F_TIME(segment, made_at, 0, "When it was made."),
    F_TIME(segment, changed_at, 0, "When it was last changed."),
    F_ID(segment, changed_by, 0, "By whom; see /v1/staff/name."),
    F_INT(segment, version, 0, 0, 0, "The ETag."),
    FIELD_END
};
static const struct shape segment_shape = SHAPE("Segment", segment, segment_fields);
static const struct field segments_fields[] = { F_LIST(segments, items, 0, &segment_shape, 0, "By name."), FIELD_END };
static const struct shape segments_shape = SHAPE("Segments", segments, segments_fields);
static const struct field segments_ask_fields[] = {
    F_ENUM(segments_ask, state, OPT, segment_state_words, "Only such; filling and live when absent."),
    FIELD_END
};
static const struct shape segments_ask_shape = SHAPE("SegmentsAsk", segments_ask, segments_ask_fields);
static const struct field edit_fields[] = {
    F_TEXT(segment_edit, name, MUST, 200, "What people call it."),
    F_TEXT(segment_edit, about, OPT, 2000, "What it is for."),
    F_OBJECT(segment_edit, rule, MUST, &rule_shape, "Its conditions."),
    FIELD_END
};
static const struct shape edit_shape = SHAPE("SegmentEdit", segment_edit, edit_fields);

static const struct field version_fields[] = {
    F_INT(segment_version, version, 0, 0, 0, "Which."),
    F_TEXT(segment_version, name, 0, 0, "Its name then."),
    F_TEXT(segment_version, about, 0, 0, "What it was for."),
    F_JSON(segment_version, rule, 0, 0, "Its conditions then."),
    F_TIME(segment_version, at, 0, "Since when."),
    F_ID(segment_version, who_id, 0, "By whom; see /v1/staff/name."),
    FIELD_END
};
static const struct shape version_shape = SHAPE("SegmentVersion", segment_version, version_fields);
static const struct field versions_fields[] = { F_LIST(segments, items, 0, &version_shape, 0, "Newest first."), FIELD_END };
static const struct shape versions_shape = SHAPE("SegmentVersions", segments, versions_fields);

static const struct field day_fields[] = {
    F_TEXT(segment_day, date, 0, 0, "The chain's day."),
    F_INT(segment_day, n, 0, 0, 0, "Members at its end, or now."),
    F_INT(segment_day, entered, 0, 0, 0, "Who entered that day."),
    F_INT(segment_day, gone, 0, 0, 0, "Who left."),
    FIELD_END
};
static const struct shape day_shape = SHAPE("SegmentDay", segment_day, day_fields);
static const struct field days_fields[] = { F_LIST(segments, items, 0, &day_shape, 0, "Oldest first."), FIELD_END };
static const struct shape days_shape = SHAPE("SegmentDays", segments, days_fields);
static const struct field days_ask_fields[] = { F_INT(days_ask, days, OPT, 1, 730, "So many days; 90 when absent."), FIELD_END };
static const struct shape days_ask_shape = SHAPE("SegmentDaysAsk", days_ask, days_ask_fields);

static const struct field member_fields[] = {
    F_ID(segment_member, customer_id, 0, "Who."),
    F_TEXT(segment_member, name, OPT, 0, "His name."),
    F_TEXT(segment_member, phone, OPT, 0, "His phone."),
    F_TIME(segment_member, since_at, OPT, "Member since."),
    F_ID(segment_member, region_id, OPT, "His region."),
    F_INT(segment_member, orders, 0, 0, 0, "Orders."),
    F_INT(segment_member, spent_minor, 0, 0, 0, "Kopecks, less what came back."),
    F_TIME(segment_member, last_order_at, OPT, "His last order."),
    FIELD_END
};
static const struct shape member_shape = SHAPE("SegmentMember", segment_member, member_fields);
static const struct field members_fields[] = {
    F_LIST(member_page, items, 0, &member_shape, 0, "In order of id."),
    F_TEXT(member_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape members_shape = SHAPE("SegmentMembers", member_page, members_fields);
static const struct field member_ask_fields[] = {
    PAGE_FIELDS(member_ask),
    F_TEXT(member_ask, consent, OPT, 40, "For marketing: only those whose consent to it holds now, \"offers.email\"; pages may be shorter."),
    FIELD_END
};
static const struct shape member_ask_shape = SHAPE("SegmentMemberAsk", member_ask, member_ask_fields);

static const struct field rule_ask_fields[] = { F_OBJECT(rule_ask, rule, MUST, &rule_shape, "The conditions."), FIELD_END };
static const struct shape rule_ask_shape = SHAPE("SegmentRuleAsk", rule_ask, rule_ask_fields);
static const struct field preview_fields[] = {
    F_INT(segment_preview, n, 0, 0, 0, "About so many members."),
    F_INT(segment_preview, low, 0, 0, 0, "95 times of 100 not fewer than this,"),
    F_INT(segment_preview, high, 0, 0, 0, "not more than this."),
    F_BOOL(segment_preview, exact, 0, "Everybody was looked at: n is the number."),
    F_INT(segment_preview, people, 0, 0, 0, "Customers there are."),
    F_INT(segment_preview, looked, 0, 0, 0, "Of them looked at."),
    F_INT(segment_preview, found, 0, 0, 0, "Of those found."),
    F_LIST(segment_preview, sample, 0, &member_shape, 0, "Some of them; empty for who may not see customers."),
    FIELD_END
};
static const struct shape preview_shape = SHAPE("SegmentPreview", segment_preview, preview_fields);
static const struct field count_fields[] = {
    F_ID(segment_count, id, 0, "This count."),
    F_INT(segment_count, looked, 0, 0, 0, "Customers looked at so far."),
    F_INT(segment_count, people, 0, 0, 0, "Customers there are, about."),
    F_INT(segment_count, n, 0, 0, 0, "Of those looked at found."),
    F_TIME(segment_count, done_at, OPT, "When it was finished; absent: it goes on."),
    F_TIME(segment_count, at, 0, "When it was begun."),
    FIELD_END
};
static const struct shape count_shape = SHAPE("SegmentCount", segment_count, count_fields);

static const struct field shot_fields[] = {
    F_ID(segment_snapshot, id, 0, "The snapshot."),
    F_ID(segment_snapshot, segment_id, 0, "Of which segment."),
    F_TEXT(segment_snapshot, name, 0, 0, "What it is for."),
    F_INT(segment_snapshot, version, 0, 0, 0, "Of which version of it."),
    F_BOOL(segment_snapshot, done, 0, "It is whole."),
    F_INT(segment_snapshot, n, 0, 0, 0, "Members written down."),
    F_TIME(segment_snapshot, at, 0, "When it was asked for."),
    F_ID(segment_snapshot, who_id, 0, "By whom; see /v1/staff/name."),
    FIELD_END
};
static const struct shape shot_shape = SHAPE("SegmentSnapshot", segment_snapshot, shot_fields);
static const struct field shots_fields[] = { F_LIST(segments, items, 0, &shot_shape, 0, "Newest first."), FIELD_END };
static const struct shape shots_shape = SHAPE("SegmentSnapshots", segments, shots_fields);
static const struct field shot_new_fields[] = { F_TEXT(snapshot_new, name, MUST, 200, "What it is for."), FIELD_END };
static const struct shape shot_new_shape = SHAPE("SegmentSnapshotNew", snapshot_new, shot_new_fields);
/* clang-format on */

/* ---- Traits -------------------------------------------------------------------------
 */

static enum err traits_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct traits *all = NEW(c->mem, struct traits);

    (void)q;
    for (int k = 0; k < TRAITS; k++) {
        const struct trait_def *d = &trait_defs[k];
        struct trait_words *w = list_add(c->mem, &all->items, sizeof(*w));

        *w = (struct trait_words){ d->name, d->kind, d->turns,  { 0 },
                                   d->ru,   d->en,   d->how_ru, d->how_en };
        for (const char *const *v = d->words; v && *v; v++)
            *(const char **)list_add(c->mem, &w->words, sizeof(*v)) = *v;
    }
    return reply_with(r, 200, all);
}

/* ---- Segments
 * ------------------------------------------------------------------------- */

static enum err answer(struct ctx *c, struct reply *r, int status, struct segment *s)
{
    r->etag = arena_printf(c->mem, "%lld", s->version);
    r->private_ = true;
    return reply_with(r, status, s);
}

static i64 if_match(const struct request *q)
{
    char *end;

    if (!q->if_match) return NONE;
    const i64 version = strtoll(q->if_match, &end, 10);
    return *end || end == q->if_match || version <= 0 ? -1 : version;
}

static enum err list_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segments *all = NEW(c->mem, struct segments);

    TRY(segment_list(c, ((const struct segments_ask *)q->query)->state, &all->items));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err list_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment *s = NEW(c->mem, struct segment);

    TRY(segment_add(c, q->body, s));
    r->location = arena_printf(c->mem, "/v1/insight/segment/%lld", s->id);
    return answer(c, r, 201, s);
}

static enum err one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment *s = NEW(c->mem, struct segment);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(segment_get(c, id, s));
    return answer(c, r, 200, s);
}

static enum err one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment *s = NEW(c->mem, struct segment);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(segment_put(c, id, if_match(q), q->body, s));
    return answer(c, r, 200, s);
}

static enum err archive(struct ctx *c, const struct request *q, bool back,
                        struct reply *r)
{
    struct segment *s = NEW(c->mem, struct segment);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(segment_archive(c, id, back, s));
    return answer(c, r, 200, s);
}

static enum err archive_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return archive(c, q, false, r);
}

static enum err back_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return archive(c, q, true, r);
}

/* A list that hangs on a segment which must be there. */
static enum err of_segment(struct ctx *c, const struct request *q, i64 *ret_id)
{
    struct segment s;

    TRY(request_id_arg(c, q, 0, ret_id));
    return segment_get(c, *ret_id, &s);
}

static enum err versions_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segments *all = NEW(c->mem, struct segments);
    i64 id;

    TRY(of_segment(c, q, &id));
    TRY(segment_versions(c, id, &all->items));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err days_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const i64 days = ((const struct days_ask *)q->query)->days;
    struct segments *all = NEW(c->mem, struct segments);
    i64 id;

    TRY(of_segment(c, q, &id));
    TRY(segment_days(c, id, days == NONE ? 90 : days, &all->items));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err members_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct member_page *page = NEW(c->mem, struct member_page);
    i64 id;

    TRY(staff_may(c, RIGHT_CUSTOMER_READ, 0));
    TRY(of_segment(c, q, &id));
    TRY(segment_members(c, id, false, q->query, page));
    r->private_ = true;
    return reply_with(r, 200, page);
}

/* ---- What would be found
 * ------------------------------------------------------------------ */

static enum err preview_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment_preview *p = NEW(c->mem, struct segment_preview);
    const bool people = insight_may(c, RIGHT_CUSTOMER_READ, 0);

    TRY(segment_preview(c, ((const struct rule_ask *)q->body)->rule, people, p));
    r->private_ = true;
    return reply_with(r, 200, p);
}

static enum err count_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment_count *n = NEW(c->mem, struct segment_count);

    TRY(segment_count_add(c, ((const struct rule_ask *)q->body)->rule, n));
    r->location = arena_printf(c->mem, "/v1/insight/count/%lld", n->id);
    return reply_with(r, 201, n);
}

static enum err count_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment_count *n = NEW(c->mem, struct segment_count);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(segment_count_get(c, id, n));
    r->private_ = true;
    return reply_with(r, 200, n);
}

/* ---- Snapshots
 * -------------------------------------------------------------------------------- */

static enum err shots_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segments *all = NEW(c->mem, struct segments);
    i64 id;

    TRY(of_segment(c, q, &id));
    TRY(segment_snapshots(c, id, &all->items));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err shot_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment_snapshot *s = NEW(c->mem, struct segment_snapshot);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(segment_snapshot_add(c, id, ((const struct snapshot_new *)q->body)->name, s));
    r->location = arena_printf(c->mem, "/v1/insight/snapshot/%lld", s->id);
    return reply_with(r, 201, s);
}

static enum err shot_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct segment_snapshot *s = NEW(c->mem, struct segment_snapshot);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(segment_snapshot_get(c, id, s));
    r->private_ = true;
    return reply_with(r, 200, s);
}

static enum err shot_members_get(struct ctx *c, const struct request *q,
                                 struct reply *r)
{
    struct member_page *page = NEW(c->mem, struct member_page);
    struct segment_snapshot s;
    i64 id;

    TRY(staff_may(c, RIGHT_CUSTOMER_READ, 0));
    TRY(request_id_arg(c, q, 0, &id));
    TRY(segment_snapshot_get(c, id, &s));
    TRY(segment_members(c, id, true, q->query, page));
    r->private_ = true;
    return reply_with(r, 200, page);
}

/* clang-format off */
#define RULE_EXAMPLE "{\"kind\":\"all\",\"of\":[" \
    "{\"kind\":\"did\",\"did\":{\"what\":\"order\",\"days\":90},\"from\":2}," \
    "{\"kind\":\"trait\",\"trait\":\"spent\",\"from\":1000000}]}"
extern const struct route insight_segment_routes[];
const struct route insight_segment_routes[] = {
    { "GET", "/v1/insight/trait", traits_get, RIGHT_STAFF, READS, .out = &traits_shape,
      .doc = "What is known of each customer: the names, kinds and meaning of all traits." },
    { "GET", "/v1/insight/segment", list_get, RIGHT_SEGMENTS, READS, .query = &segments_ask_shape, .out = &segments_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Segments of customers and how many are in each." },
    { "POST", "/v1/insight/segment", list_post, RIGHT_SEGMENTS, WRITES, .in = &edit_shape, .out = &segment_shape,
      .doc = "Make a segment; it is filled at once and from then on right at every moment.",
      .example = "{\"name\":\"Покупают часто\",\"rule\":" RULE_EXAMPLE "}" },
    { "GET", "/v1/insight/segment/{id}", one_get, RIGHT_SEGMENTS, READS, .out = &segment_shape,
      .doc = "One of them, with its conditions." },
    { "PUT", "/v1/insight/segment/{id}", one_put, RIGHT_SEGMENTS, WRITES, .in = &edit_shape, .out = &segment_shape,
      .doc = "Change it (If-Match); with other conditions it is filled anew." },
    { "POST", "/v1/insight/segment/{id}/archive", archive_post, RIGHT_SEGMENTS, WRITES, .out = &segment_shape,
      .doc = "Put it away: everybody leaves it." },
    { "POST", "/v1/insight/segment/{id}/restore", back_post, RIGHT_SEGMENTS, WRITES, .out = &segment_shape,
      .doc = "Take it back and fill it anew." },
    { "GET", "/v1/insight/segment/{id}/version", versions_get, RIGHT_SEGMENTS, READS, .out = &versions_shape,
      .doc = "What it was before it was changed." },
    { "GET", "/v1/insight/segment/{id}/day", days_get, RIGHT_SEGMENTS, READS, .query = &days_ask_shape, .out = &days_shape,
      .doc = "How it grew and shrank, day by day." },
    { "GET", "/v1/insight/segment/{id}/member", members_get, RIGHT_SEGMENTS, READS_LONG, .query = &member_ask_shape, .out = &members_shape,
      .flags = ROUTE_EXPORT | ROUTE_PEOPLE | ROUTE_ANY_ORDER,
      .doc = "Who is in it; also needs customer_read (each page is audited)." },
    { "GET", "/v1/insight/segment/{id}/snapshot", shots_get, RIGHT_SEGMENTS, READS, .out = &shots_shape,
      .doc = "Lists of its members that were written down." },
    { "POST", "/v1/insight/segment/{id}/snapshot", shot_post, RIGHT_SEGMENTS, WRITES, .in = &shot_new_shape, .out = &shot_shape,
      .doc = "Write down who is in it now." },
    { "GET", "/v1/insight/snapshot/{id}", shot_get, RIGHT_SEGMENTS, READS, .out = &shot_shape,
      .doc = "One such list: how far it is." },
    { "GET", "/v1/insight/snapshot/{id}/member", shot_members_get, RIGHT_SEGMENTS, READS_LONG, .query = &member_ask_shape, .out = &members_shape,
      .flags = ROUTE_EXPORT | ROUTE_PEOPLE | ROUTE_ANY_ORDER,
      .doc = "Who was in it; also needs customer_read (each page is audited)." },
    { "POST", "/v1/insight/preview", preview_post, RIGHT_SEGMENTS, READS_LONG, .in = &rule_ask_shape, .out = &preview_shape,
      .doc = "About how many conditions find, and some of them: a sample of a large base, all of a small one.",
      .example = "{\"rule\":" RULE_EXAMPLE "}" },
    { "POST", "/v1/insight/count", count_post, RIGHT_SEGMENTS, WRITES, .in = &rule_ask_shape, .out = &count_shape,
      .doc = "Have them counted exactly.",
      .example = "{\"rule\":" RULE_EXAMPLE "}" },
    { "GET", "/v1/insight/count/{id}", count_get, RIGHT_SEGMENTS, READS, .out = &count_shape,
      .doc = "How far that is." },
    ROUTE_END
};
/* clang-format on */
