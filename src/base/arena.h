/* SPDX-License-Identifier: MIT */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Memory that is freed all at once. A function that takes an arena named `a`
 * puts its result there; one named `tmp` is scratch the caller may drop after
 * the call. Zero is a valid empty arena. Nothing in it moves.
 */
struct arena {
	struct arena_block *blocks;
	char *at, *end;
	size_t used; /* bytes handed out, for limits and figures */
};

void arena_release(struct arena *a); /* the arena is empty and usable */
/* The same, but it keeps a block: for scratch that is used again and again. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type)	((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))

/* Not zeroed, for who writes all of it. */
void *arena_raw_array(struct arena *a, size_t count, size_t size);

/* About so much is to come: room that costs nothing until it is used. */
void arena_expect(struct arena *a, size_t n);

/* A copy, terminated, for who goes on to write in it. */
char *arena_bytes_slowly(struct arena *a, struct str s);
static inline char *
arena_bytes(struct arena *a, struct str s)
{
	char *p = a->at;

	/* Most of what is read is copied here, string by string. */
	if ((size_t)(a->end - p) <= s.n || s.n == 0)
		return arena_bytes_slowly(a, s);
	memcpy(p, s.s, s.n);
	p[s.n] = '\0';
	a->at = p + s.n + 1;
	a->used += s.n + 1;
	return p;
}

/* The same as a string. An absent one stays absent. */
static inline struct str
arena_str(struct arena *a, struct str s)
{
	if (s.s == NULL)
		return s;
	return (struct str){.s = arena_bytes(a, s), .n = s.n};
}

struct str arena_strf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define CLEANUP_ARENA __attribute__((cleanup(arena_release)))

#endif
