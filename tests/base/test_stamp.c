/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdlib.h>
#include <time.h>

#include "base/stamp.h"

static void
a_stamp_reads_like_the_c_librarys(void **state)
{
	char ours[STAMP_SIZE], theirs[STAMP_SIZE];

	(void)state;
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		time_t t = (time_t)(random() % 8000000000) - 4000000000 / 2;
		struct tm tm;
		assert_non_null(gmtime_r(&t, &tm));
		assert_true(strftime(theirs, sizeof(theirs),
				    "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
		stamp_format((int64_t)t * NS_PER_SEC, ours);
		assert_string_equal(ours, theirs);
		int64_t back;
		assert_true(stamp_parse(str_from(ours), &back));
		assert_true(back == (int64_t)t * NS_PER_SEC);
	}
}

static void
offsets_and_fractions_are_understood(void **state)
{
	int64_t a, b;

	(void)state;
	assert_true(
		stamp_parse(STR("2026-02-12T16:23:33.711239234+00:00"), &a));
	assert_true(a % NS_PER_SEC == 711239234);
	assert_true(stamp_parse(STR("2026-02-12T18:23:33+02:00"), &b));
	assert_true(b == a - a % NS_PER_SEC);
	assert_true(stamp_parse(STR("2026-02-12t16:23:33.5z"), &b));
	assert_true(b % NS_PER_SEC == NS_PER_SEC / 2);
}

static void
what_is_no_stamp_is_refused(void **state)
{
	static const char *const bad[] = {"", "2026-02-12",
		"2026-13-12T16:23:33Z", "2026-02-12T24:23:33Z",
		"2026-02-12T16:23:33", "2026-02-12T16:23:33Zx",
		"2026-02-12T16:23:33.Z", "2026-02-12T16:23:33+2:00",
		"0001-02-12T16:23:33Z"};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(stamp_parse(str_from(bad[i]), &t));
}

static void
a_date_is_one_of_the_calendar(void **state)
{
	static const char *const bad[] = {"", "2026-02-29", "2100-02-29",
		"2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00",
		"2026-1-01", "2026-01-01 ", "2026-01-01T", "1699-12-31",
		"2201-01-01"};
	struct stamp_date d;

	(void)state;
	assert_true(stamp_parse_date(STR("2028-02-29"), &d));
	assert_int_equal(d.year, 2028);
	assert_int_equal(d.month, 2);
	assert_int_equal(d.day, 29);
	assert_true(stamp_parse_date(STR("2000-02-29"), &d));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(stamp_parse_date(str_from(bad[i]), &d));
}

static void
durations_add_up_and_stay_bounded(void **state)
{
	static const char *const bad[] = {"", "1", "m", "0s", "1001h", "1 h",
		"-1s", "1d", "99999999999999999999h", "1h-1m"};
	int64_t ns;
	char text[STAMP_SIZE];

	(void)state;
	assert_true(duration_parse(STR("1h30m"), &ns));
	assert_true(ns == 90 * 60 * NS_PER_SEC);
	assert_true(duration_parse(STR("250ms"), &ns));
	assert_true(ns == 250 * NS_PER_MS);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(duration_parse(str_from(bad[i]), &ns));
	duration_format(445 * NS_PER_MS, text);
	assert_string_equal(text, "0.4s");
	duration_format(185 * NS_PER_SEC, text);
	assert_string_equal(text, "3m05s");
	duration_format(7620 * NS_PER_SEC, text);
	assert_string_equal(text, "2h07m");
}

static void
nanoseconds_come_back_from_what_the_kernel_keeps_apart(void **state)
{
	const int64_t at = 1795172446 * NS_PER_SEC + 7;
	struct timespec t = stamp_timespec(at);

	(void)state;
	assert_int_equal(t.tv_sec, 1795172446);
	assert_int_equal(t.tv_nsec, 7);
	assert_true(stamp_ns(t) == at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_reads_like_the_c_librarys),
		cmocka_unit_test(offsets_and_fractions_are_understood),
		cmocka_unit_test(what_is_no_stamp_is_refused),
		cmocka_unit_test(
			nanoseconds_come_back_from_what_the_kernel_keeps_apart),
		cmocka_unit_test(a_date_is_one_of_the_calendar),
		cmocka_unit_test(durations_add_up_and_stay_bounded),
	};

	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
