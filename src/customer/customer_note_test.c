/* Notes and tags: whose they are, how long they can be changed, what comes back. */
#include "test.h"

#include "customer/customer_note.h"
#include "customer/customer_own.h"

static i64 anna(struct ctx *c)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Иванова Анна",
                                                          .phone = "+79161234567",
                                                          .region_id = NONE },
                              &id));
    return id;
}

static void as(struct ctx *c, i64 account)
{
    test_as_staff(c);
    c->who.id = account;
}

static void a_note_is_changed_by_its_author_for_a_quarter_of_an_hour(struct ctx *c)
{
    struct customer_note n;
    const struct customer_about a = { anna(c), 0 };

    as(c, 7);
    EXPECT_OK(customer_note_add(c, &a, "  звонить после шести \n", &n));
    EXPECT_TEXT(n.text, "звонить после шести");
    EXPECT(n.editable && n.mine);
    c->now += NOTE_EDIT_MS - 1;
    EXPECT_OK(customer_note_put(c, &a, n.id, "звонить после семи", &n));
    c->now += 1;
    EXPECT_ERR(customer_note_put(c, &a, n.id, "не звонить", &n), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    as(c, 8);
    EXPECT_ERR(customer_note_delete(c, &a, n.id), DENIED);
}

static void a_note_taken_away_comes_back_for_a_month(struct ctx *c)
{
    struct customer_note_page p = { 0 };
    struct customer_note n;
    const struct customer_about a = { anna(c), 0 };
    const struct page ask = { NONE, NULL };

    as(c, 7);
    EXPECT_OK(customer_note_add(c, &a, "опт", &n));
    EXPECT_OK(customer_note_delete(c, &a, n.id));
    EXPECT_OK(customer_note_page(c, &a, &ask, &p));
    EXPECT_INT(p.items.n, 0);
    EXPECT_OK(customer_note_restore(c, &a, n.id, &n));
    EXPECT_OK(customer_note_page(c, &a, &ask, &p));
    EXPECT_INT(p.items.n, 1);
    EXPECT_OK(customer_note_delete(c, &a, n.id));
    c->now += NOTE_UNDO_MS + 1;
    EXPECT_ERR(customer_note_restore(c, &a, n.id, &n), GONE);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(customer_notes_tidy(c));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_note"), 0);
}

static void notes_of_an_order_stand_with_it_and_with_the_person(struct ctx *c)
{
    struct list of_order, of_person;
    struct customer_note n;
    const i64 id = anna(c);
    const struct customer_about order = { id, 4711 }, person = { id, 0 };

    as(c, 7);
    EXPECT_OK(customer_note_add(c, &order, "заберёт брат", &n));
    EXPECT_OK(customer_note_add(c, &person, "опт", &n));
    EXPECT_OK(customer_notes(c, &order, INT64_MAX, 10, &of_order));
    EXPECT_OK(customer_notes(c, &person, INT64_MAX, 10, &of_person));
    EXPECT_INT(of_order.n, 1);
    EXPECT_INT(of_person.n, 2);
    EXPECT_ERR(customer_note_add(c, &person, " \n ", &n), BAD_ARGUMENT);
}

static void tags_are_set_as_a_whole(struct ctx *c)
{
    const char *first[] = { "опт", "vip" }, *second[] = { "vip", "долг" };
    const char *bad[] = { "vip", "" };
    const struct customer_about a = { anna(c), 0 };
    struct list got;

    as(c, 7);
    EXPECT_OK(customer_tags_put(c, &a, &(struct list){ first, 2 }));
    EXPECT_OK(customer_tags_put(c, &a, &(struct list){ second, 2 }));
    EXPECT_OK(customer_tags(c, &a, &got));
    EXPECT_INT(got.n, 2);
    EXPECT_TEXT(((const char **)got.at)[0], "vip");
    EXPECT_TEXT(((const char **)got.at)[1], "долг");
    EXPECT_ERR(customer_tags_put(c, &a, &(struct list){ bad, 2 }), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "tags[1]");
}

static void notes_are_not_for_customers(struct ctx *c)
{
    const i64 id = anna(c);

    c->who = (struct who){ .kind = WHO_CUSTOMER, .id = id };
    const char *path = arena_printf(c->mem, "/v1/customer/%lld/note", id);
    EXPECT_INT(test_call(c, "GET", path, NULL).status, 403);
    EXPECT_INT(test_call(c, "POST", path, "{\"text\":\"я\"}").status, 403);
    as(c, 7);
    EXPECT_INT(test_call(c, "POST", path, "{\"text\":\"она\"}").status, 201);
    EXPECT(strstr(test_call(c, "GET", path, NULL).text, "она"));
}

int main(void)
{
    static const struct test tests[] = {
        { "a note is changed by its author, for a quarter of an hour",
          a_note_is_changed_by_its_author_for_a_quarter_of_an_hour },
        { "a note that was taken away comes back, for a month",
          a_note_taken_away_comes_back_for_a_month },
        { "notes of an order stand with the order and with the person",
          notes_of_an_order_stand_with_it_and_with_the_person },
        { "tags are set as a whole", tags_are_set_as_a_whole },
        { "notes are not for customers", notes_are_not_for_customers },
    };

    return test_main("customer notes", tests, COUNT(tests));
}
