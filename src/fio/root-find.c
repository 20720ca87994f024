/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>

#include "fio/root-priv.h"

/*
 * A path is cleaned, matched to a root, and its directory opened by the kernel
 * in one call. Whatever is rarer goes to the walker: a link at the end, one
 * that leads out of its root, maybe into another, and what is refused for one
 * of its components, which the kernel does not name.
 */

/* How often the kernel may ask to try again, because somewhere a directory was
 * moved while it went up. */
#define AGAIN_MAX 8

static uint64_t
resolve_flags(const struct fio_roots *r)
{
	uint64_t flags = RESOLVE_NO_MAGICLINKS;

	if (r->symlinks == WIO_SYMLINKS_FOLLOW_ANYWHERE)
		return flags;
	flags |= RESOLVE_BENEATH;
	if (!r->cross_mounts)
		flags |= RESOLVE_NO_XDEV;
	if (r->symlinks == WIO_SYMLINKS_DENY)
		flags |= RESOLVE_NO_SYMLINKS;
	return flags;
}

static int
open_beneath(struct fio_roots *r, size_t root, const char *path, int flags)
{
	struct sys *sys = r->sys;
	int fd = -EAGAIN;

	for (int i = 0; fd == -EAGAIN && i < AGAIN_MAX; i++)
		fd = sys->openat2(sys, r->items[root].dir.fd, path,
			flags | O_DIRECTORY | O_CLOEXEC, 0, resolve_flags(r));
	return fd;
}

int
fio_open_by_kernel(struct fio_roots *r, size_t root, const char *path,
	int flags, int *ret_fd, const char *shown, struct wio_error *e)
{
	if (atomic_load_explicit(&r->no_openat2, memory_order_relaxed))
		return 1;
	int fd = open_beneath(r, root, path, flags);
	if (fd == -EACCES && flags != O_PATH)
		fd = open_beneath(r, root, path, O_PATH);
	if (fd == -ENOSYS || fd == -EPERM)
		atomic_store_explicit(
			&r->no_openat2, true, memory_order_relaxed);
	if (fd == -ENOSYS || fd == -EPERM || fd == -EXDEV || fd == -ELOOP ||
		fd == -ENOTDIR)
		return 1;
	if (fd == -EAGAIN) {
		fio_error_sys(e, WIO_OP_RESOLVE, EAGAIN,
			"directories on the way to '%s' are being moved",
			shown);
		e->code = WIO_BUSY;
		return -1;
	}
	*ret_fd = fd;
	if (fd >= 0)
		return 0;
	fio_resolve_error(e, -fd, shown);
	return -1;
}

static int
find_by_kernel(struct fio_roots *r, size_t root, const char *rest,
	struct fio_place *ret, const char *shown, struct wio_error *e)
{
	char path[FIO_PATH_SIZE];
	const char *parent;
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof(path), "%s", rest);
	const char *name = fio_cut_name(path, &parent);
	int rc = fio_open_by_kernel(r, root, parent, O_RDONLY, &fd, shown, e);
	if (rc != 0)
		return rc;
	rc = r->sys->fstatat(r->sys, fd, name, AT_SYMLINK_NOFOLLOW, &st);
	bool is_link = rc == 0 && S_ISLNK(st.st_mode);
	if (is_link || (rc < 0 && rc != -ENOENT)) {
		(void)r->sys->close(r->sys, fd);
		return is_link ? 1 : fio_resolve_error(e, -rc, shown);
	}
	fio_name_dir(&ret->dir, r->sys, fd, parent);
	(void)snprintf(ret->name, sizeof(ret->name), "%.*s",
		(int)sizeof(ret->name) - 1, name);
	ret->root = root;
	return 0;
}

/* What is to be made is found by the walker alone. */
static int
find(struct fio_roots *r, const char *path, const mode_t *make,
	struct fio_place *ret, struct wio_error *e)
{
	char clean[FIO_PATH_SIZE];
	struct fio_walk walk;
	const char *rest;
	size_t root;
	int rc = 1;

	ret->dir = FIO_DIR_NONE;
	if (fio_roots_locate(r, path, clean, &root, &rest, e) < 0)
		return -1;
	const char *shown = fio_roots_show(r, path);
	if (make == NULL)
		rc = find_by_kernel(r, root, rest, ret, shown, e);
	if (rc <= 0)
		return rc;
	fio_walk_init(&walk, r, root, rest, shown);
	walk.make = make;
	return fio_walk_run(&walk, ret, e);
}

int
fio_roots_find(struct fio_roots *r, const char *path, struct fio_place *ret,
	struct wio_error *e)
{
	return find(r, path, NULL, ret, e);
}

int
fio_roots_make(struct fio_roots *r, const char *path, mode_t mode,
	struct fio_place *ret, struct wio_error *e)
{
	return find(r, path, &mode, ret, e);
}

void
fio_place_release(struct fio_place *p)
{
	fio_dir_close(&p->dir);
}
