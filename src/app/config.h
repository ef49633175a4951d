/* config.h -- what a process must know before it can open the database.
 *
 * Three places, the later one wins: the settings file (name = value, '#' begins
 * a remark), the environment (PRILAVOK_NAME), the command line (--name value).
 * Everything that a chain may change while we run is not here but in the
 * settings of the rooms (setting/setting.h). */
#pragma once

#include "base/ctx.h"

struct config {
    const char *listen;   /* "127.0.0.1:8080" or a unix socket's path */
    const char *db;       /* a file, or postgres://... */
    const char *state;    /* folder of spooled uploads, exports */
    const char *pages;    /* folder of the built pages */
    const char *settings; /* the settings file itself */
    const char *proxy;    /* address of a trusted proxy whose X-Forwarded-For counts */
    const char *log;      /* debug, info, warn, error */
    i64 node;             /* 0..1023, differs between application nodes */
    i64 readers, writers; /* database connections; 0: the engine's default */
    i64 cache_mib;        /* SQLite's page cache */
    i64 workers;          /* job threads */
    bool dev;             /* development: codes in the log, outbox page */
};

/* Read them all.  argv is what follows the command; options are taken out of it
 * and *argc shrinks to the words that are left.
 * Errors  BAD_ARGUMENT with the name of the option and where it stood */
enum err config_read(struct ctx *c, struct config *ret, int *argc,
                     char **argv) MUST_USE;

/* The options as lines of help. */
void config_help(void);
