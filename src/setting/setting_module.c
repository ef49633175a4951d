/* What the setting room is made of. */
#include "setting/setting.h"

const struct module setting_module = {
    .name = "setting",
    .needs = (const char *const[]){ NULL },
};
