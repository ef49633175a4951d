/* time.h -- days, hours and stamps without a time zone database.
 *
 * An instant is ms since 1970-01-01 UTC (`_at`).  Russia's zones have no
 * daylight saving, so a place has one UTC offset in minutes, and local time is
 * arithmetic.  A day (`_day`) is the number of days since 1970-01-01, local. */
#pragma once

#include <time.h>

#include <pthread.h>

#include "base/ctx.h"

#define SECOND_MS 1000LL
#define MINUTE_MS 60000LL
#define HOUR_MS   3600000LL
#define DAY_MS    86400000LL

i64 time_now(void);     /* the wall clock, ms since 1970 UTC */
i64 time_mono_us(void); /* a clock that never goes back, for measuring */
/* So many ms from now, at once when negative; and pthread_cond_timedwait() until then,
 * by the clock that never goes back: one who sets the wall clock back delays nobody. */
struct timespec time_deadline(i64 ms);
int time_wait(pthread_cond_t *bell, pthread_mutex_t *lock,
              const struct timespec *until);

i64 time_day(i64 at, int offset_min);               /* local day of an instant */
int time_minute(i64 at, int offset_min);            /* minute of that day, 0..1439 */
int time_weekday(i64 day);                          /* 0 Monday .. 6 Sunday */
i64 time_from(i64 day, int minute, int offset_min); /* back to an instant */

i64 time_day_of(int year, int month, int mday); /* civil date to day number */
void time_civil(i64 day, int *ret_year, int *ret_month, int *ret_mday);

/* "2026-11-21T18:00:00.000Z" in arena memory. */
const char *time_iso(struct arena *mem, i64 at);
/* "2026-11-21" of a day number. */
const char *time_iso_day(struct arena *mem, i64 day);

/* Read "2026-11-21", "2026-11-21T18:00:00[.mmm][Z|+03:00]".  Without a zone the
 * text is local time at offset_min.  False when it is none of these. */
bool time_parse(const char *s, int offset_min, i64 *ret_at);
