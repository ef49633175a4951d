#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

static _Atomic int least = LOG_INFO;

void log_level_set(enum log_level l)
{
    atomic_store(&least, l);
}

bool log_wants(enum log_level l)
{
    return (int)l >= atomic_load_explicit(&least, memory_order_relaxed);
}

static size_t stamp(char *to, size_t size, enum log_level l)
{
    static const char *const words[] = { "debug", "info", "warn", "error" };
    const i64 now = time_now();
    const time_t s = (time_t)(now / 1000);
    struct tm t;

    gmtime_r(&s, &t);
    const size_t n = strftime(to, size, "%Y-%m-%dT%H:%M:%S", &t);
    return n +
           (size_t)snprintf(to + n, size - n, ".%03lldZ %-5s ", now % 1000, words[l]);
}

void log_at(enum log_level l, const char *fmt, ...)
{
    char line[2048];
    va_list ap;

    if (!log_wants(l) || l >= LOG_OFF) return;
    size_t n = stamp(line, sizeof(line), l);
    va_start(ap, fmt);
    const int more = vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
    va_end(ap);
    const size_t room = sizeof(line) - n - 2;
    const size_t end =
        n +
        ((size_t)(more < 0 ? 0 : more) < room ? (size_t)(more < 0 ? 0 : more) : room);

    for (; n < end; n++)
        if ((unsigned char)line[n] < ' ' || line[n] == 0x7f) line[n] = '?';
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, n) < 0) return; /* nobody left to tell */
}
