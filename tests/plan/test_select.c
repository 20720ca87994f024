/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#define READY(literal, ...)                                             \
	{                                                               \
		.id = STR(literal), .status = STATUS_READY, __VA_ARGS__ \
	}
#define AT(literal, phase_name, ...)                                           \
	{                                                                      \
		.id = STR(literal), .status = STATUS_IN_PROGRESS,              \
		.phase = STR(phase_name), .phase_pool = POOL_MAIN, __VA_ARGS__ \
	}
#define SCOPED(literal, phase_name, ...)                                      \
	{                                                                     \
		.id = STR(literal), .status = STATUS_SCOPING,                 \
		.phase = STR(phase_name), .phase_pool = POOL_PRE, __VA_ARGS__ \
	}
#define YEAR(n) .created = STR(#n "-01-01T00:00:00Z")

static struct scene *
scene(const struct item *items, size_t n)
{
	return scene_new(backlog(items, n, NO_ARCHIVE));
}

static void
an_empty_backlog_has_nothing_to_do(void **state)
{
	struct scene *t = scene(NO_ITEMS);

	(void)state;
	check_actions(t, "");
	assert_int_equal(t->p.verdicts_n, 0);
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_DONE);
	scene_free(t);
}

static void
done_and_blocked_items_rest(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1"), .status = STATUS_DONE},
		{.id = STR("W-2"),
			.status = STATUS_BLOCKED,
			.blocked_reason = STR("needs an answer: why?")},
		{.id = STR("W-3"), .status = STATUS_BLOCKED}));

	(void)state;
	check_actions(t, "");
	check_verdict(t, "W-1", VERDICT_DONE, "is done");
	check_verdict(t, "W-2", VERDICT_BLOCKED, "needs an answer: why?");
	check_verdict(t, "W-3", VERDICT_BLOCKED, "without a reason");
	scene_free(t);
}

/* Repairs */

static void
an_item_without_phase_enters_the_first_of_its_pool(void **state)
{
	struct scene *t =
		scene(ITEMS({.id = STR("W-1"), .status = STATUS_SCOPING},
			{.id = STR("W-2"), .status = STATUS_IN_PROGRESS},
			{.id = STR("W-3"),
				.status = STATUS_IN_PROGRESS,
				.pipeline_type = STR("blog")}));

	(void)state;
	check_actions(t, "enter W-1 research; enter W-2 plan; enter W-3 draft");
	assert_int_equal(t->p.actions[0].pool, POOL_PRE);
	assert_int_equal(t->p.actions[1].pool, POOL_MAIN);
	check_verdict(t, "W-1", VERDICT_CHOSEN, "enters research, the first");
	scene_free(t);
}

static void
an_unknown_pipeline_blocks_and_the_others_go_on(void **state)
{
	struct scene *t =
		scene(ITEMS(READY("W-1", .pipeline_type = STR("fature")),
			{.id = STR("W-2"), .pipeline_type = STR("nope")},
			READY("W-3", .impact = LEVEL_LOW)));

	(void)state;
	check_actions(t, "block W-1; block W-2; promote W-3 plan");
	check_verdict(t, "W-1", VERDICT_CHOSEN,
		"needs a decision: pipeline 'fature' is not in weir.yaml "
		"(known: feature, blog)");
	scene_free(t);
}

static void
an_unknown_phase_blocks(void **state)
{
	struct scene *t = scene(ITEMS(AT("W-1", "biuld"), SCOPED("W-2", "plan"),
		AT("W-3", "research"),
		{.id = STR("W-4"),
			.status = STATUS_SCOPING,
			.pipeline_type = STR("blog")}));

	(void)state;
	t->c.max_concurrent = 9;
	check_actions(t, "block W-1; block W-2; block W-3; block W-4");
	check_verdict(t, "W-1", VERDICT_CHOSEN,
		"needs a decision: 'biuld' is not a main phase of feature "
		"(known: plan, build, review)");
	check_verdict(t, "W-4", VERDICT_CHOSEN,
		"blog has no pre phases: set the status to ready");
	scene_free(t);
}

