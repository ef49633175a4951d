#include "exchange/exchange_job.h"

#include <stdlib.h>
#include <string.h>

#include "exchange/exchange_own.h"

/* {"run_id":"123"} */
enum err exchange_import(struct ctx *c, struct job *j)
{
    const char *at = strstr(j->arg, "\"run_id\"");
    const char *digit = at ? strpbrk(at + 8, "0123456789") : NULL;

    if (!digit) return FAIL(c, BAD_ARGUMENT, "a job without a run: %s", j->arg);
    return exchange_run_work(c, strtoll(digit, NULL, 10), j);
}
