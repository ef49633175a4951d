/* insight_seen.h -- what somebody did on screens, as few counts by day. */
#pragma once

#include "insight/insight_trait.h"

/* One thing he did. */
struct seen_event {
    u64 event;
    i64 category_id; /* 0 none */
    i64 at;          /* ms */
};

/* Add a stored row's counts to what is known of p; the newest SEEN_MOST stay. */
void seen_join(struct arena *mem, struct person *p, struct bytes b);

/* Counts with n events added, in any order: the same events give the same bytes,
 * however they were cut into calls. */
struct bytes seen_add(struct arena *mem, struct bytes was, const struct seen_event *e,
                      size_t n, const struct trait_clock *k);

/* People did something: keep it, and see whether they belong elsewhere now.  Each once,
 * in order of id; in the unit of `w`. */
struct seen_person {
    i64 customer_id;
    const struct seen_event *e;
    size_t n;
};
struct settling;
enum err seen_hear(struct settling *w, const struct seen_person *who,
                   size_t n) MUST_USE;

struct job;
/* Count everything anew, from all that is kept of what people did. */
enum err seen_rebuild(struct ctx *c, struct job *j) MUST_USE;
