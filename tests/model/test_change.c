/* SPDX-License-Identifier: MIT */
#include "model/after.h"

#include "model/id.h"

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
a_drafts_blank_parts_are_no_description(void **state)
{
	struct after t = apply_to(backlog(NO_ITEMS, NO_ARCHIVE),
		CHANGES_OF(
			{.kind = CHANGE_ADD,
				.item = {.title = STR("a"),
					.description = {.context = STR(" \n"),
						.impact = STR("")}}},
			{.kind = CHANGE_ADD,
				.item = {.title = STR("b"),
					.description = {.problem = STR(" p "),
						.impact = STR(" ")}}}));

	(void)state;
	check_applied(&t);
	const struct description *d =
		&item_at(t.fx.next, "WRK-001")->description;
	assert_false(str_is_set(d->context));
	assert_false(str_is_set(d->impact));
	d = &item_at(t.fx.next, "WRK-002")->description;
	check_str(d->problem, " p ");
	assert_false(str_is_set(d->impact));
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
a_part_of_the_description_is_set_and_unset(void **state)
{
	const struct field *map = field_find(&item_fields, STR("description"));
	struct after t =
		apply_to(backlog(ITEMS({.id = STR("W-1"),
					 .description = {.context = STR("old"),
						 .solution = STR("kept")}}),
				 NO_ARCHIVE),
			CHANGES_OF({.kind = CHANGE_FIELD,
					   .id = STR("W-1"),
					   .field = &map->sub[0]},
				{.kind = CHANGE_FIELD,
					.id = STR("W-1"),
					.field = &map->sub[1],
					.text = STR("new")}));

	(void)state;
	check_applied(&t);
	const struct description *d = &item_at(t.fx.next, "W-1")->description;
	assert_false(str_is_set(d->context));
	check_str(d->problem, "new");
	check_str(d->solution, "kept");
	after_release(&t);
}

static struct change
tags_change(const char *id, struct str_list drop, struct str_list add)
{
	return (struct change){.kind = CHANGE_LIST,
		.id = str_from(id),
		.list = {.field = field_find(&item_fields, STR("tags")),
			.drop = drop,
			.add = add}};
}

static void
entries_of_a_list_come_and_go(void **state)
{
	const struct str_list none = {0};
	struct after t = apply_to(
		backlog(ITEMS({.id = STR("W-1"),
				      .tags = IDS(
					      STR("a"), STR("b"), STR("c"))},
				{.id = STR("W-2"), .tags = IDS(STR("a"))}),
			NO_ARCHIVE),
		CHANGES_OF(tags_change("W-1", IDS(STR("b"), STR("never")),
				   IDS(STR("d"), STR("a"), STR("d"))),
			tags_change("W-2", IDS(STR("z")), IDS(STR("a")))));

	(void)state;
	check_applied(&t);
	check_ids(item_at(t.fx.next, "W-1")->tags, "a,c,d");
	check_str(item_at(t.fx.next, "W-1")->updated, NOW);
	check_ids(item_at(t.fx.next, "W-2")->tags, "a");
	check_str(item_at(t.fx.next, "W-2")->updated, "2026-01-01T00:00:00Z");
	check_refused(t.from, tags_change("W-1", none, IDS(STR(" "))),
		ERR_INPUT, "an entry of 'tags' is empty");
	check_refused(t.from, tags_change("W-9", none, IDS(STR("x"))),
		ERR_MISSING, "W-9");
	after_release(&t);
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
		cmocka_unit_test(a_drafts_blank_parts_are_no_description),
		cmocka_unit_test(a_draft_without_title_or_past_new_is_refused),
		cmocka_unit_test(fields_are_set_and_unset),
		cmocka_unit_test(fields_with_a_change_of_their_own_are_refused),
		cmocka_unit_test(a_part_of_the_description_is_set_and_unset),
		cmocka_unit_test(entries_of_a_list_come_and_go),
		cmocka_unit_test(a_description_is_replaced_part_by_part),
		cmocka_unit_test(accepted_levels_add_up),
		cmocka_unit_test(a_note_changes_nothing),
		cmocka_unit_test(applied_ids_are_remembered_once_and_forgotten),
		cmocka_unit_test(only_touched_items_get_a_new_updated),
		cmocka_unit_test(the_next_snapshot_stands_alone),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
