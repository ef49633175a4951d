#include "market.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "customer/customer.h"
#include "db/db.h"

u64 market_throw(struct market *m)
{
    m->dice ^= m->dice << 13;
    m->dice ^= m->dice >> 7;
    return m->dice ^= m->dice << 17;
}

/* Who buys gives his own name and phone, as people do. */
static void meet(struct market *m, struct inside *in)
{
    m->buyers = calloc((size_t)m->n_customers + 1, sizeof(*m->buyers));
    for (i64 k = 0; k < m->n_customers; k++) {
        struct customer one;
        char text[512];

        if (!m->buyers || inside_begin(in, false) ||
            customer_get(in->c, m->customers[k], &one))
            abort();
        snprintf(text, sizeof(text), "\"name\":\"%s %s %s\",\"phone\":\"%s\"",
                 one.last_name, one.first_name, one.middle_name,
                 one.phone ? one.phone : "");
        m->buyers[k] = strdup(text);
        inside_end(in, false);
    }
}

void market_open(struct market *m, struct inside *in)
{
    static const struct query shops = {
        .name = "bench.shops",
        .sql = "SELECT id FROM pub_place_place WHERE kind = 0 ORDER BY id LIMIT 200",
        .scan = "a bench"
    };
    static const struct query people = { .name = "bench.people",
                                         .sql =
                                             "SELECT id FROM pub_customer_person WHERE "
                                             "id % 5 = 0 ORDER BY id LIMIT 20000",
                                         .scan = "a bench" };
    i64 *ids;
    char sql[256];

    *m = (struct market){ .dice = 88172645463325252ull };
    const i64 n = inside_ids(in, &shops, &ids);
    for (i64 k = 0; k < n; k++) {
        const i64 at = m->n_places;

        snprintf(sql, sizeof(sql),
                 "SELECT variant_id FROM pub_stock_level WHERE place_id = %lld AND "
                 "on_hand > 0"
                 " ORDER BY variant_id",
                 ids[k]);
        const struct query goods = { .name = "bench.goods",
                                     .sql = strdup(sql),
                                     .scan = "a bench" };
        m->n_variants[at] = inside_ids(in, &goods, &m->variants[at]);
        m->places[at] = ids[k];
        if (m->n_variants[at] >= 10)
            m->n_places++; /* a shop with empty shelves sells nothing */
        else
            free(m->variants[at]);
    }
    free(ids);
    m->n_customers = inside_ids(in, &people, &m->customers);
    meet(m, in);
}

void market_close(struct market *m)
{
    for (i64 k = 0; k < m->n_places; k++) free(m->variants[k]);
    for (i64 k = 0; k < m->n_customers; k++) free(m->buyers[k]);
    free(m->buyers);
    free(m->customers);
}

i64 market_wish(struct market *m, i64 shop)
{
    const i64 n = m->n_variants[shop], hot = n < 200 ? n : 200;

    return m
        ->variants[shop][market_throw(m) % (u64)(market_throw(m) % 10 < 3 ? hot : n)];
}

void market_order(struct market *m, char *to, size_t room)
{
    const i64 shop = (i64)(market_throw(m) % (u64)m->n_places),
              person = (i64)(market_throw(m) % (u64)m->n_customers);
    i64 v[3];

    do
        for (int k = 0; k < 3; k++) v[k] = market_wish(m, shop);
    while (v[0] == v[1] || v[1] == v[2] || v[0] == v[2]);
    snprintf(to, room,
             "{\"kind\":\"pickup\",\"place_id\":\"%lld\",%s,\"lines\":["
             "{\"variant_id\":\"%lld\",\"qty\":1},{\"variant_id\":\"%lld\",\"qty\":1},"
             "{\"variant_id\":\"%lld\",\"qty\":1}]}",
             m->places[shop], m->buyers[person], v[0], v[1], v[2]);
}

size_t market_next(void *arg, int k, char *to, size_t room)
{
    struct market *m = arg;
    char body[1024], head[128];

    (void)k;
    market_order(m, body, sizeof(body));
    snprintf(head, sizeof(head), "Idempotency-Key: bench-%lld\r\n", m->serial++);
    return load_request(to, room, &(struct wish){ "POST", "/v1/order", head, body });
}

void market_answer(void *arg, int k, const struct answered *a)
{
    struct market *m = arg;

    (void)k;
    if (a->status == 201)
        m->placed++;
    else if (a->status == 409)
        m->refused++;
    else if (m->other++ < 3)
        fprintf(stderr, "%d %.*s\n", a->status, (int)a->n, a->body);
}
