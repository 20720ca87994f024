/* SPDX-License-Identifier: MIT */
#include "struck.h"

#include <signal.h>

/*
 * A migration, killed and failed at every file call it makes, on a real file
 * system. Afterwards the backlog is the old one or the new one, and never the
 * new one without a copy of the old; a second migration makes the new one, and
 * there is one copy.
 */

static const char old[] = "schema_version: 1 # the old one\n"
			  "items:\n"
			  "- id: WRK-001\n"
			  "  title: first\n"
			  "  status: scoped\n";

static const char new[] = "schema_version: 3 # the old one\n"
			  "next_item_id: 1\n"
			  "items:\n"
			  "- id: WRK-001\n"
			  "  title: first\n"
			  "  status: ready\n"
			  "  pipeline_type: feature\n";

static const char copy[] = ".weir/backups/BACKLOG.yaml.schema-1";

/* Exit codes of the child: what it would have told a person. */
enum { ACKED = 0, REFUSED = 1, POISONED = 2 };

static void
arrange(void)
{
	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "BACKLOG.yaml", old);
}

static int
migrate(void)
{
	if (struck_migrate() == 0)
		return ACKED;
	return f.e.code == ERR_POISONED ? POISONED : REFUSED;
}

static void
check_no_leftovers(const char *name)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
	struct str_list names;

	check_ok(fio_dir_open_in(&dir, &f.root, name, &f.e), &f.e);
	check_ok(fio_dir_list(&dir, ".B", &a, &names, &f.e), &f.e);
	if (names.n > 0)
		fail_msg("'%s' is left over", names.items[0].s);
	check_ok(fio_dir_list(&dir, "B", &a, &names, &f.e), &f.e);
	assert_int_equal(names.n, 1);
}

static bool
is_new(void)
{
	struct str bytes = scratch_get(&f.scratch, "BACKLOG.yaml");

	if (str_eq_c(bytes, new))
		return true;
	check_str(bytes, old);
	return false;
}

/* What is there after `said`, and what a new process makes of it. */
static void
check_recovered(int said)
{
	bool done = is_new();

	if (said == ACKED)
		assert_true(done);
	if (said == REFUSED)
		assert_false(done);
	if (done)
		check_str(scratch_get(&f.scratch, copy), old);
	fixture_open(&f, sys_real());
	for (int i = 0; i < 2; i++) {
		assert_int_equal(migrate(), ACKED);
		assert_true(is_new());
		check_str(scratch_get(&f.scratch, copy), old);
		check_no_leftovers(".");
		check_no_leftovers(".weir/backups");
	}
	fixture_close(&f);
}

static void
a_kill_at_any_call_leaves_the_old_or_the_new_backlog(void **state)
{
	uint64_t calls = struck_calls(arrange, migrate);

	(void)state;
	for (uint64_t at = 1; at <= calls; at++) {
		arrange();
		int status = struck_child(migrate,
			(struct sys_fault_plan){
				.at = at, .how = SYS_FAULT_KILL});
		assert_true(WIFSIGNALED(status));
		check_recovered(-1);
		scratch_remove(&f.scratch);
	}
}

static void
an_error_at_any_call_leaves_the_old_or_the_new_backlog(void **state)
{
	static const int errnos[] = {ENOSPC, EIO};
	uint64_t calls = struck_calls(arrange, migrate);
	int seen[POISONED + 1] = {0};

	(void)state;
	for (uint64_t i = 0; i < calls * 4; i++) {
		arrange();
		int status = struck_child(migrate,
			(struct sys_fault_plan){
				.at = i / 4 + 1,
				.how = SYS_FAULT_ERRNO,
				.sys = errnos[i % 2],
				.from_then = i / 2 % 2 == 1,
			});
		assert_true(WIFEXITED(status));
		assert_int_not_equal(WEXITSTATUS(status), NOT_REACHED);
		seen[WEXITSTATUS(status)]++;
		check_recovered(WEXITSTATUS(status));
		scratch_remove(&f.scratch);
	}
	assert_true(seen[REFUSED] > 0 && seen[POISONED] > 0);
}

static void
a_failed_directory_sync_is_logged(void **state)
{
	uint64_t calls = struck_calls(arrange, migrate);
	size_t logged = 0;

	(void)state;
	for (uint64_t at = 1; at <= calls; at++) {
		struct sys_fault fault;
		enum events_kind told;
		arrange();
		struck_open(&fault,
			(struct sys_fault_plan){
				.at = at, .how = SYS_FAULT_ERRNO, .sys = EIO});
		/* Before .weir is ready there is nothing to tell. */
		if (migrate() == POISONED && fixture_first_event(&f, &told)) {
			assert_int_equal(told, EVENTS_POISONED);
			logged++;
		}
		struck_remove();
	}
	assert_true(logged > 0);
}

/* A kernel on which somebody saves the backlog when a file is opened for the
 * n-th time. */
struct editor {
	struct sys sys;
	struct sys *under;
	int opens, at;
};

static const char edited[] = "schema_version: 1\nitems: [] # by hand\n";

static int
open_and_edit(struct sys *sys, int at, const char *path, int flags, mode_t mode)
{
	struct editor *ed = (struct editor *)sys;

	if (++ed->opens == ed->at)
		scratch_put(&f.scratch, "BACKLOG.yaml", edited);
	return ed->under->openat(ed->under, at, path, flags, mode);
}

static void
an_edit_saved_meanwhile_is_not_replaced(void **state)
{
	int refused = 0, opens = 1;

	(void)state;
	for (int at = 1; at <= opens; at++) {
		struct editor ed = {
			.sys = *sys_real(), .under = sys_real(), .at = -1};
		ed.sys.openat = open_and_edit;
		arrange();
		fixture_open(&f, &ed.sys);
		ed.opens = 0;
		ed.at = at;
		int said = migrate();
		opens = said == ACKED && ed.opens > opens ? ed.opens : opens;
		struct str bytes = scratch_get(&f.scratch, "BACKLOG.yaml");
		if (said == REFUSED) {
			assert_int_equal(f.e.code, ERR_CONFLICT);
			check_str(bytes, edited);
			refused++;
		} else if (!str_eq_c(bytes, edited)) {
			/* Not saved over it after all was done. */
			check_str(bytes,
				"schema_version: 3\nnext_item_id: 0\n"
				"items: [] # by hand\n");
		}
		struck_remove();
	}
	assert_true(refused > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_kill_at_any_call_leaves_the_old_or_the_new_backlog),
		cmocka_unit_test(
			an_error_at_any_call_leaves_the_old_or_the_new_backlog),
		cmocka_unit_test(a_failed_directory_sync_is_logged),
		cmocka_unit_test(an_edit_saved_meanwhile_is_not_replaced),
	};

	return cmocka_run_group_tests_name("migrate_crash", tests, NULL, NULL);
}
