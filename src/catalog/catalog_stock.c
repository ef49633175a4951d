/* "In this shop now": one bit for a variant and a place, told by the stock room.
 * 62 places share a row, so that 200 shops times 20,000 variants are 80,000 rows
 * and not four million; the bit is set by one guarded statement. */
#include <stdlib.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_shelf.h"
#include "db/db.h"

enum { BIT_GET, BIT_ADD, BITS_SET };
enum { WORD_BITS = 62 };

/* clang-format off */
const struct query catalog_stock_sql[] = {
    [BIT_GET] = { "catalog.get_place_bit", "SELECT bit FROM catalog_place_bit WHERE place_id = $1" },
    [BIT_ADD] = { "catalog.add_place_bit",
        "INSERT INTO catalog_place_bit (place_id, bit)"
        " SELECT $1, COALESCE(MAX(bit), -1) + 1 FROM catalog_place_bit WHERE true"
        " ON CONFLICT DO NOTHING", "i",
        .scan = "the highest bit ends its index; PostgreSQL may read all of a small table" },
    /* $3 bits that stay, $4 bits that are set; nothing changes, nothing is written. */
    [BITS_SET] = { "catalog.set_stock_bits",
        "INSERT INTO catalog_stock_bits (variant_id, word, bits, change_id) VALUES ($1, $2, $4, $5)"
        " ON CONFLICT (variant_id, word) DO UPDATE"
        "    SET bits = (catalog_stock_bits.bits & $3) | $4, change_id = excluded.change_id"
        "  WHERE catalog_stock_bits.bits <> ((catalog_stock_bits.bits & $3) | $4)", "iiiii" },
    QUERY_END
};
/* clang-format on */

/* Two nodes may want the next bit at once: the loser's insert does nothing, and
 * it asks for the next one again. */
static enum err place_bit(struct ctx *c, i64 place_id, i64 *ret_bit)
{
    for (int tries = 0; tries < 8; tries++) {
        const enum err e =
            db_one(c, &catalog_stock_sql[BIT_GET], INTO(ret_bit), place_id);

        if (e != ERR_NOT_FOUND) return e;
        TRY(db_exec(c, &catalog_stock_sql[BIT_ADD], NULL, place_id));
    }
    return FAIL(c, BUSY, "no bit for place %lld yet", place_id);
}

enum err catalog_stock_flag_set(struct ctx *c, i64 place_id, i64 variant_id,
                                bool in_stock)
{
    const i64 all = (1LL << WORD_BITS) - 1;
    i64 bit;

    TRY(place_bit(c, place_id, &bit));
    const i64 mask = 1LL << bit % WORD_BITS;
    TRY(db_exec(c, &catalog_stock_sql[BITS_SET], NULL, variant_id, bit / WORD_BITS,
                all & ~mask, in_stock ? mask : 0LL, catalog_change_id()));
    catalog_shelf_flagged(c);
    return ERR_OK;
}

/* ---- Many at once --------------------------------------------------------------- */

/* A hash of (variant, word of 62 places): which bits were told, and what.  The
 * places get their bits when the set is written, since that needs a unit. */
struct group {
    i64 variant_id; /* 0: a free cell */
    u64 told, set;  /* by the place's number in this set */
    unsigned word;
};

struct catalog_flags {
    struct group *cells;
    size_t size, n;
    i64 *places, *bits; /* bits: of the places, from the first slice's unit on */
    size_t nplaces;
};

struct catalog_flags *catalog_flags_new(void)
{
    struct catalog_flags *f = calloc(1, sizeof(*f));

    if (!f) abort();
    return f;
}

void catalog_flags_free(struct catalog_flags *f)
{
    if (!f) return;
    free(f->cells);
    free(f->places);
    free(f->bits);
    free(f);
}

/* Feeds come place by place: the last one is looked at first. */
static size_t place_number(struct catalog_flags *f, i64 place_id)
{
    for (size_t k = f->nplaces; k-- > 0;)
        if (f->places[k] == place_id) return k;
    f->places = realloc(f->places, (f->nplaces + 1) * sizeof(i64));
    if (!f->places) abort();
    f->places[f->nplaces] = place_id;
    return f->nplaces++;
}

static struct group *cell(struct group *cells, size_t size, i64 variant_id,
                          unsigned word)
{
    size_t at = (((u64)variant_id + word) * 0x9E3779B97F4A7C15ull >> 20) & (size - 1);

    while (cells[at].variant_id &&
           (cells[at].variant_id != variant_id || cells[at].word != word))
        at = (at + 1) & (size - 1);
    return &cells[at];
}

