#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int by_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double machine_flush_us(const char *dir, double *ret_p99)
{
    static const char block[4096];
    double times[500] = { 0 };
    char path[512];

    snprintf(path, sizeof(path), "%s/flush.tmp", dir);
    const int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return 0;
    for (size_t k = 0; k < COUNT(times); k++) {
        const double from = now_s();
        if (write(fd, block, sizeof(block)) < 0 || fdatasync(fd)) break;
        times[k] = (now_s() - from) * 1e6;
    }
    close(fd);
    unlink(path);
    qsort(times, COUNT(times), sizeof(double), by_double);
    *ret_p99 = times[COUNT(times) * 99 / 100];
    return times[COUNT(times) / 2];
}

/* Busy time of the whole machine, seconds, from /proc/stat. */
static double machine_busy_s(void)
{
    u64 sum = 0;
    FILE *f = fopen("/proc/stat", "r");
    char line[256];

    if (!f) return 0;
    if (fgets(line, sizeof(line), f)) {
        char *p = line + 3;
        for (int k = 0; k < 3; k++) sum += strtoull(p, &p, 10); /* user, nice, system */
    }
    fclose(f);
    return (double)sum / (double)sysconf(_SC_CLK_TCK);
}

static double ours_s(int who)
{
    struct rusage u;

    getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Ours are this process and its children that have ended: call it after the
 * server has been waited for. */
double machine_other_cpu(void)
{
    static double busy, ours, at;
    const double b = machine_busy_s(), t = now_s();
    const double o = ours_s(RUSAGE_SELF) + ours_s(RUSAGE_CHILDREN);
    const double share = at > 0 ? (b - busy - (o - ours)) / (t - at) : 0;

    busy = b;
    ours = o;
    at = t;
    return share < 0 ? 0 : share;
}
