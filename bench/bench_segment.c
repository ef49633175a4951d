/* Segments: everybody looked at anew, and what hearing an event costs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "inside.h"
#include "insight/insight_seen.h"
#include "insight/insight_segment_desk.h"
#include "town.h"

void bench_segment(const struct options *o, struct result *r);

enum { SEGMENTS = 50, EVENTS = 20000, AT_ONCE = 2000 };

/* Fifty rules of the kinds people make: windows, sums, sequences, traits, groups. */
static const char *rule_text(struct ctx *c, int k)
{
    static const char *const traits[] = { "orders", "returns", "devices_count",
                                          "open_orders", "cancelled" };
    const int n = k / 5 + 1;

    switch (k % 5) {
    case 0:
        return arena_printf(
            c->mem,
            "{\"kind\":\"did\",\"did\":{\"what\":\"order\",\"days\":%d},"
            "\"from\":%d}",
            30 * n, n % 3 + 1);
    case 1:
        return arena_printf(
            c->mem,
            "{\"kind\":\"all\",\"of\":[{\"kind\":\"trait\",\"trait\":\"last_order\","
            "\"from\":%d,\"to\":%d},{\"kind\":\"trait\",\"trait\":\"spent\",\"from\":%"
            "d}]}",
            10 * n, 10 * n + 40, 1000000 * n);
    case 2:
        return arena_printf(
            c->mem,
            "{\"kind\":\"sequence\",\"did\":{\"what\":\"event\",\"event\":\"Product "
            "Viewed\",\"days\":%d},\"then\":{\"what\":\"order\"},\"within_days\":%d}",
            15 * n, n);
    case 3:
        return arena_printf(
            c->mem,
            "{\"kind\":\"any\",\"of\":[{\"kind\":\"did\",\"did\":{\"what\":\"event\","
            "\"event\":\"Product Viewed\",\"days\":14},\"from\":%d},{\"kind\":\"all\","
            "\"of\":[{\"kind\":\"trait\",\"trait\":\"digital\",\"words\":[\"online\"]},"
            "{\"kind\":\"trait\",\"trait\":\"average_order\",\"from\":%d}]}]}",
            20 * n, 2000000 * n);
    default:
        return arena_printf(
            c->mem,
            "{\"kind\":\"all\",\"of\":[{\"kind\":\"trait\",\"trait\":\"%s\",\"from\":1}"
            ","
            "{\"kind\":\"none\",\"of\":[{\"kind\":\"did\",\"did\":{\"what\":\"order\","
            "\"days\":%d}}]}]}",
            traits[n % 5], 20 * n);
    }
}

enum err town_segments(struct ctx *c, void *unused)
{
    (void)unused;
    for (int k = 0; k < SEGMENTS; k++) {
        const char *text = rule_text(c, k);
        struct rule rule = { 0 };
        struct segment s;
        const struct segment_edit e = { arena_printf(c->mem, "bench %d", k), NULL,
                                        &rule };

        TRY(shape_read(c, &rule_shape, text, strlen(text), &rule));
        TRY(segment_add(c, &e, &s));
    }
    return ERR_OK;
}

/* ---- Events ------------------------------------------------------------------------
 */

struct hearing {
    const i64 *ids;
    i64 n, at;
};

static int by_person(const void *a, const void *b)
{
    const struct seen_person *x = a, *y = b;

    return (x->customer_id > y->customer_id) - (x->customer_id < y->customer_id);
}

/* What a slice of the log brings in a flood: one action of each of many people. */
static enum err hear(struct ctx *c, void *arg)
{
    static const char *const names[] = { "Product Viewed", "Page Viewed",
                                         "Cart Viewed" };
    struct hearing *h = arg;
    struct seen_event *e = NEW_N(c->mem, struct seen_event, AT_ONCE);
    struct seen_person *who = NEW_N(c->mem, struct seen_person, AT_ONCE);
    SETTLING w = { 0 };

