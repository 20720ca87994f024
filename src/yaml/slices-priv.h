/* SPDX-License-Identifier: MIT */
#ifndef YAML_SLICES_PRIV_H
#define YAML_SLICES_PRIV_H

#include "yaml/slices.h"

/* Add a place to every node of a tree, once each. */
void yaml_shift(struct yaml_node *n, size_t bytes, size_t lines);

#endif
