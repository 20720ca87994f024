/* SPDX-License-Identifier: MIT */
#include "watching.h"

#include <linux/fs.h>
#include <poll.h>
#include <pthread.h>

#include "fio/cache.h"
#include "fio/content.h"
#include "fio/origin.h"

static void
files_in_new_nested_directories_are_told_each(void **state)
{
	(void)state;
	watch(-1);
	copy_rescan();
	for (char a[] = "a"; *a < 'k'; (*a)++) {
		char path[64];
		make_dir(a);
		(void)snprintf(path, sizeof(path), "%s/b", a);
		make_dir(path);
		(void)snprintf(path, sizeof(path), "%s/b/c", a);
		make_dir(path);
		(void)snprintf(path, sizeof(path), "%s/b/c/file", a);
		scratch_put(&s, path, "x");
	}
	copy_until_right();
	assert_non_null(look("j/b/c/file"));
}

static void
a_file_in_a_new_directory_stays_watched(void **state)
{
	(void)state;
	watch(-1);
	make_dir("a");
	scratch_put(&s, "a/f", "");
	copy_rescan();
	copy_until_right();
	(void)tell_all();
	scratch_put(&s, "a/f", "more");
	while (event.kind != WIO_MODIFIED || strcmp(event.path, "a/f") != 0)
		next();
}

static void
a_file_deleted_and_made_again_is_modified(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	watch(500 * ms);
	unmake("a");
	scratch_put(&s, "a", "22");
	assert_string_equal(tell(1), "modified a");
	assert_string_equal(tell_all(), "");
}

static void
a_directory_deleted_and_made_again_stays_watched(void **state)
{
	(void)state;
	make_dir("d");
	scratch_put(&s, "d/f", "1");
	watch(-1);
	copy_rescan();
	unmake("d/f");
	unmake("d");
	make_dir("d");
	make_dir("d/e");
	scratch_put(&s, "d/e/g", "22");
	copy_until_right();
	scratch_put(&s, "d/e/g", "333");
	scratch_put(&s, "d/h", "4444");
	copy_until_right();
}

static void
a_link_deleted_and_made_again_is_modified(void **state)
{
	char path[512];

	(void)state;
	assert_int_equal(symlink("1", scratch_path(&s, "a", path)), 0);
	watch(500 * ms);
	unmake("a");
	assert_int_equal(symlink("22", path), 0);
	assert_string_equal(tell(1), "modified a");
	assert_string_equal(tell_all(), "");
}

static void
a_save_by_rename_is_one_modification(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	watch(500 * ms);
	scratch_put(&s, "a.tmp", "22");
	go("a.tmp", "a");
	assert_string_equal(tell(1), "modified a");
	assert_string_equal(tell_all(), "");
}

static void
a_rename_tells_where_from(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	make_dir("d");
	watch(-1);
	go("a", "d/b");
	if (backend == WIO_WATCH_POLL) { /* cannot know */
		copy_rescan();
		copy_until_right();
		return;
	}
	assert_string_equal(tell(1), "renamed a d/b");
}

static void
a_directory_that_moves_keeps_its_paths_right(void **state)
{
	(void)state;
	make_dir("d");
	make_dir("d/e");
	scratch_put(&s, "d/e/f", "1");
	watch(-1);
	copy_rescan();
	go("d", "z");
	scratch_put(&s, "z/e/f", "22");
	scratch_put(&s, "z/e/g", "333");
	copy_until_right();
	assert_non_null(look("z/e/g"));
}

static void
what_is_made_in_a_directory_that_moves_then_is_told(void **state)
{
	(void)state;
	make_dir("d");
	watch(-1);
	copy_rescan();
	make_dir("d/e");
	scratch_put(&s, "d/e/f", "1");
	go("d", "z");
	copy_until_right();
	scratch_put(&s, "z/e/f", "22");
	copy_until_right();
}

static void
a_directory_is_not_taken_for_what_is_in_its_place_by_now(void **state)
{
	(void)state;
	make_dir("d");
	watch(-1);
	copy_rescan();
	make_dir("d/e");
	scratch_put(&s, "d/e/f", "1");
	go("d", "z");
	make_dir("d");
	make_dir("d/e");
	scratch_put(&s, "d/e/g", "22");
	copy_until_right();
	scratch_put(&s, "z/e/f", "333");
	scratch_put(&s, "z/e/h", "4444");
	scratch_put(&s, "d/e/h", "55555");
	copy_until_right();
}

static void
a_file_moved_out_is_removed_and_moved_in_created(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	watch(-1);
	go_between(&s, "a", &other, "a", 0);
	assert_string_equal(tell(1), "removed a");
	go_between(&other, "a", &s, "b", 0);
	assert_string_equal(tell(1), "created b");
}

