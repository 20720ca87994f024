/* SPDX-License-Identifier: MIT */
#include "fio/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "fio/file-priv.h"

/*
 * Reading. What fstat says before and after must agree: then the bytes are
 * those of one moment.
 */

#define SETTLE_NS (100 * NS_PER_MS)
#define STABLE_NS (150 * NS_PER_MS)

enum {
	NO_FILE = -2,
	READ_AGAIN = 8, /* times, when it changes under us */
};

static int64_t
to_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

void
fio_version_of(struct sys *sys, const struct stat *st, struct fio_digest digest,
	struct fio_version *ret)
{
	int64_t now = sys->clock(sys, SYS_CLOCK_UNIX);
	int64_t changed = to_ns(st->st_ctim) > to_ns(st->st_mtim)
		? to_ns(st->st_ctim)
		: to_ns(st->st_mtim);

	*ret = (struct fio_version){
		.exists = true,
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = st->st_size,
		.mtime = st->st_mtim,
		.ctime = st->st_ctim,
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.nlink = st->st_nlink,
		.digest = digest,
		.settled = now - changed > SETTLE_NS,
	};
}

static bool
same_identity(const struct fio_version *v, const struct stat *st)
{
	return v->dev == st->st_dev && v->ino == st->st_ino &&
		v->size == st->st_size && same_time(v->mtime, st->st_mtim) &&
		same_time(v->ctime, st->st_ctim);
}

static int
check_regular(const struct fio_path *path, const struct stat *st, size_t max,
	struct err *e)
{
	if (!S_ISREG(st->st_mode))
		return err_set(
			e, ERR_INPUT, "'%s' is not a regular file", path->text);
	if ((uint64_t)st->st_size > max)
		return err_set(e, ERR_LIMIT,
			"'%s' has %lld bytes; at most %zu are accepted",
			path->text, (long long)st->st_size, max);
	return 0;
}

/* Everything from the descriptor into `ret`, at most `most` bytes. */
static int
read_all(struct sys *sys, int fd, size_t most, struct buf *ret)
{
	size_t left = most;

	while (left > 0) {
		ssize_t n = sys->read(sys, fd, buf_room(ret, left), left);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		buf_added(ret, (size_t)n);
		left -= (size_t)n;
	}
	return 0;
}

int
fio_read_fd(struct sys *sys, int fd, const struct fio_path *path, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e)
{
	struct stat before, after;
	size_t start = ret->n;

	int rc = sys->fstat(sys, fd, &before);
	if (rc < 0)
		return err_sys(e, -rc, "looking at '%s'", path->text);
	if (check_regular(path, &before, max, e) < 0)
		return -1;
	/* One byte more than expected shows a file that grew. */
	rc = read_all(sys, fd, (size_t)before.st_size + 1, ret);
	if (rc < 0)
		return err_sys(e, -rc, "reading '%s'", path->text);
	struct str bytes = str_from_at(buf_str(ret), start);
	struct fio_version v;
	fio_version_of(sys, &before, fio_digest(bytes), &v);
	rc = sys->fstat(sys, fd, &after);
	if (rc < 0)
		return err_sys(e, -rc, "looking at '%s'", path->text);
	if (!same_identity(&v, &after) || bytes.n != (size_t)before.st_size)
		return err_set(e, ERR_CONFLICT,
			"'%s' changed while it was read; try again",
			path->text);
	if (ret_version != NULL)
		*ret_version = v;
	return 0;
}

/* The descriptor, NO_FILE, or -1. */
static int
open_to_read(const struct fio_dir *d, const char *name, struct err *e)
{
	int fd = d->sys->openat(d->sys, d->fd, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);

	if (fd == -ENOENT)
		return NO_FILE;
	if (fd == -ELOOP)
		return err_set(e, ERR_INPUT,
			"'%s' is a symbolic link; name the file itself",
			fio_path(d, name).text);
	if (fd < 0)
		return err_sys(e, -fd, "opening '%s'", fio_path(d, name).text);
	return fd;
}

/* Read and close; on failure `ret` is what it was. */
static int
read_and_close(const struct fio_dir *d, const char *name, int fd, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e)
{
	struct fio_path path = fio_path(d, name);
	size_t start = ret->n;

	int rc = fio_read_fd(d->sys, fd, &path, max, ret, ret_version, e);
	(void)d->sys->close(d->sys, fd);
	if (rc < 0 && ret->p != NULL) {
		ret->n = start;
		ret->p[start] = '\0';
	}
	return rc;
}

/* 1: somebody may be writing it; 0: nobody is, and nobody can begin to while
 * the lease is ours. */
static int
has_writer(struct sys *sys, int fd)
{
	struct stat st;

	int rc = sys->lease(sys, fd, F_RDLCK);
	if (rc == -EAGAIN)
		return 1;
	if (rc == 0)
		return 0;
	if (sys->fstat(sys, fd, &st) < 0)
		return 1;
	return sys->clock(sys, SYS_CLOCK_UNIX) - to_ns(st.st_mtim) < STABLE_NS;
}

static int
try_read(const struct fio_dir *d, const char *name, size_t max, bool settled,
	struct buf *ret, struct fio_version *ret_version, struct err *e)
{
	int fd = open_to_read(d, name, e);

	if (fd == -1)
		return -1;
	if (fd == NO_FILE) {
		if (ret_version != NULL)
			*ret_version = (struct fio_version){0};
		return 1;
	}
	if (settled && has_writer(d->sys, fd)) {
		(void)d->sys->close(d->sys, fd);
		return 2;
	}
	return read_and_close(d, name, fd, max, ret, ret_version, e);
}

/* Another weir that saves, or appends, takes a moment; read what it made. */
static int
read_name(const struct fio_dir *d, const char *name, size_t max, bool settled,
	struct buf *ret, struct fio_version *ret_version, struct err *e)
{
	for (int i = 0;; i++) {
		int rc = try_read(d, name, max, settled, ret, ret_version, e);
		if (rc >= 0 || e->code != ERR_CONFLICT || i == READ_AGAIN)
			return rc;
	}
}

int
fio_read(const struct fio_dir *d, const char *name, size_t max, struct buf *ret,
	struct fio_version *ret_version, struct err *e)
{
	return read_name(d, name, max, false, ret, ret_version, e);
}

int
fio_read_settled(const struct fio_dir *d, const char *name, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e)
{
	return read_name(d, name, max, true, ret, ret_version, e);
}

int
fio_is_version(const struct fio_dir *d, const char *name, struct fio_version *v,
	struct err *e)
{
	struct stat st;
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_version now = {0};

	int rc = d->sys->fstatat(d->sys, d->fd, name, AT_SYMLINK_NOFOLLOW, &st);
	if (rc == -ENOENT)
		return v->exists;
	if (rc < 0)
		return err_sys(
			e, -rc, "looking at '%s'", fio_path(d, name).text);
	if (!v->exists || v->size != st.st_size)
		return 1;
	if (v->settled && same_identity(v, &st))
		return 0;
	rc = fio_read(d, name, (size_t)st.st_size, &bytes, &now, e);
	/* It grew, or changed while it was read. */
	if (rc < 0 && (e->code == ERR_LIMIT || e->code == ERR_CONFLICT))
		return 1;
	if (rc != 0)
		return rc;
	if (!fio_digest_eq(now.digest, v->digest))
		return 1;
	*v = now;
	return 0;
}
