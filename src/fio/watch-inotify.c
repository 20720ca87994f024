/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/inotify.h>

#include "fio/watch-priv.h"

/* Reads are no events; opening neither. Times and modes are. */
#define MASK                                                                  \
	(IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | \
		IN_MOVED_TO | IN_ATTRIB | IN_EXCL_UNLINK | HOW)
/* One directory is watched once, for all that is asked of it. */
#define HOW (IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_ADD)

const char *
fio_inotify_limit(int sys)
{
	if (sys == ENOSPC)
		return " (see sysctl fs.inotify.max_user_watches)";
	if (sys == EMFILE)
		return " (see sysctl fs.inotify.max_user_instances, and "
		       "ulimit -n)";
	return "";
}

/* There is no call that takes a descriptor; the directory it holds has a name
 * that nobody can swap. The "." is for IN_DONT_FOLLOW. */
static int
add(struct fio_backend *b, int dir, uint32_t mask)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/.", dir);
	return b->sys->inotify_add(b->sys, b->fd, path, mask);
}

static int
inotify_add(struct fio_backend *b, int dir, uint64_t *ret_key)
{
	int wd = add(b, dir, MASK);

	if (wd < 0)
		return wd;
	*ret_key = (uint64_t)wd;
	return 0;
}

static int
inotify_follow(struct fio_backend *b, int dir)
{
	int wd = add(b, dir, IN_MOVE_SELF | HOW);

	return wd < 0 ? wd : 0;
}

static void
inotify_drop(struct fio_backend *b, uint64_t key)
{
	(void)b->sys->inotify_rm(b->sys, b->fd, (int)key);
}

static bool
translate(const struct inotify_event *v, struct fio_raw *ret)
{
	*ret = (struct fio_raw){
		.key = (uint64_t)v->wd,
		.name = v->len > 0 ? v->name : "",
		.is_dir = (v->mask & IN_ISDIR) != 0,
		.cookie = v->cookie,
	};
	if (v->mask & (IN_Q_OVERFLOW | IN_UNMOUNT))
		ret->kind = FIO_RAW_LOST;
	else if (v->mask & IN_MOVE_SELF)
		ret->kind = FIO_RAW_MOVED;
	else if (v->len == 0) /* of the directory itself: its parent tells */
		return false;
	else if (v->mask & IN_CREATE)
		ret->kind = FIO_RAW_CREATED;
	else if (v->mask & IN_DELETE)
		ret->kind = FIO_RAW_REMOVED;
	else if (v->mask & IN_MOVED_FROM)
		ret->kind = FIO_RAW_FROM;
	else if (v->mask & IN_MOVED_TO)
		ret->kind = FIO_RAW_TO;
	else
		ret->kind = FIO_RAW_CHANGED;
	return true;
}

static int
inotify_next(struct fio_backend *b, struct fio_raw *ret)
{
	int rc;

	while ((rc = fio_backend_fill(b)) == 0) {
		const struct inotify_event *v =
			(const void *)(b->chunk + b->at);
		b->at += sizeof(*v) + v->len;
		if (translate(v, ret))
			return 0;
	}
	return rc;
}

int
fio_inotify_open(struct fio_backend **ret, struct sys *sys)
{
	int fd = sys->inotify_init(sys);

	if (fd < 0)
		return fd;
	struct fio_backend *b = fio_backend_new(sizeof(*b), sys, fd);
	b->kind = WIO_WATCH_INOTIFY;
	b->add = inotify_add;
	b->drop = inotify_drop;
	b->follow = inotify_follow;
	b->next = inotify_next;
	*ret = b;
	return 0;
}