static void
a_directory_moved_out_and_in_is_told_with_all_in_it(void **state)
{
	(void)state;
	make_dir("d");
	scratch_put(&s, "d/f", "1");
	watch(-1);
	go_between(&s, "d", &other, "d", 0);
	assert_string_equal(tell(1), "removed d");
	scratch_put(&other, "d/unheard", "");
	go_between(&other, "d", &s, "e", 0);
	copy_rescan();
	copy_cut("e");
	copy_until_right();
	assert_int_equal(copy.n, 3);
	scratch_put(&s, "e/f", "22");
	copy_until_right();
}

static void
files_that_change_places_are_both_modified(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	scratch_put(&s, "b", "22");
	watch(500 * ms);
	copy_rescan();
	go_between(&s, "a", &s, "b", RENAME_EXCHANGE);
	const char *t = tell(2);
	assert_true(strcmp(t, "modified a, modified b") == 0 ||
		strcmp(t, "modified b, modified a") == 0);
}

static void
a_change_of_places_shows_though_one_of_them_is_made_again(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	scratch_put(&s, "b", "22");
	watch(-1);
	copy_rescan();
	go_between(&s, "a", &s, "b", RENAME_EXCHANGE);
	unmake("b");
	scratch_put(&s, "b", "333");
	copy_until_right();
}

static void
directories_that_change_places_are_told_right(void **state)
{
	(void)state;
	make_dir("a");
	make_dir("b");
	make_dir("b/c");
	scratch_put(&s, "a/f", "1");
	scratch_put(&s, "b/c/g", "22");
	watch(-1);
	copy_rescan();
	go_between(&s, "a", &s, "b", RENAME_EXCHANGE);
	copy_until_right();
	scratch_put(&s, "a/c/g", "4444");
	scratch_put(&s, "b/f", "333");
	copy_until_right();
}

static void
one_that_changes_places_with_what_has_just_left_is_told_right(void **state)
{
	(void)state;
	make_dir("a");
	make_dir("d");
	make_dir("d/b");
	scratch_put(&s, "a/f", "1");
	scratch_put(&s, "d/b/g", "22");
	watch(-1);
	copy_rescan();
	go_between(&s, "d", &other, "d", 0);
	go_between(&s, "a", &other, "d/b", RENAME_EXCHANGE);
	copy_until_right();
	scratch_put(&s, "a/g", "333");
	copy_until_right();
}

static void
a_file_that_takes_the_place_of_another_chain_is_told_right(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	scratch_put(&s, "c", "333");
	watch(-1);
	copy_rescan();
	go("a", "b");
	go("c", "a");
	copy_until_right();
}

static void
reading_is_no_event(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	make_dir("d");
	watch(-1);
	(void)scratch_get(&s, "a");
	copy_rescan();
	assert_string_equal(tell_all(), "");
}

static void
our_temporary_files_are_not_seen(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	make_dir(".weir-trash");
	watch(500 * ms);
	scratch_put(&s, ".a.0123.weir-tmp", "22");
	go(".a.0123.weir-tmp", ".a.0123.weir-swap");
	go_between(&s, ".a.0123.weir-swap", &s, "a", RENAME_EXCHANGE);
	go(".a.0123.weir-swap", ".weir-trash/a.1");
	assert_string_equal(tell(1), "modified a");
	assert_string_equal(tell_all(), "");
}

static void
links_to_directories_are_not_followed(void **state)
{
	(void)state;
	char path[512];
	assert_int_equal(
		symlink(other.path, scratch_path(&s, "link", path)), 0);
	watch(-1);
	scratch_put(&other, "f", "1");
	assert_int_equal(
		symlink(other.path, scratch_path(&s, "late", path)), 0);
	assert_string_equal(tell(1), "created late");
	scratch_put(&other, "g", "1");
	assert_string_equal(tell_all(), "");
}

/* What a writer of this library does. */
static void
write_as_ours(const char *name, const char *text, const char *origin)
{
	char path[512];
	struct stat st, dir;

	scratch_put(&s, ".own.weir-tmp", text);
	assert_int_equal(
		lstat(scratch_path(&s, ".own.weir-tmp", path), &st), 0);
	assert_int_equal(stat(s.path, &dir), 0);
	const struct fio_written written =
		fio_written_of(&st, fio_inode_of(&dir), name);
	fio_origins_note(
		w->origins, &written, fio_digest(str_from(text)), origin);
	go(".own.weir-tmp", name);
}

