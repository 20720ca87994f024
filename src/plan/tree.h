/* SPDX-License-Identifier: MIT */
#ifndef PLAN_TREE_H
#define PLAN_TREE_H

#include "base/arena.h"
#include "plan/deps.h"

/*
 * What waits for what, as the rows of a drawn tree: an item, below it what it
 * depends on, and so on, depth first. An item is unfolded where it is met
 * first; where it is met again it is a row with `again` and nothing below it,
 * so that circles end and shared work does not multiply.
 */

struct dep_row {
	size_t depth;
	bool last;		 /* of its siblings */
	struct str id;		 /* as the dependency is written */
	const struct item *item; /* what it stands for; NULL: not in the file */
	enum dep_state state;
	struct str text; /* "ready", "merged into W-3, done", "not found" */
	bool again;
};

/*
 * From item `top`, or with NULL from every item that waits for something and
 * that nothing waits for, in file order; circles that hang on none of these
 * begin at their first item. Rows and texts live in `a`.
 */
void dep_tree(const struct snapshot *s, const struct item *top, struct arena *a,
	const struct dep_row **ret, size_t *ret_n);

/* The items whose dependencies lead to `id`, in file order; without those
 * that are done. */
struct str_list
dep_dependents(const struct snapshot *s, struct str id, struct arena *a);

#endif
