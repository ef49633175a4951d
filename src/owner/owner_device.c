/* A person's devices. */
#include <string.h>

#include "owner/owner_own.h"
#include "stock/stock.h"

enum { DEVICES };

/* clang-format off */
const struct query owner_device_sql[] = {
    /* His order is told to the buyer alone; a code as long as it would be taken. */
    [DEVICES] = { "owner.devices",
        "SELECT r.serial, r.role, r.since_at, u.variant_id, u.bought_at, v.product_id, v.sku, v.name, g.slug,"
        "       f.what, o.id, o.number, us.customer_id, p.name, k.code, k.until_at,"
        "       g.warranty_days, i.image"
        "  FROM owner_role r"
        "  JOIN owner_unit u ON u.serial = r.serial"
        "  JOIN pub_catalog_variant v ON v.id = u.variant_id"
        "  JOIN pub_catalog_product g ON g.id = v.product_id"
        "  JOIN pub_catalog_picture i ON i.variant_id = u.variant_id"
        "  JOIN owner_fact f ON f.serial = r.serial AND f.id = r.fact_id"
        "  LEFT JOIN owner_role b ON b.serial = r.serial AND b.role = 0 AND b.customer_id = r.customer_id"
        "  LEFT JOIN owner_fact bf ON bf.serial = b.serial AND bf.id = b.fact_id"
        "  LEFT JOIN pub_order_order o ON o.id = bf.doc_id"
        "  LEFT JOIN owner_role us ON us.serial = r.serial AND us.role = 2"
        "  LEFT JOIN pub_customer_person p ON p.id = us.customer_id"
        "  LEFT JOIN owner_code k ON k.serial = r.serial AND k.used_at IS NULL AND k.until_at > $2"
        "   AND NOT EXISTS (SELECT 1 FROM owner_fact n WHERE n.serial = k.serial AND n.what <> 6"
        "                      AND n.said_at > k.made_at)"
        " WHERE r.customer_id = $1 ORDER BY r.since_at DESC, r.serial, r.role" },
    QUERY_END
};
/* clang-format on */

static int rank(int role)
{
    return role == ROLE_OWNER ? 2 : role == ROLE_USER ? 1 : 0;
}

/* He may be several things to one piece: only what he is most is kept. */
static void keep(struct ctx *c, struct list *to, const struct owner_device *d)
{
    struct owner_device *have = to->at;

    for (size_t k = 0; k < to->n; k++) {
        if (strcmp(have[k].serial, d->serial) != 0) continue;
        if (rank(d->role) > rank(have[k].role)) have[k] = *d;
        return;
    }
    *(struct owner_device *)list_add(c->mem, to, sizeof(*d)) = *d;
}

/* What is not his to know. */
static void veil(struct owner_device *d, i64 customer_id)
{
    if (d->role != ROLE_OWNER || d->user_id == customer_id) {
        d->user_id = NONE;
        d->user = NULL;
    }
    if (d->role == ROLE_OWNER) return;
    d->code = NULL;
    d->code_until_at = NONE;
}

enum err owner_devices(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct owner_device d = { 0 };
    i64 role, what, days;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &owner_device_sql[DEVICES], customer_id, c->now));
    while (db_next(&r, INTO(&d.serial, &role, &d.since_at, &d.variant_id, &d.bought_at,
                            &d.product_id, &d.sku, &d.name, &d.slug, &what, &d.order_id,
                            &d.number, &d.user_id, &d.user, &d.code, &d.code_until_at,
                            &days, &d.image))) {
        d.role = (int)role;
        d.given = role == ROLE_OWNER && what != OWNED_BOUGHT;
        d.warranty_until_at = owner_warranty(d.bought_at, days);
        veil(&d, customer_id);
        keep(c, ret, &d);
    }
    return r.err;
}

enum err owner_device(struct ctx *c, i64 customer_id, const char *serial,
                      struct owner_device *ret)
{
    const char *s = stock_serial_norm(c->mem, serial);
    struct list all;

    TRY(owner_devices(c, customer_id, &all));
    const struct owner_device *d = all.at;
    for (size_t k = 0; s && k < all.n; k++)
        if (!strcmp(d[k].serial, s)) {
            *ret = d[k];
            return ERR_OK;
        }
    return FAIL(c, NOT_FOUND, "%s is not yours", serial);
}
