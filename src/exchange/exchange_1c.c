/* 1C's conversation with a site ("обмен с сайтом"), as an unmodified 1C has it.
 *
 *   checkauth   name and password become a session (a cookie)
 *   init        what we can take: zip, size of a part
 *   file        a part of a file; parts of one name are put one behind the other
 *   import      read the file: "progress" until it is "success" or "failure"
 *   deactivate  all of a full exchange was here: retire what was not named
 *   complete    the conversation is over
 *   query, success (type=sale)  orders, and the word that they were taken
 *
 * Every answer is text/plain, its first line the verdict; what went wrong is
 * "failure" and the reason with status 200, since 1C shows nothing else.  The
 * session stands in the database and the files on the disk: a process that dies
 * in the middle of an import is no event for 1C. */
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "base/id.h"
#include "base/time.h"
#include "exchange/charset.h"
#include "exchange/exchange_1c.h"
#include "exchange/exchange_orders.h"
#include "exchange/exchange_spool.h"
#include "http/route.h"
#include "setting/setting.h"
#include "staff/staff.h"

#define COOKIE  "prilavok_1c"
#define IDLE_MS (2 * HOUR_MS) /* a session that nobody used so long is over */
#define WAIT_MS 800           /* for an import to end before "progress" is said */
#define SALE_MS 8000          /* the same for a sale's file, whose answer is final */

enum { ADD, FIND, TOUCH, LATEST, OLD, DROP, DROP_OFFERED };

/* clang-format off */
const struct query exchange_1c_sql[] = {
    [ADD] = { "exchange.add_session",
        "INSERT INTO exchange_session (id, token_hash, source, account_id, begun_at, seen_at)"
        " VALUES ($1, $2, $3, $4, $5, $5)" },

    [FIND] = { "exchange.find_session",
        "SELECT id, source, account_id, seen_at FROM exchange_session"
        " WHERE token_hash = $1 AND seen_at > $2" },

    [TOUCH] = { "exchange.touch_session",
        "UPDATE exchange_session SET seen_at = $2 WHERE id = $1 AND seen_at < $2" },

    [LATEST] = { "exchange.get_latest_run",
        "SELECT id, state, reason, bytes, read_bytes, rejects FROM exchange_run"
        " WHERE session_id = $1 AND file = $2 ORDER BY id DESC LIMIT 1" },

    [OLD] = { "exchange.list_old_sessions",
        "SELECT id FROM exchange_session WHERE seen_at < $1 ORDER BY seen_at LIMIT 100" },

    [DROP] = { "exchange.drop_session", "DELETE FROM exchange_session WHERE id = $1" },
    [DROP_OFFERED] = { "exchange.drop_offered", "DELETE FROM exchange_offered WHERE session_id = $1" },
    QUERY_END
};
/* clang-format on */

struct session {
    i64 id, account_id, seen_at;
    const char *source;
};

/* One call of 1C: its parameters and where the answer goes. */
struct call_1c {
    const struct request *q;
    struct reply *r;
    const char *type, *mode, *filename, *version, *source;
    struct session s;
};

/* ---- Parameters and answers
 * ---------------------------------------------------------------- */

static int hex(char ch)
{
    return ch >= '0' && ch <= '9'   ? ch - '0'
           : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
           : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
                                    : -1;
}

/* Percent signs resolved in place; one that starts no code stays. */
static void resolve(char *s)
{
    char *out = s;

    for (; *s; s++) {
        const int high = *s == '%' ? hex(s[1]) : -1;
        const int low = high < 0 ? -1 : hex(s[2]);

        *out++ = low >= 0 ? (char)(high * 16 + low) : *s == '+' ? ' ' : *s;
        if (low >= 0) s += 2;
    }
    *out = '\0';
}

/* A parameter of the query, percent signs resolved; NULL when absent.  1C of
 * older platforms writes names in windows-1251. */
