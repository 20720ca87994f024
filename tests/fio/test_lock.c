/* SPDX-License-Identifier: MIT */
#include "scratch-dir.h"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include "base/stamp.h"
#include "fio/lock.h"
#include "fio/watch.h"
#include "sys/pass.h"

static void
a_look_says_who_holds_it_and_takes_nothing(void **state)
{
	struct fio_lock one, two;

	(void)state;
	assert_int_equal(fio_lock_look(&dir, "lock", &e), 0);
	assert_false(scratch_has(&s, "lock"));
	check_ok(fio_lock_take(&one, &dir, "lock", 0, "weir add", &e), &e);
	assert_int_equal(fio_lock_look(&dir, "lock", &e), 1);
	assert_non_null(strstr(e.msg, "held by 'weir add' (pid "));
	fio_lock_drop(&one);
	assert_int_equal(fio_lock_look(&dir, "lock", &e), 0);
	check_ok(fio_lock_take(&two, &dir, "lock", 0, "weir add", &e), &e);
	fio_lock_drop(&two);
}

static void
the_second_taker_is_told_who_holds_it(void **state)
{
	struct fio_lock one, two;

	(void)state;
	check_ok(fio_lock_take(&one, &dir, "lock", 0, "weir add", &e), &e);
	check_fails(fio_lock_take(&two, &dir, "lock", 0, "weir run", &e), &e,
		ERR_LOCKED, "held by 'weir add' (pid ");
	fio_lock_drop(&one);
	check_ok(fio_lock_take(&two, &dir, "lock", 0, "weir run", &e), &e);
	fio_lock_drop(&two);
	assert_true(scratch_has(&s, "lock"));
}

