/* demo_crowd.h -- many people of Russia as a shop has written them down, some of them
 * twice: to measure how well and how fast they are told apart.
 *
 * Homes of one to four people share an address, mostly a surname, sometimes a phone or
 * an e-mail; brothers have one patronymic, twins one birth date, a few sons the name of
 * their father.  Numbers are sold again to strangers; the e-mail or phone of the shop
 * stands where somebody had none to give; 1 January stands where nobody asked.
 *
 * A double is the same person written down another day (crowd_slips): other fields
 * known, letters mistaken as people mistake them, Latin letters by four schemes, a
 * diminutive, an initial, names in each other's place, a surname after a wedding, slips
 * in dates and numbers, a new phone, a move.
 *
 * The same on every machine for the same seed and lists.  With `names` (a folder with
 * names_male.txt, names_female.txt, surnames_male.txt, one a line) and `letters` (a CSV
 * of how often a letter is written for another) the rare names and mistakes are those;
 * without them our own, fewer ones. */
#pragma once

#include "app/demo.h"
#include "customer/customer_like_set.h"

struct crowd_size {
    i64 records, seed;
    double doubles;              /* share of the records */
    const char *names, *letters; /* a folder and a file, or NULL */
};
struct crowd_record {
    struct like_person p;
    i64 person, home; /* the truth */
};
/* Tells all records, one by one; what they point at lives until hear() returns. */
void crowd_make(const struct crowd_size *k,
                void (*hear)(void *arg, const struct crowd_record *r), void *arg);

/* ---- demo_crowd_slip.c: how people write things down -------------------------------
 */

/* How often a letter а..я, ё is mistaken for another, rows by what was meant. */
struct crowd_letters {
    double share[33][33]; /* a row's sum is 1 */
};
void crowd_letters_read(struct crowd_letters *ret, const char *path);
/* One mistake in a word. */
const char *crowd_typo(struct arena *mem, struct dice *d, const struct crowd_letters *l,
                       const char *word);
/* A word in Latin letters by scheme 0..3. */
enum { CROWD_SCHEMES = 4 };
const char *crowd_latin(struct arena *mem, int scheme, const char *word);
/* "Саша" for "Александр"; the word itself when it has no such form. */
const char *crowd_diminutive(struct dice *d, const char *first);
/* A birth date as it gets into a form wrongly. */
int crowd_birth_slip(struct dice *d, int birth);
/* Ten digits, one of them wrong or two neighbours in each other's place. */
void crowd_phone_slip(struct dice *d, char *phone);
