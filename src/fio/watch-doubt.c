/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "fio/watch-priv.h"

/*
 * A directory is opened by the path that the events so far give it. Those that
 * wait may say that it had moved by then, so that it was not found, or another
 * one in its place. And what moved may be another one than the events say: of a
 * change of places they say there and back. So each that was surveyed or moved
 * is in doubt until the kernel has no more to say; when directories have come
 * or gone since, it is compared with what is watched for it, and surveyed anew.
 *
 *	surveyed -> doubts -- no more events, none moved --> sure
 *	moved                 no more events, some moved --> checks -> sure, or
 *	                                                     surveyed
 *
 * One that was not found where it should be, or turned out not to be what was
 * watched for it, is surveyed in any case. So at any time a directory is
 * watched as what it was when it was read last, or is in doubt.
 */

static void
put(struct fio_doubts *all, struct fio_node *dir)
{
	VEC_PUSH(all, dir);
	dir->doubt = all->n;
}

void
fio_watch_doubt(struct wio_watch *x, struct fio_node *dir)
{
	if (dir->doubt == 0 && x->backend != NULL && !dir->polled)
		put(&x->doubts, dir);
}

void
fio_watch_trust(struct wio_watch *x, struct fio_node *dir)
{
	struct fio_doubts *all = &x->checks;
	size_t at = dir->doubt - 1;

	if (dir->doubt == 0)
		return;
	if (at >= all->n || all->items[at] != dir)
		all = &x->doubts;
	struct fio_node *last = all->items[--all->n];
	all->items[at] = last;
	last->doubt = dir->doubt;
	dir->doubt = 0;
}

bool
fio_is_elsewhere(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP;
}

void
fio_watch_suspect(struct wio_watch *x, struct fio_node *dir)
{
	fio_watch_doubt(x, dir);
	x->dirs_moved = true;
}

void
fio_watch_miss(struct wio_watch *x, struct fio_node *dir)
{
	fio_watch_doubt(x, dir);
	dir->missed = true;
}

int
fio_watch_open_watched(const struct wio_watch *x, const struct fio_node *dir)
{
	uint64_t key;

	int fd = fio_watch_open_dir(x, dir);
	if (fd < 0)
		return fd;
	int rc = x->backend->add(x->backend, fd, &key);
	if (rc == 0 && dir->watched && dir->key == key)
		return fd;
	(void)x->sys->close(x->sys, fd);
	return -ENOENT;
}

/* Another one is in its place, or none. */
static bool
is_another(const struct wio_watch *x, const struct fio_node *dir)
{
	int fd = fio_watch_open_watched(x, dir);

	if (fd >= 0)
		(void)x->sys->close(x->sys, fd);
	return fio_is_elsewhere(fd);
}

static bool
is_wrong(const struct wio_watch *x, const struct fio_node *dir, bool moved)
{
	if (dir->polled)
		return false;
	if (dir->failed) /* if it was the one that could not be watched */
		return moved;
	return !dir->watched || dir->missed || (moved && is_another(x, dir));
}

void
fio_watch_check(struct wio_watch *x, int64_t now_ns)
{
	struct fio_doubts none = x->checks;

	x->checks = x->doubts;
	x->doubts = none;
	bool moved = x->dirs_moved;
	x->dirs_moved = false;
	while (x->checks.n > 0) {
		struct fio_node *dir = x->checks.items[x->checks.n - 1];
		fio_watch_trust(x, dir);
		if (is_wrong(x, dir, moved))
			fio_watch_survey(x, dir, true, now_ns);
	}
}
