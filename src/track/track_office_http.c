/* The office's side: sources and their keys, the plan, what waits and what was refused.
 */
#include "staff/staff.h"
#include "track/track_follow.h"

struct sources {
    struct list items;
};
struct plans {
    struct list items;
};
struct unknowns {
    struct list items;
    const char *next;
};
struct followers {
    struct list items;
    i64 end;
};
struct replay {
    i64 after;
};
struct accepted {
    i64 job_id;
};

/* clang-format off */
static const struct field source_fields[] = {
    F_ID(source, id, 0, "The source."),
    F_TEXT(source, name, 0, 0, "What it is."),
    F_ENUM(source, channel, 0, track_channel_words, "The channel its events are of."),
    F_TEXT(source, prefix, 0, 0, "How its write key begins."),
    F_TEXT(source, key, OPT | SECRET, 0, "The write key: only in the answer that makes it."),
    F_INT(source, per_second, 0, 0, 0, "Events a second it may send; 0: any number."),
    F_BOOL(source, active, 0, "Its key is taken."),
    F_TIME(source, created_at, 0, "When it was made."),
    F_ID(source, created_by, 0, "By whom; see /v1/staff/name."),
    FIELD_END
};
static const struct shape source_shape = SHAPE("TrackSource", source, source_fields);
static const struct field sources_fields[] = { F_LIST(sources, items, 0, &source_shape, 0, "All there are."), FIELD_END };
static const struct shape sources_shape = SHAPE("TrackSources", sources, sources_fields);
static const struct field source_new_fields[] = {
    F_TEXT(source, name, MUST, 100, "What it is: site, iOS app, loyalty till."),
    F_ENUM(source, channel, MUST, track_channel_words, "The channel its events are of."),
    F_INT(source, per_second, OPT, 0, 1000000, "Events a second it may send; 0 or absent: any number."),
    FIELD_END
};
static const struct shape source_new_shape = SHAPE("TrackSourceNew", source, source_new_fields);
static const struct field source_edit_fields[] = {
    F_TEXT(source, name, MUST, 100, "What it is."),
    F_ENUM(source, channel, MUST, track_channel_words, "The channel its events are of."),
    F_INT(source, per_second, OPT, 0, 1000000, "Events a second it may send; 0 or absent: any number."),
    F_BOOL(source, active, OPT, "Its key is taken; absent: it is not."),
    FIELD_END
};
static const struct shape source_edit_shape = SHAPE("TrackSourceEdit", source, source_edit_fields);

static const struct field member_fields[] = {
    F_TEXT(member, name, MUST, 200, "The member's name."),
    F_ENUM(member, type, OPT, track_type_words, "What it holds; any when absent."),
    F_BOOL(member, must, OPT, "An event without it waits."),
    F_TEXT(member, doc, OPT, 500, "What it means."),
    F_BOOL(member, old, OPT, "Still taken, but nobody should tell it any more."),
    FIELD_END
};
static const struct shape member_shape = SHAPE("TrackMember", member, member_fields);
static const struct field plan_fields[] = {
    F_ID(plan, id, 0, "The declaration."),
    F_ENUM(plan, kind, 0, track_kind_words, "Of a track the name is declared, of the others the kind."),
    F_TEXT(plan, name, 0, 0, "The event's name; empty but for a track."),
    F_TEXT(plan, doc, 0, 0, "When it is told."),
    F_BOOL(plan, open, 0, "It may bring members that nobody declared."),
    F_BOOL(plan, old, 0, "Still taken, but nobody should tell it any more."),
    F_LIST(plan, members, 0, &member_shape, 0, "Its properties or traits."),
    F_INT(plan, version, 0, 0, 0, "The ETag."),
    F_TIME(plan, changed_at, 0, "When it was declared."),
    FIELD_END
};
static const struct shape plan_shape = SHAPE("TrackPlan", plan, plan_fields);
static const struct field plan_edit_fields[] = {
    F_ID(plan, id, OPT, "Not looked at: so that what was exported can be imported."),
    F_ENUM(plan, kind, MUST, track_kind_words, "Of a track the name is declared, of the others the kind."),
    F_TEXT(plan, name, OPT, TRACK_NAME_BYTES, "The event's name; absent but for a track."),
    F_TEXT(plan, doc, OPT, 500, "When it is told."),
    F_BOOL(plan, open, OPT, "It may bring members that nobody declared."),
    F_BOOL(plan, old, OPT, "Still taken, but nobody should tell it any more."),
    F_LIST(plan, members, OPT, &member_shape, 300, "Its properties or traits."),
    F_INT(plan, version, OPT, 0, 0, "Not looked at."),
    F_TIME(plan, changed_at, OPT, "Not looked at."),
    FIELD_END
};
static const struct shape plan_edit_shape = SHAPE("TrackPlanEdit", plan, plan_edit_fields);
static const struct field plans_fields[] = { F_LIST(plans, items, 0, &plan_shape, 0, "All that is declared."), FIELD_END };
static const struct shape plans_shape = SHAPE("TrackPlans", plans, plans_fields);
static const struct field import_fields[] = { F_LIST(plans, items, MUST, &plan_edit_shape, 1000, "As GET /v1/track/plan gives it."), FIELD_END };
static const struct shape import_shape = SHAPE("TrackPlanImport", plans, import_fields);

