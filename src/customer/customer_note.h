/* customer_note.h -- what staff write about people and their orders.
 *
 * A note has one author, who may change it for NOTE_EDIT_MS and take it away at
 * any time; taken away it can be put back for NOTE_UNDO_MS.  Tags are few short
 * words.  Order 0 is the person himself; customer 0 an order of nobody known.
 *
 * Rights  the caller's affair: this room does not know who may see an order */
#pragma once

#include "base/time.h"
#include "customer/customer.h"
#include "http/route.h"

#define NOTE_EDIT_MS (15 * MINUTE_MS)
#define NOTE_UNDO_MS (30 * DAY_MS)

struct customer_about {
    i64 customer_id, order_id;
};

struct customer_note {
    i64 id, customer_id, order_id; /* order 0: about the person */
    const char *text;
    i64 at, changed_at; /* NONE never */
    int who_kind;
    i64 who_id;
    bool mine, editable; /* by who asks, now */
};

/* Newest first, before this id (INT64_MAX: all).  struct customer_note in ret. */
enum err customer_notes(struct ctx *c, const struct customer_about *a, i64 before_id,
                        i64 limit, struct list *ret) MUST_USE;
enum err customer_note_add(struct ctx *c, const struct customer_about *a,
                           const char *text, struct customer_note *ret) MUST_USE;
/* NOT_FOUND; DENIED: another's; WRONG_STATE: too late */
enum err customer_note_put(struct ctx *c, const struct customer_about *a, i64 id,
                           const char *text, struct customer_note *ret) MUST_USE;
enum err customer_note_delete(struct ctx *c, const struct customer_about *a,
                              i64 id) MUST_USE;
enum err customer_note_restore(struct ctx *c, const struct customer_about *a, i64 id,
                               struct customer_note *ret) MUST_USE;
/* Let go of what was taken away long ago. */
enum err customer_notes_tidy(struct ctx *c) MUST_USE;

/* const char * in ret, in order; the put says all there are (20 at most). */
enum err customer_tags(struct ctx *c, const struct customer_about *a,
                       struct list *ret) MUST_USE;
enum err customer_tags_put(struct ctx *c, const struct customer_about *a,
                           const struct list *tags) MUST_USE;

/* What the notes before INT64_MAX and the tags will ask is on its way (db_ahead). */
void customer_notes_ahead(struct ctx *c, const struct customer_about *a, i64 limit);

/* For the routes of notes, here and where orders are. */
struct customer_note_text {
    const char *text;
};
struct customer_note_page {
    struct list items; /* struct customer_note */
    const char *next;
};
struct customer_tag_list {
    struct list tags; /* const char * */
};
extern const struct shape customer_note_shape, customer_note_text_shape,
    customer_note_page_shape, customer_note_ask_shape, customer_tag_list_shape;

/* GET's whole work: a page of notes into *ret. */
enum err customer_note_page(struct ctx *c, const struct customer_about *a,
                            const struct page *ask,
                            struct customer_note_page *ret) MUST_USE;

/* The routes' whole work, once who may see `a` is settled; the note is the path's
 * second argument. */
#define NOTE_WORK(name)                                                                \
    enum err name(struct ctx *c, const struct customer_about *a,                       \
                  const struct request *q, struct reply *r) MUST_USE
NOTE_WORK(customer_note_list);
NOTE_WORK(customer_note_write);
NOTE_WORK(customer_note_mend);
NOTE_WORK(customer_note_drop);
NOTE_WORK(customer_note_back);
NOTE_WORK(customer_tag_list);
NOTE_WORK(customer_tag_set);
