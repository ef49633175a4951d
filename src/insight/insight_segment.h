/* insight_segment.h -- sets of customers by conditions, true at every moment.
 *
 * A rule is a tree of conditions (shape SegmentRule).  It is compiled into a flat
 * program that is run over one person at a time: when something of him was heard
 * (segment_live), when time may have changed it (the due time in insight_in), and
 * over everybody in a pass.  All three run the same program over the same row, so
 * they agree; what a pass finds different was missed and is told as a change.
 *
 * Emits  insight.segment_entered, insight.segment_left {segment_id, version}: the
 *        subject is the customer; insight.segment_filled {n, entered, gone}: the
 *        subject is the segment, when it was made or changed: then its members are
 *        not told one by one */
#pragma once

#include "insight/insight_trait.h"

/* ---- Rules: insight_segment_rule.c -------------------------------------------------
 */

enum rule_kind {
    RULE_ALL, /* every one of `of` */
    RULE_ANY, /* at least one */
    RULE_NONE,
    RULE_TRAIT,
    RULE_DID,
    RULE_SEQUENCE,
    RULE_TAG,
    RULE_CONSENT,
};
extern const char *const rule_kind_words[];
enum rule_what { WHAT_ORDER, WHAT_RETURN, WHAT_EVENT };
extern const char *const rule_what_words[];

enum {
    RULES_MOST = 60,        /* conditions of a segment, groups counted */
    RULE_DEPTH = 6,         /* groups within groups */
    RULE_IDS = 100,         /* ids or words in one condition */
    RULE_ORDER_DAYS = 1825, /* how far back "in the last days" may look */
    RULE_EVENT_DAYS = SEEN_DAYS,
};

struct rule_did {
    int what;                            /* enum rule_what */
    const char *event;                   /* of an EVENT: its name */
    struct list category_ids, place_ids; /* i64; empty: any */
    int channel;                         /* of an order; -1 any */
    i64 days;                            /* today and the days before; NONE ever */
};
struct rule {
    int kind;
    struct list of; /* struct rule */
    const char *trait;
    i64 from, to; /* of a trait, or how many times; NONE no bound */
    struct list ids;
    struct list words; /* const char * */
    const struct rule_did *did, *then;
    i64 sum_from, sum_to; /* kopecks over those orders */
    i64 within_days;      /* of a SEQUENCE: after the last `did` */
    bool happened;        /* `then` did happen in that time; else it did not */
};
extern const struct shape rule_shape;

/* A program: made once, read by many threads, never changed. */
struct segment_code;

/* What the program must know beside the rule. */
struct rule_world {
    const struct rule_category {
        i64 id, parent_id;
    } * category;
    size_t n_category;
    const struct trait_region *region;
    size_t n_region;
};
enum err rule_world_read(struct ctx *c, struct rule_world *ret) MUST_USE;

/* Every bad member is named: "of[1].did.event".
 * Errors  BAD_ARGUMENT; NO_SUCH; TOO_BIG */
enum err segment_compile(struct ctx *c, const struct rule *r,
                         const struct rule_world *w, struct arena *mem,
                         const struct segment_code **ret) MUST_USE;
/* Does it hold for this person at k->now?  *ret_until: not before then may time alone
 * change the answer (INT64_MAX never). */
bool segment_holds(const struct segment_code *s, const struct person *p,
                   const struct trait_clock *k, i64 *ret_until);

/* How far one is. */
enum segment_state { SEGMENT_FILLING, SEGMENT_LIVE, SEGMENT_ARCHIVED };
extern const char *const segment_state_words[];

/* ---- The segments that are alive: insight_segment_set.c
 * ------------------------------- */

struct segment_one {
    i64 id, version;
    bool told;   /* changes are told one by one: it is filled */
    bool visits; /* asks when somebody came last, or whether he is seen at all */
    const char *name;
    const struct segment_code *code;
};
struct segment_event { /* a name that conditions ask for */
    u64 event;
    const unsigned *of; /* by which of the set */
    size_t n;
};
struct segment_set {
    const struct segment_one *one; /* in order of id */
    size_t n;
    const struct segment_event *event; /* in order of their hashes */
    size_t n_event;
    bool visits; /* one of them */
    const struct trait_region *region;
    size_t n_region;
};
/* As of now in the caller's unit or snapshot.  Held until the variable leaves its
 * scope:  SEGMENT_SET s = NULL; TRY(segment_set_get(c, &s)); */
