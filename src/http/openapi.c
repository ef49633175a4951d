/* The OpenAPI 3.1 document, from nothing but the rooms' route tables and shapes.
 *
 * A shape that a request sends and a reply gives has two schemas: what must be
 * sent is less than what is always there.  "StockHold" is the reply's,
 * "StockHoldInput" the request's. */
#include <ctype.h>

#include "base/json.h"
#include "base/map.h"
#include "db/db.h"
#include "http/call.h"
#include "http/server.h"

/* A shape of some route's body or reply, and what the document calls it. */
struct schema {
    const struct shape *shape;
    const char *name;
    bool in, out;
    struct schema *next;
};

struct writer {
    struct buf *to;
    const struct module *const *rooms;
    struct map paths;             /* done */
    struct map by_shape, by_name; /* struct schema */
    struct schema *first, **last;
};

static void put(struct writer *w, const char *s)
{
    buf_text(w->to, s);
}

static void put_string(struct writer *w, const char *s)
{
    json_put_text(w->to, s ? s : "", s ? strlen(s) : 0);
}

/* ---- Which shapes are there
 * ------------------------------------------------------------ */

/* Two rooms may call different things by one name: the later one's is headed by
 * its room then, "OrderCustomerProfile". */
static const char *name_of(struct writer *w, const struct module *room,
                           const struct shape *s)
{
    if (!map_get(&w->by_name, s->name, strlen(s->name))) return s->name;
    char *name = arena_printf(w->to->mem, "%s%s", room->name, s->name);
    name[0] = (char)toupper((unsigned char)name[0]);
    return name;
}

static struct schema *schema_of(const struct writer *w, const struct shape *s)
{
    return map_get(&w->by_shape, (const char *)&s, sizeof(s));
}

static struct schema *schema_add(struct writer *w, const struct module *room,
                                 const struct shape *s)
{
    struct arena *mem = w->to->mem;
    struct schema *c = NEW(mem, struct schema);
    const char *key = arena_strdup(mem, (const char *)&s, sizeof(s));

    *c = (struct schema){ .shape = s, .name = name_of(w, room, s) };
    map_add(&w->by_shape, key, sizeof(s), c);
    map_add(&w->by_name, c->name, strlen(c->name), c);
    *w->last = c;
    w->last = &c->next;
    return c;
}

static void collect(struct writer *w, const struct module *room, const struct shape *s,
                    bool in)
{
    if (!s) return;
    struct schema *c = schema_of(w, s);
    if (!c) c = schema_add(w, room, s);
    if (in ? c->in : c->out) return;
    *(in ? &c->in : &c->out) = true;
    for (const struct field *f = s->fields; f->name; f++)
        if (f->shape) collect(w, room, f->shape, in);
}

static const char *suffix(const struct schema *c, bool in)
{
    return in && c->out ? "Input" : "";
}

static void put_ref(struct writer *w, const struct shape *s, bool in)
{
    const struct schema *c = schema_of(w, s);

    buf_printf(w->to, "\"$ref\":\"#/components/schemas/%s%s\"", c->name, suffix(c, in));
}

/* ---- One member
 * --------------------------------------------------------------------------- */

static void put_words(struct writer *w, const struct field *f)
{
    put(w, "\"type\":\"string\",\"enum\":[");
    for (int k = 0; f->words[k]; k++) {
        if (k) put(w, ",");
        put_string(w, f->words[k]);
    }
    put(w, "]");
}

static void put_kind(struct writer *w, const struct field *f, enum field_kind kind,
                     bool in)
{
    switch (kind) {
    case FIELD_INT:
        put(w, "\"type\":\"integer\",\"format\":\"int64\"");
        break;
    case FIELD_ID:
        put(w, "\"type\":\"string\",\"pattern\":\"^[0-9]{1,19}$\"");
        break;
    case FIELD_BOOL:
        put(w, "\"type\":\"boolean\"");
        break;
    case FIELD_REAL:
        put(w, "\"type\":\"number\"");
        break;
    case FIELD_TEXT:
        put(w, "\"type\":\"string\"");
        break;
    case FIELD_TIME:
        put(w, "\"type\":\"string\",\"format\":\"date-time\"");
        break;
    case FIELD_ENUM:
        put_words(w, f);
        break;
    case FIELD_OBJECT:
        put_ref(w, f->shape, in);
        break;
    case FIELD_LIST:
        put(w, "\"type\":\"array\",\"items\":{");
        put_kind(w, f, f->elem, in);
        put(w, "}");
        break;
    default:
        put(w, "\"x-any\":true");
        break;
    }
}

/* Bounds are promises of the caller; of replies nobody checks them. */
static void put_bounds(struct writer *w, const struct field *f)
{
    const bool list = f->kind == FIELD_LIST, text = f->kind == FIELD_TEXT;

    if (f->kind == FIELD_INT && (f->min || f->max))
        buf_printf(w->to, ",\"minimum\":%lld,\"maximum\":%lld", f->min, f->max);
    if ((list || text) && f->min)
        buf_printf(w->to, ",\"%s\":%lld", list ? "minItems" : "minLength",
                   list ? f->min : 1);
    if ((list || text) && f->max)
        buf_printf(w->to, ",\"%s\":%lld", list ? "maxItems" : "maxLength", f->max);
}

