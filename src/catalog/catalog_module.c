/* What the catalog room is made of. */
#include "catalog/catalog.h"
#include "db/db.h"
#include "http/route.h"

extern const char catalog_schema[];                /* schema.sql */
extern const struct query catalog_sql[];           /* catalog.c */
extern const struct query catalog_class_sql[];     /* catalog_class.c */
extern const struct query catalog_brand_sql[];     /* catalog_brand.c */
extern const struct route catalog_brand_routes[];  /* catalog_brand_http.c */
extern const struct query catalog_slug_sql[];      /* catalog_slug.c */
extern const struct query catalog_price_sql[];     /* catalog_price.c */
extern const struct query catalog_search_sql[];    /* catalog_search.c */
extern const struct query catalog_stock_sql[];     /* catalog_stock.c */
extern const struct query catalog_shelf_sql[];     /* shelf_read.c */
extern const struct query catalog_best_sql[];      /* catalog_best.c */
extern const struct query catalog_guide_sql[];     /* catalog_guide.c */
extern const struct query catalog_choose_sql[];    /* catalog_choose.c */
extern const struct query catalog_feed_sql[];      /* catalog_feed.c */
extern const struct query catalog_office_sql[];    /* catalog_office.c */
extern const struct query catalog_bulk_sql[];      /* catalog_bulk.c */
extern const struct query catalog_bulk_job_sql[];  /* catalog_bulk_job.c */
extern const struct route catalog_office_routes[]; /* catalog_office_http.c */
extern const struct route catalog_routes[];        /* catalog_http.c */
extern const struct query catalog_sitemap_sql[];   /* catalog_sitemap.c */
extern const struct route catalog_sitemap_routes[];
extern const struct route catalog_page_routes[]; /* catalog_page.c */
extern const struct job_kind catalog_jobs[];     /* catalog_job.c */

/* clang-format off */
static const struct query checks[] = {
    { "catalog.price_overlap",
      "SELECT a.variant_id, a.list_id, a.from_at FROM catalog_price a"
      "  JOIN catalog_price b ON b.variant_id = a.variant_id AND b.list_id = a.list_id AND b.from_at > a.from_at"
      " WHERE a.to_at IS NULL AND b.to_at IS NULL",
      .scan = "a check reads everything" },
    { "catalog.product_without_posting",
      "SELECT p.id FROM catalog_product p LEFT JOIN catalog_posting t ON t.product_id = p.id"
      " WHERE t.product_id IS NULL",
      .scan = "a check reads everything" },
    { "catalog.bit_of_no_place",
      "SELECT DISTINCT s.word FROM catalog_stock_bits s WHERE s.bits > 0 AND NOT EXISTS ("
      "  SELECT 1 FROM catalog_place_bit b WHERE b.bit / 62 = s.word)",
      .scan = "a check reads everything" },
    QUERY_END
};

static const struct setting settings[] = {
    { .name = "catalog.price_type", .kind = SETTING_TEXT, .def_text = "retail",
      .doc_ru = "Тип цены, по которому продаём (тип цен 1С)", .doc_en = "Price type that sells (1C's price type)" },
    { .name = "catalog.site_name", .kind = SETTING_TEXT, .def_text = "Прилавок",
      .doc_ru = "Название сайта для поисковых систем и мессенджеров", .doc_en = "The site's name for search engines and messengers" },
    { .name = "catalog.site_url", .kind = SETTING_TEXT, .def_text = "",
      .doc_ru = "Адрес сайта (https://shop.example.ru); пусто — как в запросе",
      .doc_en = "The site's address (https://shop.example.ru); empty: as the request names it" },
    { .name = "catalog.bulk_undo_days", .kind = SETTING_INT, .min = 0, .max = 90, .def = 14,
      .doc_ru = "Сколько дней можно отменить массовое изменение товаров и цен",
      .doc_en = "Days for which a change of many products or prices can be undone" },
    { .name = "catalog.cost_list", .kind = SETTING_TEXT, .def_text = "cost",
      .doc_ru = "Код прайс-листа с закупочными ценами: массовое изменение предупредит о цене ниже закупки",
      .doc_en = "Code of the price list of purchase prices: a change of many prices warns below it" },
    { 0 }
};
/* clang-format on */

const struct module catalog_module = {
    .name = "catalog",
    .needs = (const char *const[]){ "staff", "setting", "place", NULL },
    .schema = catalog_schema,
    .queries =
        (const struct query *const[]){
            catalog_sql, catalog_class_sql, catalog_brand_sql, catalog_slug_sql,
            catalog_price_sql, catalog_search_sql, catalog_stock_sql, catalog_shelf_sql,
            catalog_best_sql, catalog_guide_sql, catalog_choose_sql, catalog_feed_sql,
            catalog_sitemap_sql, catalog_office_sql, catalog_bulk_sql,
            catalog_bulk_job_sql, NULL },
    .checks = checks,
    .routes = catalog_routes,
    .more_routes =
        (const struct route *const[]){ catalog_page_routes, catalog_sitemap_routes,
                                       catalog_office_routes, catalog_brand_routes,
                                       NULL },
    .jobs = catalog_jobs,
    .settings = settings,
};
