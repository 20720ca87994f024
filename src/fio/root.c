/* SPDX-License-Identifier: MIT */
#include "fio/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fio/root-priv.h"

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

bool
fio_mount_same(const struct fio_mount *a, const struct fio_mount *b)
{
	return a->id != 0 && b->id != 0 ? a->id == b->id : a->dev == b->dev;
}

void
fio_name_dir(struct fio_dir *d, struct sys *sys, int fd, const char *path)
{
	d->sys = sys;
	d->fd = fd;
	(void)snprintf(d->path, sizeof(d->path), "%.*s",
		(int)sizeof(d->path) - 1, *path != '\0' ? path : ".");
}

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
	fio_name_dir(&ret->dir, r->sys, place.dir.fd,
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
	fio_name_dir(&ret->dir, r->sys, fd, "/");
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
