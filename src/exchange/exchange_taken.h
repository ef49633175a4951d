/* exchange_taken.h -- files with people: who took which, and how rows of one are known
 * again; inside this room.
 *
 * A file says who took it (its name, its properties, a row or a column), but whoever
 * passes it on copies rows.  So three things stay with the rows (ADR 45):
 *
 *   who is in it      a filter, and the day, leave hardly two files alike
 *   their order       of a window of rows each file has its own, drawn by lot; no
 *                     value is touched, so nothing that reads the file is disturbed
 *   canaries          made-up people at addresses and numbers of the chain, different
 *                     ones in each file; only when the chain has such (settings)
 *
 * For that the register keeps the marks of each row: 32 bits of SipHash of its phone,
 * e-mail, card, number, ids (taken_text()), under a secret of this one file.  Without
 * the secret, which stands sealed, they tell nothing; with it only whether a text that
 * somebody already has was in the file.  A stream of words in the file's order:
 *
 *   ENDS_ROW  ENDS_WINDOW  IS_CANARY (stands before its marks)  anything else: a mark
 *
 * Of the rows after TAKEN_ALL only one in TAKEN_ONE_IN is kept. */
#pragma once

#include "base/ctx.h"
#include "http/shape.h"

enum { MARK_ENDS_ROW, MARK_ENDS_WINDOW, MARK_IS_CANARY, MARK_FIRST };
enum { TAKEN_WINDOW = 2000, TAKEN_BLOCK = 8, TAKEN_ALL = 100000, TAKEN_ONE_IN = 16 };

/* ---- While a file is written -------------------------------------------------------
 */

struct taken;

struct taken_new {
    const char *what, *list, *format;
};
/* Memory of its own: ended by taken_end() or taken_drop(). */
struct taken *taken_begin(struct ctx *c, const struct taken_new *n);
const char *taken_code(const struct taken *t); /* "K7F3-9QXM" */

/* A row as it is written: texts that tell whose it is (NULL and empty are passed
 * over), and the customer, 0 for none. */
void taken_row(struct taken *t, i64 customer_id, const char *const *texts, size_t n);
void taken_window(
    struct taken *t); /* the rows since the last one had their own order */
/* 0 .. n-1 in an order that nobody foresees. */
void taken_mix(size_t *order, size_t n);

struct canary {
    const char *last, *first, *phone, *email; /* phone, email: NULL for none */
};
/* Somebody who is not there, to stand among `like` this file's others; false: the chain
 * has no addresses or numbers for it.  Told to the register by taken_canary_row(). */
bool taken_canary(struct ctx *c, struct canary *ret);
void taken_canary_row(struct taken *t, const char *const *texts, size_t n);
/* Is this contact one of ours?  For who reads such a file back. */
bool taken_is_canary(struct ctx *c, const char *phone, const char *email);

/* The file is whole: into the register and the audit, in a unit.  Also counts who was
 * shown whom, so that TOO_MANY comes before the file is given away. */
enum err taken_end(struct ctx *c, struct taken *t) MUST_USE;
void taken_drop(struct taken *t); /* NULL is fine */

/* ---- Afterwards --------------------------------------------------------------------
 */

struct taken_file {
    i64 id, at, who_id, place_id, rows, people, canaries;
    int who_kind;
    const char *code, *who_name, *what, *list, *format;
};
struct taken_ask {
    i64 who_id, since, until, limit;
    const char *after;
};
/* Newest first. */
enum err taken_files(struct ctx *c, const struct taken_ask *a, struct list *ret,
                     const char **ret_next) MUST_USE;

enum whose_by { WHOSE_CANARY, WHOSE_ORDER, WHOSE_ONLY, WHOSE_AMONG };
extern const char *const whose_by_words[];

struct whose_file {
    struct taken_file file;
    int by;           /* enum whose_by: what speaks for it */
    bool named;       /* its code stands in the text */
    i64 found;        /* rows of the text that are in it */
    i64 canaries;     /* of them made-up people of this file alone */
    i64 pairs, agree; /* neighbours of one window; of them in this file's order */
    i64 odds;         /* tens of chances against that order by luck: 10^odds to 1 */
};
struct whose {
    i64 rows, known;   /* lines that tell of somebody; of them found in any file */
    bool sure;         /* the first of the files is it: a canary, or odds enough */
    struct list files; /* struct whose_file, likeliest first, 10 at most */
};
/* Which file are these rows from?  Any text: lines of CSV, cells of a spreadsheet, an
 * e-mail.  The first WHOSE_ROWS lines are read.
 * Cost   some milliseconds, and one for each 200,000 rows in the register */
enum { WHOSE_ROWS = 1000, WHOSE_ODDS = 6 };
enum err taken_whose(struct ctx *c, const char *text, struct whose *ret) MUST_USE;

/* Marks older than exchange.keep_marks_days go; the register stays. */
struct job;
enum err taken_forget(struct ctx *c, struct job *j) MUST_USE;

/* The register's sealed texts anew, see db/db_seal.h. */
struct sealing;
enum err taken_reseal(struct ctx *c, struct sealing *w) MUST_USE;

/* "+7 (916) 123-45-67" and "89161234567" are "9161234567", "Anna@Mail.RU" is
 * "anna@mail.ru", "Z-0001 23" is "z000123"; NULL: this names nobody. */
const char *taken_text(struct arena *mem, const char *s, size_t n);
unsigned taken_mark(const unsigned char *secret, const char *text); /* >= MARK_FIRST */
