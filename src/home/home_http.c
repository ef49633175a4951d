/* Homes over HTTP: of whoever asks, and hints for the office. */
#include "home/home_own.h"
#include "owner/owner.h"
#include "staff/staff.h"

struct hints_ask {
    i64 limit;
};
struct hints {
    struct list items;
};
struct verdict {
    int verdict;
};
struct user_said {
    i64 customer_id;
};

/* clang-format off */
static const struct field member_fields[] = {
    F_ID(home_member,   customer_id, MUST, "Who."),
    F_TEXT(home_member, name,        MUST, 0, "First name."),
    F_BOOL(home_member, me,          MUST, "Whoever asks."),
    F_BOOL(home_member, devices,     MUST, "Shows his devices to the others."),
    F_BOOL(home_member, purchases,   MUST, "Shows what he bought, without prices."),
    F_TIME(home_member, joined_at,   MUST, "Since when."),
    FIELD_END
};
static const struct shape member_shape = SHAPE("HomeMember", home_member, member_fields);

static const struct field thing_fields[] = {
    F_ID(home_thing,   customer_id, MUST, "Whose."),
    F_ID(home_thing,   product_id,  MUST, "Its product."),
    F_ID(home_thing,   variant_id,  MUST, "What it is."),
    F_TEXT(home_thing, name,        MUST, 0, "Name."),
    F_TEXT(home_thing, slug,        MUST, 0, "Of its page."),
    F_TEXT(home_thing, serial,      OPT,  0, "Of one's own devices."),
    F_TIME(home_thing, bought_at,   OPT,  "When it was bought."),
    F_ID(home_thing,   user_id,     OPT,  "Which member uses it."),
    F_TEXT(home_thing, user,        OPT,  0, "His name."),
    FIELD_END
};
static const struct shape thing_shape = SHAPE("HomeThing", home_thing, thing_fields);

static const struct field bought_fields[] = {
    F_ID(home_bought,   customer_id, MUST, "Whose purchase."),
    F_ID(home_bought,   product_id,  MUST, "Its product."),
    F_ID(home_bought,   variant_id,  MUST, "What."),
    F_TEXT(home_bought, name,        MUST, 0, "Name."),
    F_INT(home_bought,  qty,         MUST, 0, 0, "Pieces."),
    F_TIME(home_bought, sold_at,     MUST, "When."),
    FIELD_END
};
static const struct shape bought_shape = SHAPE("HomeBought", home_bought, bought_fields);

static const struct field home_fields[] = {
    F_ID(home,   id,            OPT,  "The home; absent: lives with nobody yet."),
    F_LIST(home, members,       MUST, &member_shape, 0, "Who lives there, all alike."),
    F_TEXT(home, code,          OPT,  0, "An invitation that waits."),
    F_TIME(home, code_until_at, OPT,  "Good until."),
    F_LIST(home, things,        MUST, &thing_shape, 0, "One's own devices, and those of members who show them."),
    F_LIST(home, bought,        MUST, &bought_shape, 0, "What members bought who show it; never a price."),
    FIELD_END
};
static const struct shape home_shape = SHAPE("Home", home, home_fields);

static const struct field invite_fields[] = {
    F_TEXT(home_invite, code,     OPT,  0, "To be told or typed."),
    F_TIME(home_invite, until_at, OPT,  "Good until."),
    F_INT(home_invite,  members,  MUST, 0, 0, "How many live there."),
    FIELD_END
};
static const struct shape invite_shape = SHAPE("HomeInvite", home_invite, invite_fields);

static const struct field shown_fields[] = {
    F_BOOL(home_shown, devices,   MUST, "The others may see my devices."),
    F_BOOL(home_shown, purchases, MUST, "The others may see what I bought, without prices."),
    FIELD_END
};
static const struct shape shown_shape = SHAPE("HomeShown", home_shown, shown_fields);

static const struct field user_fields[] = {
    F_ID(user_said, customer_id, OPT, "A member of my home; absent: nobody in particular."),
    FIELD_END
};
static const struct shape user_shape = SHAPE("HomeUser", user_said, user_fields);

static const struct field side_fields[] = {
    F_ID(home_side,   customer_id, MUST, "Who."),
    F_TEXT(home_side, name,        OPT,  0, "Name."),
    F_TEXT(home_side, phone,       OPT,  0, "First telephone."),
    F_ID(home_side,   home_id,     OPT,  "Has a home already."),
    FIELD_END
};
static const struct shape side_shape = SHAPE("HomeSide", home_side, side_fields);

static const struct field hint_fields[] = {
    F_OBJECT(home_hint, a, MUST, &side_shape, "One."),
    F_OBJECT(home_hint, b, MUST, &side_shape, "The other."),
    F_BOOL(home_hint, phone,    MUST, "They use one telephone."),
    F_BOOL(home_hint, address,  MUST, "Goods were sent to one address."),
    F_TIME(home_hint, found_at, MUST, "Since when we know."),
    FIELD_END
};
static const struct shape hint_shape = SHAPE("HomeHint", home_hint, hint_fields);

static const struct field hints_fields[] = {
    F_LIST(hints, items, MUST, &hint_shape, 0, "Oldest first."),
    FIELD_END
};
static const struct shape hints_shape = SHAPE("HomeHints", hints, hints_fields);

