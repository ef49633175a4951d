#include "app/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, NUMBER, FLAG };

struct option {
    const char *name;
    enum kind kind;
    size_t at;
    const char *def; /* as it would be written */
    i64 max;
    const char *doc;
};

/* clang-format off */
static const struct option options[] = {
    { "listen",    TEXT,   offsetof(struct config, listen),    "127.0.0.1:8080", 0, "address and port, or a unix socket's path" },
    { "db",        TEXT,   offsetof(struct config, db),        "prilavok-state/prilavok.db", 0, "database: a file, or postgres://user@host,host/name" },
    { "state",     TEXT,   offsetof(struct config, state),     "prilavok-state", 0, "folder of spooled uploads and exports" },
    { "pages",     TEXT,   offsetof(struct config, pages),     "ui/dist", 0, "folder of the built pages" },
    { "settings",  TEXT,   offsetof(struct config, settings),  NULL, 0, "settings file: lines name = value of these same names" },
    { "proxy",     TEXT,   offsetof(struct config, proxy),     NULL, 0, "address of the trusted proxy in front" },
    { "log",       TEXT,   offsetof(struct config, log),       "info", 0, "debug, info, warn or error" },
    { "node",      NUMBER, offsetof(struct config, node),      "0", 1023, "number of this application node, 0..1023" },
    { "readers",   NUMBER, offsetof(struct config, readers),   "0", 64, "reading database connections (0: by itself)" },
    { "writers",   NUMBER, offsetof(struct config, writers),   "0", 64, "writing PostgreSQL connections (0: by itself)" },
    { "cache_mib", NUMBER, offsetof(struct config, cache_mib), "64", 65536, "SQLite's page cache, MiB" },
    { "workers",   NUMBER, offsetof(struct config, workers),   "2", 64, "threads of background jobs" },
    { "dev",       FLAG,   offsetof(struct config, dev),       "0", 1, "development: login codes in the log, page of the outbox" },
};
/* clang-format on */

static const struct option *find(const char *name, size_t n)
{
    for (size_t k = 0; k < COUNT(options); k++)
        if (strlen(options[k].name) == n && !strncmp(options[k].name, name, n))
            return &options[k];
    return NULL;
}

static enum err set(struct ctx *c, struct config *k, const struct option *o,
                    const char *value, const char *from)
{
    char *to = (char *)k + o->at;
    char *end;

    if (o->kind == TEXT) {
        *(const char **)to = arena_strdup(c->mem, value, strlen(value));
        return ERR_OK;
    }
    errno = 0;
    const i64 v = strtoll(value, &end, 10);
    if (errno || end == value || *end || v < 0 || v > o->max)
        return FAIL_FIELD(c, BAD_ARGUMENT, o->name,
                          "%s: %s must be 0..%lld, not \"%s\"", from, o->name, o->max,
                          value);
    if (o->kind == FLAG)
        *(bool *)to = v;
    else
        *(i64 *)to = v;
    return ERR_OK;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s)) s++;
    for (char *end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
        *--end = '\0';
    return s;
}

static enum err file_line(struct ctx *c, struct config *k, char *line, const char *from)
{
    char *s = trim(line), *eq = strchr(s, '=');

    if (!*s || *s == '#') return ERR_OK;
    if (!eq) return FAIL(c, BAD_ARGUMENT, "%s: \"%s\" is not name = value", from, s);
    *eq = '\0';
    const char *name = trim(s), *value = trim(eq + 1);
    const struct option *o = find(name, strlen(name));
    if (!o)
        return FAIL_FIELD(c, BAD_ARGUMENT, name, "%s: no such option \"%s\"", from,
                          name);
    return set(c, k, o, value, from);
}

static void close_file(FILE **f)
{
    if (*f) fclose(*f);
}

static enum err read_file(struct ctx *c, struct config *k, const char *path)
{
    __attribute__((cleanup(close_file))) FILE *f = fopen(path, "r");
    char line[2048];

    if (!f) return FAIL(c, BAD_ARGUMENT, "settings file %s: %s", path, strerror(errno));
    for (int n = 1; fgets(line, sizeof(line), f); n++)
        TRY(file_line(c, k, line, arena_printf(c->mem, "%s line %d", path, n)));
    return ERR_OK;
}

static enum err read_environment(struct ctx *c, struct config *k)
{
    for (size_t i = 0; i < COUNT(options); i++) {
        char name[64] = "PRILAVOK_";
        size_t n = strlen(name);

        for (const char *p = options[i].name; *p && n + 1 < sizeof(name); p++)
            name[n++] = (char)toupper((unsigned char)*p);
        const char *value = getenv(name);
        if (value && *value) TRY(set(c, k, &options[i], value, "the environment"));
    }
    return ERR_OK;
}

/* One "--name value" or "--name=value" at argv[*at]; leaves *at behind it.  What
 * is no option of ours is kept for the command. */
static enum err argument(struct ctx *c, struct config *k, char **argv, int argc,
                         int *at, int *kept)
{
    char *word = argv[*at];
    const char *name = word + 2;
    const size_t n = strcspn(name, "=");
    const struct option *o = strncmp(word, "--", 2) ? NULL : find(name, n);

    ++*at;
    if (!o) {
        argv[(*kept)++] = word;
        return ERR_OK;
    }
    if (name[n]) return set(c, k, o, name + n + 1, "the command line");
    if (o->kind == FLAG) return set(c, k, o, "1", "the command line");
    if (*at >= argc)
        return FAIL_FIELD(c, BAD_ARGUMENT, o->name, "--%s wants a value", o->name);
    return set(c, k, o, argv[(*at)++], "the command line");
}

static const char *settings_path(int argc, char **argv)
{
    for (int k = 0; k < argc; k++) {
        if (!strcmp(argv[k], "--settings") && k + 1 < argc) return argv[k + 1];
        if (!strncmp(argv[k], "--settings=", 11)) return argv[k] + 11;
    }
    const char *env = getenv("PRILAVOK_SETTINGS");
    return env && *env ? env : NULL;
}

enum err config_read(struct ctx *c, struct config *ret, int *argc, char **argv)
{
    const char *path = settings_path(*argc, argv);
    int kept = 0;

    *ret = (struct config){ 0 };
    for (size_t k = 0; k < COUNT(options); k++)
        if (options[k].def) TRY(set(c, ret, &options[k], options[k].def, "default"));
    if (path) TRY(read_file(c, ret, path));
    TRY(read_environment(c, ret));
    for (int at = 0; at < *argc;) TRY(argument(c, ret, argv, *argc, &at, &kept));
    *argc = kept;
    return ERR_OK;
}

void config_help(void)
{
    for (size_t k = 0; k < COUNT(options); k++)
        printf("  --%-10s %s%s%s%s\n", options[k].name, options[k].doc,
               options[k].def ? " [" : "", options[k].def ? options[k].def : "",
               options[k].def ? "]" : "");
}
