/* Any bytes, in pieces of any size: the reader ends with ERR_OK or BAD_FORMAT. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange/yml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum err take(void *arg, const struct yml_item *item)
{
    (void)item;
    if (arena_used(arg) > (size_t)1 << 20) arena_reset(arg);
    return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n) return 0;
    struct ctx c = { .mem = arena_new((size_t)16 << 20) };
    struct arena *mem = arena_new((size_t)16 << 20);
    const struct yml_sink to = { mem, take, mem };
    struct yml *p = yml_new(&c, &to);
    const size_t step =
        1 + data[0] * 16u; /* the first byte is the size of the pieces */
    enum err e = ERR_OK;

    for (size_t at = 1; at < n && !e; at += step)
        e = yml_feed(p, (const char *)data + at, n - at < step ? n - at : step, false);
    if (!e) e = yml_feed(p, "", 0, true);
    assert(e == ERR_OK || e == ERR_BAD_FORMAT);
    yml_free(p);
    arena_free(mem);
    arena_free(c.mem);
    return 0;
}
