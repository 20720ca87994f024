/* SPDX-License-Identifier: MIT */
#ifndef STORE_RENUMBER_H
#define STORE_RENUMBER_H

#include "store/store.h"

/*
 * An id that several items have: two clones of a repository issued it, and git
 * put their backlogs together. Nothing is saved over such a file, because
 * nothing may choose between the items; a person does, with this.
 *
 * The first item of that id in the file keeps it, and each later one gets a
 * number of its own, in one save as safe as any other (store/store.h): only
 * its id changes. When the id has left for the archive, every item that has it
 * is a later one. What depends on the id is left as it is, and so with the
 * first: which of them was meant is not written anywhere.
 */

struct renumbered {
	struct snapshot *next; /* one reference, the caller's */
	/* The rest is in the caller's arena. */
	struct str_list ids; /* given, in file order */
	const size_t *lines; /* where those items began before */
	/* Items that depend on the id, and so on the one that kept it. */
	struct str_list dependents;
};

/*
 * ERR_MISSING: no item has the id; ERR_CONFLICT: only one has; ERR_INPUT when
 * something else is wrong with the file: nothing is saved before that is
 * mended; ERR_LOCKED as store_apply.
 */
int store_renumber(struct store *st, struct str id, int64_t now_ns,
	struct arena *a, struct renumbered *ret, struct err *e);

#endif
