/* What members let each other see. */
#include "home/home_own.h"
#include "order/order_shopper.h"
#include "owner/owner.h"

enum { BOUGHT = 20 };

static bool lives_here(const struct home *h, i64 customer_id)
{
    const struct home_member *m = h->members.at;

    for (size_t k = 0; k < h->members.n; k++)
        if (m[k].customer_id == customer_id) return true;
    return false;
}

static enum err devices_of(struct ctx *c, const struct home_member *m, struct home *h)
{
    struct list all;

    TRY(owner_devices(c, m->customer_id, &all));
    const struct owner_device *d = all.at;
    for (size_t k = 0; k < all.n; k++) {
        if (d[k].role != ROLE_OWNER) continue;
        const bool known = d[k].user_id != NONE && lives_here(h, d[k].user_id);
        *(struct home_thing *)list_add(c->mem, &h->things, sizeof(struct home_thing)) =
            (struct home_thing){ .customer_id = m->customer_id,
                                 .product_id = d[k].product_id,
                                 .variant_id = d[k].variant_id,
                                 .bought_at = d[k].bought_at,
                                 .user_id = known ? d[k].user_id : NONE,
                                 .serial = m->me ? d[k].serial : NULL,
                                 .name = d[k].name,
                                 .slug = d[k].slug,
                                 .user = known ? d[k].user : NULL };
    }
    return ERR_OK;
}

static enum err purchases_of(struct ctx *c, const struct home_member *m, struct home *h)
{
    const struct order_bought_ask ask = { .limit = BOUGHT };
    struct list all = { 0 };
    const char *next;

    TRY(order_bought_list(c, m->customer_id, &ask, &all, &next));
    const struct order_bought *b = all.at;
    for (size_t k = 0; k < all.n; k++)
        *(struct home_bought *)list_add(c->mem, &h->bought,
                                        sizeof(struct home_bought)) =
            (struct home_bought){ .customer_id = m->customer_id,
                                  .product_id = b[k].product_id,
                                  .variant_id = b[k].variant_id,
                                  .sold_at = b[k].sold_at,
                                  .qty = b[k].qty,
                                  .name = b[k].name };
    return ERR_OK;
}

enum err home_things(struct ctx *c, i64 me, struct home *h)
{
    const struct home_member *m = h->members.at;

    (void)me;
    for (size_t k = 0; k < h->members.n; k++) {
        if (m[k].me || m[k].devices) TRY(devices_of(c, &m[k], h));
        if (!m[k].me && m[k].purchases) TRY(purchases_of(c, &m[k], h));
    }
    return ERR_OK;
}
