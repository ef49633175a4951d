/* money.h -- roubles in kopecks, rates in basis points, never a fraction.
 *
 * `_minor` is kopecks; `_bp` is 1/100 of a percent: VAT of 22 % is 2200. */
#pragma once

#include "base/ctx.h"

/* The VAT inside a gross amount, rounded half away from zero:
 * gross × rate ÷ (100 % + rate). */
static inline i64 money_vat_inside(i64 gross_minor, i64 rate_bp)
{
    const i64 n = gross_minor * rate_bp, d = 10000 + rate_bp;

    return n >= 0 ? (n + d / 2) / d : -((-n + d / 2) / d);
}

/* A share of an amount, rounded half away from zero. */
static inline i64 money_share(i64 amount_minor, i64 rate_bp)
{
    const i64 n = amount_minor * rate_bp;

    return n >= 0 ? (n + 5000) / 10000 : -((-n + 5000) / 10000);
}

/* Read "1 234,5", "1234.50", "8500" into kopecks.  False when it is not an
 * amount, has more than two decimals that are not zero, or is over 10^15. */
bool money_parse(const char *s, i64 *ret_minor);

/* "1234.50": for files of exchange; people get it from the page's own locale. */
const char *money_text(struct arena *mem, i64 minor);
