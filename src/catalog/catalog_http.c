/* What anybody may read of the catalogue, then what staff may change. */
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog_list.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_shopper.h"
#include "http/route.h"
#include "staff/staff.h"

enum { CACHE_S = 5, TREE_CACHE_S = 60 };

/* clang-format off */
/* ---- The tree ---- */
static const struct field category_fields[] = {
    F_ID(catalog_category, id, 0, "Id."),
    F_ID(catalog_category, parent_id, OPT, "Category above; absent: a root."),
    F_TEXT(catalog_category, name, MUST, 200, "Name in Russian."),
    F_TEXT(catalog_category, name_en, OPT, 200, "Name in English."),
    F_TEXT(catalog_category, slug, OPT, 100, "Its address; made of the name when absent."),
    F_INT(catalog_category, sort, 0, 0, 1000000, "Among its neighbours, small first."),
    F_BOOL(catalog_category, active, MUST, "Shown to customers."),
    FIELD_END
};
static const struct shape catalog_category_shape = SHAPE("Category", catalog_category, category_fields);

struct categories {
    struct list items;
};
static const struct field tree_fields[] = {
    F_LIST(categories, items, 0, &catalog_category_shape, 0, "Each with its parent_id, in order of sort."),
    FIELD_END
};
static const struct shape tree_shape = SHAPE("CategoryTree", categories, tree_fields);

