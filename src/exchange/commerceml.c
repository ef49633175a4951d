#include "exchange/commerceml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/charset.h"
#include "exchange/xml.h"

enum {
    OTHER,
#define NAME(name, word) N_##name,
#include "exchange/commerceml_name.def"
#undef NAME
};

static const char *const names[] = {
#define NAME(name, word) word,
#include "exchange/commerceml_name.def"
#undef NAME
    NULL,
};

struct commerceml {
    struct cml_sink to;
    struct xml *xml;
    struct cml_item item; /* being filled; kind CML_HEAD: none is */
    int depth;            /* of the element of `item` */
    int skip;    /* depth of the element whose inside is of no interest, 0 none */
    size_t used; /* of the arena when the item began */
    bool sent;   /* a group that was given before its children */
    struct cml_pair pair; /* property value, requisite, feature, contact being filled */
    struct cml_price price;
    struct cml_rest rest;
    struct cml_good line; /* of a document */

    /* What goes on while other items are given stands here, not in the arena. */
    char group_ids[XML_DEPTH][128]; /* of the open groups, by depth; "" none */
    struct {
        char id[128], name[512], kind[64];
    } property;
};

static const char *keep(struct commerceml *p, const char *s, size_t n)
{
    return n ? arena_strdup(p->to.mem, s, n) : NULL;
}

static void *list_push(struct commerceml *p, struct cml_list *l, size_t item)
{
    if (l->n == l->room) {
        const size_t room = l->room ? l->room * 2 : 8;
        char *at = arena_raw(p->to.mem, room * item);

        if (l->n) memcpy(at, l->at, l->n * item);
        l->at = at;
        l->room = room;
    }
    return (char *)l->at + l->n++ * item;
}

static void push_text(struct commerceml *p, struct cml_list *l, const char *s, size_t n)
{
    if (n) *(const char **)list_push(p, l, sizeof(char *)) = keep(p, s, n);
}

static void push_pair(struct commerceml *p, struct cml_list *l, struct cml_pair pair)
{
    if (pair.name && pair.value)
        *(struct cml_pair *)list_push(p, l, sizeof(pair)) = pair;
}

static bool within(const struct commerceml *p, enum cml_kind kind)
{
    return p->item.kind == kind;
}

/* Goods, offers and documents may be of any size; they are read up to a limit. */
static bool too_big(const struct commerceml *p)
{
    return (within(p, CML_GOOD) || within(p, CML_OFFER) || within(p, CML_DOCUMENT)) &&
           arena_used(p->to.mem) - p->used > CML_ITEM;
}

static enum err give(struct commerceml *p)
{
    return p->to.take(p->to.arg, &p->item);
}

/* ---- Elements that begin something ------------------------------------------- */

static void begin(struct commerceml *p, enum cml_kind kind)
{
    p->item = (struct cml_item){ .kind = kind, .line = xml_line(p->xml) };
    p->depth = xml_depth(p->xml);
    p->used = arena_used(p->to.mem);
    p->sent = false;
}

static bool yes(const char *s)
{
    return s && (strcmp(s, "true") == 0 || strcmp(s, "1") == 0 || strcmp(s, "да") == 0);
}

static enum err begin_part(struct commerceml *p, struct xml *x, int kind)
{
    const struct cml_item item = {
        .kind = CML_PART,
        .line = xml_line(x),
        .part = { .kind = kind,
                  .changes_only =
                      xml_up(x, 0) == N_PACKAGE_CHANGES ||
                      yes(xml_attr(x, p->to.mem, "СодержитТолькоИзменения")) },
    };
    return p->to.take(p->to.arg, &item);
}

static enum err begin_root(struct commerceml *p, struct xml *x)
{
    const struct cml_item item = {
        .kind = CML_HEAD,
        .line = xml_line(x),
        .head = { .version = xml_attr(x, p->to.mem, "ВерсияСхемы"),
                  .formed = xml_attr(x, p->to.mem, "ДатаФормирования") },
    };
    return p->to.take(p->to.arg, &item);
}

/* A group within a group: the outer one is given first, so that a parent is
 * always known before its children. */
static enum err begin_group(struct commerceml *p, struct xml *x)
{
    const int depth = xml_depth(x) - 1;
    int k = depth - 1;

    if (within(p, CML_GROUP) && !p->sent) TRY(give(p));
    while (k > 0 && !p->group_ids[k][0]) k--;
    begin(p, CML_GROUP);
    p->item.group.parent_id = keep(p, p->group_ids[k], strlen(p->group_ids[k]));
    p->group_ids[depth][0] = '\0';
    return ERR_OK;
}

