/* SPDX-License-Identifier: MIT */
#include "fio/root.h"

#include "world.h"

static void
check_near(struct world *w, struct fio_nearby *n, const char *path,
	const char *want)
{
	const struct fio_dir *dir;
	struct fio_place p;
	struct wio_error e;
	const char *name;

	if (fio_nearby_find(n, path, &dir, &name, &e) < 0)
		fail_msg("'%s': %s", path, e.message);
	p.dir = *dir;
	(void)snprintf(p.name, sizeof(p.name), "%s", name);
	check_same(w, &p, want);
}

static void
nearby(struct world *w)
{
	const char *const bad[] = {"src/..", "src/", "src/\n", "", "../x"};
	char path[600];
	const struct fio_dir *dir;
	const char *name;
	struct wio_error e;

	link_at(w, "one/dir", "src");
	link_at(w, "one/cross", "../two");
	link_at(w, "one/out", "../outside");
	link_at(w, "one/src/link", "b.c");
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	struct fio_nearby n;
	fio_nearby_init(&n, w->r, false);
	check_near(w, &n, "a.c", "one/a.c");
	check_near(w, &n, "src", "one/src");
	check_near(w, &n, "src/b.c", "one/src/b.c");
	int fd = n.dir.fd;
	check_near(w, &n, "src/link", "one/src/link");
	assert_int_equal(n.dir.fd, fd);
	check_near(w, &n, "src/.", "one/src");
	check_near(w, &n, "./src/.", "one/src");
	check_near(w, &n, "./src/b.c", "one/src/b.c");
	check_near(w, &n, "a.c", "one/a.c");
	check_near(w, &n, "dir/b.c", "one/src/b.c");
	check_near(w, &n, "cross/t.c", "two/t.c");
	assert_int_equal(n.root, 1);
	check_near(w, &n, w->roots[0], "one");
	check_near(w, &n, w->roots[1], "two");
	(void)snprintf(path, sizeof(path), "%s/a.c", w->roots[0]);
	check_near(w, &n, path, "one/a.c");
	check_near(w, &n, w->roots[0], "one");
	check_near(w, &n, ".", "one");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_near(w, &n, "src/b.c", "one/src/b.c");
		assert_int_equal(
			fio_nearby_find(&n, bad[i], &dir, &name, &e), -1);
		assert_int_equal(e.code, WIO_INVALID);
	}
	assert_int_equal(
		fio_nearby_find(&n, "out/secret", &dir, &name, &e), -1);
	assert_int_equal(e.code, WIO_OUTSIDE);
	assert_int_equal(
		fio_nearby_find(&n, "none/secret", &dir, &name, &e), -1);
	assert_int_equal(e.code, WIO_NOT_FOUND);
	check_near(w, &n, "a.c", "one/a.c");
	fio_nearby_release(&n);
}

static void
syncing(struct world *w)
{
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	struct fio_nearby n;
	fio_nearby_init(&n, w->r, true);
	struct err e;
	check_near(w, &n, "src/b.c", "one/src/b.c");
	check_ok(fio_dir_sync(&n.dir, &e), &e);
	fio_nearby_release(&n);
}

static void
a_directory_for_writing_can_be_synced(void **state)
{
	(void)state;
	both(syncing);
}

static void
many_paths_of_one_directory_open_it_once(void **state)
{
	(void)state;
	both(nearby);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_for_writing_can_be_synced),
		cmocka_unit_test(many_paths_of_one_directory_open_it_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
