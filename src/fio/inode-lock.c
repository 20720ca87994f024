/* SPDX-License-Identifier: MIT */
#include "fio/inode-lock.h"

#include "base/err.h"
#include "base/mem.h"
#include "fio/pool.h"

enum { CHAINS = 256 };

struct held {
	struct fio_inode of;
	struct held *next;
};

struct fio_inodes {
	struct fio_mutex *mutex;
	struct held *chains[CHAINS];
	size_t n;
};

struct fio_inodes *
fio_inodes_new(void)
{
	struct fio_inodes *x = mem_alloc(sizeof(*x));

	x->mutex = fio_mutex_new();
	return x;
}

void
fio_inodes_free(struct fio_inodes *x)
{
	if (x == NULL)
		return;
	if (x->n > 0)
		BUG("%zu files are locked still", x->n);
	fio_mutex_free(x->mutex);
	mem_free(x);
}

/* Where it is in its chain, or would be. */
static struct held **
find(struct fio_inodes *x, struct fio_inode of)
{
	struct held **at = &x->chains[fio_inode_hash(of) % CHAINS];

	while (*at != NULL && fio_inode_cmp((*at)->of, of) != 0)
		at = &(*at)->next;
	return at;
}

static bool
hold(struct fio_inodes *x, struct fio_inode of)
{
	struct held **at = find(x, of);

	if (*at != NULL)
		return false;
	*at = mem_alloc(sizeof(**at));
	(*at)->of = of;
	x->n++;
	return true;
}

void
fio_inodes_take(struct fio_inodes *x, struct fio_inode of)
{
	fio_mutex_take(x->mutex);
	while (!hold(x, of))
		fio_mutex_wait(x->mutex);
	fio_mutex_drop(x->mutex);
}

bool
fio_inodes_try(struct fio_inodes *x, struct fio_inode of)
{
	fio_mutex_take(x->mutex);
	bool held = hold(x, of);
	fio_mutex_drop(x->mutex);
	return held;
}

void
fio_inodes_drop(struct fio_inodes *x, struct fio_inode of)
{
	fio_mutex_take(x->mutex);
	struct held **at = find(x, of), *gone = *at;
	if (gone == NULL)
		BUG("a file is given up that nobody holds");
	*at = gone->next;
	mem_free(gone);
	x->n--;
	fio_mutex_tell(x->mutex);
	fio_mutex_drop(x->mutex);
}
