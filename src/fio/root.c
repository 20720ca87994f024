/* SPDX-License-Identifier: MIT */
#include "fio/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fio/root-priv.h"

/*
 * A path is cleaned, matched to a root, and its directory opened by the kernel
 * in one call. Whatever is rarer goes to the walker: a link at the end, and
 * one that leads out of its root, maybe into another.
 */

/* How often the kernel may ask to try again, because somewhere a directory was
 * moved while it went up. */
#define AGAIN_MAX 8

#define NAME_SIZE sizeof(((struct fio_place *)0)->name)

/* Paths. */

void
fio_path_tidy(char *path)
{
	char *to = path;
	const char *from = path;
	bool absolute = *path == '/';

	while (*from != '\0') {
		from += strspn(from, "/");
		size_t n = strcspn(from, "/");
		if (n == 0 || (n == 1 && *from == '.')) {
			from += n;
			continue;
		}
		if (to != path || absolute)
			*to++ = '/';
		memmove(to, from, n);
		to += n;
		from += n;
	}
	if (to == path && absolute)
		*to++ = '/';
	*to = '\0';
}

static int
check_component(const char *name, size_t n, struct wio_error *e)
{
	if (n == 2 && memcmp(name, "..", 2) == 0)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"a path with '..' in it");
	if (n >= NAME_SIZE)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"a name of %zu bytes in a path, the most is %zu", n,
			NAME_SIZE - 1);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID,
				"path", "a path with a control character");
	return 0;
}

static int
check_path(const char *path, struct wio_error *e)
{
	size_t n = strlen(path);

	if (n == 0)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"an empty path");
	if (n >= FIO_PATH_SIZE)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"a path of %zu bytes, the most is %d", n,
			FIO_PATH_SIZE - 1);
	if (n > 1 && path[n - 1] == '/')
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"a path with '/' at the end");
	for (const char *at = path; *at != '\0';) {
		at += strspn(at, "/");
		size_t len = strcspn(at, "/");
		if (check_component(at, len, e) < 0)
			return -1;
		at += len;
	}
	return 0;
}

bool
fio_root_holds(
	const struct fio_root *root, const char *path, const char **ret_rest)
{
	const struct str *names[] = {&root->given, &root->real};

	for (size_t i = 0; i < 2; i++) {
		size_t n = names[i]->n;
		if (strncmp(path, names[i]->s, n) != 0 ||
			(path[n] != '/' && path[n] != '\0'))
			continue;
		*ret_rest = path[n] == '/' ? path + n + 1 : path + n;
		return true;
	}
	return false;
}

bool
fio_roots_match(const struct fio_roots *r, const char *path, size_t *ret_root,
	const char **ret_rest)
{
	const char *rest, *best = NULL;

	/* The innermost, where one root is inside another. */
	for (size_t i = 0; i < r->all; i++) {
		if (!fio_root_holds(&r->items[i], path, &rest) ||
			(best != NULL && rest <= best))
			continue;
		best = rest;
		*ret_root = i;
	}
	*ret_rest = best;
	return best != NULL;
}

/* A request's path: which root it is under, as it is spelled, and the rest. */
static int
locate(const struct fio_roots *r, const char *path, char clean[FIO_PATH_SIZE],
	size_t *ret_root, const char **ret_rest, struct wio_error *e)
{
	if (check_path(path, e) < 0)
		return -1;
	(void)snprintf(clean, FIO_PATH_SIZE, "%s", path);
	fio_path_tidy(clean);
	if (*clean != '/') {
		*ret_root = 0;
		*ret_rest = clean;
		if (r->n > 0)
			return 0;
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"'%s' is relative, and there is no root", path);
	}
	if (fio_roots_match(r, clean, ret_root, ret_rest))
		return 0;
	return fio_error_set(e, WIO_OP_RESOLVE, WIO_OUTSIDE, NULL,
		"'%s' is under no root", path);
}

