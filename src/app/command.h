/* command.h -- the words that follow `prilavok` on the command line.
 *
 * To add one: a function in a file of its own and a row in main.c. */
#pragma once

#include "app/config.h"

/* What stood on the command line behind the command, without our options. */
struct words {
    int n;
    char **at;
};

struct command {
    const char *name, *args, *help;
    enum err (*run)(struct ctx *c, const struct config *k, const struct words *w);
};

enum err command_serve(struct ctx *c, const struct config *k,
                       const struct words *w) MUST_USE;
enum err command_demo(struct ctx *c, const struct config *k,
                      const struct words *w) MUST_USE;
enum err command_check(struct ctx *c, const struct config *k,
                       const struct words *w) MUST_USE;
enum err command_backup(struct ctx *c, const struct config *k,
                        const struct words *w) MUST_USE;
enum err command_migrate(struct ctx *c, const struct config *k,
                         const struct words *w) MUST_USE;
enum err command_rekey(struct ctx *c, const struct config *k,
                       const struct words *w) MUST_USE;
enum err command_staff(struct ctx *c, const struct config *k,
                       const struct words *w) MUST_USE;
enum err command_api(struct ctx *c, const struct config *k,
                     const struct words *w) MUST_USE;

/* Open the database of the configuration into c->db and bring it up to date.
 * The caller closes it. */
enum err command_open(struct ctx *c, const struct config *k) MUST_USE;

/* "--name value" or "--name=value" among a command's own words: a number of 0..max;
 * without it *ret stays as it is. */
enum err command_number(struct ctx *c, const struct words *w, const char *name, i64 max,
                        i64 *ret) MUST_USE;
/* Nothing but these, "name other-name", and their values: else BAD_ARGUMENT names the
 * word, before anything was done. */
enum err command_knows(struct ctx *c, const struct words *w,
                       const char *names) MUST_USE;
bool command_flag(const struct words *w, const char *name);
