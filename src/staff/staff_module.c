/* What the staff room is made of. */
#include "db/db.h"
#include "staff/staff_own.h"

extern const struct sealed staff_sealed[];
extern const struct query staff_bulk_sql[];
extern const char staff_schema[];
extern const struct query staff_account_sql[], staff_role_sql[], staff_session_sql[],
    staff_key_sql[], staff_audit_sql[], staff_try_sql[], staff_view_sql[],
    staff_people_sql[], staff_privacy_sql[];
extern const struct privacy_part staff_privacy;
extern const struct job_kind staff_jobs[];
extern const struct route staff_routes[], staff_office_routes[];

/* clang-format off */
static const struct setting settings[] = {
    { "staff.session_idle_min", SETTING_INT, 1, 10080, 120, NULL,
      "Через сколько минут без действий сотрудник выходит из системы",
      "Minutes without a request after which a session ends" },
    { "staff.session_max_h", SETTING_INT, 1, 720, 14, NULL,
      "Сколько часов длится вход сотрудника, даже если он работает без перерыва",
      "Hours after which a session ends, used or not" },
    { "staff.password_min", SETTING_INT, 8, 64, 8, NULL,
      "Наименьшая длина пароля сотрудника, знаков",
      "Least length of a password, characters" },
    { "staff.lock_after", SETTING_INT, 3, 100, 5, NULL,
      "После скольких неверных паролей подряд вход под этим именем закрывается на время",
      "Wrong passwords in a row after which a login is locked for a while" },
    { "staff.lock_ip_after", SETTING_INT, 5, 10000, 30, NULL,
      "После скольких неверных паролей с одного адреса он закрывается на время",
      "Wrong passwords from one address after which it is locked for a while" },
    { "staff.audit_keep_days", SETTING_INT, 30, 3650, 1095, NULL,
      "Сколько дней хранится журнал действий",
      "Days for which the audit log is kept" },
    { "staff.bulk_people", SETTING_INT, 0, 1000000, 500, NULL,
      "После скольких разных покупателей, показанных одному сотруднику за окно, поднимается тревога; 0: никогда",
      "Different customers shown to one member of staff within the window after which an alarm is raised; 0: never" },
    { "staff.bulk_people_key", SETTING_INT, 0, 100000000, 5000, NULL,
      "То же для одного ключа API",
      "The same for one API key" },
    { "staff.bulk_window_min", SETTING_INT, 1, 1440, 60, NULL,
      "Это окно, минут",
      "That window, minutes" },
    { "staff.bulk_stop", SETTING_BOOL, 0, 1, 0, NULL,
      "После тревоги не показывать ему покупателей до конца окна",
      "After the alarm show him no more customers until the window ends" },
    { 0 },
};

static const struct query checks[] = {
    { "staff.session_of_nobody",
      "SELECT s.id, s.account_id FROM staff_session s"
      " LEFT JOIN staff_account a ON a.id = s.account_id WHERE a.id IS NULL",
      .scan = "a check reads everything" },
    QUERY_END
};
/* clang-format on */

const struct module staff_module = {
    .name = "staff",
    .needs = (const char *const[]){ "setting", NULL },
    .schema = staff_schema,
    .queries = (const struct query *const[]){ staff_account_sql, staff_role_sql,
                                              staff_session_sql, staff_key_sql,
                                              staff_audit_sql, staff_try_sql,
                                              staff_view_sql, staff_people_sql,
                                              staff_privacy_sql, staff_bulk_sql, NULL },
    .checks = checks,
    .privacy = &staff_privacy,
    .routes = staff_routes,
    .more_routes = (const struct route *const[]){ staff_office_routes, NULL },
    .settings = settings,
    .jobs = staff_jobs,
    .sealed = staff_sealed,
    .authenticate = staff_authenticate,
};