static void
the_status_says_which_pool_a_phase_is_in(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1"),
		.status = STATUS_SCOPING,
		.phase = STR("design"),
		.phase_pool = POOL_MAIN}));

	(void)state;
	check_actions(t, "run W-1 design");
	assert_int_equal(t->p.actions[0].pool, POOL_PRE);
	scene_free(t);
}

static void
a_new_item_may_wait_for_triage_to_choose_its_pipeline(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1")}));

	(void)state;
	t->c.pipelines_n = 0;
	check_actions(t, "run W-1 triage");
	scene_free(t);
}

static void
repairs_wait_for_nothing(void **state)
{
	const struct plan_running running[] = {{STR("gone"), true}};
	struct scene *t = scene(ITEMS({.id = STR("W-1"),
					      .status = STATUS_SCOPING,
					      .dependencies = IDS(STR("W-2"))},
		{.id = STR("W-2"), .pipeline_type = STR("nope")}));

	(void)state;
	t->in.running = running;
	t->in.running_n = 1;
	t->in.starts_left = 0;
	check_actions(t, "enter W-1 research; block W-2");
	scene_free(t);
}

/* Promotions */

static void
ready_items_start_by_impact_then_age_then_place(void **state)
{
	struct scene *t = scene(ITEMS(READY("W-1", YEAR(2020)),
		READY("W-2", .impact = LEVEL_LOW, YEAR(2020)),
		READY("W-3", .impact = LEVEL_HIGH, YEAR(2025)),
		READY("W-4", .impact = LEVEL_HIGH, YEAR(2024)),
		READY("W-5", .impact = LEVEL_MEDIUM, YEAR(2020)),
		READY("W-6", .impact = LEVEL_HIGH, YEAR(2024)),
		READY("W-7", .impact = LEVEL_HIGH, .created = STR("?"))));

	(void)state;
	t->c.max_wip = 9;
	check_actions(t,
		"promote W-4 plan; promote W-6 plan; promote W-3 plan; "
		"promote W-7 plan; promote W-5 plan; promote W-2 plan; "
		"promote W-1 plan");
	assert_int_equal(t->p.actions[0].pool, POOL_MAIN);
	check_verdict(t, "W-4", VERDICT_CHOSEN, "impact high");
	check_verdict(t, "W-1", VERDICT_CHOSEN, "impact unset");
	scene_free(t);
}

static void
only_as_many_as_allowed_are_in_progress(void **state)
{
	struct scene *t = scene(ITEMS(AT("W-1", "plan"), READY("W-2"),
		READY("W-3"), READY("W-4"),
		{.id = STR("W-5"),
			.status = STATUS_BLOCKED,
			.blocked_from_status = STATUS_IN_PROGRESS}));

	(void)state;
	t->c.max_wip = 2;
	check_actions(t, "promote W-2 plan; run W-1 plan");
	check_verdict(t, "W-3", VERDICT_WIP,
		"others come first, and only 2 items are in progress at a "
		"time");

	t->c.max_wip = 1;
	check_actions(t, "run W-1 plan");
	check_verdict(t, "W-2", VERDICT_WIP, "1 of 1 already in progress");
	scene_free(t);
}

static void
a_promotion_takes_no_slot_and_runs_later(void **state)
{
	const struct plan_running running[] = {{STR("other"), false}};
	struct scene *t = scene(ITEMS(READY("W-1"), {.id = STR("W-2")}));

	(void)state;
	check_actions(t, "promote W-1 plan; run W-2 triage");
	t->in.running = running;
	t->in.running_n = 1;
	t->in.starts_left = 0;
	check_actions(t, "promote W-1 plan");
	scene_free(t);
}

static void
waiting_items_do_not_use_up_the_wip(void **state)
{
	struct scene *t = scene(ITEMS(READY("W-1", .impact = LEVEL_HIGH,
					      .dependencies = IDS(STR("W-3"))),
		READY("W-2"), {.id = STR("W-3")}));

	(void)state;
	check_actions(t, "promote W-2 plan; run W-3 triage");
	check_verdict(t, "W-1", VERDICT_DEPENDS, "waits for W-3 (new)");
	scene_free(t);
}

