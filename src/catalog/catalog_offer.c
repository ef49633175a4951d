/* What things are called and cost, for baskets and orders.
 *
 * On SQLite a variant's item and all its prices are remembered for a few seconds.
 * The price is chosen among them for c->now each time, so one that begins or ends
 * by itself does so to the millisecond; a VAT rate changes on a full half hour.
 * Whatever this process changes in the catalogue is seen by the next question, and
 * a unit with changes of its own asks the tables; what another program wrote into
 * the same file is seen after HOLD_MS.  On PostgreSQL there are other nodes, and
 * all questions of a request travel together: there the tables are asked. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "catalog/catalog_own.h"
#include "catalog/shelf_mark.h"
#include "db/db.h"

enum { SLOTS = 8192, HOLD_MS = 5000, VAT_MS = 30 * MINUTE_MS };
enum { AT_ONCE = 50 }; /* more is an export: it would only push everybody out */

struct known {
    i64 variant_id;
    const struct db *db;
    i64 goods; /* shelf_marks.goods when it was read */
    i64 until_us, vat_slot;
    struct catalog_item item; /* its texts are in this block */
    size_t nrow;
    struct catalog_price_row row[];
};

static struct known *slots[SLOTS];
static struct {
    i64 goods, until_us;
    const struct db *db;
    struct arena *mem;
    struct list all; /* struct catalog_price_list */
} lists;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- Which price ---------------------------------------------------------------- */

struct asking {
    i64 region_id;
    int channel;
    const char *type;
};

static bool ours(const struct catalog_price_list *l, const struct asking *a)
{
    return (l->region_id == NONE || l->region_id == a->region_id) &&
           (l->channel == -1 || l->channel == a->channel) &&
           !strcmp(l->price_type, a->type);
}

static const struct catalog_price_list *list_of(i64 list_id, const struct asking *a)
{
    const struct catalog_price_list *l = lists.all.at;

    for (size_t k = 0; k < lists.all.n; k++)
        if (l[k].id == list_id) return ours(&l[k], a) ? &l[k] : NULL;
    return NULL;
}

/* Under the lock: as catalog.price_of does it. */
static struct catalog_price price_of(const struct known *k, const struct asking *a,
                                     i64 now)
{
    const struct catalog_price_list *best = NULL;
    const struct catalog_price_row *at = NULL;

    for (size_t n = 0; n < k->nrow; n++) {
        const struct catalog_price_row *r = &k->row[n];
        const struct catalog_price_list *l;

        if (r->from_at > now || (r->to_at != NONE && r->to_at <= now)) continue;
        if (!(l = list_of(r->list_id, a))) continue;
        if (best && l != best && catalog_list_order(best, l) < 0) continue;
        if (l == best && r->from_at < at->from_at) continue;
        best = l;
        at = r;
    }
    if (!at) return (struct catalog_price){ NONE, NONE, NONE };
    return (struct catalog_price){ at->price_minor, at->old_minor, at->list_id };
}

/* ---- Memory --------------------------------------------------------------------- */

static size_t slot_of(i64 variant_id)
{
    return (size_t)((u64)variant_id * 0x9E3779B97F4A7C15ull >> 51);
}
_Static_assert(SLOTS == 1 << (64 - 51), "slot_of");

static const char *copied(struct arena *mem, const char *s)
{
    return s ? arena_strdup(mem, s, strlen(s)) : NULL;
}

static bool recall(struct ctx *c, i64 variant_id, const struct asking *a, i64 goods,
                   struct catalog_offer *ret)
{
    const i64 now_us = time_mono_us();

    pthread_mutex_lock(&lock);
    const struct known *k = slots[slot_of(variant_id)];
    const bool hit = k && k->variant_id == variant_id && k->db == c->db &&
                     k->goods == goods && k->until_us > now_us &&
                     k->vat_slot == c->now / VAT_MS && lists.goods == goods &&
                     lists.db == c->db && lists.until_us > now_us;
    if (hit) {
        ret->item = k->item;
        ret->item.sku = copied(c->mem, k->item.sku);
        ret->item.name = copied(c->mem, k->item.name);
        ret->price = price_of(k, a, c->now);
    }
    pthread_mutex_unlock(&lock);
    return hit;
}

