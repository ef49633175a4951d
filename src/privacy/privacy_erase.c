/* To forget a person: every room's statements in one unit, and the proof. */
#include "privacy/privacy_hold.h"

#include <string.h>

#include "base/contact.h"
#include "base/json.h"
#include "base/time.h"
#include "customer/customer.h"
#include "customer/customer_merge.h"
#include "event/event.h"
#include "setting/setting.h"

enum { KEYS_PAST };

/* clang-format off */
const struct query privacy_erase_sql[] = {
    /* What he has now and what he once had: both may stand in what was said to him. */
    [KEYS_PAST] = { "privacy.keys",
        "SELECT DISTINCT value FROM pub_customer_key_log WHERE customer_id = $1 ORDER BY value" },
    QUERY_END
};
/* clang-format on */

#define FORGET_KEYS 1000

/* His keys, present and past, each once; ends with NULL. */
static enum err keys_of(struct ctx *c, i64 customer_id, const char ***ret)
{
    struct customer k = { 0 };
    const char *past = NULL;
    const char **keys = arena_alloc(c->mem, (FORGET_KEYS + 1) * sizeof(*keys));
    size_t n = 0;
    ROWS r;

    TRY(db_rows(c, &r, &privacy_erase_sql[KEYS_PAST], customer_id));
    while (n < FORGET_KEYS && db_next(&r, INTO(&past)))
        keys[n++] = contact_open(c->mem, past);
    TRY(r.err);
    TRY(customer_get(c, customer_id, &k));
    const struct customer_key *key = k.keys.at;
    for (size_t i = 0; i < k.keys.n && n < FORGET_KEYS; i++) {
        bool known = false;
        for (size_t j = 0; j < n; j++) known |= !strcmp(keys[j], key[i].value);
        if (!known) keys[n++] = key[i].value;
    }
    if (n == FORGET_KEYS)
        return FAIL(c, TOO_BIG, "customer %lld has had over %d keys", customer_id,
                    FORGET_KEYS);
    keys[n] = NULL;
    *ret = keys;
    return ERR_OK;
}

/* ---- One statement ----------------------------------------------------------------
 */

struct work {
    i64 customer_id;
    struct list members; /* i64: whom he is made of, himself first */
    const char **keys;
    struct buf lines; /* of the certificate */
    i64 rows;
};

static enum err run(struct ctx *c, const struct privacy_forget *f, struct val v,
                    i64 *rows, i64 *left)
{
    i64 n, l;

    TRY(db_exec_(c, f->run, &n, &v, 1));
    TRY(db_one_(c, f->left, INTO(&l), &v, 1));
    *rows += n;
    *left += l;
    return ERR_OK;
}

/* By every spelling in which the key may stand. */
static enum err run_key(struct ctx *c, const struct privacy_forget *f, const char *key,
                        i64 *rows, i64 *left)
{
    const char *before = contact_before(c->mem, key);

    if (f->by == PRIVACY_BY_KEY) return run(c, f, val_s(key), rows, left);
    TRY(run(c, f, val_s(contact_seal(c->mem, key)), rows, left));
    return before ? run(c, f, val_s(before), rows, left) : ERR_OK;
}

static enum err forget(struct ctx *c, const struct privacy_forget *f, struct work *w)
{
    i64 rows = 0, left = 0;

    const i64 *ids = w->members.at;
    for (size_t k = 0; k < w->members.n && f->by == PRIVACY_BY_PERSON; k++)
        TRY(run(c, f, val_i(ids[k]), &rows, &left));
    for (const char **k = w->keys; f->by != PRIVACY_BY_PERSON && *k; k++)
        TRY(run_key(c, f, *k, &rows, &left));
    if (left)
        return FAIL(c, INTERNAL, "%s: %lld rows still tell of customer %lld", f->what,
                    left, w->customer_id);
    buf_printf(&w->lines, "%s{\"what\":\"%s\",\"rows\":%lld,\"left\":0}",
               w->lines.n ? "," : "", f->what, rows);
    w->rows += rows;
    return ERR_OK;
}

