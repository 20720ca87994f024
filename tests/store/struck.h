/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STORE_STRUCK_H
#define TESTS_STORE_STRUCK_H

#include <sys/wait.h>

#include "fixture.h"

#include "store/config.h"
#include "store/migrate.h"

/* What the store is made to do while a file call fails, or kills it. */

static struct fixture f;

/* A project's store over a kernel that counts from now on, with this plan. */
static inline void
struck_open(struct sys_fault *fault, struct sys_fault_plan plan)
{
	fixture_fault(fault);
	fixture_open(&f, &fault->sys);
	fault->calls = 0;
	fault->plan = plan;
}

static inline void
struck_remove(void)
{
	fixture_close(&f);
	scratch_remove(&f.scratch);
}

/* How many calls it makes of what `arrange` made; it must succeed, with 0. */
static inline uint64_t
struck_calls(void (*arrange)(void), int (*run)(void))
{
	struct sys_fault fault;

	arrange();
	struck_open(&fault, (struct sys_fault_plan){0});
	assert_int_equal(run(), 0);
	uint64_t calls = fault.calls;
	struck_remove();
	assert_true(calls > 20);
	return calls;
}

enum { NOT_REACHED = 77 };

/* What became of a process that runs it: it exits with what it returned, or
 * with NOT_REACHED when the plan never struck. */
static inline int
struck_child(int (*run)(void), struct sys_fault_plan plan)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct sys_fault fault;
		struck_open(&fault, plan);
		int rc = run();
		_exit(fault.hits > 0 ? rc : NOT_REACHED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* Takes the inbox. */
static inline int
struck_take(void)
{
	struct inbox_taken taken;

	int rc = store_take_inbox(f.store, NOW, &taken, &f.e);
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	problems_release(&taken.notes);
	return rc;
}

/* Migrates to a pipeline of one phase. */
static inline int
struck_migrate(void)
{
	static const struct phase_config phase = {.name = {"build", 5}};
	static const struct pipeline_config feature = {
		.name = {"feature", 7}, .main = &phase, .main_n = 1};
	static const struct config config = {
		.pipelines = &feature, .pipelines_n = 1};
	const struct store_migration m = {.config = &config, .now_ns = NOW};
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct legacy_report report;

	return store_migrate(f.store, &m, &a, &report, &problems, &f.e);
}

#endif