static const char *param(struct ctx *c, const struct request *q, const char *name)
{
    const size_t n = strlen(name);

    for (const char *p = q->query_text ? q->query_text : ""; *p;) {
        const size_t len = strcspn(p, "&");

        if (len > n && strncmp(p, name, n) == 0 && p[n] == '=') {
            char *to = arena_strdup(c->mem, p + n + 1, len - n - 1);
            resolve(to);
            if (charset_is_utf8(to, strlen(to), false)) return to;
            char *utf = arena_raw(c->mem, strlen(to) * 3 + 1);
            utf[charset_from_1251(utf, to, strlen(to))] = '\0';
            return utf;
        }
        p += len + (p[len] == '&');
    }
    return NULL;
}

static enum err answer(struct ctx *c, struct call_1c *k, const char *fmt, ...)
    PRINTF(3, 4);
static enum err answer(struct ctx *c, struct call_1c *k, const char *fmt, ...)
{
    const bool is_1251 =
        setting_bool(c, "exchange.windows_1251", (struct setting_scope){ 0 });
    va_list ap;

    va_start(ap, fmt);
    const char *text = arena_vprintf(c->mem, fmt, ap);
    va_end(ap);
    size_t n = strlen(text);
    if (is_1251) text = charset_to_1251(c->mem, text, n, false, &n);
    k->r->private_ = true;
    return reply_text(k->r,
                      is_1251 ? "text/plain; charset=windows-1251"
                              : "text/plain; charset=utf-8",
                      text, n);
}

/* ---- Sessions
 * --------------------------------------------------------------------------------- */

static const char *token_hash(struct ctx *c, const char *token)
{
    unsigned char hash[16];
    char *text = arena_raw(c->mem, 2 * sizeof(hash) + 1);

    crypto_generichash(hash, sizeof(hash), (const unsigned char *)token, strlen(token),
                       NULL, 0);
    return sodium_bin2hex(text, 2 * sizeof(hash) + 1, hash, sizeof(hash));
}

static enum err find_session(struct ctx *c, const char *token, struct session *ret)
{
    return db_one(c, &exchange_1c_sql[FIND],
                  INTO(&ret->id, &ret->source, &ret->account_id, &ret->seen_at),
                  token_hash(c, token), c->now - IDLE_MS);
}

/* For the router: who has our cookie may exchange, and nothing else. */
enum err exchange_authenticate(struct ctx *c, const struct request *q)
{
    const char *token = q->cookie ? q->cookie(q, COOKIE) : NULL;
    struct session s;

    if (!token || c->who.kind != WHO_NOBODY) return ERR_OK;
    const enum err e = find_session(c, token, &s);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    c->who = (struct who){ .kind = WHO_STAFF,
                           .id = s.account_id,
                           .rights = 1ull << RIGHT_EXCHANGE };
    return ERR_OK;
}

struct opening {
    struct call_1c *k;
    const char *token;
};

static enum err open_session(struct ctx *c, void *arg)
{
    struct opening *o = arg;
    struct session *s = &o->k->s;

    s->id = id_new(c);
    return db_exec(c, &exchange_1c_sql[ADD], NULL, s->id, token_hash(c, o->token),
                   s->source, s->account_id, c->now);
}

static enum err load_session(struct ctx *c, void *arg)
{
    struct call_1c *k = arg;
    const char *token = k->q->cookie ? k->q->cookie(k->q, COOKIE) : NULL;
    const enum err e = token ? find_session(c, token, &k->s) : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND)
        return FAIL(c, LOGIN, "сеанс не открыт или истёк: начните с checkauth");
    return e;
}

static enum err touch_session(struct ctx *c, void *arg)
{
    const struct call_1c *k = arg;

    return db_exec(c, &exchange_1c_sql[TOUCH], NULL, k->s.id, c->now);
}

static enum err session_dir(struct ctx *c, const struct call_1c *k, const char **ret)
{
    return spool_dir(c,
                     arena_printf(c->mem, "1c/%lld/%s", k->s.id,
                                  strcmp(k->type, "sale") == 0 ? "sale" : "catalog"),
                     ret);
}

