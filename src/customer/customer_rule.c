/* Rules as data: versions, and the judge that reads them. */
#include "customer/customer_rule.h"

#include <string.h>

#include "base/buf.h"
#include "customer/customer_own.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum { GET, ADD, LAST, LIST, ON };

/* clang-format off */
#define COLUMNS "version, body, note, at, who_id, report, tried_at, on_at"
const struct query customer_rule_sql[] = {
    [GET] = { "customer.get_rule", "SELECT " COLUMNS " FROM customer_rule WHERE version = $1" },

    [ADD] = { "customer.add_rule",
        "INSERT INTO customer_rule (version, body, note, at, who_id) VALUES ($1, $2, $3, $4, $5)" },

    [LAST] = { "customer.last_rule",
        "SELECT version FROM customer_rule ORDER BY version DESC LIMIT 1" },

    [LIST] = { "customer.list_rules",
        "SELECT " COLUMNS " FROM customer_rule ORDER BY version DESC LIMIT 100" },

    [ON] = { "customer.rule_on",
        "UPDATE customer_rule SET on_at = $2 WHERE version = $1 AND tried_at IS NOT NULL" },
    QUERY_END
};

const char *const rule_merges_words[] = { "never", "same_name", "no_clash", NULL };
const char *const names_like_words[] = { "clash", "open", "same", NULL };

static const struct field key_fields[] = {
    F_ENUM(key_rule, kind, MUST, customer_kind_words, "Which keys."),
    F_INT(key_rule, per_person, MUST, 1, 1000, "Of these a person has at most so many."),
    F_INT(key_rule, people, MUST, 1, 1000, "Brought by more people than this, a key is nobody's."),
    F_INT(key_rule, window_days, MUST, 1, 3650, "In so many days."),
    F_ENUM(key_rule, merges, MUST, rule_merges_words, "What it is worth when two have it: never: somebody looks; same_name: they are one when the whole name is the same too; no_clash: they are one unless the names speak against it."),
    FIELD_END
};
static const struct shape key_shape = SHAPE("IdentityKeyRule", key_rule, key_fields);

static const struct field rule_fields[] = {
    F_INT(customer_rule, version, OPT, 0, 1000000, "Which one; 0 is built in."),
    F_LIST(customer_rule, keys, MUST, &key_shape, KEY_KINDS, "The most trusted first, every kind once."),
    F_INT(customer_rule, recycle_days, MUST, 30, 3650, "A telephone that nobody brought for so many days passes to whoever brings it with another name."),
    F_INT(customer_rule, sure_ppm, MUST, 900000, 1000000, "From this probability on records merge by themselves, 1/1,000,000."),
    F_INT(customer_rule, review_ppm, MUST, 1, 1000000, "From this probability on somebody is asked, 1/1,000,000."),
    F_TEXT(customer_rule, note, OPT, 1000, "Why it was made."),
    F_TIME(customer_rule, at, OPT, "When it was made."),
    F_ID(customer_rule, who_id, OPT, "By whom."),
    F_TIME(customer_rule, tried_at, OPT, "When it was rehearsed."),
    F_TIME(customer_rule, on_at, OPT, "When it was last switched on."),
    F_JSON(customer_rule, report, OPT, 0, "What its rehearsal found."),
    F_BOOL(customer_rule, on, OPT, "It holds now."),
    FIELD_END
};
const struct shape customer_rule_shape = SHAPE("IdentityRule", customer_rule, rule_fields);

/* What is kept of a version. */
static const struct field body_fields[] = {
    F_LIST(customer_rule, keys, MUST, &key_shape, KEY_KINDS, ""),
    F_INT(customer_rule, recycle_days, MUST, 30, 3650, ""),
    F_INT(customer_rule, sure_ppm, MUST, 900000, 1000000, ""),
    F_INT(customer_rule, review_ppm, MUST, 1, 1000000, ""),
    FIELD_END
};
static const struct shape body_shape = SHAPE("IdentityRuleBody", customer_rule, body_fields);

static struct key_rule built_in[KEY_KINDS] = {
    { KEY_PHONE,     5,  4, 365, RULE_SAME_NAME },
    { KEY_EMAIL,     5,  4, 365, RULE_SAME_NAME },
    { KEY_CARD,     10,  3, 365, RULE_NO_CLASH },
    { KEY_MESSENGER, 5,  3, 365, RULE_NO_CLASH },
    { KEY_SERIAL,  200,  5, 365, RULE_NEVER },
    { KEY_RECEIPT, 1000, 3, 365, RULE_NEVER },
    { KEY_DEVICE,   20,  5, 365, RULE_NEVER },
    { KEY_COOKIE,   50,  3, 365, RULE_NEVER },
    { KEY_USER,     20,  3, 365, RULE_SAME_NAME },
};
/* clang-format on */

#define Q customer_rule_sql

/* ---- Versions -------------------------------------------------------------- */

