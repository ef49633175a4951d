/* Who is it?  See customer_resolve.h. */
#include "customer/customer_resolve.h"

#include <string.h>

#include "base/contact.h"
#include "base/id.h"
#include "base/person.h"
#include "base/time.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "customer/customer_pair.h"
#include "event/event.h"

enum { WHOSE, USED, USERS, USE, PEOPLE, PASS_ON, HAS, DROP_USE };

/* clang-format off */
const struct query customer_resolve_sql[] = {
    [WHOSE] = { "customer.get_owner",
        "SELECT k.customer_id, COALESCE(k.born_id, k.customer_id), COALESCE(p.last_name, ''),"
        "       COALESCE(p.first_name, ''), COALESCE(k.used_at, k.added_at)"
        "  FROM customer_key k LEFT JOIN customer_person p ON p.id = k.customer_id"
        " WHERE k.kind = $1 AND k.value = $2" },

    [USED] = { "customer.key_used",
        "UPDATE customer_key SET used_at = $4 WHERE kind = $1 AND value = $2 AND customer_id = $3",
        .types = "itii" },

    [USERS] = { "customer.key_users",
        "SELECT u.customer_id, COALESCE(u.born_id, u.customer_id), p.last_name, p.first_name"
        "  FROM customer_key_use u JOIN customer_person p ON p.id = u.customer_id"
        " WHERE u.kind = $1 AND u.value = $2 ORDER BY u.last_at DESC, u.customer_id LIMIT 50" },

    [USE] = { "customer.use_key",
        "INSERT INTO customer_key_use (kind, value, customer_id, born_id, first_at, last_at, times)"
        " VALUES ($1, $2, $3, $4, $5, $5, 1)"
        " ON CONFLICT (kind, value, customer_id) DO UPDATE SET last_at = excluded.last_at,"
        "   times = customer_key_use.times + 1", .types = "itiii" },

    [PEOPLE] = { "customer.key_people",
        "SELECT COUNT(*) FROM customer_key_use u WHERE u.kind = $1 AND u.value = $2"
        "   AND u.customer_id <> $3 AND u.last_at >= $4 AND u.last_at > COALESCE("
        "       (SELECT b.at FROM customer_key_block b WHERE b.kind = $1 AND b.value = $2 AND b.why = 3), -1)" },

    /* Guarded: of two who take it over at once one does. */
    [PASS_ON] = { "customer.pass_key_on",
        "UPDATE customer_key SET customer_id = $4, born_id = $6, added_at = $5, used_at = NULL, confirmed_at = NULL, read_at = NULL"
        " WHERE kind = $1 AND value = $2 AND customer_id = $3", .types = "itiiii" },

    [HAS] = { "customer.count_keys",
        "SELECT COUNT(*) FROM customer_key WHERE customer_id = $1 AND kind = $2" },

    [DROP_USE] = { "customer.leave_use",
        "DELETE FROM customer_key_use WHERE kind = $1 AND value = $2 AND customer_id = $3" },
    QUERY_END
};
/* clang-format on */

#define Q customer_resolve_sql

enum { SAID_MAX = 16, USED_DAYS = 30 };

/* A key that was said, and whose it is. */
struct said {
    int kind;
    const char *value;
    const char *sealed; /* as the tables have it */
    bool proved, junk;
    bool kept;       /* it stands in the table */
    i64 owner, born; /* owner 0: nobody's */
    const char *last, *first;
    i64 used_at;
    enum names_like like; /* its owner's name beside what was said */
};

struct resolving {
    const struct customer_saying *ask;
    struct said said[SAID_MAX];
    size_t n;
    struct name name;
    i64 id, born;
    struct said *by; /* by which he was found, or NULL */
    bool made;
};

static bool of_people(int kind)
{
    return kind == KEY_PHONE || kind == KEY_EMAIL || kind == KEY_CARD ||
           kind == KEY_MESSENGER || kind == KEY_USER;
}

/* ---- What was said ---------------------------------------------------------- */

static enum err read_said(struct ctx *c, struct resolving *r)
{
    enum err e = ERR_OK;

