#include "event/event.h"

#include "event/event_own.h"
#include "test.h"

static void members(struct ctx *c)
{
    const struct event e = {
        .data = "{\"order_id\":\"7\",\"qty\":3,\"deep\":{\"qty\":9,\"x\":[\"}\"]},"
                "\"name\":\"a\\\"b \\u0451\",\"none\":null,\"big\":9223372036854775807}"
    };
    i64 v = 0;

    EXPECT(event_id(&e, "order_id", &v) && v == 7);
    EXPECT(event_int(&e, "qty", &v) && v == 3);
    EXPECT(event_int(&e, "big", &v) && v == INT64_MAX);
    EXPECT(!event_int(&e, "order_id", &v));
    EXPECT(!event_int(&e, "x", &v));
    EXPECT(!event_id(&e, "name", &v));
    EXPECT(!event_id(&e, "none", &v));
    EXPECT_TEXT(event_text(c, &e, "name"), "a\"b \xD1\x91");
    EXPECT(event_text(c, &e, "qty") == NULL);
}

static const struct test tests[] = {
    { "a subscriber reads what it needs of a fact, and only from its top", members },
};

int main(void)
{
    return test_main("event", tests, COUNT(tests));
}
