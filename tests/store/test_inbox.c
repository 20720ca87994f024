/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "store/runs.h"
#include "yaml/tree.h"

static struct problems notes; /* of the last take */

static int
setup(void **state)
{
	(void)state;
	project_make("schema_version: 3\nitems: []\n");
	return 0;
}

static int
teardown(void **state)
{
	problems_release(&notes);
	notes = (struct problems){0};
	return project_remove(state);
}

/* Take what was dropped; the backlog afterwards. */
static struct snapshot *
take(const char *dropped, size_t taken_n, size_t rejected_n)
{
	struct inbox_taken taken;

	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml", dropped);
	int rc = store_take_inbox(f.store, NOW, &taken, &f.e);
	if (rc != 0)
		fail_msg("took %d: %s", rc, f.e.msg);
	assert_int_equal(taken.added.n, taken_n);
	assert_int_equal(taken.rejected, rejected_n);
	assert_int_equal(taken.problems.list.n, rejected_n);
	assert_false(scratch_has(&f.scratch, "BACKLOG_INBOX.yaml"));
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	problems_release(&notes);
	notes = taken.notes;
	return fixture_load(&f);
}

static void
no_inbox_is_nothing_to_do(void **state)
{
	struct inbox_taken taken;

	(void)state;
	assert_int_equal(store_take_inbox(f.store, NOW, &taken, &f.e), 0);
	assert_null(taken.next);
	assert_int_equal(taken.rejected, 0);
}

static void
both_forms_are_taken_with_every_field(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: ' bare '\n"
				  "  description: why it matters\n"
				  "  size: small\n"
				  "  dependencies: [X-1]\n"
				  "  tags: [a]\n",
		1, 0);
	const struct item *it = &s->items[0];
	check_str(it->id, "WRK-001");
	check_str(it->title, "bare");
	check_str(it->description.context, "why it matters");
	check_str(it->origin, "inbox");
	check_str(it->dependencies.items[0], "X-1");
	assert_int_equal(it->size, SIZE_SMALL);
	snapshot_unref(s);
	s = take("items:\n  - title: wrapped\n", 1, 0);
	check_str(s->items[1].title, "wrapped");
	snapshot_unref(s);
}

static void
an_entry_cannot_choose_its_id_status_or_accept_its_risk(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: sneaky\n"
				  "  id: WRK-999\n"
				  "  status: in_progress\n"
				  "  phase: build\n"
				  "  guardrails_accepted: {risk: high}\n",
		1, 0);
	check_str(s->items[0].id, "WRK-001");
	assert_int_equal(s->items[0].status, STATUS_NEW);
	assert_false(str_is_set(s->items[0].phase));
	assert_int_equal(s->items[0].guardrails_accepted.risk, LEVEL_UNSET);
	assert_int_equal(notes.list.n, 4);
	check_str(str_from(notes.list.items[0].msg),
		"BACKLOG_INBOX.yaml:2:7: 'id' is given by weir; what the "
		"entry says is left out");
	snapshot_unref(s);
}

static void
keys_no_item_has_come_along(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: plain\n"
				  "- title: full # by hand\n"
				  "  sprint: 7\n"
				  "  size: small\n"
				  "  ticket: '7'\n"
				  "  who: {name: 'a: b', mail: ~}\n"
				  "  seen: [yes, 'no', \"a\\tb\"]\n",
		2, 0);
	assert_int_equal(s->n, 2);
	assert_int_equal(notes.list.n, 0);
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	size_t second = str_find(text, STR("full"));
	assert_true(str_find(text, STR("sprint")) > second);
	struct str rest = str_from_at(text, second);
	assert_true(str_find(rest, STR("sprint: 7\n")) < rest.n);
	assert_true(str_find(rest, STR("ticket: '7'\n")) < rest.n ||
		str_find(rest, STR("ticket: \"7\"\n")) < rest.n);
	assert_true(str_find(rest, STR("mail: null\n")) < rest.n);
	assert_true(str_find(rest, STR("a: b")) < rest.n);
	snapshot_unref(s);
	/* It is an item like any other then. */
	s = take("- title: next\n  sprint: 8\n", 1, 0);
	assert_int_equal(s->n, 3);
	snapshot_unref(s);
}

