/* track_seal.c -- what events tell of contacts stands sealed.
 *
 * Whoever sends events decides what is in them, so each text is looked through: one
 * that may tell of a phone, an e-mail or a card is sealed as a whole, the others stay
 * as they are.  A user or device that is called by a contact is sealed as contacts are,
 * so that it is found. */
#include <string.h>
#include <strings.h>

#include "base/contact.h"
#include "base/seal.h"
#include "customer/customer.h"
#include "track/track_own.h"
#include "track/track_word.h"

enum {
    END,
    EVENTS,
    PUT_EVENT,
    HELD,
    PUT_HELD,
    UNKNOWN,
    PUT_UNKNOWN,
    REFUSED,
    PUT_REFUSED,
    WORDS,
    PUT_WORD
};
enum { STEP = 5000 }; /* events looked through in one unit */

/* clang-format off */
const struct query track_seal_sql[] = {
    [END] = { "track.seal_end", "SELECT next_id FROM track_log WHERE one = 1" },

    [EVENTS] = { "track.seal_events",
        "SELECT id, data, context FROM track_event WHERE id > $1 AND id <= $2 ORDER BY id" },
    [PUT_EVENT] = { "track.seal_event",
        "UPDATE track_event SET data = $2, context = $3 WHERE id = $1" },

    [HELD] = { "track.behind_held",
        "SELECT id, id, data, context FROM track_held WHERE id > $1 AND $2 = $2 ORDER BY id LIMIT $3",
        .types = "iii" },
    [PUT_HELD] = { "track.seal_held",
        "UPDATE track_held SET data = $3, context = $4 WHERE id = $1 AND id = $2 AND data = $5 AND context = $6" },

    [UNKNOWN] = { "track.behind_unknown",
        "SELECT id, id, sample FROM track_unknown WHERE id > $1 AND $2 = $2 ORDER BY id LIMIT $3",
        .types = "iii" },
    [PUT_UNKNOWN] = { "track.seal_unknown",
        "UPDATE track_unknown SET sample = $3 WHERE id = $1 AND id = $2 AND sample = $4" },

    [REFUSED] = { "track.behind_refused",
        "SELECT id, id, sample, why FROM track_refused WHERE id > $1 AND $2 = $2 ORDER BY id LIMIT $3",
        .types = "iii" },
    [PUT_REFUSED] = { "track.seal_refused",
        "UPDATE track_refused SET sample = $3, why = $4 WHERE id = $1 AND id = $2 AND sample = $5 AND why = $6" },

    [WORDS] = { "track.behind_words",
        "SELECT no, value FROM track_word WHERE no > $1 ORDER BY no LIMIT $2" },
    [PUT_WORD] = { "track.seal_word",
        "UPDATE track_word SET value = $2 WHERE no = $1 AND value = $3" },
    QUERY_END
};
/* clang-format on */

#define Q track_seal_sql

/* ---- Texts -------------------------------------------------------------------------
 */

/* "phone, "mobile, "email, "e-mail, "card, "externalIds: members that are called so; an
 * @; a + before a digit. */
static bool tells(const char *text)
{
    static const char *const names[] = { "phone",    "mobile",    "email", "e-mail",
                                         "mail",     "tel\"",     "card",  "contact",
                                         "telegram", "externalId" };

    for (const char *s = text; *(s += strcspn(s, "@+\"")); s++) {
        if (*s == '@' || (*s == '+' && s[1] >= '0' && s[1] <= '9')) return true;
        if (*s != '"') continue;
        for (size_t k = 0; k < COUNT(names); k++)
            if (!strncasecmp(s + 1, names[k], strlen(names[k]))) return true;
    }
    return false;
}

enum err track_text_seal(struct ctx *c, const char **text)
{
    return tells(*text) ? seal_close(c, *text, text) : ERR_OK;
}

enum err track_text_open(struct ctx *c, const char **text)
{
    return seal_is(*text) ? seal_open(c, *text, text) : ERR_OK;
}

/* ---- Words -------------------------------------------------------------------------
 */

static bool is_contact(struct arena *mem, const char *value)
{
    if (strchr(value, '@')) return true;
    return strlen(value) < 32 && customer_phone_norm(mem, value);
}

