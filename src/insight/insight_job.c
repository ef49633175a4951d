/* What this room does by itself: count. */
#include "base/time.h"
#include "insight/insight_own.h"
#include "job/job.h"

extern const struct job_kind insight_jobs[];
const struct job_kind insight_jobs[] = {
    { "insight.roll", insight_roll, .every_ms = 20 * SECOND_MS,
      .doc = "Count open orders, sales by the hour, and levels that cannot be right." },
    { 0 }
};
