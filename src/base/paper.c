/* Cairo draws, FreeType knows the letters.  The faces are opened once for the process:
 * cairo keeps what it has made of them for as long as it likes. */
#include "base/paper.h"

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FONTS "/usr/share/fonts/truetype/dejavu/"

/* Points: 1/72 inch. */
enum {
    WIDE = 842,
    HIGH = 595,
    EDGE = 42,
    TITLE_PT = 20,
    HEADING_PT = 13,
    BODY_PT = 10,
    CELL_PT = 8,
    PAD = 4, /* around the text of a cell */
    LINE_LETTERS = 512
};
enum face { PLAIN, BOLD, FACES };

struct paper {
    cairo_surface_t *surface;
    cairo_t *draw;
    FILE *to;
    struct arena *row; /* what is wrapped now */
    double y;          /* where the next line begins */
    int page;
    bool torn; /* the file cannot be written */
    struct paper_column columns[PAPER_COLUMNS];
    double x[PAPER_COLUMNS + 1]; /* where each begins, and the last ends */
    size_t n;                    /* 0: no table is open */
};

/* ---- Letters -----------------------------------------------------------------------
 */

static struct {
    FT_Library library;
    cairo_font_face_t *face[FACES];
} fonts;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fonts_open(void)
{
    static const char *const files[] = { FONTS "DejaVuSans.ttf",
                                         FONTS "DejaVuSans-Bold.ttf" };

    if (FT_Init_FreeType(&fonts.library)) return;
    for (int k = 0; k < FACES; k++) {
        FT_Face f;

        if (!FT_New_Face(fonts.library, files[k], 0, &f))
            fonts.face[k] = cairo_ft_font_face_create_for_ft_face(f, 0);
    }
}

static void font(struct paper *p, enum face f, int pt)
{
    cairo_set_font_face(p->draw, fonts.face[f]);
    cairo_set_font_size(p->draw, pt);
}

