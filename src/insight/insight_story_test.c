/* One person's story over all channels. */
#include "customer/customer.h"
#include "customer/customer_note.h"
#include "insight/insight_own.h"
#include "message/message.h"

#include "test.h"

enum { NOTES = 150, PAGE = 7 };

static i64 anna(struct ctx *c)
{
    const struct customer_contact k = { .name = "Иванова Анна",
                                        .phone = "+79161000001",
                                        .region_id = NONE };
    i64 id;

    EXPECT_OK(customer_ensure(c, &k, &id));
    return id;
}

static void notes_of(struct ctx *c, i64 id, int n)
{
    const struct customer_about about = { .customer_id = id };
    struct customer_note note;

    for (int k = 0; k < n; k++, c->now += MINUTE_MS)
        EXPECT_OK(customer_note_add(c, &about, "звонила", &note));
}

/* Every page of one kind; each item is older than the one before it. */
static int told(struct ctx *c, i64 id, const char *kind)
{
    struct story_ask ask = { .limit = PAGE };
    i64 at = INT64_MAX, last = INT64_MAX;
    int n = 0;

    *(const char **)list_add(c->mem, &ask.kind, sizeof(kind)) = kind;
    do {
        struct story s;

        EXPECT_OK(insight_story(c, id, &ask, &s));
        const struct story_item *i = s.items.at;
        EXPECT(s.items.n <= PAGE);
        for (size_t k = 0; k < s.items.n; k++, n++) {
            EXPECT(i[k].at < at || (i[k].at == at && i[k].id < last));
            at = i[k].at;
            last = i[k].id;
        }
        ask.after = s.next;
    } while (ask.after);
    return n;
}

static void much(struct ctx *c)
{
    const i64 id = anna(c);

    test_as_staff(c);
    notes_of(c, id, NOTES);
    SQL("UPDATE customer_note SET at = at - (id % 97) * 180000");
    EXPECT_INT(told(c, id, "note"), NOTES);
}

static void little(struct ctx *c)
{
    const i64 id = anna(c);

    test_as_staff(c);
    notes_of(c, id, 3 * PAGE);
    SQL("UPDATE customer_note SET at = 1700000000000 + (id % 5)");
    EXPECT_INT(told(c, id, "note"), 3 * PAGE);
}

static void not_wanted(struct ctx *c)
{
    const struct message_new m = { .customer_id = anna(c),
                                   .channel = MESSAGE_SMS,
                                   .to = "+79161000001",
                                   .template_name = "order_ready",
                                   .args = "{\"number\":\"7K2\",\"place\":\"Арбат\","
                                           "\"code\":\"1\",\"deadline\":\"завтра\"}" };
    struct story_ask ask = { .limit = PAGE };
    struct story s;

    EXPECT_OK(message_send(c, &m));
    SQL("UPDATE message_outbox SET state = 3");
    *(const char **)list_add(c->mem, &ask.kind, sizeof(char *)) = "message";
    EXPECT_OK(insight_story(c, m.customer_id, &ask, &s));
    EXPECT_INT(s.items.n, 1);
    EXPECT_TEXT(((struct story_item *)s.items.at)->state, "dropped");
    EXPECT_TEXT(((struct story_item *)s.items.at)->text, "+79161000001");
}

static const struct test tests[] = {
    { "a hundred and fifty notes, written down late, are told newest first, each once",
      much },
    { "a few notes of one moment are told once over their pages", little },
    { "an advertisement that was not wanted any more is told as not sent", not_wanted },
};

int main(void)
{
    return test_main("insight story", tests, COUNT(tests));
}
