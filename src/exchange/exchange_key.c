#include "exchange/exchange_own.h"

#include <string.h>

#include "base/map.h"

enum { GET, PUT, EXTERNAL };

/* clang-format off */
const struct query exchange_key_sql[] = {
    [GET] = { "exchange.get_key",
        "SELECT our_id, seen_run, hash, active FROM exchange_key"
        " WHERE source = $1 AND kind = $2 AND external = $3" },

    [PUT] = { "exchange.put_key",
        "INSERT INTO exchange_key (source, kind, external, our_id, seen_run, hash, active)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (source, kind, external) DO UPDATE SET our_id = excluded.our_id,"
        " seen_run = excluded.seen_run, hash = excluded.hash, active = excluded.active" },

    [EXTERNAL] = { "exchange.get_external",
        "SELECT external FROM exchange_key WHERE kind = $1 AND our_id = $2 AND source = $3"
        " ORDER BY external LIMIT 1" },
    QUERY_END
};
/* clang-format on */

enum err key_get(struct ctx *c, struct key *k)
{
    return db_one(c, &exchange_key_sql[GET],
                  INTO(&k->our_id, &k->seen_run, &k->hash, &k->active), k->source,
                  k->kind, k->external);
}

enum err key_put(struct ctx *c, const struct key *k)
{
    return db_exec(c, &exchange_key_sql[PUT], NULL, k->source, k->kind, k->external,
                   k->our_id, k->seen_run, k->hash, (i64)k->active);
}

enum err key_external(struct ctx *c, const char *source, const char *kind, i64 our_id,
                      const char **ret)
{
    const enum err e =
        db_one(c, &exchange_key_sql[EXTERNAL], INTO(ret), kind, our_id, source);

    if (e != ERR_NOT_FOUND) return e;
    *ret = NULL;
    return ERR_OK;
}

enum err exchange_key_put(struct ctx *c, const char *source, const char *kind,
                          const char *external, i64 our_id)
{
    static const char *const kinds[] = { "place", "variant", "product", "group",
                                         "property" };
    size_t k = 0;

    while (k < COUNT(kinds) && strcmp(kinds[k], kind) != 0) k++;
    if (k == COUNT(kinds))
        return FAIL_FIELD(c, BAD_ARGUMENT, "kind", "no kind of key is called \"%s\"",
                          kind);
    return key_put(c, &(struct key){ .source = source,
                                     .kind = kind,
                                     .external = external,
                                     .our_id = our_id,
                                     .active = true });
}

enum err exchange_key_get(struct ctx *c, const char *source, const char *kind,
                          const char *external, i64 *ret_our_id)
{
    struct key k = { .source = source, .kind = kind, .external = external };

    TRY(key_get(c, &k));
    *ret_our_id = k.our_id;
    return ERR_OK;
}

void known_init(struct known_set *s, struct arena *mem)
{
    *s = (struct known_set){ .mem = mem, .map = NEW(mem, struct map) };
}

void known_end(struct known_set *s)
{
    map_free(s->map);
}

/* The next of the last is right nearly always; else a look-up, and the next time
 * that is right too. */
struct known *known_find(struct known_set *s, const char *name, size_t n)
{
    struct known *k = s->last ? s->last->next : NULL;

    if (!k || k->n != n || memcmp(k->name, name, n) != 0) {
        k = map_get(s->map, name, n);
        if (!k) return NULL;
        if (s->last) s->last->next = k;
    }
    s->last = k;
    return k;
}

struct known *known_add(struct known_set *s, const char *name, size_t n, i64 id)
{
    struct known *k = arena_raw(s->mem, sizeof(*k));

    *k = (struct known){ .id = id,
                         .name = arena_strdup(s->mem, name, n),
                         .n = (unsigned)n };
    map_add(s->map, k->name, n, k);
    if (s->last) s->last->next = k;
    s->last = k;
    return k;
}
