/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/stamp.h"
#include "engine/sight.h"

#define PATIENCE (30 * NS_PER_SEC)

/* A look at `ms`. */
static enum sight_say
look(struct sight *s, bool sound, bool working, int64_t ms, int64_t *ret_again)
{
	const struct sight_seen seen = {
		.sound = sound,
		.working = working,
		.now_ns = ms * NS_PER_MS,
		.patience_ns = PATIENCE,
	};
	enum sight_say say = sight_look(s, &seen, ret_again);

	if (*ret_again != INT64_MAX)
		*ret_again /= NS_PER_MS;
	return say;
}

static void
what_is_broken_for_a_moment_is_not_told(void **state)
{
	struct sight s = {0};
	int64_t again;

	(void)state;
	assert_int_equal(look(&s, false, true, 1000, &again), SIGHT_NOTHING);
	assert_int_equal(again, 1100);
	assert_int_equal(look(&s, false, true, 1050, &again), SIGHT_NOTHING);
	assert_int_equal(again, 1100);
	assert_int_equal(look(&s, true, true, 1060, &again), SIGHT_NOTHING);
	assert_true(again == INT64_MAX);
	/* Another moment, later: not the same one grown long. */
	assert_int_equal(look(&s, false, true, 9000, &again), SIGHT_NOTHING);
}

static void
what_stays_broken_is_told_once_and_so_is_its_end(void **state)
{
	struct sight s = {0};
	int64_t again;

	(void)state;
	assert_int_equal(look(&s, false, true, 0, &again), SIGHT_NOTHING);
	assert_int_equal(look(&s, false, true, 100, &again), SIGHT_BROKEN);
	assert_true(again == INT64_MAX);
	assert_int_equal(look(&s, false, true, 200, &again), SIGHT_NOTHING);
	assert_int_equal(look(&s, true, true, 300, &again), SIGHT_SOUND);
	assert_int_equal(look(&s, true, true, 400, &again), SIGHT_NOTHING);
	assert_int_equal(look(&s, false, true, 500, &again), SIGHT_NOTHING);
	assert_int_equal(look(&s, false, true, 600, &again), SIGHT_BROKEN);
}

static void
while_an_agent_works_a_run_does_not_give_up(void **state)
{
	struct sight s = {0};
	int64_t again;

	(void)state;
	(void)look(&s, false, true, 0, &again);
	(void)look(&s, false, true, 100, &again);
	assert_int_equal(look(&s, false, true, 900000, &again), SIGHT_NOTHING);
}

static void
when_none_works_it_gives_up_after_its_patience(void **state)
{
	struct sight s = {0};
	int64_t again;

	(void)state;
	(void)look(&s, false, true, 0, &again);
	assert_int_equal(look(&s, false, true, 100, &again), SIGHT_BROKEN);
	/* The last agent ends. */
	assert_int_equal(look(&s, false, false, 50000, &again), SIGHT_NOTHING);
	assert_int_equal(again, 80000);
	assert_int_equal(look(&s, false, false, 79999, &again), SIGHT_NOTHING);
	assert_int_equal(again, 80000);
	assert_int_equal(look(&s, false, false, 80000, &again), SIGHT_GIVE_UP);
}

static void
a_mend_within_the_patience_begins_it_anew(void **state)
{
	struct sight s = {0};
	int64_t again;

	(void)state;
	(void)look(&s, false, false, 0, &again);
	assert_int_equal(look(&s, false, false, 100, &again), SIGHT_BROKEN);
	assert_int_equal(again, 30000);
	assert_int_equal(look(&s, true, false, 29000, &again), SIGHT_SOUND);
	(void)look(&s, false, false, 31000, &again);
	assert_int_equal(look(&s, false, false, 31100, &again), SIGHT_BROKEN);
	assert_int_equal(again, 61000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_broken_for_a_moment_is_not_told),
		cmocka_unit_test(
			what_stays_broken_is_told_once_and_so_is_its_end),
		cmocka_unit_test(while_an_agent_works_a_run_does_not_give_up),
		cmocka_unit_test(
			when_none_works_it_gives_up_after_its_patience),
		cmocka_unit_test(a_mend_within_the_patience_begins_it_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
