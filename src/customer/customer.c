#include "customer/customer.h"

#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "customer/customer_own.h"
#include "customer/customer_resolve.h"
#include "event/event.h"

enum { ADD, GET, PUT, BY_LAST, BY_FIRST, PLACE_OF };

/* clang-format off */
const struct query customer_sql[] = {
    [ADD] = { "customer.add_person",
        "INSERT INTO customer_person (id, last_name, first_name, middle_name, by_last, by_first,"
        "                             birth_day, region_id, lang, created_at, changed_at, version,"
        "                             name_by, birth_by, region_by, lang_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1, $11, $11, $11, $11)" },

    [GET] = { "customer.get_person",
        "SELECT id, last_name, first_name, middle_name, birth_day, region_id, lang, created_at, version,"
        "       merged_into, joined_at FROM customer_person WHERE id = $1" },

    [PUT] = { "customer.put_person",
        "UPDATE customer_person SET last_name = $2, first_name = $3, middle_name = $4, by_last = $5,"
        "       by_first = $6, birth_day = $7, region_id = $8, lang = $9, changed_at = $10,"
        "       version = version + 1,"
        "       name_by = CASE WHEN last_name = $2 AND first_name = $3 AND middle_name = $4 THEN name_by ELSE $12 END,"
        "       birth_by = CASE WHEN birth_day = $7 OR (birth_day IS NULL AND $7 IS NULL) THEN birth_by ELSE $12 END,"
        "       region_by = CASE WHEN region_id = $8 OR (region_id IS NULL AND $8 IS NULL) THEN region_by ELSE $12 END,"
        "       lang_by = CASE WHEN lang = $9 THEN lang_by ELSE $12 END"
        " WHERE id = $1 AND (version = $11 OR $11 IS NULL)",
        .types = "itttttiitiii" },

    [BY_LAST] = { "customer.list_by_last",
        "SELECT id, last_name, first_name, middle_name, birth_day, region_id, lang, created_at, version"
        "  FROM customer_person WHERE by_last >= $1 AND by_last < $2 AND (by_last, id) > ($3, $4)"
        " ORDER BY by_last, id LIMIT $5" },

    [BY_FIRST] = { "customer.list_by_first",
        "SELECT id, last_name, first_name, middle_name, birth_day, region_id, lang, created_at, version"
        "  FROM customer_person WHERE by_first >= $1 AND by_first < $2 AND (by_first, id) > ($3, $4)"
        "   AND by_first <> '' AND NOT (by_last >= $1 AND by_last < $2)"
        " ORDER BY by_first, id LIMIT $5" },

    [PLACE_OF] = { "customer.get_search_place",
        "SELECT by_last, by_first FROM customer_person WHERE id = $1" },

    QUERY_END
};
/* clang-format on */

/* ---- Finding ------------------------------------------------------------ */

enum err customer_find(struct ctx *c, const char *key, i64 *ret_id)
{
    static const int kinds[] = { KEY_PHONE,   KEY_EMAIL,     KEY_CARD, KEY_SERIAL,
                                 KEY_RECEIPT, KEY_MESSENGER, KEY_USER };

    for (size_t k = 0; k < COUNT(kinds); k++) {
        const char *value = customer_key_norm(c->mem, kinds[k], key);
        const enum err e =
            value ? customer_key_owner(c, kinds[k], value, ret_id) : ERR_NOT_FOUND;
        if (e != ERR_NOT_FOUND) return e;
    }
    return FAIL(
        c, NOT_FOUND,
        "nobody has this phone, e-mail, card, serial number, receipt or name of "
        "another system");
}

static enum err read_row(struct ctx *c, i64 id, struct customer *ret, i64 *ret_into)
{
    const enum err e =
        db_one(c, &customer_sql[GET],
               INTO(&ret->id, &ret->last_name, &ret->first_name, &ret->middle_name,
                    &ret->birth_day, &ret->region_id, &ret->lang, &ret->created_at,
                    &ret->version, ret_into, &ret->joined_at),
               id);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no customer %lld", id) : e;
}

enum err customer_get(struct ctx *c, i64 id, struct customer *ret)
{
    i64 into;

    customer_keys_ahead(c, id);
    TRY(read_row(c, id, ret, &into));
    if (into != NONE) TRY(read_row(c, into, ret, &into));
    TRY(customer_keys_of(c, ret->id, &ret->keys));
    ret->said_by = 0;
    ret->birth_date =
        ret->birth_day == NONE ? NULL : time_iso_day(c->mem, ret->birth_day);
    const char **const firsts[] = { &ret->phone, &ret->email, &ret->card };
    const struct customer_key *k = ret->keys.at;
    ret->phone = ret->email = ret->card = NULL;
    for (size_t n = 0; n < ret->keys.n; n++)
        if (!*firsts[k[n].kind]) *firsts[k[n].kind] = k[n].value;
    return ERR_OK;
}

/* ---- Making and changing ------------------------------------------------ */

void customer_search_names(struct ctx *c, const struct customer *k,
                           const char **by_last, const char **by_first)
{
    *by_last = customer_fold(c->mem, arena_printf(c->mem, "%s %s %s", k->last_name,
                                                  k->first_name, k->middle_name));
    *by_first = customer_fold(
        c->mem, k->first_name[0]
                    ? arena_printf(c->mem, "%s %s", k->first_name, k->last_name)
                    : "");
}

int customer_said_by(const struct ctx *c, int said)
{
    if (said) return said;
    switch (c->who.kind) {
    case WHO_NOBODY:
    case WHO_CUSTOMER:
        return SAID_HIMSELF;
    case WHO_STAFF:
        return c->who.place_id ? SAID_TILL : SAID_DESK;
    case WHO_KEY:
        return SAID_SYSTEM;
    case WHO_SYSTEM:
        break;
    }
    return SAID_BEFORE;
}

