/* Traits: what facts, actions and the clock say of somebody. */
#include "insight/insight_trait.h"

#include <string.h>

#include "catalog/catalog.h"
#include "setting/setting.h"

static const char *const trait_digital_words[] = { "offline", "aware", "mixed",
                                                   "online", NULL };
enum { DIGITAL_OFFLINE, DIGITAL_AWARE, DIGITAL_MIXED, DIGITAL_ONLINE };

const char *const trait_kind_words[] = { "count",  "money", "percent",  "date",
                                         "region", "place", "category", "product",
                                         "word",   "flag",  NULL };

#define TRAIT(name_, kind_, turns_, words_, ru_, en_, how_ru_, how_en_)                \
    [TRAIT_IS_##name_] = { .name = #name_,                                             \
                           .kind = TRAIT_##kind_,                                      \
                           .turns = turns_,                                            \
                           .words = words_,                                            \
                           .ru = ru_,                                                  \
                           .en = en_,                                                  \
                           .how_ru = how_ru_,                                          \
                           .how_en = how_en_ },
#define catalog_channel_words trait_channel_words
static const char *const trait_channel_words[] = { "site",  "shop",      "app",
                                                   "phone", "messenger", "marketplace",
                                                   NULL };
const struct trait_def trait_defs[] = {
#include "insight/insight_trait.def"
};
#undef catalog_channel_words
#undef TRAIT

enum { CATEGORIES_MOST = 64, CATEGORIES_BEST = 3, YEAR_MONTHS = 12 };

int trait_find(const char *name)
{
    for (int k = 0; k < TRAITS; k++)
        if (!strcmp(trait_defs[k].name, name)) return k;
    return -1;
}

u64 trait_hash(const char *s, size_t n)
{
    u64 h = 0xcbf29ce484222325ULL; /* FNV-1a */

    for (size_t k = 0; k < n; k++) h = (h ^ (unsigned char)s[k]) * 0x100000001b3ULL;
    return h;
}

struct trait_clock trait_clock_of(struct ctx *c)
{
    const int offset_min =
        (int)setting_int(c, "insight.utc_offset_min", (struct setting_scope){ 0 });

    return (struct trait_clock){ .now = c->now,
                                 .offset_min = offset_min,
                                 .today = time_day(c->now, offset_min) };
}

/* ---- Sums over days -------------------------------------------------------------- */

struct window {
    i64 n, minor, returns, until;
};

/* What lies in today and the days - 1 before; until: when the oldest of it leaves. */
static struct window over(const struct person *p, i64 days, const struct trait_clock *k)
{
    const i64 from = k->today - days + 1;
    struct window w = { .until = INT64_MAX };

    for (size_t i = p->f.head->n_bought; i-- > 0;) {
        const struct bought *b = &p->f.bought[i];
        const i64 day = trait_day(k, b->at_s);

        if (day < from) break;
        if (b->flags & BOUGHT_OWNED) continue;
        w.until = trait_day_at(k, day + days);
        if (b->flags & BOUGHT_RETURN) {
            w.returns++;
            w.minor -= b->sum_minor;
            continue;
        }
        w.n += b->flags & BOUGHT_FIRST ? 1 : 0;
        w.minor += b->sum_minor;
    }
    return w;
}

/* ---- Channels ---------------------------------------------------------------------
 */

enum {
    ONLINE = 1 << CHANNEL_SITE | 1 << CHANNEL_APP,
    SHOP = 1 << CHANNEL_SHOP,
    REMOTE = 1 << CHANNEL_PHONE | 1 << CHANNEL_MESSENGER | 1 << CHANNEL_MARKETPLACE
};
enum { ALL = ONLINE | SHOP | REMOTE };

static i64 first_of(const struct person *p, int channels)
{
    unsigned at = 0;

    for (int k = 0; k < FACTS_CHANNELS; k++) {
        const unsigned t = p->f.head->first_s[k];
        if (channels >> k & 1 && t && (!at || t < at)) at = t;
    }
    return at ? (i64)at * SECOND_MS : NONE;
}

