/* SPDX-License-Identifier: MIT */
#include "project.h"

/* _worklog/: one file a month, its entries in the order they were made. */

#define DAY (24 * 60 * 60 * NS_PER_SEC)

static int
setup(void **state)
{
	(void)state;
	project_make("schema_version: 3\nitems:\n"
		     "- {id: WRK-001, title: 'One: a title', status: ready}\n");
	return 0;
}

/* A note and the run's id, for a note alone changes nothing. */
static void
note(const char *text, const char *run, int64_t now_ns)
{
	const struct change changes[] = {
		{.kind = CHANGE_NOTE,
			.id = STR("WRK-001"),
			.text = str_from(text),
			.note = {.phase = STR("build"),
				.outcome = STR("advanced"),
				.run = str_from(run)}},
		{.kind = CHANGE_APPLIED, .text = str_from(run)},
	};
	struct store_saved saved;

	check_ok(store_apply(f.store, changes, 2, now_ns, &saved, &f.e), &f.e);
	assert_true(saved.saved);
	snapshot_unref(saved.next);
}

static void
an_entry_has_time_item_phase_outcome_summary_and_run(void **state)
{
	(void)state;
	note("did it", "r1", NOW);
	check_str(scratch_get(&f.scratch, "_worklog/2026-11.md"),
		"## 2026-11-20T11:00:46Z \xe2\x80\x94 WRK-001 (One: a title)\n"
		"\n"
		"- **Phase:** build\n"
		"- **Outcome:** advanced\n"
		"- **Summary:** did it\n"
		"- **Run:** r1\n"
		"\n");
}

static void
entries_stand_in_the_order_they_were_made(void **state)
{
	(void)state;
	note("first", "r1", NOW);
	note("second", "r2", NOW + NS_PER_SEC);
	note("third", "r3", NOW + 2 * NS_PER_SEC);
	struct str text = scratch_get(&f.scratch, "_worklog/2026-11.md");
	size_t first = str_find(text, STR("first"));
	size_t second = str_find(text, STR("second"));
	size_t third = str_find(text, STR("third"));
	assert_true(first < second && second < third && third < text.n);
}

static void
every_month_has_a_file_of_its_own(void **state)
{
	(void)state;
	note("november", "r1", NOW);
	note("december", "r2", NOW + 11 * DAY);
	struct str text = scratch_get(&f.scratch, "_worklog/2026-11.md");
	assert_true(str_find(text, STR("november")) < text.n);
	assert_int_equal(str_find(text, STR("december")), text.n);
	text = scratch_get(&f.scratch, "_worklog/2026-12.md");
	assert_true(str_find(text, STR("december")) < text.n);
}

static void
what_a_person_wrote_into_it_stays(void **state)
{
	char path[512];

	(void)state;
	assert_int_equal(
		mkdir(scratch_path(&f.scratch, "_worklog", path), 0755), 0);
	scratch_put(&f.scratch, "_worklog/2026-11.md", "# November\n\n");
	note("did it", "r1", NOW);
	struct str text = scratch_get(&f.scratch, "_worklog/2026-11.md");
	assert_true(str_starts(text, STR("# November\n\n## 2026-11-20T")));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, project_remove)
	const struct CMUnitTest tests[] = {
		T(an_entry_has_time_item_phase_outcome_summary_and_run),
		T(entries_stand_in_the_order_they_were_made),
		T(every_month_has_a_file_of_its_own),
		T(what_a_person_wrote_into_it_stays),
	};

	return cmocka_run_group_tests_name("worklog", tests, NULL, NULL);
}
