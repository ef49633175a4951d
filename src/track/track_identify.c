/* track_identify.c -- who an identify tells of, and by which keys.
 *
 * Segment's clients say contacts as traits, the telephone they run on as
 * context.device.id, and whatever else as context.externalIds; RudderStack's say
 * context.externalId.  A user's number in another system is a key like any other: who
 * comes with it again is the same person, with contacts or without.  What cannot be
 * read, and numbers that serve advertising alone, are left in the event. */
#include <string.h>
#include <strings.h>

#include "customer/customer_consent.h"
#include "customer/customer_resolve.h"
#include "track/track_follow.h"

enum { KEYS_MAX = 12, DEVICES_MAX = 4 };

/* What an identify says of somebody. */
struct says {
    struct customer_said keys[KEYS_MAX]; /* of a person, the surest first */
    size_t n;
    const char *devices[DEVICES_MAX];
    size_t n_devices;
    const char *first, *last, *name;
};

static bool called(struct json_text name, const char *want)
{
    return name.n == strlen(want) && !strncasecmp(name.at, want, name.n);
}

static const char *text(struct ctx *c, struct json_text t)
{
    return arena_strdup(c->mem, t.at, t.n);
}

static void add(struct ctx *c, struct says *s, int kind, const char *value)
{
    if (!value || !*value || !customer_key_norm(c->mem, kind, value)) return;
    if (kind == KEY_DEVICE) {
        if (s->n_devices < DEVICES_MAX) s->devices[s->n_devices++] = value;
        return;
    }
    if (s->n < KEYS_MAX) s->keys[s->n++] = (struct customer_said){ kind, value, false };
}

/* A text, or a whole number as one; NULL what is neither. */
static const char *value_of(struct json *j)
{
    struct json_text raw;
    const char *s = NULL;

    switch (json_kind(j)) {
    case JSON_TEXT:
        return json_text(j, &s, NULL) ? s : NULL;
    case JSON_NUMBER:
        if (!json_skip(j, &raw) || raw.n != strspn(raw.at, "0123456789")) return NULL;
        return arena_strdup(j->mem, raw.at, raw.n);
    default:
        json_skip(j, NULL);
        return NULL;
    }
}

/* ---- Other systems' ids -------------------------------------------------------- */

/* "telegram", "telegram_id", "telegram.id": a messenger; "user_id", "phone" ...: what
 * they say; idfa, push tokens, ga_client_id: nothing of a person's. */
static void external(struct ctx *c, struct says *s, const char *type, const char *id)
{
    static const struct {
        const char *type;
        int kind;
    } types[] = {
        { "user_id", KEY_USER },      { "phone", KEY_PHONE },
        { "email", KEY_EMAIL },       { "card", KEY_CARD },
        { "loyalty_card", KEY_CARD }, { "messenger", KEY_MESSENGER },
        { "device_id", KEY_DEVICE },  { "android.id", KEY_DEVICE },
        { "ios.id", KEY_DEVICE },     { "ios.idfv", KEY_DEVICE },
    };
    const size_t n = strlen(type);
    const bool id_of = n > 3 && (type[n - 3] == '_' || type[n - 3] == '.') &&
                       !strcasecmp(type + n - 2, "id");
    const char *network =
        customer_network(id_of ? arena_strdup(c->mem, type, n - 3) : type);

    if (network) add(c, s, KEY_MESSENGER, arena_printf(c->mem, "%s:%s", network, id));
    for (size_t k = 0; k < COUNT(types); k++)
        if (!strcasecmp(type, types[k].type)) add(c, s, types[k].kind, id);
}

static void read_external(struct ctx *c, struct says *s, struct json *j)
{
    const char *type = NULL, *id = NULL, *of = "users";
    struct json_object o = { .trusted = true };
    struct json_text name;

    while (json_member(j, &o, &name))
        if (called(name, "type"))
            type = value_of(j);
        else if (called(name, "id"))
            id = value_of(j);
        else if (called(name, "collection"))
            of = value_of(j);
        else
            json_skip(j, NULL);
    if (type && id && of && !strcasecmp(of, "users")) external(c, s, type, id);
}

static void read_externals(struct ctx *c, struct says *s, struct json *j)
{
    size_t n = 0;

    if (json_kind(j) != JSON_ARRAY) {
        json_skip(j, NULL);
        return;
    }
    while (json_item(j, &n))
        if (json_kind(j) == JSON_OBJECT)
            read_external(c, s, j);
        else
            json_skip(j, NULL);
}

