/* customer_link.h -- links by which a person shows who he is without logging in; the
 * room's own.
 *
 * A link carries what it is for, whose, until when, and eight bytes more; a MAC under
 * the setting customer.link_secret says that it is ours.  Nothing is kept of it. */
#pragma once

#include "customer/customer_consent.h"

enum link_kind { LINK_PREFERENCES = 1, LINK_CONFIRM, LINK_ONE_CLICK };

struct link {
    enum link_kind kind;
    i64 customer_id; /* whom it was written to, perhaps merged since */
    i64 until_at;    /* ms UTC, to the second */
    unsigned char more[8];
};

/* 55 letters of the URL alphabet.  In a unit: the first one makes the secret. */
enum err link_make(struct ctx *c, const struct link *l, const char **ret) MUST_USE;
/* Errors  NOT_FOUND field "token": not ours, or for something else; GONE: too old */
enum err link_read(struct ctx *c, enum link_kind kind, const char *token,
                   struct link *ret) MUST_USE;

/* "https://shop.example.ru/preferences#<token>"; NULL: the site's address is not set.
 */
enum err link_page(struct ctx *c, const struct link *l, const char *page,
                   const char **ret) MUST_USE;

/* The first bytes of an address's hash: the link is good for this address alone. */
void link_address(struct link *l, const char *value);

/* What the token of a message's link does (customer_preference.c). */
enum err preference_open(struct ctx *c, enum link_kind kind, const char *token,
                         struct link *ret) MUST_USE;
