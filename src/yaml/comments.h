/* SPDX-License-Identifier: MIT */
#ifndef YAML_COMMENTS_H
#define YAML_COMMENTS_H

#include "yaml/tree.h"

/*
 * The comments of a document, which no tree holds.
 *
 *	yaml_comments(bytes, root, node->start, node->end, &arena, &list);
 */

/*
 * Those that begin in the bytes [from, to), in order, each from its '#' to the
 * end of its line, without white space there; borrowed from `bytes`. `root` is
 * the tree of those bytes, or of the part that they are taken from; NULL: there
 * is nothing but comments.
 */
void yaml_comments(struct str bytes, const struct yaml_node *root, size_t from,
	size_t to, struct arena *a, struct str_list *ret);

#endif
