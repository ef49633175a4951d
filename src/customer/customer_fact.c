/* Which of several people's words is shown of the one they have become.
 *
 * Everybody keeps what he says himself (customer_own); the survivor's row is made of
 * these anew whenever the group or a word changes.  A name is one word: nobody gets the
 * first name of one and the surname of another.  Of two values wins what was said since
 * they are one, else that of who has a proved phone or e-mail, else of who logs in,
 * else the latest; nobody's "unknown" beats somebody's value, unless it was said
 * since. */
#include <string.h>

#include "base/time.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "place/place.h"

enum { REMEMBER, ALL, ONE_RECORD, SHOW, SAY, FORGET };

/* clang-format off */
const struct query customer_fact_sql[] = {
    /* Until now he was what his row says. */
    [REMEMBER] = { "customer.remember_own",
        "INSERT INTO customer_own (id, last_name, first_name, middle_name, name_at, birth_day, birth_at,"
        "                          region_id, region_at, lang, lang_at, created_at, changed_at,"
        "                          name_by, birth_by, region_by, lang_by)"
        " SELECT id, last_name, first_name, middle_name, changed_at, birth_day, changed_at,"
        "        region_id, changed_at, lang, changed_at, created_at, changed_at,"
        "        name_by, birth_by, region_by, lang_by"
        "   FROM customer_person WHERE id = $1"
        " ON CONFLICT (id) DO NOTHING" },

    [ALL] = { "customer.list_own",
        "SELECT o.id, o.last_name, o.first_name, o.middle_name, o.name_at, o.birth_day, o.birth_at,"
        "       o.region_id, o.region_at, o.lang, o.lang_at, o.created_at, o.changed_at,"
        "       o.name_by, o.birth_by, o.region_by, o.lang_by,"
        "       CASE WHEN EXISTS (SELECT 1 FROM customer_key k WHERE k.customer_id = $1"
        "              AND COALESCE(k.born_id, k.customer_id) = o.id AND k.confirmed_at IS NOT NULL)"
        "              THEN 2"
        "            WHEN EXISTS (SELECT 1 FROM customer_visit v WHERE v.customer_id = $1"
        "              AND COALESCE(v.born_id, v.customer_id) = o.id) THEN 1"
        "            ELSE 0 END"
        "  FROM customer_person m JOIN customer_own o ON o.id = m.id WHERE m.id = $1 OR m.merged_into = $1"
        " ORDER BY o.id" },

    [SHOW] = { "customer.show_facts",
        "UPDATE customer_person SET last_name = $2, first_name = $3, middle_name = $4, by_last = $5,"
        "       by_first = $6, birth_day = $7, region_id = $8, lang = $9, created_at = $10,"
        "       changed_at = $11, version = version + 1, name_by = $12, birth_by = $13, region_by = $14,"
        "       lang_by = $15"
        " WHERE id = $1", .types = "itttttiitiiiiii" },

    /* Who is one record says what his row says. */
    [ONE_RECORD] = { "customer.alone_own",
        "SELECT id, last_name, first_name, middle_name, changed_at, birth_day, changed_at, region_id, changed_at,"
        "       lang, changed_at, created_at, changed_at, name_by, birth_by, region_by, lang_by, 0"
        "  FROM customer_person WHERE id = $1" },

    [SAY] = { "customer.say_own",
        "UPDATE customer_own SET last_name = $2, first_name = $3, middle_name = $4, name_at = $5,"
        "       birth_day = $6, birth_at = $7, region_id = $8, region_at = $9, lang = $10,"
        "       lang_at = $11, changed_at = $12, name_by = $13, birth_by = $14, region_by = $15, lang_by = $16"
        " WHERE id = $1", .types = "itttiiiiitiiiiii" },

    [FORGET] = { "customer.forget_own", "DELETE FROM customer_own WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q customer_fact_sql

const char *const fact_field_words[] = { "name", "birth_date", "region", "lang", NULL };
const char *const fact_because_words[] = { "since", "confirmed", "account", "latest",
                                           NULL };

/* What one person says. */
struct own {
    i64 id;
    const char *last, *first, *middle;
    i64 at[FACTS], by[FACTS]; /* by: enum said_by */
    i64 birth_day, region_id;
    const char *lang;
    i64 created_at, changed_at;
    i64 rank; /* 2 proved contact, 1 account, 0 neither */
};

enum err customer_own_remember(struct ctx *c, i64 id)
{
    return db_exec(c, &Q[REMEMBER], NULL, id);
}

static enum err read_by(struct ctx *c, const struct query *q, i64 id, struct list *ret)
{
    struct own o = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, q, id));
    while (db_next(
        &r, INTO(&o.id, &o.last, &o.first, &o.middle, &o.at[FACT_NAME], &o.birth_day,
                 &o.at[FACT_BIRTH], &o.region_id, &o.at[FACT_REGION], &o.lang,
                 &o.at[FACT_LANG], &o.created_at, &o.changed_at, &o.by[FACT_NAME],
                 &o.by[FACT_BIRTH], &o.by[FACT_REGION], &o.by[FACT_LANG], &o.rank)))
        *(struct own *)list_add(c->mem, ret, sizeof(o)) = o;
    return r.err;
}

