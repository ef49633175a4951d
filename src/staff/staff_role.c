#include <string.h>

#include "base/id.h"
#include "db/db.h"
#include "staff/staff_own.h"

enum {
    ID_OF,
    RIGHTS_OF,
    LIST,
    GET,
    WORDS,
    INSERT,
    UPDATE,
    WORDS_DROP,
    WORD_ADD,
    DELETE,
    IN_USE,
    HAS,
};

/* clang-format off */
const struct query staff_role_sql[] = {
    [ID_OF] = { "staff.id_of_role",
        "SELECT id FROM staff_role WHERE code = $1" },

    [RIGHTS_OF] = { "staff.rights_of_account",
        "SELECT a.place_id, r.word FROM staff_account_role a"
        " JOIN staff_role_right r ON r.role_id = a.role_id"
        " WHERE a.account_id = $1 ORDER BY a.place_id" },

    [LIST] = { "staff.list_roles",
        "SELECT id, code, name_ru, name_en, version FROM staff_role ORDER BY id LIMIT $1",
        .scan = "a dozen roles" },

    [GET] = { "staff.get_role",
        "SELECT id, code, name_ru, name_en, version FROM staff_role WHERE id = $1" },

    [WORDS] = { "staff.words_of_role",
        "SELECT word FROM staff_role_right WHERE role_id = $1 ORDER BY word" },

    [INSERT] = { "staff.insert_role",
        "INSERT INTO staff_role (id, code, name_ru, name_en, version)"
        " VALUES ($1, $2, $3, $4, 1) ON CONFLICT (code) DO NOTHING" },

    [UPDATE] = { "staff.update_role",
        "UPDATE staff_role SET name_ru = $2, name_en = $3, version = version + 1"
        " WHERE id = $1 AND version = $4 RETURNING version" },

    [WORDS_DROP] = { "staff.drop_words_of_role",
        "DELETE FROM staff_role_right WHERE role_id = $1" },

    [WORD_ADD] = { "staff.add_word_to_role",
        "INSERT INTO staff_role_right (role_id, word) VALUES ($1, $2)"
        " ON CONFLICT (role_id, word) DO NOTHING" },

    [DELETE] = { "staff.delete_role",
        "DELETE FROM staff_role WHERE id = $1" },

    [IN_USE] = { "staff.role_in_use",
        "SELECT account_id FROM staff_account_role WHERE role_id = $1 LIMIT 1" },

    [HAS] = { "staff.has_role",
        "SELECT role_id FROM staff_account_role WHERE account_id = $1 AND role_id = $2 LIMIT 1" },
    QUERY_END
};
/* clang-format on */

#define EVERYTHING (~0ull >> (64 - RIGHT_COUNT))
#define MAX_PLACES 512 /* pairs of place and rights that one account has at most */
#define OWNER      1   /* the role that cannot be taken from itself */

/* ---- Words and bits ---------------------------------------------------------- */

/* ANYONE and CUSTOMER are not given to anybody, STAFF goes with the login. */
static u64 right_of_word(const char *word, size_t n)
{
    if (n == 1 && *word == '*') return EVERYTHING & ~(1ull << RIGHT_CUSTOMER);
    for (int k = RIGHT_STAFF + 1; k < RIGHT_COUNT; k++) {
        const char *w = right_word((enum right)k);
        if (strlen(w) == n && memcmp(w, word, n) == 0) return 1ull << k;
    }
    return 0;
}

u64 rights_of_words(const char *words)
{
    u64 rights = 0;

    while (*words) {
        const size_t n = strcspn(words, " ");
        rights |= right_of_word(words, n);
        words += n + (words[n] == ' ');
    }
    return rights;
}

enum err rights_of_list(struct ctx *c, struct list words, u64 *ret)
{
    const char *const *word = words.at;
    u64 rights = 0;

    for (size_t k = 0; k < words.n; k++) {
        const u64 bit = right_of_word(word[k], strlen(word[k]));
        if (!bit) return FAIL_FIELD(c, NO_SUCH, "rights", "no right \"%s\"", word[k]);
        rights |= bit;
    }
    *ret = rights;
    return ERR_OK;
}

struct list rights_words(struct arena *mem, u64 rights)
{
    struct list l = { 0 };

