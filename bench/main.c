#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/seal.h"
#include "bench.h"

void bench_start(const struct options *o, struct result *r);
void bench_profile(const struct options *o, struct result *r);
void bench_town(const struct options *o, struct result *r);
void bench_profile_360(const struct options *o, struct result *r);
void bench_profile_hot(const struct options *o, struct result *r);
void bench_browse(const struct options *o, struct result *r);
void bench_search(const struct options *o, struct result *r);
void bench_order_place(const struct options *o, struct result *r);
void bench_checkout(const struct options *o, struct result *r);
void bench_stock_live(const struct options *o, struct result *r);
void bench_event_ingest(const struct options *o, struct result *r);
void bench_event_visible(const struct options *o, struct result *r);
void bench_import_fresh(const struct options *o, struct result *r);
void bench_import_changed(const struct options *o, struct result *r);
void bench_import_rests(const struct options *o, struct result *r);
void bench_segment(const struct options *o, struct result *r);
void bench_link(const struct options *o, struct result *r);
void bench_compare(const struct options *o, struct result *r);
void bench_seal(const struct options *o, struct result *r);
void bench_open(const struct options *o, struct result *r);

/* clang-format off */
const struct bench benches[] = {
    { "start",          "process start to first answer, ms in p50; resident memory", bench_start, false },
    { "profile",        "profile of a customer over HTTP", bench_profile, true },
    { "town",           "the database of the next two is made, when it is not there: people/s", bench_town, false },
    { "profile_360",    "the same of --people with --events on screens: anybody", bench_profile_360, false },
    { "profile_360_hot", "the same: the 20,000 who are asked for all day", bench_profile_hot, false },
    { "browse",         "category page with facets and \"in this shop now\"", bench_browse, true },
    { "search",         "the queries of tests/search/queries.tsv", bench_search, true },
    { "order_place",    "3-line pick-up orders, 128 clients, 3,000 profile reads/s beside", bench_order_place, true },
    { "checkout",       "guest basket, 2 lines, pick-up, order: whole orders", bench_checkout, true },
    { "stock_live",     "till sale to 1,000 listeners", bench_stock_live, false },
    { "event_ingest",   "batches of 100 events of 300 bytes, durable, once, heard by all and 50 segments", bench_event_ingest, true },
    { "event_visible",  "10,000 events/s: one sent until every follower has written", bench_event_visible, true },
    { "stock_import_csv_fresh",   "levels by CSV into empty shelves, orders beside: rows/s", bench_import_fresh, false },
    { "stock_import_csv_changed", "the same, every row another number: rows/s", bench_import_changed, false },
    { "stock_import_rests",       "the same by CommerceML rests.xml: rows/s", bench_import_rests, false },
    { "segment",        "50 segments, everybody looked at anew: customers/s", bench_segment, false },
    { "link_1m",        "a million people, 5 % doubles: all likely pairs; records/s", bench_link, false },
    { "compare_1m",     "the same in the tables, by the job: merged and queued; records/s", bench_compare, false },
    { "contact_seal",   "a phone as it stands in the tables: base/contact.h", bench_seal, false },
    { "contact_open",   "and read back, its mark proved", bench_open, false },
    { NULL, NULL, NULL, false },
};
/* clang-format on */

void bench_fail(struct result *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->note, sizeof(r->note), fmt, ap);
    va_end(ap);
    r->ok = false;
}

static void print_row(const struct result *r)
{
    printf("%-26s %-8s ", r->name, r->engine);
    if (!r->ok) {
        printf("NO FIGURE: %s\n", r->note);
        return;
    }
    printf("%11.1f/s ", r->rate);
    if (r->limit > 0)
        printf("%11.1f/s  %5.2f ", r->limit, r->rate / r->limit);
    else
        printf("%13s  %5s ", "", "");
    printf("%9.2f %9.2f %8.0f  %s\n", r->p50_ms, r->p99_ms, r->rss_mib, r->note);
    fflush(stdout);
}

static void json_row(FILE *f, const struct result *r, bool first)
{
    fprintf(f, "%s\n  {\"name\": \"%s\", \"engine\": \"%s\", ", first ? "" : ",",
            r->name, r->engine);
    if (!r->ok) {
        fprintf(f, "\"error\": \"%s\"}", r->note);
        return;
    }
    fprintf(f,
            "\"rate\": %.1f, \"ratio\": %.3f, \"limit\": %.1f, \"p50_ms\": %.3f, "
            "\"p99_ms\": %.3f, "
            "\"rss_mib\": %.1f}",
            r->rate, r->limit > 0 ? r->rate / r->limit : 0, r->limit, r->p50_ms,
            r->p99_ms, r->rss_mib);
}