static void built_in_rule(struct customer_rule *ret)
{
    *ret = (struct customer_rule){ .keys = { built_in, KEY_KINDS },
                                   .recycle_days = 365,
                                   .sure_ppm = 999000,
                                   .review_ppm = 500000,
                                   .note = "",
                                   .at = NONE,
                                   .who_id = NONE,
                                   .tried_at = NONE,
                                   .on_at = NONE };
}

i64 customer_rule_version(struct ctx *c)
{
    return setting_int(c, "customer.rule_version", (struct setting_scope){ 0 });
}

/* A version of before a kind of key was known takes its row from the built-in ones. */
static void later_kinds(struct ctx *c, struct customer_rule *r)
{
    unsigned seen = 0;
    const struct key_rule *k = r->keys.at;

    for (size_t n = 0; n < r->keys.n; n++) seen |= 1u << k[n].kind;
    for (size_t n = 0; n < COUNT(built_in); n++)
        if (!(seen >> built_in[n].kind & 1))
            *(struct key_rule *)list_add(c->mem, &r->keys, sizeof(*k)) = built_in[n];
}

static enum err read_body(struct ctx *c, const char *body, struct customer_rule *r)
{
    struct customer_rule read = { 0 };

    TRY(shape_read(c, &body_shape, body, strlen(body), &read));
    r->keys = read.keys;
    later_kinds(c, r);
    r->recycle_days = read.recycle_days;
    r->sure_ppm = read.sure_ppm;
    r->review_ppm = read.review_ppm;
    return ERR_OK;
}

#define INTO_RULE(r, body)                                                             \
    INTO(&(r)->version, body, &(r)->note, &(r)->at, &(r)->who_id, &(r)->report,        \
         &(r)->tried_at, &(r)->on_at)

enum err customer_rule_get(struct ctx *c, i64 version, struct customer_rule *ret)
{
    const char *body;

    built_in_rule(ret);
    if (version == 0) {
        ret->on = customer_rule_version(c) == 0;
        return ERR_OK;
    }
    const enum err e = db_one(c, &Q[GET], INTO_RULE(ret, &body), version);
    if (e == ERR_NOT_FOUND)
        return FAIL(c, NOT_FOUND, "no rules of version %lld", version);
    TRY(e);
    ret->on = customer_rule_version(c) == version;
    return read_body(c, body, ret);
}

enum err customer_rule(struct ctx *c, struct customer_rule *ret)
{
    return customer_rule_get(c, customer_rule_version(c), ret);
}

const struct key_rule *customer_key_rule(const struct customer_rule *r, int kind)
{
    const struct key_rule *k = r->keys.at;

    for (size_t n = 0; n < r->keys.n; n++)
        if (k[n].kind == kind) return &k[n];
    return &built_in[0];
}

static enum err check(struct ctx *c, const struct customer_rule *r)
{
    const struct key_rule *k = r->keys.at;
    unsigned seen = 0;

    for (size_t n = 0; n < r->keys.n; n++) {
        if (seen >> k[n].kind & 1)
            FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "keys[%zu].kind", n),
                      "%s stands here twice", customer_kind_words[k[n].kind]);
        seen |= 1u << k[n].kind;
    }
    if (seen != (1u << KEY_KINDS) - 1 && !c->fault.err)
        FAIL_MORE(c, BAD_ARGUMENT, "keys", "every kind of key has to stand here once");
    if (r->review_ppm > r->sure_ppm)
        FAIL_MORE(c, BAD_ARGUMENT, "review_ppm", "nobody would ever be asked");
    return c->fault.err;
}

enum err customer_rule_add(struct ctx *c, const struct customer_rule *r,
                           i64 *ret_version)
{
    struct buf b = buf_new(c->mem, 1024, 20000);
    i64 last = 0;

    TRY(check(c, r));
    shape_write(&b, &body_shape, r);
    const enum err e = db_one0(c, &Q[LAST], INTO(&last));
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_version = last + 1;
    TRY(db_exec(c, &Q[ADD], NULL, last + 1, b.at, r->note ? r->note : "", c->now,
                c->who.id));
    return staff_audit(c, "customer.rule_add", last + 1, b.at);
}

enum err customer_rules(struct ctx *c, struct list *ret)
{
    struct customer_rule r = { 0 };
    const i64 on = customer_rule_version(c);
    const char *body;
    ROWS rows;

    *ret = (struct list){ 0 };
    TRY(db_rows0(c, &rows, &Q[LIST]));
    while (db_next(&rows, INTO_RULE(&r, &body))) {
        TRY(read_body(c, body, &r));
        r.on = r.version == on;
        *(struct customer_rule *)list_add(c->mem, ret, sizeof(r)) = r;
    }
    TRY(rows.err);
    return customer_rule_get(c, 0, list_add(c->mem, ret, sizeof(r)));
}

