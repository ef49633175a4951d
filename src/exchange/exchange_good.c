/* Groups, properties, goods and offers of CommerceML (and of a feed of our own)
 * become categories, specifications, products and variants.
 *
 * Everything here is called in a unit, may be called again, and writes only what
 * differs from what the other side said last (exchange_key.hash): a full exchange
 * of an unchanged catalogue costs one read and one small update a good, and does
 * not undo what people changed here meanwhile. */
#include "exchange/exchange_good.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/charset.h"
#include "setting/setting.h"

enum {
    VALUE_GET,
    VALUE_PUT,
    PROPERTY_GET,
    PROPERTY_PUT,
    KEY_SEEN,
    PLACE_NAME,
    ANY_REGION,
    CATEGORY_NAME
};

/* clang-format off */
const struct query exchange_good_sql[] = {
    [VALUE_GET] = { "exchange.get_value",
        "SELECT word FROM exchange_value WHERE source = $1 AND property = $2 AND external = $3" },

    [VALUE_PUT] = { "exchange.put_value",
        "INSERT INTO exchange_value (source, property, external, word) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (source, property, external) DO UPDATE SET word = excluded.word"
        " WHERE exchange_value.word <> excluded.word" },

    [PROPERTY_GET] = { "exchange.get_property",
        "SELECT name, kind, spec_id FROM exchange_property WHERE source = $1 AND external = $2" },

    [PROPERTY_PUT] = { "exchange.put_property",
        "INSERT INTO exchange_property (source, external, name, kind, spec_id)"
        " VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (source, external) DO UPDATE SET name = excluded.name,"
        " kind = excluded.kind, spec_id = excluded.spec_id" },

    [KEY_SEEN] = { "exchange.see_key",
        "UPDATE exchange_key SET seen_run = $4"
        " WHERE source = $1 AND kind = $2 AND external = $3 AND seen_run <> $4" },

    [PLACE_NAME] = { "exchange.find_place_by_name",
        "SELECT id FROM pub_place_place WHERE name = $1 OR code = $1 ORDER BY id LIMIT 1",
        .scan = "places are few, and this is asked once for each warehouse ever" },

    [ANY_REGION] = { "exchange.find_any_region",
        "SELECT region_id FROM pub_place_place ORDER BY id LIMIT 1" },

    [CATEGORY_NAME] = { "exchange.find_category_by_name",
        "SELECT id FROM pub_catalog_category WHERE parent_id IS NOT DISTINCT FROM $1"
        " AND name = $2 ORDER BY id LIMIT 1", .types = "it",
        .scan = "categories are few hundreds, and this is asked once for each new one" },
    QUERY_END
};
/* clang-format on */

/* ---- Keys
 * ------------------------------------------------------------------------------ */

