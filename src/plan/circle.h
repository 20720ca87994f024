/* SPDX-License-Identifier: MIT */
#ifndef PLAN_CIRCLE_H
#define PLAN_CIRCLE_H

#include "model/change.h"

/*
 * Changes that would make items wait for each other for ever: a new dependency,
 * or a merge that joins the two ends of a chain. Looked at before they are
 * saved; what people write into the file by hand is reported by plan/check.h.
 */

/*
 * ERR_CONFLICT when the changes would put an item on a circle it is not on
 * now: "'W-1' would wait for itself: W-1 -> W-3 -> W-1". Changes that are
 * not legal on this snapshot are none of its business: 0.
 */
int plan_refuse_circles(const struct snapshot *s, const struct change *changes,
	size_t n, struct err *e);

/* The same for one item that is another in `next`, however it became that. */
int plan_refuse_circle(const struct snapshot *s, const struct snapshot *next,
	struct str id, struct err *e);

#endif
