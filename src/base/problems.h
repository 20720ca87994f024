/* SPDX-License-Identifier: MIT */
#ifndef BASE_PROBLEMS_H
#define BASE_PROBLEMS_H

#include "base/err.h"
#include "base/vec.h"

/*
 * Everything that is wrong with one input, so that one bad entry hides
 * neither the good ones nor the other bad ones. Zero is the empty list. At
 * most PROBLEMS_MAX are kept; `dropped` counts the rest.
 */
enum { PROBLEMS_MAX = 100 };

struct problems {
	VEC(struct err) list;
	size_t dropped;
};

void problems_add(struct problems *p, const struct err *e);
void problems_release(struct problems *p);

#define CLEANUP_PROBLEMS __attribute__((cleanup(problems_release)))

#endif
