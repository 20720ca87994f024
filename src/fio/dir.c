/* SPDX-License-Identifier: MIT */
#include "fio/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

int
fio_dir_open(struct fio_dir *ret, struct sys *sys, int at, const char *path,
	struct err *e)
{
	*ret = FIO_DIR_NONE;
	int fd = sys->openat(
		sys, at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd == -ENOENT)
		return err_set(
			e, ERR_MISSING, "there is no directory '%s'", path);
	if (fd == -ENOTDIR)
		return err_set(e, ERR_INPUT, "'%s' is not a directory", path);
	if (fd < 0)
		return err_sys(e, -fd, "opening directory '%s'", path);
	ret->sys = sys;
	ret->fd = fd;
	(void)snprintf(ret->path, sizeof(ret->path), "%s", path);
	return 0;
}

int
fio_dir_open_in(struct fio_dir *ret, const struct fio_dir *d, const char *name,
	struct err *e)
{
	struct fio_path path = fio_path(d, name);

	*ret = FIO_DIR_NONE;
	int fd = d->sys->openat(d->sys, d->fd, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd == -ENOENT)
		return err_set(e, ERR_MISSING, "there is no directory '%s'",
			path.text);
	if (fd < 0)
		return err_sys(e, -fd, "opening directory '%s'", path.text);
	ret->sys = d->sys;
	ret->fd = fd;
	(void)snprintf(ret->path, sizeof(ret->path), "%.*s",
		(int)sizeof(ret->path) - 1, path.text);
	return 0;
}

void
fio_dir_reader_init(struct fio_dir_reader *ret, struct sys *sys, int fd)
{
	ret->sys = sys;
	ret->fd = fd;
	ret->at = ret->n = 0;
}

static bool
is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int
fio_dir_reader_next(struct fio_dir_reader *r, const struct dirent64 **ret)
{
	const struct dirent64 *found;

	do {
		if (r->at == r->n) {
			ssize_t got = r->sys->getdents(
				r->sys, r->fd, r->chunk, sizeof(r->chunk));
			if (got <= 0)
				return got < 0 ? (int)got : 1;
			r->at = 0;
			r->n = (size_t)got;
		}
		found = (const void *)(r->chunk + r->at);
		r->at += found->d_reclen;
	} while (is_dot(found->d_name));
	*ret = found;
	return 0;
}

/* Whether nothing was put into the directory, just opened, yet. */
static int
is_empty(const struct fio_dir *d, bool *ret, struct err *e)
{
	struct fio_dir_reader r;
	const struct dirent64 *any;

	fio_dir_reader_init(&r, d->sys, d->fd);
	int rc = fio_dir_reader_next(&r, &any);
	if (rc < 0)
		return err_sys(e, -rc, "listing directory '%s'", d->path);
	*ret = rc == 1;
	return 0;
}

/*
 * One component: made when absent, and durable in its parent then. Who made it
 * may have died before that; but nobody puts anything into it earlier, so one
 * that is not empty is durable.
 */
static int
make_one(struct fio_dir *ret, const struct fio_dir *d, const char *name,
	mode_t mode, struct err *e)
{
	int rc = d->sys->mkdirat(d->sys, d->fd, name, mode);

	if (rc < 0 && rc != -EEXIST)
		return err_sys(e, -rc, "making directory '%s'",
			fio_path(d, name).text);
	if (fio_dir_open_in(ret, d, name, e) < 0)
		return -1;
	bool fresh = rc == 0;
	if ((!fresh && is_empty(ret, &fresh, e) < 0) ||
		(fresh && fio_dir_sync(d, e) < 0)) {
		fio_dir_close(ret);
		return -1;
	}
	return 0;
}

int
fio_dir_make_in(struct fio_dir *ret, const struct fio_dir *d, const char *name,
	mode_t mode, struct err *e)
{
	struct fio_dir parent = FIO_DIR_NONE;
	const struct fio_dir *in = d;
	char part[256];

	*ret = FIO_DIR_NONE;
	for (;;) {
		size_t n = strcspn(name, "/");
		if (n == 0 || n >= sizeof(part)) {
			fio_dir_close(&parent);
			return err_set(e, ERR_LIMIT,
				"'%s' is not a usable directory name", name);
		}
		memcpy(part, name, n);
		part[n] = '\0';
		int rc = make_one(ret, in, part, mode, e);
		fio_dir_close(&parent);
		if (rc < 0 || name[n] == '\0')
			return rc;
		parent = *ret; /* its descriptor is closed here, once */
		*ret = FIO_DIR_NONE;
		in = &parent;
		name += n + 1;
	}
}

