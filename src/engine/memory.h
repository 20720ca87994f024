/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_MEMORY_H
#define ENGINE_MEMORY_H

#include "base/arena.h"
#include "base/vec.h"
#include "git/repo.h"
#include "store/runs.h"

/*
 * What one run of an item must know of the runs before it: which attempt it
 * is, why the last one failed, what the phase before said, and what the
 * attempts that came to nothing left in the work tree (it belongs to the
 * attempt that succeeds). Rebuilt from the run records after a restart.
 */
struct memory_entry {
	struct arena arena; /* the strings below */
	struct str item, phase;
	unsigned int failures; /* of this phase, in a row */
	unsigned int moves;    /* while its agent worked, in a row */
	struct str failure;    /* absent when the last run did not fail */
	struct str summary;    /* of the last phase that succeeded */
	struct git_changes left;
};

struct memory {
	VEC(struct memory_entry *) entries;
};

void memory_release(struct memory *m);

/* The item's entry, made empty when there is none. */
struct memory_entry *memory_of(struct memory *m, struct str item);

/* A run of the phase begins: forget what belongs to another phase. */
void memory_enter(struct memory_entry *x, struct str phase);
/* The attempt came to nothing, and this is all that lies in the tree of it
 * and of those before it. */
void memory_left(struct memory_entry *x, const struct git_changes *left);
void memory_failed(struct memory_entry *x, struct str why);
/* It went on or stopped for good; an absent summary keeps the one before. */
void memory_settled(struct memory_entry *x, struct str summary);

/* Go through the records of finished runs, oldest first. */
void memory_learn(struct memory *m, const struct run_record *r);

#endif