/* What stands for their thing; our_id 0 when nothing does yet. */
static enum err look(struct run *r, struct ctx *c, const char *kind,
                     const char *external, struct key *ret)
{
    *ret = (struct key){ .source = r->source, .kind = kind, .external = external };
    const enum err e = key_get(c, ret);

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err seen(struct run *r, struct ctx *c, const struct key *k)
{
    return db_exec(c, &exchange_good_sql[KEY_SEEN], NULL, k->source, k->kind,
                   k->external, r->id);
}

static enum err settle(struct run *r, struct ctx *c, struct key *k, i64 our_id,
                       u64 hash, bool active)
{
    k->our_id = our_id;
    k->hash = (i64)hash;
    k->active = active;
    k->seen_run = r->id;
    return key_put(c, k);
}

static bool same(const struct key *k, u64 hash)
{
    return k->our_id && k->hash == (i64)hash;
}

/* ---- Places
 * ------------------------------------------------------------------------------ */

/* The region of places that 1C names: the setting's, else that of any place there
 * is, else one made for them. */
enum err good_region(struct run *r, struct ctx *c, i64 *ret_region_id)
{
    struct key k;
    struct place_region region = {
        .code = "1c",
        .name = "Регион обмена",
        .utc_offset_min = r->utc_offset_min,
        .digital_level = NONE,
        .delivery_free_from_minor = NONE,
    };

    *ret_region_id = setting_int(c, "exchange.region_id", (struct setting_scope){ 0 });
    if (*ret_region_id) return ERR_OK;
    const enum err e = db_one0(c, &exchange_good_sql[ANY_REGION], INTO(ret_region_id));
    if (e != ERR_NOT_FOUND) return e;
    TRY(look(r, c, "region", "", &k));
    if (!k.our_id) {
        TRY(place_region_put(c, &region));
        TRY(settle(r, c, &k, region.id, 0, true));
    }
    *ret_region_id = k.our_id;
    return ERR_OK;
}

/* A warehouse's place: the one a person tied to it, else one of the same name or
 * code, else a new one, of which people then say whether it is a shop. */
enum err good_place(struct run *r, struct ctx *c, const char *external,
                    const char *name, const char *address, i64 *ret_place_id)
{
    struct key k;
    struct place p = { .kind = PLACE_WAREHOUSE,
                       .active = true,
                       .lat_e6 = NONE,
                       .lon_e6 = NONE,
                       .city = "",
                       .phone = "" };

    TRY(look(r, c, "place", external, &k));
    *ret_place_id = k.our_id;
    if (k.our_id) return seen(r, c, &k);
    const enum err e =
        db_one(c, &exchange_good_sql[PLACE_NAME], INTO(&p.id), name ? name : external);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e) {
        TRY(good_region(r, c, &p.region_id));
        p.code = *external ? external : arena_printf(c->mem, "%s-all", r->source);
        p.name = name ? name : *external ? external : "Общий склад";
        p.address = address ? address : "";
        p.utc_offset_min = r->utc_offset_min;
        TRY(place_put(c, &p));
    }
    *ret_place_id = p.id;
    return settle(r, c, &k, p.id, 0, true);
}

enum err good_store(struct run *r, struct ctx *c, const struct cml_store *s)
{
    i64 ignored;

    if (!s->id) return FAIL(c, BAD_FORMAT, "a warehouse without an id");
    return good_place(r, c, s->id, s->name, s->address, &ignored);
}

/* ---- Groups
 * -------------------------------------------------------------------------------- */

enum err good_category(struct run *r, struct ctx *c, const struct good_category *said,
                       i64 *ret_id)
{
    struct key k;
    struct catalog_category g = { .name_en = "" };
    const u64 hash = mark_int(
        mark_int(mark_text(MARK_START, said->name), said->parent_id), said->deleted);

    TRY(look(r, c, "group", said->external, &k));
    *ret_id = g.id = k.our_id;
    if (same(&k, hash)) return seen(r, c, &k);
    if (!g.id) {
        const enum err e = db_one(c, &exchange_good_sql[CATEGORY_NAME], INTO(&g.id),
                                  said->parent_id, said->name);
        if (e && e != ERR_NOT_FOUND) return e;
    }
    if (g.id) TRY(catalog_category_get(c, g.id, &g));
    g.parent_id = said->parent_id;
    g.name = said->name;
    g.active = !said->deleted;
    TRY(catalog_category_put(c, &g));
    *ret_id = g.id;
    return settle(r, c, &k, g.id, hash, !said->deleted);
}

enum err good_group(struct run *r, struct ctx *c, const struct cml_group *g)
{
    struct key parent = { 0 };
    i64 ignored;

    if (!g->id) return FAIL(c, BAD_FORMAT, "a group without an id");
    if (g->parent_id) TRY(look(r, c, "group", g->parent_id, &parent));
    return good_category(r, c,
                         &(struct good_category){ g->id, g->name ? g->name : g->id,
                                                  parent.our_id ? parent.our_id : NONE,
                                                  g->deleted },
                         &ignored);
}

/* Where goods go whose group nobody has told. */
static enum err no_group(struct run *r, struct ctx *c, i64 *ret_id)
{
    return good_category(r, c, &(struct good_category){ "", "Без группы", NONE, false },
                         ret_id);
}

/* ---- Properties
 * ------------------------------------------------------------------------------ */

