/* An order as an event of the buyer's own calendar (RFC 5545). */
#include "base/buf.h"
#include "base/time.h"
#include "order/order_shopper.h"

enum { SLOT };

/* clang-format off */
const struct query order_calendar_sql[] = {
    [SLOT] = { "order.calendar_slot",
        "SELECT day, from_min, to_min FROM order_slot WHERE region_id = $1 AND id = $2" },
    QUERY_END
};
/* clang-format on */

enum { FOLD = 73 }; /* bytes of a line; with its end 75 */

struct window {
    i64 from_at, to_at;
};

/* "20261121T180000Z" */
static const char *stamp(struct ctx *c, i64 at)
{
    int year, month, mday;
    const int min = time_minute(at, 0);

    time_civil(time_day(at, 0), &year, &month, &mday);
    return arena_printf(c->mem, "%04d%02d%02dT%02d%02d%02dZ", year, month, mday,
                        min / 60, min % 60, (int)(at / SECOND_MS % 60));
}

/* One line: special letters quoted, long ones folded between letters. */
static void put(struct buf *b, const char *name, const char *text)
{
    size_t used = strlen(name) + 1;

    buf_printf(b, "%s:", name);
    for (const char *p = text; *p; p++) {
        const bool letter_begins = ((unsigned char)*p & 0xc0) != 0x80;

        if (used >= FOLD - 4 && letter_begins) {
            buf_text(b, "\r\n ");
            used = 1;
        }
        if (*p == '\n') {
            buf_text(b, "\\n");
        } else {
            if (*p == ',' || *p == ';' || *p == '\\') buf_char(b, '\\');
            buf_char(b, *p);
        }
        used += *p == '\n' || *p == ',' || *p == ';' || *p == '\\' ? 2 : 1;
    }
    buf_text(b, "\r\n");
}

/* A courier comes in his slot; a parcel waits from its promise, half an hour of the
 * buyer's day, but never longer than it is kept. */
static enum err window_of(struct ctx *c, const struct order *o, struct window *ret)
{
    struct place_region region;
    i64 day, from_min, to_min;

    if (o->kind == ORDER_DELIVERY && o->slot_id != NONE) {
        TRY(place_region_get(c, o->region_id, &region));
        TRY(db_one(c, &order_calendar_sql[SLOT], INTO(&day, &from_min, &to_min),
                   o->region_id, o->slot_id));
        ret->from_at = time_from(day, (int)from_min, (int)region.utc_offset_min);
        ret->to_at = time_from(day, (int)to_min, (int)region.utc_offset_min);
        return ERR_OK;
    }
    ret->from_at =
        o->promised_at == NONE || o->promised_at < c->now ? c->now : o->promised_at;
    ret->to_at = ret->from_at + 30 * MINUTE_MS;
    return ERR_OK;
}

static enum err where(struct ctx *c, const struct order *o, const char **ret)
{
    struct place p;

    *ret = o->address;
    if (o->kind == ORDER_DELIVERY) return ERR_OK;
    TRY(place_get(c, o->place_id, &p));
    *ret = arena_printf(c->mem, "%s, %s", p.name, p.address);
    return ERR_OK;
}

static const char *goods(struct ctx *c, const struct order *o)
{
    const struct order_line *l = o->lines.at;
    struct buf b = buf_new(c->mem, 256, 4096);

    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].qty)
            buf_printf(&b, "%s%s x %lld", b.n ? "\n" : "", l[k].name, l[k].qty);
    return b.at;
}

enum err order_calendar(struct ctx *c, const struct order *o, const char **ret_text,
                        size_t *ret_n)
{
    const bool en = c->lang && !strcmp(c->lang, "en");
    const bool courier = o->kind == ORDER_DELIVERY;
    const char *verb = courier ? (en ? "Courier: order" : "Курьер: заказ")
                               : (en ? "Collect order" : "Забрать заказ");
    struct buf b = buf_new(c->mem, 1024, 16384);
    const char *place;
    struct window w;

    if (!order_is_open(o->state))
        return FAIL(c, WRONG_STATE, "order %s is over", o->number);
    TRY(window_of(c, o, &w));
    TRY(where(c, o, &place));
    buf_text(&b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Prilavok//order//RU\r\n"
                 "METHOD:PUBLISH\r\nBEGIN:VEVENT\r\n");
    buf_printf(&b, "UID:%lld@prilavok\r\nDTSTAMP:%s\r\n", o->id, stamp(c, c->now));
    buf_printf(&b, "DTSTART:%s\r\nDTEND:%s\r\n", stamp(c, w.from_at),
               stamp(c, w.to_at));
    put(&b, "SUMMARY", arena_printf(c->mem, "%s %s", verb, o->number));
    if (place) put(&b, "LOCATION", place);
    put(&b, "DESCRIPTION", goods(c, o));
    buf_text(&b, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT30M\r\n");
    put(&b, "DESCRIPTION", arena_printf(c->mem, "%s %s", verb, o->number));
    buf_text(&b, "END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    *ret_text = b.at;
    *ret_n = b.n;
    return ERR_OK;
}