static void
a_guardrail_blocks_at_promotion_and_the_next_has_its_turn(void **state)
{
	struct scene *t = scene(
		ITEMS(READY("W-1", .impact = LEVEL_HIGH, .size = SIZE_LARGE),
			READY("W-2", .impact = LEVEL_MEDIUM, .risk = LEVEL_HIGH,
				.guardrails_accepted = {.risk = LEVEL_HIGH}),
			READY("W-3", .risk = LEVEL_HIGH)));

	(void)state;
	check_actions(t, "block W-1; promote W-2 plan");
	check_verdict(t, "W-1", VERDICT_CHOSEN,
		"needs a decision: size large is above medium");
	check_verdict(t, "W-3", VERDICT_WIP,
		"others come first, and only 1 item is in progress at a time");
	scene_free(t);
}

/* Runs */

static void
work_goes_on_from_the_furthest_to_the_newest(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1")},
		SCOPED("W-2", "research", .impact = LEVEL_HIGH),
		SCOPED("W-3", "design"),
		AT("W-4", "publish", .pipeline_type = STR("blog")),
		AT("W-5", "plan"), AT("W-6", "review")));

	(void)state;
	t->c.max_wip = t->c.max_concurrent = 9;
	check_actions(t,
		"run W-6 review; run W-5 plan; run W-4 publish; "
		"run W-3 design; run W-2 research; run W-1 triage");
	check_verdict(t, "W-6", VERDICT_CHOSEN,
		"goes on at review, main phase 3 of 3");
	check_verdict(t, "W-3", VERDICT_CHOSEN,
		"is scoped at design, pre phase 2 of 2");
	assert_int_equal(t->p.actions[5].pool, POOL_UNSET);
	scene_free(t);
}

static void
ties_go_by_age_then_place_and_never_by_impact(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1"), YEAR(2024)},
		{.id = STR("W-2"), .created = STR("soon")},
		{.id = STR("W-3"), YEAR(2023)},
		{.id = STR("W-4"), YEAR(2024), .impact = LEVEL_HIGH}));

	(void)state;
	t->c.max_concurrent = 9;
	check_actions(t,
		"run W-3 triage; run W-1 triage; run W-4 triage; "
		"run W-2 triage");
	scene_free(t);
}

static void
slots_are_what_is_not_running_yet(void **state)
{
	const struct plan_running running[] = {{STR("W-1"), false}};
	struct scene *t = scene(ITEMS(
		AT("W-1", "review"), AT("W-2", "plan"), {.id = STR("W-3")}));

	(void)state;
	t->in.running = running;
	t->in.running_n = 1;
	t->c.max_concurrent = 2;
	check_actions(t, "run W-2 plan");
	check_verdict(t, "W-1", VERDICT_RUNNING, "runs now");
	check_verdict(t, "W-3", VERDICT_SLOT,
		"others come first, and only 2 phases run at a time");
	t->c.max_concurrent = 1;
	check_actions(t, "");
	check_verdict(t, "W-2", VERDICT_SLOT, "1 of 1 already running");
	scene_free(t);
}

static void
a_dependency_must_be_done(void **state)
{
	struct scene *t = scene(ITEMS(
		AT("W-1", "plan", .dependencies = IDS(STR("W-3"))),
		SCOPED("W-2", "design", .dependencies = IDS(STR("W-9"))),
		{.id = STR("W-3"), .dependencies = IDS(STR("W-4"))},
		{.id = STR("W-4"), .dependencies = IDS(STR("W-4"))},
		{.id = STR("W-5"), .status = STATUS_DONE},
		{.id = STR("W-6"), .dependencies = IDS(STR("W-5"))}));

	(void)state;
	t->c.max_concurrent = 9;
	check_actions(t, "run W-6 triage");
	check_verdict(t, "W-1", VERDICT_DEPENDS, "waits for W-3 (new)");
	check_verdict(t, "W-2", VERDICT_BROKEN, "waits for W-9 (not found)");
	check_verdict(t, "W-3", VERDICT_DEPENDS, "waits for W-4 (new)");
	check_verdict(t, "W-4", VERDICT_BROKEN, "for itself through W-4");
	scene_free(t);
}

