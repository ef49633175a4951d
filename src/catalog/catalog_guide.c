/* What a guided selection asks: texts that people write, not code. */
#include <string.h>

#include "catalog/catalog_own.h"
#include "catalog/catalog_shopper.h"
#include "db/db.h"

enum { PUT, DROP, ANSWER_ADD, ANSWERS_DROP, OF, ANSWERS_OF, ALL };

#define COLUMNS "category_id, code, sort, asked, text, text_en, hint, hint_en"

/* clang-format off */
const struct query catalog_guide_sql[] = {
    [PUT] = { "catalog.put_guide",
        "INSERT INTO catalog_guide (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (category_id, code) DO UPDATE SET sort = excluded.sort, asked = excluded.asked,"
        "   text = excluded.text, text_en = excluded.text_en, hint = excluded.hint, hint_en = excluded.hint_en" },
    [DROP] = { "catalog.drop_guide", "DELETE FROM catalog_guide WHERE category_id = $1 AND code = $2" },
    [ANSWER_ADD] = { "catalog.add_guide_answer",
        "INSERT INTO catalog_guide_answer (category_id, code, sort, text, text_en, value)"
        " VALUES ($1, $2, $3, $4, $5, $6)" },
    [ANSWERS_DROP] = { "catalog.drop_guide_answers",
        "DELETE FROM catalog_guide_answer WHERE category_id = $1 AND code = $2" },
    [OF] = { "catalog.guides_of", "SELECT " COLUMNS " FROM catalog_guide WHERE category_id = $1 ORDER BY code" },
    [ANSWERS_OF] = { "catalog.guide_answers_of",
        "SELECT text, text_en, value FROM catalog_guide_answer WHERE category_id = $1 AND code = $2 ORDER BY sort" },
    [ALL] = { "catalog.guides", "SELECT " COLUMNS " FROM catalog_guide ORDER BY category_id, sort, code",
        .scan = "texts that people wrote; some hundred rows" },
    QUERY_END
};
/* clang-format on */

#define Q catalog_guide_sql

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

/* ---- Writing -------------------------------------------------------------------- */

static enum err code_check(struct ctx *c, const char *code)
{
    i64 id;

    if (!strcmp(code, "price") || !strcmp(code, "brand")) return ERR_OK;
    if (catalog_spec_find(c, code, &id))
        return FAIL_FIELD(c, NO_SUCH, "code", "no specification \"%s\"", code);
    return ERR_OK;
}

enum err catalog_guide_put(struct ctx *c, const struct catalog_guide *g)
{
    const i64 category_id = g->category_id == NONE ? 0 : g->category_id;
    const struct catalog_guide_answer *a = g->answers.at;
    struct catalog_category category;

    TRY(code_check(c, g->code));
    if (category_id && catalog_category_get(c, category_id, &category))
        return FAIL_FIELD(c, NO_SUCH, "category_id", "no category %lld", category_id);
    TRY(db_exec(c, &Q[PUT], NULL, category_id, g->code, g->sort, g->asked,
                or_empty(g->text), or_empty(g->text_en), or_empty(g->hint),
                or_empty(g->hint_en)));
    TRY(db_exec(c, &Q[ANSWERS_DROP], NULL, category_id, g->code));
    for (size_t k = 0; k < g->answers.n; k++)
        TRY(db_exec(c, &Q[ANSWER_ADD], NULL, category_id, g->code, (i64)k,
                    or_empty(a[k].text), or_empty(a[k].text_en), a[k].value));
    return ERR_OK;
}

enum err catalog_guide_drop(struct ctx *c, i64 category_id, const char *code)
{
    i64 n;

    TRY(db_exec(c, &Q[ANSWERS_DROP], NULL, category_id, code));
    TRY(db_exec(c, &Q[DROP], &n, category_id, code));
    return n ? ERR_OK : FAIL(c, NOT_FOUND, "nothing is written about \"%s\"", code);
}

/* ---- Reading -------------------------------------------------------------------- */

static enum err answers_read(struct ctx *c, struct catalog_guide *g)
{
    struct catalog_guide_answer a;
    ROWS r;

    TRY(db_rows(c, &r, &Q[ANSWERS_OF], g->category_id, g->code));
    while (db_next(&r, INTO(&a.text, &a.text_en, &a.value)))
        *(struct catalog_guide_answer *)list_add(c->mem, &g->answers, sizeof(a)) = a;
    return r.err;
}

static bool known(const struct list *l, const char *code)
{
    const struct catalog_guide *g = l->at;

    for (size_t k = 0; k < l->n; k++)
        if (!strcmp(g[k].code, code)) return true;
    return false;
}

static enum err rows_read(struct ctx *c, struct rows *r, struct list *ret, bool once)
{
    struct catalog_guide g = { 0 };

    while (db_next(r, INTO(&g.category_id, &g.code, &g.sort, &g.asked, &g.text,
                           &g.text_en, &g.hint, &g.hint_en)))
        if (!once || !known(ret, g.code))
            *(struct catalog_guide *)list_add(c->mem, ret, sizeof(g)) = g;
    return r->err;
}

static enum err all_answers_read(struct ctx *c, struct list *guides)
{
    struct catalog_guide *g = guides->at;

    for (size_t k = 0; k < guides->n; k++) TRY(answers_read(c, &g[k]));
    return ERR_OK;
}

static enum err rows_of(struct ctx *c, i64 category_id, struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[OF], category_id));
    return rows_read(c, &r, ret, true);
}

enum err catalog_guides_of(struct ctx *c, i64 category_id, struct list *ret)
{
    struct catalog_category k;

    for (i64 at = category_id; at && at != NONE; at = k.parent_id) {
        TRY(catalog_category_get(c, at, &k));
        TRY(rows_of(c, at, ret));
    }
    TRY(rows_of(c, 0, ret));
    return all_answers_read(c, ret);
}

enum err catalog_guides(struct ctx *c, struct list *ret)
{
    ROWS r;

    TRY(db_rows0(c, &r, &Q[ALL]));
    TRY(rows_read(c, &r, ret, false));
    return all_answers_read(c, ret);
}
