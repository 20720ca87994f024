/* SPDX-License-Identifier: MIT */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "base/problems.h"
#include "model/config.h"
#include "model/snapshot.h"

/*
 * What is wrong with the items themselves: dangling dependencies, cycles
 * (each reported once), unknown pipelines and phases, pools that do not match
 * the status. None of it stops a run: such an item is held back or blocked and
 * the others go on.
 */
enum plan_flaw_kind {
	FLAW_DANGLING, /* depends on what is nowhere */
	FLAW_CLOSED,   /* on what was closed, so that it is never met */
	FLAW_CIRCLE,
	FLAW_PLACE, /* its pipeline, phase or pool */
	FLAWS
};
extern const struct names flaw_names;

struct plan_flaw {
	enum plan_flaw_kind kind;
	struct str id;
	struct str text; /* "depends on 'W-1', which …" */
};

/* In file order; in `a`. */
void plan_flaws(const struct snapshot *s, const struct config *c,
	struct arena *a, const struct plan_flaw **ret, size_t *ret_n);

/* The same as "'W-2': depends on …", without FLAW_CLOSED, which a run names
 * where it shows what such an item waits for. */
void plan_check(
	const struct snapshot *s, const struct config *c, struct problems *ret);

#endif
