/* Everything about a person as one file: JSON for machines, HTML and PDF for himself.
 * Rows go to the file as they come, so a customer with many orders costs no memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/contact.h"
#include "base/json.h"
#include "base/paper.h"
#include "base/seal.h"
#include "base/time.h"
#include "privacy/privacy_own.h"
#include "setting/setting.h"

const char *const privacy_format_words[] = { "html", "json", "pdf", NULL };

#define COLUMNS_MAX 16

struct file {
    struct privacy_sheet sheet; /* first: a sheet is this file */
    FILE *to;
    struct paper *paper;                        /* of a PDF */
    struct paper_column columns[PAPER_COLUMNS]; /* of its section's table */
    size_t n_columns;
    int format, offset_min;
    bool en;
    struct arena *row;
    const struct privacy_request *q;
    const struct privacy_tell *section; /* the one that is written */
    i64 rows;                           /* of it so far */
};

/* ---- One value --------------------------------------------------------------------
 */

static bool is_text(enum privacy_kind kind)
{
    return kind == PRIVACY_TEXT || kind == PRIVACY_CONTACT || kind == PRIVACY_SEALED;
}

static const char *money(struct arena *mem, i64 minor)
{
    return arena_printf(mem, "%s%lld.%02lld", minor < 0 ? "-" : "", llabs(minor) / 100,
                        llabs(minor) % 100);
}

static const char *local(const struct file *f, i64 at)
{
    const i64 day = time_day(at, f->offset_min);
    const int min = time_minute(at, f->offset_min);

    return arena_printf(f->row, "%s %02d:%02d", time_iso_day(f->row, day), min / 60,
                        min % 60);
}

/* The word for i; a number that has none yet stands as it is. */
static const char *word(const struct file *f, const char *const *words, i64 i)
{
    i64 n = 0;

    while (n < i && words[n]) n++;
    return i >= 0 && words[n] ? words[n] : arena_printf(f->row, "%lld", i);
}

/* As a person reads it; "" when there is none. */
static const char *shown(const struct file *f, const struct privacy_column *col,
                         union privacy_cell v)
{
    if (is_text(col->kind)) return v.s ? v.s : "";
    if (v.i == NONE) return "";
    switch (col->kind) {
    case PRIVACY_TIME:
        return local(f, v.i);
    case PRIVACY_DAY:
        return time_iso_day(f->row, v.i);
    case PRIVACY_MONEY:
        return money(f->row, v.i);
    case PRIVACY_FLAG:
        return v.i ? (f->en ? "yes" : "да") : (f->en ? "no" : "нет");
    case PRIVACY_WORD:
        return word(f, col->words, v.i);
    default:
        return arena_printf(f->row, "%lld", v.i);
    }
}

/* As a program reads it. */
static void put_json(const struct file *f, struct buf *b,
                     const struct privacy_column *col, union privacy_cell v)
{
    if (is_text(col->kind) ? !v.s : v.i == NONE) {
        buf_text(b, "null");
        return;
    }
    switch (col->kind) {
    case PRIVACY_INT:
        buf_int(b, v.i);
        return;
    case PRIVACY_FLAG:
        buf_text(b, v.i ? "true" : "false");
        return;
    case PRIVACY_TIME:
        buf_printf(b, "\"%s\"", time_iso(f->row, v.i));
        return;
    default: {
        const char *s = shown(f, col, v);
        json_put_text(b, s, strlen(s));
    }
    }
}

static void put_html(FILE *to, const char *s)
{
    for (; *s; s++) switch (*s) {
        case '&':
            fputs("&amp;", to);
            break;
        case '<':
            fputs("&lt;", to);
            break;
        case '>':
            fputs("&gt;", to);
            break;
        case '"':
            fputs("&quot;", to);
            break;
        default:
            fputc(*s, to);
        }
}

/* ---- Rows and sections -------------------------------------------------------------
 */

static void row_json(struct file *f, const struct privacy_tell *t,
                     const union privacy_cell *cells, i64 n)
{
    struct buf b = buf_new(f->row, 512, (size_t)1 << 20);

    for (int k = 0; t->columns[k].name; k++) {
        buf_printf(&b, "%s\"%s\":", k ? "," : "", t->columns[k].name);
        put_json(f, &b, &t->columns[k], cells[k]);
    }
    fprintf(f->to, "%s{%s}", n ? ",\n" : "", b.at);
}

static void row_html(struct file *f, const struct privacy_tell *t,
                     const union privacy_cell *cells)
{
    fputs("<tr>", f->to);
    for (int k = 0; t->columns[k].name; k++) {
        if (t->columns[k].kind == PRIVACY_ID) continue;
        fputs(t->columns[k].kind == PRIVACY_MONEY || t->columns[k].kind == PRIVACY_INT
                  ? "<td class=n>"
                  : "<td>",
              f->to);
        put_html(f->to, shown(f, &t->columns[k], cells[k]));
        fputs("</td>", f->to);
    }
    fputs("</tr>\n", f->to);
}

