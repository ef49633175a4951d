#include "base/qr.h"

#include <qrencode.h>
#include <string.h>

#include "base/buf.h"

/* One path of horizontal runs: a tenth of the size of a rect per module. */
static void svg_rows(struct buf *b, const QRcode *qr)
{
    for (int y = 0; y < qr->width; y++)
        for (int x = 0; x < qr->width; x++) {
            const int from = x;
            while (x < qr->width && qr->data[y * qr->width + x] & 1) x++;
            if (x > from)
                buf_printf(b, "M%d %dh%dv1h-%dz", from, y, x - from, x - from);
        }
}

enum err qr_svg(struct ctx *c, const char *text, const char **ret_svg, size_t *ret_n)
{
    QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

    if (!qr)
        return FAIL(c, INTERNAL, "cannot draw a QR code of %zu bytes", strlen(text));
    struct buf b = buf_new(c->mem, 8192, (size_t)1 << 18);
    buf_printf(
        &b,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 %d %d\""
        " shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M-4-4h%dv%dh-%dz\"/>"
        "<path d=\"",
        qr->width + 8, qr->width + 8, qr->width + 8, qr->width + 8, qr->width + 8);
    svg_rows(&b, qr);
    buf_text(&b, "\"/></svg>\n");
    QRcode_free(qr);
    *ret_svg = b.at;
    *ret_n = b.n;
    return ERR_OK;
}
