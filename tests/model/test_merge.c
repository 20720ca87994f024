/* SPDX-License-Identifier: MIT */
#include "model/fixture.h"

#include "model/change.h"

static const struct change_env env = {.prefix = {.s = "W", .n = 1}};

static struct change
merge(const char *id, const char *into)
{
	return (struct change){.kind = CHANGE_MERGE,
		.id = str_from(id),
		.other = str_from(into)};
}

/* Apply and drop the snapshot the changes were for. */
static struct change_effects
apply(struct snapshot *from, const struct change *changes, size_t n)
{
	struct change_effects fx = {0};
	struct err e = {0};

	check_ok(changes_apply(from, changes, n, &env, &fx, &e), &e);
	snapshot_unref(from);
	return fx;
}

static void
a_merge_moves_what_was_said_and_waited_for(void **state)
{
	const struct change c[] = {merge("W-5", "W-2")};
	struct change_effects fx = apply(
		backlog(ITEMS({.id = STR("W-2"),
				      .description = {.context = STR("mine")},
				      .dependencies =
					      IDS(STR("W-5"), STR("W-7"))},
				{.id = STR("W-5"),
					.title = STR("the other"),
					.description = {.context =
								STR("theirs"),
						.problem = STR("hurts")},
					.dependencies = IDS(STR("W-2"),
						STR("W-7"), STR("W-8"))},
				{.id = STR("W-7")}, {.id = STR("W-8")}),
			NO_ARCHIVE),
		c, 1);

	(void)state;
	const struct item *into = item_at(fx.next, "W-2");
	check_str(into->description.context,
		"mine\n[Merged from W-5] Title: the other\n"
		"Context: theirs\nProblem: hurts");
	check_ids(into->dependencies, "W-7,W-8");
	check_str(into->updated, "1970-01-01T00:00:00Z");
	assert_null(snapshot_find(fx.next, STR("W-5")));
	const struct archived *left =
		snapshot_find_archived(fx.next, STR("W-5"));
	assert_int_equal(left->how, DEPARTED_MERGED);
	check_str(left->into, "W-2");
	assert_int_equal(fx.departed_n, 1);
	check_str(fx.departed[0].into, "W-2");
	check_str(fx.departed[0].item.title, "the other");
	snapshot_unref(fx.next);
}

static void
empty_parts_leave_no_labels(void **state)
{
	const struct change c[] = {merge("W-2", "W-1")};
	struct change_effects fx = apply(
		backlog(ITEMS({.id = STR("W-1")},
				{.id = STR("W-2"),
					.title = STR("two"),
					.description = {.context = STR(" ")}}),
			NO_ARCHIVE),
		c, 1);

	(void)state;
	check_str(item_at(fx.next, "W-1")->description.context,
		"[Merged from W-2] Title: two");
	snapshot_unref(fx.next);
}

static void
dependents_wait_for_the_target_instead(void **state)
{
	const struct change c[] = {merge("W-2", "W-1")};
	struct change_effects fx =
		apply(backlog(ITEMS({.id = STR("W-1")}, {.id = STR("W-2")},
				      {.id = STR("W-3"),
					      .dependencies = IDS(STR("W-2"))},
				      {.id = STR("W-4"),
					      .dependencies = IDS(STR("W-1"),
						      STR("W-9"), STR("W-2"))},
				      {.id = STR("W-5"),
					      .dependencies = IDS(STR("W-9"))}),
			      NO_ARCHIVE),
			c, 1);

	(void)state;
	check_ids(item_at(fx.next, "W-3")->dependencies, "W-1");
	check_ids(item_at(fx.next, "W-4")->dependencies, "W-1,W-9");
	check_ids(item_at(fx.next, "W-5")->dependencies, "W-9");
	check_str(item_at(fx.next, "W-3")->updated, "1970-01-01T00:00:00Z");
	check_str(item_at(fx.next, "W-5")->updated, "2026-01-01T00:00:00Z");
	snapshot_unref(fx.next);
}

