/* SPDX-License-Identifier: MIT */
#include "watching.h"

/* More events than anybody reads: memory stays bounded, and the end is right.
 */

/* Over 40 directories of 40 files; most steps are three events of the kernel.
 */
static void
storm(int events, void (*between)(void))
{
	char path[512], name[64];

	for (int i = 0; i < events; i++) {
		unsigned int at = (unsigned int)i * 2654435761u >> 7;
		(void)snprintf(
			name, sizeof(name), "d%u/f%u", at % 40, at / 40 % 40);
		if (i % 7 == 6)
			(void)remove(scratch_path(&s, name, path));
		else {
			int fd = open(scratch_path(&s, name, path),
				O_WRONLY | O_CREAT | O_APPEND, 0644);
			assert_true(fd >= 0);
			assert_int_equal(write(fd, "x", 1), 1);
			assert_int_equal(close(fd), 0);
		}
		if (between != NULL && i % 16 == 0)
			between();
	}
}

static void
make_dirs(void)
{
	char name[64];

	for (int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		make_dir(name);
	}
}

static void
read_what_is_there(void)
{
	while (wio_watch_next(x, 0, &event, &e) == 0)
		copy_apply();
	assert_true(x->tree.pending <= x->options.queue + 1);
	assert_true(x->tree.tree.nodes <= 1 + 40 + 2 * 1600);
	assert_true(x->looks.cap <= 4 * x->options.queue);
}

static void
a_storm_that_is_read_ends_in_what_there_is(void **state)
{
	(void)state;
	make_dirs();
	watch(-1);
	copy_rescan();
	storm(backend == WIO_WATCH_POLL ? 4000 : 17000, read_what_is_there);
	copy_until_right();
	print_message("%d events, %d rescans\n", copy.events, copy.rescans);
	read_what_is_there();
	if (backend != WIO_WATCH_POLL)
		assert_int_equal(copy.rescans, 0);
}

static void
a_storm_that_nobody_reads_ends_in_a_rescan(void **state)
{
	(void)state;
	make_dirs();
	watch(-1);
	copy_rescan();
	/* The kernel keeps 16384 events; fanotify has one for a name. */
	for (int i = backend == WIO_WATCH_FANOTIFY ? 17000 : 7000; i > 0; i--) {
		char name[64];
		(void)snprintf(name, sizeof(name), "d0/passing-%d", i);
		scratch_put(&s, name, "");
		unmake(name);
	}
	storm(2000, NULL);
	copy_until_right();
	print_message("%d events, %d rescans\n", copy.events, copy.rescans);
	read_what_is_there();
	if (backend != WIO_WATCH_POLL)
		assert_true(copy.rescans > 0);
}

static void
more_changes_than_the_queue_are_a_rescan(void **state)
{
	(void)state;
	make_dirs();
	watch_with(sys_real(),
		(struct wio_watch_options){
			.debounce_ns = 300 * ms, .queue = 16});
	copy_rescan();
	storm(2000, NULL);
	copy_until_right();
	assert_true(copy.rescans > 0);
	read_what_is_there();
	scratch_put(&s, "after", "");
	copy_until_right();
}

static const struct CMUnitTest tests[] = {
	TEST(a_storm_that_is_read_ends_in_what_there_is),
	TEST(a_storm_that_nobody_reads_ends_in_a_rescan),
	TEST(more_changes_than_the_queue_are_a_rescan),
};

int
main(void)
{
	return run_under_all(tests, sizeof(tests) / sizeof(tests[0]));
}
