/* SPDX-License-Identifier: MIT */
#include "model/fixture.h"

#include "model/legacy.h"

/*
 * Statuses and phases.
 */

static const struct phase_config pre[] = {
	{.name = {"prd", 3}}, {.name = {"research", 8}}};
static const struct phase_config main_phases[] = {
	{.name = {"design", 6}}, {.name = {"build", 5}}};
static const struct pipeline_config scoped[] = {
	{.name = {"feature", 7},
		.pre = pre,
		.pre_n = 2,
		.main = main_phases,
		.main_n = 2},
};
static const struct pipeline_config unscoped[] = {
	{.name = {"feature", 7}, .main = main_phases, .main_n = 2},
};
static const struct config with_pre = {.pipelines = scoped, .pipelines_n = 1};
static const struct config without_pre = {
	.pipelines = unscoped, .pipelines_n = 1};

static void
every_status_of_schema_1_has_one_of_today(void **state)
{
	/* Written as the table people know, apart from the code's. */
	static const char *const table[][2] = {
		{"new", "new"},
		{"researching", "scoping"},
		{"scoped", "ready"},
		{"ready", "ready"},
		{"in_progress", "in_progress"},
		{"done", "done"},
		{"blocked", "blocked"},
	};

	(void)state;
	assert_int_equal(sizeof(table) / sizeof(table[0]), LEGACY_STATUSES);
	for (size_t i = 0; i < LEGACY_STATUSES; i++) {
		int old;
		assert_true(names_parse(
			&legacy_status_names, str_from(table[i][0]), &old));
		assert_string_equal(names_get(&status_names,
					    (int)legacy_status_now(
						    (enum legacy_status)old)),
			table[i][1]);
	}
}

static struct item
lifted(struct item it, const struct config *c)
{
	if (it.status != STATUS_BLOCKED)
		it.blocked_from_status = STATUSES;
	legacy_lift(&it, 1);
	if (c != NULL)
		legacy_fit(&it, 1, c);
	return it;
}

static void
every_item_of_schema_1_goes_through_feature(void **state)
{
	struct item own =
		lifted((struct item){.pipeline_type = STR("docs")}, &with_pre);

	(void)state;
	for (int s = 0; s < STATUSES; s++) {
		struct item it = lifted(
			(struct item){.status = (enum item_status)s}, NULL);
		check_str(it.pipeline_type, "feature");
	}
	check_str(own.pipeline_type, "docs"); /* a person wrote that */
}

static void
only_in_progress_with_a_phase_gets_the_pool_main(void **state)
{
	(void)state;
	for (int s = 0; s < STATUSES; s++) {
		struct item it = {.status = (enum item_status)s,
			.phase = STR("design"),
			.blocked_from_status = STATUS_READY};
		it = lifted(it, NULL);
		assert_int_equal(it.phase_pool,
			s == STATUS_IN_PROGRESS ? POOL_MAIN : POOL_UNSET);
	}
	struct item none =
		lifted((struct item){.status = STATUS_IN_PROGRESS}, NULL);
	assert_int_equal(none.phase_pool, POOL_UNSET);
}

static void
scoping_begins_without_a_phase(void **state)
{
	struct item it = lifted((struct item){.status = STATUS_SCOPING,
					.phase = STR("research")},
		&with_pre);

	(void)state;
	assert_false(str_is_set(it.phase));
	assert_int_equal(it.status, STATUS_SCOPING);
}

static void
a_phase_the_pipeline_does_not_have_goes_with_its_pool(void **state)
{
	struct item it = lifted((struct item){.status = STATUS_IN_PROGRESS,
					.phase = STR("spec")},
		&with_pre);

	(void)state;
	assert_false(str_is_set(it.phase));
	assert_int_equal(it.phase_pool, POOL_UNSET);
	/* One of the other list is none of those it can be in. */
	it = lifted((struct item){.status = STATUS_IN_PROGRESS,
			    .phase = STR("prd")},
		&with_pre);
	assert_false(str_is_set(it.phase));
	it = lifted((struct item){.status = STATUS_BLOCKED,
			    .blocked_from_status = STATUS_IN_PROGRESS,
			    .phase = STR("prd")},
		&with_pre);
	assert_false(str_is_set(it.phase));
	it = lifted((struct item){.status = STATUS_BLOCKED,
			    .blocked_from_status = STATUS_SCOPING,
			    .phase = STR("build")},
		&with_pre);
	assert_false(str_is_set(it.phase));
}

