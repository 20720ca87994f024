/* SPDX-License-Identifier: MIT */
#include "../model/fixture.h"

#include "plan/circle.h"

static struct change
depend(const char *id, struct str_list on)
{
	return (struct change){.kind = CHANGE_LIST,
		.id = str_from(id),
		.list = {.field = field_find(&item_fields, STR("dependencies")),
			.add = on}};
}

static struct change
merge(const char *id, const char *into)
{
	return (struct change){.kind = CHANGE_MERGE,
		.id = str_from(id),
		.other = str_from(into)};
}

/* a waits for b waits for c; x and y wait for each other. */
static struct snapshot *
world(void)
{
	return backlog(
		ITEMS({.id = STR("a"), .dependencies = IDS(STR("b"))},
			{.id = STR("b"), .dependencies = IDS(STR("left"))},
			{.id = STR("c")},
			{.id = STR("over"),
				.status = STATUS_DONE,
				.dependencies = IDS(STR("a"))},
			{.id = STR("x"), .dependencies = IDS(STR("y"))},
			{.id = STR("y"), .dependencies = IDS(STR("x"))}),
		ARCHIVED({.id = STR("left"),
			.how = DEPARTED_MERGED,
			.into = STR("c")}));
}

static void
check_change(struct change c, const char *way)
{
	struct snapshot *s = world();
	struct err e = {0};
	int rc = plan_refuse_circles(s, &c, 1, &e);

	if (way == NULL)
		check_ok(rc, &e);
	else
		check_fails(rc, &e, ERR_CONFLICT, way);
	snapshot_unref(s);
}

static void
a_dependency_that_closes_a_circle_is_refused_with_its_way(void **state)
{
	(void)state;
	check_change(depend("c", IDS(STR("a"))),
		"'c' would wait for itself: a -> b -> c -> a");
	check_change(depend("c", IDS(STR("x"), STR("b"))), "b -> c -> b");
	check_change(depend("c", IDS(STR("c"))), "c -> c");
	check_change(depend("c", IDS(STR("left"))), "c -> c");
}

static void
other_dependencies_are_fine(void **state)
{
	(void)state;
	check_change(depend("a", IDS(STR("c"))), NULL);
	check_change(depend("c", IDS(STR("x"))), NULL);
	check_change(depend("a", IDS(STR("over"))), NULL);
}

static void
a_circle_that_is_there_already_refuses_nothing(void **state)
{
	(void)state;
	check_change(depend("x", IDS(STR("c"))), NULL);
}

static void
a_merge_that_joins_the_ends_of_a_chain_is_refused(void **state)
{
	(void)state;
	check_change(merge("c", "a"), "a -> b -> a");
	check_change(merge("a", "c"), "b -> c -> b");
	check_change(merge("b", "a"), NULL);
	check_change(merge("nobody", "c"), NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_dependency_that_closes_a_circle_is_refused_with_its_way),
		cmocka_unit_test(other_dependencies_are_fine),
		cmocka_unit_test(
			a_circle_that_is_there_already_refuses_nothing),
		cmocka_unit_test(
			a_merge_that_joins_the_ends_of_a_chain_is_refused),
	};

	return cmocka_run_group_tests_name("circle", tests, NULL, NULL);
}