/* Rests that stand in attributes: <Склад ИдСклада="" КоличествоНаСкладе=""/>. */
static void rest_of_attributes(struct commerceml *p, struct xml *x)
{
    const char *id = xml_attr(x, p->to.mem, "ИдСклада");
    const char *qty = xml_attr(x, p->to.mem, "КоличествоНаСкладе");

    p->rest = (struct cml_rest){ 0 };
    if (!id) return;
    p->item.good.has_rests = true;
    *(struct cml_rest *)list_push(p, &p->item.good.rests, sizeof(struct cml_rest)) =
        (struct cml_rest){ id, qty ? qty : "0" };
}

static void begin_good(struct commerceml *p, struct xml *x, enum cml_kind kind)
{
    const char *state = xml_attr(x, p->to.mem, "Статус");

    begin(p, kind);
    p->item.good.deleted = state && strcmp(state, "Удален") == 0;
}

/* Something that is an item of its own, told by where it stands. */
static enum err open_item(struct commerceml *p, struct xml *x, int name)
{
    const int up = xml_up(x, 1);

    switch (name) {
    case N_ROOT:
        return begin_root(p, x);
    case N_CLASSIFIER:
        return begin_part(p, x, CML_CLASSIFIER);
    case N_CATALOG:
        return begin_part(p, x, CML_CATALOG);
    case N_PACKAGE:
    case N_PACKAGE_CHANGES:
        return begin_part(p, x, CML_PACKAGE);
    case N_GROUP:
        return begin_group(p, x);
    case N_PROPERTY:
    case N_PROPERTY_OFFERS:
        if (up == N_PROPERTIES) {
            begin(p, CML_PROPERTY);
            memset(&p->property, 0, sizeof(p->property));
        }
        return ERR_OK;
    case N_PRICE_TYPE:
        begin(p, CML_PRICE_TYPE);
        return ERR_OK;
    case N_STORE:
        begin(p, CML_STORE);
        return ERR_OK;
    case N_GOOD:
        begin_good(p, x, CML_GOOD);
        return ERR_OK;
    case N_OFFER:
        begin_good(p, x, CML_OFFER);
        return ERR_OK;
    case N_DOCUMENT:
        begin(p, CML_DOCUMENT);
        return ERR_OK;
    default:
        return ERR_OK;
    }
}

/* Something inside an item that is made of several elements itself. */
static void open_inside(struct commerceml *p, struct xml *x, int name)
{
    switch (name) {
    case N_PROPERTY_VALUE:
    case N_REQUISITE:
    case N_FEATURE:
    case N_CONTACT:
    case N_TAX_RATE:
    case N_DICTIONARY:
        p->pair = (struct cml_pair){ 0 };
        break;
    case N_PRICE:
        p->price = (struct cml_price){ 0 };
        break;
    case N_REST:
        p->rest = (struct cml_rest){ 0 };
        break;
    case N_QTY_AT_STORE:
    case N_STORE:
    case N_STORES:
        if (within(p, CML_OFFER) && xml_up(x, 1) != N_REST) rest_of_attributes(p, x);
        break;
    case N_RESTS:
        p->item.good.has_rests |= within(p, CML_OFFER);
        break;
    case N_GOOD:
        p->line = (struct cml_good){ 0 };
        break;
    default:
        break;
    }
}

static bool no_interest(const struct commerceml *p, int name)
{
    return name == N_OWNER || name == N_PARTS || name == N_ANALOGUES ||
           name == N_SIGNERS || name == N_SUBDOCUMENTS ||
           (name == N_STORES && p->item.kind == CML_DOCUMENT);
}

static enum err on_open(void *arg, struct xml *x, int name)
{
    struct commerceml *p = arg;

    if (p->skip) return ERR_OK;
    if (no_interest(p, name)) {
        p->skip = xml_depth(x);
        return ERR_OK;
    }
    if (within(p, CML_HEAD) || (within(p, CML_GROUP) && name == N_GROUP))
        return open_item(p, x, name);
    if (!too_big(p)) open_inside(p, x, name);
    return ERR_OK;
}

/* ---- Elements that end something ---------------------------------------------- */

/* Whatever has a name and a value: requisites, features, contacts, tax rates. */
static void pair_member(struct commerceml *p, int name, const char *s, size_t n)
{
    switch (name) {
    case N_ID:
    case N_NAME:
    case N_KIND:
        if (!p->pair.name) p->pair.name = keep(p, s, n);
        break;
    case N_VALUE:
    case N_RATE:
        p->pair.value = keep(p, s, n);
        break;
    default:
        break;
    }
}