/* Eight levels of ten aliases each, and a depth no backlog could hold. */
static void
keys_that_would_not_fit_set_their_entry_aside(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	buf_add_c(&b, "- title: good\n- title: bomb\n  a0: &a0 [x]\n");
	for (int i = 1; i < 9; i++) {
		buf_addf(&b, "  a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_addf(&b, "%s*a%d", k > 0 ? ", " : "", i - 1);
		buf_add_c(&b, "]\n");
	}
	buf_add_c(&b, "- title: deep\n  x: ");
	buf_add_repeat(&b, '[', 40);
	buf_add_repeat(&b, ']', 40);
	buf_add_c(&b, "\n");
	struct snapshot *s = take(buf_str(&b).s, 1, 2);
	assert_int_equal(s->n, 1);
	snapshot_unref(s);
}

static void
more_than_fifty_at_once_are_told(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	for (int i = 0; i < 50; i++)
		buf_addf(&b, "- title: t%d\n", i);
	snapshot_unref(take(buf_str(&b).s, 50, 0));
	assert_int_equal(notes.list.n, 0);
	buf_add_c(&b, "- title: one more\n");
	snapshot_unref(take(buf_str(&b).s, 51, 0));
	assert_int_equal(notes.list.n, 1);
	assert_non_null(strstr(notes.list.items[0].msg, "51 items at once"));
}

static void
a_bad_entry_is_set_aside_verbatim_and_the_others_are_taken(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: good\n"
				  "- size: small  # no title\n"
				  "- title: bad size\n  size: huge\n"
				  "- title: good, too\n",
		2, 2);
	assert_int_equal(s->n, 2);
	snapshot_unref(s);
	struct str aside =
		scratch_get(&f.scratch, "BACKLOG_INBOX.rejected.yaml");
	assert_true(
		str_find(aside, STR("- size: small  # no title\n")) < aside.n);
	assert_true(str_find(aside,
			    STR("BACKLOG_INBOX.yaml:2:3: an entry without "
				"'title'")) < aside.n);
	assert_true(str_find(aside, STR("- title: bad size\n  size: huge\n")) <
		aside.n);
}

static void
a_file_that_does_not_parse_gives_what_is_sound(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: good\n"
				  "- title: \"torn\n"
				  "- title: good, too\n",
		2, 1);
	check_str(s->items[1].title, "good, too");
	snapshot_unref(s);
	struct str aside =
		scratch_get(&f.scratch, "BACKLOG_INBOX.rejected.yaml");
	assert_true(str_find(aside, STR("# - title: \"torn\n")) < aside.n);
}

/* The file of what was rejected, which must parse. */
static struct str
take_aside(const char *dropped, size_t taken_n, size_t rejected_n)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_node *root;

	snapshot_unref(take(dropped, taken_n, rejected_n));
	struct str aside =
		scratch_get(&f.scratch, "BACKLOG_INBOX.rejected.yaml");
	check_ok(yaml_parse(aside, "rejected", NULL, &a, &root, &f.e), &f.e);
	return aside;
}

static void
check_has(struct str text, const char *what)
{
	if (str_find(text, str_from(what)) == text.n)
		fail_msg("'%s' is not in:\n%.*s", what, STR_ARG(text));
}

static void
both_sides_of_a_conflict_are_set_aside(void **state)
{
	(void)state;
	struct str aside = take_aside("- title: a\n"
				      "<<<<<<< HEAD\n"
				      "- title: ours\n"
				      "=======\n"
				      "- title: theirs\n"
				      ">>>>>>> topic\n"
				      "- title: b\n",
		2, 1);
	check_has(aside, "# - title: ours\n");
	check_has(aside, "# - title: theirs\n");
}

static void
what_stands_around_a_damaged_list_is_set_aside(void **state)
{
	(void)state;
	struct str aside = take_aside("above: [\n"
				      "items:\n"
				      "- title: a\n"
				      "below: more\n",
		1, 2);
	check_has(aside, "# above: [\n");
	check_has(aside, "# below: more\n");
}

static void
an_entry_below_its_dash_is_set_aside_with_it(void **state)
{
	(void)state;
	struct str aside = take_aside("-\n"
				      "  title: good\n"
				      "- # why\n"
				      "  size: small\n",
		1, 1);
	check_has(aside, "\n- # why\n  size: small\n");
}

static void
an_entry_that_leans_on_another_is_set_aside_as_a_comment(void **state)
{
	(void)state;
	struct str aside = take_aside("- title: &t good\n"
				      "- size: *t\n",
		1, 1);
	check_has(aside, "\n# - size: *t\n");
}

static void
a_pair_in_a_flow_list_is_set_aside_with_braces(void **state)
{
	(void)state;
	check_has(take_aside("[\"size\":small]\n", 0, 1),
		"\n- {\"size\":small}\n");
}

static void
a_reason_stays_on_its_line_and_bytes_yaml_refuses_are_written_out(void **state)
{
	(void)state;
	struct str aside = take_aside("- title: a\n"
				      "  size: \"x\\n- title: y\"\n",
		0, 1);
	check_has(aside, "x\\x0a- title: y");
	check_has(take_aside("- title: \xff\a\n", 0, 1),
		"\n# - title: \\xff\\x07\n");
}