static void put_field(struct writer *w, const struct field *f, bool in)
{
    put(w, "{");
    put_kind(w, f, f->kind, in);
    if (in) put_bounds(w, f);
    if (f->doc && *f->doc) {
        put(w, ",\"description\":");
        put_string(w, f->doc);
    }
    if (f->flags & SECRET) put(w, ",\"format\":\"password\",\"writeOnly\":true");
    put(w, "}");
}

static void put_required(struct writer *w, const struct shape *s, bool in)
{
    bool any = false;

    for (const struct field *f = s->fields; f->name; f++) {
        if (in ? !(f->flags & MUST) : f->flags & OPT) continue;
        put(w, any ? "," : ",\"required\":[");
        put_string(w, f->name);
        any = true;
    }
    if (any) put(w, "]");
}

static void put_schema(struct writer *w, const struct shape *s, bool in)
{
    put(w, "{\"type\":\"object\",\"properties\":{");
    for (const struct field *f = s->fields; f->name; f++) {
        if (f > s->fields) put(w, ",");
        put_string(w, f->name);
        put(w, ":");
        put_field(w, f, in);
    }
    put(w, "}");
    put_required(w, s, in);
    put(w, in ? ",\"additionalProperties\":false}" : "}");
}

static void put_schemas(struct writer *w)
{
    bool any = false;

    for (const struct schema *c = w->first; c; c = c->next)
        for (int in = 0; in < 2; in++) {
            if (in ? !c->in : !c->out) continue;
            buf_printf(w->to, "%s\"%s%s\":", any ? "," : "", c->name, suffix(c, in));
            put_schema(w, c->shape, in);
            any = true;
        }
}

/* ---- One operation
 * ---------------------------------------------------------------------------- */

static void put_operation_id(struct writer *w, const struct route *r)
{
    put(w, "\"operationId\":\"");
    for (const char *p = r->method; *p; p++)
        buf_char(w->to, (char)tolower((unsigned char)*p));
    for (const char *p = r->path; *p; p++)
        if (*p != '{' && *p != '}')
            buf_char(w->to, isalnum((unsigned char)*p) ? *p : '_');
    put(w, "\"");
}

static bool id_like(const char *name, size_t n)
{
    return (n == 2 && !memcmp(name, "id", 2)) ||
           (n > 3 && !memcmp(name + n - 3, "_id", 3));
}

static void put_path_args(struct writer *w, const char *path, bool *any)
{
    while ((path = strchr(path, '{'))) {
        const size_t n = strcspn(++path, "}");

        buf_printf(w->to,
                   "%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,\"schema\":{"
                   "\"type\":\"string\"%s}}",
                   *any ? "," : "", (int)n, path,
                   id_like(path, n) ? ",\"pattern\":\"^[0-9]{1,19}$\"" : "");
        *any = true;
    }
}

static void put_query_args(struct writer *w, const struct shape *s, bool *any)
{
    for (const struct field *f = s ? s->fields : NULL; f && f->name; f++) {
        buf_printf(
            w->to,
            "%s{\"name\":\"%s\",\"in\":\"query\",\"required\":%s,\"description\":",
            *any ? "," : "", f->name, f->flags & MUST ? "true" : "false");
        put_string(w, f->doc);
        put(w, ",\"schema\":");
        put_field(w, f, true);
        put(w, "}");
        *any = true;
    }
}

static void put_parameters(struct writer *w, const struct route *r)
{
    bool any = false;

    put(w, ",\"parameters\":[");
    put_path_args(w, r->path, &any);
    put_query_args(w, r->query, &any);
    if (r->mode == WRITES)
        buf_printf(w->to, "%s{\"$ref\":\"#/components/parameters/IdempotencyKey\"}",
                   any ? "," : "");
    put(w, "]");
}

static bool is_json(struct writer *w, const char *text)
{
    struct json j;

    json_start(&j, w->to->mem, text, strlen(text));
    return json_skip(&j, NULL) && json_end(&j);
}

static void put_example(struct writer *w, const char *name, const char *example)
{
    if (!example) return;
    buf_printf(w->to, ",\"%s\":", name);
    if (is_json(w, example))
        put(w, example);
    else
        put_string(w, example);
}

static void put_request(struct writer *w, const struct route *r)
{
    const bool raw = r->flags & (ROUTE_RAW | ROUTE_UPLOAD);

    if (!raw && !r->in) {
        put_example(w, "x-example", r->example);
        return;
    }
    put(w, ",\"requestBody\":{\"required\":true,\"content\":{");
    if (raw) {
        put(w,
            "\"application/"
            "octet-stream\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}");
    } else {
        put(w, "\"application/json\":{\"schema\":{");
        put_ref(w, r->in, true);
        put(w, "}");
    }
    put_example(w, "example", r->example);
    put(w, "}}}");
}

