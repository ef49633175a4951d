/* exchange.h -- how others speak: CommerceML by 1C's protocol, YML, CSV.
 *
 * A file comes in, by 1C's conversation or by the API, and becomes a run: a job
 * that reads it as a stream and applies it in slices, each a unit of its own, so
 * that orders never wait behind an import and a killed process goes on where it
 * was (ADR-0015).  What cannot be taken is told by line, id and reason; the rest
 * goes in.
 *
 * Owns   exchange_* (see schema.sql)
 * Emits  nothing: catalog, stock, customer and order tell of their changes
 * Units  *_minor kopecks; qty whole pieces; *_at ms since 1970 UTC */
#pragma once

#include "base/module.h"

/* A file to be read.  `path` is moved into the spool when the run is made. */
struct exchange_file {
    const char *source; /* "1c", "yml:rival", "csv" */
    const char
        *kind; /* "commerceml", "yml", "levels", "prices", "customers", "products" */
    const char *name; /* as the sender calls it */
    const char *path;
    i64 session_id; /* 0: none */
    bool dry;       /* look only: report as if, change nothing of ours */
    bool rival; /* a feed of somebody else: keep its offers, touch nothing of ours */
};

/* Make a run and queue its job, in the caller's unit.
 * Errors  BAD_ARGUMENT kind or source; STORAGE */
enum err exchange_run_add(struct ctx *c, const struct exchange_file *f,
                          i64 *ret_run_id) MUST_USE;

/* Read the run's file to its end (what the job does), from where it was left.
 * A bad file is not an error here: the run is then 'failed' and says why. */
enum err exchange_run_do(struct ctx *c, i64 run_id) MUST_USE;

/* The folder where files wait and pictures stand; called once at start.  Without
 * it PRILAVOK_STATE, else "prilavok-state". */
void exchange_dir_set(const char *dir);

/* Keep a drawing of ours (SVG; others may not send any, for it can carry a script)
 * among the pictures.  Its name is made of its content: the same is kept once.
 * Errors  STORAGE */
enum err exchange_drawing_put(struct ctx *c, const char *svg,
                              const char **ret_url) MUST_USE;

/* Tie one of their ids to one of our things by hand: a 1C warehouse to a shop.
 * kind "place", "variant", "product", "group", "property". */
enum err exchange_key_put(struct ctx *c, const char *source, const char *kind,
                          const char *external, i64 our_id) MUST_USE;
/* NOT_FOUND without a message. */
enum err exchange_key_get(struct ctx *c, const char *source, const char *kind,
                          const char *external, i64 *ret_our_id) MUST_USE;

extern const struct module exchange_module;
