/* What the order room tells a person, and how it forgets him.  Sales stay without a
 * name: the law wants their receipts. */
#include "base/privacy.h"

#include "order/order_own.h"
#include "order/order_return.h"

enum {
    ORDERS,
    LINES,
    SERIALS,
    PAYMENTS,
    RETURNS,
    HISTORY,
    BASKET,
    BLANK_CONTACT,
    LEFT_CONTACT,
    BLANK_HISTORY,
    LEFT_HISTORY,
    BLANK_RETURN,
    LEFT_RETURN,
    DROP_LINES,
    LEFT_LINES,
    DROP_BASKET,
    LEFT_BASKET,
    BLANK_PARKED,
    LEFT_PARKED,
    OPEN,
    NEEDS,
    OLD_WORDS,
    BLANK_WORDS,
    OLD_WHY,
    BLANK_WHY,
    OLD_BACK,
    BLANK_BACK,
    OLD_BASKETS,
    FIND_BASKETS,
    DROP_OLD_BASKET
};

/* clang-format off */
const struct query order_privacy_sql[] = {
    [ORDERS] = { "order.tell_orders",
        "SELECT number, placed_at, kind, channel, state, total_minor, delivery_minor, paid_minor,"
        "       returned_minor, promised_at, address, comment"
        "  FROM order_order WHERE customer_id = $1 ORDER BY id" },
    [LINES] = { "order.tell_lines",
        "SELECT o.number, l.name, l.sku, l.qty, l.price_minor, l.returned_qty"
        "  FROM order_line l JOIN order_order o ON o.customer_id = l.customer_id AND o.id = l.order_id"
        " WHERE l.customer_id = $1 ORDER BY l.order_id, l.line_no" },
    [SERIALS] = { "order.tell_serials",
        "SELECT o.number, s.line_no, s.serial"
        "  FROM order_serial s JOIN order_order o ON o.customer_id = s.customer_id AND o.id = s.order_id"
        " WHERE s.customer_id = $1 ORDER BY s.order_id, s.line_no" },
    [PAYMENTS] = { "order.tell_payments",
        "SELECT o.number, p.at, p.kind, p.amount_minor"
        "  FROM order_payment p JOIN order_order o ON o.customer_id = p.customer_id AND o.id = p.order_id"
        " WHERE p.customer_id = $1 ORDER BY p.order_id, p.id" },
    [RETURNS] = { "order.tell_returns",
        "SELECT o.number, r.at, r.reason, r.why, r.refund_minor"
        "  FROM order_return r JOIN order_order o ON o.customer_id = r.customer_id AND o.id = r.order_id"
        " WHERE r.customer_id = $1 ORDER BY r.order_id, r.id" },
    [HISTORY] = { "order.tell_history",
        "SELECT o.number, h.at, h.what, h.why"
        "  FROM order_history h JOIN order_order o ON o.customer_id = h.customer_id AND o.id = h.order_id"
        " WHERE h.customer_id = $1 ORDER BY h.order_id, h.id" },
    [BASKET] = { "order.tell_basket",
        "SELECT variant_id, qty, price_minor, added_at FROM order_basket_line"
        " WHERE basket_id = $1 ORDER BY variant_id" },

    [BLANK_CONTACT] = { "order.blank_contact",
        "UPDATE order_order SET address = NULL, comment = NULL"
        " WHERE customer_id = $1 AND (address IS NOT NULL OR comment IS NOT NULL)" },
    [LEFT_CONTACT] = { "order.left_contact",
        "SELECT COUNT(*) FROM order_order"
        " WHERE customer_id = $1 AND (address IS NOT NULL OR comment IS NOT NULL)" },
    [BLANK_HISTORY] = { "order.blank_history",
        "UPDATE order_history SET why = NULL WHERE customer_id = $1 AND why IS NOT NULL" },
    [LEFT_HISTORY] = { "order.left_history",
        "SELECT COUNT(*) FROM order_history WHERE customer_id = $1 AND why IS NOT NULL" },
    [BLANK_RETURN] = { "order.blank_return",
        "UPDATE order_return SET why = NULL WHERE customer_id = $1 AND why IS NOT NULL" },
    [LEFT_RETURN] = { "order.left_return",
        "SELECT COUNT(*) FROM order_return WHERE customer_id = $1 AND why IS NOT NULL" },
    [DROP_LINES] = { "order.drop_basket_lines", "DELETE FROM order_basket_line WHERE basket_id = $1" },
    [LEFT_LINES] = { "order.left_basket_lines",
        "SELECT COUNT(*) FROM order_basket_line WHERE basket_id = $1" },
    [DROP_BASKET] = { "order.drop_basket", "DELETE FROM order_basket WHERE id = $1" },
    [LEFT_BASKET] = { "order.left_basket", "SELECT COUNT(*) FROM order_basket WHERE id = $1" },
    [BLANK_PARKED] = { "order.blank_parked",
        "UPDATE order_parked SET note = '' WHERE customer_id = $1 AND customer_id <> 0 AND note <> ''" },
    [LEFT_PARKED] = { "order.left_parked",
        "SELECT COUNT(*) FROM order_parked WHERE customer_id = $1 AND customer_id <> 0 AND note <> ''" },

    [OPEN] = { "order.count_open",
        "SELECT COUNT(*) FROM order_order WHERE customer_id = $1 AND state < 4" },
    [NEEDS] = { "order.needs",
        "SELECT COUNT(*) FROM order_order WHERE customer_id = $1 AND (state < 4 OR changed_at >= $2)" },

    /* Of orders that ended, by when that was. */
#define WORDS " FROM order_order WHERE state >= 4 AND (address IS NOT NULL OR comment IS NOT NULL) AND changed_at < $1"
    [OLD_WORDS] = { "order.old_words", "SELECT COUNT(*) FROM (SELECT 1" WORDS " LIMIT $2) counted" },
    [BLANK_WORDS] = { "order.blank_old_words",
        "UPDATE order_order SET address = NULL, comment = NULL WHERE id IN"
        " (SELECT id" WORDS " ORDER BY changed_at LIMIT $2)" },
#define WHY " FROM order_history WHERE why > '' AND at < $1"
    [OLD_WHY] = { "order.old_why", "SELECT COUNT(*) FROM (SELECT 1" WHY " LIMIT $2) counted" },
    [BLANK_WHY] = { "order.blank_old_why",
        "UPDATE order_history SET why = NULL WHERE (customer_id, order_id, id) IN"
        " (SELECT customer_id, order_id, id" WHY " ORDER BY at LIMIT $2)" },
#define BACK " FROM order_return WHERE why > '' AND at < $1"
    [OLD_BACK] = { "order.old_return_words", "SELECT COUNT(*) FROM (SELECT 1" BACK " LIMIT $2) counted" },
    [BLANK_BACK] = { "order.blank_old_return_words",
        "UPDATE order_return SET why = NULL WHERE id IN (SELECT id" BACK " ORDER BY at LIMIT $2)" },

    [OLD_BASKETS] = { "order.old_baskets",
        "SELECT COUNT(*) FROM (SELECT 1 FROM order_basket WHERE changed_at < $1 LIMIT $2) counted" },
    [FIND_BASKETS] = { "order.find_old_baskets",
        "SELECT id FROM order_basket WHERE changed_at < $1 ORDER BY changed_at LIMIT $2" },
    [DROP_OLD_BASKET] = { "order.drop_old_basket", "DELETE FROM order_basket WHERE id = $1 AND changed_at < $2" },
    QUERY_END
};
/* clang-format on */

