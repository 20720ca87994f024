/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdio.h>

#include "fio/coalesce.h"

/* What raw events come to, at times of our choosing. */

static const int64_t ms = 1000000;
static struct fio_coalesce c;
static struct fio_node *root;
static int64_t now;
static char told[4096];

static void
start(int64_t debounce_ns, size_t queue)
{
	fio_coalesce_init(&c,
		&(struct fio_coalesce_options){
			.debounce_ns = debounce_ns,
			.max_wait_ns = debounce_ns == 0 ? 0 : 2000 * ms,
			.pair_ns = 10 * ms,
			.queue = queue,
		});
	root = fio_coalesce_root(&c, 0);
	now = 5000 * ms;
}

static int
setup(void **state)
{
	(void)state;
	start(100 * ms, 1000);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fio_coalesce_release(&c);
	return 0;
}

static struct fio_node *
file(struct fio_node *dir, const char *name)
{
	return fio_coalesce_created(&c, dir, name, false, now);
}

static struct fio_node *
directory(struct fio_node *dir, const char *name)
{
	return fio_coalesce_created(&c, dir, name, true, now);
}

static void
go(struct fio_node *from_dir, const char *from, struct fio_node *to_dir,
	const char *to, bool is_dir)
{
	static uint32_t cookie;
	bool known;

	cookie++;
	fio_coalesce_from(&c, from_dir, from, cookie, now);
	(void)fio_coalesce_to(&c, to_dir, to, is_dir, cookie, now, &known);
	assert_true(known || !is_dir);
}

/* All that is told by now, "created a, renamed a b": the old path first. */
static const char *
tell(void)
{
	struct fio_told t;
	size_t n = 0;

	told[0] = '\0';
	while (fio_coalesce_next(&c, now, &t) == 0)
		n += (size_t)snprintf(told + n, sizeof(told) - n,
			"%s%s%s%s%s%s", n > 0 ? ", " : "",
			wio_event_name(t.kind), t.old_path != NULL ? " " : "",
			t.old_path != NULL ? t.old_path : "",
			*t.path != '\0' ? " " : "", t.path);
	return told;
}

static const char *
tell_after(int64_t ns)
{
	now += ns;
	return tell();
}

static void
a_file_deleted_and_made_again_is_modified(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	fio_coalesce_removed(&c, root, "a", now);
	now += 50 * ms;
	(void)file(root, "a");
	assert_string_equal(tell_after(100 * ms), "modified a");
	assert_string_equal(tell_after(5000 * ms), "");
}

static void
a_file_that_comes_and_goes_is_nothing(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_changed(&c, root, "a", now);
	fio_coalesce_removed(&c, root, "a", now);
	assert_int_equal(c.pending, 0);
	assert_string_equal(tell_after(5000 * ms), "");
	assert_true(fio_coalesce_due(&c) == INT64_MAX);
}

static void
a_file_that_goes_and_comes_back_is_nothing(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	go(root, "a", root, "b", false);
	go(root, "b", root, "a", false);
	assert_string_equal(tell_after(5000 * ms), "");
}

static void
a_save_by_rename_is_one_modification(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	(void)file(root, "a.tmp");
	fio_coalesce_changed(&c, root, "a.tmp", now);
	go(root, "a.tmp", root, "a", false);
	assert_string_equal(tell_after(100 * ms), "modified a");
}

static void
a_save_that_puts_the_old_file_away_first_is_one_modification(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	go(root, "a", root, "a~", false);
	(void)file(root, "a");
	fio_coalesce_changed(&c, root, "a", now);
	fio_coalesce_removed(&c, root, "a~", now);
	assert_string_equal(tell_after(100 * ms), "modified a");
}

static void
a_rename_is_one_event_with_both_paths(void **state)
{
	(void)state;
	struct fio_node *d = directory(root, "d");
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	go(root, "a", d, "b", false);
	assert_string_equal(tell_after(100 * ms), "renamed a d/b");
}

static void
a_rename_onto_a_file_replaces_it(void **state)
{
	(void)state;
	(void)file(root, "a");
	(void)file(root, "b");
	fio_coalesce_settle(&c);
	go(root, "a", root, "b", false);
	assert_string_equal(tell_after(100 * ms), "renamed a b");
}

