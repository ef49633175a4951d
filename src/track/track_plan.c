/* track_plan.c -- the tracking plan: what may come, and whether what came fits it. */
#include <string.h>

#include "base/id.h"
#include "staff/staff.h"
#include "track/track_own.h"

enum { LIST, MEMBERS, GET, MEMBERS_OF, ADD, PUT, DELETE, CLEAR, ADD_MEMBER };

/* clang-format off */
#define COLUMNS "id, kind, name, doc, open, old, version, changed_at"
const struct query track_plan_sql[] = {
    [LIST] = { "track.list_plan",
        "SELECT " COLUMNS " FROM track_plan ORDER BY kind, name LIMIT $1", .scan = "a plan is read as a whole" },

    [MEMBERS] = { "track.list_members",
        "SELECT plan_id, name, type, must, doc, old FROM track_member ORDER BY plan_id, name",
        .scan = "a plan is read as a whole" },

    [GET] = { "track.get_plan",
        "SELECT " COLUMNS " FROM track_plan WHERE id = $1" },

    [MEMBERS_OF] = { "track.members_of",
        "SELECT name, type, must, doc, old FROM track_member WHERE plan_id = $1 ORDER BY name" },

    [ADD] = { "track.add_plan",
        "INSERT INTO track_plan (id, kind, name, doc, open, old, version, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, 1, $7)"
        " ON CONFLICT (kind, name) DO NOTHING" },

    [PUT] = { "track.put_plan",
        "UPDATE track_plan SET doc = $3, open = $4, old = $5, version = version + 1, changed_at = $6"
        " WHERE kind = $1 AND name = $2 AND ($7 = 0 OR version = $7) RETURNING id", .types = "ittiiii" },

    [DELETE] = { "track.delete_plan",
        "DELETE FROM track_plan WHERE id = $1" },

    [CLEAR] = { "track.clear_members",
        "DELETE FROM track_member WHERE plan_id = $1" },

    [ADD_MEMBER] = { "track.add_member",
        "INSERT INTO track_member (plan_id, name, type, must, doc, old) VALUES ($1, $2, $3, $4, $5, $6)" },
    QUERY_END
};
/* clang-format on */

const char *const track_type_words[] = { "any",  "text",   "number", "whole",
                                         "bool", "object", "list",   NULL };
const char *const track_why_words[] = { "event", "member", "type", "missing", NULL };

enum { PLAN_MAX = 2000, MEMBERS_MAX = 300 };

/* ---- Judging
 * --------------------------------------------------------------------------- */

static const struct plan *plan_of(const struct config *k, const struct heard *e)
{
    const char *name = e->kind == TRACK_TRACK ? e->name : "";
    const size_t n = strlen(name);
    char key[TRACK_NAME_BYTES + 2];

    key[0] = (char)('0' + e->kind);
    memcpy(key + 1, name, n);
    return map_get(&k->by_name, key, n + 1);
}

static int type_of(struct json *j)
{
    struct json_number number;

    switch (json_kind(j)) {
    case JSON_TEXT:
        return TYPE_TEXT;
    case JSON_TRUE:
    case JSON_FALSE:
        return TYPE_BOOL;
    case JSON_OBJECT:
        return TYPE_OBJECT;
    case JSON_ARRAY:
        return TYPE_LIST;
    case JSON_NUMBER:
        return json_number(j, &number) && number.whole ? TYPE_WHOLE : TYPE_NUMBER;
    default:
        return TYPE_ANY; /* null: it is not there */
    }
}

static bool fits(int declared, int came)
{
    return declared == TYPE_ANY || came == TYPE_ANY || declared == came ||
           (declared == TYPE_NUMBER && came == TYPE_WHOLE);
}

static const struct member *member_of(const struct plan *p, const char *name, size_t n,
                                      u64 *seen)
{
    const struct member *m = p->members.at;

    for (size_t k = 0; k < p->members.n; k++)
        if (!strncmp(m[k].name, name, n) && !m[k].name[n]) {
            seen[k / 64] |= 1ull << k % 64;
            return &m[k];
        }
    return NULL;
}

static bool held(struct heard *e, int why, const char *member, int type)
{
    e->why = why;
    e->member = member;
    e->type = type;
    return true;
}

static bool missing(struct heard *e, const struct plan *p, const u64 *seen)
{
    const struct member *m = p->members.at;

    for (size_t k = 0; k < p->members.n; k++)
        if (m[k].must && !(seen[k / 64] >> k % 64 & 1))
            return held(e, WHY_MISSING, m[k].name, TYPE_ANY);
    return false;
}

/* The first thing that does not fit decides for the whole event: nobody is to reckon
 * with half of one. */
static bool judge(struct ctx *c, const struct config *k, struct heard *e)
{
    const struct plan *p = plan_of(k, e);
    u64 seen[MEMBERS_MAX / 64 + 1] = { 0 };
    struct json_object o = { .trusted = true };
    struct json_text name;
    struct json j;

    if (!p) return held(e, WHY_EVENT, "", TYPE_ANY);
    if (p->open && !p->members.n) return false;
    json_start(&j, c->mem, e->data, strlen(e->data));
    while (json_member(&j, &o, &name)) {
        const struct member *m = member_of(p, name.at, name.n, seen);
        struct json at = j;
        const int type = type_of(&at);

        if (!json_skip(&j, NULL)) break;
        if (!m && !p->open)
            return held(e, WHY_MEMBER,
                        arena_strdup(c->mem, name.at, name.n < 200 ? name.n : 200),
                        type);
        if (m && !fits(m->type, type)) return held(e, WHY_TYPE, m->name, type);
    }
    return missing(e, p, seen);
}

