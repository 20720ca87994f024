/* SPDX-License-Identifier: MIT */
#include "fio/cache.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "fio/content.h"
#include "fio/pool.h"

/*
 * A table of chains by inode, and a ring in order of use, which begins with
 * what was not used for longest. An entry that is given up while somebody uses
 * it leaves both and is freed by the last of them.
 */
struct fio_cache_entry {
	struct fio_cached what; /* `bytes` never change */
	struct wio_identity who;
	struct fio_cache_entry *chain;
	struct fio_cache_entry *newer, *older;
	size_t refs; /* the cache is one */
};

struct fio_cache {
	struct fio_mutex *mutex;
	uint64_t bytes_max, bytes;
	size_t entries_max, entries;
	struct fio_cache_entry **table;
	size_t mask;
	struct fio_cache_entry ring; /* only `newer` and `older` */
	uint64_t hits, misses, evicted, forgotten;
};

/* Digests and bookkeeping count, too: else empty files would be free. */
#define WEIGHT(e) ((e)->what.bytes.n + sizeof(struct fio_cache_entry))

#define ENTRIES_DEFAULT ((size_t)64 * 1024)

struct fio_cache *
fio_cache_new(uint64_t bytes, size_t entries)
{
	if (bytes == 0 && entries == 0)
		return NULL;
	struct fio_cache *c = mem_alloc(sizeof(*c));
	c->mutex = fio_mutex_new();
	c->entries_max = entries > 0 ? entries : SIZE_MAX;
	c->bytes_max = bytes;
	c->mask = mem_capacity(0,
			  entries > 0 && entries < ENTRIES_DEFAULT
				  ? entries
				  : ENTRIES_DEFAULT) -
		1;
	c->table = mem_alloc((c->mask + 1) * sizeof(c->table[0]));
	c->ring.newer = c->ring.older = &c->ring;
	return c;
}

static struct fio_inode
file_of(const struct wio_identity *who)
{
	return (struct fio_inode){.dev = who->dev, .ino = who->ino};
}

static struct fio_cache_entry **
slot(struct fio_cache *c, struct fio_inode file)
{
	struct fio_cache_entry **at = &c->table[fio_inode_hash(file) & c->mask];

	while (*at != NULL && fio_inode_cmp(file_of(&(*at)->who), file) != 0)
		at = &(*at)->chain;
	return at;
}

static void
ring_out(struct fio_cache_entry *e)
{
	e->newer->older = e->older;
	e->older->newer = e->newer;
}

static void
ring_in(struct fio_cache *c, struct fio_cache_entry *e)
{
	e->newer = &c->ring;
	e->older = c->ring.older;
	e->older->newer = e;
	c->ring.older = e;
}

static void
unref(struct fio_cache_entry *e)
{
	if (--e->refs > 0)
		return;
	mem_free((void *)(uintptr_t)e->what.bytes.s);
	mem_free(e);
}

/* What it weighs is counted only while it is in the cache. */
static void
drop(struct fio_cache *c, struct fio_cache_entry **at)
{
	struct fio_cache_entry *e = *at;

	*at = e->chain;
	ring_out(e);
	c->entries--;
	c->bytes -= WEIGHT(e);
	unref(e);
}

void
fio_cache_free(struct fio_cache *c)
{
	if (c == NULL)
		return;
	while (c->ring.newer != &c->ring)
		drop(c, slot(c, file_of(&c->ring.newer->who)));
	fio_mutex_free(c->mutex);
	mem_free(c->table);
	mem_free(c);
}

bool
fio_cache_get(struct fio_cache *c, const struct wio_identity *who,
	struct fio_cached *ret)
{
	fio_mutex_take(c->mutex);
	struct fio_cache_entry *e = *slot(c, file_of(who));
	bool hit = e != NULL && fio_identity_eq(&e->who, who);
	if (hit) {
		e->refs++;
		ring_out(e);
		ring_in(c, e);
		*ret = e->what;
		ret->entry = e;
	}
	*(hit ? &c->hits : &c->misses) += 1;
	fio_mutex_drop(c->mutex);
	return hit;
}