/* Properties that say what we keep elsewhere. */
static bool is_word(struct ctx *c, const char *name, const char *const *words)
{
    const char *fold = name ? charset_fold(c->mem, name) : "";

    for (; *words; words++)
        if (strcmp(*words, fold) == 0) return true;
    return false;
}
static const char *const brand_words[] = { "бренд",          "производитель",
                                           "торговая марка", "марка",
                                           "brand",          "vendor",
                                           "изготовитель",   NULL };
static const char *const article_words[] = { "артикул", "sku", "article", NULL };

enum err good_property(struct run *r, struct ctx *c, const struct cml_property *p)
{
    struct key k;
    struct catalog_spec s = {
        .name = p->name, .name_en = "", .unit = "", .compare = true
    };
    const bool list = p->kind && strcmp(p->kind, "Справочник") == 0;

    if (!p->id || !p->name)
        return FAIL(c, BAD_FORMAT, "a property without an id or a name");
    const u64 hash =
        mark_int(mark_text(mark_text(MARK_START, p->name), p->kind), p->deleted);
    TRY(look(r, c, "property", p->id, &k));
    if (same(&k, hash)) return seen(r, c, &k);
    s.id = k.our_id;
    s.code = arena_printf(c->mem, "%s-%llx", r->source,
                          mark_text(mark_text(MARK_START, r->source), p->id));
    s.kind = p->kind && strcmp(p->kind, "Число") == 0 ? SPEC_NUMBER
             : list                                   ? SPEC_WORD
                                                      : SPEC_TEXT;
    s.facet = list && !p->deleted;
    TRY(catalog_spec_put(c, &s));
    TRY(db_exec(c, &exchange_good_sql[PROPERTY_PUT], NULL, r->source, p->id, p->name,
                (i64)s.kind, s.id));
    return settle(r, c, &k, s.id, hash, !p->deleted);
}

enum err good_value(struct run *r, struct ctx *c, const struct cml_value *v)
{
    if (!v->property_id)
        return FAIL(c, BAD_FORMAT, "a value of a property without an id");
    return db_exec(c, &exchange_good_sql[VALUE_PUT], NULL, r->source, v->property_id,
                   v->id, v->text);
}

/* The word behind a value, which is itself when no list has it. */
static enum err word_of(struct run *r, struct ctx *c, const struct cml_pair *v,
                        const char **ret)
{
    const enum err e = db_one(c, &exchange_good_sql[VALUE_GET], INTO(ret), r->source,
                              v->name, v->value);

    if (e != ERR_NOT_FOUND) return e;
    *ret = v->value;
    return ERR_OK;
}

/* A good's properties sorted out: what is a brand, an article, a specification. */
struct told {
    struct list specs; /* struct catalog_spec_value */
    const char *brand, *article, *words;
};

static void add_spec(struct ctx *c, struct told *t, i64 spec_id, i64 kind,
                     const char *word)
{
    struct catalog_spec_value *v = t->specs.at;

    for (size_t k = 0; k < t->specs.n; k++)
        if (v[k].spec_id == spec_id) { /* one of several values */
            v[k].text = arena_printf(c->mem, "%s, %s", v[k].text, word);
            v[k].number = NAN;
            return;
        }
    v = list_add(c->mem, &t->specs, sizeof(*v));
    *v = (struct catalog_spec_value){ .spec_id = spec_id, .text = word, .number = NAN };
    char *end, *dot = arena_strdup(c->mem, word, strlen(word));
    for (char *p = dot; *p; p++)
        if (*p == ',') *p = '.';
    const double number = strtod(dot, &end);
    if (kind == SPEC_NUMBER && end > dot && !*end) v->number = number;
}

static enum err sort_out(struct run *r, struct ctx *c, const struct cml_good *g,
                         struct told *t)
{
    const struct cml_pair *v = g->values.at;

    *t = (struct told){ .brand = g->brand };
    for (size_t k = 0; k < g->values.n; k++) {
        const char *name, *word;
        i64 kind, spec_id;
        const enum err e = db_one(c, &exchange_good_sql[PROPERTY_GET],
                                  INTO(&name, &kind, &spec_id), r->source, v[k].name);

        if (e == ERR_NOT_FOUND)
            continue; /* no classifier told it: nobody knows its name */
        TRY(e);
        TRY(word_of(r, c, &v[k], &word));
        if (is_word(c, name, brand_words)) {
            if (!t->brand) t->brand = word;
        } else if (is_word(c, name, article_words)) {
            t->article = word;
        } else {
            add_spec(c, t, spec_id, kind, word);
            t->words = t->words ? arena_printf(c->mem, "%s, %s", t->words, word) : word;
        }
    }
    return ERR_OK;
}

