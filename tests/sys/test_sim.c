/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/arena.h"
#include "sys/sim.h"

/*
 * What the simulated disk keeps and what it may lose, told by what can be
 * found on the disks of one power cut.
 */

static struct sim *disk;
static struct sys *t;

static int
setup(void **state)
{
	(void)state;
	disk = sim_new(1);
	t = sim_sys(disk);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sim_free(disk);
	return 0;
}

static int
open_root(struct sys *sys)
{
	return sys->openat(sys, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0);
}

static void
sync_root(void)
{
	int fd = open_root(t);

	assert_int_equal(t->fsync(t, fd), 0);
	assert_int_equal(t->close(t, fd), 0);
}

/* Write a new file; its bytes are synced when `synced`. */
static void
put(const char *name, const char *text, bool synced)
{
	int fd = t->openat(
		t, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(t->write(t, fd, text, strlen(text)), strlen(text));
	if (synced)
		assert_int_equal(t->fsync(t, fd), 0);
	assert_int_equal(t->close(t, fd), 0);
}

static void
move(const char *from, const char *to)
{
	assert_int_equal(t->renameat(t, AT_FDCWD, from, AT_FDCWD, to, 0), 0);
}

/* What `s` has under a path; absent when there is no such file. */
static struct str
get(const struct sim *s, const char *path, struct arena *a)
{
	struct str bytes = sim_get(s, path);

	return str_is_set(bytes) ? arena_str(a, bytes) : bytes;
}

static void
a_file_is_found_by_its_path_and_nothing_else_is(void **state)
{
	static const char *const none[] = {
		"", "d", "d/", "d/e", "d/f", "d/e/f/g", "f/e", "e/f", "x"};

	(void)state;
	sim_put(disk, "f", STR("above"));
	sim_put(disk, "d/e/f", STR("below"));
	sim_put(disk, "d/e/empty", STR(""));
	check_str(sim_get(disk, "f"), "above");
	check_str(sim_get(disk, "d/e/f"), "below");
	assert_true(str_is_set(sim_get(disk, "d/e/empty")));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(str_is_set(sim_get(disk, none[i])));
	put("f", "unsynced", false);
	check_str(sim_get(disk, "f"), "unsynced");
	move("f", "x");
	assert_false(str_is_set(sim_get(disk, "f")));
	check_str(sim_get(disk, "x"), "unsynced");
}

/* On how many of the images the path holds this; NULL: is not there. */
static uint64_t
count(const char *path, const char *want)
{
	struct sim_images im;
	uint64_t hits = 0;

	sim_images_init(&im, disk, &(struct sim_images_how){.seed = 3});
	for (uint64_t i = 0; i < im.n; i++) {
		CLEANUP_ARENA struct arena a = {0};
		struct sim *s = sim_images_get(&im, i);
		struct str got = get(s, path, &a);
		hits += want == NULL ? !str_is_set(got) : str_eq_c(got, want);
		sim_free(s);
	}
	sim_images_release(&im);
	return hits;
}

static uint64_t
count_all(void)
{
	struct sim_images im;

	sim_images_init(&im, disk, &(struct sim_images_how){.seed = 3});
	sim_images_release(&im);
	assert_true(im.n > 0);
	return im.n;
}

static void
what_is_synced_with_its_name_survives_every_cut(void **state)
{
	(void)state;
	put("f", "text", true);
	sync_root();
	assert_int_equal(count("f", "text"), count_all());
}

static void
a_file_without_a_synced_name_may_be_gone(void **state)
{
	(void)state;
	put("f", "text", true);
	assert_true(count("f", NULL) > 0);
	assert_true(count("f", "text") > 0);
	assert_int_equal(count("f", NULL) + count("f", "text"), count_all());
}

static void
a_name_without_synced_bytes_may_be_empty_torn_or_zeros(void **state)
{
	static const char zeros[4] = {0};
	bool seen = false;
	struct sim_images im;

	(void)state;
	put("f", "text", false);
	sync_root();
	assert_true(count("f", "") > 0);
	assert_true(count("f", "te") > 0);
	assert_true(count("f", "tex") > 0);
	assert_true(count("f", "text") > 0);
	assert_int_equal(count("f", NULL), 0);
	sim_images_init(&im, disk, &(struct sim_images_how){.seed = 3});
	for (uint64_t i = 0; i < im.n; i++) {
		CLEANUP_ARENA struct arena a = {0};
		struct sim *s = sim_images_get(&im, i);
		struct str got = get(s, "f", &a);
		seen = seen || (got.n == 4 && memcmp(got.s, zeros, 4) == 0);
		sim_free(s);
	}
	sim_images_release(&im);
	assert_true(seen);
}

static void
blocks_of_an_unsynced_file_survive_one_without_the_other(void **state)
{
	static char old[8193], new[8193], mixed[8193];

	(void)state;
	memset(old, 'o', 8192);
	memset(new, 'n', 8192);
	memset(mixed, 'o', 4096);
	memset(mixed + 4096, 'n', 4096);
	put("f", old, true);
	sync_root();
	int fd = t->openat(t, AT_FDCWD, "f", O_WRONLY, 0);
	assert_int_equal(t->write(t, fd, new, 8192), 8192);
	assert_int_equal(t->close(t, fd), 0);
	assert_true(count("f", mixed) > 0);
	assert_true(count("f", old) > 0);
	assert_true(count("f", new) > 0);
}

static void
an_unsynced_rename_may_be_undone_but_never_half_done(void **state)
{
	(void)state;
	put("f", "old", true);
	put("tmp", "new", true);
	sync_root();
	move("tmp", "f");
	assert_int_equal(count_all(), 2);
	assert_int_equal(count("f", "old"), 1);
	assert_int_equal(count("f", "new"), 1);
	assert_int_equal(count("tmp", "new"), 1);
	sync_root();
	assert_int_equal(count("f", "new"), count_all());
	assert_int_equal(count("tmp", NULL), count_all());
}

static void
an_absolute_path_begins_at_the_root_wherever_one_is(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(t->mkdirat(t, AT_FDCWD, "d", 0755), 0);
	put("d/f", "text", true);
	int fd = t->openat(t, AT_FDCWD, "d", O_RDONLY | O_DIRECTORY, 0);
	assert_int_equal(t->fstatat(t, fd, "/d/f", 0, &st), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(t->fstatat(t, fd, "/f", 0, &st), -ENOENT);
	assert_int_equal(t->close(t, fd), 0);
}

static void
a_rename_over_a_name_with_unsynced_bytes_may_leave_nothing(void **state)
{
	(void)state;
	put("f", "old", true);
	sync_root();
	put("tmp", "new", false);
	move("tmp", "f");
	sync_root();
	assert_true(count("f", "") > 0);
	assert_int_equal(count("f", "old"), 0);
}

static void
what_was_removed_may_return_until_the_directory_is_synced(void **state)
{
	(void)state;
	put("f", "text", true);
	sync_root();
	assert_int_equal(t->unlinkat(t, AT_FDCWD, "f", 0), 0);
	assert_int_equal(count("f", "text"), 1);
	assert_int_equal(count("f", NULL), 1);
	sync_root();
	assert_int_equal(count("f", NULL), count_all());
}

static void
an_exchange_is_one_step(void **state)
{
	(void)state;
	put("a", "1", true);
	put("b", "2", true);
	sync_root();
	assert_int_equal(
		t->renameat(t, AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE),
		0);
	assert_int_equal(count_all(), 2);
	assert_int_equal(count("a", "1"), 1);
	assert_int_equal(count("b", "1"), 1);
}

static void
a_rename_across_directories_may_leave_both_names_but_not_none(void **state)
{
	struct sim_images im;

	(void)state;
	assert_int_equal(t->mkdirat(t, AT_FDCWD, "d", 0755), 0);
	put("f", "text", true);
	sync_root();
	move("f", "d/f");
	sim_images_init(&im, disk, &(struct sim_images_how){.seed = 3});
	uint64_t both = 0;
	for (uint64_t i = 0; i < im.n; i++) {
		CLEANUP_ARENA struct arena a = {0};
		struct sim *s = sim_images_get(&im, i);
		bool here = str_is_set(get(s, "f", &a));
		bool there = str_is_set(get(s, "d/f", &a));
		assert_true(here || there);
		both += here && there;
		sim_free(s);
	}
	sim_images_release(&im);
	assert_true(both > 0);
	/* Syncing where it came from makes the new name durable, too. */
	sync_root();
	assert_int_equal(count("d/f", "text"), count_all());
}

static void
operations_on_several_names_survive_in_any_subset(void **state)
{
	(void)state;
	put("a", "1", true);
	put("b", "2", true);
	put("c", "3", true);
	assert_int_equal(count_all(), 8);
	assert_int_equal(count("b", NULL), 4);
}

static void
with_many_pending_steps_images_are_sampled_the_extremes_among_them(void **state)
{
	char name[16];

	(void)state;
	for (int i = 0; i < 12; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		put(name, "text", true);
	}
	struct sim_images im;
	sim_images_init(&im, disk, &(struct sim_images_how){.seed = 3});
	assert_true(im.sampled);
	assert_int_equal(im.n, 1024);
	for (uint64_t i = 0; i < 2; i++) {
		CLEANUP_ARENA struct arena a = {0};
		const struct sim_file *files;
		size_t n;
		struct sim *s = sim_images_get(&im, i);
		sim_list(s, &a, &files, &n);
		assert_int_equal(n, i * 12);
		sim_free(s);
	}
	sim_images_release(&im);
}

static void
the_same_image_is_the_same_disk(void **state)
{
	struct sim_images im;

	(void)state;
	put("a", "1", false);
	put("b", "2", false);
	sim_images_init(&im, disk, &(struct sim_images_how){.seed = 3});
	for (uint64_t i = 0; i < im.n; i++) {
		struct sim *one = sim_images_get(&im, i);
		struct sim *two = sim_images_get(&im, i);
		assert_true(sim_digest(one) == sim_digest(two));
		sim_free(one);
		sim_free(two);
	}
	sim_images_release(&im);
}

static void
when_the_machine_stops_nothing_happens_any_more(void **state)
{
	(void)state;
	put("f", "old", true);
	sync_root();
	sim_stop_at(disk, 2);
	int fd = t->openat(t, AT_FDCWD, "f", O_WRONLY, 0);
	assert_true(fd >= 0);
	assert_int_equal(t->write(t, fd, "new", 3), -EIO);
	assert_true(sim_is_dead(disk));
	assert_int_equal(t->fsync(t, fd), -EIO);
	assert_int_equal(t->openat(t, AT_FDCWD, "g", O_CREAT, 0600), -EIO);
	assert_int_equal(t->access(t, AT_FDCWD, "f", R_OK), -EIO);
	assert_int_equal(count_all(), 1);
	assert_int_equal(count("f", "old"), 1);
}

/* Some calls of every kind, one that fails among them, whatever they return. */
static void
work(struct sim *s)
{
	struct sys *sys = sim_sys(s);

	int root = open_root(sys);
	int fd = sys->openat(sys, AT_FDCWD, "f", O_RDWR | O_CREAT, 0600);
	if (root < 0 || fd < 0)
		return;
	(void)sys->write(sys, fd, "text", 4);
	(void)sys->fchmod(sys, fd, 0644);
	(void)sys->fchmod(sys, fd, 0644);
	(void)sys->fsync(sys, fd);
	(void)sys->fsync(sys, fd);
	(void)sys->ftruncate(sys, fd, 2);
	(void)sys->fsync(sys, fd);
	(void)sys->fsync(sys, root);
	(void)sys->renameat(sys, AT_FDCWD, "f", AT_FDCWD, "g", 0);
	(void)sys->unlinkat(sys, AT_FDCWD, "f", 0);
	(void)sys->mkdirat(sys, AT_FDCWD, "d", 0700);
	(void)sys->fsync(sys, root);
	(void)sys->unlinkat(sys, AT_FDCWD, "g", 0);
	(void)sys->close(sys, fd);
	(void)sys->close(sys, root);
}

/* Of every disk that a power cut would leave. */
static uint64_t
digest_of_cut(const struct sim *s)
{
	struct sim_images im;
	uint64_t h = 0;

	sim_images_init(&im, s, &(struct sim_images_how){.seed = 3});
	for (uint64_t i = 0; i < im.n; i++) {
		struct sim *one = sim_images_get(&im, i);
		h = h * 31 + sim_digest(one);
		sim_free(one);
	}
	sim_images_release(&im);
	return h;
}

enum { STOPS = 32 };

static struct {
	uint64_t cut[STOPS], changes[STOPS];
	size_t n;
} watched;

static void
watch(void *arg)
{
	assert_true(watched.n < STOPS);
	watched.cut[watched.n] = digest_of_cut(arg);
	watched.changes[watched.n++] = sim_changes(arg);
}

static void
one_run_that_is_watched_shows_what_every_stop_leaves(void **state)
{
	(void)state;
	struct sim *once = sim_after_kill(disk);
	watched.n = 0;
	sim_watch(once, watch, once);
	work(once);
	sim_free(once);
	assert_true(watched.n > 10);
	for (size_t i = 0; i <= watched.n; i++) {
		struct sim *s = sim_after_kill(disk);
		sim_stop_at(s, i + 1);
		work(s);
		assert_int_equal(sim_is_dead(s), i < watched.n);
		if (i < watched.n)
			assert_true(digest_of_cut(s) == watched.cut[i]);
		sim_free(s);
	}
}

static void
between_stops_without_a_change_the_same_disks_are_left(void **state)
{
	size_t same = 0, other = 0;

	(void)state;
	watched.n = 0;
	sim_watch(disk, watch, disk);
	work(disk);
	for (size_t i = 1; i < watched.n; i++) {
		bool changed = watched.changes[i] != watched.changes[i - 1];
		same += !changed;
		other += changed;
		if (!changed)
			assert_true(watched.cut[i] == watched.cut[i - 1]);
	}
	assert_true(same > 3);
	assert_true(other > 6);
}

static void
a_killed_process_leaves_what_a_power_cut_may_still_take(void **state)
{
	CLEANUP_ARENA struct arena a = {0};

	(void)state;
	put("f", "text", false);
	sim_stop_at(disk, 1);
	assert_int_equal(open_root(t), -EIO);
	struct sim *next = sim_after_kill(disk);
	check_str(get(next, "f", &a), "text");
	sim_free(disk);
	disk = next;
	t = sim_sys(disk);
	assert_int_equal(sim_open_files(disk), 0);
	assert_true(count("f", NULL) > 0);
}

/* The second fsync succeeds whatever the first one did. */
static void
after_a_failed_fsync_the_next_one_proves_nothing(void **state)
{
	static const char *const read_after[SIM_FSYNCS] = {
		[SIM_FSYNC_CLEAN] = "new",
		[SIM_FSYNC_REVERT] = "old",
		[SIM_FSYNC_REACHED] = "new",
	};

	for (int how = SIM_FSYNC_CLEAN; how < SIM_FSYNCS; how++) {
		CLEANUP_ARENA struct arena a = {0};
		put("f", "old", true);
		sync_root();
		sim_fail_fsync(disk, 1, (enum sim_fsync)how);
		int fd = t->openat(t, AT_FDCWD, "f", O_WRONLY, 0);
		assert_int_equal(t->write(t, fd, "new", 3), 3);
		assert_int_equal(t->fsync(t, fd), -EIO);
		assert_int_equal(t->fsync(t, fd), 0);
		assert_int_equal(sim_fsync_hits(disk), 1);
		check_str(get(disk, "f", &a), read_after[how]);
		assert_int_equal(count_all(), 1);
		assert_int_equal(count("f", "old"), how != SIM_FSYNC_REACHED);
		teardown(state);
		setup(state);
	}
}

static void
names_are_taken_missing_and_listed_as_on_linux(void **state)
{
	char chunk[512];

	(void)state;
	put("f", "1", true);
	put("g", "2", true);
	assert_int_equal(
		t->openat(t, AT_FDCWD, "f", O_WRONLY | O_CREAT | O_EXCL, 0600),
		-EEXIST);
	assert_int_equal(t->openat(t, AT_FDCWD, "x", O_RDONLY, 0), -ENOENT);
	assert_int_equal(t->openat(t, AT_FDCWD, "f", O_DIRECTORY, 0), -ENOTDIR);
	assert_int_equal(t->openat(t, AT_FDCWD, "f/g", O_RDONLY, 0), -ENOTDIR);
	assert_int_equal(
		t->renameat(t, AT_FDCWD, "f", AT_FDCWD, "g", RENAME_NOREPLACE),
		-EEXIST);
	assert_int_equal(
		t->renameat(t, AT_FDCWD, "x", AT_FDCWD, "g", 0), -ENOENT);
	assert_int_equal(t->access(t, AT_FDCWD, "f", R_OK), 0);
	assert_int_equal(t->access(t, AT_FDCWD, "x", R_OK), -ENOENT);
	assert_int_equal(t->mkdirat(t, AT_FDCWD, "f", 0700), -EEXIST);
	assert_int_equal(t->unlinkat(t, AT_FDCWD, "x", 0), -ENOENT);
	int fd = open_root(t);
	ssize_t n = t->getdents(t, fd, chunk, sizeof(chunk));
	assert_true(n > 0);
	assert_non_null(memmem(chunk, (size_t)n, "f", 2));
	assert_non_null(memmem(chunk, (size_t)n, "g", 2));
	assert_int_equal(t->getdents(t, fd, chunk, sizeof(chunk)), 0);
	assert_int_equal(t->close(t, fd), 0);
}

static void
a_lock_excludes_until_it_is_closed_and_a_lease_needs_no_writer(void **state)
{
	(void)state;
	put("f", "1", true);
	int one = t->openat(t, AT_FDCWD, "f", O_RDWR, 0);
	int two = t->openat(t, AT_FDCWD, "f", O_RDONLY, 0);
	assert_int_equal(t->lock(t, one, F_WRLCK), 0);
	assert_int_equal(t->lock(t, two, F_WRLCK), -EAGAIN);
	assert_int_equal(t->lease(t, two, F_RDLCK), -EAGAIN);
	assert_int_equal(t->close(t, one), 0);
	assert_int_equal(t->lock(t, two, F_WRLCK), 0);
	assert_int_equal(t->lease(t, two, F_RDLCK), 0);
	assert_int_equal(sim_open_files(disk), 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_synced_with_its_name_survives_every_cut),
		TEST(a_file_without_a_synced_name_may_be_gone),
		TEST(a_name_without_synced_bytes_may_be_empty_torn_or_zeros),
		TEST(blocks_of_an_unsynced_file_survive_one_without_the_other),
		TEST(an_unsynced_rename_may_be_undone_but_never_half_done),
		TEST(an_absolute_path_begins_at_the_root_wherever_one_is),
		TEST(a_rename_over_a_name_with_unsynced_bytes_may_leave_nothing),
		TEST(what_was_removed_may_return_until_the_directory_is_synced),
		TEST(an_exchange_is_one_step),
		TEST(a_rename_across_directories_may_leave_both_names_but_not_none),
		TEST(operations_on_several_names_survive_in_any_subset),
		TEST(with_many_pending_steps_images_are_sampled_the_extremes_among_them),
		TEST(the_same_image_is_the_same_disk),
		TEST(when_the_machine_stops_nothing_happens_any_more),
		TEST(one_run_that_is_watched_shows_what_every_stop_leaves),
		TEST(between_stops_without_a_change_the_same_disks_are_left),
		TEST(a_killed_process_leaves_what_a_power_cut_may_still_take),
		TEST(after_a_failed_fsync_the_next_one_proves_nothing),
		TEST(names_are_taken_missing_and_listed_as_on_linux),
		TEST(a_lock_excludes_until_it_is_closed_and_a_lease_needs_no_writer),
		TEST(a_file_is_found_by_its_path_and_nothing_else_is),
	};

	return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
