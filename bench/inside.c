#include "inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "base/time.h"
#include "http/call.h"
#include "http/router.h"
#include "setting/setting.h"

bool inside_open(struct inside *in, const char *db)
{
    return inside_open_as(in,
                          &(struct db_config){ .url = db, .readers = 1, .writers = 1 });
}

bool inside_open_as(struct inside *in, const struct db_config *k)
{
    char *why = NULL;
    struct ctx *c = calloc(1, sizeof(*c));

    if (!c) abort();
    c->mem = arena_new((size_t)256 << 20);
    c->now = time_now();
    c->db = db_open(k, &why);
    *in = (struct inside){ .c = c };
    if (!c->db) {
        fprintf(stderr, "cannot open %s: %s\n", k->url, why);
        return false;
    }
    setting_declare(modules);
    if (seal_ready(c, true)) {
        fprintf(stderr, "no key to seal with: %s\n", c->fault.message);
        return false;
    }
    return true;
}

void inside_close(struct inside *in)
{
    db_rollback(in->c);
    db_close(in->c->db);
    arena_free(in->c->mem);
    free(in->c);
}

enum err inside_begin(struct inside *in, bool writes)
{
    arena_reset(in->c->mem);
    in->c->fault = (struct fault){ 0 };
    in->c->now = time_now();
    in->c->who = (struct who){ .kind = WHO_STAFF, .id = 1, .rights = ~0ull };
    return db_begin(in->c, writes);
}

void inside_end(struct inside *in, bool keep)
{
    if (!keep || db_commit(in->c)) db_rollback(in->c);
}

i64 inside_ids(struct inside *in, const struct query *q, i64 **ret)
{
    i64 n = 0, room = 1024, id;

    *ret = malloc((size_t)room * sizeof(i64));
    if (!*ret || inside_begin(in, false)) abort();
    {
        ROWS r;
        if (db_rows0(in->c, &r, q)) abort();
        while (db_next(&r, INTO(&id))) {
            if (n == room) *ret = realloc(*ret, (size_t)(room *= 2) * sizeof(i64));
            if (!*ret) abort();
            (*ret)[n++] = id;
        }
    }
    inside_end(in, false);
    return n;
}

static const char *nothing(const struct request *q, const char *name)
{
    (void)q, (void)name;
    return NULL;
}

int inside_call(struct inside *in, const char *method, const char *path,
                const char *body, const char *key)
{
    struct ctx *c = in->c;
    const struct found f = router_find(router_of(modules), c->mem, method, path);
    struct call k = {
        .c = c, .rooms = modules, .route = f.route, .trusted = true, .key = key
    };

    if (!f.route) return 404;
    k.q = (struct request){ .method = method,
                            .path = path,
                            .ip = in->ip[0] ? in->ip : "127.0.0.1",
                            .query_text = "",
                            .header = nothing,
                            .cookie = nothing };
    memcpy(k.q.args, f.args, sizeof(f.args));
    k.sent = (struct bytes){ body, strlen(body) };
    call_read(&k, body, strlen(body));
    const enum err e = call_run(c, &k);
    if (e) return err_http(e);
    call_finish(&k, e);
    return k.r.status;
}

bool staff_head(int port, const char *login, char *ret, size_t room)
{
    char body[256], answer[4096], csrf[256];

    snprintf(body, sizeof(body), "{\"login\":\"%s\",\"password\":\"prilavok\"}", login);
    const struct wish w = { "POST", "/v1/staff/login", NULL, body };
    char *cookie = load_cookies(port, &w, answer, sizeof(answer));
    const bool ok = cookie && member_of(answer, "csrf", csrf, sizeof(csrf));

    if (ok) snprintf(ret, room, "Cookie: %s\r\nX-CSRF-Token: %s\r\n", cookie, csrf);
    free(cookie);
    return ok;
}