static enum err read_all(struct ctx *c, i64 id, struct list *ret)
{
    return read_by(c, &Q[ALL], id, ret);
}

static bool known(const struct own *o, int field)
{
    switch (field) {
    case FACT_NAME:
        return o->last[0] || o->first[0] || o->middle[0];
    case FACT_BIRTH:
        return o->birth_day != NONE;
    case FACT_REGION:
        return o->region_id != NONE;
    default:
        return true;
    }
}

/* Is a's word on this better than b's?  `since`: when they became one. */
static bool better(const struct own *a, const struct own *b, int field, i64 since)
{
    const bool new_a = a->at[field] > since, new_b = b->at[field] > since;

    if (new_a != new_b) return new_a;
    if (!new_a && known(a, field) != known(b, field)) return known(a, field);
    if (!new_a && a->rank != b->rank) return a->rank > b->rank;
    if (a->at[field] != b->at[field]) return a->at[field] > b->at[field];
    return a->id < b->id;
}

static const struct own *best(const struct list *all, int field, i64 since)
{
    const struct own *o = all->at, *top = o;

    for (size_t k = 1; k < all->n; k++)
        if (better(&o[k], top, field, since)) top = &o[k];
    return top;
}

static enum err show(struct ctx *c, i64 id, const struct list *all, i64 since)
{
    const struct own *o = all->at, *name = best(all, FACT_NAME, since);
    const struct own *birth = best(all, FACT_BIRTH, since);
    const struct own *region = best(all, FACT_REGION, since);
    const struct own *lang = best(all, FACT_LANG, since);
    const struct customer shown = { .last_name = name->last,
                                    .first_name = name->first,
                                    .middle_name = name->middle };
    const char *by_last, *by_first;
    i64 created_at = o->created_at, changed_at = o->changed_at;

    for (size_t k = 1; k < all->n; k++) {
        if (o[k].created_at < created_at) created_at = o[k].created_at;
        if (o[k].changed_at > changed_at) changed_at = o[k].changed_at;
    }
    customer_search_names(c, &shown, &by_last, &by_first);
    return db_exec(c, &Q[SHOW], NULL, id, name->last, name->first, name->middle,
                   by_last, by_first, birth->birth_day, region->region_id, lang->lang,
                   created_at, changed_at, name->by[FACT_NAME], birth->by[FACT_BIRTH],
                   region->by[FACT_REGION], lang->by[FACT_LANG]);
}

enum err customer_own_show(struct ctx *c, i64 id, i64 since)
{
    struct list all;

    TRY(read_all(c, id, &all));
    if (!all.n) return ERR_OK;
    TRY(show(c, id, &all, since));
    return all.n == 1 ? db_exec(c, &Q[FORGET], NULL, id) : ERR_OK;
}

