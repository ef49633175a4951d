/* Who looks like whom: the whole base, once a day, into the review queue.
 *
 * Sure pairs merge by the rules that hold, the rest waits for somebody.  Found pairs
 * are written in units of a few, so that nobody's order waits behind them. */
#include <string.h>

#include "base/buf.h"
#include "customer/customer_like.h"
#include "customer/customer_own.h"
#include "customer/customer_pair.h"
#include "job/job.h"
#include "setting/setting.h"

enum { UNIT = 20 };

struct comparing {
    struct job *job;
    struct customer_pair found[UNIT];
    size_t n;
    i64 all, merged, waits;
    i64 merged_here, waits_here;
};

/* What each field said, in bits: above zero for, below against. */
static const char *evidence(struct ctx *c, const struct like_pair *p)
{
    struct buf b = buf_new(c->mem, 512, 8000);
    bool first = true;

    buf_text(&b, "{\"fields\":[");
    for (int k = 0; k < LIKE_FIELDS; k++) {
        if (p->level[k] < 0) continue;
        buf_printf(&b, "%s{\"field\":\"%s\",\"level\":%d,\"bits\":%.1f}",
                   first ? "" : ",", like_field_words[k], p->level[k],
                   (double)p->bits[k]);
        first = false;
    }
    buf_text(&b, "]}");
    return b.at;
}

static enum err write_found(struct ctx *c, void *arg)
{
    struct comparing *w = arg;

    w->merged_here = w->waits_here = 0;
    for (size_t k = 0; k < w->n; k++) {
        enum rule_verdict verdict;

        TRY(customer_pair_found(c, &w->found[k], &verdict));
        w->merged_here += verdict == RULE_MERGE;
        w->waits_here += verdict == RULE_REVIEW;
    }
    return ERR_OK;
}

static enum err flush(struct ctx *c, struct comparing *w)
{
    if (!w->n) return ERR_OK;
    TRY(db_unit(c, write_found, w));
    w->all += (i64)w->n;
    w->merged += w->merged_here;
    w->waits += w->waits_here;
    w->n = 0;
    return job_progress(c, w->job, w->all, 0);
}

static enum err hear(struct ctx *c, const struct like_pair *p, void *arg)
{
    struct comparing *w = arg;
    const bool sure = p->band == LIKE_SURE;
    i64 ppm = (i64)(p->probability * 1e6);

    if (ppm > 1000000) ppm = 1000000;
    w->found[w->n++] = (struct customer_pair){
        .a_id = p->a_id,
        .b_id = p->b_id,
        .source = PAIR_LIKE,
        .names = p->level[LIKE_FIRST] == 0 ? NAMES_CLASH : NAMES_OPEN,
        .score_ppm = ppm > 0 ? ppm : 1,
        .against = sure         ? ""
                   : p->against ? arena_strdup(c->mem, p->against, strlen(p->against))
                                : "thin",
        .evidence = evidence(c, p),
    };
    return w->n == UNIT ? flush(c, w) : ERR_OK;
}

enum err customer_compare(struct ctx *c, struct job *j)
{
    struct comparing w = { .job = j };
    struct like_stats stats;

    if (!setting_bool(c, "customer.compare", (struct setting_scope){ 0 }))
        return ERR_OK;
    TRY(customer_like_all(c, hear, &w, &stats));
    TRY(flush(c, &w));
    return job_result(
        c, j,
        arena_printf(
            c->mem,
            "{\"people\":%lld,\"compared\":%lld,\"merged\":%lld,\"waits\":%lld}",
            stats.people, stats.compared, w.merged, w.waits));
}
