/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TORTURE_FIGURE_H
#define TESTS_TORTURE_FIGURE_H

#include <stdlib.h>

#include "base/str.h"

/* A number from the environment: how long, how often, which seed. */
static inline unsigned int
figure(const char *name, unsigned int otherwise)
{
	uint64_t n;

	if (!parse_u64(str_from(getenv(name)), &n))
		return otherwise;
	return (unsigned int)n;
}

#endif