    for (int k = RIGHT_STAFF + 1; k < RIGHT_COUNT; k++)
        if (rights >> k & 1)
            *(const char **)list_add(mem, &l, sizeof(char *)) =
                right_word((enum right)k);
    return l;
}

/* ---- What an account may do, and where ------------------------------------------ */

u64 rights_at(const struct who *w, i64 place_id)
{
    u64 rights = 0;

    if (!w->places) return !w->place_id || w->place_id == place_id ? w->rights : 0;
    for (u64 k = 0; k < w->places[0]; k++) {
        const i64 at = (i64)w->places[1 + 2 * k];
        if (!at || at == place_id) rights |= w->places[2 + 2 * k];
    }
    return rights;
}

static bool works_at(const struct who *w, i64 place_id)
{
    for (u64 k = 0; k < w->places[0]; k++)
        if (!w->places[1 + 2 * k] || (i64)w->places[1 + 2 * k] == place_id) return true;
    return false;
}

/* The rows come in order of place; the chain (0) first. */
enum err rights_load(struct ctx *c, i64 account_id, struct who *w)
{
    const u64 anyway = 1ull << RIGHT_ANYONE | 1ull << RIGHT_STAFF;
    u64 *places = arena_alloc(c->mem, sizeof(u64) * (1 + 2 * MAX_PLACES)), n = 0;
    i64 place_id;
    const char *word;
    ROWS r;

    TRY(db_rows(c, &r, &staff_role_sql[RIGHTS_OF], account_id));
    while (db_next(&r, INTO(&place_id, &word))) {
        if (n == 0 || (i64)places[2 * n - 1] != place_id) {
            if (n == MAX_PLACES)
                return FAIL(c, TOO_BIG, "an account has roles at %d places",
                            MAX_PLACES);
            places[1 + 2 * n++] = (u64)place_id;
        }
        places[2 * n] |= right_of_word(word, strlen(word));
    }
    TRY(r.err);
    places[0] = n;
    w->places = places;
    if (!works_at(w, w->place_id)) w->place_id = n ? (i64)places[1] : 0;
    w->rights = rights_at(w, w->place_id) | anyway;
    return ERR_OK;
}

/* ---- Roles -------------------------------------------------------------------------
 */

enum err role_id_of(struct ctx *c, const char *code, i64 *ret_id)
{
    enum err e = db_one(c, &staff_role_sql[ID_OF], INTO(ret_id), code);

    return e == ERR_NOT_FOUND ? FAIL_FIELD(c, NO_SUCH, "role", "no role \"%s\"", code)
                              : e;
}

static enum err words_read(struct ctx *c, struct role *r)
{
    struct list words = { 0 };
    const char *word;
    ROWS rows;

    TRY(db_rows(c, &rows, &staff_role_sql[WORDS], r->id));
    while (db_next(&rows, INTO(&word)))
        *(const char **)list_add(c->mem, &words, sizeof(char *)) = word;
    r->rights = words;
    return rows.err;
}

enum err role_list(struct ctx *c, struct list *ret)
{
    struct list l = { 0 };
    struct role one = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &staff_role_sql[LIST], 1000));
    while (
        db_next(&r, INTO(&one.id, &one.code, &one.name_ru, &one.name_en, &one.version)))
        *(struct role *)list_add(c->mem, &l, sizeof(one)) = one;
    TRY(r.err);
    for (size_t k = 0; k < l.n; k++) TRY(words_read(c, &((struct role *)l.at)[k]));
    *ret = l;
    return ERR_OK;
}

enum err role_get(struct ctx *c, i64 id, struct role *ret)
{
    enum err e = db_one(
        c, &staff_role_sql[GET],
        INTO(&ret->id, &ret->code, &ret->name_ru, &ret->name_en, &ret->version), id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no role %lld", id);
    TRY(e);
    return words_read(c, ret);
}

u64 rights_guarded(u64 rights, bool himself)
{
    const u64 house = 1ull << RIGHT_STAFF_ADMIN | 1ull << RIGHT_SETTINGS |
                      1ull << RIGHT_AUDIT_READ | 1ull << RIGHT_OPERATE;
    const u64 anyway = 1ull << RIGHT_ANYONE | 1ull << RIGHT_STAFF;

    const bool owner = !(~rights & right_of_word("*", 1));

    return rights & (himself || owner ? ~anyway : house);
}

static enum err may_give(struct ctx *c, const char *word, bool himself)
{
    const u64 bit = right_of_word(word, strlen(word));

