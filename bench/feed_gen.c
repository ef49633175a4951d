/* feed_gen -- write a feed of stock levels, to try imports by hand.
 *
 *     feed_gen csv|rests|goods|offers PLACES VARIANTS [ADD] > file
 *
 * Places are S001, S002 ..., articles 1000000, 1000001 ...: those of the demo
 * chain.  ADD is added to every quantity, so that a second feed changes all rows.
 * `csv` is in the order of shops, `rests` in the order of goods, as 1C sends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct feed {
    long places, variants, add;
};

static long quantity(const struct feed *f, long place, long variant)
{
    return (place * 7 + variant * 13) % 9 + f->add;
}

static void csv(const struct feed *f)
{
    puts("place;sku;qty");
    for (long p = 1; p <= f->places; p++)
        for (long v = 0; v < f->variants; v++)
            printf("S%03ld;%ld;%ld\n", p, 1000000 + v, quantity(f, p, v));
}

static void head(const char *part)
{
    printf(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<КоммерческаяИнформация xmlns=\"urn:1C.ru:commerceml_3\" ВерсияСхемы=\"3.1\" "
        "ДатаФормирования=\"2026-11-21T12:00:00\">\n%s\n",
        part);
}

static void rests(const struct feed *f)
{
    head("<ПакетПредложений "
         "СодержитТолькоИзменения=\"true\"><Ид>feed#</Ид><Предложения>");
    for (long v = 0; v < f->variants; v++) {
        printf("<Предложение><Ид>%ld</Ид><Остатки>\n", 1000000 + v);
        for (long p = 1; p <= f->places; p++)
            printf("<Остаток><Склад><Ид>S%03ld</Ид><Количество>%ld</Количество></"
                   "Склад></Остаток>\n",
                   p, quantity(f, p, v));
        puts("</Остатки></Предложение>");
    }
    puts("</Предложения></ПакетПредложений></КоммерческаяИнформация>");
}

static void goods(const struct feed *f)
{
    head("<Каталог СодержитТолькоИзменения=\"true\"><Ид>feed</Ид><Товары>");
    for (long v = 0; v < f->variants; v++)
        printf("<Товар><Ид>%ld</Ид><Артикул>F-%ld</Артикул><Наименование>Товар "
               "%ld</Наименование></Товар>\n",
               1000000 + v, v, v);
    puts("</Товары></Каталог></КоммерческаяИнформация>");
}

static void offers(const struct feed *f)
{
    head("<ПакетПредложений "
         "СодержитТолькоИзменения=\"true\"><Ид>feed#</Ид><Предложения>");
    for (long v = 0; v < f->variants; v++)
        printf("<Предложение><Ид>%ld</Ид><Наименование>Товар "
               "%ld</Наименование></Предложение>\n",
               1000000 + v, v);
    puts("</Предложения></ПакетПредложений></КоммерческаяИнформация>");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        void (*write)(const struct feed *f);
    } kinds[] = {
        { "csv", csv }, { "rests", rests }, { "goods", goods }, { "offers", offers }
    };
    struct feed f = { 0 };

    if (argc >= 4) {
        f.places = strtol(argv[2], NULL, 10);
        f.variants = strtol(argv[3], NULL, 10);
        f.add = argc > 4 ? strtol(argv[4], NULL, 10) : 0;
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
            if (!strcmp(argv[1], kinds[k].word)) {
                kinds[k].write(&f);
                return ferror(stdout) || fflush(stdout) ? 1 : 0;
            }
    }
    fputs("usage: feed_gen csv|rests|goods|offers PLACES VARIANTS [ADD]\n", stderr);
    return 2;
}
