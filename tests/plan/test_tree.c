/* SPDX-License-Identifier: MIT */
#include "../model/fixture.h"

#include "plan/tree.h"

static struct snapshot *
world(void)
{
	return backlog(
		ITEMS({.id = STR("top"),
			      .dependencies = IDS(STR("left"), STR("right"))},
			{.id = STR("alone")},
			{.id = STR("left"),
				.status = STATUS_READY,
				.dependencies = IDS(STR("base"), STR("was"))},
			{.id = STR("right"),
				.status = STATUS_BLOCKED,
				.dependencies = IDS(STR("old"), STR("gone"))},
			{.id = STR("base"),
				.status = STATUS_DONE,
				.dependencies = IDS(STR("shut"))},
			{.id = STR("x"), .dependencies = IDS(STR("y"))},
			{.id = STR("y"), .dependencies = IDS(STR("x"))}),
		ARCHIVED({.id = STR("was"), .how = DEPARTED_DONE},
			{.id = STR("shut"), .how = DEPARTED_CLOSED},
			{.id = STR("old"),
				.how = DEPARTED_MERGED,
				.into = STR("base")}));
}

static const char *
state_name(enum dep_state state)
{
	static const char *const names[] = {[DEP_MET] = "met",
		[DEP_WAITING] = "waiting",
		[DEP_CLOSED] = "closed",
		[DEP_DANGLING] = "dangling"};

	return names[state];
}

static void
check_tree(const char *top, const char *expected)
{
	struct arena a CLEANUP_ARENA = {0};
	struct buf b CLEANUP_BUF = {0};
	struct snapshot *s = world();
	const struct dep_row *rows;
	size_t n;

	dep_tree(s, top != NULL ? item_at(s, top) : NULL, &a, &rows, &n);
	for (size_t i = 0; i < n; i++) {
		buf_add_repeat(&b, ' ', 2 * rows[i].depth);
		buf_addf(&b, "%s%.*s %s: %.*s%s\n", rows[i].last ? "`" : "|",
			STR_ARG(rows[i].id), state_name(rows[i].state),
			STR_ARG(rows[i].text), rows[i].again ? " again" : "");
	}
	check_str(buf_str(&b), expected);
	snapshot_unref(s);
}

static void
an_item_stands_above_what_it_waits_for(void **state)
{
	(void)state;
	check_tree("top",
		"`top waiting: new\n"
		"  |left waiting: ready\n"
		"    |base met: done\n"
		"      `shut closed: closed\n"
		"    `was met: done\n"
		"  `right waiting: blocked\n"
		"    |old met: merged into base, done again\n"
		"    `gone dangling: not found\n");
}

static void
the_whole_tree_begins_with_what_nothing_waits_for(void **state)
{
	(void)state;
	check_tree(NULL,
		"`top waiting: new\n"
		"  |left waiting: ready\n"
		"    |base met: done\n"
		"      `shut closed: closed\n"
		"    `was met: done\n"
		"  `right waiting: blocked\n"
		"    |old met: merged into base, done again\n"
		"    `gone dangling: not found\n"
		"`x waiting: new\n"
		"  `y waiting: new\n"
		"    `x waiting: new again\n");
}

static void
a_circle_is_drawn_once_round(void **state)
{
	(void)state;
	check_tree("y",
		"`y waiting: new\n"
		"  `x waiting: new\n"
		"    `y waiting: new again\n");
}

static void
a_chain_of_any_length_is_drawn(void **state)
{
	enum { MANY = 50000 };
	struct arena a CLEANUP_ARENA = {0};
	struct snapshot *s = snapshot_new();
	struct item *items = ARENA_ARRAY(&s->arena, struct item, MANY);
	struct str *next = ARENA_ARRAY(&s->arena, struct str, MANY);
	const struct dep_row *rows;
	size_t n;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		next[i] = arena_strf(&s->arena, "W-%zu", i + 1);
		items[i] =
			(struct item){.id = arena_strf(&s->arena, "W-%zu", i),
				.dependencies = {&next[i], 1}};
	}
	snapshot_seal(s, items, MANY, NULL, 0);
	dep_tree(s, NULL, &a, &rows, &n);
	assert_int_equal(n, MANY + 1);
	assert_int_equal(rows[MANY].depth, MANY);
	assert_int_equal(rows[MANY].state, DEP_DANGLING);
	snapshot_unref(s);
}

static void
dependents_are_those_whose_dependencies_lead_there(void **state)
{
	struct arena a CLEANUP_ARENA = {0};
	struct snapshot *s = world();

	(void)state;
	check_ids(dep_dependents(s, STR("base"), &a), "left,right");
	check_ids(dep_dependents(s, STR("shut"), &a), "");
	check_ids(dep_dependents(s, STR("top"), &a), "");
	snapshot_unref(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_item_stands_above_what_it_waits_for),
		cmocka_unit_test(
			the_whole_tree_begins_with_what_nothing_waits_for),
		cmocka_unit_test(a_circle_is_drawn_once_round),
		cmocka_unit_test(a_chain_of_any_length_is_drawn),
		cmocka_unit_test(
			dependents_are_those_whose_dependencies_lead_there),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
