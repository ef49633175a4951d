/* exchange_list.h -- what the office sees of the exchange; inside this room. */
#pragma once

#include "http/shape.h"

struct exchange_run_ask {
    const char *source, *kind, *state; /* NULL: all */
    i64 limit;
    const char *after;
};
struct exchange_run_what {
    const char *what;
    i64 seen, taken;
};
struct exchange_run {
    i64 id;
    const char *source, *kind, *file, *state;
    const char *reason, *said; /* as a reject's; or NULL */
    bool dry_run;
    i64 at, started_at, ended_at, bytes, read_bytes, rejects;
    struct list counts; /* struct exchange_run_what; not in lists */
};
struct exchange_reject {
    i64 n, line;
    const char *what, *external;
    const char *reason, *said; /* as it was refused; in words for c->lang */
};
struct exchange_tie { /* one of their ids and our thing */
    const char *source, *kind, *external;
    i64 our_id;
    bool active;
};
struct exchange_document {
    const char *external, *number, *number_1c, *operation, *party, *status;
    i64 at, sum_minor, customer_id, order_id;
    bool posted, shipped, cancelled;
};
struct exchange_offer {
    const char *external, *name;
    i64 price_minor, old_minor, qty, variant_id, changed_at;
    bool active;
};

/* Newest first, with id < before_id. */
enum err exchange_runs(struct ctx *c, const struct exchange_run_ask *a, i64 before_id,
                       i64 limit, struct list *ret) MUST_USE;
enum err exchange_run_get(struct ctx *c, i64 run_id, struct exchange_run *ret) MUST_USE;
enum err exchange_rejects(struct ctx *c, i64 run_id, i64 after_n, i64 limit,
                          struct list *ret) MUST_USE;
/* From the start; WRONG_STATE unless it failed or was dry. */
enum err exchange_run_again(struct ctx *c, i64 run_id, bool dry) MUST_USE;
enum err exchange_keys(struct ctx *c, const char *source, const char *kind,
                       const char *after, i64 limit, struct list *ret) MUST_USE;
enum err exchange_documents(struct ctx *c, const char *source, const char *after,
                            i64 limit, struct list *ret) MUST_USE;
enum err exchange_offers(struct ctx *c, const char *source, const char *after,
                         i64 limit, struct list *ret) MUST_USE;
