/* Periods over HTTP: what is kept how long, what another period would cost. */
#include "privacy/privacy_term.h"
#include "staff/staff.h"

struct term_list {
    struct list items;
};

const char *const privacy_end_words[] = { "aged",   "by_room",  "unneeded",
                                          "person", "nameless", NULL };

/* clang-format off */
static const struct field kept_fields[] = {
    F_TEXT(privacy_kept, what,       MUST, 64, "Its name: message.texts."),
    F_TEXT(privacy_kept, title,      MUST, 200, "What it is, in the caller's language, as the next two."),
    F_TEXT(privacy_kept, why,        MUST, 400, "What it is kept for."),
    F_TEXT(privacy_kept, law,        MUST, 400, "Which law says how long."),
    F_ENUM(privacy_kept, end,        MUST, privacy_end_words, "aged: what is older goes every day; by_room: the same by a job of its room; unneeded: people, when nothing needs them so long; person: goes with the person; nameless: stays by law and names nobody once the person is forgotten."),
    F_INT(privacy_kept,  days,       OPT, 0, 0, "The period; absent: it has none of its own."),
    F_INT(privacy_kept,  least,      OPT, 0, 0, "The shortest that may be."),
    F_INT(privacy_kept,  most,       OPT, 0, 0, "The longest that may be."),
    F_TEXT(privacy_kept, setting,    OPT, 64, "The setting that says it."),
    F_TEXT(privacy_kept, job,        OPT, 64, "Of by_room: the job."),
    F_INT(privacy_kept,  stand,      OPT, 0, 0, "Rows there are; 100000: and more."),
    F_INT(privacy_kept,  past,       OPT, 0, 0, "Of them past their time."),
    F_INT(privacy_kept,  soon,       OPT, 0, 0, "Of them past it in the next 30 days."),
    F_TIME(privacy_kept, counted_at, OPT, "When they were counted."),
    F_INT(privacy_kept,  gone,       OPT, 0, 0, "Rows that went so far."),
    F_INT(privacy_kept,  last_gone,  OPT, 0, 0, "Of them in the last run."),
    F_TIME(privacy_kept, ran_at,     OPT, "When that was."),
    FIELD_END
};
static const struct shape kept_shape = SHAPE("PrivacyTerm", privacy_kept, kept_fields);

static const struct field list_fields[] = {
    F_LIST(term_list, items, MUST, &kept_shape, 0, "Room by room."),
    FIELD_END
};
static const struct shape list_shape = SHAPE("PrivacyTermList", term_list, list_fields);

static const struct field try_fields[] = {
    F_INT(privacy_term_trial, days, MUST, 1, 36500, "Kept so many days."),
    FIELD_END
};
static const struct shape try_shape = SHAPE("PrivacyTermAsk", privacy_term_trial, try_fields);

static const struct field trial_fields[] = {
    F_INT(privacy_term_trial,  days,  MUST, 0, 0, "The period asked about."),
    F_INT(privacy_term_trial,  n,     MUST, 0, 0, "Rows (of customer.people: customers) that would go."),
    F_BOOL(privacy_term_trial, about, MUST, "There are too many to count: so many at least; of customers: so many of the first 100000."),
    FIELD_END
};
static const struct shape trial_shape = SHAPE("PrivacyTermTrial", privacy_term_trial, trial_fields);

static const struct field change_fields[] = {
    F_INT(privacy_term_change, days,    MUST, 1, 36500, "The new period."),
    F_INT(privacy_term_change, counted, OPT, 0, 0, "To make it shorter: how many rows would go, as …/trial said."),
    FIELD_END
};
static const struct shape change_shape = SHAPE("PrivacyTermChange", privacy_term_change, change_fields);
/* clang-format on */

static enum err terms_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct term_list *all = NEW(c->mem, struct term_list);

    (void)q;
    TRY(privacy_terms(c, &all->items));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err trial_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct privacy_term_trial *t = NEW(c->mem, struct privacy_term_trial);

    t->days = ((const struct privacy_term_trial *)q->query)->days;
    TRY(privacy_term_try(c, q->args[0], t));
    r->private_ = true;
    return reply_with(r, 200, t);
}

static enum err term_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct privacy_kept *k = NEW(c->mem, struct privacy_kept);

    TRY(privacy_term_change(c, q->args[0], q->body, k));
    r->private_ = true;
    return reply_with(r, 200, k);
}

/* clang-format off */
const struct route privacy_term_routes[] = {
    { "GET", "/v1/privacy/term", terms_get, RIGHT_PRIVACY, READS,
      .out = &list_shape,
      .doc = "Every kind of data about people: what for, by which law and how long it is kept, how much there is." },
    { "GET", "/v1/privacy/term/{what}/trial", trial_get, RIGHT_PRIVACY, ALONE,
      .query = &try_shape, .out = &trial_shape,
      .doc = "What would go if it were kept so many days; nothing changes." },
    { "PUT", "/v1/privacy/term/{what}", term_put, RIGHT_SETTINGS, WRITES,
      .in = &change_shape, .out = &kept_shape,
      .doc = "Keep it so many days from now on. What is older goes in the next daily run. Audited.",
      .example = "{\"days\":1095,\"counted\":0}" },
    ROUTE_END
};
/* clang-format on */
