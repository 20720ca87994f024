/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_SEEN_H
#define TESTS_CRASH_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Digests of what has been looked at, each with a number that begins as 0:
 * what is the same need not be looked at again.
 */
struct seen {
	struct seen_one {
		uint64_t digest; /* 0: none */
		size_t number;
	} * items;
	size_t n, cap;
};

void seen_release(struct seen *s);

/* Its number, until the next call. */
size_t *seen_number(struct seen *s, uint64_t digest);
/* True the first time. */
bool seen_add(struct seen *s, uint64_t digest);

/* One digest of two. */
uint64_t seen_mix(uint64_t a, uint64_t b);

#endif
