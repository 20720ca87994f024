/* SPDX-License-Identifier: MIT */
#include "migration.h"

/*
 * What may be done with a backlog of an older schema, and what is left beside
 * it when it is migrated.
 */

static void
loading_shows_what_an_older_backlog_means_and_writes_nothing(void **state)
{
	static const char backlog[] =
		"items:\n"
		"- id: W-1\n  title: a\n  status: researching\n  phase: prd\n"
		"- id: W-2\n  title: b\n  status: scoped\n"
		"  description: 'Problem: p'\n";

	(void)state;
	put(backlog);
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->older_schema, 1);
	assert_int_equal(s->items[0].status, STATUS_SCOPING);
	assert_false(str_is_set(s->items[0].phase));
	assert_int_equal(s->items[1].status, STATUS_READY);
	check_str(s->items[1].description.problem, "p");
	snapshot_unref(s);
	check_backlog(backlog);
	assert_false(scratch_has(&f.scratch, ".weir"));
}

static void
nothing_is_saved_to_an_older_backlog(void **state)
{
	const struct change add = change_add("Second");
	struct store_saved saved;
	struct snapshot *s;

	(void)state;
	put(V2);
	check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e,
		ERR_INPUT,
		"BACKLOG.yaml:1:17: schema 2 can be shown and not changed; "
		"'weir migrate'");
	check_backlog(V2);
	check_fails(store_look(f.store, &s, &f.e), &f.e, ERR_INPUT,
		"'weir migrate'");
	snapshot_unref(s);
	check_fails(store_look(f.store, &s, &f.e), &f.e, ERR_INPUT,
		"'weir migrate'"); /* seen again, from memory */
	snapshot_unref(s);
	put("items: []\n");
	check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e,
		ERR_INPUT, "BACKLOG.yaml:1:1: without 'schema_version'");
}

static void
one_bad_item_hides_no_other_of_an_older_backlog(void **state)
{
	static const char bad[] = "schema_version: 1\nitems:\n"
				  "- {id: W-1, title: a, status: scoped}\n"
				  "- {id: W-2, title: b, status: scoping}\n"
				  "- {id: W-3, title: c, status: researching, "
				  "size: huge}\n"
				  "- {id: W-4, title: d, status: new}\n";
	struct problems problems = {0};
	struct snapshot *s;

	(void)state;
	check_refused(bad, ERR_INPUT,
		"BACKLOG.yaml:4:31: 'status': 'scoping' is not one of new, "
		"researching, ");
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"'scoping'");
	assert_int_equal(problems.list.n, 2);
	assert_non_null(strstr(problems.list.items[1].msg,
		"BACKLOG.yaml:5:50: 'size': 'huge'"));
	assert_int_equal(s->n, 2);
	assert_int_equal(s->items[0].status, STATUS_READY);
	snapshot_unref(s);
	problems_release(&problems);
}

static void
items_of_an_older_backlog_that_does_not_parse_are_read(void **state)
{
	struct problems problems = {0};
	struct snapshot *s;

	(void)state;
	put("schema_version: 1 # old\nitems:\n"
	    "- id: W-1\n  title: a\n  status: researching\n"
	    "- id: [W-2\n  title: b\n"
	    "- id: W-3\n  title: c\n  status: scoped\n");
	assert_int_equal(store_load(f.store, &s, &problems, &f.e), -1);
	assert_int_equal(problems.list.n, 1);
	assert_non_null(snapshot_find(s, STR("W-1")));
	assert_non_null(snapshot_find(s, STR("W-3")));
	snapshot_unref(s);
	problems_release(&problems);
}

static void
the_file_as_it_was_is_kept(void **state)
{
	(void)state;
	migrate(V2);
	check_str(report.backup, ".weir/backups/BACKLOG.yaml.schema-2");
	check_str(scratch_get(&f.scratch, report.backup.s), V2);
	check_str(scratch_get(&f.scratch, ".weir/.gitignore"), "*\n");
}

