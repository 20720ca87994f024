/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/err.h"

#define HUGE ((size_t)2 * 1024 * 1024)

/* Whatever comes of it, the memory is the same. */
static void
ask_huge(void *p, size_t n)
{
	uintptr_t from = ((uintptr_t)p + HUGE - 1) & ~(HUGE - 1);
	uintptr_t to = ((uintptr_t)p + n) & ~(HUGE - 1);

	if (to > from)
		(void)madvise((char *)p + (from - (uintptr_t)p), to - from,
			MADV_HUGEPAGE);
}

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
	if (p == NULL && n >= 2 * HUGE)
		return mem_area(n, &n);
	p = realloc(p, n > 0 ? n : 1);
	if (p == NULL)
		BUG("out of memory asking for %zu bytes", n);
	if (n >= 2 * HUGE)
		ask_huge(p, n);
	return p;
}

void *
mem_area(size_t n, size_t *ret_n)
{
	if (n > SIZE_MAX / 2)
		BUG("an area of %zu bytes", n);
	bool huge = n >= HUGE / 2;
	/* Up to a whole page, where little of it is for nothing. */
	if (huge && n % HUGE >= HUGE / 2)
		n = (n + HUGE - 1) & ~(HUGE - 1);
	void *p = huge ? NULL : malloc(n);
	if (huge && posix_memalign(&p, HUGE, n) == 0)
		ask_huge(p, n);
	if (p == NULL)
		BUG("out of memory asking for %zu bytes", n);
	*ret_n = n;
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
