/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include "counting.h"

/*
 * What requests hold open at once, counted at the kernel's door: never more
 * than there are permits, and never so few that nothing goes on.
 */

enum { DIRS = 3, FILES = 48 };

static char files[FILES][24], fresh[FILES][24];
static struct wio_options base;
static int held_before;

static int
holding_openat(
	struct sys *sys, int at, const char *path, int flags, mode_t mode)
{
	int fd = counting_openat(sys, at, path, flags, mode);

	if (fd >= 0)
		most(&counting.open_now, &counting.open_most);
	return fd;
}

static int
holding_openat2(struct sys *sys, int at, const char *path, int flags,
	mode_t mode, uint64_t resolve)
{
	(void)sys;
	int fd = counting.pass.under->openat2(
		counting.pass.under, at, path, flags, mode, resolve);

	if (fd >= 0)
		most(&counting.open_now, &counting.open_most);
	return fd;
}

static int
holding_close(struct sys *sys, int fd)
{
	(void)sys;
	atomic_fetch_sub(&counting.open_now, 1);
	return counting.pass.under->close(counting.pass.under, fd);
}

/* Every third file is reached by a link from another directory. */
static void
fill(void)
{
	char path[512], to[64];

	for (size_t i = 0; i < DIRS; i++) {
		(void)snprintf(to, sizeof(to), "d%zu", i);
		assert_int_equal(mkdir(scratch_path(&s, to, path), 0700), 0);
	}
	for (size_t i = 0; i < FILES; i++) {
		(void)snprintf(
			files[i], sizeof(files[i]), "d%zu/f%02zu", i % DIRS, i);
		scratch_put(&s, files[i], "old");
		(void)snprintf(fresh[i], sizeof(fresh[i]), "new%02zu/a/b", i);
		if (i % 4 != 0)
			continue;
		(void)snprintf(to, sizeof(to), "../%s", files[i]);
		(void)snprintf(files[i], sizeof(files[i]), "d%zu/l%02zu",
			(i + 1) % DIRS, i);
		assert_int_equal(
			symlink(to, scratch_path(&s, files[i], path)), 0);
	}
}

static int
holding_setup(void **state)
{
	(void)setup(state);
	counting.sys.openat = holding_openat;
	counting.sys.openat2 = holding_openat2;
	counting.sys.close = holding_close;
	base = (struct wio_options){0};
	fill();
	return 0;
}

static void
begin(struct wio_options o, bool inline_only)
{
	wio_close(w, NULL);
	open_later(o, inline_only);
	held_before = counting.open_now;
	counting.open_most = held_before;
}

/* How many were held at once, and none are any more. */
static int
held(void)
{
	assert_int_equal(counting.open_now, held_before);
	int ret = counting.open_most - held_before;
	counting.open_most = held_before;
	return ret;
}

/* What can be asked for, of files [first, first + n). */

static void
read_some(size_t first, size_t n)
{
	struct wio_read_request asks[FILES] = {0};
	struct wio_read_result got[FILES];

	for (size_t i = 0; i < n; i++)
		asks[i].path = files[first + i];
	assert_int_equal(wio_read(w, asks, n, got), 0);
	wio_read_release(got, n);
}

static void
scan_some(size_t first, size_t n)
{
	struct wio_scan_request asks[FILES] = {0};
	static struct wio_scan_result got[FILES];
	struct wio_identity seen[FILES];
	char digests[FILES][WIO_DIGEST_SIZE];

	for (size_t i = 0; i < n; i++)
		asks[i].path = files[first + i];
	assert_int_equal(wio_scan(w, asks, n, got), n);
	for (size_t i = 0; i < n; i++) {
		seen[i] = got[i].identity;
		memcpy(digests[i], got[i].digest, WIO_DIGEST_SIZE);
		asks[i].identity = &seen[i];
		asks[i].digest = digests[i];
	}
	assert_int_equal(wio_scan(w, asks, n, got), 0);
}

