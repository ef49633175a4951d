/* setting.h -- numbers and texts that a chain may change while we run.
 *
 * A setting is declared by the room that reads it (module.settings).  Its value
 * is looked for at the place, then its region, then the chain, then the default.
 *
 * Owns  setting_value
 * Cost  a look-up in memory; the table is read again within a second of a change
 *       (on every node) */
#pragma once

#include "base/module.h"

struct setting_scope {
    i64 place_id;  /* 0: none */
    i64 region_id; /* 0: none */
};

i64 setting_int(struct ctx *c, const char *name, struct setting_scope s);
bool setting_bool(struct ctx *c, const char *name, struct setting_scope s);
const char *setting_text(struct ctx *c, const char *name, struct setting_scope s);

/* Change one.  `value` NULL goes back to the wider scope's.
 * Errors  NO_SUCH name; BAD_ARGUMENT out of range */
enum err setting_set(struct ctx *c, const char *name, struct setting_scope s, const char *value) MUST_USE;

/* Tell which rooms' settings there are; once at start, again in tests. */
void setting_declare(const struct module *const *rooms);

extern const struct module setting_module;