/* ---- Old baskets ---- */

static enum err find_baskets(struct ctx *c, i64 before, i64 most, struct list *ret)
{
    i64 id;
    ROWS r;

    TRY(db_rows(c, &r, &order_privacy_sql[FIND_BASKETS], before, most));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    return r.err;
}

/* Whoever came back to his basket in between keeps it.  Nothing is held for one of so
 * long ago. */
static enum err drop_baskets(struct ctx *c, i64 before, const struct list *found,
                             i64 *ret_n)
{
    const i64 *ids = found->at;
    i64 n;

    *ret_n = 0;
    for (size_t k = 0; k < found->n; k++) {
        TRY(db_exec(c, &order_privacy_sql[DROP_OLD_BASKET], &n, ids[k], before));
        if (n) TRY(db_exec(c, &order_privacy_sql[DROP_LINES], NULL, ids[k]));
        *ret_n += n;
    }
    return ERR_OK;
}

/* clang-format off */
static const struct privacy_column order_columns[] = {
    { "number", PRIVACY_TEXT, NULL }, { "placed_at", PRIVACY_TIME, NULL },
    { "kind", PRIVACY_WORD, order_kind_words }, { "channel", PRIVACY_WORD, catalog_channel_words },
    { "state", PRIVACY_WORD, order_state_words }, { "total", PRIVACY_MONEY, NULL },
    { "delivery", PRIVACY_MONEY, NULL }, { "paid", PRIVACY_MONEY, NULL },
    { "returned", PRIVACY_MONEY, NULL }, { "promised_at", PRIVACY_TIME, NULL },
    { "address", PRIVACY_SEALED, NULL }, { "comment", PRIVACY_SEALED, NULL }, { 0 },
};
static const struct privacy_column line_columns[] = {
    { "number", PRIVACY_TEXT, NULL }, { "name", PRIVACY_TEXT, NULL }, { "sku", PRIVACY_TEXT, NULL },
    { "qty", PRIVACY_INT, NULL }, { "price", PRIVACY_MONEY, NULL }, { "returned_qty", PRIVACY_INT, NULL },
    { 0 },
};
static const struct privacy_column serial_columns[] = {
    { "number", PRIVACY_TEXT, NULL }, { "line_no", PRIVACY_INT, NULL }, { "serial", PRIVACY_TEXT, NULL }, { 0 },
};
static const struct privacy_column payment_columns[] = {
    { "number", PRIVACY_TEXT, NULL }, { "at", PRIVACY_TIME, NULL },
    { "kind", PRIVACY_WORD, order_pay_words }, { "amount", PRIVACY_MONEY, NULL }, { 0 },
};
static const struct privacy_column return_columns[] = {
    { "number", PRIVACY_TEXT, NULL }, { "at", PRIVACY_TIME, NULL },
    { "reason", PRIVACY_WORD, return_reason_words }, { "why", PRIVACY_TEXT, NULL },
    { "refund", PRIVACY_MONEY, NULL }, { 0 },
};
static const struct privacy_column history_columns[] = {
    { "number", PRIVACY_TEXT, NULL }, { "at", PRIVACY_TIME, NULL }, { "what", PRIVACY_TEXT, NULL },
    { "why", PRIVACY_TEXT, NULL }, { 0 },
};
static const struct privacy_column basket_columns[] = {
    { "variant_id", PRIVACY_ID, NULL }, { "qty", PRIVACY_INT, NULL }, { "price", PRIVACY_MONEY, NULL },
    { "at", PRIVACY_TIME, NULL }, { 0 },
};

