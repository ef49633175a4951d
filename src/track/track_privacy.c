/* What a person did on screens is forgotten in the file beside before the core forgets
 * whose it was; called again after a crash it goes on where it was. */
#include "base/privacy.h"

#include "track/track_own.h"
#include "track/track_word.h"

enum {
    NUMBERS,
    DROP_DEVICE,
    DROP_USER,
    DROP_SESSIONS,
    DROP_HELD,
    BLANK_WORD,
    BLANK_UNKNOWN,
    BLANK_REFUSED,
    DROP_OWNER,
    LEFT_OWNER,
    DROP_OUTBOX,
    LEFT_OUTBOX,
    LOG_END,
    LOG_ROW
};

/* clang-format off */
const struct query track_privacy_sql[] = {
    /* From which place of the log to which a number was his; the first owner's past counts. */
    [NUMBERS] = { "track.his_numbers",
        "SELECT o.no,"
        "       CASE WHEN EXISTS (SELECT 1 FROM track_owner p WHERE p.no = o.no AND p.known_id < o.known_id)"
        "            THEN o.known_id ELSE 0 END,"
        "       (SELECT MIN(x.known_id) FROM track_owner x WHERE x.no = o.no AND x.known_id > o.known_id),"
        "       (SELECT COUNT(*) FROM track_owner y WHERE y.no = o.no AND y.customer_id <> $1)"
        "  FROM track_owner o WHERE o.customer_id = $1 ORDER BY o.no, o.known_id" },

    [DROP_DEVICE] = { "track.drop_device_events",
        "DELETE FROM track_event WHERE id IN (SELECT id FROM track_event"
        " WHERE device_no = $1 AND id >= $2 AND id < $3 LIMIT $4)" },
    [DROP_USER] = { "track.drop_user_events",
        "DELETE FROM track_event WHERE id IN (SELECT id FROM track_event"
        " WHERE user_no = $1 AND id >= $2 AND id < $3 LIMIT $4)" },
    [DROP_SESSIONS] = { "track.forget_sessions_of",
        "DELETE FROM track_session WHERE device_no = $1 AND first_id >= $2 AND first_id < $3" },
    [DROP_HELD] = { "track.forget_held_of",
        "DELETE FROM track_held WHERE (device_no = $1 OR user_no = $1) AND id >= $2 AND id < $3" },
    [BLANK_WORD] = { "track.blank_word",
        "UPDATE track_word SET value = 'forgotten ' || no WHERE no = $1" },

    /* Samples may tell of anybody, in any spelling: all of them go. */
    [BLANK_UNKNOWN] = { "track.blank_unknown", "UPDATE track_unknown SET sample = '' WHERE sample <> ''",
        .scan = "one row for each thing that nobody declared" },
    [BLANK_REFUSED] = { "track.blank_refused", "UPDATE track_refused SET sample = '' WHERE sample <> ''",
        .scan = "some days of what was refused" },

    [DROP_OWNER] = { "track.drop_owner", "DELETE FROM track_owner WHERE customer_id = $1" },
    [LEFT_OWNER] = { "track.left_owner", "SELECT COUNT(*) FROM track_owner WHERE customer_id = $1" },
    [DROP_OUTBOX] = { "track.drop_outbox", "DELETE FROM track_outbox WHERE customer_id = $1",
        .scan = "it is emptied every second" },
    [LEFT_OUTBOX] = { "track.left_outbox", "SELECT COUNT(*) FROM track_outbox WHERE customer_id = $1",
        .scan = "it is emptied every second" },

    [LOG_END] = { "track.age_end", "SELECT next_id FROM track_log WHERE one = 1" },
    [LOG_ROW] = { "track.age_row", "SELECT id, received_at FROM track_event WHERE id >= $1 ORDER BY id LIMIT 1" },
    QUERY_END
};
/* clang-format on */

#define Q track_privacy_sql

struct span {
    i64 no, from, to, others; /* others: people who had the number too */
};

struct forgetting {
    i64 customer_id;
    struct list spans; /* struct span */
    const struct span *now;
    i64 n;
};

static enum err find(struct ctx *c, void *arg)
{
    struct forgetting *f = arg;
    struct span s;
    ROWS r;

