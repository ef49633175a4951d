/* live.h -- server-sent events: what became true, to pages that watch.
 *
 * A topic is a short text ("stock:<variant_id>", "orders:<place_id>").  Rooms
 * publish after their facts are committed (from a subscriber or a unit's end);
 * delivery is best effort and bounded: a page that missed some reconnects with
 * Last-Event-ID and gets what the ring still has, or an event "reset" that
 * tells it to read anew.
 *
 * Parallel  any thread
 * Cost      publishing to nobody is one hash look-up */
#pragma once

#include "base/ctx.h"

/* Tell all who watch this topic.  `json` is one line. */
void live_publish(const char *topic, const char *event, const char *json);

/* Does anybody watch?  To spare the making of json. */
bool live_watched(const char *topic);

/* Publish when (and only if) the unit open in c has become durable.  The texts
 * are copied. */
void live_publish_after(struct ctx *c, const char *topic, const char *event,
                        const char *json);
