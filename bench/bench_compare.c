/* Doubles in a base of a million people, by the job that the chain runs: read, compare,
 * learn, merge what is sure, put the rest into the queue.  The truth is known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/demo_crowd.h"
#include "base/time.h"
#include "customer/customer_own.h"
#include "customer/customer_resolve.h"
#include "inside.h"
#include "job/job.h"

void bench_compare(const struct options *o, struct result *r);

enum { FIRST_ID = 1000000, SLICE = 5000 };

/* ---- People into the tables --------------------------------------------------------
 */

struct filling {
    struct inside *in;
    int *truth; /* [record]: whose it is */
    i64 n;
    enum err err;
};

static const struct query used = {
    "bench.used_key",
    "INSERT INTO customer_key_use (kind, value, customer_id, first_at, last_at, times)"
    " VALUES ($1, $2, $3, 1, 1, 1) ON CONFLICT (kind, value, customer_id) DO NOTHING"
};

static enum err give_key(struct ctx *c, i64 id, int kind, const char *said)
{
    const char *value = said ? customer_key_norm(c->mem, kind, said) : NULL;
    i64 owner = id;

    if (!value) return ERR_OK;
    TRY(customer_key_claim(c, kind, value, id, &owner));
    return owner == id ? ERR_OK : db_exec(c, &used, NULL, kind, value, id);
}

static enum err add_person(struct ctx *c, i64 id, const struct like_person *p)
{
    const int y = p->birth / 10000, m = p->birth / 100 % 100, d = p->birth % 100;
    const struct customer k = {
        .last_name = p->last ? p->last : "",
        .first_name = p->first ? p->first : "",
        .middle_name = p->middle ? p->middle : "",
        .birth_day = p->birth ? time_day_of(y, m, d) : NONE,
        .region_id = NONE,
        .lang = "ru",
    };

    TRY(customer_new(c, id, &k));
    for (int n = 0; n < LIKE_PHONES; n++) TRY(give_key(c, id, KEY_PHONE, p->phones[n]));
    for (int n = 0; n < LIKE_EMAILS; n++) TRY(give_key(c, id, KEY_EMAIL, p->emails[n]));
    return ERR_OK;
}

static void hear(void *arg, const struct crowd_record *r)
{
    struct filling *f = arg;

    if (f->err) return;
    if (f->n % SLICE == 0) {
        if (f->n) inside_end(f->in, true);
        f->err = inside_begin(f->in, true);
    }
    f->truth[f->n] = (int)r->person;
    if (!f->err) f->err = add_person(f->in->c, FIRST_ID + f->n, &r->p);
    f->n++;
}

/* ---- What came of it
 * ------------------------------------------------------------------
 */

struct outcome {
    i64 merges, right, waits, waits_right;
};

static enum err judge(struct inside *in, const struct filling *f, struct outcome *ret)
{
    static const struct query merges = {
        "bench.merges", "SELECT survivor_id, loser_id, 0 FROM customer_merge",
        .scan = "a bench"
    };
    static const struct query pairs = {
        "bench.pairs", "SELECT a_id, b_id, 1 FROM customer_pair WHERE state = 0",
        .scan = "a bench"
    };
    i64 a, b, waits;

    TRY(inside_begin(in, false));
    for (int k = 0; k < 2; k++) {
        ROWS r;

        TRY(db_rows0(in->c, &r, k ? &pairs : &merges));
        while (db_next(&r, INTO(&a, &b, &waits))) {
            if (a < FIRST_ID || b < FIRST_ID || a >= FIRST_ID + f->n ||
                b >= FIRST_ID + f->n)
                continue;
            const bool right = f->truth[a - FIRST_ID] == f->truth[b - FIRST_ID];
            *(waits ? &ret->waits : &ret->merges) += 1;
            *(waits ? &ret->waits_right : &ret->right) += right;
        }
        TRY(r.err);
    }
    inside_end(in, false);
    return ERR_OK;
}

static enum err ask(struct ctx *c, void *ret_id)
{
    return customer_compare_ask(c, ret_id);
}

static void measure(struct inside *in, struct filling *f, struct result *r)
{
    const double from = now_s();
    struct outcome out = { 0 };
    struct rusage use;
    i64 id;

    arena_reset(in->c->mem);
    in->c->now = time_now();
    if (db_unit(in->c, ask, &id) || job_drain(in->c, modules)) {
        bench_fail(r, "the job failed: %s", in->c->fault.message);
        return;
    }
    const double took = now_s() - from;
    if (judge(in, f, &out)) bench_fail(r, "cannot judge");
    getrusage(RUSAGE_SELF, &use);
    r->rate = (double)f->n / took;
    r->rss_mib = (double)use.ru_maxrss / 1024;
    const double precision = out.merges ? (double)out.right / (double)out.merges : 1;
    snprintf(r->note, sizeof(r->note),
             "%lld records in %.1f s: %lld merged by themselves, %.5f of them right; "
             "%lld wait for somebody, %.3f of them one person",
             f->n, took, out.merges, precision, out.waits,
             out.waits ? (double)out.waits_right / (double)out.waits : 1);
    if (!out.merges) bench_fail(r, "nobody was merged");
    if (precision < 0.999) bench_fail(r, "%.5f of the merges are right", precision);
}

void bench_compare(const struct options *o, struct result *r)
{
    const struct crowd_size size = { .records = o->quick ? 20000 : 1000000,
                                     .seed = 1,
                                     .doubles = 0.05 };
    const struct chain k = { 5, 500, 2000, 90 };
    struct inside in;
    char db[600];

    if (!chain_copy(o, &k, db, sizeof(db)) || !inside_open(&in, db)) {
        bench_fail(r, "no chain");
        return;
    }
    struct filling f = { .in = &in,
                         .truth = calloc((size_t)size.records, sizeof(int)) };
    if (!f.truth) abort();
    const double from = now_s();
    crowd_make(&size, hear, &f);
    inside_end(&in, true);
    fprintf(stderr, "filled in %.1f s\n", now_s() - from);
    if (f.err)
        bench_fail(r, "cannot fill: %s", in.c->fault.message);
    else
        measure(&in, &f, r);
    free(f.truth);
    inside_close(&in);
    unlink(db);
}
