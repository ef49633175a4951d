/* Histories of merges, undos, orders, consents and keys, thousands of them, each told
 * twice: with its merges, and as if nobody had ever merged anything.  When all merges
 * are undone, both must be the same, in every table that names a customer.
 *
 * Numbers are made of fixed seeds: a history that fails is the same next time.
 * PRILAVOK_HISTORIES says how many. */
#include <stdlib.h>

#include "base/contact.h"
#include "base/id.h"
#include "base/person.h"
#include "customer/customer_consent.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "customer/customer_proof.h"
#include "customer/customer_resolve.h"
#include "setting/setting.h"
#include "test.h"

enum { PEOPLE = 6, OPS = 30, MERGES = 24 };

static u64 seed;

static int dice(int n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)(seed % (u64)n);
}

/* One telling: `c` 'A' with merges, 'B' without. */
struct telling {
    char world;
    i64 id[PEOPLE];
};

struct history {
    int number, op;
    struct telling a, b;
    i64 merges[MERGES]; /* those that hold, in A */
    int n;
};

/* ---- Rows, as the rooms write them --------------------------------------------- */

static const struct query row[] = {
    { "test.order", "INSERT INTO order_order (customer_id, id, number, token, kind, "
                    "channel, state, place_id, region_id,"
                    " pay, total_minor, delivery_minor, placed_at, changed_at, born_id)"
                    " VALUES ($1, $2, $3, $3, 0, 0, 4, 1, 1, 2, 100, 0, $4, $4, $5)" },
    { "test.number",
      "INSERT INTO order_number (number, customer_id, order_id) VALUES ($1, $2, $3)" },
    { "test.line", "INSERT INTO order_line (customer_id, order_id, line_no, place_id, "
                   "variant_id, sku, name, unit_tracked,"
                   " qty_ordered, qty, price_minor, vat_bp) VALUES ($1, $2, 1, 1, 1, "
                   "'s', 'n', 0, 1, 1, 100, 0)" },
    { "test.fulfilment", "INSERT INTO order_fulfilment (place_id, order_id, "
                         "customer_id, kind, state) VALUES (1, $1, $2, 0, 5)" },
    { "test.history", "INSERT INTO order_history (customer_id, order_id, id, at, what, "
                      "who_kind, who_id)"
                      " VALUES ($1, $2, $2, $3, 'placed', 0, 7)" },
    { "test.work", "INSERT INTO order_work (who_id, at, id, what, customer_id, "
                   "order_id) VALUES (7, $1, $2, 'sold', $3, $2)" },
    { "test.message", "INSERT INTO message_outbox (customer_id, id, channel, address, "
                      "template, lang, subject, body, secret,"
                      " state, tries, created_at, born_id) VALUES ($1, $2, 0, 'a', "
                      "'t', 'ru', '', '', 0, 1, 1, $3, $4)" },
    { "test.basket", "INSERT INTO order_basket_line (basket_id, variant_id, qty, "
                     "added_at, born_id) VALUES ($1, $2, 1, $3, $4)" },
};
enum { ORDER, NUMBER, LINE, FULFILMENT, HISTORY, WORK, MESSAGE, BASKET };

static i64 who(struct ctx *c, const struct telling *t, const struct history *h, int i)
{
    const struct customer_said key = {
        KEY_MESSENGER, arena_printf(c->mem, "%c%d-%d", t->world, h->number, i), true
    };
    i64 id = 0;

    EXPECT_OK(customer_resolve(c, &key, 1, &id));
    return id;
}

static i64 row_id(const struct history *h, const struct telling *t)
{
    return ((i64)h->number * 1000 + h->op) * 2 + (t->world == 'B');
}

