/* SPDX-License-Identifier: MIT */
#include "project.h"

#include <sys/wait.h>

#include "store/renumber.h"

/* Two items of one id, told apart by a person's word. */

#define ONCE                              \
	"schema_version: 3\n"             \
	"next_item_id: 4 # never lower\n" \
	"items:\n"                        \
	"- id: WRK-003\n"                 \
	"  title: ours # from here\n"     \
	"  status: new\n"                 \
	"- id: WRK-002\n"                 \
	"  title: third\n"                \
	"  status: ready\n"               \
	"  dependencies: [WRK-003]\n"
static const char once[] = ONCE;
static const char twice[] = ONCE "- id: 'WRK-003'\n"
				 "  title: theirs\n"
				 "  status: new\n"
				 "  strange: [kept]\n";

static const char mended[] = "schema_version: 3\n"
			     "next_item_id: 5 # never lower\n"
			     "items:\n"
			     "- id: WRK-003\n"
			     "  title: ours # from here\n"
			     "  status: new\n"
			     "- id: WRK-002\n"
			     "  title: third\n"
			     "  status: ready\n"
			     "  dependencies: [WRK-003]\n"
			     "- id: 'WRK-005'\n"
			     "  title: theirs\n"
			     "  status: new\n"
			     "  strange: [kept]\n";

static int
setup(void **state)
{
	(void)state;
	project_make(twice);
	return 0;
}

static int
renumber(const char *id, struct arena *a, struct renumbered *ret)
{
	int rc = store_renumber(f.store, str_from(id), NOW, a, ret, &f.e);

	snapshot_unref(ret->next);
	return rc;
}

static void
the_later_one_gets_the_next_number_and_nothing_else_changes(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	(void)state;
	check_ok(renumber("WRK-003", &a, &r), &f.e);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), mended);
	assert_int_equal(r.ids.n, 1);
	check_str(r.ids.items[0], "WRK-005");
	assert_int_equal(r.lines[0], 11);
	assert_int_equal(r.dependents.n, 1);
	check_str(r.dependents.items[0], "WRK-002");
	assert_true(str_starts(
		scratch_get(&f.scratch, ".weir/ids.hwm"), STR("5 ")));
	check_fails(renumber("WRK-003", &a, &r), &f.e, ERR_CONFLICT,
		"only one item has the id 'WRK-003'");
	check_fails(renumber("WRK-009", &a, &r), &f.e, ERR_MISSING,
		"there is no item 'WRK-009'");
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), mended);
}

static void
of_three_the_two_later_ones_get_numbers_of_their_prefix(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\n"
		"items:\n"
		"- {id: A-B-1, title: one, status: new}\n"
		"- {id: A-B-1, title: two, status: new}\n"
		"- {id: WRK-040, title: other, status: new}\n"
		"- {id: A-B-1, title: three, status: new}\n");
	check_ok(renumber("A-B-1", &a, &r), &f.e);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"),
		"schema_version: 3\n"
		"next_item_id: 42\n"
		"items:\n"
		"- {id: A-B-1, title: one, status: new}\n"
		"- {id: A-B-041, title: two, status: new}\n"
		"- {id: WRK-040, title: other, status: new}\n"
		"- {id: A-B-042, title: three, status: new}\n");
}

static void
an_id_that_is_in_the_archive_stays_there(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl",
		"{\"id\":\"WRK-003\",\"how\":\"done\",\"item\":{}}\n");
	check_ok(renumber("WRK-003", &a, &r), &f.e);
	assert_int_equal(r.ids.n, 2);
	check_str(r.ids.items[0], "WRK-005");
	check_str(r.ids.items[1], "WRK-006");
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->n, 3);
	assert_non_null(snapshot_find_archived(s, STR("WRK-003")));
	snapshot_unref(s);
}

/* A save that was to remove an item died after it wrote the archive. Whatever
 * is saved next takes that line back, or the item's next change would look as
 * if it had been put back by hand. */