static void
a_chain_of_merges_ends_at_the_last_target(void **state)
{
	const struct change c[] = {
		merge("W-4", "W-3"), merge("W-3", "W-2"), merge("W-2", "W-1")};
	struct change_effects fx =
		apply(backlog(ITEMS({.id = STR("W-1"),
					    .dependencies = IDS(STR("W-4"))},
				      {.id = STR("W-2")}, {.id = STR("W-3")},
				      {.id = STR("W-4")},
				      {.id = STR("W-5"),
					      .dependencies = IDS(
						      STR("W-4"), STR("W-2"))}),
			      NO_ARCHIVE),
			c, 3);

	(void)state;
	check_ids(item_at(fx.next, "W-5")->dependencies, "W-1");
	check_ids(item_at(fx.next, "W-1")->dependencies, "");
	assert_int_equal(fx.next->n, 2);
	snapshot_unref(fx.next);
}

static void
a_target_that_leaves_next_does_not_wait_for_its_source(void **state)
{
	const struct change c[] = {merge("W-2", "W-1"),
		{.kind = CHANGE_ARCHIVE,
			.id = STR("W-1"),
			.departure = DEPARTED_CLOSED}};
	struct change_effects fx =
		apply(backlog(ITEMS({.id = STR("W-1"),
					    .dependencies = IDS(STR("W-2"))},
				      {.id = STR("W-2")}),
			      NO_ARCHIVE),
			c, 2);

	(void)state;
	check_ids(fx.departed[1].item.dependencies, "");
	snapshot_unref(fx.next);
}

static void
merges_that_lose_work_are_refused(void **state)
{
	static const struct {
		const char *id, *into;
		enum err_code code;
		const char *text;
	} cases[] = {
		{"W-1", "W-1", ERR_CONFLICT, "into itself"},
		{"W-9", "W-1", ERR_MISSING, "'W-9'"},
		{"W-1", "W-9", ERR_MISSING, "'W-9'"},
		{"W-1", "W-2", ERR_CONFLICT, "'W-2' is done"},
		{"W-2", "W-1", ERR_CONFLICT, "'W-2' is done"},
	};
	struct snapshot *s =
		backlog(ITEMS({.id = STR("W-1")},
				{.id = STR("W-2"), .status = STATUS_DONE}),
			NO_ARCHIVE);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct change c[] = {merge(cases[i].id, cases[i].into)};
		struct change_effects fx;
		struct err e = {0};
		check_fails(changes_apply(s, c, 1, &env, &fx, &e), &e,
			cases[i].code, cases[i].text);
	}
	snapshot_unref(s);
}

static void
thousands_of_merges_stay_quick(void **state)
{
	enum { N = 20000 };
	struct arena a = {0};
	struct item *items = ARENA_ARRAY(&a, struct item, N);
	struct change *changes = ARENA_ARRAY(&a, struct change, N / 2);
	struct str *ids = ARENA_ARRAY(&a, struct str, N);

	(void)state;
	for (size_t i = 0; i < N; i++)
		ids[i] = arena_strf(&a, "W-%zu", i + 1);
	for (size_t i = 0; i < N; i++) {
		items[i].id = ids[i];
		items[i].dependencies =
			(struct str_list){.items = &ids[(i + 3) % N], .n = 1};
		if (i % 2 == 1)
			changes[i / 2] = (struct change){.kind = CHANGE_MERGE,
				.id = ids[i],
				.other = ids[i - 1]};
	}
	struct change_effects fx =
		apply(backlog(items, N, NO_ARCHIVE), changes, N / 2);
	assert_int_equal(fx.next->n, N / 2);
	check_ids(item_at(fx.next, "W-1")->dependencies, "W-3,W-5");
	snapshot_unref(fx.next);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_merge_moves_what_was_said_and_waited_for),
		cmocka_unit_test(empty_parts_leave_no_labels),
		cmocka_unit_test(dependents_wait_for_the_target_instead),
		cmocka_unit_test(a_chain_of_merges_ends_at_the_last_target),
		cmocka_unit_test(
			a_target_that_leaves_next_does_not_wait_for_its_source),
		cmocka_unit_test(merges_that_lose_work_are_refused),
		cmocka_unit_test(thousands_of_merges_stay_quick),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
