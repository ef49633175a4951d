#include "customer/customer.h"

#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "customer/customer_own.h"
#include "event/event.h"

enum { ADD, GET, PUT, FILL_NAME, BY_LAST, BY_FIRST, PLACE_OF, WHOSE };

/* clang-format off */
const struct query customer_sql[] = {
    [ADD] = { "customer.add_person",
        "INSERT INTO customer_person (id, last_name, first_name, middle_name, by_last, by_first,"
        "                             birth_day, region_id, lang, created_at, changed_at, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1)" },

    [GET] = { "customer.get_person",
        "SELECT id, last_name, first_name, middle_name, birth_day, region_id, lang, created_at, version"
        "  FROM customer_person WHERE id = $1" },

    [PUT] = { "customer.put_person",
        "UPDATE customer_person SET last_name = $2, first_name = $3, middle_name = $4, by_last = $5,"
        "       by_first = $6, birth_day = $7, region_id = $8, lang = $9, changed_at = $10,"
        "       version = version + 1"
        " WHERE id = $1 AND (version = $11 OR $11 IS NULL)",
        .types = "itttttiitii" },

    /* A customer made by a phone alone gets the name of his first order. */
    [FILL_NAME] = { "customer.fill_name",
        "UPDATE customer_person SET last_name = $2, first_name = $3, middle_name = $4, by_last = $5,"
        "       by_first = $6, changed_at = $7, version = version + 1"
        " WHERE id = $1 AND last_name = '' AND first_name = '' AND middle_name = ''" },

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

    [WHOSE] = { "customer.get_owner",
        "SELECT k.customer_id, CASE WHEN p.by_last = '' THEN 1 ELSE 0 END"
        "  FROM customer_key k JOIN customer_person p ON p.id = k.customer_id"
        " WHERE k.kind = $1 AND k.value = $2" },
    QUERY_END
};
/* clang-format on */

/* ---- Finding ------------------------------------------------------------ */

enum err customer_find(struct ctx *c, const char *key, i64 *ret_id)
{
    const char *const values[] = { customer_phone_norm(c->mem, key),
                                   customer_email_norm(c->mem, key),
                                   customer_card_norm(c->mem, key) };

    for (int kind = KEY_PHONE; kind <= KEY_CARD; kind++) {
        const enum err e = values[kind]
                               ? customer_key_owner(c, kind, values[kind], ret_id)
                               : ERR_NOT_FOUND;
        if (e != ERR_NOT_FOUND) return e;
    }
    return FAIL(c, NOT_FOUND, "nobody has this phone, e-mail or card");
}