static void good_text(struct commerceml *p, struct cml_good *g, int name, const char *s,
                      size_t n)
{
    switch (name) {
    case N_ID:
        g->id = keep(p, s, n);
        break;
    case N_ARTICLE:
        g->article = keep(p, s, n);
        break;
    case N_CODE:
        g->code = keep(p, s, n);
        break;
    case N_BARCODE:
        g->barcode = keep(p, s, n);
        break;
    case N_NAME:
        g->name = keep(p, s, n);
        break;
    case N_DESCRIPTION:
        g->description = keep(p, s, n);
        break;
    case N_UNIT:
        g->unit = keep(p, s, n);
        break;
    case N_BRAND:
        g->brand = keep(p, s, n);
        break;
    case N_WEIGHT:
        g->weight = keep(p, s, n);
        break;
    case N_QTY:
        g->qty = keep(p, s, n);
        break;
    case N_PRICE_EACH:
    case N_PRICE:
        g->amount = keep(p, s, n);
        break;
    case N_SUM:
        g->sum = keep(p, s, n);
        break;
    case N_IMAGE:
        push_text(p, &g->images, s, n);
        break;
    case N_DELETED:
        g->deleted |= yes(s);
        break;
    default:
        break;
    }
}

static void price_member(struct commerceml *p, int name, const char *s, size_t n)
{
    switch (name) {
    case N_PRICE_TYPE_ID:
        p->price.type_id = keep(p, s, n);
        break;
    case N_PRICE_EACH:
        p->price.amount = keep(p, s, n);
        break;
    case N_CURRENCY:
        p->price.currency = keep(p, s, n);
        break;
    case N_FACTOR:
        p->price.factor = keep(p, s, n);
        break;
    case N_MIN_QTY:
        p->price.min_qty = keep(p, s, n);
        break;
    default:
        break;
    }
}

static void rest_done(struct commerceml *p)
{
    if (!p->rest.qty) return;
    p->item.good.has_rests = true;
    *(struct cml_rest *)list_push(p, &p->item.good.rests, sizeof(p->rest)) = p->rest;
    p->rest = (struct cml_rest){ 0 };
}

static void rest_member(struct commerceml *p, int name, const char *s, size_t n)
{
    if (name == N_ID || name == N_STORE_ID) p->rest.store_id = keep(p, s, n);
    if (name == N_QTY) p->rest.qty = keep(p, s, n);
}

/* Names and values inside a good, an offer or a line of a document. */
static void good_inside(struct commerceml *p, struct cml_good *g, int up, int name,
                        const char *s, size_t n)
{
    switch (up) {
    case N_GROUPS:
        if (name == N_ID) push_text(p, &g->groups, s, n);
        break;
    case N_PROPERTY_VALUE:
        pair_member(p, name, s, n);
        if (name == N_VALUE) push_pair(p, &g->values, p->pair);
        break;
    case N_REQUISITE:
    case N_FEATURE:
    case N_TAX_RATE:
        pair_member(p, name, s, n);
        break;
    case N_MAKER:
        if (name == N_NAME) g->brand = keep(p, s, n);
        break;
    case N_PRICE:
        price_member(p, name, s, n);
        break;
    case N_REST:
    case N_STORE:
    case N_QTY_AT_STORE:
        rest_member(p, name, s, n);
        break;
    default:
        break;
    }
}

static void good_part_done(struct commerceml *p, struct cml_good *g, struct xml *x,
                           int name)
{
    switch (name) {
    case N_REQUISITE:
        push_pair(p, &g->requisites, p->pair);
        break;
    case N_FEATURE:
        push_pair(p, &g->features, p->pair);
        break;
    case N_TAX_RATE:
        if (p->pair.value) g->tax = p->pair.value;
        break;
    case N_PRICE:
        if (xml_up(x, 1) == N_PRICES)
            *(struct cml_price *)list_push(p, &g->prices, sizeof(p->price)) = p->price;
        break;
    case N_STORE:
    case N_QTY_AT_STORE:
        if (xml_up(x, 1) != N_REST) rest_done(p);
        break;
    case N_REST:
        rest_done(p);
        break;
    default:
        break;
    }
}

static void close_good(struct commerceml *p, struct xml *x, int name, const char *s,
                       size_t n)
{
    struct cml_good *g = &p->item.good;

    if (xml_depth(x) == p->depth + 1) good_text(p, g, name, s, n);
    good_inside(p, g, xml_up(x, 1), name, s, n);
    good_part_done(p, g, x, name);
}

