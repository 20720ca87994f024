/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stamp.h"
#include "proc/child.h"
#include "sys/real.h"

/* Nobody else's, not even of the same test running elsewhere. */
static char mark[64];

/* One child and what its end said. Its stdout is a pipe that we read: its end
 * of file says that no process of the tree is left. */
struct run {
	uv_loop_t loop;
	uv_poll_t ready;
	struct proc_child *child;
	struct proc_end end;
	int ends;
	bool free_at_end;
	int out; /* our end */
	bool wrote, all_dead;
	bool stop_hurry; /* when it says it is ready: stop it like this, */
	int64_t hurry_after_ns; /* and again, to hurry */
};

static char self[4096];

/* The programs that the tests run end by themselves if weir fails; this is
 * never met when all is well. */
enum { LEFT_FOR_S = 60 };

/* Reads what there is. At the end nobody is left to write. */
static void
read_out(struct run *r)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(r->out, bytes, sizeof(bytes))) > 0)
		r->wrote = true;
	r->all_dead = got == 0;
}

static void
on_end(void *ctx, struct proc_child *c, const struct proc_end *end)
{
	struct run *r = ctx;

	assert_ptr_equal(c, r->child);
	r->end = *end;
	r->ends++;
	read_out(r);
	if (r->free_at_end)
		proc_child_free(c);
}

static void
run_init(struct run *r)
{
	memset(r, 0, sizeof(*r));
	r->out = -1;
	assert_int_equal(uv_loop_init(&r->loop), 0);
}

