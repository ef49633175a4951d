/* Segments as colleagues know them: made, changed, archived, read. */
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "insight/insight_own.h"
#include "insight/insight_segment_desk.h"
#include "staff/staff.h"

enum { GET, LIST, ALIVE_N, ADD, PUT, STATE, NOTE, VERSIONS, DAYS };

/* clang-format off */
#define COLUMNS "s.id, s.name, s.about, s.rule, s.state, s.n, s.filled_at, s.made_at, s.changed_at," \
                " s.changed_by, s.version, d.n FROM insight_segment s LEFT JOIN insight_segment_day d" \
                " ON d.segment_id = s.id AND d.day = "
const struct query insight_segment_sql[] = {
    [GET] = { "insight.segment", "SELECT " COLUMNS "$2 WHERE s.id = $1" },

    [LIST] = { "insight.segments", "SELECT " COLUMNS "$3 WHERE s.state BETWEEN $1 AND $2 ORDER BY s.name, s.id" },

    [ALIVE_N] = { "insight.segments_n", "SELECT COUNT(*) FROM insight_segment WHERE state IN (0, 1)" },

    [ADD] = { "insight.segment_add",
        "INSERT INTO insight_segment (id, name, about, rule, state, n, made_at, changed_at, changed_by, version)"
        " VALUES ($1, $2, $3, $4, 0, 0, $5, $5, $6, 1)" },

    [PUT] = { "insight.segment_put",
        "UPDATE insight_segment SET name = $2, about = $3, rule = $4, state = $5, changed_at = $6,"
        "       changed_by = $7, version = version + 1 WHERE id = $1 AND version = $8 AND state < 2" },

    [STATE] = { "insight.segment_state",
        "UPDATE insight_segment SET state = $2, filled_at = NULL, changed_at = $4, changed_by = $5,"
        "       version = version + 1 WHERE id = $1 AND CASE WHEN state = 2 THEN 1 ELSE 0 END = $3", .types = "iiiii" },

    [NOTE] = { "insight.segment_note",
        "INSERT INTO insight_segment_version (segment_id, version, name, about, rule, at, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },

    [VERSIONS] = { "insight.segment_versions",
        "SELECT version, name, about, rule, at, who_id FROM insight_segment_version"
        " WHERE segment_id = $1 ORDER BY version DESC LIMIT 200" },

    [DAYS] = { "insight.segment_days",
        "SELECT day, n, entered, gone FROM insight_segment_day"
        " WHERE segment_id = $1 AND day > $2 ORDER BY day" },
    QUERY_END
};
/* clang-format on */

#define Q insight_segment_sql

const char *const segment_state_words[] = { "filling", "live", "archived", NULL };

enum { WEEK = 7, RULE_TEXT = 32000 };

/* ---- Read -------------------------------------------------------------------------
 */

static bool next_segment(struct rows *r, struct segment *s)
{
    i64 state;

    if (!db_next(r, INTO(&s->id, &s->name, &s->about, &s->rule, &state, &s->n,
                         &s->filled_at, &s->made_at, &s->changed_at, &s->changed_by,
                         &s->version, &s->week_n)))
        return false;
    s->state = (int)state;
    return true;
}

static i64 week_ago(struct ctx *c)
{
    return trait_clock_of(c).today - WEEK;
}

enum err segment_get(struct ctx *c, i64 id, struct segment *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[GET], id, week_ago(c)));
    if (next_segment(&r, ret)) return ERR_OK;
    TRY(r.err);
    return FAIL(c, NOT_FOUND, "no segment %lld", id);
}

enum err segment_list(struct ctx *c, int state, struct list *ret)
{
    const int from = state < 0 ? SEGMENT_FILLING : state,
              to = state < 0 ? SEGMENT_LIVE : state;
    struct segment s;
    ROWS r;

    TRY(db_rows(c, &r, &Q[LIST], from, to, week_ago(c)));
    while (next_segment(&r, &s))
        *(struct segment *)list_add(c->mem, ret, sizeof(s)) = s;
    return r.err;
}

enum err segment_versions(struct ctx *c, i64 id, struct list *ret)
{
    struct segment_version v;
    ROWS r;

    TRY(db_rows(c, &r, &Q[VERSIONS], id));
    while (db_next(&r, INTO(&v.version, &v.name, &v.about, &v.rule, &v.at, &v.who_id)))
        *(struct segment_version *)list_add(c->mem, ret, sizeof(v)) = v;
    return r.err;
}

