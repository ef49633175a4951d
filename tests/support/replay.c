/* Runs a fuzz target over the files of its corpus, without a fuzzer: the corpus
 * is a plain test.  A folder that is missing counts as one empty input. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int one(const char *path)
{
    static uint8_t data[1 << 20];
    FILE *f = fopen(path, "rb");

    if (!f) return 1;
    const size_t n = fread(data, 1, sizeof(data), f);
    fclose(f);
    return LLVMFuzzerTestOneInput(data, n);
}

int main(int argc, char **argv)
{
    DIR *d = argc > 1 ? opendir(argv[1]) : NULL;
    const struct dirent *e;
    int n = 0;

    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    while (d && (e = readdir(d))) {
        char path[4096];
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
        if (one(path)) return 1;
        n++;
    }
    if (d) closedir(d);
    printf("%s: %d files\n", argv[0], n + 1);
    return 0;
}
