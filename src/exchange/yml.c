#include "exchange/yml.h"

#include <stdlib.h>
#include <string.h>

#include "exchange/xml.h"

/* clang-format off */
#define NAMES(N)                                                                         \
    N(ROOT, "yml_catalog") N(CURRENCY, "currency") N(CATEGORY, "category")               \
    N(OFFER, "offer") N(NAME, "name") N(MODEL, "model") N(VENDOR, "vendor")              \
    N(VENDOR_CODE, "vendorCode") N(TYPE_PREFIX, "typePrefix") N(PRICE, "price")          \
    N(OLD_PRICE, "oldprice") N(OLD_PRICE_2, "old_price") N(CURRENCY_ID, "currencyId")    \
    N(CATEGORY_ID, "categoryId") N(PICTURE, "picture") N(DESCRIPTION, "description")     \
    N(BARCODE, "barcode") N(COUNT_, "count") N(STOCK, "stock_quantity") N(VAT, "vat")    \
    N(PARAM, "param") N(WEIGHT, "weight") N(OUTLET, "outlet") N(SHOP_SKU, "shop-sku")
/* clang-format on */

enum {
    OTHER,
#define N(name, word) N_##name,
    NAMES(N)
#undef N
};
static const char *const names[] = {
#define N(name, word) word,
    NAMES(N)
#undef N
        NULL,
};

struct yml {
    struct yml_sink to;
    struct xml *xml;
    struct yml_item item; /* kind YML_HEAD: nothing is open */
    struct yml_param param;
    int depth; /* of the open item's element */
    size_t used;
    bool root;
};

static const char *keep(struct yml *p, const char *s, size_t n)
{
    return n ? arena_strdup(p->to.mem, s, n) : NULL;
}

static void *list_push(struct yml *p, struct yml_list *l, size_t item)
{
    if (l->n == l->room) {
        const size_t room = l->room ? l->room * 2 : 4;
        char *at = arena_raw(p->to.mem, room * item);

        if (l->n) memcpy(at, l->at, l->n * item);
        l->at = at;
        l->room = room;
    }
    return (char *)l->at + l->n++ * item;
}

static void push_text(struct yml *p, struct yml_list *l, const char *s, size_t n)
{
    if (n && l->n < YML_LIST)
        *(const char **)list_push(p, l, sizeof(char *)) = keep(p, s, n);
}

static bool too_big(const struct yml *p)
{
    return p->item.kind == YML_ITEM && arena_used(p->to.mem) - p->used > YML_OFFER;
}

static const char *attr(struct yml *p, const char *name)
{
    return xml_attr(p->xml, p->to.mem, name);
}

static void begin(struct yml *p, enum yml_kind kind)
{
    p->item = (struct yml_item){ .kind = kind, .line = xml_line(p->xml) };
    p->depth = xml_depth(p->xml);
    p->used = arena_used(p->to.mem);
}

static void begin_offer(struct yml *p)
{
    struct yml_offer *o = &p->item.offer;

    begin(p, YML_ITEM);
    const char *available = attr(p, "available"), *in_stock = attr(p, "instock");
    o->id = attr(p, "id");
    o->group_id = attr(p, "group_id");
    o->available_said = available != NULL;
    o->available = !available || strcmp(available, "true") == 0;
    o->qty = in_stock;
}

static enum err begin_root(struct yml *p)
{
    const struct yml_item item = { .kind = YML_HEAD,
                                   .line = xml_line(p->xml),
                                   .date = attr(p, "date") };

    p->root = true;
    return p->to.take(p->to.arg, &item);
}

static void begin_outlet(struct yml *p)
{
    struct yml_offer *o = &p->item.offer;
    const char *id = attr(p, "id"), *name = attr(p, "warehouse_name"),
               *qty = attr(p, "instock");

    if (o->outlets.n < YML_LIST)
        *(struct yml_outlet *)list_push(p, &o->outlets, sizeof(struct yml_outlet)) =
            (struct yml_outlet){ id ? id : name, qty };
}

static enum err on_open(void *arg, struct xml *x, int name)
{
    struct yml *p = arg;