static void
an_open_last_line_in_the_file_of_the_rejected_is_closed(void **state)
{
	(void)state;
	scratch_put(&f.scratch, "BACKLOG_INBOX.rejected.yaml", "- size: huge");
	check_has(take_aside("- size: small\n", 0, 1), "- size: huge\n# ");
}

static void
what_is_no_list_is_set_aside_whole(void **state)
{
	(void)state;
	struct snapshot *s = take("just some words\n", 0, 1);
	assert_int_equal(s->n, 0);
	snapshot_unref(s);
	struct str aside =
		scratch_get(&f.scratch, "BACKLOG_INBOX.rejected.yaml");
	assert_true(str_ends(aside, STR("# just some words\n")));
}

static void
an_empty_file_is_taken_silently(void **state)
{
	(void)state;
	snapshot_unref(take("", 0, 0));
	snapshot_unref(take("items:\n", 0, 0));
	assert_false(scratch_has(&f.scratch, "BACKLOG_INBOX.rejected.yaml"));
}

static bool
backlog_has(const char *text)
{
	struct str all = scratch_get(&f.scratch, "BACKLOG.yaml");

	return str_find(all, str_from(text)) < all.n;
}

static void
comments_of_an_entry_stand_above_its_item(void **state)
{
	(void)state;
	snapshot_unref(take("# from Ada\n"
			    "items: # all\n"
			    "  # why\n"
			    "  - title: one # said 'so # far'\n"
			    "    # of size\n"
			    "    size: small\n"
			    "    description: |\n"
			    "      # no comment\n"
			    "\n"
			    "  # of two\n"
			    "  - title: two\n"
			    "    # below\n",
		2, 0));
	assert_true(backlog_has("# from Ada\n"));
	assert_true(backlog_has("# all\n"));
	assert_true(backlog_has("# why\n"));
	assert_true(backlog_has("# said 'so # far'\n"));
	assert_true(backlog_has("# of size\n- id: WRK-001\n") ||
		backlog_has("# of size\n  - id: WRK-001\n"));
	assert_true(backlog_has("# below\n- id: WRK-002\n") ||
		backlog_has("# below\n  - id: WRK-002\n"));
	assert_false(scratch_has(&f.scratch, "BACKLOG_INBOX.rejected.yaml"));
	/* One whose neighbour does not parse keeps them as well. */
	snapshot_unref(take("- title: three # of three\n- title: [\n", 1, 1));
	assert_true(backlog_has("# of three\n"));
}

