/* Documents of the other side: its word on our orders, and orders born there. */
#include <stdlib.h>
#include <string.h>

#include "base/person.h"
#include "base/time.h"
#include "customer/customer.h"
#include "exchange/charset.h"
#include "exchange/exchange_good.h"
#include "order/order.h"
#include "setting/setting.h"

enum { PUT, DROP_LINES, PUT_LINE };

/* clang-format off */
const struct query exchange_document_sql[] = {
    [PUT] = { "exchange.put_document",
        "INSERT INTO exchange_document (source, external, number, number_1c, operation, at,"
        " sum_minor, party, customer_id, order_id, deleted, posted, shipped, cancelled, status,"
        " run_id, born_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        " ON CONFLICT (source, external) DO UPDATE SET number = excluded.number,"
        " number_1c = excluded.number_1c, operation = excluded.operation, at = excluded.at,"
        " sum_minor = excluded.sum_minor, party = excluded.party,"
        " customer_id = excluded.customer_id, order_id = excluded.order_id,"
        " deleted = excluded.deleted, posted = excluded.posted, shipped = excluded.shipped,"
        " cancelled = excluded.cancelled, status = excluded.status, run_id = excluded.run_id,"
        " born_id = excluded.born_id",
        .types = "tttttiitiiiiiitii" },

    [DROP_LINES] = { "exchange.drop_document_lines",
        "DELETE FROM exchange_document_line WHERE source = $1 AND document = $2" },

    [PUT_LINE] = { "exchange.put_document_line",
        "INSERT INTO exchange_document_line (source, document, line_no, external, variant_id,"
        " name, qty, sum_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", .types = "ttititii" },
    QUERY_END
};
/* clang-format on */

/* What a document says of itself. */
struct said {
    bool posted, shipped, cancelled;
    const char *status;
};

static bool yes(const char *s)
{
    return strcmp(s, "true") == 0 || strcmp(s, "1") == 0 || strcmp(s, "да") == 0 ||
           strcmp(s, "Да") == 0;
}

static struct said read_said(const struct cml_document *d)
{
    const struct cml_pair *p = d->requisites.at;
    struct said s = { .cancelled = d->deleted };

    for (size_t k = 0; k < d->requisites.n; k++) {
        if (strcmp(p[k].name, "Проведен") == 0) s.posted = yes(p[k].value);
        if (strcmp(p[k].name, "Отгружен") == 0) s.shipped = yes(p[k].value);
        if (strcmp(p[k].name, "Отменен") == 0) s.cancelled |= yes(p[k].value);
        if (strcmp(p[k].name, "Статус заказа") == 0 ||
            strcmp(p[k].name, "Статуса заказа ИД") == 0)
            s.status = p[k].value;
    }
    return s;
}

/* A status word of the other side as a state of ours: setting exchange.states,
 * "Готов к выдаче=ready; Отгружен=shipped".  False: it says nothing to us. */
static bool state_of_word(struct ctx *c, const char *word, int *ret)
{
    const char *list = setting_text(c, "exchange.states", (struct setting_scope){ 0 });
    const char *fold = charset_fold(c->mem, word);

    for (const char *p = list ? list : ""; *p;) {
        const size_t n = strcspn(p, ";"), eq = strcspn(p, "=;");
        const char *name = charset_fold(c->mem, arena_strdup(c->mem, p, eq));

        if (eq < n && strcmp(name, fold) == 0) {
            const char *ours =
                charset_fold(c->mem, arena_strdup(c->mem, p + eq + 1, n - eq - 1));
            for (int k = 0; order_state_words[k]; k++)
                if (strcmp(order_state_words[k], ours) == 0) {
                    *ret = k;
                    return true;
                }
        }
        p += n + (p[n] == ';');
    }
    return false;
}

/* The state that a document tells of one of our orders; false: nothing new. */
static bool state_of(struct ctx *c, const struct said *s, const struct order *o,
                     int *ret)
{
    if (s->cancelled) {
        *ret = ORDER_CANCELLED;
        return true;
    }
    if (s->status && state_of_word(c, s->status, ret)) return true;
    if (!s->shipped) return false;
    *ret = o->kind == ORDER_DELIVERY ? ORDER_SHIPPED : ORDER_DONE;
    return true;
}

/* Our own id, which 1C gives back as it got it. */
static enum err find_by_id(struct ctx *c, const char *text, i64 *ret_id)
{
    struct order o;
    const size_t n = text ? strlen(text) : 0;

    if (n < 10 || n > 19 || strspn(text, "0123456789") != n) return ERR_NOT_FOUND;
    const i64 id = strtoll(text, NULL, 10);
    TRY(order_get(c, id, &o));
    *ret_id = id;
    return ERR_OK;
}

/* Ours is what has our id or our number. */
static enum err find_order(struct ctx *c, const struct cml_document *d, i64 *ret_id)
{
    i64 id = NONE;
    enum err e = find_by_id(c, d->id, &id);

