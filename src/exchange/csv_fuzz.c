/* Any bytes: rows come out whole, NUL-ended and in order, and the reader ends. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "exchange/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct from {
    const uint8_t *at;
    size_t n, step;
};

static long read_piece(void *arg, char *to, size_t n)
{
    struct from *f = arg;
    size_t k = f->n < f->step ? f->n : f->step;

    if (k > n) k = n;
    memcpy(to, f->at, k);
    f->at += k;
    f->n -= k;
    return (long)k;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n) return 0;
    struct arena *mem = arena_new((size_t)16 << 20);
    struct from f = { data + 1, n - 1, 1 + data[0] * 64u };
    struct csv v;
    i64 line = 0;

    csv_open(&v, mem, read_piece, &f);
    while (csv_next(&v)) {
        assert(v.line > line);
        line = v.line;
        for (size_t k = 0; k < v.n; k++) assert(v.fields[k].at[v.fields[k].n] == '\0');
    }
    assert(v.eof && v.bytes == (i64)n - 1);
    arena_free(mem);
    return 0;
}
