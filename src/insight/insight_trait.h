/* insight_trait.h -- what is known of one customer, small enough to think about all.
 *
 * A customer's facts are one row: a head, what he bought and brought back (the newest
 * FACTS_BOUGHT), his tags.  They are made by reading his own rows in the rooms that
 * own them (trait_facts_read), whether because a fact was heard or because all are
 * made anew, so both give the same bytes.  What he does on screens stands beside, as
 * counts by day (insight_seen.h).  Traits are computed from the two and the clock
 * (trait_value): nothing is kept that time alone would make untrue.
 *
 * The chain's day is that of setting insight.utc_offset_min. */
#pragma once

#include "base/time.h"
#include "db/db.h"
#include "http/shape.h"

enum { FACTS_FORMAT = 2, FACTS_BOUGHT = 256, FACTS_TAGS = 20, FACTS_CHANNELS = 6 };

enum { KNOWS_PHONE = 1, KNOWS_EMAIL = 2, KNOWS_CARD = 4, KNOWS_ENGLISH = 8 };

/* As it lies in the database, so without holes; times are seconds since 1970. */
struct facts_head {
    unsigned short format, n_bought, n_tags, knows;
    unsigned created_s, login_s;   /* 0 never */
    int birth_day;                 /* day number, INT32_MIN unknown */
    unsigned consents;             /* bit purpose * 8 + channel */
    unsigned orders, cancelled;    /* orders that stand; cancelled and expired ones */
    unsigned returns, open_orders; /* open: not handed over yet */
    unsigned open_tasks, ready_orders;
    unsigned first_s[FACTS_CHANNELS], last_s[FACTS_CHANNELS]; /* orders that stand */
    i64 region_id;                                            /* 0 unknown */
    i64 spent_minor, returned_minor;
};

enum { BOUGHT_DEVICE = 1, BOUGHT_RETURN = 2, BOUGHT_FIRST = 4, BOUGHT_OWNED = 8 };

/* A line of an order that stands, or a return; or (OWNED) a numbered piece that he
 * owns, whoever bought it: then DEVICE is set here and not at the line.  Oldest first.
 */
struct bought {
    i64 place_id, category_id, product_id; /* 0 unknown */
    i64 sum_minor;                         /* of the line; of a return what came back */
    unsigned at_s;
    unsigned short qty, kept_qty; /* kept: handed over and not returned */
    unsigned char channel, flags; /* FIRST: of its order, so orders can be counted */
    unsigned char unused_[6];
};
_Static_assert(sizeof(struct bought) == 48 && sizeof(struct facts_head) == 120,
               "no holes");

struct facts {
    const struct facts_head *head;
    const struct bought *bought;
    const u64 *tags; /* hashes, sorted; see trait_hash() */
};

/* What one did on screens, summed: one kind of event about one category in one day. */
struct seen {
    u64 event;       /* trait_hash() of its name */
    i64 category_id; /* 0 none */
    int day;         /* of the chain */
    unsigned n;
    unsigned first_s, last_s;
};
_Static_assert(sizeof(struct seen) == 32, "no holes");
enum { SEEN_MOST = 192, SEEN_DAYS = 190 };

/* Everything a trait or a condition may ask of. */
struct person {
    i64 id;
    struct facts f;
    const struct seen *seen; /* newest first: by day, event, category, falling */
    size_t n_seen;
};

u64 trait_hash(const char *s, size_t n);

/* ---- The clock ----------------------------------------------------------------- */

struct trait_region {
    i64 id, level; /* of digitalisation, 0..100; NONE unknown */
};
struct trait_clock {
    i64 now;
    int offset_min;
    i64 today;                         /* day number */
    const struct trait_region *region; /* in order of id, see trait_regions() */
    size_t n_region;
};
struct trait_clock trait_clock_of(struct ctx *c); /* without regions */
enum err trait_regions(struct ctx *c, struct list *ret) MUST_USE;
static inline i64 trait_day(const struct trait_clock *k, unsigned at_s)
{
    return time_day((i64)at_s * SECOND_MS, k->offset_min);
}
/* When this day begins. */
static inline i64 trait_day_at(const struct trait_clock *k, i64 day)
{
    return time_from(day, 0, k->offset_min);
}

/* ---- Facts: insight_trait_read.c ------------------------------------------------- */