#define Q order_privacy_sql
static const struct privacy_tell tells[] = {
    { "orders", &Q[ORDERS], order_columns },
    { "order_lines", &Q[LINES], line_columns },
    { "order_serials", &Q[SERIALS], serial_columns },
    { "order_payments", &Q[PAYMENTS], payment_columns },
    { "order_returns", &Q[RETURNS], return_columns },
    { "order_history", &Q[HISTORY], history_columns },
    { "basket", &Q[BASKET], basket_columns },
    { 0 },
};
static const struct privacy_forget forgets[] = {
    { "order.addresses", &Q[BLANK_CONTACT], &Q[LEFT_CONTACT], false },
    { "order.history_words", &Q[BLANK_HISTORY], &Q[LEFT_HISTORY], false },
    { "order.return_words", &Q[BLANK_RETURN], &Q[LEFT_RETURN], false },
    { "order.basket_lines", &Q[DROP_LINES], &Q[LEFT_LINES], false },
    { "order.basket", &Q[DROP_BASKET], &Q[LEFT_BASKET], false },
    { "order.parked_notes", &Q[BLANK_PARKED], &Q[LEFT_PARKED], false },
    { 0 },
};
static const struct privacy_keep keeps[] = {
    { "order.sales", "54-ФЗ и 402-ФЗ: сведения о расчётах, без имени и контактов, 5 лет",
      "54-FZ and 402-FZ: records of sales, without name and contacts, 5 years" },
    { "order.serials", "ЗоЗПП, ст. 18: серийный номер проданного товара, до конца срока службы",
      "Consumer Protection Act, art. 18: serial number of a sold unit, for its service life" },
    { 0 },
};
static const struct privacy_age old_words[] = {
    { &Q[OLD_WORDS], &Q[BLANK_WORDS] }, { &Q[OLD_WHY], &Q[BLANK_WHY] }, { &Q[OLD_BACK], &Q[BLANK_BACK] }, { 0 },
};
static const struct privacy_age old_baskets[] = {
    { &Q[OLD_BASKETS], .find = find_baskets, .take = drop_baskets }, { 0 },
};
static const struct privacy_term terms[] = {
    { "order.words", "", PRIVACY_AGED, "order.keep_address_days", .ages = old_words,
      .why_ru = "Доставить заказ и разобрать претензию по нему: адрес, комментарии, причины отмен и возвратов",
      .why_en = "To deliver an order and settle claims about it: address, comments, why it was cancelled or brought back",
      .law_ru = "ЗоЗПП, ст. 19: претензии к товару, 2 года; срок исковой давности 3 года (ГК, ст. 196)",
      .law_en = "Consumer Protection Act, art. 19: claims, 2 years; they lapse after 3 years (Civil Code, art. 196)" },
    { "order.baskets", "order_basket order_basket_line", PRIVACY_AGED, "order.keep_basket_days", .ages = old_baskets,
      .why_ru = "Вернуться к выбранному; дни идут с последнего изменения корзины",
      .why_en = "To come back to what was chosen; the days run from its last change",
      .law_ru = "152-ФЗ, ст. 5, ч. 7: не дольше, чем нужно для цели",
      .law_en = "152-FZ, art. 5 part 7: no longer than the purpose needs" },
    { "order.parked", "order_parked order_parked_line", PRIVACY_BY_ROOM, NULL, .job = "order.parked",
      .why_ru = "Продолжить отложенный чек; уходит с закрытием магазина",
      .why_en = "To go on with a receipt that was put by; it goes when the shop closes",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { "order.sales", "order_order order_number order_line order_fulfilment order_history order_payment order_serial"
      " order_export order_return order_return_line order_work", PRIVACY_NAMELESS,
      .why_ru = "Чеки, учёт и серийные номера; без имени и контактов, когда человек забыт",
      .why_en = "Receipts, books and serial numbers; without name and contacts once a person is forgotten",
      .law_ru = "54-ФЗ; 402-ФЗ, ст. 29: не менее 5 лет", .law_en = "54-FZ; 402-FZ, art. 29: 5 years at least" },
    { 0 },
};
/* clang-format on */

const struct privacy_part order_privacy = { .tells = tells,
                                            .forgets = forgets,
                                            .keeps = keeps,
                                            .terms = terms,
                                            .open = &Q[OPEN],
                                            .needs = &Q[NEEDS] };
