/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdlib.h>

#include "base/err.h"

void *
mem_alloc(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		BUG("out of memory asking for %zu bytes", n);
	return p;
}

void *
mem_grow(void *p, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		BUG("size overflow: %zu times %zu", count, size);
	p = realloc(p, n > 0 ? n : 1);
	if (p == NULL)
		BUG("out of memory asking for %zu bytes", n);
	return p;
}

void
mem_free(void *p)
{
	free(p);
}

size_t
mem_capacity(size_t have, size_t need)
{
	size_t cap = have < 16 ? 16 : have;

	while (cap < need) {
		if (__builtin_mul_overflow(cap, (size_t)2, &cap))
			BUG("size overflow: capacity for %zu", need);
	}
	return cap;
}
