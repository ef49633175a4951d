/* track_owner.c -- whose an event is.
 *
 * A number is a device (an anonymous id) or a user of another system.  From some event
 * on we know whose it is: that event's place is kept with the person, so that the
 * answer for any event of the log is the same whenever it is asked, by a follower that
 * is ahead, behind or sent back.  What a number did before its first answer is heard
 * late, together with the event that told.  When another person shows up on the device,
 * it is his from there on: a family's tablet, a shop's computer. */
#include <stdlib.h>
#include <string.h>

#include "base/contact.h"
#include "customer/customer.h"
#include "customer/customer_merge.h"
#include "customer/customer_resolve.h"
#include "track/track_follow.h"
#include "track/track_word.h"

enum {
    OF,
    OF_MANY,
    ADD,
    LATE_DEVICE,
    LATE_USER,
    OF_CUSTOMER,
    STAND_FOR,
    SESSIONS,
    MOVE
};

/* clang-format off */
const struct query track_owner_sql[] = {
    [OF] = { "track.owner_of",
        "SELECT known_id, customer_id FROM track_owner WHERE no = $1 ORDER BY known_id" },

    [OF_MANY] = { "track.owners_of",
        "SELECT no, known_id, customer_id FROM track_owner WHERE no IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,"
        " $31, $32, $33, $34, $35, $36, $37, $38, $39, $40) ORDER BY no, known_id" },

    [ADD] = { "track.add_owner",
        "INSERT INTO track_owner (no, known_id, customer_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (no, known_id) DO NOTHING" },

    [LATE_DEVICE] = { "track.late_of_device",
        "SELECT " TRACK_ROW " FROM track_event e LEFT JOIN track_word n ON n.no = e.name_no"
        " LEFT JOIN track_word u ON u.no = e.user_no"
        " WHERE e.device_no = $1 AND e.user_no IS NULL AND e.id < $2 ORDER BY e.at DESC LIMIT $3" },

    [LATE_USER] = { "track.late_of_user",
        "SELECT " TRACK_ROW " FROM track_event e LEFT JOIN track_word n ON n.no = e.name_no"
        " LEFT JOIN track_word u ON u.no = e.user_no"
        " WHERE e.user_no = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3" },

    [OF_CUSTOMER] = { "track.numbers_of_customer",
        "SELECT no, known_id FROM track_owner WHERE customer_id = $1 ORDER BY no, known_id" },

    [STAND_FOR] = { "track.events_of_number",
        "SELECT " TRACK_ROW " FROM track_event e LEFT JOIN track_word n ON n.no = e.name_no"
        " LEFT JOIN track_word u ON u.no = e.user_no"
        " WHERE e.device_no = $1 AND e.at < $2 ORDER BY e.at DESC LIMIT $3" },

    [SESSIONS] = { "track.sessions_of_device",
        "SELECT from_at, to_at, events, pages, channel, source, medium, campaign, landing FROM track_session"
        " WHERE device_no = $1 ORDER BY from_at DESC LIMIT $2" },

    [MOVE] = { "track.move_owner",
        "UPDATE track_owner SET customer_id = $2, born_id = NULLIF($3, $2)"
        " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3", .types = "iii" },
    QUERY_END
};
/* clang-format on */

/* So many of a device's events are heard late, the newest. */
#define LATE_MAX 10000

static enum err move(struct ctx *c, const struct person_move *m)
{
    return db_exec(c, &track_owner_sql[MOVE], NULL, m->from, m->to, m->born);
}

const struct person_part track_person = { .move = move };

/* ---- Numbers known in this unit
 * ------------------------------------------------------ */

struct told {
    i64 known_id, customer_id;
};
struct number {
    i64 no;
    struct list told; /* in the order of places */
    bool unknown;     /* no key of anybody's either */
};

static struct number *number_new(struct ctx *c, struct owners *o, i64 no)
{
    const char *key = arena_strdup(c->mem, (const char *)&no, sizeof(no));
    struct number *n = NEW(c->mem, struct number);

    n->no = no;
    o->by_no.mem = c->mem;
    map_add(&o->by_no, key, sizeof(no), n);
    return n;
}

static enum err number_of(struct ctx *c, struct owners *o, i64 no, struct number **ret)
{
    struct number *n = map_get(&o->by_no, (const char *)&no, sizeof(no));
    struct told t;
    ROWS r = { 0 };

    if ((*ret = n)) return ERR_OK;
    *ret = n = number_new(c, o, no);
    TRY(db_rows(c, &r, &track_owner_sql[OF], no));
    while (db_next(&r, INTO(&t.known_id, &t.customer_id)))
        *(struct told *)list_add(c->mem, &n->told, sizeof(t)) = t;
    return r.err;
}

