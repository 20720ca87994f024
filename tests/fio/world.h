/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_WORLD_H
#define TESTS_FIO_WORLD_H

#include "descriptors.h"
#include "fio/root.h"
#include "scratch.h"
#include "sys/real.h"

/*
 * Two roots, "one" and "two", with a few files, and a directory "outside"
 * beside them that nothing may reach.
 *
 *	static void
 *	links(struct world *w)
 *	{
 *		link_at(w, "one/in", "src/b.c");
 *		world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
 *		check_finds(w, "in", "one/src/b.c");
 *	}
 *	… both(links) …         with the kernel's resolver and with the walker
 */
struct world {
	struct scratch s;
	bool no_openat2, cross_mounts;
	char roots[2][512];
	struct fio_roots *r;
};

static inline void
link_at(struct world *w, const char *name, const char *to)
{
	char path[512];

	assert_int_equal(symlink(to, scratch_path(&w->s, name, path)), 0);
}

static inline void
dir_at(struct world *w, const char *name)
{
	char path[512];

	assert_int_equal(mkdir(scratch_path(&w->s, name, path), 0755), 0);
}

static inline void
world_make(struct world *w, bool no_openat2)
{
	w->no_openat2 = no_openat2;
	w->cross_mounts = false;
	w->r = NULL;
	scratch_make(&w->s);
	dir_at(w, "one");
	dir_at(w, "one/src");
	dir_at(w, "two");
	dir_at(w, "outside");
	scratch_put(&w->s, "one/a.c", "a");
	scratch_put(&w->s, "one/src/b.c", "b");
	scratch_put(&w->s, "two/t.c", "t");
	scratch_put(&w->s, "outside/secret", "s");
	scratch_path(&w->s, "one", w->roots[0]);
	scratch_path(&w->s, "two", w->roots[1]);
}

static inline void
world_open(struct world *w, enum wio_symlinks symlinks)
{
	const char *roots[] = {w->roots[0], w->roots[1]};
	struct wio_error e;

	fio_roots_unref(w->r);
	w->r = fio_roots_new(sys_real(),
		&(struct fio_roots_options){.roots = roots,
			.roots_n = 2,
			.symlinks = symlinks,
			.cross_mounts = w->cross_mounts,
			.no_openat2 = w->no_openat2},
		&e);
	if (w->r == NULL)
		fail_msg("%s", e.message);
}

static inline void
world_remove(struct world *w)
{
	fio_roots_unref(w->r);
	scratch_remove(&w->s);
}

/* The path names `want`, a file of the scratch directory. */
static inline void
check_same(struct world *w, const struct fio_place *p, const char *want)
{
	struct stat got, wanted;
	char path[512];

	assert_int_equal(
		fstatat(p->dir.fd, p->name, &got, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(lstat(scratch_path(&w->s, want, path), &wanted), 0);
	if (got.st_ino != wanted.st_ino || got.st_dev != wanted.st_dev)
		fail_msg("not '%s' but '%s' in '%s'", want, p->name,
			p->dir.path);
}

static inline void
check_finds(struct world *w, const char *path, const char *want)
{
	struct fio_place p;
	struct wio_error e;

	if (fio_roots_find(w->r, path, &p, &e) < 0)
		fail_msg(
			"'%s': %s: %s", path, wio_code_name(e.code), e.message);
	check_same(w, &p, want);
	fio_place_release(&p);
}

static inline void
check_refuses(struct world *w, const char *path, enum wio_code code)
{
	struct fio_place p;
	struct wio_error e = {0};

	if (fio_roots_find(w->r, path, &p, &e) == 0)
		fail_msg("'%s' was found", path);
	if (e.code != code)
		fail_msg("'%s': %s and not %s: %s", path, wio_code_name(e.code),
			wio_code_name(code), e.message);
	assert_int_equal(e.op, WIO_OP_RESOLVE);
}

/* Refused, with the path as the field at fault and these words. */
static inline void
check_says(struct world *w, const char *path, enum wio_code code,
	const char *message)
{
	struct fio_place p;
	struct wio_error e = {0};

	check_refuses(w, path, code);
	(void)fio_roots_find(w->r, path, &p, &e);
	assert_string_equal(e.message, message);
	assert_string_equal(e.field, "path");
}

static inline void
both(void (*test)(struct world *w))
{
	for (int i = 0; i < 2; i++) {
		struct world w;
		size_t before = open_descriptors();
		world_make(&w, i == 1);
		test(&w);
		world_remove(&w);
		assert_int_equal(open_descriptors(), before);
	}
}

#endif