static i64 last_of(const struct person *p, int channels)
{
    unsigned at = 0;

    for (int k = 0; k < FACTS_CHANNELS; k++)
        if (channels >> k & 1 && p->f.head->last_s[k] > at) at = p->f.head->last_s[k];
    return at ? (i64)at * SECOND_MS : NONE;
}

/* Orders by channel; *ret_main the one with most, of equals the one used last. */
static void by_channel(const struct person *p, i64 *ret_n, i64 *ret_main)
{
    *ret_main = NONE;
    for (size_t i = 0; i < p->f.head->n_bought; i++) {
        const struct bought *b = &p->f.bought[i];
        if (!(b->flags & BOUGHT_FIRST) || b->channel >= FACTS_CHANNELS) continue;
        ret_n[b->channel]++;
        if (*ret_main == NONE || ret_n[b->channel] >= ret_n[*ret_main])
            *ret_main = b->channel;
    }
}

static i64 online_share(const struct person *p)
{
    i64 n[FACTS_CHANNELS] = { 0 }, all = 0, online = 0, main;

    by_channel(p, n, &main);
    for (int k = 0; k < FACTS_CHANNELS; k++) {
        all += n[k];
        online += ONLINE >> k & 1 ? n[k] : 0;
    }
    return all ? online * 100 / all : NONE;
}

static i64 main_channel(const struct person *p)
{
    i64 n[FACTS_CHANNELS] = { 0 }, main;

    by_channel(p, n, &main);
    return main;
}

static i64 digital(const struct person *p)
{
    const bool online = first_of(p, ONLINE) != NONE, shop = first_of(p, SHOP) != NONE;

    if (online) return shop ? DIGITAL_MIXED : DIGITAL_ONLINE;
    return p->n_seen || p->f.head->login_s || p->f.head->knows & KNOWS_EMAIL
               ? DIGITAL_AWARE
               : DIGITAL_OFFLINE;
}

static i64 last_visit(const struct person *p)
{
    const i64 shop = last_of(p, SHOP);
    i64 at = p->f.head->login_s ? (i64)p->f.head->login_s * SECOND_MS : NONE;

    if (shop > at) at = shop;
    for (size_t k = 0; k < p->n_seen && p->seen[k].day == p->seen[0].day; k++)
        if ((i64)p->seen[k].last_s * SECOND_MS > at)
            at = (i64)p->seen[k].last_s * SECOND_MS;
    return at;
}

/* ---- Places, goods ------------------------------------------------------------------
 */

static i64 shop_of(const struct person *p)
{
    i64 best = NONE, best_n = 0;

    for (size_t i = p->f.head->n_bought; i-- > 0;) {
        const struct bought *b = &p->f.bought[i];
        i64 n = 0;

        if (!(b->flags & BOUGHT_FIRST) || !b->place_id) continue;
        for (size_t j = 0; j <= i; j++)
            n += p->f.bought[j].flags & BOUGHT_FIRST &&
                 p->f.bought[j].place_id == b->place_id;
        if (n > best_n) {
            best = b->place_id;
            best_n = n;
        }
    }
    return best;
}

struct shelf {
    i64 category_id, minor;
};

static size_t best_categories(const struct person *p, i64 *ret, size_t max)
{
    struct shelf all[CATEGORIES_MOST];
    size_t n = 0, found = 0;

    for (size_t i = p->f.head->n_bought; i-- > 0;) {
        const struct bought *b = &p->f.bought[i];
        size_t k = 0;

        if (b->flags & BOUGHT_RETURN || !b->category_id) continue;
        while (k < n && all[k].category_id != b->category_id) k++;
        if (k == CATEGORIES_MOST) continue;
        if (k == n) all[n++] = (struct shelf){ b->category_id, 0 };
        all[k].minor += b->sum_minor;
    }
    for (; found < max && found < CATEGORIES_BEST && found < n; found++) {
        size_t best = found;
        for (size_t k = found + 1; k < n; k++)
            if (all[k].minor > all[best].minor) best = k;
        const struct shelf s = all[best];
        memmove(&all[found + 1], &all[found], (best - found) * sizeof(s));
        all[found] = s;
        ret[found] = s.category_id;
    }
    return found;
}

