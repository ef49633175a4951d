/* Who is told: addresses, what they want, their secrets, how they are doing. */
#include "webhook/webhook_own.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/seal.h"
#include "base/time.h"
#include "event/event.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum {
    ADD,
    GET,
    LIST,
    PUT,
    DELETE,
    SECRET_GET,
    SECRET_PUT,
    CLAIM,
    RELEASE,
    WELL,
    ILL,
    OFF,
    COUNT_ALL
};

/* clang-format off */
#define COLUMNS "h.id, h.name, h.url, h.events, h.active, h.failing_since, h.disabled_at, h.version," \
                " h.created_at, h.created_by," \
                " (SELECT COUNT(*) FROM webhook_delivery d WHERE d.hook_id = h.id AND d.state = 0)"
const struct query webhook_sql[] = {
    [ADD] = { "webhook.add_hook",
        "INSERT INTO webhook_hook (id, name, url, events, secret, active, lease_until, version, created_at, created_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, 0, 1, $7, $8)" },

    [GET] = { "webhook.get_hook", "SELECT " COLUMNS " FROM webhook_hook h WHERE h.id = $1" },

    [LIST] = { "webhook.list_hooks",
        "SELECT " COLUMNS " FROM webhook_hook h WHERE h.active >= $1 ORDER BY h.id",
        .types = "i", .scan = "some dozens of addresses" },

    [PUT] = { "webhook.put_hook",
        "UPDATE webhook_hook SET name = $2, url = $3, events = $4, active = $5, version = version + 1,"
        "       failing_since = CASE WHEN $5 = 1 AND active = 0 THEN NULL ELSE failing_since END,"
        "       disabled_at = CASE WHEN $5 = 1 THEN NULL ELSE disabled_at END"
        " WHERE id = $1 AND ($6 = 0 OR version = $6)", .types = "itttii" },

    [DELETE] = { "webhook.delete_hook", "DELETE FROM webhook_hook WHERE id = $1" },

    [SECRET_GET] = { "webhook.get_secret", "SELECT secret FROM webhook_hook WHERE id = $1" },
    [SECRET_PUT] = { "webhook.put_secret",
        "UPDATE webhook_hook SET secret = $2, version = version + 1 WHERE id = $1" },

    [CLAIM] = { "webhook.claim",
        "UPDATE webhook_hook SET lease_until = $2 WHERE id = $1 AND lease_until < $3 AND active = 1" },
    [RELEASE] = { "webhook.release", "UPDATE webhook_hook SET lease_until = 0 WHERE id = $1" },

    [WELL] = { "webhook.went_well",
        "UPDATE webhook_hook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL" },
    [ILL] = { "webhook.went_ill",
        "UPDATE webhook_hook SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL" },
    [OFF] = { "webhook.switch_off",
        "UPDATE webhook_hook SET active = 0, disabled_at = $2, version = version + 1"
        " WHERE id = $1 AND active = 1 AND failing_since < $3" },

    [COUNT_ALL] = { "webhook.count_hooks", "SELECT COUNT(*) FROM webhook_hook", .scan = "some dozens" },
    QUERY_END
};
/* clang-format on */

#define Q webhook_sql

enum { HOOKS_MAX = 50, SECRET_BYTES = 32 };

/* ---- Names of facts ------------------------------------------------------------- */

/* "order.*" wants a room's facts, "*" all; the rest is the whole name. */
bool hook_wants(const char *events, const char *name)
{
    for (const char *w = events; *w;) {
        const size_t n = strcspn(w, " ");

        if (n == 1 && *w == '*') return true;
        if (n > 2 && w[n - 1] == '*' && !strncmp(name, w, n - 1)) return true;
        if (n && strlen(name) == n && !memcmp(name, w, n)) return true;
        w += n + (w[n] == ' ');
    }
    return false;
}

static bool is_name(const char *s)
{
    const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz_.");

    return !strcmp(s, "*") || (n && !s[n] && strchr(s, '.')) ||
           (n > 1 && s[n - 1] == '.' && !strcmp(s + n, "*"));
}

static enum err events_text(struct ctx *c, const struct list *events, const char **ret)
{
    const char *const *e = events->at;
    struct buf b = buf_new(c->mem, 256, 2000);

    if (!events->n) FAIL_MORE(c, BAD_ARGUMENT, "events", "at least one name, or \"*\"");
    for (size_t k = 0; k < events->n; k++) {
        if (!is_name(e[k]))
            FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "events[%zu]", k),
                      "\"%s\" is no name of a fact: order.placed, order.*, *", e[k]);
        buf_printf(&b, "%s%s", k ? " " : "", e[k]);
    }
    if (b.full) FAIL_MORE(c, BAD_ARGUMENT, "events", "too many names");
    *ret = b.at;
    return c->fault.err;
}

static struct list events_list(struct ctx *c, const char *text)
{
    struct list l = { 0 };

    for (const char *w = text; *w;) {
        const size_t n = strcspn(w, " ");

        *(const char **)list_add(c->mem, &l, sizeof(w)) = arena_strdup(c->mem, w, n);
        w += n + (w[n] == ' ');
    }
    return l;
}

/* ---- Secrets ----------------------------------------------------------------------
 */

static enum err secret_made(struct ctx *c, const char **ret_shown,
                            const char **ret_kept)
{
    unsigned char key[SECRET_BYTES];
    char text[sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_ORIGINAL)];

    randombytes_buf(key, sizeof(key));
    sodium_bin2base64(text, sizeof(text), key, sizeof(key),
                      sodium_base64_VARIANT_ORIGINAL);
    *ret_shown = arena_printf(c->mem, "whsec_%s", text);
    return seal_close(c, *ret_shown, ret_kept);
}

