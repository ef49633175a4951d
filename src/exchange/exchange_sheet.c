/* Rows into CSV or XLSX as they come: nothing but the row at hand is in memory. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xlsxwriter.h>

#include "base/buf.h"
#include "base/money.h"
#include "base/text.h"
#include "exchange/exchange_out.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_table.h"

#define CELL_BYTES 32000 /* a cell of XLSX has 32,767 characters at most */
#define WIDE       22.0  /* of a column, in characters */

struct sheet {
    FILE *csv;
    lxw_workbook *book; /* NULL: CSV */
    lxw_worksheet *page;
    lxw_format *bold, *money, *dim;
    lxw_row_t row;
    lxw_error bad; /* the first one */
    size_t columns;
    struct sheet_head head;
    struct arena *mem; /* for one row */
};

void csv_cell(FILE *f, const char *s, const char *odd, char end)
{
    if (!s) s = "";
    const char *guard = *s && strchr(odd, *s) ? "'" : "";
    if (strpbrk(s, ";\"\n\r")) {
        fprintf(f, "\"%s", guard);
        for (; *s; s++) {
            if (*s == '"') fputc('"', f);
            fputc(*s, f);
        }
        fputc('"', f);
    } else {
        fprintf(f, "%s%s", guard, s);
    }
    fputc(end, f);
}

/* ---- CSV ---------------------------------------------------------------------- */

/* A tab or a return before it hides a formula's sign from us, not from a spreadsheet.
 */
static const char formula[] = "=+-@\t\r";

/* An id of 19 digits, a phone, an article "00123": a spreadsheet that opens a CSV makes
 * numbers of them, 15 digits long and without what stood before. */
static bool is_rounded(const char *s)
{
    const char *digits = s + (*s == '+');
    const size_t n = strspn(digits, "0123456789");

    return n && !digits[n] && (n > 15 || digits != s || (n > 1 && *s == '0'));
}

static void csv_text(const struct sheet *s, const char *text, char end)
{
    if (s->head.people && is_rounded(text))
        fprintf(s->csv, "\"=\"\"%s\"\"\"%c", text, end);
    else
        csv_cell(s->csv, text, formula, end);
}

static void csv_value(const struct sheet *s, const struct cell *x, char end)
{
    char text[40];

    switch (x->kind) {
    case CELL_EMPTY:
        fputc(end, s->csv);
        break;
    case CELL_TEXT:
        csv_text(s, x->text, end);
        break;
    case CELL_COUNT:
        fprintf(s->csv, "%lld%c", x->whole, end);
        break;
    case CELL_MONEY: {
        const u64 kopecks = x->whole < 0 ? 0 - (u64)x->whole : (u64)x->whole;
        snprintf(text, sizeof(text), "%s%llu%c%02llu", x->whole < 0 ? "-" : "",
                 kopecks / 100, s->head.comma ? ',' : '.', kopecks % 100);
        fprintf(s->csv, "%s%c", text, end);
        break;
    }
    }
}

/* ---- XLSX --------------------------------------------------------------------- */

static void keep(struct sheet *s, lxw_error e)
{
    if (!s->bad) s->bad = e;
}

/* Cut between two characters. */
static const char *cut(struct sheet *s, const char *text)
{
    size_t n = CELL_BYTES;

    if (strlen(text) <= n) return text;
    while (((unsigned char)text[n] & 0xC0) == 0x80) n--;
    return arena_strdup(s->mem, text, n);
}

static void put_text(struct sheet *s, lxw_col_t col, const char *text, lxw_format *f)
{
    if (text && *text)
        keep(s, worksheet_write_string(s->page, s->row, col, cut(s, text), f));
}

static void xlsx_value(struct sheet *s, lxw_col_t col, const struct cell *x)
{
    switch (x->kind) {
    case CELL_EMPTY:
        break;
    case CELL_TEXT:
        put_text(s, col, x->text, NULL);
        break;
    case CELL_COUNT:
        keep(s, worksheet_write_number(s->page, s->row, col, (double)x->whole, NULL));
        break;
    case CELL_MONEY: /* the format has no other numbers; exact to 90 trillion */
        keep(s, worksheet_write_number(s->page, s->row, col, (double)x->whole / 100.0,
                                       s->money));
        break;
    }
}

/* At the foot of each printed page; "&" is a command there, and there is room for
 * 255 characters. */
