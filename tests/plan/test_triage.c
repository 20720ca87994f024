/* SPDX-License-Identifier: MIT */
#include "fixture.h"

/* Triage of W-5 ends with this result; the snapshot is freed. */
static struct ending *
triaged(struct snapshot *s, const struct result *r)
{
	const struct config c = test_config();
	const struct run_end end = {.item = STR("W-5"),
		.phase = STR("triage"),
		.run = STR("run-7"),
		.attempt = 1,
		.result = r};
	struct ending *t = ending_new(s, &c, &end);

	snapshot_unref(s);
	return t;
}

static struct snapshot *
alone(struct item it)
{
	it.id = STR("W-5");
	return backlog(&it, 1, NO_ARCHIVE);
}

static const struct item *
triaged_item(const struct ending *t)
{
	return item_at(t->fx.next, "W-5");
}

static void
triage_routes_by_size_risk_and_pipeline(void **state)
{
	static const struct {
		const char *what;
		struct item it;
		struct result r;
		enum outcome_kind kind;
		const char *where;
	} cases[] = {
		{"small with low risk goes straight",
			.r = {.assessments = {SIZE_SMALL, 0, LEVEL_LOW, 0}},
			.kind = OUTCOME_ADVANCED, .where = "ready"},
		{"small with unset risk too",
			.r = {.assessments = {.size = SIZE_SMALL}},
			.kind = OUTCOME_ADVANCED, .where = "ready"},
		{"what the item said before counts", .it = {.size = SIZE_SMALL},
			.kind = OUTCOME_ADVANCED, .where = "ready"},
		{"unset size is scoped", .kind = OUTCOME_ADVANCED,
			.where = "research"},
		{"medium size is scoped",
			.r = {.assessments = {.size = SIZE_MEDIUM}},
			.kind = OUTCOME_ADVANCED, .where = "research"},
		{"small that needs review is scoped",
			.r = {.assessments = {.size = SIZE_SMALL},
				.requires_human_review = SAID_TRUE},
			.kind = OUTCOME_ADVANCED, .where = "research"},
		{"a pipeline without pre-phases goes straight",
			.r = {.pipeline_type = NAME("blog"),
				.assessments = {.size = SIZE_MEDIUM}},
			.kind = OUTCOME_ADVANCED, .where = "ready"},
		{"but not past review",
			.r = {.pipeline_type = NAME("blog"),
				.requires_human_review = SAID_TRUE},
			.kind = OUTCOME_BLOCKED, .where = "ready"},
		{"nor past guardrails", .it = {.size = SIZE_LARGE},
			.r = {.pipeline_type = NAME("blog")},
			.kind = OUTCOME_BLOCKED, .where = "ready"},
		{"large by its own account is scoped",
			.it = {.size = SIZE_LARGE}, .kind = OUTCOME_ADVANCED,
			.where = "research"},
		{"found to be large, it blocks",
			.r = {.assessments = {.size = SIZE_LARGE}},
			.kind = OUTCOME_BLOCKED, .where = "research"},
		{"small but complex blocks",
			.r = {.assessments = {SIZE_SMALL, LEVEL_HIGH, 0, 0}},
			.kind = OUTCOME_BLOCKED, .where = "research"},
		{"small but complex by its own account is scoped",
			.it = {.size = SIZE_SMALL, .complexity = LEVEL_HIGH},
			.kind = OUTCOME_ADVANCED, .where = "research"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct result r = cases[i].r;
		r.summary = STR("seen");
		struct ending *t = triaged(alone(cases[i].it), &r);
		print_message("# %s\n", cases[i].what);
		check_outcome(t, cases[i].kind, cases[i].where);
		const struct item *it = triaged_item(t);
		enum item_status is = it->status == STATUS_BLOCKED
			? it->blocked_from_status
			: it->status;
		assert_int_equal(is,
			strcmp(cases[i].where, "ready") == 0 ? STATUS_READY
							     : STATUS_SCOPING);
		ending_free(t);
	}
}

static void
small_size_with_more_than_low_risk_is_scoped_whatever_is_allowed(void **state)
{
	struct config c = test_config();
	const struct result r = {.summary = STR("s"),
		.assessments = {.size = SIZE_SMALL, .risk = LEVEL_MEDIUM}};
	const struct run_end end = {.item = STR("W-5"),
		.phase = STR("triage"),
		.run = STR("run-7"),
		.attempt = 1,
		.result = &r};
	struct snapshot *s = alone((struct item){0});

	(void)state;
	c.guardrails.risk = LEVEL_HIGH;
	struct ending *t = ending_new(s, &c, &end);
	check_outcome(t, OUTCOME_ADVANCED, "research");
	ending_free(t);
	snapshot_unref(s);
}

static void
triage_sets_pipeline_and_description(void **state)
{
	const struct result r = {.summary = STR("seen"),
		.pipeline_type = STR("blog"),
		.description = {.problem = STR("p")}};
	struct ending *t = triaged(
		alone((struct item){.unblock_context = STR("hint")}), &r);

	(void)state;
	check_str(triaged_item(t)->pipeline_type, "blog");
	check_str(triaged_item(t)->description.problem, "p");
	assert_false(str_is_set(triaged_item(t)->unblock_context));
	ending_free(t);
}

static void
an_invented_pipeline_blocks_and_what_was_found_is_kept(void **state)
{
	const struct follow_up next = {.title = STR("next")};
	const struct result r = {.summary = STR("seen"),
		.pipeline_type = STR("magic"),
		.assessments = {.size = SIZE_SMALL},
		.follow_ups = &next,
		.follow_ups_n = 1};
	struct ending *t = triaged(alone((struct item){0}), &r);

	(void)state;
	check_outcome(t, OUTCOME_BLOCKED, "triage");
	check_str(t->out.reason,
		"needs a decision: pipeline 'magic' is not in weir.yaml "
		"(known: feature, blog)");
	const struct item *it = triaged_item(t);
	assert_int_equal(it->blocked_from_status, STATUS_NEW);
	assert_false(str_is_set(it->pipeline_type));
	assert_int_equal(it->size, SIZE_SMALL);
	assert_int_equal(t->fx.added.n, 1);
	ending_free(t);
}

static void
a_failing_triage_is_given_up_like_any_phase(void **state)
{
	static const struct {
		enum result_code code;
		const char *reason;
	} cases[] = {
		{RESULT_FAILED, "triage failed 3 times, in the end: hm"},
		{RESULT_SUBPHASE_COMPLETE,
			"triage failed 3 times, in the end: triage has no "
			"subphases"},
	};
	const struct config c = test_config();
	struct snapshot *s = alone((struct item){0});

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct result r = {
			.code = cases[i].code, .summary = STR("hm")};
		struct run_end end = {.item = STR("W-5"),
			.phase = STR("triage"),
			.run = STR("r"),
			.attempt = 2,
			.result = &r};
		struct ending *t = ending_new(s, &c, &end);
		check_outcome(t, OUTCOME_RETRY, "triage");
		assert_int_equal(triaged_item(t)->status, STATUS_NEW);
		ending_free(t);
		end.attempt = 3;
		t = ending_new(s, &c, &end);
		check_outcome(t, OUTCOME_GIVEN_UP, "triage");
		assert_int_equal(triaged_item(t)->status, STATUS_BLOCKED);
		check_has(triaged_item(t)->blocked_reason, cases[i].reason);
		ending_free(t);
	}
	snapshot_unref(s);
}