    for (size_t k = 0; k < r->ask->n && r->n < SAID_MAX; k++) {
        const struct customer_said *in = &r->ask->keys[k];
        if (!in->value || !*in->value) continue;
        const char *value = customer_key_norm(c->mem, in->kind, in->value);
        if (!value) {
            FAIL_MORE(c, BAD_ARGUMENT, customer_kind_words[in->kind], "\"%s\" is no %s",
                      in->value, customer_kind_words[in->kind]);
            e = ERR_BAD_ARGUMENT;
            continue;
        }
        r->said[r->n++] =
            (struct said){ .kind = in->kind,
                           .value = value,
                           .sealed = contact_seal(c->mem, value),
                           .proved = in->proved,
                           .junk = customer_key_is_junk(in->kind, value) };
    }
    r->name = customer_name_split(c->mem, r->ask->name);
    return e;
}

/* Whose the given keys are, in one round trip. */
static enum err read_owners(struct ctx *c, struct resolving *r)
{
    struct db_call *calls = NEW_N(c->mem, struct db_call, r->n + 1);
    struct val(*v)[2] = arena_raw(c->mem, sizeof(*v) * (r->n + 1));
    struct out(*o)[5] = arena_raw(c->mem, sizeof(*o) * (r->n + 1));

    for (size_t k = 0; k < r->n; k++) {
        struct said *s = &r->said[k];

        v[k][0] = val_i(s->kind);
        v[k][1] = val_s(s->sealed);
        TRY(customer_fresh(c, s->kind, s->value));
        o[k][0] = (struct out)OUT(&s->owner);
        o[k][1] = (struct out)OUT(&s->born);
        o[k][2] = (struct out)OUT(&s->last);
        o[k][3] = (struct out)OUT(&s->first);
        o[k][4] = (struct out)OUT(&s->used_at);
        calls[k] = (struct db_call){ &Q[WHOSE], v[k], 2, o[k], 5, 0 };
    }
    TRY(db_batch(c, calls, r->n));
    for (size_t k = 0; k < r->n; k++) {
        struct said *s = &r->said[k];

        s->kept = calls[k].n > 0;
        if (!s->owner) continue;
        s->like =
            customer_names_like(c->mem, s->last, s->first, r->name.last, r->name.first);
    }
    return ERR_OK;
}

/* ---- Found ------------------------------------------------------------------- */

static void found_by(struct resolving *r, struct said *s, i64 id, i64 born)
{
    r->by = s;
    r->id = id;
    r->born = born;
}

/* Another system's own number of a person is never a family's: he may change his name.
 */
static bool speaks_for_itself(const struct said *s)
{
    return s->proved || s->kind == KEY_USER;
}

static void by_owner(struct resolving *r)
{
    for (size_t k = 0; k < r->n && !r->id; k++) {
        struct said *s = &r->said[k];

        if (s->owner && (speaks_for_itself(s) || s->like != NAMES_CLASH))
            found_by(r, s, s->owner, s->born);
    }
}

/* Somebody who brought this key before under this name. */
static enum err by_use(struct ctx *c, struct resolving *r, struct said *s)
{
    i64 id, born;
    const char *last, *first;
    ROWS rows;

    TRY(db_rows(c, &rows, &Q[USERS], s->kind, s->sealed));
    while (!r->id && db_next(&rows, INTO(&id, &born, &last, &first))) {
        const enum names_like like =
            customer_names_like(c->mem, last, first, r->name.last, r->name.first);
        /* a key of nobody says little: there the whole name has to be his */
        if (like == NAMES_SAME || (s->owner && like == NAMES_OPEN && first[0]))
            found_by(r, s, id, born);
    }
    return rows.err;
}

static enum err find(struct ctx *c, struct resolving *r)
{
    by_owner(r);
    for (size_t k = 0; k < r->n && !r->id; k++)
        if (r->said[k].kept || r->said[k].junk) TRY(by_use(c, r, &r->said[k]));
    return ERR_OK;
}

/* ---- Made ---------------------------------------------------------------------- */

static bool free_key(const struct said *s)
{
    return !s->kept && !s->junk;
}

/* Whoever inserts the first key wins, so two orders at once make one customer. */
static enum err make(struct ctx *c, struct resolving *r)
{
    const i64 region = r->ask->region_id;
    const struct customer new = { .last_name = r->name.last,
                                  .first_name = r->name.first,
                                  .middle_name = r->name.middle,
                                  .birth_day = NONE,
                                  .region_id = region ? region : NONE,
                                  .lang = c->lang,
                                  .said_by = r->ask->said_by };
    i64 owner;

    r->id = owner = id_new_scattered(c);
    c->person = (struct person_seen){ r->id, r->id };
    for (size_t k = 0; k < r->n && owner == r->id; k++) {
        struct said *s = &r->said[k];

        if (!free_key(s) || !of_people(s->kind)) continue;
        TRY(customer_key_claim(c, s->kind, s->value, r->id, &owner));
        s->kept = true;
        s->owner = owner;
        s->used_at = c->now;
        break;
    }
    r->born = r->id = owner;
    r->made = owner == c->person.id;
    return r->made ? customer_new(c, owner, &new) : ERR_OK;
}

