/* db_upkeep.h -- schema, backup, proofs and meters; part of db.h.
 *
 * For the command line, the job that watches, and the tests: rooms need none. */
#pragma once

#include "base/module.h"

struct query;

/* ---- Schema, backup, proofs ----------------------------------------------------- */

/* Bring every room's tables to this binary's version, under a lock.  A schema
 * text is its migrations in order, each headed by a line "-- migration N: what";
 * one without such a line is migration 1.  DDL may say
 *     WITHOUT ROWID    as  ") $WITHOUT_ROWID$;"   (nothing on PostgreSQL)
 *     the row's own number as "id $ROWID$ PRIMARY KEY": rows in the order of id
 * A database newer than the binary is refused (WRONG_STATE). */
enum err db_migrate(struct ctx *c, const struct module *const *rooms) MUST_USE;

/* After a load of very many rows: PostgreSQL looks at samples of all tables, since it
 * plans by what it knew before them, and its own daemon comes up to a minute later.
 * Some seconds.  SQLite plans without samples: nothing. */
enum err db_analyze(struct ctx *c) MUST_USE;

/* A consistent copy while serving, to a file that must not exist (SQLite; on
 * PostgreSQL WRONG_STATE that names pg_basebackup). */
enum err db_backup(struct ctx *c, const char *to) MUST_USE;

/* Run every room's `checks` plus the engine's own integrity check; tell() gets
 * one line for each violation.  *ret_bad counts them. */
enum err db_check(struct ctx *c, const struct module *const *rooms,
                  void (*tell)(void *arg, const char *check, const char *row),
                  void *arg, i64 *ret_bad) MUST_USE;

/* Ids rise with the clock, also over a restart on a machine whose clock was set
 * back: once a second the time of the newest id is written down for this node,
 * and ids start above it.  db_migrate() calls it, but not for a test's database.
 * *ret_behind_ms (or NULL): how far the clock is behind, 0 when it is not. */
enum err db_clock_start(struct ctx *c, i64 *ret_behind_ms) MUST_USE;

/* ---- For tests and meters ------------------------------------------------------- */

/* Open a unit (or snapshot) by hand on a connection of its own and keep it open
 * in c->conn: for tests and the demo loader, never for rooms. */
enum err db_begin(struct ctx *c, bool writes) MUST_USE;
enum err db_commit(struct ctx *c) MUST_USE;
void db_rollback(struct ctx *c); /* nothing open is fine */

void db_fail_at(struct db *db, int nth); /* the nth statement from now fails; 0: none */
int db_fail_left(struct db *db);         /* > 0: it has not come to that yet */

/* make twice: each unit that went well is undone and done over, so that what it has
 * changed beside the database shows. */
#ifndef DB_TWICE
#define DB_TWICE false
#endif

/* The plan of a statement as text, or NULL when the engine cannot prepare it
 * (the reason is then in c->fault). */
const char *db_plan(struct ctx *c, const struct query *q);
/* Does this plan walk a whole table? */
bool db_plan_scans(struct ctx *c, const char *plan, const struct query *q);

struct db_stats {
    i64 units, groups, statements, retries, refused; /* counts since start */
    i64 queue, queue_max, wal_pages;                 /* now */
    i64 flush_us_p50, flush_us_p99;                  /* of the last 1,000 commits */
};
void db_stats(struct db *db, struct db_stats *ret);

/* Statements run so far in the unit or snapshot open in c, 0 when none is: two
 * readings tell what a piece of work cost. */
i64 db_statements(const struct ctx *c);

/* This thread works for the house, not for somebody who waits: nice +10, so that a
 * busy machine serves people first. */
void db_thread_yields(void);
