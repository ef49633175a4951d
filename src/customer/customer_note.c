#include "customer/customer_note.h"

#include <string.h>

#include "base/id.h"
#include "base/person.h"
#include "base/text.h"
#include "customer/customer_own.h"
#include "event/event.h"
#include "staff/staff.h"

enum { ADD, LIST, LIST_ORDER, GET, PUT, DELETE, RESTORE, TIDY, TAGS, TAG, UNTAG };

/* clang-format off */
#define COLUMNS "id, customer_id, order_id, text, at, changed_at, who_kind, who_id"
#define THIS    " WHERE customer_id = $1 AND id = $2 AND order_id = $3"
const struct query customer_note_sql[] = {
    [ADD] = { "customer.add_note",
        "INSERT INTO customer_note (" COLUMNS ", born_id) VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, $8)" },

    [LIST] = { "customer.list_notes",
        "SELECT " COLUMNS " FROM customer_note"
        " WHERE customer_id = $1 AND id < $2 AND deleted_at IS NULL ORDER BY id DESC LIMIT $3" },

    [LIST_ORDER] = { "customer.list_order_notes",
        "SELECT " COLUMNS " FROM customer_note"
        " WHERE order_id = $1 AND order_id <> 0 AND id < $2 AND deleted_at IS NULL"
        " ORDER BY id DESC LIMIT $3" },

    [GET] = { "customer.get_note",
        "SELECT " COLUMNS ", deleted_at FROM customer_note" THIS },

    [PUT] = { "customer.put_note",
        "UPDATE customer_note SET text = $4, changed_at = $5" THIS " AND deleted_at IS NULL" },

    [DELETE] = { "customer.delete_note",
        "UPDATE customer_note SET deleted_at = $4" THIS " AND deleted_at IS NULL" },

    [RESTORE] = { "customer.restore_note",
        "UPDATE customer_note SET deleted_at = NULL" THIS " AND deleted_at > $4" },

    [TIDY] = { "customer.tidy_notes",
        "DELETE FROM customer_note WHERE deleted_at IS NOT NULL AND deleted_at < $1" },

    [TAGS] = { "customer.list_tags",
        "SELECT tag FROM customer_tag WHERE customer_id = $1 AND order_id = $2 ORDER BY tag" },

    [TAG] = { "customer.add_tag",
        "INSERT INTO customer_tag (customer_id, order_id, tag, at, born_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (customer_id, order_id, tag) DO NOTHING" },

    [UNTAG] = { "customer.delete_tag",
        "DELETE FROM customer_tag WHERE customer_id = $1 AND order_id = $2 AND tag = $3" },
    QUERY_END
};

