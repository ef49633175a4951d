/* exchange.h -- how others speak: CommerceML by 1C's protocol, YML, CSV.
 *
 * Owns  exchange_* */
#pragma once

#include "base/module.h"

extern const struct module exchange_module;