static bool is_device(const struct bought *b)
{
    return b->flags & BOUGHT_DEVICE && b->kept_qty;
}

static i64 devices(const struct person *p, bool newest, i64 *ret_at)
{
    i64 n = 0;

    *ret_at = NONE;
    for (size_t i = 0; i < p->f.head->n_bought; i++) {
        const struct bought *b = &p->f.bought[i];
        if (!is_device(b)) continue;
        n += b->kept_qty;
        if (newest || *ret_at == NONE) *ret_at = (i64)b->at_s * SECOND_MS;
    }
    return n;
}

static size_t device_products(const struct person *p, i64 *ret, size_t max)
{
    size_t n = 0;

    for (size_t i = p->f.head->n_bought; i-- > 0 && n < max;) {
        size_t k = 0;
        if (!is_device(&p->f.bought[i])) continue;
        while (k < n && ret[k] != p->f.bought[i].product_id) k++;
        if (k == n) ret[n++] = p->f.bought[i].product_id;
    }
    return n;
}

/* ---- Days of the year
 * ----------------------------------------------------------------- */

static i64 anniversary(i64 birth_day, int year)
{
    int y, m, d;

    time_civil(birth_day, &y, &m, &d);
    if (m == 2 && d == 29 && !(year % 4 == 0 && (year % 100 || year % 400 == 0)))
        return time_day_of(year, 3, 1);
    return time_day_of(year, m, d);
}

static i64 next_birthday(const struct person *p, const struct trait_clock *k,
                         i64 *ret_age)
{
    const i64 born = p->f.head->birth_day;
    int year, m, d, y0;

    time_civil(k->today, &year, &m, &d);
    time_civil(born, &y0, &m, &d);
    i64 day = anniversary(born, year);
    *ret_age = year - y0 - (k->today < day);
    if (day < k->today) day = anniversary(born, year + 1);
    return day;
}

static i64 birthday_in(const struct person *p, const struct trait_clock *k,
                       i64 *ret_until)
{
    i64 age;

    if (p->f.head->birth_day == INT32_MIN) return NONE;
    *ret_until = trait_day_at(k, k->today + 1);
    return next_birthday(p, k, &age) - k->today;
}

static i64 age_of(const struct person *p, const struct trait_clock *k, i64 *ret_until)
{
    i64 age;

    if (p->f.head->birth_day == INT32_MIN) return NONE;
    const i64 next = next_birthday(p, k, &age);
    /* On the day itself the next one that changes anything is a year away. */
    *ret_until = trait_day_at(k, next > k->today ? next : k->today + 1);
    return age;
}