static void place(struct ctx *c, const struct telling *t, const struct history *h,
                  int i)
{
    const i64 id = row_id(h, t), of = who(c, t, h, i), born = person_born(c, of);
    const char *number = arena_printf(c->mem, "%lld", id);

    EXPECT_OK(db_exec(c, &row[ORDER], NULL, of, id, number, c->now, born));
    EXPECT_OK(db_exec(c, &row[NUMBER], NULL, number, of, id));
    EXPECT_OK(db_exec(c, &row[LINE], NULL, of, id));
    EXPECT_OK(db_exec(c, &row[FULFILMENT], NULL, id, of));
    EXPECT_OK(db_exec(c, &row[HISTORY], NULL, of, id, c->now));
    EXPECT_OK(db_exec(c, &row[WORK], NULL, c->now, id, of));
    EXPECT_OK(db_exec(c, &row[MESSAGE], NULL, of, id, c->now, born));
}

static void put_in_basket(struct ctx *c, const struct telling *t,
                          const struct history *h, int i)
{
    const i64 of = who(c, t, h, i);

    EXPECT_OK(db_exec(c, &row[BASKET], NULL, of, h->op, c->now, person_born(c, of)));
}

static void consent(struct ctx *c, const struct telling *t, const struct history *h,
                    int i, bool given)
{
    struct consent said = { .purpose = h->op % 3, .channel = 0, .given = given };
    const struct consent_change to = { .items = { &said, 1 }, .text_version = "1" };

    EXPECT_OK(customer_consent_put(c, who(c, t, h, i), &to));
}

/* One more key, brought together with the one he has. */
static void add_key(struct ctx *c, const struct telling *t, const struct history *h,
                    int i)
{
    const struct customer_said keys[] = {
        { KEY_MESSENGER, arena_printf(c->mem, "%c%d-%d", t->world, h->number, i),
          true },
        { KEY_COOKIE, arena_printf(c->mem, "%c%d-%d+%d", t->world, h->number, i, h->op),
          false }
    };
    i64 id;

    EXPECT_OK(customer_resolve(c, keys, 2, &id));
}

static void rename_him(struct ctx *c, const struct telling *t, const struct history *h,
                       int i)
{
    const i64 of = who(c, t, h, i);
    struct customer k;

    EXPECT_OK(customer_get(c, of, &k));
    if (h->op % 2)
        k.first_name = arena_printf(c->mem, "Имя%d", h->op);
    else
        k.birth_day = h->op;
    k.last_name = k.first_name; /* in B he never had the others' names */
    EXPECT_OK(customer_put(c, &k));
}

static void visit(struct ctx *c, const struct telling *t, const struct history *h,
                  int i)
{
    struct reply r = { 0 };
    i64 id, of = who(c, t, h, i);

    c->who.session_id = 0;
    EXPECT_OK(customer_visit_tie(c, &r, of, "test", &id));
    c->who.session_id = 0;
}

/* ---- A history --------------------------------------------------------------------
 */

static void begin(struct ctx *c, struct telling *t, const struct history *h)
{
    for (int i = 0; i < PEOPLE; i++) {
        t->id[i] = who(c, t, h, i);
        SQL(arena_printf(c->mem,
                         "INSERT INTO customer_tag (customer_id, order_id, tag, at)"
                         " VALUES (%lld, 0, 'tag%d', 1)",
                         t->id[i], i % 2));
    }
}

static void some_merge(struct ctx *c, struct history *h)
{
    const i64 x = h->a.id[dice(PEOPLE)], y = h->a.id[dice(PEOPLE)];
    i64 lives_x, lives_y;

    EXPECT_OK(customer_living(c, x, &lives_x));
    EXPECT_OK(customer_living(c, y, &lives_y));
    if (lives_x == lives_y || h->n == MERGES) return;
    EXPECT_OK(customer_merge(
        c, &(struct customer_merge_new){ .into = x, .from = y, .score_ppm = NONE },
        &h->merges[h->n++]));
}

static void some_undo(struct ctx *c, struct history *h)
{
    if (!h->n) return;
    const int k = dice(h->n);

    EXPECT_OK(customer_part(c, h->merges[k], ""));
    h->merges[k] = h->merges[--h->n];
}

