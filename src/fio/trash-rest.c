/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "fio/pool.h"
#include "fio/trash-priv.h"

/* How long what is in a trash stays, and how much of it. */

#define KEPT_NS	   (24 * 3600 * NS_PER_SEC)
#define LOOK_NS	   (600 * NS_PER_SEC) /* others add to it, too */
#define KEPT_BYTES ((uint64_t)200 * 1000 * 1000)

enum {
	LOOK_ADDS = 1024,
	TALLIES = 4096, /* trashes that are remembered */
	CHAINS = 1024,
};

struct resting {
	struct str file;
	struct fio_kept kept;
	uint64_t size;
};

struct tally {
	struct fio_inode id;
	size_t next;	      /* in its chain, and 1; 0: none */
	uint64_t bytes, adds; /* added since it was looked at */
	int64_t oldest_ns, looked_ns;
};

struct fio_trashes {
	struct fio_mutex *mutex;
	VEC(struct tally) list;
	size_t chains[CHAINS]; /* as `next` */
};

struct fio_trashes *
fio_trashes_new(void)
{
	struct fio_trashes *x = mem_alloc(sizeof(*x));

	x->mutex = fio_mutex_new();
	return x;
}

void
fio_trashes_free(struct fio_trashes *x)
{
	if (x == NULL)
		return;
	fio_mutex_free(x->mutex);
	VEC_RELEASE(&x->list);
	mem_free(x);
}

static int
by_age(const void *a, const void *b)
{
	const struct resting *x = a, *y = b;

	return (x->kept.at_ns > y->kept.at_ns) -
		(x->kept.at_ns < y->kept.at_ns);
}

/* Intact ones go; others get a name that stays. */
static void
drop(const struct fio_dir *d, const struct resting *r)
{
	char as[600];

	if (fio_is_digest(d, r->file.s, r->kept.digest)) {
		fio_drop(d, r->file.s);
		return;
	}
	(void)snprintf(as, sizeof(as), "%.*s.conflict-%s", (int)r->kept.name_n,
		r->file.s, r->file.s + r->kept.name_n + 1);
	(void)d->sys->renameat(
		d->sys, d->fd, r->file.s, d->fd, as, RENAME_NOREPLACE);
}

/* Look at all there is, and say what stays. */
static void
look(const struct fio_dir *d, int64_t now_ns, struct tally *ret)
{
	CLEANUP_ARENA struct arena tmp = {0};
	VEC(struct resting) all = {0};
	struct str_list files = {0};
	struct err ignored;
	struct stat st;
	uint64_t bytes = 0;
	size_t i = 0;

	(void)fio_dir_list(d, "", &tmp, &files, &ignored);
	for (size_t k = 0; k < files.n; k++) {
		struct resting r = {.file = files.items[k]};
		if (!fio_kept_parse_any(r.file, &r.kept) ||
			fio_stat(d, r.file.s, &st, &ignored) != 0)
			continue;
		r.size = (uint64_t)st.st_size;
		bytes += r.size;
		VEC_PUSH(&all, r);
	}
	if (all.n > 0)
		qsort(all.items, all.n, sizeof(all.items[0]), by_age);
	/* A little more than needed, so that the next has room. */
	uint64_t most = bytes > KEPT_BYTES ? KEPT_BYTES / 8 * 7 : KEPT_BYTES;
	for (; i < all.n &&
		(bytes > most || now_ns - all.items[i].kept.at_ns > KEPT_NS);
		i++) {
		drop(d, &all.items[i]);
		bytes -= all.items[i].size;
	}
	ret->bytes = bytes;
	ret->adds = 0;
	ret->looked_ns = now_ns;
	ret->oldest_ns = i < all.n ? all.items[i].kept.at_ns : now_ns;
	VEC_RELEASE(&all);
}

/* With the mutex held; NULL: not known. */
static struct tally *
find(struct fio_trashes *x, struct fio_inode id)
{
	size_t at = x->chains[fio_inode_hash(id) % CHAINS];

	while (at != 0 && fio_inode_cmp(x->list.items[at - 1].id, id) != 0)
		at = x->list.items[at - 1].next;
	return at != 0 ? &x->list.items[at - 1] : NULL;
}

/* The same, and known from here on. */
static struct tally *
get(struct fio_trashes *x, struct fio_inode id)
{
	size_t *chain = &x->chains[fio_inode_hash(id) % CHAINS];
	struct tally *known = find(x, id);

	if (known != NULL)
		return known;
	if (x->list.n == TALLIES) {
		x->list.n = 0;
		memset(x->chains, 0, sizeof(x->chains));
	}
	VEC_PUSH(&x->list, ((struct tally){.id = id, .next = *chain}));
	*chain = x->list.n;
	return &x->list.items[x->list.n - 1];
}

bool
fio_trashes_know(struct fio_trashes *x, struct fio_inode id)
{
	if (x == NULL)
		return false;
	fio_mutex_take(x->mutex);
	bool known = find(x, id) != NULL;
	fio_mutex_drop(x->mutex);
	return known;
}

void
fio_trashes_note(struct fio_trashes *x, struct fio_inode id)
{
	if (x == NULL)
		return;
	fio_mutex_take(x->mutex);
	(void)get(x, id);
	fio_mutex_drop(x->mutex);
}

/* Count what was added. Whether it is time to look. */
static bool
count(struct fio_trashes *x, struct fio_inode id, int64_t now_ns,
	uint64_t bytes)
{
	fio_mutex_take(x->mutex);
	struct tally *t = get(x, id);
	t->bytes += bytes;
	t->adds++;
	bool due = t->bytes > KEPT_BYTES || t->adds > LOOK_ADDS ||
		now_ns - t->oldest_ns > KEPT_NS ||
		now_ns - t->looked_ns > LOOK_NS;
	fio_mutex_drop(x->mutex);
	return due;
}

static void
remember(struct fio_trashes *x, struct fio_inode id, const struct tally *now)
{
	fio_mutex_take(x->mutex);
	struct tally *t = get(x, id);
	t->bytes = now->bytes;
	t->adds = now->adds;
	t->oldest_ns = now->oldest_ns;
	t->looked_ns = now->looked_ns;
	fio_mutex_drop(x->mutex);
}

void
fio_trash_added(const struct fio_trash *t, uint64_t bytes)
{
	int64_t now_ns = t->dir.sys->clock(t->dir.sys, SYS_CLOCK_UNIX);
	struct tally now = {0};

	if (!count(t->trashes, t->id, now_ns, bytes))
		return;
	look(&t->dir, now_ns, &now);
	remember(t->trashes, t->id, &now);
}

void
fio_trash_expire(const struct fio_dir *trash)
{
	struct tally ignored = {0};

	look(trash, trash->sys->clock(trash->sys, SYS_CLOCK_UNIX), &ignored);
}
