/* Structs out as JSON. */
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "base/time.h"
#include "http/shape_value.h"

static void put_two(char *to, int v)
{
    to[0] = (char)('0' + v / 10);
    to[1] = (char)('0' + v % 10);
}

/* "2026-11-21T18:00:00.000Z" with its quotes. */
static void put_time(struct buf *to, i64 at)
{
    char s[26] = "\"0000-00-00T00:00:00.000Z\"";
    const i64 day = time_day(at, 0);
    int year, month, mday;

    time_civil(day, &year, &month, &mday);
    const int ms = (int)(at - day * DAY_MS);
    put_two(s + 1, year / 100 % 100);
    put_two(s + 3, year % 100);
    put_two(s + 6, month);
    put_two(s + 9, mday);
    put_two(s + 12, ms / 3600000);
    put_two(s + 15, ms / 60000 % 60);
    put_two(s + 18, ms / 1000 % 60);
    s[21] = (char)('0' + ms % 1000 / 100);
    put_two(s + 22, ms % 100);
    buf_put(to, s, sizeof(s));
}

static void put_id(struct buf *to, i64 id)
{
    buf_char(to, '"');
    buf_int(to, id);
    buf_char(to, '"');
}

static void put_text(struct buf *to, const char *s)
{
    json_put_text(to, s ? s : "", s ? strlen(s) : 0);
}

static void put_list(struct buf *to, const struct field *f, const struct list *l);

static void put_value(struct buf *to, const struct field *f, enum field_kind kind,
                      const void *at)
{
    const i64 whole = kind == FIELD_INT || kind == FIELD_ID || kind == FIELD_TIME
                          ? *(const i64 *)at
                          : 0;
    const char *null = "null";

    if (whole == NONE) {
        buf_text(to, null);
        return;
    }
    switch (kind) {
    case FIELD_INT:
        buf_int(to, whole);
        break;
    case FIELD_ID:
        put_id(to, whole);
        break;
    case FIELD_TIME:
        put_time(to, whole);
        break;
    case FIELD_BOOL:
        buf_text(to, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_REAL:
        json_put_real(to, *(const double *)at);
        break;
    case FIELD_TEXT:
        put_text(to, *(const char *const *)at);
        break;
    case FIELD_ENUM:
        if (*(const int *)at < 0)
            buf_text(to, null);
        else
            put_text(to, f->words[*(const int *)at]);
        break;
    case FIELD_JSON:
        buf_text(to, *(const char *const *)at ? *(const char *const *)at : null);
        break;
    case FIELD_LIST:
        put_list(to, f, at);
        break;
    case FIELD_OBJECT: {
        const void *from = f->kind == FIELD_OBJECT ? *(const void *const *)at : at;
        if (from)
            shape_write(to, f->shape, from);
        else
            buf_text(to, null);
        break;
    }
    case FIELD_END_:
        break;
    }
}

static void put_list(struct buf *to, const struct field *f, const struct list *l)
{
    const size_t size = shape_item_size(f);

    buf_char(to, '[');
    for (size_t k = 0; k < l->n && !to->full; k++) {
        if (k) buf_char(to, ',');
        put_value(to, f, f->elem, (const char *)l->at + k * size);
    }
    buf_char(to, ']');
}

static bool absent(const struct field *f, const void *at)
{
    if (!(f->flags & OPT)) return false;
    switch (f->kind) {
    case FIELD_ID:
        return *(const i64 *)at == NONE || !*(const i64 *)at;
    case FIELD_INT:
    case FIELD_TIME:
        return *(const i64 *)at == NONE;
    case FIELD_BOOL:
        return !*(const bool *)at;
    case FIELD_REAL:
        return isnan(*(const double *)at);
    case FIELD_ENUM:
        return *(const int *)at < 0;
    case FIELD_LIST:
        return !((const struct list *)at)->n;
    default:
        return !*(const void *const *)at;
    }
}

void shape_write(struct buf *to, const struct shape *s, const void *from)
{
    bool first = true;

    buf_char(to, '{');
    for (const struct field *f = s->fields; f->name; f++) {
        const void *at = (const char *)from + f->at;

        if (absent(f, at)) continue;
        if (!first) buf_char(to, ',');
        first = false;
        buf_char(to, '"');
        buf_text(to, f->name);
        buf_put(to, "\":", 2);
        put_value(to, f, f->kind, at);
    }
    buf_char(to, '}');
}
