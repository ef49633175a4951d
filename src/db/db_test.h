/* db_test.h -- two small tables that the tests of this room play with. */
#pragma once

#include "test.h"

static const struct query toy_get = { "db.get_toy_test",
                                      "SELECT name, qty FROM db_toy WHERE id = $1" };

static inline void toys(struct ctx *c)
{
    SQL("CREATE TABLE db_toy (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
        " qty BIGINT NOT NULL CHECK (qty >= 0));"
        "CREATE TABLE db_part (toy_id BIGINT NOT NULL REFERENCES db_toy, no BIGINT,"
        " data BYTEA, share DOUBLE PRECISION)");
}

/* The toys on disk, for tests with several people. */
static inline void shared_toys(struct ctx *c)
{
    toys(c);
    EXPECT_OK(db_commit(c));
}

static inline i64 qty_of(struct ctx *c, i64 id)
{
    const char *name;
    i64 qty = NONE;
    const enum err e = db_one(c, &toy_get, INTO(&name, &qty), id);

    if (e != ERR_NOT_FOUND) EXPECT_OK(e);
    return qty;
}
