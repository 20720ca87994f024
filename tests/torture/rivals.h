/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TORTURE_RIVALS_H
#define TESTS_TORTURE_RIVALS_H

#include <sys/types.h>

#include "scratch.h"

/*
 * Two editors that save one file without a pause, while a test saves it too:
 * one writes in place, the other renames a new file over it. Each save puts a
 * line with a token of its own on top and keeps those it found. The editors
 * take turns, so no editor destroys what another wrote; what one overwrites all
 * the same, because the file changed between its reading and its saving, it
 * knows, for it looks at what its rename displaced, and tells. Every other
 * token must be in the file or among what the saver under test keeps.
 *
 *	struct rivals r = {.scratch = &s, .file = "f", .other = "f.tmp"};
 *	rivals_start(&r, seed);
 *	save s/f all the time
 *	rivals_stop(&r);
 *	rivals_look_into(&r, "."); and where else the saver keeps things
 *	rivals_count(&r, &c);
 *	rivals_release(&r);
 */
struct rivals {
	/* From the caller. */
	const struct scratch *scratch;
	const char *file, *other; /* in it; `other` is for the rename */
	const char *mark;	  /* what a token's line begins with, or NULL */
	const char *needs; /* a file without it is left alone; NULL: none is */

	/* Its own. */
	pid_t pids[2];
	unsigned int seed;
	unsigned char *fates; /* shared: by editor and number */
	bool *found;	      /* by editor and number */
};

struct rivals_count {
	size_t tokens, overwritten;
	size_t lost; /* saved, and nowhere any more */
};

void rivals_start(struct rivals *r, unsigned int seed);

/* What the file holds, until the next call; absent when there is none. */
struct str rivals_read(const struct rivals *r);

/* Kill both, between two saves; one that ended by itself fails the test. */
void rivals_stop(struct rivals *r);

/* Look for tokens in every file of the directory of that name in the scratch
 * one, if there is one. How many were kept as edits nobody else had. */
size_t rivals_look_into(struct rivals *r, const char *sub);

void rivals_count(const struct rivals *r, struct rivals_count *ret);
void rivals_release(struct rivals *r);

#endif