const char *track_word_kept(struct ctx *c, int kind, const char *value)
{
    return kind != WORD_NAME && is_contact(c->mem, value) ? contact_seal(c->mem, value)
                                                          : value;
}

const char *track_word_before(struct ctx *c, int kind, const char *value)
{
    return kind != WORD_NAME && is_contact(c->mem, value)
               ? contact_before(c->mem, value)
               : NULL;
}

/* ---- Anew --------------------------------------------------------------------------
 */

struct row {
    i64 id;
    const char *data, *context;
};

/* Sealed by a former key, or open though it tells of somebody: both are closed. */
static enum err anew(struct ctx *c, const char **text, bool *changed)
{
    if (seal_is_newest(*text)) return ERR_OK;
    if (!seal_is(*text) && !tells(*text)) return ERR_OK;
    *changed = true;
    TRY(track_text_open(c, text));
    return seal_close(c, *text, text);
}

static enum err event_anew(struct ctx *c, struct row *e, i64 *n)
{
    bool changed = false;

    TRY(anew(c, &e->data, &changed));
    TRY(anew(c, &e->context, &changed));
    if (!changed) return ERR_OK;
    ++*n;
    return db_exec(c, &Q[PUT_EVENT], NULL, e->id, e->data, e->context);
}

static bool stays(const char *text)
{
    return seal_is(text) ? seal_is_newest(text) : !tells(text);
}

static enum err events(struct ctx *c, struct sealing *w)
{
    struct list all = { 0 };
    struct row e;
    i64 end;

    TRY(db_one0(c, &Q[END], INTO(&end)));
    ROWS r;
    TRY(db_rows(c, &r, &Q[EVENTS], w->at[0], w->at[0] + STEP));
    r.borrow = true;
    while (db_next(&r, INTO(&e.id, &e.data, &e.context))) {
        if (stays(e.data) && stays(e.context)) continue;
        e.data = arena_strdup(c->mem, e.data, strlen(e.data));
        e.context = arena_strdup(c->mem, e.context, strlen(e.context));
        *(struct row *)list_add(c->mem, &all, sizeof(e)) = e;
    }
    TRY(r.err);
    struct row *row = all.at;
    for (size_t k = 0; k < all.n; k++) TRY(event_anew(c, &row[k], &w->changed));
    w->at[0] += STEP;
    w->more = w->at[0] < end;
    return ERR_OK;
}

struct word_row {
    i64 no;
    const char *value;
};

static enum err words(struct ctx *c, struct sealing *w)
{
    struct list all = { 0 };
    struct word_row d;

    ROWS r;
    TRY(db_rows(c, &r, &Q[WORDS], w->at[0], w->limit));
    while (db_next(&r, INTO(&d.no, &d.value)))
        *(struct word_row *)list_add(c->mem, &all, sizeof(d)) = d;
    TRY(r.err);
    const struct word_row *row = all.at;
    for (size_t k = 0; k < all.n; k++) {
        const char *open = contact_open(c->mem, row[k].value);
        w->at[0] = row[k].no;
        if (contact_is_newest(row[k].value) || !is_contact(c->mem, open)) continue;
        TRY(db_exec(c, &Q[PUT_WORD], NULL, row[k].no, contact_seal(c->mem, open),
                    row[k].value));
        w->changed++;
    }
    w->more = (i64)all.n == w->limit;
    return ERR_OK;
}

const struct sealed track_sealed[] = {
    { .what = "track.words", .slice = words, .beside = true },
    { .what = "track.events", .slice = events, .beside = true },
    { .what = "track.held",
      .rows = &Q[HELD],
      .put = &Q[PUT_HELD],
      .how = "ww",
      .beside = true },
    { .what = "track.unknown",
      .rows = &Q[UNKNOWN],
      .put = &Q[PUT_UNKNOWN],
      .how = "w",
      .beside = true },
    { .what = "track.refused",
      .rows = &Q[REFUSED],
      .put = &Q[PUT_REFUSED],
      .how = "ww",
      .beside = true },
    { 0 },
};
