/* SPDX-License-Identifier: MIT */
#ifndef YAML_QUICK_PRIV_H
#define YAML_QUICK_PRIV_H

#include "yaml/slices.h"

/*
 * quick.c: the plain subset of YAML that people and weir write, read in one
 * pass without libyaml.
 *
 * Returns 0 and the tree, equal in every field to what yaml_build makes of
 * the same bytes; or 1, "declined", when the document holds anything outside
 * the subset or anything wrong, and the caller asks yaml_build, which alone
 * reports errors. It never accepts what yaml_parse refuses; any bytes may be
 * given. A declined document leaves what was made of it in the arena.
 *
 * The subset: UTF-8 with LF line ends; block mappings and sequences; plain
 * and quoted scalars and flow collections that end on their line; literal
 * and folded scalars without an indentation digit; comments; one "---" line
 * in front. Not in it: anchors, aliases, tags, directives, "? ", tabs
 * outside text, a scalar as the whole document, keys near the 1024
 * characters at which libyaml gives up.
 */
int yaml_quick(struct str bytes, const struct yaml_limits *limits,
	struct arena *a, struct yaml_node **ret);

/* The same for whole lines of it, read as if they were all; places are those
 * in the document. */
int yaml_quick_part(struct str bytes, const struct yaml_slice *part,
	const struct yaml_limits *limits, struct arena *a,
	struct yaml_node **ret);

/* UTF-8 without bytes that yaml_parse may refuse or take for a line break, but
 * for LF. */
bool quick_may_read(struct str bytes, bool *ret_ascii);

#endif