/* Cairo takes no half of a pair and nothing that Unicode says is no character. */
static unsigned drawn(unsigned code)
{
    if (code == '\n') return code;
    if (code < ' ' || code == 127) return ' ';
    const bool none = (code >= 0xD800 && code < 0xE000) ||
                      (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE ||
                      code > 0x10FFFF;
    return none ? 0xFFFD : code;
}

static char *clean(struct arena *mem, const char *s)
{
    char *all = arena_alloc(mem, 3 * strlen(s) + 1), *to = all;

    for (unsigned code; (code = text_next(&s));) to += text_put(to, drawn(code));
    *to = 0;
    return all;
}

static double wide(struct paper *p, const char *s)
{
    cairo_text_extents_t e;

    cairo_text_extents(p->draw, s, &e);
    return e.x_advance;
}

static void put(struct paper *p, double x, const char *s)
{
    cairo_move_to(p->draw, x, p->y);
    cairo_show_text(p->draw, s);
}

/* ---- Lines -------------------------------------------------------------------------
 */

/* How much of s fits, in bytes: at least a letter. */
static size_t fitting(struct paper *p, const char *s, double room)
{
    char part[4 * LINE_LETTERS + 1];
    const char *ends[LINE_LETTERS + 1] = { s };
    size_t low = 0, high = 0;

    for (const char *at = s; high < LINE_LETTERS && *at; ends[++high] = at) do
            at++;
        while ((*at & 0xC0) == 0x80);
    const size_t all = high;
    while (low < high) {
        const size_t mid = (low + high + 1) / 2, n = (size_t)(ends[mid] - s);

        memcpy(part, s, n);
        part[n] = 0;
        if (wide(p, part) <= room)
            low = mid;
        else
            high = mid - 1;
    }
    return (size_t)(ends[low || !all ? low : 1] - s);
}

/* One line of s, in bytes: it ends at a space unless a word is longer than the line. */
static size_t line_of(struct paper *p, const char *s, double room)
{
    const size_t n = fitting(p, s, room);
    size_t to = n;

    if (!s[n] || s[n] == ' ') return n;
    while (to && s[to] != ' ') to--;
    return to ? to : n;
}

struct line {
    const char *text;
    struct line *next;
};

static struct line *wrap(struct paper *p, const char *text, double room)
{
    struct line *first = NULL, **last = &first;
    char *s = clean(p->row, text);

    for (char *end; s; s = end) {
        end = strchr(s, '\n');
        if (end) *end++ = 0;
        do {
            const size_t n = line_of(p, s, room);

            *last = NEW(p->row, struct line);
            (*last)->text = arena_strdup(p->row, s, n);
            last = &(*last)->next;
            s += n + (s[n] == ' ');
        } while (*s);
    }
    return first;
}

/* ---- Pages -------------------------------------------------------------------------
 */

static void page_begin(struct paper *p)
{
    p->page++;
    p->y = EDGE;
}

static void page_end(struct paper *p)
{
    char number[16];

    snprintf(number, sizeof number, "%d", p->page);
    font(p, PLAIN, CELL_PT);
    p->y = HIGH - EDGE / 2.0;
    put(p, WIDE - EDGE - wide(p, number), number);
    cairo_show_page(p->draw);
}

static void table_head(struct paper *p);

/* Is there room for a line of this height?  Else it begins the next page. */
static void room_for(struct paper *p, double high)
{
    if (p->y + high <= HIGH - EDGE) return;
    page_end(p);
    page_begin(p);
    if (p->n) table_head(p);
}

static void rule(struct paper *p, double grey)
{
    cairo_set_source_rgb(p->draw, grey, grey, grey);
    cairo_set_line_width(p->draw, 0.5);
    cairo_move_to(p->draw, EDGE, p->y);
    cairo_line_to(p->draw, WIDE - EDGE, p->y);
    cairo_stroke(p->draw);
    cairo_set_source_rgb(p->draw, 0.1, 0.1, 0.1);
}

/* One line of each cell. */
static void cell_line(struct paper *p, struct line **cells)
{
    for (size_t k = 0; k < p->n; k++) {
        if (!cells[k]) continue;
        const char *s = cells[k]->text;
        put(p, p->columns[k].right ? p->x[k + 1] - PAD - wide(p, s) : p->x[k] + PAD, s);
        cells[k] = cells[k]->next;
    }
}

static bool more(const struct paper *p, struct line *const *cells)
{
    for (size_t k = 0; k < p->n; k++)
        if (cells[k]) return true;
    return false;
}

/* A row of a table, line by line: so a long cell goes on overleaf. */
static void cells_put(struct paper *p, const char *const *texts, enum face f)
{
    const double step = CELL_PT * 1.35;
    struct line *cells[PAPER_COLUMNS] = { 0 };

    font(p, f, CELL_PT);
    for (size_t k = 0; k < p->n; k++)
        cells[k] = wrap(p, texts[k] ? texts[k] : "", p->x[k + 1] - p->x[k] - 2 * PAD);
    p->y += PAD;
    while (more(p, cells)) {
        if (f == PLAIN) room_for(p, step + PAD);
        font(p, f, CELL_PT);
        p->y += step;
        cell_line(p, cells);
    }
    p->y += PAD;
}

static void table_head(struct paper *p)
{
    const char *names[PAPER_COLUMNS] = { 0 };

    for (size_t k = 0; k < p->n; k++) names[k] = p->columns[k].name;
    cells_put(p, names, BOLD);
    rule(p, 0.3);
}

static void block(struct paper *p, const char *text, enum face f, int pt)
{
    const double step = pt * 1.35;

    font(p, f, pt);
    for (struct line *l = wrap(p, text, WIDE - 2 * EDGE); l; l = l->next) {
        room_for(p, step);
        font(p, f, pt);
        p->y += step;
        put(p, EDGE, l->text);
    }
    p->y += pt * 0.4;
    arena_reset(p->row);
}

/* ---- The document ------------------------------------------------------------------
 */

static cairo_status_t keep(void *arg, const unsigned char *at, unsigned n)
{
    struct paper *p = arg;

    p->torn |= fwrite(at, 1, n, p->to) != n;
    return p->torn ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

enum err paper_open(struct ctx *c, FILE *to, const char *title, struct paper **ret)
{
    pthread_once(&once, fonts_open);
    if (!fonts.face[PLAIN] || !fonts.face[BOLD])
        return FAIL(c, UNAVAILABLE, "no fonts in %s", FONTS);
    struct paper *p = NEW(c->mem, struct paper);
    p->to = to;
    p->row = arena_new((size_t)16 << 20);
    p->surface = cairo_pdf_surface_create_for_stream(keep, p, WIDE, HIGH);
    p->draw = cairo_create(p->surface);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE,
                                   clean(p->row, title));
    cairo_set_source_rgb(p->draw, 0.1, 0.1, 0.1);
    page_begin(p);
    *ret = p;
    return ERR_OK;
}

void paper_title(struct paper *p, const char *text)
{
    block(p, text, BOLD, TITLE_PT);
}

void paper_text(struct paper *p, const char *text)
{
    block(p, text, PLAIN, BODY_PT);
}

void paper_heading(struct paper *p, const char *text)
{
    char where[64];

    p->n = 0;
    p->y += HEADING_PT;
    room_for(p, HEADING_PT * 5); /* never alone at the foot */
    snprintf(where, sizeof where, "page=%d pos=[%d %d]", p->page, EDGE, (int)p->y);
    cairo_pdf_surface_add_outline(p->surface, CAIRO_PDF_OUTLINE_ROOT,
                                  clean(p->row, text), where, 0);
    block(p, text, BOLD, HEADING_PT);
}

void paper_table(struct paper *p, const struct paper_column *columns, size_t n)
{
    int all = 0;

    p->n = n < PAPER_COLUMNS ? n : PAPER_COLUMNS;
    for (size_t k = 0; k < p->n; k++) {
        p->columns[k] = columns[k];
        all += columns[k].weight;
    }
    p->x[0] = EDGE;
    for (size_t k = 0; k < p->n; k++)
        p->x[k + 1] = p->x[k] + (double)(WIDE - 2 * EDGE) * columns[k].weight / all;
    table_head(p);
    arena_reset(p->row);
}

void paper_row(struct paper *p, const char *const *cells)
{
    if (!p->n) return;
    cells_put(p, cells, PLAIN);
    rule(p, 0.8);
    arena_reset(p->row);
}

enum err paper_close(struct ctx *c, struct paper *p)
{
    page_end(p);
    cairo_surface_finish(p->surface);
    const cairo_status_t s = p->torn ? CAIRO_STATUS_WRITE_ERROR : cairo_status(p->draw);
    cairo_destroy(p->draw);
    cairo_surface_destroy(p->surface);
    arena_free(p->row);
    return s ? FAIL(c, STORAGE, "the document cannot be written: %s",
                    p->torn ? strerror(errno) : cairo_status_to_string(s))
             : ERR_OK;
}
