/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "fio/root-priv.h"
#include "fio/watch-priv.h"

/*
 * Whether the roots are where they were. A root is held open, so the kernel
 * tells of what is in it though it was moved or removed, and that is of no use
 * to who knows it by its path.
 *
 *	what happens            how it is noticed
 *	renamed                 the kernel says so of the directory itself
 *	one above it renamed    the same, of each of those we may read
 *	removed                 the kernel is silent while it is open; but it is
 *	                        empty then, and those are looked at now and then
 *	any, when polled        looked at with each poll
 */

static const struct fio_root *
root_of(const struct wio_watch *x, const struct fio_node *root)
{
	return &x->roots->items[root->root];
}

/* Have it said when the directory is renamed. One that cannot be read is no
 * failure: it is all that is left to the kernel to tell. */
static void
follow_dir(struct wio_watch *x, const char *path)
{
	struct sys *sys = x->sys;

	int fd = sys->openat(sys, AT_FDCWD, path,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)x->backend->follow(x->backend, fd);
	(void)sys->close(sys, fd);
}

static void
follow_root(struct wio_watch *x, const struct fio_root *root)
{
	char path[FIO_PATH_SIZE];

	if (root->real.n >= sizeof(path))
		return;
	memcpy(path, root->real.s, root->real.n + 1);
	while (*path != '\0') {
		follow_dir(x, path);
		*strrchr(path, '/') = '\0';
	}
}

void
fio_watch_follow_roots(struct wio_watch *x)
{
	for (size_t i = 0; x->backend != NULL && i < fio_roots_n(x->roots); i++)
		follow_root(x, &x->roots->items[i]);
	x->moved = true; /* meanwhile, perhaps */
}

/* Its path leads to the directory that is held, as far as can be seen. */
static bool
is_in_place(struct wio_watch *x, const struct fio_root *root,
	const struct stat *held)
{
	const char *path = root->real.n > 0 ? root->real.s : "/";
	struct stat st;

	int rc = x->sys->fstatat(
		x->sys, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &st);
	if (rc < 0)
		return rc != -ENOENT && rc != -ENOTDIR && rc != -ELOOP;
	return st.st_dev == held->st_dev && st.st_ino == held->st_ino;
}

/* Nothing is told any more of what is in it. */
static void
let_go(struct wio_watch *x, struct fio_node *dir)
{
	for (struct fio_node *n = dir->at[FIO_NOW].children; n != NULL;
		n = n->at[FIO_NOW].next)
		if (n->is_dir)
			let_go(x, n);
	fio_watch_dropped(x, dir);
	dir->failed = true;
}

/* A root that is lost may be seen by another one now, under another name. */
static bool
is_in_another(struct wio_watch *x, const struct fio_node *root)
{
	const char *rest;

	VEC_EACH (p, &x->tree.roots)
		if (!(*p)->gone &&
			fio_root_holds(root_of(x, *p), root_of(x, root)->real.s,
				&rest))
			return true;
	return false;
}

/* True when it was lost, but is somewhere. */
static bool
look_at(struct wio_watch *x, struct fio_node *root, bool moved, int64_t now_ns)
{
	const struct fio_root *r = root_of(x, root);
	struct stat st;

	if (root->gone || x->sys->fstat(x->sys, r->dir.fd, &st) < 0)
		return false;
	bool removed = st.st_nlink == 0;
	if (!removed && (!moved || is_in_place(x, r, &st)))
		return false;
	root->gone = true;
	while (removed && root->at[FIO_NOW].children != NULL)
		fio_coalesce_drop(&x->tree, root->at[FIO_NOW].children, now_ns);
	let_go(x, root);
	fio_watch_gone(x, root,
		removed ? "was removed"
			: "was moved away, or a directory above it was",
		now_ns);
	return !removed;
}

int64_t
fio_watch_roots(struct wio_watch *x, int64_t now_ns)
{
	int64_t again = INT64_MAX;
	bool moved = x->moved, away = false, inside = false;

	x->moved = false;
	VEC_EACH (p, &x->tree.roots) {
		bool empty = (*p)->at[FIO_NOW].children == NULL;
		if (moved || empty)
			away |= look_at(x, *p, moved, now_ns);
		if (empty && !(*p)->gone)
			again = now_ns + x->options.poll_ns;
	}
	VEC_EACH (p, &x->tree.roots)
		inside |= away && (*p)->gone && is_in_another(x, *p);
	if (inside)
		fio_watch_lost(x, now_ns);
	return again;
}
