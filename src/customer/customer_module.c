/* What the customer room is made of. */
#include "customer/customer.h"

#include "customer/customer_own.h"
#include "customer/customer_proof.h"
#include "http/route.h"

extern const char customer_schema[];
extern const struct query customer_sql[], customer_key_sql[], customer_visit_sql[],
    customer_code_sql[], customer_consent_sql[], customer_note_sql[],
    customer_document_sql[], customer_proof_sql[], customer_wait_sql[],
    customer_check_sql[], customer_merge_sql[], customer_fact_sql[],
    customer_part_sql[], customer_rule_sql[], customer_pair_sql[],
    customer_resolve_sql[], customer_block_sql[], customer_privacy_sql[],
    customer_rehearse_sql[], customer_like_sql[], customer_like_one_sql[],
    customer_thing_sql[], customer_compare_sql[], customer_seal_sql[],
    customer_keeper_sql[], customer_term_sql[];
extern const struct sealed customer_sealed[];
extern const struct person_part customer_person;
extern const struct privacy_part customer_privacy;
extern const struct message_gate customer_gate;
extern const struct subscriber customer_subscribers[];
extern const struct route customer_routes[], customer_note_routes[],
    customer_identity_routes[], customer_consent_routes[], customer_keeper_routes[];
extern const struct job_kind customer_jobs[];

const struct module customer_module = {
    .name = "customer",
    .needs = (const char *const[]){ "setting", "staff", "message", "place", "event",
                                    "job", NULL },
    .schema = customer_schema,
    .queries =
        (const struct query *const[]){ customer_sql,          customer_key_sql,
                                       customer_visit_sql,    customer_code_sql,
                                       customer_consent_sql,  customer_document_sql,
                                       customer_proof_sql,    customer_wait_sql,
                                       customer_note_sql,     customer_merge_sql,
                                       customer_fact_sql,     customer_part_sql,
                                       customer_rule_sql,     customer_pair_sql,
                                       customer_resolve_sql,  customer_block_sql,
                                       customer_privacy_sql,  customer_like_sql,
                                       customer_like_one_sql, customer_rehearse_sql,
                                       customer_thing_sql,    customer_compare_sql,
                                       customer_seal_sql,     customer_keeper_sql,
                                       customer_term_sql,     NULL },
    .person = &customer_person,
    .checks = customer_check_sql,
    .prove = customer_prove,
    .gate = &customer_gate,
    .privacy = &customer_privacy,
    .subscribers = customer_subscribers,
    .routes = customer_routes,
    .more_routes =
        (const struct route *const[]){ customer_note_routes, customer_identity_routes,
                                       customer_consent_routes, customer_keeper_routes,
                                       NULL },
    .jobs = customer_jobs,
    .sealed = customer_sealed,
    .authenticate = customer_authenticate,
    .settings =
        (const struct setting[]){
            { "customer.cookie_secure", SETTING_BOOL, 0, 1, 0, NULL,
              "Отдавать cookie покупателя только по HTTPS (за nginx с TLS: да)",
              "Send customers' cookies over HTTPS only (behind nginx with TLS: yes)" },
            { "customer.analytics_ask", SETTING_BOOL, 0, 1, 0, NULL,
              "Запоминать действия покупателя на сайте только с его согласия; нет: "
              "пока он не отказался",
              "Follow what a customer does on screens only when he agreed; no: until "
              "he "
              "refuses" },
            { "customer.confirm_email", SETTING_BOOL, 0, 1, 1, NULL,
              "Согласие на письма действует, когда адрес подтверждён ссылкой или кодом",
              "A consent to letters holds when the address is proved by link or code" },
            { "customer.confirm_sms", SETTING_BOOL, 0, 1, 1, NULL,
              "Согласие на СМС действует, когда номер подтверждён кодом",
              "A consent to text messages holds when the number is proved by a code" },
            { "customer.confirm_call", SETTING_BOOL, 0, 1, 0, NULL,
              "Согласие на звонки действует, когда номер подтверждён кодом",
              "A consent to calls holds when the number is proved by a code" },
            { "customer.confirm_hours", SETTING_INT, 1, 720, 48, NULL,
              "Сколько часов согласие ждёт подтверждения адреса",
              "Hours for which a consent waits for its address to be proved" },
            { "customer.keep_days", SETTING_INT, 1095, 3650, 1826, NULL,
              "Через сколько дней без заказов, входов и согласий покупатель забыт",
              "Days without orders, log-ins and consents after which a customer is "
              "forgotten" },
            { "customer.keep_note_days", SETTING_INT, 30, 3650, 1095, NULL,
              "Сколько дней хранятся заметки сотрудников",
              "Days for which notes of staff are kept" },
            { "customer.keep_visit_days", SETTING_INT, 30, 400, 400, NULL,
              "Сколько дней помнится браузер, из которого больше не заходят",
              "Days for which a browser is remembered that does not come any more" },
            { "customer.keep_consent_days", SETTING_INT, 1095, 3650, 1095, NULL,
              "Сколько дней хранится доказательство согласия, которое отозвано или "
              "заменено",
              "Days for which the proof of a consent is kept that was withdrawn or "
              "replaced" },
            { "customer.link_days", SETTING_INT, 30, 3650, 180, NULL,
              "Сколько дней действует ссылка «отказаться» в сообщении",
              "Days for which the link to refuse in a message is good" },
            { "customer.link_secret", SETTING_TEXT, 0, 0, 0, "",
              "Ключ подписи ссылок в сообщениях; пусто: создаётся сам. Новый ключ "
              "отменяет все разосланные ссылки",
              "Key that signs the links in messages; empty: made by itself. A new one "
              "ends all links that were sent" },
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
              "In which hour UTC the whole base is compared (0: three at night in "
              "Moscow)" },
            { "customer.rule_version", SETTING_INT, 0, 1000000, 0, NULL,
              "Действующая редакция правил объединения; 0: встроенная. Меняется на "
              "странице «Кто есть кто» после репетиции",
              "Version of the identity rules that holds; 0: built in. Changed on the "
              "page Who is who after a rehearsal" },
            { 0 } },
};
