/* What is known of the demo chain's people, and some sets of them to begin with. */
#include <string.h>

#include "app/demo.h"
#include "insight/insight_segment_desk.h"

static const struct {
    const char *name, *about, *rule;
} segments[] = {
    { "Покупают часто", "Два заказа и больше за 90 дней",
      "{\"kind\":\"all\",\"of\":[{\"kind\":\"did\",\"did\":{\"what\":\"order\","
      "\"days\":90}"
      ",\"from\":2}]}" },
    { "Давно не были", "Покупали, но не в последние полгода",
      "{\"kind\":\"all\",\"of\":[{\"kind\":\"trait\",\"trait\":\"last_order\",\"from\":"
      "180}"
      "]}" },
    { "Смотрели и не купили", "Неделя после последнего просмотра товара без заказа",
      "{\"kind\":\"all\",\"of\":[{\"kind\":\"sequence\",\"did\":{\"what\":\"event\","
      "\"event\":\"Product Viewed\",\"days\":30},\"then\":{\"what\":\"order\"},"
      "\"within_days\":7}]}" },
    { "Онлайн и в магазине", "Знают оба пути",
      "{\"kind\":\"all\",\"of\":[{\"kind\":\"trait\",\"trait\":\"digital\",\"words\":["
      "\"mixed\"]}]}" },
    { "Большая корзина, без возвратов", "Средний чек от 50 000 ₽",
      "{\"kind\":\"all\",\"of\":[{\"kind\":\"trait\",\"trait\":\"average_order\","
      "\"from\":"
      "5000000},{\"kind\":\"none\",\"of\":[{\"kind\":\"did\",\"did\":{\"what\":"
      "\"return\"}"
      "}]}]}" },
};

static enum err add(struct ctx *c, void *arg)
{
    (void)arg;
    for (size_t k = 0; k < COUNT(segments); k++) {
        struct rule r = { 0 };
        struct segment s;
        const struct segment_edit e = { segments[k].name, segments[k].about, &r };

        TRY(shape_read(c, &rule_shape, segments[k].rule, strlen(segments[k].rule), &r));
        TRY(segment_add(c, &e, &s));
    }
    return ERR_OK;
}

enum err demo_make_segments(struct ctx *c, struct demo *d)
{
    TRY(db_analyze(c)); /* of all that came before */
    TRY(trait_rebuild(c, NULL));
    d->tell("segments", 0, COUNT(segments));
    TRY(demo_unit(c, add, NULL));
    TRY(segment_pass(c, NULL));
    d->tell("segments", COUNT(segments), COUNT(segments));
    return ERR_OK;
}