static void
a_phase_the_pipeline_has_stays(void **state)
{
	struct item it = lifted((struct item){.status = STATUS_IN_PROGRESS,
					.phase = STR("build")},
		&with_pre);

	(void)state;
	check_str(it.phase, "build");
	assert_int_equal(it.phase_pool, POOL_MAIN);
	it = lifted((struct item){.status = STATUS_READY, .phase = STR("prd")},
		&with_pre);
	check_str(it.phase, "prd");
	it = lifted((struct item){.status = STATUS_BLOCKED,
			    .blocked_from_status = STATUS_SCOPING,
			    .phase = STR("research")},
		&with_pre);
	check_str(it.phase, "research");
}

static void
no_phase_is_left_as_it_is(void **state)
{
	struct item it = lifted(
		(struct item){.status = STATUS_READY, .phase = STR_ABSENT},
		&with_pre);

	(void)state;
	assert_false(str_is_set(it.phase));
	assert_int_equal(it.status, STATUS_READY);
}

static void
scoping_where_nothing_scopes_is_over(void **state)
{
	struct item it = {.status = STATUS_SCOPING,
		.phase = STR("prd"),
		.phase_pool = POOL_PRE,
		.blocked_from_status = STATUSES};

	(void)state;
	legacy_fit(&it, 2, &without_pre);
	assert_int_equal(it.status, STATUS_READY);
	assert_false(str_is_set(it.phase));
	assert_int_equal(it.phase_pool, POOL_UNSET);
	it = (struct item){.status = STATUS_BLOCKED,
		.blocked_from_status = STATUS_SCOPING};
	legacy_fit(&it, 1, &without_pre);
	assert_int_equal(it.status, STATUS_BLOCKED);
	assert_int_equal(it.blocked_from_status, STATUS_READY);
	it = (struct item){.status = STATUS_SCOPING,
		.requires_human_review = true,
		.blocked_from_status = STATUSES};
	legacy_fit(&it, 1, &without_pre);
	assert_int_equal(it.status, STATUS_SCOPING);
}

static void
a_phase_of_schema_2_stays_whatever_the_pipelines_are(void **state)
{
	struct item it = {.status = STATUS_IN_PROGRESS,
		.phase = STR("spec"),
		.phase_pool = POOL_MAIN,
		.blocked_from_status = STATUSES};
	const struct item before = it;

	(void)state;
	legacy_lift(&it, 2);
	legacy_fit(&it, 2, &with_pre);
	assert_true(item_equal(&it, &before));
}

static void
an_unknown_pipeline_changes_nothing(void **state)
{
	struct item it = lifted((struct item){.status = STATUS_IN_PROGRESS,
					.phase = STR("spec"),
					.pipeline_type = STR("docs")},
		&with_pre);

	(void)state;
	check_str(it.phase, "spec");
}

/*
 * Descriptions.
 */

static struct arena arena;
static struct description d;
static bool dropped;

static void
read(const char *text)
{
	legacy_description(str_from(text), &arena, &d, &dropped);
}

static int
release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static void
check_only_context(const char *want)
{
	check_str(d.context, want);
	assert_false(str_is_set(d.problem) || str_is_set(d.solution) ||
		str_is_set(d.impact) || str_is_set(d.sizing_rationale));
}

static void
every_heading_opens_its_section(void **state)
{
	(void)state;
	read("Context: c\nProblem: p\nSolution: s\nImpact: i\n"
	     "Sizing Rationale: r\n");
	check_str(d.context, "c");
	check_str(d.problem, "p");
	check_str(d.solution, "s");
	check_str(d.impact, "i");
	check_str(d.sizing_rationale, "r");
	assert_false(dropped);
}

static void
headings_are_known_in_any_case(void **state)
{
	(void)state;
	read("PROBLEM: p\nsolution: s\nsIzInG rAtIoNaLe: r");
	check_str(d.problem, "p");
	check_str(d.solution, "s");
	check_str(d.sizing_rationale, "r");
}

static void
a_text_without_headings_is_the_context(void **state)
{
	(void)state;
	read("  one\n\n    two, indented\n");
	check_only_context("one\n\n    two, indented");
}

static void
an_empty_text_has_no_sections(void **state)
{
	(void)state;
	read("");
	assert_true(description_is_empty(&d));
	read(" \n\t\n");
	assert_true(description_is_empty(&d));
}

static void
a_section_goes_on_over_lines(void **state)
{
	(void)state;
	read("Problem: first\n  second\n\nthird  \nSolution:\n  below\n\n");
	check_str(d.problem, "first\nsecond\n\nthird");
	check_str(d.solution, "below");
}

static void
sections_may_come_in_any_order_and_be_missing(void **state)
{
	(void)state;
	read("Impact: i\nContext: c");
	check_str(d.context, "c");
	check_str(d.impact, "i");
	assert_false(str_is_set(d.problem));
	assert_false(str_is_set(d.solution));
}

