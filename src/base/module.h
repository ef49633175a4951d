/* module.h -- what a room tells the rest of the program about itself.
 *
 * `<room>_module.c` fills one of these with designated initialisers; `app/`
 * lists the rooms.  What is absent is absent.  Arrays end as their type says. */
#pragma once

#include <stddef.h>

#include "base/ctx.h"

struct person_part;  /* base/person.h */
struct privacy_part; /* base/privacy.h */
struct sealed;       /* db/db_seal.h */
struct query;
struct route;
struct request;
struct message_gate; /* message/message.h */

/* A number or text that a chain may change, for the whole chain, a region or a
 * place.  Read with setting_int() and setting_text() of setting/setting.h. */
struct setting {
    const char *name; /* "order.hold_hours" */
    enum { SETTING_INT, SETTING_TEXT, SETTING_BOOL } kind;
    i64 min, max, def;           /* of an INT; def of a BOOL */
    const char *def_text;        /* of a TEXT */
    const char *doc_ru, *doc_en; /* with the unit */
};

struct track_follower; /* track/track.h */

/* Who hears what `prilavok check` finds: the check's name and the row at fault. */
typedef void (*prove_tell)(void *arg, const char *check, const char *row);

struct event; /* event/event.h */
struct job;   /* job/job.h */

/* Somebody who wants to hear: called after the fact, in order per subject, in a
 * unit together with its cursor; may be called twice for nothing else than a
 * failed unit, so its effects are exactly once. */
struct subscriber {
    const char *name;   /* "order.on_stock": its cursor's key, never renamed */
    const char *events; /* "stock.held stock.freed", or "*"; ends in ".*" for a room */
    enum err (*hear)(struct ctx *c, const struct event *e);
};

/* A kind of background work.  `run` is called outside any unit, on a job thread,
 * with an arena of its own: it opens units and snapshots itself (db_unit,
 * db_snapshot), small ones, and may be called again from the start after a
 * crash; it keeps where it was in job_note(). */
struct job_kind {
    const char *name; /* "order.release_overdue" */
    enum err (*run)(struct ctx *c, struct job *j);
    i64 every_ms; /* > 0: also run by itself this often */
    int tries;    /* before it is parked; 0 means 8 */
    const char *doc;
    bool local; /* every every_ms on each node, without a row: caches, queues
                   in memory; also once when the node stops */
};

struct module {
    const char *name; /* also its folder, its prefix in C, SQL and URL */
    const char *const
        *needs;         /* rooms of the same layer it may include; ends with NULL */
    const char *schema; /* its tables: migrations in order, see db/db.h */
    const char *beside; /* tables of its in the database beside, as `schema`; see
                           db/db_beside.h */
    const struct query *const *queries; /* its statement tables; ends with NULL */
    const struct query
        *checks; /* invariants: each row a statement returns is a violation */
    const struct query *beside_checks; /* those of the tables beside */
    /* Invariants that SQL alone cannot prove, in the same snapshot; or NULL. */
    enum err (*prove)(struct ctx *c, prove_tell tell, void *arg);
    const struct route *routes; /* ends with ROUTE_END */
    const struct route *const
        *more_routes; /* tables of further files; ends with NULL; see route_at() */
    const struct subscriber *subscribers;   /* ends with { 0 } */
    const struct track_follower *followers; /* ends with { 0 } */
    const struct job_kind *jobs;            /* ends with { 0 } */
    const struct setting *settings;         /* ends with { 0 } */
    const struct person_part *person;       /* what it keeps about people, or NULL */
    const struct privacy_part *privacy;     /* how it tells and forgets it, or NULL */
    const struct message_gate *gate;        /* who may be written to, or NULL */
    const struct sealed *sealed; /* where its sealed texts stand; ends { 0 } */
    /* Asked before somebody changes any room's setting by its name; NULL for `value`:
     * as the wider scope says.  A fault refuses it. */
    enum err (*setting_may)(struct ctx *c, const char *name, const char *value);
    /* Looks for its own kind of credentials in the request and fills c->who; not
     * finding any is ERR_OK.  Called in the request's unit or snapshot. */
    enum err (*authenticate)(struct ctx *c, const struct request *q);
};

extern const struct module
    *const modules[]; /* app/modules.c: all rooms, each after those it needs */
