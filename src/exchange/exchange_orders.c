/* Orders as 1C reads them: CommerceML 2.09, valid by its schema. */
#include "exchange/exchange_orders.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/money.h"
#include "base/time.h"
#include "exchange/charset.h"
#include "order/order.h"
#include "setting/setting.h"

#define PAGE      50
#define ORDER_MAX ((size_t)1 << 20) /* bytes of one order's XML */

enum { OFFER, OFFERED, FORGET };

/* clang-format off */
const struct query exchange_orders_sql[] = {
    [OFFER] = { "exchange.offer_order",
        "INSERT INTO exchange_offered (session_id, order_id, pos) VALUES ($1, $2, $3)"
        " ON CONFLICT (session_id, order_id) DO UPDATE SET pos = excluded.pos" },

    [OFFERED] = { "exchange.list_offered",
        "SELECT order_id, pos FROM exchange_offered WHERE session_id = $1 ORDER BY order_id" },

    [FORGET] = { "exchange.forget_offered",
        "DELETE FROM exchange_offered WHERE session_id = $1" },
    QUERY_END
};
/* clang-format on */

/* ---- Writing XML
 * ---------------------------------------------------------------------- */

/* At most `max` characters, of which XML allows; markup escaped. */
static void put_text(struct buf *b, const char *s, size_t max)
{
    size_t n = strlen(s), chars = 0, k = 0;

    while (k < n && chars < max) {
        const unsigned char ch = (unsigned char)s[k];

        if (ch == '&')
            buf_text(b, "&amp;");
        else if (ch == '<')
            buf_text(b, "&lt;");
        else if (ch == '>')
            buf_text(b, "&gt;");
        else if (ch == '"')
            buf_text(b, "&quot;");
        else if (ch >= ' ' || ch == '\n' || ch == '\t')
            buf_char(b, (char)ch);
        k++;
        while (k < n && ((unsigned char)s[k] & 0xC0) == 0x80) buf_char(b, s[k++]);
        chars++;
    }
}

static void put(struct buf *b, const char *name, const char *s, size_t max)
{
    if (!s) return;
    buf_printf(b, "<%s>", name);
    put_text(b, s, max);
    buf_printf(b, "</%s>\n", name);
}

static void requisite(struct buf *b, const char *name, const char *value)
{
    if (!value) return;
    buf_text(b, "<ЗначениеРеквизита>\n");
    put(b, "Наименование", name, 255);
    put(b, "Значение", value, 1000);
    buf_text(b, "</ЗначениеРеквизита>\n");
}

static const char *local(struct ctx *c, i64 at, i64 offset_min, char between)
{
    char *s = arena_printf(c->mem, "%s", time_iso(c->mem, at + offset_min * MINUTE_MS));

    s[10] = between;
    s[19] = '\0';
    return s;
}

/* ---- One order
 * --------------------------------------------------------------------------- */

static void put_party(struct buf *b, struct ctx *c, const struct order_out *o)
{
    const char *name =
        o->customer_name && *o->customer_name ? o->customer_name : "Покупатель";

    buf_text(b, "<Контрагенты>\n<Контрагент>\n");
    put(b, "Ид", arena_printf(c->mem, "%lld", o->order.customer_id), 40);
    put(b, "Наименование", name, 255);
    put(b, "ПолноеНаименование", name, 255);
    if (o->order.address && *o->order.address) {
        buf_text(b, "<АдресРегистрации>\n");
        put(b, "Представление", o->order.address, 255);
        buf_text(b, "</АдресРегистрации>\n");
    }
    if (o->phone || o->email) buf_text(b, "<Контакты>\n");
    if (o->phone) {
        buf_text(b, "<Контакт><Тип>Телефон мобильный</Тип>");
        put(b, "Значение", o->phone, 255);
        buf_text(b, "</Контакт>\n");
    }
    if (o->email) {
        buf_text(b, "<Контакт><Тип>Почта</Тип>");
        put(b, "Значение", o->email, 255);
        buf_text(b, "</Контакт>\n");
    }
    if (o->phone || o->email) buf_text(b, "</Контакты>\n");
    buf_text(b, "<Роль>Покупатель</Роль>\n</Контрагент>\n</Контрагенты>\n");
}

static void put_good(struct buf *b, struct ctx *c, const char *id, const char *sku,
                     const char *name)
{
    put(b, "Ид", id, 80);
    if (sku) put(b, "Артикул", sku, 255);
    put(b, "Наименование", name, 255);
    (void)c;
    buf_text(b, "<БазоваяЕдиница Код=\"796\" НаименованиеПолное=\"Штука\" "
                "МеждународноеСокращение=\"PCE\">шт</БазоваяЕдиница>\n");
}

