/* db_sqlite_log.h -- frames of SQLite's log written many at a time; inside src/db only.
 *
 * SQLite gives the log to the system frame by frame, each in two writes (24 bytes and a
 * page).  A VFS between the two gathers what follows one another into writes of up to
 * 64 KiB.  It gathers within a commit only: the frame that ends it lets all of them go,
 * before SQLite tells any reader of them, so whoever reads finds what he would find
 * without it, and a write that fails fails the commit that it belongs to.
 *
 * What a unit wrote before it was undone may be gathered yet, and is nobody's: it is
 * forgotten before the next one, since another connection may have written there. */
#pragma once

#include <sqlite3.h>

/* The name to open a connection with that writes; `under`: the VFS below, NULL the
 * system's.  Of more than 8 VFS in a process the others gather nothing: `under` itself
 * is returned.  Memory: 64 KiB for a log that is written. */
const char *log_vfs(const char *under);

/* Forget what an undone unit has left.  Outside of a unit only. */
void log_vfs_forget(sqlite3 *h);
