/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "proc/terminal.h"
#include "sys/real.h"

static int
run(const char *program, const char *script, int *ret_status, struct err *e)
{
	const char *const argv[] = {program, "-c", script, NULL};
	const char *const envp[] = {"PATH=/usr/bin:/bin", "WORD=hello", NULL};

	*e = (struct err){0};
	return proc_on_terminal(sys_real(), argv, envp, ret_status, e);
}

static void
its_exit_code_comes_back(void **state)
{
	struct err e;
	int status = -1;

	(void)state;
	check_ok(run("sh", "exit 7", &status, &e), &e);
	assert_int_equal(status, 7);
	check_ok(run("sh", "kill -TERM $$", &status, &e), &e);
	assert_int_equal(status, 128 + SIGTERM);
}

static void
it_has_our_files_session_and_its_environment(void **state)
{
	struct err e;
	int status = -1, ends[2];
	char line[64] = "", want[64];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	int old = dup(STDOUT_FILENO);
	assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	int rc = run("sh",
		"read -r _ _ _ _ group _ </proc/self/stat; echo $WORD $group",
		&status, &e);
	assert_int_equal(dup2(old, STDOUT_FILENO), STDOUT_FILENO);
	check_ok(rc, &e);
	assert_int_equal(status, 0);
	assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
	(void)snprintf(want, sizeof(want), "hello %d\n", (int)getpgrp());
	assert_string_equal(line, want);
	close(old);
	close(ends[0]);
	close(ends[1]);
}

static void
what_cannot_be_started_is_an_error(void **state)
{
	struct err e;
	int status = -1;

	(void)state;
	check_fails(run("no-such-editor", "", &status, &e), &e, ERR_SYS,
		"starting 'no-such-editor'");
	assert_int_equal(e.sys, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_exit_code_comes_back),
		cmocka_unit_test(it_has_our_files_session_and_its_environment),
		cmocka_unit_test(what_cannot_be_started_is_an_error),
	};

	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