void plan_judge(struct ctx *c, const struct config *k, struct batch *b)
{
    struct heard *e = b->events.at;

    for (size_t i = 0; k->holds && i < b->events.n; i++)
        if (judge(c, k, &e[i]) && e[i].member)
            e[i].member = arena_strdup(c->mem, e[i].member, strlen(e[i].member));
}

/* ---- Reading and changing
 * ---------------------------------------------------------------- */

static enum err members(struct ctx *c, struct list plans)
{
    struct plan *p = plans.at, *end = p + plans.n;
    struct member m = { 0 };
    i64 plan_id, type;
    ROWS r;

    TRY(db_rows0(c, &r, &track_plan_sql[MEMBERS]));
    while (db_next(&r, INTO(&plan_id, &m.name, &type, &m.must, &m.doc, &m.old))) {
        struct plan *of = p;
        while (of < end && of->id != plan_id) of++;
        if (of == end) continue;
        m.type = (int)type;
        *(struct member *)list_add(c->mem, &of->members, sizeof(m)) = m;
    }
    return r.err;
}

#define PLAN_INTO(p, kind_)                                                            \
    INTO(&(p).id, &kind_, &(p).name, &(p).doc, &(p).open, &(p).old, &(p).version,      \
         &(p).changed_at)

enum err plan_list(struct ctx *c, struct list *ret)
{
    struct plan p = { 0 };
    struct list l = { 0 };
    i64 kind;
    ROWS r;

    TRY(db_rows(c, &r, &track_plan_sql[LIST], (i64)PLAN_MAX));
    while (db_next(&r, PLAN_INTO(p, kind))) {
        p.kind = (int)kind;
        *(struct plan *)list_add(c->mem, &l, sizeof(p)) = p;
    }
    TRY(r.err);
    TRY(members(c, l));
    *ret = l;
    return ERR_OK;
}

enum err plan_get(struct ctx *c, i64 id, struct plan *ret)
{
    struct member m = { 0 };
    struct plan p = { 0 };
    i64 kind, type;
    ROWS r = { 0 };

    const enum err e = db_one(c, &track_plan_sql[GET], PLAN_INTO(p, kind), id);
    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no event %lld is declared", id);
    TRY(e);
    p.kind = (int)kind;
    TRY(db_rows(c, &r, &track_plan_sql[MEMBERS_OF], id));
    while (db_next(&r, INTO(&m.name, &type, &m.must, &m.doc, &m.old))) {
        m.type = (int)type;
        *(struct member *)list_add(c->mem, &p.members, sizeof(m)) = m;
    }
    TRY(r.err);
    *ret = p;
    return ERR_OK;
}

static enum err good(struct ctx *c, const struct plan *p)
{
    const struct member *m = p->members.at;

    if (p->kind == TRACK_TRACK && !*p->name)
        FAIL_MORE(c, BAD_ARGUMENT, "name", "a track needs its event's name");
    if (p->kind != TRACK_TRACK && *p->name)
        FAIL_MORE(c, BAD_ARGUMENT, "name", "only a track has a name in the plan");
    for (size_t k = 0; k < p->members.n; k++)
        for (size_t i = 0; i < k; i++)
            if (!strcmp(m[k].name, m[i].name))
                FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "members[%zu].name", k),
                          "\"%s\" stands twice", m[k].name);
    return c->fault.err;
}

static enum err put_members(struct ctx *c, i64 id, const struct plan *p)
{
    const struct member *m = p->members.at;

    TRY(db_exec(c, &track_plan_sql[CLEAR], NULL, id));
    for (size_t k = 0; k < p->members.n; k++)
        TRY(db_exec(c, &track_plan_sql[ADD_MEMBER], NULL, id, m[k].name,
                    m[k].type < 0 ? TYPE_ANY : m[k].type, m[k].must,
                    m[k].doc ? m[k].doc : "", m[k].old));
    return ERR_OK;
}

enum err plan_put(struct ctx *c, const struct plan *in, const char *if_match,
                  struct plan *ret)
{
    struct plan p = *in;
    i64 added, id = id_new(c), version = 0;

    if (!p.name) p.name = "";
    if (!p.doc) p.doc = "";
    for (const char *s = if_match; s && *s >= '0' && *s <= '9' && version < 1000000000;
         s++)
        version = version * 10 + (*s - '0');
    TRY(good(c, &p));
    TRY(db_exec(c, &track_plan_sql[ADD], &added, id, p.kind, p.name, p.doc, p.open,
                p.old, c->now));
    if (!added) {
        const enum err e = db_one(c, &track_plan_sql[PUT], INTO(&id), p.kind, p.name,
                                  p.doc, p.open, p.old, c->now, version);
        if (e == ERR_NOT_FOUND)
            return FAIL(c, CHANGED, "\"%s\" has been declared anew since you read it",
                        p.name);
        TRY(e);
    }
    TRY(put_members(c, id, &p));
    TRY(staff_audit(c, "track.plan_put", id, NULL));
    TRY(config_changed(c));
    return plan_get(c, id, ret);
}

enum err plan_delete(struct ctx *c, i64 id)
{
    i64 n;

    TRY(db_exec(c, &track_plan_sql[CLEAR], NULL, id));
    TRY(db_exec(c, &track_plan_sql[DELETE], &n, id));
    if (!n) return FAIL(c, NOT_FOUND, "no event %lld is declared", id);
    TRY(staff_audit(c, "track.plan_delete", id, NULL));
    return config_changed(c);
}