static void
write_some(enum wio_batch batch, size_t first, size_t n)
{
	static const struct wio_edit edit = {
		.text = "new", .text_n = 3, .anchor = "old", .anchor_n = 3};
	static const struct wio_edit back = {
		.text = "old", .text_n = 3, .anchor = "new", .anchor_n = 3};
	struct wio_write_request asks[FILES] = {0};
	static struct wio_write_result got[FILES];

	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < n; i++)
			asks[i] = (struct wio_write_request){
				.path = files[first + i],
				.edits = k == 0 ? &edit : &back,
				.edits_n = 1};
		size_t failed = wio_write(w, batch, asks, n, got);
		for (size_t i = 0; i < n; i++)
			check_code(got[i].error, WIO_OK);
		assert_int_equal(failed, 0);
		wio_write_release(got, n);
	}
}

static void
write_each(size_t first, size_t n)
{
	write_some(WIO_EACH, first, n);
}

static void
write_all(size_t first, size_t n)
{
	write_some(WIO_ALL, first, n);
}

/* Made below directories that are made, and then replaced. */
static void
create_some(size_t first, size_t n)
{
	struct wio_create_request asks[FILES] = {0};
	static struct wio_create_result got[FILES];

	for (size_t i = 0; i < n; i++)
		asks[i] = (struct wio_create_request){.path = fresh[first + i],
			.bytes = "1",
			.n = 1,
			.existing = WIO_REPLACE_ANY,
			.parents = true};
	for (int k = 0; k < 2; k++) {
		assert_int_equal(wio_create(w, asks, n, got), 0);
		for (size_t i = 0; i < n; i++)
			asks[i].bytes = "2";
	}
}

static const struct {
	void (*ask)(size_t first, size_t n);
	int most; /* of one request */
} kinds[] = {
	{read_some, FIO_HOLDS_READ},
	{scan_some, FIO_HOLDS_READ},
	{write_each, FIO_HOLDS_WRITE},
	{create_some, FIO_HOLDS_WRITE},
	{write_all, FIO_HOLDS_DIR + FIO_HOLDS_BATCH},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void
check_each_kind(void)
{
	begin(base, true);
	for (size_t k = 0; k < KINDS; k++)
		for (size_t i = 0; i < 8; i++) {
			kinds[k].ask(i, 1);
			assert_in_range(held(), 1, kinds[k].most);
		}
	write_all(0, 9);
	assert_in_range(held(), 1, DIRS * FIO_HOLDS_DIR + FIO_HOLDS_BATCH);
}

static void
a_request_holds_no_more_than_it_takes_permits(void **state)
{
	char path[512];

	(void)state;
	check_each_kind();
	base.no_openat2 = true;
	check_each_kind();
	base.lock_processes = true;
	check_each_kind();
	base.no_openat2 = false;
	assert_int_equal(mkdir(scratch_path(&s, "trash", path), 0700), 0);
	base.trash = path;
	check_each_kind();
}

static void
what_is_held_at_once_stays_within_the_permits(void **state)
{
	(void)state;
	base.workers = 16;
	for (unsigned int permits = 4; permits <= 24; permits += 5) {
		base.permits = permits;
		begin(base, false);
		for (size_t k = 0; k + 1 < KINDS; k++) {
			kinds[k].ask(0, FILES);
			assert_in_range(held(), 1, permits);
		}
	}
	/* Of those that are all or none, as many as fit side by side. */
	base.permits = DIRS * FIO_HOLDS_DIR + FIO_HOLDS_BATCH;
	begin(base, false);
	write_all(0, FILES);
	assert_in_range(held(), 1, base.permits);
}

static void
with_fewer_permits_than_a_request_takes_it_goes_on_alone(void **state)
{
	(void)state;
	base.workers = 8;
	for (base.permits = 1; base.permits < 4; base.permits++) {
		begin(base, false);
		for (size_t k = 0; k + 1 < KINDS; k++) {
			kinds[k].ask(0, FILES);
			assert_in_range(held(), 1, kinds[k].most);
		}
		write_all(0, 1);
		assert_in_range(held(), 1, FIO_HOLDS_DIR + FIO_HOLDS_BATCH);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, holding_setup, io_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_holds_no_more_than_it_takes_permits),
		TEST(what_is_held_at_once_stays_within_the_permits),
		TEST(with_fewer_permits_than_a_request_takes_it_goes_on_alone),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
