/* insight.h -- what the numbers say: find anybody, his story, how the chain is now.
 *
 * This room looks at all the others through their functions and pub_ views and
 * changes nothing of theirs.  What would be a scan of all orders is kept as
 * roll-ups: a job counts open orders every few seconds, sales by the hour, and
 * levels that cannot be right place by place.  All of it can be made again.
 *
 * Owns   insight_hour, insight_open, insight_short, insight_mark; insight_person,
 *        insight_seen, insight_goods (what is known of customers); insight_segment,
 *        insight_segment_version, insight_segment_day, insight_in, insight_member,
 *        insight_snapshot, insight_snapshot_row, insight_count
 * Emits  insight.segment_entered, insight.segment_left, insight.segment_filled
 * Needs  staff, event, job, task, message, place, catalog, stock, customer, order,
 *        exchange, webhook, track
 * Rights what is shown is what the caller may see; see each function */
#pragma once

#include "base/module.h"

extern const struct module insight_module;
