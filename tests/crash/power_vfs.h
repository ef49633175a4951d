/* power_vfs.h -- a disk for SQLite that forgets what was not flushed.
 *
 * Files live in memory; the real file gets what xSync was called for.  At a cut
 * each write since the last flush is lost, kept, or torn at 512 bytes, at random,
 * and the process ends at that instant.  kill -9 cannot show a missing flush (the
 * kernel keeps the pages); this can. */
#pragma once

#include <stdbool.h>

#define POWER_VFS "power"

void power_register(void);
/* Cut the power: never returns.  No other thread reads or writes after it. */
void power_cut(unsigned seed) __attribute__((noreturn));
/* Writes that would make all files together longer than this are refused as on a
 * full disk; 0: no end. */
void power_disk_bytes(long long bytes);
/* From now on flushes fail, and keep nothing. */
void power_flush_fails(bool fails);
