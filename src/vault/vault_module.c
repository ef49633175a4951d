/* What the vault is made of. */
#include "db/db.h"
#include "job/job.h"
#include "vault/vault.h"

extern const char vault_schema[];
extern const struct query vault_sql[];
extern const struct job_kind vault_jobs[];

const struct module vault_module = {
    .name = "vault",
    .needs = (const char *const[]){ NULL },
    .schema = vault_schema,
    .queries = (const struct query *const[]){ vault_sql, NULL },
    .jobs = vault_jobs,
};