/* ---- Listings ---- */
static const struct field ask_fields[] = {
    F_TEXT(catalog_ask, q, OPT, 200, "What is looked for: words, models, in any spelling, up to 200 bytes."),
    F_ID(catalog_ask, category_id, OPT, "Only this category and what lies below it."),
    F_LIST_OF(catalog_ask, brand_id, OPT, FIELD_ID, 32, "Only these brands; may repeat."),
    F_LIST_OF(catalog_ask, facet, OPT, FIELD_TEXT, 64, "\"code:value\" or \"code:from..to\"; may repeat, values of one code are alternatives."),
    F_INT(catalog_ask, price_min, OPT, 0, 0, "Kopecks."),
    F_INT(catalog_ask, price_max, OPT, 0, 0, "Kopecks."),
    F_ID(catalog_ask, place_id, OPT, "The shop chosen: items say whether it has them."),
    F_BOOL(catalog_ask, in_stock, OPT, "Only what the chosen shop has now; without one, any shop."),
    F_ID(catalog_ask, region_id, OPT, "Whose prices; the chosen shop's when absent."),
    F_ENUM(catalog_ask, channel, OPT, catalog_channel_words, "Whose prices; site when absent."),
    F_ENUM(catalog_ask, sort, OPT, catalog_sort_words, "relevance when absent."),
    PAGE_FIELDS(catalog_ask),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("CatalogAsk", catalog_ask, ask_fields);

static const struct field tile_fields[] = {
    F_ID(catalog_tile, product_id, 0, "Product."),
    F_ID(catalog_tile, variant_id, 0, "The variant shown: what was asked for, or the cheapest."),
    F_TEXT(catalog_tile, name, 0, 0, "Name."),
    F_TEXT(catalog_tile, sku, 0, 0, "Article of the variant."),
    F_TEXT(catalog_tile, slug, 0, 0, "Address of the product."),
    F_TEXT(catalog_tile, brand, OPT, 0, "Brand."),
    F_TEXT(catalog_tile, category, OPT, 0, "Category."),
    F_ID(catalog_tile, category_id, 0, "Its id: what may be compared has the same."),
    F_TEXT(catalog_tile, image, OPT, 0, "Address of a picture."),
    F_INT(catalog_tile, price_minor, OPT, 0, 0, "Price, kopecks; absent: not for sale here."),
    F_INT(catalog_tile, old_minor, OPT, 0, 0, "Struck price, kopecks."),
    F_INT(catalog_tile, places, 0, 0, 0, "Places that have some of it now."),
    F_BOOL(catalog_tile, here, 0, "The chosen shop has some now."),
    F_INT(catalog_tile, variants, 0, 0, 0, "How many variants there are."),
    FIELD_END
};
const struct shape catalog_tile_shape = SHAPE("Tile", catalog_tile, tile_fields);

static const struct field facet_value_fields[] = {
    F_TEXT(catalog_facet_value, value, 0, 0, "For the filter: code:value."),
    F_TEXT(catalog_facet_value, text, 0, 0, "For people."),
    F_INT(catalog_facet_value, count, 0, 0, 0, "Products that have it, with the other filters as they are."),
    FIELD_END
};
static const struct shape facet_value_shape = SHAPE("FacetValue", catalog_facet_value, facet_value_fields);

static const struct field facet_fields[] = {
    F_TEXT(catalog_facet, code, 0, 0, "Its name in filters; \"brand\" is the brand."),
    F_TEXT(catalog_facet, name, 0, 0, "For people."),
    F_TEXT(catalog_facet, unit, OPT, 0, "Unit of a number."),
    F_LIST(catalog_facet, values, 0, &facet_value_shape, 0, "At most 40."),
    F_REAL(catalog_facet, min, OPT, "Of a number with many values: the least."),
    F_REAL(catalog_facet, max, OPT, "And the greatest: filter by code:from..to."),
    FIELD_END
};
static const struct shape facet_shape = SHAPE("Facet", catalog_facet, facet_fields);

static const struct field found_fields[] = {
    F_LIST(catalog_found, items, 0, &catalog_tile_shape, 0, "A page of products."),
    F_LIST(catalog_found, facets, 0, &facet_shape, 0, "Filters with counts; on the first page only."),
    F_INT(catalog_found, total, 0, 0, 0, "Products found."),
    F_INT(catalog_found, price_min, OPT, 0, 0, "Cheapest of what the other filters leave, kopecks."),
    F_INT(catalog_found, price_max, OPT, 0, 0, "Dearest, kopecks."),
    F_TEXT(catalog_found, corrected_query, OPT, 0, "What was searched instead of a mistyped query."),
    F_TEXT(catalog_found, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape found_shape = SHAPE("CatalogFound", catalog_found, found_fields);

/* ---- One product ---- */
struct spec_shown {
    const char *code, *name, *unit, *text;
    double number;
    bool compare;
    const char *section;
};
static const struct field spec_shown_fields[] = {
    F_TEXT(spec_shown, code, 0, 0, "Code."),
    F_TEXT(spec_shown, name, 0, 0, "Name."),
    F_TEXT(spec_shown, unit, OPT, 0, "Unit."),
    F_TEXT(spec_shown, text, 0, 0, "Value as shown."),
    F_REAL(spec_shown, number, OPT, "Value as a number in the unit."),
    F_BOOL(spec_shown, compare, 0, "Shown when products are compared."),
    F_TEXT(spec_shown, section, OPT, 0, "Heading it stands under; absent: the general one."),
    FIELD_END
};
static const struct shape spec_shown_shape = SHAPE("SpecShown", spec_shown, spec_shown_fields);

struct variant_shown {
    struct catalog_variant v;
    i64 price_minor, old_minor;
};
#define OF_VARIANT(member) .name = #member, .at = offsetof(struct variant_shown, v.member)
static const struct field variant_shown_fields[] = {
    { OF_VARIANT(id), .kind = FIELD_ID, .doc = "Id." },
    { OF_VARIANT(product_id), .kind = FIELD_ID, .doc = "Product." },
    { OF_VARIANT(sku), .kind = FIELD_TEXT, .doc = "Article." },
    { OF_VARIANT(name), .kind = FIELD_TEXT, .doc = "What tells it from its sisters: \"256 ГБ, чёрный\"." },
    { OF_VARIANT(unit_tracked), .kind = FIELD_BOOL, .doc = "Each piece has a serial number." },
    { OF_VARIANT(active), .kind = FIELD_BOOL, .doc = "For sale." },
    { OF_VARIANT(weight_g), .kind = FIELD_INT, .doc = "Grams." },
    { OF_VARIANT(barcodes), .kind = FIELD_LIST, .elem = FIELD_TEXT, .doc = "EAN and UPC codes." },
    F_INT(variant_shown, price_minor, OPT, 0, 0, "Price, kopecks; absent: not for sale here."),
    F_INT(variant_shown, old_minor, OPT, 0, 0, "Struck price, kopecks."),
    FIELD_END
};
static const struct shape variant_shown_shape = SHAPE("VariantShown", variant_shown, variant_shown_fields);

struct product_shown {
    i64 id, category_id, brand_id;
    const char *name, *slug, *brand, *description, *model;
    i64 warranty_days, vat_bp;
    bool active, complex_goods;
    struct list images, specs, variants;
};
static const struct field product_shown_fields[] = {
    F_ID(product_shown, id, 0, "Id."),
    F_ID(product_shown, category_id, 0, "Category."),
    F_ID(product_shown, brand_id, OPT, "Brand."),
    F_TEXT(product_shown, name, 0, 0, "Name in the caller's language."),
    F_TEXT(product_shown, slug, 0, 0, "Address."),
    F_TEXT(product_shown, brand, OPT, 0, "Brand's name."),
    F_TEXT(product_shown, description, 0, 0, "Description."),
    F_TEXT(product_shown, model, 0, 0, "Maker's own name of it."),
    F_INT(product_shown, warranty_days, 0, 0, 0, "Warranty, days."),
    F_INT(product_shown, vat_bp, 0, 0, 0, "VAT now, 1/100 %."),
    F_BOOL(product_shown, active, 0, "For sale."),
    F_BOOL(product_shown, complex_goods, 0, "Technically complex goods of the law."),
    F_LIST_OF(product_shown, images, 0, FIELD_TEXT, 0, "Addresses of pictures."),
    F_LIST(product_shown, specs, 0, &spec_shown_shape, 0, "Specifications in their order."),
    F_LIST(product_shown, variants, 0, &variant_shown_shape, 0, "Variants with prices."),
    FIELD_END
};
static const struct shape product_shown_shape = SHAPE("ProductShown", product_shown, product_shown_fields);

struct where {
    i64 region_id;
    int channel;
};
static const struct field where_fields[] = {
    F_ID(where, region_id, OPT, "Whose prices."),
    F_ENUM(where, channel, OPT, catalog_channel_words, "Whose prices; site when absent."),
    FIELD_END
};
static const struct shape where_shape = SHAPE("PriceWhere", where, where_fields);

/* ---- Scanner, suggestions ---- */
struct item_shown {
    struct catalog_item i;
    i64 price_minor, old_minor;
};
#define OF_ITEM(member) .name = #member, .at = offsetof(struct item_shown, i.member)
static const struct field item_fields[] = {
    { OF_ITEM(variant_id), .kind = FIELD_ID, .doc = "Variant." },
    { OF_ITEM(product_id), .kind = FIELD_ID, .doc = "Product." },
    { OF_ITEM(sku), .kind = FIELD_TEXT, .doc = "Article." },
    { OF_ITEM(name), .kind = FIELD_TEXT, .doc = "Product's name with the variant's." },
    { OF_ITEM(unit_tracked), .kind = FIELD_BOOL, .doc = "A serial number is asked for." },
    { OF_ITEM(active), .kind = FIELD_BOOL, .doc = "For sale." },
    { OF_ITEM(vat_bp), .kind = FIELD_INT, .doc = "VAT now, 1/100 %." },
    { OF_ITEM(weight_g), .kind = FIELD_INT, .doc = "Grams." },
    { OF_ITEM(warranty_days), .kind = FIELD_INT, .doc = "Warranty, days." },
    F_INT(item_shown, price_minor, OPT, 0, 0, "Price, kopecks; absent: not for sale here."),
    F_INT(item_shown, old_minor, OPT, 0, 0, "Struck price, kopecks."),
    FIELD_END
};
static const struct shape item_shape = SHAPE("CatalogItem", item_shown, item_fields);

struct suggest_ask {
    const char *q;
    i64 limit;
};
static const struct field suggest_ask_fields[] = {
    F_TEXT(suggest_ask, q, MUST, 200, "What has been typed so far."),
    F_INT(suggest_ask, limit, OPT, 1, 20, "Products at most; 6 when absent."),
    FIELD_END
};
static const struct shape suggest_ask_shape = SHAPE("SuggestAsk", suggest_ask, suggest_ask_fields);

static const char *const suggestion_words[] = { "query", "category", "product", NULL };
struct suggestion_shown {
    const char *text;
    int kind;
    i64 id;
};
static const struct field suggestion_fields[] = {
    F_TEXT(suggestion_shown, text, 0, 0, "What to show."),
    F_ENUM(suggestion_shown, kind, 0, suggestion_words, "Where it leads."),
    F_ID(suggestion_shown, id, OPT, "Category or product."),
    FIELD_END
};
static const struct shape suggestion_shape = SHAPE("Suggestion", suggestion_shown, suggestion_fields);
static const struct field suggestions_fields[] = {
    F_LIST(categories, items, 0, &suggestion_shape, 0, "Suggestions, best first."),
    FIELD_END
};
static const struct shape suggestions_shape = SHAPE("Suggestions", categories, suggestions_fields);

struct accessory_ask {
    i64 place_id, region_id, limit;
    int channel;
    bool fits;
};
static const struct field accessory_ask_fields[] = {
    F_ID(accessory_ask, place_id, OPT, "The shop chosen."),
    F_ID(accessory_ask, region_id, OPT, "Whose prices."),
    F_ENUM(accessory_ask, channel, OPT, catalog_channel_words, "Whose prices; site when absent."),
    F_BOOL(accessory_ask, fits, OPT, "The other way round: what this accessory fits."),
    F_INT(accessory_ask, limit, OPT, 1, LIMIT_PAGE, "At most; 24 when absent."),
    FIELD_END
};
static const struct shape accessory_ask_shape = SHAPE("AccessoryAsk", accessory_ask, accessory_ask_fields);
static const struct field tiles_fields[] = {
    F_LIST(categories, items, 0, &catalog_tile_shape, 0, "Products."),
    FIELD_END
};
const struct shape catalog_tiles_shape = SHAPE("Tiles", categories, tiles_fields);
/* clang-format on */

/* ---- Handlers ------------------------------------------------------------------- */

static enum err tree_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct categories *tree = NEW(c->mem, struct categories);

    (void)q;
    TRY(catalog_categories(c, &tree->items));
    r->max_age_s = TREE_CACHE_S;
    return reply_with(r, 200, tree);
}

static enum err category_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_category *k = NEW(c->mem, struct catalog_category);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(catalog_category_get(c, id, k));
    r->max_age_s = TREE_CACHE_S;
    return reply_with(r, 200, k);
}

static enum err search_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_found *found = NEW(c->mem, struct catalog_found);

    TRY(catalog_list(c, q->query, found));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, found);
}

