/* commerceml.h -- 1C's files as a stream of items.
 *
 * Schemas 2.03 to 3.1, told by their elements, never by their version: whatever
 * stands in a file is given as one of the items below, in the order of the file.
 * Where schemas say one thing in several ways (five ways for a rest), the item is
 * the same.
 *
 * An item is made whole in the arena the receiver gave, then handed over; the
 * receiver resets the arena when it likes, but only within `take`.
 *
 * Memory  one item (at most CML_ITEM bytes, a larger one is told as CML_BROKEN)
 * Errors  BAD_FORMAT for what is no XML; what `take` returned
 * Cost    about 60 MB/s: 250,000 rests a second */
#pragma once

#include "base/ctx.h"

#define CML_ITEM ((size_t)2 << 20)

enum cml_kind {
    CML_HEAD, /* the root element is open: version and time */
    CML_PART, /* a catalogue or a package of offers begins */
    CML_PART_END,
    CML_GROUP,
    CML_PROPERTY,
    CML_VALUE, /* of a property's list of values; may come before CML_PROPERTY */
    CML_PRICE_TYPE,
    CML_STORE,
    CML_GOOD,
    CML_OFFER,
    CML_DOCUMENT,
    CML_BROKEN, /* an element that is too big: id and why */
};

struct cml_list {
    void *at;
    size_t n, room;
};

struct cml_head {
    const char *version, *formed; /* "3.1", "2017-08-24T13:50:45"; NULL: not said */
};

struct cml_part {
    enum { CML_CLASSIFIER, CML_CATALOG, CML_PACKAGE } kind;
    bool changes_only;
};

struct cml_group {
    const char *id, *parent_id, *name; /* parent NULL: a root */
    bool deleted;
};

struct cml_property {
    const char *id, *name, *kind; /* kind "Справочник", "Число", "Строка", NULL */
    bool deleted;
};

struct cml_value {
    const char *property_id, *id, *text;
};

struct cml_price_type {
    const char *id, *name, *currency;
    bool deleted, tax_inside;
};

struct cml_store {
    const char *id, *name, *address;
    bool deleted;
};

struct cml_pair {
    const char *name,
        *value; /* name: a property's id, or a requisite's or feature's name */
};

struct cml_price {
    const char *type_id, *amount, *currency, *factor, *min_qty;
    const char *old_amount; /* struck price: feeds have one, 1C does not */
};

struct cml_rest {
    const char *store_id, *qty; /* store NULL: no warehouse was named */
};

/* A good of the catalogue, an offer of a package, a line of a document. */
struct cml_good {
    const char *id, *article, *code, *barcode, *name, *description, *unit, *brand, *tax;
    const char *weight, *qty, *amount, *sum; /* the last two: lines of documents */
    bool deleted, has_rests;
    struct cml_list groups;     /* const char * */
    struct cml_list images;     /* const char * */
    struct cml_list values;     /* struct cml_pair */
    struct cml_list requisites; /* struct cml_pair */
    struct cml_list features;   /* struct cml_pair */
    struct cml_list prices;     /* struct cml_price */
    struct cml_list rests;      /* struct cml_rest */
};

struct cml_document {
    const char *id, *number, *number_1c, *date, *time, *operation, *currency, *sum,
        *comment;
    const char *party_id, *party_name; /* of the buyer */
    struct cml_list contacts;          /* struct cml_pair: kind and value */
    struct cml_list requisites;        /* struct cml_pair */
    struct cml_list lines;             /* struct cml_good */
    bool deleted;
};

struct cml_item {
    enum cml_kind kind;
    i64 line; /* where it begins */
    union {
        struct cml_head head;
        struct cml_part part;
        struct cml_group group;
        struct cml_property property;
        struct cml_value value;
        struct cml_price_type price_type;
        struct cml_store store;
        struct cml_good good; /* CML_GOOD, CML_OFFER */
        struct cml_document document;
        struct cml_pair broken; /* name: the element's id or NULL; value: why */
    };
};

struct cml_sink {
    struct arena *mem;
    enum err (*take)(void *arg, const struct cml_item *item);
    void *arg;
};

struct commerceml;
struct commerceml *commerceml_new(struct ctx *c, const struct cml_sink *to);
void commerceml_free(struct commerceml *p); /* NULL is fine */
/* The next piece of the file; `last`: nothing comes after it. */
enum err commerceml_feed(struct commerceml *p, const char *at, size_t n,
                         bool last) MUST_USE;

/* "good#offer": the good's part; the text itself where there is no '#'. */
const char *cml_good_id(struct arena *mem, const char *id);
