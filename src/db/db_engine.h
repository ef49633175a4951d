/* db_engine.h -- what db.c asks of an engine; inside src/db only.
 *
 * A connection belongs to one thread at a time.  db_sqlite.c and db_postgres.c
 * each fill a struct engine; db.c knows nothing of either. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "db/db.h"

struct hook { /* db_after_commit */
    void (*fn)(void *arg);
    void *arg;
    void (*drop)(void *arg);
    struct hook *next;
};

struct db_conn {
    struct db *db;
    struct db_conn *next; /* in a free list */
    bool writes;          /* a unit, not a snapshot */
    bool by_hand;         /* db_begin: survives failed statements outside db_unit */
    int depth;            /* db_units that joined a unit opened by hand */
    enum err doomed;      /* a statement failed: the unit can only be undone */
    bool over;            /* DB_TWICE: this unit is being done over */
    i64 statements;       /* since the last time they were added up */
    i64 holds; /* a reader's open snapshot: all groups up to this, no other; 0: none */
    struct hook *hooks, **hooks_end;
};

struct engine {
    struct db_conn *(*connect)(struct db *db, bool writes, char **ret_why);
    void (*disconnect)(struct db_conn *n);

    /* A unit or snapshot.  commit that fails has rolled back. */
    enum err (*begin)(struct ctx *c, struct db_conn *n, bool writes);
    enum err (*commit)(struct ctx *c, struct db_conn *n);
    void (*rollback)(struct db_conn *n);
    /* Make the snapshot that was begun the one of this moment.  NULL: what can be seen
     * is durable. */
    bool (*look)(struct db_conn *n);
    /* A savepoint inside it, for db_units that join one opened by hand. */
    enum err (*mark)(struct ctx *c, struct db_conn *n, int depth);
    void (*unmark)(struct ctx *c, struct db_conn *n, int depth, bool keep);

    enum err (*exec)(struct ctx *c, const struct query *q, i64 *ret_n,
                     const struct val *v, size_t nv);
    enum err (*one)(struct ctx *c, const struct query *q, const struct out *o,
                    size_t no, const struct val *v, size_t nv);
    enum err (*rows)(struct ctx *c, struct rows *r, const struct val *v, size_t nv);
    bool (*next)(struct rows *r, const struct out *o, size_t no);
    void (*rows_done)(struct rows *r);
    const char *(*line)(struct rows *r); /* the next row as "name=value ...", or NULL */
    enum err (*batch)(struct ctx *c, struct db_call *calls, size_t n);
    /* Send a question without waiting; NULL: the engine has no trips. */
    enum err (*ahead)(struct ctx *c, const struct query *q, const struct val *v,
                      size_t nv);
    enum err (*bulk)(struct ctx *c, const struct db_bulk *b,
                     bool (*row)(void *from, struct val *v), void *from,
                     i64 *ret_changed);
    enum err (*pass)(struct ctx *c, const struct db_pass *p); /* NULL: it cannot */
    enum err (*script)(struct ctx *c, const char *sql); /* several statements: DDL */
    enum err (*lock_schema)(struct ctx *c);
    enum err (*backup)(struct ctx *c, const char *to);
    enum err (*integrity)(struct ctx *c, void (*tell)(void *arg, const char *line),
                          void *arg);
    const char *(*plan)(struct ctx *c, const struct query *q);
    bool (*plan_scans)(struct ctx *c, const char *plan, const struct query *q);

    void (*wait_before)(enum err e, int tries); /* another try; NULL: do not wait */
    void *(*write_thread)(void *db); /* runs the units of db->writes until it stops */
    int write_threads;               /* 0: as many as db_config.writers says */
    /* Called about once a second on a thread of its own. */
    void (*tend)(struct db *db);
};
extern const struct engine sqlite_engine, postgres_engine;

/* Two lanes: people in front of the work of the house itself (deliveries, jobs,
 * imports), which gets at least every BACKGROUND_TURN-th place. */
enum { LANE_PEOPLE, LANE_HOUSE, LANES };
#define BACKGROUND_TURN 16

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct {
        struct db_task *head, **tail;
    } lane[LANES];
    unsigned turn;
    int n, n_max;
    _Atomic i64 people_us; /* when somebody last stood in the lane of people */
    bool stop;
};

