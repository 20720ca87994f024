/* SPDX-License-Identifier: MIT */
#include "model/fixture.h"

#include "base/stamp.h"
#include "model/change.h"
#include "model/id.h"

#define NOW "2026-11-20T11:00:46Z"

/* Everything a test looks at after some changes to a backlog. */
struct after {
	struct snapshot *from;
	struct change_effects fx;
	struct err e;
	int rc;
};

static const struct change_env env = {
	.now_ns = (int64_t)1795172446 * NS_PER_SEC,
	.prefix = {.s = "WRK", .n = 3},
};

static void
apply_in(struct after *t, const struct change_env *with,
	const struct change *changes, size_t n)
{
	t->e = (struct err){0};
	t->rc = changes_apply(t->from, changes, n, with, &t->fx, &t->e);
}

static struct after
apply_to(struct snapshot *from, const struct change *changes, size_t n)
{
	struct after t = {.from = from};

	apply_in(&t, &env, changes, n);
	return t;
}

#define CHANGES_OF(...)                                        \
	(const struct change[]){__VA_ARGS__},                  \
		sizeof((const struct change[]){__VA_ARGS__}) / \
		sizeof(struct change)

static void
after_release(struct after *t)
{
	if (t->rc == 0)
		snapshot_unref(t->fx.next);
	snapshot_unref(t->from);
}

static void
check_applied(const struct after *t)
{
	if (t->rc != 0)
		fail_msg("changes refused: %s", t->e.msg);
}

/* Refused for this reason; the snapshot they were for is as it was. */
static void
check_refused(struct snapshot *from, struct change c, enum err_code code,
	const char *text)
{
	const struct change list[] = {
		{.kind = CHANGE_ADD, .item = {.title = STR("first")}}, c};
	struct snapshot *before = snapshot_new();
	struct item *items = ARENA_ARRAY(&before->arena, struct item, from->n);

	for (size_t i = 0; i < from->n; i++)
		items[i] = item_copy(&from->items[i], &before->arena);
	before->applied = from->applied;
	snapshot_seal(before, items, from->n, from->archived, from->archived_n);
	struct after t = apply_to(from, list, 2);
	check_fails(t.rc, &t.e, code, text);
	assert_true(snapshot_equal(before, from));
	snapshot_unref(before);
}

static void
an_added_item_gets_id_and_times(void **state)
{
	struct after t = apply_to(backlog(NO_ITEMS, NO_ARCHIVE),
		CHANGES_OF({.kind = CHANGE_ADD,
			.item = {.id = STR("MINE-9"),
				.title = STR("one"),
				.size = SIZE_SMALL,
				.dependencies = IDS(STR("X-1")),
				.origin = STR("inbox"),
				.phase = STR("build"),
				.blocked_reason = STR("no")}}));

	(void)state;
	check_applied(&t);
	check_ids(t.fx.added, "WRK-001");
	const struct item *it = item_at(t.fx.next, "WRK-001");
	check_str(it->title, "one");
	check_str(it->created, NOW);
	check_str(it->updated, NOW);
	check_str(it->origin, "inbox");
	check_ids(it->dependencies, "X-1");
	assert_int_equal(it->size, SIZE_SMALL);
	assert_int_equal(it->status, STATUS_NEW);
	assert_int_equal(it->blocked_from_status, STATUSES);
	assert_false(str_is_set(it->phase));
	assert_false(str_is_set(it->blocked_reason));
	assert_int_equal(t.fx.next->generation, 1);
	assert_int_equal(t.fx.next->next_item_id, 1);
	after_release(&t);
}

