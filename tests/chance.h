/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers at random from a seed: the same in every run. xorshift64, G.
 * Marsaglia, "Xorshift RNGs", 2003. */

static uint64_t chance = 1; /* the seed, not 0 */

/* 0 to n - 1; 0 of none. */
static inline size_t
below(size_t n)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return n == 0 ? 0 : (size_t)(chance % n);
}

static inline bool
one_in(size_t n)
{
	return below(n) == 0;
}

#endif
