#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/time.h"
#include "db/db.h"
#include "setting/setting.h"
#include "staff/staff_own.h"

enum { ADD, LIST, LIST_SUBJECT, LIST_WHO, BEHIND, SEAL };

/* clang-format off */
#define COLUMNS "id, at, who_kind, who_id, place_id, what, subject_id, sealed, request_id"
#define NAMED   "id, at, who_kind, who_id, place_id, what, subject_id, COALESCE(sealed, detail), request_id," \
    " COALESCE((SELECT a.name FROM staff_account a WHERE a.id = who_id)," \
    "          (SELECT k.name FROM staff_key k WHERE k.id = who_id))"
#define WINDOW  " AND id < $2 AND at >= $3 AND at < $4 AND what >= $5 AND what < $6" \
                " ORDER BY id DESC LIMIT $7"
const struct query staff_audit_sql[] = {
    [ADD] = { "staff.add_audit",
        "INSERT INTO staff_audit (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" },

    /* $1 keeps the numbers the same in all three. */
    [LIST] = { "staff.list_audit",
        "SELECT " NAMED " FROM staff_audit WHERE id > $1" WINDOW },

    [LIST_SUBJECT] = { "staff.list_audit_subject",
        "SELECT " NAMED " FROM staff_audit"
        " WHERE subject_id = $1 AND who_id >= $8 AND who_id <= $9" WINDOW },

    [LIST_WHO] = { "staff.list_audit_who",
        "SELECT " NAMED " FROM staff_audit"
        " WHERE who_kind IN (2, 3) AND who_id = $1" WINDOW },

    [BEHIND] = { "staff.behind_audit",
        "SELECT id, id, COALESCE(sealed, detail) FROM staff_audit WHERE id > $1 AND $2 = $2"
        " ORDER BY id LIMIT $3", .types = "iii" },

    [SEAL] = { "staff.seal_audit",
        "UPDATE staff_audit SET sealed = $3, detail = NULL WHERE id = $1 AND id = $2"
        "   AND COALESCE(sealed, detail) = $4", .types = "iitt" },
    QUERY_END
};
/* clang-format on */

_Static_assert(WHO_STAFF == 2 && WHO_KEY == 3,
               "the index staff_audit_who and LIST_WHO say 2, 3");

const struct sealed staff_sealed[] = {
    { .what = "staff.audit",
      .rows = &staff_audit_sql[BEHIND],
      .put = &staff_audit_sql[SEAL],
      .how = "w" },
    { 0 },
};

struct entry {
    i64 at;
    enum who_kind who_kind;
    i64 who_id, place_id, subject_id;
    const char *detail;
    char what[64], request_id[64];
};

static enum err add(struct ctx *c, const struct entry *a)
{
    return db_exec(c, &staff_audit_sql[ADD], NULL, id_new(c), a->at, (i64)a->who_kind,
                   a->who_id, a->place_id, a->what, a->subject_id, a->detail,
                   a->request_id[0] ? a->request_id : NULL);
}

static struct entry entry_of(struct ctx *c, const char *what, i64 subject_id)
{
    struct entry a = { .at = c->now,
                       .who_kind = c->who.kind,
                       .who_id = c->who.id,
                       .place_id = c->who.place_id,
                       .subject_id = subject_id };

    snprintf(a.what, sizeof(a.what), "%s", what);
    snprintf(a.request_id, sizeof(a.request_id), "%s",
             c->request_id ? c->request_id : "");
    return a;
}

enum err staff_audit(struct ctx *c, const char *what, i64 subject_id,
                     const char *detail)
{
    struct entry a = entry_of(c, what, subject_id);

    if (detail) TRY(seal_close(c, detail, &a.detail));
    return add(c, &a);
}

/* ---- Reads -------------------------------------------------------------------
 *
 * A ring: handlers put at the tail; one writer at a time (`writing`) takes from the
 * head and moves it only after its unit is durable.  The writer is a unit that a
 * handler submits when enough has gathered, or the job of each second. */

#define QUEUE     16384
#define AT_ONCE   2048
#define SUBMIT_AT 1024

static struct {
    pthread_mutex_t lock;   /* of all below */
    pthread_cond_t written; /* `writing` has ended */
    bool writing;
    bool serving;      /* the job runs: units may be submitted */
    size_t head, tail; /* count up; the place is modulo QUEUE */
    struct entry ring[QUEUE];
} reads = { .lock = PTHREAD_MUTEX_INITIALIZER, .written = PTHREAD_COND_INITIALIZER };

/* The unit that a handler submits: there is one at most, so its memory is one. */
static struct {
    struct ctx c;
    struct db_task task;
    size_t n;
} submitted;

struct some {
    struct ctx *c;
    size_t at, end;
};

static bool next_row(void *from, struct val *v)
{
    struct some *s = from;
    const struct entry *a = &reads.ring[s->at % QUEUE];

    if (s->at == s->end) return false;
    v[0] = val_i(id_new(s->c));
    v[1] = val_i(a->at);
    v[2] = val_i((i64)a->who_kind);
    v[3] = val_i(a->who_id);
    v[4] = val_i(a->place_id);
    v[5] = val_s(a->what);
    v[6] = val_i(a->subject_id);
    v[7] = val_s(a->detail);
    v[8] = val_s(a->request_id[0] ? a->request_id : NULL);
    s->at++;
    return true;
}

