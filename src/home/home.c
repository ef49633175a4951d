/* Homes and who lives in them. */
#include <sodium.h>
#include <string.h>

#include "base/id.h"
#include "base/person.h"
#include "base/time.h"
#include "customer/customer.h"
#include "event/event.h"
#include "home/home_own.h"
#include "owner/owner.h"

enum {
    ADD_HOME,
    JOIN,
    LEAVE,
    HOME_OF,
    MEMBERS,
    COUNT_MEMBERS,
    SHOW,
    ADD_INVITE,
    WAITING,
    LOOK,
    USE,
    SETTLE,
    DROP_INVITES,
    DROP_HOME
};

/* clang-format off */
/* Who was merged while both lived in homes keeps his row: it waits for the undo. */
#define LIVES " JOIN pub_customer_living p ON p.id = m.customer_id AND p.living_id = p.id"
const struct query home_sql[] = {
    [ADD_HOME] = { "home.add", "INSERT INTO home_home (id, made_at) VALUES ($1, $2)" },

    [JOIN] = { "home.join",
        "INSERT INTO home_member (customer_id, born_id, home_id, joined_at, shows) VALUES ($1, $2, $3, $4, 0)"
        " ON CONFLICT (customer_id) DO NOTHING" },

    [LEAVE] = { "home.leave", "DELETE FROM home_member WHERE customer_id = $1" },

    [HOME_OF] = { "home.of", "SELECT home_id FROM home_member WHERE customer_id = $1" },

    [MEMBERS] = { "home.members",
        "SELECT m.customer_id, m.joined_at, m.shows, n.first_name, n.last_name FROM home_member m" LIVES
        "  JOIN pub_customer_person n ON n.id = m.customer_id"
        " WHERE m.home_id = $1 ORDER BY m.joined_at, m.customer_id" },

    [COUNT_MEMBERS] = { "home.count_members",
        "SELECT COUNT(*) FROM home_member m" LIVES " WHERE m.home_id = $1" },

    [SHOW] = { "home.show", "UPDATE home_member SET shows = $2 WHERE customer_id = $1" },

    [ADD_INVITE] = { "home.add_invite",
        "INSERT INTO home_invite (code, home_id, customer_id, born_id, uses, made_at, until_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },

    [WAITING] = { "home.waiting_invite",
        "SELECT code, until_at FROM home_invite WHERE home_id = $1 AND home_id <> 0 AND uses > 0 AND until_at > $2"
        " ORDER BY made_at DESC LIMIT 1" },

    [LOOK] = { "home.look_invite", "SELECT home_id, uses, until_at FROM home_invite WHERE code = $1" },

    [USE] = { "home.use_invite",
        "UPDATE home_invite SET uses = uses - 1 WHERE code = $1 AND uses > 0 AND until_at > $2" },

    [SETTLE] = { "home.settle_invite",
        "UPDATE home_invite SET home_id = $2 WHERE code = $1 AND home_id = 0" },

    [DROP_INVITES] = { "home.drop_invites",
        "DELETE FROM home_invite WHERE home_id = $1 AND home_id <> 0 AND NOT EXISTS"
        " (SELECT 1 FROM home_member m WHERE m.home_id = $1)" },

    [DROP_HOME] = { "home.drop",
        "DELETE FROM home_home WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM home_member m WHERE m.home_id = $1)" },
    QUERY_END
};
/* clang-format on */

#define Q home_sql

/* ---- Codes --------------------------------------------------------------------- */

enum { LETTERS = 10, HALF = LETTERS / 2 };

static const char *code_new(struct ctx *c)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char raw[LETTERS];
    char *s = arena_alloc(c->mem, LETTERS + 1);

    randombytes_buf(raw, sizeof(raw));
    for (int k = 0; k < LETTERS; k++) s[k] = alphabet[raw[k] & 31];
    return s;
}

static const char *code_shown(struct ctx *c, const char *code)
{
    return arena_printf(c->mem, "%.*s-%s", HALF, code, code + HALF);
}

/* As it was typed: capitals, no dashes, no letters that are digits. */
static const char *code_norm(struct ctx *c, const char *said)
{
    char *s = arena_alloc(c->mem, LETTERS + 1);
    size_t n = 0;

    for (; *said && n <= LETTERS; said++) {
        char ch = *said >= 'a' && *said <= 'z' ? (char)(*said - 32) : *said;

        if (ch == '-' || ch == ' ') continue;
        if (n == LETTERS) return "";
        s[n++] = ch == 'O' ? '0' : ch == 'I' || ch == 'L' ? '1' : ch;
    }
    return s;
}

