#include "setting/setting.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/seal.h"
#include "db/db.h"

enum { PUT, ALL, SUM, ROW, SECRETS, RESEAL };

/* clang-format off */
const struct query setting_sql[] = {
    [PUT] = { "setting.put",
        "INSERT INTO setting_value"
        " (scope, scope_id, name, value, version, changed_at, changed_kind, changed_by)"
        " VALUES ($1, $2, $3, $4, 1, $5, $6, $7)"
        " ON CONFLICT (scope, scope_id, name) DO UPDATE SET"
        "   value = excluded.value, version = setting_value.version + 1,"
        "   changed_at = excluded.changed_at, changed_kind = excluded.changed_kind,"
        "   changed_by = excluded.changed_by" },

    [ALL] = { "setting.all",
        "SELECT scope, scope_id, name, value, version FROM setting_value",
        .scan = "a few hundred rows, read at start and after a change" },

    [SUM] = { "setting.sum",
        "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM setting_value",
        .scan = "a few hundred rows, once a second" },

    [ROW] = { "setting.row",
        "SELECT version, changed_at FROM setting_value"
        " WHERE scope = $1 AND scope_id = $2 AND name = $3" },

    [SECRETS] = { "setting.list_secrets",
        "SELECT scope, scope_id, name, value FROM setting_value WHERE value IS NOT NULL",
        .scan = "a few hundred rows, when the key is changed" },

    [RESEAL] = { "setting.reseal",
        "UPDATE setting_value SET value = $4, version = version + 1"
        " WHERE scope = $1 AND scope_id = $2 AND name = $3 AND value = $5" },
    QUERY_END
};
/* clang-format on */

const char *const setting_scope_words[] = { "default", "chain", "region", "place",
                                            NULL };
const char *const setting_kind_words[] = { "int", "text", "bool", NULL };

enum { CHAIN, REGION, PLACE };

/* One changed value.  Order: setting, scope, id; so a look-up is a search by
 * halves, and a chain with a thousand shops has a few thousand of them. */
struct value {
    const struct setting *s;
    int scope;
    i64 id;
    char *text; /* NULL: as the wider scope says */
};

/* A change in a unit that is still open: true for that unit alone. */
struct change {
    struct change *next;
    const struct db_conn *conn;
    struct value v;
};

static struct {
    pthread_rwlock_t lock;
    const struct setting **known; /* in order of name */
    size_t n_known;
    struct value *values;
    size_t n_values;
    i64 sum; /* of versions, when `values` was read; -1 never */
    struct change *changes;
} the = { .lock = PTHREAD_RWLOCK_INITIALIZER, .sum = -1 };

/* ---- What there is -------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct setting *const *)a)->name,
                  (*(const struct setting *const *)b)->name);
}

static void *grown(void *at, size_t n, size_t item)
{
    void *p = reallocarray(at, n ? n : 1, item);

    if (!p) abort();
    return p;
}

static void values_free(struct value *v, size_t n)
{
    for (size_t k = 0; k < n; k++) free(v[k].text);
    free(v);
}

void setting_declare(const struct module *const *rooms)
{
    const struct setting **known = NULL;
    size_t n = 0;

    for (; *rooms; rooms++)
        for (const struct setting *s = (*rooms)->settings; s && s->name; s++) {
            known = grown(known, n + 1, sizeof(*known));
            known[n++] = s;
        }
    if (n) qsort(known, n, sizeof(*known), by_name);

    pthread_rwlock_wrlock(&the.lock);
    free(the.known);
    the.known = known;
    the.n_known = n;
    values_free(the.values, the.n_values);
    the.values = NULL;
    the.n_values = 0;
    the.sum = -1;
    pthread_rwlock_unlock(&the.lock);
}

/* Under the lock. */
static const struct setting *known(const char *name)
{
    const struct setting want = { .name = name }, *key = &want;
    const struct setting **at =
        the.n_known ? bsearch(&key, the.known, the.n_known, sizeof(key), by_name)
                    : NULL;

    return at ? *at : NULL;
}

static const struct setting *declared(const char *name)
{
    pthread_rwlock_rdlock(&the.lock);
    const struct setting *s = known(name);
    pthread_rwlock_unlock(&the.lock);
    return s;
}

static bool is_secret(const struct setting *s)
{
    static const char tail[] = "_secret";
    const size_t n = strlen(s->name), m = sizeof(tail) - 1;

    return n > m && strcmp(s->name + n - m, tail) == 0;
}

