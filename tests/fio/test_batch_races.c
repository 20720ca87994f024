/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"

#include <errno.h>
#include <linux/fs.h>
#include <signal.h>

#include "fio/journal.h"
#include "sys/pass.h"
#include "sys/real.h"

#include "io.h"

/* WIO_ALL over a kernel that does something else in the middle of it. */

enum { MOST = 8 };

static struct wio_write_result done[MOST];

static struct kernel {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	/* After the first look at this name … */
	const char *looked_at;
	/* … `from` is renamed to `to`. */
	const char *from, *to;
	/* This name shows the file of that one. */
	const char *twin, *twin_of;
	/* Names are not exchanged but for so many; below 0: all. */
	int exchanges;
	size_t syncs;
} k;

static void
move(const char *from, const char *to)
{
	char a[512], b[512];

	assert_int_equal(
		rename(scratch_path(&s, from, a), scratch_path(&s, to, b)), 0);
}

static int
look(struct sys *t, int dir, const char *name, int flags, struct stat *ret)
{
	struct sys *under = ((struct sys_pass *)t)->under;

	if (k.twin != NULL && strcmp(name, k.twin) == 0)
		name = k.twin_of;
	int rc = under->fstatat(under, dir, name, flags, ret);
	if (k.looked_at != NULL && strcmp(name, k.looked_at) == 0) {
		k.looked_at = NULL;
		move(k.from, k.to);
	}
	return rc;
}

static int
move_at(struct sys *t, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	struct sys *under = ((struct sys_pass *)t)->under;

	if ((flags & RENAME_EXCHANGE) != 0 && k.exchanges == 0)
		return -EINVAL;
	k.exchanges -= (flags & RENAME_EXCHANGE) != 0 && k.exchanges > 0;
	return under->renameat(under, from_dir, from, to_dir, to, flags);
}

static int
sync_one(struct sys *t, int fd)
{
	struct sys *under = ((struct sys_pass *)t)->under;

	k.syncs++;
	return under->fsync(under, fd);
}

