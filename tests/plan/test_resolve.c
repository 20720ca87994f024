/* SPDX-License-Identifier: MIT */
#include "fixture.h"

/* The end of a run of W-1 at this phase; the first attempt when none is
 * given. */
#define RUN_AT(phase_name, where, ...)              \
	((const struct run_end){.item = STR("W-1"), \
		.phase = STR(phase_name),           \
		.pool = (where),                    \
		.run = STR("run-7"),                \
		__VA_ARGS__})

static struct snapshot *
at(const char *phase, enum phase_pool pool, struct item it)
{
	it.id = STR("W-1");
	it.phase = str_from(phase);
	it.phase_pool = pool;
	it.status = pool == POOL_PRE ? STATUS_SCOPING : STATUS_IN_PROGRESS;
	return backlog(&it, 1, NO_ARCHIVE);
}

static const struct result complete = {
	.code = RESULT_PHASE_COMPLETE, .summary = NAME("did it")};
static const struct result outgrown = {.code = RESULT_PHASE_COMPLETE,
	.summary = NAME("did it"),
	.assessments = {.size = SIZE_LARGE, .risk = LEVEL_HIGH}};

#define TOO_BIG \
	"needs a decision: size large is above medium, risk high is above low"

/* Resolve, free the snapshot. */
static struct ending *
end_run(struct snapshot *s, struct run_end end)
{
	const struct config c = test_config();

	if (end.attempt == 0)
		end.attempt = 1;
	struct ending *t = ending_new(s, &c, &end);

	snapshot_unref(s);
	return t;
}

static const struct item *
result_item(const struct ending *t)
{
	return item_at(t->fx.next, "W-1");
}

