/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/stamp.h"
#include "proc/capture.h"
#include "proc/tree.h"
#include "sys/real.h"

/* Nobody else's, not even of the same test running elsewhere. */
static char mark[64];

struct result {
	struct buf out, errors;
	int status;
	struct err e;
};

static int
capture(struct result *r, const char *script, struct proc_command cmd)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	const char *const envp[] = {mark, "PATH=/usr/bin:/bin", NULL};

	*r = (struct result){.status = -1};
	cmd.argv = argv;
	if (cmd.envp == NULL)
		cmd.envp = envp;
	if (cmd.output_max == 0)
		cmd.output_max = 64 * 1024 * 1024;
	return proc_capture(
		sys_real(), &cmd, &r->out, &r->errors, &r->status, &r->e);
}

static void
result_release(struct result *r)
{
	buf_release(&r->out);
	buf_release(&r->errors);
}

static void
what_it_prints_and_its_exit_code_come_back(void **state)
{
	struct result r;

	(void)state;
	check_ok(capture(&r, "echo out; echo err >&2; exit 3",
			 (struct proc_command){0}),
		&r.e);
	assert_int_equal(r.status, 3);
	check_str(buf_str(&r.out), "out\n");
	check_str(buf_str(&r.errors), "err\n");
	result_release(&r);
}

static void
a_signal_counts_as_128_and_its_number(void **state)
{
	struct result r;

	(void)state;
	check_ok(capture(&r, "kill -KILL $$", (struct proc_command){0}), &r.e);
	assert_int_equal(r.status, 128 + SIGKILL);
	result_release(&r);
}

static void
large_input_and_output_pass_at_the_same_time(void **state)
{
	struct buf input = {0};
	struct result r;

	(void)state;
	for (uint32_t i = 0; i < 2 * 1024 * 1024; i++)
		buf_add(&input, &i, sizeof(i));
	check_ok(capture(&r, "tee /dev/stderr",
			 (struct proc_command){.input = buf_str(&input)}),
		&r.e);
	assert_int_equal(r.status, 0);
	assert_true(str_eq(buf_str(&r.out), buf_str(&input)));
	assert_true(str_eq(buf_str(&r.errors), buf_str(&input)));
	buf_release(&input);
	result_release(&r);
}

static void
input_that_is_not_read_does_no_harm(void **state)
{
	struct buf input = {0};
	struct result r;

	(void)state;
	buf_add_repeat(&input, 'x', 1024 * 1024);
	check_ok(capture(&r, "exec <&-; echo done",
			 (struct proc_command){.input = buf_str(&input)}),
		&r.e);
	check_str(buf_str(&r.out), "done\n");
	buf_release(&input);
	result_release(&r);
}

static void
without_input_it_reads_the_end_of_it(void **state)
{
	struct result r;

	(void)state;
	check_ok(capture(&r, "cat; echo $?", (struct proc_command){0}), &r.e);
	check_str(buf_str(&r.out), "0\n");
	result_release(&r);
}

static void
output_is_added_to_what_is_there_and_may_be_dropped(void **state)
{
	const char *const argv[] = {
		"sh", "-c", "echo b; echo dropped >&2", NULL};
	struct proc_command cmd = {.argv = argv, .output_max = 2};
	struct buf out = {0};
	struct err e = {0};
	int status;

	(void)state;
	buf_add_c(&out, "a");
	check_ok(proc_capture(sys_real(), &cmd, &out, NULL, &status, &e), &e);
	check_str(buf_str(&out), "ab\n");
	check_ok(proc_capture(sys_real(), &cmd, NULL, NULL, &status, &e), &e);
	assert_int_equal(status, 0);
	buf_release(&out);
}

static void
more_output_than_allowed_is_a_limit(void **state)
{
	struct result r;

	(void)state;
	check_fails(capture(&r, "exec cat /dev/zero",
			    (struct proc_command){.output_max = 100000}),
		&r.e, ERR_LIMIT, "'sh' prints more than 100000 bytes");
	result_release(&r);
	check_ok(capture(&r, "printf 12345",
			 (struct proc_command){.output_max = 5}),
		&r.e);
	result_release(&r);
	check_fails(capture(&r, "printf 123; printf 456 >&2",
			    (struct proc_command){.output_max = 5}),
		&r.e, ERR_LIMIT, "more than 5");
	result_release(&r);
}

/* The lock is held by the command and by what it started, until all of them
 * have ended. */
static void
when_its_time_is_up_it_is_killed_with_its_group(void **state)
{
	char name[] = "/tmp/weir-capture-XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);
	char script[200];
	struct result r;

	(void)state;
	assert_true(fd >= 0);
	(void)snprintf(script, sizeof(script),
		"exec 9<%s; flock -s 9; trap '' TERM; sleep 60 & sleep 60",
		name);
	check_fails(
		capture(&r, script,
			(struct proc_command){.timeout_ns = 300 * NS_PER_MS}),
		&r.e, ERR_SYS, "'sh'");
	assert_int_equal(r.e.sys, ETIMEDOUT);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	close(fd);
	unlink(name);
	result_release(&r);
}

