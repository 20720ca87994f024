/* SPDX-License-Identifier: MIT */
#include "scratch-dir.h"

#include <signal.h>
#include <sys/wait.h>

#include "fio/file.h"
#include "sys/fault.h"

static void
a_missing_file_is_not_an_error(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	struct fio_version v = {.exists = true};

	(void)state;
	assert_int_equal(fio_read(&dir, "none", 100, &b, &v, &e), 1);
	assert_false(v.exists);
}

static void
only_absence_counts_as_absence(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	char path[512];

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "d", path), 0755), 0);
	assert_int_equal(mkfifo(scratch_path(&s, "fifo", path), 0644), 0);
	assert_int_equal(symlink("d", scratch_path(&s, "link", path)), 0);
	check_fails(fio_read(&dir, "d", 100, &b, NULL, &e), &e, ERR_INPUT,
		"is not a regular file");
	check_fails(fio_read(&dir, "fifo", 100, &b, NULL, &e), &e, ERR_INPUT,
		"is not a regular file");
	check_fails(fio_read(&dir, "link", 100, &b, NULL, &e), &e, ERR_INPUT,
		"symbolic link");
}

static void
a_file_over_the_limit_is_refused_unread(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	scratch_put(&s, "f", "123456");
	check_fails(fio_read(&dir, "f", 5, &b, NULL, &e), &e, ERR_LIMIT,
		"has 6 bytes; at most 5");
	assert_int_equal(b.n, 0);
	check_ok(fio_read(&dir, "f", 6, &b, NULL, &e), &e);
	check_str(buf_str(&b), "123456");
}

static void
a_replaced_file_has_the_new_bytes_and_the_old_mode(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	struct fio_version v;
	struct stat st;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "old");
	assert_int_equal(chmod(scratch_path(&s, "f", path), 0640), 0);
	check_ok(fio_read(&dir, "f", 100, &b, &v, &e), &e);
	check_ok(fio_replace(&dir, "f", STR("new"), 0600, &v, &v, &e), &e);
	check_str(scratch_get(&s, "f"), "new");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(fio_is_version(&dir, "f", &v, &e), 0);
}

static void
an_unseen_edit_is_never_overwritten(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	struct fio_version v;

	(void)state;
	scratch_put(&s, "f", "read");
	check_ok(fio_read(&dir, "f", 100, &b, &v, &e), &e);
	/* Same size, in place, within one tick of the file's clock. */
	scratch_put(&s, "f", "edit");
	assert_int_equal(fio_is_version(&dir, "f", &v, &e), 1);
	check_fails(fio_replace(&dir, "f", STR("ours"), 0644, &v, NULL, &e), &e,
		ERR_CONFLICT, "was changed by somebody else");
	check_str(scratch_get(&s, "f"), "edit");
	assert_int_equal(fio_sweep(&dir, &e), 0);
}

static void
a_file_that_appeared_is_a_conflict_too(void **state)
{
	struct fio_version none = {0};

	(void)state;
	scratch_put(&s, "f", "theirs");
	check_fails(fio_replace(&dir, "f", STR("ours"), 0644, &none, NULL, &e),
		&e, ERR_CONFLICT, "changed");
	check_str(scratch_get(&s, "f"), "theirs");
}

static void
creating_never_replaces(void **state)
{
	(void)state;
	assert_int_equal(fio_create(&dir, "f", STR("one"), 0600, &e), 0);
	assert_int_equal(fio_create(&dir, "f", STR("two"), 0600, &e), 1);
	check_str(scratch_get(&s, "f"), "one");
}

static void
what_is_displaced_gets_the_name_aside_and_nothing_else_does(void **state)
{
	char path[512];

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "f", path), 0700), 0);
	scratch_put(&s, "f/in", "there");
	scratch_put(&s, "taken", "by another");
	assert_int_equal(
		fio_displace(&dir, "f", "taken", STR("new"), 0600, &e), 1);
	check_str(scratch_get(&s, "f/in"), "there");
	check_ok(fio_displace(&dir, "f", "aside", STR("new"), 0600, &e), &e);
	check_str(scratch_get(&s, "f"), "new");
	check_str(scratch_get(&s, "aside/in"), "there");
	check_str(scratch_get(&s, "taken"), "by another");
	/* Nothing there is nothing to displace. */
	assert_int_equal(
		fio_displace(&dir, "none", "other", STR("new"), 0600, &e), -1);
	assert_false(scratch_has(&s, "none"));
	assert_false(scratch_has(&s, "other"));
}

static void
a_torn_last_line_is_ended_before_the_next_record(void **state)
{
	(void)state;
	scratch_put(&s, "log", "whole\ntor");
	check_ok(fio_append(&dir, "log", STR("next\n"), 0644, &e), &e);
	check_str(scratch_get(&s, "log"), "whole\ntor\nnext\n");
}

