/* SPDX-License-Identifier: MIT */
#include "fio/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

#define PAUSE_NS (2 * NS_PER_MS)

/* What the holder wrote about itself; only for the message. */
static int
say_locked(struct fio_lock *l, const struct fio_path *path, struct err *e)
{
	char who[200];
	ssize_t n = l->sys->read(l->sys, l->fd, who, sizeof(who) - 1);

	who[n > 0 ? n : 0] = '\0';
	who[strcspn(who, "\n")] = '\0';
	return err_set(e, ERR_LOCKED, "'%s' is held by %s; wait for it to end",
		path->text, who[0] != '\0' ? who : "another process");
}

/* The holder's note is advice: failing to write it does not fail the lock. */
static void
sign(struct fio_lock *l, const char *holder)
{
	char note[200];
	int n = snprintf(note, sizeof(note), "'%s' (pid %ld)\n", holder,
		(long)l->sys->getpid(l->sys));

	if (l->sys->ftruncate(l->sys, l->fd, 0) == 0 && n > 0)
		(void)l->sys->write(l->sys, l->fd, note, strlen(note));
}

/* True when `name` still is the file we locked, `*ret_size` of note in it. */
static bool
is_same_file(struct fio_lock *l, const struct fio_dir *d, const char *name,
	off_t *ret_size)
{
	struct stat ours, there;

	if (l->sys->fstat(l->sys, l->fd, &ours) < 0 ||
		l->sys->fstatat(
			l->sys, d->fd, name, AT_SYMLINK_NOFOLLOW, &there) < 0)
		return false;
	*ret_size = ours.st_size;
	return ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* A `holder` takes it alone; NULL shares it. */
static int
wait_for(struct fio_lock *ret, const struct fio_dir *d, const char *name,
	int64_t wait_ns, const char *holder, struct err *e)
{
	struct sys *sys = d->sys;
	struct fio_path path = fio_path(d, name);
	int64_t end = sys->clock(sys, SYS_CLOCK_ELAPSED) + wait_ns;

	*ret = (struct fio_lock){.sys = sys, .fd = -1};
	for (;;) {
		if (ret->fd < 0)
			ret->fd = sys->openat(sys, d->fd, name,
				O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC |
					O_NOFOLLOW | O_NONBLOCK,
				0600);
		if (ret->fd < 0) {
			int why = -ret->fd;
			ret->fd = -1;
			return err_sys(e, why, "opening lock '%s'", path.text);
		}
		int rc = sys->lock(
			sys, ret->fd, holder != NULL ? F_WRLCK : F_RDLCK);
		off_t size = 0;
		if (rc == 0 && is_same_file(ret, d, name, &size)) {
			if (holder != NULL)
				sign(ret, holder);
			else if (size > 0) /* of one who has ended */
				(void)sys->ftruncate(sys, ret->fd, 0);
			return 0;
		}
		if (rc == 0) /* somebody replaced the file under us */
			fio_lock_drop(ret);
		else if (rc != -EAGAIN) {
			fio_lock_drop(ret);
			return err_sys(e, -rc, "locking '%s'", path.text);
		}
		if (sys->clock(sys, SYS_CLOCK_ELAPSED) >= end) {
			if (ret->fd < 0)
				return err_set(e, ERR_LOCKED,
					"'%s' is replaced again and again",
					path.text);
			say_locked(ret, &path, e);
			fio_lock_drop(ret);
			return -1;
		}
		/* The kernel offers no timed wait on such a lock. */
		(void)sys_poll_in(sys, -1, PAUSE_NS);
	}
}

int
fio_lock_take(struct fio_lock *ret, const struct fio_dir *d, const char *name,
	int64_t wait_ns, const char *holder, struct err *e)
{
	return wait_for(ret, d, name, wait_ns, holder, e);
}

int
fio_lock_share(struct fio_lock *ret, const struct fio_dir *d, const char *name,
	int64_t wait_ns, struct err *e)
{
	return wait_for(ret, d, name, wait_ns, NULL, e);
}

int
fio_lock_look(const struct fio_dir *d, const char *name, struct err *e)
{
	struct fio_path path = fio_path(d, name);
	struct fio_lock l = {.sys = d->sys};

	l.fd = d->sys->openat(d->sys, d->fd, name,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
	if (l.fd == -ENOENT)
		return 0;
	if (l.fd < 0)
		return err_sys(e, -l.fd, "opening lock '%s'", path.text);
	int rc = d->sys->lock_held(d->sys, l.fd);
	if (rc < 0)
		err_sys(e, -rc, "looking at lock '%s'", path.text);
	else if (rc == 1)
		say_locked(&l, &path, e);
	fio_lock_drop(&l);
	return rc;
}

void
fio_lock_remove(const struct fio_dir *d, const char *name)
{
	struct fio_lock l = {.sys = d->sys};
	off_t ignored;

	l.fd = d->sys->openat(d->sys, d->fd, name,
		O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
	if (l.fd >= 0 && d->sys->lock(d->sys, l.fd, F_WRLCK) == 0 &&
		is_same_file(&l, d, name, &ignored))
		(void)d->sys->unlinkat(d->sys, d->fd, name, 0);
	fio_lock_drop(&l);
}

void
fio_lock_drop(struct fio_lock *l)
{
	if (l->fd >= 0)
		(void)l->sys->close(l->sys, l->fd);
	l->fd = -1;
}
