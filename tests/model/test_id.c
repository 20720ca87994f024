/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "model/id.h"

static void
a_number_is_the_digits_after_the_last_dash(void **state)
{
	static const struct {
		const char *id;
		uint64_t number;
	} cases[] = {
		{"WRK-007", 7},
		{"WRK-1000", 1000},
		{"A-B-12", 12},
		{"HAMY-0042", 42},
		{"WRK-0", 0},
		{"W-9007199254740992", ID_NUMBER_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t n = UINT64_MAX;
		if (!id_number(str_from(cases[i].id), &n))
			fail_msg("'%s' has no number", cases[i].id);
		assert_int_equal(n, cases[i].number);
	}
}

static void
anything_else_has_no_number(void **state)
{
	static const char *const ids[] = {"", "WRK", "WRK-", "WRK-x", "WRK-+5",
		"WRK--", "WRK-1x", "WRK- 1", "12", "WRK-9007199254740993",
		"WRK-99999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		uint64_t n;
		if (id_number(str_from(ids[i]), &n))
			fail_msg("'%s' has a number", ids[i]);
	}
}

static void
an_id_may_become_a_directory_name(void **state)
{
	char long_id[102];

	(void)state;
	memset(long_id, 'a', sizeof(long_id));
	assert_true(id_is_valid(STR("WRK-001")));
	assert_true(id_is_valid(STR("a_b.c-1")));
	assert_true(id_is_valid(str_of(long_id, 100)));
	assert_false(id_is_valid(str_of(long_id, 101)));
	assert_false(id_is_valid(STR("")));
	assert_false(id_is_valid(STR_ABSENT));
	assert_false(id_is_valid(STR("..")));
	assert_false(id_is_valid(STR("-rf")));
	assert_false(id_is_valid(STR("a/b")));
	assert_false(id_is_valid(STR("a b")));
	assert_false(id_is_valid(STR("a\0b")));
}

static void
a_prefix_has_no_dots(void **state)
{
	char long_prefix[31];

	(void)state;
	memset(long_prefix, 'A', sizeof(long_prefix));
	assert_true(id_prefix_is_valid(STR("WRK")));
	assert_true(id_prefix_is_valid(STR("a-b_2")));
	assert_true(id_prefix_is_valid(str_of(long_prefix, 30)));
	assert_false(id_prefix_is_valid(str_of(long_prefix, 31)));
	assert_false(id_prefix_is_valid(STR("W.K")));
	assert_false(id_prefix_is_valid(STR("_W")));
	assert_false(id_prefix_is_valid(STR("")));
}

static void
the_next_id_is_padded_to_three_digits_and_grows(void **state)
{
	static const struct {
		uint64_t mark;
		const char *id;
	} cases[] = {{0, "WRK-001"}, {9, "WRK-010"}, {998, "WRK-999"},
		{999, "WRK-1000"}, {ID_NUMBER_MAX - 1, "WRK-9007199254740992"}};
	struct arena a = {0};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str id;
		uint64_t n;
		check_ok(id_next(STR("WRK"), cases[i].mark, &a, &id, &n, &e),
			&e);
		check_str(id, cases[i].id);
		assert_int_equal(n, cases[i].mark + 1);
	}
	arena_release(&a);
}

static void
ids_run_out_with_an_error_not_an_overflow(void **state)
{
	struct arena a = {0};
	struct err e = {0};
	struct str id;
	uint64_t n;

	(void)state;
	check_fails(id_next(STR("W"), ID_NUMBER_MAX, &a, &id, &n, &e), &e,
		ERR_LIMIT, "used up");
	check_fails(id_next(STR("W"), UINT64_MAX, &a, &id, &n, &e), &e,
		ERR_LIMIT, "used up");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_the_digits_after_the_last_dash),
		cmocka_unit_test(anything_else_has_no_number),
		cmocka_unit_test(an_id_may_become_a_directory_name),
		cmocka_unit_test(a_prefix_has_no_dots),
		cmocka_unit_test(
			the_next_id_is_padded_to_three_digits_and_grows),
		cmocka_unit_test(ids_run_out_with_an_error_not_an_overflow),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