int
fio_resolve_error(struct wio_error *e, int sys, const char *shown)
{
	fio_error_sys(e, WIO_OP_RESOLVE, sys, "'%s'", shown);
	if (sys == ENOTDIR)
		e->code = WIO_NOT_FOUND;
	if (sys == ENAMETOOLONG) {
		e->code = WIO_INVALID;
		(void)snprintf(e->field, sizeof(e->field), "path");
	}
	return -1;
}

int
fio_open_dir(struct sys *sys, int fd, const char *path, int flags)
{
	flags |= O_DIRECTORY | O_CLOEXEC;
	int dir = sys->openat(sys, fd, path, flags | O_RDONLY, 0);

	/* One that may be entered but not listed. */
	if (dir == -EACCES)
		dir = sys->openat(sys, fd, path, flags | O_PATH, 0);
	return dir;
}

int
fio_mount_of(struct sys *sys, int fd, struct fio_mount *ret)
{
	struct stat st;
	int rc = sys->fstat(sys, fd, &st);

	if (rc < 0)
		return rc;
	ret->dev = st.st_dev;
	if (sys->mount_id(sys, fd, &ret->id) < 0)
		ret->id = 0;
	return 0;
}

/* The kernel. */

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

/* `flags`: O_RDONLY, given up for O_PATH when that is denied, or O_PATH. 1: for
 * the walker. */
static int
open_by_kernel(struct fio_roots *r, size_t root, const char *path, int flags,
	int *ret_fd, const char *shown, struct wio_error *e)
{
	if (atomic_load_explicit(&r->no_openat2, memory_order_relaxed))
		return 1;
	int fd = open_beneath(r, root, path, flags);
	if (fd == -EACCES && flags != O_PATH)
		fd = open_beneath(r, root, path, O_PATH);
	if (fd == -ENOSYS || fd == -EPERM)
		atomic_store_explicit(
			&r->no_openat2, true, memory_order_relaxed);
	if (fd == -ENOSYS || fd == -EPERM || fd == -EXDEV)
		return 1;
	if (fd == -EAGAIN) {
		fio_error_sys(e, WIO_OP_RESOLVE, EAGAIN,
			"directories on the way to '%s' are being moved",
			shown);
		e->code = WIO_BUSY;
		return -1;
	}
	if (fd < 0)
		return fio_resolve_error(e, -fd, shown);
	*ret_fd = fd;
	return 0;
}

static void
name_dir(struct fio_dir *d, struct sys *sys, int fd, const char *path)
{
	d->sys = sys;
	d->fd = fd;
	(void)snprintf(d->path, sizeof(d->path), "%.*s",
		(int)sizeof(d->path) - 1, *path != '\0' ? path : ".");
}

/* "src/a.c" becomes "src" and "a.c"; what has no directory is in ".". */
static const char *
cut_name(char *path, const char **ret_parent)
{
	char *slash = strrchr(path, '/');

	*ret_parent = ".";
	if (slash == NULL)
		return *path != '\0' ? path : ".";
	*slash = '\0';
	*ret_parent = path;
	return slash + 1;
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
	const char *name = cut_name(path, &parent);
	int rc = open_by_kernel(r, root, parent, O_RDONLY, &fd, shown, e);
	if (rc != 0)
		return rc;
	rc = r->sys->fstatat(r->sys, fd, name, AT_SYMLINK_NOFOLLOW, &st);
	if (rc == 0 || rc == -ENOENT) {
		name_dir(&ret->dir, r->sys, fd, parent);
		(void)snprintf(ret->name, sizeof(ret->name), "%.*s",
			(int)sizeof(ret->name) - 1, name);
		ret->root = root;
		if (rc == 0 && S_ISLNK(st.st_mode)) {
			fio_place_release(ret);
			return 1;
		}
		return 0;
	}
	(void)r->sys->close(r->sys, fd);
	return fio_resolve_error(e, -rc, shown);
}

int
fio_roots_find(struct fio_roots *r, const char *path, struct fio_place *ret,
	struct wio_error *e)
{
	char clean[FIO_PATH_SIZE];
	struct fio_walk walk;
	const char *rest;
	size_t root;

