/* Any list of the API as a file: walk its pages, make cells of its rows. */
#include "exchange/exchange_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/time.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_taken.h"
#include "http/walk.h"
#include "setting/setting.h"
#include "staff/staff.h"

#define COLUMNS 100

enum { NAME };

/* clang-format off */
const struct query exchange_table_sql[] = {
    [NAME] = { "exchange.name_staff", "SELECT name FROM pub_staff_name WHERE who_kind = $1 AND id = $2" },
    QUERY_END
};
/* clang-format on */

const char *const table_format_words[] = { "csv", "xlsx", NULL };
const char *const table_heading_words[] = { "human", "api", NULL };

static const struct heading {
    const char *shape, *member, *ru, *en; /* shape NULL: whichever */
} headings[] = {
#define HEADING(shape, member, ru, en) { shape, member, ru, en },
#include "exchange/exchange_heading.def"
#undef HEADING
};

struct table {
    struct walk walk;
    struct sheet *sheet;
    const struct field *columns[COLUMNS];
    size_t n;
    i64 rows, rows_max;
    int offset_min;
    bool people, en;
    /* Of a list with people; the rest is zero for others. */
    struct taken *taken;
    bool marked[COLUMNS];       /* tells whose the row is */
    const struct field *person; /* the customer's id, or NULL */
    struct list window;
};

/* ---- Headings ----------------------------------------------------------------- */

/* Rows of one shape stand before those of every shape. */
const char *exchange_heading(const char *shape, const char *member, bool en)
{
    for (size_t k = 0; k < COUNT(headings); k++) {
        const struct heading *h = &headings[k];

        if (!strcmp(h->member, member) && (!h->shape || !strcmp(h->shape, shape)))
            return en ? h->en : h->ru;
    }
    return NULL;
}

static const char *heading_of(const struct table *t, const struct field *f)
{
    const char *said =
        t->people ? exchange_heading(t->walk.row->name, f->name, t->en) : NULL;

    return said ? said : f->name;
}

/* ---- Cells -------------------------------------------------------------------- */

static bool ends(const char *s, const char *with)
{
    const size_t n = strlen(s), m = strlen(with);

    return n > m && !strcmp(s + n - m, with);
}

/* Kopecks by their name; two members of the catalogue's list had theirs before the
 * rule. */
static bool is_money(const char *name)
{
    return ends(name, "_minor") || !strcmp(name, "price_min") ||
           !strcmp(name, "price_max");
}

static struct cell yes(const struct table *t, bool is)
{
    if (!t->people) return (struct cell){ CELL_COUNT, NULL, is };
    return (struct cell){ CELL_TEXT,
                          t->en ? (is ? "yes" : "no")
                          : is  ? "да"
                                : "нет",
                          0 };
}

/* "2026-11-21T21:00:00+03:00" */
static const char *local(struct arena *mem, i64 at, int offset_min)
{
    const i64 there = at + offset_min * MINUTE_MS;
    const int away = offset_min < 0 ? -offset_min : offset_min;

    return arena_printf(mem, "%.19s%c%02d:%02d", time_iso(mem, there),
                        offset_min < 0 ? '-' : '+', away / 60, away % 60);
}

static struct cell text(const char *s)
{
    return s && *s ? (struct cell){ CELL_TEXT, s, 0 } : (struct cell){ 0 };
}

static struct cell cell_of(const struct table *t, struct arena *mem,
                           const struct field *f, enum field_kind kind, const void *at)
{
    switch (kind) {
    case FIELD_INT: {
        const i64 v = *(const i64 *)at;
        if (v == NONE) break;
        return (struct cell){ is_money(f->name) ? CELL_MONEY : CELL_COUNT, NULL, v };
    }
    case FIELD_ID: {
        const i64 v = *(const i64 *)at;
        return v == NONE || !v ? (struct cell){ 0 }
                               : text(arena_printf(mem, "%lld", v));
    }
    case FIELD_TIME: {
        const i64 v = *(const i64 *)at;
        return v == NONE ? (struct cell){ 0 } : text(local(mem, v, t->offset_min));
    }
    case FIELD_BOOL:
        return yes(t, *(const bool *)at);
    case FIELD_REAL: {
        const double v = *(const double *)at;
        return isnan(v) ? (struct cell){ 0 } : text(arena_printf(mem, "%.15g", v));
    }
    case FIELD_ENUM: {
        const int v = *(const int *)at;
        return v < 0 ? (struct cell){ 0 } : text(f->words[v]);
    }
    case FIELD_TEXT:
    case FIELD_JSON:
        return text(*(const char *const *)at);
    default:
        break;
    }
    return (struct cell){ 0 };
}

