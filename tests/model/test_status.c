/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "model/status.h"

/* Written as a picture of status.h: a row may change to the columns marked. */
static const char *const picture[STATUSES] = {
	/*                       nsripdb */
	[STATUS_NEW] = ".x...x",
	[STATUS_SCOPING] = "..x..x",
	[STATUS_READY] = "...x.x",
	[STATUS_IN_PROGRESS] = "....xx",
	[STATUS_DONE] = "......",
	[STATUS_BLOCKED] = "xxxx..",
};

static void
only_the_moves_of_the_picture_are_legal(void **state)
{
	(void)state;
	for (int from = 0; from < STATUSES; from++) {
		for (int to = 0; to < STATUSES; to++) {
			bool may = status_may_change(
				(enum item_status)from, (enum item_status)to);
			if (may != (picture[from][to] == 'x'))
				fail_msg("%s to %s is %s",
					names_get(&status_names, from),
					names_get(&status_names, to),
					may ? "legal" : "refused");
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_moves_of_the_picture_are_legal),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