enum err customer_new(struct ctx *c, i64 id, const struct customer *k)
{
    const char *by_last, *by_first;

    customer_search_names(c, k, &by_last, &by_first);
    TRY(db_exec(c, &customer_sql[ADD], NULL, id, k->last_name, k->first_name,
                k->middle_name, by_last, by_first, k->birth_day, k->region_id,
                k->lang ? k->lang : "ru", c->now, customer_said_by(c, k->said_by)));
    return event_emit(c, "customer.created", id, NULL);
}

enum err customer_put(struct ctx *c, const struct customer *k)
{
    struct customer now, is = *k;
    i64 n;

    TRY(customer_get(c, k->id, &now));
    if (k->version != NONE && k->version != now.version)
        return FAIL(c, CHANGED, "customer %lld is at version %lld, not %lld", k->id,
                    now.version, k->version);
    is.lang = k->lang ? k->lang : "ru";
    const char *by_last, *by_first;
    customer_search_names(c, k, &by_last, &by_first);
    TRY(db_exec(c, &customer_sql[PUT], &n, now.id, k->last_name, k->first_name,
                k->middle_name, by_last, by_first, k->birth_day, k->region_id, is.lang,
                c->now, k->version == NONE ? NONE : now.version,
                customer_said_by(c, k->said_by)));
    if (!n) return FAIL(c, CHANGED, "customer %lld was changed just now", k->id);
    if (now.joined_at != NONE) {
        TRY(customer_own_say(c, &now, &is));
        TRY(customer_own_show(c, now.id, now.joined_at));
    }
    return event_emit(c, "customer.changed", now.id, NULL);
}

enum err customer_fill_name(struct ctx *c, i64 id, const struct name *name, int said_by)
{
    struct customer k;

    if (!name->last[0] && !name->first[0]) return ERR_OK;
    TRY(customer_get(c, id, &k));
    k.last_name = name->last;
    k.first_name = name->first;
    k.middle_name = name->middle;
    k.version = NONE;
    k.said_by = said_by;
    return customer_put(c, &k);
}

/* ---- Search by beginning of the name ------------------------------------ */

/* Where a page begins and ends: in which order, after whom. */
struct walk {
    i64 order, after_id; /* 0 surname first, 1 first name first */
    i64 limit;
    bool more;
};

/* The text that the last shown customer was sorted by; "" at the beginning. */
static enum err walked_to(struct ctx *c, const struct walk *w, const char **ret_by)
{
    const char *by[2] = { "", "" };

    if (w->after_id) {
        const enum err e =
            db_one(c, &customer_sql[PLACE_OF], INTO(&by[0], &by[1]), w->after_id);
        if (e && e != ERR_NOT_FOUND) return e;
    }
    *ret_by = by[w->order];
    return ERR_OK;
}

static enum err walk_on(struct ctx *c, struct walk *w, const char *from,
                        struct list *ret)
{
    const char *past = arena_printf(c->mem, "%s\xF4\x8F\xBF\xBF", from), *by;
    struct customer k = { 0 };

    TRY(walked_to(c, w, &by));
    ROWS r;
    TRY(db_rows(c, &r, &customer_sql[w->order ? BY_FIRST : BY_LAST], from, past, by,
                w->after_id ? w->after_id : -1, w->limit - (i64)ret->n + 1));
    while (db_next(&r, INTO(&k.id, &k.last_name, &k.first_name, &k.middle_name,
                            &k.birth_day, &k.region_id, &k.lang, &k.created_at,
                            &k.version))) {
        w->more = (i64)ret->n == w->limit;
        if (w->more) break;
        *(struct customer *)list_add(c->mem, ret, sizeof(k)) = k;
        w->after_id = k.id;
    }
    return w->more ? ERR_OK : r.err;
}

/* A whole phone, e-mail or card names one person; *ret_n is 0 when it names none. */
static enum err by_key(struct ctx *c, const char *q, struct list *ret)
{
    i64 id = 0;
    const enum err e = customer_find(c, q, &id);

    if (!e) return customer_get(c, id, list_add(c->mem, ret, sizeof(struct customer)));
    c->fault = (struct fault){ 0 };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Whoever was merged is found by his old name too: once, as the survivor. */
static enum err add_keys(struct ctx *c, struct list *found)
{
    struct customer *k = found->at;
    size_t kept = 0;

    for (size_t n = 0; n < found->n; n++) {
        struct customer one;
        bool twice = false;

        TRY(customer_get(c, k[n].id, &one));
        for (size_t i = 0; i < kept; i++) twice |= k[i].id == one.id;
        if (!twice) k[kept++] = one;
    }
    found->n = kept;
    return ERR_OK;
}

enum err customer_search(struct ctx *c, const struct customer_search *s,
                         struct list *ret, const char **ret_next)
{
    const char *from = customer_fold(c->mem, s->q);
    struct walk w = { .limit = s->limit == NONE ? 50 : s->limit };
    i64 at[2] = { 0, 0 };

    *ret = (struct list){ 0 };
    *ret_next = NULL;
    if (!from[0]) return ERR_OK;
    if (s->after)
        TRY(page_after(c, s->after, at, 2));
    else
        TRY(by_key(c, s->q, ret));
    if (ret->n) return ERR_OK;
    w.order = at[0] == 1;
    w.after_id = at[1];
    TRY(walk_on(c, &w, from, ret));
    if (!w.more && !w.order) {
        w.order = 1;
        w.after_id = 0;
        TRY(walk_on(c, &w, from, ret));
    }
    if (w.more) *ret_next = page_next(c->mem, (i64[]){ w.order, w.after_id }, 2);
    return add_keys(c, ret);
}
