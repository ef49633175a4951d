/* exchange_spool.h -- files that came and wait; inside this room. */
#pragma once

#include "exchange/exchange_own.h"

/* Put a part behind what is there of this file (or make it).  `name` has been
 * through spool_name(). */
enum err spool_append(struct ctx *c, const char *dir, const char *name,
                      const char *part) MUST_USE;
void spool_clear(const char *dir);
const char *spool_find_zip(struct ctx *c, const char *dir);

/* Loader of an archive: its files stand beside it afterwards. */
enum err load_zip(struct run *r) MUST_USE;

bool spool_has(const char *path);

const char *picture_url(struct run *r, struct ctx *c, const char *name);
const char *picture_type(const char *name); /* by its ending; NULL: no picture */
