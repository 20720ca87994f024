/* SPDX-License-Identifier: MIT */
#include "scratch-dir.h"

#include "fio/content.h"
#include "fio/file.h"
#include "sys/pass.h"

/* A kernel that counts, gives little at a time, and whose files change. */
static struct odd {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	int opens, closes, reads;
	size_t most;	 /* bytes that a read gives; 0: as asked */
	bool interrupts; /* every second read is EINTR */
	int grows;	 /* so many reads see the file change */
	void (*before_read)(void);
} odd;

static int
odd_openat(struct sys *sys, int at, const char *path, int flags, mode_t mode)
{
	(void)sys;
	odd.opens++;
	return odd.pass.under->openat(odd.pass.under, at, path, flags, mode);
}

static int
odd_close(struct sys *sys, int fd)
{
	(void)sys;
	odd.closes++;
	return odd.pass.under->close(odd.pass.under, fd);
}

static ssize_t
odd_read(struct sys *sys, int fd, void *p, size_t n)
{
	char path[512];

	(void)sys;
	odd.reads++;
	if (odd.interrupts && odd.reads % 2 == 1)
		return -EINTR;
	if (odd.most > 0 && n > odd.most)
		n = odd.most;
	if (odd.before_read != NULL)
		odd.before_read();
	if (odd.grows > 0) {
		odd.grows--;
		int other =
			open(scratch_path(&s, "f", path), O_WRONLY | O_APPEND);
		assert_true(other >= 0);
		assert_int_equal(write(other, "+", 1), 1);
		assert_int_equal(close(other), 0);
	}
	return odd.pass.under->read(odd.pass.under, fd, p, n);
}

static int
setup(void **state)
{
	(void)dir_make(state);
	odd = (struct odd){0};
	sys_pass_init(&odd.pass, sys_real());
	odd.sys.openat = odd_openat;
	odd.sys.close = odd_close;
	odd.sys.read = odd_read;
	dir.sys = &odd.sys;
	return 0;
}

static enum fio_found
load(const struct fio_dir *d, const char *name, uint64_t max, struct buf *ret)
{
	struct fio_content c;

	enum fio_found f = fio_content_open(&c, d, name);
	if (f == FIO_FOUND)
		f = fio_content_load(&c, max, ret);
	fio_content_close(&c);
	assert_int_equal(
		odd.opens - (f == FIO_ABSENT || f == FIO_LINK), odd.closes);
	return f;
}

static void
what_is_no_regular_file_is_refused_before_it_is_read(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	CLEANUP_FIO_DIR struct fio_dir dev = FIO_DIR_NONE;
	char path[512];

	(void)state;
	assert_int_equal(mkfifo(scratch_path(&s, "fifo", path), 0644), 0);
	assert_int_equal(mkdir(scratch_path(&s, "dir", path), 0755), 0);
	check_ok(fio_dir_open(&dev, &odd.sys, AT_FDCWD, "/dev", &e), &e);
	odd.opens = odd.closes = 0;
	assert_int_equal(load(&dir, "fifo", 100, &b), FIO_IRREGULAR);
	assert_int_equal(load(&dir, "dir", 100, &b), FIO_IRREGULAR);
	assert_int_equal(load(&dev, "zero", 100, &b), FIO_IRREGULAR);
	assert_int_equal(odd.reads, 0);
}

static void
a_link_is_not_followed_and_absence_is_only_absence(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	char path[512];

	(void)state;
	assert_int_equal(symlink("f", scratch_path(&s, "l", path)), 0);
	assert_int_equal(load(&dir, "l", 100, &b), FIO_LINK);
	odd.opens = odd.closes = 0;
	assert_int_equal(load(&dir, "none", 100, &b), FIO_ABSENT);
}

static void
a_file_over_the_limit_is_not_read(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	scratch_put(&s, "f", "123456");
	assert_int_equal(load(&dir, "f", 5, &b), FIO_LARGE);
	assert_int_equal(odd.reads, 0);
	assert_int_equal(load(&dir, "f", 6, &b), FIO_FOUND);
	assert_int_equal(odd.reads, 1);
	check_str(buf_str(&b), "123456");
}

static void
short_and_interrupted_reads_are_gone_on_with(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	scratch_put(&s, "f", "0123456789");
	buf_add_c(&b, "before ");
	odd.most = 3;
	odd.interrupts = true;
	assert_int_equal(load(&dir, "f", 100, &b), FIO_FOUND);
	check_str(buf_str(&b), "before 0123456789");
}

static void
a_file_that_changes_while_it_is_read_is_not_taken(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	scratch_put(&s, "f", "0123456789");
	buf_add_c(&b, "before");
	odd.most = 4;
	odd.grows = 1;
	assert_int_equal(load(&dir, "f", 100, &b), FIO_RESTLESS);
	check_str(buf_str(&b), "before");
}

static void
overwrite_f(void)
{
	char path[512];
	int fd = open(scratch_path(&s, "f", path), O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "new", 3), 3);
	assert_int_equal(close(fd), 0);
}

static void
a_file_written_in_place_while_it_is_read_is_not_taken(void **state)
{
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	CLEANUP_BUF struct buf b = {0};
	char path[512];

	(void)state;
	scratch_put(&s, "f", "old");
	assert_int_equal(
		utimensat(AT_FDCWD, scratch_path(&s, "f", path), old, 0), 0);
	odd.before_read = overwrite_f;
	assert_int_equal(load(&dir, "f", 100, &b), FIO_RESTLESS);
}

