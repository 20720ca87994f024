/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "proc/tree.h"
#include "sys/real.h"

/* Nobody else's, not even of the same test running elsewhere. */
static char mark[64];
static char self[4096];

/* Never met when all is well. */
#define DEADLINE (60 * NS_PER_SEC)

/* Runs this program in `mode` with one environment variable; returns when it
 * says that it is ready. */
static pid_t
start(const char *mode, const char *env)
{
	int ends[2];
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char *argv[] = {self, strdup(mode), mark, NULL};
		char *envp[] = {strdup(env), NULL};
		(void)prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
		dup2(ends[1], STDOUT_FILENO);
		execve(self, argv, envp);
		_exit(127);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return pid;
}

/* Dead, and not yet waited for; then it is. */
static bool
is_killed(pid_t pid)
{
	int status;

	return waitpid(pid, &status, WNOHANG) == pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGKILL;
}

static void
end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
every_process_that_carries_the_mark_is_killed(void **state)
{
	struct err e = {0};
	pid_t a = start("wait", mark), b = start("away", mark);

	(void)state;
	assert_int_equal(
		proc_tree_kill(sys_real(), str_from(mark), DEADLINE, &e), 2);
	assert_true(is_killed(a));
	assert_true(is_killed(b));
	assert_int_equal(
		proc_tree_kill(sys_real(), str_from(mark), DEADLINE, &e), 0);
}

static void
nobody_else_is_killed(void **state)
{
	const struct {
		const char *before;
		int length;
		const char *after;
	} others[] = {{"", 64, "2"}, {"X", 64, ""}, {"X=", 64, ""},
		{"", 20, ""}, {"X=", 0, ""}};
	struct err e = {0};
	pid_t pids[5];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct buf env = {0};
		buf_addf(&env, "%s%.*s%s", others[i].before, others[i].length,
			mark, others[i].after);
		pids[i] = start("wait", env.p);
		buf_release(&env);
	}
	assert_int_equal(
		proc_tree_kill(sys_real(), str_from(mark), DEADLINE, &e), 0);
	for (size_t i = 0; i < 5; i++) {
		struct proc_identity id;
		assert_true(proc_identify(sys_real(), pids[i], &id));
		end(pids[i]);
	}
}

/* Run with the mark in its own environment: see main. */
static int
kill_tree_from_inside(void)
{
	struct err e = {0};

	return proc_tree_kill(sys_real(), str_from(mark), DEADLINE, &e);
}

static void
our_own_process_is_spared(void **state)
{
	pid_t pid = start("inside", mark);
	int status;

	(void)state;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
a_process_whose_first_thread_ended_is_killed(void **state)
{
	struct err e = {0};
	pid_t pid = start("headless", mark);
	struct proc_identity id;

	(void)state;
	assert_true(proc_identify(sys_real(), pid, &id));
	assert_int_equal(
		proc_tree_kill(sys_real(), str_from(mark), DEADLINE, &e), 1);
	assert_true(is_killed(pid));
}

static void
a_process_is_found_while_it_executes_itself_again_and_again(void **state)
{
	struct err e = {0};

	(void)state;
	for (int i = 0; i < 40; i++) {
		pid_t pid = start("exec", mark);
		assert_int_equal(proc_tree_kill(sys_real(), str_from(mark),
					 DEADLINE, &e),
			1);
		assert_true(is_killed(pid));
	}
}

static void
a_zombie_is_dead(void **state)
{
	struct err e = {0};
	struct proc_identity id;
	siginfo_t info;
	pid_t pid = start("wait", mark);

	(void)state;
	assert_true(proc_identify(sys_real(), pid, &id));
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(proc_identify(sys_real(), pid, &id));
	assert_int_equal(id.pid, pid);
	assert_true(id.start_ticks > 0);
	assert_int_equal(
		proc_tree_kill(sys_real(), str_from(mark), DEADLINE, &e), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(proc_identify(sys_real(), pid, &id));
}

static void
a_process_is_the_same_each_time_it_is_asked_for(void **state)
{
	struct proc_identity id, again;

	(void)state;
	assert_true(proc_identify(sys_real(), getpid(), &id));
	assert_int_equal(strlen(id.boot_id), 36);
	assert_true(proc_identify(sys_real(), getpid(), &again));
	assert_int_equal(again.start_ticks, id.start_ticks);
	assert_string_equal(again.boot_id, id.boot_id);
}

static int
no_signal(struct sys *s, int pidfd, int signo)
{
	(void)s;
	(void)pidfd;
	(void)signo;
	return 0;
}

static void
what_does_not_die_is_an_error_when_the_time_is_up(void **state)
{
	struct err e = {0};
	struct sys stubborn = *sys_real();
	pid_t pid = start("wait", mark);

	(void)state;
	stubborn.pidfd_signal = no_signal;
	check_fails(
		proc_tree_kill(&stubborn, str_from(mark), 20 * NS_PER_MS, &e),
		&e, ERR_SYS, "1 processes of 'WEIR_RUN_ID=tree-");
	assert_int_equal(e.sys, ETIMEDOUT);
	end(pid);
}

/* The programs that the tests run. */

static void *
stay(void *ready)
{
	/* Ready when the first thread is a zombie. */
	char text[64] = {0};
	(void)ready;
	do {
		int fd = open("/proc/self/stat", O_RDONLY);
		if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
			_exit(6);
		close(fd);
	} while (strstr(text, ") Z ") == NULL);
	if (write(STDOUT_FILENO, "r", 1) != 1)
		_exit(6);
	for (;;)
		pause();
}

static int
lose_first_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, stay, NULL) != 0)
		return 6;
	pthread_exit(NULL);
}

static int
play(char **argv)
{
	const char *mode = argv[1];

	if (strcmp(mode, "headless") == 0)
		return lose_first_thread();
	if (strcmp(mode, "away") == 0)
		(void)setsid();
	if (strcmp(mode, "again") != 0 && write(STDOUT_FILENO, "r", 1) != 1)
		return 6;
	if (strcmp(mode, "inside") == 0)
		return kill_tree_from_inside();
	if (strcmp(mode, "exec") == 0 || strcmp(mode, "again") == 0) {
		char *again[] = {argv[0], strdup("again"), mark, NULL};
		execve(argv[0], again, environ);
		return 127;
	}
	for (;;)
		pause();
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_that_carries_the_mark_is_killed),
		cmocka_unit_test(nobody_else_is_killed),
		cmocka_unit_test(our_own_process_is_spared),
		cmocka_unit_test(a_process_whose_first_thread_ended_is_killed),
		cmocka_unit_test(
			a_process_is_found_while_it_executes_itself_again_and_again),
		cmocka_unit_test(a_zombie_is_dead),
		cmocka_unit_test(
			a_process_is_the_same_each_time_it_is_asked_for),
		cmocka_unit_test(
			what_does_not_die_is_an_error_when_the_time_is_up),
	};

	if (argc > 2) {
		(void)snprintf(mark, sizeof(mark), "%s", argv[2]);
		return play(argv);
	}
	(void)snprintf(mark, sizeof(mark), "WEIR_RUN_ID=tree-%d-%lld",
		(int)getpid(),
		(long long)sys_real()->clock(sys_real(), SYS_CLOCK_UNIX));
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
