/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fio/root-priv.h"

#define LINKS_MAX 40 /* as the kernel's */
/* Components gone altogether: links that lead up and down again can be written
 * so that following them takes for ever. */
#define STEPS_MAX 16384

/* procfs: its number, and its root directory's. Links further in are magic
 * ones, whose text is not where they lead. */
#define PROC_MAGIC 0x9fa0
#define PROC_ROOT  1

static struct fio_root *
root_of(const struct fio_walk *w)
{
	return &w->roots->items[w->root];
}

static int
fd_of(const struct fio_walk *w)
{
	return w->fd >= 0 ? w->fd : root_of(w)->dir.fd;
}

/* Of the paths that messages show. */
#define SHOWN (FIO_SHOWN_SIZE - 1)

/* `name` in the directory where we are. */
static void
show(const struct fio_walk *w, const char *name, char ret[FIO_SHOWN_SIZE])
{
	CLEANUP_BUF struct buf path = {0};

	if (root_of(w)->real.n == 0)
		buf_add_char(&path, '/');
	if (w->at[0] != '\0')
		buf_addf(&path, "%s/", w->at);
	buf_add_c(&path, name);
	(void)snprintf(ret, FIO_SHOWN_SIZE, "%.*s", SHOWN, path.p);
}

static int
outside(const struct fio_walk *w, struct wio_error *e)
{
	if (w->roots->symlinks == WIO_SYMLINKS_FOLLOW_INSIDE)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_OUTSIDE, "path",
			"'%.*s' leads out of its root by the symbolic link "
			"'%s', and the policy is to stay inside (symlinks: "
			"follow_inside); name the file by a path without it",
			SHOWN, w->shown, w->via);
	return fio_error_set(e, WIO_OP_RESOLVE, WIO_OUTSIDE, "path",
		"'%.*s' leads out of the roots by the symbolic link '%s'; "
		"what it leads to needs a root of its own (--root)",
		SHOWN, w->shown, w->via);
}

/* For one of its components, or all of it. */
static int
refuse_at(const struct fio_walk *w, enum wio_code code, const char *at,
	const char *why, struct wio_error *e)
{
	if (strcmp(at, w->shown) == 0)
		return fio_error_set(
			e, WIO_OP_RESOLVE, code, "path", "'%s' %s", at, why);
	return fio_error_set(e, WIO_OP_RESOLVE, code, "path", "'%.*s': '%s' %s",
		SHOWN, w->shown, at, why);
}

static int
refuse_loop(const struct fio_walk *w, struct wio_error *e)
{
	fio_error_set(e, WIO_OP_RESOLVE, WIO_SYMLINK, "path",
		"'%.*s' leads from link to link without an end, by '%s'; look "
		"where they lead",
		SHOWN, w->shown, w->via);
	e->sys = ELOOP;
	return -1;
}

static int
refuse_file(const struct fio_walk *w, const char *name, struct wio_error *e)
{
	char at[FIO_SHOWN_SIZE];

	show(w, name, at);
	refuse_at(w, WIO_NOT_FOUND, at, "is not a directory", e);
	e->sys = ENOTDIR;
	return -1;
}

/* `fd` becomes where we are; -1: the root. */
static void
stand_on(struct fio_walk *w, int fd)
{
	if (w->fd >= 0)
		(void)w->roots->sys->close(w->roots->sys, w->fd);
	w->fd = fd;
}

void
fio_walk_init(struct fio_walk *ret, struct fio_roots *r, size_t root,
	const char *rest, const char *shown)
{
	ret->roots = r;
	ret->shown = shown;
	ret->make = NULL;
	ret->enter = ret->fresh = false;
	ret->root = root;
	ret->fd = -1;
	ret->at[0] = '\0';
	(void)snprintf(ret->rest, sizeof(ret->rest), "%s", rest);
	ret->links = ret->steps = 0;
	ret->via[0] = '\0';
}

/* `a` + "/" + `b` becomes the rest. `b` may be part of the rest. */
static int
set_rest(struct fio_walk *w, const char *a, const char *b, struct wio_error *e)
{
	size_t a_n = strlen(a), b_n = strlen(b);

	if (a_n + b_n + 2 > sizeof(w->rest))
		return fio_resolve_error(e, ENAMETOOLONG, w->shown);
	memmove(w->rest + a_n + 1, b, b_n + 1);
	memcpy(w->rest, a, a_n);
	w->rest[a_n] = '/';
	return 0;
}

/* The rest, an absolute path that a link named, from the root it is under. */
static int
go_absolute(struct fio_walk *w, struct wio_error *e)
{
	const char *rest = NULL;
	bool found;

	fio_path_tidy(w->rest);
	if (w->roots->symlinks == WIO_SYMLINKS_FOLLOW_INSIDE)
		found = fio_root_holds(root_of(w), w->rest, &rest);
	else
		found = fio_roots_match(w->roots, w->rest, &w->root, &rest);
	if (!found)
		return outside(w, e);
	memmove(w->rest, rest, strlen(rest) + 1);
	stand_on(w, -1);
	w->at[0] = '\0';
	return 0;
}