static void xlsx_foot(struct ctx *c, struct sheet *s)
{
    enum { ROOM = 200 };
    struct buf b = buf_new(c->mem, 512, 2048);
    size_t n = 0;

    buf_text(&b, "&L&8");
    for (const char *p = s->head.said; *p && n < ROOM; n++) {
        const char *from = p;
        const unsigned code = text_next(&p);
        if (code == '&') {
            buf_text(&b, "&&");
            n++;
        } else {
            buf_put(&b, from, (size_t)(p - from));
        }
    }
    buf_text(&b, "&R&8&P / &N");
    keep(s, worksheet_set_footer(s->page, b.at));
}

static enum err xlsx_new(struct ctx *c, const char *path, struct sheet *s)
{
    char *dir = arena_strdup(c->mem, path, strlen(path));
    *strrchr(dir, '/') = '\0';
    lxw_workbook_options o = { .constant_memory = LXW_TRUE,
                               .tmpdir = dir,
                               .use_zip64 = LXW_FALSE };
    lxw_doc_properties p = {
        .title = arena_strdup(c->mem, s->head.title, strlen(s->head.title)),
        .author = arena_strdup(c->mem, s->head.who, strlen(s->head.who)),
        .comments = arena_strdup(c->mem, s->head.said, strlen(s->head.said)),
        .keywords = arena_printf(c->mem, "%s", s->head.code ? s->head.code : ""),
        .created = (time_t)(s->head.at / 1000),
    };

    if (!(s->book = workbook_new_opt(path, &o)))
        return FAIL(c, STORAGE, "cannot begin the file");
    if (!(s->page = workbook_add_worksheet(s->book, NULL))) {
        (void)workbook_close(s->book);
        return FAIL(c, STORAGE, "cannot begin the sheet");
    }
    keep(s, workbook_set_properties(s->book, &p));
    xlsx_foot(c, s);
    s->bold = workbook_add_format(s->book);
    format_set_bold(s->bold);
    s->dim = workbook_add_format(s->book);
    format_set_italic(s->dim);
    s->money = workbook_add_format(s->book);
    format_set_num_format(s->money, "#,##0.00");
    return ERR_OK;
}

/* ---- Either ------------------------------------------------------------------- */

enum err sheet_new(struct ctx *c, const char *path, int format,
                   const struct sheet_head *h, struct sheet **ret)
{
    struct sheet *s = NEW(c->mem, struct sheet);

    *s = (struct sheet){ .head = *h, .mem = c->mem };
    if (format == TABLE_XLSX) {
        TRY(xlsx_new(c, path, s));
    } else {
        if (!(s->csv = fopen(path, "wbx")))
            return FAIL(c, STORAGE, "cannot write the table: %s", strerror(errno));
        fputs("\xEF\xBB\xBF", s->csv);
    }
    *ret = s;
    return ERR_OK;
}

void sheet_top(struct sheet *s, const char *const *names, size_t n)
{
    if (s->csv) {
        for (size_t k = 0; k < n; k++)
            csv_cell(s->csv, names[k], formula, k + 1 < n ? ';' : '\n');
        return;
    }
    keep(s, worksheet_set_column(s->page, 0, (lxw_col_t)(n - 1), WIDE, NULL));
    worksheet_freeze_panes(s->page, 1, 0);
    for (size_t k = 0; k < n; k++) put_text(s, (lxw_col_t)k, names[k], s->bold);
    s->columns = n;
    s->row++;
}

void sheet_row(struct sheet *s, const struct cell *cells, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (s->csv)
            csv_value(s, &cells[k], k + 1 < n ? ';' : '\n');
        else
            xlsx_value(s, (lxw_col_t)k, &cells[k]);
    s->row++;
}

enum err sheet_end(struct ctx *c, struct sheet *s)
{
    if (s->csv) {
        csv_cell(s->csv, arena_printf(c->mem, "# %s", s->head.said), formula, '\n');
        if (ferror(s->csv) | fclose(s->csv))
            return FAIL(c, STORAGE, "cannot write the table: %s", strerror(errno));
        return ERR_OK;
    }
    s->mem = c->mem;
    if (s->columns && s->row > 1)
        keep(s, worksheet_autofilter(s->page, 0, 0, s->row - 1,
                                     (lxw_col_t)(s->columns - 1)));
    s->row++;
    put_text(s, 0, s->head.said, s->dim);
    keep(s, workbook_close(s->book));
    if (s->bad)
        return FAIL(c, STORAGE, "cannot write the table: %s", lxw_strerror(s->bad));
    return ERR_OK;
}
