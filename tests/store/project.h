/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STORE_PROJECT_H
#define TESTS_STORE_PROJECT_H

#include <sys/wait.h>

#include "fixture.h"

/* The one project of a test, with the store on it open. */

static struct fixture f;

/* `backlog` is its BACKLOG.yaml; NULL: it has none yet. */
static inline void
project_make(const char *backlog)
{
	scratch_make(&f.scratch);
	if (backlog != NULL)
		scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	fixture_open(&f, sys_real());
}

static inline int
project_bare(void **state)
{
	(void)state;
	project_make(NULL);
	return 0;
}

static inline int
project_remove(void **state)
{
	(void)state;
	fixture_close(&f);
	scratch_remove(&f.scratch);
	return 0;
}

/* In a child that is killed at the call `at`. How it ended. */
static inline int
project_killed(uint64_t at, int (*act)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct sys_fault fault;
		fixture_fault(&fault);
		fixture_close(&f);
		fixture_open(&f, &fault.sys);
		fault.calls = 0;
		fault.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_KILL};
		_exit(act() < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* A kernel on which somebody saves the backlog whenever a file is opened. */
static struct {
	struct sys sys;
	const char *backlog;
	int saves;
} project_busy;

static inline int
project_open_and_save(
	struct sys *sys, int at, const char *path, int flags, mode_t mode)
{
	char text[2048];

	(void)sys;
	(void)snprintf(text, sizeof(text), "# %d\n%s", ++project_busy.saves,
		project_busy.backlog);
	scratch_put(&f.scratch, "BACKLOG.yaml", text);
	return sys_real()->openat(sys_real(), at, path, flags, mode);
}

/* The store goes on over that one, where `backlog` is saved again and again. */
static inline void
project_keep_busy(const char *backlog)
{
	fixture_close(&f);
	project_busy.sys = *sys_real();
	project_busy.sys.openat = project_open_and_save;
	project_busy.backlog = backlog;
	fixture_open(&f, &project_busy.sys);
}

/* A save of these changes, which must succeed. */
static inline void
project_save(const struct change *changes, size_t n)
{
	struct store_saved saved;

	check_ok(store_apply(f.store, changes, n, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
}

#endif
