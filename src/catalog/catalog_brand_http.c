/* Brands over HTTP. */
#include "catalog/catalog_own.h"
#include "http/route.h"
#include "staff/staff.h"

struct brand_edit {
    i64 id;
    const char *name;
};
struct brand_ask {
    i64 limit;
    const char *after;
};
struct brand_page {
    struct list items;
    const char *next;
};

/* clang-format off */
static const struct field brand_fields[] = {
    F_ID(brand_edit, id, 0, "Id."),
    F_TEXT(brand_edit, name, MUST, 100, "Name; found again whatever its case."),
    FIELD_END
};
static const struct shape brand_shape = SHAPE("Brand", brand_edit, brand_fields);

static const struct field ask_fields[] = { PAGE_FIELDS(brand_ask), FIELD_END };
static const struct shape ask_shape = SHAPE("BrandAsk", brand_ask, ask_fields);

static const struct field page_fields[] = {
    F_LIST(brand_page, items, 0, &brand_shape, 0, "Brands by name."),
    F_TEXT(brand_page, next, OPT, 0, "For `after` of the next page."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("BrandPage", brand_page, page_fields);
/* clang-format on */

static enum err brands_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct brand_ask *ask = q->query;
    struct brand_page *page = NEW(c->mem, struct brand_page);
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;

    TRY(catalog_brands(c, ask->after, limit, &page->items));
    if ((i64)page->items.n == limit)
        page->next = ((struct catalog_brand *)page->items.at)[limit - 1].name;
    return reply_with(r, 200, page);
}

static enum err brand_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct brand_edit *b = NEW(c->mem, struct brand_edit);

    *b = *(const struct brand_edit *)q->body;
    TRY(catalog_brand_put(c, b->name, &b->id));
    TRY(staff_audit(c, "catalog.put_brand", b->id, NULL));
    return reply_with(r, 201, b);
}

static enum err brand_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct brand_edit *b = NEW(c->mem, struct brand_edit);

    *b = *(const struct brand_edit *)q->body;
    TRY(request_id_arg(c, q, 0, &b->id));
    TRY(catalog_brand_rename(c, b->id, b->name));
    TRY(staff_audit(c, "catalog.rename_brand", b->id, NULL));
    return reply_with(r, 200, b);
}

/* clang-format off */
extern const struct route catalog_brand_routes[];
const struct route catalog_brand_routes[] = {
    { "GET", "/v1/catalog/brand", brands_get, RIGHT_ANYONE, READS, .query = &ask_shape, .out = &page_shape,
      .doc = "Brands by name." },
    { "POST", "/v1/catalog/brand", brand_post, RIGHT_CATALOG_WRITE, WRITES, .in = &brand_shape, .out = &brand_shape,
      .doc = "Add a brand, or find the one that has or had that name.", .example = "{\"name\":\"Canon\"}" },
    { "PUT", "/v1/catalog/brand/{id}", brand_put, RIGHT_CATALOG_WRITE, WRITES, .in = &brand_shape, .out = &brand_shape,
      .doc = "Rename a brand; feeds that say its old name go on meaning it, search knows the new one soon. A name that another brand has or had is 409." },
    ROUTE_END
};
/* clang-format on */