/* ---- Numbers of many events at once
 * ------------------------------------------------ */

enum { AT_ONCE = 40 };

struct asked {
    struct val v[AT_ONCE];
    size_t n;
};

/* What is missing of the forty is the last one again. */
static enum err numbers_read(struct ctx *c, struct owners *o, struct asked *a)
{
    struct told t;
    i64 no;
    ROWS r = { 0 };

    if (!a->n) return ERR_OK;
    for (size_t k = a->n; k < AT_ONCE; k++) a->v[k] = a->v[a->n - 1];
    a->n = 0;
    TRY(db_rows_(c, &r, &track_owner_sql[OF_MANY], a->v, AT_ONCE));
    while (db_next(&r, INTO(&no, &t.known_id, &t.customer_id))) {
        struct number *n = map_get(&o->by_no, (const char *)&no, sizeof(no));
        *(struct told *)list_add(c->mem, &n->told, sizeof(t)) = t;
    }
    return r.err;
}

static enum err number_ask(struct ctx *c, struct owners *o, struct asked *a, i64 no)
{
    if (no == NONE || map_get(&o->by_no, (const char *)&no, sizeof(no))) return ERR_OK;
    number_new(c, o, no);
    a->v[a->n++] = val_i(no);
    return a->n == AT_ONCE ? numbers_read(c, o, a) : ERR_OK;
}

enum err owners_learn(struct ctx *c, struct owners *o, const struct list *window)
{
    const struct arrived *e = window->at;
    struct asked a = { .n = 0 };

    for (size_t k = 0; k < window->n; k++) {
        TRY(number_ask(c, o, &a, e[k].device_no));
        TRY(number_ask(c, o, &a, e[k].user_no));
    }
    return numbers_read(c, o, &a);
}

static i64 as_of(const struct number *n, i64 id)
{
    const struct told *t = n->told.at;
    i64 who = 0;

    for (size_t k = 0; k < n->told.n && t[k].known_id <= id; k++)
        who = t[k].customer_id;
    return who;
}

static bool told_by(const struct number *n, i64 id)
{
    const struct told *t = n->told.at;

    return n->told.n && t->known_id == id;
}

/* Only ever at the end of what is known: a follower that is behind finds it told. */
static enum err tell(struct ctx *c, struct number *n, i64 id, i64 customer_id)
{
    const struct told *t = n->told.at;

    if (n->told.n && t[n->told.n - 1].known_id >= id) return ERR_OK;
    TRY(db_exec(c, &track_owner_sql[ADD], NULL, n->no, id, customer_id));
    *(struct told *)list_add(c->mem, &n->told, sizeof(*t)) =
        (struct told){ id, customer_id };
    return ERR_OK;
}

/* ---- Who it is
 * --------------------------------------------------------------------------- */

/* Our own ids are numbers of ours; anything else is another system's.  What is heard
 * late of somebody who was erased meanwhile is nobody's. */
static enum err by_own_id(struct ctx *c, const char *user, i64 *ret_id)
{
    i64 id = 0;

    if (!*user || strlen(user) > 19 || strspn(user, "0123456789") != strlen(user))
        return ERR_OK;
    for (const char *p = user; *p; p++)
        if (__builtin_mul_overflow(id, 10, &id) ||
            __builtin_add_overflow(id, *p - '0', &id))
            return ERR_OK;
    const enum err e = customer_known(c, id, ret_id);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Another system's user who was told to us by another way than events. */
static enum err by_key(struct ctx *c, struct number *n, const char *user, i64 *ret_id)
{
    if (n->unknown) return ERR_OK;
    const enum err e = customer_key_whose(c, KEY_USER, user, ret_id);

    n->unknown = e == ERR_NOT_FOUND;
    return n->unknown ? ERR_OK : e;
}

/* What an identify says of a user who is no number of ours.  When two people become one
 * by it, what this unit knows of numbers is asked anew. */
static enum err by_identify(struct ctx *c, struct owners *o, const struct arrived *e,
                            i64 was, i64 *ret_id)
{
    bool merged = false;

    TRY(identify_who(c, e, was, &merged, ret_id));
    if (merged) o->by_no = (struct map){ 0 };
    return ERR_OK;
}

static enum err user_of(struct ctx *c, struct owners *o, const struct arrived *e,
                        i64 *ret_id)
{
    const bool tells = e->kind == TRACK_IDENTIFY;
    struct number *n;
    i64 was, own = 0;

    if (e->user_no == NONE) return tells ? by_identify(c, o, e, 0, ret_id) : ERR_OK;
    TRY(number_of(c, o, e->user_no, &n));
    *ret_id = was = as_of(n, e->id);
    if (was && !tells) return ERR_OK;
    TRY(by_own_id(c, e->user, &own));
    if (own)
        *ret_id = was ? was : own;
    else if (tells)
        TRY(by_identify(c, o, e, was, ret_id));
    else
        TRY(by_key(c, n, e->user, ret_id));
    if (!*ret_id || *ret_id == was) return ERR_OK;
    TRY(number_of(c, o, e->user_no, &n));
    return as_of(n, e->id) == *ret_id ? ERR_OK : tell(c, n, e->id, *ret_id);
}

struct aliasing {
    const char *value;
    i64 no[2];
};

static enum err find_words(struct ctx *c, void *arg)
{
    struct aliasing *w = arg;