static const struct field unknown_fields[] = {
    F_ID(unknown, id, 0, "What is unknown."),
    F_ENUM(unknown, kind, 0, track_kind_words, "Of which call."),
    F_TEXT(unknown, name, 0, 0, "The event's name."),
    F_TEXT(unknown, member, 0, 0, "The member; empty when the event itself is unknown."),
    F_ENUM(unknown, why, 0, track_why_words, "Nobody declared the event, the member, this type of it; or a member is missing."),
    F_ENUM(unknown, type, 0, track_type_words, "What came."),
    F_INT(unknown, n, 0, 0, 0, "Times it came."),
    F_INT(unknown, waiting, 0, 0, 0, "Events that wait for it."),
    F_TIME(unknown, first_at, 0, "First seen."),
    F_TIME(unknown, last_at, 0, "Last seen."),
    F_ID(unknown, source_id, 0, "The last source; 0 the server itself."),
    F_TEXT(unknown, sample, 0, 0, "Properties of the last, cut at 2,000 bytes."),
    FIELD_END
};
static const struct shape unknown_shape = SHAPE("TrackUnknown", unknown, unknown_fields);
static const struct field unknowns_fields[] = {
    F_LIST(unknowns, items, 0, &unknown_shape, 0, "Newest first."),
    F_TEXT(unknowns, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape unknowns_shape = SHAPE("TrackUnknowns", unknowns, unknowns_fields);
static const struct field refused_fields[] = {
    F_ID(refused, id, 0, "The refusal."),
    F_TIME(refused, at, 0, "When it came."),
    F_ID(refused, source_id, 0, "Who sent it."),
    F_TEXT(refused, field, 0, 0, "The member at fault."),
    F_TEXT(refused, why, 0, 0, "What is wrong with it."),
    F_TEXT(refused, sample, 0, 0, "What came, cut at 2,000 bytes."),
    FIELD_END
};
static const struct shape refused_shape = SHAPE("TrackRefused", refused, refused_fields);
static const struct field refuseds_fields[] = {
    F_LIST(unknowns, items, 0, &refused_shape, 0, "Newest first."),
    F_TEXT(unknowns, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape refuseds_shape = SHAPE("TrackRefusals", unknowns, refuseds_fields);
static const struct field did_fields[] = {
    F_ID(track_event, id, 0, "Its place in the log."),
    F_TIME(track_event, at, 0, "When it happened, put right for the sender's clock."),
    F_TIME(track_event, received_at, 0, "When it arrived."),
    F_ENUM(track_event, kind, 0, track_kind_words, "Which call."),
    F_ENUM(track_event, channel, 0, track_channel_words, "In which channel."),
    F_ID(track_event, source_id, 0, "Who told; 0 the server itself."),
    F_TEXT(track_event, name, 0, 0, "The event, page or screen."),
    F_JSON(track_event, data, 0, 0, "Properties or traits."),
    FIELD_END
};
static const struct shape did_shape = SHAPE("TrackEvent", track_event, did_fields);
static const struct field dids_fields[] = {
    F_LIST(unknowns, items, 0, &did_shape, 0, "Newest first."),
    F_TEXT(unknowns, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape dids_shape = SHAPE("TrackEvents", unknowns, dids_fields);
static const struct field visit_fields[] = {
    F_TIME(track_session, from_at, 0, "Its first event."),
    F_TIME(track_session, to_at, 0, "Its last."),
    F_INT(track_session, events, 0, 0, 0, "Events."),
    F_INT(track_session, pages, 0, 0, 0, "Pages and screens among them."),
    F_ENUM(track_session, channel, 0, track_channel_words, "In which channel."),
    F_TEXT(track_session, source, 0, 0, "The campaign's source, the referrer's host, or direct."),
    F_TEXT(track_session, medium, 0, 0, "The campaign's medium, organic, referral or none."),
    F_TEXT(track_session, campaign, 0, 0, "source/medium/name; empty without one."),
    F_TEXT(track_session, landing, 0, 0, "The first page."),
    FIELD_END
};
const struct shape track_session_shape = SHAPE("TrackSession", track_session, visit_fields);
static const struct field visits_fields[] = { F_LIST(unknowns, items, 0, &track_session_shape, 0, "Newest first."), FIELD_END };
static const struct shape visits_shape = SHAPE("TrackSessions", unknowns, visits_fields);
static const struct field follower_fields[] = {
    F_TEXT(follower_at, name, 0, 0, "Who follows."),
    F_INT(follower_at, pos, 0, 0, 0, "It has heard everything up to this place."),
    F_INT(follower_at, behind, 0, 0, 0, "Places it has not heard yet."),
    F_INT(follower_at, tries, 0, 0, 0, "Failures in a row."),
    F_TIME(follower_at, retry_at, OPT, "It is tried again then."),
    F_TEXT(follower_at, error, OPT, 0, "What the last failure said."),
    F_TIME(follower_at, heard_at, 0, "When it last heard something."),
    FIELD_END
};
static const struct shape follower_shape = SHAPE("TrackFollower", follower_at, follower_fields);
static const struct field followers_fields[] = {
    F_LIST(followers, items, 0, &follower_shape, 0, "All who follow."),
    F_INT(followers, end, 0, 0, 0, "The last place of the log."),
    FIELD_END
};
static const struct shape followers_shape = SHAPE("TrackFollowers", followers, followers_fields);
static const struct field replay_fields[] = { F_INT(replay, after, MUST, 0, INT64_MAX, "It hears again everything after this place; 0 all that is kept."), FIELD_END };
static const struct shape replay_shape = SHAPE("TrackReplay", replay, replay_fields);
static const struct field ask_fields[] = { PAGE_FIELDS(unknown_ask), FIELD_END };
static const struct shape ask_shape = SHAPE("TrackPage", unknown_ask, ask_fields);
static const struct field accepted_fields[] = { F_ID(accepted, job_id, 0, "The job that lets in what waits."), FIELD_END };
static const struct shape accepted_shape = SHAPE("TrackAccepted", accepted, accepted_fields);
/* clang-format on */

static enum err sources_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct sources *l = NEW(c->mem, struct sources);

    (void)q;
    TRY(source_list(c, &l->items));
    return reply_with(r, 200, l);
}

static enum err source_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct source *s = NEW(c->mem, struct source);

    TRY(source_add(c, q->body, s));
    r->private_ = true;
    return reply_with(r, 201, s);
}

static enum err source_one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct source *s = NEW(c->mem, struct source);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(source_put(c, id, q->body, s));
    return reply_with(r, 200, s);
}

static enum err source_key_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct source *s = NEW(c->mem, struct source);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(source_key_new(c, id, s));
    r->private_ = true;
    return reply_with(r, 200, s);
}

static enum err plans_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct plans *l = NEW(c->mem, struct plans);

    (void)q;
    TRY(plan_list(c, &l->items));
    return reply_with(r, 200, l);
}

static enum err plan_one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct plan *p = NEW(c->mem, struct plan);

    TRY(plan_put(c, q->body, q->if_match, p));
    r->etag = arena_printf(c->mem, "%lld", p->version);
    return reply_with(r, 200, p);
}

