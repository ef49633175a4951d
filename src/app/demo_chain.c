/* Regions, shops and warehouses of the demo chain, and its staff. */
#include <string.h>

#include "app/demo.h"
#include "place/place.h"
#include "staff/staff.h"

/* clang-format off */
static const char streets[] = "ул. Ленина|пр. Мира|ул. Советская|ул. Гагарина|ул. Кирова|пр. Победы|ул. Пушкина|"
                              "ул. Садовая|ул. Молодёжная|Московское ш.|ул. Октябрьская|ул. Центральная";
static const char malls[] = "ТРЦ «Галерея»|ТЦ «Планета»|ТРК «Мега»|ТЦ «Радуга»|ТРЦ «Европа»|ТЦ «Аврора»|ТЦ «Север»|ТРЦ «Июнь»";

/* Who works in a shop works in the first one; "manager2" in the second, where there is
 * one.  The tasks of the others go to the owner. */
static i64 shop_of(const struct demo *d, const char *login)
{
    const i64 n = !strcmp(login, "manager2") && d->size.stores > 1;

    return d->places[n].id;
}

/* One password for all of them: the demo chain is for trying things out. */
static const struct staff_new accounts[] = {
    { .login = "owner",    .name = "Директор Ольга Сергеевна",  .password = "prilavok", .role = "owner" },
    { .login = "seller",   .name = "Продавец Иван Петров",      .password = "prilavok", .role = "seller" },
    { .login = "manager",  .name = "Директор магазина Анна Белова",   .password = "prilavok", .role = "shop_manager" },
    { .login = "manager2", .name = "Директор магазина Павел Громов",  .password = "prilavok", .role = "shop_manager" },
    { .login = "operator", .name = "Оператор Мария Кузнецова",  .password = "prilavok", .role = "operator" },
    { .login = "1c",       .name = "Обмен с 1С",                .password = "prilavok", .role = "exchange" },
};
/* clang-format on */

struct chain {
    struct demo *d;
    i64 *region_ids; /* by city */
    struct dice dice;
};

static enum err make_region(struct ctx *c, struct chain *h, int city)
{
    for (int k = 0; k < city; k++)
        if (!strcmp(demo_cities[k].region_code, demo_cities[city].region_code)) {
            h->region_ids[city] = h->region_ids[k];
            return ERR_OK;
        }
    const struct demo_city *t = &demo_cities[city];
    struct place_region r = { .code = t->region_code,
                              .name = t->region,
                              .utc_offset_min = t->offset_min,
                              .digital_level = 40 + dice_below(&h->dice, 60),
                              .delivery_fee_minor = t->people > 1000 ? 39900 : 59900,
                              .delivery_free_from_minor = 1000000 };
    TRY(place_region_put(c, &r));
    h->region_ids[city] = r.id;
    return ERR_OK;
}

/* Cities get shops by their size: the next shop goes where most people share one. */
static int next_city(const i64 *shops)
{
    int best = 0;

    for (int k = 1; k < demo_city_count; k++)
        if (demo_cities[k].people * (shops[best] + 1) >
            demo_cities[best].people * (shops[k] + 1))
            best = k;
    return best;
}

static void add_hours(struct ctx *c, struct place *p, bool warehouse)
{
    for (int day = 0; day < (warehouse ? 6 : 7); day++) {
        struct place_hours *h = list_add(c->mem, &p->hours, sizeof(*h));
        *h =
            (struct place_hours){ day, warehouse ? 480 : 600, warehouse ? 1200 : 1320 };
    }
}

static enum err make_place(struct ctx *c, struct chain *h, int city, i64 number,
                           bool warehouse)
{
    const struct demo_city *t = &demo_cities[city];
    struct demo *d = h->d;
    struct place p = { .region_id = h->region_ids[city],
                       .kind = warehouse ? PLACE_WAREHOUSE : PLACE_SHOP,
                       .code = arena_printf(c->mem, "%s%03lld", warehouse ? "W" : "S",
                                            number),
                       .city = t->name,
                       .phone = "+78005553535",
                       .lat_e6 = t->lat_e6 + dice_below(&h->dice, 120000) - 60000,
                       .lon_e6 = t->lon_e6 + dice_below(&h->dice, 180000) - 90000,
                       .utc_offset_min = t->offset_min,
                       .active = true,
                       .can_pickup = !warehouse,
                       .can_reserve = !warehouse,
                       .can_ship = true };

    const char *mall =
        demo_pick(c, malls, '|', dice_below(&h->dice, demo_count(malls, '|')));
    p.name = warehouse ? arena_printf(c->mem, "Склад %s", t->name)
                       : arena_printf(c->mem, "%s, %s", t->name, mall);
    p.address = arena_printf(c->mem, "%s, %s, д. %lld", t->name,
                             demo_pick(c, streets, '|', dice_below(&h->dice, 12)),
                             1 + dice_below(&h->dice, 150));
    add_hours(c, &p, warehouse);
    TRY(place_put(c, &p));
    d->places[d->n_places++] =
        (struct demo_place){ p.id, p.region_id, city, warehouse };
    return ERR_OK;
}

static enum err make_places(struct ctx *c, void *arg)
{
    struct chain *h = arg;
    i64 shops[64] = { 0 };

    for (int k = 0; k < demo_city_count; k++) TRY(make_region(c, h, k));
    for (i64 n = 1; n <= h->d->size.stores; n++) {
        const int city = next_city(shops);
        shops[city]++;
        TRY(make_place(c, h, city, n, false));
    }
    for (i64 n = 1; n <= 1 + h->d->size.stores / 40; n++)
        TRY(make_place(c, h, (int)((n - 1) % demo_city_count), n, true));
    return ERR_OK;
}

static enum err make_staff(struct ctx *c, void *arg)
{
    const struct chain *h = arg;

    for (size_t k = 0; k < COUNT(accounts); k++) {
        struct staff_new a = accounts[k];
        i64 id;

        if (!strcmp(a.role, "seller") || !strcmp(a.role, "shop_manager"))
            a.place_id = shop_of(h->d, a.login);
        TRY(staff_account_add(c, &a, &id));
    }
    return ERR_OK;
}

enum err demo_make_chain(struct ctx *c, struct demo *d)
{
    struct chain h = { .d = d, .dice = dice_for(d->size.seed, "chain", 0) };

    h.region_ids = NEW_N(c->mem, i64, demo_city_count);
    d->places =
        NEW_N(c->mem, struct demo_place, d->size.stores + 2 + d->size.stores / 40);
    TRY(demo_unit(c, make_places, &h));
    TRY(demo_unit(c, make_staff, &h));
    d->tell("магазины", d->n_places, d->n_places);
    return ERR_OK;
}