static void
text_before_the_first_heading_goes_in_front_of_the_context(void **state)
{
	(void)state;
	read("  before\nProblem: p\nContext: c\n");
	check_str(d.context, "before\nc");
	read("before\nProblem: p");
	check_str(d.context, "before");
	check_str(d.problem, "p");
}

static void
of_two_equal_headings_the_later_counts(void **state)
{
	(void)state;
	read("Problem: one\nmore\nSolution: s\nproblem: two");
	check_str(d.problem, "two");
	check_str(d.solution, "s");
	assert_true(dropped);
	read("Problem:\nProblem: two"); /* nothing there to lose */
	check_str(d.problem, "two");
	assert_false(dropped);
}

static void
a_heading_inside_a_line_is_text(void **state)
{
	(void)state;
	read("the Problem: is here\nNo Impact: either");
	check_only_context("the Problem: is here\nNo Impact: either");
	read("Problem : p\nProblems: q");
	check_only_context("Problem : p\nProblems: q");
}

static void
a_heading_may_be_indented(void **state)
{
	(void)state;
	read("    Problem:   p   \n\tImpact: i");
	check_str(d.problem, "p");
	check_str(d.impact, "i");
}

static void
headings_without_text_are_absent_sections(void **state)
{
	(void)state;
	read("Context:\nProblem:\nSolution: s\nImpact:");
	assert_false(str_is_set(d.context));
	assert_false(str_is_set(d.problem));
	assert_false(str_is_set(d.impact));
	check_str(d.solution, "s");
	read("Context:");
	assert_true(description_is_empty(&d));
}

static void
line_ends_of_windows_are_blanks(void **state)
{
	(void)state;
	read("Problem: p\r\nq\r\nImpact: i\r\n");
	check_str(d.problem, "p\nq");
	check_str(d.impact, "i");
}

static void
a_backlog_is_shown_with_every_item_fitted(void **state)
{
	struct snapshot *from =
		backlog(ITEMS({.id = STR("W-1"), .status = STATUS_SCOPING},
				{.id = STR("W-2"), .status = STATUS_READY}),
			ARCHIVED({.id = STR("W-0"), .how = DEPARTED_DONE}));

	(void)state;
	from->older_schema = 2;
	from->partial = true;
	from->next_item_id = 7;
	struct snapshot *s = legacy_fitted(from, &without_pre);
	assert_int_equal(from->items[0].status, STATUS_SCOPING);
	snapshot_unref(from);
	assert_int_equal(s->n, 2);
	assert_int_equal(snapshot_find(s, STR("W-1"))->status, STATUS_READY);
	assert_true(str_eq(s->items[1].title, STR("a title")));
	assert_non_null(snapshot_find_archived(s, STR("W-0")));
	assert_int_equal(s->older_schema, 2);
	assert_int_equal(s->next_item_id, 7);
	assert_true(s->partial);
	snapshot_unref(s);
}

int
main(void)
{
#define D(name) cmocka_unit_test_teardown(name, release)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_of_schema_1_has_one_of_today),
		cmocka_unit_test(every_item_of_schema_1_goes_through_feature),
		cmocka_unit_test(
			only_in_progress_with_a_phase_gets_the_pool_main),
		cmocka_unit_test(scoping_begins_without_a_phase),
		cmocka_unit_test(
			a_phase_the_pipeline_does_not_have_goes_with_its_pool),
		cmocka_unit_test(a_phase_the_pipeline_has_stays),
		cmocka_unit_test(no_phase_is_left_as_it_is),
		cmocka_unit_test(scoping_where_nothing_scopes_is_over),
		cmocka_unit_test(
			a_phase_of_schema_2_stays_whatever_the_pipelines_are),
		cmocka_unit_test(an_unknown_pipeline_changes_nothing),
		cmocka_unit_test(a_backlog_is_shown_with_every_item_fitted),
		D(every_heading_opens_its_section),
		D(headings_are_known_in_any_case),
		D(a_text_without_headings_is_the_context),
		D(an_empty_text_has_no_sections),
		D(a_section_goes_on_over_lines),
		D(sections_may_come_in_any_order_and_be_missing),
		D(text_before_the_first_heading_goes_in_front_of_the_context),
		D(of_two_equal_headings_the_later_counts),
		D(a_heading_inside_a_line_is_text),
		D(a_heading_may_be_indented),
		D(headings_without_text_are_absent_sections),
		D(line_ends_of_windows_are_blanks),
	};

	return cmocka_run_group_tests_name("legacy", tests, NULL, NULL);
}