static void
numbers_come_after_every_one_ever_seen(void **state)
{
	static const struct {
		const char *what, *items[3], *archived;
		uint64_t next_item_id, mark;
		const char *expect;
	} cases[] = {
		{.what = "nothing", .expect = "WRK-001"},
		{.what = "a gap is not filled",
			.items = {"WRK-001", "WRK-005"},
			.expect = "WRK-006"},
		{.what = "the file's mark is above the items",
			.items = {"WRK-003"},
			.next_item_id = 10,
			.expect = "WRK-011"},
		{.what = "the file's mark was lowered by hand",
			.items = {"WRK-010"},
			.next_item_id = 3,
			.expect = "WRK-011"},
		{.what = "the mark outside of git is the highest",
			.items = {"WRK-010"},
			.next_item_id = 3,
			.mark = 40,
			.expect = "WRK-041"},
		{.what = "the mark outside is behind",
			.items = {"WRK-010"},
			.mark = 4,
			.expect = "WRK-011"},
		{.what = "other prefixes share the mark",
			.items = {"HAMY-096", "A-B-12"},
			.expect = "WRK-097"},
		{.what = "archived numbers count",
			.items = {"WRK-001"},
			.archived = "WRK-070",
			.expect = "WRK-071"},
		{.what = "what is no number does not count",
			.items = {"WRK-abc", "WRK-+5", "WRK-"},
			.expect = "WRK-001"},
		{.what = "leading zeros count",
			.items = {"WRK-0042"},
			.expect = "WRK-043"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct item items[3] = {0};
		size_t n = 0;
		for (; n < 3 && cases[i].items[n] != NULL; n++)
			items[n].id = str_from(cases[i].items[n]);
		struct archived left = {.id = str_from(cases[i].archived)};
		struct after t = {.from = backlog(items, n, &left,
					  cases[i].archived != NULL)};
		t.from->next_item_id = cases[i].next_item_id;
		struct change_env with = env;
		with.mark = cases[i].mark;
		apply_in(&t, &with,
			CHANGES_OF({.kind = CHANGE_ADD,
				.item = {.title = STR("x")}}));
		check_applied(&t);
		if (!str_eq_c(t.fx.added.items[0], cases[i].expect))
			fail_msg("%s: got %s, expected %s", cases[i].what,
				t.fx.added.items[0].s, cases[i].expect);
		after_release(&t);
	}
}

static void
the_mark_is_repaired_even_when_nothing_is_added(void **state)
{
	struct after t = {
		.from = backlog(ITEMS({.id = STR("W-7")}), NO_ARCHIVE)};
	struct change_env with = env;

	(void)state;
	t.from->next_item_id = 2;
	apply_in(&t, &with, CHANGES_OF({.kind = CHANGE_NOTE}));
	check_applied(&t);
	assert_int_equal(t.fx.next->next_item_id, 7);
	snapshot_unref(t.fx.next);
	with.mark = 30;
	apply_in(&t, &with, CHANGES_OF({.kind = CHANGE_NOTE}));
	check_applied(&t);
	assert_int_equal(t.fx.next->next_item_id, 30);
	after_release(&t);
}

static void
a_removed_items_number_is_not_given_again(void **state)
{
	struct after t = apply_to(
		backlog(ITEMS({.id = STR("WRK-009")}), NO_ARCHIVE),
		CHANGES_OF({.kind = CHANGE_ARCHIVE,
				   .id = STR("WRK-009"),
				   .departure = DEPARTED_CLOSED},
			{.kind = CHANGE_ADD, .item = {.title = STR("x")}},
			{.kind = CHANGE_ADD, .item = {.title = STR("y")}}));

	(void)state;
	check_applied(&t);
	check_ids(t.fx.added, "WRK-010,WRK-011");
	assert_int_equal(t.fx.next->next_item_id, 11);
	after_release(&t);
}

static void
ids_used_up_refuse_the_whole_list(void **state)
{
	struct after t = {.from = backlog(NO_ITEMS, NO_ARCHIVE)};
	struct change_env with = env;

	(void)state;
	with.mark = ID_NUMBER_MAX - 1;
	apply_in(&t, &with,
		CHANGES_OF({.kind = CHANGE_ADD, .item = {.title = STR("x")}},
			{.kind = CHANGE_ADD, .item = {.title = STR("y")}}));
	check_fails(t.rc, &t.e, ERR_LIMIT, "used up");
	after_release(&t);
}

static void
a_draft_without_title_or_past_new_is_refused(void **state)
{
	struct snapshot *s = backlog(NO_ITEMS, NO_ARCHIVE);

	(void)state;
	check_refused(s,
		(struct change){
			.kind = CHANGE_ADD, .item = {.title = STR(" ")}},
		ERR_INPUT, "title is empty");
	check_refused(s,
		(struct change){.kind = CHANGE_ADD,
			.item = {.title = STR("x"), .status = STATUS_READY}},
		ERR_INPUT, "not as ready");
	snapshot_unref(s);
}

static struct snapshot *
one_of_each_status(void)
{
	return backlog(ITEMS({.id = STR("new"), .status = STATUS_NEW},
			       {.id = STR("scoping"),
				       .status = STATUS_SCOPING,
				       .phase = STR("research"),
				       .phase_pool = POOL_PRE},
			       {.id = STR("ready"), .status = STATUS_READY},
			       {.id = STR("in_progress"),
				       .status = STATUS_IN_PROGRESS,
				       .phase = STR("build"),
				       .phase_pool = POOL_MAIN,
				       .last_phase_commit = STR("abc")},
			       {.id = STR("done"), .status = STATUS_DONE},
			       {.id = STR("blocked"),
				       .status = STATUS_BLOCKED,
				       .blocked_from_status = STATUS_READY}),
		ARCHIVED({.id = STR("gone"), .how = DEPARTED_CLOSED}));
}

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
only_a_blocked_item_is_unblocked(void **state)
{
	struct snapshot *s = one_of_each_status();

	(void)state;
	check_refused(s,
		(struct change){.kind = CHANGE_UNBLOCK, .id = STR("ready")},
		ERR_CONFLICT, "'ready' is ready: it is not blocked");
	snapshot_unref(s);
}

static struct change
field_change(const char *id, const char *name, const char *text)
{
	return (struct change){.kind = CHANGE_FIELD,
		.id = str_from(id),
		.field = field_find(&item_fields, str_from(name)),
		.text = str_from(text)};
}

static void
fields_are_set_and_unset(void **state)
{
	struct after t = apply_to(
		backlog(ITEMS({.id = STR("W-1"), .size = SIZE_LARGE}),
			NO_ARCHIVE),
		CHANGES_OF(field_change("W-1", "size", NULL),
			field_change("W-1", "risk", "high"),
			field_change("W-1", "title", "better"),
			field_change("W-1", "requires_human_review", "true"),
			field_change("W-1", "pipeline_type", "blog"),
			field_change("W-1", "last_phase_commit", "abc"),
			field_change("W-1", "unblock_context", NULL)));

	(void)state;
	check_applied(&t);
	const struct item *it = item_at(t.fx.next, "W-1");
	assert_int_equal(it->size, SIZE_UNSET);
	assert_int_equal(it->risk, LEVEL_HIGH);
	assert_true(it->requires_human_review);
	check_str(it->title, "better");
	check_str(it->pipeline_type, "blog");
	check_str(it->last_phase_commit, "abc");
	after_release(&t);
}

static void
fields_with_a_change_of_their_own_are_refused(void **state)
{
	static const char *const names[] = {"id", "status", "phase",
		"phase_pool", "blocked_from_status", "blocked_reason",
		"blocked_type", "created", "updated", "tags", "dependencies",
		"description", "guardrails_accepted"};
	struct snapshot *s = one_of_each_status();

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_refused(s, field_change("ready", names[i], "x"),
			ERR_INPUT, names[i]);
	check_refused(s, field_change("ready", "size", "huge"), ERR_INPUT,
		"'ready': size: 'huge' is not one of");
	check_refused(s, field_change("ready", "title", "  "), ERR_INPUT,
		"title is empty");
	check_refused(
		s, field_change("ready", "title", NULL), ERR_INPUT, "required");
	snapshot_unref(s);
}

static void
a_description_is_replaced_part_by_part(void **state)
{
	struct after t =
		apply_to(backlog(ITEMS({.id = STR("W-1"),
					 .description = {.context = STR("old"),
						 .problem = STR("kept")}}),
				 NO_ARCHIVE),
			CHANGES_OF({.kind = CHANGE_DESCRIBE,
				.id = STR("W-1"),
				.description = {.context = STR("new"),
					.problem = STR(""),
					.impact = STR("more")}}));

	(void)state;
	check_applied(&t);
	const struct description *d = &item_at(t.fx.next, "W-1")->description;
	check_str(d->context, "new");
	check_str(d->problem, "kept");
	check_str(d->impact, "more");
	assert_false(str_is_set(d->solution));
	after_release(&t);
}

static void
accepted_levels_add_up(void **state)
{
	struct after t = apply_to(
		backlog(ITEMS({.id = STR("W-1"),
				.guardrails_accepted = {.size = SIZE_LARGE}}),
			NO_ARCHIVE),
		CHANGES_OF({.kind = CHANGE_ACCEPT,
			.id = STR("W-1"),
			.accepted = {.risk = LEVEL_HIGH}}));

	(void)state;
	check_applied(&t);
	const struct guardrail_levels *g =
		&item_at(t.fx.next, "W-1")->guardrails_accepted;
	assert_int_equal(g->size, SIZE_LARGE);
	assert_int_equal(g->risk, LEVEL_HIGH);
	assert_int_equal(g->complexity, LEVEL_UNSET);
	after_release(&t);
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

static void
a_note_changes_nothing(void **state)
{
	struct after t = apply_to(one_of_each_status(),
		CHANGES_OF({.kind = CHANGE_NOTE,
			.id = STR("nobody"),
			.text = STR("was here"),
			.note = {.phase = STR("build")}}));

	(void)state;
	check_applied(&t);
	assert_true(snapshot_equal(t.from, t.fx.next));
	after_release(&t);
}

static void
applied_ids_are_remembered_once_and_forgotten(void **state)
{
	struct after t = {.from = backlog(NO_ITEMS, NO_ARCHIVE)};

	(void)state;
	t.from->applied = IDS(STR("r1"), STR("r2"));
	apply_in(&t, &env,
		CHANGES_OF({.kind = CHANGE_APPLIED, .text = STR("r3")},
			{.kind = CHANGE_APPLIED, .text = STR("r1")},
			{.kind = CHANGE_FORGET, .text = STR("r2")},
			{.kind = CHANGE_FORGET, .text = STR("never")}));
	check_applied(&t);
	check_ids(t.fx.next->applied, "r1,r3");
	check_refused(t.from, (struct change){.kind = CHANGE_APPLIED},
		ERR_INPUT, "empty");
	after_release(&t);
}

static void
only_touched_items_get_a_new_updated(void **state)
{
	struct after t = apply_to(one_of_each_status(),
		CHANGES_OF(field_change("ready", "impact", "low"),
			{.kind = CHANGE_ACCEPT, .id = STR("new")}));

	(void)state;
	check_applied(&t);
	for (size_t i = 0; i < t.fx.next->n; i++) {
		const struct item *it = &t.fx.next->items[i];
		bool touched =
			str_eq_c(it->id, "ready") || str_eq_c(it->id, "new");
		check_str(it->updated, touched ? NOW : "2026-01-01T00:00:00Z");
		check_str(it->created, "2026-01-01T00:00:00Z");
	}
	after_release(&t);
}

static void
the_next_snapshot_stands_alone(void **state)
{
	char title[] = "title";
	struct snapshot *from = one_of_each_status();
	struct after t = apply_to(from,
		CHANGES_OF({.kind = CHANGE_ADD,
				   .item = {.title = {.s = title, .n = 5}}},
			{.kind = CHANGE_APPLIED,
				.text = {.s = title, .n = 5}}));

	(void)state;
	check_applied(&t);
	struct snapshot *next = t.fx.next;
	snapshot_unref(from);
	memset(title, 'X', 5);
	check_str(item_at(next, "WRK-001")->title, "title");
	check_str(item_at(next, "in_progress")->phase, "build");
	check_ids(next->applied, "title");
	assert_non_null(snapshot_find_archived(next, STR("gone")));
	snapshot_unref(next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_added_item_gets_id_and_times),
		cmocka_unit_test(numbers_come_after_every_one_ever_seen),
		cmocka_unit_test(
			the_mark_is_repaired_even_when_nothing_is_added),
		cmocka_unit_test(a_removed_items_number_is_not_given_again),
		cmocka_unit_test(ids_used_up_refuse_the_whole_list),
		cmocka_unit_test(a_draft_without_title_or_past_new_is_refused),
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
		cmocka_unit_test(only_a_blocked_item_is_unblocked),
		cmocka_unit_test(fields_are_set_and_unset),
		cmocka_unit_test(fields_with_a_change_of_their_own_are_refused),
		cmocka_unit_test(a_description_is_replaced_part_by_part),
		cmocka_unit_test(accepted_levels_add_up),
		cmocka_unit_test(an_archived_item_leaves_and_dependencies_stay),
		cmocka_unit_test(an_item_leaves_as_what_it_is),
		cmocka_unit_test(a_change_after_the_item_left_is_refused),
		cmocka_unit_test(a_note_changes_nothing),
		cmocka_unit_test(applied_ids_are_remembered_once_and_forgotten),
		cmocka_unit_test(only_touched_items_get_a_new_updated),
		cmocka_unit_test(the_next_snapshot_stands_alone),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
