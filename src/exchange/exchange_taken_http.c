/* The register of files with people, and whose file some rows are from. */
#include "exchange/exchange_taken.h"
#include "http/route.h"
#include "staff/staff.h"

/* clang-format off */
static const char *const who_words[] = { "nobody", "customer", "staff", "key", "system", NULL };

static const struct field file_fields[] = {
    F_ID(taken_file, id, 0, "The file."),
    F_TEXT(taken_file, code, 0, 16, "What it calls itself: \"K7F3-9QXM\"."),
    F_TIME(taken_file, at, 0, "When it was taken."),
    F_ENUM(taken_file, who_kind, 0, who_words, "By a member of staff, or a key."),
    F_ID(taken_file, who_id, 0, "Which."),
    F_TEXT(taken_file, who_name, 0, 0, "His name, when he is still there."),
    F_ID(taken_file, place_id, 0, "Where he worked; \"0\": in the whole chain."),
    F_TEXT(taken_file, what, 0, 0, "Which list."),
    F_TEXT(taken_file, list, 0, 0, "Its address, with the filters."),
    F_TEXT(taken_file, format, 0, 0, "csv or xlsx."),
    F_INT(taken_file, rows, 0, 0, 0, "Rows."),
    F_INT(taken_file, people, 0, 0, 0, "Different customers in them."),
    F_INT(taken_file, canaries, 0, 0, 0, "Made-up people among them, by whom it is known again."),
    FIELD_END
};
static const struct shape file_shape = SHAPE("TakenFile", taken_file, file_fields);

static const struct field ask_fields[] = {
    F_ID(taken_ask, who_id, OPT, "Only of this member of staff or key."),
    F_TIME(taken_ask, since, OPT, "Not before."),
    F_TIME(taken_ask, until, OPT, "Before."),
    PAGE_FIELDS(taken_ask),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("TakenAsk", taken_ask, ask_fields);

struct taken_page { struct list items; const char *next; };
static const struct field page_fields[] = {
    F_LIST(taken_page, items, 0, &file_shape, LIMIT_PAGE, "Newest first."),
    F_TEXT(taken_page, next, OPT, 512, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("TakenPage", taken_page, page_fields);

struct whose_ask { const char *text; };
static const struct field whose_ask_fields[] = {
    F_TEXT(whose_ask, text, MUST, 1 << 20, "Rows as they were found: lines of a file, cells of a spreadsheet, a letter; the first 1,000 that tell of somebody are read."),
    FIELD_END
};
static const struct shape whose_ask_shape = SHAPE("WhoseAsk", whose_ask, whose_ask_fields);

#define FILE_OBJECT { .name = "file", .kind = FIELD_OBJECT, .at = offsetof(struct whose_row, file), .shape = &file_shape, .doc = "The file." }
struct whose_row { struct taken_file *file; struct whose_file is; };
#define W(member) .name = #member, .at = offsetof(struct whose_row, is.member)
static const struct field whose_file_fields[] = {
    FILE_OBJECT,
    { W(by), .kind = FIELD_ENUM, .words = whose_by_words,
      .doc = "What speaks for it. canary: a made-up person of this file alone; order: the rows stand in this file's own order; only: no other file has them; among: others have them too." },
    { W(named), .kind = FIELD_BOOL, .doc = "Its code stands in the text." },
    { W(found), .kind = FIELD_INT, .doc = "Rows of the text that are in it." },
    { W(canaries), .kind = FIELD_INT, .doc = "Made-up people of it in the text." },
    { W(pairs), .kind = FIELD_INT, .doc = "Neighbours in the text whose order tells files apart." },
    { W(agree), .kind = FIELD_INT, .doc = "Of them in the order of this file." },
    { W(odds), .kind = FIELD_INT, .doc = "That this is luck: 1 to 10 to this power, all files of the register counted." },
    FIELD_END
};
static const struct shape whose_file_shape = SHAPE("WhoseFile", whose_row, whose_file_fields);

struct whose_out { i64 rows, known; bool sure; struct list items; };
static const struct field whose_fields[] = {
    F_INT(whose_out, rows, 0, 0, 0, "Lines of the text that tell of somebody."),
    F_INT(whose_out, known, 0, 0, 0, "Of them in any file of the register."),
    F_BOOL(whose_out, sure, 0, "The first file is it, by a made-up person or by an order that luck gives less than once in a million."),
    F_LIST(whose_out, items, 0, &whose_file_shape, 10, "Files, the likeliest first."),
    FIELD_END
};
static const struct shape whose_shape = SHAPE("Whose", whose_out, whose_fields);
/* clang-format on */

static enum err files_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct taken_page *p = NEW(c->mem, struct taken_page);

    TRY(taken_files(c, q->query, &p->items, &p->next));
    r->private_ = true;
    return reply_with(r, 200, p);
}

static void shown(struct ctx *c, struct whose *w, struct whose_out *ret)
{
    struct whose_file *f = w->files.at;

    *ret = (struct whose_out){ w->rows, w->known, w->sure, { 0 } };
    for (size_t k = 0; k < w->files.n; k++)
        *(struct whose_row *)list_add(c->mem, &ret->items, sizeof(struct whose_row)) =
            (struct whose_row){ &f[k].file, f[k] };
}

static enum err whose_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct whose_out *out = NEW(c->mem, struct whose_out);
    struct whose w;

    TRY(taken_whose(c, ((const struct whose_ask *)q->body)->text, &w));
    TRY(staff_audit_read(c, "exchange.whose",
                         w.files.n ? ((struct whose_file *)w.files.at)->file.id : 0));
    shown(c, &w, out);
    r->private_ = true;
    return reply_with(r, 200, out);
}

/* clang-format off */
const struct route exchange_taken_routes[] = {
    { "GET", "/v1/export/taken", files_get, RIGHT_AUDIT_READ, READS, .query = &ask_shape, .out = &page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Files with people that somebody took away: who, when, which list, how many people." },
    { "POST", "/v1/export/whose", whose_post, RIGHT_AUDIT_READ, READS_LONG, .in = &whose_ask_shape, .out = &whose_shape,
      .body_max = (size_t)2 << 20,
      .doc = "Which file are these rows from, and who took it?  Columns may be missing, spellings changed, rows left out. Audited.",
      .example = "{\"text\":\"Иванова Анна;+7 916 123-45-67\"}" },
    ROUTE_END
};
/* clang-format on */
