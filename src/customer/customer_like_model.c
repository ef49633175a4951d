/* What was learned, as text and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "customer/customer_like_own.h"

enum { HEAD = 3, ONE = LINK_FIELDS * LINK_LEVELS, NUMBERS = HEAD + 3 * ONE };

/* The k-th number of a model, in the order of its text. */
static double *number(struct link_model *m, int k)
{
    double *const heads[HEAD] = { &m->same, &m->kin, &m->n };
    double(*const tables[3])[LINK_LEVELS] = { m->m, m->u, m->k };

    if (k < HEAD) return heads[k];
    k -= HEAD;
    return &tables[k / ONE][k % ONE / LINK_LEVELS][k % LINK_LEVELS];
}

/* The fields and levels it belongs to: another build may have others. */
static void begin(struct buf *b)
{
    for (int f = 0; f < LIKE_FIELDS; f++)
        buf_printf(b, "%s:%d ", like_fields[f].name, like_fields[f].levels);
    buf_text(b, "= ");
}

const char *like_model_text(struct arena *mem, const struct link_model *m)
{
    struct buf b = buf_new(mem, 8192, 65536);
    struct link_model own = *m;

    begin(&b);
    for (int k = 0; k < NUMBERS; k++) buf_printf(&b, "%.9g ", *number(&own, k));
    return b.at;
}

bool like_model_read(const char *text, struct link_model *ret)
{
    struct arena *mem = arena_new(65536);
    struct buf b = buf_new(mem, 1024, 8192);
    char *at = NULL;
    int k = 0;

    begin(&b);
    *ret = (struct link_model){ 0 };
    if (!strncmp(text, b.at, b.n)) at = (char *)text + b.n;
    for (char *from = at; at && k < NUMBERS; from = at, k++) {
        *number(ret, k) = strtod(from, &at);
        if (at == from) at = NULL;
    }
    arena_free(mem);
    return at != NULL;
}

/* Believed before a base has told anything: learned, without labels, from 200,000
 * people of the generator (app/demo_crowd.h, seed 7, own lists); fields which those do
 * not have are a guess, nine in ten alike. */
/* clang-format off */
const struct link_model like_model_built_in = {
    .same = 5.85e-07,
    .kin = 2.7e-06,
    .n = 200000,
    .m = {
        { 0.0213, 6.6e-06, 0.000176, 0.00375, 0.0654, 0.0827, 0.827 }, /* last_name */
        { 0.0122, 0.00149, 0.0179, 0.00017, 0.0348, 0.155, 0.778 }, /* first_name */
        { 0.00198, 0.000518, 0.0565, 0.00114, 0.0312, 0.000132, 0.908 }, /* middle_name */
        { 3.39e-05, 1 }, /* sex */
        { 1.61e-05, 0.0129, 0.00986, 0.0162, 0.0324, 0.00485, 0.924 }, /* birth_date */
        { 0.276, 3.49e-06, 0.0828, 0.641 }, /* phone */
        { 0.171, 0.00705, 0.0073, 0.0652, 0.75 }, /* email */
        { 0.163, 9.67e-06, 9.66e-06, 0.074, 0.763 }, /* street */
        { 0.17, 0.00086, 1.29e-05, 0.829 }, /* house */
        { 0.025, 0.025, 0.025, 0.025, 0.9 }, /* address */
        { 0.00305, 3.6e-06, 2.91e-06, 4.1e-06, 0.997 }, /* town */
        { 0.0333, 0.0333, 0.0333, 0.9 }, /* post_code */
        { 0.05, 0.05, 0.9 }, /* region */
    },
    .u = {
        { 0.986, 0.0113, 2.72e-05, 0.00175, 0.000181, 0.000547, 0.000555 }, /* last_name */
        { 0.987, 3.99e-05, 0.000157, 6.7e-06, 3.73e-05, 0.000685, 0.0121 }, /* first_name */
        { 0.941, 0.032, 0.000515, 0.00196, 4.38e-05, 0.0122, 0.0124 }, /* middle_name */
        { 0.5, 0.5 }, /* sex */
        { 0.967, 0.0113, 0.0167, 0.0033, 0.00163, 2.17e-05, 5.68e-05 }, /* birth_date */
        { 1, 1.39e-07, 1.39e-07, 9.85e-06 }, /* phone */
        { 1, 0.000179, 1.65e-06, 2.76e-07, 7.47e-05 }, /* email */
        { 0.976, 0.00396, 2.4e-06, 0.000166, 0.0199 }, /* street */
        { 0.998, 0.00204, 0.000296, 6.15e-05 }, /* house */
        { 0.2, 0.2, 0.2, 0.2, 0.2 }, /* address */
        { 0.964, 0.00629, 1.23e-07, 0.00158, 0.028 }, /* town */
        { 0.25, 0.25, 0.25, 0.25 }, /* post_code */
        { 0.333, 0.333, 0.333 }, /* region */
    },
    .k = {
        { 0.118, 0.00113, 0.000161, 0.00355, 0.0589, 0.0745, 0.744 }, /* last_name */
        { 0.977, 5.43e-05, 0.000334, 8.34e-06, 0.000385, 0.00223, 0.0198 }, /* first_name */
        { 0.471, 0.0163, 0.0285, 0.00155, 0.0156, 0.00617, 0.46 }, /* middle_name */
        { 0.5, 0.5 }, /* sex */
        { 0.957, 0.0113, 0.0166, 0.00343, 0.00194, 7e-05, 0.00929 }, /* birth_date */
        { 0.276, 3.49e-06, 0.0828, 0.641 }, /* phone */
        { 0.585, 0.00362, 0.00365, 0.0326, 0.375 }, /* email */
        { 0.163, 9.67e-06, 9.66e-06, 0.074, 0.763 }, /* street */
        { 0.17, 0.00086, 1.29e-05, 0.829 }, /* house */
        { 0.025, 0.025, 0.025, 0.025, 0.9 }, /* address */
        { 0.00305, 3.6e-06, 2.91e-06, 4.1e-06, 0.997 }, /* town */
        { 0.0333, 0.0333, 0.0333, 0.9 }, /* post_code */
        { 0.05, 0.05, 0.9 }, /* region */
    },
};
/* clang-format on */