static void
a_file_renamed_and_then_deleted_is_removed(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	go(root, "a", root, "b", false);
	fio_coalesce_removed(&c, root, "b", now);
	assert_string_equal(tell_after(100 * ms), "removed a");
}

static void
a_file_renamed_and_changed_is_told_as_both(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	go(root, "a", root, "b", false);
	fio_coalesce_changed(&c, root, "b", now);
	assert_string_equal(tell_after(100 * ms), "renamed a b, modified b");
}

static void
a_move_out_of_the_root_is_a_removal(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	fio_coalesce_from(&c, root, "a", 7, now);
	assert_string_equal(tell(), "");
	assert_true(fio_coalesce_due(&c) == now + 10 * ms);
	assert_string_equal(tell_after(9 * ms), "");
	assert_string_equal(tell_after(101 * ms), "removed a");
}

static void
a_move_into_the_root_is_a_creation(void **state)
{
	(void)state;
	bool known = true;
	(void)fio_coalesce_to(&c, root, "a", false, 7, now, &known);
	assert_false(known);
	assert_string_equal(tell_after(100 * ms), "created a");
}

static void
the_halves_of_a_move_are_no_pair_when_they_are_far_apart(void **state)
{
	(void)state;
	bool known = true;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	fio_coalesce_from(&c, root, "a", 7, now);
	assert_string_equal(tell_after(11 * ms), "");
	(void)fio_coalesce_to(&c, root, "b", false, 7, now, &known);
	assert_false(known);
	assert_string_equal(tell_after(100 * ms), "removed a, created b");
}

static void
a_chain_of_renames_keeps_who_is_who(void **state)
{
	(void)state;
	(void)file(root, "a");
	(void)file(root, "c");
	fio_coalesce_settle(&c);
	go(root, "a", root, "b", false);
	go(root, "c", root, "a", false);
	assert_string_equal(tell_after(100 * ms), "renamed a b, renamed c a");
}

static void
a_chain_is_told_in_an_order_that_loses_nothing(void **state)
{
	(void)state;
	(void)file(root, "a");
	(void)file(root, "b");
	fio_coalesce_settle(&c);
	/* b -> c, then a -> b, and then b's old file once more: it rests last.
	 */
	go(root, "b", root, "c", false);
	go(root, "a", root, "b", false);
	now += 50 * ms;
	fio_coalesce_changed(&c, root, "c", now);
	assert_string_equal(tell_after(50 * ms), "renamed b c, renamed a b");
	assert_string_equal(tell_after(50 * ms), "modified c");
}

static void
two_files_that_change_places_are_both_modified(void **state)
{
	(void)state;
	(void)file(root, "a");
	(void)file(root, "b");
	fio_coalesce_settle(&c);
	go(root, "a", root, "t", false);
	go(root, "b", root, "a", false);
	go(root, "t", root, "b", false);
	assert_string_equal(tell_after(100 * ms), "modified a, modified b");
}

static void
what_leaves_a_directory_is_told_before_that_is_removed(void **state)
{
	(void)state;
	struct fio_node *d = directory(root, "d");
	(void)file(d, "a");
	(void)file(d, "b");
	fio_coalesce_settle(&c);
	go(d, "a", root, "a", false);
	fio_coalesce_removed(&c, d, "b", now);
	fio_coalesce_removed(&c, root, "d", now);
	assert_string_equal(tell_after(100 * ms), "renamed d/a a, removed d");
}

static void
a_tree_removed_is_one_removal(void **state)
{
	(void)state;
	struct fio_node *d = directory(root, "d"), *sub = directory(d, "e");
	(void)file(sub, "a");
	(void)file(d, "b");
	fio_coalesce_settle(&c);
	fio_coalesce_removed(&c, sub, "a", now);
	fio_coalesce_removed(&c, d, "e", now);
	fio_coalesce_removed(&c, d, "b", now);
	fio_coalesce_removed(&c, root, "d", now);
	assert_int_equal(c.pending, 1);
	assert_string_equal(tell_after(100 * ms), "removed d");
}

static void
a_tree_removed_and_made_again_tells_its_files_one_by_one(void **state)
{
	(void)state;
	struct fio_node *d = directory(root, "d");
	(void)file(d, "a");
	(void)file(d, "b");
	fio_coalesce_settle(&c);
	fio_coalesce_removed(&c, root, "d", now);
	d = directory(root, "d");
	(void)file(d, "b");
	(void)file(d, "c");
	assert_string_equal(
		tell_after(100 * ms), "removed d/a, modified d/b, created d/c");
}