	ret->dir = FIO_DIR_NONE;
	if (locate(r, path, clean, &root, &rest, e) < 0)
		return -1;
	const char *shown = fio_roots_show(r, path);
	int rc = find_by_kernel(r, root, rest, ret, shown, e);
	if (rc <= 0)
		return rc;
	fio_walk_init(&walk, r, root, rest, shown);
	return fio_walk_run(&walk, ret, e);
}

int
fio_roots_make(struct fio_roots *r, const char *path, mode_t mode,
	struct fio_place *ret, struct wio_error *e)
{
	char clean[FIO_PATH_SIZE];
	struct fio_walk walk;
	const char *rest;
	size_t root;

	ret->dir = FIO_DIR_NONE;
	if (locate(r, path, clean, &root, &rest, e) < 0)
		return -1;
	fio_walk_init(&walk, r, root, rest, fio_roots_show(r, path));
	walk.make = &mode;
	return fio_walk_run(&walk, ret, e);
}

void
fio_place_release(struct fio_place *p)
{
	fio_dir_close(&p->dir);
}

/* Many of one directory. */

static int
open_nearby(struct fio_nearby *n, size_t root, const char *dir,
	const char *shown, struct wio_error *e)
{
	struct fio_roots *r = n->roots;
	struct fio_place place;
	struct fio_walk walk;
	int fd;

	int rc = open_by_kernel(r, root, dir, O_PATH, &fd, shown, e);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		name_dir(&n->dir, r->sys, fd, dir);
		n->root = root;
		return 0;
	}
	fio_walk_init(&walk, r, root, dir, shown);
	walk.enter = true;
	if (fio_walk_run(&walk, &place, e) < 0)
		return -1;
	n->dir = place.dir;
	n->root = place.root;
	return 0;
}

/* Whether the path is in the directory that is open. */
static bool
is_near(const struct fio_nearby *n, const char *path, size_t dir_n)
{
	return n->dir.fd >= 0 && path[dir_n] != '\0' &&
		strncmp(n->path, path, dir_n) == 0 && n->path[dir_n] == '\0';
}

int
fio_nearby_find(struct fio_nearby *n, const char *path,
	const struct fio_dir **ret_dir, const char **ret_name,
	struct wio_error *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t dir_n = (size_t)(name - path);
	char clean[FIO_PATH_SIZE];
	const char *dir;
	size_t root;

	*ret_dir = &n->dir;
	*ret_name = name;
	if (is_near(n, path, dir_n))
		return check_component(name, strlen(name), e);
	fio_nearby_release(n);
	if (locate(n->roots, path, clean, &root, &dir, e) < 0)
		return -1;
	memcpy(n->path, path, dir_n);
	n->path[dir_n] = '\0';
	if (*dir == '\0' || strcmp(name, ".") == 0) {
		/* The directory itself. What is beside it is elsewhere. */
		*ret_name = ".";
		(void)snprintf(n->path, sizeof(n->path), "\n");
		dir = *dir != '\0' ? dir : ".";
	} else
		(void)cut_name(clean + (dir - clean), &dir);
	return open_nearby(n, root, dir, fio_roots_show(n->roots, path), e);
}

void
fio_nearby_release(struct fio_nearby *n)
{
	fio_dir_close(&n->dir);
}

/* Sets of roots. */

static int
open_root(struct fio_roots *slash, struct fio_roots *r, const char *given,
	struct fio_root *ret, struct wio_error *e)
{
	char clean[FIO_PATH_SIZE];
	struct fio_place place;
	struct fio_walk walk;

