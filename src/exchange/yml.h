/* yml.h -- a Yandex YML feed as a stream of items.
 *
 * Shops' feeds (name, category, parameters), marketplaces' update feeds (only id,
 * price and what is in stock) and anything between.
 *
 * An item is made whole in the arena the receiver gave; the receiver resets the
 * arena when it likes, but only within `take`.
 *
 * Memory  one offer (YML_OFFER bytes at most: a larger one is told as YML_BROKEN)
 * Errors  BAD_FORMAT for what is no XML; what `take` returned */
#pragma once

#include "base/ctx.h"

#define YML_OFFER ((size_t)1 << 20)
#define YML_LIST  1000 /* pictures, parameters, outlets of one offer */

enum yml_kind { YML_HEAD, YML_CURRENCY, YML_CATEGORY, YML_ITEM, YML_BROKEN, YML_END };

struct yml_param {
    const char *name, *unit, *value;
};
struct yml_outlet {
    const char *place, *qty; /* id or name of the warehouse */
};
struct yml_list {
    void *at;
    size_t n, room;
};

struct yml_offer {
    const char *id, *group_id, *name, *model, *vendor, *vendor_code, *type_prefix;
    const char *price, *old_price, *currency, *category_id, *description, *vat, *weight,
        *qty;
    bool available, available_said;
    struct yml_list pictures, barcodes; /* const char * */
    struct yml_list params;             /* struct yml_param */
    struct yml_list outlets;            /* struct yml_outlet */
};

struct yml_item {
    enum yml_kind kind;
    i64 line;
    union {
        const char *date; /* HEAD; NULL: not said */
        struct {
            const char *id, *rate;
        } currency;
        struct {
            const char *id, *parent_id, *name;
        } category;
        struct yml_offer offer;
        struct {
            const char *id, *why;
        } broken;
    };
};

struct yml_sink {
    struct arena *mem;
    enum err (*take)(void *arg, const struct yml_item *item);
    void *arg;
};

struct yml;
struct yml *yml_new(struct ctx *c, const struct yml_sink *to);
void yml_free(struct yml *p); /* NULL is fine */
enum err yml_feed(struct yml *p, const char *at, size_t n, bool last) MUST_USE;