static enum err category_product_get(struct ctx *c, const struct request *q,
                                     struct reply *r)
{
    struct catalog_found *found = NEW(c->mem, struct catalog_found);
    struct catalog_ask ask = *(const struct catalog_ask *)q->query;

    TRY(request_id_arg(c, q, 0, &ask.category_id));
    TRY(catalog_list(c, &ask, found));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, found);
}

static int suggestion_kind(const char *word)
{
    int k = 0;

    while (suggestion_words[k] && strcmp(suggestion_words[k], word) != 0) k++;
    return k;
}

static enum err suggest_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct suggest_ask *ask = q->query;
    struct categories *shown = NEW(c->mem, struct categories);
    struct list found = { 0 };
    const struct catalog_suggestion *s;

    TRY(catalog_suggest(c, ask->q, ask->limit == NONE ? 6 : ask->limit, &found));
    s = found.at;
    for (size_t k = 0; k < found.n; k++) {
        struct suggestion_shown *to = list_add(c->mem, &shown->items, sizeof(*to));

        *to = (struct suggestion_shown){ s[k].text, 0, s[k].id };
        to->kind = suggestion_kind(s[k].kind);
    }
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, shown);
}

static bool is_english(const struct ctx *c)
{
    return c->lang && !strcmp(c->lang, "en");
}

static const char *section_of(const struct ctx *c, const struct catalog_spec *s)
{
    const char *name = is_english(c) && *s->section_en ? s->section_en : s->section;

    return *name ? name : NULL;
}

static enum err specs_show(struct ctx *c, const struct catalog_product *p,
                           struct list *ret)
{
    const struct catalog_spec_value *v = p->specs.at;
    struct list kinds = { 0 };

