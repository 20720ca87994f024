/* SPDX-License-Identifier: MIT */
#include "watching.h"

#include <poll.h>

#include "few.h"

/* What a watch takes of the kernel: watches, which are few, and time. */

static void
check_polled(const char *path, const char *limit, int sys)
{
	assert_int_equal(event.kind, WIO_WATCH_FAILED);
	assert_string_equal(event.path, path);
	assert_int_equal(event.error.sys, sys);
	if (strstr(event.error.message, limit) == NULL ||
		strstr(event.error.message, "looked at every 20 ms") == NULL)
		fail_msg("'%s' is no help", event.error.message);
}

static void
a_subtree_without_a_watch_is_polled_and_said_so(void **state)
{
	(void)state;
	if (backend != WIO_WATCH_INOTIFY)
		return;
	few_left(3); /* one to see that it works, the root, "a" */
	watch_with(&few.sys, (struct wio_watch_options){.debounce_ns = -1});
	make_dir("a");
	make_dir("b");
	make_dir("b/c");
	scratch_put(&s, "b/c/f", "1");
	bool failed = false;
	while (!failed || strcmp(event.path, "b/c/f") != 0) {
		next();
		failed |= event.kind == WIO_WATCH_FAILED;
		if (event.kind == WIO_WATCH_FAILED) {
			check_polled("b", "sysctl fs.inotify.max_user_watches",
				ENOSPC);
			assert_int_equal(event.error.code, WIO_NO_SPACE);
		}
	}
	assert_true(few.refused > 0);
	scratch_put(&s, "b/c/f", "22");
	do
		next();
	while (strcmp(event.path, "b/c/f") != 0);
	scratch_put(&s, "a/g", "");
	do
		next();
	while (strcmp(event.path, "a/g") != 0);
}

static void
a_root_without_a_watch_is_polled_and_said_so(void **state)
{
	(void)state;
	if (backend != WIO_WATCH_INOTIFY)
		return;
	few_left(0);
	watch_with(&few.sys, (struct wio_watch_options){.debounce_ns = -1});
	next();
	check_polled("", "sysctl fs.inotify.max_user_watches", ENOSPC);
	assert_true(few.refused > 0);
	scratch_put(&s, "f", "1");
	assert_string_equal(tell(1), "created f");
}

static void
what_was_to_be_said_of_roots_is_not_said_of_the_next_ones(void **state)
{
	const char *roots[] = {other.path};

	(void)state;
	if (backend != WIO_WATCH_INOTIFY)
		return;
	few_left(0);
	watch_with(&few.sys, (struct wio_watch_options){.debounce_ns = -1});
	assert_true(few.refused > 0);
	few.left = 100;
	assert_int_equal(wio_set_roots(w, roots, 1, &e), 0);
	assert_string_equal(tell(1), "rescan");
	scratch_put(&other, "f", "1");
	assert_string_equal(tell(1), "created f");
}

static void
who_may_not_begin_to_watch_polls_and_says_so(void **state)
{
	const char *roots[] = {s.path};
	const struct wio_options options = {.roots = roots, .roots_n = 1};
	struct wio_watch_options o = {.debounce_ns = -1, .poll_ns = 20 * ms};

	(void)state;
	if (backend == WIO_WATCH_FANOTIFY)
		return;
	o.backend = backend;
	few_left(0);
	few.no_instance = true;
	w = fio_io_open(&few.sys, &options, true, &e);
	x = wio_watch_open(w, &o, &e);
	assert_non_null(x);
	assert_int_equal(wio_watch_backend_of(x), WIO_WATCH_POLL);
	if (backend == WIO_WATCH_INOTIFY) {
		next();
		check_polled(
			"", "sysctl fs.inotify.max_user_instances", EMFILE);
		assert_int_equal(few.refused, 1);
	}
	scratch_put(&s, "f", "1"); /* nothing is said of what was wanted */
	assert_string_equal(tell(1), "created f");
}

/* A kernel that notes when it is to wake us. */
static struct {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	int64_t at_ns;
} waking;

static int
waking_timer_set(struct sys *t, int fd, int64_t at_elapsed_ns)
{
	(void)t;
	waking.at_ns = at_elapsed_ns;
	return waking.pass.under->timer_set(
		waking.pass.under, fd, at_elapsed_ns);
}

static void
who_has_nothing_to_tell_is_not_woken_by_a_clock(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	make_dir("d");
	sys_pass_init(&waking.pass, sys_real());
	waking.sys.timer_set = waking_timer_set;
	waking.at_ns = -1;
	watch_with(&waking.sys, (struct wio_watch_options){0});
	scratch_put(&s, "a", "22");
	assert_non_null(strstr(tell_all(), "modified a"));
	while (wio_watch_next(x, 500 * ms, &event, &e) == 0)
		; /* a poll may tell something once more */
	struct pollfd p = {.fd = wio_watch_fd(x), .events = POLLIN};
	if (backend == WIO_WATCH_POLL) {
		assert_true(waking.at_ns > 0);
	} else {
		assert_int_equal(waking.at_ns, 0);
		assert_int_equal(poll(&p, 1, 0), 0);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(a_subtree_without_a_watch_is_polled_and_said_so),
	TEST(a_root_without_a_watch_is_polled_and_said_so),
	TEST(what_was_to_be_said_of_roots_is_not_said_of_the_next_ones),
	TEST(who_may_not_begin_to_watch_polls_and_says_so),
	TEST(who_has_nothing_to_tell_is_not_woken_by_a_clock),
};

int
main(void)
{
	return run_under_all(tests, sizeof(tests) / sizeof(tests[0]));
}