static void row_pdf(struct file *f, const struct privacy_tell *t,
                    const union privacy_cell *cells)
{
    const char *texts[COLUMNS_MAX];
    size_t n = 0;

    for (int k = 0; t->columns[k].name; k++)
        if (t->columns[k].kind != PRIVACY_ID)
            texts[n++] = shown(f, &t->columns[k], cells[k]);
    if (!f->rows) paper_table(f->paper, f->columns, n);
    paper_row(f->paper, texts);
}

/* How much of the width a column wants. */
static int weight(enum privacy_kind kind)
{
    static const int of[] = {
        [PRIVACY_INT] = 3,   [PRIVACY_TEXT] = 10, [PRIVACY_TIME] = 6, [PRIVACY_DAY] = 5,
        [PRIVACY_MONEY] = 5, [PRIVACY_FLAG] = 3,  [PRIVACY_WORD] = 5
    };
    return is_text(kind) ? 10 : of[kind];
}

/* Its table begins with its first row. */
static void section_pdf(struct ctx *c, struct file *f, const struct privacy_tell *t)
{
    paper_heading(f->paper, privacy_word(c, t->section));
    f->n_columns = 0;
    for (const struct privacy_column *k = t->columns; k->name; k++)
        if (k->kind != PRIVACY_ID)
            f->columns[f->n_columns++] =
                (struct paper_column){ .name = privacy_word(c, k->name),
                                       .weight = weight(k->kind),
                                       .right = k->kind == PRIVACY_MONEY ||
                                                k->kind == PRIVACY_INT };
}

static void begin_section(struct ctx *c, struct file *f, const struct privacy_tell *t)
{
    if (f->format == PRIVACY_JSON) {
        fprintf(f->to, ",\n\"%s\":[", t->section);
        return;
    }
    if (f->paper) {
        section_pdf(c, f, t);
        return;
    }
    fputs("<section><h2>", f->to);
    put_html(f->to, privacy_word(c, t->section));
    fputs("</h2><div class=t><table><thead><tr>", f->to);
    for (int k = 0; t->columns[k].name; k++) {
        if (t->columns[k].kind == PRIVACY_ID) continue;
        fputs("<th scope=col>", f->to);
        put_html(f->to, privacy_word(c, t->columns[k].name));
        fputs("</th>", f->to);
    }
    fputs("</tr></thead><tbody>\n", f->to);
}

static void end_section(struct file *f, i64 n)
{
    const char *nothing = f->en ? "Nothing is kept here." : "Здесь ничего нет.";

    if (f->format == PRIVACY_JSON) {
        fputc(']', f->to);
    } else if (f->paper) {
        if (!n) paper_text(f->paper, nothing);
    } else {
        fputs("</tbody></table></div>", f->to);
        if (!n) fprintf(f->to, "<p>%s</p>", nothing);
        fputs("</section>\n", f->to);
    }
}

static void put_row(struct privacy_sheet *sheet, const union privacy_cell *cells)
{
    struct file *f = (struct file *)sheet;

    if (f->format == PRIVACY_JSON)
        row_json(f, f->section, cells, f->rows);
    else if (f->paper)
        row_pdf(f, f->section, cells);
    else
        row_html(f, f->section, cells);
    f->rows++;
    arena_reset(f->row);
}

/* What stands sealed, in the row's own memory. */
static enum err open_cells(struct ctx *c, struct file *f, const struct privacy_tell *t,
                           union privacy_cell *cells)
{
    struct arena *keep = c->mem;
    enum err e = ERR_OK;

    c->mem = f->row;
    for (size_t k = 0; t->columns[k].name && !e; k++) {
        if (!is_text(t->columns[k].kind) || !cells[k].s) continue;
        if (t->columns[k].kind == PRIVACY_CONTACT)
            cells[k].s = contact_open(c->mem, cells[k].s);
        if (t->columns[k].kind == PRIVACY_SEALED)
            e = seal_open(c, cells[k].s, &cells[k].s);
    }
    c->mem = keep;
    return e;
}

static enum err put_rows(struct ctx *c, struct file *f, const struct privacy_tell *t)
{
    union privacy_cell cells[COLUMNS_MAX] = { 0 };
    struct out out[COLUMNS_MAX];
    const struct val who = val_i(f->q->customer_id);
    size_t n = 0;
    ROWS r;

    for (; t->columns[n].name; n++)
        out[n] = (struct out){ is_text(t->columns[n].kind) ? OUT_TEXT : OUT_INT,
                               is_text(t->columns[n].kind) ? (void *)&cells[n].s
                                                           : (void *)&cells[n].i };
    TRY(db_rows_(c, &r, t->rows, &who, 1));
    r.borrow = true;
    while (db_next_(&r, out, n)) {
        TRY(open_cells(c, f, t, cells));
        put_row(&f->sheet, cells);
    }
    return r.err;
}

