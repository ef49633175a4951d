#include "event/event.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "db/db.h"

enum { ADD, ADD_AT_END };

/* clang-format off */
const struct query event_sql[] = {
    [ADD] = { "event.add",
        "INSERT INTO event_log (id, at, name, subject_id, data, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },

    [ADD_AT_END] = { "event.add_at_end",
        "INSERT INTO event_log (id, at, name, subject_id, data, who_kind, who_id, pos)"
        " SELECT $1, $2, $3, $4, $5, $6, $7,"
        "        COALESCE((SELECT MAX(pos) FROM event_log), 0) + 1",
        .types = "iititii" },
    QUERY_END
};
/* clang-format on */

static void wake(void *arg)
{
    (void)arg;
    event_wake();
}

enum err event_emit(struct ctx *c, const char *name, i64 subject_id, const char *data)
{
    const bool one_writer = db_engine(c->db) == DB_SQLITE;

    TRY(db_exec(c, &event_sql[one_writer ? ADD_AT_END : ADD], NULL, id_new(c), c->now, name,
                subject_id, data ? data : "{}", (i64)c->who.kind, c->who.id));
    db_after_commit(c, wake, NULL, NULL);
    return ERR_OK;
}

/* ---- Members of data -------------------------------------------------------
 *
 * Data is a small object that this program wrote itself, mostly flat; the
 * general reader with its shapes would ask for every member.  So: walk over the
 * members of the outermost object, skipping values by their brackets. */

static const char *blank_over(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t') p++;
    return p;
}

/* p stands at a quote; the result after the closing one (or at the end). */
static const char *string_over(const char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1]) p++;
    return *p ? p + 1 : p;
}

static const char *value_over(const char *p)
{
    int depth = 0;

    for (; *p; p++) {
        if (*p == '"') {
            p = string_over(p) - 1;
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            if (depth-- == 0) return p;
        } else if (*p == ',' && depth == 0) {
            return p;
        }
    }
    return p;
}

/* Where the value of this member begins, or NULL. */
static const char *member_at(const char *json, const char *name)
{
    const size_t n = strlen(name);
    const char *p = blank_over(json);

    if (*p++ != '{') return NULL;
    for (p = blank_over(p); *p == '"'; p = blank_over(p)) {
        const char *const begin = p + 1, *const end = string_over(p) - 1;
        p = blank_over(end + 1);
        if (*p++ != ':') return NULL;
        p = blank_over(p);
        if ((size_t)(end - begin) == n && memcmp(begin, name, n) == 0) return p;
        p = value_over(p);
        if (*p++ != ',') return NULL;
    }
    return NULL;
}

static bool number_at(const char *p, i64 *ret)
{
    char *end;

    errno = 0;
    const i64 n = strtoll(p, &end, 10);
    if (errno || end == p || isspace((unsigned char)*p)) return false;
    if (*end == '.' || *end == 'e' || *end == 'E') return false;
    *ret = n;
    return true;
}

bool event_id(const struct event *e, const char *member, i64 *ret)
{
    const char *p = member_at(e->data, member);

    return p && number_at(*p == '"' ? p + 1 : p, ret);
}

bool event_int(const struct event *e, const char *member, i64 *ret)
{
    const char *p = member_at(e->data, member);

    return p && *p != '"' && number_at(p, ret);
}

static unsigned hex4(const char *p)
{
    unsigned v = 0;

    for (int k = 0; k < 4; k++) {
        if (!isxdigit((unsigned char)p[k])) return 0xFFFD;
        v = v << 4 | (unsigned)(p[k] <= '9' ? p[k] - '0' : (p[k] | 32) - 'a' + 10);
    }
    return v;
}

static char *utf8_put(char *to, unsigned u)
{
    if (u < 0x80) {
        *to++ = (char)u;
    } else if (u < 0x800) {
        *to++ = (char)(0xC0 | u >> 6);
        *to++ = (char)(0x80 | (u & 63));
    } else if (u < 0x10000) {
        *to++ = (char)(0xE0 | u >> 12);
        *to++ = (char)(0x80 | (u >> 6 & 63));
        *to++ = (char)(0x80 | (u & 63));
    } else {
        *to++ = (char)(0xF0 | u >> 18);
        *to++ = (char)(0x80 | (u >> 12 & 63));
        *to++ = (char)(0x80 | (u >> 6 & 63));
        *to++ = (char)(0x80 | (u & 63));
    }
    return to;
}

/* p stands after "\u" and moves past what belongs to the character. */
static unsigned escaped_char(const char **p, const char *end)
{
    unsigned u = end - *p < 4 ? 0xFFFD : hex4(*p);

    *p = end - *p < 4 ? end : *p + 4;
    if (u >= 0xD800 && u < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        const unsigned low = hex4(*p + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            *p += 6;
            return 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return u == 0 || (u >= 0xD800 && u < 0xE000) ? 0xFFFD : u;
}

static char plain_escape(char ch)
{
    switch (ch) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'f': return '\f';
    default: return ch;
    }
}

const char *event_text(struct ctx *c, const struct event *e, const char *member)
{
    const char *p = member_at(e->data, member);

    if (!p || *p != '"') return NULL;
    const char *const end = string_over(p) - 1;
    char *const text = arena_raw(c->mem, (size_t)(end - p)), *to = text;
    for (p++; p < end;) {
        if (*p != '\\') {
            *to++ = *p++;
        } else if (p[1] == 'u') {
            p += 2;
            to = utf8_put(to, escaped_char(&p, end));
        } else {
            *to++ = plain_escape(p[1]);
            p += 2;
        }
    }
    *to = '\0';
    return text;
}