void
fio_dir_close(struct fio_dir *d)
{
	if (d->fd >= 0)
		(void)d->sys->close(d->sys, d->fd);
	d->fd = -1;
}

int
fio_stat(const struct fio_dir *d, const char *name, struct stat *ret,
	struct err *e)
{
	int rc = d->sys->fstatat(d->sys, d->fd, name, AT_SYMLINK_NOFOLLOW, ret);

	if (rc == -ENOENT)
		return 1;
	if (rc < 0)
		return err_sys(
			e, -rc, "looking at '%s'", fio_path(d, name).text);
	return 0;
}

int
fio_dir_stat(const struct fio_dir *d, struct stat *ret, struct err *e)
{
	int rc = d->sys->fstat(d->sys, d->fd, ret);

	return rc < 0 ? err_sys(e, -rc, "looking at '%s'", d->path) : 0;
}

int
fio_dir_set_mode(const struct fio_dir *d, mode_t mode, struct err *e)
{
	int rc = d->sys->fchmod(d->sys, d->fd, mode);

	return rc < 0 ? err_sys(e, -rc, "changing the mode of '%s'", d->path)
		      : 0;
}

int
fio_dir_fs_type(const struct fio_dir *d, int64_t *ret, struct err *e)
{
	int rc = d->sys->fs_type(d->sys, d->fd, ret);

	return rc < 0
		? err_sys(e, -rc, "asking what file system '%s' is on", d->path)
		: 0;
}

int
fio_dir_put_away(const struct fio_dir *from, const char *name,
	const struct fio_dir *to, const char *sub, const char *as)
{
	struct sys *sys = from->sys;
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/%s", sub, as);
	int rc = sys->renameat(sys, from->fd, name, to->fd, path, 0);
	if (rc != -ENOENT)
		return rc;
	rc = sys->mkdirat(sys, to->fd, sub, 0700);
	if (rc < 0 && rc != -EEXIST)
		return rc;
	return sys->renameat(sys, from->fd, name, to->fd, path, 0);
}

int
fio_dir_keep(const struct fio_dir *from, const char *name,
	const struct fio_dir *to, const char *sub, const char *as)
{
	struct sys *sys = from->sys;

	int rc = sys->mkdirat(sys, to->fd, sub, 0700);
	if (rc < 0 && rc != -EEXIST)
		return rc;
	/* Who made it may have died before. */
	rc = sys->fsync(sys, to->fd);
	if (rc < 0)
		return rc;
	return fio_dir_put_away(from, name, to, sub, as);
}

int
fio_dir_sync(const struct fio_dir *d, struct err *e)
{
	int rc = d->sys->fsync(d->sys, d->fd);

	if (rc == 0)
		return 0;
	err_sys(e, -rc,
		"making directory '%s' durable; what a power cut would leave "
		"is unknown, look at it before going on",
		d->path);
	e->code = ERR_POISONED;
	return -1;
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

int
fio_dir_list(const struct fio_dir *d, const char *prefix, struct arena *a,
	struct str_list *ret, struct err *e)
{
	VEC(struct str) names = {0};
	struct fio_dir_reader r;
	const struct dirent64 *found;
	int rc;

	/* Its own descriptor: the position of `d->fd` is shared by all. */
	int fd = d->sys->openat(
		d->sys, d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, -fd, "listing directory '%s'", d->path);
	fio_dir_reader_init(&r, d->sys, fd);
	while ((rc = fio_dir_reader_next(&r, &found)) == 0)
		if (strncmp(found->d_name, prefix, strlen(prefix)) == 0)
			VEC_PUSH(&names, arena_str(a, str_from(found->d_name)));
	(void)d->sys->close(d->sys, fd);
	if (rc == 1) {
		if (names.n > 0)
			qsort(names.items, names.n, sizeof(names.items[0]),
				compare);
		struct str *copy = ARENA_ARRAY(a, struct str, names.n);
		for (size_t i = 0; i < names.n; i++)
			copy[i] = names.items[i];
		*ret = (struct str_list){.items = copy, .n = names.n};
	}
	VEC_RELEASE(&names);
	return rc < 0 ? err_sys(e, -rc, "listing directory '%s'", d->path) : 0;
}

struct fio_path
fio_path(const struct fio_dir *d, const char *name)
{
	struct fio_path p;

	if (strcmp(name, ".") == 0)
		(void)snprintf(p.text, sizeof(p.text), "%s", d->path);
	else if (strcmp(d->path, ".") == 0)
		(void)snprintf(p.text, sizeof(p.text), "%s", name);
	else
		(void)snprintf(p.text, sizeof(p.text), "%s/%s", d->path, name);
	return p;
}
