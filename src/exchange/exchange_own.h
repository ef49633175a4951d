/* exchange_own.h -- what the files of this room share: a run in progress, the
 * keys, the gathering of levels. */
#pragma once

#include <stdio.h>

#include "base/limits.h"
#include "db/db.h"
#include "exchange/exchange.h"
#include "http/shape.h"
#include "job/job.h"

#define RUN_REJECTS_KEPT 100000             /* rows of exchange_reject of one run */
#define RUN_PIECE        ((size_t)64 << 10) /* bytes read at once */

/* ---- A run in progress (exchange_run.c) ------------------------------------------ */

/* clang-format off */
#define RUN_WHATS(W)                                                                   \
    W(GROUPS, "groups")                                                                \
    W(PROPERTIES, "properties")                                                        \
    W(VALUES, "values")                                                                \
    W(PRICE_TYPES, "price_types") W(STORES, "stores") W(GOODS, "goods")                \
        W(OFFERS, "offers") W(PRICES, "prices") W(RESTS, "rests")                      \
            W(DOCUMENTS, "documents") W(ROWS, "rows")
/* clang-format on */

enum run_what {
#define W(name, word) RUN_##name,
    RUN_WHATS(W)
#undef W
        RUN_WHAT_COUNT
};

struct run_count {
    i64 seen, taken;
};

/* How far a run is: what a process that takes it over begins with. */
struct run_point {
    i64 position, rejects;
    struct run_count counts[RUN_WHAT_COUNT];
};

struct run_reject {
    i64 line;
    const char *what, *external, *reason;
};

struct run {
    struct ctx *c;     /* for units and snapshots; c->mem is emptied with every slice */
    struct arena *mem; /* lives as long as the run */
    const struct job *job; /* NULL: not run by one */
    bool joined;           /* the caller has a unit open: everything joins it */

    i64 id, session_id, at, bytes;
    const char *source, *kind, *file, *path;
    bool dry, own;

    i64 read_bytes;
    struct run_point now; /* what is read and applied */
    const struct run_point
        *behind;      /* what of it is durable, where that lags; or NULL */
    struct list told; /* struct run_reject, not yet written; in told_mem */
    struct arena *told_mem;
    i64 utc_offset_min; /* their clock */
};

/* Tell that something was not taken as it stood.  Texts are copied. */
void run_reject(struct run *r, i64 line, const char *what, const char *external,
                const char *fmt, ...) PRINTF(5, 6);

/* Write what the run knows of itself, in the unit open in c; then, when the unit
 * is durable, forget the rejects that are written. */
enum err run_save(struct ctx *c, struct run *r) MUST_USE;
void run_saved(struct run *r);

/* Apply n things in one unit, together with run_save().  A thing that is refused
 * (not the database's fault) is told as rejected and left out, with all it did:
 * the unit starts again without it.  `name` tells its line, kind and id. */
struct run_work {
    const void *things; /* n of them, `size` bytes each */
    size_t n, size;
    enum err (*apply)(struct run *r, struct ctx *c, const void *thing);
    void (*name)(const void *thing, struct run_reject *ret);
};
enum err run_slice(struct run *r, const struct run_work *w) MUST_USE;

/* run_save() in a unit of its own. */
enum err run_checkpoint(struct run *r) MUST_USE;

/* Feed a file piece by piece. */
enum err run_feed(struct run *r,
                  enum err (*feed)(void *to, const char *at, size_t n, bool last),
                  void *to) MUST_USE;

/* Something about a thing, not about the database: reject it and go on. */
bool run_is_refusal(enum err e);

/* What exchange_run_do() does, under a job that is told of the progress. */
enum err exchange_run_work(struct ctx *c, i64 run_id, const struct job *job) MUST_USE;

/* Who reads this kind of file; NULL: nobody. */
enum err run_loader_of(const char *kind, enum err (**ret)(struct run *r));