static void grow(struct catalog_flags *f)
{
    const size_t size = f->size ? f->size * 2 : 1024;
    struct group *cells = calloc(size, sizeof(*cells));

    if (!cells) abort();
    for (size_t k = 0; k < f->size; k++)
        if (f->cells[k].variant_id)
            *cell(cells, size, f->cells[k].variant_id, f->cells[k].word) = f->cells[k];
    free(f->cells);
    f->cells = cells;
    f->size = size;
}

void catalog_flags_add(struct catalog_flags *f, i64 place_id, i64 variant_id,
                       bool in_stock)
{
    const size_t number = place_number(f, place_id);
    const unsigned word = (unsigned)(number / WORD_BITS);
    const u64 mask = 1ull << number % WORD_BITS;

    if (4 * (f->n + 1) > 3 * f->size) grow(f);
    struct group *g = cell(f->cells, f->size, variant_id, word);
    if (!g->variant_id) {
        g->variant_id = variant_id;
        g->word = word;
        f->n++;
    }
    g->told |= mask;
    g->set = in_stock ? g->set | mask : g->set & ~mask;
}

/* One group to the table's words: the set's numbers are other than the table's
 * bits, and may fall into several of its words. */
static enum err group_write(struct ctx *c, const struct group *g, const i64 *bits,
                            i64 nwords)
{
    const i64 all = (1LL << WORD_BITS) - 1;

    for (i64 word = 0; word < nwords; word++) {
        i64 told = 0, set = 0;

        for (u64 left = g->told; left; left &= left - 1) {
            const int k = __builtin_ctzll(left);
            const i64 bit = bits[g->word * WORD_BITS + (unsigned)k];

            if (bit / WORD_BITS != word) continue;
            told |= 1LL << bit % WORD_BITS;
            if (g->set >> k & 1) set |= 1LL << bit % WORD_BITS;
        }
        if (told)
            TRY(db_exec(c, &catalog_stock_sql[BITS_SET], NULL, g->variant_id, word,
                        all & ~told, set, catalog_change_id()));
    }
    return ERR_OK;
}

/* In the unit of the first slice; when that fails it is asked again. */
static enum err places_bits(struct ctx *c, struct catalog_flags *f)
{
    free(f->bits);
    f->bits = calloc(f->nplaces + 1, sizeof(i64));
    if (!f->bits) abort();
    for (size_t p = 0; p < f->nplaces; p++)
        TRY(place_bit(c, f->places[p], &f->bits[p]));
    return ERR_OK;
}

static int by_row(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->variant_id != y->variant_id) return x->variant_id < y->variant_id ? -1 : 1;
    return (x->word > y->word) - (x->word < y->word);
}

/* As the rows lie in the table: a slice then changes a few pages whole, and not a
 * page for each row.  Nothing is added from here on. */
static void in_order(struct catalog_flags *f)
{
    size_t n = 0;

    for (size_t k = 0; k < f->size; k++)
        if (f->cells[k].variant_id) f->cells[n++] = f->cells[k];
    f->size = n;
    if (n) qsort(f->cells, n, sizeof(*f->cells), by_row);
}

enum { LOOK_UP = 32 }; /* groups between two looks at the clock */

enum err catalog_flags_write(struct ctx *c, struct catalog_flags *f, size_t *at,
                             bool *ret_done)
{
    const i64 until = time_mono_us() + db_feed_us(c->db);
    size_t k = *at, seen = 0;
    i64 nwords = 0;

    if (!k) in_order(f);
    if (!k) TRY(places_bits(c, f));
    for (size_t p = 0; p < f->nplaces; p++)
        if (f->bits[p] / WORD_BITS >= nwords) nwords = f->bits[p] / WORD_BITS + 1;
    for (; k < f->size; k++) {
        if (++seen % LOOK_UP == 0 && time_mono_us() > until) break;
        TRY(group_write(c, &f->cells[k], f->bits, nwords));
    }
    *at = k;
    *ret_done = k == f->size;
    catalog_shelf_flagged(c);
    return ERR_OK;
}

enum err catalog_stock_flags_bulk(struct ctx *c, const struct catalog_flag *rows,
                                  size_t n)
{
    struct catalog_flags *f = catalog_flags_new();
    enum err e = ERR_OK;
    bool done = n == 0;
    size_t at = 0;

    for (size_t k = 0; k < n; k++)
        catalog_flags_add(f, rows[k].place_id, rows[k].variant_id, rows[k].in_stock);
    while (!e && !done) e = catalog_flags_write(c, f, &at, &done);
    catalog_flags_free(f);
    return e;
}