static void put_responses(struct writer *w, const struct route *r)
{
    put(w, ",\"responses\":{\"2XX\":{\"description\":\"Done.\"");
    if (r->flags & ROUTE_LIVE) {
        put(w,
            ",\"content\":{\"text/event-stream\":{\"schema\":{\"type\":\"string\"}}}");
    } else if (r->out) {
        put(w, ",\"content\":{\"application/json\":{\"schema\":{");
        put_ref(w, r->out, false);
        put(w, "}}}");
    }
    put(w, "},\"default\":{\"$ref\":\"#/components/responses/Error\"}}");
}

static void put_security(struct writer *w, const struct route *r)
{
    static const char staff[] = "{\"staffSession\":[]},{\"apiKey\":[]},{\"basic\":[]}";

    if (r->can == RIGHT_ANYONE)
        put(w, ",\"security\":[]");
    else if (r->can == RIGHT_CUSTOMER)
        put(w, ",\"security\":[{\"customerSession\":[]}]");
    else
        buf_printf(w->to, ",\"security\":[%s]", staff);
    buf_printf(w->to, ",\"x-right\":\"%s\"", right_word(r->can));
}

static void put_operation(struct writer *w, const struct module *room,
                          const struct route *r)
{
    for (const char *p = r->method; *p; p++) {
        if (p == r->method) put(w, "\"");
        buf_char(w->to, (char)tolower((unsigned char)*p));
    }
    put(w, "\":{");
    put_operation_id(w, r);
    buf_printf(w->to, ",\"tags\":[\"%s\"],\"summary\":", room->name);
    put_string(w, r->doc);
    put_security(w, r);
    put_parameters(w, r);
    put_request(w, r);
    put_responses(w, r);
    put(w, "}");
}

/* All methods of one path, wherever their rows stand. */
static void put_path(struct writer *w, const char *path)
{
    const struct route *r;
    bool any = false;

    if (w->paths.n) put(w, ",");
    map_add(&w->paths, path, strlen(path), (void *)(uintptr_t)path);
    put_string(w, path);
    put(w, ":{");
    for (const struct module *const *m = w->rooms; *m; m++)
        for (size_t k = 0; (r = route_at(*m, k)); k++) {
            if (strcmp(r->path, path) != 0 || r->flags & ROUTE_HIDDEN) continue;
            if (any) put(w, ",");
            put_operation(w, *m, r);
            any = true;
        }
    put(w, "}");
}

/* ---- The document
 * --------------------------------------------------------------------------------- */

static const char components[] =
    "\"parameters\":{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":"
    "\"header\",\"required\":false,"
    "\"description\":\"A text of your own, new for each change: a repeat with the same "
    "key and body gets the "
    "first answer for 72 "
    "hours.\",\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}}},"
    "\"responses\":{\"Error\":{\"description\":\"What was wrong; all bad members at "
    "once.\",\"content\":"
    "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}}},"
    "\"securitySchemes\":{"
    "\"staffSession\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"prilavok_"
    "staff\","
    "\"description\":\"Repeat the cookie prilavok_csrf in X-CSRF-Token when changing "
    "something.\"},"
    "\"customerSession\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"prilavok_"
    "visit\","
    "\"description\":\"Repeat the cookie prilavok_csrf in X-CSRF-Token when changing "
    "something.\"},"
    "\"apiKey\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
    "\"basic\":{\"type\":\"http\",\"scheme\":\"basic\"}}";

static void collect_all(struct writer *w)
{
    const struct route *r;

    collect(w, *w->rooms, &fault_shape, false);
    for (const struct module *const *m = w->rooms; *m; m++)
        for (size_t k = 0; (r = route_at(*m, k)); k++) {
            if (r->flags & ROUTE_HIDDEN) continue;
            if (!(r->flags & (ROUTE_RAW | ROUTE_UPLOAD))) collect(w, *m, r->in, true);
            collect(w, *m, r->out, false);
        }
}

void openapi_write(struct buf *to, const struct module *const *rooms)
{
    struct writer w = { .to = to, .rooms = rooms };
    const struct route *r;

    w.last = &w.first;
    w.paths.mem = w.by_shape.mem = w.by_name.mem = to->mem;
    collect_all(&w);
    put(&w, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Prilavok\",\"version\":"
            "\"" PRILAVOK_VERSION
            "\",\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}},"
            "\"servers\":[{\"url\":\"/\"}],\"paths\":{");
    for (const struct module *const *m = rooms; *m; m++)
        for (size_t k = 0; (r = route_at(*m, k)); k++)
            if (!(r->flags & ROUTE_HIDDEN) &&
                !map_get(&w.paths, r->path, strlen(r->path)))
                put_path(&w, r->path);
    put(&w, "},\"components\":{\"schemas\":{");
    put_schemas(&w);
    buf_printf(to, "},%s}}\n", components);
}
