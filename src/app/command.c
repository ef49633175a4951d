#include "app/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/seal.h"
#include "db/db.h"
#include "setting/setting.h"
#include "staff/staff.h"
#include "vault/vault.h"

/* mkdir -p of everything before the last slash. */
static enum err folder_of(struct ctx *c, const char *path)
{
    char *p = arena_strdup(c->mem, path, strlen(path));

    for (char *s = strchr(p + 1, '/'); s; s = strchr(s + 1, '/')) {
        *s = '\0';
        if (mkdir(p, 0750) && errno != EEXIST)
            return FAIL(c, STORAGE, "cannot make folder %s: %s", p, strerror(errno));
        *s = '/';
    }
    return ERR_OK;
}

static bool is_file(const char *db)
{
    return !strstr(db, "://") && !strchr(db, '=') && strcmp(db, ":memory:");
}

enum err command_open(struct ctx *c, const struct config *k)
{
    char *why = NULL;

    seal_dir_set(k->state);
    if (is_file(k->db)) TRY(folder_of(c, k->db));
    TRY(folder_of(c, arena_printf(c->mem, "%s/x", k->state)));
    c->db = db_open(&(struct db_config){ .url = k->db,
                                         .beside = "track",
                                         .readers = (int)k->readers,
                                         .writers = (int)k->writers,
                                         .cache_bytes = k->cache_mib << 20 },
                    &why);
    if (!c->db) {
        const char *kept =
            why ? arena_strdup(c->mem, why, strlen(why)) : "unknown reason";
        free(why);
        return FAIL(c, STORAGE, "cannot open the database %s: %s", k->db, kept);
    }
    TRY(db_migrate(c, modules));
    return vault_open(c);
}

static const char *value_of(const struct words *w, const char *name)
{
    const size_t n = strlen(name);

    for (int k = 0; k < w->n; k++) {
        const char *word = w->at[k];

        if (strncmp(word, "--", 2) || strncmp(word + 2, name, n)) continue;
        if (word[2 + n] == '=') return word + 3 + n;
        if (!word[2 + n]) return k + 1 < w->n ? w->at[k + 1] : "";
    }
    return NULL;
}

static bool is_named(const char *names, const char *word)
{
    const size_t n = strcspn(word, "=");

    for (const char *at = names; *at; at += strspn(at, " ")) {
        const size_t len = strcspn(at, " ");

        if (len == n && !strncmp(at, word, n)) return true;
        at += len;
    }
    return false;
}

enum err command_knows(struct ctx *c, const struct words *w, const char *names)
{
    for (int k = 0; k < w->n; k++) {
        const bool option = !strncmp(w->at[k], "--", 2);
        const bool value = !option && k && !strncmp(w->at[k - 1], "--", 2);

        if (!value && !(option && is_named(names, w->at[k] + 2)))
            return FAIL(c, BAD_ARGUMENT, "no option \"%s\"", w->at[k]);
    }
    return ERR_OK;
}

enum err command_number(struct ctx *c, const struct words *w, const char *name, i64 max,
                        i64 *ret)
{
    const char *s = value_of(w, name);
    char *end;

    if (!s) return ERR_OK;
    errno = 0;
    const i64 v = strtoll(s, &end, 10);
    if (errno || end == s || *end || v < 0 || v > max)
        return FAIL(c, BAD_ARGUMENT, "--%s must be 0..%lld, not \"%s\"", name, max, s);
    *ret = v;
    return ERR_OK;
}

bool command_flag(const struct words *w, const char *name)
{
    return value_of(w, name) != NULL;
}

enum err command_migrate(struct ctx *c, const struct config *k, const struct words *w)
{
    (void)w;
    TRY(command_open(c, k));
    printf("the tables of %s are those of prilavok %s\n", k->db, PRILAVOK_VERSION);
    return ERR_OK;
}

enum err command_backup(struct ctx *c, const struct config *k, const struct words *w)
{
    if (w->n != 1) return FAIL(c, BAD_ARGUMENT, "usage: prilavok backup FILE");
    TRY(command_open(c, k));
    TRY(db_backup(c, w->at[0]));
    printf("%s is a copy of %s\n", w->at[0], k->db);
    return ERR_OK;
}

static void tell(void *arg, const char *check, const char *row)
{
    (void)arg;
    printf("violated: %s: %s\n", check, row);
}

enum err command_check(struct ctx *c, const struct config *k, const struct words *w)
{
    i64 bad = 0;

    (void)w;
    TRY(command_open(c, k));
    TRY(db_check(c, modules, tell, NULL, &bad));
    if (bad) return FAIL(c, DATABASE, "%lld violations in %s", bad, k->db);
    printf("%s: the books balance\n", k->db);
    return ERR_OK;
}

enum err command_rekey(struct ctx *c, const struct config *k, const struct words *w)
{
    enum vault_step step = VAULT_ALL;
    i64 n = 0;

    if (w->n) step = !strcmp(w->at[0], "turn") ? VAULT_TURN : VAULT_PREPARE;
    if (w->n > 1 || (step == VAULT_PREPARE && strcmp(w->at[0], "prepare") != 0))
        return FAIL(c, BAD_ARGUMENT, "usage: prilavok rekey [prepare | turn]");
    TRY(command_open(c, k));
    TRY(vault_rekey(c, step, &n));
    if (step == VAULT_ALL)
        printf("%lld rows are sealed with the newest key of %s/secret.key\n", n,
               k->state);
    else
        printf("the new key of %s/secret.key %s; give the file to all nodes, then: "
               "prilavok "
               "rekey%s\n",
               k->state, step == VAULT_TURN ? "seals" : "waits",
               step == VAULT_TURN ? "" : " turn");
    return ERR_OK;
}

static enum err add_account(struct ctx *c, void *arg)
{
    i64 id;

    return staff_account_add(c, arg, &id);
}

enum err command_staff(struct ctx *c, const struct config *k, const struct words *w)
{
    char password[256] = "";

    if (w->n < 2)
        return FAIL(c, BAD_ARGUMENT, "usage: prilavok staff LOGIN ROLE [NAME]");
    fprintf(stderr, "password: ");
    if (!fgets(password, sizeof(password), stdin))
        return FAIL(c, BAD_ARGUMENT, "no password on standard input");
    password[strcspn(password, "\r\n")] = '\0';
    TRY(command_open(c, k));
    struct staff_new a = { .login = w->at[0],
                           .role = w->at[1],
                           .name = w->n > 2 ? w->at[2] : w->at[0],
                           .password = password };
    TRY(db_unit(c, add_account, &a));
    printf("%s may work as %s\n", a.login, a.role);
    return ERR_OK;
}