	if (*given != '/' || strlen(given) >= sizeof(clean))
		return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, NULL,
			"'%s' is not an absolute path of at most %zu bytes",
			given, sizeof(clean) - 1);
	(void)snprintf(clean, sizeof(clean), "%s", given);
	fio_path_tidy(clean);
	fio_walk_init(&walk, slash, 0, clean + 1, given);
	walk.enter = true;
	if (fio_walk_run(&walk, &place, e) < 0) {
		if (e->sys == ENOTDIR)
			e->code = WIO_NOT_REGULAR;
		return -1;
	}
	ret->given = arena_str(
		&r->memory, str_from(strcmp(clean, "/") == 0 ? "" : clean));
	ret->real = arena_strf(
		&r->memory, "%s%s", walk.at[0] != '\0' ? "/" : "", walk.at);
	ret->dir = place.dir;
	name_dir(&ret->dir, r->sys, place.dir.fd,
		ret->real.n > 0 ? ret->real.s : "/");
	int rc = fio_mount_of(r->sys, ret->dir.fd, &ret->mount);
	if (rc < 0)
		return fio_error_sys(e, WIO_OP_OPEN, -rc, "'%s'", given);
	return 0;
}

/* "/", as a root of its own. */
static int
open_slash(struct fio_roots *r, struct fio_root *ret, struct wio_error *e)
{
	int fd = fio_open_dir(r->sys, AT_FDCWD, "/", 0);

	if (fd < 0)
		return fio_error_sys(e, WIO_OP_OPEN, -fd, "opening '/'");
	ret->given = ret->real = STR("");
	name_dir(&ret->dir, r->sys, fd, "/");
	return 0;
}

static struct fio_roots *
roots_blank(struct sys *sys, size_t n)
{
	struct fio_roots *r = mem_alloc(sizeof(*r));

	r->sys = sys;
	atomic_init(&r->refs, 1);
	r->items = ARENA_ARRAY(&r->memory, struct fio_root, n + 1);
	for (size_t i = 0; i <= n; i++) {
		r->items[i].dir = FIO_DIR_NONE;
		r->items[i].dir.sys = sys;
	}
	return r;
}

static int
open_roots(struct fio_roots *r, const struct fio_roots_options *o,
	struct wio_error *e)
{
	struct fio_roots *slash = roots_blank(r->sys, 0);
	int rc = 0;

	slash->symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE;
	slash->all = 1;
	rc = open_slash(r, &slash->items[0], e);
	for (; rc == 0 && r->n < o->roots_n; r->n++) {
		rc = open_root(slash, r, o->roots[r->n], &r->items[r->n], e);
		if (rc == 0)
			continue;
		e->op = WIO_OP_OPEN;
		(void)snprintf(e->field, sizeof(e->field), "roots[%zu]", r->n);
	}
	r->all = r->n;
	if (rc == 0 && o->symlinks == WIO_SYMLINKS_FOLLOW_ANYWHERE)
		rc = open_slash(r, &r->items[r->all++], e);
	fio_roots_unref(slash);
	return rc;
}

struct fio_roots *
fio_roots_new(
	struct sys *sys, const struct fio_roots_options *o, struct wio_error *e)
{
	if (o->roots_n == 0 && o->symlinks != WIO_SYMLINKS_FOLLOW_ANYWHERE) {
		fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, "roots",
			"there are no roots");
		return NULL;
	}
	struct fio_roots *r = roots_blank(sys, o->roots_n);
	r->symlinks = o->symlinks;
	r->cross_mounts = o->cross_mounts;
	atomic_init(&r->no_openat2, o->no_openat2);
	if (open_roots(r, o, e) < 0) {
		fio_roots_unref(r);
		return NULL;
	}
	return r;
}

struct fio_roots *
fio_roots_ref(struct fio_roots *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void
fio_roots_unref(struct fio_roots *r)
{
	if (r == NULL || atomic_fetch_sub(&r->refs, 1) != 1)
		return;
	for (size_t i = 0; i < r->all; i++)
		fio_dir_close(&r->items[i].dir);
	arena_release(&r->memory);
	mem_free(r);
}

size_t
fio_roots_n(const struct fio_roots *r)
{
	return r->n;
}

const struct fio_dir *
fio_roots_dir(const struct fio_roots *r, size_t i)
{
	return &r->items[i].dir;
}

const char *
fio_roots_show(const struct fio_roots *r, const char *path)
{
	const char *rest;
	size_t root;

	if (*path != '/' || !fio_roots_match(r, path, &root, &rest) ||
		root == r->n)
		return path;
	return rest;
}
