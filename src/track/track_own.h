/* track_own.h -- the track room's inside. */
#pragma once

#include <stdatomic.h>

#include "base/json.h"
#include "base/map.h"
#include "db/db.h"
#include "http/route.h"
#include "track/track.h"

/* Limits of the protocol: Segment's own, so that its clients keep to them. */
enum {
    TRACK_EVENT_BYTES = 32 << 10,
    TRACK_BATCH_BYTES = 500 << 10,
    TRACK_BATCH_EVENTS = 2500,
    TRACK_MESSAGE_ID = 100,
    TRACK_ID_BYTES = 500,
    TRACK_NAME_BYTES = 200,
    TRACK_SAMPLE = 2000,
};

/* Marks of an event, beside its kind in track_event.kind. */
enum track_mark {
    MARK_KIND = 15,
    MARK_CHANNEL = 4, /* shift of enum track_channel */
    MARK_CAMPAIGN = 256,
    MARK_VIEW = 512, /* a page or a screen */
};

/* ---- The plan in memory (track_plan.c, track_config.c) --------------------------- */

enum track_type {
    TYPE_ANY,
    TYPE_TEXT,
    TYPE_NUMBER,
    TYPE_WHOLE,
    TYPE_BOOL,
    TYPE_OBJECT,
    TYPE_LIST
};
extern const char *const track_type_words[];
enum track_why { WHY_FITS = -1, WHY_EVENT, WHY_MEMBER, WHY_TYPE, WHY_MISSING };
extern const char *const track_why_words[];

struct member {
    const char *name;
    int type;
    bool must;
    const char *doc;
    bool old; /* still taken, but nobody should tell it any more */
};
struct plan {
    i64 id;
    int kind;
    const char *name, *doc;
    bool open, old;
    i64 version, changed_at;
    struct list members; /* struct member */
};
struct source {
    i64 id;
    const char *name;
    int channel;
    const char *prefix, *key;
    i64 per_second;
    bool active, own; /* own: of our pages, whose key everybody can read */
    i64 created_at, created_by;
    struct bytes hash;
    /* what it may still send: changed by whoever counts */
    _Atomic i64 second, used;
};

/* Sources and plan as they are now, read from the core when they change.  Hold it as
 * long as it is looked at. */
struct config {
    struct arena *mem;
    _Atomic int held;
    i64 n; /* of track_change */
    struct list sources;
    struct map by_key;  /* the key's hash: struct source */
    struct map by_name; /* kind and name: struct plan */
    bool holds;         /* what does not fit waits (setting track.hold) */
};
enum err config_hold(struct ctx *c, struct config **ret) MUST_USE;
void config_drop(struct config *k);
enum err config_changed(struct ctx *c) MUST_USE; /* in the unit that changes */
struct source *config_source(struct config *k, const char *key, size_t n);

struct job;

/* ---- Sources and plan in the core (track_source.c, track_plan.c) ----------------- */
enum err source_own(struct ctx *c, void *unused) MUST_USE;
enum err source_list(struct ctx *c, struct list *ret) MUST_USE;
enum err source_add(struct ctx *c, const struct source *in,
                    struct source *ret) MUST_USE;
enum err source_put(struct ctx *c, i64 id, const struct source *in,
                    struct source *ret) MUST_USE;
enum err source_key_new(struct ctx *c, i64 id, struct source *ret) MUST_USE;
enum err plan_list(struct ctx *c, struct list *ret) MUST_USE;
enum err plan_get(struct ctx *c, i64 id, struct plan *ret) MUST_USE;
enum err
plan_put(struct ctx *c, const struct plan *in, const char *if_match,
         struct plan *ret) MUST_USE; /* by kind and name: new, or in its place */
enum err plan_delete(struct ctx *c, i64 id) MUST_USE;

/* ---- What somebody did goes (track_privacy.c); outside of any unit. */
enum err track_forget_person(struct ctx *c, i64 customer_id, const char *const *keys,
                             i64 *ret_changed) MUST_USE;

/* ---- What waits (track_held.c) --------------------------------------------------- */
struct unknown {
    i64 id;
    int kind;
    const char *name, *member;
    int why, type;
    i64 n, first_at, last_at, source_id, waiting;
    const char *sample;
};
struct unknown_ask {
    i64 limit;
    const char *after;
};
enum err unknown_list(struct ctx *c, const struct unknown_ask *a, struct list *ret,
                      const char **ret_next) MUST_USE;
enum err unknown_get(struct ctx *c, i64 id, struct unknown *ret) MUST_USE;
enum err unknown_accept(struct ctx *c, i64 id, i64 *ret_job_id) MUST_USE;
enum err unknown_forget(struct ctx *c, i64 id) MUST_USE;
enum err track_release(struct ctx *c, struct job *j) MUST_USE;
struct refused {
    i64 id, at, source_id;
    const char *field, *why, *sample;
};
enum err refused_list(struct ctx *c, const struct unknown_ask *a, struct list *ret,
                      const char **ret_next) MUST_USE;

/* ---- One request (track_read.c) -------------------------------------------------- */

struct wrong { /* an event that is none */
    i64 index;
    const char *code, *field, *message, *sample;
};
struct heard { /* an event as it came */
    int kind;  /* enum track_kind */
    unsigned marks;
    i64 at, index;
    const char *message_id, *anonymous_id, *user_id, *name, *data, *context;
    int why, type;      /* enum track_why: WHY_FITS, or why it waits */
    const char *member; /* at fault */
    /* of the unit */
    i64 id, h1, h2, device_no, user_no, name_no;
    bool again; /* its message id is known */
};
struct batch {
    i64 source_id; /* 0: the server itself */
    int channel;
    bool strict;     /* one that is wrong, and all are refused */
    bool off;        /* our own pages are not to tell (setting track.pages) */
    const char *key; /* write key in the body, or NULL */
    i64 received_at;
    struct list events; /* struct heard */
    struct list wrongs; /* struct wrong */
};
/* Read a body: a batch, or one event of `kind` (-1: a batch).  BAD_JSON, TOO_BIG. */
enum err batch_read(struct ctx *c, const char *text, size_t n, int kind,
                    struct batch *b) MUST_USE;
/* What does not fit the plan is marked. */
void plan_judge(struct ctx *c, const struct config *k, struct batch *b);

/* ---- The log (track_take.c, track_word.c) ---------------------------------------- */

struct taken {
    i64 accepted, again, held;
};
/* In a unit beside: everything of the batch that is new. */
enum err batch_take(struct ctx *c, struct batch *b, struct taken *ret) MUST_USE;

/* Counts what an event does not fit by. */
enum err unknown_count(struct ctx *c, const struct heard *e, i64 source_id,
                       i64 *ret_id) MUST_USE;

/* What is told of contacts, as it is kept (track_seal.c): texts that may tell of one
 * are sealed as a whole; users and devices called by one as contacts are. */
enum err track_text_seal(struct ctx *c, const char **text) MUST_USE;
enum err track_text_open(struct ctx *c, const char **text) MUST_USE;
const char *track_word_kept(struct ctx *c, int kind, const char *value);
const char *track_word_before(struct ctx *c, int kind, const char *value);

void follow_wake(void); /* track_follow.c */