/* ---- checkauth
 * -----------------------------------------------------------------------------------
 */

/* "Basic bmFtZTpwYXNz": name and password, or false. */
static bool basic(struct ctx *c, const struct request *q, const char **ret_login,
                  const char **ret_password)
{
    const char *head = q->header ? q->header(q, "Authorization") : NULL;
    char text[512];
    size_t n = 0;

    if (!head || strncasecmp(head, "Basic ", 6) != 0) return false;
    if (sodium_base642bin((unsigned char *)text, sizeof(text) - 1, head + 6,
                          strlen(head + 6), " ", &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL))
        return false;
    text[n] = '\0';
    char *colon = strchr(text, ':');
    if (!colon) return false;
    *colon = '\0';
    *ret_login = arena_strdup(c->mem, text, strlen(text));
    *ret_password = arena_strdup(c->mem, colon + 1, strlen(colon + 1));
    sodium_memzero(text, sizeof(text));
    return true;
}

static enum err check_auth(struct ctx *c, struct call_1c *k)
{
    const char *login, *password;
    unsigned char raw[16];
    char token[33];
    struct who who;
    struct opening o = { k, token };

    if (!basic(c, k->q, &login, &password))
        return FAIL(c, LOGIN, "нет имени и пароля (HTTP Basic)");
    const enum err e = staff_check_basic(c, login, password, &who);
    if (e == ERR_WRONG_SECRET) return FAIL(c, WRONG_SECRET, "неверное имя или пароль");
    if (e == ERR_TOO_MANY)
        return FAIL(c, TOO_MANY, "слишком много попыток входа, подождите");
    TRY(e);
    if (!who_can(&who, RIGHT_EXCHANGE))
        return FAIL(c, DENIED, "у пользователя нет права обмена (exchange)");
    randombytes_buf(raw, sizeof(raw));
    sodium_bin2hex(token, sizeof(token), raw, sizeof(raw));
    k->s = (struct session){ .account_id = who.id, .source = k->source };
    TRY(db_unit(c, open_session, &o));
    k->r->cookies[0] =
        arena_printf(c->mem, COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict", token);
    return answer(c, k, "success\n" COOKIE "\n%s\nsessid=%s\ntimestamp=%lld\n", token,
                  token_hash(c, token), c->now / SECOND_MS);
}

/* ---- init, file
 * -------------------------------------------------------------------------------------
 */

static enum err init(struct ctx *c, struct call_1c *k)
{
    const char *dir;
    const i64 limit =
        setting_int(c, "exchange.part_bytes", (struct setting_scope){ 0 });

    TRY(session_dir(c, k, &dir));
    spool_clear(dir);
    if (!k->version) return answer(c, k, "zip=yes\nfile_limit=%lld\n", limit);
    return answer(c, k, "zip=yes\nfile_limit=%lld\nsessid=%s\nversion=%s\n", limit,
                  token_hash(c, k->q->cookie(k->q, COOKIE)),
                  strcmp(k->type, "sale") == 0 ? "2.09" : "3.1");
}

static enum err file_of(struct ctx *c, struct call_1c *k, const char **ret_name,
                        const char **ret_path)
{
    const char *dir;

    *ret_name = spool_name(c->mem, k->filename);
    if (!*ret_name)
        return FAIL(c, BAD_REQUEST, "недопустимое имя файла: %s",
                    k->filename ? k->filename : "(нет)");
    TRY(session_dir(c, k, &dir));
    *ret_path = arena_printf(c->mem, "%s/%s", dir, *ret_name);
    return ERR_OK;
}

static enum err sale_came(struct ctx *c, struct call_1c *k, const char *name,
                          const char *path);

static enum err file(struct ctx *c, struct call_1c *k)
{
    const char *name = NULL, *path = NULL, *dir;
    struct stat st = { 0 };
    const i64 limit =
        setting_int(c, "exchange.file_bytes", (struct setting_scope){ 0 });

