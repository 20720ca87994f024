/* SPDX-License-Identifier: MIT */
#include "migration.h"

#include <dirent.h>

/*
 * Backlogs of schema 1 and 2, in bytes. Every migrate/NAME.yaml is one that a
 * person might have: it becomes migrate/NAME.expected, byte for byte, or is
 * refused with the line in migrate/NAME.refused.
 */

/*
 * The golden files.
 */
static bool
read_golden(const char *name, const char *suffix, struct buf *ret)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/migrate/%s%s",
		getenv("WEIR_TEST_DATA"), name, suffix);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	buf_reset(ret);
	for (size_t n = 1; n > 0;) {
		n = fread(buf_room(ret, 4096), 1, 4096, file);
		buf_added(ret, n);
	}
	assert_int_equal(ferror(file), 0);
	(void)fclose(file);
	return true;
}

static void
check_golden(const char *name)
{
	CLEANUP_BUF struct buf in = {0}, want = {0}, made = {0};

	assert_true(read_golden(name, ".yaml", &in));
	scratch_put_bytes(
		&f.scratch, "BACKLOG.yaml", in.n > 0 ? in.p : "", in.n);
	int rc = try_migrate(false);
	if (read_golden(name, ".refused", &want)) {
		if (rc == 0)
			fail_msg("%s was not refused", name);
		buf_add_c(&made, f.e.msg);
		buf_add_char(&made, '\n');
		assert_true(str_eq(
			scratch_get(&f.scratch, "BACKLOG.yaml"), buf_str(&in)));
	} else {
		assert_true(read_golden(name, ".expected", &want));
		if (rc < 0)
			fail_msg("%s: %s", name, f.e.msg);
		buf_add_str(&made, scratch_get(&f.scratch, "BACKLOG.yaml"));
	}
	if (!str_eq(buf_str(&made), buf_str(&want)))
		fail_msg("%s gave\n%s", name, made.p);
}

static void
each_file_becomes_what_is_expected_or_is_refused(void **state)
{
	char path[4096];
	struct dirent **found;
	int visited = 0;

	(void)state;
	assert_non_null(getenv("WEIR_TEST_DATA"));
	(void)snprintf(
		path, sizeof(path), "%s/migrate", getenv("WEIR_TEST_DATA"));
	int n = scandir(path, &found, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char *dot = strstr(found[i]->d_name, ".yaml");
		if (dot != NULL) {
			*dot = '\0';
			/* Each a project of its own. */
			(void)teardown(NULL);
			(void)setup(NULL);
			check_golden(found[i]->d_name);
			visited++;
		}
		free(found[i]);
	}
	free(found);
	assert_true(visited >= 30);
}

/*
 * Schema 1.
 */
static void
every_value_of_schema_1_has_one_of_today(void **state)
{
	(void)state;
	check_migrates("schema_version: 1\n"
		       "items:\n"
		       "- id: WRK-001\n"
		       "  title: First\n"
		       "  status: researching\n"
		       "  phase: research\n"
		       "  size: small\n"
		       "  complexity: low\n"
		       "  risk: medium\n"
		       "  impact: high\n"
		       "  requires_human_review: true\n"
		       "  origin: inbox\n"
		       "  tags:\n"
		       "  - a\n"
		       "  dependencies: [WRK-002]\n"
		       "  created: 2026-01-01T00:00:00.5+00:00\n"
		       "  updated: 2026-01-02T00:00:00.5+00:00\n"
		       "- id: WRK-002\n"
		       "  title: Second\n"
		       "  status: in_progress\n"
		       "  phase: build\n",
		"schema_version: 3\n"
		"next_item_id: 2\n"
		"items:\n"
		"- id: WRK-001\n"
		"  title: First\n"
		"  status: scoping\n"
		"  size: small\n"
		"  complexity: low\n"
		"  risk: medium\n"
		"  impact: high\n"
		"  requires_human_review: true\n"
		"  origin: inbox\n"
		"  tags:\n"
		"  - a\n"
		"  dependencies: [WRK-002]\n"
		"  created: 2026-01-01T00:00:00.5+00:00\n"
		"  updated: 2026-01-02T00:00:00.5+00:00\n"
		"  pipeline_type: feature\n"
		"- id: WRK-002\n"
		"  title: Second\n"
		"  status: in_progress\n"
		"  phase: build\n"
		"  pipeline_type: feature\n"
		"  phase_pool: main\n");
	assert_int_equal(report.from, 1);
	assert_int_equal(report.items, 2);
}

