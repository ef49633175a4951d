/* exchange_table.h -- any list of the API as a file for a spreadsheet; inside this
 * room.
 *
 * The columns are the members of the list's rows: what the shape says, so that a new
 * member is a new column. Objects, lists of objects and secrets are left out, lists
 * of plain things are joined by commas. `_minor` is roubles with two decimals, `_at`
 * is ISO 8601 by the chain's clock (exchange.utc_offset_min), an enum is its word.
 *
 * CSV    UTF-8 with a mark, ';', a decimal comma for Russian readers; a text that a
 *        spreadsheet would take for a formula gets a quote before it
 * XLSX   numbers are numbers; ids are texts, since a spreadsheet keeps 15 digits
 *
 * For people (headings: "human", unless said otherwise) the first row is in the
 * reader's language (exchange_heading.def) and what is true is a word.  A spreadsheet
 * that opens a CSV rounds long numbers and drops a zero or a plus before them, so
 * such a text is written ="1234567890123456789" there.  For machines ("api") columns
 * have the API's names, what is true is 1, and digits stand as they are.
 *
 * Both end with a row that says who took it and when. */
#pragma once

#include "http/route.h"

struct table_ask {
    const char *list; /* "/v1/order?state=ready" */
    int format;       /* of table_format_words */
    int headings;     /* of table_heading_words; -1: for people */
};
enum { TABLE_CSV, TABLE_XLSX };
extern const char *const table_format_words[];
enum { HEADINGS_HUMAN, HEADINGS_API };
extern const char *const table_heading_words[];

/* What a shape's member is called in a file for people; NULL: it has no row in
 * exchange_heading.def. */
const char *exchange_heading(const char *shape, const char *member, bool en);

/* Write the list into a new file under the state folder and note it in the audit; one
 * with people (ROUTE_PEOPLE) also in the register, and its rows are mixed (ADR 45).
 * *ret_code is that file's, NULL for others.
 * TOO_BIG: more rows than exchange.table_rows; TOO_MANY: these were too many people;
 * whatever fails, no file is left.
 * Memory  one page at a time, or TAKEN_WINDOW rows, whatever the list's length */
enum err exchange_table_write(struct ctx *c, const struct request *q,
                              const struct table_ask *a, const char **ret_path,
                              const char **ret_code) MUST_USE;

/* ---- The files themselves (exchange_sheet.c) ---------------------------------------
 */

enum cell_kind { CELL_EMPTY, CELL_TEXT, CELL_COUNT, CELL_MONEY };

struct cell {
    enum cell_kind kind;
    const char *text;
    i64 whole; /* COUNT; MONEY in kopecks */
};

struct sheet;

/* Who took what and when: stands in the file's properties. */
struct sheet_head {
    const char *title, *who, *said;
    const char *code; /* of a file with people, or NULL */
    i64 at;
    bool comma;  /* the decimal sign */
    bool people; /* keep a spreadsheet from rounding digits */
};
enum err sheet_new(struct ctx *c, const char *path, int format,
                   const struct sheet_head *h, struct sheet **ret) MUST_USE;
void sheet_top(struct sheet *s, const char *const *names, size_t n);
void sheet_row(struct sheet *s, const struct cell *cells, size_t n);
/* Closes the file, also after a fault; the last row is `said`. */
enum err sheet_end(struct ctx *c, struct sheet *s) MUST_USE;
