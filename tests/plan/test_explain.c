/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "plan/check.h"
#include "plan/explain.h"

static struct explanation
explain(struct scene *t, const char *id)
{
	struct explanation x;

	if (!plan_explain(&t->in, str_from(id), &t->a, &x))
		fail_msg("'%s' is not explained", id);
	return x;
}

/* One of the facts has this label and value. */
static const struct explain_fact *
check_fact(const struct explanation *x, const char *label, const char *value)
{
	for (size_t i = 0; i < x->facts_n; i++)
		if (strcmp(x->facts[i].label, label) == 0 &&
			str_eq_c(x->facts[i].value, value))
			return &x->facts[i];
	fail_msg("no fact '%s: %s'", label, value);
	return NULL;
}

static void
check_step(const struct explanation *x, const char *expected)
{
	if (expected == NULL)
		assert_false(str_is_set(x->next_step));
	else
		check_str(x->next_step, expected);
}

static void
an_unknown_item_is_not_explained(void **state)
{
	struct scene *t = scene_new(backlog(NO_ITEMS, NO_ARCHIVE));
	struct explanation x;

	(void)state;
	assert_false(plan_explain(&t->in, STR("W-1"), &t->a, &x));
	scene_free(t);
}

static void
a_running_item_is_explained_with_its_place(void **state)
{
	const struct plan_running running[] = {{STR("W-1"), true}};
	struct scene *t =
		scene_new(backlog(ITEMS({.id = STR("W-1"),
					  .status = STATUS_IN_PROGRESS,
					  .phase = STR("build"),
					  .phase_pool = POOL_MAIN}),
			NO_ARCHIVE));

	(void)state;
	t->in.running = running;
	t->in.running_n = 1;
	struct explanation x = explain(t, "W-1");
	assert_int_equal(x.verdict, VERDICT_RUNNING);
	check_fact(&x, "status", "in_progress");
	check_fact(&x, "pipeline", "feature");
	check_fact(
		&x, "phase", "build, main phase 2 of 3, needs the tree alone");
	check_fact(&x, "guardrails", "within");
	check_fact(&x, "running", "1 of 1");
	for (size_t i = 0; i < x.facts_n; i++)
		assert_false(x.facts[i].holds_back);
	check_step(&x, NULL);
	scene_free(t);
}

static void
each_dependency_is_a_fact(void **state)
{
	struct scene *t = scene_new(backlog(
		ITEMS({.id = STR("W-1"),
			      .dependencies = IDS(STR("W-2"), STR("W-3"))},
			{.id = STR("W-2"), .status = STATUS_DONE},
			{.id = STR("W-3"), .dependencies = IDS(STR("W-4"))},
			{.id = STR("W-4"), .dependencies = IDS(STR("W-3"))}),
		NO_ARCHIVE));

	(void)state;
	struct explanation x = explain(t, "W-1");
	assert_int_equal(x.verdict, VERDICT_DEPENDS);
	check_str(x.why, "waits for W-3 (new)");
	assert_false(check_fact(&x, "depends on", "W-2 (done)")->holds_back);
	assert_true(check_fact(&x, "depends on", "W-3 (new)")->holds_back);
	check_step(&x, "weir explain W-3");
	x = explain(t, "W-4");
	assert_int_equal(x.verdict, VERDICT_BROKEN);
	assert_true(check_fact(&x, "circle", "W-3 -> W-4 -> W-3")->holds_back);
	check_step(&x, "change the dependencies of W-4 in the backlog");
	scene_free(t);
}