static enum err lists_learn(struct ctx *c, i64 goods)
{
    struct list all = { 0 };

    pthread_mutex_lock(&lock);
    const bool known =
        lists.goods == goods && lists.db == c->db && lists.until_us > time_mono_us();
    pthread_mutex_unlock(&lock);
    if (known) return ERR_OK;
    TRY(catalog_price_lists(c, &all));
    const struct catalog_price_list *l = all.at;
    pthread_mutex_lock(&lock);
    if (!lists.mem) lists.mem = arena_new(1 << 20);
    arena_reset(lists.mem);
    lists.all = (struct list){ 0 };
    for (size_t k = 0; k < all.n; k++) {
        struct catalog_price_list *to = list_add(lists.mem, &lists.all, sizeof(*to));
        *to = l[k];
        to->code = to->name = NULL;
        to->price_type = copied(lists.mem, l[k].price_type);
    }
    lists.goods = goods;
    lists.db = c->db;
    lists.until_us = time_mono_us() + HOLD_MS * 1000;
    pthread_mutex_unlock(&lock);
    return ERR_OK;
}

static char *put_text(char *to, const char *s, const char **ret)
{
    *ret = s ? to : NULL;
    return s ? stpcpy(to, s) + 1 : to;
}

static enum err learn(struct ctx *c, i64 variant_id, i64 goods)
{
    struct catalog_item item;
    struct list rows = { 0 };

    TRY(lists_learn(c, goods));
    TRY(catalog_items(c, &variant_id, 1, &item));
    TRY(catalog_prices_of(c, variant_id, &rows));
    const size_t texts =
        (item.sku ? strlen(item.sku) + 1 : 0) + (item.name ? strlen(item.name) + 1 : 0);
    struct known *k =
        malloc(sizeof(*k) + rows.n * sizeof(struct catalog_price_row) + texts);

    if (!k) abort();
    *k = (struct known){ .variant_id = variant_id,
                         .db = c->db,
                         .goods = goods,
                         .until_us = time_mono_us() + HOLD_MS * 1000,
                         .vat_slot = c->now / VAT_MS,
                         .item = item,
                         .nrow = rows.n };
    if (rows.n) memcpy(k->row, rows.at, rows.n * sizeof(struct catalog_price_row));
    char *to = put_text((char *)&k->row[rows.n], item.sku, &k->item.sku);
    put_text(to, item.name, &k->item.name);
    pthread_mutex_lock(&lock);
    free(slots[slot_of(variant_id)]);
    slots[slot_of(variant_id)] = k;
    pthread_mutex_unlock(&lock);
    return ERR_OK;
}

/* ---- Asking --------------------------------------------------------------------- */

enum err catalog_offers(struct ctx *c, const i64 *variant_ids, size_t n, i64 region_id,
                        int channel, struct catalog_offer *ret)
{
    const struct asking a = { region_id == NONE ? 0 : region_id, channel,
                              n ? catalog_price_type(c, region_id) : NULL };
    i64 goods;

    if (db_engine(c->db) != DB_SQLITE || n > AT_ONCE || !shelf_goods_known(c, &goods))
        return catalog_offers_asked(c, variant_ids, n, region_id, channel, ret);
    for (size_t k = 0; k < n; k++) {
        if (recall(c, variant_ids[k], &a, goods, &ret[k])) continue;
        TRY(learn(c, variant_ids[k], goods));
        if (recall(c, variant_ids[k], &a, goods, &ret[k])) continue;
        TRY(catalog_offers_asked(c, &variant_ids[k], 1, region_id, channel, &ret[k]));
    }
    return ERR_OK;
}
