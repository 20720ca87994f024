/* SPDX-License-Identifier: MIT */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * Allocation that cannot fail: running out of memory aborts, because dying at
 * any instruction is a path weir tests. Sizes are bounded by the caller
 * (ERR_LIMIT) before they come here; a size that overflows is a BUG.
 */
void *mem_alloc(size_t n); /* zeroed; n may be 0 */
void *mem_grow(void *p, size_t count, size_t size);
void mem_free(void *p); /* NULL is fine */

/* The capacity to grow to so that `need` elements fit: doubling, from 16. */
size_t mem_capacity(size_t have, size_t need);

#endif