static void
a_file_that_says_it_is_empty_and_is_not_is_not_taken(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	CLEANUP_FIO_DIR struct fio_dir proc = FIO_DIR_NONE;

	(void)state;
	check_ok(fio_dir_open(&proc, &odd.sys, AT_FDCWD, "/proc/self", &e), &e);
	odd.opens = odd.closes = 0;
	assert_int_equal(load(&proc, "status", 1000000, &b), FIO_RESTLESS);
	assert_int_equal(odd.reads, 1);
}

static void
a_file_that_changed_once_is_read_again(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	scratch_put(&s, "f", "0");
	odd.grows = 1;
	assert_int_equal(fio_read(&dir, "f", 100, &b, NULL, &e), 0);
	check_str(buf_str(&b), "0+");
}

static void
a_file_that_grows_without_end_is_given_up(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	scratch_put(&s, "f", "0");
	odd.grows = 1000000;
	check_fails(fio_read(&dir, "f", 1000000, &b, NULL, &e), &e,
		ERR_CONFLICT, "changed while it was read");
	assert_int_equal(odd.opens, FIO_CONTENT_TRIES);
	assert_int_equal(odd.closes, FIO_CONTENT_TRIES);
}

/* Sizes around the piece, and what the kernel gives at a time. */
static void
the_digest_in_pieces_is_that_of_the_whole(void **state)
{
	static const size_t sizes[] = {
		0, 1, 131071, 131072, 131073, 262144, 300000};
	static const size_t most[] = {0, 4096, 131072, 100001};
	static char bytes[300000];
	CLEANUP_BUF struct buf piece = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * i >> 7);
	for (size_t i = 0; i < 7 * 4 * FIO_SUM_KINDS; i++) {
		size_t n = sizes[i % 7];
		enum wio_digest_kind kind = (enum wio_digest_kind)(i / 28);
		struct fio_content c;
		struct fio_sum sum, sums[FIO_SUM_KINDS];
		odd.most = most[i / 7 % 4];
		scratch_put_bytes(&s, "f", bytes, n);
		assert_int_equal(fio_content_open(&c, &dir, "f"), FIO_FOUND);
		assert_int_equal(
			fio_content_sum(&c, 300000, kind, &piece, &sum),
			FIO_FOUND);
		fio_content_close(&c);
		assert_true(fio_sum_eq(sum, fio_sum(kind, str_of(bytes, n))));
		assert_int_equal(fio_content_open(&c, &dir, "f"), FIO_FOUND);
		assert_int_equal(
			fio_content_sums(&c, 300000, &piece, sums), FIO_FOUND);
		fio_content_close(&c);
		assert_true(fio_sum_eq(
			sums[kind], fio_sum(kind, str_of(bytes, n))));
	}
}

static void
a_large_file_that_changes_has_no_digest(void **state)
{
	CLEANUP_BUF struct buf piece = {0};
	static char bytes[400000];

	(void)state;
	for (int shrink = 0; shrink < 2; shrink++) {
		struct fio_content c;
		struct fio_sum sum, sums[FIO_SUM_KINDS];
		char path[512];
		scratch_put_bytes(&s, "f", bytes, sizeof(bytes));
		assert_int_equal(fio_content_open(&c, &dir, "f"), FIO_FOUND);
		odd.grows = shrink ? 0 : 1;
		if (shrink)
			assert_int_equal(truncate(scratch_path(&s, "f", path),
						 sizeof(bytes) / 2),
				0);
		assert_int_equal(fio_content_sum(&c, sizeof(bytes), WIO_SHA256,
					 &piece, &sum),
			FIO_RESTLESS);
		assert_int_equal(fio_content_sum(&c, sizeof(bytes) - 1,
					 WIO_XXH3, &piece, &sum),
			FIO_LARGE);
		assert_int_equal(
			fio_content_sums(&c, sizeof(bytes) - 1, &piece, sums),
			FIO_LARGE);
		fio_content_close(&c);
	}
}

static void
times_tell_nothing_within_the_grain_they_are_kept_in(void **state)
{
	const int64_t at = 1000000000123456789;
	struct wio_identity fine = {.mtime_ns = at, .ctime_ns = at};
	struct wio_identity coarse = {.mtime_ns = 1000000000000000000,
		.ctime_ns = 1000000000000000000};
	struct wio_identity old_mtime = {.mtime_ns = 1, .ctime_ns = at};

	(void)state;
	assert_false(fio_identity_settled(&fine, at));
	assert_false(fio_identity_settled(&fine, at + 19000000));
	assert_true(fio_identity_settled(&fine, at + 21000000));
	assert_false(fio_identity_settled(&old_mtime, at));
	assert_false(
		fio_identity_settled(&coarse, coarse.mtime_ns + 1999999999));
	assert_true(
		fio_identity_settled(&coarse, coarse.mtime_ns + 2000000001));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, dir_remove)
	const struct CMUnitTest tests[] = {
		T(what_is_no_regular_file_is_refused_before_it_is_read),
		T(a_link_is_not_followed_and_absence_is_only_absence),
		T(a_file_over_the_limit_is_not_read),
		T(short_and_interrupted_reads_are_gone_on_with),
		T(a_file_that_changes_while_it_is_read_is_not_taken),
		T(a_file_written_in_place_while_it_is_read_is_not_taken),
		T(a_file_that_says_it_is_empty_and_is_not_is_not_taken),
		T(a_file_that_changed_once_is_read_again),
		T(a_file_that_grows_without_end_is_given_up),
		T(the_digest_in_pieces_is_that_of_the_whole),
		T(a_large_file_that_changes_has_no_digest),
		cmocka_unit_test(
			times_tell_nothing_within_the_grain_they_are_kept_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