    TRY(catalog_specs(c, &kinds));
    for (size_t n = 0; n < p->specs.n; n++)
        for (size_t k = 0; k < kinds.n; k++) {
            const struct catalog_spec *s = (struct catalog_spec *)kinds.at + k;

            if (s->id != v[n].spec_id) continue;
            *(struct spec_shown *)list_add(c->mem, ret, sizeof(struct spec_shown)) =
                (struct spec_shown){ s->code,
                                     is_english(c) && *s->name_en ? s->name_en
                                                                  : s->name,
                                     *s->unit ? s->unit : NULL,
                                     v[n].text,
                                     v[n].number,
                                     s->compare,
                                     section_of(c, s) };
        }
    return ERR_OK;
}

static enum err price_or_none(struct ctx *c, i64 variant_id, const struct where *w,
                              struct catalog_price *ret)
{
    const enum err e = catalog_price_of(
        c, variant_id, w->region_id, w->channel < 0 ? CHANNEL_SITE : w->channel, ret);

    if (e == ERR_NOT_FOUND) *ret = (struct catalog_price){ NONE, NONE, NONE };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err variants_show(struct ctx *c, i64 product_id, const struct where *w,
                              struct list *ret)
{
    struct list rows = { 0 };
    struct catalog_price price;
    const struct catalog_variant *v;

    TRY(catalog_variants_of(c, product_id, &rows));
    v = rows.at;
    for (size_t k = 0; k < rows.n; k++) {
        if (!v[k].active) continue;
        TRY(price_or_none(c, v[k].id, w, &price));
        *(struct variant_shown *)list_add(c->mem, ret, sizeof(struct variant_shown)) =
            (struct variant_shown){ v[k], price.price_minor, price.old_minor };
    }
    return ERR_OK;
}

static enum err product_show(struct ctx *c, i64 id, const struct where *w,
                             struct reply *r)
{
    struct product_shown *to = NEW(c->mem, struct product_shown);
    struct catalog_brand brand = { 0 };
    struct catalog_product p;

    TRY(catalog_product_get(c, id, &p));
    if (p.brand_id != NONE) TRY(catalog_brand_get(c, p.brand_id, &brand));
    *to = (struct product_shown){ .id = p.id,
                                  .category_id = p.category_id,
                                  .brand_id = p.brand_id,
                                  .slug = p.slug,
                                  .name =
                                      is_english(c) && *p.name_en ? p.name_en : p.name,
                                  .brand = brand.name,
                                  .description = p.description,
                                  .model = p.model,
                                  .warranty_days = p.warranty_days,
                                  .vat_bp = p.vat_bp,
                                  .active = p.active,
                                  .complex_goods = p.complex_goods,
                                  .images = p.images };
    TRY(specs_show(c, &p, &to->specs));
    TRY(variants_show(c, id, w, &to->variants));
    r->etag = arena_printf(c->mem, "%lld", p.version);
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, to);
}

static enum err product_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    return product_show(c, id, q->query, r);
}

static enum err product_slug_get(struct ctx *c, const struct request *q,
                                 struct reply *r)
{
    i64 id;

    TRY(catalog_product_find(c, q->args[0], &id));
    return product_show(c, id, q->query, r);
}

static enum err item_show(struct ctx *c, i64 variant_id, const struct where *w,
                          struct reply *r)
{
    struct item_shown *to = NEW(c->mem, struct item_shown);
    struct catalog_price price;

    TRY(catalog_item(c, variant_id, &to->i));
    TRY(price_or_none(c, variant_id, w, &price));
    to->price_minor = price.price_minor;
    to->old_minor = price.old_minor;
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, to);
}

static enum err variant_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    return item_show(c, id, q->query, r);
}

static enum err code_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(catalog_find_code(c, q->args[0], &id));
    return item_show(c, id, q->query, r);
}

static enum err accessory_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct accessory_ask *a = q->query;
    const struct catalog_ask ask = { .place_id = a->place_id,
                                     .region_id = a->region_id,
                                     .category_id = NONE,
                                     .channel = a->channel,
                                     .sort = -1 };
    struct categories *shown = NEW(c->mem, struct categories);
    struct list ids = { 0 };
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(catalog_compat_of(c, id, !a->fits, a->limit == NONE ? 24 : a->limit, &ids));
    TRY(catalog_tiles(c, &ids, &ask, &shown->items));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, shown);
}

/* ---- Changing ------------------------------------------------------------------- */

/* clang-format off */
struct edit_page {
    struct list items;
    const char *next;
};
static const struct field spec_fields[] = {
    F_ID(catalog_spec, id, 0, "Id."),
    F_TEXT(catalog_spec, code, MUST, 60, "Its name in filters: \"diagonal\"."),
    F_TEXT(catalog_spec, name, MUST, 100, "Name in Russian."),
    F_TEXT(catalog_spec, name_en, OPT, 100, "Name in English."),
    F_TEXT(catalog_spec, unit, OPT, 20, "Unit of a number."),
    F_ENUM(catalog_spec, kind, MUST, catalog_spec_kind_words, "What its values are."),
    F_BOOL(catalog_spec, facet, 0, "Shoppers filter by it."),
    F_BOOL(catalog_spec, compare, 0, "Shown when products are compared."),
    F_INT(catalog_spec, sort, 0, 0, 1000000, "Small first."),
    F_TEXT(catalog_spec, section, OPT, 100, "Heading it stands under: \"Экран\"."),
    F_TEXT(catalog_spec, section_en, OPT, 100, "The same in English."),
    F_ENUM(catalog_spec, better, OPT, catalog_better_words, "Which of two numbers is the better; neither when absent."),
    FIELD_END
};
static const struct shape spec_shape = SHAPE("Spec", catalog_spec, spec_fields);