    TRY(segment_begin(c, &w));
    for (int k = 0; k < AT_ONCE; k++) {
        const char *name = names[k % 3];
        e[k] = (struct seen_event){ trait_hash(name, strlen(name)), 0, c->now };
        who[k] = (struct seen_person){ h->ids[h->at++ * 7919 % h->n], &e[k], 1 };
    }
    qsort(who, AT_ONCE, sizeof(*who), by_person);
    TRY(seen_hear(&w, who, AT_ONCE));
    return segment_end(&w);
}

/* Microseconds an event. */
static double hear_all(struct inside *in, struct hearing *h, struct result *r)
{
    struct ctx *c = in->c;
    const i64 began_us = time_mono_us();
    i64 n = 0;

    for (; n < EVENTS; n += AT_ONCE) {
        arena_reset(c->mem);
        c->now = time_now();
        if (db_unit(c, hear, h)) bench_fail(r, "an event was not heard");
    }
    return (double)(time_mono_us() - began_us) / (double)n;
}

static double pass(struct inside *in, struct result *r)
{
    const i64 began_us = time_mono_us();

    arena_reset(in->c->mem);
    in->c->now = time_now();
    if (segment_pass(in->c, NULL))
        bench_fail(r, "a pass failed: %s", in->c->fault.message);
    return (double)(time_mono_us() - began_us) / 1e6;
}

/* ---- The bench
 * ------------------------------------------------------------------------ */

static i64 number(struct inside *in, const char *sql, struct result *r)
{
    const struct query q = { "bench.number", sql, .scan = "a bench" };
    i64 n = -1;

    if (inside_begin(in, false) || db_one0(in->c, &q, INTO(&n)))
        bench_fail(r, "cannot count");
    inside_end(in, false);
    return n;
}

/* The same people each time: bare with their rows in place, then the first thing each
 * does with segments alive, then what they do next. */
static void measure(struct inside *in, const i64 *ids, i64 n, struct result *r)
{
    struct ctx *c = in->c;
    double us[4];

    us[0] = hear_all(in, &(struct hearing){ ids, n, 0 }, r);
    us[1] = hear_all(in, &(struct hearing){ ids, n, 0 }, r);
    if (db_unit(c, town_segments, NULL)) bench_fail(r, "no segments");
    const double fill_s = pass(in, r);
    const double again_s = pass(in, r);
    us[2] = hear_all(in, &(struct hearing){ ids, n, 0 }, r);
    us[3] = hear_all(in, &(struct hearing){ ids, n, 0 }, r);
    const i64 members = number(in, "SELECT COUNT(*) FROM insight_member", r);
    if (members != number(in, "SELECT CAST(SUM(n) AS BIGINT) FROM insight_segment", r))
        bench_fail(r, "members and their counts differ");
    r->rate = (double)n / again_s;
    r->target = 100000;
    if (r->ok)
        snprintf(r->note, sizeof(r->note),
                 "%lld people, %d segments, %lld members: all again %.1f s, from empty "
                 "%.1f s; an event heard %.1f us without them, with them %.1f us at "
                 "first, then %.1f us",
                 n, SEGMENTS, members, again_s, fill_s, us[1], us[2], us[3]);
}

void bench_segment(const struct options *o, struct result *r)
{
    static const struct query all = { "bench.people",
                                      "SELECT customer_id FROM insight_person",
                                      .scan = "a bench" };
    const struct chain k = o->quick ? (struct chain){ 5, 500, 2000, 90 }
                                    : (struct chain){ 200, 20000, 1000000, 730 };
    char db[600];
    struct inside in;
    i64 *ids;

    if (!chain_copy(o, &k, db, sizeof(db)) || !inside_open(&in, db)) {
        bench_fail(r, "no chain");
        return;
    }
    in.c->who = (struct who){ .kind = WHO_STAFF, .id = 1, .rights = ~0ull };
    const i64 n = inside_ids(&in, &all, &ids);
    if (n)
        measure(&in, ids, n, r);
    else
        bench_fail(r, "nobody is known");
    free(ids);
    inside_close(&in);
    unlink(db);
}
