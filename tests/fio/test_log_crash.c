/* SPDX-License-Identifier: MIT */
#include "logs.h"

#include <signal.h>
#include <sys/wait.h>

/*
 * Appending to a log in every state it can be in, killed and failed at every
 * call it makes. Afterwards another process appends: what was acknowledged is
 * there, what was not is there whole or not at all, and the chain holds.
 */

enum { BEFORE = 8 }; /* as many records as make a file full */

static void
nothing(void)
{
}

static void
some(void)
{
	log_fill(SEGMENT, 2);
}

static void
full(void)
{
	log_fill(SEGMENT, BEFORE);
}

static void
just_put_aside(void)
{
	char from[512], to[512];

	log_fill(SEGMENT, BEFORE);
	assert_int_equal(
		rename(scratch_path(&s, "log.jsonl", from),
			scratch_path(&s, "log-000000000008.jsonl", to)),
		0);
}

static void
torn(void)
{
	char path[512];

	log_fill(SEGMENT, 2);
	int fd = open(scratch_path(&s, "log.jsonl", path), O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"seq\":3,\"pr", 12), 12);
	assert_int_equal(close(fd), 0);
}

static void
damaged(void)
{
	struct str text;

	log_fill(SEGMENT, 4);
	text = scratch_get(&s, "log.jsonl");
	s.text[10] ^= 1;
	scratch_put_bytes(&s, "log.jsonl", text.s, text.n);
}

static const struct state {
	const char *name;
	void (*arrange)(void);
	int before;   /* records */
	bool damaged; /* one of them is not to be read any more */
} states[] = {
	{"nothing", nothing, 0, false},
	{"some", some, 2, false},
	{"full", full, BEFORE, false},
	{"just put aside", just_put_aside, BEFORE, false},
	{"torn", torn, 2, false},
	{"damaged", damaged, 4, true},
};

enum { STATES = sizeof(states) / sizeof(states[0]) };

static int
append(int n)
{
	struct fio_log_place place = log_place();
	struct problems notes = {0};

	place.verify = true;
	int rc = log_add(&place, n, &notes);
	problems_release(&notes);
	return rc;
}

static void
check_after(const struct state *x, bool acked, bool refused, uint64_t at)
{
	static struct log_seen seen;
	int next = x->before + 1;

	dir.sys = sys_real();
	check_ok(append(next + 1), &e);
	log_read(&seen);
	for (size_t i = 0; i < seen.n && refused; i++)
		assert_int_not_equal(seen.said[i], next);
	size_t at_least = (size_t)x->before - x->damaged + 1 + acked;
	if (seen.n < at_least || seen.n > at_least + !acked)
		fail_msg("%s, call %llu: %zu records", x->name,
			(unsigned long long)at, seen.n);
	if (seen.troubles != x->damaged)
		fail_msg("%s, call %llu: %s", x->name, (unsigned long long)at,
			seen.first.msg);
	assert_int_equal(seen.said[seen.n - 1], next + 1);
	if (seen.n == (size_t)next - x->damaged + 1)
		assert_int_equal(seen.said[seen.n - 2], next);
	for (size_t i = 1; i < seen.n; i++)
		assert_int_equal(seen.seq[i], seen.seq[i - 1] + 1);
}

static uint64_t
count_calls(const struct state *x)
{
	struct sys_fault f;

	(void)dir_make(NULL);
	x->arrange();
	sys_fault_init(&f, sys_real());
	dir.sys = &f.sys;
	check_ok(append(x->before + 1), &e);
	(void)dir_remove(NULL);
	assert_true(f.calls >= 5);
	return f.calls;
}

static void
a_kill_at_any_call_loses_no_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < STATES; i++) {
		uint64_t calls = count_calls(&states[i]);
		for (uint64_t at = 1; at <= calls; at++) {
			int status;
			(void)dir_make(NULL);
			states[i].arrange();
			pid_t pid = fork();
			if (pid == 0) {
				struct sys_fault f;
				sys_fault_init(&f, sys_real());
				f.plan = (struct sys_fault_plan){
					.at = at, .how = SYS_FAULT_KILL};
				dir.sys = &f.sys;
				(void)append(states[i].before + 1);
				_exit(0);
			}
			assert_int_equal(waitpid(pid, &status, 0), pid);
			assert_true(WIFSIGNALED(status));
			check_after(&states[i], false, false, at);
			(void)dir_remove(NULL);
		}
	}
}

static void
an_error_at_any_call_loses_no_record(void **state)
{
	static const struct sys_fault_plan plans[] = {
		{.how = SYS_FAULT_ERRNO, .sys = ENOSPC},
		{.how = SYS_FAULT_ERRNO, .sys = EIO},
		{.how = SYS_FAULT_ERRNO, .sys = EIO, .from_then = true},
		{.how = SYS_FAULT_SHORT, .sys = ENOSPC},
		{.how = SYS_FAULT_SHORT, .sys = ENOSPC, .from_then = true},
	};
	uint64_t refused = 0, acked = 0;

	(void)state;
	for (size_t i = 0; i < STATES; i++) {
		uint64_t calls = count_calls(&states[i]);
		for (uint64_t at = 1; at <= calls * 5; at++) {
			struct sys_fault f;
			(void)dir_make(NULL);
			states[i].arrange();
			sys_fault_init(&f, sys_real());
			f.plan = plans[at % 5];
			f.plan.at = (at + 4) / 5;
			dir.sys = &f.sys;
			int rc = append(states[i].before + 1);
			assert_true(f.hits > 0);
			refused += rc < 0;
			acked += rc == 0;
			/* A disk that fails once takes back what it refused. */
			check_after(&states[i], rc == 0,
				rc < 0 && !f.plan.from_then, at);
			(void)dir_remove(NULL);
		}
	}
	assert_true(refused > 50 && acked > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_at_any_call_loses_no_record),
		cmocka_unit_test(an_error_at_any_call_loses_no_record),
	};

	return cmocka_run_group_tests_name("log_crash", tests, NULL, NULL);
}