/* Starts `argv` with the mark; fills what `o` leaves open. */
static int
run_start(struct run *r, const char *const *argv, struct proc_options o,
	struct err *e)
{
	const char *const envp[] = {mark, "PATH=/usr/bin:/bin", NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	o.spawn.argv = argv;
	o.spawn.envp = envp;
	if (o.spawn.fd[0] == 0)
		o.spawn.fd[0] = null;
	o.spawn.fd[1] = ends[1];
	o.spawn.fd[2] = STDERR_FILENO;
	o.mark = str_from(mark);
	o.on_end = on_end;
	o.ctx = r;
	r->out = ends[0];
	int rc = proc_child_start(&r->child, &r->loop, sys_real(), &o, e);
	close(ends[1]);
	close(null);
	return rc;
}

static void
run_finish(struct run *r)
{
	assert_int_equal(fcntl(r->out, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(uv_run(&r->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(r->ends, 1);
	if (!r->free_at_end)
		proc_child_free(r->child);
	assert_int_equal(uv_loop_close(&r->loop), 0);
	close(r->out);
}

static void
run_all(struct run *r, const char *const *argv, struct proc_options o)
{
	struct err e = {0};

	run_init(r);
	check_ok(run_start(r, argv, o, &e), &e);
	run_finish(r);
}

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	struct run *r = poll->data;

	(void)status;
	(void)events;
	uv_close((uv_handle_t *)poll, NULL);
	proc_child_stop(r->child, r->stop_hurry);
	if (r->hurry_after_ns != 0)
		proc_child_stop(r->child, true);
}

/* Stop it as soon as it has written something. */
static void
stop_when_ready(struct run *r)
{
	assert_int_equal(uv_poll_init(&r->loop, &r->ready, r->out), 0);
	r->ready.data = r;
	assert_int_equal(uv_poll_start(&r->ready, UV_READABLE, on_ready), 0);
}

#define SH(script)                         \
	(const char *const[])              \
	{                                  \
		"sh", "-c", (script), NULL \
	}
#define SELF(mode)                 \
	(const char *const[])      \
	{                          \
		self, (mode), NULL \
	}

static void
its_exit_code_is_reported_once(void **state)
{
	struct run r;

	(void)state;
	run_all(&r, SH("exit 7"), (struct proc_options){0});
	assert_int_equal(r.end.how, PROC_EXITED);
	assert_int_equal(r.end.status, 7);
	assert_true(r.end.tree_dead);
	assert_true(r.end.elapsed_ns > 0);
	assert_true(r.all_dead);
}

static void
it_may_be_freed_from_on_end(void **state)
{
	struct err e = {0};
	struct run r;

	(void)state;
	run_init(&r);
	r.free_at_end = true;
	check_ok(run_start(&r, SH("exit 0"), (struct proc_options){0}, &e), &e);
	run_finish(&r);
	assert_int_equal(r.end.how, PROC_EXITED);
}

static void
a_signal_that_ended_it_is_reported(void **state)
{
	struct run r;

	(void)state;
	run_all(&r, SH("kill -USR1 $$"), (struct proc_options){0});
	assert_int_equal(r.end.how, PROC_SIGNALLED);
	assert_int_equal(r.end.status, SIGUSR1);
}

/* With a grace time nobody would wait for. */
static void
a_child_that_obeys_sigterm_ends_when_its_time_is_up(void **state)
{
	struct run r;

	(void)state;
	run_all(&r, (const char *const[]){"sleep", "60", NULL},
		(struct proc_options){.timeout_ns = 50 * NS_PER_MS,
			.grace_ns = 1000 * NS_PER_SEC});
	assert_int_equal(r.end.how, PROC_TIMED_OUT);
	assert_int_equal(r.end.status, SIGTERM);
	assert_true(r.end.elapsed_ns >= 50 * NS_PER_MS);
	assert_true(r.end.tree_dead);
	assert_true(r.all_dead);
}

/* It is deaf from when it has said so: a machine too busy to let it get so far
 * gives it more time. */
static void
a_child_that_ignores_sigterm_is_killed_after_the_grace_time(void **state)
{
	int64_t timeout_ns = NS_PER_SEC / 4;
	struct run r;

	(void)state;
	do {
		timeout_ns *= 2;
		run_all(&r, SELF("deaf"),
			(struct proc_options){.timeout_ns = timeout_ns,
				.grace_ns = 30 * NS_PER_MS});
	} while (!r.wrote && timeout_ns < LEFT_FOR_S * NS_PER_SEC / 2);
	assert_int_equal(r.end.how, PROC_TIMED_OUT);
	assert_int_equal(r.end.status, SIGKILL);
	assert_true(r.end.elapsed_ns >= timeout_ns + 30 * NS_PER_MS);
	assert_true(r.all_dead);
}

static void
a_stopped_child_gets_time_to_end_by_itself(void **state)
{
	struct err e = {0};
	struct run r;

	(void)state;
	run_init(&r);
	check_ok(run_start(&r,
			 SH("trap 'exit 9' TERM; echo; while :; do sleep "
			    "0.01; done"),
			 (struct proc_options){.grace_ns = 1000 * NS_PER_SEC},
			 &e),
		&e);
	stop_when_ready(&r);
	run_finish(&r);
	assert_int_equal(r.end.how, PROC_STOPPED);
	assert_int_equal(r.end.status, 9);
}

static void
a_hurried_stop_does_not_wait_for_the_grace_time(void **state)
{
	struct err e = {0};

	(void)state;
	for (int again = 0; again < 2; again++) {
		struct run r;
		run_init(&r);
		r.stop_hurry = again == 0;
		r.hurry_after_ns = again;
		check_ok(run_start(&r, SELF("deaf"),
				 (struct proc_options){
					 .grace_ns = 1000 * NS_PER_SEC},
				 &e),
			&e);
		stop_when_ready(&r);
		run_finish(&r);
		assert_int_equal(r.end.how, PROC_STOPPED);
		assert_int_equal(r.end.status, SIGKILL);
	}
}

/* A loop's own time stands still while a callback works. */
static void
its_time_is_counted_from_its_start_not_from_the_loops_last_turn(void **state)
{
	struct err e = {0};
	struct run r;

	(void)state;
	run_init(&r);
	assert_int_equal(system("sleep 0.2"), 0);
	check_ok(run_start(&r, (const char *const[]){"sleep", "60", NULL},
			 (struct proc_options){.timeout_ns = 100 * NS_PER_MS,
				 .grace_ns = 1000 * NS_PER_SEC},
			 &e),
		&e);
	run_finish(&r);
	assert_true(r.end.elapsed_ns >= 100 * NS_PER_MS);
}

/* Waits without taking its status. */
static void
until_ended(const struct run *r)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)proc_child_identity(r->child).pid,
				 &info, WEXITED | WNOWAIT),
		0);
}

