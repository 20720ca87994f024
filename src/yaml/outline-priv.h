/* SPDX-License-Identifier: MIT */
#ifndef YAML_OUTLINE_PRIV_H
#define YAML_OUTLINE_PRIV_H

#include "yaml/outline.h"

/* What an outline is made of besides its entries. */
struct outline_rest {
	struct str head, tail;
	size_t lines; /* between them */
};

/* Root and list of `o`, whose column and slices are there. As yaml_outline. */
int outline_finish(struct yaml_outline *o, const struct outline_rest *rest,
	struct str key, struct arena *a);

#endif
