/* SPDX-License-Identifier: MIT */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/mem.h"

/*
 * A growable array of one type. Declare it where it is used, start from zero,
 * free what it holds with VEC_RELEASE:
 *
 *	struct { struct item *items; size_t n, cap; } v = {0};
 *	VEC_PUSH(&v, item);
 *	VEC_EACH(p, &v)
 *		use(p);
 *	VEC_RELEASE(&v);
 *
 * Pushing may move the elements: no pointer into the array survives it.
 */
#define VEC(type)              \
	struct {               \
		type *items;   \
		size_t n, cap; \
	}

#define VEC_PUSH(v, value)                                                    \
	do {                                                                  \
		if ((v)->n == (v)->cap) {                                     \
			(v)->cap = mem_capacity((v)->cap, (v)->n + 1);        \
			(v)->items = mem_grow(                                \
				(v)->items, (v)->cap, sizeof((v)->items[0])); \
		}                                                             \
		(v)->items[(v)->n++] = (value);                               \
	} while (0)

#define VEC_EACH(p, v)                                  \
	for (__typeof__(&(v)->items[0]) p = (v)->items; \
		p != NULL && p < (v)->items + (v)->n; p++)

#define VEC_RELEASE(v)                 \
	do {                           \
		mem_free((v)->items);  \
		(v)->items = NULL;     \
		(v)->n = (v)->cap = 0; \
	} while (0)

#endif