static void document_text(struct commerceml *p, int name, const char *s, size_t n)
{
    struct cml_document *d = &p->item.document;

    switch (name) {
    case N_ID:
        d->id = keep(p, s, n);
        break;
    case N_NUMBER:
        d->number = keep(p, s, n);
        break;
    case N_NUMBER_1C:
        d->number_1c = keep(p, s, n);
        break;
    case N_DATE:
        d->date = keep(p, s, n);
        break;
    case N_TIME:
        d->time = keep(p, s, n);
        break;
    case N_OPERATION:
        d->operation = keep(p, s, n);
        break;
    case N_CURRENCY:
        d->currency = keep(p, s, n);
        break;
    case N_SUM:
        d->sum = keep(p, s, n);
        break;
    case N_COMMENT:
        d->comment = keep(p, s, n);
        break;
    case N_DELETED:
        d->deleted = yes(s);
        break;
    default:
        break;
    }
}

static void document_line(struct commerceml *p, struct xml *x, int name, const char *s,
                          size_t n)
{
    struct cml_document *d = &p->item.document;

    if (name == N_GOOD && xml_up(x, 1) == N_GOODS) {
        *(struct cml_good *)list_push(p, &d->lines, sizeof(p->line)) = p->line;
        return;
    }
    if (xml_up(x, 1) == N_GOOD && name != N_PRICE_TYPE)
        good_text(p, &p->line, name, s, n);
    good_inside(p, &p->line, xml_up(x, 1), name, s, n);
    good_part_done(p, &p->line, x, name);
}

static void document_party(struct commerceml *p, struct xml *x, int name, const char *s,
                           size_t n)
{
    struct cml_document *d = &p->item.document;
    const int up = xml_up(x, 1);

    if (up == N_PARTY && xml_up(x, 2) == N_PARTIES) {
        if (name == N_ID) d->party_id = keep(p, s, n);
        if (name == N_NAME && !d->party_name) d->party_name = keep(p, s, n);
        if (name == N_FULL_NAME && n) d->party_name = keep(p, s, n);
    }
    if (up == N_CONTACT) pair_member(p, name, s, n);
    if (name == N_CONTACT) {
        if (!p->pair.name) p->pair.name = "";
        push_pair(p, &d->contacts, p->pair);
    }
}

/* Is the element being closed inside one of this name?  (Not that one itself.) */
static bool inside(const struct xml *x, int name, int from_depth)
{
    for (int k = 1; k < xml_depth(x) - from_depth + 1; k++)
        if (xml_up(x, k) == name) return true;
    return false;
}

static void close_document(struct commerceml *p, struct xml *x, int name, const char *s,
                           size_t n)
{
    struct cml_document *d = &p->item.document;

    if (xml_depth(x) == p->depth + 1) {
        document_text(p, name, s, n);
    } else if (inside(x, N_GOODS, p->depth)) {
        document_line(p, x, name, s, n);
    } else if (inside(x, N_PARTIES, p->depth)) {
        document_party(p, x, name, s, n);
    } else {
        if (xml_up(x, 1) == N_REQUISITE) pair_member(p, name, s, n);
        if (name == N_REQUISITE) push_pair(p, &d->requisites, p->pair);
    }
}

static void fixed(char *to, size_t size, const char *s, size_t n)
{
    n = charset_cut(s, n, size - 1);
    memcpy(to, s, n);
    to[n] = '\0';
}

static void property_text(struct commerceml *p, int name, const char *s, size_t n)
{
    switch (name) {
    case N_ID:
        fixed(p->property.id, sizeof(p->property.id), s, n);
        break;
    case N_NAME:
        fixed(p->property.name, sizeof(p->property.name), s, n);
        break;
    case N_VALUE_KIND:
        fixed(p->property.kind, sizeof(p->property.kind), s, n);
        break;
    case N_DELETED:
        p->item.property.deleted = yes(s);
        break;
    default:
        break;
    }
}

/* A property's values are given one by one: a list of brands has 100,000. */
static enum err close_property(struct commerceml *p, struct xml *x, int name,
                               const char *s, size_t n)
{
    if (xml_depth(x) == p->depth + 1) property_text(p, name, s, n);
    if (xml_up(x, 1) == N_DICTIONARY && name == N_VALUE_ID)
        p->pair.name = keep(p, s, n);
    if (xml_up(x, 1) == N_DICTIONARY && name == N_VALUE) p->pair.value = keep(p, s, n);
    if (name != N_DICTIONARY || !p->pair.name || !p->pair.value) return ERR_OK;

    const struct cml_item item = {
        .kind = CML_VALUE,
        .line = xml_line(x),
        .value = { keep(p, p->property.id, strlen(p->property.id)), p->pair.name,
                   p->pair.value },
    };
    return p->to.take(p->to.arg, &item);
}

