/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "fio/watch-priv.h"

/*
 * A directory is opened by the path that the events so far give it. Those that
 * wait may say that it had moved by then, so that it was not found, or another
 * one in its place. So each that was surveyed is in doubt until the kernel has
 * no more to say; when directories have come or gone since, it is compared with
 * what is watched for it, and surveyed anew.
 *
 *	surveyed -> doubts -- no more events, none moved --> sure
 *	                   -- no more events, some moved --> checks -> sure, or
 *	                                                     surveyed
 *
 * One that lost its watch to another, or was not found, is surveyed in any
 * case.
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

bool
fio_watch_is_another(const struct wio_watch *x, const struct fio_node *dir)
{
	uint64_t key;

	int fd = fio_watch_open_dir(x, dir);
	if (fd < 0)
		return fio_is_elsewhere(fd);
	int rc = x->backend->add(x->backend, fd, &key);
	(void)x->sys->close(x->sys, fd);
	return rc == 0 && key != dir->key;
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
		if (!dir->polled && !dir->failed &&
			(!dir->watched ||
				(moved && fio_watch_is_another(x, dir))))
			fio_watch_survey(x, dir, moved, now_ns);
	}
}