#define SEGMENT_SET                                                                    \
    __attribute__((cleanup(segment_set_done))) const struct segment_set *
enum err segment_set_get(struct ctx *c, const struct segment_set **ret) MUST_USE;
void segment_set_done(const struct segment_set **s);
/* Its clock, now. */
struct trait_clock segment_set_clock(struct ctx *c, const struct segment_set *s);
/* Segments, categories or regions changed: programs are made anew from here on. */
enum err segment_set_stale(struct ctx *c) MUST_USE;
/* NULL: no condition asks for it. */
const struct segment_event *segment_set_event(const struct segment_set *s, u64 event);

/* ---- Membership: insight_segment_live.c
 * ------------------------------------------------ */

struct member {
    i64 segment_id, since_at;
};
/* People of one unit who may be in other segments than before: the rules are looked up
 * and the segments' counts are written once for all of them.
 *
 *     SETTLING w;
 *     TRY(segment_begin(c, &w));
 *     ... TRY(segment_live(&w, &p, false)) ...
 *     return segment_end(&w);
 */
struct settling {
    struct ctx *c;
    const struct segment_set *set;
    struct trait_clock k;
    struct segment_change *change; /* one for each of the set */
    struct member *now;            /* room for all and more */
    bool *look;                    /* at which of the set; see segment_ask() */
    size_t n_look;
};
#define SETTLING __attribute__((cleanup(segment_let_go))) struct settling
enum err segment_begin(struct ctx *c, struct settling *ret) MUST_USE;
enum err segment_end(struct settling *w) MUST_USE;
void segment_let_go(struct settling *w);

/* Look, write, tell.  `p` as it is now; with what he did already in it when
 * `seen_read`, else that is read where it is needed. */
enum err segment_live(struct settling *w, struct person *p, bool seen_read) MUST_USE;
/* The same when only what he did on screens is new: those segments are looked at whose
 * answer it may change, which segment_ask() names before; the others stand. */
void segment_ask(struct settling *w, const struct segment_event *of);
void segment_ask_visits(struct settling *w);
void segment_ask_nothing(struct settling *w);
struct segment_known { /* where somebody is, as it was written down */
    struct bytes in;   /* struct member[], in order of segment */
    i64 stands;        /* until when by time alone */
    bool row;
};
/* Of up to PEOPLE_AT_ONCE people, in order of id. */
enum err segment_known_read(struct settling *w, const struct person *p, size_t n,
                            struct segment_known *ret) MUST_USE;
enum err segment_live_asked(struct settling *w, struct person *p,
                            const struct segment_known *k) MUST_USE;
/* The same for n customers, each read anew; in one unit. */
enum err segment_settle(struct ctx *c, const i64 *ids, size_t n) MUST_USE;
/* Where p belongs by the set: struct member, with since_at NONE, into ret (set->n of
 * room); *ret_until as of segment_holds(). */
size_t segment_find(const struct segment_set *s, const struct person *p,
                    const struct trait_clock *k, struct member *ret, i64 *ret_until);
/* He is nobody any more. */
enum err segment_forget(struct ctx *c, i64 customer_id) MUST_USE;
/* struct member, in order of segment. */
enum err segment_members_of(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
void segment_members_ahead(struct ctx *c, i64 customer_id);

/* ---- Jobs: insight_segment_job.c
 * --------------------------------------------------------- */

struct job;
/* Those whose time has come. */
enum err segment_due(struct ctx *c, struct job *j) MUST_USE;
/* Everybody once: what differs is written and, for filled segments, told. */
enum err segment_pass(struct ctx *c, struct job *j) MUST_USE;
enum err segment_pass_ask(struct ctx *c, i64 at) MUST_USE;
enum err segment_count_run(struct ctx *c, struct job *j) MUST_USE;
enum err segment_snapshot_run(struct ctx *c, struct job *j) MUST_USE;
enum err segment_day_note(struct ctx *c, struct job *j) MUST_USE;