static const struct field hints_ask_fields[] = {
    F_INT(hints_ask, limit, OPT, 1, LIMIT_PAGE, "So many; 50 when absent."),
    FIELD_END
};
static const struct shape hints_ask_shape = SHAPE("HomeHintsAsk", hints_ask, hints_ask_fields);

static const struct field verdict_fields[] = {
    F_ENUM(verdict, verdict, MUST, home_verdict_words, "invite: a code for them; no: not asked again."),
    FIELD_END
};
static const struct shape verdict_shape = SHAPE("HomeVerdict", verdict, verdict_fields);
/* clang-format on */

static enum err show(struct ctx *c, struct reply *r)
{
    struct home *h = NEW(c->mem, struct home);

    TRY(home_of(c, c->who.id, h));
    r->private_ = true;
    return reply_with(r, 200, h);
}

static enum err home_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    return show(c, r);
}

static enum err invite_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct home_invite *i = NEW(c->mem, struct home_invite);

    (void)q;
    TRY(home_invite(c, c->who.id, i));
    return reply_with(r, 200, i);
}

static enum err invite_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct home_invite *i = NEW(c->mem, struct home_invite);

    TRY(home_look(c, q->args[0], i));
    r->private_ = true;
    return reply_with(r, 200, i);
}

static enum err accept_post(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(home_accept(c, c->who.id, q->args[0]));
    return show(c, r);
}

static enum err shown_put(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(home_show(c, c->who.id, q->body));
    return show(c, r);
}

static enum err leave_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    TRY(home_leave(c, c->who.id));
    return reply_empty(r);
}

static enum err user_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct user_said *u = q->body;
    const i64 user = u->customer_id == NONE ? 0 : u->customer_id;
    bool together = true;

    if (user) TRY(home_together(c, c->who.id, user, &together));
    if (!together)
        return FAIL_FIELD(c, NO_SUCH, "customer_id", "%lld does not live with you",
                          user);
    TRY(owner_use(c, c->who.id, q->args[0], user == c->who.id ? 0 : user));
    return show(c, r);
}

static enum err hints_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct hints_ask *ask = q->query;
    struct hints *h = NEW(c->mem, struct hints);

    TRY(home_hints(c, ask->limit == NONE ? 50 : ask->limit, &h->items));
    const struct home_hint *all = h->items.at;
    for (size_t k = 0; k < h->items.n; k++) {
        TRY(staff_audit_read(c, "customer.home_hint", all[k].a->customer_id));
        TRY(staff_audit_read(c, "customer.home_hint", all[k].b->customer_id));
    }
    r->private_ = true;
    return reply_with(r, 200, h);
}

static enum err hint_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct verdict *v = q->body;
    struct home_invite *i = NEW(c->mem, struct home_invite);
    i64 a = 0, b = 0;

    TRY(request_id_arg(c, q, 0, &a));
    TRY(request_id_arg(c, q, 1, &b));
    if (v->verdict == HINT_OPEN)
        return FAIL_FIELD(c, BAD_ARGUMENT, "verdict", "say invite or no");
    TRY(home_hint_decide(c, a, b, v->verdict, i));
    return reply_with(r, 200, i);
}

/* clang-format off */
extern const struct route home_routes[];
const struct route home_routes[] = {
    { "GET", "/v1/home", home_get, RIGHT_CUSTOMER, READS, .out = &home_shape,
      .doc = "With whom I live, and what we show each other." },
    { "POST", "/v1/home/invite", invite_post, RIGHT_CUSTOMER, WRITES, .out = &invite_shape,
      .doc = "A code by which one more may come; the home is made when I have none.  One code waits at a time." },
    { "GET", "/v1/home/invite/{code}", invite_get, RIGHT_CUSTOMER, READS, .out = &invite_shape,
      .doc = "What a code leads to.  410 when it is used or too old." },
    { "POST", "/v1/home/invite/{code}/accept", accept_post, RIGHT_CUSTOMER, WRITES, .out = &home_shape,
      .doc = "I live there from now on.  The others see nothing of mine until I switch it on." },
    { "PUT", "/v1/home/shown", shown_put, RIGHT_CUSTOMER, WRITES, .in = &shown_shape, .out = &home_shape,
      .doc = "What the others may see of me." },
    { "DELETE", "/v1/home/me", leave_delete, RIGHT_CUSTOMER, WRITES,
      .doc = "I live there no more." },
    { "PUT", "/v1/home/device/{serial}/user", user_put, RIGHT_CUSTOMER, WRITES, .in = &user_shape, .out = &home_shape,
      .doc = "Which member uses a device of mine." },
    { "GET", "/v1/home/hint", hints_get, RIGHT_CUSTOMER_WRITE, READS, .query = &hints_ask_shape, .out = &hints_shape,
      .doc = "People with one telephone or address who may live together: nothing follows by itself.  Audited." },
    { "POST", "/v1/home/hint/{a}/{b}", hint_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &verdict_shape, .out = &invite_shape,
      .doc = "Offer them a home (a code to be told to both, they accept themselves), or say no." },
    ROUTE_END
};
/* clang-format on */
