/* SPDX-License-Identifier: MIT */
#include "descriptors.h"
#include "scratch.h"

#include "engine/run.h"
#include "sys/real.h"

static struct {
	struct scratch scratch;
	struct err e;
} f;

/* A descriptor that no event loop can wait for. */
static int
open_file(struct sys *s)
{
	return sys_real()->openat(s, AT_FDCWD, "/proc/self/exe", O_RDONLY, 0);
}

static int
add_nothing(struct sys *s, int fd, const char *path, uint32_t mask)
{
	(void)s;
	(void)fd;
	(void)path;
	(void)mask;
	return 1;
}

static void
a_run_that_cannot_watch_for_changes_leaves_nothing_open(void **state)
{
	const char *const nothing[] = {NULL};
	const struct run_options options = {.environ = nothing};
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct sys sys = *sys_real();
	struct run_summary sum;
	struct project *p;
	size_t before = 0;

	(void)state;
	sys.inotify_init = open_file;
	sys.inotify_add = add_nothing;
	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "weir.yaml", "git: off\n");
	scratch_put(
		&f.scratch, "BACKLOG.yaml", "schema_version: 3\nitems: []\n");
	check_ok(project_open(&p, &sys, f.scratch.path, &problems, &f.e), &f.e);
	/* What libuv keeps for the process is there after the first time. */
	for (int i = 0; i < 2; i++) {
		before = open_descriptors();
		check_fails(engine_run(p, &options, &a, &sum, &f.e), &f.e,
			ERR_SYS, "watching for changes");
	}
	assert_int_equal(open_descriptors(), before);
	assert_false(sum.begun);
	project_close(p);
	scratch_remove(&f.scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_run_that_cannot_watch_for_changes_leaves_nothing_open),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
