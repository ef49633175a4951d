/* track_source.c -- who may tell events, and the keys they show. */
#include <sodium.h>
#include <string.h>

#include "base/id.h"
#include "staff/staff.h"
#include "track/track_own.h"

enum { LIST, GET, ADD, PUT, KEY, OWN };

/* clang-format off */
#define COLUMNS "id, name, channel, key_hash, prefix, per_second, active, created_at, created_by"
const struct query track_source_sql[] = {
    [LIST] = { "track.list_sources",
        "SELECT " COLUMNS " FROM track_source ORDER BY id LIMIT 1000", .scan = "a few dozen sources" },

    [GET] = { "track.get_source",
        "SELECT " COLUMNS " FROM track_source WHERE id = $1" },

    [ADD] = { "track.add_source",
        "INSERT INTO track_source (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)" },

    [PUT] = { "track.put_source",
        "UPDATE track_source SET name = $2, channel = $3, per_second = $4, active = $5 WHERE id = $1" },

    [KEY] = { "track.put_source_key",
        "UPDATE track_source SET key_hash = $2, prefix = $3 WHERE id = $1" },

    [OWN] = { "track.add_own_source",
        "INSERT INTO track_source (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, 0, 1, $6, 0)"
        " ON CONFLICT (key_hash) DO NOTHING" },
    QUERY_END
};
/* clang-format on */

enum { KEY_BYTES = 18, PREFIX = 8, SOURCES_MAX = 1000 };

#define SOURCE_INTO(s, channel_)                                                       \
    INTO(&(s).id, &(s).name, &channel_, &(s).hash, &(s).prefix, &(s).per_second,       \
         &(s).active, &(s).created_at, &(s).created_by)

enum err source_list(struct ctx *c, struct list *ret)
{
    struct source s = { 0 };
    struct list l = { 0 };
    i64 channel;
    ROWS r;

    TRY(db_rows0(c, &r, &track_source_sql[LIST]));
    while (db_next(&r, SOURCE_INTO(s, channel))) {
        s.channel = (int)channel;
        memcpy(list_add(c->mem, &l, sizeof(s)), &s, sizeof(s));
    }
    TRY(r.err);
    *ret = l;
    return ERR_OK;
}

static enum err source_get(struct ctx *c, i64 id, struct source *ret)
{
    i64 channel;
    const enum err e =
        db_one(c, &track_source_sql[GET], SOURCE_INTO(*ret, channel), id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no source %lld", id);
    TRY(e);
    ret->channel = (int)channel;
    return ERR_OK;
}

/* 144 bits, in letters that may stand in an address. */
static void key_make(struct ctx *c, struct source *s)
{
    enum {
        N = sodium_base64_ENCODED_LEN(KEY_BYTES,
                                      sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    };
    unsigned char raw[KEY_BYTES], *hash = arena_raw(c->mem, crypto_hash_sha256_BYTES);
    char text[N];

    randombytes_buf(raw, sizeof(raw));
    sodium_bin2base64(text, N, raw, sizeof(raw),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    s->key = arena_printf(c->mem, "wk_%s", text);
    s->prefix = arena_strdup(c->mem, s->key, PREFIX);
    crypto_hash_sha256(hash, (const unsigned char *)s->key, strlen(s->key));
    s->hash = (struct bytes){ hash, crypto_hash_sha256_BYTES };
}

enum err source_add(struct ctx *c, const struct source *in, struct source *ret)
{
    struct list all;

    TRY(source_list(c, &all));
    if (all.n >= SOURCES_MAX)
        return FAIL(c, TOO_BIG, "there are %d sources already", SOURCES_MAX);
    memset(ret, 0, sizeof(*ret));
    ret->id = id_new(c);
    ret->name = in->name;
    ret->channel = in->channel;
    ret->per_second = in->per_second == NONE ? 0 : in->per_second;
    ret->active = true;
    ret->created_at = c->now;
    ret->created_by = c->who.kind == WHO_SYSTEM ? 0 : c->who.id;
    key_make(c, ret);
    TRY(db_exec(c, &track_source_sql[ADD], NULL, ret->id, ret->name, ret->channel,
                ret->hash, ret->prefix, ret->per_second, ret->created_at,
                ret->created_by));
    TRY(staff_audit(c, "track.source_add", ret->id, NULL));
    return config_changed(c);
}

enum err source_put(struct ctx *c, i64 id, const struct source *in, struct source *ret)
{
    TRY(source_get(c, id, ret));
    TRY(db_exec(c, &track_source_sql[PUT], NULL, id, in->name, in->channel,
                in->per_second == NONE ? 0 : in->per_second, in->active));
    TRY(staff_audit(c, "track.source_put", id, NULL));
    TRY(config_changed(c));
    return source_get(c, id, ret);
}

enum err source_key_new(struct ctx *c, i64 id, struct source *ret)
{
    TRY(source_get(c, id, ret));
    key_make(c, ret);
    TRY(db_exec(c, &track_source_sql[KEY], NULL, id, ret->hash, ret->prefix));
    TRY(staff_audit(c, "track.source_key", id, NULL));
    return config_changed(c);
}

/* Our own pages show keys that everybody can read in them anyway. */
enum err source_own(struct ctx *c, void *unused)
{
    static const struct {
        const char *name, *key;
        enum track_channel channel;
    } own[] = { { "prilavok: shop", "wk_shop", TRACK_SITE },
                { "prilavok: app", "wk_app", TRACK_APP },
                { "prilavok: till", "wk_till", TRACK_TILL } };

    (void)unused;
    for (size_t k = 0; k < COUNT(own); k++) {
        unsigned char *hash = arena_raw(c->mem, crypto_hash_sha256_BYTES);
        crypto_hash_sha256(hash, (const unsigned char *)own[k].key, strlen(own[k].key));
        TRY(db_exec(c, &track_source_sql[OWN], NULL, id_new(c), own[k].name,
                    (i64)own[k].channel,
                    ((struct bytes){ hash, crypto_hash_sha256_BYTES }), own[k].key,
                    c->now));
    }
    return ERR_OK;
}