static void
an_archived_dependency_counts_as_how_it_left(void **state)
{
	struct scene *t = scene_new(backlog(
		ITEMS({.id = STR("W-1"), .dependencies = IDS(STR("W-8"))},
			{.id = STR("W-2"), .dependencies = IDS(STR("W-9"))}),
		ARCHIVED({.id = STR("W-8"), .how = DEPARTED_DONE},
			{.id = STR("W-9"), .how = DEPARTED_CLOSED})));

	(void)state;
	t->c.max_concurrent = 9;
	check_actions(t, "run W-1 triage");
	check_verdict(t, "W-2", VERDICT_BROKEN, "waits for W-9 (closed)");
	scene_free(t);
}

static void
a_cycle_holds_back_only_its_own_items(void **state)
{
	struct scene *t =
		scene(ITEMS({.id = STR("W-1"), .dependencies = IDS(STR("W-2"))},
			{.id = STR("W-2"), .dependencies = IDS(STR("W-1"))},
			{.id = STR("W-3")}));

	(void)state;
	t->c.max_concurrent = 9;
	check_actions(t, "run W-3 triage");
	check_verdict(t, "W-1", VERDICT_BROKEN, "itself through W-2");
	check_verdict(t, "W-2", VERDICT_BROKEN, "itself through W-1");
	scene_free(t);
}

/* Destructive phases */

static void
a_destructive_phase_starts_alone(void **state)
{
	struct scene *t = scene(ITEMS(
		AT("W-1", "build"), AT("W-2", "plan"), {.id = STR("W-3")}));

	(void)state;
	t->c.max_concurrent = 9;
	check_actions(t, "run W-1 build");
	check_verdict(t, "W-2", VERDICT_ALONE, "W-1 starts build");
	check_verdict(t, "W-3", VERDICT_ALONE, "W-1 starts build");
	scene_free(t);
}

static void
nothing_starts_while_one_runs(void **state)
{
	const struct plan_running running[] = {{STR("W-1"), true}};
	struct scene *t = scene(ITEMS(
		AT("W-1", "build"), AT("W-2", "review"), {.id = STR("W-3")}));

	(void)state;
	t->in.running = running;
	t->in.running_n = 1;
	t->c.max_concurrent = 9;
	check_actions(t, "");
	check_verdict(t, "W-2", VERDICT_ALONE, "W-1 runs a phase");
	scene_free(t);
}

static void
nothing_of_lower_priority_slips_past_one_that_waits(void **state)
{
	const struct plan_running running[] = {{STR("W-9"), false}};
	struct scene *t = scene(ITEMS(AT("W-1", "build"), AT("W-2", "plan"),
		SCOPED("W-3", "design"), {.id = STR("W-4")}));

	(void)state;
	t->in.running = running;
	t->in.running_n = 1;
	t->c.max_concurrent = 9;
	check_actions(t, "");
	check_verdict(t, "W-1", VERDICT_ALONE, "but W-9 runs");
	check_verdict(t, "W-2", VERDICT_ALONE, "W-1 waits to start build");
	check_verdict(t, "W-4", VERDICT_ALONE, "W-1 waits to start build");
	scene_free(t);
}

static void
one_behind_chosen_work_closes_the_door_too(void **state)
{
	struct scene *t = scene(ITEMS(
		AT("W-1", "build"), AT("W-2", "review"), {.id = STR("W-3")}));

	(void)state;
	t->c.max_concurrent = 9;
	check_actions(t, "run W-2 review");
	check_verdict(t, "W-1", VERDICT_ALONE, "but W-2 runs");
	check_verdict(t, "W-3", VERDICT_ALONE, "W-1 waits to start build");
	scene_free(t);
}

static void
one_that_is_held_or_waits_for_another_closes_no_door(void **state)
{
	const struct plan_hold holds[] = {
		{.item = STR("W-1"), .until_ns = INT64_MAX, .why = STR("x")}};
	struct scene *t = scene(ITEMS(AT("W-1", "build"),
		AT("W-2", "build", .dependencies = IDS(STR("W-3"))),
		{.id = STR("W-3")}));

	(void)state;
	t->in.holds = holds;
	t->in.holds_n = 1;
	check_actions(t, "run W-3 triage");
	scene_free(t);
}

