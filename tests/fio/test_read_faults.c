/* SPDX-License-Identifier: MIT */
#include "reads.h"

#include "descriptors.h"
#include "faulty.h"
#include "sys/sim.h"

/* Reading when the system fails. */

/* file-io.md 12, 23 and 13: no fault was ever tried. */
static void
each_errno_at_each_call_fails_at_most_the_request_it_strikes(void **state)
{
	static const int errnos[] = {EIO, EMFILE, ENFILE, EACCES, ENOMEM,
		ENOENT, ELOOP, EINTR, EAGAIN, ENXIO};
	const struct wio_read_request asks[] = {{.path = "a"}, {.path = "d/b"},
		{.path = "link"}, {.path = "d/c"}};
	static const char *const want[] = {"A", "B", "A", "C"};
	uint64_t failures = 0;
	char path[512];

	(void)state;
	scratch_put(&s, "a", "A");
	assert_int_equal(mkdir(scratch_path(&s, "d", path), 0755), 0);
	assert_int_equal(symlink("a", scratch_path(&s, "link", path)), 0);
	scratch_put(&s, "d/b", "B");
	scratch_put(&s, "d/c", "C");
	open_faulty();
	assert_int_equal(wio_read(w, asks, 4, got), 0);
	wio_read_release(got, 4);
	uint64_t calls = fault.calls;
	size_t open_before = open_descriptors();
	for (size_t step = 0; fault_next(
		     &step, calls, errnos, sizeof(errnos) / sizeof(int));) {
		size_t failed = wio_read(w, asks, 4, got);
		failures += failed;
		assert_true(failed <= 1);
		for (size_t i = 0; i < 4; i++)
			if (got[i].error.code == WIO_OK)
				check_read(&got[i], want[i]);
			else
				assert_true(got[i].error.message[0] != '\0');
		wio_read_release(got, 4);
		assert_int_equal(open_descriptors(), open_before);
	}
	assert_true(calls > 20);
	assert_true(failures > calls * 4);
}

/* The same code on a disk that is gone, at each of its calls. */
static void
a_disk_that_dies_fails_requests_and_leaves_nothing_open(void **state)
{
	const struct wio_read_request asks[] = {
		{.path = "d/a"}, {.path = "d/b"}, {.path = "c"}};
	static const char *const want[] = {"A", "B", "C"};
	const char *const roots[] = {"/"};
	size_t failures = 0;
	uint64_t at = 0;
	bool dead;

	(void)state;
	do {
		struct sim *disk = sim_new(1);
		sim_put(disk, "d/a", STR("A"));
		sim_put(disk, "d/b", STR("B"));
		sim_put(disk, "c", STR("C"));
		size_t open_before = sim_open_files(disk);
		w = fio_io_open(sim_sys(disk),
			&(struct wio_options){.roots = roots,
				.roots_n = 1,
				.no_openat2 = true},
			true, &e);
		if (w == NULL)
			fail_msg("%s", e.message);
		sim_stop_at(disk, ++at);
		size_t failed = wio_read(w, asks, 3, got);
		for (size_t i = 0; i < 3; i++)
			if (got[i].error.code == WIO_OK)
				check_read(&got[i], want[i]);
		dead = sim_is_dead(disk);
		assert_true(dead || failed == 0);
		failures += failed;
		wio_read_release(got, 3);
		wio_close(w, NULL);
		w = NULL;
		assert_int_equal(sim_open_files(disk), open_before);
		sim_free(disk);
	} while (dead);
	assert_true(at > 12 && failures > at);
}

static void
permission_that_is_lacking_is_denied(void **state)
{
	(void)state;
	scratch_put(&s, "f", "x");
	open_faulty();
	assert_int_equal(
		read_one(&(struct wio_read_request){.path = "f"}), WIO_OK);
	/* The directory is opened first, then the file. */
	fault.plan = (struct sys_fault_plan){
		.at = 2, .how = SYS_FAULT_ERRNO, .sys = EACCES};
	fault.calls = 0;
	assert_int_equal(
		read_one(&(struct wio_read_request){.path = "f"}), WIO_DENIED);
	assert_int_equal(got[0].error.sys, EACCES);
	assert_string_equal(
		got[0].error.message, "opening 'f': Permission denied");
	assert_int_equal(fault.hits, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_errno_at_each_call_fails_at_most_the_request_it_strikes),
		TEST(a_disk_that_dies_fails_requests_and_leaves_nothing_open),
		TEST(permission_that_is_lacking_is_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
