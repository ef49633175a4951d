/* What it costs that contacts stand sealed: a phone on its way into a table and out of
 * it, beside the two bare calls of libsodium that it needs. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/contact.h"
#include "base/seal.h"
#include "bench.h"

void bench_seal(const struct options *o, struct result *r);
void bench_open(const struct options *o, struct result *r);

enum { PHONES = 4096, ROUND = 20000, MARK = 24 };

static char phones[PHONES][16];

static void make_phones(void)
{
    for (int k = 0; k < PHONES; k++)
        snprintf(phones[k], sizeof(phones[k]), "+79%09d", 160000000 + k * 7919);
}

/* A hash under a key, and a stream of the text's length. */
static double bare_rate(double seconds)
{
    unsigned char mark[MARK], key[32] = { 7 }, out[16];
    const double from = now_s();
    i64 n = 0;

    while (now_s() - from < seconds)
        for (int k = 0; k < ROUND; k++, n++) {
            const unsigned char *s = (const unsigned char *)phones[k % PHONES];
            crypto_generichash(mark, MARK, s, 12, key, sizeof(key));
            crypto_stream_xchacha20_xor(out, s, 12, mark, key);
        }
    return (double)n / (now_s() - from);
}

typedef const char *(*turn)(struct arena *mem, const char *text);

static double rate_of(turn as, const char *const *texts, double seconds)
{
    struct arena *mem = arena_new((size_t)16 << 20);
    const double from = now_s();
    i64 n = 0;

    while (now_s() - from < seconds) {
        for (int k = 0; k < ROUND; k++, n++) (void)as(mem, texts[k % PHONES]);
        arena_reset(mem);
    }
    const double rate = (double)n / (now_s() - from);
    arena_free(mem);
    return rate;
}

static bool ready(struct result *r, struct arena *mem)
{
    struct ctx c = { .mem = mem };

    make_phones();
    if (!seal_ready(&c, true)) return true;
    bench_fail(r, "no key: %.100s", c.fault.message);
    return false;
}

/* Both ways; `open`: from the sealed text. */
static void measure(const struct options *o, struct result *r, bool open)
{
    struct arena *mem = arena_new((size_t)4 << 20);
    const char *texts[PHONES];

    if (ready(r, mem)) {
        for (int k = 0; k < PHONES; k++) {
            const char *sealed = contact_seal(mem, phones[k]);
            texts[k] = open ? sealed : phones[k];
            if (strcmp(contact_open(mem, sealed), phones[k]) != 0)
                bench_fail(r, "%s does not come back", phones[k]);
        }
        r->limit = bare_rate((double)o->seconds / 2);
        r->rate =
            rate_of(open ? contact_open : contact_seal, texts, (double)o->seconds / 2);
        if (r->ok)
            snprintf(r->note, sizeof(r->note), "%.2f us each; bare %.2f", 1e6 / r->rate,
                     1e6 / r->limit);
    }
    arena_free(mem);
}

void bench_seal(const struct options *o, struct result *r)
{
    measure(o, r, false);
}

void bench_open(const struct options *o, struct result *r)
{
    measure(o, r, true);
}
