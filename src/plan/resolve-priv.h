/* SPDX-License-Identifier: MIT */
#ifndef PLAN_RESOLVE_PRIV_H
#define PLAN_RESOLVE_PRIV_H

#include "base/vec.h"
#include "plan/place-priv.h"
#include "plan/resolve.h"

/* The outcome of a run in the making. */
struct resolution {
	const struct snapshot *s;
	const struct config *c;
	const struct run_end *end;
	struct arena *a;
	const struct item *item; /* NULL: gone */
	struct item after;	 /* the item with what the result says of it */
	VEC(struct change) changes;
	struct outcome *ret;
};

void resolution_add(struct resolution *r, struct change c);
void resolution_status(struct resolution *r, enum item_status to);

/* Keep what the result says, except where the item goes next. */
void resolution_absorb(struct resolution *r);
void resolution_follow_ups(struct resolution *r);

/* Block where it is. `reason` is put after "needs a decision: " or what the
 * type asks for. */
void resolution_block(
	struct resolution *r, enum blocked_type type, struct str reason);

/* Enter the phase or `ready`, through their gates. */
void resolution_enter(struct resolution *r, const struct phase_config *phase,
	enum phase_pool pool);
void resolution_ready(struct resolution *r);

/* True when the item may become ready as it is after the result. */
bool resolution_may_be_ready(const struct resolution *r, struct buf *why);

/* True, and the item blocks, when an assessment grew above a guardrail. */
bool resolution_outgrew(struct resolution *r);

void resolution_triage(struct resolution *r);

#endif