static void
a_complete_phase_leads_to_the_next(void **state)
{
	static const struct {
		const char *from;
		enum phase_pool pool;
		const char *to;
	} cases[] = {
		{"research", POOL_PRE, "design"},
		{"plan", POOL_MAIN, "build"},
		{"build", POOL_MAIN, "review"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run_end end =
			RUN_AT("", cases[i].pool, .result = &complete);
		end.phase = str_from(cases[i].from);
		struct ending *t = end_run(
			at(cases[i].from, cases[i].pool, (struct item){0}),
			end);
		check_outcome(t, OUTCOME_ADVANCED, cases[i].to);
		check_str(result_item(t)->phase, cases[i].to);
		assert_int_equal(result_item(t)->phase_pool, cases[i].pool);
		check_str(t->out.summary, "did it");
		assert_int_equal(t->fx.added.n, 0);
		ending_free(t);
	}
}

static void
the_last_pre_phase_leads_to_ready(void **state)
{
	struct ending *t = end_run(at("design", POOL_PRE, (struct item){0}),
		RUN_AT("design", POOL_PRE, .result = &complete));

	(void)state;
	check_outcome(t, OUTCOME_ADVANCED, "ready");
	assert_int_equal(result_item(t)->status, STATUS_READY);
	assert_false(str_is_set(result_item(t)->phase));
	ending_free(t);
}

static void
the_last_main_phase_leads_to_done_and_the_archive(void **state)
{
	struct ending *t = end_run(at("review", POOL_MAIN, (struct item){0}),
		RUN_AT("review", POOL_MAIN, .result = &complete));

	(void)state;
	check_outcome(t, OUTCOME_DONE, "done");
	assert_null(snapshot_find(t->fx.next, STR("W-1")));
	assert_int_equal(t->fx.departed_n, 1);
	assert_int_equal(t->fx.departed[0].how, DEPARTED_DONE);
	assert_int_equal(t->fx.departed[0].item.status, STATUS_DONE);
	ending_free(t);
}

static void
every_list_ends_with_note_and_run_id(void **state)
{
	static const struct result results[] = {
		{.code = RESULT_PHASE_COMPLETE, .summary = NAME("s")},
		{.code = RESULT_SUBPHASE_COMPLETE, .summary = NAME("s")},
		{.code = RESULT_FAILED, .summary = NAME("s")},
		{.code = RESULT_BLOCKED, .summary = NAME("s")},
	};
	static const char *const outcomes[] = {
		"advanced", "again", "retry", "blocked"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct ending *t = end_run(
			at("plan", POOL_MAIN, (struct item){0}),
			RUN_AT("plan", POOL_MAIN, .result = &results[i]));
		const struct change *note =
			&t->out.changes[t->out.changes_n - 2];
		assert_int_equal(note->kind, CHANGE_NOTE);
		check_str(note->id, "W-1");
		check_str(note->note.phase, "plan");
		check_str(note->note.outcome, outcomes[i]);
		check_str(note->note.run, "run-7");
		check_has(note->text, "s");
		check_ids(t->fx.next->applied, "run-7");
		assert_int_equal(note[1].kind, CHANGE_APPLIED);
		ending_free(t);
	}
}

static void
what_the_result_says_is_kept(void **state)
{
	const struct follow_up follow_ups[] = {
		{.title = STR("next"),
			.context = STR("because"),
			.size = SIZE_SMALL,
			.risk = LEVEL_LOW},
		{.title = STR("  ")},
		{.title = STR("after")},
	};
	const struct result r = {.code = RESULT_PHASE_COMPLETE,
		.summary = STR("did it"),
		.assessments = {.complexity = LEVEL_LOW, .impact = LEVEL_HIGH},
		.description = {.problem = STR("found")},
		.requires_human_review = SAID_TRUE,
		.based_on_commit = STR("abc"),
		.pipeline_type = STR("blog"),
		.duplicates = IDS(STR("W-2")),
		.follow_ups = follow_ups,
		.follow_ups_n = 3};
	struct ending *t =
		end_run(at("plan", POOL_MAIN,
				(struct item){.risk = LEVEL_LOW,
					.complexity = LEVEL_MEDIUM,
					.description.context = STR("old")}),
			RUN_AT("plan", POOL_MAIN, .result = &r));

	(void)state;
	const struct item *it = result_item(t);
	assert_int_equal(it->complexity, LEVEL_LOW);
	assert_int_equal(it->impact, LEVEL_HIGH);
	assert_int_equal(it->risk, LEVEL_LOW);
	assert_true(it->requires_human_review);
	check_str(it->description.context, "old");
	check_str(it->description.problem, "found");
	check_str(it->last_phase_commit, "abc");
	assert_false(str_is_set(it->pipeline_type));
	check_ids(t->fx.added, "W-002,W-003");
	assert_int_equal(t->fx.next->next_item_id, 3);
	const struct item *next = item_at(t->fx.next, "W-002");
	check_str(next->title, "next");
	check_str(next->description.context, "because");
	check_str(next->origin, "W-1/plan");
	assert_int_equal(next->size, SIZE_SMALL);
	assert_int_equal(next->risk, LEVEL_LOW);
	assert_int_equal(next->status, STATUS_NEW);
	ending_free(t);
}

static void
what_did_not_change_is_not_written(void **state)
{
	const struct result r = {.code = RESULT_PHASE_COMPLETE,
		.summary = STR("s"),
		.assessments = {.size = SIZE_SMALL}};
	struct ending *t = end_run(
		at("plan", POOL_MAIN, (struct item){.size = SIZE_SMALL}),
		RUN_AT("plan", POOL_MAIN, .result = &r));

	(void)state;
	assert_int_equal(t->out.changes_n, 3);
	assert_int_equal(t->out.changes[0].kind, CHANGE_PHASE);
	ending_free(t);
}

static void
a_result_may_ask_for_review_but_not_waive_it(void **state)
{
	static const struct {
		bool before;
		enum tristate said;
		bool after;
	} cases[] = {{false, UNSAID, false}, {false, SAID_FALSE, false},
		{false, SAID_TRUE, true}, {true, UNSAID, true},
		{true, SAID_FALSE, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct result r = {.code = RESULT_PHASE_COMPLETE,
			.summary = STR("s"),
			.requires_human_review = cases[i].said};
		const struct item it = {
			.requires_human_review = cases[i].before};
		struct ending *t = end_run(at("plan", POOL_MAIN, it),
			RUN_AT("plan", POOL_MAIN, .result = &r));
		assert_int_equal(
			result_item(t)->requires_human_review, cases[i].after);
		ending_free(t);
	}
}

static void
a_subphase_stays_where_it_is(void **state)
{
	const struct follow_up next = {.title = STR("next")};
	const struct result r = {.code = RESULT_SUBPHASE_COMPLETE,
		.summary = STR("part one"),
		.assessments = {.size = SIZE_MEDIUM},
		.follow_ups = &next,
		.follow_ups_n = 1};
	struct ending *t = end_run(at("plan", POOL_MAIN, (struct item){0}),
		RUN_AT("plan", POOL_MAIN, .result = &r));

	(void)state;
	check_outcome(t, OUTCOME_AGAIN, "plan");
	check_str(result_item(t)->phase, "plan");
	assert_int_equal(result_item(t)->size, SIZE_MEDIUM);
	assert_int_equal(t->fx.added.n, 1);
	ending_free(t);
}

/* Gates */

static void
an_assessment_that_outgrows_a_guardrail_blocks_at_every_step(void **state)
{
	static const struct result subphase = {.code = RESULT_SUBPHASE_COMPLETE,
		.summary = NAME("s"),
		.assessments = {.size = SIZE_LARGE, .risk = LEVEL_HIGH}};
	static const struct {
		const char *from;
		enum phase_pool pool;
		const struct result *result;
		const char *where;
		enum item_status from_status;
	} cases[] = {
		{"research", POOL_PRE, &outgrown, "design", STATUS_SCOPING},
		{"design", POOL_PRE, &outgrown, "ready", STATUS_READY},
		{"plan", POOL_MAIN, &outgrown, "build", STATUS_IN_PROGRESS},
		{"review", POOL_MAIN, &outgrown, "review", STATUS_IN_PROGRESS},
		{"plan", POOL_MAIN, &subphase, "plan", STATUS_IN_PROGRESS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run_end end =
			RUN_AT("", cases[i].pool, .result = cases[i].result);
		end.phase = str_from(cases[i].from);
		struct ending *t = end_run(
			at(cases[i].from, cases[i].pool, (struct item){0}),
			end);
		check_outcome(t, OUTCOME_BLOCKED, cases[i].where);
		check_str(t->out.reason, TOO_BIG);
		const struct item *it = result_item(t);
		assert_int_equal(it->status, STATUS_BLOCKED);
		assert_int_equal(it->blocked_type, BLOCKED_DECISION);
		check_str(it->blocked_reason, TOO_BIG);
		assert_int_equal(it->blocked_from_status, cases[i].from_status);
		assert_int_equal(it->size, SIZE_LARGE);
		ending_free(t);
	}
}

static void
one_assessment_that_grew_is_enough(void **state)
{
	static const struct assessments grown[] = {{.size = SIZE_LARGE},
		{.complexity = LEVEL_HIGH}, {.risk = LEVEL_MEDIUM}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct result r = {.code = RESULT_PHASE_COMPLETE,
			.summary = STR("s"),
			.assessments = grown[i]};
		struct ending *t =
			end_run(at("plan", POOL_MAIN, (struct item){0}),
				RUN_AT("plan", POOL_MAIN, .result = &r));
		check_outcome(t, OUTCOME_BLOCKED, "build");
		ending_free(t);
	}
}

static void
what_was_above_before_and_did_not_grow_goes_on(void **state)
{
	struct ending *t = end_run(
		at("plan", POOL_MAIN,
			(struct item){.size = SIZE_LARGE, .risk = LEVEL_HIGH}),
		RUN_AT("plan", POOL_MAIN, .result = &outgrown));

	(void)state;
	check_outcome(t, OUTCOME_ADVANCED, "build");
	ending_free(t);
}

static void
on_the_way_to_ready_guardrails_count_in_any_case(void **state)
{
	struct ending *t = end_run(
		at("design", POOL_PRE, (struct item){.risk = LEVEL_HIGH}),
		RUN_AT("design", POOL_PRE, .result = &complete));

	(void)state;
	check_outcome(t, OUTCOME_BLOCKED, "ready");
	check_str(t->out.reason, "needs a decision: risk high is above low");
	ending_free(t);
}

static void
what_a_person_accepted_does_not_block_again(void **state)
{
	struct ending *t = end_run(
		at("design", POOL_PRE,
			(struct item){
				.guardrails_accepted = {.size = SIZE_LARGE,
					.risk = LEVEL_HIGH}}),
		RUN_AT("design", POOL_PRE, .result = &outgrown));

	(void)state;
	check_outcome(t, OUTCOME_ADVANCED, "ready");
	ending_free(t);
}

static void
human_review_blocks_at_the_end_of_scoping_and_only_there(void **state)
{
	struct item it = {.requires_human_review = true};
	struct ending *t = end_run(at("design", POOL_PRE, it),
		RUN_AT("design", POOL_PRE, .result = &complete));

	(void)state;
	check_outcome(t, OUTCOME_BLOCKED, "ready");
	check_str(t->out.reason,
		"needs a decision: a person must review it before work starts");
	ending_free(t);
	t = end_run(at("research", POOL_PRE, it),
		RUN_AT("research", POOL_PRE, .result = &complete));
	check_outcome(t, OUTCOME_ADVANCED, "design");
	ending_free(t);
	t = end_run(at("plan", POOL_MAIN, it),
		RUN_AT("plan", POOL_MAIN, .result = &complete));
	check_outcome(t, OUTCOME_ADVANCED, "build");
	ending_free(t);
}

/* Blocked at a gate, unblocked by a person (who accepts or not), planned. */
static void
check_goes_on(
	const char *from, struct item it, bool accept, const char *expected)
{
	const struct change_env env = {.prefix = STR("W")};
	const struct change by_person[] = {
		{.kind = CHANGE_ACCEPT,
			.id = STR("W-1"),
			.accepted = {SIZE_LARGE, LEVEL_HIGH, LEVEL_HIGH}},
		{.kind = CHANGE_UNBLOCK, .id = STR("W-1")},
	};
	struct change_effects fx;
	struct err e = {0};
	struct run_end end = RUN_AT("", POOL_PRE, .result = &outgrown);

	end.phase = str_from(from);
	struct ending *t = end_run(at(from, POOL_PRE, it), end);
	assert_int_equal(t->out.kind, OUTCOME_BLOCKED);
	check_ok(changes_apply(t->fx.next, accept ? by_person : by_person + 1,
			 accept ? 2 : 1, &env, &fx, &e),
		&e);
	struct scene *after = scene_new(fx.next);
	check_actions(after, expected);
	scene_free(after);
	ending_free(t);
}

static void
an_unblocked_item_goes_on_instead_of_round_and_round(void **state)
{
	(void)state;
	check_goes_on("research", (struct item){0}, false, "run W-1 design");
	check_goes_on("design", (struct item){0}, true, "promote W-1 plan");
	check_goes_on("design", (struct item){.requires_human_review = true},
		true, "promote W-1 plan");
	check_goes_on("design", (struct item){0}, false, "block W-1");
}

/* Blocks and failures */

static void
a_block_keeps_what_was_found(void **state)
{
	const struct follow_up next = {.title = STR("next")};
	const struct result r = {.code = RESULT_BLOCKED,
		.summary = STR("stopped"),
		.context = STR("which of the two?"),
		.blocked_type = BLOCKED_CLARIFICATION,
		.assessments = {.size = SIZE_LARGE},
		.follow_ups = &next,
		.follow_ups_n = 1};
	struct ending *t = end_run(at("plan", POOL_MAIN, (struct item){0}),
		RUN_AT("plan", POOL_MAIN, .result = &r));

	(void)state;
	check_outcome(t, OUTCOME_BLOCKED, "plan");
	const struct item *it = result_item(t);
	check_str(it->blocked_reason, "needs an answer: which of the two?");
	assert_int_equal(it->blocked_type, BLOCKED_CLARIFICATION);
	assert_int_equal(it->size, SIZE_LARGE);
	check_str(it->phase, "plan");
	assert_int_equal(t->fx.added.n, 1);
	ending_free(t);
}

static void
a_block_without_context_gives_its_summary(void **state)
{
	const struct result r = {.code = RESULT_BLOCKED,
		.summary = STR("not needed"),
		.context = STR(" ")};
	struct ending *t = end_run(at("plan", POOL_MAIN, (struct item){0}),
		RUN_AT("plan", POOL_MAIN, .result = &r));

	(void)state;
	check_str(t->out.reason, "needs a person: not needed");
	ending_free(t);
}

static void
a_failure_is_tried_again_until_attempts_are_used_up(void **state)
{
	const struct follow_up next = {.title = STR("next")};
	const struct result failed = {.code = RESULT_FAILED,
		.summary = STR("tests fail"),
		.context = STR("3 of 9"),
		.assessments = {.size = SIZE_LARGE},
		.follow_ups = &next,
		.follow_ups_n = 1};

	(void)state;
	for (unsigned int attempt = 1; attempt <= 4; attempt++) {
		struct ending *t = end_run(
			at("build", POOL_MAIN,
				(struct item){.unblock_context = STR("n")}),
			RUN_AT("build", POOL_MAIN, .result = &failed,
				.attempt = attempt));
		bool last = attempt > 2;
		check_outcome(
			t, last ? OUTCOME_GIVEN_UP : OUTCOME_RETRY, "build");
		const struct item *it = result_item(t);
		assert_int_equal(
			it->status, last ? STATUS_BLOCKED : STATUS_IN_PROGRESS);
		check_str(it->phase, "build");
		assert_int_equal(it->size, SIZE_UNSET);
		check_str(it->unblock_context, "n");
		assert_int_equal(t->fx.added.n, 0);
		check_has(t->out.reason, "3 of 9");
		if (attempt == 3)
			check_str(it->blocked_reason,
				"needs a decision: build failed 3 times, in "
				"the end: 3 of 9");
		ending_free(t);
	}
}

static void
no_valid_result_is_a_failure(void **state)
{
	struct ending *t = end_run(at("plan", POOL_MAIN, (struct item){0}),
		RUN_AT("plan", POOL_MAIN,
			.failure = STR("no output for 10m00s")));

	(void)state;
	check_outcome(t, OUTCOME_RETRY, "plan");
	check_str(t->out.reason, "no output for 10m00s");
	check_str(t->out.summary, "no output for 10m00s");
	ending_free(t);
	t = end_run(at("plan", POOL_MAIN, (struct item){0}),
		RUN_AT("plan", POOL_MAIN, .attempt = 3));
	check_outcome(t, OUTCOME_GIVEN_UP, "plan");
	check_has(result_item(t)->blocked_reason, "left no valid result");
	ending_free(t);
}

static void
notes_of_an_unblock_are_used_up_by_a_valid_result(void **state)
{
	static const enum result_code codes[] = {RESULT_PHASE_COMPLETE,
		RESULT_SUBPHASE_COMPLETE, RESULT_BLOCKED};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct result r = {.code = codes[i], .summary = STR("s")};
		struct ending *t = end_run(
			at("plan", POOL_MAIN,
				(struct item){.unblock_context = STR("hint")}),
			RUN_AT("plan", POOL_MAIN, .result = &r));
		assert_false(str_is_set(result_item(t)->unblock_context));
		ending_free(t);
	}
}

/* The world has moved on */

static void
a_moved_item_stays_where_the_person_put_it(void **state)
{
	static const struct {
		struct item it;
		const char *where;
	} cases[] = {
		{{.status = STATUS_BLOCKED, .phase = NAME("plan")}, "blocked"},
		{{.status = STATUS_READY}, "ready"},
		{{.status = STATUS_IN_PROGRESS, .phase = NAME("review")},
			"review"},
		{{.status = STATUS_SCOPING, .phase = NAME("plan")}, "plan"},
		{{.status = STATUS_DONE}, "done"},
	};
	const struct follow_up next = {.title = STR("next")};
	const struct result r = {.code = RESULT_PHASE_COMPLETE,
		.summary = STR("s"),
		.assessments = {.size = SIZE_LARGE},
		.follow_ups = &next,
		.follow_ups_n = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct item it = cases[i].it;
		it.id = STR("W-1");
		struct snapshot *s = backlog(&it, 1, NO_ARCHIVE);
		snapshot_ref(s);
		struct ending *t =
			end_run(s, RUN_AT("plan", POOL_MAIN, .result = &r));
		check_outcome(t, OUTCOME_MOVED, cases[i].where);
		assert_true(item_equal(result_item(t), item_at(s, "W-1")));
		check_ids(t->fx.added, "W-002");
		check_ids(t->fx.next->applied, "run-7");
		snapshot_unref(s);
		ending_free(t);
	}
}

static void
a_gone_items_follow_ups_are_filed(void **state)
{
	const struct follow_up next = {.title = STR("next")};
	const struct result r = {.code = RESULT_SUBPHASE_COMPLETE,
		.summary = STR("s"),
		.follow_ups = &next,
		.follow_ups_n = 1};
	struct ending *t = end_run(
		backlog(NO_ITEMS,
			ARCHIVED({.id = STR("W-1"), .how = DEPARTED_CLOSED})),
		RUN_AT("plan", POOL_MAIN, .result = &r));

	(void)state;
	check_outcome(t, OUTCOME_MOVED, "closed");
	check_str(item_at(t->fx.next, "W-002")->origin, "W-1/plan");
	ending_free(t);
	t = end_run(backlog(NO_ITEMS, NO_ARCHIVE),
		RUN_AT("plan", POOL_MAIN, .failure = STR("died")));
	check_outcome(t, OUTCOME_MOVED, "gone");
	assert_int_equal(t->out.changes_n, 2);
	ending_free(t);
}

static void
a_phase_the_configuration_lost_blocks(void **state)
{
	struct ending *t = end_run(at("biuld", POOL_MAIN, (struct item){0}),
		RUN_AT("biuld", POOL_MAIN, .result = &complete));

	(void)state;
	check_outcome(t, OUTCOME_BLOCKED, "biuld");
	check_has(t->out.reason, "'biuld' is not a main phase of feature");
	ending_free(t);
	t = end_run(at("plan", POOL_MAIN,
			    (struct item){.pipeline_type = STR("lost")}),
		RUN_AT("plan", POOL_MAIN, .attempt = 3));
	check_outcome(t, OUTCOME_GIVEN_UP, "plan");
	ending_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complete_phase_leads_to_the_next),
		cmocka_unit_test(the_last_pre_phase_leads_to_ready),
		cmocka_unit_test(
			the_last_main_phase_leads_to_done_and_the_archive),
		cmocka_unit_test(every_list_ends_with_note_and_run_id),
		cmocka_unit_test(what_the_result_says_is_kept),
		cmocka_unit_test(what_did_not_change_is_not_written),
		cmocka_unit_test(a_result_may_ask_for_review_but_not_waive_it),
		cmocka_unit_test(a_subphase_stays_where_it_is),
		cmocka_unit_test(
			an_assessment_that_outgrows_a_guardrail_blocks_at_every_step),
		cmocka_unit_test(one_assessment_that_grew_is_enough),
		cmocka_unit_test(
			what_was_above_before_and_did_not_grow_goes_on),
		cmocka_unit_test(
			on_the_way_to_ready_guardrails_count_in_any_case),
		cmocka_unit_test(what_a_person_accepted_does_not_block_again),
		cmocka_unit_test(
			human_review_blocks_at_the_end_of_scoping_and_only_there),
		cmocka_unit_test(
			an_unblocked_item_goes_on_instead_of_round_and_round),
		cmocka_unit_test(a_block_keeps_what_was_found),
		cmocka_unit_test(a_block_without_context_gives_its_summary),
		cmocka_unit_test(
			a_failure_is_tried_again_until_attempts_are_used_up),
		cmocka_unit_test(no_valid_result_is_a_failure),
		cmocka_unit_test(
			notes_of_an_unblock_are_used_up_by_a_valid_result),
		cmocka_unit_test(a_moved_item_stays_where_the_person_put_it),
		cmocka_unit_test(a_gone_items_follow_ups_are_filed),
		cmocka_unit_test(a_phase_the_configuration_lost_blocks),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