static bool may_make(const struct resolving *r)
{
    bool may = r->ask->make;

    for (size_t k = 0; k < r->n; k++)
        may |= of_people(r->said[k].kind) && !r->said[k].junk &&
               (free_key(&r->said[k]) || r->said[k].owner);
    return may;
}

/* ---- Shared, passed on, blocked ------------------------------------------------- */

static enum err too_many_people(struct ctx *c, const struct said *s, bool *ret)
{
    struct customer_rule rule;
    i64 people;

    TRY(customer_rule(c, &rule));
    const struct key_rule *k = customer_key_rule(&rule, s->kind);
    TRY(db_one(c, &Q[PEOPLE], INTO(&people), s->kind, s->sealed, s->owner,
               c->now - k->window_days * DAY_MS));
    *ret = people + (s->owner != 0) > k->people;
    return ERR_OK;
}

static enum err use(struct ctx *c, struct resolving *r, struct said *s)
{
    bool many;

    TRY(db_exec(c, &Q[USE], NULL, s->kind, s->sealed, r->id, person_born(c, r->id),
                c->now));
    if (!s->kept || !s->owner) return ERR_OK;
    TRY(too_many_people(c, s, &many));
    return many ? customer_block_add(c, s->kind, s->value, BLOCK_MANY, "") : ERR_OK;
}

/* A number nobody brought for so long is somebody else's now. */
static enum err recycled(struct ctx *c, const struct resolving *r, const struct said *s,
                         bool *ret)
{
    struct customer_rule rule;

    *ret = false;
    if (s->kind != KEY_PHONE || s->like != NAMES_CLASH || s->owner == r->id)
        return ERR_OK;
    TRY(customer_rule(c, &rule));
    *ret = c->now - s->used_at > rule.recycle_days * DAY_MS;
    return ERR_OK;
}

static enum err pass_on(struct ctx *c, struct resolving *r, struct said *s)
{
    i64 n;

    TRY(db_exec(c, &Q[PASS_ON], &n, s->kind, s->sealed, s->owner, r->id, c->now,
                person_born(c, r->id)));
    if (!n) return ERR_OK;
    TRY(customer_key_note(c, s->owner, s->kind, s->value, KEY_REMOVED));
    TRY(customer_key_note(c, r->id, s->kind, s->value, KEY_ADDED));
    return event_emit(c, "customer.key_passed_on", s->owner,
                      arena_printf(c->mem, "{\"to\":\"%lld\",\"kind\":\"%s\"}", r->id,
                                   customer_kind_words[s->kind]));
}

/* ---- Two owners ------------------------------------------------------------------ */

static enum err two_owners(struct ctx *c, struct resolving *r, const struct said *s)
{
    const bool known = r->by && of_people(r->by->kind) && of_people(s->kind);
    enum rule_verdict verdict;
    struct customer one;

    if (!known) return ERR_OK; /* another user of the same computer */
    TRY(customer_get(c, r->id, &one));
    const struct customer_pair p = {
        .a_id = r->id,
        .b_id = s->owner,
        .source = PAIR_KEY,
        .kinds = 1 << s->kind | 1 << r->by->kind,
        .names = customer_names_like(c->mem, one.last_name, one.first_name, s->last,
                                     s->first),
        .evidence = arena_printf(c->mem, "{\"keys\":[\"%s\",\"%s\"]}",
                                 customer_kind_words[r->by->kind],
                                 customer_kind_words[s->kind]),
    };
    TRY(customer_pair_found(c, &p, &verdict));
    if (verdict != RULE_MERGE) return ERR_OK;
    if (r->ask->ret_merged) *r->ask->ret_merged = true;
    return customer_living(c, r->id, &r->id);
}

static enum err claim(struct ctx *c, struct resolving *r, struct said *s)
{
    struct customer_rule rule;
    i64 has, owner;

    if (!r->made) {
        TRY(customer_rule(c, &rule));
        TRY(db_one(c, &Q[HAS], INTO(&has), r->id, s->kind));
        if (has >= customer_key_rule(&rule, s->kind)->per_person) return use(c, r, s);
        if (s->kind <= KEY_EMAIL) TRY(customer_compare_later(c, r->id));
    }
    return customer_key_claim(c, s->kind, s->value, r->id, &owner);
}

