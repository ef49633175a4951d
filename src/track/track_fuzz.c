/* Fuzz target: bodies of the protocol.  Whatever comes, every event that is kept has
 * what the log needs, and its texts are JSON again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "track/track_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_object(struct arena *mem, const char *text)
{
    struct json j;

    json_start(&j, mem, text, strlen(text));
    assert(json_kind(&j) == JSON_OBJECT);
    assert(json_skip(&j, NULL) && json_end(&j));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *mem;
    if (!mem) mem = arena_new(LIMIT_REQUEST_ARENA);
    arena_reset(mem);
    if (size < 1) return 0;
    struct ctx c = { .mem = mem };
    struct batch b = { .received_at = 1795300000000 };
    const int kind = data[0] % 7 - 1;

    if (batch_read(&c, (const char *)data + 1, size - 1, kind, &b)) {
        assert(c.fault.err);
        return 0;
    }
    for (size_t k = 0; k < b.events.n; k++) {
        const struct heard *e = &((const struct heard *)b.events.at)[k];
        assert(e->anonymous_id || e->user_id);
        assert(e->message_id && *e->message_id && strlen(e->message_id) <= 100);
        assert(e->at <= b.received_at && e->name);
        is_object(mem, e->data);
        is_object(mem, e->context);
    }
    for (size_t k = 0; k < b.wrongs.n; k++) {
        const struct wrong *w = &((const struct wrong *)b.wrongs.at)[k];
        assert(w->field && w->message && utf8_valid(w->sample, strlen(w->sample)));
    }
    return 0;
}
