/* What the customer room is made of. */
#include "customer/customer.h"

#include "customer/customer_own.h"
#include "http/route.h"

extern const char customer_schema[];
extern const struct query customer_sql[], customer_key_sql[], customer_visit_sql[],
    customer_code_sql[], customer_consent_sql[], customer_note_sql[],
    customer_check_sql[];
extern const struct route customer_routes[], customer_note_routes[];
extern const struct job_kind customer_jobs[];

const struct module customer_module = {
    .name = "customer",
    .needs = (const char *const[]){ "setting", "staff", "message", "place", NULL },
    .schema = customer_schema,
    .queries =
        (const struct query *const[]){ customer_sql, customer_key_sql,
                                       customer_visit_sql, customer_code_sql,
                                       customer_consent_sql, customer_note_sql, NULL },
    .checks = customer_check_sql,
    .routes = customer_routes,
    .more_routes = (const struct route *const[]){ customer_note_routes, NULL },
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
            { 0 } },
};