/* The same roots on that kernel, all on this thread. */
static void
use_kernel(struct wio_options o)
{
	const char *const roots[] = {s.path};

	wio_close(w, NULL);
	k = (struct kernel){.exchanges = -1};
	sys_pass_init(&k.pass, sys_real());
	k.sys.fstatat = look;
	k.sys.renameat = move_at;
	k.sys.fsync = sync_one;
	if (o.roots_n == 0 && o.symlinks == 0) {
		o.roots = roots;
		o.roots_n = 1;
	}
	w = fio_io_open(&k.sys, &o, true, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
}

/* In each file, "old" becomes "new" and "before" "after". */
static size_t
write_all(const char *const *names, size_t n)
{
	static const struct wio_edit edits[] = {
		{.anchor = "old", .anchor_n = 3, .text = "new", .text_n = 3},
		{.anchor = "before",
			.anchor_n = 6,
			.text = "after",
			.text_n = 5}};
	struct wio_write_request asks[MOST];

	wio_write_release(done, MOST);
	for (size_t i = 0; i < n; i++)
		asks[i] = (struct wio_write_request){
			.path = names[i], .edits = &edits[i % 2], .edits_n = 1};
	return wio_write(w, WIO_ALL, asks, n, done);
}

static void
a_save_between_two_looks_at_one_file_does_not_make_it_two(void **state)
{
	static const char *const names[] = {"a", "./a"};

	(void)state;
	scratch_put(&s, "a", "old before");
	scratch_put(&s, "next", "old before, saved");
	use_kernel((struct wio_options){0});
	k.looked_at = "a";
	k.from = "next";
	k.to = "a";
	assert_int_equal(write_all(names, 2), 0);
	check_str(scratch_get(&s, "a"), "new after, saved");
	assert_string_equal(done[0].new_digest, done[1].new_digest);
}

static void
a_file_that_moves_to_the_next_name_is_not_waited_for(void **state)
{
	static const char *const names[] = {"a", "b"};

	(void)state;
	scratch_put(&s, "a", "old before");
	scratch_put(&s, "b", "before");
	use_kernel((struct wio_options){0});
	k.looked_at = "a";
	k.from = "a";
	k.to = "b";
	assert_int_equal(write_all(names, 2), 2);
	check_code(done[0].error, WIO_NOT_FOUND);
	check_code(done[1].error, WIO_CANCELLED);
	check_str(scratch_get(&s, "b"), "old before");
}

static void
two_names_that_go_on_to_be_one_file_are_busy(void **state)
{
	static const char *const names[] = {"a", "b"};

	(void)state;
	scratch_put(&s, "a", "old");
	scratch_put(&s, "b", "before");
	use_kernel((struct wio_options){0});
	k.twin = "b";
	k.twin_of = "a";
	assert_int_equal(write_all(names, 2), 2);
	assert_true(done[0].error.code == WIO_BUSY ||
		done[1].error.code == WIO_BUSY);
	check_str(scratch_get(&s, "a"), "old");
	check_str(scratch_get(&s, "b"), "before");
}

static void
where_names_cannot_be_exchanged_a_batch_is_refused(void **state)
{
	static const char *const names[] = {"a", "b"};

	(void)state;
	scratch_put(&s, "a", "old");
	scratch_put(&s, "b", "before");
	use_kernel((struct wio_options){0});
	for (size_t first = 0; first < 2; first++) {
		k.exchanges = (int)first;
		assert_int_equal(write_all(names, 2), 2);
		/* To put the first one back takes one more. */
		if (first == 0) {
			check_code(done[0].error, WIO_UNSUPPORTED);
			check_code(done[1].error, WIO_CANCELLED);
			check_str(scratch_get(&s, "a"), "old");
		} else {
			check_code(done[0].error, WIO_UNKNOWN_STATE);
			check_code(done[1].error, WIO_UNKNOWN_STATE);
		}
		check_str(scratch_get(&s, "b"), "before");
	}
	io_reopen((struct wio_options){0});
	check_str(scratch_get(&s, "a"), "old");
	check_str(scratch_get(&s, "b"), "before");
}

static void
what_is_no_journal_of_ours_keeps_nobody_out(void **state)
{
	static const char name[] = ".weir-trash/batch-x.weir-journal";
	static const char foreign[] =
		".weir-trash/batch-0000000000000000.weir-journal";
	const struct fio_journal_line line = {"mine", "/mine"};
	struct buf text = {0};
	char path[512];

	(void)state;
	scratch_put(&s, "a", "old");
	assert_int_equal(mkdir(scratch_path(&s, ".weir-trash", path), 0700), 0);
	assert_int_equal(mkdir(scratch_path(&s, name, path), 0700), 0);
	fio_journal_format(&line, 1, &text);
	scratch_put_bytes(&s, foreign, text.p, text.n);
	buf_release(&text);
	io_reopen((struct wio_options){0});
	assert_int_equal(wio_sweep(w, s.path, &e), 0);
	assert_true(scratch_has(&s, name));
	assert_true(scratch_has(&s, foreign));
	assert_int_equal(write_all((const char *const[]){"a"}, 1), 0);
	check_str(scratch_get(&s, "a"), "new");
	/* Nor is one read that has no end. */
	assert_int_equal(truncate(scratch_path(&s, foreign, path),
				 (off_t)64 * 1024 * 1024 + 1),
		0);
	io_reopen((struct wio_options){0});
	assert_true(scratch_has(&s, foreign));
}

static void
what_held_its_new_bytes_already_is_made_durable_in_a_batch_too(void **state)
{
	static const struct wio_edit same = {
		.anchor = "old", .anchor_n = 3, .text = "old", .text_n = 3};
	const struct wio_write_request ask = {
		.path = "a", .edits = &same, .edits_n = 1};

	(void)state;
	scratch_put(&s, "a", "old");
	use_kernel((struct wio_options){.durability = WIO_DURABLE_DATA});
	k.syncs = 0;
	assert_int_equal(wio_write(w, WIO_ALL, &ask, 1, done), 0);
	assert_false(done[0].changed);
	assert_int_equal(done[0].reached, WIO_DURABLE);
	assert_int_equal(k.syncs, 2); /* the file and its directory */
	use_kernel((struct wio_options){.durability = WIO_NOT_DURABLE});
	wio_write_release(done, MOST);
	k.syncs = 0;
	assert_int_equal(wio_write(w, WIO_ALL, &ask, 1, done), 0);
	assert_int_equal(done[0].reached, WIO_NOT_DURABLE);
	assert_int_equal(k.syncs, 0);
}

static void
a_batch_outside_of_all_roots_is_put_back_by_the_first_root(void **state)
{
	char root[512], a[512], b[512];
	const char *const roots[] = {root};
	const char *const names[] = {a, b};
	const struct wio_options o = {.roots = roots,
		.roots_n = 1,
		.symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE};

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "root", root), 0700), 0);
	(void)scratch_path(&s, "a", a);
	(void)scratch_path(&s, "b", b);
	scratch_put(&s, "a", "old");
	scratch_put(&s, "b", "before");
	use_kernel(o);
	k.exchanges = 1;
	assert_int_equal(write_all(names, 2), 2);
	check_code(done[0].error, WIO_UNKNOWN_STATE);
	check_str(scratch_get(&s, "a"), "new");
	assert_true(scratch_has(&s, "root/.weir-trash"));
	use_kernel(o);
	check_str(scratch_get(&s, "a"), "old");
	check_str(scratch_get(&s, "b"), "before");
}

