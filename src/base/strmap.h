/* SPDX-License-Identifier: MIT */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * From strings to indexes, for looking ids up without walking a list. Keys
 * are borrowed: they must live as long as the map. Zero is a valid empty map
 * that finds nothing.
 */
struct strmap {
	struct strmap_slot *slots;
	size_t cap, n;
};

/* What one for `n` keys takes in an arena. */
size_t strmap_bytes(size_t n);

/* Ready for `n` keys, in `a`; putting more is a BUG. */
void strmap_init(struct strmap *m, size_t n, struct arena *a);

/* What `from` holds, with room for `more` keys; `m` is another. */
void strmap_copy(struct strmap *m, const struct strmap *from, size_t more,
	struct arena *a);

/* False, and nothing changes, when the key is there already. */
bool strmap_put(struct strmap *m, struct str key, size_t value);
bool strmap_get(const struct strmap *m, struct str key, size_t *ret);

#endif