static void property_done(struct commerceml *p)
{
    struct cml_property *r = &p->item.property;

    r->id = keep(p, p->property.id, strlen(p->property.id));
    r->name = keep(p, p->property.name, strlen(p->property.name));
    r->kind = keep(p, p->property.kind, strlen(p->property.kind));
}

static void close_named(struct commerceml *p, struct xml *x, int name, const char *s,
                        size_t n)
{
    if (xml_depth(x) != p->depth + 1) {
        if (within(p, CML_PRICE_TYPE) && name == N_TAX_INSIDE)
            p->item.price_type.tax_inside = yes(s);
        if (within(p, CML_STORE) && name == N_VIEW)
            p->item.store.address = keep(p, s, n);
        return;
    }
    struct cml_group *g = &p->item.group;
    struct cml_price_type *t = &p->item.price_type;
    struct cml_store *w = &p->item.store;
    const bool gr = within(p, CML_GROUP), pt = within(p, CML_PRICE_TYPE);

    if (name == N_ID) *(gr ? &g->id : pt ? &t->id : &w->id) = keep(p, s, n);
    if (name == N_NAME) *(gr ? &g->name : pt ? &t->name : &w->name) = keep(p, s, n);
    if (name == N_DELETED)
        *(gr ? &g->deleted : pt ? &t->deleted : &w->deleted) = yes(s);
    if (name == N_CURRENCY && pt) t->currency = keep(p, s, n);
    if (name == N_ID && gr)
        fixed(p->group_ids[xml_depth(x) - 2], sizeof(p->group_ids[0]), s, n);
}

/* The item's own element ends: hand it over, unless that is done or it grew too
 * big to be read whole. */
static enum err close_item(struct commerceml *p)
{
    enum err e = ERR_OK;

    if (within(p, CML_PROPERTY)) property_done(p);
    if (too_big(p)) {
        const char *id =
            within(p, CML_DOCUMENT) ? p->item.document.id : p->item.good.id;

        p->item = (struct cml_item){ .kind = CML_BROKEN,
                                     .line = p->item.line,
                                     .broken = { id, "the element is too big" } };
        e = give(p);
    } else if (!p->sent) {
        e = give(p);
    }
    p->item = (struct cml_item){ .kind = CML_HEAD };
    return e;
}

static enum err close_part(struct commerceml *p, int name)
{
    const struct cml_item item = {
        .kind = CML_PART_END,
        .line = xml_line(p->xml),
        .part.kind = name == N_CLASSIFIER ? CML_CLASSIFIER
                     : name == N_CATALOG  ? CML_CATALOG
                                          : CML_PACKAGE,
    };
    return p->to.take(p->to.arg, &item);
}

static enum err on_close(void *arg, struct xml *x, int name, char *s, size_t n)
{
    struct commerceml *p = arg;

    if (p->skip) {
        if (p->skip == xml_depth(x)) p->skip = 0;
        return ERR_OK;
    }
    if (within(p, CML_HEAD)) {
        const bool part = name == N_CLASSIFIER || name == N_CATALOG ||
                          name == N_PACKAGE || name == N_PACKAGE_CHANGES;

        if (name == N_GROUP) p->group_ids[xml_depth(x) - 1][0] = '\0';
        return part ? close_part(p, name) : ERR_OK;
    }
    if (xml_depth(x) == p->depth) return close_item(p);
    if (too_big(p)) return ERR_OK; /* told at its end */

    switch (p->item.kind) {
    case CML_GOOD:
    case CML_OFFER:
        close_good(p, x, name, s, n);
        return ERR_OK;
    case CML_DOCUMENT:
        close_document(p, x, name, s, n);
        return ERR_OK;
    case CML_PROPERTY:
        return close_property(p, x, name, s, n);
    default:
        close_named(p, x, name, s, n);
        return ERR_OK;
    }
}

static const struct xml_handler handler = { names, on_open, on_close };

struct commerceml *commerceml_new(struct ctx *c, const struct cml_sink *to)
{
    struct commerceml *p = calloc(1, sizeof(*p));

    if (!p) abort();
    p->to = *to;
    p->item.kind = CML_HEAD;
    p->xml = xml_new(c, &handler, p);
    return p;
}

void commerceml_free(struct commerceml *p)
{
    if (!p) return;
    xml_free(p->xml);
    free(p);
}

enum err commerceml_feed(struct commerceml *p, const char *at, size_t n, bool last)
{
    return xml_feed(p->xml, at, n, last);
}

const char *cml_good_id(struct arena *mem, const char *id)
{
    return arena_strdup(mem, id, strcspn(id, "#"));
}
