/* paper.h -- a document on paper: headings, lines of text, tables, page by page as PDF.
 *
 * A4 across, a table's columns share the width by their weights, cells are wrapped and
 * may go on over pages, each of which repeats the table's head and bears its number.
 * Words can be searched and copied; the fonts are embedded.
 *
 * Texts   UTF-8; what is none, and control characters, become U+FFFD and spaces
 * Memory  a page and the row that is written, whatever the length of the document
 * Cost    about 20 us a cell
 * Needs   Debian's fonts-dejavu-core */
#pragma once

#include <stdio.h>

#include "base/ctx.h"

struct paper;

struct paper_column {
    const char *name;
    int weight; /* of the width: 1 a short number, 6 a sentence */
    bool right; /* numbers */
};
enum { PAPER_COLUMNS = 16 };

/* Errors  UNAVAILABLE the fonts are not there */
enum err paper_open(struct ctx *c, FILE *to, const char *title,
                    struct paper **ret) MUST_USE;
void paper_title(struct paper *p, const char *text);
/* It also stands in the document's outline. */
void paper_heading(struct paper *p, const char *text);
void paper_text(struct paper *p, const char *text);
/* The columns are copied, their names are not; the next heading ends the table. */
void paper_table(struct paper *p, const struct paper_column *columns, size_t n);
void paper_row(struct paper *p, const char *const *cells);
/* Ends the document; `to` stays open.  STORAGE: it could not be written. */
enum err paper_close(struct ctx *c, struct paper *p) MUST_USE;
