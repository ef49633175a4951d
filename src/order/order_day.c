/* What a seller did today, beside his own last four same weekdays until this hour. */
#include <stdlib.h>

#include "base/time.h"
#include "order/order_till.h"
#include "staff/staff.h"

enum { NOTE, WORK, SOLD, RETURNED };
enum { WEEKS = 4, PICKS_MAX = 1000 };

/* clang-format off */
const struct query order_day_sql[] = {
    [NOTE] = { "order.work_note",
        "INSERT INTO order_work (who_id, at, id, what, customer_id, order_id)"
        " VALUES ($1, $2, $3, $4, $5, $6)" },

    [WORK] = { "order.work_of",
        "SELECT at, what, order_id FROM order_work"
        " WHERE who_id = $1 AND at >= $2 AND at < $3 ORDER BY at, id" },

    [SOLD] = { "order.work_sold",
        "SELECT COUNT(DISTINCT w.order_id), COALESCE(CAST(SUM(l.qty) AS BIGINT), 0),"
        "       COALESCE(CAST(SUM(l.qty * l.price_minor) AS BIGINT), 0),"
        "       COALESCE(CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM pub_catalog_accessory a"
        "           WHERE a.variant_id = l.variant_id) THEN l.qty * l.price_minor ELSE 0 END) AS BIGINT), 0)"
        "  FROM order_work w JOIN order_line l ON l.customer_id = w.customer_id AND l.order_id = w.order_id"
        " WHERE w.who_id = $1 AND w.at >= $2 AND w.at < $3 AND w.what = 'sold'" },

    [RETURNED] = { "order.work_returned",
        "SELECT COUNT(*), COALESCE(CAST(SUM(r.goods_minor) AS BIGINT), 0)"
        "  FROM (SELECT DISTINCT customer_id, order_id FROM order_work"
        "         WHERE who_id = $1 AND at >= $2 AND at < $3 AND what = 'returned') w"
        "  JOIN order_return r ON r.customer_id = w.customer_id AND r.order_id = w.order_id"
        " WHERE r.who_id = $1 AND r.at >= $2 AND r.at < $3 AND r.state = 0" },
    QUERY_END
};
/* clang-format on */

#define Q order_day_sql

enum err order_work_note(struct ctx *c, const struct order *o, const char *what)
{
    return db_exec(c, &Q[NOTE], NULL, c->who.id, c->now, id_new(c), what,
                   o->customer_id, o->id);
}

/* How long each order took from its list to the shelf of what is ready. */
struct picks {
    i64 took_s[PICKS_MAX];
    size_t n;
};
struct pick_begun {
    i64 order_id, at;
};

static void ready(struct picks *p, const struct list *begun, i64 order_id, i64 at)
{
    const struct pick_begun *b = begun->at;

    for (size_t k = begun->n; k-- > 0;)
        if (b[k].order_id == order_id && p->n < PICKS_MAX) {
            p->took_s[p->n++] = (at - b[k].at) / SECOND_MS;
            return;
        }
}

static enum err read_work(struct ctx *c, i64 from_at, i64 to_at, struct day_figures *f,
                          struct picks *p)
{
    struct list begun = { 0 };
    const char *what;
    i64 at, order_id;
    ROWS r;

    TRY(db_rows(c, &r, &Q[WORK], c->who.id, from_at, to_at));
    while (db_next(&r, INTO(&at, &what, &order_id))) {
        if (!strcmp(what, "picking"))
            *(struct pick_begun *)list_add(c->mem, &begun, sizeof(struct pick_begun)) =
                (struct pick_begun){ order_id, at };
        f->handed_over += !strcmp(what, "handed_over");
        if (strcmp(what, "ready") != 0) continue;
        f->picked++;
        ready(p, &begun, order_id, at);
    }
    return r.err;
}

static enum err figures(struct ctx *c, i64 from_at, i64 to_at, struct day_figures *f,
                        struct picks *p)
{
    *f = (struct day_figures){ 0 };
    TRY(read_work(c, from_at, to_at, f, p));
    TRY(db_one(c, &Q[SOLD],
               INTO(&f->receipts, &f->pieces, &f->sales_minor, &f->accessory_minor),
               c->who.id, from_at, to_at));
    return db_one(c, &Q[RETURNED], INTO(&f->returns, &f->returned_minor), c->who.id,
                  from_at, to_at);
}

static int by_size(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return (x > y) - (x < y);
}

/* What follows from the sums. */
static void derive(struct day_figures *f, struct picks *p)
{
    f->receipt_minor = f->receipts ? f->sales_minor / f->receipts : NONE;
    f->pieces_x100 = f->receipts ? f->pieces * 100 / f->receipts : NONE;
    f->accessory_bp =
        f->sales_minor ? f->accessory_minor * 10000 / f->sales_minor : NONE;
    if (p->n) qsort(p->took_s, p->n, sizeof(i64), by_size);
    f->pick_s = p->n ? p->took_s[p->n / 2] : NONE;
}

static void add(struct day_figures *to, const struct day_figures *f)
{
    to->sales_minor += f->sales_minor;
    to->receipts += f->receipts;
    to->pieces += f->pieces;
    to->accessory_minor += f->accessory_minor;
    to->handed_over += f->handed_over;
    to->picked += f->picked;
    to->returns += f->returns;
    to->returned_minor += f->returned_minor;
}

/* Averages a receipt stay what they are over all days; sums become a day's. */
static void a_day_of(struct day_figures *f, i64 days)
{
    f->sales_minor /= days;
    f->receipts = (f->receipts + days / 2) / days;
    f->pieces = (f->pieces + days / 2) / days;
    f->accessory_minor /= days;
    f->handed_over = (f->handed_over + days / 2) / days;
    f->picked = (f->picked + days / 2) / days;
    f->returns = (f->returns + days / 2) / days;
    f->returned_minor /= days;
}

static enum err read_before(struct ctx *c, struct my_day *d)
{
    struct picks *p = NEW(c->mem, struct picks);
    struct day_figures one;

    for (int k = 1; k <= WEEKS; k++) {
        const i64 back_ms = k * 7 * DAY_MS;

        TRY(figures(c, d->from_at - back_ms, d->to_at - back_ms, &one, p));
        if (!one.receipts && !one.handed_over && !one.picked && !one.returns) continue;
        d->compared++;
        add(d->before, &one);
    }
    derive(d->before, p);
    if (d->compared) a_day_of(d->before, d->compared);
    return ERR_OK;
}

enum err order_my_day(struct ctx *c, i64 place_id, struct my_day *ret)
{
    struct picks *p = NEW(c->mem, struct picks);
    struct place at = { 0 };
    int y, m, d;

    TRY(place_get(c, place_id, &at));
    const int offset_min = (int)at.utc_offset_min;
    const i64 day = time_day(c->now, offset_min);
    time_civil(day, &y, &m, &d);
    *ret = (struct my_day){ .place_id = place_id,
                            .from_at = day * DAY_MS - offset_min * MINUTE_MS,
                            .to_at = c->now + 1,
                            .date = arena_printf(c->mem, "%04d-%02d-%02d", y, m, d),
                            .now = NEW(c->mem, struct day_figures),
                            .before = NEW(c->mem, struct day_figures) };
    TRY(figures(c, ret->from_at, ret->to_at, ret->now, p));
    derive(ret->now, p);
    return read_before(c, ret);
}
