/* What the catalogue does by itself. */
#include "catalog/catalog_office.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_shelf.h"
#include "db/db.h"

enum { SLICE = 500 };

static enum err vat_slice(struct ctx *c, void *ret_n)
{
    return catalog_vat_apply(c, SLICE, ret_n);
}

/* A new rate of VAT has begun: products show it within the hour.  Money does not
 * wait for this: catalog_item() reads the rate as of now. */
static enum err vat_run(struct ctx *c, struct job *j)
{
    i64 n;

    (void)j;
    do TRY(db_unit(c, vat_slice, &n));
    while (n);
    return ERR_OK;
}

static enum err look(struct ctx *c, void *unused)
{
    SHELF *s = NULL;

    (void)unused;
    return shelf_look(c, &s);
}

/* The first customer of the day should not be the one who waits for the shelf. */
static enum err shelf_run(struct ctx *c, struct job *j)
{
    (void)j;
    return db_snapshot(c, look, NULL);
}

const struct job_kind catalog_jobs[] = {
    { .name = "catalog.vat",
      .run = vat_run,
      .every_ms = 3600000,
      .doc = "bring products' VAT to the rate of today" },
    { .name = "catalog.shelf",
      .run = shelf_run,
      .every_ms = 60000,
      .doc = "have the catalogue in memory before anybody asks" },
    { .name = "catalog.bulk",
      .run = bulk_run,
      .doc = "look what a change of many products or prices does; do it; undo it" },
    { .name = "catalog.brand",
      .run = catalog_brand_run,
      .doc = "let a renamed brand's goods be found by its new name" },
    { .name = "catalog.bulk_tidy",
      .run = bulk_tidy,
      .every_ms = 86400000,
      .doc = "forget changes of many products that nobody can undo any more" },
    { 0 },
};
