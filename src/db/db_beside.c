/* db_beside.c -- the second file: opened, closed and reached through the first. */
#include <string.h>

#include "db/db_engine.h"

struct db *db_beside(struct db *db)
{
    return db->beside ? db->beside : db;
}

const char *db_beside_path(struct arena *mem, const char *core, const char *name)
{
    const char *slash = strrchr(core, '/'), *dot = strrchr(core, '.');
    const size_t n =
        dot && dot > (slash ? slash + 1 : core) ? (size_t)(dot - core) : strlen(core);

    return arena_printf(mem, "%.*s-%s%s", (int)n, core, name, core + n);
}

/* The other database in a copy of the context, whose fault comes back. */
static enum err reach(struct ctx *c, db_work fn, void *arg,
                      enum err (*how)(struct ctx *c, db_work fn, void *arg))
{
    struct ctx there = *c;

    if (!c->db->beside) return how(c, fn, arg);
    there.db = c->db->beside;
    there.conn = NULL;
    const enum err e = how(&there, fn, arg);
    c->fault = there.fault;
    return e;
}

enum err db_unit_beside(struct ctx *c, db_work fn, void *arg)
{
    return reach(c, fn, arg, db_unit);
}

enum err db_snapshot_beside(struct ctx *c, db_work fn, void *arg)
{
    return reach(c, fn, arg, db_snapshot);
}

enum err db_glance_beside(struct ctx *c, db_work fn, void *arg)
{
    return reach(c, fn, arg, db_glance);
}