/* ---- The values in memory -------------------------------------------------- */

static int compare(const struct value *a, const struct value *b)
{
    const int names = a->s == b->s ? 0 : strcmp(a->s->name, b->s->name);

    if (names) return names;
    if (a->scope != b->scope) return a->scope < b->scope ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* The first value that is not before v. */
static size_t place_of(const struct value *v)
{
    size_t low = 0, high = the.n_values;

    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (compare(&the.values[mid], v) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Under the write lock; takes v.text over. */
static void keep(struct value v)
{
    const size_t k = place_of(&v);

    if (k < the.n_values && compare(&the.values[k], &v) == 0) {
        free(the.values[k].text);
        the.values[k] = v;
        return;
    }
    the.values = grown(the.values, the.n_values + 1, sizeof(v));
    memmove(&the.values[k + 1], &the.values[k], (the.n_values - k) * sizeof(v));
    the.values[k] = v;
    the.n_values++;
}

static char *copied(const char *s)
{
    char *p = s ? strdup(s) : NULL;

    if (s && !p) abort();
    return p;
}

static enum err read_all(struct ctx *c, void *arg)
{
    i64 scope, id, version, sum = 0;
    const char *name, *text;
    ROWS r;

    (void)arg;
    TRY(db_rows0(c, &r, &setting_sql[ALL]));
    pthread_rwlock_wrlock(&the.lock);
    values_free(the.values, the.n_values);
    the.values = NULL;
    the.n_values = 0;
    while (db_next(&r, INTO(&scope, &id, &name, &text, &version))) {
        const struct setting *s = known(name);
        sum += version;
        if (s && text && seal_is(text) && seal_open(c, text, &text)) {
            log_warn("setting %s: %s", name, c->fault.message);
            c->fault = (struct fault){ 0 };
            continue;
        }
        if (s && text) keep((struct value){ s, (int)scope, id, copied(text) });
    }
    the.sum = r.err ? -1 : sum;
    pthread_rwlock_unlock(&the.lock);
    return r.err;
}

static enum err look(struct ctx *c, void *arg)
{
    i64 sum;

    TRY(db_one0(c, &setting_sql[SUM], INTO(&sum)));
    pthread_rwlock_rdlock(&the.lock);
    const bool same = sum == the.sum;
    pthread_rwlock_unlock(&the.lock);
    return same ? ERR_OK : read_all(c, arg);
}

/* Does the unit open in c hold changes of its own?  Then what it reads is not
 * yet true for anybody else and must not get into the memory of all. */
static bool has_changes(const struct ctx *c)
{
    bool has = false;

    pthread_rwlock_rdlock(&the.lock);
    for (const struct change *h = the.changes; h; h = h->next)
        has |= h->conn == c->conn;
    pthread_rwlock_unlock(&the.lock);
    return has;
}

enum err setting_refresh(struct ctx *c)
{
    if (c->conn && has_changes(c)) return ERR_OK;
    return db_snapshot(c, look, NULL);
}

/* The first look-up of the process reads the table.  When that fails the
 * defaults hold until the next look-up; the caller's own fault is left alone. */
static void ready(struct ctx *c)
{
    pthread_rwlock_rdlock(&the.lock);
    const bool done = the.sum >= 0 || !c->db;
    pthread_rwlock_unlock(&the.lock);
    if (done) return;

    const struct fault before = c->fault;
    if (db_snapshot(c, read_all, NULL)) {
        log_warn("settings cannot be read, defaults hold: %s",
                 c->fault.message ? c->fault.message : "?");
        c->fault = before;
    }
}

/* ---- Looking up ------------------------------------------------------------- */

/* Under the lock: what this scope says, or NULL. */
static const char *said(const struct ctx *c, struct value v)
{
    for (const struct change *h = the.changes; h; h = h->next)
        if (h->conn == c->conn && compare(&h->v, &v) == 0) return h->v.text;
    const size_t k = place_of(&v);
    if (k == the.n_values || compare(&the.values[k], &v)) return NULL;
    return the.values[k].text;
}

/* Under the lock: the narrowest that is said.  *ret_from as setting_scope_words. */
static const char *holds(const struct ctx *c, const struct setting *s,
                         struct setting_scope at, int *ret_from)
{
    const char *t =
        at.place_id ? said(c, (struct value){ s, PLACE, at.place_id }) : NULL;

    *ret_from = PLACE + 1;
    if (t) return t;
    *ret_from = REGION + 1;
    if (at.region_id) t = said(c, (struct value){ s, REGION, at.region_id });
    if (t) return t;
    *ret_from = CHAIN + 1;
    t = said(c, (struct value){ s, CHAIN, 0 });
    if (!t) *ret_from = 0;
    return t;
}

/* What holds, copied, or NULL for the default.  Undeclared names end here. */
static const char *found(struct ctx *c, const char *name, struct setting_scope at,
                         const struct setting **ret_s)
{
    int from;

    ready(c);
    pthread_rwlock_rdlock(&the.lock);
    *ret_s = known(name);
    const char *t = *ret_s ? holds(c, *ret_s, at, &from) : NULL;
    if (t) t = arena_strdup(c->mem, t, strlen(t));
    pthread_rwlock_unlock(&the.lock);
    if (!*ret_s) log_error("no room declares the setting %s", name);
    assert(*ret_s);
    return t;
}

i64 setting_int(struct ctx *c, const char *name, struct setting_scope at)
{
    const struct setting *s;
    const char *t = found(c, name, at, &s);

    assert(s->kind == SETTING_INT);
    return t ? strtoll(t, NULL, 10) : s->def;
}

bool setting_bool(struct ctx *c, const char *name, struct setting_scope at)
{
    const struct setting *s;
    const char *t = found(c, name, at, &s);

    assert(s->kind == SETTING_BOOL);
    return t ? strcmp(t, "true") == 0 : s->def != 0;
}

const char *setting_text(struct ctx *c, const char *name, struct setting_scope at)
{
    const struct setting *s;
    const char *t = found(c, name, at, &s);

    assert(s->kind == SETTING_TEXT);
    return t ? t : s->def_text ? s->def_text : "";
}

/* ---- Changing ---------------------------------------------------------------- */

static enum err int_may_be(struct ctx *c, const struct setting *s, const char *value)
{
    char *end;

    errno = 0;
    const i64 n = strtoll(value, &end, 10);
    if (errno || end == value || *end)
        return FAIL_FIELD(c, BAD_ARGUMENT, "value", "setting %s takes a whole number",
                          s->name);
    if (n < s->min || n > s->max)
        return FAIL_FIELD(c, BAD_ARGUMENT, "value",
                          "setting %s goes from %lld to %lld, not %lld", s->name,
                          s->min, s->max, n);
    return ERR_OK;
}

static enum err may_be(struct ctx *c, const struct setting *s, const char *value)
{
    if (!value) return ERR_OK;
    if (s->kind == SETTING_INT) return int_may_be(c, s, value);
    if (s->kind == SETTING_BOOL && strcmp(value, "true") && strcmp(value, "false"))
        return FAIL_FIELD(c, BAD_ARGUMENT, "value", "setting %s is true or false",
                          s->name);
    if (strlen(value) > 4096)
        return FAIL_FIELD(c, BAD_ARGUMENT, "value",
                          "setting %s is longer than 4096 bytes", s->name);
    return ERR_OK;
}

static void committed(void *arg)
{
    const struct change *h = arg;

    pthread_rwlock_wrlock(&the.lock);
    if (known(h->v.s->name) == h->v.s)
        keep((struct value){ h->v.s, h->v.scope, h->v.id, copied(h->v.text) });
    pthread_rwlock_unlock(&the.lock);
}

/* Last in any case: after the commit, or instead of it. */
static void done(void *arg)
{
    struct change *h = arg;

    pthread_rwlock_wrlock(&the.lock);
    for (struct change **at = &the.changes; *at; at = &(*at)->next)
        if (*at == h) {
            *at = h->next;
            break;
        }
    pthread_rwlock_unlock(&the.lock);
    free(h->v.text);
    free(h);
}

/* Newest first, so that the last of several changes in one unit is found. */
static void remember(struct ctx *c, struct value v)
{
    struct change *h = grown(NULL, 1, sizeof(*h));

    *h = (struct change){ .conn = c->conn, .v = v };
    pthread_rwlock_wrlock(&the.lock);
    h->next = the.changes;
    the.changes = h;
    pthread_rwlock_unlock(&the.lock);
    db_after_commit(c, committed, h, done);
}

static int narrowest(struct setting_scope at, i64 *ret_id)
{
    *ret_id = at.place_id ? at.place_id : at.region_id;
    return at.place_id ? PLACE : at.region_id ? REGION : CHAIN;
}

enum err setting_set(struct ctx *c, const char *name, struct setting_scope at,
                     const char *value)
{
    const struct setting *s = declared(name);
    i64 id;
    const int scope = narrowest(at, &id);
    const char *kept = value;

    if (!s) return FAIL_FIELD(c, NO_SUCH, "name", "no setting \"%s\"", name);
    TRY(may_be(c, s, value));
    ready(c);
    if (value && *value && is_secret(s)) TRY(seal_close(c, value, &kept));
    TRY(db_exec(c, &setting_sql[PUT], NULL, scope, id, name, kept, c->now,
                (i64)c->who.kind, c->who.id));
    remember(c, (struct value){ s, scope, id, copied(value) });
    return ERR_OK;
}

/* ---- A new key ---------------------------------------------------------------- */

struct secret {
    i64 scope, id;
    const char *name, *value;
};

enum err setting_reseal(struct ctx *c, struct sealing *w)
{
    struct list all = { 0 };
    struct secret v;
    ROWS r;

    TRY(db_rows0(c, &r, &setting_sql[SECRETS]));
    while (db_next(&r, INTO(&v.scope, &v.id, &v.name, &v.value)))
        if (declared(v.name) && is_secret(declared(v.name)) && *v.value &&
            !seal_is_newest(v.value))
            *(struct secret *)list_add(c->mem, &all, sizeof(v)) = v;
    TRY(r.err);
    const struct secret *s = all.at;
    for (size_t k = 0; k < all.n; k++) {
        const char *plain, *kept;

        TRY(seal_open(c, s[k].value, &plain));
        TRY(seal_close(c, plain, &kept));
        TRY(db_exec(c, &setting_sql[RESEAL], NULL, s[k].scope, s[k].id, s[k].name, kept,
                    s[k].value));
        w->changed++;
    }
    return ERR_OK;
}

/* ---- For people --------------------------------------------------------------- */

static const char *default_text(struct ctx *c, const struct setting *s)
{
    if (s->kind == SETTING_TEXT) return s->def_text ? s->def_text : "";
    if (s->kind == SETTING_BOOL) return s->def ? "true" : "false";
    return arena_printf(c->mem, "%lld", s->def);
}

static enum err view(struct ctx *c, const struct setting *s, struct setting_scope at,
                     struct setting_view *ret)
{
    i64 id;
    const int scope = narrowest(at, &id);
    struct setting_view v = { .name = s->name,
                              .kind = (int)s->kind,
                              .def = default_text(c, s),
                              .min = s->kind == SETTING_INT ? s->min : NONE,
                              .max = s->kind == SETTING_INT ? s->max : NONE,
                              .doc_ru = s->doc_ru,
                              .doc_en = s->doc_en,
                              .changed_at = NONE,
                              .secret = is_secret(s) };

    pthread_rwlock_rdlock(&the.lock);
    const char *t = holds(c, s, at, &v.from);
    v.value = t ? arena_strdup(c->mem, t, strlen(t)) : v.def;
    pthread_rwlock_unlock(&the.lock);
    if (v.secret) v.value = NULL;
    enum err e = db_one(c, &setting_sql[ROW], INTO(&v.version, &v.changed_at), scope,
                        id, s->name);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret = v;
    return ERR_OK;
}

enum err setting_get(struct ctx *c, const char *name, struct setting_scope at,
                     struct setting_view *ret)
{
    const struct setting *s = declared(name);

    if (!s) return FAIL(c, NOT_FOUND, "no setting \"%s\"", name);
    ready(c);
    return view(c, s, at, ret);
}

enum err setting_list(struct ctx *c, struct setting_scope at, struct list *ret)
{
    struct list all = { 0 };

    ready(c);
    pthread_rwlock_rdlock(&the.lock);
    const size_t n = the.n_known;
    const struct setting **names = NEW_N(c->mem, const struct setting *, n);
    if (n) memcpy(names, the.known, n * sizeof(*names));
    pthread_rwlock_unlock(&the.lock);
    for (size_t k = 0; k < n; k++)
        TRY(view(c, names[k], at, list_add(c->mem, &all, sizeof(struct setting_view))));
    *ret = all;
    return ERR_OK;
}