/* ---- Keys (exchange_key.c) ------------------------------------------------------- */

struct key {
    const char *source, *kind, *external;
    i64 our_id, seen_run, hash;
    bool active;
};
enum err key_get(struct ctx *c,
                 struct key *k) MUST_USE; /* by the first three; NOT_FOUND */
enum err key_put(struct ctx *c, const struct key *k) MUST_USE;
/* What stands for our thing at their side, NULL when nothing does. */
enum err key_external(struct ctx *c, const char *source, const char *kind, i64 our_id,
                      const char **ret) MUST_USE;

/* Their ids as numbers of ours, remembered for the length of a run. */
struct known {
    i64 id;             /* 0: there is none */
    struct known *next; /* the one that came after it last time: files repeat */
    const char *name;
    unsigned n;
    bool seen; /* named by this run */
};
struct known_set {
    struct arena *mem;
    struct map *map;
    struct known *last;
};
#define KNOWN_MAX ((size_t)300000)
void known_init(struct known_set *s,
                struct arena *mem); /* known_end() frees the rest */
void known_end(struct known_set *s);
struct known *known_find(struct known_set *s, const char *name, size_t n); /* or NULL */
struct known *known_add(struct known_set *s, const char *name, size_t n, i64 id);

/* ---- Levels (exchange_level.c) -----------------------------------------------------
 */

/* Gathers absolute counts, sorts them, and hands them to stock in slices of
 * LIMIT_BULK_ROWS, two under way at a time, by a thread of its own. */
struct levels;
struct levels *levels_new(struct run *r, const char *stock_source, const char *kind,
                          i64 at);
void levels_free(struct levels *l); /* waits; NULL is fine */
enum err levels_add(struct levels *l, i64 place_id, i64 variant_id, i64 qty,
                    i64 line) MUST_USE;
/* Everything added is durable when this returns; places are told as heard. */
enum err levels_flush(struct levels *l) MUST_USE;
/* "All rows of what the run has read by now have been added."  From levels_new()
 * to levels_free() the run saves the last such point whose rows are durable. */
void levels_mark(struct levels *l);

/* ---- Numbers of others ----------------------------------------------------------- */

/* "5", "5.000", "5,0" to 5.  False with a reason for what is no whole number. */
bool qty_parse(const char *s, i64 *ret_qty, const char **ret_why);
/* "Без налога" 0, "18" 1800, "НДС20" 2000; false: cannot be read. */
bool vat_parse(const char *s, i64 *ret_bp);

/* Currencies: roubles in all spellings are 1; others by setting exchange.rates
 * ("USD=92.5 EUR=100").  False: no rate. */
bool rate_of(struct ctx *c, const char *currency, i64 *ret_rate_e4);
/* An amount of money in that currency as kopecks; a reason when it is none. */
bool price_parse(struct ctx *c, const char *amount, const char *currency,
                 i64 *ret_minor, const char **ret_why);

u64 mark_text(u64 hash, const char *s); /* FNV-1a, for "has it changed?" */
u64 mark_int(u64 hash, i64 v);
#define MARK_START 0xCBF29CE484222325ull

/* ---- Loaders
 * ------------------------------------------------------------------------- */

enum err load_commerceml(struct run *r) MUST_USE;
enum err load_yml(struct run *r) MUST_USE;
enum err load_levels(struct run *r) MUST_USE;
enum err load_csv(struct run *r) MUST_USE;
enum err load_sweep(struct run *r) MUST_USE; /* of a session's full exchange */

/* Return when some run has ended in this process, or after so long. */
void run_wait_any(i64 ms);

/* ---- Spool (exchange_spool.c) -------------------------------------------------------
 */

/* The folder where files wait, made when missing; under the state folder. */
enum err spool_dir(struct ctx *c, const char *under, const char **ret) MUST_USE;
/* A file name from outside: relative, no "..", no odd characters.  NULL: refused. */
const char *spool_name(struct arena *mem, const char *name);
