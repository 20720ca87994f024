/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/str.h"

static void
absent_and_empty_are_told_apart(void **state)
{
	(void)state;
	assert_false(str_is_set(STR_ABSENT));
	assert_true(str_is_set(STR("")));
	assert_true(str_is_empty(STR_ABSENT));
	assert_true(str_is_empty(STR("")));
	assert_false(str_eq(STR_ABSENT, STR("")));
	assert_true(str_eq(STR_ABSENT, str_from(NULL)));
	assert_true(str_cmp(STR_ABSENT, STR("")) < 0);
}

static void
order_is_that_of_bytes_then_length(void **state)
{
	(void)state;
	assert_true(str_cmp(STR("a"), STR("b")) < 0);
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
	assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
}

static void
what_is_searched_is_found_or_the_end_is(void **state)
{
	(void)state;
	assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
	assert_int_equal(str_find(STR("abc"), STR("d")), 3);
	assert_int_equal(str_find(STR("abc"), STR("abcd")), 3);
	assert_int_equal(str_find(STR("abc"), STR("")), 0);
	assert_int_equal(str_find(STR_ABSENT, STR("a")), 0);
	assert_int_equal(str_find_char(STR("a\0b"), '\0'), 1);
	assert_int_equal(str_find_char(STR_ABSENT, 'a'), 0);
}

static void
white_space_goes_from_both_ends_only(void **state)
{
	(void)state;
	check_str(str_trim(STR(" \t a b\r\n")), "a b");
	check_str(str_trim(STR("  ")), "");
}

static void
lines_come_one_by_one_and_the_last_needs_no_end(void **state)
{
	struct str rest = STR("a\n\nb"), line;

	(void)state;
	assert_true(str_next_line(&rest, &line));
	check_str(line, "a");
	assert_true(str_next_line(&rest, &line));
	check_str(line, "");
	assert_true(str_next_line(&rest, &line));
	check_str(line, "b");
	assert_false(str_next_line(&rest, &line));
}

static void
numbers_are_digits_that_fit(void **state)
{
	static const char *const bad[] = {"", "+1", "-1", " 1", "1 ", "0x1",
		"18446744073709551616", "99999999999999999999"};
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(parse_u64(str_from(bad[i]), &v));
	assert_int_equal(v, 7);
	assert_true(parse_u64(STR("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	assert_true(parse_u64(STR("0042"), &v));
	assert_int_equal(v, 42);
}

static void
lists_are_compared_in_order(void **state)
{
	const struct str ab[] = {STR("a"), STR("b")};
	const struct str ba[] = {STR("b"), STR("a")};
	const struct str_list one = {.items = ab, .n = 2};
	const struct str_list two = {.items = ba, .n = 2};
	const struct str_list none = {0};

	(void)state;
	assert_true(str_list_eq(one, one));
	assert_false(str_list_eq(one, two));
	assert_true(str_list_eq(none, none));
	assert_true(str_list_has(one, STR("b")));
	assert_false(str_list_has(none, STR("b")));
}

static void
a_line_reaches_behind_its_line_break(void **state)
{
	struct str text = STR("ab\n\ncd");

	(void)state;
	assert_int_equal(str_line_start(text, 0), 0);
	assert_int_equal(str_line_start(text, 2), 0);
	assert_int_equal(str_line_start(text, 3), 3);
	assert_int_equal(str_line_start(text, text.n), 4);
	assert_int_equal(str_line_end(text, 0), 3);
	assert_int_equal(str_line_end(text, 2), 3);
	assert_int_equal(str_line_end(text, 3), 4);
	assert_int_equal(str_line_end(text, 4), text.n);
	assert_int_equal(str_line_end(STR_ABSENT, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_and_empty_are_told_apart),
		cmocka_unit_test(order_is_that_of_bytes_then_length),
		cmocka_unit_test(what_is_searched_is_found_or_the_end_is),
		cmocka_unit_test(white_space_goes_from_both_ends_only),
		cmocka_unit_test(
			lines_come_one_by_one_and_the_last_needs_no_end),
		cmocka_unit_test(a_line_reaches_behind_its_line_break),
		cmocka_unit_test(numbers_are_digits_that_fit),
		cmocka_unit_test(lists_are_compared_in_order),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