enum err hook_secret(struct ctx *c, i64 id, const char **ret)
{
    const char *kept;

    TRY(db_one(c, &Q[SECRET_GET], INTO(&kept), id));
    return seal_open(c, kept, ret);
}

enum err hook_secret_new(struct ctx *c, i64 id, struct hook *ret)
{
    const char *shown, *kept;

    TRY(hook_get(c, id, ret));
    TRY(secret_made(c, &shown, &kept));
    TRY(db_exec(c, &Q[SECRET_PUT], NULL, id, kept));
    ret->secret = shown;
    return staff_audit(c, "webhook.secret", id, NULL);
}

enum err webhook_reseal(struct ctx *c, struct sealing *w)
{
    const char *plain, *kept;
    struct list all;

    TRY(hook_list(c, false, &all));
    const struct hook *h = all.at;
    for (size_t k = 0; k < all.n; k++) {
        TRY(db_one(c, &Q[SECRET_GET], INTO(&kept), h[k].id));
        if (seal_is_newest(kept)) continue;
        TRY(seal_open(c, kept, &plain));
        TRY(seal_close(c, plain, &kept));
        TRY(db_exec(c, &Q[SECRET_PUT], NULL, h[k].id, kept));
        w->changed++;
    }
    return ERR_OK;
}

/* ---- Hooks ------------------------------------------------------------------------
 */

#define HOOK_INTO(h)                                                                   \
    INTO(&(h).id, &(h).name, &(h).url, &(h).events_text, &(h).active,                  \
         &(h).failing_since, &(h).disabled_at, &(h).version, &(h).created_at,          \
         &(h).created_by, &(h).waiting)

enum err hook_get(struct ctx *c, i64 id, struct hook *ret)
{
    *ret = (struct hook){ 0 };
    const enum err e = db_one(c, &Q[GET], HOOK_INTO(*ret), id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no webhook %lld", id);
    TRY(e);
    ret->events = events_list(c, ret->events_text);
    return ERR_OK;
}

enum err hook_list(struct ctx *c, bool only_active, struct list *ret)
{
    struct hook h = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[LIST], only_active));
    while (db_next(&r, HOOK_INTO(h))) {
        h.events = events_list(c, h.events_text);
        *(struct hook *)list_add(c->mem, ret, sizeof(h)) = h;
    }
    return r.err;
}

static enum err check(struct ctx *c, const struct hook_edit *e, const char **ret_events)
{
    if (!*e->name) FAIL_MORE(c, BAD_ARGUMENT, "name", "a webhook has a name");
    TRY(webhook_url_ok(c, e->url));
    return events_text(c, &e->events, ret_events);
}

enum err hook_add(struct ctx *c, const struct hook_edit *e, struct hook *ret)
{
    const char *events, *shown, *kept;
    const i64 id = id_new(c);
    i64 n;

    TRY(check(c, e, &events));
    TRY(db_one0(c, &Q[COUNT_ALL], INTO(&n)));
    if (n >= HOOKS_MAX) return FAIL(c, TOO_BIG, "%d webhooks at most", HOOKS_MAX);
    TRY(secret_made(c, &shown, &kept));
    TRY(db_exec(c, &Q[ADD], NULL, id, e->name, e->url, events, kept, e->active != 0,
                c->now, c->who.id));
    webhook_look_again();
    TRY(staff_audit(c, "webhook.add", id, NULL));
    TRY(hook_get(c, id, ret));
    ret->secret = shown;
    return ERR_OK;
}

enum err hook_put(struct ctx *c, i64 id, const struct hook_edit *e,
                  const char *if_match, struct hook *ret)
{
    const char *events;
    i64 n;

    TRY(check(c, e, &events));
    TRY(hook_get(c, id, ret));
    TRY(db_exec(c, &Q[PUT], &n, id, e->name, e->url, events,
                e->active < 0 ? ret->active : e->active == 1,
                if_match ? strtoll(if_match, NULL, 10) : 0));
    if (!n)
        return FAIL(c, CHANGED, "webhook %lld is at version %lld, not %s", id,
                    ret->version, if_match);
    webhook_look_again();
    TRY(staff_audit(c, "webhook.put", id, NULL));
    return hook_get(c, id, ret);
}

enum err hook_delete(struct ctx *c, i64 id)
{
    i64 n;

    TRY(db_exec(c, &Q[DELETE], &n, id));
    if (!n) return FAIL(c, NOT_FOUND, "no webhook %lld", id);
    webhook_look_again();
    return staff_audit(c, "webhook.delete", id, NULL);
}

enum err hook_claim(struct ctx *c, i64 id, i64 until_at, bool *ret)
{
    i64 n;

    TRY(db_exec(c, &Q[CLAIM], &n, id, until_at, c->now));
    *ret = n > 0;
    return ERR_OK;
}

enum err hook_release(struct ctx *c, i64 id)
{
    return db_exec(c, &Q[RELEASE], NULL, id);
}

enum err hook_went(struct ctx *c, i64 id, bool well)
{
    const i64 days =
        setting_int(c, "webhook.disable_days", (struct setting_scope){ 0 });
    i64 n;

    if (well) return db_exec(c, &Q[WELL], NULL, id);
    TRY(db_exec(c, &Q[ILL], NULL, id, c->now));
    TRY(db_exec(c, &Q[OFF], &n, id, c->now, c->now - days * DAY_MS));
    if (!n) return ERR_OK;
    webhook_look_again();
    return event_emit(c, "webhook.disabled", id, NULL);
}
