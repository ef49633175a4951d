/* home.h -- people who live together, because they say so.
 *
 * A member invites by a code; who accepts is a member like him.  Each says himself what
 * the others may see of him: his devices, his purchases (never prices), at first
 * nothing.  A device of one may be used by another (owner.h).
 *
 * Owns   home_home, home_member, home_invite, home_address, home_hint
 * Needs  customer, order, owner
 * Emits  home.joined {home_id}, home.left {home_id}: the subject is the customer */
#pragma once

#include "base/module.h"

extern const struct module home_module;