static void
what_was_migrated_is_of_todays_schema_on_disk(void **state)
{
	(void)state;
	migrate("schema_version: 1\nitems:\n"
		"- {id: W-1, title: a, status: scoped}\n");
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->older_schema, 0);
	assert_int_equal(s->items[0].status, STATUS_READY);
	snapshot_unref(s);
	const struct change add = change_add("Second");
	struct store_saved saved;
	check_ok(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
}

static void
a_backlog_of_schema_1_without_items_migrates(void **state)
{
	(void)state;
	check_migrates("schema_version: 1\nitems: []\n",
		"schema_version: 3\nnext_item_id: 0\nitems: []\n");
}

static void
a_backlog_of_today_is_not_touched(void **state)
{
	(void)state;
	check_migrates("schema_version: 3 # as it is\nitems: []\n",
		"schema_version: 3 # as it is\nitems: []\n");
	assert_int_equal(report.from, SCHEMA_NOW);
	assert_false(str_is_set(report.backup));
	assert_false(str_is_set(report.diff));
	assert_false(scratch_has(&f.scratch, ".weir/backups"));
}

static void
where_a_blocked_item_came_from_is_renamed(void **state)
{
	(void)state;
	migrate("schema_version: 1\nitems:\n"
		"- id: W-1\n  title: a\n  status: blocked\n"
		"  blocked_from_status: researching\n"
		"- id: W-2\n  title: b\n  status: blocked\n"
		"  blocked_from_status: scoped\n");
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->items[0].status, STATUS_BLOCKED);
	assert_int_equal(s->items[0].blocked_from_status, STATUS_SCOPING);
	assert_int_equal(s->items[1].blocked_from_status, STATUS_READY);
	snapshot_unref(s);
}

static void
new_stays_new(void **state)
{
	(void)state;
	migrate("schema_version: 1\nitems:\n"
		"- {id: W-1, title: a, status: new}\n");
	check_item("W-1", STATUS_NEW, NULL, POOL_UNSET);
}

static void
a_file_without_a_version_is_of_schema_1(void **state)
{
	(void)state;
	check_migrates("# ours\nitems:\n"
		       "- {id: W-1, title: a, status: researching}\n",
		"# ours\nschema_version: 3\nnext_item_id: 1\nitems:\n"
		"- {id: W-1, title: a, status: scoping, pipeline_type: "
		"feature}\n");
	assert_int_equal(report.from, 1);
}

static void
every_item_of_schema_1_goes_through_feature(void **state)
{
	(void)state;
	migrate("schema_version: 1\nitems:\n"
		"- {id: W-1, title: a, status: new}\n"
		"- {id: W-2, title: a, status: done}\n"
		"- {id: W-3, title: a, status: in_progress, phase: build}\n");
	struct snapshot *s = fixture_load(&f);
	for (size_t i = 0; i < 3; i++)
		check_str(s->items[i].pipeline_type, "feature");
	snapshot_unref(s);
}

static void
schema_1_that_is_not_yaml_is_refused_with_its_place(void **state)
{
	(void)state;
	check_refused("schema_version: 1\nitems:\n- id: [W-1\n", ERR_INPUT,
		"BACKLOG.yaml:4:1: ");
}