static void
a_stop_that_comes_too_late_does_not_hide_how_it_ended(void **state)
{
	struct err e = {0};
	struct run r;

	(void)state;
	run_init(&r);
	check_ok(run_start(&r, SH("exit 3"), (struct proc_options){0}, &e), &e);
	until_ended(&r);
	proc_child_stop(r.child, false);
	proc_child_stop(r.child, true);
	run_finish(&r);
	assert_int_equal(r.end.how, PROC_EXITED);
	assert_int_equal(r.end.status, 3);
}

static void
a_hostile_tree_is_dead_when_its_leader_has_exited(void **state)
{
	struct run r;

	(void)state;
	run_all(&r, SELF("hostile-exit"), (struct proc_options){0});
	assert_int_equal(r.end.how, PROC_EXITED);
	assert_int_equal(r.end.status, 5);
	assert_true(r.end.tree_dead);
	assert_true(r.all_dead);
}

static void
a_hostile_tree_is_dead_when_its_leader_was_stopped(void **state)
{
	struct err e = {0};
	struct run r;

	(void)state;
	run_init(&r);
	check_ok(run_start(&r, SELF("hostile-stay"),
			 (struct proc_options){.grace_ns = 20 * NS_PER_MS}, &e),
		&e);
	stop_when_ready(&r);
	run_finish(&r);
	assert_int_equal(r.end.how, PROC_STOPPED);
	assert_int_equal(r.end.status, SIGKILL);
	assert_true(r.end.tree_dead);
	assert_true(r.all_dead);
}

static void
a_process_without_environment_dies_with_its_session(void **state)
{
	struct run r;

	(void)state;
	run_all(&r, SELF("bare"), (struct proc_options){0});
	assert_int_equal(r.end.how, PROC_EXITED);
	assert_int_equal(r.end.status, 0);
	assert_true(r.all_dead);
}

static void
another_childs_end_is_not_taken_for_an_orphan(void **state)
{
	struct err e = {0};
	struct run r[2];

	(void)state;
	run_init(&r[0]);
	run_init(&r[1]);
	check_ok(run_start(&r[0], SH("exit 3"), (struct proc_options){0}, &e),
		&e);
	check_ok(run_start(&r[1], SH("exit 5"), (struct proc_options){0}, &e),
		&e);
	until_ended(&r[0]);
	until_ended(&r[1]);
	run_finish(&r[1]);
	run_finish(&r[0]);
	assert_int_equal(r[0].end.how, PROC_EXITED);
	assert_int_equal(r[0].end.status, 3);
	assert_int_equal(r[1].end.how, PROC_EXITED);
	assert_int_equal(r[1].end.status, 5);
}

static void
no_zombie_is_left_of_the_tree_even_when_orphans_fall_to_us(void **state)
{
	struct run r;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L), 0);
	/* It says when the last of them was handed to us. */
	run_all(&r, SELF("orphans"), (struct proc_options){0});
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0L, 0L, 0L, 0L), 0);
	assert_int_equal(r.end.status, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
bystanders_in_other_sessions_live_on(void **state)
{
	struct err e = {0};
	struct run other, r;

	(void)state;
	run_init(&other);
	char longer[80], inside[80];
	(void)snprintf(longer, sizeof(longer), "%s2", mark);
	(void)snprintf(inside, sizeof(inside), "X=%s", mark);
	const char *const envp[] = {longer, inside, "PATH=/usr/bin:/bin", NULL};
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct proc_options o = {
		.spawn = {.argv = (const char *const[]){"cat", NULL},
			.envp = envp,
			.fd = {ends[0], STDERR_FILENO, STDERR_FILENO}},
		.mark = str_from(longer),
		.on_end = on_end,
		.ctx = &other,
	};
	check_ok(
		proc_child_start(&other.child, &other.loop, sys_real(), &o, &e),
		&e);
	run_all(&r, SH("exit 0"), (struct proc_options){0});
	struct proc_identity id = proc_child_identity(other.child), now;
	assert_true(proc_identify(sys_real(), id.pid, &now));
	assert_int_equal(now.start_ticks, id.start_ticks);
	close(ends[1]); /* the end of its input ends it */
	close(ends[0]);
	other.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	run_finish(&other);
	assert_int_equal(other.end.how, PROC_EXITED);
	assert_int_equal(other.end.status, 0);
}

static void
its_input_is_the_file_it_was_given(void **state)
{
	char name[] = "/tmp/weir-child-XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);
	struct run r;

	(void)state;
	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, "the prompt", 10), 10);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	run_all(&r, SH("test \"$(cat)\" = 'the prompt'"),
		(struct proc_options){.spawn.fd[0] = fd});
	close(fd);
	assert_int_equal(r.end.status, 0);
}