    if (!k->q->upload) return FAIL(c, BAD_REQUEST, "нет тела запроса");
    TRY(file_of(c, k, &name, &path));
    assert(name && path);
    TRY(session_dir(c, k, &dir));
    stat(path, &st);
    if ((i64)st.st_size + k->q->upload_bytes > limit)
        return FAIL(c, TOO_BIG, "файл %s больше %lld байт", name, limit);
    TRY(spool_append(c, dir, name, k->q->upload));
    if (strcmp(k->type, "sale") == 0) return sale_came(c, k, name, path);
    return answer(c, k, "success\n");
}

/* ---- import
 * --------------------------------------------------------------------------------------------
 */

struct latest {
    const struct call_1c *k;
    const char *file;
    i64 id, bytes, read_bytes, rejects;
    const char *state, *reason;
};

static enum err get_latest(struct ctx *c, void *arg)
{
    struct latest *l = arg;
    const enum err e = db_one(
        c, &exchange_1c_sql[LATEST],
        INTO(&l->id, &l->state, &l->reason, &l->bytes, &l->read_bytes, &l->rejects),
        l->k->s.id, l->file);

    if (e != ERR_NOT_FOUND) return e;
    l->state = NULL;
    return ERR_OK;
}

static bool ended(const struct latest *l)
{
    return l->state &&
           (strcmp(l->state, "done") == 0 || strcmp(l->state, "failed") == 0);
}

static enum err add_run(struct ctx *c, void *arg)
{
    i64 id;

    return exchange_run_add(c, arg, &id);
}

static enum err start(struct ctx *c, const struct call_1c *k, const char *kind,
                      const char *name, const char *path)
{
    struct exchange_file f = { .source = k->s.source,
                               .kind = kind,
                               .name = name,
                               .path = path,
                               .session_id = k->s.id };
    const struct who was = c->who;

    c->who = (struct who){ .kind = WHO_STAFF, .id = k->s.account_id };
    const enum err e = db_unit(c, add_run, &f);
    c->who = was;
    return e;
}

/* Give the run a moment, then say how it stands. */
static enum err stand(struct ctx *c, struct call_1c *k, struct latest *l, i64 wait_ms)
{
    const i64 until_us = time_mono_us() + wait_ms * 1000;

    TRY(db_snapshot(c, get_latest, l));
    while (!ended(l) && time_mono_us() < until_us && !c->conn) {
        run_wait_any((until_us - time_mono_us()) / 1000 + 1);
        TRY(db_snapshot(c, get_latest, l));
    }
    if (!l->state) return FAIL(c, NOT_FOUND, "нет загрузки файла %s", l->file);
    if (strcmp(l->state, "failed") == 0)
        return answer(c, k, "failure\n%s\n",
                      l->reason ? l->reason : "загрузка прервана");
    if (strcmp(l->state, "done") == 0)
        return l->rejects
                   ? answer(
                         c, k,
                         "success\nНе принято элементов: %lld, отчёт: загрузка %lld\n",
                         l->rejects, l->id)
                   : answer(c, k, "success\n");
    return answer(c, k, "progress\nОбработано %lld из %lld байт (%lld %%)\n",
                  l->read_bytes, l->bytes,
                  l->bytes ? l->read_bytes * 100 / l->bytes : 0);
}

static enum err unzip_first(struct ctx *c, struct call_1c *k, const char *name)
{
    const char *dir, *zip, *path;
    struct latest l = { .k = k };

    TRY(session_dir(c, k, &dir));
    zip = spool_find_zip(c, dir);
    if (!zip) return FAIL(c, NOT_FOUND, "файл %s не передавался", name);
    l.file = zip;
    path = arena_printf(c->mem, "%s/%s", dir, zip);
    TRY(db_snapshot(c, get_latest, &l));
    if (!l.state || ended(&l)) TRY(start(c, k, "zip", zip, path));
    TRY(stand(c, k, &l, WAIT_MS));
    if (l.state && strcmp(l.state, "done") == 0)
        return answer(c, k, "progress\nАрхив распакован\n");
    return ERR_OK;
}

static enum err import(struct ctx *c, struct call_1c *k)
{
    const char *name = NULL, *path = NULL;
    struct stat st;
    struct latest l = { .k = k };