static void
where_there_is_no_backlog_there_is_nothing_to_migrate(void **state)
{
	(void)state;
	check_fails(try_migrate(false), &f.e, ERR_MISSING,
		"there is no 'BACKLOG.yaml'; 'weir init'");
	assert_false(scratch_has(&f.scratch, "BACKLOG.yaml"));
}

static void
a_phase_that_feature_does_not_have_goes_with_its_pool(void **state)
{
	(void)state;
	migrate("schema_version: 1\nitems:\n"
		"- {id: W-1, title: a, status: in_progress, phase: spec}\n");
	check_item("W-1", STATUS_IN_PROGRESS, NULL, POOL_UNSET);
}

static void
no_phase_stays_none(void **state)
{
	(void)state;
	migrate("schema_version: 1\nitems:\n"
		"- {id: W-1, title: a, status: in_progress}\n"
		"- {id: W-2, title: a, status: ready, phase: null}\n");
	check_item("W-1", STATUS_IN_PROGRESS, NULL, POOL_UNSET);
	check_item("W-2", STATUS_READY, NULL, POOL_UNSET);
}

static void
items_of_schema_1_need_the_pipeline_feature(void **state)
{
	(void)state;
	configure("pipelines: { docs: { phases: [{ name: write }] } }\n");
	check_refused("schema_version: 1\nitems:\n"
		      "- {id: W-1, title: a, status: new}\n",
		ERR_MISSING, "pipeline 'feature'");
	assert_false(scratch_has(&f.scratch, ".weir/backups"));
}

static void
scoping_where_nothing_scopes_is_ready(void **state)
{
	(void)state;
	configure("pipelines: { feature: { phases: [{ name: build }] } }\n");
	migrate("schema_version: 1\nitems:\n"
		"- {id: W-1, title: a, status: researching, phase: prd}\n"
		"- {id: W-2, title: a, status: blocked, "
		"blocked_from_status: researching}\n");
	check_item("W-1", STATUS_READY, NULL, POOL_UNSET);
	check_str(report.values[0].now, "ready");
	check_str(report.values[0].why, "pipeline 'feature' has no pre-phases");
	migrate("schema_version: 2\nitems:\n"
		"- {id: W-1, title: a, status: scoping, phase: prd}\n");
	check_item("W-1", STATUS_READY, NULL, POOL_UNSET);
}

/*
 * Schema 2.
 */

static const char v2_now[] = "schema_version: 3\n"
			     "next_item_id: 40\n"
			     "items:\n"
			     "- id: WRK-001\n"
			     "  title: First\n"
			     "  status: scoping\n"
			     "  phase: prd\n"
			     "  created: 2026-01-01T00:00:00Z\n"
			     "  pipeline_type: docs\n"
			     "  description:\n"
			     "    problem: it hurts\n"
			     "  phase_pool: pre\n"
			     "  last_phase_commit: abc\n";

static void
of_schema_2_only_descriptions_change(void **state)
{
	(void)state;
	check_migrates(V2, v2_now);
	assert_int_equal(report.from, 2);
	assert_int_equal(report.values_n, 1);
}

static void
descriptions_of_schema_2_are_in_sections_now(void **state)
{
	(void)state;
	migrate("schema_version: 2\nitems:\n"
		"- id: W-1\n  title: a\n  status: new\n"
		"  description: |\n    before\n    Problem: p\n      q\n"
		"    Impact: i\n"
		"- id: W-2\n  title: a\n  status: new\n"
		"  description: only text\n");
	struct snapshot *s = fixture_load(&f);
	check_str(s->items[0].description.context, "before");
	check_str(s->items[0].description.problem, "p\nq");
	check_str(s->items[0].description.impact, "i");
	check_str(s->items[1].description.context, "only text");
	snapshot_unref(s);
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(text, STR("    context: only text\n")) < text.n);
	check_str(report.values[0].now, "context, problem, impact");
	assert_false(str_is_set(report.values[0].why));
	check_str(report.values[1].was, "only text");
	check_str(report.values[1].why, "all of it is context");
}

