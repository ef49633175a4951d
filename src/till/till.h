/* till.h -- the devices that sell, with a line and without one.
 *
 * A till is a browser in a shop with a key of its own.  It keeps a copy of what it
 * needs to sell (goods, prices, rates, stock, customers' keys, PINs) and tells its
 * sales in order, numbered 1, 2, 3 ...  A number is told until it is answered; the
 * same number gets the same answer for ever, so a sale is never lost and never
 * doubled, whichever message the line swallowed.
 *
 * A sale is first asked for ("may I?"), and refused like any other, when goods are
 * kept for somebody else.  When no answer comes the seller lets the buyer go, and
 * from then on it is told as a fact: it is written down as it was, as of its own
 * time, whatever the book says, and what does not fit becomes a task with a name
 * (ADR-0020).  What cannot be written down at all is parked, whole, with a task.
 *
 * Owns   till_till, till_sale, till_pin
 * Needs  staff, place, catalog, stock, customer, order, task, setting
 * Emits  till.added, till.changed; order.sold is the order's */
#pragma once

#include "base/module.h"

extern const struct module till_module;