static void
a_blocked_item_names_the_way_out(void **state)
{
	static const struct {
		struct item it;
		const char *step;
	} cases[] = {
		{{.blocked_type = BLOCKED_DECISION}, "weir unblock W-1"},
		{{.blocked_type = BLOCKED_CLARIFICATION},
			"weir unblock W-1 --notes 'the answer'"},
		{{.blocked_type = BLOCKED_DECISION, .size = SIZE_LARGE},
			"weir unblock W-1 --accept-risk"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct item it = cases[i].it;
		it.id = STR("W-1");
		it.status = STATUS_BLOCKED;
		it.blocked_from_status = STATUS_READY;
		it.blocked_reason = STR("why");
		struct scene *t = scene_new(backlog(&it, 1, NO_ARCHIVE));
		struct explanation x = explain(t, "W-1");
		check_str(x.why, "is blocked: why");
		assert_true(check_fact(&x, "status", "blocked, was ready")
				    ->holds_back);
		assert_true(check_fact(&x, "blocked", "why")->holds_back);
		check_step(&x, cases[i].step);
		scene_free(t);
	}
}

static void
limits_and_holds_are_facts(void **state)
{
	const struct plan_hold holds[] = {{.agent = STR("worker"),
		.until_ns = 1012 * NS_PER_SEC,
		.why = STR("usage limit")}};
	struct scene *t = scene_new(
		backlog(ITEMS({.id = STR("W-1"), .status = STATUS_READY},
				{.id = STR("W-2"),
					.status = STATUS_IN_PROGRESS,
					.phase = STR("plan")},
				{.id = STR("W-3"),
					.status = STATUS_READY,
					.risk = LEVEL_HIGH,
					.requires_human_review = true},
				{.id = STR("W-4")}),
			NO_ARCHIVE));

	(void)state;
	t->in.holds = holds;
	t->in.holds_n = 1;
	t->in.starts_left = 3;
	t->in.targets = IDS(STR("W-1"), STR("W-2"), STR("W-3"));
	struct explanation x = explain(t, "W-1");
	assert_true(check_fact(&x, "in progress", "1 of 1")->holds_back);
	check_fact(&x, "target", "yes");
	check_fact(&x, "starts left", "3");
	check_step(&x, "wait, or raise execution.max_wip");
	x = explain(t, "W-2");
	assert_int_equal(x.verdict, VERDICT_HELD);
	assert_true(check_fact(&x, "agent rests", "12s more: usage limit")
			    ->holds_back);
	x = explain(t, "W-3");
	assert_true(check_fact(&x, "guardrails", "risk high is above low")
			    ->holds_back);
	check_fact(&x, "review", "a person must review it");
	x = explain(t, "W-4");
	assert_true(check_fact(&x, "target", "no")->holds_back);
	check_step(&x, "weir run --target W-4");
	scene_free(t);
}

static void
an_unknown_phase_is_explained(void **state)
{
	struct scene *t = scene_new(backlog(ITEMS({.id = STR("W-1"),
						    .status = STATUS_SCOPING,
						    .phase = STR("nope")}),
		NO_ARCHIVE));

	(void)state;
	struct explanation x = explain(t, "W-1");
	assert_int_equal(x.verdict, VERDICT_CHOSEN);
	assert_true(check_fact(&x, "pipeline",
		"'nope' is not a pre phase of feature (known: "
		"research, design)")
			    ->holds_back);
	scene_free(t);
}

/* plan_check */

static void
check_problems(
	struct snapshot *s, const char *const *expected, size_t expected_n)
{
	struct problems p = {0};
	const struct config c = test_config();

	plan_check(s, &c, &p);
	for (size_t i = 0; i < p.list.n && i < expected_n; i++)
		assert_string_equal(p.list.items[i].msg, expected[i]);
	assert_int_equal(p.list.n, expected_n);
	problems_release(&p);
	snapshot_unref(s);
}

static void
every_problem_is_named_once(void **state)
{
	static const char *const expected[] = {
		"'W-1': depends on 'W-9', which is neither in the backlog nor "
		"in the archive",
		"'W-2': its dependencies run in a circle: W-2 -> W-3 -> W-2",
		"'W-3': pipeline 'nope' is not in weir.yaml (known: feature, "
		"blog)",
		"'W-4': 'build' is not a pre phase of feature (known: "
		"research, design)",
		"'W-5': its phase_pool is pre, but in_progress items are in "
		"main",
		"'W-6': its dependencies run in a circle: W-6 -> W-6",
		"'W-7': 'x' is not a main phase of feature (known: plan, "
		"build, review)",
	};

	(void)state;
	check_problems(
		backlog(ITEMS({.id = STR("W-1"),
				      .dependencies =
					      IDS(STR("W-9"), STR("W-0"))},
				{.id = STR("W-2"),
					.dependencies = IDS(STR("W-3"))},
				{.id = STR("W-3"),
					.pipeline_type = STR("nope"),
					.dependencies = IDS(STR("W-2"))},
				{.id = STR("W-4"),
					.status = STATUS_SCOPING,
					.phase = STR("build")},
				{.id = STR("W-5"),
					.status = STATUS_IN_PROGRESS,
					.phase = STR("plan"),
					.phase_pool = POOL_PRE},
				{.id = STR("W-6"),
					.dependencies = IDS(STR("W-6"))},
				{.id = STR("W-7"),
					.status = STATUS_BLOCKED,
					.blocked_from_status =
						STATUS_IN_PROGRESS,
					.phase = STR("x")},
				{.id = STR("W-8"),
					.status = STATUS_DONE,
					.pipeline_type = STR("nope"),
					.dependencies = IDS(STR("W-99"))}),
			ARCHIVED({.id = STR("W-0"), .how = DEPARTED_CLOSED})),
		expected, sizeof(expected) / sizeof(expected[0]));
}

static void
a_sound_backlog_has_no_problems(void **state)
{
	(void)state;
	check_problems(
		backlog(ITEMS({.id = STR("W-1")},
				{.id = STR("W-2"),
					.dependencies = IDS(STR("W-1"))},
				{.id = STR("W-3"), .status = STATUS_SCOPING},
				{.id = STR("W-4"),
					.status = STATUS_IN_PROGRESS,
					.phase = STR("draft"),
					.phase_pool = POOL_MAIN,
					.pipeline_type = STR("blog")}),
			NO_ARCHIVE),
		NULL, 0);
}

static void
a_new_item_may_lack_a_pipeline_but_not_name_a_wrong_one(void **state)
{
	struct snapshot *s = backlog(
		ITEMS({.id = STR("W-1")},
			{.id = STR("W-2"), .pipeline_type = STR("feature")},
			{.id = STR("W-3"), .status = STATUS_READY}),
		NO_ARCHIVE);
	struct config c = test_config();
	struct problems p = {0};

	(void)state;
	c.pipelines_n = 0;
	plan_check(s, &c, &p);
	assert_int_equal(p.list.n, 2);
	assert_string_equal(p.list.items[0].msg,
		"'W-2': pipeline 'feature' is not in weir.yaml");
	assert_non_null(strstr(p.list.items[1].msg, "'W-3'"));
	problems_release(&p);
	snapshot_unref(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_item_is_not_explained),
		cmocka_unit_test(a_running_item_is_explained_with_its_place),
		cmocka_unit_test(each_dependency_is_a_fact),
		cmocka_unit_test(a_blocked_item_names_the_way_out),
		cmocka_unit_test(limits_and_holds_are_facts),
		cmocka_unit_test(an_unknown_phase_is_explained),
		cmocka_unit_test(every_problem_is_named_once),
		cmocka_unit_test(a_sound_backlog_has_no_problems),
		cmocka_unit_test(
			a_new_item_may_lack_a_pipeline_but_not_name_a_wrong_one),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
