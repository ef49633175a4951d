/* setting.h -- numbers and texts that a chain may change while we run.
 *
 * A setting is declared by the room that reads it (module.settings).  Its value
 * is looked for at the place, then its region, then the chain, then the default.
 * A setting whose name ends in "_secret" is written but never given back; the
 * database keeps it sealed (base/seal.h).
 *
 * Owns  setting_value
 * Cost  a look-up in memory; a change is seen at once on the node that made it
 *       (by its own unit even before the commit), within a second on the others */
#pragma once

#include "base/module.h"
#include "http/shape.h"

struct setting_scope {
    i64 place_id;  /* 0: none */
    i64 region_id; /* 0: none */
};

/* A name that no room declared is a mistake of ours and ends the process. */
i64 setting_int(struct ctx *c, const char *name, struct setting_scope s);
bool setting_bool(struct ctx *c, const char *name, struct setting_scope s);
const char *setting_text(struct ctx *c, const char *name, struct setting_scope s);

/* Change one at the place, else the region, else the chain.  `value` NULL goes
 * back to the wider scope's.  The audit row is the caller's affair.
 * Errors  NO_SUCH name; BAD_ARGUMENT out of range */
enum err setting_set(struct ctx *c, const char *name, struct setting_scope s,
                     const char *value) MUST_USE;

/* A setting as people see it. */
struct setting_view {
    const char *name;
    int kind;          /* SETTING_INT, SETTING_TEXT, SETTING_BOOL */
    const char *value; /* what holds in this scope; NULL for a secret */
    const char *def;   /* the default as text */
    int from;          /* index into setting_scope_words */
    i64 min, max;      /* of an INT, else NONE */
    const char *doc_ru, *doc_en;
    i64 version;    /* of this scope's row, the ETag; 0: never changed here */
    i64 changed_at; /* ms since 1970 UTC, NONE never */
    bool secret;
};
extern const char *const setting_scope_words[]; /* default, chain, region, place */
extern const char *const setting_kind_words[];  /* int, text, bool */

/* One, or all in order of name (struct setting_view).  Memory c->mem. */
enum err setting_get(struct ctx *c, const char *name, struct setting_scope s,
                     struct setting_view *ret) MUST_USE;
enum err setting_list(struct ctx *c, struct setting_scope s, struct list *ret) MUST_USE;

/* Tell which rooms' settings there are; once at start, again in tests. */
void setting_declare(const struct module *const *rooms);

/* Look whether another node changed something.  A job does it every second. */
enum err setting_refresh(struct ctx *c) MUST_USE;

/* Seal all secrets with the newest key, also those that were written before there
 * was one: a slice of the vault's walk. */
struct sealing;
enum err setting_reseal(struct ctx *c, struct sealing *w) MUST_USE;

extern const struct module setting_module;
