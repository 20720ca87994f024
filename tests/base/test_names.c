/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/names.h"

static const char *const words[] = {NULL, "small", "medium", "large"};
static const struct names table = NAMES(words, 4);

static void
a_near_word_is_suggested(void **state)
{
	(void)state;
	assert_string_equal(names_nearest(&table, STR("samll")), "small");
	assert_string_equal(names_nearest(&table, STR("mediun")), "medium");
	assert_string_equal(names_nearest(&table, STR("lrage")), "large");
	/* In whatever case it is written. */
	assert_string_equal(names_nearest(&table, STR("LARGE")), "large");
	assert_string_equal(names_nearest(&table, STR("Meduim")), "medium");
}

static void
a_far_word_is_not(void **state)
{
	(void)state;
	assert_null(names_nearest(&table, STR("gigantic")));
	/* Three letters of six. */
	assert_null(names_nearest(&table, STR("mexxxm")));
	assert_null(names_nearest(&table, STR("")));
}

static void
only_exact_names_parse(void **state)
{
	int v = -1;

	(void)state;
	assert_true(names_parse(&table, STR("large"), &v));
	assert_int_equal(v, 3);
	assert_false(names_parse(&table, STR("Large"), &v));
	assert_false(names_parse(&table, STR(""), &v));
}

static void
a_list_reads_as_a_sentence(void **state)
{
	struct buf b = {0};

	(void)state;
	names_list(&table, &b);
	check_str(buf_str(&b), "small, medium or large");
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_near_word_is_suggested),
		cmocka_unit_test(a_far_word_is_not),
		cmocka_unit_test(only_exact_names_parse),
		cmocka_unit_test(a_list_reads_as_a_sentence),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