static const struct field note_fields[] = {
    F_ID(customer_note, id, 0, "The note."),
    F_ID(customer_note, customer_id, 0, "About whom; 0: nobody known."),
    F_ID(customer_note, order_id, 0, "About which order; 0: about the person."),
    F_TEXT(customer_note, text, 0, 0, "What it says."),
    F_TIME(customer_note, at, 0, "When it was written."),
    F_TIME(customer_note, changed_at, OPT, "When it was changed."),
    F_ID(customer_note, who_id, 0, "Who wrote it; see /v1/staff/name."),
    F_BOOL(customer_note, mine, 0, "The caller wrote it, and may take it away."),
    F_BOOL(customer_note, editable, 0, "And may still change it."),
    FIELD_END
};
const struct shape customer_note_shape = SHAPE("Note", customer_note, note_fields);
static const struct field page_fields[] = {
    F_LIST(customer_note_page, items, 0, &customer_note_shape, 0, "Newest first."),
    F_TEXT(customer_note_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
const struct shape customer_note_page_shape = SHAPE("NotePage", customer_note_page, page_fields);
static const struct field ask_fields[] = { PAGE_FIELDS(page), FIELD_END };
const struct shape customer_note_ask_shape = SHAPE("NoteAsk", page, ask_fields);
static const struct field text_fields[] = {
    F_TEXT(customer_note_text, text, MUST, 4000, "What it says."),
    FIELD_END
};
const struct shape customer_note_text_shape = SHAPE("NoteText", customer_note_text, text_fields);
static const struct field tags_fields[] = {
    F_LIST_OF(customer_tag_list, tags, MUST, FIELD_TEXT, 20, "Short words, at most 20 of 40 letters."),
    FIELD_END
};
const struct shape customer_tag_list_shape = SHAPE("Tags", customer_tag_list, tags_fields);
/* clang-format on */

#define Q customer_note_sql

enum { NOTE_MAX = 4000, TAG_MAX = 40, TAGS_MAX = 20 };

/* ---- Notes ------------------------------------------------------------------- */

static void judge(const struct ctx *c, struct customer_note *n)
{
    n->mine = n->who_kind == (int)c->who.kind && n->who_id == c->who.id;
    n->editable = n->mine && c->now < n->at + NOTE_EDIT_MS;
}

static enum err text_read(struct ctx *c, const char *text, const char **ret)
{
    const char *end = text + strlen(text);

    while (*text && strchr(" \t\r\n", *text)) text++;
    while (end > text && strchr(" \t\r\n", end[-1])) end--;
    *ret = arena_strdup(c->mem, text, (size_t)(end - text));
    if (end == text) return FAIL_FIELD(c, BAD_ARGUMENT, "text", "there is no text");
    if (text_length(*ret) > NOTE_MAX)
        return FAIL_FIELD(c, BAD_ARGUMENT, "text", "over %d letters", NOTE_MAX);
    return ERR_OK;
}

enum err customer_notes(struct ctx *c, const struct customer_about *a, i64 before_id,
                        i64 limit, struct list *ret)
{
    const bool order = a->order_id != 0;
    struct customer_note n = { 0 };
    i64 kind;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[order ? LIST_ORDER : LIST],
                order ? a->order_id : a->customer_id, before_id, limit));
    while (db_next(&r, INTO(&n.id, &n.customer_id, &n.order_id, &n.text, &n.at,
                            &n.changed_at, &kind, &n.who_id))) {
        n.who_kind = (int)kind;
        judge(c, &n);
        *(struct customer_note *)list_add(c->mem, ret, sizeof(n)) = n;
    }
    return r.err;
}

enum err customer_note_page(struct ctx *c, const struct customer_about *a,
                            const struct page *ask, struct customer_note_page *ret)
{
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;
    i64 before_id = INT64_MAX;

    if (ask->after) TRY(page_after(c, ask->after, &before_id, 1));
    TRY(customer_notes(c, a, before_id, limit, &ret->items));
    const struct customer_note *n = ret->items.at;
    ret->next = NULL;
    if ((i64)ret->items.n == limit) ret->next = page_next(c->mem, &n[limit - 1].id, 1);
    return ERR_OK;
}

enum err customer_note_add(struct ctx *c, const struct customer_about *a,
                           const char *text, struct customer_note *ret)
{
    const char *said;

    TRY(text_read(c, text, &said));
    *ret = (struct customer_note){ .id = id_new(c),
                                   .customer_id = a->customer_id,
                                   .order_id = a->order_id,
                                   .text = said,
                                   .at = c->now,
                                   .changed_at = NONE,
                                   .who_kind = (int)c->who.kind,
                                   .who_id = c->who.id };
    judge(c, ret);
    TRY(db_exec(c, &Q[ADD], NULL, ret->id, ret->customer_id, ret->order_id, ret->text,
                ret->at, ret->who_kind, ret->who_id, person_born(c, ret->customer_id)));
    return staff_audit(c, "customer.note", a->order_id ? a->order_id : a->customer_id,
                       arena_printf(c->mem, "{\"note_id\":\"%lld\"}", ret->id));
}