/* What differs from what is shown is what somebody has just said. */
static void say(struct own *o, const struct customer *was, const struct customer *is,
                i64 now, int by)
{
    if (strcmp(was->last_name, is->last_name) ||
        strcmp(was->first_name, is->first_name) ||
        strcmp(was->middle_name, is->middle_name)) {
        o->last = is->last_name;
        o->first = is->first_name;
        o->middle = is->middle_name;
        o->at[FACT_NAME] = now;
        o->by[FACT_NAME] = by;
    }
    if (was->birth_day != is->birth_day) {
        o->birth_day = is->birth_day;
        o->at[FACT_BIRTH] = now;
        o->by[FACT_BIRTH] = by;
    }
    if (was->region_id != is->region_id) {
        o->region_id = is->region_id;
        o->at[FACT_REGION] = now;
        o->by[FACT_REGION] = by;
    }
    if (strcmp(was->lang, is->lang)) {
        o->lang = is->lang;
        o->at[FACT_LANG] = now;
        o->by[FACT_LANG] = by;
    }
    o->changed_at = now;
}

enum err customer_own_say(struct ctx *c, const struct customer *was,
                          const struct customer *is)
{
    const i64 born = person_born(c, was->id), sayer = born == NONE ? was->id : born;
    struct list all;

    TRY(read_all(c, was->id, &all));
    struct own *o = all.at;
    for (size_t k = 0; k < all.n; k++) {
        if (o[k].id != sayer) continue;
        say(&o[k], was, is, c->now, customer_said_by(c, is->said_by));
        TRY(db_exec(c, &Q[SAY], NULL, o[k].id, o[k].last, o[k].first, o[k].middle,
                    o[k].at[FACT_NAME], o[k].birth_day, o[k].at[FACT_BIRTH],
                    o[k].region_id, o[k].at[FACT_REGION], o[k].lang, o[k].at[FACT_LANG],
                    o[k].changed_at, o[k].by[FACT_NAME], o[k].by[FACT_BIRTH],
                    o[k].by[FACT_REGION], o[k].by[FACT_LANG]));
    }
    return ERR_OK;
}

/* ---- As people see it ---------------------------------------------------- */

static const char *region_name(struct ctx *c, i64 id)
{
    struct place_region region;

    if (id == NONE) return "";
    if (!place_region_get(c, id, &region)) return region.name;
    c->fault = (struct fault){ 0 };
    return arena_printf(c->mem, "%lld", id);
}

static const char *text_of(struct ctx *c, const struct own *o, int field)
{
    switch (field) {
    case FACT_NAME:
        return customer_name_join(c->mem, o->last, o->first, o->middle);
    case FACT_BIRTH:
        return o->birth_day == NONE ? "" : time_iso_day(c->mem, o->birth_day);
    case FACT_REGION:
        return region_name(c, o->region_id);
    default:
        return o->lang;
    }
}

static void add_fact(struct ctx *c, struct list *to, const struct own *o, int field,
                     i64 since)
{
    *(struct customer_fact *)list_add(c->mem, to, sizeof(struct customer_fact)) =
        (struct customer_fact){ .field = field,
                                .from_id = o->id,
                                .because = o->at[field] > since ? FACT_SINCE
                                           : o->rank == 2       ? FACT_CONFIRMED
                                           : o->rank == 1       ? FACT_ACCOUNT
                                                                : FACT_LATEST,
                                .value = text_of(c, o, field),
                                .at = o->at[field],
                                .by = (int)o->by[field] };
}

enum err customer_facts(struct ctx *c, i64 id, struct list *ret)
{
    struct list all;
    i64 since;

    *ret = (struct list){ 0 };
    TRY(customer_joined_at(c, id, &since));
    TRY(read_all(c, id, &all));
    if (!all.n) TRY(read_by(c, &Q[ONE_RECORD], id, &all));
    const struct own *o = all.at;
    for (int field = 0; all.n && field < FACTS; field++) {
        const struct own *top = best(&all, field, since);

        add_fact(c, ret, top, field, since);
        for (size_t k = 0; k < all.n; k++)
            if (&o[k] != top) add_fact(c, ret, &o[k], field, since);
    }
    return ERR_OK;
}
