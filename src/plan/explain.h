/* SPDX-License-Identifier: MIT */
#ifndef PLAN_EXPLAIN_H
#define PLAN_EXPLAIN_H

#include "plan/select.h"

/*
 * Why an item is or is not running: the verdict of plan_select in a sentence,
 * then the facts it rests on, one a line ("label: value"), in the order the
 * scheduler looks at them.
 */

struct explain_fact {
	const char *label; /* "status", "phase", "depends on", "guardrails" … */
	struct str value;
	bool holds_back; /* this fact keeps the item from running */
};

struct explanation {
	enum verdict_kind verdict;
	struct str why;
	const struct explain_fact *facts;
	size_t facts_n;
	struct str next_step; /* what a person can do; absent when nothing */
};

/* False when the item is not in the snapshot. */
bool plan_explain(const struct plan_input *in, struct str id, struct arena *a,
	struct explanation *ret);

#endif
