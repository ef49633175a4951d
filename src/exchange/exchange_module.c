/* What the exchange room is made of. */
#include "base/time.h"
#include "db/db.h"
#include "exchange/exchange.h"
#include "exchange/exchange_1c.h"
#include "exchange/exchange_job.h"
#include "exchange/exchange_out.h"
#include "exchange/exchange_taken.h"
#include "http/route.h"

extern const struct sealed exchange_sealed[];
extern const char exchange_schema[];                 /* schema.sql */
extern const struct query exchange_key_sql[];        /* exchange_key.c */
extern const struct query exchange_run_sql[];        /* exchange_run.c */
extern const struct query exchange_good_sql[];       /* exchange_good.c */
extern const struct query exchange_price_sql[];      /* exchange_price.c */
extern const struct query exchange_document_sql[];   /* exchange_document.c */
extern const struct query exchange_commerceml_sql[]; /* exchange_commerceml.c */
extern const struct query exchange_yml_sql[];        /* exchange_yml.c */
extern const struct query exchange_yml_out_sql[];    /* exchange_yml_out.c */
extern const struct query exchange_level_sql[];      /* exchange_csv_level.c */
extern const struct query exchange_csv_out_sql[];    /* exchange_csv_out.c */
extern const struct query exchange_table_sql[];      /* exchange_table.c */
extern const struct query exchange_orders_sql[];     /* exchange_orders.c */
extern const struct query exchange_1c_sql[];         /* exchange_1c.c */
extern const struct query exchange_forget_sql[];     /* exchange_forget.c */
extern const struct query exchange_privacy_sql[];    /* exchange_privacy.c */
extern const struct privacy_part exchange_privacy;
extern const struct query exchange_taken_sql[]; /* exchange_taken.c */
extern const struct query exchange_whose_sql[]; /* exchange_whose.c */
extern const struct route exchange_taken_routes[];
extern const struct query exchange_list_sql[];   /* exchange_list.c */
extern const struct query exchange_person_sql[]; /* exchange_person.c */
extern const struct person_part exchange_person; /* exchange_person.c */
extern const struct route exchange_routes[];     /* exchange_http.c */

/* clang-format off */
static const struct query checks[] = {
    { "exchange.run_ended_without_time",
      "SELECT id FROM exchange_run WHERE state IN ('done', 'failed') AND ended_at IS NULL",
      .scan = "a proof looks at everything" },
    { "exchange.variant_key_without_variant",
      "SELECT k.source, k.external FROM exchange_key k WHERE k.kind = 'variant'"
      " AND NOT EXISTS (SELECT 1 FROM pub_catalog_variant v WHERE v.id = k.our_id)",
      .scan = "a proof looks at everything" },
    { "exchange.place_key_without_place",
      "SELECT k.source, k.external FROM exchange_key k WHERE k.kind = 'place'"
      " AND NOT EXISTS (SELECT 1 FROM pub_place_place p WHERE p.id = k.our_id)",
      .scan = "a proof looks at everything" },
    { "exchange.file_of_more_people_than_rows",
      "SELECT id, code FROM exchange_taken WHERE people > rows OR people < 0",
      .scan = "a proof looks at everything" },
    { "exchange.more_taken_than_seen",
      "SELECT run_id, what FROM exchange_run_count WHERE taken > seen",
      .scan = "a proof looks at everything" },
    QUERY_END
};

static const struct job_kind jobs[] = {
    { "exchange.import", exchange_import,
      .doc = "Reads a file that came, in slices, from where it was left." },
    { "exchange.make_feeds", exchange_make_feeds, .every_ms = 15 * MINUTE_MS,
      .doc = "Makes the YML feeds of all regions." },
    { "exchange.forget_sessions", exchange_forget_sessions, .every_ms = HOUR_MS,
      .doc = "Forgets conversations with 1C, and their files, a day after their last word." },
    { "exchange.forget_files", exchange_forget_files, .every_ms = HOUR_MS,
      .doc = "Removes uploads that failed or were only tried, a week after (exchange.keep_files_days)." },
    { "exchange.forget_marks", taken_forget, .every_ms = DAY_MS,
      .doc = "Forgets the marks of files with people after exchange.keep_marks_days; the register of who took them stays." },
    { 0 }
};

