/* What helps a shopper to decide, over HTTP; and the words of guides, for staff. */
#include <string.h>

#include "catalog/catalog_own.h"
#include "catalog/catalog_shopper.h"
#include "staff/staff.h"

enum { CACHE_S = 30, IDS = 24 };

/* clang-format off */
static const char *const scope_words[] = { "region", "chain", "popular", NULL };

struct items {
    struct list items;
};
struct ids_ask {
    struct list product_id;
    i64 place_id, region_id;
    int channel;
};
static const struct field ids_fields[] = {
    F_LIST_OF(ids_ask, product_id, MUST, FIELD_ID, IDS, "Which ones; may repeat."),
    F_ID(ids_ask, place_id, OPT, "The shop chosen."),
    F_ID(ids_ask, region_id, OPT, "Whose prices; the chosen shop's when absent."),
    F_ENUM(ids_ask, channel, OPT, catalog_channel_words, "Whose prices; site when absent."),
    FIELD_END
};
const struct shape catalog_ids_shape = SHAPE("TilesAsk", ids_ask, ids_fields);

static const struct field best_ask_fields[] = {
    F_ID(catalog_ask, category_id, OPT, "Only this category and what lies below it."),
    F_ID(catalog_ask, place_id, OPT, "The shop chosen."),
    F_ID(catalog_ask, region_id, OPT, "Where it sells; the chosen shop's region when absent."),
    F_ENUM(catalog_ask, channel, OPT, catalog_channel_words, "Whose prices; site when absent."),
    F_INT(catalog_ask, limit, OPT, 1, 24, "At most; 12 when absent."),
    FIELD_END
};
const struct shape catalog_best_ask_shape = SHAPE("BestsellersAsk", catalog_ask, best_ask_fields);
static const struct field best_fields[] = {
    F_LIST(catalog_best, items, 0, &catalog_tile_shape, 0, "Best first; all can be bought now."),
    F_ENUM(catalog_best, scope, 0, scope_words, "How far we looked for enough of them: the region, the whole chain, or what is popular."),
    FIELD_END
};
const struct shape catalog_best_shape = SHAPE("Bestsellers", catalog_best, best_fields);

static const struct field row_fields[] = {
    F_TEXT(catalog_compare_row, code, 0, 0, "Code of the specification."),
    F_TEXT(catalog_compare_row, name, 0, 0, "Its name."),
    F_TEXT(catalog_compare_row, unit, OPT, 0, "Its unit."),
    F_TEXT(catalog_compare_row, section, OPT, 0, "Its heading."),
    F_LIST_OF(catalog_compare_row, values, 0, FIELD_TEXT, 0, "In the order of the products; empty: not known."),
    F_LIST_OF(catalog_compare_row, best, 0, FIELD_INT, 0, "Which of them are best, from 0; none where that cannot be said."),
    F_BOOL(catalog_compare_row, differs, 0, "Not the same everywhere."),
    FIELD_END
};
static const struct shape row_shape = SHAPE("CompareRow", catalog_compare_row, row_fields);
static const struct field compare_fields[] = {
    F_ID(catalog_compare, category_id, 0, "Category of all of them."),
    F_TEXT(catalog_compare, category, 0, 0, "Its name."),
    F_LIST(catalog_compare, items, 0, &catalog_tile_shape, 0, "The products."),
    F_LIST(catalog_compare, rows, 0, &row_shape, 0, "Specifications, those that differ first."),
    FIELD_END
};
const struct shape catalog_compare_shape = SHAPE("Compared", catalog_compare, compare_fields);