static void
a_failed_append_leaves_the_file_as_it_was(void **state)
{
	struct sys_fault f;
	struct fio_dir faulty = dir;

	(void)state;
	sys_fault_init(&f, sys_real());
	faulty.sys = &f.sys;
	scratch_put(&s, "log", "a\n");
	/* openat, fstat, pread, write: it stops halfway, or fails. */
	f.plan = (struct sys_fault_plan){
		.at = 4, .how = SYS_FAULT_SHORT, .from_then = false};
	check_ok(fio_append(&faulty, "log", STR("bcdef\n"), 0644, &e), &e);
	check_str(scratch_get(&s, "log"), "a\nbcdef\n");
	f.calls = 0;
	f.plan = (struct sys_fault_plan){
		.at = 4, .how = SYS_FAULT_ERRNO, .sys = ENOSPC};
	check_fails(fio_append(&faulty, "log", STR("ghi\n"), 0644, &e), &e,
		ERR_SYS, "No space left");
	check_str(scratch_get(&s, "log"), "a\nbcdef\n");
	assert_int_equal(f.hits, 2);
}

static void
sweeping_takes_only_our_own_leftovers(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	(void)state;
	scratch_put(&s, ".BACKLOG.yaml.0123456789abcdef.weir-tmp", "x");
	scratch_put(&s, ".BACKLOG.yaml.swp", "vim");
	scratch_put(&s, "BACKLOG.yaml", "b");
	check_ok(fio_leftovers(&dir, &a, &names, &e), &e);
	assert_int_equal(names.n, 1);
	check_str(names.items[0], ".BACKLOG.yaml.0123456789abcdef.weir-tmp");
	check_ok(fio_sweep(&dir, &e), &e);
	assert_false(
		scratch_has(&s, ".BACKLOG.yaml.0123456789abcdef.weir-tmp"));
	assert_true(scratch_has(&s, ".BACKLOG.yaml.swp"));
	assert_true(scratch_has(&s, "BACKLOG.yaml"));
}

static void
a_file_with_a_writer_is_not_read_yet(void **state)
{
	CLEANUP_BUF struct buf b = {0};
	char path[512];

	(void)state;
	scratch_put(&s, "inbox", "- title: a\n");
	int fd = open(scratch_path(&s, "inbox", path), O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(fio_read_settled(&dir, "inbox", 100, &b, NULL, &e), 2);
	assert_int_equal(b.n, 0);
	assert_int_equal(close(fd), 0);
	int rc = fio_read_settled(&dir, "inbox", 100, &b, NULL, &e);
	/* Without leases, freshness alone decides: then it is still 2. */
	assert_true(rc == 0 || rc == 2);
	if (rc == 0)
		check_str(buf_str(&b), "- title: a\n");
}

/* A writer that never rests: each file it makes is all of one letter. */
static pid_t
start_replacing(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (char c = 'a';; c = c == 'z' ? 'a' : (char)(c + 1)) {
		char text[3000];
		memset(text, c, sizeof(text));
		if (fio_replace(&dir, "f", str_of(text, sizeof(text)), 0644,
			    NULL, NULL, &e) < 0)
			_exit(1);
	}
}

static void
a_file_replaced_while_it_is_read_is_read_again(void **state)
{
	(void)state;
	scratch_put(&s, "f", "a");
	pid_t pid = start_replacing();
	for (int i = 0, others = 0; i < 3000 || others < 10; i++) {
		static char last;
		CLEANUP_BUF struct buf b = {0};
		check_ok(fio_read(&dir, "f", 9999, &b, NULL, &e), &e);
		for (size_t k = 0; k < b.n; k++)
			assert_int_equal(b.p[k], b.p[0]);
		others += b.p[0] != last;
		last = b.p[0];
		/* It has not given up. */
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dir_make, dir_remove)
	const struct CMUnitTest tests[] = {
		T(a_missing_file_is_not_an_error),
		T(only_absence_counts_as_absence),
		T(a_file_over_the_limit_is_refused_unread),
		T(a_replaced_file_has_the_new_bytes_and_the_old_mode),
		T(an_unseen_edit_is_never_overwritten),
		T(a_file_that_appeared_is_a_conflict_too),
		T(creating_never_replaces),
		T(what_is_displaced_gets_the_name_aside_and_nothing_else_does),
		T(a_torn_last_line_is_ended_before_the_next_record),
		T(a_failed_append_leaves_the_file_as_it_was),
		T(sweeping_takes_only_our_own_leftovers),
		T(a_file_replaced_while_it_is_read_is_read_again),
		T(a_file_with_a_writer_is_not_read_yet),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
