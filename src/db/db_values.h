/* db_values.h -- values on their way into statements and out of them; part of db.h.
 *
 * INTO(&a, &b) makes a list of columns' places, and the arguments of db_exec() and
 * its like become a list of values; the kind of each follows from its C type. */
#pragma once

#include "base/ctx.h"

struct bytes {
    const void *at;
    size_t n;
};

struct val {
    enum { VAL_NULL, VAL_INT, VAL_REAL, VAL_TEXT, VAL_BYTES } kind;
    union {
        i64 i; /* NONE is bound as NULL */
        double d;
        const char *s; /* NULL is bound as NULL */
        struct bytes b;
    };
};

/* Where a column goes.  SQL NULL becomes NONE, NULL, {NULL, 0} or NaN. */
struct out {
    enum { OUT_INT, OUT_REAL, OUT_TEXT, OUT_BYTES, OUT_BOOL } kind;
    void *to;
};

/* ---- Plumbing of the macros ----------------------------------------------------- */

/* The bytes that p points at; of a void * nobody knows, so none. */
struct db_nothing {
};
#define DB_SIZE(p)                                                                     \
    sizeof(*_Generic((p), void * : (struct db_nothing *)NULL, default : (p)))

static inline struct val val_i(i64 i)
{
    return (struct val){ .kind = i == NONE ? VAL_NULL : VAL_INT, { .i = i } };
}
static inline struct val val_d(double d)
{
    return (struct val){ .kind = VAL_REAL, { .d = d } };
}
static inline struct val val_s(const char *s)
{
    return (struct val){ .kind = s ? VAL_TEXT : VAL_NULL, { .s = s } };
}
static inline struct val val_b(struct bytes b)
{
    return (struct val){ .kind = b.at ? VAL_BYTES : VAL_NULL, { .b = b } };
}
static inline struct val val_same(struct val v)
{
    return v;
}

/* clang-format off */
#define VAL(x) _Generic((x), _Bool: val_i, int: val_i, unsigned: val_i, long: val_i, long long: val_i, \
                        unsigned long: val_i, unsigned long long: val_i, double: val_d,   \
                        char *: val_s, const char *: val_s, struct bytes: val_b, struct val: val_same)(x)
#define OUT(p) { _Generic((p), i64 *: OUT_INT, double *: OUT_REAL, const char **: OUT_TEXT,            \
                        struct bytes *: OUT_BYTES, _Bool *: OUT_BOOL), (p) }
#define LIST_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19,    \
              _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, NAME, ...) NAME
#define M1(f, a)       f(a)
#define M2(f, a, ...) f(a), M1(f, __VA_ARGS__)
#define M3(f, a, ...) f(a), M2(f, __VA_ARGS__)
#define M4(f, a, ...) f(a), M3(f, __VA_ARGS__)
#define M5(f, a, ...) f(a), M4(f, __VA_ARGS__)
#define M6(f, a, ...) f(a), M5(f, __VA_ARGS__)
#define M7(f, a, ...) f(a), M6(f, __VA_ARGS__)
#define M8(f, a, ...) f(a), M7(f, __VA_ARGS__)
#define M9(f, a, ...) f(a), M8(f, __VA_ARGS__)
#define M10(f, a, ...) f(a), M9(f, __VA_ARGS__)
#define M11(f, a, ...) f(a), M10(f, __VA_ARGS__)
#define M12(f, a, ...) f(a), M11(f, __VA_ARGS__)
#define M13(f, a, ...) f(a), M12(f, __VA_ARGS__)
#define M14(f, a, ...) f(a), M13(f, __VA_ARGS__)
#define M15(f, a, ...) f(a), M14(f, __VA_ARGS__)
#define M16(f, a, ...) f(a), M15(f, __VA_ARGS__)
#define M17(f, a, ...) f(a), M16(f, __VA_ARGS__)
#define M18(f, a, ...) f(a), M17(f, __VA_ARGS__)
#define M19(f, a, ...) f(a), M18(f, __VA_ARGS__)
#define M20(f, a, ...) f(a), M19(f, __VA_ARGS__)
#define M21(f, a, ...) f(a), M20(f, __VA_ARGS__)
#define M22(f, a, ...) f(a), M21(f, __VA_ARGS__)
#define M23(f, a, ...) f(a), M22(f, __VA_ARGS__)
#define M24(f, a, ...) f(a), M23(f, __VA_ARGS__)
#define M25(f, a, ...) f(a), M24(f, __VA_ARGS__)
#define M26(f, a, ...) f(a), M25(f, __VA_ARGS__)
#define M27(f, a, ...) f(a), M26(f, __VA_ARGS__)
#define M28(f, a, ...) f(a), M27(f, __VA_ARGS__)
#define M29(f, a, ...) f(a), M28(f, __VA_ARGS__)
#define M30(f, a, ...) f(a), M29(f, __VA_ARGS__)
#define M31(f, a, ...) f(a), M30(f, __VA_ARGS__)
#define M32(f, a, ...) f(a), M31(f, __VA_ARGS__)
#define MAP(f, ...) LIST_(__VA_ARGS__, M32, M31, M30, M29, M28, M27, M26, M25, M24, M23, M22, M21, M20, M19, M18, M17, \
    M16, M15, M14, M13, M12, M11, M10, M9, M8, M7, M6, M5, M4, M3, M2, M1, 0)(f, __VA_ARGS__)
#define VALS(...) (const struct val[]){ MAP(VAL, __VA_ARGS__) },                                       \
                  sizeof((const struct val[]){ MAP(VAL, __VA_ARGS__) }) / sizeof(struct val)
#define INTO(...) (const struct out[]){ MAP(OUT, __VA_ARGS__) },                                       \
                  sizeof((const struct out[]){ MAP(OUT, __VA_ARGS__) }) / sizeof(struct out)
/* clang-format on */
