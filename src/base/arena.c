/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum { BLOCK_SIZE = 64 * 1024, ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t size;
	_Alignas(ALIGN) char bytes[];
};

void
arena_release(struct arena *a)
{
	struct arena_block *next;

	for (struct arena_block *b = a->blocks; b != NULL; b = next) {
		next = b->next;
		mem_free(b);
	}
	*a = (struct arena){0};
}

static void
add_block(struct arena *a, size_t need)
{
	size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct arena_block *b = mem_alloc(sizeof(*b) + size);

	b->next = a->blocks;
	b->size = size;
	a->blocks = b;
	a->at = b->bytes;
	a->end = b->bytes + size;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	if (n > SIZE_MAX / 2)
		BUG("arena asked for %zu bytes", n);
	/* Nothing still is somewhere: the result is never NULL. */
	n = ((n > 0 ? n : 1) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if ((size_t)(a->end - a->at) < n)
		add_block(a, n);
	void *p = a->at;
	a->at += n;
	a->used += n;
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		BUG("size overflow: %zu times %zu", count, size);
	return arena_alloc(a, n);
}

struct str
arena_str(struct arena *a, struct str s)
{
	if (!str_is_set(s))
		return s;
	char *p = arena_alloc(a, s.n + 1);
	if (s.n > 0)
		memcpy(p, s.s, s.n);
	return str_of(p, s.n);
}

struct str
arena_strf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		BUG("cannot format '%s'", fmt);
	char *p = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return str_of(p, (size_t)n);
}
