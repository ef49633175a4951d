/* One person whole, among very many: cold, anybody, and those who are asked for all
 * day.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bare.h"
#include "db/db.h"
#include "http/route.h"
#include "town.h"

void bench_town(const struct options *o, struct result *r);
void bench_profile_360(const struct options *o, struct result *r);
void bench_profile_hot(const struct options *o, struct result *r);

enum { CLIENTS = 16, HOT = 20000, RECORDED = 20000, SOME = 200, COLD_MS = 5000 };

struct asking {
    const i64 *ids;
    i64 n; /* of ids */
    u64 dice;
    const char *head;
    i64 answers, bytes, wrong;
};

static size_t next_person(void *arg, int k, char *to, size_t room)
{
    struct asking *a = arg;
    char path[96];

    (void)k;
    snprintf(path, sizeof(path), "/v1/customer/%lld/profile",
             a->ids[town_throw(&a->dice) % (u64)a->n]);
    return load_request(to, room, &(struct wish){ "GET", path, a->head, NULL });
}

static void answer(void *arg, int k, const struct answered *got)
{
    struct asking *a = arg;

    (void)k;
    a->answers++;
    a->bytes += (i64)got->n;
    a->wrong += got->status != 200;
}

/* ---- The system's copy of a file's pages
 * --------------------------------------------- */

static void let_go(const char *file)
{
    const int fd = open(file, O_RDONLY);

    if (fd < 0) return;
    fdatasync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

static void size_of(const char *file, double *ret_gib, double *ret_held_gib)
{
    const int fd = open(file, O_RDONLY);
    struct stat st = { 0 };
    i64 held = 0;

    if (fd >= 0) fstat(fd, &st);
    const size_t pages = ((size_t)st.st_size + 4095) / 4096;
    unsigned char *in = malloc(pages + 1);
    void *at = pages ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0)
                     : MAP_FAILED;

    if (in && at != MAP_FAILED && !mincore(at, (size_t)st.st_size, in))
        for (size_t k = 0; k < pages; k++) held += in[k] & 1;
    if (at != MAP_FAILED) munmap(at, (size_t)st.st_size);
    free(in);
    if (fd >= 0) close(fd);
    *ret_gib = (double)st.st_size / (1 << 30);
    *ret_held_gib = (double)held * 4096 / (1 << 30);
}

/* ---- The bare loop
 * -------------------------------------------------------------------- */

static struct recording *record_some(struct inside *in, struct asking *a, int many)
{
    struct recording *rec = record_new();
    char path[96];

    for (int k = 0; k < many; k++) {
        snprintf(path, sizeof(path), "/v1/customer/%lld/profile",
                 a->ids[town_throw(&a->dice) % (u64)a->n]);
        if (inside_begin(in, false)) break;
        record_begin(rec);
        const struct reply got = route_serve(in->c, modules, "GET", path, "");
        record_end(rec);
        inside_end(in, false);
        if (got.status != 200) break; /* so many reads wait to be audited */
    }
    return rec;
}

/* What so many profiles ask; NULL: no database. */
static struct recording *asked(const struct town_files *f, struct asking *a, int many)
{
    struct inside in;

    if (!inside_open_as(
            &in, &(struct db_config){
                     .url = f->core, .beside = "track", .readers = 1, .writers = 1 }))
        return NULL;
    struct recording *rec = record_some(&in, a, many);
    inside_close(&in);
    return rec;
}

static void bare(const struct town_files *f, struct asking *a, struct result *r,
                 double *ret_statements)
{
    struct recording *rec = asked(f, a, RECORDED);

    if (!rec) {
        bench_fail(r, "no database");
        return;
    }
    *ret_statements = (double)record_statements(rec) / (double)record_pieces(rec);
    r->limit = bare_run(&(struct bare){
        .db = f->core, .beside = f->track, .work = rec, .read_only = true });
    record_free(rec);
}

/* ---- The rows
 * --------------------------------------------------------------------------- */

