/* track.h -- what people do on screens and in channels, told by Segment's protocol.
 *
 * Events arrive by /v1/track and its like from sites, apps, tills, messengers and from
 * the server itself.  They are kept in the order of arrival in the database beside the
 * core (db/db_beside.h); an event is answered for when it is durable, and its messageId
 * is not taken again for 30 days.  One thread then follows the log: it finds out whose
 * an event is and lets the followers of all rooms hear it, in a unit of the core
 * together with their positions.
 *
 * Owns   in the core: track_source, track_plan, track_member, track_change,
 *        track_cursor, track_owner, track_outbox;
 *        beside: track_log, track_word, track_event, track_seen, track_held,
 *        track_unknown, track_refused, track_session, track_mark
 * Emits  nothing: what is heard here is no fact of the chain's own */
#pragma once

#include "base/module.h"
#include "http/shape.h"

enum track_kind {
    TRACK_TRACK,
    TRACK_IDENTIFY,
    TRACK_PAGE,
    TRACK_SCREEN,
    TRACK_GROUP,
    TRACK_ALIAS,
};
extern const char *const track_kind_words[]; /* "track", "identify", ... */

enum track_channel {
    TRACK_SITE,
    TRACK_APP,
    TRACK_TILL,
    TRACK_MESSENGER,
    TRACK_SERVER,
    TRACK_OTHER,
};
extern const char *const track_channel_words[]; /* "site", "app", "till", ... */

struct track_event {
    i64 id;          /* its place in the log: rises in the order of arrival */
    i64 customer_id; /* whose it is: a living customer, never 0 */
    i64 at;          /* when it happened, ms UTC, put right for the sender's clock */
    i64 received_at;
    enum track_kind kind;
    enum track_channel channel;
    i64 source_id;
    const char *name;    /* of a track; of a page or screen, "" when it has none;
                            the group's id; "" otherwise */
    const char *data;    /* JSON object: properties, or traits */
    const char *context; /* JSON object */
    bool late; /* it was nobody's when it came; now its device is somebody's */
};

/* Who wants to hear events of people.  `hear` is called with up to TRACK_SLICE events
 * in one unit of the core together with the follower's position, so that its effects
 * happen exactly once.  In the order of arrival, but for late ones: those of a device
 * that has just become somebody's come together with the event that told, each device's
 * in the order of its own arrival, with times (`at`) of the past.  So nothing may
 * depend on `at` rising.  Events of nobody are not heard at all.
 *
 * Texts live as long as the call.  An error puts the follower back: it is tried again
 * with back-off, and the other followers go on without it.
 * A follower that a new version brings along hears everything that is kept. */
#define TRACK_SLICE 2000
struct track_follower {
    const char *name; /* "insight.traits": its position's key, never renamed */
    enum err (*hear)(struct ctx *c, const struct track_event *v, size_t n);
};

/* Send a follower back: it hears again everything after this place in the log, 0 all
 * of it.  NOT_FOUND: no such follower. */
enum err track_replay(struct ctx *c, const char *follower, i64 after_id) MUST_USE;

/* Start and stop the thread that follows.  `rooms` lists the followers. */
enum err track_start(struct db *db, const struct module *const *rooms) MUST_USE;
void track_stop(void);

/* Let everybody hear all there is, now, in this thread: for tests and the demo. */
enum err track_drain(struct ctx *c, const struct module *const *rooms) MUST_USE;

/* What the server itself reports: the same tables, without HTTP.  Call it outside of
 * any unit of the core.  A messageId that has come before is ERR_OK and does nothing.
 */
struct track_own {
    enum track_kind kind;
    enum track_channel channel;
    const char *message_id;   /* "order.placed/123": the same fact, the same id */
    i64 customer_id;          /* 0: only the anonymous id is known */
    const char *anonymous_id; /* or NULL */
    const char *name;
    i64 at;
    const char *data; /* JSON object */
};
enum err track_put(struct ctx *c, const struct track_own *v, size_t n) MUST_USE;

/* What somebody did, newest first: at most `limit` events of his before `before_at`
 * (INT64_MAX: from the newest), struct track_event in ret.  Reads beside. */
enum err track_of_customer(struct ctx *c, i64 customer_id, i64 before_at, i64 limit,
                           struct list *ret) MUST_USE;

/* His last sessions, newest first: struct track_session.  Reads beside. */
struct track_session {
    i64 from_at, to_at, events, pages;
    int channel; /* enum track_channel */
    const char *source, *medium, *campaign, *landing;
};
enum err track_sessions_of(struct ctx *c, i64 customer_id, i64 limit,
                           struct list *ret) MUST_USE;
/* The same from within a snapshot of the core, for a thread that must not wait for the
 * disk: the newest may be of events that are on their way to it. */
enum err track_sessions_glance(struct ctx *c, i64 customer_id, i64 limit,
                               struct list *ret) MUST_USE;

extern const struct shape track_session_shape;
extern const struct module track_module;
