/* Pieces with a name of their own: the life of an IMEI or serial number. */
#include <string.h>

#include "base/id.h"
#include "stock/stock_own.h"

enum { FIND, ADD, STEP, FORCE, HOLD, LET_GO };

/* clang-format off */
const struct query stock_unit_sql[] = {
    [FIND] = { "stock.get_unit",
        "SELECT id, variant_id, place_id, serial, state, owner, owner_id, doc_id, at"
        "  FROM stock_unit WHERE serial = $1" },

    [ADD] = { "stock.add_unit",
        "INSERT INTO stock_unit (serial, id, variant_id, place_id, state, doc_id, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (serial) DO NOTHING" },

    /* $3 holds a bit for each state it may come from.  Kept for an owner: only his.
     * Where the book thinks it stands is not asked: whoever scans it has it. */
    [STEP] = { "stock.step_unit",
        "UPDATE stock_unit SET state = $4, place_id = $5, owner = -1, owner_id = 0,"
        "       doc_id = $6, at = $7"
        " WHERE serial = $1 AND variant_id = $2 AND (1 << CAST(state AS INTEGER)) & $3 <> 0"
        "   AND (state <> 1 OR (owner = $8 AND owner_id = $9))",
        .types = "tiiiiiiii" },

    /* What an offline till sold is with the buyer, even if we thought it sold. */
    [FORCE] = { "stock.force_unit",
        "UPDATE stock_unit SET state = $2, place_id = 0, owner = -1, owner_id = 0,"
        "       doc_id = $3, at = $4 WHERE serial = $1" },

    [HOLD] = { "stock.hold_unit",
        "UPDATE stock_unit SET state = 1, place_id = $3, owner = $4, owner_id = $5, at = $6"
        " WHERE serial = $1 AND variant_id = $2"
        "   AND (state IN (0, 3) OR (state = 1 AND owner = $4 AND owner_id = $5))" },

    [LET_GO] = { "stock.let_units_go",
        "UPDATE stock_unit SET state = 0, owner = -1, owner_id = 0"
        " WHERE owner = $1 AND owner_id = $2 AND owner >= 0" },
    QUERY_END
};
/* clang-format on */

const char *const stock_unit_words[] = { "received", "held",       "sold",
                                         "returned", "service",    "transit",
                                         "lost",     "quarantine", NULL };

#define IN(state) (1 << UNIT_##state)
#define HERE      (IN(RECEIVED) | IN(HELD) | IN(RETURNED))

/* What a move does to a unit: where it may come from, what it becomes, whether a
 * serial never seen is taken in.  [reason][0] it leaves the place, [1] it comes. */
/* clang-format off */
static const struct { int from, to; bool unseen; } life[][2] = {
    [MOVE_SALE]         = { { HERE, UNIT_SOLD, true },        { IN(SOLD), UNIT_RETURNED, true } },
    [MOVE_HANDOVER]     = { { HERE, UNIT_SOLD, true },        { IN(SOLD), UNIT_RETURNED, true } },
    [MOVE_RETURN]       = { { HERE, UNIT_SOLD, false },       { IN(SOLD), UNIT_RETURNED, true } },
    [MOVE_RECEIPT]      = { { HERE, UNIT_LOST, false },       { IN(LOST) | IN(TRANSIT), UNIT_RECEIVED, true } },
    [MOVE_TRANSFER_OUT] = { { HERE, UNIT_TRANSIT, true },     { IN(TRANSIT), UNIT_RECEIVED, false } },
    [MOVE_TRANSFER_IN]  = { { HERE, UNIT_TRANSIT, false },    { IN(TRANSIT), UNIT_RECEIVED, true } },
    [MOVE_ADJUST]       = { { HERE, UNIT_LOST, false },       { IN(LOST), UNIT_RECEIVED, true } },
    [MOVE_LOSS]         = { { HERE, UNIT_LOST, true },        { IN(LOST), UNIT_RECEIVED, true } },
    [MOVE_SERVICE]      = { { HERE, UNIT_SERVICE, true },     { IN(SERVICE) | IN(SOLD), UNIT_RETURNED, true } },
    [MOVE_QUARANTINE]   = { { HERE, UNIT_QUARANTINE, true },  { IN(QUARANTINE), UNIT_RETURNED, false } },
};
/* clang-format on */

/* The check digit of an IMEI (Luhn): every second digit doubled, digits summed. */
static bool luhn_ok(const char *digits, size_t n)
{
    int sum = 0;

    for (size_t k = 0; k < n; k++) {
        int d = digits[n - 1 - k] - '0';

        if (k % 2 == 1) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
        sum += d;
    }
    return sum % 10 == 0;
}

