/* What the stock room is made of. */
#include "stock/stock.h"

#include "http/route.h"

extern const char stock_schema[];
extern const struct query stock_sql[], stock_hold_sql[], stock_move_sql[],
    stock_unit_sql[], stock_incoming_sql[], stock_feed_sql[], stock_flags_sql[],
    stock_source_sql[], stock_transfer_sql[], stock_count_sql[], stock_list_sql[],
    stock_quarantine_sql[], stock_office_sql[], stock_shelf_sql[], stock_check_sql[];
extern const struct route stock_routes[], stock_office_routes[];
extern const struct job_kind stock_jobs[];

const struct module stock_module = {
    .name = "stock",
    .needs = (const char *const[]){ "setting", "staff", "place", "catalog", NULL },
    .schema = stock_schema,
    .queries =
        (const struct query *const[]){
            stock_sql, stock_hold_sql, stock_move_sql, stock_unit_sql,
            stock_incoming_sql, stock_feed_sql, stock_flags_sql, stock_source_sql,
            stock_transfer_sql, stock_count_sql, stock_list_sql, stock_quarantine_sql,
            stock_office_sql, stock_shelf_sql, NULL },
    .checks = stock_check_sql,
    .routes = stock_routes,
    .more_routes = (const struct route *const[]){ stock_office_routes, NULL },
    .jobs = stock_jobs,
    .settings =
        (const struct setting[]){
            { "stock.safety", SETTING_INT, 0, 1000000, 0, NULL,
              "Неснижаемый остаток, шт.: столько не обещаем покупателям",
              "Safety stock, pieces that are never promised to buyers" },
            { "stock.count_same_person", SETTING_BOOL, 0, 1, 0, NULL,
              "Может ли пересчёт утвердить тот, кто сам считал",
              "Whether a count may be approved by who counted" },
            { "stock.sla_shop_min", SETTING_INT, 0, 10080, 15, NULL,
              "Сколько минут могут молчать кассы и склад до тревоги; 0: без тревоги",
              "Minutes of silence of tills and warehouse systems before the alarm; 0: "
              "none" },
            { "stock.sla_1c_min", SETTING_INT, 0, 10080, 60, NULL,
              "Сколько минут могут молчать 1С и EDI до тревоги; 0: без тревоги",
              "Minutes of silence of 1C and EDI before the alarm; 0: none" },
            { 0 } },
};
