/* Whose file are these rows from?
 *
 * What is pasted becomes texts (phones, addresses, numbers), each with the line it
 * stands in.  For each file of the register they become marks under its secret, and its
 * stream of marks is read once: which lines are in it, and where they stand there. */
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_taken.h"

enum { TEXTS = 8000, SLOTS = 1 << 15, FILES_AT_MOST = 20000, SHOWN = 10 };

enum { ALL, MARKS };

/* clang-format off */
const struct query exchange_whose_sql[] = {
    [ALL] = { "exchange.whose_files",
        "SELECT t.id, t.code, t.at, t.who_kind, t.who_id, t.place_id, t.what, t.list, t.format, t.rows,"
        " t.people, t.canaries, COALESCE((SELECT s.name FROM pub_staff_name s"
        "  WHERE s.who_kind = t.who_kind AND s.id = t.who_id), ''), t.secret FROM exchange_taken t"
        " ORDER BY t.id DESC LIMIT $1",
        .scan = "every file is asked, for that is the question" },

    [MARKS] = { "exchange.whose_marks",
        "SELECT marks FROM exchange_taken_mark WHERE taken_id = $1 ORDER BY part" },
    QUERY_END
};
/* clang-format on */

#define Q exchange_whose_sql

const char *const whose_by_words[] = { "canary", "order", "only", "among", NULL };

/* ---- What was pasted ---------------------------------------------------------------
 */

struct text {
    const char *at;
    int line;
};

struct pasted {
    struct text text[TEXTS];
    size_t n;
    int lines; /* that tell of somebody */
};

static void put(struct ctx *c, struct pasted *p, const char *s, size_t n)
{
    const char *text = taken_text(c->mem, s, n);

    if (!text || p->n == TEXTS) return;
    p->text[p->n++] = (struct text){ text, p->lines };
}

static bool is_number(char ch)
{
    return (ch >= '0' && ch <= '9') || (ch && strchr(" ()-.+", ch));
}

/* "1. 8 (916) 123-45-67" is a number in a list and a phone: of a long run of digits the
 * last ten, or the first eleven, may be one. */
static void put_run(struct ctx *c, struct pasted *p, const char *s, size_t n)
{
    char digits[64];
    size_t k = 0;

    for (size_t i = 0; i < n && k < sizeof(digits); i++)
        if (s[i] >= '0' && s[i] <= '9') digits[k++] = s[i];
    if (k >= 10) put(c, p, digits, k);
    if (k <= 11) return;
    put(c, p, digits + k - 10, 10);
    put(c, p, digits, 11);
}

/* A phone within a sentence: digits with what stands between them. */
static void put_numbers(struct ctx *c, struct pasted *p, const char *s, size_t n)
{
    for (size_t k = 0, run; k < n; k += run + 1) {
        for (run = 0; k + run < n && is_number(s[k + run]);) run++;
        put_run(c, p, s + k, run);
    }
}

static void put_cell(struct ctx *c, struct pasted *p, const char *s, size_t n)
{
    const char *space = memchr(s, ' ', n);

    if (!n) return;
    if (!space || !memchr(s, '@', n)) put(c, p, s, n);
    put_numbers(c, p, s, n);
    if (!space) return;
    for (size_t k = 0, word; k < n; k += word + 1) {
        for (word = 0; k + word < n && s[k + word] != ' ';) word++;
        put(c, p, s + k, word);
    }
}

static void put_line(struct ctx *c, struct pasted *p, const char *s, size_t n)
{
    const size_t before = p->n;

    for (size_t k = 0, cell; k < n; k += cell + 1) {
        for (cell = 0; k + cell < n && !strchr("\t;,|\"'=<>", s[k + cell]);) cell++;
        put_cell(c, p, s + k, cell);
    }
    p->lines += p->n > before;
}

static struct pasted *read_pasted(struct ctx *c, const char *s)
{
    struct pasted *p = NEW(c->mem, struct pasted);

    while (*s && p->lines < WHOSE_ROWS) {
        const size_t n = strcspn(s, "\r\n");
        put_line(c, p, s, n);
        s += n;
        s += strspn(s, "\r\n");
    }
    return p;
}

/* ---- One file ----------------------------------------------------------------------
 */

struct slot {
    unsigned mark; /* 0: empty */
    int line;
};

struct stand { /* where a line of the text stands in the file */
    i64 at, window;
    int texts; /* of the line that say so */
    bool twice, canary;
};

struct look {
    const struct pasted *p;
    struct slot *slots; /* SLOTS */
    struct stand *is;   /* p->lines */
    bool *known;        /* p->lines: in any file */
    struct arena *mem;  /* of the file at hand */
    i64 at, window;
    bool canary;
    int texts, line; /* of the row at hand: how many are known, of which line */
};

