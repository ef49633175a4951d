/* The register of files with people: what is kept of each while it is written. */
#include "exchange/exchange_taken.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/seal.h"
#include "base/text.h"
#include "base/time.h"
#include "exchange/exchange_own.h"
#include "http/route.h"
#include "job/job.h"
#include "setting/setting.h"
#include "staff/staff.h"

#define PART_WORDS 16384 /* of one row of exchange_taken_mark */
#define MEMORY     ((size_t)256 << 20)

enum { ADD, ADD_MARKS, FILES, FORGET, BEHIND, SEAL };

/* clang-format off */
const struct query exchange_taken_sql[] = {
    [ADD] = { "exchange.add_taken",
        "INSERT INTO exchange_taken (id, code, at, who_kind, who_id, place_id, what, list, format,"
        " rows, people, canaries, secret)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)" },

    [ADD_MARKS] = { "exchange.add_taken_marks",
        "INSERT INTO exchange_taken_mark (taken_id, part, marks) VALUES ($1, $2, $3)" },

    [FILES] = { "exchange.list_taken",
        "SELECT t.id, t.code, t.at, t.who_kind, t.who_id, t.place_id, t.what, t.list, t.format, t.rows,"
        " t.people, t.canaries, COALESCE((SELECT s.name FROM pub_staff_name s"
        "  WHERE s.who_kind = t.who_kind AND s.id = t.who_id), '') FROM exchange_taken t"
        " WHERE t.id < $1 AND t.id >= $2 AND t.at < $3 AND ($4 = 0 OR t.who_id = $4)"
        " ORDER BY t.id DESC LIMIT $5", .types = "iiiii" },

    [FORGET] = { "exchange.forget_marks",
        "DELETE FROM exchange_taken_mark WHERE taken_id < $1" },

    [BEHIND] = { "exchange.taken_behind",
        "SELECT id, 0, list, secret FROM exchange_taken WHERE id > $1 AND $2 >= 0 ORDER BY id LIMIT $3",
        .types = "iii" },
    [SEAL] = { "exchange.seal_taken",
        "UPDATE exchange_taken SET list = $3, secret = $4"
        " WHERE id = $1 AND $2 = 0 AND list = $5 AND secret = $6", .types = "iitttt" },
    QUERY_END
};
/* clang-format on */

#define Q exchange_taken_sql

enum err taken_reseal(struct ctx *c, struct sealing *w)
{
    static const struct sealed s = {
        .what = "exchange.taken", .rows = &Q[BEHIND], .put = &Q[SEAL], .how = "ww"
    };

    return db_reseal(c, &s, w);
}

struct part {
    size_t n;
    unsigned words[PART_WORDS];
};

struct taken {
    struct arena *mem, *row; /* of the file; emptied with every row */
    struct taken_new is;
    i64 id, rows, canaries;
    char code[10];
    unsigned char secret[crypto_shorthash_KEYBYTES];
    struct list parts;  /* struct part * */
    struct list people; /* i64 */
};

/* ---- Marks -------------------------------------------------------------------------
 */

static size_t plain(char *to, const char *s, size_t n, bool *digits_only)
{
    size_t k = 0;

    *digits_only = true;
    for (size_t i = 0; i < n; i++) {
        const unsigned char ch = (unsigned char)s[i];
        const bool digit = ch >= '0' && ch <= '9';
        const bool letter = (ch | 32) >= 'a' && (ch | 32) <= 'z';

        if (!digit && !letter && ch < 0x80) continue;
        if (!digit) *digits_only = false;
        to[k++] = (char)(letter ? ch | 32 : ch);
    }
    to[k] = '\0';
    return k;
}

