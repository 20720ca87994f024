/* SPDX-License-Identifier: MIT */
#include "fio/root.h"

#include "scratch.h"
#include "sys/real.h"

/* Each test runs with the kernel's resolver and with the walker. */
struct world {
	struct scratch s;
	bool no_openat2;
	char roots[2][512];
	struct fio_roots *r;
};

static void
link_at(struct world *w, const char *name, const char *to)
{
	char path[512];

	assert_int_equal(symlink(to, scratch_path(&w->s, name, path)), 0);
}

static void
dir_at(struct world *w, const char *name)
{
	char path[512];

	assert_int_equal(mkdir(scratch_path(&w->s, name, path), 0755), 0);
}

/* Two roots, "one" and "two", and a place beside them. */
static void
world_make(struct world *w, bool no_openat2)
{
	w->no_openat2 = no_openat2;
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

static void
world_open(struct world *w, enum wio_symlinks symlinks)
{
	const char *roots[] = {w->roots[0], w->roots[1]};
	struct wio_error e;

	fio_roots_unref(w->r);
	w->r = fio_roots_new(sys_real(),
		&(struct fio_roots_options){.roots = roots,
			.roots_n = 2,
			.symlinks = symlinks,
			.no_openat2 = w->no_openat2},
		&e);
	if (w->r == NULL)
		fail_msg("%s", e.message);
}

static void
world_remove(struct world *w)
{
	fio_roots_unref(w->r);
	scratch_remove(&w->s);
}

/* The path names `want`, a file of the scratch directory. */
static void
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

static void
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

static void
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

static void
both(void (*test)(struct world *w))
{
	for (int i = 0; i < 2; i++) {
		struct world w;
		world_make(&w, i == 1);
		test(&w);
		world_remove(&w);
	}
}

static void
spellings(struct world *w)
{
	char path[600];

	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	check_finds(w, "a.c", "one/a.c");
	check_finds(w, "./src//./b.c", "one/src/b.c");
	(void)snprintf(path, sizeof(path), "%s/t.c", w->roots[1]);
	check_finds(w, path, "two/t.c");
	(void)snprintf(path, sizeof(path), "/%s//src/b.c", w->roots[0]);
	check_finds(w, path, "one/src/b.c");
	check_finds(w, w->roots[1], "two");
	check_finds(w, ".", "one");
}

static void
one_file_is_found_under_each_of_its_spellings(void **state)
{
	(void)state;
	both(spellings);
}

static void
links(struct world *w)
{
	char path[512];

	link_at(w, "one/in", "src/b.c");
	link_at(w, "one/src/up", "../a.c");
	link_at(w, "one/dir", "src");
	link_at(w, "one/chain", "dir/up");
	link_at(w, "one/out", "../outside/secret");
	link_at(w, "one/cross", "../two/t.c");
	link_at(w, "one/crossdir", scratch_path(&w->s, "two", path));
	link_at(w, "one/abs", scratch_path(&w->s, "one/a.c", path));
	link_at(w, "one/loop", "loop");
	link_at(w, "one/broken", "src/none");
	link_at(w, "one/root", ".");

	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	check_finds(w, "in", "one/src/b.c");
	check_finds(w, "dir/b.c", "one/src/b.c");
	check_finds(w, "dir/up", "one/a.c");
	check_finds(w, "chain", "one/a.c");
	check_finds(w, "cross", "two/t.c");
	check_finds(w, "crossdir/t.c", "two/t.c");
	check_finds(w, "abs", "one/a.c");
	check_finds(w, "root/root/a.c", "one/a.c");
	check_finds(w, "root", "one");
	check_finds(w, "dir", "one/src");
	check_refuses(w, "out", WIO_OUTSIDE);
	check_refuses(w, "loop", WIO_SYMLINK);
	check_refuses(w, "loop/a", WIO_SYMLINK);
	check_refuses(w, "broken/a", WIO_NOT_FOUND);

	world_open(w, WIO_SYMLINKS_FOLLOW_INSIDE);
	check_finds(w, "chain", "one/a.c");
	check_finds(w, "abs", "one/a.c");
	check_refuses(w, "cross", WIO_OUTSIDE);
	check_refuses(w, "crossdir/t.c", WIO_OUTSIDE);
	check_refuses(w, "out", WIO_OUTSIDE);

	world_open(w, WIO_SYMLINKS_DENY);
	check_finds(w, "src/b.c", "one/src/b.c");
	check_refuses(w, "in", WIO_SYMLINK);
	check_refuses(w, "dir/b.c", WIO_SYMLINK);

	world_open(w, WIO_SYMLINKS_FOLLOW_ANYWHERE);
	check_finds(w, "out", "outside/secret");
	check_finds(w, "crossdir/t.c", "two/t.c");
	check_finds(w, scratch_path(&w->s, "outside/secret", path),
		"outside/secret");
}

static void
links_are_followed_as_far_as_the_policy_allows(void **state)
{
	(void)state;
	both(links);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_file_is_found_under_each_of_its_spellings),
		cmocka_unit_test(
			links_are_followed_as_far_as_the_policy_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
