/* sweep.h -- let the 1st, 2nd, ... statement of a route fail until none is left to
 * fail: whatever fails, nothing is half done.  `counts` is a SELECT of one number that
 * any row left behind would change. */
#pragma once

#include "test.h"

struct sweep {
    const char *method, *path, *body;
    int status;
    bool alone; /* the route opens its own units */
};

static inline enum err sweep_serve(struct ctx *c, void *arg)
{
    const struct sweep *s = arg;
    const struct reply r = test_call(c, s->method, s->path, s->body);

    if (r.status == s->status) return ERR_OK;
    if (r.status != 500) print_error("%s: %d %s\n", s->path, r.status, r.text);
    return ERR_DATABASE;
}

/* How many statements it has.  Commits what the test has done. */
static inline int sweep_route(struct ctx *c, const char *counts, struct sweep s)
{
    struct ctx *other = test_second(c);
    const int most = DB_TWICE ? 400 : 200;
    int nth = 1;

    for (; nth < most; nth++) {
        other->who = c->who;
        other->now = c->now;
        const i64 before = test_int(c, counts);
        EXPECT_OK(db_commit(c));
        db_fail_at(c->db, nth);
        const enum err e =
            s.alone ? sweep_serve(other, &s) : db_unit(other, sweep_serve, &s);
        const int left = db_fail_left(c->db);
        db_fail_at(c->db, 0);
        EXPECT_OK(db_begin(c, true));
        if (left > 0) {
            EXPECT_OK(e);
            break;
        }
        EXPECT(e != ERR_OK);
        EXPECT_INT(test_int(c, counts), before);
    }
    EXPECT(nth > 1 && nth < most);
    return nth - 1;
}