static size_t size_of(enum field_kind kind)
{
    return kind == FIELD_BOOL   ? sizeof(bool)
           : kind == FIELD_ENUM ? sizeof(int)
                                : sizeof(i64);
}

static struct cell joined(const struct table *t, struct arena *mem,
                          const struct field *f, const struct list *l)
{
    struct buf all = buf_new(mem, 64, LIMIT_ANSWER);

    for (size_t k = 0; k < l->n; k++) {
        const struct cell x =
            cell_of(t, mem, f, f->elem, (const char *)l->at + k * size_of(f->elem));
        if (k) buf_text(&all, ", ");
        if (x.kind == CELL_TEXT) buf_text(&all, x.text);
        if (x.kind == CELL_COUNT || x.kind == CELL_MONEY) buf_int(&all, x.whole);
    }
    return l->n ? text(all.at) : (struct cell){ 0 };
}

/* Objects have no place in a row; secrets none in a file. */
static bool is_column(const struct field *f)
{
    const enum field_kind kind = f->kind == FIELD_LIST ? f->elem : f->kind;

    return !(f->flags & SECRET) && kind != FIELD_OBJECT && kind != FIELD_LIST;
}

/* Members by which a row is known again. */
static bool is_marked(const char *name)
{
    static const char *const names[] = {
        "id", "customer_id", "order_id", "number", "phone", "email", "card", "address"
    };

    for (size_t k = 0; k < COUNT(names); k++)
        if (!strcmp(names[k], name)) return true;
    return false;
}

