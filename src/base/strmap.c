/* SPDX-License-Identifier: MIT */
#include "base/strmap.h"

#include <stdint.h>

#include "base/err.h"

struct strmap_slot {
	struct str key; /* absent: free */
	size_t value;
};

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t
hash(struct str s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.n; i++) {
		h ^= (unsigned char)s.s[i];
		h *= 0x100000001b3u;
	}
	return h;
}

void
strmap_init(struct strmap *m, size_t n, struct arena *a)
{
	size_t cap = 16;

	while (cap / 2 < n)
		cap *= 2;
	m->slots = ARENA_ARRAY(a, struct strmap_slot, cap);
	m->cap = cap;
	m->n = 0;
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct strmap_slot *
find(const struct strmap *m, struct str key)
{
	size_t i = (size_t)hash(key) & (m->cap - 1);

	while (str_is_set(m->slots[i].key) && !str_eq(m->slots[i].key, key))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

bool
strmap_put(struct strmap *m, struct str key, size_t value)
{
	if (m->n * 2 >= m->cap)
		BUG("map of %zu slots is full", m->cap);
	struct strmap_slot *slot = find(m, key);
	if (str_is_set(slot->key))
		return false;
	slot->key = key;
	slot->value = value;
	m->n++;
	return true;
}

bool
strmap_get(const struct strmap *m, struct str key, size_t *ret)
{
	if (m->cap == 0)
		return false;
	const struct strmap_slot *slot = find(m, key);
	if (!str_is_set(slot->key))
		return false;
	*ret = slot->value;
	return true;
}
