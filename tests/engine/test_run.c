/* SPDX-License-Identifier: MIT */
#include "descriptors.h"
#include "scratch.h"

#include "engine/run.h"
#include "sys/real.h"

enum { ITEMS = 4 };

/* What others have made of the backlog when the first result is to be saved. */
struct meeting {
	const char *text; /* NULL: no file */
	int notices;
};

static struct {
	struct scratch scratch;
	struct err e;
	const struct meeting *meeting; /* NULL: it is over */
	char whole[4096];
	int starts, notices;
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

#define HEAD	 "schema_version: 3\nnext_item_id: 4\nitems:\n"
#define ITEM(id) "  - { id: " id ", title: " id ", status: ready }\n"

static void
put_backlog(const char *text)
{
	char from[512], to[512];

	scratch_put(&f.scratch, "put", text);
	assert_int_equal(rename(scratch_path(&f.scratch, "put", from),
				 scratch_path(&f.scratch, "BACKLOG.yaml", to)),
		0);
}

/* Once it is on record what a result leads to, it is saved. */
static int
rename_and_meet(struct sys *s, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	const struct meeting *m = f.meeting;
	char path[512];

	int rc = sys_real()->renameat(s, from_dir, from, to_dir, to, flags);
	if (m == NULL || strcmp(to, "decision.json") != 0)
		return rc;
	f.meeting = NULL;
	(void)snprintf(f.whole, sizeof(f.whole), "%s",
		scratch_get(&f.scratch, "BACKLOG.yaml").s);
	if (m->text != NULL)
		put_backlog(m->text);
	else
		assert_int_equal(
			unlink(scratch_path(&f.scratch, "BACKLOG.yaml", path)),
			0);
	return rc;
}

static void
hear(void *ctx, const struct event *ev)
{
	(void)ctx;
	f.starts += ev->kind == EVENT_PHASE_STARTED;
	if (ev->kind != EVENT_NOTICE)
		return;
	f.notices++;
	if (str_find(ev->text, STR("nothing new starts")) < ev->text.n) {
		assert_int_equal(f.starts, 1);
		put_backlog(f.whole);
	}
}

static void
prepare(void)
{
	char path[512];

	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "weir.yaml",
		"git: off\n"
		"agents: { worker: { command: [./agent.sh] } }\n"
		"pipelines: { feature: { phases: [{ name: build }] } }\n");
	scratch_put(&f.scratch, "agent.sh",
		"#!/bin/sh\n"
		"cat >/dev/null\n"
		"printf '{\"item_id\":\"%s\",\"phase\":\"%s\","
		"\"result\":\"phase_complete\",\"summary\":\"did it\"}' "
		"\"$WEIR_ITEM_ID\" \"$WEIR_PHASE\" >\"$WEIR_RESULT\"\n");
	assert_int_equal(
		chmod(scratch_path(&f.scratch, "agent.sh", path), 0755), 0);
	put_backlog(HEAD ITEM("WRK-001") ITEM("WRK-002") ITEM("WRK-003")
			ITEM("WRK-004"));
}

static void
run_and_meet(const struct meeting *m)
{
	const char *const variables[] = {"PATH=/usr/bin:/bin", NULL};
	const struct run_options options = {
		.cap = 100,
		.sink.on_event = hear,
		.patience_ns = INT64_C(60) * 1000 * 1000 * 1000,
		.environ = variables,
	};
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct sys sys = *sys_real();
	struct run_summary sum;
	struct project *p;

	sys.renameat = rename_and_meet;
	prepare();
	f.meeting = m;
	f.starts = 0;
	f.notices = 0;
	check_ok(project_open(&p, &sys, f.scratch.path, &problems, &f.e), &f.e);
	check_ok(engine_run(p, &options, &a, &sum, &f.e), &f.e);
	assert_null(f.meeting);
	assert_int_equal(f.starts, ITEMS);
	assert_int_equal(f.notices, m->notices);
	assert_int_equal(sum.halt, RUN_DONE);
	project_close(p);
	scratch_remove(&f.scratch);
}

/* One notice of that, and one that it is sound again. */
static void
a_save_that_meets_a_broken_backlog_tells_that_once(void **state)
{
	(void)state;
	run_and_meet(&(struct meeting){HEAD "  - id: \"broken\n", 2});
	run_and_meet(&(struct meeting){NULL, 2});
	/* Held for the items that it lost. */
	run_and_meet(&(struct meeting){HEAD ITEM("WRK-001"), 2});
}

static void
a_save_that_meets_another_backlog_is_redone_without_a_word(void **state)
{
	(void)state;
	run_and_meet(&(struct meeting){
		HEAD ITEM("WRK-002") ITEM("WRK-003") ITEM("WRK-004"), 0});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_run_that_cannot_watch_for_changes_leaves_nothing_open),
		cmocka_unit_test(
			a_save_that_meets_a_broken_backlog_tells_that_once),
		cmocka_unit_test(
			a_save_that_meets_another_backlog_is_redone_without_a_word),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