static void
comments_without_a_place_are_kept_with_the_rejected(void **state)
{
	(void)state;
	check_has(take_aside("# only a comment\n", 0, 0),
		"\n# # only a comment\n");
	assert_int_equal(notes.list.n, 1);
	check_has(take_aside("# of a bad one\n- size: small\n", 0, 1),
		"\n# # of a bad one\n");
	/* A list in flow style has no lines for them. */
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems: [{id: WRK-007, title: a, "
		"status: new}]\n");
	check_has(take_aside("- title: b # of b\n", 1, 0), "\n# # of b\n");
}

static void
keys_beside_the_items_are_kept_with_the_rejected(void **state)
{
	(void)state;
	struct str aside = take_aside("owner: Ada # who\n"
				      "items:\n"
				      "  - title: one\n"
				      "notes:\n"
				      "  - a line\n",
		1, 0);
	check_has(aside, "\n# owner: Ada\n");
	check_has(aside, "\n# notes:\n#   - a line\n");
	assert_int_equal(notes.list.n, 2);
	check_str(str_from(notes.list.items[0].msg),
		"BACKLOG_INBOX.yaml:1:1: 'owner' stands beside 'items' and is "
		"in no entry; it is kept in BACKLOG_INBOX.rejected.yaml");
}

static void
what_several_claims_bring_is_told_together(void **state)
{
	struct inbox_taken taken;

	(void)state;
	scratch_put(&f.scratch, ".BACKLOG_INBOX.yaml.claim-00", "- title: a\n");
	scratch_put(&f.scratch, ".BACKLOG_INBOX.yaml.claim-01",
		"- title: b\n- title: c\n");
	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml", "- title: d\n");
	assert_int_equal(store_take_inbox(f.store, NOW, &taken, &f.e), 0);
	assert_int_equal(taken.added.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_non_null(
			snapshot_find(taken.next, taken.added.items[i]));
	check_str(taken.added.items[0], "WRK-001");
	check_str(taken.added.items[3], "WRK-004");
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	problems_release(&taken.notes);
}

static void
equal_entries_are_two_items(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: same\n- title: same\n", 2, 0);
	assert_int_equal(count_title(s, "same"), 2);
	snapshot_unref(s);
}

static void
a_later_save_forgets_the_claim(void **state)
{
	const struct change add = change_add("later");
	struct store_saved saved;

	(void)state;
	struct snapshot *s = take("- title: one\n", 1, 0);
	assert_int_equal(s->applied.n, 1);
	snapshot_unref(s);
	check_ok(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e);
	assert_int_equal(saved.next->applied.n, 0);
	snapshot_unref(saved.next);
}

static void
a_runs_id_is_told_from_that_of_a_claim(void **state)
{
	struct run_id id;

	(void)state;
	struct snapshot *s = take("- title: one\n", 1, 0);
	assert_int_equal(s->applied.n, 1);
	assert_false(run_id_is(s->applied.items[0]));
	snapshot_unref(s);
	check_ok(run_id_new(sys_real(), &id, &f.e), &f.e);
	assert_true(run_id_is(str_from(id.text)));
	assert_false(run_id_is(STR("")));
}

static void
a_run_is_on_record_from_intent_to_outcome(void **state)
{
	const struct str paths[] = {STR("a b.c"), STR("\xc3\xa9")};
	const struct str digests[] = {STR("1"), STR("")};
	struct run_id id;
	struct fio_dir dir;
	struct arena a = {0};
	const struct run_record *runs;
	size_t n;

	(void)state;
	check_ok(run_list(&f.root, &a, &runs, &n, &f.e), &f.e);
	assert_int_equal(n, 0);
	check_ok(run_id_new(sys_real(), &id, &f.e), &f.e);
	const struct run_record r = {.id = str_from(id.text),
		.item = STR("WRK-001"),
		.phase = STR("build"),
		.agent = STR("w"),
		.pool = POOL_MAIN,
		.attempt = 2,
		.started_ns = NOW,
		.before = {.paths = {.items = paths, .n = 2},
			.digests = {.items = digests, .n = 2}}};
	const struct run_verdict end = {
		.outcome = STR("done"), .reason = STR("why"), .left = r.before};
	check_ok(run_begin(&f.root, &r, &dir, &f.e), &f.e);
	check_ok(run_list(&f.root, &a, &runs, &n, &f.e), &f.e);
	assert_int_equal(n, 1);
	assert_false(str_is_set(runs[0].outcome.outcome));
	check_str(runs[0].item, "WRK-001");
	assert_int_equal(runs[0].pool, POOL_MAIN);
	assert_int_equal(runs[0].attempt, 2);
	assert_true(runs[0].started_ns == NOW);
	check_str(runs[0].before.paths.items[1], "\xc3\xa9");
	check_ok(run_record_child(&dir, 71, 5, "boot", &f.e), &f.e);
	check_ok(run_finish(&dir, &end, NOW, &f.e), &f.e);
	check_ok(run_list(&f.root, &a, &runs, &n, &f.e), &f.e);
	check_str(runs[0].outcome.outcome, "done");
	check_str(runs[0].outcome.reason, "why");
	check_str(runs[0].outcome.left.paths.items[0], "a b.c");
	assert_int_equal(runs[0].pid, 71);
	fio_dir_close(&dir);
	arena_release(&a);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(no_inbox_is_nothing_to_do),
		T(both_forms_are_taken_with_every_field),
		T(an_entry_cannot_choose_its_id_status_or_accept_its_risk),
		T(keys_no_item_has_come_along),
		T(keys_that_would_not_fit_set_their_entry_aside),
		T(more_than_fifty_at_once_are_told),
		T(a_bad_entry_is_set_aside_verbatim_and_the_others_are_taken),
		T(a_file_that_does_not_parse_gives_what_is_sound),
		T(both_sides_of_a_conflict_are_set_aside),
		T(what_stands_around_a_damaged_list_is_set_aside),
		T(an_entry_below_its_dash_is_set_aside_with_it),
		T(an_entry_that_leans_on_another_is_set_aside_as_a_comment),
		T(comments_of_an_entry_stand_above_its_item),
		T(comments_without_a_place_are_kept_with_the_rejected),
		T(keys_beside_the_items_are_kept_with_the_rejected),
		T(what_several_claims_bring_is_told_together),
		T(a_pair_in_a_flow_list_is_set_aside_with_braces),
		T(a_reason_stays_on_its_line_and_bytes_yaml_refuses_are_written_out),
		T(an_open_last_line_in_the_file_of_the_rejected_is_closed),
		T(what_is_no_list_is_set_aside_whole),
		T(an_empty_file_is_taken_silently),
		T(equal_entries_are_two_items),
		T(a_later_save_forgets_the_claim),
		T(a_runs_id_is_told_from_that_of_a_claim),
		T(a_run_is_on_record_from_intent_to_outcome),
	};

	return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
