/* track_word.h -- texts that come again and again (devices, users, names of events) as
 * numbers: in a unit beside, the same number for the same text ever after. */
#pragma once

#include "base/map.h"
#include "track/track_own.h"

enum word_kind { WORD_DEVICE, WORD_USER, WORD_NAME };
struct words { /* numbers given in this unit */
    i64 next_no;
    bool changed;
    struct map asked; /* what words_ask() has found, or 0: i64 */
    struct val ask[40];
    size_t n; /* of them */
};
/* Look this up together with others, before word_no(); NULL: ask now. */
enum err words_ask(struct ctx *c, struct words *w, enum word_kind kind,
                   const char *value) MUST_USE;
enum err word_no(struct ctx *c, struct words *w, enum word_kind kind, const char *value,
                 i64 *ret_no) MUST_USE;
enum err word_find(struct ctx *c, enum word_kind kind, const char *value,
                   i64 *ret_no) MUST_USE; /* 0: never heard */
void words_forget(void);
void words_watch(struct ctx *c); /* numbers of this unit go when it fails */
