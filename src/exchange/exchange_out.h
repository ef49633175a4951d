/* exchange_out.h -- files we give others; inside this room. */
#pragma once

#include <stdio.h>

#include "job/job.h"

/* The YML feed of a region ("77.xml") or of everything ("all.xml"): the file's
 * path and a text that changes with it.  NOT_FOUND: no such region; BUSY: it is
 * being made for the first time. */
enum err exchange_feed_file(struct ctx *c, const char *file, const char **ret_path,
                            const char **ret_etag) MUST_USE;

/* Job: make the feeds anew. */
enum err exchange_make_feeds(struct ctx *c, struct job *j) MUST_USE;

/* Write customers, prices or levels as CSV into a new file.  That of customers stands
 * in the register, has its code as a column, and an order of its own (ADR 45);
 * *ret_code is NULL for the others. */
enum err exchange_csv_write(struct ctx *c, const char *kind, const char **ret_path,
                            const char **ret_code) MUST_USE;

/* One cell of CSV; a text that begins with one of `odd` gets a quote before it. */
void csv_cell(FILE *f, const char *s, const char *odd, char end);