static void
a_long_description_is_shown_cut(void **state)
{
	(void)state;
	migrate("schema_version: 2\nitems:\n"
		"- id: W-1\n  title: a\n  status: new\n  description: '"
		"0123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789 and more'\n");
	check_str(report.values[0].was,
		"0123456789012345678901234567890123456789"
		"012345678901234567890123456789012345678…");
}

static void
what_schema_2_became_is_of_todays_schema_on_disk(void **state)
{
	(void)state;
	migrate(V2);
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->older_schema, 0);
	check_str(s->items[0].description.problem, "it hurts");
	snapshot_unref(s);
}

static void
a_backlog_of_schema_2_without_items_migrates(void **state)
{
	(void)state;
	check_migrates("schema_version: 2\nnext_item_id: 5\nitems: []\n",
		"schema_version: 3\nnext_item_id: 5\nitems: []\n");
}

static void
a_version_that_is_none_is_refused(void **state)
{
	(void)state;
	check_refused("schema_version: 0\nitems: []\n", ERR_INPUT,
		"BACKLOG.yaml:1:17: schema_version is 1, 2 or 3");
	check_refused("schema_version: two\nitems: []\n", ERR_INPUT,
		"BACKLOG.yaml:1:17: 'schema_version' must be a whole number");
}

static void
a_newer_version_is_refused_by_its_name(void **state)
{
	struct problems problems = {0};
	struct snapshot *s;

	(void)state;
	check_refused("schema_version: 4\nitems: []\n", ERR_INPUT,
		"BACKLOG.yaml:1:17: schema_version 4 is newer than this weir "
		"knows (3); ");
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"schema_version 4 is newer");
	snapshot_unref(s);
	problems_release(&problems);
}

static void
schema_2_that_is_not_yaml_is_refused_with_its_place(void **state)
{
	(void)state;
	check_refused("schema_version: 2\nitems:\n- id: W-1\n  id: W-2\n",
		ERR_INPUT, "BACKLOG.yaml:4:3: ");
}

static void
a_dry_run_needs_a_backlog_too(void **state)
{
	(void)state;
	check_fails(try_migrate(true), &f.e, ERR_MISSING,
		"there is no 'BACKLOG.yaml'");
	assert_false(scratch_has(&f.scratch, ".weir"));
}

static void
the_mark_of_schema_2_is_kept(void **state)
{
	(void)state;
	migrate("schema_version: 2\nnext_item_id: 40\nitems:\n"
		"- {id: WRK-001, title: a, status: new}\n");
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->next_item_id, 40);
	snapshot_unref(s);
	/* One that is not there is left to the next save. */
	check_migrates("schema_version: 2\nitems:\n"
		       "- {id: WRK-001, title: a, status: new}\n",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: a, status: new}\n");
}

static void
the_mark_of_schema_1_is_no_lower_than_any_id(void **state)
{
	const struct change add = change_add("Next");
	struct store_saved saved;

	(void)state;
	migrate("schema_version: 1\nitems:\n"
		"- {id: WRK-007, title: a, status: new}\n"
		"- {id: OLD-003, title: b, status: new}\n");
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(text, STR("next_item_id: 7\n")) < text.n);
	check_ok(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e);
	check_str(saved.added.items[0], "WRK-008");
	snapshot_unref(saved.next);
}

/*
 * Both.
 */
static void
schema_1_goes_to_today_in_one_pass(void **state)
{
	(void)state;
	check_migrates("schema_version: 1\nitems:\n"
		       "- id: W-1\n  title: a\n  status: scoped\n"
		       "  description: 'Problem: p'\n",
		"schema_version: 3\nnext_item_id: 1\nitems:\n"
		"- id: W-1\n  title: a\n  status: ready\n"
		"  pipeline_type: feature\n"
		"  description:\n    problem: p\n");
	check_str(report.backup, ".weir/backups/BACKLOG.yaml.schema-1");
	assert_false(
		scratch_has(&f.scratch, ".weir/backups/BACKLOG.yaml.schema-2"));
}

