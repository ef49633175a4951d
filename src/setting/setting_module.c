/* What the setting room is made of.  Its routes are in staff/, which knows who
 * may change a setting and writes down that it was changed. */
#include "db/db.h"
#include "setting/setting.h"

extern const char setting_schema[];
extern const struct query setting_sql[];

static enum err refresh(struct ctx *c, struct job *j)
{
    (void)j;
    return setting_refresh(c);
}

static const struct job_kind jobs[] = {
    { .name = "setting.refresh",
      .run = refresh,
      .every_ms = 1000,
      .local = true,
      .doc = "See what another node changed." },
    { 0 },
};

static const struct sealed sealed[] = {
    { .what = "setting.secrets", .slice = setting_reseal },
    { 0 },
};

const struct module setting_module = {
    .name = "setting",
    .needs = (const char *const[]){ NULL },
    .schema = setting_schema,
    .queries = (const struct query *const[]){ setting_sql, NULL },
    .jobs = jobs,
    .sealed = sealed,
};