static enum err plan_import(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct plans *in = q->body;
    struct plan p;

    for (size_t k = 0; k < in->items.n; k++)
        TRY(plan_put(c, &((const struct plan *)in->items.at)[k], NULL, &p));
    return plans_get(c, q, r);
}

static enum err plan_one_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(plan_delete(c, id));
    return reply_empty(r);
}

static enum err unknowns_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct unknowns *l = NEW(c->mem, struct unknowns);

    TRY(unknown_list(c, q->query, &l->items, &l->next));
    return reply_with(r, 200, l);
}

static enum err refuseds_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct unknowns *l = NEW(c->mem, struct unknowns);

    TRY(refused_list(c, q->query, &l->items, &l->next));
    return reply_with(r, 200, l);
}

static enum err accept_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct accepted *a = NEW(c->mem, struct accepted);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(unknown_accept(c, id, &a->job_id));
    return reply_with(r, 202, a);
}

static enum err unknown_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(unknown_forget(c, id));
    return reply_empty(r);
}

static enum err followers_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct followers *l = NEW(c->mem, struct followers);

    (void)q;
    TRY(db_snapshot(c, cursors_read, &l->items));
    TRY(db_snapshot_beside(c, log_end_read, &l->end));
    struct follower_at *k = l->items.at;
    for (size_t i = 0; i < l->items.n; i++) {
        k[i].behind = l->end > k[i].pos ? l->end - k[i].pos : 0;
        if (!k[i].retry_at) k[i].retry_at = NONE;
    }
    return reply_with(r, 200, l);
}

static enum err replay_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct replay *in = q->body;

    TRY(track_replay(c, q->args[0], in->after));
    TRY(staff_audit(c, "track.replay", 0, NULL));
    return reply_empty(r);
}

