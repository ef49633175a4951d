/* Receipts put by: kept on the server, so that any till of the shop goes on with them.
 */
#include "base/person.h"
#include "base/time.h"
#include "order/order_till.h"
#include "staff/staff.h"

enum { ADD, ADD_LINE, LIST, GET, LINES, TAKE, EXPIRE };

#define ROW                                                                            \
    "p.id, p.place_id, p.customer_id, p.note, p.total_minor, p.pieces, p.who_id, "     \
    "p.at,"                                                                            \
    " p.until_at, k.name,"                                                             \
    " (SELECT s.name FROM pub_staff_name s WHERE s.who_kind = 2 AND s.id = p.who_id)"
#define FROM                                                                           \
    " FROM order_parked p"                                                             \
    "  LEFT JOIN pub_customer_person k ON k.id = p.customer_id"

/* clang-format off */
const struct query order_park_sql[] = {
    [ADD] = { "order.park",
        "INSERT INTO order_parked (place_id, id, customer_id, note, total_minor, pieces, who_id, at, until_at, born_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" },

    [ADD_LINE] = { "order.park_line",
        "INSERT INTO order_parked_line (place_id, parked_id, n, variant_id, qty, serial)"
        " VALUES ($1, $2, $3, $4, $5, $6)" },

    [LIST] = { "order.parked_list",
        "SELECT " ROW FROM " WHERE p.place_id = $1 AND p.taken_at IS NULL AND p.until_at > $2"
        " ORDER BY p.id LIMIT 100" },

    [GET] = { "order.parked_get", "SELECT " ROW FROM " WHERE p.id = $1" },

    [LINES] = { "order.parked_lines",
        "SELECT l.variant_id, l.qty, l.serial, v.sku, v.name FROM order_parked_line l"
        "  JOIN pub_catalog_variant v ON v.id = l.variant_id"
        " WHERE l.place_id = $1 AND l.parked_id = $2 ORDER BY l.n" },

    [TAKE] = { "order.parked_take",
        "UPDATE order_parked SET taken_at = $2, taken_by = $3"
        " WHERE id = $1 AND taken_at IS NULL AND until_at > $2" },

    [EXPIRE] = { "order.parked_expire",
        "DELETE FROM order_parked WHERE until_at <= $1" },
    QUERY_END
};
/* clang-format on */

#define Q order_park_sql

static enum err check(struct ctx *c, struct parked *p)
{
    const struct parked_line *l = p->lines.at;

    TRY(staff_may(c, RIGHT_SELL, p->place_id));
    if (!p->lines.n)
        return FAIL_FIELD(c, BAD_ARGUMENT, "lines", "an empty receipt is not put by");
    for (size_t k = 0; k < p->lines.n; k++) {
        struct catalog_item item;
        const enum err e = catalog_item(c, l[k].variant_id, &item);

        if (e == ERR_NOT_FOUND)
            return FAIL_FIELD(c, NO_SUCH,
                              arena_printf(c->mem, "lines[%zu].variant_id", k),
                              "no variant %lld", l[k].variant_id);
        TRY(e);
        p->pieces += l[k].qty;
    }
    return ERR_OK;
}

enum err order_park(struct ctx *c, struct parked *p)
{
    const struct parked_line *l = p->lines.at;

    TRY(check(c, p));
    p->id = id_new(c);
    TRY(place_day_end(c, p->place_id, c->now, 0, &p->until_at));
    if (p->until_at <= c->now) p->until_at = c->now + HOUR_MS; /* after closing time */
    TRY(db_exec(c, &Q[ADD], NULL, p->place_id, p->id,
                p->customer_id == NONE ? 0 : p->customer_id, p->note ? p->note : "",
                p->total_minor, p->pieces, c->who.id, c->now, p->until_at,
                person_born(c, p->customer_id)));
    for (size_t k = 0; k < p->lines.n; k++)
        TRY(db_exec(c, &Q[ADD_LINE], NULL, p->place_id, p->id, (i64)k + 1,
                    l[k].variant_id, l[k].qty, l[k].serial));
    return staff_audit(c, "order.park", p->id, NULL);
}

#define INTO_ROW(p)                                                                    \
    &(p)->id, &(p)->place_id, &(p)->customer_id, &(p)->note, &(p)->total_minor,        \
        &(p)->pieces, &(p)->who_id, &(p)->at, &(p)->until_at, &(p)->customer_name,     \
        &(p)->who_name

enum err order_parked_list(struct ctx *c, i64 place_id, struct list *ret)
{
    struct parked p = { 0 };
    ROWS r = { 0 };

    *ret = (struct list){ 0 };
    TRY(staff_may(c, RIGHT_SELL, place_id));
    TRY(db_rows(c, &r, &Q[LIST], place_id, c->now));
    while (db_next(&r, INTO(INTO_ROW(&p))))
        *(struct parked *)list_add(c->mem, ret, sizeof(p)) = p;
    return r.err;
}

static enum err read_lines(struct ctx *c, struct parked *p)
{
    struct parked_line l = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &Q[LINES], p->place_id, p->id));
    while (db_next(&r, INTO(&l.variant_id, &l.qty, &l.serial, &l.sku, &l.name)))
        *(struct parked_line *)list_add(c->mem, &p->lines, sizeof(l)) = l;
    return r.err;
}

enum err order_parked_take(struct ctx *c, i64 id, struct parked *ret)
{
    i64 n;
    const enum err e = db_one(c, &Q[GET], INTO(INTO_ROW(ret)), id);

    if (e == ERR_NOT_FOUND)
        return FAIL(c, GONE, "receipt %lld is not put by any more", id);
    TRY(e);
    TRY(staff_may(c, RIGHT_SELL, ret->place_id));
    TRY(db_exec(c, &Q[TAKE], &n, id, c->now, c->who.id));
    if (!n) return FAIL(c, GONE, "another till went on with receipt %lld", id);
    TRY(staff_audit(c, "order.parked_take", id, NULL));
    return read_lines(c, ret);
}

enum err order_parked_expire(struct ctx *c)
{
    return db_exec(c, &Q[EXPIRE], NULL, c->now);
}
