/* insight.h -- what the numbers say: find anybody, his story, how the chain is now.
 *
 * This room looks at all the others through their functions and pub_ views and
 * changes nothing of theirs.  What would be a scan of all orders is kept as
 * roll-ups: a job counts open orders every few seconds, sales by the hour, and
 * levels that cannot be right place by place.  All of it can be made again.
 *
 * Owns   insight_hour, insight_open, insight_short, insight_mark
 * Needs  staff, job, message, place, catalog, stock, customer, order, exchange
 * Rights what is shown is what the caller may see; see each function */
#pragma once

#include "base/module.h"

extern const struct module insight_module;
