#include "vault/vault.h"

#include <string.h>
#include <time.h>

#include "base/contact.h"
#include "base/log.h"
#include "base/seal.h"
#include "db/db.h"
#include "job/job.h"

enum { GET, PUT };
enum { SLICE = 500 };

#define WORD "prilavok"

/* clang-format off */
const struct query vault_sql[] = {
    [GET] = { "vault.get_proof", "SELECT proof, plain FROM vault_proof WHERE one = 1" },

    [PUT] = { "vault.put_proof",
        "UPDATE vault_proof SET proof = $1, plain = $2 WHERE one = 1 AND proof = $3" },
    QUERY_END
};
/* clang-format on */

struct proof {
    const char *text;
    i64 plain;
};

static enum err get(struct ctx *c, void *arg)
{
    struct proof *p = arg;

    return db_one0(c, &vault_sql[GET], INTO(&p->text, &p->plain));
}

/* Guarded by what was read: of two that start at once one writes it, both look again.
 */
static enum err put(struct ctx *c, void *arg)
{
    const struct proof *p = arg;

    return db_exec(c, &vault_sql[PUT], NULL, contact_seal(c->mem, WORD), p->plain,
                   p->text);
}

static enum err first(struct ctx *c, struct proof *p)
{
    TRY(seal_ready(c, true));
    TRY(db_unit(c, put, p));
    return db_unit(c, get, p);
}

enum err vault_open(struct ctx *c)
{
    struct proof p = { NULL, 0 };

    TRY(db_unit(c, get, &p));
    if (!*p.text) TRY(first(c, &p));
    const enum err e = seal_ready(c, false);
    if (e)
        return FAIL(c, STORAGE,
                    "%s, and this database is sealed with the key %.8s: put that file "
                    "back; nothing was changed",
                    c->fault.message, p.text + 1);
    if (strcmp(contact_open(c->mem, p.text), WORD) != 0)
        return FAIL(c, STORAGE,
                    "this database is sealed with the key %.8s, and secret.key does "
                    "not hold it: put the right file back; nothing was changed",
                    p.text + 1);
    contact_plain_about(p.plain != 0);
    return ERR_OK;
}

/* ---- Once over everything ---------------------------------------------------------
 */

struct walk {
    const struct sealed *s;
    struct sealing w;
};

static enum err slice(struct ctx *c, void *arg)
{
    struct walk *k = arg, next = *k; /* a unit may run again: from the same place */

    next.w.more = false;
    next.w.limit = SLICE;
    TRY(db_reseal(c, k->s, &next.w));
    k[1] = next;
    return ERR_OK;
}

/* A slice in an arena of its own. */
static enum err one(struct ctx *c, struct walk *k)
{
    struct arena *keep = c->mem;
    struct walk both[2] = { *k };

    c->mem = arena_new((size_t)32 << 20);
    const enum err e =
        k->s->beside ? db_unit_beside(c, slice, both) : db_unit(c, slice, both);
    if (e && c->fault.message)
        c->fault.message =
            arena_strdup(keep, c->fault.message, strlen(c->fault.message));
    arena_free(c->mem);
    c->mem = keep;
    if (!e) *k = both[1];
    return e;
}

/* Others on the same file write between two slices. */
static void breathe(i64 changed)
{
    if (changed) nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

static enum err table(struct ctx *c, const struct sealed *s, i64 *n)
{
    struct walk k = { .s = s };

    do {
        const i64 before = k.w.changed;
        TRY(one(c, &k));
        breathe(k.w.changed - before);
    } while (k.w.more);
    if (k.w.changed) log_info("%lld of %s were sealed anew", k.w.changed, s->what);
    *n += k.w.changed;
    return ERR_OK;
}

enum err vault_walk(struct ctx *c, i64 *ret_n)
{
    *ret_n = 0;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct sealed *s = (*m)->sealed; s && s->what; s++)
            TRY(table(c, s, ret_n));
    return ERR_OK;
}

/* ---- A change of keys --------------------------------------------------------------
 */

static void wait_seen(void)
{
    const struct timespec t = { SEAL_SEEN_MS / 1000, SEAL_SEEN_MS % 1000 * 1000000L };

    nanosleep(&t, NULL);
}

/* All is sealed by the newest key: nobody looks for a former spelling any more. */
static enum err finish(struct ctx *c)
{
    struct proof p = { NULL, 0 };

    TRY(db_unit(c, get, &p));
    p.plain = 0;
    TRY(db_unit(c, put, &p));
    contact_plain_about(false);
    return seal_phase() == SEAL_LEAVING ? seal_keys_forget(c) : ERR_OK;
}

static enum err walk_and_finish(struct ctx *c, i64 *n)
{
    i64 more;

    TRY(vault_walk(c, &more));
    *n += more;
    return finish(c);
}

/* What was broken off comes first: never more than two keys, never two spellings. */
static enum err settle(struct ctx *c, i64 *n)
{
    struct proof p = { NULL, 0 };

    TRY(db_unit(c, get, &p));
    return p.plain || seal_phase() == SEAL_LEAVING ? walk_and_finish(c, n) : ERR_OK;
}

static enum err prepare(struct ctx *c)
{
    return seal_phase() == SEAL_COMING ? ERR_OK : seal_key_coming(c);
}

enum err vault_rekey(struct ctx *c, enum vault_step step, i64 *ret_n)
{
    const bool begun = seal_phase() == SEAL_LEAVING;

    *ret_n = 0;
    if (step == VAULT_TURN && seal_phase() != SEAL_COMING)
        return FAIL(c, WRONG_STATE, "no new key waits for its turn");
    if (step != VAULT_TURN) TRY(settle(c, ret_n));
    if (step == VAULT_ALL && begun) return ERR_OK;
    TRY(prepare(c));
    if (step == VAULT_PREPARE) return ERR_OK;
    wait_seen();
    TRY(seal_key_turn(c));
    if (step == VAULT_TURN) return ERR_OK;
    wait_seen();
    return walk_and_finish(c, ret_n);
}

/* ---- By itself ----------------------------------------------------------------------
 */

/* A base of before, or a change whose command was killed. */
static enum err go_on(struct ctx *c, struct job *j)
{
    struct proof p = { NULL, 0 };
    i64 n = 0;

    (void)j;
    TRY(db_unit(c, get, &p));
    if (!p.plain) contact_plain_about(false);
    if (!p.plain && (seal_phase() != SEAL_LEAVING || !seal_settled())) return ERR_OK;
    return walk_and_finish(c, &n);
}

const struct job_kind vault_jobs[] = {
    { .name = "vault.go_on",
      .run = go_on,
      .every_ms = 30000,
      .doc = "Seal what stands unsealed or under a former key." },
    { 0 },
};