static struct slot *slot_of(struct look *l, unsigned mark)
{
    size_t k = mark * 2654435761u % SLOTS;

    while (l->slots[k].mark && l->slots[k].mark != mark) k = (k + 1) % SLOTS;
    return &l->slots[k];
}

static void begin(struct look *l, const unsigned char *secret)
{
    memset(l->slots, 0, SLOTS * sizeof(*l->slots));
    memset(l->is, 0, (size_t)l->p->lines * sizeof(*l->is));
    for (size_t k = 0; k < l->p->n; k++) {
        const unsigned mark = taken_mark(secret, l->p->text[k].at);
        struct slot *s = slot_of(l, mark);
        if (!s->mark) *s = (struct slot){ mark, l->p->text[k].line };
    }
    l->at = l->window = 0;
    l->texts = 0;
    l->canary = false;
}

static void end_row(struct look *l)
{
    if (l->texts) {
        struct stand *s = &l->is[l->line];

        if (l->texts > s->texts)
            *s = (struct stand){ l->at, l->window, l->texts, false, l->canary };
        else if (l->texts == s->texts)
            s->twice = true;
    }
    l->at++;
    l->texts = 0;
    l->canary = false;
}

static void word(struct look *l, unsigned w)
{
    if (w == MARK_ENDS_ROW) {
        end_row(l);
    } else if (w == MARK_ENDS_WINDOW) {
        l->window++;
    } else if (w == MARK_IS_CANARY) {
        l->canary = true;
    } else {
        const struct slot *s = slot_of(l, w);
        if (s->mark && !l->texts) l->line = s->line;
        l->texts += s->mark && l->line == s->line;
    }
}

static enum err read_marks(struct ctx *c, struct look *l, i64 id)
{
    struct bytes b;
    ROWS r;

    TRY(db_rows(c, &r, &Q[MARKS], id));
    r.borrow = true;
    while (db_next(&r, INTO(&b)))
        for (size_t k = 0; k + sizeof(unsigned) <= b.n; k += sizeof(unsigned)) {
            unsigned w;
            memcpy(&w, (const char *)b.at + k, sizeof(w));
            word(l, w);
        }
    return r.err;
}

/* ---- What it says ------------------------------------------------------------------
 */

/* By luck n rows stand in the order of a file once in n! files. */
static double run_odds(i64 run)
{
    return lgamma((double)run + 1) / M_LN10;
}

/* At least `agree` of n neighbours by luck, when each is a coin. */
static double coin_odds(i64 n, i64 agree)
{
    double sum = 0;

    for (i64 k = agree; k <= n; k++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)k + 1) -
                   lgamma((double)(n - k) + 1) - (double)n * M_LN2);
    return sum > 0 ? -log10(sum) : 300;
}

static double order_odds(const struct look *l, struct whose_file *f)
{
    const struct stand *before = NULL;
    double odds = 0;
    i64 run = 1;

    for (int k = 0; k < l->p->lines; k++) {
        const struct stand *s = &l->is[k];
        if (!s->texts || s->twice) continue;
        const bool same = before && before->window == s->window;
        f->pairs += same;
        f->agree += same && s->at > before->at;
        if (!same) odds += run_odds(run);
        run = same ? run + 1 : 1;
        before = s;
    }
    odds += run_odds(run);
    return f->agree == f->pairs ? odds : coin_odds(f->pairs, f->agree);
}

static void judge(struct look *l, struct whose_file *f, double others)
{
    for (int k = 0; k < l->p->lines; k++) {
        f->found += l->is[k].texts > 0;
        f->canaries += l->is[k].texts && l->is[k].canary;
        l->known[k] |= l->is[k].texts > 0;
    }
    const double odds = order_odds(l, f) - others;
    f->odds = odds > 0 ? (i64)odds : 0;
    f->by = f->canaries             ? WHOSE_CANARY
            : f->odds >= WHOSE_ODDS ? WHOSE_ORDER
                                    : WHOSE_AMONG;
}

static bool is_named(struct ctx *c, const struct pasted *p, const char *code)
{
    const char *text = taken_text(c->mem, code, strlen(code));

    for (size_t k = 0; text && k < p->n; k++)
        if (!strcmp(p->text[k].at, text)) return true;
    return false;
}

/* ---- All of them -------------------------------------------------------------------
 */

struct secret_file {
    struct taken_file f;
    const char *secret;
};

static enum err all_files(struct ctx *c, struct list *ret)
{
    struct secret_file x = { 0 };
    i64 kind;
    ROWS r;

    TRY(db_rows(c, &r, &Q[ALL], (i64)FILES_AT_MOST));
    while (db_next(&r, INTO(&x.f.id, &x.f.code, &x.f.at, &kind, &x.f.who_id,
                            &x.f.place_id, &x.f.what, &x.f.list, &x.f.format, &x.f.rows,
                            &x.f.people, &x.f.canaries, &x.f.who_name, &x.secret))) {
        x.f.who_kind = (int)kind;
        *(struct secret_file *)list_add(c->mem, ret, sizeof(x)) = x;
    }
    return r.err;
}

