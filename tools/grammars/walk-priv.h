/* SPDX-License-Identifier: MIT */
#ifndef WALK_PRIV_H
#define WALK_PRIV_H

#include <tree_sitter/api.h>

#include "walk.h"

/* What weir_walk_text does with the tree once it has one. 0, or 1: syntax
 * errors, or no memory. */
int walk_tree(TSTree *tree, const char *text, const struct weir_walk *how);

#endif
