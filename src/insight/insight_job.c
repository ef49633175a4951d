/* What this room does by itself: count. */
#include "base/time.h"
#include "insight/insight_own.h"
#include "insight/insight_seen.h"
#include "insight/insight_segment.h"
#include "job/job.h"

extern const struct job_kind insight_jobs[];
const struct job_kind insight_jobs[] = {
    { "insight.roll", insight_roll, .every_ms = 20 * SECOND_MS,
      .doc = "Count open orders, sales by the hour, and levels that cannot be right." },
    { "insight.trait_watch", trait_watch, .every_ms = MINUTE_MS,
      .doc = "Begin making facts of all customers, when there are none yet." },
    { "insight.trait_rebuild", trait_rebuild,
      .doc = "Make the facts of all customers anew from their orders and the rest." },
    { "insight.seen_rebuild", seen_rebuild,
      .doc = "Count what people did on screens anew, from all that is kept of it." },
    { "insight.segment_due", segment_due, .every_ms = SECOND_MS, .local = true,
      .doc = "Look at customers whose segments time alone may have changed." },
    { "insight.segment_pass", segment_pass,
      .doc =
          "Look at all customers: fill new and changed segments, prove the others." },
    { "insight.segment_count", segment_count_run,
      .doc = "Count how many customers some conditions find." },
    { "insight.segment_snapshot", segment_snapshot_run,
      .doc = "Write down who is in a segment." },
    { "insight.segment_day", segment_day_note, .every_ms = 10 * MINUTE_MS,
      .doc = "Write down how large each segment is today." },
    { 0 }
};
