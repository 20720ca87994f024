/* SPDX-License-Identifier: MIT */
#include "model/after.h"

static void
a_status_moves_as_the_machine_says(void **state)
{
	static const char *const next[STATUSES] = {
		"scoping", "ready", "in_progress", "done"};

	(void)state;
	for (int from = 0; from < STATUSES; from++) {
		for (int to = 0; to < STATUSES; to++) {
			const char *id = names_get(&status_names, from);
			const char *want = names_get(&status_names, to);
			struct after t = apply_to(one_of_each_status(),
				CHANGES_OF({.kind = CHANGE_STATUS,
					.id = str_from(id),
					.status = (enum item_status)to}));
			bool legal = next[from] != NULL &&
				strcmp(next[from], want) == 0;
			if (legal != (t.rc == 0))
				fail_msg("%s to %s: %s", id, want, t.e.msg);
			if (legal)
				assert_int_equal(
					item_at(t.fx.next, id)->status, to);
			after_release(&t);
		}
	}
}

static void
ready_has_no_phase(void **state)
{
	struct after t = apply_to(one_of_each_status(),
		CHANGES_OF({.kind = CHANGE_STATUS,
			.id = STR("scoping"),
			.status = STATUS_READY}));

	(void)state;
	check_applied(&t);
	const struct item *it = item_at(t.fx.next, "scoping");
	assert_false(str_is_set(it->phase));
	assert_int_equal(it->phase_pool, POOL_UNSET);
	after_release(&t);
}

static void
refused_moves_say_what_to_do(void **state)
{
	struct snapshot *s = one_of_each_status();

	(void)state;
	check_refused(s,
		(struct change){.kind = CHANGE_STATUS,
			.id = STR("new"),
			.status = STATUS_DONE},
		ERR_CONFLICT, "'new' cannot go from new to done");
	check_refused(s,
		(struct change){.kind = CHANGE_STATUS,
			.id = STR("blocked"),
			.status = STATUS_READY},
		ERR_CONFLICT, "unblock it first");
	check_refused(s,
		(struct change){.kind = CHANGE_STATUS,
			.id = STR("ready"),
			.status = STATUS_BLOCKED},
		ERR_INPUT, "only with a reason");
	check_refused(s,
		(struct change){.kind = CHANGE_STATUS, .id = STR("nobody")},
		ERR_MISSING, "no item 'nobody'");
	check_refused(s,
		(struct change){.kind = CHANGE_STATUS, .id = STR("gone")},
		ERR_MISSING, "'gone' has left the backlog (closed)");
	snapshot_unref(s);
}

static void
every_kind_about_an_item_refuses_an_unknown_one(void **state)
{
	static const enum change_kind kinds[] = {CHANGE_STATUS, CHANGE_PHASE,
		CHANGE_BLOCK, CHANGE_UNBLOCK, CHANGE_FIELD, CHANGE_DESCRIBE,
		CHANGE_ACCEPT, CHANGE_MERGE, CHANGE_ARCHIVE};
	struct snapshot *s = one_of_each_status();

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		check_refused(s,
			(struct change){.kind = kinds[i], .id = STR("nobody")},
			ERR_MISSING, "no item 'nobody'");
	snapshot_unref(s);
}

static void
a_phase_is_set_and_cleared_with_its_pool(void **state)
{
	struct after t = apply_to(one_of_each_status(),
		CHANGES_OF({.kind = CHANGE_PHASE,
				   .id = STR("scoping"),
				   .text = STR("design"),
				   .pool = POOL_PRE},
			{.kind = CHANGE_PHASE,
				.id = STR("in_progress"),
				.pool = POOL_MAIN}));

	(void)state;
	check_applied(&t);
	check_str(item_at(t.fx.next, "scoping")->phase, "design");
	assert_int_equal(item_at(t.fx.next, "scoping")->phase_pool, POOL_PRE);
	assert_false(str_is_set(item_at(t.fx.next, "in_progress")->phase));
	assert_int_equal(
		item_at(t.fx.next, "in_progress")->phase_pool, POOL_UNSET);
	check_refused(t.from,
		(struct change){.kind = CHANGE_PHASE,
			.id = STR("done"),
			.text = STR("build")},
		ERR_CONFLICT, "is done");
	after_release(&t);
}

