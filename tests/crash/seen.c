/* SPDX-License-Identifier: MIT */
#include "seen.h"

#include "base/mem.h"

enum { CAP_LEAST = 4096 };

/* Where it is, or would be. */
static struct seen_one *
find(struct seen *s, uint64_t digest)
{
	size_t i = (digest >> 20) % s->cap;

	while (s->items[i].digest != 0 && s->items[i].digest != digest)
		i = (i + 1) % s->cap;
	return &s->items[i];
}

static void
grow(struct seen *s)
{
	struct seen old = *s;

	s->cap = old.cap > 0 ? 2 * old.cap : CAP_LEAST;
	s->items = mem_alloc(s->cap * sizeof(s->items[0]));
	for (size_t i = 0; i < old.cap; i++)
		if (old.items[i].digest != 0)
			*find(s, old.items[i].digest) = old.items[i];
	mem_free(old.items);
}

void
seen_release(struct seen *s)
{
	mem_free(s->items);
	*s = (struct seen){0};
}

size_t *
seen_number(struct seen *s, uint64_t digest)
{
	if (2 * s->n >= s->cap)
		grow(s);
	digest |= 1;
	struct seen_one *one = find(s, digest);
	if (one->digest == 0) {
		one->digest = digest;
		s->n++;
	}
	return &one->number;
}

bool
seen_add(struct seen *s, uint64_t digest)
{
	return ++*seen_number(s, digest) == 1;
}

uint64_t
seen_mix(uint64_t a, uint64_t b)
{
	a = (a ^ b) * 0x9e3779b97f4a7c15;
	return a ^ (a >> 29);
}