/* The caller's own note, deleted or not. */
static enum err own(struct ctx *c, const struct customer_about *a, i64 id,
                    struct customer_note *ret, i64 *ret_deleted_at)
{
    i64 kind;
    const enum err e =
        db_one(c, &Q[GET],
               INTO(&ret->id, &ret->customer_id, &ret->order_id, &ret->text, &ret->at,
                    &ret->changed_at, &kind, &ret->who_id, ret_deleted_at),
               a->customer_id, id, a->order_id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no note %lld", id);
    TRY(e);
    ret->who_kind = (int)kind;
    judge(c, ret);
    return ret->mine ? ERR_OK : FAIL(c, DENIED, "note %lld is somebody else's", id);
}

enum err customer_note_put(struct ctx *c, const struct customer_about *a, i64 id,
                           const char *text, struct customer_note *ret)
{
    const char *said;
    i64 deleted_at, n;

    TRY(text_read(c, text, &said));
    TRY(own(c, a, id, ret, &deleted_at));
    if (!ret->editable)
        return FAIL(c, WRONG_STATE, "a note can be changed for %lld minutes",
                    NOTE_EDIT_MS / MINUTE_MS);
    TRY(db_exec(c, &Q[PUT], &n, a->customer_id, id, a->order_id, said, c->now));
    if (!n) return FAIL(c, NOT_FOUND, "note %lld was taken away", id);
    ret->text = said;
    ret->changed_at = c->now;
    return staff_audit(c, "customer.note_put", id, NULL);
}

enum err customer_note_delete(struct ctx *c, const struct customer_about *a, i64 id)
{
    struct customer_note note;
    i64 deleted_at, n;

    TRY(own(c, a, id, &note, &deleted_at));
    TRY(db_exec(c, &Q[DELETE], &n, a->customer_id, id, a->order_id, c->now));
    return n ? staff_audit(c, "customer.note_delete", id, NULL) : ERR_OK;
}

enum err customer_note_restore(struct ctx *c, const struct customer_about *a, i64 id,
                               struct customer_note *ret)
{
    i64 deleted_at, n;

    TRY(own(c, a, id, ret, &deleted_at));
    TRY(db_exec(c, &Q[RESTORE], &n, a->customer_id, id, a->order_id,
                c->now - NOTE_UNDO_MS));
    if (!n && deleted_at != NONE)
        return FAIL(c, GONE, "note %lld was taken away too long ago", id);
    return n ? staff_audit(c, "customer.note_restore", id, NULL) : ERR_OK;
}

static enum err tidy(struct ctx *c, void *arg)
{
    (void)arg;
    return db_exec(c, &Q[TIDY], NULL, c->now - NOTE_UNDO_MS);
}

enum err customer_notes_tidy(struct ctx *c)
{
    return db_unit(c, tidy, NULL);
}

void customer_notes_ahead(struct ctx *c, const struct customer_about *a, i64 limit)
{
    if (a->order_id)
        (void)db_ahead(c, &Q[LIST_ORDER], a->order_id, INT64_MAX, limit);
    else
        (void)db_ahead(c, &Q[LIST], a->customer_id, INT64_MAX, limit);
    (void)db_ahead(c, &Q[TAGS], a->customer_id, a->order_id);
}

/* ---- Tags -------------------------------------------------------------------- */

enum err customer_tags(struct ctx *c, const struct customer_about *a, struct list *ret)
{
    const char *tag;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[TAGS], a->customer_id, a->order_id));
    while (db_next(&r, INTO(&tag)))
        *(const char **)list_add(c->mem, ret, sizeof(tag)) = tag;
    return r.err;
}

static bool among(const struct list *tags, const char *tag)
{
    const char *const *t = tags->at;

    for (size_t k = 0; k < tags->n; k++)
        if (!strcmp(t[k], tag)) return true;
    return false;
}

enum err customer_tags_put(struct ctx *c, const struct customer_about *a,
                           const struct list *tags)
{
    const char *const *t = tags->at;
    struct list old;

    for (size_t k = 0; k < tags->n; k++)
        if (!*t[k] || text_length(t[k]) > TAG_MAX)
            FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "tags[%zu]", k),
                      "a tag has 1 to %d letters", TAG_MAX);
    if (c->fault.err) return c->fault.err;
    TRY(customer_tags(c, a, &old));
    const char *const *was = old.at;
    for (size_t k = 0; k < old.n; k++)
        if (!among(tags, was[k]))
            TRY(db_exec(c, &Q[UNTAG], NULL, a->customer_id, a->order_id, was[k]));
    for (size_t k = 0; k < tags->n; k++)
        TRY(db_exec(c, &Q[TAG], NULL, a->customer_id, a->order_id, t[k], c->now,
                    person_born(c, a->customer_id)));
    if (!a->order_id) TRY(event_emit(c, "customer.tagged", a->customer_id, NULL));
    return staff_audit(c, "customer.tags", a->order_id ? a->order_id : a->customer_id,
                       NULL);
}