struct facts_row {
    i64 customer_id;
    struct bytes facts; /* a facts_head and what follows it */
};
/* Make the facts of everybody with from <= id <= to, in order of id. */
enum err trait_facts_read(struct ctx *c, i64 from, i64 to,
                          struct list *ret /* struct facts_row */) MUST_USE;

/* Look into a row; false when it is none of this format.  `b` must be aligned as
 * arena memory is. */
bool trait_facts_of(struct bytes b, struct facts *ret);

/* ---- Traits: insight_trait.c -------------------------------------------------------
 */

enum trait_kind {
    TRAIT_COUNT,
    TRAIT_MONEY,   /* kopecks */
    TRAIT_PERCENT, /* 0..100 */
    TRAIT_DATE,    /* ms; conditions ask how many days ago it was */
    TRAIT_REGION,  /* ids */
    TRAIT_PLACE,
    TRAIT_CATEGORY,
    TRAIT_PRODUCT,
    TRAIT_WORD, /* one of its words */
    TRAIT_FLAG,
};
extern const char *const trait_kind_words[];

enum trait {
#define TRAIT(name, ...) TRAIT_IS_##name,
#include "insight/insight_trait.def"
#undef TRAIT
    TRAITS
};

struct trait_def {
    const char *name;
    int kind;                 /* enum trait_kind */
    bool turns;               /* time alone changes it */
    const char *const *words; /* of a WORD */
    const char *ru, *en;      /* its name for people */
    const char *how_ru, *how_en;
};
extern const struct trait_def trait_defs[]; /* TRAITS of them */
int trait_find(const char *name);           /* or -1 */

/* The value: a number, a date in ms, 0/1, the index of a word, an id; NONE unknown.
 * *ret_until, when given, becomes the moment from which time alone may make it
 * another (INT64_MAX: never).  DATE: the value never turns by itself. */
i64 trait_value(const struct person *p, int trait, const struct trait_clock *k,
                i64 *ret_until);
/* Of a trait with several values (CATEGORY, PRODUCT): at most `max`, best first. */
size_t trait_values(const struct person *p, int trait, const struct trait_clock *k,
                    i64 *ret, size_t max);

/* ---- Rows and their upkeep: insight_trait_keep.c ------------------------------------
 */

/* One customer, read from his row; `has` false: there is none. */
enum err trait_person(struct ctx *c, i64 customer_id, struct person *ret,
                      bool *ret_has) MUST_USE;
void trait_person_ahead(struct ctx *c, i64 customer_id); /* see db_ahead.h */

/* His facts, and what he did on screens, into p (p->id is set). */
enum err trait_facts(struct ctx *c, struct person *p, bool *ret_has) MUST_USE;
enum err trait_seen(struct ctx *c, struct person *p) MUST_USE;

/* The same of up to PEOPLE_AT_ONCE people, in order of id; f.head stays NULL of whom
 * there are none. */
enum err trait_facts_many(struct ctx *c, struct person *p, size_t n) MUST_USE;
enum err trait_seen_many(struct ctx *c, struct person *p, size_t n) MUST_USE;

/* Nobody else works at him until our unit ends; before anything of him is read. */
enum err trait_lock(struct ctx *c, i64 customer_id) MUST_USE;
enum err trait_lock_many(struct ctx *c, const i64 *ids, size_t n) MUST_USE;

/* Something about him was heard: make his facts anew, and whatever follows. */
enum err trait_refresh(struct ctx *c, i64 customer_id) MUST_USE;

/* Up to `limit` people with id > after, with what they did; in order of id. */
enum err trait_people(struct ctx *c, i64 after, i64 limit,
                      struct list *ret /* struct person */) MUST_USE;

/* The same after a fact of `at`; facts made well after it know it already, so that
 * whoever hears a long past from its start is done soon. */
enum err trait_hear(struct ctx *c, i64 customer_id, i64 at) MUST_USE;

struct job;
/* Everybody anew, in slices. */
enum err trait_rebuild(struct ctx *c, struct job *j) MUST_USE;
/* Queue that, once. */
enum err trait_rebuild_ask(struct ctx *c, i64 at) MUST_USE;
/* Which product is of which category, as facts will be made of it. */
enum err trait_goods_learn(struct ctx *c) MUST_USE;
/* Begins it when there is nothing yet, or of an older format. */
enum err trait_watch(struct ctx *c, struct job *j) MUST_USE;
