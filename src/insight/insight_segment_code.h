/* insight_segment_code.h -- a rule made ready to be run; between the file that makes
 * it (insight_segment_rule.c) and the one that runs it (insight_segment_eval.c). */
#pragma once

#include "insight/insight_segment.h"

struct code_ids {
    const i64 *at; /* sorted */
    size_t n;      /* 0: any */
};
struct code_did {
    int what, channel; /* channel -1 any */
    i64 days;          /* 0 ever */
    u64 event;
    struct code_ids category, place;
};
/* A node and then, up to `next`, those below it: a walk is a walk over an array. */
struct code_node {
    int op;        /* enum rule_kind */
    unsigned next; /* the first node that is not below this one */
    int trait, kind;
    bool happened;
    unsigned mask; /* of words, of consents */
    size_t n_tags;
    const u64 *tags;
    i64 from, to; /* of a trait NONE: no bound */
    i64 sum_from, sum_to, within_s;
    struct code_ids ids;
    struct code_did did, then;
};
struct segment_code {
    bool visits;
    size_t n;
    struct code_node node[];
};