static void put_kind(struct buf *b, const char *kind)
{
    buf_text(b, "<ЗначенияРеквизитов>\n");
    requisite(b, "ВидНоменклатуры", kind);
    requisite(b, "ТипНоменклатуры", kind);
    buf_text(b, "</ЗначенияРеквизитов>\n");
}

static void put_sums(struct buf *b, struct ctx *c, i64 price_minor, i64 qty, i64 vat_bp)
{
    const i64 sum = price_minor * qty;

    put(b, "ЦенаЗаЕдиницу", money_text(c->mem, price_minor), 40);
    put(b, "Количество", arena_printf(c->mem, "%lld", qty), 40);
    put(b, "Сумма", money_text(c->mem, sum), 40);
    if (vat_bp == NONE) return;
    buf_text(b, "<Налоги>\n<Налог>\n<Наименование>НДС</Наименование>\n"
                "<УчтеноВСумме>true</УчтеноВСумме>\n");
    put(b, "Сумма", money_text(c->mem, money_vat_inside(sum, vat_bp)), 40);
    put(b, "Ставка", vat_bp ? arena_printf(c->mem, "%lld", vat_bp / 100) : "Без налога",
        40);
    buf_text(b, "</Налог>\n</Налоги>\n");
}

static enum err put_goods(struct buf *b, struct ctx *c, const char *source,
                          const struct list *lines)
{
    const struct order_line *l = lines->at;

    for (size_t k = 0; k < lines->n; k++) {
        const char *id;

        TRY(key_external(c, source, "variant", l[k].variant_id, &id));
        buf_text(b, "<Товар>\n");
        put_good(b, c, id ? id : l[k].sku, l[k].sku, l[k].name);
        put_kind(b, "Товар");
        put_sums(b, c, l[k].price_minor, l[k].qty, l[k].vat_bp);
        buf_text(b, "</Товар>\n");
    }
    return ERR_OK;
}

static enum err put_lines(struct buf *b, struct ctx *c, const char *source,
                          const struct order *o)
{
    buf_text(b, "<Товары>\n");
    TRY(put_goods(b, c, source, &o->lines));
    if (o->delivery_minor > 0) {
        buf_text(b, "<Товар>\n");
        put_good(b, c, "ORDER_DELIVERY", NULL, "Доставка заказа");
        put_kind(b, "Услуга");
        put_sums(b, c, o->delivery_minor, 1, NONE);
        buf_text(b, "</Товар>\n");
    }
    buf_text(b, "</Товары>\n");
    return ERR_OK;
}

/* Words that 1C's people know. */
static const char *state_ru(int state)
{
    switch (state) {
    case ORDER_PLACED:
        return "Принят";
    case ORDER_PICKING:
        return "Собирается";
    case ORDER_READY:
        return "Готов к выдаче";
    case ORDER_SHIPPED:
        return "Отгружен";
    case ORDER_DONE:
        return "Выполнен";
    case ORDER_CANCELLED:
        return "Отменен";
    case ORDER_EXPIRED:
        return "Не забран в срок";
    default:
        return order_state_words[state];
    }
}

static const char *pay_ru(int pay)
{
    switch (pay) {
    case PAY_CARD:
        return "Банковская карта";
    case PAY_CASH:
        return "Наличный расчет";
    case PAY_ON_PICKUP:
        return "Оплата при получении";
    default:
        return "Без оплаты";
    }
}

static void put_requisites(struct buf *b, struct ctx *c, const struct order_out *o,
                           i64 offset_min)
{
    static const char *const kinds[] = { "Самовывоз", "Резерв в магазине", "Доставка",
                                         "Продажа в магазине" };
    const struct order *x = &o->order;
    const bool closed = x->state == ORDER_DONE || x->state == ORDER_CANCELLED ||
                        x->state == ORDER_EXPIRED;
    const bool cancelled = x->state == ORDER_CANCELLED || x->state == ORDER_EXPIRED;

    buf_text(b, "<ЗначенияРеквизитов>\n");
    requisite(b, "Метод оплаты", pay_ru(x->pay));
    requisite(b, "Заказ оплачен",
              x->paid_minor >= x->total_minor - x->returned_minor ? "true" : "false");
    if (x->returned_minor)
        requisite(b, "Сумма возврата", money_text(c->mem, x->returned_minor));
    requisite(b, "Способ доставки", (unsigned)x->kind < 4 ? kinds[x->kind] : NULL);
    requisite(b, "Доставка разрешена", cancelled ? "false" : "true");
    requisite(b, "Отменен", cancelled ? "true" : "false");
    requisite(b, "Финальный статус", closed ? "true" : "false");
    requisite(b, "Статус заказа", state_ru(x->state));
    requisite(b, "Дата изменения статуса", local(c, x->changed_at, offset_min, ' '));
    requisite(b, "Магазин", o->place_name);
    requisite(b, "Адрес доставки", x->address && *x->address ? x->address : NULL);
    buf_text(b, "</ЗначенияРеквизитов>\n");
}