static enum err settle(struct ctx *c, struct resolving *r, struct said *s)
{
    bool passes;

    if (s->junk) return use(c, r, s);
    if (!s->kept) return claim(c, r, s);
    if (s->owner == r->id) {
        if (c->now - s->used_at < USED_DAYS * DAY_MS) return ERR_OK;
        return db_exec(c, &Q[USED], NULL, s->kind, s->sealed, r->id, c->now);
    }
    if (!s->owner) return use(c, r, s);
    TRY(recycled(c, r, s, &passes));
    if (passes) return pass_on(c, r, s);
    if (s->like == NAMES_CLASH || !of_people(s->kind)) return use(c, r, s);
    return two_owners(c, r, s);
}

/* ---- All of it ---------------------------------------------------------------------
 */

static enum err check_proved(struct ctx *c, const struct resolving *r)
{
    for (size_t k = 0; k < r->n; k++) {
        const struct said *s = &r->said[k];

        if (s->proved && (s->junk || (s->kept && !s->owner)))
            return FAIL_FIELD(c, WRONG_STATE, "to",
                              "%s is used by many people, nobody logs in with it",
                              s->value);
    }
    return ERR_OK;
}

static enum err fill_name(struct ctx *c, const struct resolving *r)
{
    const struct said *s = r->by;

    if (!s || s->owner != r->id || s->last[0] || s->first[0]) return ERR_OK;
    return customer_fill_name(c, r->id, &r->name, r->ask->said_by);
}

enum err customer_resolve_named(struct ctx *c, const struct customer_saying *ask,
                                i64 *ret_id)
{
    struct resolving r = { .ask = ask };

    TRY(read_said(c, &r));
    TRY(read_owners(c, &r));
    TRY(check_proved(c, &r));
    TRY(find(c, &r));
    if (!r.id && !may_make(&r))
        return FAIL(c, NOT_FOUND, "nobody has any of these keys");
    if (!r.id) TRY(make(c, &r));
    c->person = (struct person_seen){ r.id, r.born };
    TRY(fill_name(c, &r));
    for (size_t k = 0; k < r.n; k++) TRY(settle(c, &r, &r.said[k]));
    c->person = (struct person_seen){ r.id, r.born };
    *ret_id = r.id;
    return ERR_OK;
}

enum err customer_resolve(struct ctx *c, const struct customer_said *keys, size_t n,
                          i64 *ret_id)
{
    return customer_resolve_named(
        c, &(struct customer_saying){ .keys = keys, .n = n, .region_id = NONE },
        ret_id);
}

/* ---- One more key -----------------------------------------------------------------
 */

static enum err bring(struct ctx *c, struct resolving *r, struct said *s)
{
    if (s->owner && s->owner != r->id) return use(c, r, s);
    return settle(c, r, s);
}