static const struct field specs_fields[] = {
    F_LIST(edit_page, items, 0, &spec_shape, 0, "Specifications in their order."),
    FIELD_END
};
static const struct shape specs_shape = SHAPE("SpecList", edit_page, specs_fields);

static const struct field value_fields[] = {
    F_ID(catalog_spec_value, spec_id, MUST, "Specification."),
    F_TEXT(catalog_spec_value, text, MUST, 500, "Value as shown: \"6,7 дюйма\"."),
    F_REAL(catalog_spec_value, number, OPT, "Of a number, in the specification's unit; yes is 1, no 0; read from the text when absent."),
    FIELD_END
};
static const struct shape value_shape = SHAPE("SpecValue", catalog_spec_value, value_fields);

static const struct field product_fields[] = {
    F_ID(catalog_product, id, 0, "Id."),
    F_ID(catalog_product, category_id, MUST, "Category."),
    F_ID(catalog_product, brand_id, OPT, "Brand."),
    F_TEXT(catalog_product, name, MUST, 300, "Name in Russian."),
    F_TEXT(catalog_product, name_en, OPT, 300, "Name in English."),
    F_TEXT(catalog_product, slug, OPT, 100, "Address; made of the name when absent."),
    F_TEXT(catalog_product, description, OPT, 20000, "Description."),
    F_TEXT(catalog_product, model, OPT, 100, "Maker's own name of it."),
    F_TEXT(catalog_product, vat_code, OPT, 40, "Row of the rate table: standard, reduced, none."),
    F_INT(catalog_product, vat_bp, OPT, 0, 10000, "A fixed rate instead, 1/100 %."),
    F_INT(catalog_product, warranty_days, 0, 0, 36500, "Warranty, days."),
    F_BOOL(catalog_product, active, MUST, "For sale."),
    F_BOOL(catalog_product, complex_goods, 0, "Technically complex goods of the law."),
    F_INT(catalog_product, popularity, 0, 0, 1000000000, "Pieces sold in 90 days, for ranking."),
    F_LIST(catalog_product, specs, 0, &value_shape, 300, "All its specifications; what is not here is taken away."),
    F_LIST_OF(catalog_product, images, 0, FIELD_TEXT, 50, "Addresses of pictures, the first for lists."),
    FIELD_END
};
static const struct shape product_shape = SHAPE("Product", catalog_product, product_fields);

static const struct field variant_fields[] = {
    F_ID(catalog_variant, id, 0, "Id."),
    F_ID(catalog_variant, product_id, MUST, "Product."),
    F_TEXT(catalog_variant, sku, MUST, 64, "Article, the chain's own."),
    F_TEXT(catalog_variant, name, OPT, 200, "What tells it from its sisters."),
    F_BOOL(catalog_variant, unit_tracked, 0, "Each piece has a serial number."),
    F_BOOL(catalog_variant, active, MUST, "For sale."),
    F_INT(catalog_variant, weight_g, 0, 0, 1000000000, "Grams, packed."),
    F_LIST_OF(catalog_variant, barcodes, 0, FIELD_TEXT, 20, "EAN-8, UPC-A, EAN-13, GTIN-14."),
    FIELD_END
};
static const struct shape variant_shape = SHAPE("Variant", catalog_variant, variant_fields);

struct product_card {
    struct catalog_product *product;
    struct list variants; /* struct catalog_variant */
};
static const struct field card_fields[] = {
    F_OBJECT(product_card, product, 0, &product_shape, "The product as it is written."),
    F_LIST(product_card, variants, 0, &variant_shape, 0, "All its variants, hidden ones too."),
    FIELD_END
};
static const struct shape card_shape = SHAPE("ProductCard", product_card, card_fields);

struct list_edit {
    i64 id;
    const char *code, *name;
    i64 region_id;
    int channel;
    i64 priority;
    const char *price_type;
};
static const struct field list_fields[] = {
    F_ID(list_edit, id, 0, "Id."),
    F_TEXT(list_edit, code, MUST, 60, "Short name of your own."),
    F_TEXT(list_edit, name, OPT, 200, "Name."),
    F_ID(list_edit, region_id, OPT, "Only in this region."),
    F_ENUM(list_edit, channel, OPT, catalog_channel_words, "Only in this channel."),
    F_INT(list_edit, priority, 0, -1000000, 1000000, "Among lists of equal reach the higher wins."),
    F_TEXT(list_edit, price_type, OPT, 100, "Price type; \"retail\" when absent."),
    FIELD_END
};
static const struct shape list_shape = SHAPE("PriceList", list_edit, list_fields);
static const struct field lists_fields[] = {
    F_LIST(edit_page, items, 0, &list_shape, 0, "Price lists."),
    FIELD_END
};
static const struct shape lists_shape = SHAPE("PriceLists", edit_page, lists_fields);

static const struct field price_fields[] = {
    F_ID(catalog_price_row, list_id, MUST, "Price list."),
    F_ID(catalog_price_row, variant_id, MUST, "Variant."),
    F_TIME(catalog_price_row, from_at, OPT, "From when; now when absent."),
    F_TIME(catalog_price_row, to_at, OPT, "Until when; open when absent."),
    F_INT(catalog_price_row, price_minor, MUST, 0, 100000000000, "Price, kopecks."),
    F_INT(catalog_price_row, old_minor, OPT, 0, 100000000000, "Struck price, kopecks."),
    FIELD_END
};
static const struct shape price_shape = SHAPE("Price", catalog_price_row, price_fields);
static const struct field prices_fields[] = {
    F_LIST(edit_page, items, MUST, &price_shape, 1000, "Up to a thousand prices, all or none."),
    FIELD_END
};
static const struct shape prices_shape = SHAPE("Prices", edit_page, prices_fields);

