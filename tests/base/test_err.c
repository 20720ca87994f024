/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/err.h"

static void
a_wrapped_error_keeps_its_cause_and_code(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_sys(&e, 28, "writing '%s'", "a"), -1);
	assert_int_equal(err_wrap(&e, "saving"), -1);
	assert_string_equal(
		e.msg, "saving: writing 'a': No space left on device");
	assert_int_equal(e.code, ERR_SYS);
	assert_int_equal(e.sys, 28);
}

static void
wrapping_too_much_text_keeps_the_cause_whole(void **state)
{
	struct err e = {0};
	char place[600];

	(void)state;
	memset(place, 'x', sizeof(place));
	place[sizeof(place) - 1] = '\0';
	err_set(&e, ERR_INPUT, "the cause");
	err_wrap(&e, "%s", place);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	assert_non_null(strstr(e.msg, "xxx: the cause"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrapped_error_keeps_its_cause_and_code),
		cmocka_unit_test(wrapping_too_much_text_keeps_the_cause_whole),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