/*
 * ".." is not asked of the kernel: a directory that was moved meanwhile would
 * lead anywhere. The names above are real, so the last can be dropped, and the
 * others are gone again.
 */
static int
go_up(struct fio_walk *w, const char *rest, struct wio_error *e)
{
	char path[FIO_PATH_SIZE];
	struct str real = root_of(w)->real;
	bool leaves = w->at[0] == '\0';

	(void)snprintf(path, sizeof(path), "%s", leaves ? real.s : w->at);
	char *slash = strrchr(path, '/');
	*(slash != NULL ? slash : path) = '\0';
	if (set_rest(w, path, rest, e) < 0)
		return -1;
	if (leaves)
		return go_absolute(w, e);
	stand_on(w, -1);
	w->at[0] = '\0';
	return 0;
}

static int
is_magic(const struct fio_walk *w, int fd, bool *ret, struct wio_error *e)
{
	struct sys *sys = w->roots->sys;
	struct stat parent;
	int64_t type;
	int rc = sys->fs_type(sys, fd, &type);

	*ret = false;
	if (rc == 0 && type == PROC_MAGIC) {
		rc = sys->fstat(sys, fd_of(w), &parent);
		*ret = rc == 0 && parent.st_ino != PROC_ROOT;
	}
	return rc < 0 ? fio_resolve_error(e, -rc, w->shown) : 0;
}

/* `fd` is of the link itself. */
static int
follow(struct fio_walk *w, int fd, const char *name, const char *rest,
	struct wio_error *e)
{
	struct sys *sys = w->roots->sys;
	char text[FIO_PATH_SIZE];
	bool magic;

	show(w, name, w->via);
	if (w->roots->symlinks == WIO_SYMLINKS_DENY)
		return refuse_at(w, WIO_SYMLINK, w->via,
			"is a symbolic link, and the policy is to follow none "
			"(symlinks: deny); name the file by a path without "
			"links",
			e);
	if (is_magic(w, fd, &magic, e) < 0)
		return -1;
	if (magic)
		return refuse_at(w, WIO_SYMLINK, w->via,
			"is a link of the kernel's own, which is never "
			"followed; name the file by its path",
			e);
	if (++w->links > LINKS_MAX)
		return refuse_loop(w, e);
	ssize_t n = sys->readlinkat(sys, fd, "", text, sizeof(text));
	if (n < 0)
		return fio_resolve_error(e, (int)-n, w->shown);
	if ((size_t)n >= sizeof(text))
		return fio_resolve_error(e, ENAMETOOLONG, w->shown);
	text[n] = '\0';
	if (set_rest(w, text, rest, e) < 0)
		return -1;
	return text[0] == '/' ? go_absolute(w, e) : 0;
}

/*
 * The directory `name`, made if need be, and durable: also one that is there
 * and empty, for who made it may have died before it was.
 */
static int
make(struct fio_walk *w, const char *name, struct wio_error *e)
{
	struct sys *sys = w->roots->sys;
	struct fio_dir made, in = {.sys = sys};
	struct err err;

	in.fd = fio_open_dir(sys, fd_of(w), ".", 0);
	if (in.fd < 0)
		return fio_resolve_error(e, -in.fd, w->shown);
	(void)snprintf(in.path, sizeof(in.path), "%.*s",
		(int)sizeof(in.path) - 1, w->at[0] != '\0' ? w->at : ".");
	int rc = fio_dir_make_in(&made, &in, name, *w->make, &err);
	fio_dir_close(&in);
	if (rc < 0)
		return fio_error_from(e, WIO_OP_MKDIR, &err);
	fio_dir_close(&made);
	return 0;
}

/* A directory that is there, if it is to be durable. */
static int
settle(struct fio_walk *w, const char *name, struct wio_error *e)
{
	if (w->make == NULL || w->fresh || make(w, name, e) == 0)
		return 0;
	/* One that we may not list was not made by us. */
	return e->sys == EACCES ? 0 : -1;
}

/* Whether a directory is on another mount, and that matters. */
static int
check_mount(struct fio_walk *w, int fd, const char *name, struct wio_error *e)
{
	const struct fio_mount *of = &root_of(w)->mount;
	struct fio_mount here;
	char at[FIO_SHOWN_SIZE];

	if (w->roots->cross_mounts ||
		w->roots->symlinks == WIO_SYMLINKS_FOLLOW_ANYWHERE)
		return 0;
	int rc = fio_mount_of(w->roots->sys, fd, &here);
	if (rc < 0)
		return fio_resolve_error(e, -rc, w->shown);
	if (fio_mount_same(&here, of))
		return 0;
	show(w, name, at);
	return refuse_at(w, WIO_OUTSIDE, at,
		"is where another file system is mounted, which is not gone "
		"into without cross_mounts (--cross-mounts)",
		e);
}