/* ---- Goods
 * ------------------------------------------------------------------------------------
 */

static const char *requisite(const struct cml_list *l, const char *name)
{
    const struct cml_pair *p = l->at;

    for (size_t k = 0; k < l->n; k++)
        if (strcmp(p[k].name, name) == 0) return p[k].value;
    return NULL;
}

static enum err category_of(struct run *r, struct ctx *c, const struct cml_good *g,
                            i64 line, i64 *ret_id)
{
    const char *const *ids = g->groups.at;
    struct key k = { 0 };

    for (size_t j = 0; j < g->groups.n && !k.our_id; j++)
        TRY(look(r, c, "group", ids[j], &k));
    *ret_id = k.our_id;
    if (k.our_id) return ERR_OK;
    if (g->groups.n)
        run_reject(r, line, "groups", ids[0],
                   "no group of this id was told; the good is taken");
    return no_group(r, c, ret_id);
}

/* The rate as a row of the table of rates where one says the same. */
static void vat_of(struct run *r, struct ctx *c, const struct cml_good *g, i64 line,
                   struct catalog_product *p)
{
    static const char *const codes[] = { "standard", "reduced", "none", "simplified5",
                                         "simplified7" };
    i64 bp, rate;

    if (!g->tax) return;
    if (!vat_parse(g->tax, &bp)) {
        run_reject(r, line, "goods", g->tax,
                   "not a rate of VAT; the usual one is taken");
        return;
    }
    p->vat_bp = bp;
    p->vat_code = NULL;
    for (size_t k = 0; k < COUNT(codes) && !p->vat_code; k++)
        if (catalog_vat_rate(c, codes[k], c->now, &rate) == ERR_OK && rate == bp)
            p->vat_code = codes[k];
    c->fault = (struct fault){ 0 };
}

/* Of what was said, not of what is there: people may have changed that since. */
static u64 product_hash(const struct cml_good *g, const struct told *t, i64 category_id,
                        const struct list *images)
{
    const struct catalog_spec_value *v = t->specs.at;
    const char *const *image = images->at;
    u64 h = mark_text(MARK_START, g->name);

    h = mark_text(mark_text(h, g->description), g->article);
    h = mark_text(mark_text(mark_int(h, category_id), t->brand), g->tax);
    h = mark_int(h, g->deleted);
    for (size_t k = 0; k < t->specs.n; k++)
        h = mark_text(mark_int(h, v[k].spec_id), v[k].text);
    for (size_t k = 0; k < images->n; k++) h = mark_text(h, image[k]);
    return h;
}

/* What is there already stays where the other side does not speak of it. */
static enum err product_start(struct ctx *c, i64 id, struct catalog_product *p)
{
    if (id) return catalog_product_get(c, id, p);
    *p = (struct catalog_product){
        .brand_id = NONE,
        .vat_bp = NONE,
        .name_en = "",
        .description = "",
        .model = "",
        .complex_goods = true,
        .warranty_days =
            setting_int(c, "exchange.warranty_days", (struct setting_scope){ 0 }),
    };
    return ERR_OK;
}

static enum err images_of(struct run *r, struct ctx *c, const struct cml_good *g,
                          struct list *ret)
{
    const char *const *from = g->images.at;

    *ret = (struct list){ 0 };
    for (size_t k = 0; k < g->images.n; k++) {
        const char *url = picture_url(r, c, from[k]);

        if (url) *(const char **)list_add(c->mem, ret, sizeof(url)) = url;
    }
    return ERR_OK;
}

