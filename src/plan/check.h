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
void plan_check(
	const struct snapshot *s, const struct config *c, struct problems *ret);

#endif
