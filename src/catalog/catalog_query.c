#include "catalog/catalog_query.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/translit.h"
#include "catalog/catalog_unit.h"
#include "catalog/search_words.h"

/* What all the steps need. */
struct reading {
    struct arena *mem;
    const struct shelf *s;
    bool corrected;
};

enum { TYPO_BEST = 3, PREFIX_BEST = 12, SPLIT_LEAST = 3 };

/* ---- Ways to say a word --------------------------------------------------------- */

static int known(const struct shelf *s, const char *stem)
{
    const int at = shelf_term(s, stem);

    return at >= 0 && s->terms[at].npost ? at : SHELF_NONE;
}

static bool way_add(struct query_slot *slot, const int *term, int n, float weight)
{
    if (slot->nway == QUERY_WAYS || n < 1 || n > QUERY_TERMS) return false;
    struct query_way *w = &slot->way[slot->nway++];
    *w = (struct query_way){ .nterm = n, .weight = weight };
    memcpy(w->term, term, (size_t)n * sizeof(*term));
    return true;
}

static bool term_way(struct reading *r, struct query_slot *slot, const char *stem,
                     float weight)
{
    const int at = known(r->s, stem);

    return at >= 0 && way_add(slot, &at, 1, weight);
}

/* The stem in the word's own alphabet, or as typed in the other one. */
static int known_word(struct reading *r, const char *word, bool other_alphabet)
{
    const char *p = word;

    if (other_alphabet)
        word = text_is_cyrillic(text_next(&p))
                   ? translit_latin(r->mem, &translit_plain, word)
                   : translit_russian(r->mem, word);
    return known(r->s, search_stem(r->mem, word));
}

/* One way of several words: "playstation 5", "стиральная машина". */
static bool phrase_way(struct reading *r, struct query_slot *slot, const char *phrase,
                       float weight)
{
    struct search_word w[QUERY_TERMS];
    const size_t n = search_words(r->mem, phrase, w, COUNT(w));
    int term[QUERY_TERMS];

    for (size_t k = 0; k < n; k++) {
        const char *raw = w[k].as_typed ? w[k].as_typed : w[k].raw;
        if ((term[k] = known(r->s, search_stem(r->mem, raw))) < 0) return false;
    }
    return way_add(slot, term, (int)n, weight);
}

static bool synonym_ways(struct reading *r, struct query_slot *slot, const char *stems)
{
    bool found = false;
    int n;
    const struct shelf_synonym *y = shelf_synonyms(r->s, stems, &n);

    for (int k = 0; k < n; k++) found |= phrase_way(r, slot, y[k].means, 0.98f);
    return found;
}

/* Everything that is sure: itself, synonyms, the other alphabet. */
static bool sure_ways(struct reading *r, struct query_slot *slot, const char *word)
{
    const char *stem = search_stem(r->mem, word);
    bool found = term_way(r, slot, stem, 1);
    int other;

    found |= synonym_ways(r, slot, stem);
    if ((other = known_word(r, word, true)) >= 0)
        found |= way_add(slot, &other, 1, 0.9f);
    return found;
}

/* ---- Guesses -------------------------------------------------------------------- */

struct guess {
    int term, distance;
};

static bool better(const struct shelf *s, const struct guess *a, const struct guess *b)
{
    const struct shelf_term *x = &s->terms[a->term], *y = &s->terms[b->term];

    if (a->distance != b->distance) return a->distance < b->distance;
    if (x->npost != y->npost) return x->npost > y->npost;
    return strcmp(x->stem, y->stem) < 0;
}

static void guess_add(const struct shelf *s, struct guess best[TYPO_BEST], int *n,
                      struct guess g)
{
    int at = *n;

    for (int k = 0; k < *n; k++)
        if (best[k].term == g.term) return;
    while (at > 0 && better(s, &g, &best[at - 1])) at--;
    if (at >= TYPO_BEST) return;
    const int last = *n < TYPO_BEST ? (*n)++ : TYPO_BEST - 1;
    memmove(&best[at + 1], &best[at], (size_t)(last - at) * sizeof(*best));
    best[at] = g;
}

