/* track_follow.h -- events on their way to their owners and to those who follow. */
#pragma once

#include "base/person.h"
#include "track/track_own.h"

/* Columns of an event with its texts, in the order of arrived_rows(). */
#define TRACK_ROW                                                                      \
    "e.id, e.device_no, e.user_no, e.at, e.received_at, e.kind, e.source_id, e.data,"  \
    " e.context, n.value, u.value"
struct arrived {
    i64 id, device_no, user_no, at, received_at, source_id;
    int kind, channel;
    unsigned marks;
    const char *data, *context, *name, *user;
};
enum err arrived_rows(struct rows *r, struct list *ret) MUST_USE;

static inline struct track_event event_of(const struct arrived *e, i64 customer_id,
                                          bool late)
{
    return (struct track_event){ .id = e->id,
                                 .customer_id = customer_id,
                                 .at = e->at,
                                 .received_at = e->received_at,
                                 .kind = (enum track_kind)e->kind,
                                 .channel = (enum track_channel)e->channel,
                                 .source_id = e->source_id,
                                 .name = e->name,
                                 .data = e->data,
                                 .context = e->context,
                                 .late = late };
}

/* Whose numbers are, as far as this unit has asked (track_owner.c). */
struct late { /* a number that has just become somebody's */
    i64 no;
    bool user;
};
struct owners {
    struct map by_no;
    struct late late[4]; /* told by the event that was asked for last */
    int n_late;
};
/* Whose the numbers of these events are, asked for together; others are asked for one
 * by one when they are met. */
enum err owners_learn(struct ctx *c, struct owners *o,
                      const struct list *window /* struct arrived */) MUST_USE;
/* 0: nobody's.  In a unit of the core; e's own words may make it known. */
enum err owner_of(struct ctx *c, struct owners *o, const struct arrived *e,
                  i64 *ret_id) MUST_USE;
/* Whom the keys of an identify name, the user's number in another system first; made
 * when they are new (track_identify.c).  `was`: who had that number, or 0; *ret_merged:
 * two people have become one.  0: it has no key that makes a person. */
enum err identify_who(struct ctx *c, const struct arrived *e, i64 was, bool *ret_merged,
                      i64 *ret_id) MUST_USE;
/* He brought this telephone, as long as he lets himself be followed. */
enum err identify_brings(struct ctx *c, const struct arrived *e, i64 who) MUST_USE;

/* What such a number did before that event, in the order of arrival. */
enum err owner_late(struct ctx *c, struct late of, i64 before,
                    struct list *ret) MUST_USE;

struct follower_at { /* how far a follower is */
    const char *name;
    i64 pos, epoch, tries, retry_at, heard_at, behind;
    const char *error;
};
enum err cursors_read(struct ctx *c, void *ret_list) MUST_USE; /* struct follower_at */
enum err log_end_read(struct ctx *c, void *ret_id) MUST_USE;   /* beside */

/* Reports of the server itself go beside (track_order.c). */
enum err reports_carry(struct ctx *c, bool *ret_more) MUST_USE;

/* Sessions of what came since the last time (track_session.c). */
enum err sessions_make(struct ctx *c, bool *ret_more) MUST_USE;