/* On a page the time of the last is where the next begins. */
static enum err did_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct unknown_ask *a = q->query;
    struct unknowns *l = NEW(c->mem, struct unknowns);
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 id, before = INT64_MAX;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(page_after(c, a->after, &before, 1));
    TRY(staff_audit_read(c, "customer.read", id));
    TRY(track_of_customer(c, id, before, limit, &l->items));
    if ((i64)l->items.n == limit)
        l->next = page_next(
            c->mem, &((const struct track_event *)l->items.at)[limit - 1].at, 1);
    return reply_with(r, 200, l);
}

static enum err visits_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct unknown_ask *a = q->query;
    struct unknowns *l = NEW(c->mem, struct unknowns);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(staff_audit_read(c, "customer.read", id));
    TRY(track_sessions_of(c, id, a->limit == NONE ? 50 : a->limit, &l->items));
    return reply_with(r, 200, l);
}

/* clang-format off */
const struct route track_office_routes[] = {
    { "GET", "/v1/track/source", sources_get, RIGHT_OPERATE, READS, .out = &sources_shape,
      .doc = "Who may tell events." },
    { "POST", "/v1/track/source", source_post, RIGHT_OPERATE, WRITES, .in = &source_new_shape, .out = &source_shape,
      .doc = "Let somebody tell events; the answer has his write key, once.",
      .example = "{\"name\":\"Мобильное приложение\",\"channel\":\"app\"}" },
    { "PUT", "/v1/track/source/{id}", source_one_put, RIGHT_OPERATE, WRITES, .in = &source_edit_shape, .out = &source_shape,
      .doc = "Rename a source, limit it, switch it off." },
    { "POST", "/v1/track/source/{id}/key", source_key_post, RIGHT_OPERATE, WRITES, .out = &source_shape,
      .doc = "A new write key; the old one is not taken any more." },
    { "GET", "/v1/track/plan", plans_get, RIGHT_OPERATE, READS, .out = &plans_shape,
      .doc = "The tracking plan: events and members that are declared." },
    { "PUT", "/v1/track/plan", plan_one_put, RIGHT_OPERATE, WRITES, .in = &plan_edit_shape, .out = &plan_shape,
      .body_max = 256 << 10,
      .doc = "Declare an event; one of this kind and name is declared anew.",
      .example = "{\"kind\":\"track\",\"name\":\"Trade-In Started\",\"open\":false,"
                 "\"members\":[{\"name\":\"model\",\"type\":\"text\",\"must\":true}]}" },
    { "POST", "/v1/track/plan/import", plan_import, RIGHT_OPERATE, WRITES, .in = &import_shape, .out = &plans_shape,
      .body_max = 4 << 20,
      .doc = "Declare many, as they were exported; what is not named stays." },
    { "DELETE", "/v1/track/plan/{id}", plan_one_delete, RIGHT_OPERATE, WRITES,
      .doc = "Declare an event no longer: what comes then waits." },
    { "GET", "/v1/track/unknown", unknowns_get, RIGHT_OPERATE, ALONE, .query = &ask_shape, .out = &unknowns_shape,
      .doc = "What came and is not in the plan." },
    { "POST", "/v1/track/unknown/{id}/accept", accept_post, RIGHT_OPERATE, ALONE, .out = &accepted_shape,
      .doc = "Declare it as it came; what waits for it is let in. Again: the same." },
    { "DELETE", "/v1/track/unknown/{id}", unknown_delete, RIGHT_OPERATE, ALONE,
      .doc = "Throw away what waits for it; it is shown again when it comes again." },
    { "GET", "/v1/track/refused", refuseds_get, RIGHT_OPERATE, ALONE, .query = &ask_shape, .out = &refuseds_shape,
      .doc = "What came and was no event." },
    { "GET", "/v1/track/follower", followers_get, RIGHT_OPERATE, ALONE, .out = &followers_shape,
      .doc = "Who hears the log, and how far." },
    { "POST", "/v1/track/follower/{name}/replay", replay_post, RIGHT_OPERATE, WRITES, .in = &replay_shape,
      .doc = "Send a follower back: it hears again." },
    { "GET", "/v1/track/customer/{id}/event", did_get, RIGHT_CUSTOMER_READ, ALONE, .query = &ask_shape, .out = &dids_shape,
      .doc = "What a customer did on screens and in channels (audited)." },
    { "GET", "/v1/track/customer/{id}/session", visits_get, RIGHT_CUSTOMER_READ, ALONE, .query = &ask_shape, .out = &visits_shape,
      .doc = "A customer's last sessions: where from, where to (audited)." },
    ROUTE_END
};
/* clang-format on */