/* Every term is looked at, but only those whose letters can be within `most`
 * edits are measured: an edit changes two letters of the set at most. */
static void typos_of(const struct shelf *s, const char *word, bool whole, int most,
                     struct guess best[TYPO_BEST], int *n)
{
    unsigned letters = 0, code;
    int length = 0;

    for (const char *p = word; (code = text_next(&p)); length++)
        letters |= 1u << code % 32;
    for (int k = 0; k < s->nterms; k++) {
        const struct shelf_term *t = &s->terms[k];
        const struct shelf_letters *own =
            whole ? &t->surface_letters : &t->stem_letters;

        if (!t->typo_ok || !t->npost || own->n - length > most ||
            length - own->n > most || __builtin_popcount(own->set ^ letters) > 2 * most)
            continue;
        const int d = text_distance(word, whole ? t->surface : t->stem, most);
        if (d <= most) guess_add(s, best, n, (struct guess){ k, d });
    }
}

static int typo_letters(size_t length, int round)
{
    if (length < 4) return 0;
    return round == 1 ? 1 : length >= 6 ? 2 : 0;
}

/* A typo in either alphabet, in the stem or in the whole word (a stemmer does not
 * know the ending of what is misspelt); only the nearest count. */
static bool typo_ways(struct reading *r, struct query_slot *slot, const char *word,
                      int round)
{
    const char *p = word;
    const bool cyrillic = text_is_cyrillic(text_next(&p));
    const char *other = cyrillic ? translit_latin(r->mem, &translit_plain, word)
                                 : translit_russian(r->mem, word);
    const char *words[] = { search_stem(r->mem, word), word, search_stem(r->mem, other),
                            other };
    struct guess best[TYPO_BEST];
    int n = 0;

    for (size_t k = 0; k < COUNT(words); k++) {
        const int most = typo_letters(text_length(words[k]), round);
        if (most) typos_of(r->s, words[k], k % 2, most, best, &n);
    }
    for (int k = 0; k < n && best[k].distance == best[0].distance; k++)
        way_add(slot, &best[k].term, 1, best[k].distance == 1 ? 0.7f : 0.5f);
    if (!n) return false;
    slot->said = r->s->terms[best[0].term].surface;
    r->corrected = true;
    return true;
}

