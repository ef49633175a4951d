/* What the till room is made of. */
#include "base/privacy.h"
#include "till/till_own.h"

extern const struct sealed till_sealed[];
extern const char till_schema[];
extern const struct query till_sql[], till_pin_sql[], till_copy_sql[], till_sale_sql[],
    till_conflict_sql[], till_person_sql[];
extern const struct person_part till_person;
extern const struct route till_routes[];

/* clang-format off */
static const struct query checks[] = {
    { "till.check_seq",
      "SELECT t.id, t.last_seq, COUNT(s.seq) FROM till_till t LEFT JOIN till_sale s ON s.till_id = t.id"
      " GROUP BY t.id, t.last_seq HAVING t.last_seq <> COUNT(s.seq) OR t.last_seq <> COALESCE(MAX(s.seq), 0)",
      .scan = "every till is proved" },
    { "till.check_order",
      "SELECT s.till_id, s.seq, s.order_id FROM till_sale s"
      "  LEFT JOIN pub_order_order o ON o.customer_id = s.customer_id AND o.id = s.order_id"
      " WHERE s.state = 0 AND o.id IS NULL",
      .scan = "every sale is proved" },
    { "till.check_unwritten",
      "SELECT till_id, seq FROM till_sale WHERE state > 0 AND (order_id <> 0 OR body IS NULL)",
      .scan = "every sale is proved" },
    QUERY_END
};

static const struct setting settings[] = {
    { "till.offline_hours", SETTING_INT, 1, 720, 72, NULL,
      "Сколько часов касса может продавать без связи",
      "Hours a till may sell without a line" },
    { "till.offline_sum", SETTING_INT, 0, 100000000, 300000, NULL,
      "Наибольшая сумма чека без связи, руб.; 0: любая",
      "Largest sum of a sale without a line, roubles; 0: any" },
    { "till.offline_units", SETTING_BOOL, 0, 1, 1, NULL,
      "Можно ли без связи продавать товары с серийными номерами",
      "Whether goods with serial numbers may be sold without a line" },
    { "till.price_tolerance_bp", SETTING_INT, 0, 10000, 500, NULL,
      "Насколько цена в чеке без связи может отличаться от нынешней без разбора, сотых долей процента",
      "How far the price of an offline sale may be from the price now before somebody looks at it, 1/100 %" },
    { "till.clock_tolerance_s", SETTING_INT, 5, 86400, 120, NULL,
      "На сколько секунд часы кассы могут расходиться с нашими",
      "Seconds by which a till's clock may differ from ours" },
    { "till.pin_tries", SETTING_INT, 3, 20, 5, NULL,
      "После скольких неверных PIN подряд касса запирает вход на время",
      "Wrong PINs in a row after which a till locks that login for a while" },
    { "till.pin_lock_min", SETTING_INT, 1, 1440, 15, NULL,
      "На сколько минут; с каждым разом вдвое дольше",
      "For so many minutes; twice as long each time" },
    { "till.people_max", SETTING_INT, 0, 1000000, 20000, NULL,
      "Сколько покупателей касса может помнить без связи",
      "Customers a till may know without a line" },
    { 0 },
};
/* clang-format on */

/* Numbers of sales; the answers kept with them name nobody. */
static const struct privacy_term terms[] = {
    { "till.sales", "till_sale", PRIVACY_NAMELESS,
      .why_ru = "Чтобы чек, о котором касса сказала дважды, был один",
      .why_en = "So that a sale that a till told twice is one sale",
      .law_ru = "402-ФЗ, ст. 29: не менее 5 лет",
      .law_en = "402-FZ, art. 29: 5 years at least" },
    { 0 },
};
static const struct privacy_part privacy = { .terms = terms };

const struct module till_module = {
    .name = "till",
    .needs = (const char *const[]){ "setting", "staff", "event", "place", "catalog",
                                    "stock", "customer", "order", "task", NULL },
    .schema = till_schema,
    .queries = (const struct query *const[]){ till_sql, till_pin_sql, till_copy_sql,
                                              till_sale_sql, till_conflict_sql,
                                              till_person_sql, NULL },
    .person = &till_person,
    .privacy = &privacy,
    .checks = checks,
    .routes = till_routes,
    .settings = settings,
    .sealed = till_sealed,
    .authenticate = till_authenticate,
};