static void
what_another_save_left_half_done_is_taken_back(void **state)
{
	const struct change leave = {.kind = CHANGE_ARCHIVE,
		.id = STR("WRK-002"),
		.departure = DEPARTED_CLOSED};
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf edited = {0};
	struct renumbered r;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml", once);
	project_save(&leave, 1);
	scratch_put(&f.scratch, "BACKLOG.yaml", twice);
	check_ok(renumber("WRK-003", &a, &r), &f.e);
	struct str now = scratch_get(&f.scratch, "BACKLOG.yaml");
	check_str(now, mended);
	size_t at = str_find(now, STR("third"));
	buf_add(&edited, now.s, at);
	buf_add_c(&edited, "edited");
	buf_add_str(&edited, str_from_at(now, at + 5));
	scratch_put(&f.scratch, "BACKLOG.yaml", buf_str(&edited).s);
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(count_title(s, "edited"), 1);
	assert_null(snapshot_find_archived(s, STR("WRK-002")));
	snapshot_unref(s);
}

static void
what_else_is_wrong_is_mended_first(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\n"
		"items:\n"
		"- {id: W-1, title: one, status: new}\n"
		"- {id: W-1, title: two, status: new}\n"
		"- {id: W-2, title: other, status: odd}\n");
	check_fails(renumber("W-1", &a, &r), &f.e, ERR_INPUT,
		"something else has to be mended first: BACKLOG.yaml:5:");
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"items:\n"
		"- {id: W-1, title: one, status: new}\n"
		"- {id: W-1, title: two, status: new}\n");
	check_fails(renumber("W-1", &a, &r), &f.e, ERR_INPUT, "weir migrate");
	assert_false(scratch_has(&f.scratch, ".weir/ids.hwm"));
}

static void
a_backlog_that_never_rests_is_busy(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	(void)state;
	project_keep_busy(twice);
	check_fails(renumber("WRK-003", &a, &r), &f.e, ERR_LOCKED,
		"changed again and again while saving; try again");
	struct str now = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_ends(now, str_from(twice)));
}

/* What ids.hwm knows of. */
static unsigned long long
mark(void)
{
	struct str line = scratch_get(&f.scratch, ".weir/ids.hwm");

	return str_is_set(line) ? strtoull(line.s, NULL, 10) : 0;
}

static int
renumber_third(void)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	return renumber("WRK-003", &a, &r);
}

static void
a_kill_at_any_call_leaves_both_items_and_never_one_number_twice(void **state)
{
	uint64_t kills = 0;

	for (;; kills++) {
		CLEANUP_ARENA struct arena a = {0};
		struct renumbered r;
		int status = project_killed(kills + 1, renumber_third);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			break;
		}
		bool before = str_eq_c(
			scratch_get(&f.scratch, "BACKLOG.yaml"), twice);
		/* The number is in a file: it is issued. */
		if (!before)
			assert_true(mark() >= 5);
		if (before)
			check_ok(renumber("WRK-003", &a, &r), &f.e);
		check_ok(store_sweep(f.store, &f.e), &f.e);
		struct snapshot *s = fixture_load(&f);
		assert_int_equal(s->n, 3);
		assert_int_equal(count_title(s, "ours"), 1);
		assert_int_equal(count_title(s, "theirs"), 1);
		check_str(snapshot_find(s, STR("WRK-003"))->title, "ours");
		snapshot_unref(s);
		project_remove(state);
		setup(state);
	}
	assert_true(kills > 20);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), mended);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, project_remove)
	const struct CMUnitTest tests[] = {
		EACH(the_later_one_gets_the_next_number_and_nothing_else_changes),
		EACH(of_three_the_two_later_ones_get_numbers_of_their_prefix),
		EACH(an_id_that_is_in_the_archive_stays_there),
		EACH(what_another_save_left_half_done_is_taken_back),
		EACH(what_else_is_wrong_is_mended_first),
		EACH(a_backlog_that_never_rests_is_busy),
		EACH(a_kill_at_any_call_leaves_both_items_and_never_one_number_twice),
	};

	return cmocka_run_group_tests_name("renumber", tests, NULL, NULL);
}