static const struct field vat_fields[] = {
    F_TEXT(catalog_vat, code, MUST, 40, "Code: standard, reduced, none."),
    F_TIME(catalog_vat, from_at, MUST, "Since when."),
    F_INT(catalog_vat, rate_bp, MUST, 0, 10000, "Rate, 1/100 %."),
    FIELD_END
};
static const struct shape vat_shape = SHAPE("VatRate", catalog_vat, vat_fields);
static const struct field vats_fields[] = {
    F_LIST(edit_page, items, 0, &vat_shape, 0, "Rates by code and time."),
    FIELD_END
};
static const struct shape vats_shape = SHAPE("VatRates", edit_page, vats_fields);

struct fit_edit {
    i64 product_id, fits_product_id;
    bool fits;
};
static const struct field fit_fields[] = {
    F_ID(fit_edit, product_id, MUST, "Accessory."),
    F_ID(fit_edit, fits_product_id, MUST, "What it fits."),
    F_BOOL(fit_edit, fits, MUST, "It does, or does not any more."),
    FIELD_END
};
static const struct shape fit_shape = SHAPE("Fit", fit_edit, fit_fields);

struct fit_rule_edit {
    i64 accessory_category_id, category_id, spec_id;
    bool fits;
};
static const struct field fit_rule_fields[] = {
    F_ID(fit_rule_edit, accessory_category_id, MUST, "All of this category fit"),
    F_ID(fit_rule_edit, category_id, MUST, "all of this one"),
    F_ID(fit_rule_edit, spec_id, OPT, "whose value of this specification is the same."),
    F_BOOL(fit_rule_edit, fits, MUST, "They do, or do not any more."),
    FIELD_END
};
static const struct shape fit_rule_shape = SHAPE("FitRule", fit_rule_edit, fit_rule_fields);

/* clang-format on */

/* ---- What the handlers share ---------------------------------------------------- */

static enum err saved(struct ctx *c, const char *what, i64 id, const void *body,
                      bool is_new, struct reply *r)
{
    TRY(staff_audit(c, what, id, NULL));
    return reply_with(r, is_new ? 201 : 200, body);
}

/* The id of the path, 0 for a POST. */
static enum err edited_id(struct ctx *c, const struct request *q, i64 *ret)
{
    *ret = 0;
    return q->args[0] ? request_id_arg(c, q, 0, ret) : ERR_OK;
}

/* The version that the caller read; a text that is none of ours matches nothing. */
static i64 if_match(const struct request *q)
{
    char *end;

    if (!q->if_match) return 0;
    const i64 version = strtoll(q->if_match, &end, 10);
    return *end || end == q->if_match || version <= 0 ? -1 : version;
}

/* ---- Handlers ------------------------------------------------------------------- */

static enum err category_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_category *k = NEW(c->mem, struct catalog_category);

    *k = *(const struct catalog_category *)q->body;
    TRY(edited_id(c, q, &k->id));
    const bool is_new = !k->id;
    TRY(catalog_category_put(c, k));
    return saved(c, "catalog.put_category", k->id, k, is_new, r);
}

static enum err specs_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct edit_page *page = NEW(c->mem, struct edit_page);

    (void)q;
    TRY(catalog_specs(c, &page->items));
    return reply_with(r, 200, page);
}

static enum err spec_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_spec *s = NEW(c->mem, struct catalog_spec);

    *s = *(const struct catalog_spec *)q->body;
    TRY(edited_id(c, q, &s->id));
    const bool is_new = !s->id;
    TRY(catalog_spec_put(c, s));
    return saved(c, "catalog.put_spec", s->id, s, is_new, r);
}

static enum err product_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_product *p = NEW(c->mem, struct catalog_product);

    *p = *(const struct catalog_product *)q->body;
    p->version = if_match(q);
    TRY(edited_id(c, q, &p->id));
    const bool is_new = !p->id;
    TRY(catalog_product_put(c, p));
    r->etag = arena_printf(c->mem, "%lld", p->version);
    return saved(c, "catalog.put_product", p->id, p, is_new, r);
}

static enum err card_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct product_card *card = NEW(c->mem, struct product_card);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    card->product = NEW(c->mem, struct catalog_product);
    TRY(catalog_product_get(c, id, card->product));
    TRY(catalog_variants_of(c, id, &card->variants));
    r->etag = arena_printf(c->mem, "%lld", card->product->version);
    return reply_with(r, 200, card);
}

static enum err variant_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_variant *v = NEW(c->mem, struct catalog_variant);

    *v = *(const struct catalog_variant *)q->body;
    TRY(edited_id(c, q, &v->id));
    const bool is_new = !v->id;
    TRY(catalog_variant_put(c, v));
    return saved(c, "catalog.put_variant", v->id, v, is_new, r);
}

static enum err lists_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct edit_page *page = NEW(c->mem, struct edit_page);
    struct list rows = { 0 };

    (void)q;
    TRY(catalog_price_lists(c, &rows));
    for (size_t k = 0; k < rows.n; k++) {
        const struct catalog_price_list *l = (struct catalog_price_list *)rows.at + k;

        *(struct list_edit *)list_add(c->mem, &page->items, sizeof(struct list_edit)) =
            (struct list_edit){ l->id,      l->code,     l->name,      l->region_id,
                                l->channel, l->priority, l->price_type };
    }
    return reply_with(r, 200, page);
}

