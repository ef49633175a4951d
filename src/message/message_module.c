/* What the message room is made of. */
#include "db/db.h"
#include "http/route.h"
#include "message/message_own.h"

extern const char message_schema[];
extern const struct query message_sql[], message_person_sql[], message_privacy_sql[];
extern const struct person_part message_person;
extern const struct privacy_part message_privacy;
extern const struct job_kind message_jobs[];
extern const struct sealed message_sealed[];
extern const struct route message_routes[];

/* clang-format off */
static const struct setting settings[] = {
    { "message.dev", SETTING_BOOL, 0, 0, 0, NULL,
      "Режим разработки: тексты сообщений и коды видны в журнале и в списке исходящих",
      "Development: texts and codes are shown in the log and on the outbox page" },
    { "message.keep_days", SETTING_INT, 1, 3650, 180, NULL,
      "Сколько дней хранятся отправленные сообщения",
      "Days for which messages are kept" },
    { "message.sms_sender", SETTING_TEXT, 0, 0, 0, "log",
      "Кто отправляет SMS: log (только разработка) или http",
      "Who sends text messages: log (development only) or http" },
    { "message.email_sender", SETTING_TEXT, 0, 0, 0, "log",
      "Кто отправляет письма: log (только разработка), smtp или http",
      "Who sends e-mail: log (development only), smtp or http" },
    { "message.push_sender", SETTING_TEXT, 0, 0, 0, "log",
      "Кто отправляет уведомления: log (только разработка) или http",
      "Who sends push messages: log (development only) or http" },
    { "message.http_url", SETTING_TEXT, 0, 0, 0, "",
      "Адрес шлюза, которому сообщение передаётся подписанным POST-запросом",
      "Address of the gateway that is given messages by a signed POST" },
    { "message.http_secret", SETTING_TEXT, 0, 0, 0, "",
      "Ключ подписи HMAC-SHA256 для шлюза",
      "Key of the HMAC-SHA256 signature for the gateway" },
    { "message.smtp_url", SETTING_TEXT, 0, 0, 0, "",
      "Почтовый сервер: smtp://host:587 или smtps://host",
      "Mail server: smtp://host:587 or smtps://host" },
    { "message.smtp_tls", SETTING_BOOL, 0, 0, 1, NULL,
      "Требовать шифрование (STARTTLS) от почтового сервера; нет - только для сервера на этой же машине",
      "Demand encryption (STARTTLS) of the mail server; no: only for one on this machine" },
    { "message.smtp_user", SETTING_TEXT, 0, 0, 0, "",
      "Имя на почтовом сервере; пусто - без входа",
      "Name at the mail server; empty: no login" },
    { "message.smtp_secret", SETTING_TEXT, 0, 0, 0, "",
      "Пароль на почтовом сервере",
      "Password at the mail server" },
    { "message.smtp_from", SETTING_TEXT, 0, 0, 0, "",
      "Обратный адрес писем",
      "Address that letters come from" },
    { 0 },
};
/* clang-format on */

const struct module message_module = {
    .name = "message",
    .needs = (const char *const[]){ "setting", "event", "job", NULL },
    .schema = message_schema,
    .privacy = &message_privacy,
    .queries = (const struct query *const[]){ message_sql, message_person_sql,
                                              message_privacy_sql, NULL },
    .routes = message_routes,
    .settings = settings,
    .jobs = message_jobs,
    .sealed = message_sealed,
    .person = &message_person,
};