    f->spans = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[NUMBERS], f->customer_id));
    while (db_next(&r, INTO(&s.no, &s.from, &s.to, &s.others))) {
        if (s.to == NONE) s.to = INT64_MAX;
        *(struct span *)list_add(c->mem, &f->spans, sizeof(s)) = s;
    }
    return r.err;
}

/* Some of the events; f->n of them, 0 when there are no more. */
static enum err drop_some(struct ctx *c, void *arg)
{
    struct forgetting *f = arg;
    const struct span *s = f->now;
    const i64 most = LIMIT_BULK_ROWS;
    i64 by_device, by_user;

    TRY(db_exec(c, &Q[DROP_DEVICE], &by_device, s->no, s->from, s->to, most));
    TRY(db_exec(c, &Q[DROP_USER], &by_user, s->no, s->from, s->to, most));
    f->n = by_device + by_user;
    return ERR_OK;
}

/* The number must not be given to the same text again from memory. */
static void forget_words(void *unused)
{
    (void)unused;
    words_forget();
}

static enum err drop_rest(struct ctx *c, void *arg)
{
    const struct span *s = ((struct forgetting *)arg)->now;

    TRY(db_exec(c, &Q[DROP_SESSIONS], NULL, s->no, s->from, s->to));
    TRY(db_exec(c, &Q[DROP_HELD], NULL, s->no, s->from, s->to));
    if (s->others) return ERR_OK;
    db_after_commit(c, forget_words, NULL, NULL);
    return db_exec(c, &Q[BLANK_WORD], NULL, s->no);
}

static enum err blank_samples(struct ctx *c, void *arg)
{
    (void)arg;
    TRY(db_exec0(c, &Q[BLANK_UNKNOWN], NULL));
    return db_exec0(c, &Q[BLANK_REFUSED], NULL);
}

enum err track_forget_person(struct ctx *c, i64 customer_id, const char *const *keys,
                             i64 *ret_changed)
{
    struct forgetting f = { .customer_id = customer_id };

    (void)keys;
    TRY(db_snapshot(c, find, &f));
    const struct span *s = f.spans.at;
    for (f.now = s; f.now < s + f.spans.n; f.now++) {
        do {
            TRY(db_unit_beside(c, drop_some, &f));
            *ret_changed += f.n;
        } while (f.n);
        TRY(db_unit_beside(c, drop_rest, &f));
    }
    return db_unit_beside(c, blank_samples, NULL);
}

/* ---- Telling ----------------------------------------------------------------------
 */

#define TELL_PAGE     500
#define TELL_SESSIONS 10000

static bool told_before(const struct list *page, i64 id)
{
    const struct track_event *v = page->at;

    for (size_t k = 0; k < page->n; k++)
        if (v[k].id == id) return true;
    return false;
}

static i64 put_events(const struct list *page, const struct list *before,
                      struct privacy_sheet *to)
{
    const struct track_event *v = page->at;
    i64 told = 0;

    for (size_t k = 0; k < page->n; k++) {
        if (told_before(before, v[k].id)) continue;
        to->put(to, (const union privacy_cell[]){ { .i = v[k].at },
                                                  { .i = v[k].kind },
                                                  { .i = v[k].channel },
                                                  { .s = v[k].name },
                                                  { .s = v[k].data } });
        told++;
    }
    return told;
}

/* Newest first; the next page begins with the millisecond that the last ended with. Two
 * pages are in memory at a time. */
static enum err pages(struct ctx *c, i64 customer_id, struct arena *mem[2],
                      struct privacy_sheet *to)
{
    struct list page = { 0 }, before = { 0 };
    struct ctx own = *c;
    i64 until = INT64_MAX, told = 1;

    for (int k = 0; told && (!k || page.n == TELL_PAGE); k++) {
        own.mem = mem[k % 2];
        arena_reset(own.mem);
        before = page;
        page = (struct list){ 0 };
        TRY(track_of_customer(&own, customer_id, until, TELL_PAGE, &page));
        told = put_events(&page, &before, to);
        const struct track_event *v = page.at;
        if (page.n) until = v[page.n - 1].at + 1;
    }
    return ERR_OK;
}

static enum err tell_events(struct ctx *c, i64 customer_id, struct privacy_sheet *to)
{
    struct arena *mem[2] = { arena_new((size_t)32 << 20), arena_new((size_t)32 << 20) };
    const enum err e = pages(c, customer_id, mem, to);