static void
blocking_keeps_where_the_item_came_from(void **state)
{
	static const enum item_status from[] = {
		STATUS_NEW, STATUS_SCOPING, STATUS_READY, STATUS_IN_PROGRESS};

	(void)state;
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		const char *id = names_get(&status_names, (int)from[i]);
		struct after t = apply_to(one_of_each_status(),
			CHANGES_OF({.kind = CHANGE_BLOCK,
				.id = str_from(id),
				.text = STR("needs a decision"),
				.blocked_type = BLOCKED_DECISION}));
		check_applied(&t);
		const struct item *it = item_at(t.fx.next, id);
		const struct item *was = item_at(t.from, id);
		assert_int_equal(it->status, STATUS_BLOCKED);
		assert_int_equal(it->blocked_from_status, from[i]);
		assert_int_equal(it->blocked_type, BLOCKED_DECISION);
		check_str(it->blocked_reason, "needs a decision");
		assert_true(str_eq(it->phase, was->phase));
		assert_int_equal(it->phase_pool, was->phase_pool);
		after_release(&t);
	}
}

static void
a_block_needs_a_reason_and_an_item_at_work(void **state)
{
	struct snapshot *s = one_of_each_status();
	struct change c = {.kind = CHANGE_BLOCK, .text = STR("why")};

	(void)state;
	c.id = STR("blocked");
	check_refused(s, c, ERR_CONFLICT, "cannot be blocked");
	c.id = STR("done");
	check_refused(s, c, ERR_CONFLICT, "cannot be blocked");
	c.id = STR("ready");
	c.text = STR(" ");
	check_refused(s, c, ERR_INPUT, "only with a reason");
	snapshot_unref(s);
}

static void
unblocking_goes_back_and_forgets_the_block(void **state)
{
	struct after t = apply_to(
		backlog(ITEMS({.id = STR("W-1"),
				.status = STATUS_BLOCKED,
				.blocked_from_status = STATUS_IN_PROGRESS,
				.blocked_reason = STR("why"),
				.blocked_type = BLOCKED_DECISION,
				.unblock_context = STR("old"),
				.phase = STR("build"),
				.phase_pool = POOL_MAIN,
				.last_phase_commit = STR("abc")}),
			NO_ARCHIVE),
		CHANGES_OF({.kind = CHANGE_UNBLOCK,
			.id = STR("W-1"),
			.text = STR("go on")}));

	(void)state;
	check_applied(&t);
	const struct item *it = item_at(t.fx.next, "W-1");
	assert_int_equal(it->status, STATUS_IN_PROGRESS);
	assert_int_equal(it->blocked_from_status, STATUSES);
	assert_int_equal(it->blocked_type, BLOCKED_UNSET);
	assert_false(str_is_set(it->blocked_reason));
	assert_false(str_is_set(it->last_phase_commit));
	check_str(it->unblock_context, "go on");
	check_str(it->phase, "build");
	after_release(&t);
}

static void
unblocking_without_an_origin_goes_where_the_phase_belongs(void **state)
{
	static const struct {
		enum item_status origin;
		const char *phase;
		enum phase_pool pool;
		enum item_status expect;
	} cases[] = {
		{STATUSES, NULL, POOL_UNSET, STATUS_NEW},
		{STATUSES, "research", POOL_PRE, STATUS_SCOPING},
		{STATUSES, "build", POOL_MAIN, STATUS_IN_PROGRESS},
		{STATUSES, "build", POOL_UNSET, STATUS_IN_PROGRESS},
		{STATUS_DONE, NULL, POOL_UNSET, STATUS_NEW},
		{STATUS_BLOCKED, NULL, POOL_UNSET, STATUS_NEW},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct after t = apply_to(
			backlog(ITEMS({.id = STR("W-1"),
					.status = STATUS_BLOCKED,
					.blocked_from_status = cases[i].origin,
					.phase = str_from(cases[i].phase),
					.phase_pool = cases[i].pool,
					.unblock_context = STR("old")}),
				NO_ARCHIVE),
			CHANGES_OF({.kind = CHANGE_UNBLOCK, .id = STR("W-1")}));
		check_applied(&t);
		const struct item *it = item_at(t.fx.next, "W-1");
		assert_int_equal(it->status, cases[i].expect);
		assert_false(str_is_set(it->unblock_context));
		after_release(&t);
	}
}

static void
an_item_is_finished_from_wherever_it_is(void **state)
{
	static const char *const ids[] = {
		"new", "scoping", "ready", "in_progress", "done", "blocked"};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct after t = apply_to(one_of_each_status(),
			CHANGES_OF({.kind = CHANGE_FINISH,
				.id = str_from(ids[i])}));
		check_applied(&t);
		const struct item *it = item_at(t.fx.next, ids[i]);
		assert_int_equal(it->status, STATUS_DONE);
		assert_int_equal(it->blocked_from_status, STATUSES);
		assert_false(str_is_set(it->blocked_reason));
		after_release(&t);
	}
}

