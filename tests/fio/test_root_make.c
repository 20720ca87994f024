/* SPDX-License-Identifier: MIT */
#include "fio/root.h"

#include "sys/fault.h"
#include "sys/sim.h"
#include "world.h"

static void
check_makes(struct world *w, const char *path, const char *want_dir)
{
	struct fio_place p, want = {.name = "."};
	struct wio_error e;
	struct stat st;

	if (fio_roots_make(w->r, path, 0750, &p, &e) < 0)
		fail_msg("'%s': %s", path, e.message);
	want.dir = p.dir;
	check_same(w, &want, want_dir);
	assert_int_equal(fstat(p.dir.fd, &st), 0);
	fio_place_release(&p);
}

static void
making(struct world *w)
{
	struct fio_place p;
	struct wio_error e;
	struct stat st;
	char path[512];

	link_at(w, "one/dir", "src");
	link_at(w, "one/to-be", "src/later/still");
	link_at(w, "one/cross", "../two/more");
	link_at(w, "one/out", "../outside");
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	check_makes(w, "a/b/c/new.c", "one/a/b/c");
	assert_int_equal(lstat(scratch_path(&w->s, "one/a/b", path), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	check_makes(w, "a/b/c/new.c", "one/a/b/c");
	check_makes(w, "new.c", "one");
	check_makes(w, "dir/x/new.c", "one/src/x");
	check_makes(w, "to-be/y/new.c", "one/src/later/still/y");
	check_makes(w, "cross/new.c", "two/more");
	assert_int_equal(fio_roots_make(w->r, "out/x/y.c", 0755, &p, &e), -1);
	assert_int_equal(e.code, WIO_OUTSIDE);
	assert_false(scratch_has(&w->s, "outside/x"));
	assert_int_equal(fio_roots_make(w->r, "a.c/x/y.c", 0755, &p, &e), -1);
	assert_int_equal(e.code, WIO_NOT_FOUND);
	assert_int_equal(fio_roots_make(w->r, "x/../y", 0755, &p, &e), -1);
	assert_int_equal(e.code, WIO_INVALID);
	assert_false(scratch_has(&w->s, "one/x"));
}

static void
missing_directories_are_made_inside_the_roots_only(void **state)
{
	(void)state;
	both(making);
}

static struct fio_roots *
open_on(struct sys *sys, const char *root)
{
	struct wio_error e;
	struct fio_roots *r = fio_roots_new(sys,
		&(struct fio_roots_options){.roots = &root, .roots_n = 1}, &e);

	if (r == NULL)
		fail_msg("%s", e.message);
	return r;
}

/* Something durable in a directory is lost when the directory is. */
static void
what_is_put_into_a_made_directory_outlives_a_power_cut(void **state)
{
	struct err err;
	struct wio_error e;
	struct fio_place p;

	(void)state;
	for (int made = 0; made < 2; made++) {
		struct sim *s = sim_new(1);
		struct sys *sys = sim_sys(s);
		if (made) /* somebody was here and died */
			assert_int_equal(
				sys->mkdirat(sys, AT_FDCWD, "a", 0755), 0);
		struct fio_roots *r = open_on(sys, "/");
		assert_int_equal(fio_roots_make(r, "/a/b/f", 0755, &p, &e), 0);
		int fd = sys->openat(
			sys, p.dir.fd, "f", O_WRONLY | O_CREAT, 0600);
		assert_int_equal(sys->close(sys, fd), 0);
		assert_int_equal(fio_dir_sync(&p.dir, &err), 0);
		fio_place_release(&p);
		fio_roots_unref(r);
		assert_int_equal(sim_open_files(s), 0);
		struct sim_images im;
		sim_images_init(&im, s, &(struct sim_images_how){.seed = 1});
		assert_true(im.n > 0);
		for (uint64_t i = 0; i < im.n; i++) {
			struct stat st;
			struct sim *disk = sim_images_get(&im, i);
			assert_int_equal(sim_sys(disk)->fstatat(sim_sys(disk),
						 AT_FDCWD, "a/b/f", 0, &st),
				0);
			sim_free(disk);
		}
		sim_images_release(&im);
		sim_free(s);
	}
}

/* Every call fails once, with each resolver. */
static void
failures(struct world *w)
{
	struct sys_fault f;
	const char *root = w->roots[0];
	uint64_t failed = 0;

	link_at(w, "one/dir", "src");
	sys_fault_init(&f, sys_real());
	for (uint64_t at = 1; at == 1 || f.hits > 0; at++) {
		struct fio_place p;
		struct wio_error e = {0};
		size_t before = open_descriptors();
		f.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_ERRNO, .sys = EIO};
		f.calls = f.hits = 0;
		struct fio_roots *r = fio_roots_new(&f.sys,
			&(struct fio_roots_options){.roots = &root,
				.roots_n = 1,
				.no_openat2 = w->no_openat2},
			&e);
		if (r != NULL &&
			fio_roots_make(r, "dir/m/x", 0755, &p, &e) == 0)
			fio_place_release(&p);
		if (r != NULL && e.code == WIO_OK &&
			fio_roots_find(r, "src/b.c", &p, &e) == 0)
			fio_place_release(&p);
		if (f.hits > 0 && f.struck != SYS_FAULT_CLOSE) {
			assert_int_equal(e.code,
				f.struck == SYS_FAULT_FSYNC ? WIO_UNKNOWN_STATE
							    : WIO_IO);
			failed++;
		}
		fio_roots_unref(r);
		/* A close that "fails" was not made. */
		if (f.hits == 0 || f.struck != SYS_FAULT_CLOSE)
			assert_int_equal(open_descriptors(), before);
	}
	assert_true(failed > 10);
}

static void
a_call_that_fails_is_told_and_leaves_nothing_open(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct world w;
		world_make(&w, i == 1);
		failures(&w);
		world_remove(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			missing_directories_are_made_inside_the_roots_only),
		cmocka_unit_test(
			what_is_put_into_a_made_directory_outlives_a_power_cut),
		cmocka_unit_test(
			a_call_that_fails_is_told_and_leaves_nothing_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
