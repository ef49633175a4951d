/* town_many.c -- many towns in one database: a hundred times the same people, under
 * other ids, numbers and contacts.
 *
 * Every row of the first town is written again for each further one, table by table in
 * the order of their keys, so that all lies as it would after years: what is of one
 * person together, the log in the order of arrival. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/contact.h"
#include "town.h"

struct many {
    sqlite3 *h;
    i64 towns;
    double from, until; /* no town is begun after this */
};

static const char *const core[] = {
    "customer_person", "customer_key",     "customer_key_log",
    "customer_visit",  "customer_tag",     "order_order",
    "order_number",    "order_line",       "order_payment",
    "order_history",   "order_fulfilment", "message_outbox",
    "track_owner",     "insight_seen",     "insight_person",
    "insight_in",      "insight_member",   NULL
};

/* Whose order is not that of the rows as they come: made at the end. */
static const char *const late[] = { "customer_person_last", "customer_person_first",
                                    "customer_visit_seen",  "customer_person_birth",
                                    "order_order_id",       "message_outbox_id",
                                    "insight_in_due",       "track_word_value",
                                    "track_session_from",   NULL };

#define SHIFT   "(?1 << 56)"    /* of customers */
#define LATER   "(?1 << 22)"    /* of what has an id by time: so many ms */
#define PEOPLE  "(?1 * 100000)" /* TOWN_MOST */
#define DEVICES "(?1 * 200000)" /* two numbers each */
_Static_assert(TOWN_MOST == 100000, "as the statements say");

/* clang-format off */
static const struct {
    const char *column, *as;
} changed[] = {
    { "customer_id", "CASE WHEN customer_id = 0 THEN 0 ELSE customer_id + " SHIFT " END" },
    { "born_id", "born_id + " SHIFT },
    { "customer_person.id", "id + " SHIFT },
    { "id", "id + " LATER },
    { "order_id", "CASE WHEN order_id = 0 THEN 0 ELSE order_id + " LATER " END" },
    { "number", "number || char(65 + ?1 / 10, 48 + ?1 % 10)" },
    { "track_owner.no", "no + " DEVICES },
    { "track_word.no", "no + " DEVICES },
    { "device_no", "device_no + " DEVICES },
    { "user_no", "user_no + " DEVICES },
    { "customer_key.value", "sealed(CASE kind"
      " WHEN 0 THEN '+79' || (CAST(substr(opened(value), 4) AS INTEGER) + " PEOPLE ")"
      " WHEN 1 THEN printf('k%09d@example.ru', CAST(substr(opened(value), 2, 9) AS INTEGER) + " PEOPLE ")"
      " ELSE printf('2300%09d', CAST(substr(opened(value), 5) AS INTEGER) + " PEOPLE ") END)" },
    { "track_word.value", "CASE kind WHEN 1 THEN CAST(CAST(value AS INTEGER) + " SHIFT " AS TEXT)"
      " ELSE value || '-' || ?1 END" },
};
/* clang-format on */

static bool same(const char *rule, const char *table, const char *column)
{
    const char *dot = strchr(rule, '.');

    if (!dot) return !strcmp(rule, column);
    /* customer_key_log keeps values as customer_key does */
    return !strncmp(rule, table, (size_t)(dot - rule)) && !strcmp(dot + 1, column);
}

static const char *as(const char *table, const char *column)
{
    for (size_t k = 0; k < COUNT(changed); k++)
        if (same(changed[k].column, table, column)) return changed[k].as;
    return column;
}

static bool run(struct many *m, const char *sql)
{
    char *why = NULL;

    if (sqlite3_exec(m->h, sql, NULL, NULL, &why))
        fprintf(stderr, "many towns: %s\n  %.200s\n", why, sql);
    const bool ok = !why;
    sqlite3_free(why);
    return ok;
}

/* "INSERT INTO t (a, b) SELECT a, b + ... FROM one.t". */
static sqlite3_stmt *copy_of(struct many *m, const char *table, const char *rest)
{
    char columns[2000] = "", values[6000] = "", sql[9000];
    sqlite3_stmt *q = NULL, *to = NULL;

    snprintf(sql, sizeof(sql), "SELECT name FROM pragma_table_info('%s')", table);
    sqlite3_prepare_v2(m->h, sql, -1, &q, NULL);
    while (sqlite3_step(q) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(q, 0);
        const bool place = !strcmp(table, "track_event") && !strcmp(name, "id");
        const size_t n = strlen(columns), v = strlen(values);
        snprintf(columns + n, sizeof(columns) - n, "%s%s", n ? ", " : "", name);
        snprintf(values + v, sizeof(values) - v, "%s%s", v ? ", " : "",
                 place ? "id + ?2" : as(table, name));
    }
    sqlite3_finalize(q);
    snprintf(sql, sizeof(sql), "INSERT INTO main.%s (%s) SELECT %s FROM one.%s%s",
             table, columns, values, table, rest);
    if (sqlite3_prepare_v2(m->h, sql, -1, &to, NULL))
        fprintf(stderr, "many towns: %s\n  %s\n", sqlite3_errmsg(m->h), sql);
    return to;
}

