/* What the privacy room is made of. */
#include "privacy/privacy_term.h"

extern const char privacy_schema[];
extern const struct query privacy_sql[], privacy_erase_sql[], privacy_own_sql[],
    privacy_person_sql[], privacy_alarm_sql[], privacy_term_sql[],
    privacy_unneeded_sql[], privacy_hold_sql[];
extern const struct sealed privacy_sealed[];
extern const struct person_part privacy_person;
extern const struct route privacy_routes[], privacy_term_routes[],
    privacy_hold_routes[];
extern const struct job_kind privacy_jobs[];
extern const struct privacy_part privacy_privacy;

/* clang-format off */
static const struct query checks[] = {
    { "privacy.check_ended",
      "SELECT id FROM privacy_request WHERE (state <> 0) <> (ended_at IS NOT NULL)",
      .scan = "every request is proved" },
    { "privacy.check_erased",
      "SELECT r.id FROM privacy_request r JOIN pub_customer_person p ON p.id = r.customer_id"
      " WHERE r.kind = 1 AND r.state = 1 AND p.created_at < r.ended_at AND p.name <> ''",
      .scan = "every erasure is proved" },
    /* Nobody was forgotten while a dispute kept him. */
    { "privacy.check_held",
      "SELECT h.id FROM privacy_hold h JOIN privacy_request r ON r.customer_id = h.customer_id"
      " WHERE r.kind = 1 AND r.state = 1 AND r.ended_at > h.at AND r.ended_at < COALESCE(h.lifted_at, h.until_at)",
      .scan = "every hold is proved" },
    /* Of what went a run counts no less than nothing, and no more than all runs. */
    { "privacy.check_gone", "SELECT what FROM privacy_term WHERE last_gone > gone",
      .scan = "every kind is proved" },
    QUERY_END
};

static const struct setting settings[] = {
    { "privacy.access_days", SETTING_INT, 1, 30, 10, NULL,
      "За сколько рабочих дней отвечаем на запрос о данных (152-ФЗ, ст. 20)",
      "Working days in which a request to see one's data is answered (152-FZ, art. 20)" },
    { "privacy.erase_days", SETTING_INT, 1, 30, 30, NULL,
      "За сколько дней забываем человека по его просьбе (152-ФЗ, ст. 21)",
      "Days in which a person is forgotten at his wish (152-FZ, art. 21)" },
    { "privacy.erase_wait_days", SETTING_INT, 0, 29, 3, NULL,
      "Сколько дней просьбу забыть можно взять назад",
      "Days in which the wish to be forgotten can be taken back" },
    { "privacy.backup_days", SETTING_INT, 0, 3650, 30, NULL,
      "Сколько дней хранятся резервные копии: так долго забытый человек есть в них",
      "Days for which backups are kept: so long a forgotten person stands in them" },
    { "privacy.keep_request_days", SETTING_INT, 1095, 3650, 1095, NULL,
      "Сколько дней хранится запрос о данных и то, чем он кончился",
      "Days for which a request about data is kept, and how it ended" },
    { "privacy.officer_email", SETTING_TEXT, 0, 0, 0, "",
      "Куда писать, когда сотруднику или программе показано слишком много покупателей; пусто: только задача",
      "Whom to write when somebody was shown too many customers; empty: a task only" },
    { "privacy.holidays", SETTING_TEXT, 0, 0, 0,
      "01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08 02-23 03-08 05-01 05-09 06-12 11-04",
      "Нерабочие праздничные дни: месяц-день через пробел (ТК РФ, ст. 112)",
      "Holidays: month-day, by blanks (Labour Code, art. 112)" },
    { "privacy.utc_offset_min", SETTING_INT, -720, 840, 180, NULL,
      "Часовой пояс сроков и файлов, минут от UTC",
      "Time zone of deadlines and files, minutes from UTC" },
    { 0 },
};
/* clang-format on */

const struct module privacy_module = {
    .name = "privacy",
    .needs = (const char *const[]){ "setting", "staff", "customer", "job", "event",
                                    "message", "task", NULL },
    .schema = privacy_schema,
    .queries =
        (const struct query *const[]){ privacy_sql, privacy_erase_sql, privacy_own_sql,
                                       privacy_person_sql, privacy_alarm_sql,
                                       privacy_term_sql, privacy_unneeded_sql,
                                       privacy_hold_sql, NULL },
    .checks = checks,
    .routes = privacy_routes,
    .more_routes =
        (const struct route *const[]){ privacy_term_routes, privacy_hold_routes, NULL },
    .privacy = &privacy_privacy,
    .person = &privacy_person,
    .jobs = privacy_jobs,
    .settings = settings,
    .sealed = privacy_sealed,
    .setting_may = privacy_setting_may,
};
