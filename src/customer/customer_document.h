/* customer_document.h -- the words that people agree to.
 *
 * One document for a purpose, apart from all others as the law wants it; one row for a
 * version of it, in Russian and English, the first line its title.  A draft may be
 * changed; once published it has the hash of its exact text and is never changed.  In
 * force is the published one whose time came last. */
#pragma once

#include "customer/customer_consent.h"

struct document {
    int purpose;
    const char *version;
    const char *text_ru, *text_en;
    const char *hash_ru, *hash_en; /* "" a draft, or not kept */
    bool kept;                     /* no: its text is not known any more */
    i64 from_at, published_at;     /* NONE a draft */
    i64 made_at, who_id, row_version;
    bool now; /* in force */
};

/* NOT_FOUND */
enum err customer_document_get(struct ctx *c, int purpose, const char *version,
                               struct document *ret) MUST_USE;
/* What is in force for a purpose.  NOT_FOUND */
enum err customer_document_now(struct ctx *c, int purpose,
                               struct document *ret) MUST_USE;
/* All, newest first of each purpose: struct document. */
enum err customer_document_list(struct ctx *c, struct list *ret) MUST_USE;

struct document_edit {
    int purpose;
    const char *version, *text_ru, *text_en;
};
/* A draft.  EXISTS version; BAD_ARGUMENT text_ru, text_en */
enum err customer_document_add(struct ctx *c, const struct document_edit *e) MUST_USE;
/* `version` NONE or what the caller read.  CHANGED; WRONG_STATE it is published */
enum err customer_document_put(struct ctx *c, const struct document_edit *e,
                               i64 row_version) MUST_USE;
enum err customer_document_drop(struct ctx *c, int purpose,
                                const char *version) MUST_USE;
/* In force from then on (NONE: now), for good.
 * Errors  WRONG_STATE it is published; BAD_ARGUMENT field from_at: gone by */
enum err customer_document_publish(struct ctx *c, int purpose, const char *version,
                                   i64 from_at) MUST_USE;

/* Who agreed to a version: struct agreed in order of customer. */
struct agreed {
    i64 customer_id;
    const char *name;
    int channel;
    i64 at;
    bool holds; /* still */
    const char *proof;
};
struct agreed_ask {
    i64 limit;
    const char *after;
};
enum err customer_document_agreed(struct ctx *c, int purpose, const char *version,
                                  const struct agreed_ask *a, struct list *ret,
                                  const char **ret_next) MUST_USE;
/* How often it was agreed to; stops at AGREED_MOST. */
enum { AGREED_MOST = 100000 };
enum err customer_document_agreed_count(struct ctx *c, int purpose, const char *version,
                                        i64 *ret) MUST_USE;

/* SHA-256 as hex. */
const char *customer_sha256(struct arena *mem, const char *text);
