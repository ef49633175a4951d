#include "base/time.h"
#include "db/db.h"
#include "staff/staff_own.h"

static enum err write_down(struct ctx *c, struct job *j)
{
    (void)j;
    staff_audit_serve();
    TRY(staff_audit_flush(c));
    TRY(bulk_flush(c));
    return session_flush(c);
}

static enum err forget_some(struct ctx *c, void *arg)
{
    (void)arg;
    TRY(session_forget(c));
    TRY(bulk_forget(c));
    return try_forget(c);
}

static enum err forget(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, forget_some, NULL);
}

extern const struct job_kind staff_jobs[];
const struct job_kind staff_jobs[] = {
    { .name = "staff.write_down",
      .run = write_down,
      .every_ms = 250,
      .local = true,
      .doc = "Write the reads of profiles and the times sessions were last seen." },
    { .name = "staff.forget",
      .run = forget,
      .every_ms = HOUR_MS,
      .doc = "Delete ended sessions and old tries." },
    { 0 },
};