static void both(struct ctx *c, struct history *h)
{
    const int what = dice(7), i = dice(PEOPLE);
    /* a consent says the opposite of what he said last: known from B */
    bool given = true;
    i64 of = who(c, &h->b, h, i);
    struct telling *const t[] = { &h->a, &h->b };

    if (what == 2) {
        EXPECT_OK(customer_may(c, of, h->op % 3, 0, &given));
        given = !given;
    }
    for (size_t k = 0; k < 2; k++) {
        switch (what) {
        case 0:
        case 1:
            place(c, t[k], h, i);
            break;
        case 2:
            consent(c, t[k], h, i, given);
            break;
        case 3:
            add_key(c, t[k], h, i);
            break;
        case 4:
            rename_him(c, t[k], h, i);
            break;
        case 5:
            visit(c, t[k], h, i);
            break;
        default:
            put_in_basket(c, t[k], h, i);
        }
    }
}

static void live(struct ctx *c, struct history *h)
{
    const int ops = 8 + dice(OPS);

    for (h->op = 1; h->op <= ops; h->op++) {
        c->now += 1000;
        switch (dice(5)) {
        case 0:
            some_merge(c, h);
            break;
        case 1:
            some_undo(c, h);
            break;
        default:
            both(c, h);
        }
    }
    while (h->n) some_undo(c, h);
}

/* ---- Are they the same?
 * -------------------------------------------------------------- */

/* Whose id, in which telling, is which person: in the dumps a person is "history-i". */
static void remember(struct ctx *c, const struct history *h)
{
    static const struct query who_is = {
        "test.remember", "INSERT INTO test_who (id, world, n) VALUES ($1, $2, $3)"
    };

    for (int i = 0; i < PEOPLE; i++) {
        const i64 n = (i64)h->number * 10 + i;
        EXPECT_OK(db_exec(c, &who_is, NULL, h->a.id[i], 0, n));
        EXPECT_OK(db_exec(c, &who_is, NULL, h->b.id[i], 1, n));
    }
}

struct column {
    const char *table, *name;
};

/* Every column of every table, as the engine tells it. */
static struct list columns(struct ctx *c)
{
    static const struct query lite = {
        "test.columns",
        "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p"
        " WHERE m.type = 'table' ORDER BY 1, 2"
    };
    static const struct query postgres = {
        "test.columns", "SELECT CAST(t.table_name AS TEXT), CAST(k.column_name AS "
                        "TEXT) FROM information_schema.tables t"
                        "  JOIN information_schema.columns k ON k.table_name = "
                        "t.table_name AND k.table_schema = t.table_schema"
                        " WHERE t.table_type = 'BASE TABLE' AND t.table_schema = "
                        "current_schema() ORDER BY 1, 2"
    };
    struct column one;
    struct list all = { 0 };
    ROWS r;

    EXPECT_OK(db_rows0(c, &r, db_engine(c->db) == DB_SQLITE ? &lite : &postgres));
    while (db_next(&r, INTO(&one.table, &one.name)))
        *(struct column *)list_add(c->mem, &all, sizeof(one)) = one;
    EXPECT_OK(r.err);
    return all;
}

/* What differs between two tellings without meaning anything: ids, random texts, how
 * many times a row was written. */
static bool meaningless(const char *name)
{
    static const char *const names[] = { "id",       "order_id",    "number",
                                         "token",    "version",     "secret",
                                         "merge_id", "customer_id", "basket_id",
                                         "proof" };

    for (size_t k = 0; k < COUNT(names); k++)
        if (!strcmp(name, names[k])) return true;
    return false;
}

/* "SELECT n || '|' || c1 || ..." of one table in one telling, in order. */
static const char *dump_of(struct ctx *c, const struct list *all, const char *table,
                           const char *owner, int world)
{
    const struct column *k = all->at;
    const char *cells = "CAST(w.n AS TEXT)";

    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(k[i].table, table) || meaningless(k[i].name)) continue;
        cells = arena_printf(c->mem, "%s || '|' || COALESCE(CAST(t.%s AS TEXT), '-')",
                             cells, k[i].name);
    }
    return arena_printf(c->mem,
                        "SELECT %s AS cell FROM test_who w JOIN %s t ON t.%s = w.id"
                        " WHERE w.world = %d ORDER BY w.n, cell",
                        cells, table, owner, world);
}

