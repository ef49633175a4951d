#include "db/db_seal.h"

#include <string.h>

#include "base/contact.h"
#include "base/seal.h"
#include "db/db.h"

enum { TEXTS = 4 };

struct row {
    i64 at[2];
    const char *was[TEXTS], *is[TEXTS];
};

static enum err anew(struct ctx *c, char how, const char *was, const char **ret)
{
    const char *open;

    *ret = was;
    if (!was || !*was) return ERR_OK;
    if (how == 'c') {
        if (!contact_is_newest(was))
            *ret = contact_seal(c->mem, contact_open(c->mem, was));
        return ERR_OK;
    }
    if (seal_is_newest(was)) return ERR_OK;
    TRY(seal_open(c, was, &open));
    return seal_close(c, open, ret);
}

/* The rows of a slice; they are changed when all are read. */
static enum err read_rows(struct ctx *c, const struct sealed *s, struct sealing *w,
                          struct row *ret, i64 *ret_n)
{
    const size_t n = strlen(s->how);
    struct row row = { { 0 }, { NULL }, { NULL } };
    struct out o[2 + TEXTS] = { { OUT_INT, &row.at[0] }, { OUT_INT, &row.at[1] } };

    for (size_t k = 0; k < n; k++) o[2 + k] = (struct out){ OUT_TEXT, &row.was[k] };
    ROWS r;
    TRY(db_rows(c, &r, s->rows, w->at[0], w->at[1], w->limit));
    for (*ret_n = 0; *ret_n < w->limit && db_next_(&r, o, 2 + n); ++*ret_n)
        ret[*ret_n] = row;
    return r.err;
}

static enum err put_row(struct ctx *c, const struct sealed *s, struct row *row,
                        i64 *changed)
{
    const size_t n = strlen(s->how);
    struct val v[2 + 2 * TEXTS] = { val_i(row->at[0]), val_i(row->at[1]) };
    bool same = true;
    i64 did;

    for (size_t k = 0; k < n; k++) {
        TRY(anew(c, s->how[k], row->was[k], &row->is[k]));
        same &= row->is[k] == row->was[k];
        v[2 + k] = val_s(row->is[k]);
        v[2 + n + k] = val_s(row->was[k]);
    }
    if (same) return ERR_OK;
    TRY(db_exec_(c, s->put, &did, v, 2 + 2 * n));
    *changed += did;
    return ERR_OK;
}

enum err db_reseal(struct ctx *c, const struct sealed *s, struct sealing *w)
{
    struct row *row;
    i64 n;

    if (s->slice) return s->slice(c, w);
    row = arena_raw(c->mem, (size_t)w->limit * sizeof(*row));
    TRY(read_rows(c, s, w, row, &n));
    for (i64 k = 0; k < n; k++) TRY(put_row(c, s, &row[k], &w->changed));
    w->more = n == w->limit;
    if (n) memcpy(w->at, row[n - 1].at, sizeof(w->at));
    return ERR_OK;
}