const char *taken_text(struct arena *mem, const char *s, size_t n)
{
    const char *at = memchr(s, '@', n);
    char *to = arena_raw(mem, n + 1);
    bool digits_only;

    if (at && at > s && memchr(at, '.', n - (size_t)(at - s)))
        return text_fold(mem, arena_strdup(mem, s, n));
    const size_t k = plain(to, s, n, &digits_only);
    if (k < 5 || !strpbrk(to, "0123456789")) return NULL;
    if (!digits_only) return text_fold(mem, to);
    return k == 11 && (to[0] == '7' || to[0] == '8') ? to + 1 : to;
}

unsigned taken_mark(const unsigned char *secret, const char *text)
{
    unsigned char out[crypto_shorthash_BYTES];
    unsigned mark;

    crypto_shorthash(out, (const unsigned char *)text, strlen(text), secret);
    memcpy(&mark, out, sizeof(mark));
    return mark < MARK_FIRST ? mark + MARK_FIRST : mark;
}

/* ---- While it is written -----------------------------------------------------------
 */

/* Letters that are not taken for one another.  The fifth is a digit, for a text without
 * any is a word to taken_text(), and nobody would look whether it is a code. */
static void code_made(char *to)
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char lot[8];

    randombytes_buf(lot, sizeof(lot));
    for (int k = 0, at = 0; k < 8; k++) {
        if (k == 4) to[at++] = '-';
        to[at++] = letters[lot[k] % (k == 4 ? 10 : 32)];
    }
    to[9] = '\0';
}

struct taken *taken_begin(struct ctx *c, const struct taken_new *n)
{
    struct arena *mem = arena_new(MEMORY);
    struct taken *t = NEW(mem, struct taken);

    *t = (struct taken){
        .mem = mem, .row = arena_new(1 << 20), .is = *n, .id = id_new(c)
    };
    code_made(t->code);
    randombytes_buf(t->secret, sizeof(t->secret));
    return t;
}

const char *taken_code(const struct taken *t)
{
    return t->code;
}

static void put_word(struct taken *t, unsigned word)
{
    struct part **last =
        t->parts.n ? (struct part **)t->parts.at + t->parts.n - 1 : NULL;

    if (!last || (*last)->n == PART_WORDS) {
        last = list_add(t->mem, &t->parts, sizeof(*last));
        *last = arena_raw(t->mem, sizeof(**last));
        (*last)->n = 0;
    }
    (*last)->words[(*last)->n++] = word;
}

static void put_marks(struct taken *t, const char *const *texts, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const char *text =
            texts[k] ? taken_text(t->row, texts[k], strlen(texts[k])) : NULL;
        if (text) put_word(t, taken_mark(t->secret, text));
    }
    put_word(t, MARK_ENDS_ROW);
    arena_reset(t->row);
}

void taken_row(struct taken *t, i64 customer_id, const char *const *texts, size_t n)
{
    t->rows++;
    if (customer_id > 0)
        *(i64 *)list_add(t->mem, &t->people, sizeof(i64)) = customer_id;
    if (t->rows <= TAKEN_ALL || t->rows % TAKEN_ONE_IN == 0) put_marks(t, texts, n);
}

void taken_canary_row(struct taken *t, const char *const *texts, size_t n)
{
    t->canaries++;
    put_word(t, MARK_IS_CANARY);
    put_marks(t, texts, n);
}

void taken_window(struct taken *t)
{
    put_word(t, MARK_ENDS_WINDOW);
}

void taken_mix(size_t *order, size_t n)
{
    for (size_t k = 0; k < n; k++) order[k] = k;
    for (size_t k = n; k > 1; k--) {
        const size_t with = randombytes_uniform((unsigned)k), was = order[k - 1];
        order[k - 1] = order[with];
        order[with] = was;
    }
}

/* ---- Into the register -------------------------------------------------------------
 */

static int by_id(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return x < y ? -1 : x > y;
}

static i64 different(struct list *people)
{
    i64 *id = people->at, n = 0;

    if (people->n) qsort(id, people->n, sizeof(*id), by_id);
    for (size_t k = 0; k < people->n; k++) n += !k || id[k] != id[k - 1];
    return n;
}