static void
none_of_our_descriptors_is_inherited(void **state)
{
	struct run r;
	int leak = fcntl(STDERR_FILENO, F_DUPFD, 60); /* not CLOEXEC */

	(void)state;
	assert_true(leak >= 60);
	/* The fourth is the directory being listed. */
	run_all(&r, SH("test \"$(ls /proc/self/fd | wc -l)\" = 4"),
		(struct proc_options){0});
	close(leak);
	assert_int_equal(r.end.status, 0);
}

static void
it_leads_a_session_of_its_own(void **state)
{
	struct run r;

	(void)state;
	run_all(&r, SH("set -- $(cat /proc/$$/stat); test $5 = $$ -a $6 = $$"),
		(struct proc_options){0});
	assert_int_equal(r.end.status, 0);
}

static void
a_command_that_cannot_start_says_why(void **state)
{
	struct err e = {0};
	struct run r;

	(void)state;
	run_init(&r);
	check_fails(run_start(&r, (const char *const[]){"/no/such/agent", NULL},
			    (struct proc_options){0}, &e),
		&e, ERR_SYS, "starting '/no/such/agent'");
	assert_int_equal(e.sys, ENOENT);
	close(r.out);
	check_fails(run_start(&r, (const char *const[]){"/etc/passwd", NULL},
			    (struct proc_options){0}, &e),
		&e, ERR_SYS, "starting '/etc/passwd'");
	assert_int_equal(e.sys, EACCES);
	close(r.out);
	check_fails(run_start(&r, SH("exit 0"),
			    (struct proc_options){.spawn.cwd = "/no/such"}, &e),
		&e, ERR_SYS, "working directory '/no/such'");
	close(r.out);
	assert_int_equal(uv_loop_close(&r.loop), 0);
}

/* A process that cannot be killed, as the kernel would have it: signals and
 * its end are kept from us. */
static struct sys stubborn;

static int
no_signal(struct sys *s, int pidfd, int signo)
{
	(void)s;
	(void)pidfd;
	(void)signo;
	return 0;
}

static void
what_cannot_be_killed_is_reported_and_not_waited_for(void **state)
{
	struct err e = {0};
	struct run r;
	const char *const envp[] = {mark, "PATH=/usr/bin:/bin", NULL};
	int ends[2];

	(void)state;
	stubborn = *sys_real();
	stubborn.pidfd_signal = no_signal;
	run_init(&r);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	r.out = ends[0];
	struct proc_options o = {
		.spawn = {.argv = SH("setsid sleep 60 & until "
				     "[ \"$(cut -d' ' -f6 "
				     "/proc/$!/stat)\" = $! ]; "
				     "do :; done"),
			.envp = envp,
			.fd = {ends[0], ends[1], STDERR_FILENO}},
		.mark = str_from(mark),
		.on_end = on_end,
		.ctx = &r,
	};
	check_ok(proc_child_start(&r.child, &r.loop, &stubborn, &o, &e), &e);
	close(ends[1]);
	run_finish(&r);
	assert_int_equal(r.end.how, PROC_EXITED);
	assert_int_equal(r.end.status, 0);
	assert_false(r.end.tree_dead);
	assert_false(r.all_dead);
	assert_int_equal(
		proc_tree_kill(sys_real(), str_from(mark), 60 * NS_PER_SEC, &e),
		1);
}

/* The programs that the tests run. */

static void
deafen(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
}

/* If weir fails, its test should not fill the machine's process table: counted
 * by all that descend from one another. */
static bool
may_live_on(void)
{
	static int forks;

	return forks++ < 3000;
}

static int
linger(void)
{
	(void)alarm(LEFT_FOR_S);
	while (pause() < 0)
		;
	return 0;
}

/* Forks and lets its parent go: never the same process for long. */
static void
hop(void)
{
	while (may_live_on()) {
		(void)setsid();
		if (fork() > 0)
			_exit(0);
	}
}

