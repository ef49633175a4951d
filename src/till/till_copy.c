/* What a till takes along to sell without us.
 *
 * Goods go in pages, in order of id.  The till says which pages it has and what they
 * hash to; we make each page anew and send those that differ.  So whatever changed a
 * page (an edit, a price list of 1C, a price that began by itself at midnight, a rate
 * of VAT, something taken out) is found, and no table of versions has to be told. */
#include <sodium.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "place/place.h"
#include "stock/stock.h"
#include "till/till_own.h"

enum {
    PAGE = 500,     /* goods of a page */
    PAGES_SENT = 4, /* pages of an answer: it stays below 1 MB */
    PAGES_MADE = 20 /* pages looked at for an answer */
};
enum { LEVELS };

/* clang-format off */
const struct query till_copy_sql[] = {
    [LEVELS] = { "till.levels",
        "SELECT variant_id, unheld FROM pub_stock_level WHERE place_id = $1 AND variant_id > $2"
        " ORDER BY variant_id LIMIT $3" },
    QUERY_END
};
/* clang-format on */

/* ---- Goods ------------------------------------------------------------------- */

static void hash_text(crypto_generichash_state *s, const char *text)
{
    crypto_generichash_update(s, (const unsigned char *)text, strlen(text) + 1);
}

static const char *digest_of(struct ctx *c, const struct till_page *p)
{
    enum { BYTES = 16 };
    const struct till_good *g = p->items.at;
    char *hex = arena_raw(c->mem, 2 * BYTES + 1);
    crypto_generichash_state s;
    unsigned char hash[BYTES];

    crypto_generichash_init(&s, NULL, 0, BYTES);
    for (size_t k = 0; k < p->items.n; k++) {
        const i64 numbers[] = { g[k].variant_id, g[k].price_minor, g[k].vat_bp,
                                g[k].unit_tracked };
        const char *const *code = g[k].barcodes.at;

        crypto_generichash_update(&s, (const unsigned char *)numbers, sizeof(numbers));
        hash_text(&s, g[k].sku);
        hash_text(&s, g[k].name);
        for (size_t n = 0; n < g[k].barcodes.n; n++) hash_text(&s, code[n]);
    }
    crypto_generichash_final(&s, hash, BYTES);
    return sodium_bin2hex(hex, 2 * BYTES + 1, hash, BYTES);
}

/* What has no price here is not for sale here. */
static enum err make_page(struct ctx *c, const struct catalog_feed_ask *ask,
                          struct till_page *ret)
{
    struct list fed = { 0 };

    TRY(catalog_feed(c, ask, &fed));
    const struct catalog_fed *f = fed.at;
    *ret = (struct till_page){ .after_id = ask->after_id, .upto_id = ask->upto_id };
    for (size_t k = 0; k < fed.n; k++) {
        const struct catalog_item *i = &f[k].offer.item;

        if (f[k].offer.price.price_minor == NONE) continue;
        *(struct till_good *)list_add(c->mem, &ret->items, sizeof(struct till_good)) =
            (struct till_good){
                i->variant_id,   i->product_id, f[k].offer.price.price_minor,
                i->vat_bp,       i->sku,        i->name,
                i->unit_tracked, f[k].barcodes
            };
    }
    if ((i64)fed.n == ask->limit) ret->upto_id = f[fed.n - 1].offer.item.variant_id;
    ret->digest = digest_of(c, ret);
    return ERR_OK;
}

enum err till_goods(struct ctx *c, i64 place_id, const struct till_goods_ask *ask,
                    struct till_goods *ret)
{
    const struct till_have *have = ask->have.at;
    struct catalog_feed_ask feed = { .channel = CHANNEL_SHOP, .limit = PAGE };
    struct setting_scope scope = { 0 };
    size_t h = 0;

