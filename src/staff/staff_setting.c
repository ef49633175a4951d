/* staff_setting.c -- who may change a setting, and that he did. */
#include <string.h>

#include "base/json.h"
#include "base/module.h"
#include "setting/setting.h"
#include "staff/staff_own.h"

static const char *told(struct ctx *c, const struct setting_view *was,
                        const struct setting_view *now)
{
    struct buf b = buf_new(c->mem, 256, 16384);

    buf_printf(&b, "{\"name\":\"%s\"", now->name);
    if (!now->secret) {
        buf_text(&b, ",\"before\":");
        json_put_text(&b, was->value, strlen(was->value));
        buf_text(&b, ",\"after\":");
        json_put_text(&b, now->value, strlen(now->value));
    }
    buf_char(&b, '}');
    return b.full ? NULL : b.at;
}

enum err staff_setting_change(struct ctx *c, const char *name,
                              const struct setting_change *s, const char *if_match,
                              struct setting_view *ret)
{
    const struct setting_scope at = { s->place_id == NONE ? 0 : s->place_id,
                                      s->region_id == NONE ? 0 : s->region_id };
    struct setting_view was;

    TRY(staff_may(c, RIGHT_SETTINGS, at.place_id));
    TRY(setting_get(c, name, at, &was));
    if (if_match && strcmp(if_match, arena_printf(c->mem, "%lld", was.version)))
        return FAIL(c, CHANGED, "setting %s is at version %lld", name, was.version);
    for (const struct module *const *m = modules; *m; m++)
        if ((*m)->setting_may) TRY((*m)->setting_may(c, name, s->value));
    TRY(setting_set(c, name, at, s->value));
    TRY(setting_get(c, name, at, ret));
    return staff_audit(c, "setting.change", at.place_id ? at.place_id : at.region_id,
                       told(c, &was, ret));
}