static void put_place(struct buf *b, const char *id, const char *name)
{
    buf_text(b, "<Склады><Склад>\n");
    put(b, "Ид", id, 40);
    put(b, "Наименование", name, 255);
    buf_text(b, "</Склад></Склады>\n");
}

/* Goods that came back are a document of their own beside the order's, which keeps
 * the lines it was sold with. */
static enum err put_return(struct buf *b, struct ctx *c, const char *source,
                           const struct order_out *o, const struct order_return_out *r,
                           i64 offset_min)
{
    const char *at = local(c, r->at, offset_min, 'T');
    const char *place = NULL;

    buf_text(b, "<Документ>\n");
    put(b, "Ид", arena_printf(c->mem, "%lld", r->id), 40);
    put(b, "Номер", r->number, 255);
    put(b, "Дата", arena_strdup(c->mem, at, 10), 10);
    buf_text(b, "<ХозОперация>Возврат товара</ХозОперация>\n<Роль>Продавец</Роль>\n"
                "<Валюта>руб</Валюта>\n<Курс>1</Курс>\n");
    put(b, "Сумма", money_text(c->mem, r->goods_minor), 40);
    put_party(b, c, o);
    put(b, "Время", at + 11, 8);
    put(b, "Комментарий", r->why ? r->why : "", 3000);
    TRY(key_external(c, source, "place", r->place_id, &place));
    if (place) put_place(b, place, place);
    buf_text(b, "<Товары>\n");
    TRY(put_goods(b, c, source, &r->lines));
    buf_text(b, "</Товары>\n<ЗначенияРеквизитов>\n");
    requisite(b, "Заказ", o->order.number);
    requisite(b, "Ид заказа", arena_printf(c->mem, "%lld", o->order.id));
    requisite(b, "Возвращено денег", money_text(c->mem, r->refund_minor));
    requisite(b, "Отменен", r->undone ? "true" : "false");
    buf_text(b, "</ЗначенияРеквизитов>\n</Документ>\n");
    return ERR_OK;
}

static enum err put_order(struct buf *b, struct ctx *c, const char *source,
                          const struct order_out *o, i64 offset_min)
{
    const struct order *x = &o->order;
    const char *at = local(c, x->placed_at, offset_min, 'T');
    const char *place = NULL;

    buf_text(b, "<Документ>\n");
    put(b, "Ид", arena_printf(c->mem, "%lld", x->id), 40);
    put(b, "Номер", x->number, 255);
    put(b, "Дата", arena_strdup(c->mem, at, 10), 10);
    buf_text(b, "<ХозОперация>Заказ товара</ХозОперация>\n<Роль>Продавец</Роль>\n"
                "<Валюта>руб</Валюта>\n<Курс>1</Курс>\n");
    put(b, "Сумма", money_text(c->mem, x->total_minor), 40);
    put_party(b, c, o);
    put(b, "Время", at + 11, 8);
    put(b, "Комментарий", x->comment ? x->comment : "", 3000);
    if (x->place_id && x->place_id != NONE)
        TRY(key_external(c, source, "place", x->place_id, &place));
    if (place) put_place(b, place, o->place_name);
    TRY(put_lines(b, c, source, x));
    put_requisites(b, c, o, offset_min);
    buf_text(b, "</Документ>\n");
    const struct order_return_out *r = o->returns.at;
    for (size_t k = 0; k < o->returns.n; k++)
        TRY(put_return(b, c, source, o, &r[k], offset_min));
    if (b->full)
        return FAIL(c, TOO_BIG, "order %s is over %zu bytes of XML", x->number,
                    ORDER_MAX);
    return ERR_OK;
}

/* ---- The file
 * -------------------------------------------------------------------------------- */

