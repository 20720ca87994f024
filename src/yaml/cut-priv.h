/* SPDX-License-Identifier: MIT */
#ifndef YAML_CUT_PRIV_H
#define YAML_CUT_PRIV_H

#include "base/vec.h"
#include "yaml/slices.h"

/*
 * A plain document cut at the entries of its list, line by line. What comes out
 * depends on nothing but the lines from `at` on and the dashes' column.
 */

/* Where the reading of lines has come to. */
struct scan {
	const char *at, *end; /* `at`: the start of a line */
	size_t line;	      /* its number */
};

/* To the line behind "key:" at the left edge. */
bool cut_find_list(struct scan *s, struct str key);

/* To the first dash; false when something else is there. */
bool cut_find_first(struct scan *s, size_t *ret_column);

/* Whether an entry begins at this line, with its dash in `column`. */
bool cut_is_entry(const struct scan *s, size_t column);

struct cutting {
	VEC(struct yaml_slice) list;
};

/* The entry at `at`, and those behind it, to the first line that stands no
 * deeper than the dashes, says something and is none. */
void cut_entries(
	struct scan *s, struct str bytes, size_t column, struct cutting *ret);

/* What was cut, one or more, from now on in `a`. */
void cut_keep(struct cutting *cut, struct arena *a, struct yaml_slices *ret);

#endif
