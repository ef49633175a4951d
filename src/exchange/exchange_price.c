/* Price types become price lists, prices become prices.
 *
 * Which type customers pay is a setting (exchange.retail_type): lists of other
 * types get their own name as price type and are never offered to anybody, so
 * that a purchase price cannot reach the site by mistake. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "exchange/charset.h"
#include "exchange/exchange_good.h"
#include "setting/setting.h"

enum { TYPE_GET, TYPE_PUT };

/* clang-format off */
const struct query exchange_price_sql[] = {
    [TYPE_GET] = { "exchange.get_price_type",
        "SELECT list_id, name, currency, tax_inside FROM exchange_price_type"
        " WHERE source = $1 AND external = $2" },

    [TYPE_PUT] = { "exchange.put_price_type",
        "INSERT INTO exchange_price_type (source, external, name, currency, tax_inside, list_id)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (source, external) DO UPDATE SET name = excluded.name,"
        " currency = excluded.currency, tax_inside = excluded.tax_inside,"
        " list_id = excluded.list_id" },
    QUERY_END
};
/* clang-format on */

struct price_type {
    i64 list_id;
    const char *name, *currency;
    bool tax_inside;
};

static enum err type_get(struct run *r, struct ctx *c, const char *external,
                         struct price_type *ret)
{
    const enum err e =
        db_one(c, &exchange_price_sql[TYPE_GET],
               INTO(&ret->list_id, &ret->name, &ret->currency, &ret->tax_inside),
               r->source, external);

    if (e != ERR_NOT_FOUND) return e;
    *ret = (struct price_type){ .name = "", .currency = "" };
    return ERR_OK;
}

/* Is this the type that customers pay?  The setting names it, by name or id. */
static bool is_retail(struct ctx *c, const char *external, const char *name)
{
    const char *said =
        setting_text(c, "exchange.retail_type", (struct setting_scope){ 0 });
    const char *fold = charset_fold(c->mem, said ? said : "");

    return strcmp(fold, charset_fold(c->mem, name)) == 0 ||
           strcmp(fold, charset_fold(c->mem, external)) == 0;
}

enum err price_list_of(struct run *r, struct ctx *c, const struct cml_price_type *told,
                       i64 *ret_list_id)
{
    const char *name = told->name ? told->name : told->id;
    struct price_type t;
    struct catalog_price_list l = {
        .code = arena_printf(c->mem, "%s:%s", r->source, told->id),
        .name = name,
        .region_id = NONE,
        .channel = -1,
        .price_type = is_retail(c, told->id, name) ? "retail" : name,
    };

    TRY(type_get(r, c, told->id, &t));
    l.id = t.list_id;
    TRY(catalog_price_list_put(c, &l));
    *ret_list_id = l.id;
    return db_exec(c, &exchange_price_sql[TYPE_PUT], NULL, r->source, told->id, name,
                   told->currency ? told->currency : "", (i64)told->tax_inside, l.id);
}

enum err price_type_put(struct run *r, struct ctx *c, const struct cml_price_type *t)
{
    i64 ignored;

    if (!t->id) return FAIL(c, BAD_FORMAT, "a price type without an id");
    return price_list_of(r, c, t, &ignored);
}

struct taken {
    i64 list_id, minor, old_minor; /* old NONE: none */
    const char *why;               /* it cannot be taken; NULL: it can */
};

/* A price of one piece, now: in steps and packs the catalogue does not think. */
static const char *not_of_one(struct ctx *c, const struct cml_price *p)
{
    const double factor = p->factor ? strtod(p->factor, NULL) : 1;

    if (factor > 0 && (factor < 1 || factor > 1))
        return arena_printf(c->mem, "a price of %s pieces, not of one", p->factor);
    if (p->min_qty && strtod(p->min_qty, NULL) > 1)
        return arena_printf(c->mem, "a price from %s pieces on", p->min_qty);
    return NULL;
}

static enum err price_of(struct run *r, struct ctx *c, const struct cml_price *p,
                         i64 vat_bp, struct taken *ret)
{
    struct price_type t;

    *ret = (struct taken){ .old_minor = NONE, .why = not_of_one(c, p) };
    if (!p->type_id) ret->why = "a price without a type";
    if (ret->why) return ERR_OK;
    TRY(type_get(r, c, p->type_id, &t));
    if (!t.list_id) { /* prices.xml may come before the classifier that names the type
                       */
        t = (struct price_type){ .currency = p->currency, .tax_inside = true };
        TRY(price_list_of(r, c,
                          &(struct cml_price_type){ .id = p->type_id,
                                                    .currency = p->currency,
                                                    .tax_inside = true },
                          &t.list_id));
    }
    const char *currency = p->currency ? p->currency : t.currency;
    ret->list_id = t.list_id;
    if (price_parse(c, p->amount, currency, &ret->minor, &ret->why) && p->old_amount)
        price_parse(c, p->old_amount, currency, &ret->old_minor, &ret->why);
    if (!t.tax_inside &&
        setting_bool(c, "exchange.add_vat", (struct setting_scope){ 0 }))
        ret->minor += money_share(ret->minor, vat_bp);
    return ERR_OK;
}

enum err prices_put(struct run *r, struct ctx *c, const struct cml_good *g, i64 line)
{
    const struct cml_price *p = g->prices.at;
    struct key variant = { .source = r->source, .kind = "variant", .external = g->id };
    struct key said = { .source = r->source, .kind = "prices", .external = g->id };
    struct taken *t = NEW_N(c->mem, struct taken, g->prices.n + 1);
    struct catalog_item item;
    size_t n = 0;
    u64 hash = MARK_START;

    enum err e = key_get(c, &variant);
    if (e == ERR_NOT_FOUND) return FAIL(c, NO_SUCH, "no offer of this id was told");
    TRY(e);
    TRY(catalog_item(c, variant.our_id, &item));
    for (size_t k = 0; k < g->prices.n; k++) {
        TRY(price_of(r, c, &p[k], item.vat_bp, &t[n]));
        if (t[n].why) {
            run_reject(r, line, "prices", g->id, "%s: %s",
                       p[k].amount ? p[k].amount : "-", t[n].why);
            continue;
        }
        hash = mark_int(mark_int(mark_int(hash, t[n].list_id), t[n].minor),
                        t[n].old_minor);
        n++;
    }
    r->now.counts[RUN_PRICES].taken += (i64)n;
    e = key_get(c, &said);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e == ERR_OK && said.hash == (i64)hash) return ERR_OK;
    for (size_t k = 0; k < n; k++)
        TRY(catalog_price_put(c, t[k].list_id, variant.our_id, t[k].minor,
                              t[k].old_minor, NONE, NONE));
    said.our_id = variant.our_id;
    said.hash = (i64)hash;
    said.seen_run = r->id;
    said.active = true;
    return key_put(c, &said);
}