enum err customer_rule_on(struct ctx *c, i64 version)
{
    struct customer_rule r;
    i64 n = 1;

    TRY(customer_rule_get(c, version, &r));
    if (version) TRY(db_exec(c, &Q[ON], &n, version, c->now));
    if (!n)
        return FAIL(c, WRONG_STATE, "rules of version %lld were not rehearsed yet",
                    version);
    TRY(setting_set(c, "customer.rule_version", (struct setting_scope){ 0 },
                    arena_printf(c->mem, "%lld", version)));
    return staff_audit(c, "customer.rule_on", version, NULL);
}

/* ---- The judge ------------------------------------------------------------- */

static bool merges(const struct key_rule *k, int names)
{
    return (k->merges == RULE_SAME_NAME && names == NAMES_SAME) ||
           (k->merges == RULE_NO_CLASH && names != NAMES_CLASH);
}

enum rule_verdict customer_rule_judge(const struct customer_rule *r,
                                      const struct rule_case *k)
{
    const struct key_rule *rule = r->keys.at;

    for (size_t n = 0; n < r->keys.n; n++)
        if (k->kinds >> rule[n].kind & 1 && merges(&rule[n], k->names))
            return RULE_MERGE;
    if (k->score_ppm >= r->sure_ppm && !k->against) return RULE_MERGE;
    return k->kinds || k->score_ppm >= r->review_ppm ? RULE_REVIEW : RULE_NOTHING;
}

/* ---- Names ----------------------------------------------------------------- */

/* Short forms that begin otherwise than the whole name does. */
static bool short_form(const char *a, const char *b)
{
    static const char *const pairs[][2] = {
        { "александр", "саша" },  { "александр", "шура" },   { "алексей", "леша" },
        { "александра", "саша" }, { "анастасия", "настя" },  { "георгий", "гоша" },
        { "георгий", "жора" },    { "дмитрий", "митя" },     { "дмитрий", "дима" },
        { "евгений", "женя" },    { "евгения", "женя" },     { "екатерина", "катя" },
        { "елена", "лена" },      { "елизавета", "лиза" },   { "иван", "ваня" },
        { "ирина", "ира" },       { "константин", "костя" }, { "любовь", "люба" },
        { "людмила", "люда" },    { "мария", "маша" },       { "михаил", "миша" },
        { "надежда", "надя" },    { "николай", "коля" },     { "ольга", "оля" },
        { "павел", "паша" },      { "петр", "петя" },        { "светлана", "света" },
        { "татьяна", "таня" },    { "юлия", "юля" },         { "юрий", "юра" },
        { "яков", "яша" },        { "анна", "аня" },         { "наталья", "наташа" },
        { "наталья", "наталия" }, { "софья", "софия" },      { "артем", "тема" },
        { "владимир", "вова" },   { "владимир", "володя" },  { "виктория", "вика" },
        { "вячеслав", "слава" },  { "станислав", "слава" },  { "эдуард", "эдик" },
    };

    for (size_t k = 0; k < COUNT(pairs); k++)
        if ((!strcmp(a, pairs[k][0]) && !strcmp(b, pairs[k][1])) ||
            (!strcmp(b, pairs[k][0]) && !strcmp(a, pairs[k][1])))
            return true;
    return false;
}

/* "А." of "Анна", a beginning, a short form, one letter wrong in a long name. */
static bool near(const char *a, const char *b)
{
    const size_t na = strcspn(a, "."), nb = strcspn(b, "."), n = na < nb ? na : nb;
    size_t same = 0;

    if (!strncmp(a, b, n)) return true;
    while (same < n && a[same] == b[same]) same++;
    return short_form(a, b) || (same >= 8 && na < nb + 5 && nb < na + 5);
}

/* "иванов" and "иванова" are one family's, and may be one person's typing. */
static bool near_surname(const char *a, const char *b)
{
    const size_t na = strlen(a), nb = strlen(b), n = na < nb ? na : nb;
    size_t same = 0;

    while (same < n && a[same] == b[same]) same++;
    return same >= n || same + 4 >= n;
}

enum names_like customer_names_like(struct arena *mem, const char *a_last,
                                    const char *a_first, const char *b_last,
                                    const char *b_first)
{
    const char *al = customer_fold(mem, a_last), *af = customer_fold(mem, a_first);
    const char *bl = customer_fold(mem, b_last), *bf = customer_fold(mem, b_first);

    if (al[0] && af[0] && !strcmp(al, bl) && !strcmp(af, bf)) return NAMES_SAME;
    if (al[0] && af[0] && !strcmp(al, bf) && !strcmp(af, bl)) return NAMES_SAME;
    if (af[0] && bf[0] && !near(af, bf) && strcmp(af, bl)) return NAMES_CLASH;
    if (af[0] && bf[0] && al[0] && bl[0] && strcmp(af, bf) && !near_surname(al, bl))
        return NAMES_CLASH;
    return NAMES_OPEN;
}