static enum err product_of(struct run *r, struct ctx *c, const struct cml_good *g,
                           i64 line, struct key *k)
{
    struct catalog_product p;
    struct told t;
    struct list images;
    i64 category_id;

    TRY(sort_out(r, c, g, &t));
    TRY(category_of(r, c, g, line, &category_id));
    TRY(images_of(r, c, g, &images));
    const u64 hash = product_hash(g, &t, category_id, &images);
    if (same(k, hash)) return seen(r, c, k);

    TRY(product_start(c, k->our_id, &p));
    p.name = g->name ? g->name : requisite(&g->requisites, "Полное наименование");
    if (!p.name) p.name = g->article;
    if (!p.name) return FAIL(c, BAD_FORMAT, "the good has no name");
    if (g->description) p.description = g->description;
    if (g->article) p.model = g->article;
    p.active = !g->deleted;
    p.category_id = category_id;
    if (t.brand) TRY(catalog_brand_put(c, t.brand, &p.brand_id));
    vat_of(r, c, g, line, &p);
    if (t.specs.n || !k->our_id) p.specs = t.specs;
    if (images.n) p.images = images;
    TRY(catalog_product_put(c, &p));
    return settle(r, c, k, p.id, hash, p.active);
}

/* ---- Variants
 * ------------------------------------------------------------------------------- */

/* The article when it is free, else one that is: goods come without any, and
 * offers of one good often share it. */
static enum err sku_of(struct ctx *c, const char *source, const char *const *wishes,
                       const char *external, i64 own_id, const char **ret)
{
    for (; *wishes; wishes++) {
        i64 other = 0;

        if (!**wishes) continue;
        const enum err e = catalog_find_code(c, *wishes, &other);
        if (e && e != ERR_NOT_FOUND) return e;
        c->fault = (struct fault){ 0 };
        *ret = *wishes;
        if (e == ERR_NOT_FOUND || other == own_id) return ERR_OK;
    }
    i64 other = 0;
    const enum err e = catalog_find_code(c, external, &other);
    if (e && e != ERR_NOT_FOUND) return e;
    c->fault = (struct fault){ 0 };
    *ret = e == ERR_NOT_FOUND || other == own_id
               ? external
               : arena_printf(c->mem, "%s:%s", source, external);
    return ERR_OK;
}

/* "Стол (39, Красный)" of the good "Стол" is "39, Красный"; with features or words
 * of properties those are. */
static const char *variant_name(struct ctx *c, const struct cml_good *g,
                                const struct told *t, const char *product)
{
    const struct cml_pair *f = g->features.at;
    const char *name = "";
    size_t n = product ? strlen(product) : 0;

    for (size_t k = 0; k < g->features.n; k++)
        name = k ? arena_printf(c->mem, "%s, %s", name, f[k].value) : f[k].value;
    if (*name || !strchr(g->id, '#')) return name;
    if (g->name && n && strncmp(g->name, product, n) == 0 && g->name[n] == ' ') {
        const char *rest = g->name + n + 1;
        const size_t len = strlen(rest);

        if (len > 2 && rest[0] == '(' && rest[len - 1] == ')')
            return arena_strdup(c->mem, rest + 1, len - 2);
    }
    return t->words ? t->words : "";
}

static void barcodes_of(struct run *r, struct ctx *c, const struct cml_good *g,
                        i64 line, i64 own_id, struct list *ret)
{
    const char *code = g->barcode;
    i64 other = 0;

    if (!code) return;
    if (!catalog_barcode_ok(code)) {
        run_reject(r, line, "barcodes", code, "not a barcode with a right check digit");
        return;
    }
    const enum err e = catalog_find_code(c, code, &other);
    c->fault = (struct fault){ 0 };
    if (e == ERR_OK && other != own_id)
        run_reject(r, line, "barcodes", code, "the barcode belongs to variant %lld",
                   other);
    else
        *(const char **)list_add(c->mem, ret, sizeof(code)) = code;
}

static i64 weight_of(const struct cml_good *g)
{
    const double kg = g->weight ? strtod(g->weight, NULL) : 0;

    return kg > 0 && kg < 100000 ? (i64)(kg * 1000 + 0.5) : 0;
}