static void
a_command_that_prints_for_ever_meets_its_clock(void **state)
{
	const char *const argv[] = {"cat", "/dev/zero", NULL};
	struct proc_command cmd = {.argv = argv, .timeout_ns = 50 * NS_PER_MS};
	struct err e = {0};
	int status;

	(void)state;
	check_fails(proc_capture(sys_real(), &cmd, NULL, NULL, &status, &e), &e,
		ERR_SYS, "'cat'");
	assert_int_equal(e.sys, ETIMEDOUT);
}

static void
a_process_it_leaves_behind_is_not_waited_for(void **state)
{
	struct err e = {0};
	struct result r;

	(void)state;
	check_ok(capture(&r, "sleep 60 & echo out", (struct proc_command){0}),
		&r.e);
	check_str(buf_str(&r.out), "out\n");
	assert_int_equal(
		proc_tree_kill(sys_real(), str_from(mark), 60 * NS_PER_SEC, &e),
		1);
	result_release(&r);
}

static void
directory_and_environment_are_as_asked(void **state)
{
	const char *const envp[] = {"A=b", "PATH=/usr/bin:/bin", NULL};
	struct result r;

	(void)state;
	check_ok(capture(&r, "pwd; echo $A",
			 (struct proc_command){.cwd = "/usr", .envp = envp}),
		&r.e);
	check_str(buf_str(&r.out), "/usr\nb\n");
	result_release(&r);
	setenv("WEIR_TEST_OURS", "ours", 1);
	const char *const argv[] = {"sh", "-c", "echo $WEIR_TEST_OURS", NULL};
	struct proc_command cmd = {.argv = argv, .output_max = 100};
	check_ok(proc_capture(sys_real(), &cmd, &r.out, NULL, &r.status, &r.e),
		&r.e);
	check_str(buf_str(&r.out), "ours\n");
	result_release(&r);
}

static void
a_command_that_cannot_start_says_why(void **state)
{
	const char *const argv[] = {"weir-no-such-command", NULL};
	struct proc_command cmd = {.argv = argv};
	struct err e = {0};
	int status;

	(void)state;
	check_fails(proc_capture(sys_real(), &cmd, NULL, NULL, &status, &e), &e,
		ERR_SYS, "starting 'weir-no-such-command'");
	assert_int_equal(e.sys, ENOENT);
}

/* As when it prints and ends between the looks at its output and at itself. */
static int
poll_end_first(struct sys *s, struct pollfd *fds, size_t n, int64_t timeout_ns)
{
	if (fds[2].fd < 0)
		return sys_real()->poll(s, fds, n, timeout_ns);
	fds[0].revents = fds[1].revents = 0;
	return sys_real()->poll(s, &fds[2], 1, timeout_ns);
}

static void
what_it_prints_last_is_not_lost(void **state)
{
	const char *const argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
	struct proc_command cmd = {.argv = argv, .output_max = 100};
	struct sys sys = *sys_real();
	struct result r = {0};

	(void)state;
	sys.poll = poll_end_first;
	check_ok(proc_capture(&sys, &cmd, &r.out, &r.errors, &r.status, &r.e),
		&r.e);
	check_str(buf_str(&r.out), "out\n");
	check_str(buf_str(&r.errors), "err\n");
	result_release(&r);
}

static void
no_descriptor_stays_open(void **state)
{
	size_t before = open_descriptors();

	what_it_prints_and_its_exit_code_come_back(state);
	input_that_is_not_read_does_no_harm(state);
	more_output_than_allowed_is_a_limit(state);
	a_command_that_cannot_start_says_why(state);
	assert_int_equal(open_descriptors(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_prints_and_its_exit_code_come_back),
		cmocka_unit_test(a_signal_counts_as_128_and_its_number),
		cmocka_unit_test(large_input_and_output_pass_at_the_same_time),
		cmocka_unit_test(input_that_is_not_read_does_no_harm),
		cmocka_unit_test(without_input_it_reads_the_end_of_it),
		cmocka_unit_test(
			output_is_added_to_what_is_there_and_may_be_dropped),
		cmocka_unit_test(more_output_than_allowed_is_a_limit),
		cmocka_unit_test(
			when_its_time_is_up_it_is_killed_with_its_group),
		cmocka_unit_test(
			a_command_that_prints_for_ever_meets_its_clock),
		cmocka_unit_test(a_process_it_leaves_behind_is_not_waited_for),
		cmocka_unit_test(what_it_prints_last_is_not_lost),
		cmocka_unit_test(directory_and_environment_are_as_asked),
		cmocka_unit_test(a_command_that_cannot_start_says_why),
		cmocka_unit_test(no_descriptor_stays_open),
	};

	(void)snprintf(mark, sizeof(mark), "WEIR_RUN_ID=capture-%d-%lld",
		(int)getpid(),
		(long long)sys_real()->clock(sys_real(), SYS_CLOCK_UNIX));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
