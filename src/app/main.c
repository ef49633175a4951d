/* prilavok -- one counter for every channel.  Start reading at ARCHITECTURE.md. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db.h"
#include "setting/setting.h"

/* clang-format off */
static const struct command commands[] = {
    { "serve",   "",                  "serve shop, till, desk, office and the API", command_serve },
    { "demo",    "[--stores N] [--variants N] [--customers N] [--days N] [--seed N] [--if-empty]",
                                      "fill an empty database with a believable chain", command_demo },
    { "check",   "",                  "prove the books: every violated invariant is named", command_check },
    { "backup",  "FILE",              "copy the database to FILE while serving (SQLite)", command_backup },
    { "migrate", "",                  "bring the tables to this version and stop", command_migrate },
    { "staff",   "LOGIN ROLE [NAME]", "add an account; the password is read from standard input", command_staff },
    { "rekey",   "[prepare | turn]",  "seal all contacts and secrets with a new key while serving", command_rekey },
    { "api",     "",                  "print the OpenAPI 3.1 document", command_api },
};
/* clang-format on */

static int help(void)
{
    printf("prilavok %s -- one stock, one order, one customer over every channel\n\n"
           "usage: prilavok COMMAND [OPTIONS]\n\n",
           PRILAVOK_VERSION);
    for (size_t k = 0; k < COUNT(commands); k++)
        printf("  %-8s %s%s%s\n", commands[k].name, commands[k].help,
               *commands[k].args ? "\n           " : "", commands[k].args);
    printf(
        "\nOptions, also as PRILAVOK_NAME in the environment or `name = value` in the\n"
        "settings file (the command line wins, then the environment):\n\n");
    config_help();
    return 0;
}

static bool asks_help(int argc, char **argv)
{
    for (int k = 1; k < argc; k++)
        if (!strcmp(argv[k], "--help") || !strcmp(argv[k], "-h")) return true;
    return argc < 2 || !strcmp(argv[1], "help");
}

static const struct command *find(const char *name)
{
    for (size_t k = 0; k < COUNT(commands); k++)
        if (!strcmp(commands[k].name, name)) return &commands[k];
    return NULL;
}

static enum log_level level_of(const char *word)
{
    static const char *const words[] = { "debug", "info", "warn", "error" };

    for (size_t k = 0; k < COUNT(words); k++)
        if (!strcmp(words[k], word)) return (enum log_level)k;
    return LOG_INFO;
}

static int run(const struct command *cmd, int argc, char **argv)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA),
                     .now = time_now(),
                     .who = { .kind = WHO_SYSTEM, .rights = ~0ull } };
    struct config k;
    enum err e = config_read(&c, &k, &argc, argv);

    if (!e) {
        log_level_set(level_of(k.log));
        id_node_set((int)k.node);
        setting_declare(modules);
        e = cmd->run(&c, &k, &(struct words){ argc, argv });
    }
    if (e)
        fprintf(stderr, "prilavok %s: %s\n", cmd->name,
                c.fault.message ? c.fault.message : err_meaning(e));
    db_close(c.db);
    arena_free(c.mem);
    return e ? 1 : 0;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0) {
        fprintf(stderr, "prilavok: no randomness on this machine\n");
        return 1;
    }
    if (asks_help(argc, argv)) return help();
    const char *const word = argv[1];
    if (!strcmp(word, "--version")) {
        printf("prilavok %s\n", PRILAVOK_VERSION);
        return 0;
    }
    const struct command *cmd = find(word);
    if (!cmd) {
        fprintf(stderr, "prilavok: no command \"%s\"; see prilavok --help\n", word);
        return 2;
    }
    return run(cmd, argc - 2, argv + 2);
}