/* ---- Reading ----------------------------------------------------------------------
 */

enum err home_id_of(struct ctx *c, i64 customer_id, i64 *ret_id)
{
    const enum err e = db_one(c, &Q[HOME_OF], INTO(ret_id), customer_id);

    if (e == ERR_NOT_FOUND) *ret_id = 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err home_together(struct ctx *c, i64 a, i64 b, bool *ret)
{
    i64 one, two;

    TRY(home_id_of(c, a, &one));
    TRY(home_id_of(c, b, &two));
    *ret = one && one == two;
    return ERR_OK;
}

static enum err members(struct ctx *c, i64 me, struct home *h)
{
    struct home_member m = { 0 };
    const char *first, *last;
    i64 shows;
    ROWS r;

    TRY(db_rows(c, &r, &Q[MEMBERS], h->id));
    while (db_next(&r, INTO(&m.customer_id, &m.joined_at, &shows, &first, &last))) {
        m.name = *first ? first : last;
        m.me = m.customer_id == me;
        m.devices = shows & HOME_SHOWS_DEVICES;
        m.purchases = shows & HOME_SHOWS_PURCHASES;
        *(struct home_member *)list_add(c->mem, &h->members, sizeof(m)) = m;
    }
    return r.err;
}

static enum err waiting(struct ctx *c, i64 home_id, const char **ret_code,
                        i64 *ret_until)
{
    const char *code;
    const enum err e = db_one(c, &Q[WAITING], INTO(&code, ret_until), home_id, c->now);

    *ret_code = NULL;
    if (e == ERR_NOT_FOUND) *ret_until = NONE;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    *ret_code = code_shown(c, code);
    return ERR_OK;
}

enum err home_of(struct ctx *c, i64 customer_id, struct home *ret)
{
    i64 id;

    *ret = (struct home){ .id = NONE, .code_until_at = NONE };
    TRY(home_id_of(c, customer_id, &id));
    if (!id) return ERR_OK;
    ret->id = id;
    TRY(members(c, customer_id, ret));
    TRY(waiting(c, ret->id, &ret->code, &ret->code_until_at));
    return home_things(c, customer_id, ret);
}

/* ---- Coming -------------------------------------------------------------------------
 */

static enum err tell(struct ctx *c, const char *what, i64 customer_id, i64 home_id)
{
    return event_emit(c, what, customer_id,
                      arena_printf(c->mem, "{\"home_id\":\"%lld\"}", home_id));
}

static enum err home_new(struct ctx *c, i64 *ret_id)
{
    *ret_id = id_new(c);
    return db_exec(c, &Q[ADD_HOME], NULL, *ret_id, c->now);
}

static enum err join(struct ctx *c, i64 customer_id, i64 home_id)
{
    i64 n;

    TRY(db_exec(c, &Q[JOIN], &n, customer_id, person_born(c, customer_id), home_id,
                c->now));
    if (!n) return FAIL(c, WRONG_STATE, "you live with others already: leave first");
    return tell(c, "home.joined", customer_id, home_id);
}

static enum err room_left(struct ctx *c, i64 home_id)
{
    i64 n = 0;

    if (home_id) TRY(db_one(c, &Q[COUNT_MEMBERS], INTO(&n), home_id));
    return n < HOME_MEMBERS ? ERR_OK
                            : FAIL(c, TOO_BIG, "%lld people live there, no more", n);
}

struct new_code {
    i64 home_id, by, uses;
};

static enum err code_add(struct ctx *c, const struct new_code *n,
                         struct home_invite *ret)
{
    const char *code = code_new(c);
    const i64 until = c->now + HOME_CODE_DAYS * DAY_MS;

    TRY(db_exec(c, &Q[ADD_INVITE], NULL, code, n->home_id, n->by,
                n->by ? person_born(c, n->by) : NONE, n->uses, c->now, until));
    ret->code = code_shown(c, code);
    ret->until_at = until;
    return ERR_OK;
}

enum err home_invite(struct ctx *c, i64 customer_id, struct home_invite *ret)
{
    i64 home_id;