static void
only_a_blocked_item_is_unblocked(void **state)
{
	struct snapshot *s = one_of_each_status();

	(void)state;
	check_refused(s,
		(struct change){.kind = CHANGE_UNBLOCK, .id = STR("ready")},
		ERR_CONFLICT, "'ready' is ready: it is not blocked");
	snapshot_unref(s);
}

static void
an_archived_item_leaves_and_dependencies_stay(void **state)
{
	struct after t = apply_to(
		backlog(ITEMS({.id = STR("W-1"), .status = STATUS_IN_PROGRESS},
				{.id = STR("W-2"),
					.dependencies = IDS(STR("W-1"))},
				{.id = STR("W-3")}),
			ARCHIVED({.id = STR("W-0"), .how = DEPARTED_DONE})),
		CHANGES_OF({.kind = CHANGE_STATUS,
				   .id = STR("W-1"),
				   .status = STATUS_DONE},
			{.kind = CHANGE_ARCHIVE,
				.id = STR("W-1"),
				.departure = DEPARTED_DONE},
			{.kind = CHANGE_ARCHIVE,
				.id = STR("W-3"),
				.departure = DEPARTED_CLOSED,
				.text = STR("not needed")}));

	(void)state;
	check_applied(&t);
	assert_null(snapshot_find(t.fx.next, STR("W-1")));
	check_ids(item_at(t.fx.next, "W-2")->dependencies, "W-1");
	assert_int_equal(t.fx.next->n, 1);
	assert_int_equal(t.fx.next->archived_n, 3);
	assert_int_equal(snapshot_find_archived(t.fx.next, STR("W-3"))->how,
		DEPARTED_CLOSED);
	assert_int_equal(t.fx.departed_n, 2);
	check_str(t.fx.departed[0].item.id, "W-1");
	assert_int_equal(t.fx.departed[0].item.status, STATUS_DONE);
	assert_int_equal(t.fx.departed[0].how, DEPARTED_DONE);
	check_str(t.fx.departed[0].item.updated, NOW);
	check_str(t.fx.departed[1].reason, "not needed");
	after_release(&t);
}

static void
an_item_leaves_as_what_it_is(void **state)
{
	struct snapshot *s = one_of_each_status();
	struct change c = {.kind = CHANGE_ARCHIVE, .id = STR("ready")};

	(void)state;
	c.departure = DEPARTED_DONE;
	check_refused(s, c, ERR_CONFLICT, "only a done item");
	c.departure = DEPARTED_MERGED;
	check_refused(s, c, ERR_INPUT, "only with a target");
	c.id = STR("done");
	c.departure = DEPARTED_CLOSED;
	check_refused(s, c, ERR_CONFLICT, "leaves as done");
	snapshot_unref(s);
}

static void
a_change_after_the_item_left_is_refused(void **state)
{
	struct after t = apply_to(one_of_each_status(),
		CHANGES_OF({.kind = CHANGE_ARCHIVE,
				   .id = STR("ready"),
				   .departure = DEPARTED_CLOSED},
			{.kind = CHANGE_BLOCK,
				.id = STR("ready"),
				.text = STR("x")}));

	(void)state;
	check_fails(t.rc, &t.e, ERR_MISSING, "'ready'");
	after_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_moves_as_the_machine_says),
		cmocka_unit_test(ready_has_no_phase),
		cmocka_unit_test(refused_moves_say_what_to_do),
		cmocka_unit_test(
			every_kind_about_an_item_refuses_an_unknown_one),
		cmocka_unit_test(a_phase_is_set_and_cleared_with_its_pool),
		cmocka_unit_test(blocking_keeps_where_the_item_came_from),
		cmocka_unit_test(a_block_needs_a_reason_and_an_item_at_work),
		cmocka_unit_test(unblocking_goes_back_and_forgets_the_block),
		cmocka_unit_test(
			unblocking_without_an_origin_goes_where_the_phase_belongs),
		cmocka_unit_test(an_item_is_finished_from_wherever_it_is),
		cmocka_unit_test(only_a_blocked_item_is_unblocked),
		cmocka_unit_test(an_archived_item_leaves_and_dependencies_stay),
		cmocka_unit_test(an_item_leaves_as_what_it_is),
		cmocka_unit_test(a_change_after_the_item_left_is_refused),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
