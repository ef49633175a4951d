#include "base/time.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

/* The wall clock of this program, ahead of the machine's: what a clock shows that is
 * about to be set back by an hour. */
static i64 ahead_s;

int clock_gettime(clockid_t which, struct timespec *ret)
{
    const int e = (int)syscall(SYS_clock_gettime, which, ret);

    if (!e && which == CLOCK_REALTIME) ret->tv_sec += ahead_s;
    return e;
}

static void set_back(struct ctx *c)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t bell = PTHREAD_COND_INITIALIZER;

    (void)c;
    ahead_s = 3600;
    const i64 before = time_now();
    const struct timespec until = time_deadline(20);
    ahead_s = 0;
    EXPECT(before - time_now() > 3590000);
    alarm(60); /* instead of an hour */
    pthread_mutex_lock(&lock);
    EXPECT_INT(time_wait(&bell, &lock, &until), ETIMEDOUT);
    pthread_mutex_unlock(&lock);
    alarm(0);
}

int main(void)
{
    static const struct test tests[] = {
        { "time: a clock that is set back keeps nobody waiting", set_back },
    };
    return test_main("time", tests, COUNT(tests));
}
