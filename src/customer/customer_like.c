/* The whole base, and one person: who is likely the same as whom. */
#include "customer/customer_like.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/contact.h"
#include "base/limits.h"
#include "base/time.h"
#include "customer/customer_like_own.h"
#include "customer/customer_own.h"
#include "http/shape.h"

enum { PEOPLE, KEYS, KEEP_MODEL };

/* clang-format off */
const struct query customer_like_sql[] = {
    [PEOPLE] = { "customer.like_people",
        "SELECT id, last_name, first_name, middle_name, birth_day, region_id FROM customer_person"
        " WHERE id > $1 AND merged_into IS NULL ORDER BY id LIMIT $2" },

    [KEYS] = { "customer.like_keys",
        "SELECT customer_id, kind, value FROM customer_key"
        " WHERE customer_id > $1 AND customer_id <= $2 AND kind < 2"
        " UNION ALL SELECT customer_id, kind, value FROM customer_key_use"
        " WHERE customer_id > $1 AND customer_id <= $2 AND kind < 2"
        " ORDER BY 1, 2, 3" },

    [KEEP_MODEL] = { "customer.like_keep_model",
        "INSERT INTO customer_like_model (id, body, people, at) VALUES (1, $1, $2, $3)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body, people = excluded.people, at = excluded.at" },
    QUERY_END
};
/* clang-format on */

/* ---- Reading people ------------------------------------------------------------- */

struct reading {
    struct like_set *set;
    i64 after_id, people;
    bool more;
    like_step step;
    void *arg;
};

int customer_like_birth(i64 birth_day)
{
    int year, month, mday;

    if (birth_day == NONE) return 0;
    time_civil(birth_day, &year, &month, &mday);
    return year * 10000 + month * 100 + mday;
}

/* The keys of a page's people come in the same order as they. */
struct keys {
    struct rows *rows;
    i64 id, kind;
    const char *value;
    bool any;
};

static void next_key(struct keys *k)
{
    k->any = db_next(k->rows, INTO(&k->id, &k->kind, &k->value));
    if (k->any) k->value = contact_open(k->rows->c->mem, k->value);
}

static void take_keys(struct keys *k, struct like_person *p)
{
    int phones = 0, emails = 0;

    for (; k->any && k->id <= p->id; next_key(k)) {
        if (k->id < p->id) continue;
        if (k->kind == KEY_PHONE && phones < LIKE_PHONES)
            p->phones[phones++] = k->value;
        if (k->kind == KEY_EMAIL && emails < LIKE_EMAILS)
            p->emails[emails++] = k->value;
    }
}

static enum err read_people(struct ctx *c, struct reading *g, struct list *ret)
{
    struct like_person p = { 0 };
    i64 birth_day, region_id;

    ROWS r;
    TRY(db_rows(c, &r, &customer_like_sql[PEOPLE], g->after_id, LIMIT_BULK_ROWS));
    while (db_next(&r,
                   INTO(&p.id, &p.last, &p.first, &p.middle, &birth_day, &region_id))) {
        p.birth = customer_like_birth(birth_day);
        p.region = region_id == NONE ? NULL : arena_printf(c->mem, "%lld", region_id);
        *(struct like_person *)list_add(c->mem, ret, sizeof(p)) = p;
    }
    return r.err;
}

static enum err read_page(struct ctx *c, void *arg)
{
    struct reading *g = arg;
    struct list people = { 0 };

    TRY(read_people(c, g, &people));
    struct like_person *p = people.at;
    g->more = people.n == LIMIT_BULK_ROWS;
    if (!people.n) return ERR_OK;
    ROWS r;
    TRY(db_rows(c, &r, &customer_like_sql[KEYS], g->after_id, p[people.n - 1].id));
    struct keys keys = { .rows = &r };
    next_key(&keys);
    for (size_t n = 0; n < people.n; n++) {
        take_keys(&keys, &p[n]);
        like_set_add(g->set, &p[n]);
    }
    g->after_id = p[people.n - 1].id;
    g->people += (i64)people.n;
    return r.err;
}

/* A page in a snapshot and an arena of its own. */
static enum err read_all(struct ctx *c, struct reading *g)
{
    struct arena *keep = c->mem;
    enum err e = ERR_OK;

    g->more = true;
    while (g->more && !e) {
        c->mem = arena_new(LIMIT_JOB_ARENA);
        e = db_snapshot(c, read_page, g);
        if (e && c->fault.message)
            c->fault.message =
                arena_strdup(keep, c->fault.message, strlen(c->fault.message));
        arena_free(c->mem);
        c->mem = keep;
        if (!e && g->step) e = g->step(c, g->people, 0, g->arg);
    }
    return e;
}

/* ---- The pass
 * ------------------------------------------------------------------------ */

