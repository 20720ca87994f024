/* SPDX-License-Identifier: MIT */
#include "../model/fixture.h"

#include "plan/deps-priv.h"

static struct snapshot *
world(void)
{
	return backlog(
		ITEMS({.id = STR("done"), .status = STATUS_DONE},
			{.id = STR("ready"), .status = STATUS_READY},
			{.id = STR("stuck"), .status = STATUS_BLOCKED},
			{.id = STR("all"),
				.dependencies = IDS(STR("done"), STR("ready"),
					STR("was-closed"), STR("nowhere"),
					STR("moved-on"))},
			{.id = STR("free"),
				.dependencies = IDS(STR("done"),
					STR("was-done"), STR("moved-done"))}),
		ARCHIVED({.id = STR("was-done"), .how = DEPARTED_DONE},
			{.id = STR("was-closed"), .how = DEPARTED_CLOSED},
			{.id = STR("moved-on"),
				.how = DEPARTED_MERGED,
				.into = STR("moved-twice")},
			{.id = STR("moved-twice"),
				.how = DEPARTED_MERGED,
				.into = STR("ready")},
			{.id = STR("moved-done"),
				.how = DEPARTED_MERGED,
				.into = STR("was-done")},
			{.id = STR("moved-closed"),
				.how = DEPARTED_MERGED,
				.into = STR("was-closed")},
			{.id = STR("moved-away"),
				.how = DEPARTED_MERGED,
				.into = STR("nowhere")},
			{.id = STR("round-a"),
				.how = DEPARTED_MERGED,
				.into = STR("round-b")},
			{.id = STR("round-b"),
				.how = DEPARTED_MERGED,
				.into = STR("round-c")},
			{.id = STR("round-c"),
				.how = DEPARTED_MERGED,
				.into = STR("round-b")},
			{.id = STR("round-self"),
				.how = DEPARTED_MERGED,
				.into = STR("round-self")}));
}

static void
a_dependency_is_judged_by_backlog_and_archive(void **state)
{
	static const struct {
		const char *id;
		enum dep_state expect;
	} cases[] = {
		{"done", DEP_MET},
		{"was-done", DEP_MET},
		{"moved-done", DEP_MET},
		{"ready", DEP_WAITING},
		{"stuck", DEP_WAITING},
		{"moved-on", DEP_WAITING},
		{"was-closed", DEP_CLOSED},
		{"moved-closed", DEP_CLOSED},
		{"nowhere", DEP_DANGLING},
		{"moved-away", DEP_DANGLING},
		{"round-a", DEP_DANGLING},
		{"round-b", DEP_DANGLING},
		{"round-self", DEP_DANGLING},
	};
	struct snapshot *s = world();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (dep_state(s, str_from(cases[i].id)) != cases[i].expect)
			fail_msg("%s", cases[i].id);
	snapshot_unref(s);
}

static void
of_a_backlog_read_in_part_no_dependency_is_dangling(void **state)
{
	struct buf text CLEANUP_BUF = {0};
	struct snapshot *s = world();

	(void)state;
	s->partial = true;
	assert_int_equal(dep_state(s, STR("nowhere")), DEP_UNREAD);
	assert_int_equal(dep_state(s, STR("moved-away")), DEP_UNREAD);
	assert_int_equal(dep_state(s, STR("was-closed")), DEP_CLOSED);
	assert_int_equal(dep_state(s, STR("ready")), DEP_WAITING);
	dep_add_text(s, STR("nowhere"), &text);
	assert_string_equal(text.p, "nowhere (not among what can be read)");
	assert_false(deps_met(s, snapshot_find(s, STR("all")), NULL));
	snapshot_unref(s);
}

static void
what_an_item_waits_for_is_told_with_its_state(void **state)
{
	struct snapshot *s = world();
	struct buf why = {0};

	(void)state;
	assert_false(deps_met(s, item_at(s, "all"), &why));
	check_str(buf_str(&why),
		"waits for ready (ready), was-closed (closed), nowhere (not "
		"found), moved-on (merged into ready, ready)");
	assert_false(deps_met(s, item_at(s, "all"), NULL));
	buf_reset(&why);
	assert_true(deps_met(s, item_at(s, "free"), &why));
	assert_true(deps_met(s, item_at(s, "ready"), &why));
	check_str(buf_str(&why), "");
	buf_release(&why);
	snapshot_unref(s);
}

static void
check_cycle(const struct snapshot *s, const char *id, const char *expected)
{
	struct arena a = {0};

	check_ids(deps_cycle(s, item_at(s, id), &a), expected);
	arena_release(&a);
}