    if (xml_depth(x) == 1) return name == N_ROOT ? begin_root(p) : ERR_OK;
    if (p->item.kind == YML_ITEM) {
        if (too_big(p)) return ERR_OK;
        if (name == N_OUTLET) begin_outlet(p);
        if (name == N_PARAM)
            p->param = (struct yml_param){ attr(p, "name"), attr(p, "unit"), NULL };
        return ERR_OK;
    }
    if (p->item.kind != YML_HEAD) return ERR_OK;
    if (name == N_OFFER) begin_offer(p);
    if (name == N_CURRENCY) {
        begin(p, YML_CURRENCY);
        p->item.currency.id = attr(p, "id");
        p->item.currency.rate = attr(p, "rate");
    }
    if (name == N_CATEGORY) {
        begin(p, YML_CATEGORY);
        p->item.category.id = attr(p, "id");
        p->item.category.parent_id = attr(p, "parentId");
    }
    return ERR_OK;
}

static void offer_text(struct yml *p, int name, const char *s, size_t n)
{
    struct yml_offer *o = &p->item.offer;

    switch (name) {
    case N_NAME:
        o->name = keep(p, s, n);
        break;
    case N_MODEL:
        o->model = keep(p, s, n);
        break;
    case N_VENDOR:
        o->vendor = keep(p, s, n);
        break;
    case N_SHOP_SKU:
    case N_VENDOR_CODE:
        o->vendor_code = keep(p, s, n);
        break;
    case N_TYPE_PREFIX:
        o->type_prefix = keep(p, s, n);
        break;
    case N_PRICE:
        o->price = keep(p, s, n);
        break;
    case N_OLD_PRICE:
    case N_OLD_PRICE_2:
        o->old_price = keep(p, s, n);
        break;
    case N_CURRENCY_ID:
        o->currency = keep(p, s, n);
        break;
    case N_CATEGORY_ID:
        o->category_id = keep(p, s, n);
        break;
    case N_DESCRIPTION:
        o->description = keep(p, s, n);
        break;
    case N_VAT:
        o->vat = keep(p, s, n);
        break;
    case N_WEIGHT:
        o->weight = keep(p, s, n);
        break;
    case N_STOCK:
    case N_COUNT_:
        o->qty = keep(p, s, n);
        break;
    case N_PICTURE:
        push_text(p, &o->pictures, s, n);
        break;
    case N_BARCODE:
        push_text(p, &o->barcodes, s, n);
        break;
    default:
        break;
    }
}

static void close_inside(struct yml *p, int name, const char *s, size_t n)
{
    struct yml_offer *o = &p->item.offer;

    if (p->item.kind != YML_ITEM || too_big(p)) return;
    if (xml_depth(p->xml) == p->depth + 1) offer_text(p, name, s, n);
    if (name != N_PARAM || !p->param.name || !n || o->params.n >= YML_LIST) return;
    p->param.value = keep(p, s, n);
    *(struct yml_param *)list_push(p, &o->params, sizeof(p->param)) = p->param;
}

static enum err close_item(struct yml *p, const char *s, size_t n)
{
    if (p->item.kind == YML_CATEGORY) p->item.category.name = keep(p, s, n);
    if (too_big(p)) {
        const char *id = p->item.offer.id;

        p->item = (struct yml_item){ .kind = YML_BROKEN, .line = p->item.line };
        p->item.broken.id = id;
        p->item.broken.why = "the offer is too big";
    }
    const enum err e = p->to.take(p->to.arg, &p->item);
    p->item = (struct yml_item){ .kind = YML_HEAD };
    return e;
}

static enum err on_close(void *arg, struct xml *x, int name, char *s, size_t n)
{
    struct yml *p = arg;

    if (xml_depth(x) == 1) {
        const struct yml_item end = { .kind = YML_END, .line = xml_line(x) };

        return p->root ? p->to.take(p->to.arg, &end) : ERR_OK;
    }
    if (p->item.kind == YML_HEAD) return ERR_OK;
    if (xml_depth(x) == p->depth) return close_item(p, s, n);
    close_inside(p, name, s, n);
    return ERR_OK;
}

static const struct xml_handler handler = { names, on_open, on_close };

struct yml *yml_new(struct ctx *c, const struct yml_sink *to)
{
    struct yml *p = calloc(1, sizeof(*p));

    if (!p) abort();
    p->to = *to;
    p->item.kind = YML_HEAD;
    p->xml = xml_new(c, &handler, p);
    return p;
}

void yml_free(struct yml *p)
{
    if (!p) return;
    xml_free(p->xml);
    free(p);
}

enum err yml_feed(struct yml *p, const char *at, size_t n, bool last)
{
    return xml_feed(p->xml, at, n, last);
}