struct pass {
    struct like_set *set;
    struct link *link;
    struct link_model model;
    struct link_pair *pairs;
    size_t n, room;
    like_hear hear;
    like_step step;
    void *arg;
    _Atomic unsigned at; /* the record that is compared */
    atomic_bool stop;
};

static bool keep_pair(void *arg, const struct link_pair *pair)
{
    struct pass *p = arg;

    p->at = pair->a;
    if (p->n == p->room) {
        p->room = p->room ? p->room * 2 : 4096;
        p->pairs = realloc(p->pairs, p->room * sizeof(*p->pairs));
        if (!p->pairs) abort();
    }
    p->pairs[p->n++] = *pair;
    return !p->stop;
}

void customer_like_tell(const struct like_set *set, const struct link_model *m,
                        const struct link_pair *pair, const struct like_verdict *v,
                        struct like_pair *ret)
{
    const struct link_job *job = like_set_job(set);
    struct link_look looks[LINK_FIELDS] = { 0 };
    double bits[LINK_FIELDS];

    job->look(job->arg, pair->a, pair->b, looks);
    *ret = (struct like_pair){ .a_id = like_set_id(set, pair->a),
                               .b_id = like_set_id(set, pair->b),
                               .weight = link_weigh(m, job, looks, bits),
                               .band = v->band,
                               .against = v->against };
    ret->probability = link_probability(ret->weight);
    for (int f = 0; f < LIKE_FIELDS; f++) {
        ret->level[f] = (signed char)looks[f].level;
        ret->bits[f] = (float)bits[f];
    }
    if (ret->a_id <= ret->b_id) return;
    const i64 a = ret->a_id;
    ret->a_id = ret->b_id;
    ret->b_id = a;
}

static enum err tell_all(struct ctx *c, struct pass *p, struct like_stats *ret)
{
    struct like_verdict *v = calloc(p->n + 1, sizeof(*v));
    const i64 n = like_set_count(p->set);
    struct like_pair pair;
    enum err e = ERR_OK;

    if (!v) abort();
    like_set_bands(p->set, p->link, &p->model, p->pairs, p->n, v);
    for (size_t k = 0; k < p->n && !e; k++) {
        ret->sure += v[k].band == LIKE_SURE;
        ret->review += v[k].band == LIKE_REVIEW;
        customer_like_tell(p->set, &p->model, &p->pairs[k], &v[k], &pair);
        e = p->hear(c, &pair, p->arg);
        if (!e && p->step && k % 64 == 0)
            e = p->step(c, 2 * n + (i64)k * n / (i64)p->n, 3 * n, p->arg);
    }
    free(v);
    return e;
}

static enum err keep_model(struct ctx *c, void *arg)
{
    const struct pass *p = arg;

    return db_exec(c, &customer_like_sql[KEEP_MODEL], NULL,
                   like_model_text(c->mem, &p->model), (i64)like_set_count(p->set),
                   c->now);
}

/* Arithmetic alone; the threads it starts are as nice as it is. */
static void *compare(void *arg)
{
    struct pass *p = arg;

    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
    like_set_finish(p->set);
    p->link = link_open(like_set_job(p->set));
    link_learn(p->link, &like_model_built_in, &p->model);
    link_pass(p->link, &p->model, like_weight_of(LIKE_REVIEW_P), keep_pair, p);
    return NULL;
}

/* Wait for it, telling once a second how far it is. */
static enum err watch(struct ctx *c, struct pass *p, pthread_t thread)
{
    const i64 n = like_set_count(p->set);
    enum err e = ERR_OK;

    for (;;) {
        struct timespec until;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        if (!pthread_timedjoin_np(thread, NULL, &until)) return e;
        if (!e && p->step) e = p->step(c, n + p->at, 3 * n, p->arg);
        p->stop = e != ERR_OK;
    }
}

static enum err run_pass(struct ctx *c, struct pass *p, struct like_stats *ret)
{
    struct link_stats stats;
    pthread_t thread;

    if (pthread_create(&thread, NULL, compare, p) != 0)
        return FAIL(c, UNAVAILABLE, "no thread to compare people with");
    TRY(watch(c, p, thread));
    link_stats(p->link, &stats);
    ret->compared = stats.compared;
    TRY(db_unit(c, keep_model, p));
    return tell_all(c, p, ret);
}

enum err customer_like_all(struct ctx *c, like_hear hear, like_step step, void *arg,
                           struct like_stats *ret)
{
    const i64 from_us = time_mono_us();
    struct pass p = { .set = like_set_new(), .hear = hear, .step = step, .arg = arg };
    struct reading g = { .set = p.set, .step = step, .arg = arg };

    *ret = (struct like_stats){ 0 };
    enum err e = read_all(c, &g);
    if (!e) e = run_pass(c, &p, ret);
    ret->people = g.people;
    ret->took_ms = (time_mono_us() - from_us) / 1000;
    free(p.pairs);
    link_close(p.link);
    like_set_free(p.set);
    return e;
}
