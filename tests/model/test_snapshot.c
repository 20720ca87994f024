/* SPDX-License-Identifier: MIT */
#include "model/fixture.h"

#include "model/change.h"
#include "model/config.h"
#include "model/result.h"

static void
items_and_archived_ids_are_found(void **state)
{
	struct snapshot *s =
		backlog(ITEMS({.id = STR("W-1")},
				{.id = STR("W-2"), .title = STR("two")}),
			ARCHIVED({.id = STR("W-0"), .how = DEPARTED_CLOSED}));

	(void)state;
	check_str(item_at(s, "W-2")->title, "two");
	assert_null(snapshot_find(s, STR("W-0")));
	assert_null(snapshot_find(s, STR_ABSENT));
	assert_int_equal(
		snapshot_find_archived(s, STR("W-0"))->how, DEPARTED_CLOSED);
	assert_null(snapshot_find_archived(s, STR("W-1")));
	snapshot_unref(s);
}

static void
an_id_archived_twice_counts_as_it_last_left(void **state)
{
	struct snapshot *s = backlog(NO_ITEMS,
		ARCHIVED({.id = STR("W-1"), .how = DEPARTED_CLOSED},
			{.id = STR("W-1"), .how = DEPARTED_DONE}));

	(void)state;
	assert_int_equal(
		snapshot_find_archived(s, STR("W-1"))->how, DEPARTED_DONE);
	snapshot_unref(s);
}

static void
a_snapshot_lives_until_its_last_user_drops_it(void **state)
{
	struct snapshot *s = backlog(ITEMS({.id = STR("W-1")}), NO_ARCHIVE);
	struct snapshot *mine = snapshot_ref(s);

	(void)state;
	assert_ptr_equal(mine, s);
	snapshot_unref(s);
	check_str(item_at(mine, "W-1")->id, "W-1");
	snapshot_unref(mine);
	snapshot_unref(NULL);
}

static void
an_empty_snapshot_finds_nothing(void **state)
{
	struct snapshot *s = snapshot_new();

	(void)state;
	assert_null(snapshot_find(s, STR("W-1")));
	snapshot_seal(s, NULL, 0, NULL, 0);
	assert_null(snapshot_find(s, STR("W-1")));
	assert_null(snapshot_find_archived(s, STR("W-1")));
	snapshot_unref(s);
}

static void
equality_looks_at_content_alone(void **state)
{
	struct snapshot *a = backlog(ITEMS({.id = STR("W-1")}),
		ARCHIVED({.id = STR("W-0"), .how = DEPARTED_DONE}));
	struct snapshot *b = backlog(ITEMS({.id = STR("W-1")}),
		ARCHIVED({.id = STR("W-0"), .how = DEPARTED_DONE}));
	struct snapshot *other[] = {
		backlog(ITEMS({.id = STR("W-2")}),
			ARCHIVED({.id = STR("W-0"), .how = DEPARTED_DONE})),
		backlog(ITEMS({.id = STR("W-1")}),
			ARCHIVED({.id = STR("W-0"), .how = DEPARTED_CLOSED})),
		backlog(ITEMS({.id = STR("W-1")}), NO_ARCHIVE),
	};

	(void)state;
	b->generation = 7;
	assert_true(snapshot_equal(a, b));
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_false(snapshot_equal(a, other[i]));
		snapshot_unref(other[i]);
	}
	b->next_item_id = 1;
	assert_false(snapshot_equal(a, b));
	b->next_item_id = 0;
	b->applied = IDS(STR("run"));
	assert_false(snapshot_equal(a, b));
	snapshot_unref(a);
	snapshot_unref(b);
}

/* The next generation after one more run id; `s` is given up. */
static struct snapshot *
next_of(struct snapshot *s, const struct change *c)
{
	const struct change_env env = {.prefix = STR("W")};
	struct change_effects fx;
	struct err e = {0};

	check_ok(changes_apply(s, c, 1, &env, &fx, &e), &e);
	snapshot_unref(s);
	return fx.next;
}