static void
a_file_in_a_renamed_directory_is_told_under_its_new_path(void **state)
{
	(void)state;
	struct fio_node *d = directory(root, "d");
	(void)file(d, "a");
	fio_coalesce_settle(&c);
	fio_coalesce_changed(&c, d, "a", now);
	now += 50 * ms;
	go(root, "d", root, "e", true);
	assert_string_equal(tell_after(50 * ms), "renamed d e, modified e/a");
	fio_coalesce_changed(&c, d, "a", now);
	assert_string_equal(tell_after(100 * ms), "modified e/a");
}

static void
endless_appends_are_told_by_max_wait(void **state)
{
	(void)state;
	int events = 0;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	for (int i = 0; i < 1000; i++, now += 10 * ms) { /* 10 s */
		fio_coalesce_changed(&c, root, "a", now);
		events += *tell() != '\0';
	}
	assert_int_equal(events, 4);
}

static void
endless_saves_by_rename_are_told_by_max_wait(void **state)
{
	(void)state;
	int events = 0;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	for (int i = 0; i < 1000; i++, now += 10 * ms) { /* 10 s */
		(void)file(root, "t");
		go(root, "t", root, "a", false);
		events += strcmp(tell(), "modified a") == 0;
	}
	assert_int_equal(events, 4);
}

static void
a_change_is_told_when_it_has_rested_and_not_before(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	fio_coalesce_changed(&c, root, "a", now);
	now += 99 * ms;
	assert_string_equal(tell(), "");
	fio_coalesce_changed(&c, root, "a", now);
	assert_string_equal(tell_after(99 * ms), "");
	assert_true(fio_coalesce_due(&c) == now + 1 * ms);
	assert_string_equal(tell_after(1 * ms), "modified a");
}

static void
without_debounce_a_change_is_told_at_once(void **state)
{
	(void)state;
	fio_coalesce_release(&c);
	start(0, 1000);
	(void)file(root, "a");
	assert_string_equal(tell(), "created a");
	fio_coalesce_changed(&c, root, "a", now);
	assert_string_equal(tell(), "modified a");
}

static void
more_changes_than_the_queue_holds_are_one_rescan(void **state)
{
	(void)state;
	char name[16];
	fio_coalesce_release(&c);
	start(100 * ms, 4);
	for (int i = 0; i < 500; i++) {
		fio_coalesce_trim(&c);
		assert_true(c.pending <= 5);
		(void)snprintf(name, sizeof(name), "f%d", i);
		(void)file(root, name);
	}
	assert_string_equal(tell(), "rescan");
	assert_string_equal(tell_after(5000 * ms), "");
	fio_coalesce_removed(&c, root, "f3", now);
	assert_string_equal(tell_after(100 * ms), "removed f3");
}

static void
what_a_reading_after_a_rescan_may_have_seen_is_told_as_removed(void **state)
{
	struct fio_node *dir;
	bool known;

	(void)state;
	(void)file(root, "known");
	assert_string_equal(tell_after(100 * ms), "created known");
	fio_coalesce_lose(&c);
	assert_string_equal(tell(), "rescan");
	(void)file(root, "a");
	fio_coalesce_removed(&c, root, "a", now);
	assert_string_equal(tell(), "removed a");
	/* With all that is below it, and what comes into its place after it. */
	dir = directory(root, "d");
	(void)file(dir, "e");
	fio_coalesce_from(&c, root, "d", 1, now);
	assert_null(fio_coalesce_to(&c, root, "f", true, 1, now, &known)
			    ->at[FIO_NOW]
			    .children);
	assert_false(known);
	assert_string_equal(tell(), "removed d");
	(void)file(root, "d");
	assert_string_equal(tell_after(100 * ms), "created f, created d");
	/* A move may have been seen from both ends. */
	fio_coalesce_from(&c, root, "known", 2, now);
	(void)fio_coalesce_to(&c, root, "moved", false, 2, now, &known);
	assert_string_equal(
		tell_after(100 * ms), "removed known, created moved");
	fio_coalesce_removed(&c, root, "moved", now);
	assert_string_equal(tell_after(100 * ms), "removed moved");
	/* In the place of what was told, and gone with it. */
	fio_coalesce_removed(&c, root, "d", now);
	(void)directory(root, "d");
	fio_coalesce_removed(&c, root, "d", now);
	assert_string_equal(tell_after(100 * ms), "removed d");
	fio_coalesce_read(&c);
	(void)file(root, "a");
	fio_coalesce_removed(&c, root, "a", now);
	assert_string_equal(tell_after(100 * ms), "");
}

