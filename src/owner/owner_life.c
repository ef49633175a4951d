/* What a device went through, as one of its people may know it.
 *
 * His time with it begins when he bought or got it and ends when it left him; of what
 * was before he learns when and where it was sold, of what came after nothing, of
 * nobody a name.  What was taken back never happened. */
#include <string.h>

#include "base/time.h"
#include "owner/owner_own.h"
#include "stock/stock.h"

enum { LIFE, PAST };

#define LATER(n) "(" n ".at > f.at OR (" n ".at = f.at AND " n ".id > f.id))"
#define HELD(n)                                                                        \
    " AND NOT EXISTS (SELECT 1 FROM owner_fact u WHERE u.serial = " n ".serial"        \
    "                    AND u.what = 2 AND u.doc_id = " n                             \
    ".doc_id AND u.doc_id <> 0)"
#define NEXT(what)                                                                     \
    "(SELECT n." what " FROM owner_fact n WHERE n.serial = f.serial"                   \
    "    AND n.what NOT IN (2, 6) AND " LATER("n")                                     \
        HELD("n") " ORDER BY n.at, n.id LIMIT 1)"

/* clang-format off */
const struct query owner_life_sql[] = {
    [LIFE] = { "owner.life",
        "SELECT f.id, f.what, f.customer_id, f.at, s.name, o.id, o.number, r.order_id, r.seq, b.number, r.reason,"
        "       r.refund_minor, r.customer_id"
        "  FROM owner_fact f LEFT JOIN pub_place_place s ON s.id = f.place_id"
        "  LEFT JOIN pub_order_order o ON o.id = f.doc_id"
        "  LEFT JOIN pub_order_return_slip r ON r.return_id = f.doc_id"
        "  LEFT JOIN pub_order_order b ON b.id = r.order_id"
        " WHERE f.serial = $1 AND f.what NOT IN (2, 6)" HELD("f") " ORDER BY f.at, f.id" },

    /* What he bought or got last of each piece that he has nothing to do with any more. */
    [PAST] = { "owner.past",
        "SELECT f.serial, f.id, f.at, u.variant_id, v.product_id, v.sku, v.name, g.slug, i.image, "
                NEXT("what") ", " NEXT("at")
        "  FROM owner_fact f JOIN owner_unit u ON u.serial = f.serial"
        "  JOIN pub_catalog_variant v ON v.id = u.variant_id"
        "  JOIN pub_catalog_product g ON g.id = v.product_id"
        "  JOIN pub_catalog_picture i ON i.variant_id = u.variant_id"
        " WHERE f.customer_id = $1 AND f.customer_id <> 0 AND f.what IN (0, 3, 4) AND (f.at < $2 OR (f.at = $2 AND f.id < $3))" HELD("f")
        "   AND NOT EXISTS (SELECT 1 FROM owner_role r WHERE r.serial = f.serial AND r.customer_id = $1)"
        "   AND NOT EXISTS (SELECT 1 FROM owner_fact l WHERE l.serial = f.serial AND l.customer_id = $1"
        "                      AND l.what IN (0, 3, 4) AND " "(l.at > f.at OR (l.at = f.at AND l.id > f.id))" HELD("l") ")"
        " ORDER BY f.at DESC, f.id DESC LIMIT $4" },
    QUERY_END
};
/* clang-format on */

#define Q owner_life_sql

const char *const owner_day_words[] = { "bought",    "received", "registered",
                                        "handed_on", "returned", "traded_in",
                                        NULL };

/* ---- One device ------------------------------------------------------------------ */

struct fact {
    struct owner_day d;
    i64 what, customer_id, order_id, back_order_id, seq, refund_minor, back_customer_id;
    const char *number, *back_number, *reason;
};
/* How far the telling has come. */
struct telling {
    i64 customer_id;
    struct list *to;
    struct fact sold;       /* the last sale; what 0 and id 0: none yet */
    bool told, his, traded; /* that sale is told; it is his now; it was traded in */
};

static void tell(struct ctx *c, struct telling *t, const struct owner_day *d, int what)
{
    struct owner_day *to = list_add(c->mem, t->to, sizeof(*to));

    *to = *d;
    to->what = what;
}

static void tell_sale(struct ctx *c, struct telling *t)
{
    if (t->told || !t->sold.d.id) return;
    t->told = true;
    tell(c, t, &t->sold.d, DAY_BOUGHT);
}

static void sale(struct ctx *c, struct telling *t, const struct fact *f)
{
    t->his = f->customer_id == t->customer_id;
    t->sold = *f;
    t->told = false;
    t->sold.d.resold = t->traded;
    t->traded = false;
    if (!t->his) return;
    t->sold.d.order_id = f->number ? f->order_id : NONE;
    t->sold.d.number = f->number;
    tell_sale(c, t);
}