static void
a_killed_holder_holds_nothing(void **state)
{
	struct fio_lock lock;
	int ready[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		if (fio_lock_take(&lock, &dir, "lock", 0, "child", &e) == 0)
			(void)!write(ready[1], "x", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(
		fio_lock_take(&lock, &dir, "lock", 0, "parent", &e), -1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	check_ok(fio_lock_take(&lock, &dir, "lock", 0, "parent", &e), &e);
	fio_lock_drop(&lock);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

/* Nor is who had it alone before, and may be dead by now. */
static void
those_who_share_it_are_not_named(void **state)
{
	struct fio_lock one, two;

	(void)state;
	check_ok(fio_lock_take(&one, &dir, "lock", 0, "weir add", &e), &e);
	fio_lock_drop(&one);
	check_ok(fio_lock_share(&one, &dir, "lock", 0, &e), &e);
	check_ok(fio_lock_share(&two, &dir, "lock", 0, &e), &e);
	fio_lock_drop(&two);
	check_fails(fio_lock_take(&two, &dir, "lock", 0, "weir run", &e), &e,
		ERR_LOCKED, "held by another process;");
	assert_null(strstr(e.msg, "pid"));
	assert_int_equal(fio_lock_look(&dir, "lock", &e), 1);
	assert_non_null(strstr(e.msg, "held by another process;"));
	fio_lock_drop(&one);
}

static void
a_waiter_gets_it_when_the_holder_drops_it(void **state)
{
	struct fio_lock lock;
	int ready[2];
	char byte;
	int status;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	check_ok(fio_lock_take(&lock, &dir, "lock", 0, "parent", &e), &e);
	pid_t pid = fork();
	if (pid == 0) {
		struct fio_lock mine;
		fio_lock_drop(&lock); /* the copy fork made */
		(void)!write(ready[1], "x", 1);
		_exit(fio_lock_take(&mine, &dir, "lock", 20 * NS_PER_SEC,
			      "child", &e) == 0
				? 0
				: 1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	fio_lock_drop(&lock);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void
a_lock_file_that_is_replaced_is_locked_anew(void **state)
{
	struct fio_lock one, two;
	char path[512], other[512];

	(void)state;
	check_ok(fio_lock_take(&one, &dir, "lock", 0, "a", &e), &e);
	scratch_put(&s, "new", "");
	assert_int_equal(rename(scratch_path(&s, "new", path),
				 scratch_path(&s, "lock", other)),
		0);
	check_ok(fio_lock_take(&two, &dir, "lock", 0, "b", &e), &e);
	fio_lock_drop(&one);
	fio_lock_drop(&two);
}

/* The lock is free, and its file goes, between our opening and our locking. */
static struct remover {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	int times;
	struct fio_lock *taken; /* by somebody, as soon as it is removed */
} remover;

static int
remove_before_lock(struct sys *sys, int fd, short type)
{
	struct remover *x = (struct remover *)sys;

	if (x->times > 0) {
		x->times--;
		fio_lock_remove(&dir, "lock");
		if (x->taken != NULL)
			check_ok(fio_lock_share(x->taken, &dir, "lock", 0, &e),
				&e);
	}
	return x->pass.under->lock(x->pass.under, fd, type);
}

static void
a_lock_file_is_removed_when_nobody_has_it_and_who_waits_begins_anew(
	void **state)
{
	struct fio_dir slow = dir;
	struct fio_lock one, two;

	(void)state;
	check_ok(fio_lock_share(&one, &dir, "lock", 0, &e), &e);
	fio_lock_remove(&dir, "lock");
	assert_true(scratch_has(&s, "lock"));
	fio_lock_drop(&one);
	fio_lock_remove(&dir, "lock");
	assert_false(scratch_has(&s, "lock"));
	fio_lock_remove(&dir, "lock");
	assert_false(scratch_has(&s, "lock"));
	sys_pass_init(&remover.pass, sys_real());
	remover.sys.lock = remove_before_lock;
	remover.times = 3;
	slow.sys = &remover.sys;
	check_ok(fio_lock_take(&one, &slow, "lock", NS_PER_SEC, "a", &e), &e);
	assert_int_equal(remover.times, 0);
	check_fails(fio_lock_share(&two, &dir, "lock", 0, &e), &e, ERR_LOCKED,
		"held by 'a'");
	fio_lock_drop(&one);
	/* Of two who remove it, the second sees that it is another. */
	remover.taken = &two;
	remover.times = 1;
	fio_lock_remove(&slow, "lock");
	assert_true(scratch_has(&s, "lock"));
	fio_lock_drop(&two);
}

/* What each way of saving looks like to the watcher. */
static void
every_way_of_saving_is_noticed(void **state)
{
	struct fio_watch w;
	char from[512], to[512];
	struct pollfd p;

	(void)state;
	scratch_put(&s, "BACKLOG.yaml", "a");
	check_ok(fio_watch_open(&w, sys_real(), &e), &e);
	check_ok(fio_watch_add(&w, s.path, &e), &e);
	assert_int_equal(fio_watch_drain(&w, &e), 0);
	p = (struct pollfd){.fd = w.fd, .events = POLLIN};

	scratch_put(&s, "BACKLOG.yaml", "in place");
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_int_equal(fio_watch_drain(&w, &e), 1);
	assert_int_equal(fio_watch_drain(&w, &e), 0);

	scratch_put(&s, ".tmp", "by rename");
	(void)fio_watch_drain(&w, &e);
	assert_int_equal(rename(scratch_path(&s, ".tmp", from),
				 scratch_path(&s, "BACKLOG.yaml", to)),
		0);
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_int_equal(fio_watch_drain(&w, &e), 1);
	assert_int_equal(unlink(to), 0);
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_int_equal(fio_watch_drain(&w, &e), 1);
	fio_watch_close(&w);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dir_make, dir_remove)
	const struct CMUnitTest tests[] = {
		T(a_look_says_who_holds_it_and_takes_nothing),
		T(the_second_taker_is_told_who_holds_it),
		T(a_killed_holder_holds_nothing),
		T(those_who_share_it_are_not_named),
		T(a_waiter_gets_it_when_the_holder_drops_it),
		T(a_lock_file_that_is_replaced_is_locked_anew),
		T(a_lock_file_is_removed_when_nobody_has_it_and_who_waits_begins_anew),
		T(every_way_of_saving_is_noticed),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
