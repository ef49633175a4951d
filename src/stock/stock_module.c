/* What the stock room is made of. */
#include "stock/stock.h"

#include "db/db.h"

extern const char stock_schema[];
extern const struct query stock_sql[], stock_hold_sql[], stock_move_sql[], stock_unit_sql[],
    stock_incoming_sql[], stock_check_sql[];

const struct module stock_module = {
    .name = "stock",
    .needs = (const char *const[]){ "setting", "staff", "place", "catalog", NULL },
    .schema = stock_schema,
    .queries = (const struct query *const[]){ stock_sql, stock_hold_sql, stock_move_sql,
                                              stock_unit_sql, stock_incoming_sql, NULL },
    .checks = stock_check_sql,
    .settings =
        (const struct setting[]){
            { "stock.safety", SETTING_INT, 0, 1000000, 0, NULL,
              "Неснижаемый остаток, шт.: столько не обещаем покупателям",
              "Safety stock, pieces that are never promised to buyers" },
            { 0 } },
};