/* Holds */

static void
a_held_item_rests_until_its_time(void **state)
{
	const struct plan_hold holds[] = {
		{.item = STR("W-1"),
			.until_ns = 1012 * NS_PER_SEC,
			.why = STR("failed once, tries again")},
		{.item = STR("W-1"),
			.until_ns = 1005 * NS_PER_SEC,
			.why = STR("shorter")},
	};
	struct scene *t = scene(ITEMS({.id = STR("W-1")}, {.id = STR("W-2")}));

	(void)state;
	t->in.holds = holds;
	t->in.holds_n = 2;
	check_actions(t, "run W-2 triage");
	check_verdict(
		t, "W-1", VERDICT_HELD, "failed once, tries again in 12s");
	assert_int_equal(t->p.wake_ns, 1012 * NS_PER_SEC);
	t->in.now_ns = 1012 * NS_PER_SEC;
	check_actions(t, "run W-1 triage");
	assert_int_equal(t->p.wake_ns, INT64_MAX);
	scene_free(t);
}

static void
a_paused_agent_holds_only_its_own_phases(void **state)
{
	const struct plan_hold holds[] = {
		{.agent = STR("worker"),
			.until_ns = 1060 * NS_PER_SEC,
			.why = STR("usage limit")},
		{.agent = STR("nobody"), .until_ns = 1001 * NS_PER_SEC},
	};
	struct scene *t = scene(ITEMS(AT("W-1", "plan"), {.id = STR("W-2")},
		AT("W-3", "draft", .pipeline_type = STR("blog"))));

	(void)state;
	t->in.holds = holds;
	t->in.holds_n = 2;
	t->c.max_concurrent = 9;
	check_actions(t, "run W-3 draft");
	check_verdict(t, "W-1", VERDICT_HELD,
		"agent 'worker' rests for 1m00s: usage limit");
	check_verdict(t, "W-2", VERDICT_HELD, "agent 'worker'");
	assert_int_equal(t->p.wake_ns, 1060 * NS_PER_SEC);
	scene_free(t);
}

static void
nothing_is_done_about_an_item_that_is_held_without_end(void **state)
{
	const struct plan_hold holds[] = {
		{.item = STR("W-1"), .until_ns = 1001 * NS_PER_SEC},
		{.item = STR("W-1"),
			.until_ns = PLAN_HOLD_ENDLESS,
			.why = STR("cannot be saved: an anchor")},
		{.item = STR("W-2"),
			.until_ns = PLAN_HOLD_ENDLESS,
			.why = STR("cannot be saved: a tag")},
		{.item = STR("W-3"),
			.until_ns = PLAN_HOLD_ENDLESS,
			.why = STR("cannot be saved: an alias")},
	};
	/* To be promoted, repaired, blocked; and one that is promoted then. */
	struct scene *t = scene(ITEMS(READY("W-1"),
		{.id = STR("W-2"), .status = STATUS_SCOPING},
		AT("W-3", "biuld"), READY("W-4")));

	(void)state;
	t->in.holds = holds;
	t->in.holds_n = 4;
	t->c.max_wip = 2;
	check_actions(t, "promote W-4 plan");
	check_verdict(t, "W-1", VERDICT_HELD, "cannot be saved: an anchor");
	check_verdict(t, "W-2", VERDICT_HELD, "cannot be saved: a tag");
	check_verdict(t, "W-3", VERDICT_HELD, "cannot be saved: an alias");
	assert_int_equal(t->p.wake_ns, INT64_MAX);
	t->in.targets = IDS(STR("W-1"), STR("W-2"));
	check_actions(t, "");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_BLOCKED);
	scene_free(t);
}