    if (!bit) return FAIL_FIELD(c, NO_SUCH, "rights", "no right \"%s\"", word);
    if (c->who.kind != WHO_SYSTEM &&
        (rights_guarded(bit, himself) & ~rights_at(&c->who, 0)))
        return FAIL_FIELD(c, DENIED, "rights", "the right \"%s\" is not yours to give",
                          word);
    return ERR_OK;
}

/* Does he who acts have this role himself? */
static enum err is_own(struct ctx *c, i64 role_id, bool *ret)
{
    i64 id;
    const enum err e = db_one(c, &staff_role_sql[HAS], INTO(&id), c->who.id, role_id);

    *ret = !e;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err words_put(struct ctx *c, const struct role *r)
{
    const char *const *words = r->rights.at;

    bool own;

    TRY(is_own(c, r->id, &own));
    for (size_t k = 0; k < r->rights.n; k++) TRY(may_give(c, words[k], own));
    TRY(db_exec(c, &staff_role_sql[WORDS_DROP], NULL, r->id));
    for (size_t k = 0; k < r->rights.n; k++)
        TRY(db_exec(c, &staff_role_sql[WORD_ADD], NULL, r->id, words[k]));
    return ERR_OK;
}

static enum err role_add(struct ctx *c, struct role *r)
{
    i64 added;

    r->code = login_norm(c->mem, r->code);
    if (!r->code)
        return FAIL_FIELD(c, BAD_ARGUMENT, "code",
                          "a role's code is letters, digits and _");
    r->id = id_new(c);
    r->version = 1;
    TRY(db_exec(c, &staff_role_sql[INSERT], &added, r->id, r->code, r->name_ru,
                r->name_en));
    if (!added) return FAIL_FIELD(c, EXISTS, "code", "there is a role \"%s\"", r->code);
    return words_put(c, r);
}

static enum err role_change(struct ctx *c, struct role *r, const char *if_match)
{
    struct role was = { 0 };

    if (r->id == OWNER)
        return FAIL(c, WRONG_STATE, "the role owner has every right and keeps it");
    TRY(role_get(c, r->id, &was));
    const char *etag = arena_printf(c->mem, "%lld", was.version);
    if (if_match && strcmp(if_match, etag))
        return FAIL(c, CHANGED, "role %s is at version %s", was.code, etag);
    r->code = was.code;
    const enum err e = db_one(c, &staff_role_sql[UPDATE], INTO(&r->version), r->id,
                              r->name_ru, r->name_en, was.version);
    if (e == ERR_NOT_FOUND)
        return FAIL(c, CHANGED, "role %s has just been changed", was.code);
    TRY(e);
    TRY(words_put(c, r));
    session_changed(c);
    return ERR_OK;
}

enum err role_put(struct ctx *c, struct role *r, const char *if_match)
{
    const bool new = !r->id;

    TRY(new ? role_add(c, r) : role_change(c, r, if_match));
    struct buf b = buf_new(c->mem, 256, 16384);
    buf_printf(&b, "{\"role\":\"%s\",\"rights\":\"", r->code);
    for (size_t k = 0; k < r->rights.n; k++)
        buf_printf(&b, "%s%s", k ? " " : "", ((const char *const *)r->rights.at)[k]);
    buf_text(&b, "\"}");
    return staff_audit(c, new ? "staff.role_add" : "staff.role_change", r->id, b.at);
}

enum err role_delete(struct ctx *c, i64 id)
{
    struct role was = { 0 };
    i64 account_id;

    if (id == OWNER) return FAIL(c, WRONG_STATE, "the role owner stays");
    TRY(role_get(c, id, &was));
    const enum err e = db_one(c, &staff_role_sql[IN_USE], INTO(&account_id), id);
    if (!e)
        return FAIL(c, WRONG_STATE, "account %lld has the role %s", account_id,
                    was.code);
    if (e != ERR_NOT_FOUND) return e;
    TRY(db_exec(c, &staff_role_sql[WORDS_DROP], NULL, id));
    TRY(db_exec(c, &staff_role_sql[DELETE], NULL, id));
    return staff_audit(c, "staff.role_delete", id,
                       arena_printf(c->mem, "{\"role\":\"%s\"}", was.code));
}
