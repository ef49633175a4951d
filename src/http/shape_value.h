/* shape_value.h -- one value of a shape, however it came: shared by the readers
 * of JSON and of query strings.  Each check returns NULL or what is wrong. */
#pragma once

#include "http/shape.h"

/* Leave in every member what its absence means. */
void shape_clear(const struct shape *s, void *into);

/* Bytes of one item of this LIST. */
size_t shape_item_size(const struct field *f);

const char *shape_check_int(struct ctx *c, const struct field *f, i64 v);
const char *shape_check_text(struct ctx *c, const struct field *f, size_t n);
const char *shape_id_of(const char *s, size_t n, i64 *ret);
const char *shape_word_of(struct ctx *c, const struct field *f, const char *s, size_t n,
                          int *ret);
const char *shape_time_of(const char *s, i64 *ret);
