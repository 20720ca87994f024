/* SPDX-License-Identifier: MIT */
#include "fio/file.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/stamp.h"
#include "fio/content.h"
#include "fio/file-priv.h"

#define STABLE_NS (150 * NS_PER_MS)

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

void
fio_version_of(struct sys *sys, const struct stat *st, struct fio_digest digest,
	struct fio_version *ret)
{
	struct wio_identity who = fio_identity(st);

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
		.settled = fio_identity_settled(
			&who, sys->clock(sys, SYS_CLOCK_UNIX)),
	};
}

static bool
same_identity(const struct fio_version *v, const struct stat *st)
{
	return v->dev == st->st_dev && v->ino == st->st_ino &&
		v->size == st->st_size && same_time(v->mtime, st->st_mtim) &&
		same_time(v->ctime, st->st_ctim);
}

/* What `f` means, in words; -1. `max` is what was accepted. */
static int
tell(enum fio_found f, const struct fio_content *c, const struct fio_path *path,
	size_t max, struct err *e)
{
	switch (f) {
	case FIO_LINK:
		return err_set(e, ERR_INPUT,
			"'%s' is a symbolic link; name the file itself",
			path->text);
	case FIO_IRREGULAR:
		return err_set(
			e, ERR_INPUT, "'%s' is not a regular file", path->text);
	case FIO_LARGE:
		return err_set(e, ERR_LIMIT,
			"'%s' has %lld bytes; at most %zu are accepted",
			path->text, (long long)c->st.st_size, max);
	case FIO_RESTLESS:
		if (c->made_up)
			return err_set(
				e, ERR_INPUT, "'%s' " FIO_MADE_UP, path->text);
		return err_set(e, ERR_CONFLICT,
			"'%s' changed while it was read; try again",
			path->text);
	case FIO_UNREADABLE:
		return err_sys(
			e, c->sys_errno, "%s '%s'", c->doing, path->text);
	case FIO_FOUND:
	case FIO_ABSENT:
	case FIO_CANCELLED: /* there is no task */
		break;
	}
	BUG("'%s' did not fail", path->text);
}

/* Everything behind `c` into `ret`, and what it is. */
static enum fio_found
load(struct fio_content *c, size_t max, struct buf *ret,
	struct fio_version *ret_version)
{
	size_t start = ret->n;

	enum fio_found f = fio_content_load(c, max, ret);
	if (f == FIO_FOUND && ret_version != NULL)
		fio_version_of(c->sys, &c->st,
			fio_digest(str_from_at(buf_str(ret), start)),
			ret_version);
	return f;
}

int
fio_read_fd(struct sys *sys, int fd, const struct fio_path *path, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e)
{
	struct fio_content c;

	enum fio_found f = fio_content_of(&c, sys, fd);
	if (f == FIO_FOUND)
		f = load(&c, max, ret, ret_version);
	return f == FIO_FOUND ? 0 : tell(f, &c, path, max, e);
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
	return sys->clock(sys, SYS_CLOCK_UNIX) - fio_identity(&st).mtime_ns <
		STABLE_NS;
}

enum { HAS_WRITER = 2 };

/* 0, 1 or HAS_WRITER, as fio_read_settled; -1 with `*ret_found` telling why. */
static int
try_read(const struct fio_dir *d, const char *name, size_t max, bool settled,
	struct fio_content *c, enum fio_found *ret_found, struct buf *ret,
	struct fio_version *ret_version)
{
	*ret_found = fio_content_open(c, d, name);
	if (*ret_found == FIO_ABSENT) {
		if (ret_version != NULL)
			*ret_version = (struct fio_version){0};
		return 1;
	}
	if (*ret_found != FIO_FOUND)
		return -1;
	int rc = HAS_WRITER;
	if (!settled || !has_writer(d->sys, c->fd)) {
		*ret_found = load(c, max, ret, ret_version);
		rc = *ret_found == FIO_FOUND ? 0 : -1;
	}
	fio_content_close(c);
	return rc;
}

/* Another weir that saves, or appends, takes a moment; read what it made. */
static int
read_name(const struct fio_dir *d, const char *name, size_t max, bool settled,
	struct buf *ret, struct fio_version *ret_version, struct err *e)
{
	struct fio_content c;
	enum fio_found f;

	for (int i = 0; i < FIO_CONTENT_TRIES; i++) {
		int rc = try_read(
			d, name, max, settled, &c, &f, ret, ret_version);
		if (rc >= 0)
			return rc;
		if (f != FIO_RESTLESS)
			break;
	}
	struct fio_path path = fio_path(d, name);
	return tell(f, &c, &path, max, e);
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

/* As fio_sum of the bytes it is a digest of. */
static struct fio_sum
sum_of(struct fio_digest d)
{
	struct fio_sum s = {.kind = WIO_XXH3};
	const uint64_t halves[2] = {htobe64(d.high), htobe64(d.low)};

	memcpy(s.bytes, halves, sizeof(halves));
	return s;
}

/* fio_verify_fd of what is open. */
static int
verify(struct fio_content *c, const struct fio_path *path,
	struct fio_version *v, struct err *e)
{
	CLEANUP_BUF struct buf piece = {0};
	const size_t size = (size_t)v->size;
	struct fio_sum sum;

	if (c->st.st_size != v->size)
		return 1;
	enum fio_found f = fio_content_sum(c, size, WIO_XXH3, &piece, &sum);
	if (f == FIO_RESTLESS)
		return 1;
	if (f != FIO_FOUND)
		return tell(f, c, path, size, e);
	if (!fio_sum_eq(sum, sum_of(v->digest)))
		return 1;
	fio_version_of(c->sys, &c->st, v->digest, v);
	return 0;
}

int
fio_verify_fd(struct sys *sys, int fd, const struct fio_path *path,
	struct fio_version *v, struct err *e)
{
	struct fio_content c;

	enum fio_found f = fio_content_of(&c, sys, fd);
	if (f != FIO_FOUND)
		return tell(f, &c, path, (size_t)v->size, e);
	return verify(&c, path, v, e);
}

static int
verify_name(const struct fio_dir *d, const char *name, struct fio_version *v,
	struct err *e)
{
	struct fio_path path = fio_path(d, name);
	struct fio_content c;

	enum fio_found f = fio_content_open(&c, d, name);
	if (f == FIO_ABSENT)
		return 1;
	if (f != FIO_FOUND)
		return tell(f, &c, &path, (size_t)v->size, e);
	int rc = verify(&c, &path, v, e);
	fio_content_close(&c);
	return rc;
}

/* `trusted`: equal times are enough. */
static int
compare(const struct fio_dir *d, const char *name, struct fio_version *v,
	bool trusted, struct err *e)
{
	struct stat st;

	int rc = d->sys->fstatat(d->sys, d->fd, name, AT_SYMLINK_NOFOLLOW, &st);
	if (rc == -ENOENT)
		return v->exists;
	if (rc < 0)
		return err_sys(
			e, -rc, "looking at '%s'", fio_path(d, name).text);
	if (!v->exists || v->size != st.st_size)
		return 1;
	if ((trusted || v->settled) && same_identity(v, &st))
		return 0;
	return verify_name(d, name, v, e);
}

int
fio_is_version(const struct fio_dir *d, const char *name, struct fio_version *v,
	struct err *e)
{
	return compare(d, name, v, false, e);
}

int
fio_seems_version(const struct fio_dir *d, const char *name,
	struct fio_version *v, struct err *e)
{
	return compare(d, name, v, true, e);
}
