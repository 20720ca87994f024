/* SPDX-License-Identifier: MIT */
#ifndef YAML_BUILD_PRIV_H
#define YAML_BUILD_PRIV_H

#include "yaml/tree.h"

/* build.c: libyaml's events as a tree. The bytes are checked UTF-8 with LF or
 * CR LF line ends, within the limit. */
int
yaml_build(struct str bytes, const char *file, const struct yaml_limits *limits,
	struct arena *a, struct yaml_node **ret, struct err *e);

#endif