    *ret = (struct home_invite){ 0 };
    TRY(home_id_of(c, customer_id, &home_id));
    if (!home_id) {
        TRY(home_new(c, &home_id));
        TRY(join(c, customer_id, home_id));
    }
    TRY(room_left(c, home_id));
    TRY(db_one(c, &Q[COUNT_MEMBERS], INTO(&ret->members), home_id));
    TRY(waiting(c, home_id, &ret->code, &ret->until_at));
    if (ret->code) return ERR_OK;
    return code_add(c, &(struct new_code){ home_id, customer_id, 1 }, ret);
}

enum err home_invite_two(struct ctx *c, i64 home_id, struct home_invite *ret)
{
    *ret = (struct home_invite){ 0 };
    TRY(room_left(c, home_id));
    return code_add(c, &(struct new_code){ home_id, 0, home_id ? 1 : 2 }, ret);
}

static enum err look(struct ctx *c, const char *said, struct home_invite *ret,
                     i64 *ret_home)
{
    i64 uses;
    const enum err e =
        db_one(c, &Q[LOOK], INTO(ret_home, &uses, &ret->until_at), code_norm(c, said));

    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NOT_FOUND, "code", "no invitation \"%s\"", said);
    TRY(e);
    if (uses < 1 || ret->until_at <= c->now)
        return FAIL_FIELD(c, GONE, "code", "invitation %s is used or too old", said);
    ret->code = code_shown(c, code_norm(c, said));
    return *ret_home ? db_one(c, &Q[COUNT_MEMBERS], INTO(&ret->members), *ret_home)
                     : ERR_OK;
}

enum err home_look(struct ctx *c, const char *code, struct home_invite *ret)
{
    i64 home_id;

    *ret = (struct home_invite){ 0 };
    return look(c, code, ret, &home_id);
}

enum err home_accept(struct ctx *c, i64 customer_id, const char *said)
{
    const char *code = code_norm(c, said);
    struct home_invite i = { 0 };
    i64 home_id, n;

    TRY(look(c, said, &i, &home_id));
    TRY(room_left(c, home_id));
    TRY(db_exec(c, &Q[USE], &n, code, c->now));
    if (!n) return FAIL_FIELD(c, GONE, "code", "invitation %s is used", i.code);
    if (!home_id) {
        TRY(home_new(c, &home_id));
        TRY(db_exec(c, &Q[SETTLE], &n, code, home_id));
        if (!n) return FAIL(c, BUSY, "somebody accepted %s just now", i.code);
    }
    return join(c, customer_id, home_id);
}

/* ---- Leaving
 * -------------------------------------------------------------------------- */

/* What is his nobody of them uses any more, nor he what is theirs. */
static enum err give_back(struct ctx *c, i64 customer_id, i64 home_id)
{
    struct list all;
    i64 other;

    TRY(owner_devices(c, customer_id, &all));
    const struct owner_device *d = all.at;
    for (size_t k = 0; k < all.n; k++) {
        if (d[k].role == ROLE_USER) TRY(owner_use(c, customer_id, d[k].serial, 0));
        if (d[k].role != ROLE_OWNER || d[k].user_id == NONE) continue;
        TRY(home_id_of(c, d[k].user_id, &other));
        if (other == home_id) TRY(owner_use(c, customer_id, d[k].serial, 0));
    }
    return ERR_OK;
}

enum err home_leave(struct ctx *c, i64 customer_id)
{
    i64 home_id;

    TRY(home_id_of(c, customer_id, &home_id));
    if (!home_id) return FAIL(c, NOT_FOUND, "you live with nobody");
    TRY(give_back(c, customer_id, home_id));
    TRY(db_exec(c, &Q[LEAVE], NULL, customer_id));
    TRY(db_exec(c, &Q[DROP_INVITES], NULL, home_id));
    TRY(db_exec(c, &Q[DROP_HOME], NULL, home_id));
    return tell(c, "home.left", customer_id, home_id);
}

enum err home_show(struct ctx *c, i64 customer_id, const struct home_shown *s)
{
    const i64 shows = (s->devices ? HOME_SHOWS_DEVICES : 0) |
                      (s->purchases ? HOME_SHOWS_PURCHASES : 0);
    i64 n;

    TRY(db_exec(c, &Q[SHOW], &n, customer_id, shows));
    return n ? ERR_OK : FAIL(c, NOT_FOUND, "you live with nobody yet");
}
