/* catalog_unit.h -- units in search; for this room only.  Parsing for imports is
 * catalog_unit_parse() of catalog.h. */
#pragma once

#include "catalog/catalog.h"

/* The word that stands for a unit in search ("дюймов", "\"" and "inch" are all
 * "дюйм"); NULL when this (folded) word is no unit. */
const char *catalog_unit_term(const char *word);