static void
a_batch_that_no_root_could_find_again_is_refused(void **state)
{
	char a[512];
	const char *const names[] = {scratch_path(&s, "a", a)};

	(void)state;
	scratch_put(&s, "a", "old");
	use_kernel(
		(struct wio_options){.symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE});
	assert_int_equal(write_all(names, 1), 1);
	check_code(done[0].error, WIO_UNSUPPORTED);
	check_str(scratch_get(&s, "a"), "old");
	assert_false(scratch_has(&s, ".weir-trash"));
}

static void
a_batch_over_more_directories_than_permits_is_too_large(void **state)
{
	static const char *const names[] = {"a", "d/b", "c", "d/e"};
	char path[512];

	(void)state;
	(void)mkdir(scratch_path(&s, "d", path), 0700);
	for (size_t i = 0; i < 4; i++)
		scratch_put(&s, names[i], "old before");
	use_kernel((struct wio_options){.permits = 1});
	assert_int_equal(write_all(names, 4), 4);
	check_code(done[0].error, WIO_CANCELLED);
	check_code(done[1].error, WIO_TOO_LARGE);
	check_str(scratch_get(&s, "a"), "old before");
	/* As many as there are will do, for however many files. */
	use_kernel((struct wio_options){.permits = 2});
	assert_int_equal(write_all(names, 4), 0);
	check_str(scratch_get(&s, "d/e"), "old after");
}

static int
forget(void **state)
{
	wio_write_release(done, MOST);
	return io_teardown(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, io_setup, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_save_between_two_looks_at_one_file_does_not_make_it_two),
		TEST(a_file_that_moves_to_the_next_name_is_not_waited_for),
		TEST(two_names_that_go_on_to_be_one_file_are_busy),
		TEST(where_names_cannot_be_exchanged_a_batch_is_refused),
		TEST(what_is_no_journal_of_ours_keeps_nobody_out),
		TEST(what_held_its_new_bytes_already_is_made_durable_in_a_batch_too),
		TEST(a_batch_outside_of_all_roots_is_put_back_by_the_first_root),
		TEST(a_batch_that_no_root_could_find_again_is_refused),
		TEST(a_batch_over_more_directories_than_permits_is_too_large),
	};

	(void)signal(SIGIO, SIG_IGN);
	(void)alarm(60); /* who waits for himself waits for ever */
	return cmocka_run_group_tests_name("batch races", tests, NULL, NULL);
}