static enum err list_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct list_edit *e = NEW(c->mem, struct list_edit);

    *e = *(const struct list_edit *)q->body;
    TRY(edited_id(c, q, &e->id));
    const bool is_new = !e->id;
    struct catalog_price_list l = { e->id,      e->code,     e->name,      e->region_id,
                                    e->channel, e->priority, e->price_type };
    TRY(catalog_price_list_put(c, &l));
    e->id = l.id;
    return saved(c, "catalog.put_price_list", l.id, e, is_new, r);
}

static enum err prices_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct edit_page *page = NEW(c->mem, struct edit_page);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(catalog_prices_of(c, id, &page->items));
    return reply_with(r, 200, page);
}

/* All prices or none; the first bad one is named by its place in the body. */
static enum err prices_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct edit_page *body = q->body;
    const struct catalog_price_row *p = body->items.at;

    for (size_t k = 0; k < body->items.n; k++) {
        const enum err e = catalog_price_set(c, &p[k]);
        if (e && !c->fault.field)
            c->fault.field = arena_printf(c->mem, "items[%zu]", k);
        TRY(e);
    }
    TRY(staff_audit(c, "catalog.put_prices", body->items.n ? p[0].list_id : 0, NULL));
    return reply_empty(r);
}

static enum err vats_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct edit_page *page = NEW(c->mem, struct edit_page);

    (void)q;
    TRY(catalog_vat_list(c, &page->items));
    return reply_with(r, 200, page);
}

static enum err vat_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct catalog_vat *v = q->body;

    TRY(catalog_vat_put(c, v->code, v->from_at, v->rate_bp));
    return saved(c, "catalog.put_vat", 0, v, false, r);
}

static enum err fit_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct fit_edit *f = q->body;

    TRY(catalog_compat_put(c, f->product_id, f->fits_product_id, f->fits));
    return saved(c, "catalog.put_fit", f->product_id, f, false, r);
}

static enum err fit_rule_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct fit_rule_edit *f = q->body;

    TRY(catalog_compat_rule_put(c, f->accessory_category_id, f->category_id, f->spec_id,
                                f->fits));
    return saved(c, "catalog.put_fit_rule", f->accessory_category_id, f, false, r);
}

/* clang-format off */
#define EDIT RIGHT_CATALOG_WRITE, WRITES