enum err customer_key_bring(struct ctx *c, i64 id, int kind, const char *value,
                            bool *ret_his)
{
    const struct customer_said one = { kind, value, false };
    const struct customer_saying ask = { .keys = &one, .n = 1, .region_id = NONE };
    struct resolving r = { .ask = &ask, .id = id, .born = id };
    i64 owner = 0;

    TRY(read_said(c, &r));
    TRY(read_owners(c, &r));
    if (r.n) TRY(bring(c, &r, &r.said[0]));
    const enum err e =
        r.n ? customer_key_owner(c, kind, r.said[0].value, &owner) : ERR_NOT_FOUND;
    *ret_his = !e && owner == id;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- Proved by who is logged in ----------------------------------------------------
 */

static unsigned proved_kinds(const struct customer *k)
{
    const struct customer_key *key = k->keys.at;
    unsigned kinds = 0;

    for (size_t n = 0; n < k->keys.n; n++)
        if (key[n].confirmed_at != NONE) kinds |= 1u << key[n].kind;
    return kinds;
}

static bool proved_another(const struct customer *k, const struct customer_said *by)
{
    const struct customer_key *key = k->keys.at;

    for (size_t n = 0; n < k->keys.n; n++)
        if (key[n].kind <= KEY_EMAIL && key[n].confirmed_at != NONE &&
            !(key[n].kind == by->kind && !strcmp(key[n].value, by->value)))
            return true;
    return false;
}

/* Do they look like two who share a mailbox?  Names that differ, birthdays that do, or
 * another contact that only the other one has proved, unless the whole name is the
 * same. */
static bool look_apart(const struct customer *me, const struct customer *other,
                       const struct customer_said *by, int names)
{
    const bool births = me->birth_day != NONE && other->birth_day != NONE &&
                        me->birth_day != other->birth_day;

    return names == NAMES_CLASH || births ||
           (names != NAMES_SAME && proved_another(other, by));
}

/* A log-in by a code alone makes such a one: he is whoever holds its key. */
static bool nameless(const struct customer *k)
{
    return !k->last_name[0] && !k->first_name[0];
}

static enum err join(struct ctx *c, const struct customer_said *by, i64 id, i64 owner,
                     enum rule_verdict *ret)
{
    struct customer me, other;
    struct customer_pair p = { .a_id = id, .b_id = owner, .source = PAIR_KEY };

    TRY(customer_get(c, id, &me));
    TRY(customer_get(c, owner, &other));
    p.kinds = proved_kinds(&me) | 1u << by->kind;
    p.names = customer_names_like(c->mem, me.last_name, me.first_name, other.last_name,
                                  other.first_name);
    p.evidence = arena_printf(c->mem, "{\"keys\":[\"%s\"],\"proved\":true}",
                              customer_kind_words[by->kind]);
    p.ask = look_apart(&me, &other, by, p.names);
    if (nameless(&me) || nameless(&other)) p.names = NAMES_SAME;
    return customer_pair_found(c, &p, ret);
}

enum err customer_key_join(struct ctx *c, int kind, const char *value, i64 id,
                           i64 *ret_id, bool *ret_his)
{
    const struct customer_said by = { kind, value, true };
    enum rule_verdict verdict = RULE_MERGE;
    i64 owner = 0;

    const enum err e = customer_key_owner(c, kind, value, &owner);
    if (e && e != ERR_NOT_FOUND) return e;
    if (owner != id) TRY(customer_key_believe(c, kind, value));
    TRY(customer_key_claim(c, kind, value, id, &owner));
    *ret_id = id;
    if (owner != id) TRY(join(c, &by, id, owner, &verdict));
    if (verdict == RULE_NOTHING)
        return FAIL_FIELD(c, EXISTS, "to", "another customer has %s already", value);
    *ret_his = verdict == RULE_MERGE;
    if (!*ret_his) return ERR_OK;
    TRY(customer_living(c, id, ret_id));
    return customer_key_confirm(c, kind, value, *ret_id);
}

enum err customer_key_whose(struct ctx *c, int kind, const char *value, i64 *ret_id)
{
    const char *norm = customer_key_norm(c->mem, kind, value);

    return norm ? customer_key_owner(c, kind, norm, ret_id) : ERR_NOT_FOUND;
}

enum err customer_key_leave(struct ctx *c, i64 id, int kind, const char *value)
{
    const char *norm = customer_key_norm(c->mem, kind, value);
    i64 owned = 0, used = 0;

    if (norm) {
        TRY(customer_fresh(c, kind, norm));
        const char *kept = contact_seal(c->mem, norm);
        TRY(db_exec(c, &Q[DROP_USE], &used, kind, kept, id));
        TRY(customer_key_off(c, id, kind, norm, &owned));
    }
    return owned || used ? ERR_OK
                         : FAIL_FIELD(c, NOT_FOUND, "value", "%s is not his", value);
}

void customer_ask_ahead(struct ctx *c, const struct customer_contact *k)
{
    const char *const said[] = { k->phone, k->email, k->card };
    static const int kinds[] = { KEY_PHONE, KEY_EMAIL, KEY_CARD };

    for (size_t n = 0; n < COUNT(said); n++) {
        const char *value =
            said[n] && *said[n] ? customer_key_norm(c->mem, kinds[n], said[n]) : NULL;
        if (value) (void)db_ahead(c, &Q[WHOSE], kinds[n], value);
    }
}

enum err customer_ensure(struct ctx *c, const struct customer_contact *k, i64 *ret_id)
{
    const struct customer_said keys[] = { { KEY_PHONE, k->phone, false },
                                          { KEY_EMAIL, k->email, false },
                                          { KEY_CARD, k->card, false } };
    const struct customer_saying s = { .keys = keys,
                                       .n = COUNT(keys),
                                       .name = k->name,
                                       .region_id = k->region_id,
                                       .make = true,
                                       .said_by = k->said_by };

    if ((!k->phone || !*k->phone) && (!k->email || !*k->email) &&
        (!k->card || !*k->card))
        return FAIL_FIELD(c, BAD_ARGUMENT, "phone", "a phone or an e-mail is needed");
    return customer_resolve_named(c, &s, ret_id);
}
