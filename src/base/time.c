#include "base/time.h"

#include <stdio.h>
#include <string.h>

i64 time_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

i64 time_mono_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

struct timespec time_deadline(i64 ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    if (ms <= 0) return t;
    t.tv_sec += ms / SECOND_MS;
    t.tv_nsec += ms % SECOND_MS * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

int time_wait(pthread_cond_t *bell, pthread_mutex_t *lock, const struct timespec *until)
{
    return pthread_cond_clockwait(bell, lock, CLOCK_MONOTONIC, until);
}

static i64 floor_div(i64 a, i64 b)
{
    return a / b - (a % b < 0);
}

i64 time_day(i64 at, int offset_min)
{
    return floor_div(at + offset_min * MINUTE_MS, DAY_MS);
}

int time_minute(i64 at, int offset_min)
{
    const i64 local = at + offset_min * MINUTE_MS;

    return (int)((local - floor_div(local, DAY_MS) * DAY_MS) / MINUTE_MS);
}

int time_weekday(i64 day)
{
    const i64 w = (day + 3) % 7; /* 1970-01-01 was a Thursday */

    return (int)(w < 0 ? w + 7 : w);
}

i64 time_from(i64 day, int minute, int offset_min)
{
    return day * DAY_MS + (minute - offset_min) * MINUTE_MS;
}

/* Civil dates by counting from 1 March, so that the leap day comes last. */
i64 time_day_of(int year, int month, int mday)
{
    const i64 y = month <= 2 ? year - 1 : year;
    const i64 era = floor_div(y, 400);
    const i64 yoe = y - era * 400;
    const i64 doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void time_civil(i64 day, int *ret_year, int *ret_month, int *ret_mday)
{
    const i64 z = day + 719468;
    const i64 era = floor_div(z, 146097);
    const i64 doe = z - era * 146097;
    const i64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const i64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const i64 mp = (5 * doy + 2) / 153;

    *ret_mday = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_year = (int)(yoe + era * 400 + (*ret_month <= 2));
}

const char *time_iso_day(struct arena *mem, i64 day)
{
    int y, m, d;

    time_civil(day, &y, &m, &d);
    return arena_printf(mem, "%04d-%02d-%02d", y, m, d);
}

const char *time_iso(struct arena *mem, i64 at)
{
    const i64 day = floor_div(at, DAY_MS), ms = at - day * DAY_MS;
    int y, m, d;

    time_civil(day, &y, &m, &d);
    return arena_printf(mem, "%04d-%02d-%02dT%02lld:%02lld:%02lld.%03lldZ", y, m, d,
                        ms / HOUR_MS, ms / MINUTE_MS % 60, ms / SECOND_MS % 60,
                        ms % 1000);
}

/* Read exactly n digits; false when there are fewer. */
static bool digits(const char **p, int n, int *ret)
{
    int v = 0;

    for (int k = 0; k < n; k++, (*p)++) {
        if (**p < '0' || **p > '9') return false;
        v = v * 10 + (**p - '0');
    }
    *ret = v;
    return true;
}

static bool month_has(int y, int m, int d)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

    return m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] + (m == 2 && leap);
}

/* "Z", "+03:00", "+0300" or nothing; the result in minutes. */
static bool zone(const char *p, int *offset_min)
{
    int h, m;
    const int sign = *p == '-' ? -1 : 1;

    if (!*p) return true;
    if (*p == 'Z') {
        *offset_min = 0;
        return p[1] == '\0';
    }
    if (*p != '+' && *p != '-') return false;
    p++;
    if (!digits(&p, 2, &h)) return false;
    if (*p == ':') p++;
    if (!digits(&p, 2, &m) || *p || h > 15 || m > 59) return false;
    *offset_min = sign * (h * 60 + m);
    return true;
}

static bool clock_part(const char **p, i64 *ret_ms)
{
    int h, m, s = 0, frac = 0;

    if (!digits(p, 2, &h) || *(*p)++ != ':' || !digits(p, 2, &m)) return false;
    if (**p == ':') {
        (*p)++;
        if (!digits(p, 2, &s)) return false;
    }
    if (**p == '.' && (*p)++)
        for (int scale = 100; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
            frac += (**p - '0') * scale;
    if (h > 23 || m > 59 || s > 59) return false;
    *ret_ms = h * HOUR_MS + m * MINUTE_MS + s * SECOND_MS + frac;
    return true;
}

bool time_parse(const char *s, int offset_min, i64 *ret_at)
{
    const char *p = s;
    int y, m, d;
    i64 ms = 0;

    if (!digits(&p, 4, &y) || *p != '-') return false;
    p++;
    if (!digits(&p, 2, &m) || *p != '-') return false;
    p++;
    if (!digits(&p, 2, &d) || !month_has(y, m, d)) return false;
    if (*p == 'T' || *p == ' ') {
        p++;
        if (!clock_part(&p, &ms) || !zone(p, &offset_min)) return false;
    } else if (*p) {
        return false;
    }
    *ret_at = time_day_of(y, m, d) * DAY_MS + ms - offset_min * MINUTE_MS;
    return true;
}