const struct route catalog_routes[] = {
    { "GET", "/v1/catalog/category", tree_get, RIGHT_ANYONE, READS, .out = &tree_shape,
      .doc = "The tree of categories, as a list with parents." },
    { "GET", "/v1/catalog/category/{id}", category_get, RIGHT_ANYONE, READS, .out = &catalog_category_shape,
      .doc = "One category." },
    { "GET", "/v1/catalog/category/{id}/product", category_product_get, RIGHT_ANYONE, READS_LONG, .query = &ask_shape,
      .out = &found_shape, .doc = "A category's page: products, filters with counts, what a shop has now." },
    { "GET", "/v1/catalog/search", search_get, RIGHT_ANYONE, READS_LONG, .query = &ask_shape, .out = &found_shape,
      .doc = "Search in any spelling: endings, translit, wrong layout, typos, model numbers." },
    { "GET", "/v1/catalog/suggest", suggest_get, RIGHT_ANYONE, READS_LONG, .query = &suggest_ask_shape,
      .out = &suggestions_shape, .doc = "What somebody who types may mean." },
    { "GET", "/v1/catalog/product/{id}", product_get, RIGHT_ANYONE, READS, .query = &where_shape,
      .out = &product_shown_shape, .doc = "A product with specifications and variants." },
    { "GET", "/v1/catalog/product/{id}/accessory", accessory_get, RIGHT_ANYONE, READS_LONG, .query = &accessory_ask_shape,
      .out = &catalog_tiles_shape, .doc = "What fits a product, or what an accessory fits." },
    { "GET", "/v1/catalog/slug/{slug}", product_slug_get, RIGHT_ANYONE, READS, .query = &where_shape,
      .out = &product_shown_shape, .doc = "A product by its address." },
    { "GET", "/v1/catalog/tile", tile_list_get, RIGHT_ANYONE, READS_LONG, .query = &catalog_ids_shape,
      .out = &catalog_tiles_shape, .doc = "These products as lists show them, in the order asked; what is not for sale is left out." },
    { "GET", "/v1/catalog/bestseller", bestseller_get, RIGHT_ANYONE, READS_LONG, .query = &catalog_best_ask_shape,
      .out = &catalog_best_shape, .doc = "What sold best in the last 30 days where the caller is; filled up from the chain." },
    { "GET", "/v1/catalog/compare", compare_get, RIGHT_ANYONE, READS_LONG, .query = &catalog_ids_shape,
      .out = &catalog_compare_shape, .doc = "Up to four products of one category side by side, what differs first." },
    { "GET", "/v1/catalog/category/{id}/question", question_get, RIGHT_ANYONE, READS_LONG, .query = &catalog_best_ask_shape,
      .out = &catalog_questions_shape, .doc = "Guided selection: the few questions that tell this category's goods apart." },
    { "GET", "/v1/catalog/category/{id}/choice", choice_get, RIGHT_ANYONE, READS_LONG, .query = &catalog_choose_ask_shape,
      .out = &catalog_choices_shape, .doc = "Guided selection: a short list for these answers, with reasons." },
    { "GET", "/v1/catalog/guide", guide_get, RIGHT_CATALOG_WRITE, READS, .out = &catalog_guides_shape,
      .doc = "What guided selection asks in words that people wrote." },
    { "PUT", "/v1/catalog/guide", guide_put, EDIT, .in = &catalog_guide_shape, .out = &catalog_guide_shape,
      .doc = "Write a question of guided selection, or that it is never asked.",
      .example = "{\"code\":\"ram\",\"sort\":10,\"asked\":true,\"text\":\"Сколько программ работает сразу?\","
                 "\"answers\":[{\"text\":\"Две-три\",\"value\":\"4..\"},{\"text\":\"Много и тяжёлые игры\",\"value\":\"8..\"}]}" },
    { "DELETE", "/v1/catalog/guide", guide_delete, EDIT, .query = &catalog_guide_key_shape,
      .doc = "Forget what was written about a question: it is asked by its name again." },
    { "GET", "/v1/catalog/variant/{id}", variant_get, RIGHT_ANYONE, READS, .query = &where_shape, .out = &item_shape,
      .doc = "A variant with its price." },
    { "GET", "/v1/catalog/code/{code}", code_get, RIGHT_ANYONE, READS, .query = &where_shape, .out = &item_shape,
      .doc = "What a scanner read: barcode, article, or maker's model." },

    { "POST", "/v1/catalog/category", category_put, EDIT, .in = &catalog_category_shape, .out = &catalog_category_shape,
      .doc = "Add a category.", .example = "{\"name\":\"Фотоаппараты\",\"name_en\":\"Cameras\",\"sort\":90,\"active\":true}" },
    { "PUT", "/v1/catalog/category/{id}", category_put, EDIT, .in = &catalog_category_shape, .out = &catalog_category_shape,
      .doc = "Change a category as a whole." },
    { "GET", "/v1/catalog/spec", specs_get, RIGHT_ANYONE, READS, .out = &specs_shape,
      .doc = "Kinds of specification." },
    { "POST", "/v1/catalog/spec", spec_put, EDIT, .in = &spec_shape, .out = &spec_shape, .doc = "Add a kind of specification.",
      .example = "{\"code\":\"zoom\",\"name\":\"Оптический зум\",\"unit\":\"крат\",\"kind\":\"number\",\"facet\":true,\"sort\":70}" },
    { "PUT", "/v1/catalog/spec/{id}", spec_put, EDIT, .in = &spec_shape, .out = &spec_shape,
      .doc = "Change a kind of specification." },
    { "POST", "/v1/catalog/product", product_put, EDIT, .in = &product_shape, .out = &product_shape, .body_max = 256 << 10,
      .doc = "Add a product.",
      .example = "{\"category_id\":\"{category_id}\",\"name\":\"Фотоаппарат Canon EOS R50\",\"model\":\"R50\","
                 "\"warranty_days\":365,\"active\":true,\"complex_goods\":true}" },
    { "PUT", "/v1/catalog/product/{id}", product_put, EDIT, .in = &product_shape, .out = &product_shape, .body_max = 256 << 10,
      .doc = "Change a product as a whole; with If-Match only when nobody else has." },
    { "GET", "/v1/catalog/product/{id}/card", card_get, RIGHT_CATALOG_WRITE, READS, .out = &card_shape,
      .doc = "A product as it is written, hidden or not, with all its variants: what an editor begins with." },
    { "POST", "/v1/catalog/variant", variant_put, EDIT, .in = &variant_shape, .out = &variant_shape, .doc = "Add a variant.",
      .example = "{\"product_id\":\"{product_id}\",\"sku\":\"CAM-0001\",\"name\":\"чёрный\",\"active\":true,"
                 "\"unit_tracked\":true,\"weight_g\":900,\"barcodes\":[\"4006381333931\"]}" },
    { "PUT", "/v1/catalog/variant/{id}", variant_put, EDIT, .in = &variant_shape, .out = &variant_shape,
      .doc = "Change a variant as a whole." },
    { "GET", "/v1/catalog/variant/{id}/price", prices_get, RIGHT_CATALOG_WRITE, READS, .out = &prices_shape,
      .doc = "All prices of a variant, past and future." },
    { "GET", "/v1/catalog/price-list", lists_get, RIGHT_CATALOG_WRITE, READS, .out = &lists_shape, .doc = "Price lists." },
    { "POST", "/v1/catalog/price-list", list_put, EDIT, .in = &list_shape, .out = &list_shape, .doc = "Add a price list.",
      .example = "{\"code\":\"weekend\",\"name\":\"Выходные\",\"channel\":\"site\",\"priority\":10}" },
    { "PUT", "/v1/catalog/price-list/{id}", list_put, EDIT, .in = &list_shape, .out = &list_shape, .doc = "Change a price list." },
    { "PUT", "/v1/catalog/price", prices_put, EDIT, .in = &prices_shape, .body_max = 512 << 10,
      .doc = "Set prices, up to a thousand at once, all or none.",
      .example = "{\"items\":[{\"list_id\":\"{price_list_id}\",\"variant_id\":\"{variant_id}\",\"price_minor\":7999000,\"old_minor\":8999000}]}" },
    { "GET", "/v1/catalog/vat", vats_get, RIGHT_ANYONE, READS, .out = &vats_shape, .doc = "Rates of VAT by code and time." },
    { "PUT", "/v1/catalog/vat", vat_put, EDIT, .in = &vat_shape, .out = &vat_shape, .doc = "Set a rate of VAT from a time on.",
      .example = "{\"code\":\"reduced\",\"from_at\":\"2027-01-01T00:00:00+03:00\",\"rate_bp\":1000}" },
    { "PUT", "/v1/catalog/fit", fit_put, EDIT, .in = &fit_shape, .out = &fit_shape,
      .doc = "Say that an accessory fits a product, or does not." },
    { "PUT", "/v1/catalog/fit-rule", fit_rule_put, EDIT, .in = &fit_rule_shape, .out = &fit_rule_shape,
      .doc = "Say what fits by category and specification." },
    ROUTE_END
};
/* clang-format on */