static void
a_copy_that_is_there_is_never_written_over(void **state)
{
	(void)state;
	migrate(V2);
	migrate("schema_version: 2\nitems: []\n");
	check_str(report.backup, ".weir/backups/BACKLOG.yaml.schema-2.2");
	check_str(scratch_get(&f.scratch, report.backup.s),
		"schema_version: 2\nitems: []\n");
	check_str(
		scratch_get(&f.scratch, ".weir/backups/BACKLOG.yaml.schema-2"),
		V2);
	/* The same file once more needs no third. */
	migrate(V2);
	check_str(report.backup, ".weir/backups/BACKLOG.yaml.schema-2");
	assert_false(scratch_has(
		&f.scratch, ".weir/backups/BACKLOG.yaml.schema-2.3"));
}

static void
a_dry_run_shows_the_difference_and_writes_nothing(void **state)
{
	(void)state;
	put(V2);
	check_ok(try_migrate(true), &f.e);
	check_backlog(V2);
	assert_false(scratch_has(&f.scratch, ".weir"));
	assert_false(str_is_set(report.backup));
	check_str(report.diff,
		"--- a/BACKLOG.yaml\n"
		"+++ b/BACKLOG.yaml\n"
		"@@ -1,4 +1,4 @@\n"
		"-schema_version: 2\n"
		"+schema_version: 3\n"
		" next_item_id: 40\n"
		" items:\n"
		" - id: WRK-001\n"
		"@@ -7,6 +7,7 @@\n"
		"   phase: prd\n"
		"   created: 2026-01-01T00:00:00Z\n"
		"   pipeline_type: docs\n"
		"-  description: 'Problem: it hurts'\n"
		"+  description:\n"
		"+    problem: it hurts\n"
		"   phase_pool: pre\n"
		"   last_phase_commit: abc\n");
}

static void
an_item_that_had_not_left_is_still_there(void **state)
{
	static const char item[] =
		"items:\n- {id: W-1, title: a, status: in_progress}\n";
	const struct change done[] = {
		{.kind = CHANGE_STATUS,
			.id = STR("W-1"),
			.status = STATUS_DONE},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("W-1"),
			.departure = DEPARTED_DONE},
	};
	struct store_saved saved;
	char backlog[200];

	(void)state;
	/* A save that died between its archive and its backlog. */
	(void)snprintf(backlog, sizeof(backlog), "schema_version: 3\n%s", item);
	put(backlog);
	check_ok(store_apply(f.store, done, 2, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
	(void)snprintf(backlog, sizeof(backlog), "schema_version: 1\n%s", item);
	migrate(backlog);
	struct snapshot *s = fixture_load(&f);
	assert_non_null(snapshot_find(s, STR("W-1")));
	assert_null(snapshot_find_archived(s, STR("W-1")));
	snapshot_unref(s);
}

/* A kernel that cannot make a directory durable. */
static int
fail_to_sync(struct sys *sys, int fd)
{
	struct stat st;

	(void)sys;
	assert_int_equal(fstat(fd, &st), 0);
	return S_ISDIR(st.st_mode) ? -EIO : 0;
}

static void
what_a_killed_migration_saved_is_durable_before_it_is_called_done(void **state)
{
	static struct sys sys; /* outlives the store */

	(void)state;
	sys = *sys_real();
	migrate(V2);
	check_ok(try_migrate(false), &f.e);
	sys.fsync = fail_to_sync;
	f.root.sys = &sys;
	store_close(f.store);
	check_ok(store_open(&f.store, &f.root, STR("BACKLOG.yaml"), STR("WRK"),
			 &f.e),
		&f.e);
	check_fails(try_migrate(false), &f.e, ERR_POISONED, "");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(loading_shows_what_an_older_backlog_means_and_writes_nothing),
		T(nothing_is_saved_to_an_older_backlog),
		T(one_bad_item_hides_no_other_of_an_older_backlog),
		T(items_of_an_older_backlog_that_does_not_parse_are_read),
		T(the_file_as_it_was_is_kept),
		T(a_copy_that_is_there_is_never_written_over),
		T(a_dry_run_shows_the_difference_and_writes_nothing),
		T(an_item_that_had_not_left_is_still_there),
		T(what_a_killed_migration_saved_is_durable_before_it_is_called_done),
	};

	return cmocka_run_group_tests_name("older", tests, NULL, NULL);
}
