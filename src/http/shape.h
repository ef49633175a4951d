/* shape.h -- what a JSON body looks like, once, for everything.
 *
 * A shape lists the members of a struct.  From it come: the reader (JSON to
 * struct, every bad member of a body named at once), the writer, the OpenAPI
 * schema, the TypeScript type, the reader of a query string.  The struct that a
 * shape fills is the argument of the domain function.
 *
 * In C                 in JSON
 *   i64 (INT)            number          i64 (ID)    string of digits
 *   bool                 true, false     int (ENUM)  one of the words
 *   double (REAL)        number          const char * (TEXT) string, valid UTF-8
 *   i64 (TIME)           "2026-11-21T18:00:00.000Z"
 *   struct T * (OBJECT)  object          struct list (LIST) array
 *   const char * (JSON)  any value, kept as its text
 *
 * An absent OPT member leaves NONE, NULL, false, -1 (ENUM), NaN, an empty list;
 * when writing, such a member is left out.  Members nobody asked for are an
 * error: a misspelt name must not be a silent no. */
#pragma once

#include "base/buf.h"
#include "base/ctx.h"

struct list {
    void *at; /* items one after another, each of the element's size */
    size_t n;
};

enum field_kind {
    FIELD_END_,
    FIELD_INT,
    FIELD_ID,
    FIELD_BOOL,
    FIELD_REAL,
    FIELD_TEXT,
    FIELD_ENUM,
    FIELD_TIME,
    FIELD_OBJECT,
    FIELD_LIST,
    FIELD_JSON,
};

enum {
    MUST = 1,   /* a body without it is an error */
    OPT = 2,    /* may be absent, see above; neither: absent is zero, always written */
    SECRET = 4, /* never logged, never in an example */
};

struct shape;

struct field {
    const char *name;
    enum field_kind kind;
    enum field_kind elem; /* of a LIST: the kind of its items */
    unsigned flags;
    size_t at;    /* offsetof */
    i64 min, max; /* INT: value; TEXT, JSON: bytes; LIST: items; 0,0: the ceiling of
                     limits.h */
    const struct shape *shape; /* of an OBJECT, of a LIST of objects */
    const char *const *words;  /* of an ENUM, ends with NULL */
    const char *doc;
};

struct shape {
    const char *name; /* "StockHold": the schema's and the TypeScript type's name */
    size_t size;      /* of the struct */
    const struct field *fields;
};

#define FIELD_AT(T, m) .name = #m, .at = offsetof(struct T, m)
#define F_INT(T, m, f, lo, hi, d)                                                      \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_INT, .flags = (f), .min = (lo), .max = (hi),     \
                        .doc = (d)                                                     \
    }
#define F_ID(T, m, f, d)                                                               \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_ID, .flags = (f), .doc = (d)                     \
    }
#define F_TIME(T, m, f, d)                                                             \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_TIME, .flags = (f), .doc = (d)                   \
    }
#define F_BOOL(T, m, f, d)                                                             \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_BOOL, .flags = (f), .doc = (d)                   \
    }
#define F_REAL(T, m, f, d)                                                             \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_REAL, .flags = (f), .doc = (d)                   \
    }
#define F_TEXT(T, m, f, hi, d)                                                         \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_TEXT, .flags = (f), .max = (hi), .doc = (d)      \
    }
#define F_JSON(T, m, f, hi, d)                                                         \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_JSON, .flags = (f), .max = (hi), .doc = (d)      \
    }
#define F_ENUM(T, m, f, w, d)                                                          \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_ENUM, .flags = (f), .words = (w), .doc = (d)     \
    }
#define F_OBJECT(T, m, f, s, d)                                                        \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_OBJECT, .flags = (f), .shape = (s), .doc = (d)   \
    }
#define F_LIST(T, m, f, s, hi, d)                                                      \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_LIST, .elem = FIELD_OBJECT, .flags = (f),        \
                        .shape = (s), .max = (hi), .doc = (d)                          \
    }
#define F_LIST_OF(T, m, f, k, hi, d)                                                   \
    {                                                                                  \
        FIELD_AT(T, m), .kind = FIELD_LIST, .elem = (k), .flags = (f), .max = (hi),    \
                        .doc = (d)                                                     \
    } /* FIELD_ID, FIELD_INT, FIELD_TEXT */
#define FIELD_END                                                                      \
    {                                                                                  \
        .name = NULL                                                                   \
    }
#define SHAPE(n, T, f)                                                                 \
    {                                                                                  \
        .name = (n), .size = sizeof(struct T), .fields = (f)                           \
    }

/* A growing list in the arena:  struct x *p = list_add(c->mem, &l, sizeof(*p)); */
void *list_add(struct arena *mem, struct list *l, size_t item);

/* Read a JSON object of n bytes into a zeroed struct.
 * Errors  BAD_JSON with line and column; BAD_ARGUMENT, and every bad member of
 *         the body is in c->fault and its `next`s, fields as paths
 * Cost    one pass over the text; strings are copied once into c->mem */
enum err shape_read(struct ctx *c, const struct shape *s, const char *json, size_t n,
                    void *into) MUST_USE;

/* Read name=value pairs of a query string (percent-decoded) by the same shape.
 * Lists: the name may repeat. */
enum err shape_read_query(struct ctx *c, const struct shape *s, const char *query,
                          void *into) MUST_USE;

void shape_write(struct buf *to, const struct shape *s, const void *from);
