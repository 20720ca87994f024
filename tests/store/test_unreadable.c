/* SPDX-License-Identifier: MIT */
#include "project.h"

#include <errno.h>

#include "sys/pass.h"

/* Only a backlog that is not there is none. */

static const char backlog[] = "schema_version: 3\n"
			      "next_item_id: 2\n"
			      "items:\n"
			      "- {id: WRK-002, title: one, status: new}\n";

static int
setup(void **state)
{
	(void)state;
	project_make(backlog);
	return 0;
}

static void
something_else_in_the_backlogs_place_is_not_an_empty_one(void **state)
{
	struct problems problems = {0};
	struct snapshot *s;
	char path[512];

	(void)state;
	assert_int_equal(
		unlink(scratch_path(&f.scratch, "BACKLOG.yaml", path)), 0);
	assert_int_equal(store_load(f.store, &s, &problems, &f.e), 1);
	assert_int_equal(symlink("elsewhere", path), 0);
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"symbolic link");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"not a regular file");
	assert_null(s);
	problems_release(&problems);
}

static void
without_its_archive_a_backlog_is_shown_and_not_saved(void **state)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	const struct change add = change_add("over it");
	struct store_saved saved;
	struct snapshot *s;
	char path[512];

	(void)state;
	assert_int_equal(
		mkdir(scratch_path(&f.scratch, "BACKLOG_ARCHIVE.jsonl", path),
			0755),
		0);
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"BACKLOG_ARCHIVE.jsonl");
	assert_int_equal(problems.list.n, 1);
	assert_non_null(s);
	assert_int_equal(s->n, 1);
	snapshot_unref(s);
	check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e,
		ERR_INPUT, "BACKLOG_ARCHIVE.jsonl");
	check_fails(store_look(f.store, &s, &f.e), &f.e, ERR_INPUT,
		"BACKLOG_ARCHIVE.jsonl");
	snapshot_unref(s);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), backlog);
	/* Not there, it is empty, and that is seen. */
	assert_int_equal(rmdir(path), 0);
	check_ok(store_look(f.store, &s, &f.e), &f.e);
	snapshot_unref(s);
}

/* A kernel that gives no bytes of the backlog, at one call or the other. */
static struct barred {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	int at_open, at_read;
	int fd; /* the backlog's, when it is open */
} barred;

static int
barred_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	(void)s;
	bool it = strcmp(path, "BACKLOG.yaml") == 0;
	if (it && barred.at_open != 0)
		return -barred.at_open;
	int fd = sys_real()->openat(sys_real(), dir, path, flags, mode);
	if (it)
		barred.fd = fd;
	return fd;
}

static ssize_t
barred_pread(struct sys *s, int fd, void *p, size_t n, off_t at)
{
	(void)s;
	if (fd == barred.fd && barred.at_read != 0)
		return -barred.at_read;
	return sys_real()->pread(sys_real(), fd, p, n, at);
}

static ssize_t
barred_read(struct sys *s, int fd, void *p, size_t n)
{
	(void)s;
	if (fd == barred.fd && barred.at_read != 0)
		return -barred.at_read;
	return sys_real()->read(sys_real(), fd, p, n);
}

static int
barred_close(struct sys *s, int fd)
{
	(void)s;
	if (fd == barred.fd)
		barred.fd = -1;
	return sys_real()->close(sys_real(), fd);
}

static void
open_barred(int at_open, int at_read)
{
	fixture_close(&f);
	sys_pass_init(&barred.pass, sys_real());
	barred.sys.openat = barred_openat;
	barred.sys.pread = barred_pread;
	barred.sys.read = barred_read;
	barred.sys.close = barred_close;
	barred.fd = -1;
	barred.at_open = at_open;
	barred.at_read = at_read;
	fixture_open(&f, &barred.sys);
}

static void
a_backlog_that_cannot_be_read_is_not_an_empty_one(void **state)
{
	static const struct {
		int at_open, at_read;
	} errors[] = {{EACCES, 0}, {EIO, 0}, {0, EIO}, {EMFILE, 0}};
	const struct change add = change_add("over it");
	struct store_saved saved;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		int is = errors[i].at_open + errors[i].at_read;
		CLEANUP_PROBLEMS struct problems problems = {0};
		struct snapshot *s;
		open_barred(errors[i].at_open, errors[i].at_read);
		check_fails(store_load(f.store, &s, &problems, &f.e), &f.e,
			ERR_SYS, "BACKLOG.yaml");
		assert_int_equal(f.e.sys, is);
		assert_null(s);
		assert_int_equal(problems.list.n, 1);
		check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e),
			&f.e, ERR_SYS, "BACKLOG.yaml");
		check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), backlog);
	}
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, project_remove)
	const struct CMUnitTest tests[] = {
		EACH(something_else_in_the_backlogs_place_is_not_an_empty_one),
		EACH(without_its_archive_a_backlog_is_shown_and_not_saved),
		EACH(a_backlog_that_cannot_be_read_is_not_an_empty_one),
	};

	return cmocka_run_group_tests_name("unreadable", tests, NULL, NULL);
}