static void
our_own_writes_are_left_out(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	watch(-1);
	write_as_ours("a", "ours", "me");
	write_as_ours("new", "ours", "me");
	assert_string_equal(tell_all(), "");
	scratch_put(&s, "a", "theirs");
	do
		next();
	while (strcmp(event.path, "a") != 0);
	assert_int_equal(event.kind, WIO_MODIFIED);
	assert_null(event.origin);
}

static void
our_bytes_put_back_by_somebody_else_are_told(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	watch(-1);
	write_as_ours("a", "ours", NULL);
	assert_string_equal(tell_all(), "");
	scratch_put(&s, "a", "theirs");
	(void)tell_all();
	scratch_put(&s, "a", "ours");
	do
		next();
	while (strcmp(event.path, "a") != 0);
	assert_int_equal(event.kind, WIO_MODIFIED);
}

static void
our_file_that_somebody_moves_is_told(void **state)
{
	(void)state;
	scratch_put(&s, "a", "1");
	watch(-1);
	write_as_ours("a", "ours", NULL);
	go("a", "b");
	write_as_ours("new", "ours", NULL);
	go("new", "newer");
	(void)tell_all();
	assert_non_null(strstr(told, " b"));
	assert_non_null(strstr(told, "created newer"));
}

static void
our_file_that_somebody_makes_again_is_told(void **state)
{
	(void)state;
	watch(-1);
	write_as_ours("a", "ours", NULL);
	assert_string_equal(tell_all(), "");
	unmake("a");
	assert_non_null(strstr(tell_all(), "removed a"));
	scratch_put(&s, "a", "ours");
	assert_non_null(strstr(tell_all(), "created a"));
}

static void
our_file_whose_mode_somebody_changes_is_told(void **state)
{
	char path[512];

	(void)state;
	scratch_put(&s, "a", "1");
	watch(-1);
	write_as_ours("a", "ours", NULL);
	assert_string_equal(tell_all(), "");
	assert_int_equal(chmod(scratch_path(&s, "a", path), 0600), 0);
	assert_non_null(strstr(tell_all(), "modified a"));
}

static void
our_own_writes_are_told_with_their_origin_when_asked_for(void **state)
{
	(void)state;
	watch_with(sys_real(),
		(struct wio_watch_options){
			.debounce_ns = -1, .own_events = true});
	write_as_ours("a", "ours", "me");
	assert_string_equal(tell(1), "created a");
	assert_string_equal(event.origin, "me");
}

static void
what_is_cached_of_a_changed_file_is_forgotten(void **state)
{
	(void)state;
	CLEANUP_BUF struct buf text = {0};
	const char *roots[] = {s.path};
	struct wio_options options = {
		.roots = roots, .roots_n = 1, .cache_entries = 10};
	struct wio_watch_options o = {
		.backend = backend, .debounce_ns = -1, .poll_ns = 20 * ms};
	struct fio_cached known = {.has_sum = {true}};
	char path[512];
	struct stat st;
	scratch_put(&s, "a", "1");
	assert_int_equal(lstat(scratch_path(&s, "a", path), &st), 0);
	w = fio_io_open(sys_real(), &options, true, &e);
	x = wio_watch_open(w, &o, &e);
	struct wio_identity who = fio_identity(&st);
	fio_cache_put(w->cache, &who, &known);
	scratch_put(&s, "a", "22");
	next();
	fio_cache_print(w->cache, &text);
	assert_non_null(strstr(text.p, "cache_forgotten 1\n"));
}

static void
the_descriptor_is_readable_when_an_event_waits(void **state)
{
	(void)state;
	watch(50 * ms);
	struct pollfd p = {.fd = wio_watch_fd(x), .events = POLLIN};
	assert_int_equal(wio_watch_next(x, 0, &event, &e), 1);
	scratch_put(&s, "a", "1");
	int rc = 1;
	while (rc == 1) { /* also readable when there is nothing to tell yet */
		assert_int_equal(poll(&p, 1, 20000), 1);
		rc = wio_watch_next(x, 0, &event, &e);
	}
	assert_int_equal(rc, 0);
	assert_string_equal(event.path, "a");
	assert_int_equal(event.sequence, 1);
}

static void
the_descriptor_wakes_who_waits_for_it_first(void **state)
{
	(void)state;
	watch(-1);
	struct pollfd p = {.fd = wio_watch_fd(x), .events = POLLIN};
	scratch_put(&s, "a", "1");
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_string_equal(tell(1), "created a");
}

static void
nothing_within_the_time_is_said_so(void **state)
{
	(void)state;
	watch(-1);
	assert_int_equal(wio_watch_next(x, 30 * ms, &event, &e), 1);
}

