/* What the demo chain asks who is not sure what to buy: words of use over its
 * specifications. */
#include "app/demo.h"
#include "catalog/catalog.h"

enum { ANSWERS = 4 };

struct guide_row {
    const char *code;
    const char *text, *text_en, *hint, *hint_en;
    struct catalog_guide_answer answer[ANSWERS]; /* ends with value NULL */
};

/* clang-format off */
static const struct guide_row guides[] = {
    { "price", "На какую сумму рассчитываете?", "What is your budget?",
      "Покажем и то, что чуть дороже, если оно того стоит.", "We also show what costs a little more when it is worth it.", { { 0 } } },
    { "ram", "Сколько всего работает одновременно?", "How much runs at the same time?",
      "Больше памяти — реже приходится закрывать программы.", "More memory means closing things less often.",
      { { "Звонки, сообщения, пара программ", "Calls, messages, a couple of apps", "..6" },
        { "Много вкладок и программ", "Many tabs and apps", "8.." },
        { "Тяжёлые игры и монтаж", "Heavy games and editing", "12.." } } },
    { "storage", "Сколько хранить?", "How much to keep?", "", "",
      { { "Документы и немного фото", "Documents and some photos", "..256" },
        { "Тысячи фотографий", "Thousands of photos", "256.." },
        { "Видео и большие игры", "Videos and large games", "512.." } } },
    { "battery", "Как далеко от розетки?", "How far from a socket?", "", "",
      { { "Заряжаю каждый вечер", "I charge every evening", "0.." },
        { "Хочу день с запасом", "A full day and some more", "4500.." },
        { "Путешествую и забываю зарядку", "I travel and forget the charger", "5000.." } } },
    { "refresh", "Важна плавная картинка?", "Does smooth motion matter?", "Для игр и спорта — да.", "It does for games and sport.", { { 0 } } },
    { "noise", "Насколько тихо должно быть?", "How quiet should it be?",
      "Шёпот — около 30 дБ, разговор — 60.", "A whisper is about 30 dB, talk is 60.", { { 0 } } },
    { "nfc", "Платить телефоном?", "Pay by tapping?", "", "", { { 0 } } },
    { "anc", "Нужна тишина в метро?", "Silence on the underground?", "", "", { { 0 } } },
    { "wireless", "Без провода?", "Without a cable?", "", "", { { 0 } } },
    { "color", "Печатать в цвете?", "Print in colour?", "", "", { { 0 } } },
    { "smart", "Смотреть сериалы без приставки?", "Series without a box?", "", "", { { 0 } } },
    { "camera", "Насколько важна камера?", "How much does the camera matter?", "", "", { { 0 } } },
    { "load", "Сколько загружать за раз?", "How much at a time?", "", "", { { 0 } } },
    { "power", "Насколько мощно?", "How powerful?", "", "", { { 0 } } },
    { "brand", "Есть любимая марка?", "A favourite brand?", "", "", { { 0 } } },
};
/* clang-format on */

static enum err make_guide(struct ctx *c, const struct guide_row *row, i64 sort)
{
    struct catalog_guide g = { .code = row->code,
                               .sort = sort,
                               .asked = true,
                               .text = row->text,
                               .text_en = row->text_en,
                               .hint = row->hint,
                               .hint_en = row->hint_en };

    for (int k = 0; k < ANSWERS && row->answer[k].value; k++)
        *(struct catalog_guide_answer *)list_add(
            c->mem, &g.answers, sizeof(struct catalog_guide_answer)) = row->answer[k];
    return catalog_guide_put(c, &g);
}

enum err demo_make_guides(struct ctx *c)
{
    for (size_t k = 0; k < COUNT(guides); k++)
        TRY(make_guide(c, &guides[k], 10 * (i64)(k + 1)));
    return ERR_OK;
}
