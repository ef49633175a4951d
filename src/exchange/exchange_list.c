/* What the office sees of runs, rejects, keys, documents and rivals' offers. */
#include "exchange/exchange_list.h"
#include "exchange/exchange_reason.h"

#include <string.h>

#include "base/contact.h"
#include "base/seal.h"
#include "exchange/exchange_own.h"

enum {
    RUNS,
    RUN,
    RUN_COUNTS,
    REJECTS,
    AGAIN,
    DROP_REJECTS,
    DROP_COUNTS,
    KEYS,
    DOCUMENTS,
    OFFERS
};

/* clang-format off */
#define RUN_COLUMNS                                                                      \
    "id, source, kind, file, dry, state, reason, at, started_at, ended_at, bytes,"       \
    " read_bytes, rejects"

const struct query exchange_list_sql[] = {
    [RUNS] = { "exchange.list_runs",
        "SELECT " RUN_COLUMNS " FROM exchange_run WHERE id < $1 AND ($2 = '' OR source = $2)"
        " AND ($3 = '' OR kind = $3) AND ($4 = '' OR state = $4) ORDER BY id DESC LIMIT $5",
        .types = "ittti" },

    [RUN] = { "exchange.get_run", "SELECT " RUN_COLUMNS " FROM exchange_run WHERE id = $1" },

    [RUN_COUNTS] = { "exchange.list_run_counts",
        "SELECT what, seen, taken FROM exchange_run_count WHERE run_id = $1 ORDER BY what" },

    [REJECTS] = { "exchange.list_rejects",
        "SELECT n, line, what, external, reason FROM exchange_reject WHERE run_id = $1 AND n > $2"
        " ORDER BY n LIMIT $3" },

    [AGAIN] = { "exchange.reset_run",
        "UPDATE exchange_run SET state = 'waiting', reason = NULL, position = 0, rejects = 0,"
        " read_bytes = 0, ended_at = NULL, dry = $2"
        " WHERE id = $1 AND (state = 'failed' OR (state = 'done' AND dry = 1))" },

    [DROP_REJECTS] = { "exchange.drop_rejects", "DELETE FROM exchange_reject WHERE run_id = $1" },
    [DROP_COUNTS] = { "exchange.drop_run_counts", "DELETE FROM exchange_run_count WHERE run_id = $1" },

    [KEYS] = { "exchange.list_keys",
        "SELECT external, our_id, active FROM exchange_key WHERE source = $1 AND kind = $2"
        " AND external > $3 ORDER BY external LIMIT $4" },

    [DOCUMENTS] = { "exchange.list_documents",
        "SELECT external, number, number_1c, operation, at, sum_minor, party, customer_id, order_id,"
        " posted, shipped, cancelled, status FROM exchange_document WHERE source = $1"
        " AND external > $2 ORDER BY external LIMIT $3" },

    [OFFERS] = { "exchange.list_feed_offers",
        "SELECT external, name, price_minor, old_minor, qty, variant_id, active, changed_at"
        " FROM exchange_feed_offer WHERE source = $1 AND external > $2 ORDER BY external LIMIT $3" },
    QUERY_END
};
/* clang-format on */

#define RUN_INTO(x)                                                                    \
    INTO(&(x)->id, &(x)->source, &(x)->kind, &(x)->file, &(x)->dry_run, &(x)->state,   \
         &(x)->reason, &(x)->at, &(x)->started_at, &(x)->ended_at, &(x)->bytes,        \
         &(x)->read_bytes, &(x)->rejects)

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

enum err exchange_runs(struct ctx *c, const struct exchange_run_ask *a, i64 before_id,
                       i64 limit, struct list *ret)
{
    struct exchange_run x = { 0 };
    ROWS r = { 0 };

    TRY(db_rows(c, &r, &exchange_list_sql[RUNS], before_id, or_empty(a->source),
                or_empty(a->kind), or_empty(a->state), limit));
    while (db_next(&r, RUN_INTO(&x))) {
        x.said = exchange_reason(c, x.reason);
        *(struct exchange_run *)list_add(c->mem, ret, sizeof(x)) = x;
    }
    return r.err;
}

