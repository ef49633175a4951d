/* A document on paper: it opens, its words are there, a long one costs no more memory.
 */
#include "test.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/paper.h"

/* Bytes that are taken now: under a sanitizer they are its own, and malloc's are none.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
size_t __sanitizer_get_current_allocated_bytes(void);

static size_t taken(void)
{
    return __sanitizer_get_current_allocated_bytes();
}
#else
static size_t taken(void)
{
    return mallinfo2().uordblks;
}
#endif

static char *written(struct ctx *c, int rows, const char *cell, size_t *ret_n,
                     size_t *ret_kept)
{
    const struct paper_column columns[] = { { "Когда", 3, false },
                                            { "Что", 10, false },
                                            { "Сумма", 4, true } };
    const char *cells[] = { "2026-11-22", cell, "10.00" };
    char *at = NULL;
    FILE *to = open_memstream(&at, ret_n);
    struct paper *p;

    EXPECT_OK(paper_open(c, to, "Что мы о вас храним", &p));
    paper_title(p, "Что мы о вас храним");
    paper_heading(p, "Заказы");
    paper_table(p, columns, COUNT(columns));
    for (int k = 0; k < rows; k++) paper_row(p, cells);
    fflush(to);
    *ret_kept = taken() - *ret_n;
    EXPECT_OK(paper_close(c, p));
    fclose(to);
    return at;
}

static int pages(const char *at, size_t n)
{
    int found = 0;

    for (const char *p = at; (p = memmem(p, n - (size_t)(p - at), "/Type /Page %", 13));
         p++)
        found++;
    return found;
}

static void a_long_document_is_not_kept_in_memory(struct ctx *c)
{
    size_t n, kept_short, kept_long;

    free(written(c, 10, "чехол", &n, &kept_short)); /* letters are learned once */
    free(written(c, 200, "чехол", &n, &kept_short));
    char *at = written(c, 4000, "чехол", &n, &kept_long);
    EXPECT(!memcmp(at, "%PDF-", 5));
    EXPECT(memmem(at + n - 16, 16, "%%EOF", 5));
    EXPECT(pages(at, n) > 100);
    EXPECT(kept_long < kept_short + (1 << 20));
    free(at);
}

/* A word without an end, broken UTF-8, a cell longer than a page: it goes on overleaf.
 */
static void whatever_is_written_it_ends(struct ctx *c)
{
    const size_t size = 20000;
    char *cell = arena_alloc(c->mem, size + 1);
    size_t n, kept;

    memset(cell, 'W', size);
    memcpy(cell + 100, "\xff\xfe\x01\n\n  ", 7);
    char *at = written(c, 2, cell, &n, &kept);
    EXPECT(pages(at, n) > 4);
    free(at);
    free(written(c, 1, "", &n, &kept));
}

static const struct test tests[] = {
    { "a long document is not kept in memory", a_long_document_is_not_kept_in_memory },
    { "whatever is written, it ends", whatever_is_written_it_ends },
};

int main(void)
{
    return test_main("paper", tests, COUNT(tests));
}
