/* How near two short texts are: edits, and Jaro and Winkler's likeness. */
#include <string.h>

#include "ml/link.h"

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Three rows of the table are enough: a swap looks two rows back. */
int link_edits(const unsigned char *a, int n, const unsigned char *b, int m, int most)
{
    int rows[3][LINK_LETTERS + 1];

    if (n > LINK_LETTERS) n = LINK_LETTERS;
    if (m > LINK_LETTERS) m = LINK_LETTERS;
    if (n - m > most || m - n > most) return most + 1;
    for (int j = 0; j <= m; j++) rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        int best = now[0] = i;

        for (int j = 1; j <= m; j++) {
            now[j] =
                least(least(up[j], now[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], up2[j - 2] + 1);
            best = least(best, now[j]);
        }
        if (best > most) return most + 1;
    }
    return least(rows[n % 3][m], most + 1);
}

int link_jaro(const unsigned char *a, int n, const unsigned char *b, int m)
{
    u64 in_a = 0, in_b = 0; /* letters that found a partner */
    int same = 0, turned = 0, begin = 0;

    if (n > LINK_LETTERS) n = LINK_LETTERS;
    if (m > LINK_LETTERS) m = LINK_LETTERS;
    if (!n || !m) return n == m ? 1000 : 0;
    const int half = (n > m ? n : m) / 2 - 1, reach = half > 0 ? half : 0;
    for (int i = 0; i < n; i++)
        for (int j = i > reach ? i - reach : 0; j < m && j <= i + reach; j++)
            if (!(in_b >> j & 1) && a[i] == b[j]) {
                in_a |= 1ull << i;
                in_b |= 1ull << j;
                same++;
                break;
            }
    if (!same) return 0;
    for (int i = 0, j = 0; i < n; i++) {
        if (!(in_a >> i & 1)) continue;
        while (!(in_b >> j & 1)) j++;
        turned += a[i] != b[j++];
    }
    while (begin < 4 && begin < n && begin < m && a[begin] == b[begin]) begin++;
    const int swaps = turned / 2;
    const double s = same, jaro = (s / n + s / m + (s - swaps) / s) / 3;
    return (int)(1000 * (jaro + begin * 0.1 * (1 - jaro)) + 0.5);
}