/* A key stands sealed; open it begins with the telling's letter. */
static const char *opened(struct ctx *c, const char *cells)
{
    const char *at = strchr(cells, '~');

    if (!at) return cells;
    const size_t n = strcspn(at, "|");
    const char *key = contact_open(c->mem, arena_strdup(c->mem, at, n));
    return arena_printf(c->mem, "%.*s%s%s", (int)(at - cells), cells, key + 1, at + n);
}

static int in_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static i64 compare(struct ctx *c, const struct list *all, const char *table,
                   const char *owner)
{
    const struct query qa = { "test.a", dump_of(c, all, table, owner, 0) };
    const struct query qb = { "test.b", dump_of(c, all, table, owner, 1) };
    struct list a = { 0 }, b = { 0 };
    const char *text;

    for (int world = 0; world < 2; world++) {
        ROWS r;
        EXPECT_OK(db_rows0(c, &r, world ? &qb : &qa));
        while (db_next(&r, INTO(&text)))
            *(const char **)list_add(c->mem, world ? &b : &a, sizeof(text)) =
                opened(c, text);
        EXPECT_OK(r.err);
    }
    if (a.n) qsort(a.at, a.n, sizeof(text), in_order);
    if (b.n) qsort(b.at, b.n, sizeof(text), in_order);
    for (size_t i = 0; i < a.n || i < b.n; i++) {
        const char *x = i < a.n ? ((const char **)a.at)[i] : "(nothing)";
        const char *y = i < b.n ? ((const char **)b.at)[i] : "(nothing)";

        if (strcmp(x, y) == 0) continue;
        fail_msg("%s: with merges %s, without %s", table, x, y);
    }
    return (i64)a.n;
}

/* Facts and segments are computed from the rows of the others, whenever those change;
 * their own tests prove that.  What they count with is a row like any other.  The
 * outbox of events is empty in a moment, and the log it goes to asks who lives. */
static bool names_him(const struct column *k)
{
    return !strcmp(k->name, "customer_id") && strcmp(k->table, "track_outbox") &&
           (strncmp(k->table, "insight_", 8) || !strcmp(k->table, "insight_seen"));
}

/* customer_merge.survivor_id and the like are about the merges themselves. */
static i64 compare_all(struct ctx *c)
{
    const struct list all = columns(c);
    const struct column *k = all.at;
    i64 rows = 0;

    for (size_t i = 0; i < all.n; i++)
        if (names_him(&k[i])) rows += compare(c, &all, k[i].table, "customer_id");
    rows += compare(c, &all, "customer_person", "id");
    rows += compare(c, &all, "order_basket_line", "basket_id");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_own"), 0);
    return rows;
}

static void checks_hold(struct ctx *c)
{
    for (size_t k = 0; modules[k]; k++)
        for (const struct query *q = modules[k]->checks; q && q->name; q++) {
            if (strncmp(q->name, "customer.", 9)) continue;
            ROWS r;
            EXPECT_OK(db_rows0(c, &r, q));
            EXPECT(!db_next_(&r, NULL, 0));
        }
}

static void broken(void *arg, const char *check, const char *who)
{
    (void)arg;
    fail_msg("%s: %s", check, who);
}

static int how_many(struct ctx *c, int usual)
{
    const char *said = getenv("PRILAVOK_HISTORIES");

    if (said) return (int)strtol(said, NULL, 10);
    return db_engine(c->db) == DB_SQLITE ? usual : usual / 10;
}

