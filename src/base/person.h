/* person.h -- what a room does with what it keeps about people.
 *
 * A room whose tables name a customer fills one of these and puts its address into
 * struct module.person.  The room `customer` calls the parts of all rooms inside its
 * own unit, so that a person moves as a whole or not at all; each room writes its own
 * tables.  A room that keeps nothing about people leaves the pointer NULL. */
#pragma once

#include "base/ctx.h"

/* Two records of one person become one, or are parted again: the same movement.
 *
 * Every row about a person belongs to whom it names (customer_id), and remembers by
 * whom it was born when that is somebody else (born_id, NULL: by customer_id itself).
 * A movement takes the rows of `from` that `born` has born, and gives them to `to`:
 *
 *     UPDATE order_order SET customer_id = $2, born_id = NULLIF($3, $2)
 *      WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3
 *
 * A merge calls it for each person whom `from` is made of, an undo for each who leaves;
 * so what was moved is remembered in the rows themselves, and chains of merges part
 * anywhere.  Rows that hang on another (lines of an order) have no born_id and follow
 * theirs.  A row that cannot move because `to` has the like of it (the same tag) goes
 * home to who has born it and waits there; nothing is ever deleted.  Called again
 * with the same values it does nothing more. */
struct person_told;
struct person_move {
    i64 from, to; /* customers, never equal */
    i64 born;     /* a customer: `from` itself or somebody who was merged into him */
    i64 merge_id; /* customer_merge: the fact that causes it */
    i64 since;    /* ms: when they became one; of an undo what is newer is told apart */
    bool undo;    /* they are being parted */
    struct person_told *told; /* for people: what was moved; see person_tell() */
};

struct person_part {
    enum err (*move)(struct ctx *c, const struct person_move *m);
};

/* So many of these went along, so many of them are newer than `since`. */
enum { PERSON_TOLD = 24 };
struct person_told {
    size_t n;
    struct {
        const char *what; /* "order", "consent" */
        i64 n, later;
    } of[PERSON_TOLD];
};
void person_tell(const struct person_move *m, const char *what, i64 n, i64 later);

/* The born_id of a new row about this customer: by whose key he came, when that is not
 * himself; NONE otherwise. */
static inline i64 person_born(const struct ctx *c, i64 customer_id)
{
    const bool other = c->person.id == customer_id && c->person.born != customer_id;

    return other && c->person.born ? c->person.born : NONE;
}
