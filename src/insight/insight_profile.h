/* insight_profile.h -- one person whole: what every room knows of him in one answer. */
#pragma once

#include "customer/customer_note.h"
#include "insight/insight_own.h"
#include "insight/insight_trait.h"
#include "order/order_profile.h"
#include "owner/owner.h"

struct trait_view {
    const char *name;
    int kind;           /* enum trait_kind */
    i64 number, at;     /* of a count, money, percent, flag (0, 1); of a date */
    struct list ids;    /* i64: of a region, place, category, product */
    struct list titles; /* const char *: their names, in the reader's language */
    const char *word;
};
struct segment_view {
    i64 id, since_at;
    const char *name;
};
struct profile {
    struct customer *customer;
    struct list orders, holds, events; /* as struct order_profile */
    i64 orders_all, orders_open, orders_done, spent_minor, first_at, last_at;
    struct list traits;   /* struct trait_view: those that are known */
    struct list segments; /* struct segment_view, by name */
    struct list tasks;    /* struct task: about him, not ended */
    struct list notes;    /* struct customer_note: the newest */
    struct list tags;     /* const char * */
    struct list devices;  /* struct owner_device: his, newest first */
    struct list sessions; /* struct track_session: the newest */
    i64 keeper_id;        /* who of the staff keeps him; NONE nobody */
    const char *keeper;   /* his name */
    struct list story;    /* struct story_item: the newest */
    const char *story_next;
};
/* NOT_FOUND.  Does not ask who may see it, and audits nothing. */
enum err insight_profile(struct ctx *c, i64 customer_id, struct profile *ret) MUST_USE;
enum err insight_traits_of(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
enum err insight_segments_of(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
