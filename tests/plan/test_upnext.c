/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "plan/upnext.h"

static void
check_list(struct scene *t, const char *expected)
{
	struct buf b CLEANUP_BUF = {0};
	const struct upnext *list;
	size_t n;

	plan_upnext(&t->in, &t->a, &list, &n);
	for (size_t i = 0; i < n; i++) {
		buf_addf(&b, "%s%s %.*s", i > 0 ? "; " : "",
			list[i].starts ? "start"
				       : names_get(&verdict_names,
						 (int)list[i].verdict),
			STR_ARG(list[i].item->id));
		assert_true(list[i].why.n > 0);
	}
	check_str(buf_str(&b), expected);
}

static void
what_is_chosen_comes_first_in_the_order_of_the_plan(void **state)
{
	struct scene *t = scene_new(backlog(
		ITEMS({.id = STR("new")},
			{.id = STR("low"),
				.status = STATUS_READY,
				.impact = LEVEL_LOW},
			{.id = STR("risky"),
				.status = STATUS_READY,
				.impact = LEVEL_HIGH,
				.risk = LEVEL_HIGH},
			{.id = STR("high"),
				.status = STATUS_READY,
				.impact = LEVEL_MEDIUM},
			{.id = STR("over"), .status = STATUS_DONE},
			{.id = STR("stuck"), .status = STATUS_BLOCKED},
			{.id = STR("later"), .dependencies = IDS(STR("new"))}),
		NO_ARCHIVE));

	(void)state;
	check_list(t,
		"chosen risky; start high; start new; wip low; depends later");
	scene_free(t);
}

static void
nothing_is_next_when_nothing_is_open(void **state)
{
	struct scene *t = scene_new(
		backlog(ITEMS({.id = STR("over"), .status = STATUS_DONE},
				{.id = STR("stuck"), .status = STATUS_BLOCKED}),
			NO_ARCHIVE));

	(void)state;
	check_list(t, "");
	scene_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_chosen_comes_first_in_the_order_of_the_plan),
		cmocka_unit_test(nothing_is_next_when_nothing_is_open),
	};

	return cmocka_run_group_tests_name("upnext", tests, NULL, NULL);
}
