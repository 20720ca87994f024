/* SPDX-License-Identifier: MIT */
#ifndef PLAN_UPNEXT_H
#define PLAN_UPNEXT_H

#include "plan/select.h"

/*
 * What comes next, as a list for people: what plan_select chooses, in the
 * order of its actions, then what it holds back, each with its reason. Nothing
 * is judged here a second time.
 */
struct upnext {
	const struct item *item; /* of the snapshot */
	enum verdict_kind verdict;
	struct str why;
	bool starts; /* it gets further now; chosen, but not to be blocked */
};

/* Without items that are done or blocked: they wait for nobody, or for a
 * person. What is held back is in file order. */
void plan_upnext(const struct plan_input *in, struct arena *a,
	const struct upnext **ret, size_t *ret_n);

#endif