static bool is_externals(struct json_text name)
{
    return called(name, "externalIds") || called(name, "externalId");
}

/* ---- Traits and context ---------------------------------------------------------- */

static void read_trait(struct ctx *c, struct says *s, struct json_text name,
                       const char *value)
{
    static const struct {
        const char *name;
        int kind;
    } kinds[] = { { "phone", KEY_PHONE },
                  { "email", KEY_EMAIL },
                  { "card", KEY_CARD } };
    const char *network = customer_network(text(c, name));

    for (size_t k = 0; k < COUNT(kinds); k++)
        if (called(name, kinds[k].name)) add(c, s, kinds[k].kind, value);
    if (network && value)
        add(c, s, KEY_MESSENGER, arena_printf(c->mem, "%s:%s", network, value));
    if (called(name, "firstName")) s->first = value;
    if (called(name, "lastName")) s->last = value;
    if (called(name, "name")) s->name = value;
}

static void read_traits(struct ctx *c, struct says *s, const char *data)
{
    struct json_object o = { .trusted = true };
    struct json_text name;
    struct json j;

    json_start(&j, c->mem, data, strlen(data));
    while (json_member(&j, &o, &name))
        if (is_externals(name))
            read_externals(c, s, &j);
        else
            read_trait(c, s, name, value_of(&j));
}

static void read_device(struct ctx *c, struct says *s, struct json *j)
{
    struct json_object o = { .trusted = true };
    struct json_text name;

    if (json_kind(j) != JSON_OBJECT) {
        json_skip(j, NULL);
        return;
    }
    while (json_member(j, &o, &name))
        if (called(name, "id"))
            add(c, s, KEY_DEVICE, value_of(j));
        else
            json_skip(j, NULL);
}

static void read_context(struct ctx *c, struct says *s, const char *context)
{
    struct json_object o = { .trusted = true };
    struct json_text name;
    struct json j;

    json_start(&j, c->mem, context, strlen(context));
    while (json_member(&j, &o, &name))
        if (is_externals(name))
            read_externals(c, s, &j);
        else if (called(name, "device"))
            read_device(c, s, &j);
        else
            json_skip(&j, NULL);
}

/* Chains call their users by a number, by the e-mail or by the telephone. */
static void read_user(struct ctx *c, struct says *s, const char *user)
{
    if (customer_email_norm(c->mem, user))
        add(c, s, KEY_EMAIL, user);
    else if (*user == '+' && customer_phone_norm(c->mem, user))
        add(c, s, KEY_PHONE, user);
    else
        add(c, s, KEY_USER, user);
}

static struct says read_all(struct ctx *c, const struct arrived *e)
{
    struct says s = { 0 };

    read_user(c, &s, e->user);
    read_traits(c, &s, e->data);
    read_context(c, &s, e->context);
    if (s.last) s.name = arena_printf(c->mem, "%s, %s", s.last, s.first ? s.first : "");
    if (s.first && !s.last) s.name = s.first;
    return s;
}

/* ---- Who it is ------------------------------------------------------------------- */

enum err identify_who(struct ctx *c, const struct arrived *e, i64 was, bool *ret_merged,
                      i64 *ret_id)
{
    const struct says s = read_all(c, e);
    const struct customer_saying ask = { .keys = s.keys,
                                         .n = s.n,
                                         .name = s.name,
                                         .region_id = NONE,
                                         .said_by = SAID_EVENTS,
                                         .ret_merged = ret_merged };
    bool his;

    *ret_id = was;
    if (was && s.n && s.keys[0].kind == KEY_USER)
        TRY(customer_key_bring(c, was, KEY_USER, s.keys[0].value, &his));
    if (!s.n) return ERR_OK;
    const enum err err = customer_resolve_named(c, &ask, ret_id);
    c->person = (struct person_seen){ 0 };
    if (err != ERR_NOT_FOUND) return err;
    c->fault = (struct fault){ 0 }; /* shared by too many, or what people type */
    *ret_id = was;
    return ERR_OK;
}

enum err identify_brings(struct ctx *c, const struct arrived *e, i64 who)
{
    const struct says s = read_all(c, e);
    bool may = false, his;

    if (s.n_devices) TRY(customer_follow(c, who, &may));
    for (size_t k = 0; may && k < s.n_devices; k++)
        TRY(customer_key_bring(c, who, KEY_DEVICE, s.devices[k], &his));
    return ERR_OK;
}