static const struct field answer_fields[] = {
    F_TEXT(catalog_answer, value, 0, 0, "For `answer`: code:value."),
    F_TEXT(catalog_answer, text, OPT, 0, "For people; absent: from and to say it."),
    F_REAL(catalog_answer, from, OPT, "At least, in the unit; of a price kopecks."),
    F_REAL(catalog_answer, to, OPT, "At most."),
    F_INT(catalog_answer, count, 0, 0, 0, "Products it leaves, alone."),
    FIELD_END
};
static const struct shape answer_shape = SHAPE("GuideAnswer", catalog_answer, answer_fields);
static const struct field question_fields[] = {
    F_TEXT(catalog_question, code, 0, 0, "price, brand, or a specification's code."),
    F_TEXT(catalog_question, name, 0, 0, "What is asked about."),
    F_TEXT(catalog_question, unit, OPT, 0, "Unit of a number."),
    F_TEXT(catalog_question, text, OPT, 0, "The question in words of use, where somebody wrote one."),
    F_TEXT(catalog_question, hint, OPT, 0, "A line of explanation."),
    F_BOOL(catalog_question, many, 0, "Several answers may be chosen."),
    F_LIST(catalog_question, answers, 0, &answer_shape, 0, "To choose from."),
    FIELD_END
};
static const struct shape question_shape = SHAPE("GuideQuestion", catalog_question, question_fields);
static const struct field questions_fields[] = {
    F_LIST(items, items, 0, &question_shape, 0, "In the order to ask; none: too few goods to choose from."),
    FIELD_END
};
const struct shape catalog_questions_shape = SHAPE("GuideQuestions", items, questions_fields);

#define OF_ASK(member, field) .name = #member, .at = offsetof(struct catalog_ask, field)
static const struct field choose_ask_fields[] = {
    { OF_ASK(answer, facet), .kind = FIELD_LIST, .elem = FIELD_TEXT, .flags = OPT, .max = 32,
      .doc = "\"code:value\" of the questions; may repeat, of one code they are alternatives." },
    F_ID(catalog_ask, place_id, OPT, "The shop chosen."),
    F_ID(catalog_ask, region_id, OPT, "Whose prices and shops; the chosen shop's when absent."),
    F_ENUM(catalog_ask, channel, OPT, catalog_channel_words, "Whose prices; site when absent."),
    F_INT(catalog_ask, limit, OPT, 1, 12, "At most; 5 when absent."),
    FIELD_END
};
const struct shape catalog_choose_ask_shape = SHAPE("ChoiceAsk", catalog_ask, choose_ask_fields);
static const struct field reason_fields[] = {
    F_ENUM(catalog_reason, kind, 0, catalog_reason_words, "more, less: so many units of a specification than another of this list, for the better; has: what the other has not; cheaper; here, near, stock: who has it; popular."),
    F_TEXT(catalog_reason, name, OPT, 0, "Of which specification."),
    F_TEXT(catalog_reason, unit, OPT, 0, "Its unit."),
    F_TEXT(catalog_reason, than, OPT, 0, "The other product."),
    F_REAL(catalog_reason, by, 0, "How much: units, kopecks, shops."),
    FIELD_END
};
static const struct shape reason_shape = SHAPE("ChoiceReason", catalog_reason, reason_fields);
static const struct field choice_fields[] = {
    F_OBJECT(catalog_choice, tile, 0, &catalog_tile_shape, "The product."),
    F_INT(catalog_choice, meets, 0, 0, 0, "Wishes it meets,"),
    F_INT(catalog_choice, of, 0, 0, 0, "of so many."),
    F_LIST_OF(catalog_choice, misses, 0, FIELD_TEXT, 0, "Names of those it does not."),
    F_LIST(catalog_choice, reasons, 0, &reason_shape, 0, "What speaks for it, the strongest first."),
    FIELD_END
};
static const struct shape choice_shape = SHAPE("Choice", catalog_choice, choice_fields);
static const struct field choices_fields[] = {
    F_LIST(items, items, 0, &choice_shape, 0, "Best first."),
    FIELD_END
};
const struct shape catalog_choices_shape = SHAPE("Choices", items, choices_fields);

