/* accept.h -- new connections, handed to the library's threads in turn.
 *
 * Left to themselves, whichever of the library's threads wakes first takes every
 * connection that waits, and keeps them all for as long as they live: behind a proxy
 * with few long connections one core then serves while the other one sleeps
 * (doc/adr/0047).  A thread of our own accepts, and the library picks by the
 * descriptor's number. */
#pragma once

#include <microhttpd.h>

#include "base/ctx.h"

/* `fd` listens and does not block; it stays the caller's.
 * Errors  INTERNAL: no thread, no descriptor left */
enum err accept_start(int fd, struct MHD_Daemon *daemon) MUST_USE;
/* None is taken after this returns.  Again, or without a start: nothing happens. */
void accept_stop(void);
