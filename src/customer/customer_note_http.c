/* Notes and tags about a person; those about an order have addresses in the order
 * room, which knows who may see it. */
#include "customer/customer_note.h"
#include "customer/customer_own.h"
#include "staff/staff.h"

enum err customer_note_list(struct ctx *c, const struct customer_about *a,
                            const struct request *q, struct reply *r)
{
    struct customer_note_page *page = NEW(c->mem, struct customer_note_page);

    TRY(customer_note_page(c, a, q->query, page));
    r->private_ = true;
    return reply_with(r, 200, page);
}

enum err customer_note_write(struct ctx *c, const struct customer_about *a,
                             const struct request *q, struct reply *r)
{
    struct customer_note *n = NEW(c->mem, struct customer_note);

    TRY(customer_note_add(c, a, ((const struct customer_note_text *)q->body)->text, n));
    return reply_with(r, 201, n);
}

enum err customer_note_mend(struct ctx *c, const struct customer_about *a,
                            const struct request *q, struct reply *r)
{
    struct customer_note *n = NEW(c->mem, struct customer_note);
    i64 id;

    TRY(request_id_arg(c, q, 1, &id));
    TRY(customer_note_put(c, a, id, ((const struct customer_note_text *)q->body)->text,
                          n));
    return reply_with(r, 200, n);
}

enum err customer_note_drop(struct ctx *c, const struct customer_about *a,
                            const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 1, &id));
    TRY(customer_note_delete(c, a, id));
    return reply_empty(r);
}

enum err customer_note_back(struct ctx *c, const struct customer_about *a,
                            const struct request *q, struct reply *r)
{
    struct customer_note *n = NEW(c->mem, struct customer_note);
    i64 id;

    TRY(request_id_arg(c, q, 1, &id));
    TRY(customer_note_restore(c, a, id, n));
    return reply_with(r, 200, n);
}

enum err customer_tag_list(struct ctx *c, const struct customer_about *a,
                           const struct request *q, struct reply *r)
{
    struct customer_tag_list *t = NEW(c->mem, struct customer_tag_list);

    (void)q;
    TRY(customer_tags(c, a, &t->tags));
    r->private_ = true;
    return reply_with(r, 200, t);
}

enum err customer_tag_set(struct ctx *c, const struct customer_about *a,
                          const struct request *q, struct reply *r)
{
    struct customer_tag_list *t = NEW(c->mem, struct customer_tag_list);

    TRY(customer_tags_put(c, a, &((const struct customer_tag_list *)q->body)->tags));
    TRY(customer_tags(c, a, &t->tags));
    return reply_with(r, 200, t);
}

static enum err about(struct ctx *c, const struct request *q,
                      struct customer_about *ret)
{
    struct customer k;

    *ret = (struct customer_about){ 0 };
    TRY(request_id_arg(c, q, 0, &ret->customer_id));
    TRY(customer_get(c, ret->customer_id, &k));
    ret->customer_id = k.id; /* the survivor of a merged one */
    return ERR_OK;
}

static enum err notes_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    TRY(customer_note_list(c, &a, q, r));
    return staff_audit_read(c, "customer.notes", a.customer_id);
}

static enum err note_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_write(c, &a, q, r);
}

static enum err note_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_mend(c, &a, q, r);
}

static enum err note_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_drop(c, &a, q, r);
}

static enum err note_restore(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_note_back(c, &a, q, r);
}

static enum err tags_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_tag_list(c, &a, q, r);
}

static enum err tags_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer_about a;

    TRY(about(c, q, &a));
    return customer_tag_set(c, &a, q, r);
}

/* clang-format off */
extern const struct route customer_note_routes[];
const struct route customer_note_routes[] = {
    { "GET", "/v1/customer/{id}/note", notes_get, RIGHT_CUSTOMER_READ, READS, .query = &customer_note_ask_shape,
      .out = &customer_note_page_shape,
      .doc = "What staff wrote about this person and his orders, newest first.  Audited." },
    { "POST", "/v1/customer/{id}/note", note_post, RIGHT_CUSTOMER_READ, WRITES, .in = &customer_note_text_shape,
      .out = &customer_note_shape, .doc = "Write a note about this person.",
      .example = "{\"text\":\"Просил звонить после 18:00\"}" },
    { "PUT", "/v1/customer/{id}/note/{note}", note_put, RIGHT_CUSTOMER_READ, WRITES, .in = &customer_note_text_shape,
      .out = &customer_note_shape, .doc = "Change one's own note, within 15 minutes." },
    { "DELETE", "/v1/customer/{id}/note/{note}", note_delete, RIGHT_CUSTOMER_READ, WRITES,
      .doc = "Take one's own note away; it can be put back for 30 days." },
    { "POST", "/v1/customer/{id}/note/{note}/restore", note_restore, RIGHT_CUSTOMER_READ, WRITES,
      .out = &customer_note_shape, .doc = "Put back a note that was taken away." },
    { "GET", "/v1/customer/{id}/tag", tags_get, RIGHT_CUSTOMER_READ, READS, .out = &customer_tag_list_shape,
      .doc = "The tags of this person." },
    { "PUT", "/v1/customer/{id}/tag", tags_put, RIGHT_CUSTOMER_WRITE, WRITES, .in = &customer_tag_list_shape,
      .out = &customer_tag_list_shape, .doc = "Set the tags of this person: what is not here is taken off.",
      .example = "{\"tags\":[\"опт\"]}" },
    ROUTE_END
};
/* clang-format on */
