/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/stamp.h"
#include "engine/holds.h"
#include "engine/memory.h"

static const struct git_change dirty[] = {
	{.path = STR("a.c"), .digest = "1"},
	{.path = STR("b.c"), .digest = "2"},
};
static const struct git_changes one = {.items = dirty, .n = 1};
static const struct git_changes two = {.items = dirty, .n = 2};

static void
failures_count_up_within_a_phase_and_start_over_in_the_next(void **state)
{
	struct memory m = {0};
	struct memory_entry *x = memory_of(&m, STR("A-1"));

	(void)state;
	memory_enter(x, STR("build"));
	memory_failed(x, STR("first reason"));
	memory_enter(x, STR("build"));
	memory_failed(x, STR("second reason"));
	assert_int_equal(x->failures, 2);
	check_str(x->failure, "second reason");
	memory_enter(x, STR("review"));
	assert_int_equal(x->failures, 0);
	assert_false(str_is_set(x->failure));
	memory_release(&m);
}

static void
what_attempts_left_is_kept_until_the_phase_settles(void **state)
{
	struct memory m = {0};
	struct memory_entry *x = memory_of(&m, STR("A-1"));

	(void)state;
	memory_enter(x, STR("build"));
	memory_left(x, &one);
	memory_failed(x, STR("no"));
	memory_enter(x, STR("build"));
	memory_left(x, &two);
	assert_int_equal(x->left.n, 2);
	check_str(x->left.items[1].path, "b.c");
	memory_settled(x, STR("done"));
	assert_int_equal(x->left.n, 0);
	memory_release(&m);
}

static void
a_summary_lives_until_the_next_one(void **state)
{
	struct memory m = {0};
	struct memory_entry *x = memory_of(&m, STR("A-1"));

	(void)state;
	memory_settled(x, STR("planned"));
	memory_enter(x, STR("build"));
	memory_failed(x, STR("no"));
	check_str(x->summary, "planned");
	memory_settled(x, STR_ABSENT);
	check_str(x->summary, "planned");
	memory_settled(x, STR("built"));
	check_str(x->summary, "built");
	assert_ptr_equal(memory_of(&m, STR("A-1")), x);
	memory_release(&m);
}

static void
records_teach_what_the_run_before_knew(void **state)
{
	const struct str paths[] = {STR("a.c")};
	const struct str digests[] = {STR("1")};
	const struct run_record failed = {.item = STR("A-1"),
		.phase = STR("build"),
		.attempt = 1,
		.outcome = {.outcome = STR("retry"),
			.reason = STR("it broke"),
			.left = {
				.paths = {paths, 1}, .digests = {digests, 1}}}};
	struct run_record stopped = failed;
	struct memory m = {0};

	(void)state;
	stopped.outcome.outcome = STR("stopped");
	memory_learn(&m, &failed);
	memory_learn(&m, &stopped);
	struct memory_entry *x = memory_of(&m, STR("A-1"));
	assert_int_equal(x->failures, 1);
	check_str(x->failure, "it broke");
	assert_int_equal(x->left.n, 1);
	memory_release(&m);
}

static void
rests_double_and_end(void **state)
{
	struct holds h = {0};

	(void)state;
	holds_item(&h, STR("A-1"), STR("failed"), 1, 0);
	holds_item(&h, STR("A-2"), STR("failed"), 3, 0);
	holds_item(&h, STR("A-3"), STR("failed"), 60, 0);
	assert_true(h.list.items[0].until_ns == NS_PER_SEC);
	assert_true(h.list.items[1].until_ns == 4 * NS_PER_SEC);
	assert_true(h.list.items[2].until_ns == 60 * NS_PER_SEC);
	holds_prune(&h, 4 * NS_PER_SEC);
	assert_int_equal(h.list.n, 1);
	check_str(h.list.items[0].item, "A-3");
	holds_release(&h);
}

static void
an_agent_that_works_again_starts_over(void **state)
{
	struct holds h = {0};

	(void)state;
	assert_int_equal(holds_agent_died(&h, STR("w"), STR("exit 1"), 0), 1);
	assert_int_equal(holds_agent_died(&h, STR("w"), STR("exit 1"), 0), 2);
	assert_int_equal(holds_agent_died(&h, STR("v"), STR("exit 1"), 0), 1);
	holds_agent_works(&h, STR("w"));
	assert_int_equal(holds_agent_died(&h, STR("w"), STR("exit 1"), 0), 1);
	holds_release(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			failures_count_up_within_a_phase_and_start_over_in_the_next),
		cmocka_unit_test(
			what_attempts_left_is_kept_until_the_phase_settles),
		cmocka_unit_test(a_summary_lives_until_the_next_one),
		cmocka_unit_test(records_teach_what_the_run_before_knew),
		cmocka_unit_test(rests_double_and_end),
		cmocka_unit_test(an_agent_that_works_again_starts_over),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