    TRY(file_of(c, k, &name, &path));
    assert(name && path);
    l.file = name;
    TRY(db_snapshot(c, get_latest, &l));
    const bool here = stat(path, &st) == 0;
    if (l.state && !ended(&l)) return stand(c, k, &l, WAIT_MS);
    /* A file that was read is gone: one that is here is new, or was sent again. */
    if (here)
        TRY(start(c, k, "commerceml", name, path));
    else if (!here && !l.state)
        return unzip_first(c, k, name);
    return stand(c, k, &l, WAIT_MS);
}

/* ---- The end of a full exchange
 * --------------------------------------------------------------------------- */

static enum err deactivate(struct ctx *c, struct call_1c *k)
{
    struct latest l = { .k = k, .file = "deactivate" };

    TRY(db_snapshot(c, get_latest, &l));
    if (!l.state) TRY(start(c, k, "sweep", l.file, NULL));
    return stand(c, k, &l, WAIT_MS);
}

static enum err complete(struct ctx *c, struct call_1c *k)
{
    const char *dir;

    TRY(session_dir(c, k, &dir));
    spool_clear(dir);
    return answer(c, k, "success\n");
}

/* ---- Sale
 * ---------------------------------------------------------------------------------------------------
 */

static enum err query(struct ctx *c, struct call_1c *k)
{
    const char *dir, *path;