static void other_hands(struct ctx *c, struct telling *t, const struct fact *f)
{
    const bool was = t->his;

    t->his = f->customer_id == t->customer_id;
    if (t->his) {
        tell_sale(c, t);
        tell(c, t, &f->d, f->what == OWNED_CLAIMED ? DAY_RECEIVED : DAY_REGISTERED);
    } else if (was) {
        tell(c, t, &f->d, DAY_HANDED_ON);
    }
}

static void left(struct ctx *c, struct telling *t, const struct fact *f)
{
    struct owner_day d = f->d;

    t->traded |= f->what == OWNED_TRADED_IN;
    if (!t->his) return;
    t->his = false;
    if (f->back_number)
        d.document = arena_printf(c->mem, "%s/R%lld", f->back_number, f->seq);
    d.reason = f->reason;
    if (f->back_number && f->back_customer_id == t->customer_id) {
        d.order_id = f->back_order_id;
        d.refund_minor = f->refund_minor;
    }
    tell(c, t, &d, f->what == OWNED_RETURNED ? DAY_RETURNED : DAY_TRADED_IN);
}

static enum err tell_all(struct ctx *c, struct telling *t, const char *serial)
{
    struct fact f = { .d = { .order_id = NONE, .refund_minor = NONE } };
    ROWS r;

    TRY(db_rows(c, &r, &Q[LIFE], serial));
    while (db_next(&r, INTO(&f.d.id, &f.what, &f.customer_id, &f.d.at, &f.d.place,
                            &f.order_id, &f.number, &f.back_order_id, &f.seq,
                            &f.back_number, &f.reason, &f.refund_minor,
                            &f.back_customer_id))) {
        if (f.what == OWNED_BOUGHT)
            sale(c, t, &f);
        else if (f.what == OWNED_RETURNED || f.what == OWNED_TRADED_IN)
            left(c, t, &f);
        else
            other_hands(c, t, &f);
    }
    return r.err;
}

/* Newest first, from where the page before ended. */
static enum err page(struct ctx *c, const struct owner_page_ask *a,
                     const struct list *all, struct owner_life *ret)
{
    const i64 limit = a->limit == NONE ? LIFE_PAGE : a->limit;
    const struct owner_day *d = all->at, *last = NULL;
    i64 from[2] = { INT64_MAX, INT64_MAX };

    TRY(page_after(c, a->after, from, 2));
    for (size_t k = all->n; k-- > 0;) {
        if (d[k].at > from[0] || (d[k].at == from[0] && d[k].id >= from[1])) continue;
        if (last && (i64)ret->items.n == limit) {
            ret->next = page_next(c->mem, (i64[]){ last->at, last->id }, 2);
            return ERR_OK;
        }
        last = list_add(c->mem, &ret->items, sizeof(*d));
        memcpy((void *)last, &d[k], sizeof(*d));
    }
    return ERR_OK;
}

enum err owner_life(struct ctx *c, i64 customer_id, const char *serial,
                    const struct owner_page_ask *a, struct owner_life *ret)
{
    const char *s = stock_serial_norm(c->mem, serial);
    struct list all = { 0 };
    struct telling t = { .customer_id = customer_id, .to = &all };
    struct owner_device d = { .warranty_until_at = NONE };

    *ret = (struct owner_life){ .warranty_until_at = NONE };
    if (s) TRY(tell_all(c, &t, s));
    const enum err e = owner_device(c, customer_id, serial, &d);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e && !all.n) return e; /* neither now nor ever his */
    c->fault = (struct fault){ 0 };
    if (!e) tell_sale(c, &t); /* he uses another's */
    if (!e && d.role != ROLE_BUYER) ret->warranty_until_at = d.warranty_until_at;
    return page(c, a, &all, ret);
}

/* ---- What he had ------------------------------------------------------------------
 */

enum err owner_past(struct ctx *c, i64 customer_id, const struct owner_page_ask *a,
                    struct owner_pasts *ret)
{
    const i64 limit = a->limit == NONE ? LIFE_PAGE : a->limit;
    i64 from[2] = { INT64_MAX, INT64_MAX }, id = 0, left;
    struct owner_past p = { 0 };
    ROWS r = { 0 };

    *ret = (struct owner_pasts){ 0 };
    TRY(page_after(c, a->after, from, 2));
    TRY(db_rows(c, &r, &Q[PAST], customer_id, from[0], from[1], limit));
    while (db_next(&r, INTO(&p.serial, &id, &p.since_at, &p.variant_id, &p.product_id,
                            &p.sku, &p.name, &p.slug, &p.image, &left, &p.until_at))) {
        p.how = left == OWNED_RETURNED    ? DAY_RETURNED
                : left == OWNED_TRADED_IN ? DAY_TRADED_IN
                                          : DAY_HANDED_ON;
        *(struct owner_past *)list_add(c->mem, &ret->items, sizeof(p)) = p;
    }
    if (!r.err && (i64)ret->items.n == limit)
        ret->next = page_next(c->mem, (i64[]){ p.since_at, id }, 2);
    return r.err;
}