static const struct field guide_answer_fields[] = {
    F_TEXT(catalog_guide_answer, text, MUST, 200, "In words of use: \"Тысячи снимков и видео\"."),
    F_TEXT(catalog_guide_answer, text_en, OPT, 200, "The same in English."),
    F_TEXT(catalog_guide_answer, value, MUST, 200, "As in a filter: \"256..\", \"..40\", \"да\"."),
    FIELD_END
};
static const struct shape guide_answer_shape = SHAPE("GuideAnswerText", catalog_guide_answer, guide_answer_fields);
static const struct field guide_fields[] = {
    F_ID(catalog_guide, category_id, OPT, "In this category and below it; absent or 0: everywhere."),
    F_TEXT(catalog_guide, code, MUST, 60, "A specification's code, price or brand."),
    F_INT(catalog_guide, sort, 0, 0, 1000000, "Small first."),
    F_BOOL(catalog_guide, asked, MUST, "Ask it; false: never here."),
    F_TEXT(catalog_guide, text, OPT, 200, "The question in words of use."),
    F_TEXT(catalog_guide, text_en, OPT, 200, "The same in English."),
    F_TEXT(catalog_guide, hint, OPT, 400, "A line of explanation."),
    F_TEXT(catalog_guide, hint_en, OPT, 400, "The same in English."),
    F_LIST(catalog_guide, answers, OPT, &guide_answer_shape, 8, "Answers; from the goods there are when absent."),
    FIELD_END
};
const struct shape catalog_guide_shape = SHAPE("Guide", catalog_guide, guide_fields);
static const struct field guides_fields[] = {
    F_LIST(items, items, 0, &catalog_guide_shape, 0, "By category and sort."),
    FIELD_END
};
const struct shape catalog_guides_shape = SHAPE("Guides", items, guides_fields);
static const struct field guide_key_fields[] = {
    F_ID(catalog_guide, category_id, OPT, "Of which category; absent: of everywhere."),
    F_TEXT(catalog_guide, code, MUST, 60, "About what."),
    FIELD_END
};
const struct shape catalog_guide_key_shape = SHAPE("GuideKey", catalog_guide, guide_key_fields);
/* clang-format on */

/* ---- Handlers ------------------------------------------------------------------- */

static struct catalog_ask ask_of(const struct ids_ask *a)
{
    return (struct catalog_ask){ .place_id = a->place_id,
                                 .region_id = a->region_id,
                                 .category_id = NONE,
                                 .price_min = NONE,
                                 .price_max = NONE,
                                 .channel = a->channel,
                                 .sort = -1 };
}

enum err tile_list_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct ids_ask *a = q->query;
    const struct catalog_ask ask = ask_of(a);
    struct items *shown = NEW(c->mem, struct items);

    TRY(catalog_tiles(c, &a->product_id, &ask, &shown->items));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, shown);
}

enum err bestseller_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_ask ask = *(const struct catalog_ask *)q->query;
    struct catalog_best *best = NEW(c->mem, struct catalog_best);

    ask.price_min = ask.price_max = NONE;
    TRY(catalog_bestsellers(c, &ask, best));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, best);
}

enum err compare_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct ids_ask *a = q->query;
    const struct catalog_ask ask = ask_of(a);
    struct catalog_compare *compared = NEW(c->mem, struct catalog_compare);

    if (a->product_id.n > COMPARED)
        return FAIL_FIELD(c, TOO_BIG, "product_id", "%d products at most", COMPARED);
    TRY(catalog_compare(c, &a->product_id, &ask, compared));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, compared);
}

static enum err category_ask(struct ctx *c, const struct request *q,
                             struct catalog_ask *ret)
{
    *ret = *(const struct catalog_ask *)q->query;
    ret->price_min = ret->price_max = NONE;
    ret->sort = -1;
    return request_id_arg(c, q, 0, &ret->category_id);
}

enum err question_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct items *shown = NEW(c->mem, struct items);
    struct catalog_ask ask;

    TRY(category_ask(c, q, &ask));
    ask.facet = (struct list){ 0 };
    TRY(catalog_questions(c, &ask, &shown->items));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, shown);
}

enum err choice_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct items *shown = NEW(c->mem, struct items);
    struct catalog_ask ask;

    TRY(category_ask(c, q, &ask));
    TRY(catalog_choose(c, &ask, &shown->items));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, shown);
}

enum err guide_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct items *shown = NEW(c->mem, struct items);

    (void)q;
    TRY(catalog_guides(c, &shown->items));
    return reply_with(r, 200, shown);
}

enum err guide_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct catalog_guide *g = q->body;

    TRY(catalog_guide_put(c, g));
    TRY(staff_audit(c, "catalog.put_guide", g->category_id == NONE ? 0 : g->category_id,
                    NULL));
    return reply_with(r, 200, g);
}

enum err guide_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct catalog_guide *g = q->query;
    const i64 category_id = g->category_id == NONE ? 0 : g->category_id;

    TRY(catalog_guide_drop(c, category_id, g->code));
    TRY(staff_audit(c, "catalog.drop_guide", category_id, NULL));
    return reply_empty(r);
}
