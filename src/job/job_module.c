/* What the job room is made of. */
#include "job/job.h"

const struct module job_module = {
    .name = "job",
    .needs = (const char *const[]){ NULL },
};