/* Some histories and their comparison, in memory of their own. */
static void some(struct ctx *c, int first, int past)
{
    struct arena *mem = c->mem;

    c->mem = arena_new((size_t)128 << 20);
    for (int k = first; k < past; k++) {
        struct history h = { .number = k, .a.world = 'A', .b.world = 'B' };

        seed = 0x9E3779B97F4A7C15ull * (u64)k;
        begin(c, &h.a, &h);
        begin(c, &h.b, &h);
        live(c, &h);
        remember(c, &h);
    }
    EXPECT(compare_all(c) > (past - first) * PEOPLE * 5);
    SQL("DELETE FROM test_who");
    arena_free(c->mem);
    c->mem = mem;
}

static void histories(struct ctx *c)
{
    const int n = how_many(c, 1000), slice = 250;

    EXPECT_OK(setting_set(c, "customer.confirm_sms", (struct setting_scope){ 0 },
                          "false")); /* they have no telephones */

    SQL("CREATE TABLE test_who (id BIGINT NOT NULL PRIMARY KEY, world BIGINT NOT NULL,"
        " n BIGINT NOT NULL)");
    for (int k = 1; k <= n; k += slice) some(c, k, k + slice <= n ? k + slice : n + 1);
    checks_hold(c);
    EXPECT_OK(customer_prove(c, broken, NULL));
    SQL("DROP TABLE test_who");
}

/* ---- Nobody is forgotten
 * ---------------------------------------------------------------- */

/* A row of ones and x's in every table that names a customer: it must go along. */
static void one_row(struct ctx *c, const char *table, i64 customer_id)
{
    static const struct query needed = {
        "test.needed", "SELECT name, type FROM pragma_table_info($1) WHERE \"notnull\" "
                       "= 1 OR name = 'customer_id'"
    };
    const char *names = "", *values = "", *name, *type;
    ROWS r;

    EXPECT_OK(db_rows(c, &r, &needed, table));
    while (db_next(&r, INTO(&name, &type))) {
        const char *value = !strcmp(name, "customer_id") || !strcmp(name, "born_id")
                                ? arena_printf(c->mem, "%lld", customer_id)
                            : !strcmp(type, "TEXT") || !strcmp(type, "BYTEA") ? "'x'"
                                                                              : "1";
        names = arena_printf(c->mem, "%s%s%s", names, *names ? ", " : "", name);
        values = arena_printf(c->mem, "%s%s%s", values, *values ? ", " : "", value);
    }
    EXPECT_OK(r.err);
    SQL(arena_printf(c->mem, "INSERT INTO %s (%s) VALUES (%s)", table, names, values));
}

static void nobody_forgotten(struct ctx *c)
{
    const struct history h = { .number = 1 };
    const struct telling t = { .world = 'C' };
    const struct list all = columns(c);
    const struct column *k = all.at;
    i64 to, from, fact;

    if (db_engine(c->db) != DB_SQLITE) skip();
    to = who(c, &t, &h, 1);
    from = who(c, &t, &h, 2);
    SQL("PRAGMA ignore_check_constraints = 1");
    SQL("PRAGMA defer_foreign_keys = 1");
    for (size_t i = 0; i < all.n; i++)
        if (names_him(&k[i])) one_row(c, k[i].table, from);
    EXPECT_OK(customer_merge(
        c, &(struct customer_merge_new){ .into = to, .from = from, .score_ppm = NONE },
        &fact));
    for (size_t i = 0; i < all.n; i++) {
        if (!names_him(&k[i])) continue;
        const i64 left = test_int(
            c, arena_printf(c->mem, "SELECT COUNT(*) FROM %s WHERE customer_id = %lld",
                            k[i].table, from));
        if (left)
            fail_msg("%s: nobody moves its rows (struct module.person)", k[i].table);
    }
    SQL("PRAGMA ignore_check_constraints = 0");
}

static const struct test tests[] = {
    { "a thousand histories of merges, all undone, are as if there had been none",
      histories },
    { "every table that names a customer goes along when he becomes another",
      nobody_forgotten },
};

int main(void)
{
    return test_main("customer", tests, COUNT(tests));
}