static int first_with(const struct shelf *s, const char *prefix)
{
    int lo = 0, hi = s->nsorted;

    while (lo < hi) {
        const int mid = lo + (hi - lo) / 2;

        if (strcmp(s->terms[s->by_stem[mid]].stem, prefix) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Terms that begin so, the commonest first. */
static bool prefix_ways(struct reading *r, struct query_slot *slot, const char *prefix)
{
    const size_t n = strlen(prefix);
    int best[PREFIX_BEST], nbest = 0;

    if (n < 2) return false;
    for (int at = first_with(r->s, prefix); at < r->s->nsorted; at++) {
        const int term = r->s->by_stem[at];
        const struct shelf_term *t = &r->s->terms[term];
        int k = nbest;

        if (strncmp(t->stem, prefix, n) != 0) break;
        if (!t->npost) continue;
        while (k > 0 && r->s->terms[best[k - 1]].npost < t->npost) k--;
        if (k >= PREFIX_BEST) continue;
        nbest += nbest < PREFIX_BEST;
        memmove(&best[k + 1], &best[k], (size_t)(nbest - 1 - k) * sizeof(*best));
        best[k] = term;
    }
    for (int k = 0; k < nbest; k++) way_add(slot, &best[k], 1, 0.8f);
    return nbest > 0;
}

/* Two words typed as one: "макбукэйр". */
static bool split_ways(struct reading *r, struct query_slot *slot, const char *word)
{
    const char *p = word;

    while (text_next(&p) && *p) {
        const char *left = arena_strdup(r->mem, word, (size_t)(p - word));
        struct query_slot a = { 0 }, b = { 0 };

        if (text_length(left) < SPLIT_LEAST || text_length(p) < SPLIT_LEAST) continue;
        if (!sure_ways(r, &a, left) || !sure_ways(r, &b, p)) continue;
        const int both[] = { a.way[0].term[0], b.way[0].term[0] };
        slot->said = arena_printf(r->mem, "%s %s", left, p);
        r->corrected = true;
        return way_add(slot, both, 2, 0.8f);
    }
    return false;
}

static void guess_ways(struct reading *r, struct query_slot *slot, const char *word)
{
    if (split_ways(r, slot, word) || typo_ways(r, slot, word, 1)) return;
    if (text_length(word) >= 4 && prefix_ways(r, slot, word)) return;
    typo_ways(r, slot, word, 2);
}

/* ---- Words with digits ---------------------------------------------------------- */

/* The parts of "айфон15" or "rtx4060ti", each by the best that is sure of it. */
static void parts_way(struct reading *r, struct query_slot *slot,
                      const struct search_word *w)
{
    int term[QUERY_TERMS], n = 0;

    for (int k = 0; k < w->nparts; k++) {
        struct query_slot part = { 0 };

        if (!sure_ways(r, &part, w->part[k]) && !(typo_ways(r, &part, w->part[k], 1)))
            return;
        for (int j = 0; j < part.way[0].nterm && n < QUERY_TERMS; j++)
            term[n++] = part.way[0].term[j];
    }
    way_add(slot, term, n, 0.9f);
}

/* "с23" is s23 by sound, c23 by look and by key. */
static void mixed_ways(struct reading *r, struct query_slot *slot,
                       const struct search_word *w)
{
    term_way(r, slot, w->raw, 1);
    synonym_ways(r, slot, w->raw);
    if (w->cyrillic) {
        term_way(r, slot, translit_latin(r->mem, &translit_plain, w->raw), 0.95f);
        term_way(r, slot, text_to_latin_looks(r->mem, w->raw), 0.9f);
        term_way(r, slot, text_layout_en(r->mem, w->raw), 0.85f);
    }
    parts_way(r, slot, w);
}

static void number_ways(struct reading *r, struct query_slot *slot,
                        const struct search_word *w)
{
    if (w->unit) term_way(r, slot, arena_printf(r->mem, "%s%s", w->raw, w->unit), 1);
    if (w->as_typed) term_way(r, slot, w->as_typed, 0.9f);
    term_way(r, slot, w->raw, w->unit ? 0.5f : 1);
}

/* ---- The whole query ------------------------------------------------------------ */

static bool all_sure(struct reading *r, const char *chunk)
{
    struct search_word w[QUERY_WORDS];
    const size_t n = search_words(r->mem, chunk, w, COUNT(w));

    for (size_t k = 0; k < n; k++) {
        struct query_slot slot = { 0 };
        const bool sure =
            w[k].number ? known(r->s, w[k].raw) >= 0
                        : known(r->s, w[k].raw) >= 0 || sure_ways(r, &slot, w[k].raw) ||
                              search_is_stop(w[k].raw) || catalog_unit_term(w[k].raw);
        if (w[k].mixed && !sure) mixed_ways(r, &slot, &w[k]);
        if (!sure && !slot.nway) return false;
    }
    return n > 0;
}

/* Typed on the other layout?  Asked of every stretch between spaces, before it
 * is cut into words: keys like "[" and ";" are letters there. */
static const char *right_layout(struct reading *r, const char *q)
{
    char *out = arena_raw(r->mem, strlen(q) * 4 + 2), *p = out;

    while (*q) {
        const size_t n = strcspn(q, " ");
        const char *chunk = arena_strdup(r->mem, q, n), *first = chunk;

        if (n && !all_sure(r, chunk)) {
            const bool russian = text_is_cyrillic(text_next(&first));
            const char *swapped =
                russian ? text_layout_en(r->mem, chunk) : text_layout_ru(r->mem, chunk);
            if (all_sure(r, swapped)) {
                chunk = swapped;
                r->corrected = true;
            }
        }
        p = stpcpy(p, chunk);
        q += n;
        if (*q) *p++ = *q++;
    }
    *p = '\0';
    return out;
}

static const char *stem_at(struct reading *r, const struct search_word *w)
{
    return search_stem(r->mem, w->as_typed ? w->as_typed : w->raw);
}

/* Two words that mean one thing: a synonym of both ("эпл вотч"), or what is
 * written as one ("air pods", "wi-fi"). */
static bool pair_slot(struct reading *r, struct query_slot *slot,
                      const struct search_word *w)
{
    const char *both = arena_printf(r->mem, "%s%s", w[0].raw, w[1].raw);

    slot->said = arena_printf(r->mem, "%s %s", w[0].raw, w[1].raw);
    if (synonym_ways(
            r, slot,
            arena_printf(r->mem, "%s %s", stem_at(r, &w[0]), stem_at(r, &w[1]))))
        return true;
    if (w[0].number || w[1].number) return false;
    if (w[1].joined && term_way(r, slot, search_stem(r->mem, both), 1)) return true;
    if (known_word(r, w[0].raw, false) >= 0 && known_word(r, w[1].raw, false) >= 0)
        return false;
    return term_way(r, slot, search_stem(r->mem, both), 1) ||
           synonym_ways(r, slot, both);
}

static void word_slot(struct reading *r, struct query_slot *slot,
                      const struct search_word *w, bool growing)
{
    slot->said = w->as_typed ? w->as_typed : w->raw;
    if (w->number)
        number_ways(r, slot, w);
    else if (w->mixed)
        mixed_ways(r, slot, w);
    else
        sure_ways(r, slot, w->raw);
    if (growing) prefix_ways(r, slot, w->raw);
    if (!slot->nway && !w->number && !w->mixed) guess_ways(r, slot, w->raw);
}

static void said_add(struct reading *r, struct query_plan *plan, const char *said)
{
    plan->corrected =
        plan->corrected ? arena_printf(r->mem, "%s %s", plan->corrected, said) : said;
}

static void slots_read(struct reading *r, const struct search_word *w, size_t n,
                       bool growing, struct query_plan *plan)
{
    for (size_t k = 0; k < n && plan->nslot < QUERY_WORDS; k++) {
        struct query_slot *slot = &plan->slot[plan->nslot];

        *slot = (struct query_slot){ 0 };
        if (search_is_stop(w[k].raw) && n > 1) {
            said_add(r, plan, w[k].raw);
            continue;
        }
        if (k + 1 < n && pair_slot(r, slot, &w[k]))
            k++;
        else
            word_slot(r, slot, &w[k], growing && k + 1 == n);
        said_add(r, plan, slot->said);
        plan->nslot++;
    }
}

void query_read(struct arena *mem, const struct shelf *s, const char *q, bool growing,
                struct query_plan *ret)
{
    struct reading r = { .mem = mem, .s = s };
    struct search_word w[QUERY_WORDS];
    const char *lower = text_fold(mem, arena_strdup(mem, q, strnlen(q, QUERY_BYTES)));
    const char *right = right_layout(&r, lower);
    const size_t n = search_words(mem, right, w, COUNT(w));

    ret->nslot = 0;
    ret->corrected = NULL;
    slots_read(&r, w, n, growing, ret);
    if (!r.corrected) ret->corrected = NULL;
}

/* ---- Which documents ------------------------------------------------------------ */

struct scoring {
    float *score, *slot;
    unsigned char *cover;
    int *touched, ntouched;
};

/* How telling a slot is: a word that few goods have counts more.  All its ways
 * together, so that a rare spelling does not beat the usual one. */
static float rarity(const struct shelf *s, const struct query_slot *slot)
{
    float docs = 1;

    for (int w = 0; w < slot->nway; w++) {
        unsigned least = UINT_MAX;

        for (int k = 0; k < slot->way[w].nterm; k++)
            if (s->terms[slot->way[w].term[k]].npost < least)
                least = s->terms[slot->way[w].term[k]].npost;
        docs += (float)least;
    }
    return logf(1 + (float)s->ndocs / docs) + 0.5f;
}

static void touch(struct scoring *x, int doc, float score)
{
    if (x->slot[doc] == 0) x->touched[x->ntouched++] = doc;
    if (x->slot[doc] < score) x->slot[doc] = score;
}

static void term_score(const struct shelf *s, struct scoring *x, int term, float each)
{
    const struct shelf_term *t = &s->terms[term];

    for (unsigned k = 0; k < t->npost; k++)
        touch(x, (int)(t->post[k] >> 4), each * (float)(t->post[k] & 15));
}

/* The weight of a document in a term's postings, 0 when it is not there. */
static unsigned weight_in(const struct shelf_term *t, unsigned doc)
{
    unsigned lo = 0, hi = t->npost;

    while (lo < hi) {
        const unsigned mid = lo + (hi - lo) / 2;

        if (t->post[mid] >> 4 < doc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < t->npost && t->post[lo] >> 4 == doc ? t->post[lo] & 15 : 0;
}

/* All terms of a way: the shortest list leads, the others are asked. */
static void way_score(const struct shelf *s, struct scoring *x,
                      const struct query_way *w, float each)
{
    const struct shelf_term *lead = &s->terms[w->term[0]];
    int first = 0;

    if (w->nterm == 1) {
        term_score(s, x, w->term[0], each);
        return;
    }
    for (int k = 1; k < w->nterm; k++)
        if (s->terms[w->term[k]].npost < lead->npost)
            lead = &s->terms[w->term[first = k]];
    for (unsigned p = 0; p < lead->npost; p++) {
        const unsigned doc = lead->post[p] >> 4;
        float sum = 0;
        int k = 0;

        for (; k < w->nterm; k++) {
            const unsigned weight =
                k == first ? lead->post[p] & 15 : weight_in(&s->terms[w->term[k]], doc);

            if (!weight) break;
            sum += (float)weight;
        }
        if (k == w->nterm) touch(x, (int)doc, each * sum / (float)w->nterm);
    }
}

/* What sells well answers a little better, and so does a name of which little
 * was left unsaid. */
static float final_score(const struct shelf *s, int doc, float score, int cover)
{
    const struct shelf_doc *d = &s->docs[doc];
    const float fit =
        (float)cover / (float)(d->name_words > cover ? d->name_words : cover);

    return score * (1 + 0.06f * log2f(1 + (float)d->popularity)) * (0.8f + 0.4f * fit);
}

struct list query_hits(struct arena *mem, const struct shelf *s,
                       const struct query_plan *p)
{
    struct scoring x = { .score = NEW_N(mem, float, s->ndocs),
                         .slot = NEW_N(mem, float, s->ndocs),
                         .cover = NEW_N(mem, unsigned char, s->ndocs) };
    struct list ret = { 0 };
    int most = 0;

    x.touched = arena_raw(mem, (size_t)s->ndocs * sizeof(int));
    for (int k = 0; k < p->nslot; k++) {
        const struct query_slot *slot = &p->slot[k];
        const float each = rarity(s, slot);

        x.ntouched = 0;
        for (int w = 0; w < slot->nway; w++)
            way_score(s, &x, &slot->way[w], each * slot->way[w].weight);
        for (int t = 0; t < x.ntouched; t++) {
            const int doc = x.touched[t];

            x.score[doc] += x.slot[doc];
            x.slot[doc] = 0;
            if (++x.cover[doc] > most && !s->docs[doc].dead) most = x.cover[doc];
        }
    }
    struct query_hit *hit = arena_raw(mem, (size_t)(s->ndocs + 1) * sizeof(*hit));
    for (int d = 0; d < s->ndocs && most; d++)
        if (x.cover[d] == most && !s->docs[d].dead)
            hit[ret.n++] = (struct query_hit){ d, final_score(s, d, x.score[d], most) };
    ret.at = hit;
    return ret;
}