    TRY(word_find(c, WORD_DEVICE, w->value, &w->no[0]));
    return word_find(c, WORD_USER, w->value, &w->no[1]);
}

/* "The one you called previousId is this user": whatever number has that text. */
static enum err alias(struct ctx *c, struct owners *o, const struct arrived *e, i64 who)
{
    struct aliasing w = { .value = e->name };
    struct number *n;

    TRY(db_snapshot_beside(c, find_words, &w));
    for (int k = 0; k < 2; k++) {
        if (!w.no[k]) continue;
        TRY(number_of(c, o, w.no[k], &n));
        if (as_of(n, e->id) != who) TRY(tell(c, n, e->id, who));
        if (told_by(n, e->id)) o->late[o->n_late++] = (struct late){ n->no, k == 1 };
    }
    return ERR_OK;
}

enum err owner_of(struct ctx *c, struct owners *o, const struct arrived *e, i64 *ret_id)
{
    struct number *device, *user;
    i64 who = 0;

    o->n_late = 0;
    TRY(user_of(c, o, e, &who));
    TRY(number_of(c, o, e->device_no, &device));
    if (!who) {
        *ret_id = e->user_no == NONE ? as_of(device, e->id) : 0;
        return ERR_OK;
    }
    if (as_of(device, e->id) != who) TRY(tell(c, device, e->id, who));
    if (told_by(device, e->id))
        o->late[o->n_late++] = (struct late){ device->no, false };
    if (e->user_no != NONE) {
        TRY(number_of(c, o, e->user_no, &user));
        if (told_by(user, e->id))
            o->late[o->n_late++] = (struct late){ user->no, true };
    }
    if (e->kind == TRACK_ALIAS) TRY(alias(c, o, e, who));
    if (e->kind == TRACK_IDENTIFY) TRY(identify_brings(c, e, who));
    *ret_id = who;
    return ERR_OK;
}

/* ---- What it did before
 * ------------------------------------------------------------------ */

enum err arrived_rows(struct rows *r, struct list *ret)
{
    struct arrived e = { 0 };
    i64 kind;

    while (
        db_next(r, INTO(&e.id, &e.device_no, &e.user_no, &e.at, &e.received_at, &kind,
                        &e.source_id, &e.data, &e.context, &e.name, &e.user))) {
        e.kind = (int)(kind & MARK_KIND);
        e.channel = (int)(kind >> MARK_CHANNEL & 15);
        e.marks = (unsigned)kind;
        if (!e.name) e.name = "";
        e.user = e.user ? contact_open(r->c->mem, e.user) : "";
        TRY(track_text_open(r->c, &e.data));
        TRY(track_text_open(r->c, &e.context));
        *(struct arrived *)list_add(r->c->mem, ret, sizeof(e)) = e;
    }
    return r->err;
}

struct asking {
    struct late of;
    i64 before;
    struct list l;
};

static enum err read_late(struct ctx *c, void *arg)
{
    struct asking *w = arg;
    ROWS r;

