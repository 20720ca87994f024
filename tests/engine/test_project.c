/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "engine/project.h"
#include "sys/real.h"

/* What a project promises to those who change it at the same moment. */

static struct {
	struct scratch scratch;
	struct sys sys; /* the real one, and somebody at the right moment */
	bool meddle;
	struct err e;
} f;

static int
setup(void **state)
{
	(void)state;
	f.sys = *sys_real();
	f.meddle = false;
	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: one, status: ready}\n"
		"- {id: WRK-002, title: two, status: ready}\n");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(&f.scratch);
	return 0;
}

/* One more process: `id` is to wait for `on`. */
static int
depend(struct sys *sys, const char *id, struct str on, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct project_saved saved = {0};
	struct project *p;
	const struct change add = {.kind = CHANGE_LIST,
		.id = str_from(id),
		.list = {.field = field_find(&item_fields, STR("dependencies")),
			.add = {.items = &on, .n = 1}}};

	check_ok(project_open(&p, sys, f.scratch.path, &problems, e), e);
	int rc = project_apply(p, &add, 1, &saved, e);
	snapshot_unref(saved.next);
	project_close(p);
	return rc;
}

/* Just before our process has the lock, another one saves. */
static int
meddle_and_lock(struct sys *s, int fd, short type)
{
	struct err e = {0};

	(void)s;
	if (f.meddle && type == F_WRLCK) {
		f.meddle = false;
		check_ok(depend(sys_real(), "WRK-001", STR("WRK-002"), &e), &e);
	}
	return sys_real()->lock(sys_real(), fd, type);
}

static void
two_halves_of_a_circle_saved_at_one_moment_are_refused(void **state)
{
	(void)state;
	f.sys.lock = meddle_and_lock;
	f.meddle = true;
	check_fails(depend(&f.sys, "WRK-002", STR("WRK-001"), &f.e), &f.e,
		ERR_CONFLICT, "'WRK-002' would wait for itself");
	assert_false(f.meddle);
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(text, STR("[WRK-002]")) < text.n);
	assert_int_equal(str_find(text, STR("[WRK-001]")), text.n);
}

static int
make_nothing(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	if ((flags & O_CREAT) != 0)
		return -EROFS;
	return sys_real()->openat(s, dir, path, flags, mode);
}

static void
a_project_that_is_whole_is_found_where_nothing_can_be_written(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	const struct project_init_options how = {
		.dir = f.scratch.path, .prefix = STR("WRK")};
	struct project_inited done;

	(void)state;
	check_ok(project_init(sys_real(), &how, &a, &done, &f.e), &f.e);
	size_t all = done.made.n + done.kept.n;
	assert_true(all > 4);
	f.sys.openat = make_nothing;
	check_ok(project_init(&f.sys, &how, &a, &done, &f.e), &f.e);
	assert_int_equal(done.made.n, 0);
	assert_int_equal(done.kept.n, all);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_project_that_is_whole_is_found_where_nothing_can_be_written),
		T(two_halves_of_a_circle_saved_at_one_moment_are_refused),
	};

	return cmocka_run_group_tests_name("project", tests, NULL, NULL);
}
