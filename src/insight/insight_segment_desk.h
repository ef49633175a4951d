/* insight_segment_desk.h -- segments as colleagues work with them: made, changed, put
 * away, looked into. */
#pragma once

#include "insight/insight_segment.h"

struct segment {
    i64 id;
    const char *name, *about;
    const char *rule; /* JSON of rule_shape */
    int state;
    i64 n, filled_at, made_at, changed_at, changed_by, version;
    i64 week_n; /* members a week ago; NONE unknown */
};
struct segment_edit {
    const char *name, *about;
    const struct rule *rule;
};
enum err segment_get(struct ctx *c, i64 id, struct segment *ret) MUST_USE;
/* All of a state (-1: filling and live), struct segment by name. */
enum err segment_list(struct ctx *c, int state, struct list *ret) MUST_USE;
/* Errors  as segment_compile(); TOO_BIG: SEGMENTS_MOST are alive */
enum { SEGMENTS_MOST = 200 };
enum err segment_add(struct ctx *c, const struct segment_edit *e,
                     struct segment *ret) MUST_USE;
/* `version` NONE or what the caller read.  NOT_FOUND; CHANGED; WRONG_STATE archived */
enum err segment_put(struct ctx *c, i64 id, i64 version, const struct segment_edit *e,
                     struct segment *ret) MUST_USE;
/* Away with all its members, or back to be filled anew. */
enum err segment_archive(struct ctx *c, i64 id, bool back,
                         struct segment *ret) MUST_USE;

struct segment_version {
    i64 version, at, who_id;
    const char *name, *about, *rule;
};
enum err segment_versions(struct ctx *c, i64 id, struct list *ret) MUST_USE;
struct segment_day {
    i64 day, n, entered, gone;
    const char *date; /* the same as "2026-11-21" */
};
enum err segment_days(struct ctx *c, i64 id, i64 days, struct list *ret) MUST_USE;

struct segment_member {
    i64 customer_id, since_at;
    const char *name, *phone;
    i64 region_id, orders, spent_minor, last_order_at;
};
struct member_ask {
    i64 limit;
    const char *after;
    const char *consent; /* "offers.email": only who agreed to that now; NULL: all */
};
struct member_page {
    struct list items; /* struct segment_member, in order of id */
    const char *next;
};
/* Members now, or of a snapshot; with a consent a page may be shorter than asked for.
 * Errors  NO_SUCH field "consent" */
enum err segment_members(struct ctx *c, i64 id, bool snapshot,
                         const struct member_ask *a, struct member_page *ret) MUST_USE;

/* What conditions would find: at once from a sample, or all of a small base. */
struct segment_preview {
    i64 people, looked, found; /* people: customers there are */
    i64 n, low, high;          /* about so many; 95 of 100 times between */
    bool exact;
    struct list sample; /* struct segment_member, a few of them */
};
enum err segment_preview(struct ctx *c, const struct rule *r, bool people,
                         struct segment_preview *ret) MUST_USE;

struct segment_count {
    i64 id, looked, n, people, done_at, at;
};
enum err segment_count_add(struct ctx *c, const struct rule *r,
                           struct segment_count *ret) MUST_USE;
enum err segment_count_get(struct ctx *c, i64 id, struct segment_count *ret) MUST_USE;

struct segment_snapshot {
    i64 id, segment_id, version, n, at, who_id;
    bool done;
    const char *name;
};
enum err segment_snapshot_add(struct ctx *c, i64 segment_id, const char *name,
                              struct segment_snapshot *ret) MUST_USE;
enum err segment_snapshot_get(struct ctx *c, i64 id,
                              struct segment_snapshot *ret) MUST_USE;
enum err segment_snapshots(struct ctx *c, i64 segment_id, struct list *ret) MUST_USE;
