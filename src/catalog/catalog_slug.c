/* Addresses that a product or a category had before: links to it, in messages and in
 * search engines, outlive its name. */
#include "catalog/catalog_own.h"
#include "db/db.h"

enum { LEAVE_PRODUCT, LEAVE_CATEGORY, WAS };

/* clang-format off */
const struct query catalog_slug_sql[] = {
    [LEAVE_PRODUCT] = { "catalog.leave_product_slug",
        "INSERT INTO catalog_slug_was (kind, slug, thing_id)"
        " SELECT 0, slug, id FROM catalog_product WHERE id = $1 AND slug <> $2"
        " ON CONFLICT (kind, slug) DO UPDATE SET thing_id = excluded.thing_id" },
    [LEAVE_CATEGORY] = { "catalog.leave_category_slug",
        "INSERT INTO catalog_slug_was (kind, slug, thing_id)"
        " SELECT 1, slug, id FROM catalog_category WHERE id = $1 AND slug <> $2"
        " ON CONFLICT (kind, slug) DO UPDATE SET thing_id = excluded.thing_id" },
    [WAS] = { "catalog.find_slug_was",
        "SELECT thing_id FROM catalog_slug_was WHERE kind = $1 AND slug = $2" },
    QUERY_END
};
/* clang-format on */

enum err catalog_slug_leave(struct ctx *c, enum catalog_slug_kind kind, i64 id,
                            const char *next)
{
    const int query = kind == SLUG_PRODUCT ? LEAVE_PRODUCT : LEAVE_CATEGORY;

    return db_exec(c, &catalog_slug_sql[query], NULL, id, next);
}

enum err catalog_slug_was(struct ctx *c, enum catalog_slug_kind kind, const char *slug,
                          i64 *ret_id)
{
    return db_one(c, &catalog_slug_sql[WAS], INTO(ret_id), (i64)kind, slug);
}