static void
what_a_change_leaves_alone_is_shared_by_generations(void **state)
{
	struct snapshot *s = backlog(
		ITEMS({.id = STR("W-1")}, {.id = STR("W-2")}), NO_ARCHIVE);
	const struct change c = {
		.kind = CHANGE_BLOCK, .id = STR("W-2"), .text = STR("no")};
	const struct item was = s->items[0];

	(void)state;
	s = next_of(s, &c);
	assert_memory_equal(&was, &s->items[0], sizeof(was));
	check_str(s->items[1].blocked_reason, "no");
	snapshot_unref(s);
}

static void
strings_live_through_any_number_of_generations(void **state)
{
	struct snapshot *s =
		backlog(ITEMS({.id = STR("W-1"), .title = STR("the first")}),
			ARCHIVED({.id = STR("W-0"),
				.how = DEPARTED_MERGED,
				.into = STR("W-1")}));
	const struct change add = {.kind = CHANGE_ADD,
		.item = {.title = STR("one more"),
			.blocked_from_status = STATUSES}};
	enum { MANY = 3 * SNAPSHOT_HELD_MAX };

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		s = next_of(s, &add);
		assert_in_range(s->held_n, 0, SNAPSHOT_HELD_MAX);
	}
	assert_int_equal(s->n, MANY + 1);
	check_str(item_at(s, "W-1")->title, "the first");
	check_str(snapshot_find_archived(s, STR("W-0"))->into, "W-1");
	for (size_t i = 1; i < s->n; i++)
		check_str(s->items[i].title, "one more");
	snapshot_unref(s);
}

static void
configuration_is_found_by_name(void **state)
{
	const struct phase_config pre[] = {{.name = STR("research")}};
	const struct phase_config phases[] = {
		{.name = STR("plan")}, {.name = STR("build")}};
	const struct pipeline_config pipelines[] = {{.name = STR("feature"),
		.pre = pre,
		.pre_n = 1,
		.main = phases,
		.main_n = 2}};
	const struct agent_config agents[] = {{.name = STR("worker")}};
	const struct config c = {.pipelines = pipelines,
		.pipelines_n = 1,
		.agents = agents,
		.agents_n = 1};
	const struct pipeline_config *p = config_pipeline(&c, STR("feature"));

	(void)state;
	assert_ptr_equal(p, &pipelines[0]);
	assert_null(config_pipeline(&c, STR("Feature")));
	assert_ptr_equal(config_agent(&c, STR("worker")), &agents[0]);
	assert_null(config_agent(&c, STR("other")));
	assert_ptr_equal(
		pipeline_phase(p, POOL_MAIN, STR("build")), &phases[1]);
	assert_ptr_equal(pipeline_phase(p, POOL_PRE, STR("research")), &pre[0]);
	assert_null(pipeline_phase(p, POOL_PRE, STR("build")));
}

static void
the_nearest_id_is_one_that_is_near(void **state)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct snapshot *s = snapshot_new();
	struct item *items = ARENA_ARRAY(&s->arrays, struct item, 2);

	(void)state;
	items[0].id = STR("WRK-001");
	items[1].id = STR("DOC-014");
	snapshot_seal(s, items, 2, NULL, 0);
	struct str near = snapshot_nearest(s, STR("DOC-14"), &tmp);
	assert_true(str_eq(near, STR("DOC-014")));
	assert_true(!str_is_set(snapshot_nearest(s, STR("qqqqqq"), &tmp)));
	snapshot_unref(s);
	s = snapshot_new();
	snapshot_seal(s, NULL, 0, NULL, 0);
	assert_true(!str_is_set(snapshot_nearest(s, STR("DOC-14"), &tmp)));
	snapshot_unref(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_and_archived_ids_are_found),
		cmocka_unit_test(an_id_archived_twice_counts_as_it_last_left),
		cmocka_unit_test(a_snapshot_lives_until_its_last_user_drops_it),
		cmocka_unit_test(an_empty_snapshot_finds_nothing),
		cmocka_unit_test(equality_looks_at_content_alone),
		cmocka_unit_test(
			what_a_change_leaves_alone_is_shared_by_generations),
		cmocka_unit_test(
			strings_live_through_any_number_of_generations),
		cmocka_unit_test(the_nearest_id_is_one_that_is_near),
		cmocka_unit_test(configuration_is_found_by_name),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