static enum err note(struct ctx *c, const struct taken *t)
{
    struct buf detail = buf_new(c->mem, 256, 16384);

    buf_printf(&detail, "{\"code\":\"%s\",\"list\":", t->code);
    json_put_text(&detail, t->is.list, strlen(t->is.list));
    buf_printf(&detail, ",\"format\":\"%s\",\"rows\":%lld}", t->is.format, t->rows);
    return staff_audit(c, "exchange.export", t->id, detail.at);
}

static enum err put_parts(struct ctx *c, const struct taken *t)
{
    struct part *const *p = t->parts.at;

    for (size_t k = 0; k < t->parts.n; k++) {
        const struct bytes marks = { p[k]->words, p[k]->n * sizeof(unsigned) };
        TRY(db_exec(c, &Q[ADD_MARKS], NULL, t->id, (i64)k + 1, marks));
    }
    return ERR_OK;
}

static enum err put(struct ctx *c, void *arg)
{
    struct taken *t = arg;
    const char *list, *secret;
    char text[64];

    sodium_bin2base64(text, sizeof(text), t->secret, sizeof(t->secret),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    TRY(seal_close(c, t->is.list, &list));
    TRY(seal_close(c, text, &secret));
    TRY(db_exec(c, &Q[ADD], NULL, t->id, t->code, c->now, (i64)c->who.kind, c->who.id,
                c->who.place_id, t->is.what, list, t->is.format, t->rows,
                different(&t->people), t->canaries, secret));
    TRY(put_parts(c, t));
    return note(c, t);
}

enum err taken_end(struct ctx *c, struct taken *t)
{
    enum err e = staff_people_counted(c);

    if (!e) e = db_unit(c, put, t);
    taken_drop(t);
    return e;
}

void taken_drop(struct taken *t)
{
    if (!t) return;
    arena_free(t->row);
    arena_free(t->mem);
}

/* ---- Afterwards --------------------------------------------------------------------
 */

static bool next_file(struct rows *r, struct taken_file *f)
{
    i64 kind;

    if (!db_next(r, INTO(&f->id, &f->code, &f->at, &kind, &f->who_id, &f->place_id,
                         &f->what, &f->list, &f->format, &f->rows, &f->people,
                         &f->canaries, &f->who_name)))
        return false;
    f->who_kind = (int)kind;
    return true;
}

static i64 or_(i64 v, i64 otherwise)
{
    return v == NONE ? otherwise : v;
}

enum err taken_files(struct ctx *c, const struct taken_ask *a, struct list *ret,
                     const char **ret_next)
{
    const i64 limit = or_(a->limit, 50), since = or_(a->since, 0);
    struct taken_file f = { 0 };
    i64 before = INT64_MAX;

    if (a->after) TRY(page_after(c, a->after, &before, 1));
    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[FILES], before, since > 0 ? id_of(since, 0, 0) : 0,
                    or_(a->until, INT64_MAX), or_(a->who_id, 0), limit));
        while (next_file(&r, &f))
            *(struct taken_file *)list_add(c->mem, ret, sizeof(f)) = f;
        TRY(r.err);
    }
    struct taken_file *all = ret->at;
    for (size_t k = 0; k < ret->n; k++) TRY(seal_open(c, all[k].list, &all[k].list));
    *ret_next = (i64)ret->n == limit ? page_next(c->mem, &all[limit - 1].id, 1) : NULL;
    return ERR_OK;
}

static enum err forget(struct ctx *c, void *arg)
{
    (void)arg;
    const i64 days =
        setting_int(c, "exchange.keep_marks_days", (struct setting_scope){ 0 });

    return db_exec(c, &Q[FORGET], NULL, id_of(c->now - days * DAY_MS, 0, 0));
}

enum err taken_forget(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, forget, NULL);
}