static const struct setting settings[] = {
    { "exchange.retail_type", SETTING_TEXT, .def_text = "Розничная",
      .doc_ru = "Вид цены в 1С (название или Ид), по которому продаём", .doc_en = "1C's price type (name or id) that customers pay" },
    { "exchange.rates", SETTING_TEXT, .def_text = "",
      .doc_ru = "Курсы валют для цен, рублей за единицу: USD=92.5 EUR=100", .doc_en = "rates of currencies in prices, roubles each: USD=92.5 EUR=100" },
    { "exchange.add_vat", SETTING_BOOL, .def = 0,
      .doc_ru = "Прибавлять НДС к ценам тех видов, где он не учтён в сумме", .doc_en = "add VAT to prices of types that do not include it" },
    { "exchange.states", SETTING_TEXT, .def_text = "Готов к выдаче=ready;Отгружен=shipped;Выполнен=done;Отменен=cancelled;[F] Выполнен=done",
      .doc_ru = "Состояния заказа в 1С и наши: Готов к выдаче=ready;Отгружен=shipped", .doc_en = "1C's states of an order and ours: word=ready;word=shipped" },
    { "exchange.region_id", SETTING_INT, 0, INT64_MAX, 0,
      .doc_ru = "Регион для новых складов из 1С; 0 - любой имеющийся", .doc_en = "region of new warehouses from 1C; 0: any there is" },
    { "exchange.utc_offset_min", SETTING_INT, -720, 840, 180,
      .doc_ru = "Часы 1С: минут от UTC", .doc_en = "1C's clock: minutes from UTC" },
    { "exchange.warranty_days", SETTING_INT, 0, 36500, 365,
      .doc_ru = "Гарантия новых товаров, дней", .doc_en = "warranty of new goods, days" },
    { "exchange.windows_1251", SETTING_BOOL, .def = 0,
      .doc_ru = "Отвечать 1С в windows-1251 (иначе UTF-8)", .doc_en = "answer 1C in windows-1251 (else UTF-8)" },
    { "exchange.part_bytes", SETTING_INT, 65536, 1LL << 30, 16 << 20,
      .doc_ru = "Размер части файла от 1С, байт", .doc_en = "size of a part of 1C's files, bytes" },
    { "exchange.file_bytes", SETTING_INT, 1 << 20, 1LL << 40, 4LL << 30,
      .doc_ru = "Наибольший файл обмена, байт", .doc_en = "largest file of an exchange, bytes" },
    { "exchange.keep_files_days", SETTING_INT, 1, 3650, 7,
      .doc_ru = "Сколько дней хранить загруженные файлы, которые не приняты или только проверены", .doc_en = "days to keep uploaded files that failed or were only tried" },
    { "exchange.keep_party_days", SETTING_INT, 30, 3650, 1826,
      .doc_ru = "Сколько дней хранится имя покупателя в документах учётной системы", .doc_en = "days to keep the buyer's name in documents of the accounting system" },
    { "exchange.keep_taken_days", SETTING_INT, 365, 3650, 1095,
      .doc_ru = "Сколько дней помнить, кто унёс файл с покупателями", .doc_en = "days to remember who took a file with people away" },
    { "exchange.keep_reject_days", SETTING_INT, 1, 3650, 90,
      .doc_ru = "Сколько дней хранятся строки, которые не удалось загрузить", .doc_en = "days to keep rows that could not be taken" },
    { "exchange.orders_limit", SETTING_INT, 1, 100000, 5000,
      .doc_ru = "Заказов в одной выгрузке в 1С", .doc_en = "orders given to 1C at once" },
    { "exchange.table_rows", SETTING_INT, 1, 1000000, 100000,
      .doc_ru = "Строк в одной выгрузке списка в CSV или XLSX", .doc_en = "rows of a list given as CSV or XLSX at once" },
    { "exchange.keep_marks_days", SETTING_INT, 1, 36500, 1095,
      .doc_ru = "Сколько дней по строкам можно узнать, из чьей они выгрузки", .doc_en = "days for which rows tell whose export they are from" },
    { "exchange.canary_domain", SETTING_TEXT, .def_text = "",
      .doc_ru = "Домен, вся почта которого приходит вам: в выгрузки людей ставятся вымышленные с адресами на нём; пусто - без них", .doc_en = "a domain all mail of which comes to you: made-up people with addresses at it stand in files with people; empty: none do" },
    { "exchange.canary_phones", SETTING_TEXT, .def_text = "",
      .doc_ru = "Номера сети для вымышленных людей: +79990001000-+79990001999, +74951234567", .doc_en = "the chain's numbers for made-up people: +79990001000-+79990001999, +74951234567" },
    { "exchange.shop_name", SETTING_TEXT, .def_text = "Прилавок",
      .doc_ru = "Название магазина в фиде YML", .doc_en = "the shop's name in YML feeds" },
    { "exchange.shop_company", SETTING_TEXT, .def_text = "Прилавок",
      .doc_ru = "Юридическое лицо в фиде YML", .doc_en = "the company in YML feeds" },
    { "exchange.shop_url", SETTING_TEXT, .def_text = "http://127.0.0.1:8080",
      .doc_ru = "Адрес сайта в фиде YML", .doc_en = "the site's address in YML feeds" },
    { 0 }
};
/* clang-format on */

const struct module exchange_module = {
    .name = "exchange",
    .needs = (const char *const[]){ "staff", "place", "catalog", "stock", "customer",
                                    "order", NULL },
    .schema = exchange_schema,
    .queries =
        (const struct query *const[]){ exchange_key_sql,      exchange_run_sql,
                                       exchange_good_sql,     exchange_price_sql,
                                       exchange_document_sql, exchange_commerceml_sql,
                                       exchange_yml_sql,      exchange_yml_out_sql,
                                       exchange_level_sql,    exchange_csv_out_sql,
                                       exchange_table_sql,    exchange_orders_sql,
                                       exchange_1c_sql,       exchange_list_sql,
                                       exchange_forget_sql,   exchange_person_sql,
                                       exchange_privacy_sql,  exchange_taken_sql,
                                       exchange_whose_sql,    NULL },
    .person = &exchange_person,
    .checks = checks,
    .privacy = &exchange_privacy,
    .routes = exchange_routes,
    .more_routes = (const struct route *const[]){ exchange_taken_routes, NULL },
    .jobs = jobs,
    .sealed = exchange_sealed,
    .settings = settings,
    .authenticate = exchange_authenticate,
};
