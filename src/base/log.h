/* log.h -- one line per event on standard error: time, level, what, key=value.
 *
 * Only the top logs: the router, the job runner, start and stop.  Secrets and
 * personal data are never given to it.  Lines go out whole (one write), control
 * characters become '?'.  Cost: nothing when the level is off. */
#pragma once

#include "base/ctx.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };

void log_level_set(enum log_level least);
bool log_wants(enum log_level l);
void log_at(enum log_level l, const char *fmt, ...) PRINTF(2, 3);

#define log_debug(...) (log_wants(LOG_DEBUG) ? log_at(LOG_DEBUG, __VA_ARGS__) : (void)0)
#define log_info(...)  (log_wants(LOG_INFO) ? log_at(LOG_INFO, __VA_ARGS__) : (void)0)
#define log_warn(...)  log_at(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_at(LOG_ERROR, __VA_ARGS__)