enum err segment_days(struct ctx *c, i64 id, i64 days, struct list *ret)
{
    struct segment_day d;
    ROWS r;

    TRY(db_rows(c, &r, &Q[DAYS], id, trait_clock_of(c).today - days));
    while (db_next(&r, INTO(&d.day, &d.n, &d.entered, &d.gone))) {
        d.date = time_iso_day(c->mem, d.day);
        *(struct segment_day *)list_add(c->mem, ret, sizeof(d)) = d;
    }
    return r.err;
}

/* ---- Change ------------------------------------------------------------------------
 */

/* The rule as it will be kept: whole, in one spelling. */
static enum err checked(struct ctx *c, const struct segment_edit *e, const char **ret)
{
    const struct segment_code *code;
    struct rule_world w;
    struct buf b = buf_new(c->mem, 1024, RULE_TEXT);

    if (!*e->name) FAIL_MORE(c, BAD_ARGUMENT, "name", "a segment has a name");
    TRY(rule_world_read(c, &w));
    TRY(segment_compile(c, e->rule, &w, c->mem, &code));
    shape_write(&b, &rule_shape, e->rule);
    if (b.full)
        return FAIL_FIELD(c, TOO_BIG, "rule", "the rule is over %d bytes", RULE_TEXT);
    *ret = b.at;
    return ERR_OK;
}

static i64 editor(const struct ctx *c)
{
    return c->who.kind == WHO_STAFF ? c->who.id : 0;
}

/* After a change: rules anew, everybody looked at. */
static enum err changed(struct ctx *c, const char *what, const struct segment *s)
{
    TRY(db_exec(c, &Q[NOTE], NULL, s->id, s->version, s->name, s->about, s->rule,
                c->now, editor(c)));
    TRY(segment_set_stale(c));
    if (s->state != SEGMENT_LIVE) TRY(segment_pass_ask(c, c->now));
    return staff_audit(c, what, s->id,
                       arena_printf(c->mem, "{\"version\":%lld}", s->version));
}

enum err segment_add(struct ctx *c, const struct segment_edit *e, struct segment *ret)
{
    const i64 id = id_new(c);
    const char *rule = "";
    i64 n;

    TRY(checked(c, e, &rule));
    TRY(db_one0(c, &Q[ALIVE_N], INTO(&n)));
    if (n >= SEGMENTS_MOST)
        return FAIL(c, TOO_BIG, "%lld segments are alive; archive some", n);
    TRY(db_exec(c, &Q[ADD], NULL, id, e->name, e->about ? e->about : "", rule, c->now,
                editor(c)));
    TRY(segment_get(c, id, ret));
    return changed(c, "insight.segment_add", ret);
}

enum err segment_put(struct ctx *c, i64 id, i64 version, const struct segment_edit *e,
                     struct segment *ret)
{
    const char *rule = "";
    i64 n;

    TRY(checked(c, e, &rule));
    TRY(segment_get(c, id, ret));
    if (ret->state == SEGMENT_ARCHIVED)
        return FAIL(c, WRONG_STATE, "segment %lld is archived", id);
    const bool same = !strcmp(rule, ret->rule);
    const i64 was = version == NONE ? ret->version : version;
    TRY(db_exec(c, &Q[PUT], &n, id, e->name, e->about ? e->about : "", rule,
                same ? ret->state : SEGMENT_FILLING, c->now, editor(c), was));
    if (!n)
        return FAIL(c, CHANGED, "segment %lld is at version %lld, not %lld", id,
                    ret->version, was);
    TRY(segment_get(c, id, ret));
    return changed(c, "insight.segment_put", ret);
}

enum err segment_archive(struct ctx *c, i64 id, bool back, struct segment *ret)
{
    i64 n;

    TRY(db_exec(c, &Q[STATE], &n, id, back ? SEGMENT_FILLING : SEGMENT_ARCHIVED, back,
                c->now, editor(c)));
    TRY(segment_get(c, id, ret));
    if (!n)
        return FAIL(c, WRONG_STATE, "segment %lld is %s", id,
                    segment_state_words[ret->state]);
    return changed(c, back ? "insight.segment_back" : "insight.segment_archive", ret);
}