static const struct field *member(const struct shape *s, const char *name)
{
    for (const struct field *f = s->fields; f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

static const struct field *person_of(const struct shape *s)
{
    const struct field *f = member(s, "customer_id");

    return f ? f : member(s, "last_name") ? member(s, "id") : NULL;
}

static void choose(struct table *t)
{
    const char *names[COLUMNS];

    for (const struct field *f = t->walk.row->fields; f->name && t->n < COLUMNS; f++)
        if (is_column(f)) {
            names[t->n] = heading_of(t, f);
            t->marked[t->n] = f->kind != FIELD_LIST && is_marked(f->name);
            t->columns[t->n++] = f;
        }
    sheet_top(t->sheet, names, t->n);
    t->person = person_of(t->walk.row);
}

static i64 customer_of(const struct table *t, const char *row)
{
    const i64 id = t->person ? *(const i64 *)(const void *)(row + t->person->at) : 0;

    return id == NONE ? 0 : id;
}

static void put_row(struct table *t, struct arena *mem, const char *row, bool canary)
{
    struct cell cells[COLUMNS];
    const char *texts[COLUMNS] = { 0 };

    for (size_t k = 0; k < t->n; k++) {
        const struct field *f = t->columns[k];
        const void *at = row + f->at;

        cells[k] = f->kind == FIELD_LIST ? joined(t, mem, f, at)
                                         : cell_of(t, mem, f, f->kind, at);
        if (t->marked[k] && cells[k].kind == CELL_TEXT) texts[k] = cells[k].text;
    }
    sheet_row(t->sheet, cells, t->n);
    if (!t->taken) return;
    if (canary)
        taken_canary_row(t->taken, texts, t->n);
    else
        taken_row(t->taken, customer_of(t, row), texts, t->n);
}

/* ---- People: rows in the file's own order, see exchange_taken.h -------------------
 */

static void set(const struct table *t, char *row, const char *name, const char *text)
{
    const struct field *f = member(t->walk.row, name);

    if (f && f->kind == FIELD_TEXT) *(const char **)(void *)(row + f->at) = text;
}

/* A copy of some row, of somebody who is not there; NULL: the list has no place for
 * what the chain could know him by. */
static const char *canary_row(struct ctx *c, const struct table *t)
{
    const size_t size = t->walk.row->size;
    struct canary k;

    if (!(t->walk.route->flags & ROUTE_ANY_ORDER) || !taken_canary(c, &k)) return NULL;
    if (!(k.phone && member(t->walk.row, "phone")) &&
        !(k.email && member(t->walk.row, "email")))
        return NULL;
    char *row = arena_raw(c->mem, size);
    memcpy(row, t->window.at, size);
    if (t->person) *(i64 *)(void *)(row + t->person->at) = id_new_scattered(c);
    set(t, row, "name", arena_printf(c->mem, "%s %s", k.last, k.first));
    set(t, row, "phone", k.phone);
    set(t, row, "email", k.email);
    return row;
}

static enum err people_shown(struct ctx *c, const struct table *t)
{
    i64 *ids = NEW_N(c->mem, i64, t->window.n + 1);

    for (size_t k = 0; k < t->window.n; k++)
        ids[k] = customer_of(t, (const char *)t->window.at + k * t->walk.row->size);
    return staff_people_shown(c, "exchange.export", ids, t->window.n);
}

static void put_block(struct ctx *c, struct table *t, size_t from, size_t n,
                      const char *canary)
{
    size_t *order = NEW_N(c->mem, size_t, n + 1);
    const char *rows = t->window.at;

    taken_mix(order, n + !!canary);
    for (size_t k = 0; k < n + !!canary; k++)
        put_row(t, c->mem,
                order[k] == n ? canary : rows + (from + order[k]) * t->walk.row->size,
                order[k] == n);
    taken_window(t->taken);
}

static enum err put_window(struct ctx *c, struct table *t)
{
    const bool any = t->walk.route->flags & ROUTE_ANY_ORDER;
    const size_t n = t->window.n, block = any ? n : TAKEN_BLOCK;

    TRY(people_shown(c, t));
    const char *canary = n ? canary_row(c, t) : NULL;
    for (size_t k = 0; k < n; k += block)
        put_block(c, t, k, n - k < block ? n - k : block, canary);
    t->window = (struct list){ 0 };
    return ERR_OK;
}

/* ---- The whole ---------------------------------------------------------------- */

static enum err put_page(struct ctx *c, struct table *t)
{
    const size_t size = t->walk.row->size;
    struct list rows = { 0 };

    TRY(walk_page(c, &t->walk, &rows));
    t->rows += (i64)rows.n;
    if (t->rows > t->rows_max)
        return FAIL(c, TOO_BIG, "the list has over %lld rows: narrow it by its filters",
                    t->rows_max);
    for (size_t k = 0; k < rows.n; k++) {
        const char *row = (const char *)rows.at + k * size;
        if (t->taken)
            memcpy(list_add(c->mem, &t->window, size), row, size);
        else
            put_row(t, c->mem, row, false);
    }
    const bool any = t->walk.route->flags & ROUTE_ANY_ORDER;
    if (any && t->window.n < TAKEN_WINDOW && !t->walk.end) return ERR_OK;
    return t->taken ? put_window(c, t) : ERR_OK;
}

/* Each page in memory that is emptied after it. */
static enum err put_pages(struct ctx *c, struct table *t)
{
    struct ctx own = *c;
    enum err e = ERR_OK;

    own.mem = arena_new((size_t)16 << 20);
    while (!e && !t->walk.end) {
        e = put_page(&own, t);
        if (!e && !t->window.n) arena_reset(own.mem);
    }
    if (e) {
        c->fault = own.fault;
        c->fault.next = NULL;
        if (own.fault.message)
            c->fault.message =
                arena_strdup(c->mem, own.fault.message, strlen(own.fault.message));
        if (own.fault.field)
            c->fault.field =
                arena_strdup(c->mem, own.fault.field, strlen(own.fault.field));
    }
    arena_free(own.mem);
    return e;
}

static enum err find_who(struct ctx *c, void *arg)
{
    const enum err e = db_one(c, &exchange_table_sql[NAME], INTO((const char **)arg),
                              (i64)c->who.kind, c->who.id);

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err open_sheet(struct ctx *c, const struct table_ask *a, struct table *t,
                           const char *path)
{
    const bool en = c->lang && !strcmp(c->lang, "en");
    const bool people = a->headings != HEADINGS_API;
    struct sheet_head h = {
        .title = t->walk.route->path, .at = c->now, .comma = !en, .people = people
    };

    t->people = people;
    t->en = en;
    t->rows_max = setting_int(c, "exchange.table_rows", (struct setting_scope){ 0 });
    t->offset_min =
        (int)setting_int(c, "exchange.utc_offset_min", (struct setting_scope){ 0 });
    TRY(db_snapshot(c, find_who, &h.who));
    if (!h.who) h.who = "";
    if (t->taken) h.code = taken_code(t->taken);
    h.said = arena_printf(c->mem,
                          en ? "Taken by %s, %s: %s%s%s" : "Выгружено: %s, %s: %s%s%s",
                          h.who, local(c->mem, c->now, t->offset_min), a->list,
                          h.code ? (en ? ", no. " : ", № ") : "", h.code ? h.code : "");
    return sheet_new(c, path, a->format, &h, &t->sheet);
}

struct taken_note {
    const struct table *table;
    const struct table_ask *ask;
};

static enum err note(struct ctx *c, void *arg)
{
    const struct taken_note *x = arg;
    struct buf detail = buf_new(c->mem, 256, 16384);

    buf_text(&detail, "{\"list\":");
    json_put_text(&detail, x->ask->list, strlen(x->ask->list));
    buf_printf(&detail, ",\"format\":\"%s\",\"rows\":%lld}",
               table_format_words[x->ask->format], x->table->rows);
    return staff_audit(c, "exchange.export", 0, detail.at);
}

/* Into the register, or at least into the audit. */
static enum err written_down(struct ctx *c, const struct table_ask *a, struct table *t)
{
    struct taken *taken = t->taken;

    t->taken = NULL;
    return taken ? taken_end(c, taken) : db_unit(c, note, &(struct taken_note){ t, a });
}

static enum err write(struct ctx *c, const struct table_ask *a, struct table *t,
                      const char *path)
{
    TRY(open_sheet(c, a, t, path));
    choose(t);
    enum err e = put_pages(c, t);
    const struct fault first = c->fault;
    const enum err closed = sheet_end(c, t->sheet);
    if (e) c->fault = first;
    TRY(e ? e : closed);
    return written_down(c, a, t);
}

static void begin_people(struct ctx *c, const struct table_ask *a, struct table *t,
                         const char **ret_code)
{
    const struct taken_new n = { t->walk.route->path, a->list,
                                 table_format_words[a->format] };

    if (!(t->walk.route->flags & ROUTE_PEOPLE)) return;
    t->taken = taken_begin(c, &n);
    *ret_code = arena_printf(c->mem, "%s", taken_code(t->taken));
}

enum err exchange_table_write(struct ctx *c, const struct request *q,
                              const struct table_ask *a, const char **ret_path,
                              const char **ret_code)
{
    struct table *t = NEW(c->mem, struct table);
    const char *dir;

    *t = (struct table){ 0 };
    *ret_code = NULL;
    TRY(walk_begin(c, modules, q, a->list, &t->walk));
    TRY(spool_dir(c, "out", &dir));
    const char *path = arena_printf(c->mem, "%s/table-%lld.%s", dir, id_new(c),
                                    table_format_words[a->format]);
    begin_people(c, a, t, ret_code);
    const enum err e = write(c, a, t, path);
    taken_drop(t->taken);
    if (e)
        remove(path);
    else
        *ret_path = path;
    return e;
}