static i64 region_level(const struct person *p, const struct trait_clock *k)
{
    size_t lo = 0, hi = k->n_region;

    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (k->region[mid].id == p->f.head->region_id) return k->region[mid].level;
        if (k->region[mid].id < p->f.head->region_id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NONE;
}

/* ---- All of them
 * ------------------------------------------------------------------------ */

static i64 windowed(const struct person *p, int trait, const struct trait_clock *k,
                    i64 *ret_until)
{
    const i64 days = trait == TRAIT_IS_orders_30d ? 30
                     : trait == TRAIT_IS_orders_90d || trait == TRAIT_IS_spent_90d
                         ? 90
                         : 365;
    const struct window w = over(p, days, k);

    *ret_until = w.until;
    if (trait == TRAIT_IS_returns_365d) return w.returns;
    return trait == TRAIT_IS_spent_90d || trait == TRAIT_IS_spent_365d ? w.minor : w.n;
}

static i64 spent(const struct facts_head *h)
{
    return h->spent_minor - h->returned_minor;
}

static i64 of_head(const struct facts_head *h, int trait)
{
    switch (trait) {
    case TRAIT_IS_orders:
        return h->orders;
    case TRAIT_IS_spent:
        return spent(h);
    case TRAIT_IS_average_order:
        return h->orders ? spent(h) / h->orders : NONE;
    case TRAIT_IS_cancelled:
        return h->cancelled;
    case TRAIT_IS_returns:
        return h->returns;
    case TRAIT_IS_returned:
        return h->returned_minor;
    case TRAIT_IS_known_since:
        return (i64)h->created_s * SECOND_MS;
    case TRAIT_IS_open_orders:
        return h->open_orders;
    case TRAIT_IS_ready_orders:
        return h->ready_orders;
    case TRAIT_IS_open_tasks:
        return h->open_tasks;
    case TRAIT_IS_region:
        return h->region_id ? h->region_id : NONE;
    case TRAIT_IS_has_phone:
        return !!(h->knows & KNOWS_PHONE);
    case TRAIT_IS_has_email:
        return !!(h->knows & KNOWS_EMAIL);
    case TRAIT_IS_has_card:
        return !!(h->knows & KNOWS_CARD);
    default:
        return NONE;
    }
}

static i64 of_devices(const struct person *p, int trait)
{
    i64 at;
    const i64 n = devices(p, trait == TRAIT_IS_newest_device, &at);

    return trait == TRAIT_IS_devices_count ? n : at;
}

i64 trait_value(const struct person *p, int trait, const struct trait_clock *k,
                i64 *ret_until)
{
    i64 unused, *until = ret_until ? ret_until : &unused, one = NONE;

    *until = INT64_MAX;
    switch (trait) {
    case TRAIT_IS_orders_30d:
    case TRAIT_IS_orders_90d:
    case TRAIT_IS_orders_365d:
    case TRAIT_IS_spent_90d:
    case TRAIT_IS_spent_365d:
    case TRAIT_IS_returns_365d:
        return windowed(p, trait, k, until);
    case TRAIT_IS_first_order:
        return first_of(p, ALL);
    case TRAIT_IS_last_order:
        return last_of(p, ALL);
    case TRAIT_IS_first_shop:
        return first_of(p, SHOP);
    case TRAIT_IS_last_shop:
        return last_of(p, SHOP);
    case TRAIT_IS_first_online:
        return first_of(p, ONLINE);
    case TRAIT_IS_last_online:
        return last_of(p, ONLINE);
    case TRAIT_IS_first_remote:
        return first_of(p, REMOTE);
    case TRAIT_IS_last_remote:
        return last_of(p, REMOTE);
    case TRAIT_IS_last_visit:
        return last_visit(p);
    case TRAIT_IS_shop:
        return shop_of(p);
    case TRAIT_IS_categories:
        return best_categories(p, &one, 1) ? one : NONE;
    case TRAIT_IS_devices:
        return device_products(p, &one, 1) ? one : NONE;
    case TRAIT_IS_devices_count:
    case TRAIT_IS_newest_device:
    case TRAIT_IS_oldest_device:
        return of_devices(p, trait);
    case TRAIT_IS_online_share:
        return online_share(p);
    case TRAIT_IS_main_channel:
        return main_channel(p);
    case TRAIT_IS_digital:
        return digital(p);
    case TRAIT_IS_region_digital:
        return region_level(p, k);
    case TRAIT_IS_birthday_in:
        return birthday_in(p, k, until);
    case TRAIT_IS_age:
        return age_of(p, k, until);
    default:
        return of_head(p->f.head, trait);
    }
}

size_t trait_values(const struct person *p, int trait, const struct trait_clock *k,
                    i64 *ret, size_t max)
{
    if (trait == TRAIT_IS_categories) return best_categories(p, ret, max);
    if (trait == TRAIT_IS_devices) return device_products(p, ret, max);
    *ret = trait_value(p, trait, k, NULL);
    return *ret != NONE;
}

/* ---- Regions
 * ------------------------------------------------------------------------------ */

const struct query insight_trait_sql[] = {
    { "insight.trait_regions",
      "SELECT id, digital_level FROM pub_place_region ORDER BY id",
      .scan = "regions are read as a whole; some hundred rows" },
    QUERY_END
};

enum err trait_regions(struct ctx *c, struct list *ret)
{
    struct trait_region g;
    ROWS r;

    TRY(db_rows0(c, &r, &insight_trait_sql[0]));
    while (db_next(&r, INTO(&g.id, &g.level)))
        *(struct trait_region *)list_add(c->mem, ret, sizeof(g)) = g;
    return r.err;
}