    TRY(place_scope(c, place_id, &scope));
    feed.region_id = scope.region_id;
    feed.after_id = ask->after_id == NONE ? 0 : ask->after_id;
    *ret = (struct till_goods){ .next_id = NONE, .at = c->now };
    for (int made = 0; feed.after_id < INT64_MAX; made++) {
        struct till_page p;

        if (made == PAGES_MADE || ret->pages.n == PAGES_SENT) {
            ret->next_id = feed.after_id;
            return ERR_OK;
        }
        while (h < ask->have.n && have[h].upto_id <= feed.after_id) h++;
        feed.upto_id = h < ask->have.n ? have[h].upto_id : INT64_MAX;
        TRY(make_page(c, &feed, &p));
        if (h < ask->have.n && p.upto_id == have[h].upto_id &&
            !strcmp(p.digest, have[h].digest))
            ret->same++;
        else
            *(struct till_page *)list_add(c->mem, &ret->pages, sizeof(p)) = p;
        feed.after_id = p.upto_id;
    }
    return ERR_OK;
}

/* ---- Stock ------------------------------------------------------------------- */

enum err till_stock(struct ctx *c, i64 place_id, i64 after_id, struct till_stock *ret)
{
    enum { ROWS_SENT = 20000 };
    i64 id = 0, unheld, n = 0;
    ROWS r;

    *ret = (struct till_stock){ .next_id = NONE, .at = c->now };
    TRY(db_rows(c, &r, &till_copy_sql[LEVELS], place_id,
                after_id == NONE ? 0 : after_id, ROWS_SENT));
    for (; db_next(&r, INTO(&id, &unheld)); n++) {
        *(i64 *)list_add(c->mem, &ret->variant_ids, sizeof(i64)) = id;
        *(i64 *)list_add(c->mem, &ret->free, sizeof(i64)) = unheld;
    }
    if (n == ROWS_SENT) ret->next_id = id;
    return r.err;
}

/* ---- Customers --------------------------------------------------------------- */

static const char *keyed(struct ctx *c, const struct till *t, const char *value)
{
    enum { KEPT = 12 }; /* bytes: enough that no two of a chain are alike */
    crypto_auth_hmacsha256_state s;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char *hex = arena_raw(c->mem, 2 * KEPT + 1);

    crypto_auth_hmacsha256_init(&s, t->people_key.at, t->people_key.n);
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)value, strlen(value));
    crypto_auth_hmacsha256_final(&s, mac);
    return sodium_bin2hex(hex, 2 * KEPT + 1, mac, KEPT);
}

/* "Анна П.": enough to greet, too little to find. */
static const char *short_name(struct ctx *c, const struct customer *p)
{
    const char *end = p->last_name;

    if (!*p->last_name) return p->first_name;
    (void)text_next(&end);
    return arena_printf(c->mem, "%s%s%.*s.", p->first_name, *p->first_name ? " " : "",
                        (int)(end - p->last_name), p->last_name);
}

static enum err add_person(struct ctx *c, const struct till *t, i64 id,
                           struct list *ret)
{
    struct customer p;
    const enum err e = customer_get(c, id, &p);

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    struct till_person *to = list_add(c->mem, ret, sizeof(*to));
    const struct customer_key *k = p.keys.at;
    *to = (struct till_person){ .id = id, .name = short_name(c, &p) };
    for (size_t n = 0; n < p.keys.n; n++)
        *(const char **)list_add(c->mem, &to->keys, sizeof(char *)) =
            keyed(c, t, k[n].value);
    return ERR_OK;
}

enum err till_people(struct ctx *c, const struct till *t, i64 before_id,
                     struct till_people *ret)
{
    struct list ids = { 0 };
    i64 before = 0;

    *ret = (struct till_people){ .next_id = NONE };
    TRY(order_customers_at(c, t->place_id, before_id == NONE ? 0 : before_id, &before,
                           &ids));
    for (size_t k = 0; k < ids.n; k++)
        TRY(add_person(c, t, ((i64 *)ids.at)[k], &ret->items));
    if (before) ret->next_id = before;
    return staff_audit_read(c, "till.people", t->id);
}
