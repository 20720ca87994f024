/* SPDX-License-Identifier: MIT */
#ifndef PLAN_SELECT_PRIV_H
#define PLAN_SELECT_PRIV_H

#include "base/vec.h"
#include "plan/place-priv.h"
#include "plan/select.h"

/* Item index, and what puts it before or behind others: smaller first. */
struct candidate {
	size_t i;
	unsigned int rank;
	size_t remaining; /* less for an item further on in its pipeline */
	int64_t created_ns;
	struct place place;
};

/* A plan in the making. */
struct draft {
	const struct plan_input *in;
	struct arena *a, tmp;
	struct strmap running, targets, item_holds, agent_holds;
	size_t *latest_hold; /* per first hold on an item or agent */
	bool destructive_runs;
	struct str destructive_item;
	struct verdict *verdicts;
	VEC(struct action) actions;
	VEC(struct candidate) ready, runnable;
	size_t promoted;
	uint64_t started;
	int64_t wake_ns;
};

/* The item gets this verdict, for good. `why` is taken over into the plan. */
void
draft_decide(struct draft *d, size_t i, enum verdict_kind kind, struct str why);

/* An action about item `i`, which is thereby chosen. */
void draft_act(struct draft *d, size_t i, struct action act);

void candidates_sort(struct candidate *c, size_t n);

/* The hold in force on the item or on the phase's agent, NULL when none;
 * `d->wake_ns` becomes its end when that is sooner. */
const struct plan_hold *
draft_hold(struct draft *d, struct str item, const struct phase_config *phase);

/* Choose among d->ready and d->runnable; leaves no item without verdict. */
void draft_promote(struct draft *d);
void draft_run(struct draft *d);

#endif