static enum err section(struct ctx *c, struct file *f, const struct privacy_tell *t)
{
    f->section = t;
    f->rows = 0;
    begin_section(c, f, t);
    TRY(t->rows ? put_rows(c, f, t) : t->read(c, f->q->customer_id, &f->sheet));
    end_section(f, f->rows);
    return ERR_OK;
}

static enum err sections(struct ctx *c, struct file *f, bool outside)
{
    for (const struct module *const *m = modules; *m; m++) {
        const struct privacy_part *p = (*m)->privacy;
        for (const struct privacy_tell *t = p ? p->tells : NULL; t && t->section; t++)
            if (outside == !t->rows) TRY(section(c, f, t));
    }
    return ERR_OK;
}

/* ---- The whole ---------------------------------------------------------------------
 */

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:"
    "0 1rem;color:#1a1a1a;background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;"
    "margin-top:2rem}.t{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td"
    "{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid "
    "#ccc}.n{text-align:right;font-variant-numeric:tabular-nums}@media "
    "print{.t{overflow"
    ":visible}h2{break-after:avoid}}";

static enum err begin_pdf(struct ctx *c, struct file *f, const char *title,
                          const char *seller, const char *of)
{
    TRY(paper_open(c, f->to, title, &f->paper));
    paper_title(f->paper, title);
    paper_text(f->paper, seller);
    paper_text(f->paper, of);
    return ERR_OK;
}

static enum err begin_file(struct ctx *c, struct file *f)
{
    const char *title = f->en ? "What we keep about you" : "Что мы о вас храним";
    const char *seller = setting_text(c, "order.seller", (struct setting_scope){ 0 });
    const char *of =
        arena_printf(c->mem, "%s %s. %s %lld.", f->en ? "As of" : "По состоянию на",
                     local(f, c->now), f->en ? "Customer number" : "Номер покупателя",
                     f->q->customer_id);

    if (f->format == PRIVACY_PDF) return begin_pdf(c, f, title, seller, of);
    if (f->format == PRIVACY_JSON) {
        fprintf(f->to,
                "{\"customer_id\":\"%lld\",\"request_id\":\"%lld\",\"at\":\"%s\"",
                f->q->customer_id, f->q->id, time_iso(c->mem, c->now));
        return ERR_OK;
    }
    fprintf(f->to,
            "<!doctype html><html lang=%s><meta charset=utf-8><meta name=viewport "
            "content=\"width=device-width\"><title>%s</title><style>%s</style><main>"
            "<h1>%s</h1><p>",
            f->en ? "en" : "ru", title, style, title);
    put_html(f->to, seller);
    fprintf(f->to, "</p><p>%s</p>\n", of);
    return ERR_OK;
}

static enum err end_file(struct ctx *c, struct file *f, enum err e)
{
    if (f->paper) {
        const enum err end = paper_close(c, f->paper);

        return e ? e : end;
    }
    fputs(f->format == PRIVACY_JSON ? "}\n" : "</main></html>\n", f->to);
    return e;
}

/* The core's rows agree with one another; what stands outside comes after them. */
static enum err core(struct ctx *c, void *arg)
{
    return sections(c, arg, false);
}

static enum err write_all(struct ctx *c, struct file *f)
{
    f->row = arena_new((size_t)4 << 20);
    enum err e = begin_file(c, f);
    if (!e) e = db_snapshot(c, core, f);
    if (!e) e = sections(c, f, true);
    e = end_file(c, f, e);
    arena_free(f->row);
    const bool bad = ferror(f->to) != 0;
    return fclose(f->to) || bad
               ? FAIL(c, STORAGE, "the file cannot be written: %s", strerror(errno))
               : e;
}

enum err privacy_file(struct ctx *c, const struct privacy_request *q, int format,
                      const char **ret_path)
{
    const char *dir = getenv("TMPDIR");
    char *path = arena_printf(c->mem, "%s/prilavok-privacy-XXXXXX", dir ? dir : "/tmp");
    const int fd = mkstemp(path);
    struct file f = { .sheet.put = put_row, .format = format, .q = q };

    if (fd < 0) return FAIL(c, STORAGE, "cannot make %s: %s", path, strerror(errno));
    f.to = fdopen(fd, "w");
    if (!f.to) abort();
    f.en = c->lang && !strcmp(c->lang, "en");
    f.offset_min =
        (int)setting_int(c, "privacy.utc_offset_min", (struct setting_scope){ 0 });
    const enum err e = write_all(c, &f);
    if (e) unlink(path);
    *ret_path = path;
    return e;
}
