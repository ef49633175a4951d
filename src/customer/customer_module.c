/* What the customer room is made of. */
#include "customer/customer.h"

#include "customer/customer_own.h"
#include "http/route.h"

extern const char customer_schema[];
extern const struct query customer_sql[], customer_key_sql[], customer_visit_sql[],
    customer_code_sql[], customer_consent_sql[], customer_note_sql[],
    customer_check_sql[], customer_merge_sql[], customer_fact_sql[],
    customer_part_sql[], customer_rule_sql[], customer_pair_sql[],
    customer_resolve_sql[], customer_block_sql[], customer_privacy_sql[],
    customer_rehearse_sql[], customer_like_sql[], customer_like_one_sql[],
    customer_thing_sql[], customer_compare_sql[];
extern const struct person_part customer_person;
extern const struct privacy_part customer_privacy;
extern const struct subscriber customer_subscribers[];
extern const struct route customer_routes[], customer_note_routes[],
    customer_identity_routes[];
extern const struct job_kind customer_jobs[];

const struct module customer_module = {
    .name = "customer",
    .needs = (const char *const[]){ "setting", "staff", "message", "place", "event",
                                    "job", NULL },
    .schema = customer_schema,
    .queries =
        (const struct query *const[]){
            customer_sql, customer_key_sql, customer_visit_sql, customer_code_sql,
            customer_consent_sql, customer_note_sql, customer_merge_sql,
            customer_fact_sql, customer_part_sql, customer_rule_sql, customer_pair_sql,
            customer_resolve_sql, customer_block_sql, customer_privacy_sql,
            customer_like_sql, customer_like_one_sql, customer_rehearse_sql,
            customer_thing_sql, customer_compare_sql, NULL },
    .person = &customer_person,
    .checks = customer_check_sql,
    .privacy = &customer_privacy,
    .subscribers = customer_subscribers,
    .routes = customer_routes,
    .more_routes = (const struct route *const[]){ customer_note_routes,
                                                  customer_identity_routes, NULL },
    .jobs = customer_jobs,
    .authenticate = customer_authenticate,
    .settings =
        (const struct setting[]){
            { "customer.cookie_secure", SETTING_BOOL, 0, 1, 0, NULL,
              "Отдавать cookie покупателя только по HTTPS (за nginx с TLS: да)",
              "Send customers' cookies over HTTPS only (behind nginx with TLS: yes)" },
            { "customer.consent_version", SETTING_TEXT, 0, 0, 0, "2026-11",
              "Редакция текстов согласий, которые видит покупатель",
              "Version of the consent texts that customers are shown" },
            { "customer.merge_max", SETTING_INT, 2, 1000, 100, NULL,
              "Из скольких записей может состоять один покупатель",
              "Of how many records one customer may be made" },
            { "customer.compare", SETTING_BOOL, 0, 1, 1, NULL,
              "Искать записи одного человека среди новых и изменившихся",
              "Look for records of one person among new and changed ones" },
            { "customer.compare_days", SETTING_INT, 0, 365, 7, NULL,
              "Через сколько дней сравнивать всю базу; 0: только по просьбе",
              "Days between comparisons of the whole base; 0: only when asked" },
            { "customer.compare_hour", SETTING_INT, 0, 23, 0, NULL,
              "В каком часу UTC начинать сравнение всей базы (0: три ночи в Москве)",
              "In which hour UTC the whole base is compared (0: three at night in Moscow)" },
            { "customer.rule_version", SETTING_INT, 0, 1000000, 0, NULL,
              "Действующая редакция правил объединения; 0: встроенная. Меняется на "
              "странице «Кто есть кто» после репетиции",
              "Version of the identity rules that holds; 0: built in. Changed on the "
              "page Who is who after a rehearsal" },
            { 0 } },
};