static void
a_comment_on_a_phase_that_goes_is_kept(void **state)
{
	(void)state;
	check_migrates("schema_version: 1\nitems:\n"
		       "- id: W-1\n  title: a\n  status: researching\n"
		       "  phase: prd # was nearly done\n",
		"schema_version: 3\nnext_item_id: 1\nitems:\n"
		"- id: W-1\n  title: a\n  status: scoping\n"
		"  phase: null # was nearly done\n"
		"  pipeline_type: feature\n");
	check_item("W-1", STATUS_SCOPING, NULL, POOL_UNSET);
}

static void
every_value_that_changed_is_reported(void **state)
{
	static const char *const want[][5] = {
		{"W-1", "status", "researching", "scoping", NULL},
		{"W-1", "phase", "prd", NULL, "scoping begins anew"},
		{"W-1", "pipeline_type", NULL, "feature", NULL},
		{"W-2", "blocked_from_status", "scoped", "ready", NULL},
		{"W-2", "pipeline_type", NULL, "feature", NULL},
		{"W-3", "pipeline_type", NULL, "feature", NULL},
		{"W-3", "phase_pool", NULL, "main", NULL},
	};

	(void)state;
	migrate("items:\n"
		"- {id: W-1, title: a, status: researching, phase: prd}\n"
		"- {id: W-2, title: a, status: blocked, "
		"blocked_from_status: scoped}\n"
		"- {id: W-3, title: a, status: in_progress, phase: build}\n");
	assert_int_equal(report.values_n, 7);
	for (size_t i = 0; i < 7; i++) {
		const struct legacy_value *v = &report.values[i];
		const struct str got[] = {
			v->id, v->key, v->was, v->now, v->why};
		for (size_t k = 0; k < 5; k++)
			if (!str_eq(got[k], str_from(want[i][k])))
				fail_msg("value %zu: '%.*s'", i,
					STR_ARG(got[k]));
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(each_file_becomes_what_is_expected_or_is_refused),
		T(every_value_of_schema_1_has_one_of_today),
		T(what_was_migrated_is_of_todays_schema_on_disk),
		T(a_backlog_of_schema_1_without_items_migrates),
		T(a_backlog_of_today_is_not_touched),
		T(where_a_blocked_item_came_from_is_renamed),
		T(new_stays_new),
		T(a_file_without_a_version_is_of_schema_1),
		T(every_item_of_schema_1_goes_through_feature),
		T(schema_1_that_is_not_yaml_is_refused_with_its_place),
		T(where_there_is_no_backlog_there_is_nothing_to_migrate),
		T(a_phase_that_feature_does_not_have_goes_with_its_pool),
		T(no_phase_stays_none),
		T(items_of_schema_1_need_the_pipeline_feature),
		T(scoping_where_nothing_scopes_is_ready),
		T(of_schema_2_only_descriptions_change),
		T(descriptions_of_schema_2_are_in_sections_now),
		T(a_long_description_is_shown_cut),
		T(what_schema_2_became_is_of_todays_schema_on_disk),
		T(a_backlog_of_schema_2_without_items_migrates),
		T(a_version_that_is_none_is_refused),
		T(a_newer_version_is_refused_by_its_name),
		T(schema_2_that_is_not_yaml_is_refused_with_its_place),
		T(a_dry_run_needs_a_backlog_too),
		T(the_mark_of_schema_2_is_kept),
		T(the_mark_of_schema_1_is_no_lower_than_any_id),
		T(schema_1_goes_to_today_in_one_pass),
		T(a_comment_on_a_phase_that_goes_is_kept),
		T(every_value_that_changed_is_reported),
	};

	return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