/* A name is that row alone, another word all whose names have it. */
static bool wanted(const char *only, const char *name)
{
    for (const struct bench *b = benches; only && b->name; b++)
        if (!strcmp(b->name, only)) return !strcmp(name, only);
    return !only || strstr(name, only);
}

static const char *argument(int argc, char **argv, const char *name, const char *def)
{
    for (int k = 1; k + 1 < argc; k++)
        if (!strcmp(argv[k], name)) return argv[k + 1];
    return def;
}

static bool run_all(const struct options *o, const char *only, FILE *json)
{
    bool all = true;
    static bool any;

    for (const struct bench *b = benches; b->name; b++) {
        struct result r = { .name = b->name, .engine = o->engine, .ok = true };

        if (!wanted(only, b->name) || (!b->postgres && strcmp(o->engine, "sqlite")))
            continue;
        fprintf(stderr, "%s (%s): %s\n", b->name, o->engine, b->doc);
        b->run(o, &r);
        print_row(&r);
        json_row(json, &r, !any);
        any = true;
        all &= r.ok;
    }
    return all;
}

static bool one_of(const char *const *list, const char *name)
{
    while (*list && strcmp(*list, name)) list++;
    return *list;
}

/* Whether every argument is one that is known; if not, says what there is. */
static bool understood(int argc, char **argv)
{
    static const char *const with[] = { "--only",    "--json",   "--pg",
                                        "--seconds", "--people", "--events",
                                        "--minutes", NULL };
    static const char *const alone[] = { "--quick", "--statements", "--no-sqlite",
                                         NULL };

    for (int k = 1; k < argc; k++) {
        if (one_of(with, argv[k]) && k + 1 < argc)
            k++;
        else if (!one_of(alone, argv[k])) {
            fprintf(stderr, "usage: bench [--only PART] [--seconds N] [--quick]"
                            " [--statements]\n             [--json FILE] [--pg URL"
                            " [--no-sqlite]]\n             [--people N --events N"
                            " [--minutes N]]\n");
            for (const struct bench *b = benches; b->name; b++)
                fprintf(stderr, "  %-26s %s\n", b->name, b->doc);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    if (!understood(argc, argv)) return 2;
    struct options o = { .engine = "sqlite", .dir = "build/bench", .seconds = 8 };
    const char *only = argument(argc, argv, "--only", NULL);
    FILE *json = fopen(argument(argc, argv, "--json", "build/bench.json"), "w");
    double p99 = 0;

    if (!json) return 1;
    signal(SIGPIPE, SIG_IGN);
    o.pg_url = argument(argc, argv, "--pg", NULL);
    o.seconds = strtoll(argument(argc, argv, "--seconds", "8"), NULL, 10);
    o.people = strtoll(argument(argc, argv, "--people", "100000"), NULL, 10);
    o.events = strtoll(argument(argc, argv, "--events", "1000000"), NULL, 10);
    o.minutes = strtoll(argument(argc, argv, "--minutes", "600"), NULL, 10);
    for (int k = 1; k < argc; k++) {
        o.quick |= !strcmp(argv[k], "--quick");
        o.tell |= !strcmp(argv[k], "--statements");
        o.pg_alone |= !strcmp(argv[k], "--no-sqlite");
    }
    mkdir(o.dir, 0755);
    mkdir("build/bench/state", 0750); /* as the servers have it: one key for all */
    seal_dir_set("build/bench/state");
    machine_other_cpu();
    const double flush = machine_flush_us(o.dir, &p99);
    printf("flush of 4 KiB: p50 %.0f us, p99 %.0f us\n", flush, p99);
    printf("%-26s %-8s %13s %13s  %5s  %9s %9s %8s\n", "name", "engine", "rate",
           "bare limit", "ratio", "p50 ms", "p99 ms", "RSS MiB");
    fprintf(json, "[");
    bool ok = o.pg_alone || run_all(&o, only, json);
    if (o.pg_url) {
        o.engine = "postgres";
        ok &= run_all(&o, only, json);
    }
    fprintf(json, "\n]\n");
    fclose(json);
    printf("other processes took %.0f %% of a core meanwhile%s\n",
           machine_other_cpu() * 100, o.pg_url ? " (PostgreSQL's own among them)" : "");
    return ok ? 0 : 1;
}