    TRY(spool_dir(c, arena_printf(c->mem, "1c/%lld", k->s.id), &dir));
    path = arena_printf(c->mem, "%s/orders-%lld.xml", dir, id_new(c));
    TRY(orders_write(c, k->s.id, k->s.source, path));
    k->r->status = 200;
    k->r->type = setting_bool(c, "exchange.windows_1251", (struct setting_scope){ 0 })
                     ? "text/xml; charset=windows-1251"
                     : "text/xml; charset=utf-8";
    k->r->file = path;
    k->r->file_once = true;
    k->r->private_ = true;
    return ERR_OK;
}

static enum err success(struct ctx *c, struct call_1c *k)
{
    TRY(orders_taken(c, k->s.id));
    return answer(c, k, "success\n");
}

/* Has the last part come?  An archive is whole when its directory stands at its
 * end, a document when its root is closed. */
static bool is_complete(const char *path)
{
    static const char utf[] = "</КоммерческаяИнформация>";
    char end[256], cp[64];
    FILE *f = fopen(path, "rb");
    size_t n = 0;

    if (!f) return false;
    if (fseek(f, -(long)sizeof(end) + 1, SEEK_END)) rewind(f);
    n = fread(end, 1, sizeof(end) - 1, f);
    fclose(f);
    size_t k = 0;
    for (const char *s = utf; *s && k < sizeof(cp) - 1; s++) {
        const unsigned char a = (unsigned char)s[0], b = (unsigned char)s[1];
        if (a < 0x80) {
            cp[k++] = *s;
            continue;
        }
        cp[k++] = (char)(((a & 0x1F) << 6 | (b & 0x3F)) - 0x410 + 0xC0);
        s++;
    }
    return memmem(end, n, utf, sizeof(utf) - 1) || memmem(end, n, cp, k) ||
           memmem(end, n, "PK\5\6", 4);
}

/* Old versions of 1C end with mode=file and take its answer for the verdict; newer
 * ones send mode=import afterwards, which then finds the run done. */
static enum err sale_came(struct ctx *c, struct call_1c *k, const char *name,
                          const char *path)
{
    struct latest l = { .k = k, .file = name };
    const size_t n = strlen(name);

    if (!is_complete(path) || (n > 4 && strcasecmp(name + n - 4, ".zip") == 0))
        return answer(c, k, "success\n");
    TRY(start(c, k, "commerceml", name, path));
    TRY(stand(c, k, &l, SALE_MS));
    if (ended(&l)) return ERR_OK;
    return answer(c, k, "success\n");
}

/* ---- The door
 * --------------------------------------------------------------------------------------------------
 */

static const struct mode {
    const char *type; /* NULL: both */
    const char *mode;
    enum err (*run)(struct ctx *c, struct call_1c *k);
} modes[] = {
    { NULL, "init", init },
    { NULL, "file", file },
    { NULL, "import", import },
    { NULL, "complete", complete },
    { "catalog", "deactivate", deactivate },
    { "sale", "query", query },
    { "sale", "success", success },
};

static enum err dispatch(struct ctx *c, struct call_1c *k)
{
    if (!k->type || (strcmp(k->type, "catalog") != 0 && strcmp(k->type, "sale") != 0))
        return FAIL(c, BAD_REQUEST, "неизвестный тип обмена: %s",
                    k->type ? k->type : "(нет)");
    if (!k->mode) return FAIL(c, BAD_REQUEST, "не указан режим (mode)");
    if (strcmp(k->mode, "checkauth") == 0) return check_auth(c, k);
    TRY(db_snapshot(c, load_session, k));
    if (c->now - k->s.seen_at > MINUTE_MS) TRY(db_unit(c, touch_session, k));
    for (size_t j = 0; j < COUNT(modes); j++)
        if (strcmp(modes[j].mode, k->mode) == 0 &&
            (!modes[j].type || strcmp(modes[j].type, k->type) == 0))
            return modes[j].run(c, k);
    return FAIL(c, BAD_REQUEST, "неизвестный режим: %s", k->mode);
}

enum err exchange_1c(struct ctx *c, const struct request *q, struct reply *r)
{
    struct call_1c k = {
        .q = q,
        .r = r,
        .type = param(c, q, "type"),
        .mode = param(c, q, "mode"),
        .filename = param(c, q, "filename"),
        .version = param(c, q, "version"),
        .source = q->args[0] ? arena_printf(c->mem, "1c-%s", q->args[0]) : "1c",
    };
    const enum err e = dispatch(c, &k);

    if (!e) return ERR_OK;
    const char *why = c->fault.message ? c->fault.message : err_meaning(e);
    c->fault = (struct fault){ 0 };
    return answer(c, &k, "failure\n%s\n", why);
}

/* ---- Forgetting
 * ----------------------------------------------------------------------------------------------------
 */

static enum err drop_old(struct ctx *c, void *arg)
{
    struct list *ids = arg;
    i64 id;
    ROWS rows = { 0 };

    *ids = (struct list){ 0 };
    TRY(db_rows(c, &rows, &exchange_1c_sql[OLD], c->now - DAY_MS));
    while (db_next(&rows, INTO(&id))) *(i64 *)list_add(c->mem, ids, sizeof(id)) = id;
    TRY(rows.err);
    for (size_t k = 0; k < ids->n; k++) {
        TRY(db_exec(c, &exchange_1c_sql[DROP_OFFERED], NULL, ((i64 *)ids->at)[k]));
        TRY(db_exec(c, &exchange_1c_sql[DROP], NULL, ((i64 *)ids->at)[k]));
    }
    return ERR_OK;
}

enum err exchange_forget_sessions(struct ctx *c, struct job *j)
{
    struct list ids;
    const char *dir;

    (void)j;
    do {
        TRY(db_unit(c, drop_old, &ids));
        for (size_t k = 0; k < ids.n; k++) {
            TRY(spool_dir(c, arena_printf(c->mem, "1c/%lld", ((i64 *)ids.at)[k]),
                          &dir));
            spool_clear(dir);
            remove(dir);
        }
    } while (ids.n == 100);
    return ERR_OK;
}
