/* qr.h -- a short text as a QR picture.
 *
 * An SVG of one path, dark on white with its quiet zone, correction level M.
 * Memory c->mem.
 * Errors  INTERNAL the text is too long for a QR code (over 2,300 bytes) */
#pragma once

#include "base/ctx.h"

enum err qr_svg(struct ctx *c, const char *text, const char **ret_svg,
                size_t *ret_n) MUST_USE;
