/* csv.h -- rows of a spreadsheet's text file, quickly and in bounded memory.
 *
 * Separators ';', ',' and tab, whichever the first line has most of; quotes as in
 * RFC 4180, also with line ends inside; LF, CRLF and CR; UTF-8 with or without a
 * mark, else windows-1251 (told by the first 64 KiB).
 *
 * Memory  one buffer of 256 KiB (three times that for windows-1251)
 * Limit   a row of CSV_ROW bytes and CSV_FIELDS fields; a longer one is told
 *         with `broken` and left out
 * Cost    about 40 ns for a short row */
#pragma once

#include "base/ctx.h"

#define CSV_ROW    ((size_t)64 << 10)
#define CSV_FIELDS 64

struct csv_field {
    char *at; /* NUL-terminated, blanks around it cut; lives until the next row */
    size_t n;
};

struct csv {
    /* Where bytes come from: up to n of them into `to`; 0 at the end, -1 on error. */
    long (*read)(void *from, char *to, size_t n);
    void *from;

    struct csv_field fields[CSV_FIELDS];
    size_t n;           /* fields of this row */
    i64 line;           /* where this row begins, 1.. */
    i64 bytes;          /* bytes of the file taken so far */
    const char *broken; /* why this row cannot be read, or NULL */
    char sep;
    bool is_1251;

    char *buf, *raw; /* decoded text; undecoded input of a windows-1251 file */
    size_t size, raw_size, begin, end;
    i64 next_line;
    bool eof, failed;
};

/* Look at the beginning of the file and make ready.  Memory is mem's. */
void csv_open(struct csv *v, struct arena *mem,
              long (*read)(void *from, char *to, size_t n), void *from);

/* The next row that is not empty; false at the end (or when reading failed). */
bool csv_next(struct csv *v);