static void
a_blocked_triage_files_its_follow_ups(void **state)
{
	const struct follow_up next = {.title = STR("next")};
	const struct result r = {.code = RESULT_BLOCKED,
		.summary = STR("s"),
		.context = STR("already there"),
		.blocked_type = BLOCKED_DECISION,
		.follow_ups = &next,
		.follow_ups_n = 1};
	struct ending *t = triaged(alone((struct item){0}), &r);

	(void)state;
	check_outcome(t, OUTCOME_BLOCKED, "triage");
	check_str(triaged_item(t)->blocked_reason,
		"needs a decision: already there");
	check_str(item_at(t->fx.next, "W-006")->origin, "W-5/triage");
	ending_free(t);
}

static void
triage_of_an_item_that_moved_moves_nothing(void **state)
{
	const struct result r = {.summary = STR("s"),
		.assessments = {.size = SIZE_SMALL},
		.duplicates = IDS(STR("W-5"))};
	struct ending *t = triaged(alone((struct item){.status = STATUS_SCOPING,
					   .phase = STR("research")}),
		&r);

	(void)state;
	check_outcome(t, OUTCOME_MOVED, "research");
	assert_int_equal(triaged_item(t)->size, SIZE_UNSET);
	ending_free(t);
}

static void
duplicates_merge_in_the_right_direction(void **state)
{
	static const struct {
		const char *what;
		struct item twin;
		const char *gone; /* NULL: nobody */
	} cases[] = {
		{"the higher goes into the lower", {.id = NAME("W-2")}, "W-5"},
		{"also when the lower is triaged", {.id = NAME("W-9")}, "W-9"},
		{"numbers compare as numbers", {.id = NAME("W-10")}, "W-10"},
		{"another prefix has other numbers", {.id = NAME("X-9")},
			"W-5"},
		{"no number, no order", {.id = NAME("legacy")}, "W-5"},
		{"a ready one may still go",
			{.id = NAME("W-9"), .status = STATUS_READY}, "W-9"},
		{"what has begun stays",
			{.id = NAME("W-9"),
				.status = STATUS_IN_PROGRESS,
				.phase = NAME("plan")},
			"W-5"},
		{"even when it is blocked",
			{.id = NAME("W-9"),
				.status = STATUS_BLOCKED,
				.phase = NAME("plan")},
			"W-5"},
		{"a done one does not count",
			{.id = NAME("W-2"), .status = STATUS_DONE}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct str twin = cases[i].twin.id;
		const struct result r = {.summary = STR("s"),
			.duplicates = {.items = &twin, .n = 1}};
		struct ending *t = triaged(
			backlog(ITEMS({.id = STR("W-5")}, cases[i].twin),
				NO_ARCHIVE),
			&r);
		bool self = cases[i].gone != NULL &&
			strcmp(cases[i].gone, "W-5") == 0;
		print_message("# %s\n", cases[i].what);
		if (self)
			check_outcome(t, OUTCOME_MERGED, twin.s);
		else
			check_outcome(t, OUTCOME_ADVANCED, "research");
		assert_int_equal(
			t->fx.departed_n, cases[i].gone != NULL ? 1 : 0);
		if (cases[i].gone != NULL)
			check_str(t->fx.departed[0].item.id, cases[i].gone);
		ending_free(t);
	}
}

static void
the_first_duplicate_that_counts_is_taken(void **state)
{
	const struct result r = {.summary = STR("s"),
		.duplicates = IDS(STR("W-77"), STR("W-5"), STR("W-1"),
			STR("W-3"), STR("W-2"))};
	struct ending *t = triaged(
		backlog(ITEMS({.id = STR("W-5")},
				{.id = STR("W-1"), .status = STATUS_DONE},
				{.id = STR("W-2")}, {.id = STR("W-3")}),
			ARCHIVED({.id = STR("W-77"), .how = DEPARTED_DONE})),
		&r);

	(void)state;
	check_outcome(t, OUTCOME_MERGED, "W-3");
	assert_int_equal(t->fx.departed_n, 1);
	ending_free(t);
}

static void
a_merged_items_findings_dependents_and_follow_ups_live_on(void **state)
{
	const struct follow_up next = {.title = STR("next")};
	const struct result r = {.summary = STR("s"),
		.description = {.problem = STR("the same crash")},
		.duplicates = IDS(STR("W-2")),
		.follow_ups = &next,
		.follow_ups_n = 1};
	struct ending *t = triaged(
		backlog(ITEMS({.id = STR("W-5"), .title = STR("five")},
				{.id = STR("W-2")},
				{.id = STR("W-7"),
					.dependencies = IDS(STR("W-5"))}),
			NO_ARCHIVE),
		&r);

	(void)state;
	check_outcome(t, OUTCOME_MERGED, "W-2");
	check_str(item_at(t->fx.next, "W-2")->description.context,
		"[Merged from W-5] Title: five\nProblem: the same crash");
	check_ids(item_at(t->fx.next, "W-7")->dependencies, "W-2");
	check_str(item_at(t->fx.next, "W-008")->title, "next");
	size_t notes = 0;
	for (size_t i = 0; i < t->out.changes_n; i++)
		notes += t->out.changes[i].kind == CHANGE_NOTE;
	assert_int_equal(notes, 1);
	ending_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(triage_routes_by_size_risk_and_pipeline),
		cmocka_unit_test(
			small_size_with_more_than_low_risk_is_scoped_whatever_is_allowed),
		cmocka_unit_test(triage_sets_pipeline_and_description),
		cmocka_unit_test(
			an_invented_pipeline_blocks_and_what_was_found_is_kept),
		cmocka_unit_test(a_failing_triage_is_given_up_like_any_phase),
		cmocka_unit_test(a_blocked_triage_files_its_follow_ups),
		cmocka_unit_test(triage_of_an_item_that_moved_moves_nothing),
		cmocka_unit_test(duplicates_merge_in_the_right_direction),
		cmocka_unit_test(the_first_duplicate_that_counts_is_taken),
		cmocka_unit_test(
			a_merged_items_findings_dependents_and_follow_ups_live_on),
	};

	return cmocka_run_group_tests_name("triage", tests, NULL, NULL);
}