enum err customer_get(struct ctx *c, i64 id, struct customer *ret)
{
    const enum err e = db_one(c, &customer_sql[GET],
                              INTO(&ret->id, &ret->last_name, &ret->first_name,
                                   &ret->middle_name, &ret->birth_day, &ret->region_id,
                                   &ret->lang, &ret->created_at, &ret->version),
                              id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no customer %lld", id);
    TRY(e);
    TRY(customer_keys_of(c, id, &ret->keys));
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

/* What is looked for by its beginning. */
static void search_names(struct ctx *c, const struct customer *k, const char **by_last,
                         const char **by_first)
{
    *by_last = customer_fold(c->mem, arena_printf(c->mem, "%s %s %s", k->last_name,
                                                  k->first_name, k->middle_name));
    *by_first = customer_fold(
        c->mem, k->first_name[0]
                    ? arena_printf(c->mem, "%s %s", k->first_name, k->last_name)
                    : "");
}

enum err customer_new(struct ctx *c, i64 id, const struct customer *k)
{
    const char *by_last, *by_first;

    search_names(c, k, &by_last, &by_first);
    TRY(db_exec(c, &customer_sql[ADD], NULL, id, k->last_name, k->first_name,
                k->middle_name, by_last, by_first, k->birth_day, k->region_id,
                k->lang ? k->lang : "ru", c->now));
    return event_emit(c, "customer.created", id, NULL);
}

enum err customer_put(struct ctx *c, const struct customer *k)
{
    const char *by_last, *by_first;
    struct customer now;
    i64 n;

    search_names(c, k, &by_last, &by_first);
    TRY(db_exec(c, &customer_sql[PUT], &n, k->id, k->last_name, k->first_name,
                k->middle_name, by_last, by_first, k->birth_day, k->region_id,
                k->lang ? k->lang : "ru", c->now, k->version));
    if (n) return event_emit(c, "customer.changed", k->id, NULL);
    TRY(customer_get(c, k->id, &now));
    return FAIL(c, CHANGED, "customer %lld is at version %lld, not %lld", k->id,
                now.version, k->version);
}

static enum err fill_name(struct ctx *c, i64 id, const char *text)
{
    const struct name name = customer_name_split(c->mem, text);
    const struct customer k = { .last_name = name.last,
                                .first_name = name.first,
                                .middle_name = name.middle };
    const char *by_last, *by_first;
    i64 n;

    if (!text || !*text) return ERR_OK;
    search_names(c, &k, &by_last, &by_first);
    TRY(db_exec(c, &customer_sql[FILL_NAME], &n, id, name.last, name.first, name.middle,
                by_last, by_first, c->now));
    return n ? event_emit(c, "customer.changed", id, NULL) : ERR_OK;
}

struct owner {
    i64 id; /* 0: the key is nobody's */
    bool nameless;
};

/* Whose the given keys are, in one round trip. */
static enum err owners_of(struct ctx *c, const struct read_keys *keys,
                          struct owner *owners)
{
    struct db_call calls[3];
    struct val v[3][2];
    struct out o[3][2];
    size_t n = 0;

    for (int kind = KEY_PHONE; kind <= KEY_CARD; kind++) {
        owners[kind] = (struct owner){ 0 };
        if (!keys->value[kind]) continue;
        v[n][0] = val_i(kind);
        v[n][1] = val_s(keys->value[kind]);
        o[n][0] = (struct out)OUT(&owners[kind].id);
        o[n][1] = (struct out)OUT(&owners[kind].nameless);
        calls[n] = (struct db_call){ &customer_sql[WHOSE], v[n], 2, o[n], 2, 0 };
        n++;
    }
    return db_batch(c, calls, n);
}

/* A new customer under the first of his keys: whoever inserts the key first wins,
 * so two orders at once make one customer. */
static enum err make(struct ctx *c, const struct customer_contact *k,
                     const struct read_keys *keys, i64 *ret_id)
{
    const struct name name = customer_name_split(c->mem, k->name);
    const struct customer new = { .last_name = name.last,
                                  .first_name = name.first,
                                  .middle_name = name.middle,
                                  .birth_day = NONE,
                                  .region_id = k->region_id ? k->region_id : NONE,
                                  .lang = c->lang };
    const i64 id = id_new_scattered(c);
    i64 owner = id;

    for (int kind = KEY_PHONE; kind <= KEY_CARD; kind++) {
        if (!keys->value[kind]) continue;
        TRY(customer_key_claim(c, kind, keys->value[kind], id, &owner));
        break;
    }
    *ret_id = owner;
    return owner == id ? customer_new(c, id, &new) : ERR_OK;
}

enum err customer_ensure(struct ctx *c, const struct customer_contact *k, i64 *ret_id)
{
    struct read_keys keys;
    struct owner owners[3], *one = NULL;
    i64 id, other;

    TRY(customer_keys_read(c, k->phone, k->email, k->card, &keys));
    if (!keys.value[KEY_PHONE] && !keys.value[KEY_EMAIL] && !keys.value[KEY_CARD])
        return FAIL_FIELD(c, BAD_ARGUMENT, "phone", "a phone or an e-mail is needed");
    TRY(owners_of(c, &keys, owners));
    for (int kind = KEY_PHONE; kind <= KEY_CARD && !one; kind++)
        if (owners[kind].id) one = &owners[kind];
    if (one)
        id = one->id;
    else
        TRY(make(c, k, &keys, &id));
    if (one && one->nameless) TRY(fill_name(c, id, k->name));
    bool claimed = !one; /* make() has claimed the first */
    for (int kind = KEY_PHONE; kind <= KEY_CARD; kind++) {
        if (!keys.value[kind] || owners[kind].id) continue;
        if (!claimed) TRY(customer_key_claim(c, kind, keys.value[kind], id, &other));
        claimed = false;
    }
    *ret_id = id;
    return ERR_OK;
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

static enum err add_keys(struct ctx *c, struct list *found)
{
    struct customer *k = found->at;

    for (size_t n = 0; n < found->n; n++) TRY(customer_get(c, k[n].id, &k[n]));
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
