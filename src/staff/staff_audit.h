/* staff_audit.h -- who looked at whom and who changed what, read back.
 *
 * Included by staff_own.h. */
#pragma once

struct audit {
    i64 id, at;
    int who_kind; /* enum who_kind */
    i64 who_id, place_id;
    const char *who_name; /* of staff and keys, when they still exist */
    const char *what;
    i64 subject_id;
    const char *detail, *request_id;
};
struct audit_ask {
    i64 limit;
    const char *after;
    i64 who_id, subject_id, since, until; /* NONE: any */
    const char *what; /* "order.cancel", or "order." for a room; NULL any */
};
enum err audit_list(struct ctx *c, const struct audit_ask *a, struct list *ret,
                    const char **ret_next) MUST_USE;
/* From now on reads are also written by submitted units, not by the job alone. */
void staff_audit_serve(void);