static enum err forget_all(struct ctx *c, struct work *w)
{
    for (const struct module *const *m = modules; *m; m++) {
        const struct privacy_part *p = (*m)->privacy;
        for (const struct privacy_forget *f = p ? p->forgets : NULL; f && f->what; f++)
            TRY(forget(c, f, w));
    }
    return ERR_OK;
}

/* ---- The whole --------------------------------------------------------------------
 */

static enum err may(struct ctx *c, i64 customer_id)
{
    i64 until;
    int kind;

    TRY(privacy_held(c, customer_id, &kind, &until));
    if (until != NONE)
        return FAIL(c, WRONG_STATE, "customer %lld is kept for a dispute (%s)",
                    customer_id, privacy_hold_words[kind]);
    for (const struct module *const *m = modules; *m; m++) {
        const struct privacy_part *p = (*m)->privacy;
        i64 open = 0;

        if (!p || !p->open) continue;
        TRY(db_one(c, p->open, INTO(&open), customer_id));
        if (open)
            return FAIL(c, WRONG_STATE, "%lld things of customer %lld are open in %s",
                        open, customer_id, (*m)->name);
    }
    return ERR_OK;
}

static void put_keeps(struct ctx *c, struct buf *b)
{
    const bool en = c->lang && !strcmp(c->lang, "en");
    bool first = true;

    for (const struct module *const *m = modules; *m; m++) {
        const struct privacy_part *p = (*m)->privacy;
        for (const struct privacy_keep *k = p ? p->keeps : NULL; k && k->what; k++) {
            buf_printf(b, "%s{\"what\":\"%s\",\"why\":", first ? "" : ",", k->what);
            const char *why = en ? k->law_en : k->law_ru;
            json_put_text(b, why, strlen(why));
            buf_char(b, '}');
            first = false;
        }
    }
}

static const char *certificate(struct ctx *c, const struct work *w)
{
    const i64 days = setting_int(c, "privacy.backup_days", (struct setting_scope){ 0 });
    struct buf b = buf_new(c->mem, 4096, 65536);

    buf_printf(&b,
               "{\"customer_id\":\"%lld\",\"erased_at\":\"%s\",\"rows\":%lld,"
               "\"backups_until\":\"%s\",\"forgotten\":[%s],\"kept\":[",
               w->customer_id, time_iso(c->mem, c->now), w->rows,
               time_iso(c->mem, c->now + days * DAY_MS), w->lines.at);
    put_keeps(c, &b);
    buf_text(&b, "]}");
    return b.at;
}

enum err privacy_erase(struct ctx *c, i64 customer_id, const char **ret_certificate)
{
    struct work w = { .customer_id = customer_id,
                      .lines = buf_new(c->mem, 2048, 32768) };

    TRY(customer_living(c, customer_id, &w.customer_id));
    TRY(customer_members(c, w.customer_id, &w.members));
    TRY(may(c, w.customer_id));
    TRY(keys_of(c, w.customer_id, &w.keys));
    TRY(forget_all(c, &w));
    *ret_certificate = certificate(c, &w);
    return event_emit(c, "privacy.erased", customer_id, NULL);
}

struct keys_ask {
    i64 customer_id;
    const char **keys;
};

static enum err look(struct ctx *c, void *arg)
{
    struct keys_ask *a = arg;

    TRY(customer_living(c, a->customer_id, &a->customer_id));
    return keys_of(c, a->customer_id, &a->keys);
}

enum err privacy_outside(struct ctx *c, i64 customer_id)
{
    struct keys_ask a = { .customer_id = customer_id };
    i64 n = 0;

    TRY(db_snapshot(c, look, &a));
    customer_id = a.customer_id;
    for (const struct module *const *m = modules; *m; m++)
        if ((*m)->privacy && (*m)->privacy->outside)
            TRY((*m)->privacy->outside(c, customer_id, a.keys, &n));
    return ERR_OK;
}