static void
a_hold_on_nothing_that_waits_wakes_nobody(void **state)
{
	const struct plan_hold holds[] = {
		{.item = STR("W-1"), .until_ns = INT64_MAX - 1}};
	struct scene *t =
		scene(ITEMS({.id = STR("W-1"), .status = STATUS_DONE}));

	(void)state;
	t->in.holds = holds;
	t->in.holds_n = 1;
	check_actions(t, "");
	assert_int_equal(t->p.wake_ns, INT64_MAX);
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_DONE);
	scene_free(t);
}

/* Starts left */

static void
no_more_starts_than_are_left(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1")}, {.id = STR("W-2")}));

	(void)state;
	t->c.max_concurrent = 9;
	t->in.starts_left = 1;
	check_actions(t, "run W-1 triage");
	check_verdict(t, "W-2", VERDICT_CAP, "no starts left");
	t->in.starts_left = 0;
	check_actions(t, "");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_CAP);
	scene_free(t);
}

/* Targets */

static void
targets_restrict_what_is_chosen(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1")}, {.id = STR("W-2")},
		READY("W-3", .impact = LEVEL_HIGH), READY("W-4"),
		{.id = STR("W-5"), .status = STATUS_SCOPING}));

	(void)state;
	t->c.max_concurrent = t->c.max_wip = 9;
	t->in.targets = IDS(STR("W-4"), STR("W-2"), STR("W-77"));
	check_actions(t, "promote W-4 plan; run W-2 triage");
	check_verdict(t, "W-1", VERDICT_UNTARGETED, "is not a target");
	check_verdict(t, "W-5", VERDICT_UNTARGETED, "is not a target");
	scene_free(t);
}

static void
dependencies_and_wip_are_judged_beyond_the_targets(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1")},
		{.id = STR("W-2"), .dependencies = IDS(STR("W-1"))},
		AT("W-3", "plan"), READY("W-4")));

	(void)state;
	t->in.targets = IDS(STR("W-2"), STR("W-4"));
	check_actions(t, "");
	check_verdict(t, "W-2", VERDICT_DEPENDS, "waits for W-1 (new)");
	check_verdict(t, "W-4", VERDICT_WIP, "1 of 1");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_DEPENDS);
	scene_free(t);
}

static void
a_target_that_waits_does_not_stop_the_others(void **state)
{
	struct scene *t = scene(ITEMS({.id = STR("W-1")},
		{.id = STR("W-2"), .dependencies = IDS(STR("W-1"))},
		{.id = STR("W-3")}));

	(void)state;
	t->in.targets = IDS(STR("W-2"), STR("W-3"));
	check_actions(t, "run W-3 triage");
	scene_free(t);
}

/* What is done about it, and when it is over */

static void
check_becomes(struct snapshot *s, const char *phase, enum item_status status)
{
	const struct change_env env = {.prefix = STR("W")};
	struct change changes[3];
	struct change_effects fx;
	struct err e = {0};
	struct scene *t = scene_new(s);

	plan_select(&t->in, &t->a, &t->p);
	size_t n = action_changes(&t->p.actions[0], changes);
	check_ok(changes_apply(s, changes, n, &env, &fx, &e), &e);
	const struct item *it = item_at(fx.next, "W-1");
	assert_int_equal(it->status, status);
	assert_true(str_eq(it->phase, str_from(phase)));
	if (status == STATUS_BLOCKED) {
		check_has(it->blocked_reason, "needs a decision: ");
		assert_int_equal(it->blocked_type, BLOCKED_DECISION);
	}
	snapshot_unref(fx.next);
	scene_free(t);
}

static void
actions_become_changes(void **state)
{
	struct change changes[3];
	const struct action run = {.kind = ACTION_RUN};

	(void)state;
	check_becomes(backlog(ITEMS(READY("W-1")), NO_ARCHIVE), "plan",
		STATUS_IN_PROGRESS);
	check_becomes(
		backlog(ITEMS({.id = STR("W-1"), .status = STATUS_SCOPING}),
			NO_ARCHIVE),
		"research", STATUS_SCOPING);
	check_becomes(backlog(ITEMS(AT("W-1", "biuld")), NO_ARCHIVE), "biuld",
		STATUS_BLOCKED);
	assert_int_equal(action_changes(&run, changes), 0);
}