void
fio_cache_release(struct fio_cache *c, struct fio_cached *x)
{
	fio_mutex_take(c->mutex);
	unref(x->entry);
	fio_mutex_drop(c->mutex);
	x->entry = NULL;
	x->bytes = STR_ABSENT;
}

/* The oldest go until it is within its bounds. */
static void
shrink(struct fio_cache *c)
{
	uint64_t bytes_max = c->bytes_max > 0 ? c->bytes_max : UINT64_MAX;

	while (c->entries > c->entries_max || c->bytes > bytes_max) {
		struct fio_cache_entry *e = c->ring.newer;
		drop(c, slot(c, file_of(&e->who)));
		c->evicted++;
	}
}

static struct str
copy(struct str bytes)
{
	char *p = mem_grow(NULL, bytes.n + 1, 1);

	memcpy(p, bytes.s, bytes.n);
	p[bytes.n] = '\0';
	return str_of(p, bytes.n);
}

static void
add_sums(struct fio_cached *to, const struct fio_cached *from)
{
	for (size_t k = 0; k < FIO_SUM_KINDS; k++) {
		if (!from->has_sum[k])
			continue;
		to->has_sum[k] = true;
		to->sums[k] = from->sums[k];
	}
}

/* In the place of what is at `at`; `bytes` become its own. */
static void
put_at(struct fio_cache *c, struct fio_cache_entry **at,
	const struct wio_identity *who, const struct fio_cached *what,
	struct str bytes)
{
	struct fio_cache_entry *e = mem_alloc(sizeof(*e));

	e->refs = 1;
	e->who = *who;
	e->what.bytes = bytes;
	add_sums(&e->what, what);
	if (*at != NULL)
		drop(c, at);
	e->chain = *at;
	*at = e;
	ring_in(c, e);
	c->entries++;
	c->bytes += WEIGHT(e);
	shrink(c);
}

void
fio_cache_put(struct fio_cache *c, const struct wio_identity *who,
	const struct fio_cached *what)
{
	struct str bytes = STR_ABSENT;

	/* One large file does not push out all others. */
	if (str_is_set(what->bytes) && what->bytes.n <= c->bytes_max / 4)
		bytes = copy(what->bytes);
	fio_mutex_take(c->mutex);
	struct fio_cache_entry **at = slot(c, file_of(who));
	struct fio_cache_entry *e = *at;
	if (e != NULL && fio_identity_eq(&e->who, who) &&
		(!str_is_set(bytes) || str_is_set(e->what.bytes))) {
		add_sums(&e->what, what);
		mem_free((void *)(uintptr_t)bytes.s);
	} else
		put_at(c, at, who, what, bytes);
	fio_mutex_drop(c->mutex);
}

void
fio_cache_forget(struct fio_cache *c, struct fio_inode file)
{
	fio_mutex_take(c->mutex);
	struct fio_cache_entry **at = slot(c, file);
	if (*at != NULL) {
		drop(c, at);
		c->forgotten++;
	}
	fio_mutex_drop(c->mutex);
}

void
fio_cache_print(struct fio_cache *c, struct buf *ret)
{
	fio_mutex_take(c->mutex);
	buf_addf(ret, "cache_hits %" PRIu64 "\n", c->hits);
	buf_addf(ret, "cache_misses %" PRIu64 "\n", c->misses);
	buf_addf(ret, "cache_evicted %" PRIu64 "\n", c->evicted);
	buf_addf(ret, "cache_forgotten %" PRIu64 "\n", c->forgotten);
	buf_addf(ret, "cache_entries %zu\n", c->entries);
	buf_addf(ret, "cache_bytes %" PRIu64 "\n", c->bytes);
	fio_mutex_drop(c->mutex);
}