static u64 variant_hash(const struct cml_good *g, const struct told *t, i64 product_id,
                        const char *const *wishes)
{
    const struct cml_pair *f = g->features.at;
    u64 h = mark_text(mark_int(MARK_START, product_id), g->name);

    h = mark_text(mark_text(mark_text(h, t->words), g->barcode), g->weight);
    h = mark_int(h, g->deleted);
    for (; *wishes; wishes++) h = mark_text(h, *wishes);
    for (size_t k = 0; k < g->features.n; k++)
        h = mark_text(mark_text(h, f[k].name), f[k].value);
    return h;
}

/* An offer as it was told. */
struct offer {
    const struct cml_good *g;
    i64 line;
    const struct told *t;
    const char *const *wishes; /* articles, the best first */
};

static enum err variant_put(struct run *r, struct ctx *c, const struct offer *o,
                            struct catalog_variant *v)
{
    const struct cml_good *g = o->g;
    const char *const *wishes = o->wishes;
    struct catalog_product p;
    struct list codes = { 0 };
    const char *sku = NULL;
    const i64 product_id = v->product_id;

    TRY(catalog_product_get(c, product_id, &p));
    if (v->id) TRY(catalog_variant_get(c, v->id, v));
    TRY(sku_of(c, r->source, wishes, g->id, v->id, &sku));
    if (!v->sku || *wishes[0] || *wishes[1])
        v->sku = sku; /* a known one stays unless named */
    v->product_id = product_id;
    v->active = !g->deleted;
    v->name = variant_name(c, g, o->t, p.name);
    if (weight_of(g)) v->weight_g = weight_of(g);
    barcodes_of(r, c, g, o->line, v->id, &codes);
    if (codes.n) v->barcodes = codes;
    return catalog_variant_put(c, v);
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static enum err variant_of(struct run *r, struct ctx *c, const struct cml_good *g,
                           i64 line, const struct key *product)
{
    struct told t;
    struct key k;
    struct catalog_product p;

    TRY(look(r, c, "variant", g->id, &k));
    TRY(sort_out(r, c, g, &t));
    TRY(catalog_product_get(c, product->our_id, &p));
    const char *const wishes[] = {
        or_empty(t.article),
        or_empty(g->article),
        or_empty(g->code),
        p.model,
        or_empty(requisite(&g->requisites, "Код")),
        NULL,
    };
    const u64 hash = variant_hash(g, &t, product->our_id, wishes);
    if (same(&k, hash)) return seen(r, c, &k);
    struct catalog_variant v = { .id = k.our_id, .product_id = product->our_id };
    TRY(variant_put(r, c, &(struct offer){ g, line, &t, wishes }, &v));
    return settle(r, c, &k, v.id, hash, v.active);
}

/* Services are no goods: delivery, setting up. */
static bool is_service(const struct cml_good *g)
{
    const char *kind = requisite(&g->requisites, "ТипНоменклатуры");

    return kind && strcmp(kind, "Услуга") == 0;
}

enum err good_good(struct run *r, struct ctx *c, const struct cml_good *g, i64 line)
{
    struct key product;

    if (!g->id) return FAIL(c, BAD_FORMAT, "a good without an id");
    if (is_service(g)) return FAIL(c, BAD_FORMAT, "a service is no good");
    const char *good_id = cml_good_id(c->mem, g->id);
    TRY(look(r, c, "product", good_id, &product));
    /* Schemas up to 2.04 give a good for each of its variants, all of one name. */
    if (product.seen_run != r->id || strcmp(good_id, g->id) == 0)
        TRY(product_of(r, c, g, line, &product));
    if (strcmp(good_id, g->id) != 0) TRY(variant_of(r, c, g, line, &product));
    return ERR_OK;
}

enum err good_offer(struct run *r, struct ctx *c, const struct cml_good *g, i64 line)
{
    struct key product;

    if (!g->id) return FAIL(c, BAD_FORMAT, "an offer without an id");
    TRY(look(r, c, "product", cml_good_id(c->mem, g->id), &product));
    if (!product.our_id) {
        if (!g->name) return FAIL(c, NO_SUCH, "no good of this id was told");
        TRY(product_of(r, c, g, line, &product));
    }
    return variant_of(r, c, g, line, &product);
}
