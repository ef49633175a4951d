/* exchange_csv.h -- spreadsheets' columns; inside this room. */
#pragma once

#include "exchange/csv.h"
#include "exchange/exchange_own.h"

struct csv_column {
    const char *name;  /* as rejects call it, and as a header may */
    const char *words; /* other headers, folded, with '|' between; NULL ends a list */
    bool must;
};

/* Read the first row: where each column stands, -1 where it is absent.
 * BAD_FORMAT when one that must be there is not. */
enum err csv_header(struct run *r, struct csv *v, const struct csv_column *columns,
                    int *ret_at) MUST_USE;

/* struct csv's `read` of a FILE. */
long csv_read_file(void *from, char *to, size_t n);
