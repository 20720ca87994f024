/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

/* Blocks grow with what the arena holds, so that many small ones never add up
 * and a large one is worth huge pages. */
enum {
	BLOCK_SMALLEST = 64 * 1024,
	BLOCK_LARGEST = 16 * 1024 * 1024,
	ALIGN = 16,
	EXPECT_SLACK = 1024,
};

struct arena_block {
	struct arena_block *next;
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

void
arena_reset(struct arena *a)
{
	struct arena_block *last = a->blocks;

	if (last == NULL)
		return;
	a->blocks = last->next;
	last->next = NULL;
	struct arena kept = {.blocks = last, .at = last->bytes, .end = a->end};
	arena_release(a);
	*a = kept;
}

static void
add_block(struct arena *a, size_t need)
{
	size_t size = a->used / 2;

	size = size < BLOCK_LARGEST ? size : BLOCK_LARGEST;
	size = size > BLOCK_SMALLEST ? size : BLOCK_SMALLEST;
	size = (size > need ? size : need) + sizeof(struct arena_block);
	struct arena_block *b = mem_area(size, &size);
	b->next = a->blocks;
	a->blocks = b;
	a->at = b->bytes;
	a->end = (char *)b + size;
}

/* `n` bytes from the first place that is a multiple of `align`. Not zeroed. */
static char *
take(struct arena *a, size_t n, size_t align)
{
	if (n > SIZE_MAX / 2)
		BUG("arena asked for %zu bytes", n);
	/* Nothing still is somewhere: the result is never NULL. */
	n = n > 0 ? n : 1;
	size_t skip = -(uintptr_t)a->at & (align - 1);
	if ((size_t)(a->end - a->at) < n + skip) {
		add_block(a, n);
		skip = 0;
	}
	char *p = a->at + skip;
	a->at = p + n;
	a->used += n + skip;
	return p;
}

/* Zeroed here and not by the block: what is about to be written is in the
 * cache, and what is copied over needs no zeroes. */
void *
arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n, ALIGN), 0, n);
}

static size_t
size_of(size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		BUG("size overflow: %zu times %zu", count, size);
	return n;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	return arena_alloc(a, size_of(count, size));
}

void *
arena_raw_array(struct arena *a, size_t count, size_t size)
{
	return take(a, size_of(count, size), ALIGN);
}

void
arena_expect(struct arena *a, size_t n)
{
	/* Whoever counts what is to come leaves out the gaps between, and what
	 * is small: that must not take another block. */
	n += EXPECT_SLACK;
	if ((size_t)(a->end - a->at) < n)
		add_block(a, n);
}

char *
arena_bytes_slowly(struct arena *a, struct str s)
{
	char *p = take(a, s.n + 1, 1);

	if (s.n > 0)
		memcpy(p, s.s, s.n);
	p[s.n] = '\0';
	return p;
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
	char *p = take(a, (size_t)n + 1, 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return str_of(p, (size_t)n);
}
