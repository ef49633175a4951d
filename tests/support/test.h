/* test.h -- a test is a sentence about a shop and a body.
 *
 *     static const struct test tests[] = {
 *         { "two buyers, one piece: the second is told what is left", two_buyers },
 *     };
 *     int main(void) { return test_main("stock", tests, COUNT(tests)); }
 *
 * Every test has every room's tables, empty, in a unit that is rolled back at
 * its end, its own arena and a clock that stands at TEST_NOW.  The engine is
 * SQLite in memory, or what PRILAVOK_TEST_DB says. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ctx.h"
#include "base/module.h"
#include "base/time.h"
#include "db/db.h"
#include "http/route.h"

#define TEST_NOW 1790000000000LL /* 2026-09-21T13:33:20Z, a Monday */

struct test {
    const char *says;
    void (*run)(struct ctx *c);
};

int test_main(const char *room, const struct test *tests, size_t n);

/* A second, independent context on the same database (its own connection and
 * arena), for tests that need two people at once; freed at the test's end. */
struct ctx *test_other(struct ctx *c);
/* The first of them, made when there is none. */
struct ctx *test_second(struct ctx *c);

/* ../shared/data/<path> when that folder is there, else NULL: skip with a word. */
const char *test_data(struct ctx *c, const char *path);

/* The whole of a file, NUL-terminated; NULL when it cannot be read. */
char *test_file(struct ctx *c, const char *path, size_t *ret_n);

/* c may do everything, as an account of the chain. */
void test_as_staff(struct ctx *c);

/* For a test that counts how often its own functions run: make twice leaves it out. */
#define COUNTS_RUNS()                                                                  \
    do {                                                                               \
        if (DB_TWICE) skip();                                                          \
    } while (0)

#define EXPECT(cond)        assert_true(cond)
#define EXPECT_OK(e)        test_expect_ok(c, (e), __FILE__, __LINE__)
#define EXPECT_ERR(e, name) assert_string_equal(err_code(e), err_code(ERR_##name))
#define EXPECT_TEXT(a, b)   assert_string_equal((a), (b))
#define EXPECT_INT(a, b)    assert_int_equal((a), (b))
void test_expect_ok(struct ctx *c, enum err e, const char *file, int line);

/* Run raw statements (to arrange a test), separated by ';'. */
#define SQL(text) test_sql(c, (text), __FILE__, __LINE__)
void test_sql(struct ctx *c, const char *text, const char *file, int line);
/* One number from a SELECT. */
i64 test_int(struct ctx *c, const char *select);

/* A request through the router in c's unit; the reply's text. */
struct reply test_call(struct ctx *c, const char *method, const char *path,
                       const char *body);
