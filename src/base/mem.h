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

/*
 * At least `n` bytes, for mem_free, not zeroed; `ret_n`: how many they are.
 * Large ones, here and from mem_grow, lie in huge pages where the kernel gives
 * them to who asks: touching memory for the first time costs more than
 * parsing what is put there.
 */
void *mem_area(size_t n, size_t *ret_n);

/* The capacity to grow to so that `need` elements fit: doubling, from 16. */
size_t mem_capacity(size_t have, size_t need);

#endif
