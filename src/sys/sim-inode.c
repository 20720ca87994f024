/* SPDX-License-Identifier: MIT */
#include "sys/sim-priv.h"

#include <string.h>

#include "base/err.h"

struct sim_bytes *
sim_bytes_new(const void *p, size_t n)
{
	/* Terminated, so that what looks from outside may read numbers. */
	struct sim_bytes *b = mem_alloc(sizeof(*b) + n + 1);

	b->refs = 1;
	b->n = n;
	if (p != NULL && n > 0)
		memcpy(b->p, p, n);
	return b;
}

struct sim_bytes *
sim_bytes_ref(struct sim_bytes *b)
{
	b->refs++;
	return b;
}

void
sim_bytes_unref(struct sim_bytes *b)
{
	if (b != NULL && --b->refs == 0)
		mem_free(b);
}

uint64_t
sim_bytes_digest(struct sim_bytes *b)
{
	if (b->digest != 0)
		return b->digest;
	uint64_t h = sim_mix(b->n);
	size_t i = 0;
	for (; i + 8 <= b->n; i += 8) {
		uint64_t word;
		memcpy(&word, b->p + i, 8);
		h = sim_mix(h ^ word);
	}
	for (; i < b->n; i++)
		h = sim_mix(h ^ (uint64_t)(unsigned char)b->p[i]);
	b->digest = h | 1;
	return b->digest;
}

struct sim_inode *
sim_inode(const struct sim *s, uint32_t ino)
{
	return &s->inodes.items[ino];
}

uint32_t
sim_inode_new(struct sim *s, enum sim_kind kind, mode_t mode)
{
	struct sim_inode one = {
		.kind = kind,
		.mode = mode,
		.durable_mode = mode,
		.now = sim_bytes_new(NULL, 0),
		.mtime_ns = sim_file_time(s),
		.ctime_ns = sim_file_time(s),
	};

	one.durable = sim_bytes_ref(one.now);
	for (uint32_t i = SIM_ROOT; i < s->inodes.n; i++)
		if (sim_inode(s, i)->kind == SIM_FREE) {
			*sim_inode(s, i) = one;
			return i;
		}
	VEC_PUSH(&s->inodes, one);
	return (uint32_t)s->inodes.n - 1;
}

void
sim_inode_copy(struct sim_inode *ret, const struct sim_inode *from)
{
	*ret = *from;
	ret->writes.items = NULL;
	ret->moves.items = NULL;
	ret->writes.n = ret->writes.cap = 0;
	ret->moves.n = ret->moves.cap = 0;
	if (from->kind == SIM_FREE)
		return;
	(void)sim_bytes_ref(ret->now);
	(void)sim_bytes_ref(ret->durable);
	for (size_t i = 0; i < from->writes.n; i++) {
		VEC_PUSH(&ret->writes, from->writes.items[i]);
		(void)sim_bytes_ref(from->writes.items[i].after);
	}
	for (size_t i = 0; i < from->moves.n; i++)
		VEC_PUSH(&ret->moves, from->moves.items[i]);
}

static void
drop_writes(struct sim_inode *in)
{
	for (size_t i = 0; i < in->writes.n; i++)
		sim_bytes_unref(in->writes.items[i].after);
	in->writes.n = 0;
}

void
sim_inode_release(struct sim_inode *in)
{
	drop_writes(in);
	VEC_RELEASE(&in->writes);
	VEC_RELEASE(&in->moves);
	sim_bytes_unref(in->now);
	sim_bytes_unref(in->durable);
	*in = (struct sim_inode){.kind = SIM_FREE};
}

void
sim_inode_settle(struct sim_inode *in)
{
	if (in->kind == SIM_FREE)
		return;
	drop_writes(in);
	in->moves.n = 0;
	sim_bytes_unref(in->durable);
	in->durable = sim_bytes_ref(in->now);
	in->durable_mode = in->mode;
}

void
sim_entry_set(struct sim_entry *e, const char *name, uint32_t ino)
{
	size_t n = strlen(name);

	if (n > SIM_NAME_MAX)
		BUG("the name '%s' is too long", name);
	*e = (struct sim_entry){.ino = ino};
	memcpy(e->name, name, n);
}

const struct sim_entry *
sim_entries(const struct sim_bytes *dir, size_t *ret_n)
{
	*ret_n = dir->n / sizeof(struct sim_entry);
	return (const struct sim_entry *)(const void *)dir->p;
}

/* Where the name is, or would be. */
static size_t
find(const struct sim_bytes *dir, const char *name, bool *ret_there)
{
	size_t n;
	const struct sim_entry *e = sim_entries(dir, &n);

	for (size_t i = 0; i < n; i++) {
		int order = strcmp(e[i].name, name);
		*ret_there = order == 0;
		if (order >= 0)
			return i;
	}
	*ret_there = false;
	return n;
}

uint32_t
sim_lookup(const struct sim_bytes *dir, const char *name)
{
	bool there;
	size_t n, at = find(dir, name, &there);

	return there ? sim_entries(dir, &n)[at].ino : 0;
}

/* One name of a move; drops `dir`. */
static struct sim_bytes *
set_name(struct sim_bytes *dir, const struct sim_entry *set)
{
	bool there;
	size_t size = sizeof(*set), at = find(dir, set->name, &there) * size;
	size_t skip = there ? size : 0, add = set->ino != 0 ? size : 0;
	struct sim_bytes *b = sim_bytes_new(NULL, dir->n - skip + add);

	memcpy(b->p, dir->p, at);
	memcpy(b->p + at, set, add);
	memcpy(b->p + at + add, dir->p + at + skip, dir->n - at - skip);
	sim_bytes_unref(dir);
	return b;
}

struct sim_bytes *
sim_moved(const struct sim_bytes *dir, const struct sim_move *m)
{
	struct sim_bytes *b = sim_bytes_new(dir->p, dir->n);

	for (size_t i = 0; i < m->n; i++)
		b = set_name(b, &m->set[i]);
	return b;
}

void
sim_push_move(struct sim *s, struct sim_inode *in, struct sim_move m)
{
	struct sim_bytes *next = sim_moved(in->now, &m);

	s->changes++;
	sim_bytes_unref(in->now);
	in->now = next;
	m.id = ++s->last_move;
	in->mtime_ns = in->ctime_ns = sim_file_time(s);
	VEC_PUSH(&in->moves, m);
}

/* What a durable removal implies: the new name in the other directory, with
 * all that came before it there. */
static void
sync_until(struct sim *s, uint64_t id)
{
	VEC_EACH (in, &s->inodes) {
		size_t n = 0;
		for (size_t i = 0; i < in->moves.n; i++)
			if (in->moves.items[i].id == id)
				n = i + 1;
		for (size_t i = 0; i < n; i++) {
			if (in->moves.items[i].needs != 0)
				sync_until(s, in->moves.items[i].needs);
			struct sim_bytes *next =
				sim_moved(in->durable, &in->moves.items[i]);
			sim_bytes_unref(in->durable);
			in->durable = next;
		}
		if (n > 0) {
			in->moves.n -= n;
			memmove(in->moves.items, in->moves.items + n,
				in->moves.n * sizeof(in->moves.items[0]));
		}
	}
}

void
sim_sync_moves(struct sim *s, struct sim_inode *in)
{
	for (size_t i = 0; i < in->moves.n; i++)
		if (in->moves.items[i].needs != 0)
			sync_until(s, in->moves.items[i].needs);
	sim_inode_settle(in);
}
