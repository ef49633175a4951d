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
static enum err reach(struct ctx *c, db_work fn, void *arg, size_t size,
                      enum err (*how)(struct ctx *c, db_work fn, void *arg,
                                      size_t size))
{
    struct ctx there = *c;

    if (!c->db->beside) return how(c, fn, arg, size);
    there.db = c->db->beside;
    there.conn = NULL;
    const enum err e = how(&there, fn, arg, size);
    c->fault = there.fault;
    return e;
}

enum err db_unit_beside_(struct ctx *c, db_work fn, void *arg, size_t size)
{
    return reach(c, fn, arg, size, db_unit_);
}

enum err db_snapshot_beside_(struct ctx *c, db_work fn, void *arg, size_t size)
{
    return reach(c, fn, arg, size, db_snapshot_);
}

enum err db_glance_beside_(struct ctx *c, db_work fn, void *arg, size_t size)
{
    return reach(c, fn, arg, size, db_glance_);
}