static void
a_cycle_is_the_same_whoever_asks(void **state)
{
	struct snapshot *s = backlog(
		ITEMS({.id = STR("x"), .dependencies = IDS(STR("c"))},
			{.id = STR("b"), .dependencies = IDS(STR("c"))},
			{.id = STR("a"),
				.dependencies = IDS(STR("y"), STR("b"))},
			{.id = STR("c"), .dependencies = IDS(STR("a"))},
			{.id = STR("y")}),
		NO_ARCHIVE);

	(void)state;
	check_cycle(s, "a", "b,c,a,b");
	check_cycle(s, "b", "b,c,a,b");
	check_cycle(s, "c", "b,c,a,b");
	check_cycle(s, "x", "");
	check_cycle(s, "y", "");
	snapshot_unref(s);
}

static void
an_item_may_wait_for_itself(void **state)
{
	struct snapshot *s =
		backlog(ITEMS({.id = STR("a"), .dependencies = IDS(STR("a"))}),
			NO_ARCHIVE);

	(void)state;
	check_cycle(s, "a", "a,a");
	snapshot_unref(s);
}

static void
done_items_and_detours_make_no_cycle(void **state)
{
	struct snapshot *s = backlog(
		ITEMS({.id = STR("a"), .dependencies = IDS(STR("b"))},
			{.id = STR("b"),
				.status = STATUS_DONE,
				.dependencies = IDS(STR("a"))},
			{.id = STR("top"),
				.dependencies = IDS(STR("left"), STR("right"))},
			{.id = STR("left"), .dependencies = IDS(STR("end"))},
			{.id = STR("right"), .dependencies = IDS(STR("end"))},
			{.id = STR("end")}),
		NO_ARCHIVE);

	(void)state;
	for (size_t i = 0; i < s->n; i++)
		check_cycle(s, s->items[i].id.s, "");
	snapshot_unref(s);
}

static void
blocked_items_and_merged_ids_close_a_cycle(void **state)
{
	struct snapshot *s =
		backlog(ITEMS({.id = STR("a"), .dependencies = IDS(STR("old"))},
				{.id = STR("b"),
					.status = STATUS_BLOCKED,
					.dependencies = IDS(STR("a"))}),
			ARCHIVED({.id = STR("old"),
				.how = DEPARTED_MERGED,
				.into = STR("b")}));

	(void)state;
	check_cycle(s, "a", "a,b,a");
	check_cycle(s, "b", "a,b,a");
	snapshot_unref(s);
}

static void
of_several_cycles_the_shortest_is_told(void **state)
{
	struct snapshot *s = backlog(
		ITEMS({.id = STR("a"), .dependencies = IDS(STR("b"), STR("d"))},
			{.id = STR("b"), .dependencies = IDS(STR("c"))},
			{.id = STR("c"), .dependencies = IDS(STR("a"))},
			{.id = STR("d"), .dependencies = IDS(STR("a"))}),
		NO_ARCHIVE);

	(void)state;
	check_cycle(s, "a", "a,d,a");
	check_cycle(s, "d", "a,d,a");
	check_cycle(s, "b", "a,b,c,a");
	snapshot_unref(s);
}

static void
a_graph_answers_as_often_as_it_is_asked(void **state)
{
	struct snapshot *s = backlog(
		ITEMS({.id = STR("a"), .dependencies = IDS(STR("b"))},
			{.id = STR("b"), .dependencies = IDS(STR("a"))}),
		NO_ARCHIVE);
	struct arena a = {0};
	struct deps_graph g;

	(void)state;
	deps_graph_init(&g, s, &a);
	for (size_t i = 0; i < 4; i++)
		check_ids(deps_graph_cycle(&g, i % 2, &a), "a,b,a");
	arena_release(&a);
	snapshot_unref(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dependency_is_judged_by_backlog_and_archive),
		cmocka_unit_test(
			of_a_backlog_read_in_part_no_dependency_is_dangling),
		cmocka_unit_test(what_an_item_waits_for_is_told_with_its_state),
		cmocka_unit_test(a_cycle_is_the_same_whoever_asks),
		cmocka_unit_test(an_item_may_wait_for_itself),
		cmocka_unit_test(done_items_and_detours_make_no_cycle),
		cmocka_unit_test(blocked_items_and_merged_ids_close_a_cycle),
		cmocka_unit_test(of_several_cycles_the_shortest_is_told),
		cmocka_unit_test(a_graph_answers_as_often_as_it_is_asked),
	};

	return cmocka_run_group_tests_name("deps", tests, NULL, NULL);
}
