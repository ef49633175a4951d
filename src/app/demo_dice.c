#include <math.h>
#include <string.h>

#include "app/demo.h"

u64 dice_next(struct dice *d)
{
    u64 z = d->state += 0x9E3779B97F4A7C15ull;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

i64 dice_below(struct dice *d, i64 n)
{
    return (i64)(((unsigned __int128)dice_next(d) * (u64)n) >> 64);
}

double dice_unit(struct dice *d)
{
    return (double)(dice_next(d) >> 11) * 0x1p-53;
}

bool dice_chance(struct dice *d, double p)
{
    return dice_unit(d) < p;
}

i64 dice_poisson(struct dice *d, double mean)
{
    const double stop = exp(-mean);
    double p = dice_unit(d);
    i64 n = 0;

    for (; p > stop && n < 1000; n++) p *= dice_unit(d);
    return n;
}

/* Marsaglia and Tsang 2000; below shape 1 by the usual power of a uniform. */
double dice_gamma(struct dice *d, double shape, double scale)
{
    if (shape < 1)
        return dice_gamma(d, shape + 1, scale) * pow(dice_unit(d) + 1e-12, 1 / shape);
    const double a = shape - 1.0 / 3, b = 1 / sqrt(9 * a);

    for (;;) {
        const double u1 = dice_unit(d) + 1e-12, u2 = dice_unit(d);
        const double x = sqrt(-2 * log(u1)) * cos(6.283185307179586 * u2);
        const double v = pow(1 + b * x, 3);

        if (v > 0 && log(dice_unit(d) + 1e-12) < 0.5 * x * x + a - a * v + a * log(v))
            return a * v * scale;
    }
}

struct dice dice_for(i64 seed, const char *what, i64 k)
{
    struct dice d = { .state = (u64)seed * 0xD6E8FEB86659FD93ull };

    for (; *what; what++) d.state = (d.state ^ (unsigned char)*what) * 0x100000001B3ull;
    d.state ^= (u64)k * 0xA24BAED4963EE407ull;
    (void)dice_next(&d);
    return d;
}

const char *demo_pick(struct ctx *c, const char *list, char sep, i64 k)
{
    const char stop[2] = { sep, '\0' };

    for (k %= demo_count(list, sep); k > 0; k--) list = strchr(list, sep) + 1;
    return arena_strdup(c->mem, list, strcspn(list, stop));
}

i64 demo_count(const char *list, char sep)
{
    i64 n = 1;

    for (; *list; list++) n += *list == sep;
    return n;
}