static void
what_is_seen_after_a_rescan_stays_bounded(void **state)
{
	char name[16];

	(void)state;
	fio_coalesce_release(&c);
	start(0, 4);
	fio_coalesce_lose(&c);
	assert_string_equal(tell(), "rescan");
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		(void)file(root, name);
		fio_coalesce_removed(&c, root, name, now);
	}
	assert_string_equal(tell(), "rescan");
}

static void
as_many_changes_as_the_queue_holds_are_told_each(void **state)
{
	(void)state;
	fio_coalesce_release(&c);
	start(100 * ms, 2);
	(void)file(root, "a");
	(void)file(root, "b");
	fio_coalesce_trim(&c);
	assert_string_equal(tell_after(100 * ms), "created a, created b");
}

static void
a_file_that_becomes_a_directory_is_removed_and_created(void **state)
{
	(void)state;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	fio_coalesce_removed(&c, root, "a", now);
	(void)directory(root, "a");
	assert_string_equal(tell_after(100 * ms), "removed a, created a");
}

static void
a_rename_from_one_root_to_another_is_a_removal_and_a_creation(void **state)
{
	(void)state;
	struct fio_node *other = fio_coalesce_root(&c, 1);
	struct fio_told t;
	(void)file(root, "a");
	fio_coalesce_settle(&c);
	go(root, "a", other, "b", false);
	now += 100 * ms;
	assert_int_equal(fio_coalesce_next(&c, now, &t), 0);
	assert_int_equal(t.kind, WIO_REMOVED);
	assert_int_equal(t.root, 0);
	assert_int_equal(fio_coalesce_next(&c, now, &t), 0);
	assert_int_equal(t.kind, WIO_CREATED);
	assert_int_equal(t.root, 1);
	assert_string_equal(t.path, "b");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_deleted_and_made_again_is_modified),
		TEST(a_file_that_comes_and_goes_is_nothing),
		TEST(a_file_that_goes_and_comes_back_is_nothing),
		TEST(a_save_by_rename_is_one_modification),
		TEST(a_save_that_puts_the_old_file_away_first_is_one_modification),
		TEST(a_rename_is_one_event_with_both_paths),
		TEST(a_rename_onto_a_file_replaces_it),
		TEST(a_file_renamed_and_then_deleted_is_removed),
		TEST(a_file_renamed_and_changed_is_told_as_both),
		TEST(a_move_out_of_the_root_is_a_removal),
		TEST(a_move_into_the_root_is_a_creation),
		TEST(the_halves_of_a_move_are_no_pair_when_they_are_far_apart),
		TEST(a_chain_of_renames_keeps_who_is_who),
		TEST(a_chain_is_told_in_an_order_that_loses_nothing),
		TEST(two_files_that_change_places_are_both_modified),
		TEST(what_leaves_a_directory_is_told_before_that_is_removed),
		TEST(a_tree_removed_is_one_removal),
		TEST(a_tree_removed_and_made_again_tells_its_files_one_by_one),
		TEST(a_file_in_a_renamed_directory_is_told_under_its_new_path),
		TEST(endless_appends_are_told_by_max_wait),
		TEST(endless_saves_by_rename_are_told_by_max_wait),
		TEST(a_change_is_told_when_it_has_rested_and_not_before),
		TEST(without_debounce_a_change_is_told_at_once),
		TEST(more_changes_than_the_queue_holds_are_one_rescan),
		TEST(what_a_reading_after_a_rescan_may_have_seen_is_told_as_removed),
		TEST(what_is_seen_after_a_rescan_stays_bounded),
		TEST(as_many_changes_as_the_queue_holds_are_told_each),
		TEST(a_file_that_becomes_a_directory_is_removed_and_created),
		TEST(a_rename_from_one_root_to_another_is_a_removal_and_a_creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
