/* SPDX-License-Identifier: MIT */
#ifndef YAML_SLICES_H
#define YAML_SLICES_H

#include "yaml/tree.h"

/*
 * Cutting a damaged document into entries by indentation alone, so that the
 * sound ones can still be read. For documents that yaml_parse refuses; a
 * document it accepts needs no cutting.
 *
 *	sequence under a top-level key          bare sequence
 *	items:                                  - title: a
 *	  - id: a                               - title: b
 *	    title: b
 *	  - id: c
 *
 * The cut is sound for a sequence whose entries start with "- " at one
 * indentation and continue deeper, which is what people and weir write.
 * What stands between the markers of a merge conflict is in no slice; an entry
 * that a conflict begins in the middle of is not sound either.
 *
 * The document is shorter than 4 GiB.
 *
 * Elsewhere a slice may hold a piece of an entry: each slice is parsed on
 * its own, so a wrong cut shows as an error and never as a wrong item.
 */

struct yaml_slice {
	uint32_t start, end; /* bytes; from its "- " to the next entry's */
	uint32_t line;	     /* of `start`, from 1 */
	uint32_t depth;	     /* of collections around its sequence */
};

struct yaml_slices {
	const struct yaml_slice *items;
	size_t n;
	/* The document without the entries: [0, head_end) and
	 * [tail_start, bytes.n). */
	size_t head_end, tail_start;
};

/* `key` absent: the document itself is the sequence. Finds none when the
 * document does not look like one of the two above. */
void yaml_cut(struct str bytes, struct str key, struct arena *a,
	struct yaml_slices *ret);

/*
 * Parse one slice as a sequence of one entry. The offsets, lines and columns
 * of the tree, and of the error, are those of the whole document,
 * whose limit on depth holds: what both refuse is refused in the same words.
 */
int yaml_parse_slice(struct str bytes, const struct yaml_slice *slice,
	const char *file, struct arena *a, struct yaml_node **ret_entry,
	struct err *e);

#endif
