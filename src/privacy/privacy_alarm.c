/* Somebody of the staff, or a program, was shown more people than his work explains
 * (staff_bulk.c): whoever answers for people's data gets a task and a letter. */
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/time.h"
#include "event/event.h"
#include "message/message.h"
#include "privacy/privacy_own.h"
#include "setting/setting.h"
#include "staff/staff.h"
#include "task/task.h"

enum { NEW_ONES, TOLD, NAME };
enum { LOOK_INTO_H = 24, AT_ONCE = 20 };

/* clang-format off */
const struct query privacy_alarm_sql[] = {
    /* Of two nodes the later number may be written down first, so all of a day are
     * compared and none is passed over. */
    [NEW_ONES] = { "privacy.new_alarms",
        "SELECT a.id, a.who_kind, a.who_id, a.n, a.since_at, a.at, a.what FROM pub_staff_alarm a"
        " WHERE a.id > $1 AND NOT EXISTS (SELECT 1 FROM privacy_alarm p WHERE p.alarm_id = a.id)"
        " ORDER BY a.id LIMIT $2" },
    [TOLD] = { "privacy.alarm_told",
        "INSERT INTO privacy_alarm (alarm_id, task_id, at) VALUES ($1, $2, $3)"
        " ON CONFLICT (alarm_id) DO NOTHING" },
    [NAME] = { "privacy.alarm_name",
        "SELECT name FROM pub_staff_name WHERE who_kind = $1 AND id = $2" },
    QUERY_END
};
/* clang-format on */

#define Q privacy_alarm_sql

struct alarm {
    i64 id, who_kind, who_id, n, since_at, at;
    const char *what, *name;
};

/* The first who may do it, but not the one it is about; 0: nobody. */
static enum err first_with(struct ctx *c, const struct alarm *a, enum right r,
                           bool privacy, i64 *ret_id)
{
    struct list people = { 0 };
    bool can = true;

    TRY(staff_people(c, r, 0, &people));
    const struct staff_person *p = people.at;
    for (size_t k = 0; k < people.n && !*ret_id; k++) {
        if (a->who_kind == WHO_STAFF && p[k].id == a->who_id) continue;
        if (privacy) TRY(staff_can(c, p[k].id, RIGHT_PRIVACY, 0, &can));
        if (can) *ret_id = p[k].id;
    }
    return ERR_OK;
}

/* Who answers for people's data and sees what was done: the owner, security.  Then who
 * at least sees it; an operator, who answers people, comes last. */
static enum err officer(struct ctx *c, const struct alarm *a, i64 *ret_id)
{
    static const enum right order[] = { RIGHT_AUDIT_READ, RIGHT_STAFF_ADMIN,
                                        RIGHT_PRIVACY };

    *ret_id = 0;
    TRY(first_with(c, a, RIGHT_AUDIT_READ, true, ret_id));
    for (size_t k = 0; k < COUNT(order) && !*ret_id; k++)
        TRY(first_with(c, a, order[k], false, ret_id));
    return ERR_OK;
}

static const char *args_of(struct ctx *c, const struct alarm *a)
{
    struct buf b = buf_new(c->mem, 256, 4096);

    buf_text(&b, "{\"who\":");
    json_put_text(&b, a->name, strlen(a->name));
    buf_printf(&b, ",\"people\":\"%lld\",\"minutes\":\"%lld\"}", a->n,
               (a->at - a->since_at + MINUTE_MS - 1) / MINUTE_MS);
    return b.at;
}

static enum err write_to(struct ctx *c, const struct alarm *a)
{
    const char *to =
        setting_text(c, "privacy.officer_email", (struct setting_scope){ 0 });

    if (!*to) return ERR_OK;
    return message_send(c, &(struct message_new){ .channel = MESSAGE_EMAIL,
                                                  .to = to,
                                                  .template_name = "bulk_read",
                                                  .args = args_of(c, a),
                                                  .lang = "ru" });
}

static enum err tell_one(struct ctx *c, struct alarm *a)
{
    struct task t = { .code = "bulk_read",
                      .place_id = NONE,
                      .subject_kind = "staff",
                      .subject_id = a->who_id,
                      .due_at = c->now + LOOK_INTO_H * HOUR_MS };
    const enum err e = db_one(c, &Q[NAME], INTO(&a->name), a->who_kind, a->who_id);

    if (e && e != ERR_NOT_FOUND) return e;
    if (e || !a->name) a->name = "?";
    t.args = args_of(c, a);
    TRY(officer(c, a, &t.owner_id));
    if (t.owner_id) TRY(task_add(c, &t));
    TRY(write_to(c, a));
    TRY(event_emit(
        c, "privacy.bulk_read", a->who_id,
        arena_printf(c->mem, "{\"alarm_id\":\"%lld\",\"people\":%lld}", a->id, a->n)));
    return db_exec(c, &Q[TOLD], NULL, a->id, t.owner_id ? t.id : 0, c->now);
}

enum err privacy_alarms(struct ctx *c, void *unused)
{
    struct list all = { 0 };
    struct alarm a = { 0 };

    (void)unused;
    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[NEW_ONES], id_of(c->now - DAY_MS, 0, 0), (i64)AT_ONCE));
        while (db_next(
            &r, INTO(&a.id, &a.who_kind, &a.who_id, &a.n, &a.since_at, &a.at, &a.what)))
            *(struct alarm *)list_add(c->mem, &all, sizeof(a)) = a;
        TRY(r.err);
    }
    struct alarm *one = all.at;
    for (size_t k = 0; k < all.n; k++) TRY(tell_one(c, &one[k]));
    return ERR_OK;
}