struct writing {
    FILE *f;
    i64 session_id, offset_min, left, pos;
    const char *source;
    bool is_1251;
    struct list offered; /* struct offered */
};
struct offered {
    i64 order_id, pos;
};

static enum err write_out(struct writing *w, struct ctx *c, const struct buf *b)
{
    const char *s = b->at;
    size_t n = b->n;

    if (w->is_1251) s = charset_to_1251(c->mem, s, n, true, &n);
    if (fwrite(s, 1, n, w->f) != n)
        return FAIL(c, STORAGE, "cannot write the orders: %s", strerror(errno));
    return ERR_OK;
}

static enum err write_page(struct ctx *c, struct writing *w, size_t *ret_n)
{
    struct list orders = { 0 };

    TRY(order_changed(c, w->pos, w->left < PAGE ? w->left : PAGE, &orders));
    const struct order_out *o = orders.at;
    for (size_t k = 0; k < orders.n; k++) {
        struct buf b = buf_new(c->mem, 8192, ORDER_MAX);

        TRY(put_order(&b, c, w->source, &o[k], w->offset_min));
        TRY(write_out(w, c, &b));
        struct offered *x = list_add(c->mem, &w->offered, sizeof(*x));
        *x = (struct offered){ o[k].order.id, o[k].pos };
        w->pos = o[k].pos;
    }
    w->left -= (i64)orders.n;
    *ret_n = orders.n;
    return ERR_OK;
}

static enum err write_all(struct ctx *c, void *arg)
{
    struct writing *w = arg;
    struct buf b = buf_new(c->mem, 512, 4096);
    size_t n = 1;

    buf_printf(
        &b,
        "<?xml version=\"1.0\" encoding=\"%s\"?>\n"
        "<КоммерческаяИнформация xmlns=\"urn:1C.ru:commerceml_2\" ВерсияСхемы=\"2.09\" "
        "ДатаФормирования=\"%s\">\n",
        w->is_1251 ? "windows-1251" : "UTF-8", local(c, c->now, w->offset_min, 'T'));
    TRY(write_out(w, c, &b));
    while (n && w->left > 0) TRY(write_page(c, w, &n));
    b.n = 0;
    buf_text(&b, "</КоммерческаяИнформация>\n");
    return write_out(w, c, &b);
}

static enum err keep_offered(struct ctx *c, void *arg)
{
    const struct writing *w = arg;
    const struct offered *o = w->offered.at;

    for (size_t k = 0; k < w->offered.n; k++)
        TRY(db_exec(c, &exchange_orders_sql[OFFER], NULL, w->session_id, o[k].order_id,
                    o[k].pos));
    return ERR_OK;
}

enum err orders_write(struct ctx *c, i64 session_id, const char *source,
                      const char *path)
{
    const struct setting_scope chain = { 0 };
    struct writing w = {
        .f = fopen(path, "wb"),
        .session_id = session_id,
        .source = source,
        .offset_min = setting_int(c, "exchange.utc_offset_min", chain),
        .left = setting_int(c, "exchange.orders_limit", chain),
        .is_1251 = setting_bool(c, "exchange.windows_1251", chain),
    };

    if (!w.f) return FAIL(c, STORAGE, "cannot write the orders: %s", strerror(errno));
    enum err e = db_snapshot(c, write_all, &w);
    if (fclose(w.f) && !e)
        e = FAIL(c, STORAGE, "cannot write the orders: %s", strerror(errno));
    TRY(e);
    return w.offered.n ? db_unit(c, keep_offered, &w) : ERR_OK;
}

struct taking {
    i64 session_id;
};

/* Those that changed since they were offered stay to be taken: order_taken() is
 * told which version the other side has. */
static enum err take_all(struct ctx *c, void *arg)
{
    const struct taking *t = arg;
    struct list all = { 0 };
    struct offered o;
    ROWS rows = { 0 };

    TRY(db_rows(c, &rows, &exchange_orders_sql[OFFERED], t->session_id));
    while (db_next(&rows, INTO(&o.order_id, &o.pos)))
        *(struct offered *)list_add(c->mem, &all, sizeof(o)) = o;
    TRY(rows.err);
    for (size_t k = 0; k < all.n; k++) {
        const struct offered *x = (const struct offered *)all.at + k;

        TRY(order_taken(c, x->order_id, x->pos));
    }
    return db_exec(c, &exchange_orders_sql[FORGET], NULL, t->session_id);
}

enum err orders_taken(struct ctx *c, i64 session_id)
{
    return db_unit(c, take_all, &(struct taking){ session_id });
}
