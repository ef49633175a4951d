/* What a customer owns: goods that left in any channel, with their serial numbers
 * and the end of their warranty. */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "order/order_shopper.h"

enum { BOUGHT, SERIALS };

/* clang-format off */
const struct query order_bought_sql[] = {
    [BOUGHT] = { "order.bought",
        "SELECT l.order_id, l.line_no, l.variant_id, v.product_id, l.sku, l.name, l.place_id,"
        "       l.done_qty - l.returned_qty, l.price_minor, COALESCE(f.done_at, o.placed_at), o.number, o.channel,"
        "       p.warranty_days, i.image"
        "  FROM order_line l"
        "  JOIN order_order o ON o.customer_id = l.customer_id AND o.id = l.order_id"
        "  LEFT JOIN order_fulfilment f ON f.place_id = l.place_id AND f.order_id = l.order_id"
        "  JOIN pub_catalog_variant v ON v.id = l.variant_id"
        "  JOIN pub_catalog_product p ON p.id = v.product_id"
        "  JOIN pub_catalog_picture i ON i.variant_id = l.variant_id"
        " WHERE l.customer_id = $1 AND l.order_id <= $2 AND l.done_qty > l.returned_qty"
        " ORDER BY l.order_id DESC, l.line_no DESC" },

    [SERIALS] = { "order.bought_serials",
        "SELECT order_id, line_no, serial FROM order_serial"
        " WHERE customer_id = $1 AND order_id <= $2 ORDER BY order_id DESC, line_no DESC, serial" },
    QUERY_END
};
/* clang-format on */

#define Q order_bought_sql

enum { WORDS = 8, PAGE = 30 };

struct serial {
    i64 order_id, line_no;
    const char *serial;
};

static enum err serials_read(struct ctx *c, i64 customer_id, i64 from_id,
                             struct list *ret)
{
    struct serial s;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SERIALS], customer_id, from_id));
    while (db_next(&r, INTO(&s.order_id, &s.line_no, &s.serial)))
        *(struct serial *)list_add(c->mem, ret, sizeof(s)) = s;
    return r.err;
}

/* Both lists come newest first, so that one walk over the serials is enough. */
static void serials_take(struct ctx *c, const struct list *all, size_t *at,
                         struct order_bought *b)
{
    const struct serial *s = all->at;

    b->serials = (struct list){ 0 };
    while (*at < all->n &&
           (s[*at].order_id > b->order_id ||
            (s[*at].order_id == b->order_id && s[*at].line_no > b->line_no)))
        ++*at;
    for (;
         *at < all->n && s[*at].order_id == b->order_id && s[*at].line_no == b->line_no;
         ++*at)
        *(const char **)list_add(c->mem, &b->serials, sizeof(char *)) = s[*at].serial;
}

/* Every word of the question is somewhere in what is known of the thing. */
static bool meant(struct ctx *c, const char *q, const struct order_bought *b)
{
    const char *const *serial = b->serials.at;
    struct text_word w[WORDS];
    const char *all = arena_printf(c->mem, "%s %s %s", b->name, b->sku, b->number);

    if (!q || !*q) return true;
    for (size_t k = 0; k < b->serials.n; k++)
        all = arena_printf(c->mem, "%s %s", all, serial[k]);
    all = text_fold(c->mem, all);
    const size_t n = text_words(c->mem, text_fold(c->mem, q), w, WORDS);
    for (size_t k = 0; k < n; k++)
        if (!memmem(all, strlen(all), w[k].at, w[k].n)) return false;
    return n > 0;
}

static void warranty(struct order_bought *b)
{
    b->warranty_until_at =
        b->warranty_days ? b->sold_at + b->warranty_days * DAY_MS : NONE;
}

static enum err walk(struct ctx *c, i64 customer_id, const i64 *from, const char *q,
                     i64 limit, struct list *ret)
{
    struct order_bought b = { 0 };
    struct list serials = { 0 };
    size_t at = 0;
    i64 channel;
    ROWS r = { 0 };

    TRY(serials_read(c, customer_id, from[0], &serials));
    TRY(db_rows(c, &r, &Q[BOUGHT], customer_id, from[0]));
    while (
        (i64)ret->n < limit &&
        db_next(&r, INTO(&b.order_id, &b.line_no, &b.variant_id, &b.product_id, &b.sku,
                         &b.name, &b.place_id, &b.qty, &b.price_minor, &b.sold_at,
                         &b.number, &channel, &b.warranty_days, &b.image))) {
        b.channel = (int)channel;
        serials_take(c, &serials, &at, &b);
        warranty(&b);
        if (b.order_id == from[0] && b.line_no >= from[1]) continue;
        if (meant(c, q, &b))
            *(struct order_bought *)list_add(c->mem, ret, sizeof(b)) = b;
    }
    return r.err;
}

enum err order_bought_list(struct ctx *c, i64 customer_id,
                           const struct order_bought_ask *ask, struct list *ret,
                           const char **ret_next)
{
    const i64 limit = ask->limit == NONE ? PAGE : ask->limit;
    i64 from[2] = { INT64_MAX, INT64_MAX };

    *ret_next = NULL;
    if (ask->after) TRY(page_after(c, ask->after, from, 2));
    TRY(walk(c, customer_id, from, ask->q, limit, ret));
    if ((i64)ret->n < limit) return ERR_OK;
    const struct order_bought *last = (struct order_bought *)ret->at + limit - 1;
    *ret_next = page_next(c->mem, (i64[]){ last->order_id, last->line_no }, 2);
    return ERR_OK;
}