const char *stock_serial_norm(struct arena *mem, const char *serial)
{
    enum { IMEI_DIGITS = 15, MAX = 64 };
    char *out = arena_alloc(mem, MAX + 1);
    size_t n = 0, digits = 0;

    for (const char *p = serial; *p; p++) {
        if (*p == ' ' || *p == '-' || *p == '\t' || *p == '\n' || *p == '\r') continue;
        if (n == MAX || (unsigned char)*p < ' ') return NULL;
        out[n++] = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        digits += *p >= '0' && *p <= '9';
    }
    if (!n || (n == IMEI_DIGITS && digits == n && !luhn_ok(out, n))) return NULL;
    return out;
}

static enum err serial_of(struct ctx *c, const char *said, const char **ret)
{
    *ret = stock_serial_norm(c->mem, said);
    if (!*ret)
        return FAIL_FIELD(
            c, BAD_ARGUMENT, "serial",
            "\"%s\" is no serial number or an IMEI with a wrong check digit", said);
    return ERR_OK;
}

static enum err unit_get(struct ctx *c, const char *serial, struct stock_unit *u)
{
    i64 state;

    TRY(db_one(c, &stock_unit_sql[FIND],
               INTO(&u->id, &u->variant_id, &u->place_id, &u->serial, &state, &u->owner,
                    &u->owner_id, &u->doc_id, &u->at),
               serial));
    u->state = (int)state;
    return ERR_OK;
}

enum err stock_unit_find(struct ctx *c, const char *serial, struct stock_unit *ret)
{
    const char *s = stock_serial_norm(c->mem, serial);
    const enum err e = s ? unit_get(c, s, ret) : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no unit \"%s\"", serial);
    return e;
}

/* Why a unit did not do what was asked of it. */
static enum err refuse(struct ctx *c, const char *serial, i64 variant_id)
{
    struct stock_unit u;

    TRY(unit_get(c, serial, &u));
    if (u.variant_id != variant_id)
        return FAIL_FIELD(c, WRONG_STATE, "serial", "%s is a piece of variant %lld",
                          serial, u.variant_id);
    if (u.state == UNIT_HELD)
        return FAIL_FIELD(c, WRONG_STATE, "serial", "%s is kept for another", serial);
    return FAIL_FIELD(c, WRONG_STATE, "serial", "%s is %s at place %lld", serial,
                      stock_unit_words[u.state], u.place_id);
}

enum err stock_unit_hold(struct ctx *c, const char *serial, i64 variant_id,
                         i64 place_id, int owner, i64 owner_id)
{
    const char *s;
    i64 n;

    TRY(serial_of(c, serial, &s));
    TRY(db_exec(c, &stock_unit_sql[ADD], NULL, s, id_new(c), variant_id, place_id,
                UNIT_RECEIVED, owner_id, c->now));
    TRY(db_exec(c, &stock_unit_sql[HOLD], &n, s, variant_id, place_id, owner, owner_id,
                c->now));
    return n ? ERR_OK : refuse(c, s, variant_id);
}

enum err stock_unit_let_go(struct ctx *c, int owner, i64 owner_id)
{
    return db_exec(c, &stock_unit_sql[LET_GO], NULL, owner, owner_id);
}

enum err stock_unit_of(struct ctx *c, struct stock_unit_step *step)
{
    const struct stock_move *m = step->move;
    const int to = life[m->reason][m->qty > 0].to;
    const i64 id = id_new(c);
    struct stock_unit u;
    const char *s;
    i64 added = 0;

    TRY(serial_of(c, m->serial, &s));
    if (life[m->reason][m->qty > 0].unseen)
        TRY(db_exec(c, &stock_unit_sql[ADD], &added, s, id, m->variant_id,
                    m->qty > 0 ? m->place_id : 0, to, m->doc_id, m->at));
    step->is_new = added == 1;
    step->unit_id = id;
    if (added) return ERR_OK;
    const enum err e = unit_get(c, s, &u);
    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, WRONG_STATE, "serial", "no unit \"%s\" is known", s);
    TRY(e);
    step->unit_id = u.id;
    if (!step->happened || u.variant_id == m->variant_id) return ERR_OK;
    step->unit_id = 0; /* another good's number: a slip of the hand, not its piece */
    step->is_new = true;
    return ERR_OK;
}

enum err stock_unit_step(struct ctx *c, const struct stock_unit_step *s)
{
    const struct stock_move *m = s->move;
    const bool comes = m->qty > 0;
    const char *serial;
    i64 n;

    if (s->is_new) return ERR_OK;
    TRY(serial_of(c, m->serial, &serial));
    TRY(db_exec(c, &stock_unit_sql[STEP], &n, serial, m->variant_id,
                life[m->reason][comes].from, life[m->reason][comes].to,
                comes ? m->place_id : 0, m->doc_id, m->at, s->hold_owner,
                s->hold_owner_id));
    if (!n && s->happened)
        return db_exec(c, &stock_unit_sql[FORCE], NULL, serial,
                       life[m->reason][comes].to, m->doc_id, m->at);
    return n ? ERR_OK : refuse(c, serial, m->variant_id);
}
