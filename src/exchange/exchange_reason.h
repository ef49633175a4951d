/* exchange_reason.h -- why something was not taken, in the reader's language. */
#pragma once

#include "base/ctx.h"

enum { REASON_BYTES = 1000 }; /* longer ones are left as they are */

/* What a report keeps as the reason, in the words of exchange_reason.def for c->lang;
 * one that no row knows as it stands.  NULL stays NULL. */
const char *exchange_reason(struct ctx *c, const char *reason);