static bool copy(struct many *m, const char *table, i64 town)
{
    /* A phone that is nobody's alone is closed by a row that is not copied. */
    const bool keys = !strcmp(table, "customer_key");
    sqlite3_stmt *s = copy_of(m, table, keys ? " WHERE customer_id <> 0" : "");

    sqlite3_bind_int64(s, 1, town);
    const bool ok = s && sqlite3_step(s) == SQLITE_DONE;
    if (!ok)
        fprintf(stderr, "many towns: %s of town %lld: %s\n", table, town,
                sqlite3_errmsg(m->h));
    sqlite3_finalize(s);
    return ok;
}

/* ---- Indexes ------------------------------------------------------------------------
 */

struct kept {
    char *sql[COUNT(late)];
    int n;
};

static void indexes_away(struct many *m, struct kept *ret)
{
    sqlite3_stmt *q = NULL;
    char sql[200];

    *ret = (struct kept){ .n = 0 };
    sqlite3_prepare_v2(m->h, "SELECT sql FROM main.sqlite_master WHERE name = ?1", -1,
                       &q, NULL);
    for (int k = 0; late[k]; k++) {
        sqlite3_bind_text(q, 1, late[k], -1, SQLITE_STATIC);
        if (sqlite3_step(q) == SQLITE_ROW)
            ret->sql[ret->n++] = strdup((const char *)sqlite3_column_text(q, 0));
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    for (int k = 0; late[k]; k++) {
        snprintf(sql, sizeof(sql), "DROP INDEX IF EXISTS main.%s", late[k]);
        (void)run(m, sql);
    }
}

static bool indexes_back(struct many *m, struct kept *k)
{
    bool ok = run(m, "PRAGMA main.cache_size = -400000");

    for (int n = 0; n < k->n; n++) {
        ok = ok && run(m, k->sql[n]);
        free(k->sql[n]);
    }
    return ok;
}

/* ---- Contacts -----------------------------------------------------------------------
 */

typedef const char *(*turn)(struct arena *mem, const char *text);

/* sealed(text), opened(text): the seal of base/contact.h. */
static void turn_text(sqlite3_context *x, int n, sqlite3_value **v)
{
    struct arena *mem = arena_new(1 << 16);
    const turn how = *(const turn *)sqlite3_user_data(x);

    (void)n;
    sqlite3_result_text(x, how(mem, (const char *)sqlite3_value_text(v[0])), -1,
                        SQLITE_TRANSIENT);
    arena_free(mem);
}

static bool know_contacts(struct many *m)
{
    static turn seal = contact_seal, open = contact_open;

    return !sqlite3_create_function(m->h, "sealed", 1, SQLITE_UTF8, &seal, turn_text,
                                    NULL, NULL) &&
           !sqlite3_create_function(m->h, "opened", 1, SQLITE_UTF8, &open, turn_text,
                                    NULL, NULL);
}

/* ---- Two files ----------------------------------------------------------------------
 */

static bool open_many(struct many *m, const char *one, const char *file)
{
    char sql[1000];

    snprintf(sql, sizeof(sql),
             "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
             "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1500000;"
             "PRAGMA ignore_check_constraints = ON;"
             "ATTACH '%s' AS one; PRAGMA one.cache_size = -300000",
             one);
    return sqlite3_open(file, &m->h) == SQLITE_OK && know_contacts(m) && run(m, sql);
}

static bool close_many(struct many *m)
{
    const bool ok = run(
        m, "DETACH one; PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL");

    sqlite3_close(m->h);
    return ok;
}

static bool many_core(struct many *m, const struct town_files *one,
                      const struct town_files *to)
{
    struct kept k;
    char sql[400];
    i64 t = 1;

    if (!open_many(m, one->core, to->core)) return false;
    indexes_away(m, &k);
    bool ok = run(m, "BEGIN");
    for (; ok && t < m->towns && now_s() < m->until; t++) {
        for (int n = 0; ok && core[n]; n++) ok = copy(m, core[n], t);
        if (t % 10 == 9)
            fprintf(stderr, "  people of %lld towns, %.0f s\n", t + 1,
                    now_s() - m->from);
    }
    snprintf(sql, sizeof(sql),
             "UPDATE insight_segment SET n = n * %lld;"
             "UPDATE track_cursor SET pos = pos * %lld;"
             "UPDATE insight_mark SET at = at * %lld WHERE name = 'people'; COMMIT",
             t, m->towns, t);
    ok = ok && run(m, sql) && indexes_back(m, &k);
    fprintf(stderr, "  people of %lld towns with indexes, %.0f s\n", t,
            now_s() - m->from);
    return close_many(m) && ok;
}

/* The log of all towns week by week: of each town what its own log has of that time. */
static bool many_events(struct many *m, i64 events, i64 *ret_n)
{
    sqlite3_stmt *s =
        copy_of(m, "track_event", " WHERE id > ?3 AND id <= ?4 ORDER BY id");
    i64 next = 0;
    bool ok = s != NULL;

    for (int w = 0; ok && w < TOWN_WEEKS && now_s() < m->until; w++) {
        const i64 a = events * w / TOWN_WEEKS, b = events * (w + 1) / TOWN_WEEKS;
        for (i64 t = 0; ok && t < m->towns; t++, next += b - a) {
            sqlite3_bind_int64(s, 1, t);
            sqlite3_bind_int64(s, 2, next - a);
            sqlite3_bind_int64(s, 3, a);
            sqlite3_bind_int64(s, 4, b);
            ok = sqlite3_step(s) == SQLITE_DONE;
            sqlite3_reset(s);
        }
        if (w % 4 == 3)
            fprintf(stderr, "  %lld events, %.0f s\n", next, now_s() - m->from);
    }
    *ret_n = next;
    if (!ok) fprintf(stderr, "many towns: %s\n", sqlite3_errmsg(m->h));
    sqlite3_finalize(s);
    return ok;
}

static i64 number(struct many *m, const char *sql)
{
    sqlite3_stmt *q = NULL;
    i64 n = 0;

    sqlite3_prepare_v2(m->h, sql, -1, &q, NULL);
    if (sqlite3_step(q) == SQLITE_ROW) n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return n;
}

static bool many_track(struct many *m, const struct town_files *one,
                       const struct town_files *to)
{
    struct kept k;
    char sql[300];
    i64 n = 0;

    if (!open_many(m, one->track, to->track)) return false;
    const i64 events = number(m, "SELECT MAX(id) FROM one.track_event");
    indexes_away(m, &k);
    bool ok = run(m, "BEGIN; DELETE FROM main.track_event");
    for (i64 t = 1; ok && t < m->towns; t++) {
        sqlite3_stmt *s = copy_of(m, "track_word", " WHERE kind < 2");
        sqlite3_bind_int64(s, 1, t);
        ok = sqlite3_step(s) == SQLITE_DONE && copy(m, "track_session", t);
        if (!ok) fprintf(stderr, "many towns: %s\n", sqlite3_errmsg(m->h));
        sqlite3_finalize(s);
    }
    fprintf(stderr, "  sessions of all, %.0f s\n", now_s() - m->from);
    ok = ok && many_events(m, events, &n);
    snprintf(sql, sizeof(sql),
             "UPDATE track_log SET next_id = %lld, next_no = %lld;"
             "UPDATE track_mark SET pos = %lld; COMMIT",
             events * m->towns + 1, TOWN_DEVICE + 2 * TOWN_MOST * m->towns + 2,
             events * m->towns);
    ok = ok && run(m, sql) && indexes_back(m, &k);
    fprintf(stderr, "  %lld events with indexes, %.0f s\n", n, now_s() - m->from);
    return close_many(m) && ok;
}

/* Each file by a process of its own. */
bool town_many(const struct options *o, const struct town_files *one,
               const struct town_files *to, i64 towns)
{
    const double from = now_s();
    struct many m = { .towns = towns,
                      .from = from,
                      .until = from + (double)o->minutes * 60 };
    int status = 1;
    const pid_t pid = fork();

    if (pid < 0) return false;
    if (!pid) {
        setsid();
        _exit(!many_track(&m, one, to));
    }
    const bool ok = many_core(&m, one, to);
    while (waitpid(pid, &status, 0) != pid) continue;
    return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

i64 town_people(const struct town_files *f)
{
    struct many m = { 0 };
    i64 last = 0;

    if (sqlite3_open(f->core, &m.h) == SQLITE_OK)
        last = number(&m, "SELECT MAX(customer_id) FROM insight_person");
    sqlite3_close(m.h);
    return ((last >> 56) + 1) * TOWN_MOST;
}
