/* SPDX-License-Identifier: MIT */
#include "base/strmap.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct strmap_slot {
	const char *key; /* NULL: free */
	uint32_t n;	 /* bytes of it */
	uint32_t value;
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

static size_t
capacity(size_t n)
{
	size_t cap = 16;

	while (cap / 2 < n)
		cap *= 2;
	return cap;
}

size_t
strmap_bytes(size_t n)
{
	return capacity(n) * sizeof(struct strmap_slot);
}

void
strmap_init(struct strmap *m, size_t n, struct arena *a)
{
	m->cap = capacity(n);
	m->slots = ARENA_ARRAY(a, struct strmap_slot, m->cap);
	m->n = 0;
}

static bool
holds(const struct strmap_slot *slot, struct str key)
{
	return slot->n == key.n && key.s != NULL &&
		memcmp(slot->key, key.s, key.n) == 0;
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct strmap_slot *
find(const struct strmap *m, struct str key)
{
	size_t i = (size_t)hash(key) & (m->cap - 1);

	while (m->slots[i].key != NULL && !holds(&m->slots[i], key))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

bool
strmap_put(struct strmap *m, struct str key, size_t value)
{
	if (m->n * 2 >= m->cap)
		BUG("map of %zu slots is full", m->cap);
	if (key.n > UINT32_MAX || value > UINT32_MAX)
		BUG("a key of %zu bytes for %zu", key.n, value);
	struct strmap_slot *slot = find(m, key);
	if (slot->key != NULL)
		return false;
	*slot = (struct strmap_slot){
		.key = key.s, .n = (uint32_t)key.n, .value = (uint32_t)value};
	m->n++;
	return true;
}

bool
strmap_get(const struct strmap *m, struct str key, size_t *ret)
{
	if (m->cap == 0)
		return false;
	const struct strmap_slot *slot = find(m, key);
	if (slot->key == NULL)
		return false;
	*ret = slot->value;
	return true;
}

void
strmap_copy(struct strmap *m, const struct strmap *from, size_t more,
	struct arena *a)
{
	if (capacity(from->n + more) != from->cap) {
		strmap_init(m, from->n + more, a);
		for (size_t i = 0; i < from->cap; i++) {
			const struct strmap_slot *x = &from->slots[i];
			if (x->key != NULL)
				strmap_put(m, str_of(x->key, x->n), x->value);
		}
		return;
	}
	*m = *from;
	m->slots = arena_raw_array(a, m->cap, sizeof(m->slots[0]));
	memcpy(m->slots, from->slots, m->cap * sizeof(m->slots[0]));
}
