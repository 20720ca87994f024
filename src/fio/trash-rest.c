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
#define KEPT_FILES 10000

enum {
	LOOK_ADDS = 1024,
	TALLIES = 4096, /* trashes that are remembered */
	CHAINS = 1024,
};

struct resting {
	struct str file;
	struct fio_kept kept;
	struct fio_inode inode;
	uint64_t size;
};

struct tally {
	struct fio_inode id;
	size_t next;	       /* in its chain, and 1; 0: none */
	uint64_t bytes, files; /* there */
	uint64_t adds;	       /* since it was looked at */
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

/* The lock of some directory, and not what a person calls so. */
static bool
is_lock(struct str file)
{
	unsigned long long dev, ino;
	char again[64];

	if (!str_starts(file, STR(FIO_TRASH_LOCK)) ||
		sscanf(file.s, FIO_TRASH_LOCK_FORMAT, &dev, &ino) != 2)
		return false;
	(void)snprintf(again, sizeof(again), FIO_TRASH_LOCK_FORMAT, dev, ino);
	return str_eq_c(file, again);
}

/* All that rests in a trash, the oldest first. */
struct pile {
	VEC(struct resting) all;
	uint64_t bytes;
};

/* Locks that nobody holds go. */
static void
pile_up(const struct fio_dir *d, struct arena *a, struct pile *ret)
{
	struct str_list files = {0};
	struct err ignored;
	struct stat st;

	(void)fio_dir_list(d, "", a, &files, &ignored);
	for (size_t i = 0; i < files.n; i++) {
		struct resting r = {.file = files.items[i]};
		if (is_lock(r.file))
			fio_lock_remove(d, r.file.s);
		if (!fio_kept_parse_any(r.file, &r.kept) ||
			fio_stat(d, r.file.s, &st, &ignored) != 0)
			continue;
		r.inode = fio_inode_of(&st);
		r.size = (uint64_t)st.st_size;
		ret->bytes += r.size;
		VEC_PUSH(&ret->all, r);
	}
	if (ret->all.n > 0)
		qsort(ret->all.items, ret->all.n, sizeof(ret->all.items[0]),
			by_age);
}

static bool
is_among(const struct fio_inode *list, size_t n, struct fio_inode what)
{
	size_t i = 0;

	while (i < n && fio_inode_cmp(list[i], what) != 0)
		i++;
	return i < n;
}

/* Look at all there is, but for what came just now, and say what stays. */
static void
look(const struct fio_dir *d, int64_t now_ns, const struct fio_inode *just,
	size_t just_n, struct tally *ret)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct pile p = {0};

	pile_up(d, &tmp, &p);
	/* A little more than needed, so that the next has room. */
	const uint64_t most =
		p.bytes > KEPT_BYTES ? KEPT_BYTES / 8 * 7 : KEPT_BYTES;
	const size_t many =
		p.all.n > KEPT_FILES ? KEPT_FILES / 8 * 7 : KEPT_FILES;
	*ret = (struct tally){.bytes = p.bytes,
		.files = p.all.n,
		.oldest_ns = now_ns,
		.looked_ns = now_ns};
	VEC_EACH (r, &p.all) {
		bool over = ret->bytes > most || ret->files > many ||
			now_ns - r->kept.at_ns > KEPT_NS;
		if (over && !is_among(just, just_n, r->inode)) {
			drop(d, r);
			ret->bytes -= r->size;
			ret->files--;
		} else if (r->kept.at_ns < ret->oldest_ns)
			ret->oldest_ns = r->kept.at_ns;
		if (!over)
			break;
	}
	VEC_RELEASE(&p.all);
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
	t->files++;
	t->adds++;
	bool due = t->bytes > KEPT_BYTES || t->files > KEPT_FILES ||
		t->adds > LOOK_ADDS || now_ns - t->oldest_ns > KEPT_NS ||
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
	t->files = now->files;
	t->adds = 0;
	t->oldest_ns = now->oldest_ns;
	t->looked_ns = now->looked_ns;
	fio_mutex_drop(x->mutex);
}

void
fio_trash_added(const struct fio_trash *t, uint64_t bytes,
	const struct fio_inode *just, size_t just_n)
{
	int64_t now_ns = t->dir.sys->clock(t->dir.sys, SYS_CLOCK_UNIX);
	struct tally now;

	if (!count(t->trashes, t->id, now_ns, bytes))
		return;
	look(&t->dir, now_ns, just, just_n, &now);
	remember(t->trashes, t->id, &now);
}

void
fio_trash_expire(const struct fio_dir *trash)
{
	struct tally ignored;

	look(trash, trash->sys->clock(trash->sys, SYS_CLOCK_UNIX), NULL, 0,
		&ignored);
}