static bool files_of(const struct options *o, struct town_files *f)
{
    const struct town_plan k = o->quick ? (struct town_plan){ 2000, 20000 }
                                        : (struct town_plan){ o->people, o->events };

    return town_file(o, &k, f);
}

static struct loaded run(const struct server *s, struct asking *a, i64 ms)
{
    const struct load l = { .port = s->port,
                            .clients = CLIENTS,
                            .duration_ms = ms,
                            .make = next_person,
                            .reply = answer,
                            .arg = a };
    return load_run(&l);
}

static void figures(const struct loaded *got, const struct asking *a, struct result *r)
{
    r->rate = (double)got->done / got->seconds;
    r->p50_ms = got->p50_ms;
    r->p99_ms = got->p99_ms;
    r->target = 5000;
    if (got->failed || got->busy || !got->done || a->wrong)
        bench_fail(r, "%lld failed, %lld refused, %lld wrong", got->failed, got->busy,
                   a->wrong);
}

static void measure(const struct options *o, const struct town_files *f,
                    struct asking *a, bool cold, struct result *r)
{
    struct server s;
    char head[512] = "";
    struct loaded first = { 0 };
    double statements = 0, gib[2], held[2];
    struct recording *some = cold ? asked(f, a, SOME) : NULL;

    if (cold && !some) {
        bench_fail(r, "no database");
        return;
    }
    if (!server_start_at(o, f->core, &s)) {
        bench_fail(r, "no server");
        return;
    }
    if (!staff_head(s.port, "operator", head, sizeof(head))) bench_fail(r, "no login");
    a->head = head;
    if (cold) {
        let_go(f->core);
        let_go(f->track);
        first = run(&s, a, COLD_MS);
        bare_warm(&(struct bare){ .db = f->core, .beside = f->track, .work = some });
    }
    run(&s, a, 2000);
    const struct loaded got = run(&s, a, o->seconds * 1000);
    figures(&got, a, r);
    r->rss_mib = server_rss_mib(&s);
    size_of(f->core, &gib[0], &held[0]);
    size_of(f->track, &gib[1], &held[1]);
    server_stop(&s);
    if (some) record_free(some);
    bare(f, a, r, &statements);
    if (!r->ok) return;
    const int n = snprintf(
        r->note, sizeof(r->note),
        "%.1f statements, %lld bytes; core %.1f GiB (%.1f in memory), log %.1f "
        "(%.1f)",
        statements, a->bytes / (a->answers ? a->answers : 1), gib[0], held[0], gib[1],
        held[1]);
    if (cold && n > 0 && (size_t)n < sizeof(r->note))
        snprintf(r->note + n, sizeof(r->note) - (size_t)n,
                 "; first 5 s with nothing in memory %.0f/s, p99 %.1f ms",
                 (double)first.done / first.seconds, first.p99_ms);
}

static void profile(const struct options *o, bool hot, struct result *r)
{
    struct town_plan k = { o->quick ? 2000 : o->people, 0 };
    struct town_files f;

    if (!files_of(o, &f)) {
        bench_fail(r, "no town");
        return;
    }
    if (k.people > TOWN_MOST) k.people = town_people(&f);
    i64 *ids = town_ids(&k);
    struct asking a = { .ids = ids, .n = k.people, .dice = 5 };

    if (hot) { /* scattered over all */
        a.n = k.people < HOT ? k.people : HOT;
        for (i64 n = 0; n < a.n; n++) ids[n] = ids[n * (k.people / a.n)];
    }
    measure(o, &f, &a, !hot, r);
    free(ids);
}

/* Made anew only when it is not there. */
void bench_town(const struct options *o, struct result *r)
{
    struct town_files f;
    const double from = now_s();

    if (!files_of(o, &f)) bench_fail(r, "no town");
    r->rate = (double)o->people / (now_s() - from);
}

void bench_profile_360(const struct options *o, struct result *r)
{
    profile(o, false, r);
}

void bench_profile_hot(const struct options *o, struct result *r)
{
    profile(o, true, r);
}