    w->l = (struct list){ 0 };
    TRY(db_rows(c, &r, &track_owner_sql[w->of.user ? LATE_USER : LATE_DEVICE], w->of.no,
                w->before, (i64)LATE_MAX));
    return arrived_rows(&r, &w->l);
}

static int by_id(const void *a, const void *b)
{
    const struct arrived *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

enum err owner_late(struct ctx *c, struct late of, i64 before, struct list *ret)
{
    struct asking w = { .of = of, .before = before };

    TRY(db_snapshot_beside(c, read_late, &w));
    if (w.l.n) qsort(w.l.at, w.l.n, sizeof(struct arrived), by_id);
    *ret = w.l;
    return ERR_OK;
}

/* ---- What somebody did
 * ---------------------------------------------------------------------- */

struct looking {
    i64 customer_id, before_at, limit;
    struct list numbers; /* i64 */
    struct list events;  /* struct arrived */
};

static enum err read_numbers(struct ctx *c, void *arg)
{
    struct looking *w = arg;
    i64 no, known_id, last = 0;
    ROWS r;

    TRY(db_rows(c, &r, &track_owner_sql[OF_CUSTOMER], w->customer_id));
    while (db_next(&r, INTO(&no, &known_id))) {
        if (no != last) *(i64 *)list_add(c->mem, &w->numbers, sizeof(no)) = no;
        last = no;
    }
    return r.err;
}

static enum err read_events(struct ctx *c, void *arg)
{
    struct looking *w = arg;

    for (size_t k = 0; k < w->numbers.n; k++) {
        ROWS r = { 0 };
        TRY(db_rows(c, &r, &track_owner_sql[STAND_FOR], ((const i64 *)w->numbers.at)[k],
                    w->before_at, w->limit));
        TRY(arrived_rows(&r, &w->events));
    }
    return ERR_OK;
}

static int by_at(const void *a, const void *b)
{
    const struct arrived *x = a, *y = b;

    if (x->at != y->at) return x->at < y->at ? 1 : -1;
    return (x->id < y->id) - (x->id > y->id);
}

/* On a device that several people use, his are those that were told to be his. */
static enum err mine(struct ctx *c, struct owners *o, const struct arrived *e, i64 who,
                     bool *ret)
{
    struct number *n;

    TRY(number_of(c, o, e->user_no != NONE ? e->user_no : e->device_no, &n));
    const struct told *t = n->told.at;
    const i64 is = as_of(n, e->id);
    *ret = is ? is == who : n->told.n && t->customer_id == who;
    return ERR_OK;
}

struct picking {
    struct looking *w;
    struct list *out;
};

static enum err pick(struct ctx *c, void *arg)
{
    struct picking *p = arg;
    const struct arrived *e = p->w->events.at;
    struct owners o = { 0 };
    bool his;

    for (size_t k = 0; k < p->w->events.n && (i64)p->out->n < p->w->limit; k++) {
        TRY(mine(c, &o, &e[k], p->w->customer_id, &his));
        if (!his) continue;
        struct track_event *to = list_add(c->mem, p->out, sizeof(*to));
        *to = event_of(&e[k], p->w->customer_id, false);
    }
    return ERR_OK;
}

enum err track_of_customer(struct ctx *c, i64 customer_id, i64 before_at, i64 limit,
                           struct list *ret)
{
    struct looking w = { customer_id, before_at, limit, { 0 }, { 0 } };
    struct list out = { 0 };
    struct picking p = { &w, &out };

    TRY(db_snapshot(c, read_numbers, &w));
    TRY(db_snapshot_beside(c, read_events, &w));
    if (w.events.n) qsort(w.events.at, w.events.n, sizeof(struct arrived), by_at);
    TRY(db_snapshot(c, pick, &p));
    *ret = out;
    return ERR_OK;
}

/* ---- His sessions
 * ------------------------------------------------------------------------ */

static enum err read_sessions(struct ctx *c, void *arg)
{
    struct looking *w = arg;
    struct track_session s = { 0 };
    i64 channel;

    for (size_t k = 0; k < w->numbers.n; k++) {
        ROWS r = { 0 };
        TRY(db_rows(c, &r, &track_owner_sql[SESSIONS], ((const i64 *)w->numbers.at)[k],
                    w->limit));
        while (db_next(&r, INTO(&s.from_at, &s.to_at, &s.events, &s.pages, &channel,
                                &s.source, &s.medium, &s.campaign, &s.landing))) {
            s.channel = (int)channel;
            *(struct track_session *)list_add(c->mem, &w->events, sizeof(s)) = s;
        }
        TRY(r.err);
    }
    return ERR_OK;
}

static int newest(const void *a, const void *b)
{
    const struct track_session *x = a, *y = b;

    return (x->from_at < y->from_at) - (x->from_at > y->from_at);
}

/* On a device of several people they are all of theirs. */
static enum err sessions(struct ctx *c, struct looking *w, bool waits, struct list *ret)
{
    TRY(db_snapshot(c, read_numbers, w));
    if (w->numbers.n && waits) TRY(db_snapshot_beside(c, read_sessions, w));
    if (w->numbers.n && !waits) TRY(db_glance_beside(c, read_sessions, w));
    if (w->events.n)
        qsort(w->events.at, w->events.n, sizeof(struct track_session), newest);
    if ((i64)w->events.n > w->limit) w->events.n = (size_t)w->limit;
    *ret = w->events;
    return ERR_OK;
}

enum err track_sessions_of(struct ctx *c, i64 customer_id, i64 limit, struct list *ret)
{
    return sessions(c, &(struct looking){ .customer_id = customer_id, .limit = limit },
                    true, ret);
}

enum err track_sessions_glance(struct ctx *c, i64 customer_id, i64 limit,
                               struct list *ret)
{
    return sessions(c, &(struct looking){ .customer_id = customer_id, .limit = limit },
                    false, ret);
}