/* Takes `fd` over. */
static int
go_down(struct fio_walk *w, int fd, const char *name, const char *rest,
	struct wio_error *e)
{
	size_t n = strlen(w->at), name_n = strlen(name);

	w->fresh = false;
	stand_on(w, fd);
	if (check_mount(w, fd, name, e) < 0)
		return -1;
	if (n + name_n + 2 > sizeof(w->at))
		return fio_resolve_error(e, ENAMETOOLONG, w->shown);
	if (n > 0)
		w->at[n++] = '/';
	memcpy(w->at + n, name, name_n + 1);
	memmove(w->rest, rest, strlen(rest) + 1);
	return 0;
}

static int
arrive(struct fio_walk *w, const char *name, struct fio_place *ret,
	struct wio_error *e)
{
	struct sys *sys = w->roots->sys;
	int fd = fio_open_dir(sys, fd_of(w), ".", 0);

	if (fd < 0)
		return fio_resolve_error(e, -fd, w->shown);
	ret->dir = (struct fio_dir){.sys = sys, .fd = fd};
	(void)snprintf(ret->dir.path, sizeof(ret->dir.path), "%.*s",
		(int)sizeof(ret->dir.path) - 1, w->at[0] != '\0' ? w->at : ".");
	(void)snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->root = w->root;
	return 1;
}

/* O_PATH, of the name itself; -ENOENT when that may be. */
static int
open_name(struct fio_walk *w, const char *name, bool last, int *ret_fd,
	struct wio_error *e)
{
	struct sys *sys = w->roots->sys;
	const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
	int fd = sys->openat(sys, fd_of(w), name, flags, 0);

	if (fd == -ENOENT && w->make != NULL && !last) {
		if (make(w, name, e) < 0)
			return -1;
		w->fresh = true;
		fd = sys->openat(sys, fd_of(w), name, flags, 0);
	}
	*ret_fd = fd;
	if (fd < 0 && !(fd == -ENOENT && last))
		return fio_resolve_error(e, -fd, w->shown);
	return 0;
}

/* One name. 1: arrived. */
static int
go(struct fio_walk *w, const char *name, const char *rest,
	struct fio_place *ret, struct wio_error *e)
{
	struct sys *sys = w->roots->sys;
	bool last = !w->enter && rest[strspn(rest, "/")] == '\0';
	struct stat st;
	int fd;

	if (open_name(w, name, last, &fd, e) < 0)
		return -1;
	if (fd < 0)
		return arrive(w, name, ret, e);
	int rc = sys->fstat(sys, fd, &st);
	if (rc < 0)
		rc = fio_resolve_error(e, -rc, w->shown);
	else if (S_ISLNK(st.st_mode))
		rc = follow(w, fd, name, rest, e);
	else if (!last && !S_ISDIR(st.st_mode))
		rc = refuse_file(w, name, e);
	else if (!last && (rc = settle(w, name, e)) == 0)
		return go_down(w, fd, name, rest, e);
	(void)sys->close(sys, fd);
	if (rc == 0 && last && !S_ISLNK(st.st_mode))
		return arrive(w, name, ret, e);
	return rc;
}

/* The next component. 1: arrived. */
static int
step(struct fio_walk *w, struct fio_place *ret, struct wio_error *e)
{
	char name[sizeof(ret->name)];

	if (++w->steps > STEPS_MAX)
		return refuse_loop(w, e);
	fio_path_tidy(w->rest);
	const char *from = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(from, "/");
	if (n == 0 && (w->enter || w->at[0] == '\0'))
		return arrive(w, ".", ret, e);
	if (n == 0) {
		/* A link to a directory: its own name is the last of `at`. */
		(void)snprintf(w->rest, sizeof(w->rest), "%s", w->at);
		w->at[0] = '\0';
		stand_on(w, -1);
		return 0;
	}
	if (n >= sizeof(name))
		return fio_resolve_error(e, ENAMETOOLONG, w->shown);
	memcpy(name, from, n);
	name[n] = '\0';
	if (strcmp(name, "..") == 0)
		return go_up(w, from + n, e);
	return go(w, name, from + n, ret, e);
}

int
fio_walk_run(struct fio_walk *w, struct fio_place *ret, struct wio_error *e)
{
	int rc = 0;

	ret->dir = FIO_DIR_NONE;
	while (rc == 0)
		rc = step(w, ret, e);
	stand_on(w, -1);
	return rc < 0 ? -1 : 0;
}