static void
the_roots_follow_wio_set_roots(void **state)
{
	(void)state;
	const char *roots[] = {other.path};
	watch(-1);
	assert_int_equal(wio_set_roots(w, roots, 1, &e), 0);
	assert_string_equal(tell(1), "rescan");
	scratch_put(&s, "old", "");
	scratch_put(&other, "new", "");
	assert_string_equal(tell(1), "created new");
}

static void *
set_roots(void *ctx)
{
	const char *roots[] = {other.path};
	struct wio_error ignored;

	(void)ctx;
	for (int i = 0; i < 20; i++)
		(void)wio_set_roots(w, roots, 1, &ignored);
	return NULL;
}

static void
a_watch_that_waits_hears_of_new_roots_from_other_threads(void **state)
{
	(void)state;
	pthread_t thread;
	watch(-1);
	assert_int_equal(pthread_create(&thread, NULL, set_roots, NULL), 0);
	assert_int_equal(wio_watch_next(x, -1, &event, &e), 0);
	assert_int_equal(event.kind, WIO_RESCAN);
	assert_int_equal(pthread_join(thread, NULL), 0);
	while (wio_watch_next(x, 0, &event, &e) == 0)
		assert_int_equal(event.kind, WIO_RESCAN);
	scratch_put(&other, "new", "");
	assert_string_equal(tell(1), "created new");
}

static void
a_watch_ends_with_the_library(void **state)
{
	(void)state;
	watch(-1);
	wio_close(w, NULL);
	w = NULL;
	assert_int_equal(wio_watch_next(x, -1, &event, &e), -1);
	assert_int_equal(e.code, WIO_CLOSED);
}

static void
a_file_appended_to_without_end_is_told(void **state)
{
	(void)state;
	char path[512];
	watch_with(sys_real(),
		(struct wio_watch_options){.debounce_ns = 3600 * 1000 * ms,
			.max_wait_ns = 100 * ms});
	int fd = open(scratch_path(&s, "log", path), O_WRONLY | O_CREAT, 0644);
	assert_true(fd >= 0);
	int rc = 1;
	while (rc == 1) { /* a deadline is the test's own */
		assert_int_equal(write(fd, "x", 1), 1);
		rc = wio_watch_next(x, 0, &event, &e);
	}
	assert_int_equal(rc, 0);
	assert_string_equal(event.path, "log");
	assert_int_equal(close(fd), 0);
}

static const struct CMUnitTest tests[] = {
	TEST(files_in_new_nested_directories_are_told_each),
	TEST(a_file_in_a_new_directory_stays_watched),
	TEST(a_file_deleted_and_made_again_is_modified),
	TEST(a_directory_deleted_and_made_again_stays_watched),
	TEST(a_link_deleted_and_made_again_is_modified),
	TEST(a_save_by_rename_is_one_modification),
	TEST(a_rename_tells_where_from),
	TEST(a_directory_that_moves_keeps_its_paths_right),
	TEST(what_is_made_in_a_directory_that_moves_then_is_told),
	TEST(a_directory_is_not_taken_for_what_is_in_its_place_by_now),
	TEST(a_file_moved_out_is_removed_and_moved_in_created),
	TEST(a_directory_moved_out_and_in_is_told_with_all_in_it),
	TEST(files_that_change_places_are_both_modified),
	TEST(a_change_of_places_shows_though_one_of_them_is_made_again),
	TEST(directories_that_change_places_are_told_right),
	TEST(one_that_changes_places_with_what_has_just_left_is_told_right),
	TEST(a_file_that_takes_the_place_of_another_chain_is_told_right),
	TEST(reading_is_no_event),
	TEST(our_temporary_files_are_not_seen),
	TEST(links_to_directories_are_not_followed),
	TEST(our_own_writes_are_left_out),
	TEST(our_bytes_put_back_by_somebody_else_are_told),
	TEST(our_file_that_somebody_moves_is_told),
	TEST(our_file_that_somebody_makes_again_is_told),
	TEST(our_file_whose_mode_somebody_changes_is_told),
	TEST(our_own_writes_are_told_with_their_origin_when_asked_for),
	TEST(what_is_cached_of_a_changed_file_is_forgotten),
	TEST(the_descriptor_is_readable_when_an_event_waits),
	TEST(the_descriptor_wakes_who_waits_for_it_first),
	TEST(nothing_within_the_time_is_said_so),
	TEST(the_roots_follow_wio_set_roots),
	TEST(a_watch_that_waits_hears_of_new_roots_from_other_threads),
	TEST(a_watch_ends_with_the_library),
	TEST(a_file_appended_to_without_end_is_told),
};

int
main(void)
{
	return run_under_all(tests, sizeof(tests) / sizeof(tests[0]));
}
