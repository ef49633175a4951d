#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "db/db.h"
#include "staff/staff_own.h"

enum { INSERT, FIND, LIST, DELETE };

/* clang-format off */
const struct query staff_key_sql[] = {
    [INSERT] = { "staff.insert_key",
        "INSERT INTO staff_key (id, key_hash, prefix, name, rights, place_id, created_at,"
        " created_by, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" },

    [FIND] = { "staff.find_key",
        "SELECT id, rights, place_id, until_at FROM staff_key WHERE key_hash = $1" },

    [LIST] = { "staff.list_keys",
        "SELECT id, prefix, name, rights, place_id, created_at, created_by, until_at"
        " FROM staff_key ORDER BY id DESC LIMIT $1", .scan = "a few dozen keys" },

    [DELETE] = { "staff.delete_key",
        "DELETE FROM staff_key WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define PREFIX 8 /* letters of a key that may be shown: "prk_" and four more */

struct entering {
    struct bytes hash;
    struct who who;
    bool in;
};

static enum err enter(struct ctx *c, void *arg)
{
    struct entering *w = arg;
    const char *rights;
    i64 until_at;

    const enum err e =
        db_one(c, &staff_key_sql[FIND],
               INTO(&w->who.id, &rights, &w->who.place_id, &until_at), w->hash);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    w->who.kind = WHO_KEY;
    w->who.rights =
        rights_of_words(rights) | 1ull << RIGHT_ANYONE | 1ull << RIGHT_STAFF;
    w->in = until_at == NONE || c->now < until_at;
    return ERR_OK;
}

/* One look-up by an index; a key that was deleted is refused at once. */
enum err key_enter(struct ctx *c, const char *key)
{
    struct entering w = { .hash = secret_hash(c->mem, key) };

    TRY(db_snapshot(c, enter, &w));
    if (!w.in)
        return FAIL(c, WRONG_SECRET, "this API key is not known here or has ended");
    c->who = w.who;
    return ERR_OK;
}

static const char *words_joined(struct ctx *c, struct list words)
{
    struct buf b = buf_new(c->mem, 256, 1000);

    for (size_t k = 0; k < words.n; k++)
        buf_printf(&b, "%s%s", k ? " " : "", ((const char *const *)words.at)[k]);
    return b.at;
}

static enum err insert(struct ctx *c, struct key *k, u64 rights)
{
    const u64 anyway = 1ull << RIGHT_ANYONE | 1ull << RIGHT_STAFF;

    if (c->who.kind != WHO_SYSTEM &&
        (rights & ~anyway & ~rights_at(&c->who, k->place_id)))
        return FAIL_FIELD(c, DENIED, "rights",
                          "a key may not do more than who makes it");
    k->id = id_new(c);
    k->key = arena_printf(c->mem, "prk_%s", secret_token(c->mem));
    k->prefix = arena_strdup(c->mem, k->key, PREFIX);
    k->rights = rights_words(c->mem, rights);
    k->created_at = c->now;
    k->created_by = c->who.kind == WHO_STAFF ? c->who.id : 0;
    const char *words = words_joined(c, k->rights);
    TRY(db_exec(c, &staff_key_sql[INSERT], NULL, k->id, secret_hash(c->mem, k->key),
                k->prefix, k->name, words, k->place_id, k->created_at, k->created_by,
                k->until_at));
    return staff_audit(c, "staff.key_add", k->id,
                       arena_printf(c->mem, "{\"prefix\":\"%s\",\"rights\":\"%s\"}",
                                    k->prefix, words));
}

struct making {
    struct key *k;
    u64 rights;
};

static enum err make(struct ctx *c, void *arg)
{
    const struct making *w = arg;

    return insert(c, w->k, w->rights);
}

enum err key_make(struct ctx *c, struct key *k, u64 rights)
{
    struct making w = { k, rights };

    return db_unit(c, make, &w);
}

enum err staff_key_add(struct ctx *c, const char *name, u64 rights,
                       const char **ret_key)
{
    struct key k = { .name = name, .until_at = NONE };

    TRY(key_make(c, &k, rights));
    *ret_key = k.key;
    return ERR_OK;
}

enum err key_list(struct ctx *c, struct list *ret)
{
    struct key k = { 0 };
    struct list l = { 0 };
    const char *words;
    ROWS r;

    TRY(db_rows(c, &r, &staff_key_sql[LIST], 1000));
    while (db_next(&r, INTO(&k.id, &k.prefix, &k.name, &words, &k.place_id,
                            &k.created_at, &k.created_by, &k.until_at))) {
        k.rights = rights_words(c->mem, rights_of_words(words));
        *(struct key *)list_add(c->mem, &l, sizeof(k)) = k;
    }
    *ret = l;
    return r.err;
}

enum err key_delete(struct ctx *c, i64 id)
{
    i64 n;

    TRY(db_exec(c, &staff_key_sql[DELETE], &n, id));
    if (!n) return FAIL(c, NOT_FOUND, "no API key %lld", id);
    return staff_audit(c, "staff.key_delete", id, NULL);
}