#define FLUSHES 1000

/* What has been committed and what is on the disk, by the number of the group. */
struct durable {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    _Atomic i64 begun, kept; /* groups: commits begun; on the disk, or failed */
    _Atomic i64 shown;       /* of them the last that any snapshot may show */
    struct db_task *waiting; /* tasks that read what is on its way */
};

struct db {
    const struct engine *e;
    enum db_engine kind;
    char *url, *vfs;
    struct db *beside;       /* the second file, or NULL */
    const char *beside_name; /* "track"; constant text */
    bool temporary, sync_normal;
    bool opened; /* this process has a connection: see whole() in db_sqlite.c */
    int readers, writers;
    i64 cache_bytes;

    struct queue writes, reads;
    struct durable durable;
    pthread_t *threads;
    int n_threads;

    pthread_mutex_t lock; /* what follows down to `tender` */
    pthread_cond_t freed;
    struct db_conn *idle_readers, *idle_by_hand;
    int open_readers;
    i64 flush_us[FLUSHES];
    int flushes;
    bool stop;
    pthread_cond_t wake_tender;
    pthread_t tender;
    bool tended;

    _Atomic bool keeps_clock;
    i64 clock_written_at; /* the tender's own */
    i64 wal_try;          /* the writer's own: from so many pages it tries again */

    _Atomic int fail_left;
    _Atomic i64 units, groups, statements, retries, refused;
    _Atomic i64 wal_pages, wal_done; /* of the log; of them in the file already */
    _Atomic bool copying;            /* the tender moves pages from log to file */
    _Atomic bool flushing;           /* a group is on its way: the next may grow */
    _Atomic bool lost_flush;         /* the disk failed to keep a group */
    _Atomic bool glanced;            /* somebody has read since readers_hold() */
    i64 tended_no;                   /* the tender's own: the last group it saw */
    _Atomic i64 ask_again_us; /* a server that was away may be asked again then */
    struct db_conn *tending;  /* the tender's connection */
};

/* db_queue.c */
bool queue_put(struct queue *q, struct db_task *t);
struct db_task *queue_take(struct queue *q); /* waits; NULL: stop */
/* Does not wait.  The house's own work: whatever is there, only in its turn (people
 * wait as well), or none. */
enum house { HOUSE_ANY, HOUSE_IN_TURN, HOUSE_NOT };
struct db_task *queue_take_more(struct queue *q, enum house house);
/* The same, but waits as long as *meanwhile, which ends with queue_nudge(). */
struct db_task *queue_take_while(struct queue *q, enum house house,
                                 const _Atomic bool *meanwhile);
void queue_nudge(struct queue *q);
bool queue_has_people(struct queue *q); /* now, or a moment ago */
void queue_stop(struct queue *q);

/* db_unit.c */
#define RETRIES 3
bool unit_may_again(struct db *db, enum err e, i64 queued_us);
void unit_again(struct db *db, enum err e, int tries); /* counts and waits */
void unit_thread(void); /* this thread runs units: it must never wait for one */
enum err unit_run(struct ctx *c, struct db_conn *n, db_work fn, void *arg);
struct hook *hooks_take(struct db_conn *n);
void hooks_end(struct hook *h, bool durable);
void *db_read_thread(void *db);
void *db_tend_thread(void *db);

/* db_durable.c: nobody is told what a power cut could take away, neither of what he
 * wrote nor of what he read. */
void durable_init(struct durable *d);
i64 durable_begin(struct durable *d);          /* a commit begins: its number */
void durable_reach(struct durable *d, i64 no); /* this group has ended */
void durable_show(struct durable *d);          /* a snapshot of now was opened */
void durable_wait(struct durable *d, i64 upto);

/* db_reader.c */
enum err reader_borrow(struct ctx *c, struct db_conn **ret);
void reader_return(struct db_conn *n);
enum err reader_run(struct ctx *c, struct db_conn *n, db_work fn, void *arg);
void readers_hold(struct db *db, i64 no); /* this group is on the disk, not yet told */
void readers_let_go(struct db *db);

/* db_clock.c */
void db_clock_tick(struct db *db);

/* db.c */
enum err db_twice(struct ctx *c, const struct query *q);
void db_flushed(struct db *db, i64 us);
void db_count(struct db_conn *n);
