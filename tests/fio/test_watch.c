/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "fio/watch.h"
#include "sys/pass.h"
#include "sys/real.h"

/* A kernel whose inotify is used up. */
static struct {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	int refused;
} full;

static int
full_init(struct sys *t)
{
	(void)t;
	full.refused++;
	return -EMFILE;
}

static int
full_add(struct sys *t, int fd, const char *path, uint32_t mask)
{
	(void)t;
	(void)fd;
	(void)path;
	(void)mask;
	full.refused++;
	return -ENOSPC;
}

static void
check_says(const struct err *e, const char *what, const char *limit)
{
	assert_int_equal(full.refused, 1);
	if (strstr(e->msg, what) == NULL || strstr(e->msg, limit) == NULL)
		fail_msg("'%s' is no help", e->msg);
}

static void
who_may_not_begin_to_watch_is_told_which_limit_to_look_at(void **state)
{
	struct fio_watch w;
	struct err e = {0};

	(void)state;
	sys_pass_init(&full.pass, sys_real());
	full.sys.inotify_init = full_init;
	full.refused = 0;
	assert_int_equal(fio_watch_open(&w, &full.sys, &e), -1);
	check_says(&e, "starting to watch",
		"sysctl fs.inotify.max_user_instances");
	fio_watch_close(&w);
}

static void
who_gets_no_watch_is_told_which_limit_to_look_at(void **state)
{
	struct fio_watch w;
	struct err e = {0};

	(void)state;
	sys_pass_init(&full.pass, sys_real());
	full.sys.inotify_add = full_add;
	full.refused = 0;
	assert_int_equal(fio_watch_open(&w, &full.sys, &e), 0);
	assert_int_equal(fio_watch_add(&w, "/", &e), -1);
	check_says(&e, "watching directory '/'",
		"sysctl fs.inotify.max_user_watches");
	fio_watch_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			who_may_not_begin_to_watch_is_told_which_limit_to_look_at),
		cmocka_unit_test(
			who_gets_no_watch_is_told_which_limit_to_look_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
