/* SPDX-License-Identifier: MIT */
#include "project.h"

/* What becomes of each entry of an inbox. */

static int
setup(void **state)
{
	(void)state;
	project_make("schema_version: 3\nnext_item_id: 4\nitems: []\n");
	return 0;
}

/* Take what was dropped; the backlog afterwards. */
static struct snapshot *
take(const char *dropped, size_t rejected_n)
{
	struct inbox_taken taken;

	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml", dropped);
	int rc = store_take_inbox(f.store, NOW, &taken, &f.e);
	if (rc != 0)
		fail_msg("took %d: %s", rc, f.e.msg);
	assert_int_equal(taken.rejected, rejected_n);
	assert_false(scratch_has(&f.scratch, "BACKLOG_INBOX.yaml"));
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	problems_release(&taken.notes);
	return fixture_load(&f);
}

static void
every_field_that_an_entry_may_choose_arrives(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: all of it\n"
				  "  description:\n"
				  "    context: c\n"
				  "    problem: p\n"
				  "  size: large\n"
				  "  complexity: low\n"
				  "  risk: medium\n"
				  "  impact: high\n"
				  "  requires_human_review: true\n"
				  "  pipeline_type: blog\n"
				  "  dependencies: [WRK-001, X-1]\n"
				  "  tags: [a, b]\n",
		0);
	const struct item *it = &s->items[0];
	check_str(it->id, "WRK-005");
	check_str(it->title, "all of it");
	check_str(it->description.context, "c");
	check_str(it->description.problem, "p");
	assert_int_equal(it->status, STATUS_NEW);
	assert_int_equal(it->size, SIZE_LARGE);
	assert_int_equal(it->complexity, LEVEL_LOW);
	assert_int_equal(it->risk, LEVEL_MEDIUM);
	assert_int_equal(it->impact, LEVEL_HIGH);
	assert_true(it->requires_human_review);
	check_str(it->pipeline_type, "blog");
	assert_int_equal(it->dependencies.n, 2);
	assert_int_equal(it->tags.n, 2);
	check_str(it->origin, "inbox");
	check_str(it->created, "2026-11-20T11:00:46Z");
	check_str(it->updated, "2026-11-20T11:00:46Z");
	snapshot_unref(s);
}

static void
entries_get_numbers_in_their_order(void **state)
{
	(void)state;
	struct snapshot *s = take("- title: a\n- title: b\n- title: c\n", 0);
	static const char *const ids[] = {"WRK-005", "WRK-006", "WRK-007"};
	static const char *const titles[] = {"a", "b", "c"};
	assert_int_equal(s->n, 3);
	for (size_t i = 0; i < 3; i++) {
		check_str(s->items[i].id, ids[i]);
		check_str(s->items[i].title, titles[i]);
	}
	assert_int_equal(s->next_item_id, 7);
	snapshot_unref(s);
}

static void
an_entry_with_a_blank_title_uses_up_no_number(void **state)
{
	(void)state;
	struct snapshot *s =
		take("- title: a\n- title: '  '\n- title: ''\n- title: b\n", 2);
	assert_int_equal(s->n, 2);
	check_str(s->items[1].id, "WRK-006");
	check_str(s->items[1].title, "b");
	snapshot_unref(s);
}

static void
blank_text_alone_is_an_empty_inbox(void **state)
{
	(void)state;
	struct snapshot *s = take(" \n\n   \n", 0);
	assert_int_equal(s->n, 0);
	snapshot_unref(s);
	assert_false(scratch_has(&f.scratch, "BACKLOG_INBOX.rejected.yaml"));
}

static void
a_mapping_that_is_no_wrapper_is_set_aside(void **state)
{
	(void)state;
	struct snapshot *s = take("title: a\nsize: small\n", 1);
	assert_int_equal(s->n, 0);
	snapshot_unref(s);
	struct str aside =
		scratch_get(&f.scratch, "BACKLOG_INBOX.rejected.yaml");
	assert_true(str_find(aside,
			    STR("BACKLOG_INBOX.yaml:1:1: an inbox must "
				"be a list of entries")) < aside.n);
	assert_true(str_ends(aside, STR("# title: a\n# size: small\n")));
}

static void
a_description_that_says_nothing_is_empty(void **state)
{
	static const char *const texts[] = {"- title: a\n",
		"- title: a\n  description:\n",
		"- title: a\n  description: ''\n",
		"- title: a\n  description: '   '\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct snapshot *s = take(texts[i], 0);
		assert_int_equal(s->n, i + 1);
		assert_true(description_is_empty(&s->items[i].description));
		snapshot_unref(s);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, project_remove)
	const struct CMUnitTest tests[] = {
		T(every_field_that_an_entry_may_choose_arrives),
		T(entries_get_numbers_in_their_order),
		T(an_entry_with_a_blank_title_uses_up_no_number),
		T(blank_text_alone_is_an_empty_inbox),
		T(a_mapping_that_is_no_wrapper_is_set_aside),
		T(a_description_that_says_nothing_is_empty),
	};

	return cmocka_run_group_tests_name("entries", tests, NULL, NULL);
}