static enum err look_at(struct ctx *c, struct look *l, const struct secret_file *x,
                        double others, struct whose *ret)
{
    unsigned char secret[crypto_shorthash_KEYBYTES];
    struct whose_file f = { .file = x->f, .named = is_named(c, l->p, x->f.code) };
    const char *text;
    size_t n;

    TRY(seal_open(c, x->secret, &text));
    if (sodium_base642bin(secret, sizeof(secret), text, strlen(text), NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) ||
        n != sizeof(secret))
        return FAIL(c, STORAGE, "the secret of file %s is cut short", x->f.code);
    begin(l, secret);
    struct ctx own = *c; /* a file's marks may be many: gone when they are read */
    own.mem = l->mem;
    const enum err e = read_marks(&own, l, x->f.id);
    arena_reset(l->mem);
    if (e) c->fault = (struct fault){ 0 };
    if (e) return FAIL(c, STORAGE, "the marks of file %s cannot be read", x->f.code);
    judge(l, &f, others);
    if (f.found || f.named)
        *(struct whose_file *)list_add(c->mem, &ret->files, sizeof(f)) = f;
    return ERR_OK;
}

/* A canary, then an order, then how much of the text is in it, then how little else. */
static int likeliest(const void *a, const void *b)
{
    const struct whose_file *x = a, *y = b;
    const bool sure_x = x->by <= WHOSE_ORDER, sure_y = y->by <= WHOSE_ORDER;

    if (sure_x != sure_y) return sure_x ? -1 : 1;
    if (x->found != y->found) return x->found > y->found ? -1 : 1;
    if (x->by != y->by) return x->by < y->by ? -1 : 1;
    if (x->odds != y->odds) return x->odds > y->odds ? -1 : 1;
    if (x->file.rows != y->file.rows) return x->file.rows < y->file.rows ? -1 : 1;
    return x->file.id > y->file.id ? -1 : 1;
}

/* Marks are 32 bits: over many files one may be met by luck, but hardly in the file
 * that has the rest of the text as well. */
static void doubt_canaries(struct whose *w)
{
    struct whose_file *f = w->files.at;

    for (size_t k = 0; k < w->files.n; k++)
        if (f[k].by == WHOSE_CANARY && f[k].found * 2 < w->known)
            f[k].by = f[k].odds >= WHOSE_ODDS ? WHOSE_ORDER : WHOSE_AMONG;
}

/* Files of long ago may have been given the same number. */
static bool is_sure(const struct whose_file *f, size_t n)
{
    const bool two = n > 1 && f[1].by == WHOSE_CANARY && f[1].found == f->found;

    return f->by == WHOSE_ORDER || (f->by == WHOSE_CANARY && !two);
}

static enum err conclude(struct ctx *c, const struct look *l, struct whose *ret)
{
    struct whose_file *f = ret->files.at;

    ret->rows = l->p->lines;
    for (int k = 0; k < l->p->lines; k++) ret->known += l->known[k];
    if (!ret->files.n) return ERR_OK;
    doubt_canaries(ret);
    qsort(f, ret->files.n, sizeof(*f), likeliest);
    ret->sure = is_sure(f, ret->files.n);
    if (f->by == WHOSE_AMONG && f->found &&
        (ret->files.n == 1 || f[1].found * 2 < f->found))
        f->by = WHOSE_ONLY;
    if (ret->files.n > SHOWN) ret->files.n = SHOWN;
    for (size_t k = 0; k < ret->files.n; k++)
        TRY(seal_open(c, f[k].file.list, &f[k].file.list));
    return ERR_OK;
}

static enum err look_at_all(struct ctx *c, struct look *l, struct whose *ret)
{
    struct list files = { 0 };

    TRY(all_files(c, &files));
    const struct secret_file *x = files.at;
    for (size_t k = 0; k < files.n; k++)
        TRY(look_at(c, l, &x[k], log10((double)files.n), ret));
    return conclude(c, l, ret);
}

enum err taken_whose(struct ctx *c, const char *text, struct whose *ret)
{
    const struct pasted *p = read_pasted(c, text);
    struct look l = { .p = p,
                      .slots = NEW_N(c->mem, struct slot, SLOTS),
                      .is = NEW_N(c->mem, struct stand, p->lines + 1),
                      .known = NEW_N(c->mem, bool, p->lines + 1),
                      .mem = arena_new((size_t)128 << 20) };

    *ret = (struct whose){ 0 };
    const enum err e = look_at_all(c, &l, ret);
    arena_free(l.mem);
    return e;
}
