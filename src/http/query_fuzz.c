/* Any query string: read or refused with a reason, never more; what was read
 * fits its shape.  The same bytes as a page's cursor. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "http/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct probe {
    i64 limit;
    const char *after, *q;
    i64 place_id;
    bool here;
    struct list brand;
};
/* clang-format off */
static const struct field fields[] = {
    PAGE_FIELDS(probe),
    F_TEXT(probe, q, OPT, 64, ""),
    F_ID(probe, place_id, OPT, ""),
    F_BOOL(probe, here, OPT, ""),
    F_LIST_OF(probe, brand, OPT, FIELD_TEXT, 3, ""),
    FIELD_END
};
static const struct shape shape = SHAPE("Probe", probe, fields);
/* clang-format on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = { .mem = arena_new((size_t)4 << 20) };
    const char *text = arena_strdup(c.mem, (const char *)data, size);
    struct probe p = { 0 };
    i64 keys[2] = { 1, 2 };

    const enum err e = shape_read_query(&c, &shape, text, &p);
    assert(e == c.fault.err && (!e || c.fault.message));
    if (!e) {
        assert(p.limit == NONE || (p.limit >= 1 && p.limit <= LIMIT_PAGE));
        assert(p.place_id == NONE || p.place_id >= 0);
        assert(!p.q || (strlen(p.q) <= 64 && utf8_valid(p.q, strlen(p.q))));
        assert(p.brand.n <= 3);
    }
    if (!page_after(&c, text, keys, 2) && *text)
        assert(!strcmp(page_next(c.mem, keys, 2), text));
    arena_free(c.mem);
    return 0;
}