/* Keeps a brood of three and replaces those that die. */
static void
brood(void)
{
	(void)alarm(LEFT_FOR_S);
	for (int n = 0; may_live_on(); n++) {
		if (fork() == 0) {
			(void)setsid();
			_exit(linger());
		}
		if (n >= 3)
			(void)wait(NULL);
	}
}

static int
be_hostile(bool stay)
{
	void (*const kinds[])(void) = {hop, brood, hop, brood};

	deafen();
	for (size_t i = 0; i < 4; i++)
		if (fork() == 0) {
			(void)setsid();
			if (fork() == 0)
				kinds[i]();
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	if (!stay)
		return 5;
	if (write(STDOUT_FILENO, "r", 1) != 1)
		return 6;
	return linger();
}

static int
be_deaf(void)
{
	deafen();
	if (write(STDOUT_FILENO, "r", 1) != 1)
		return 6;
	return linger();
}

/* Leaves a process in the same session, but in another group, that has no
 * environment. */
static int
leave_bare(void)
{
	char *const nothing[] = {NULL};
	char byte;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return 6;
	if (fork() == 0) {
		(void)setpgid(0, 0);
		(void)execle("/bin/sleep", "sleep", "60", NULL, nothing);
		_exit(6);
	}
	close(ends[1]);
	return read(ends[0], &byte, 1) == 0 ? 0 : 6; /* it has started */
}

/* Ten that leave the session and end at once, after their parents. */
static int
leave_orphans(void)
{
	char byte;
	int ends[2];

	if (pipe(ends) < 0)
		return 6;
	for (int i = 0; i < 10; i++)
		if (fork() == 0) {
			if (fork() == 0)
				_exit(setsid() < 0);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	close(ends[1]);
	return read(ends[0], &byte, 1) == 0 ? 0 : 6; /* all have ended */
}

static int
play(const char *mode)
{
	if (strcmp(mode, "deaf") == 0)
		return be_deaf();
	if (strcmp(mode, "orphans") == 0)
		return leave_orphans();
	if (strcmp(mode, "bare") == 0)
		return leave_bare();
	return be_hostile(strcmp(mode, "hostile-stay") == 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_exit_code_is_reported_once),
		cmocka_unit_test(it_may_be_freed_from_on_end),
		cmocka_unit_test(a_signal_that_ended_it_is_reported),
		cmocka_unit_test(
			a_child_that_obeys_sigterm_ends_when_its_time_is_up),
		cmocka_unit_test(
			a_child_that_ignores_sigterm_is_killed_after_the_grace_time),
		cmocka_unit_test(a_stopped_child_gets_time_to_end_by_itself),
		cmocka_unit_test(
			a_hurried_stop_does_not_wait_for_the_grace_time),
		cmocka_unit_test(
			its_time_is_counted_from_its_start_not_from_the_loops_last_turn),
		cmocka_unit_test(
			a_stop_that_comes_too_late_does_not_hide_how_it_ended),
		cmocka_unit_test(
			a_hostile_tree_is_dead_when_its_leader_has_exited),
		cmocka_unit_test(
			a_hostile_tree_is_dead_when_its_leader_was_stopped),
		cmocka_unit_test(
			a_process_without_environment_dies_with_its_session),
		cmocka_unit_test(another_childs_end_is_not_taken_for_an_orphan),
		cmocka_unit_test(
			no_zombie_is_left_of_the_tree_even_when_orphans_fall_to_us),
		cmocka_unit_test(bystanders_in_other_sessions_live_on),
		cmocka_unit_test(its_input_is_the_file_it_was_given),
		cmocka_unit_test(none_of_our_descriptors_is_inherited),
		cmocka_unit_test(it_leads_a_session_of_its_own),
		cmocka_unit_test(a_command_that_cannot_start_says_why),
		cmocka_unit_test(
			what_cannot_be_killed_is_reported_and_not_waited_for),
	};

	if (argc > 1)
		return play(argv[1]);
	(void)snprintf(mark, sizeof(mark), "WEIR_RUN_ID=child-%d-%lld",
		(int)getpid(),
		(long long)sys_real()->clock(sys_real(), SYS_CLOCK_UNIX));
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
