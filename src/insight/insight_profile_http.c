/* One person whole, over HTTP. */
#include "insight/insight_profile.h"
#include "insight/insight_segment.h"
#include "staff/staff.h"
#include "task/task.h"
#include "track/track.h"

/* clang-format off */
static const struct field trait_fields[] = {
    F_TEXT(trait_view, name, 0, 0, "Which; see /v1/insight/trait."),
    F_ENUM(trait_view, kind, 0, trait_kind_words, "Its kind."),
    F_INT(trait_view, number, OPT, 0, 0, "Of a count, money (kopecks), percent, flag (0 no, 1 yes)."),
    F_TIME(trait_view, at, OPT, "Of a date."),
    F_LIST_OF(trait_view, ids, OPT, FIELD_ID, 0, "Of a region, place, category, product."),
    F_LIST_OF(trait_view, titles, OPT, FIELD_TEXT, 0, "Their names."),
    F_TEXT(trait_view, word, OPT, 0, "Of a word."),
    FIELD_END
};
static const struct shape trait_shape = SHAPE("Trait", trait_view, trait_fields);
static const struct field segment_fields[] = {
    F_ID(segment_view, id, 0, "The segment."),
    F_TEXT(segment_view, name, 0, 0, "Its name."),
    F_TIME(segment_view, since_at, 0, "Member since."),
    FIELD_END
};
static const struct shape segment_shape = SHAPE("SegmentOf", segment_view, segment_fields);

static const struct field fields[] = {
    F_OBJECT(profile, customer, MUST, &customer_shape, "Who, with all keys."),
    F_LIST(profile, orders,     MUST, &order_row_shape, 20, "The last 20 of all channels."),
    F_LIST(profile, holds,      MUST, &order_hold_shape, 0, "What is kept for him now."),
    F_LIST(profile, events,     MUST, &order_step_shape, 0, "What happened to his orders last."),
    F_INT(profile, orders_all,  MUST, 0, 0, "Orders ever."),
    F_INT(profile, orders_open, MUST, 0, 0, "Open now."),
    F_INT(profile, orders_done, MUST, 0, 0, "Bought."),
    F_INT(profile, spent_minor, MUST, 0, 0, "Kopecks for those."),
    F_TIME(profile, first_at,   OPT, "First order."),
    F_TIME(profile, last_at,    OPT, "Last order."),
    F_LIST(profile, traits,     MUST, &trait_shape, 0, "What is computed of him, as far as it is known."),
    F_LIST(profile, segments,   MUST, &segment_shape, 0, "In which segments he is, by name."),
    F_LIST(profile, tasks,      MUST, &task_shape, 0, "About him, not ended yet."),
    F_LIST(profile, notes,      MUST, &customer_note_shape, 0, "The newest notes about him and his orders."),
    F_LIST_OF(profile, tags,    MUST, FIELD_TEXT, 0, "His tags."),
    F_LIST(profile, devices,    MUST, &owner_device_shape, 0, "Numbered pieces he owns, uses, or bought for others."),
    F_LIST(profile, sessions,   MUST, &track_session_shape, 5, "His last visits to screens and channels, newest first."),
    F_ID(profile, keeper_id,    OPT,  "Who of the staff keeps him; absent: nobody."),
    F_TEXT(profile, keeper,     OPT,  0, "His name."),
    F_LIST(profile, story,      MUST, &story_item_shape, 0, "What happened over all channels, newest first."),
    F_TEXT(profile, story_next, OPT, 0, "For `after` of /v1/customer/{id}/story; absent: that was all."),
    FIELD_END
};
static const struct shape profile_shape = SHAPE("CustomerProfile", profile, fields);
/* clang-format on */

static enum err profile_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct profile *p = NEW(c->mem, struct profile);
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(insight_profile(c, id, p));
    TRY(staff_audit_read(c, "customer.profile", id));
    r->private_ = true;
    return reply_with(r, 200, p);
}

/* clang-format off */
extern const struct route insight_profile_routes[];
const struct route insight_profile_routes[] = {
    { "GET", "/v1/customer/{customer}/profile", profile_get, RIGHT_CUSTOMER_READ, READS,
      .out = &profile_shape,
      .doc = "One person on one page: keys, orders, goods kept, story, visits, traits, segments, tasks, notes, tags (audited)." },
    ROUTE_END
};
/* clang-format on */
