/* hash.h -- a number for a text that nobody outside can foresee.
 *
 * SipHash-2-4 with a seed drawn at the first call.  A table keyed by what a
 * client sends needs one: 32,768 crafted keys hold an unseeded table for seconds.
 * The number differs from process to process: never store it.
 *
 * Parallel  any thread */
#pragma once

#include "base/ctx.h"

u64 hash_bytes(const void *at, size_t n);