static void
a_run_halts_for_the_right_reason(void **state)
{
	const struct plan_running running[] = {{STR("W-1"), false}};
	const struct plan_hold holds[] = {
		{.agent = STR("worker"), .until_ns = INT64_MAX - 1}};
	struct scene *t = scene(ITEMS({.id = STR("W-1")},
		{.id = STR("W-2"),
			.status = STATUS_BLOCKED,
			.dependencies = IDS(STR("W-1"))},
		{.id = STR("W-3"), .dependencies = IDS(STR("W-2"))},
		{.id = STR("W-4"), .status = STATUS_DONE}));

	(void)state;
	check_actions(t, "run W-1 triage");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_NOT);
	t->in.targets = IDS(STR("W-2"), STR("W-3"));
	check_actions(t, "");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_BLOCKED);
	t->in.running = running;
	t->in.running_n = 1;
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_NOT);
	t->in.running_n = 0;
	t->in.targets = IDS(STR("W-3"));
	check_actions(t, "");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_DEPENDS);
	t->in.targets = IDS(STR("W-4"));
	check_actions(t, "");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_DONE);
	t->in.targets = IDS(STR("W-1"));
	t->in.holds = holds;
	t->in.holds_n = 1;
	check_actions(t, "");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_NOT);
	t->in.starts_left = 0;
	check_actions(t, "");
	assert_int_equal(plan_halt(&t->in, &t->p), HALT_CAP);
	scene_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_backlog_has_nothing_to_do),
		cmocka_unit_test(done_and_blocked_items_rest),
		cmocka_unit_test(
			an_item_without_phase_enters_the_first_of_its_pool),
		cmocka_unit_test(
			an_unknown_pipeline_blocks_and_the_others_go_on),
		cmocka_unit_test(an_unknown_phase_blocks),
		cmocka_unit_test(the_status_says_which_pool_a_phase_is_in),
		cmocka_unit_test(
			a_new_item_may_wait_for_triage_to_choose_its_pipeline),
		cmocka_unit_test(repairs_wait_for_nothing),
		cmocka_unit_test(
			ready_items_start_by_impact_then_age_then_place),
		cmocka_unit_test(only_as_many_as_allowed_are_in_progress),
		cmocka_unit_test(a_promotion_takes_no_slot_and_runs_later),
		cmocka_unit_test(waiting_items_do_not_use_up_the_wip),
		cmocka_unit_test(
			a_guardrail_blocks_at_promotion_and_the_next_has_its_turn),
		cmocka_unit_test(work_goes_on_from_the_furthest_to_the_newest),
		cmocka_unit_test(ties_go_by_age_then_place_and_never_by_impact),
		cmocka_unit_test(slots_are_what_is_not_running_yet),
		cmocka_unit_test(a_dependency_must_be_done),
		cmocka_unit_test(an_archived_dependency_counts_as_how_it_left),
		cmocka_unit_test(a_cycle_holds_back_only_its_own_items),
		cmocka_unit_test(a_destructive_phase_starts_alone),
		cmocka_unit_test(nothing_starts_while_one_runs),
		cmocka_unit_test(
			nothing_of_lower_priority_slips_past_one_that_waits),
		cmocka_unit_test(one_behind_chosen_work_closes_the_door_too),
		cmocka_unit_test(
			one_that_is_held_or_waits_for_another_closes_no_door),
		cmocka_unit_test(a_held_item_rests_until_its_time),
		cmocka_unit_test(a_paused_agent_holds_only_its_own_phases),
		cmocka_unit_test(
			nothing_is_done_about_an_item_that_is_held_without_end),
		cmocka_unit_test(a_hold_on_nothing_that_waits_wakes_nobody),
		cmocka_unit_test(no_more_starts_than_are_left),
		cmocka_unit_test(targets_restrict_what_is_chosen),
		cmocka_unit_test(
			dependencies_and_wip_are_judged_beyond_the_targets),
		cmocka_unit_test(a_target_that_waits_does_not_stop_the_others),
		cmocka_unit_test(actions_become_changes),
		cmocka_unit_test(a_run_halts_for_the_right_reason),
	};

	return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