    if (e == ERR_NOT_FOUND && d->number) e = order_find(c, d->number, &id);
    if (e && !run_is_refusal(e)) return e;
    c->fault = (struct fault){ 0 };
    *ret_id = e ? NONE : id;
    return ERR_OK;
}

/* A state that the order cannot take is told, the document is kept. */
static enum err tell_order(struct run *r, struct ctx *c, const struct cml_document *d,
                           const struct said *s, i64 order_id, i64 line)
{
    struct order o;
    int to;

    TRY(order_get(c, order_id, &o));
    if (!state_of(c, s, &o, &to) || (int)o.state == to) return ERR_OK;
    const enum err e = order_state_from_outside(
        c, order_id, to,
        s->status ? s->status : arena_printf(c->mem, "1С: %s", d->number));
    if (!e || !run_is_refusal(e)) return e;
    run_reject(r, line, "documents", d->id, "%s", c->fault.message);
    c->fault = (struct fault){ 0 };
    return ERR_OK;
}

/* The buyer, when a phone or an e-mail of his can be read; 1C's contacts are full
 * of "12" and ",". */
static enum err customer_of(struct ctx *c, const struct cml_document *d,
                            const char *name, i64 *ret_id)
{
    const struct cml_pair *p = d->contacts.at;
    struct customer_contact k = { .name = name, .region_id = NONE, .said_by = SAID_1C };

    *ret_id = NONE;
    for (size_t j = 0; j < d->contacts.n; j++) {
        if (strchr(p[j].value, '@')) {
            if (!k.email) k.email = customer_email_norm(c->mem, p[j].value);
        } else if (!k.phone) {
            k.phone = customer_phone_norm(c->mem, p[j].value);
        }
    }
    return k.phone || k.email ? customer_ensure(c, &k, ret_id) : ERR_OK;
}

/* "970#login#Иванова Анна": the name is the last part where nothing better is. */
static const char *party_name(const struct cml_document *d)
{
    const char *last = d->party_id ? strrchr(d->party_id, '#') : NULL;

    if (d->party_name) return d->party_name;
    return last && last[1] ? last + 1 : d->party_id;
}

static enum err put_line(struct run *r, struct ctx *c, const struct cml_document *d,
                         i64 line, size_t n)
{
    const struct cml_good *g = (const struct cml_good *)d->lines.at + n;
    struct key k = { .source = r->source,
                     .kind = "variant",
                     .external = g->id ? g->id : "" };
    const char *why = NULL;
    i64 qty = NONE, sum_minor = 0;

    const enum err e = key_get(c, &k);
    if (e && e != ERR_NOT_FOUND) return e;
    if (g->qty && !qty_parse(g->qty, &qty, &why))
        run_reject(r, line, "documents", d->id, "line %zu: %s: %s", n + 1, g->qty, why);
    if (g->sum && !price_parse(c, g->sum, d->currency, &sum_minor, &why))
        run_reject(r, line, "documents", d->id, "line %zu: %s", n + 1, why);
    return db_exec(c, &exchange_document_sql[PUT_LINE], NULL, r->source, d->id,
                   (i64)n + 1, g->id, e ? NONE : k.our_id, g->name ? g->name : "", qty,
                   sum_minor);
}

enum err document_put(struct run *r, struct ctx *c, const struct cml_document *d,
                      i64 line)
{
    const struct said s = read_said(d);
    i64 order_id, customer_id = NONE, at = c->now, sum_minor = 0;
    const char *why;

    if (!d->id) return FAIL(c, BAD_FORMAT, "a document without an id");
    TRY(find_order(c, d, &order_id));
    if (order_id != NONE)
        TRY(tell_order(r, c, d, &s, order_id, line));
    else
        TRY(customer_of(c, d, party_name(d), &customer_id));
    if (d->date)
        time_parse(arena_printf(c->mem, "%s%s%s", d->date, d->time ? "T" : "",
                                d->time ? d->time : ""),
                   (int)r->utc_offset_min, &at);
    if (d->sum && !price_parse(c, d->sum, d->currency, &sum_minor, &why))
        run_reject(r, line, "documents", d->id, "%s: %s", d->sum, why);
    TRY(db_exec(c, &exchange_document_sql[PUT], NULL, r->source, d->id,
                d->number ? d->number : d->id, d->number_1c,
                d->operation ? d->operation : "", at, sum_minor, party_name(d),
                customer_id, order_id, (i64)d->deleted, (i64)s.posted, (i64)s.shipped,
                (i64)s.cancelled, s.status, r->id, person_born(c, customer_id)));
    TRY(db_exec(c, &exchange_document_sql[DROP_LINES], NULL, r->source, d->id));
    for (size_t k = 0; k < d->lines.n; k++) TRY(put_line(r, c, d, line, k));
    return ERR_OK;
}