enum err exchange_run_get(struct ctx *c, i64 run_id, struct exchange_run *ret)
{
    struct exchange_run_what w;
    ROWS r = { 0 };
    const enum err e = db_one(c, &exchange_list_sql[RUN], RUN_INTO(ret), run_id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no run %lld", run_id);
    TRY(e);
    ret->said = exchange_reason(c, ret->reason);
    TRY(db_rows(c, &r, &exchange_list_sql[RUN_COUNTS], run_id));
    while (db_next(&r, INTO(&w.what, &w.seen, &w.taken)))
        *(struct exchange_run_what *)list_add(c->mem, &ret->counts, sizeof(w)) = w;
    return r.err;
}

enum err exchange_rejects(struct ctx *c, i64 run_id, i64 after_n, i64 limit,
                          struct list *ret)
{
    struct exchange_reject x;
    struct exchange_run run = { 0 };
    ROWS r = { 0 };

    TRY(exchange_run_get(c, run_id, &run));
    TRY(db_rows(c, &r, &exchange_list_sql[REJECTS], run_id, after_n, limit));
    while (db_next(&r, INTO(&x.n, &x.line, &x.what, &x.external, &x.reason))) {
        x.external = contact_open(c->mem, x.external);
        TRY(seal_open(c, x.reason, &x.reason));
        x.said = exchange_reason(c, x.reason);
        *(struct exchange_reject *)list_add(c->mem, ret, sizeof(x)) = x;
    }
    return r.err;
}

enum err exchange_run_again(struct ctx *c, i64 run_id, bool dry)
{
    struct exchange_run x = { 0 };
    i64 n;

    TRY(exchange_run_get(c, run_id, &x));
    TRY(db_exec(c, &exchange_list_sql[AGAIN], &n, run_id, (i64)dry));
    if (!n)
        return FAIL(c, WRONG_STATE,
                    "run %lld is %s: only a failed or a dry run can be run again",
                    run_id, x.state);
    TRY(db_exec(c, &exchange_list_sql[DROP_REJECTS], NULL, run_id));
    TRY(db_exec(c, &exchange_list_sql[DROP_COUNTS], NULL, run_id));
    return job_add(c, "exchange.import",
                   arena_printf(c->mem, "{\"run_id\":\"%lld\"}", run_id), c->now,
                   arena_printf(c->mem, "%lld", run_id), NULL);
}

enum err exchange_keys(struct ctx *c, const char *source, const char *kind,
                       const char *after, i64 limit, struct list *ret)
{
    struct exchange_tie x = { .source = source, .kind = kind };
    ROWS r = { 0 };

    TRY(db_rows(c, &r, &exchange_list_sql[KEYS], source, kind, or_empty(after), limit));
    while (db_next(&r, INTO(&x.external, &x.our_id, &x.active)))
        *(struct exchange_tie *)list_add(c->mem, ret, sizeof(x)) = x;
    return r.err;
}

enum err exchange_documents(struct ctx *c, const char *source, const char *after,
                            i64 limit, struct list *ret)
{
    struct exchange_document x = { 0 };
    ROWS r = { 0 };

    TRY(db_rows(c, &r, &exchange_list_sql[DOCUMENTS], source, or_empty(after), limit));
    while (db_next(&r, INTO(&x.external, &x.number, &x.number_1c, &x.operation, &x.at,
                            &x.sum_minor, &x.party, &x.customer_id, &x.order_id,
                            &x.posted, &x.shipped, &x.cancelled, &x.status)))
        *(struct exchange_document *)list_add(c->mem, ret, sizeof(x)) = x;
    return r.err;
}

enum err exchange_offers(struct ctx *c, const char *source, const char *after,
                         i64 limit, struct list *ret)
{
    struct exchange_offer x = { 0 };
    ROWS r = { 0 };

    TRY(db_rows(c, &r, &exchange_list_sql[OFFERS], source, or_empty(after), limit));
    while (db_next(&r, INTO(&x.external, &x.name, &x.price_minor, &x.old_minor, &x.qty,
                            &x.variant_id, &x.active, &x.changed_at)))
        *(struct exchange_offer *)list_add(c->mem, ret, sizeof(x)) = x;
    return r.err;
}