    arena_free(mem[0]);
    arena_free(mem[1]);
    return e ? FAIL(c, UNAVAILABLE, "the events of customer %lld cannot be read",
                    customer_id)
             : ERR_OK;
}

static enum err tell_sessions(struct ctx *c, i64 customer_id, struct privacy_sheet *to)
{
    struct list all = { 0 };

    TRY(track_sessions_of(c, customer_id, TELL_SESSIONS, &all));
    const struct track_session *s = all.at;
    for (size_t k = 0; k < all.n; k++)
        to->put(to, (const union privacy_cell[]){ { .i = s[k].from_at },
                                                  { .i = s[k].to_at },
                                                  { .i = s[k].channel },
                                                  { .s = s[k].source },
                                                  { .s = s[k].landing } });
    return ERR_OK;
}

/* ---- How many ---------------------------------------------------------------------
 */

struct looking {
    i64 before, n;
};

/* Arrival is the order of the log, so its old part ends where a search by halves says;
 * places in the log are counted, also those that were erased since. */
static enum err look_beside(struct ctx *c, void *arg)
{
    struct looking *w = arg;
    i64 first, end, low, id, at;
    enum err e = ERR_OK;

    w->n = 0;
    TRY(db_one0(c, &Q[LOG_END], INTO(&end)));
    e = db_one(c, &Q[LOG_ROW], INTO(&first, &at), (i64)0);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    for (low = first; low < end;) {
        const i64 mid = low + (end - low) / 2;
        e = db_one(c, &Q[LOG_ROW], INTO(&id, &at), mid);
        if (e && e != ERR_NOT_FOUND) return e;
        if (e || id >= end || at >= w->before)
            end = mid;
        else
            low = id + 1;
    }
    w->n = low - first;
    return ERR_OK;
}

static enum err look(struct ctx *c, i64 before, i64 most, i64 *ret_n)
{
    struct looking w = { .before = before };

    TRY(db_glance_beside(c, look_beside, &w));
    *ret_n = w.n < most ? w.n : most;
    return ERR_OK;
}

/* clang-format off */
static const struct privacy_column event_columns[] = {
    { "at", PRIVACY_TIME, NULL },
    { "kind", PRIVACY_WORD, track_kind_words },
    { "channel", PRIVACY_WORD, track_channel_words },
    { "what", PRIVACY_TEXT, NULL },
    { "text", PRIVACY_TEXT, NULL },
    { 0 },
};
static const struct privacy_column session_columns[] = {
    { "at", PRIVACY_TIME, NULL },
    { "ended_at", PRIVACY_TIME, NULL },
    { "channel", PRIVACY_WORD, track_channel_words },
    { "source", PRIVACY_TEXT, NULL },
    { "landing", PRIVACY_TEXT, NULL },
    { 0 },
};
static const struct privacy_tell tells[] = {
    { "sessions", NULL, session_columns, tell_sessions },
    { "events", NULL, event_columns, tell_events },
    { 0 },
};
static const struct privacy_age old[] = { { .look = look }, { 0 } };
static const struct privacy_term terms[] = {
    { "track.events", "", PRIVACY_BY_ROOM, "track.keep_days", .job = "track.purge", .ages = old,
      .why_ru = "Подсказывать подходящее и делать магазин удобнее; после отказа стирается сразу",
      .why_en = "To suggest what fits and make the shop easier to use; who refuses is erased at once",
      .law_ru = "152-ФЗ, ст. 9 (согласие) и ст. 5, ч. 7",
      .law_en = "152-FZ, art. 9 (consent) and art. 5 part 7" },
    { "track.devices", "track_owner track_outbox", PRIVACY_PERSON,
      .why_ru = "Чьи это устройства", .why_en = "Whose the devices are",
      .law_ru = "152-ФЗ, ст. 9", .law_en = "152-FZ, art. 9" },
    { 0 },
};
static const struct privacy_forget forgets[] = {
    { "track.untold", &Q[DROP_OUTBOX], &Q[LEFT_OUTBOX], false },
    { "track.devices", &Q[DROP_OWNER], &Q[LEFT_OWNER], false },
    { 0 },
};
/* clang-format on */

const struct privacy_part track_privacy = {
    .tells = tells, .forgets = forgets, .terms = terms, .outside = track_forget_person
};