static enum err write_some(struct ctx *c, void *arg)
{
    static const char *const columns[] = { "id",         "at",   "who_kind",   "who_id",
                                           "place_id",   "what", "subject_id", "sealed",
                                           "request_id", NULL };
    static const struct db_bulk bulk = { .name = "staff.add_reads",
                                         .table = "staff_audit",
                                         .columns = columns,
                                         .types = "iiiiititt",
                                         .keys = "id" };
    struct some s = { c, reads.head, reads.head + *(const size_t *)arg };
    i64 changed;

    return db_bulk(c, &bulk, next_row, &s, &changed);
}

/* The writer's turn is over; what is durable leaves the ring. */
static void writing_ends(size_t n)
{
    pthread_mutex_lock(&reads.lock);
    reads.head += n;
    reads.writing = false;
    pthread_cond_broadcast(&reads.written);
    pthread_mutex_unlock(&reads.lock);
}

static void submitted_done(struct db_task *t, enum err e)
{
    arena_free(t->c->mem);
    writing_ends(e ? 0 : submitted.n);
}

static void submit(struct ctx *c, size_t n)
{
    submitted.n = n;
    submitted.c = (struct ctx){ .mem = arena_new(LIMIT_JOB_ARENA),
                                .db = c->db,
                                .now = c->now,
                                .who = { .kind = WHO_SYSTEM } };
    submitted.task = (struct db_task){
        .c = &submitted.c, .fn = write_some, .arg = &submitted.n, .done = submitted_done
    };
    if (db_submit(c->db, &submitted.task)) submitted_done(&submitted.task, ERR_BUSY);
}

/* How many to write now: 0 while somebody does, or while there are fewer than `least`.
 */
static size_t writing_begins(size_t least)
{
    const size_t n = reads.tail - reads.head;

    if (reads.writing || n < least || (least > 1 && !reads.serving)) return 0;
    reads.writing = true;
    return n < AT_ONCE ? n : AT_ONCE;
}

void staff_audit_serve(void)
{
    pthread_mutex_lock(&reads.lock);
    reads.serving = true;
    pthread_mutex_unlock(&reads.lock);
}

enum err staff_audit_read(struct ctx *c, const char *what, i64 subject_id)
{
    const struct entry a = entry_of(c, what, subject_id);

    if (!strncmp(what, "customer.", 9))
        TRY(staff_people_shown(c, what, &subject_id, 1));
    pthread_mutex_lock(&reads.lock);
    const bool full = reads.tail - reads.head == QUEUE;
    if (!full) reads.ring[reads.tail++ % QUEUE] = a;
    const size_t n = writing_begins(SUBMIT_AT);
    pthread_mutex_unlock(&reads.lock);
    if (n) submit(c, n);
    return full ? FAIL(c, BUSY, "%d reads wait to be written down", QUEUE) : ERR_OK;
}

enum err staff_audit_flush(struct ctx *c)
{
    for (;;) {
        pthread_mutex_lock(&reads.lock);
        while (reads.writing) pthread_cond_wait(&reads.written, &reads.lock);
        size_t n = writing_begins(1);
        pthread_mutex_unlock(&reads.lock);
        if (!n) return ERR_OK;
        const enum err e = db_unit(c, write_some, &n);
        writing_ends(e ? 0 : n);
        TRY(e);
    }
}

/* ---- Reading it ------------------------------------------------------------------ */

static enum err list_read(struct ctx *c, struct rows *r, struct list *ret)
{
    struct audit a = { 0 };
    i64 kind;

    while (db_next(r, INTO(&a.id, &a.at, &kind, &a.who_id, &a.place_id, &a.what,
                           &a.subject_id, &a.detail, &a.request_id, &a.who_name))) {
        a.who_kind = (int)kind;
        if (a.detail) TRY(seal_open(c, a.detail, &a.detail));
        *(struct audit *)list_add(c->mem, ret, sizeof(a)) = a;
    }
    return r->err;
}

/* "order." is a whole room, "order.cancel" one thing: a range of texts. */
static const char *range_end(struct ctx *c, const char *what)
{
    if (!what || !*what) return "\x7f";
    if (what[strlen(what) - 1] != '.') return arena_printf(c->mem, "%s\x01", what);
    char *end = arena_strdup(c->mem, what, strlen(what));
    end[strlen(end) - 1]++;
    return end;
}

static enum err rows_of(struct ctx *c, const struct audit_ask *a, i64 last, i64 limit,
                        struct rows *r)
{
    const i64 since = a->since == NONE ? 0 : a->since;
    const i64 until = a->until == NONE ? INT64_MAX : a->until;
    const char *from = a->what ? a->what : "", *to = range_end(c, a->what);
    const bool any = a->who_id == NONE;

    if (a->subject_id != NONE)
        return db_rows(c, r, &staff_audit_sql[LIST_SUBJECT], a->subject_id, last, since,
                       until, from, to, limit, any ? -INT64_MAX : a->who_id,
                       any ? INT64_MAX : a->who_id);
    return db_rows(c, r, &staff_audit_sql[any ? LIST : LIST_WHO], any ? 0 : a->who_id,
                   last, since, until, from, to, limit);
}

enum err audit_list(struct ctx *c, const struct audit_ask *a, struct list *ret,
                    const char **ret_next)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 last = INT64_MAX;
    struct list l = { 0 };
    ROWS r = { 0 };

    if (a->after) TRY(page_after(c, a->after, &last, 1));
    TRY(rows_of(c, a, last, limit, &r));
    TRY(list_read(c, &r, &l));
    *ret_next = NULL;
    if ((i64)l.n == limit)
        *ret_next = page_next(c->mem, &((const struct audit *)l.at)[l.n - 1].id, 1);
    *ret = l;
    return ERR_OK;
}
