/* SPDX-License-Identifier: MIT */
#include "counting.h"
#include "faulty.h"

#include <stdlib.h>

static struct wio_scan_result got[256];

static enum wio_change
scan_one(const struct wio_scan_request *ask)
{
	size_t others = wio_scan(w, ask, 1, got);

	assert_int_equal(others, got[0].change != WIO_UNCHANGED);
	return got[0].change;
}

static void
a_first_scan_gives_digest_and_identity(void **state)
{
	struct stat st;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "hello");
	assert_int_equal(stat(scratch_path(&s, "f", path), &st), 0);
	open_later((struct wio_options){0}, true);
	assert_int_equal(
		scan_one(&(struct wio_scan_request){.path = "f"}), WIO_CHANGED);
	assert_string_equal(got[0].digest, digest_of("hello"));
	assert_int_equal(got[0].identity.ino, st.st_ino);
	assert_int_equal(got[0].identity.size, 5);
	assert_true(got[0].identity.seen_ns >
		st.st_mtim.tv_sec * 1000000000 + 5000000000);
	assert_true(got[0].hashed);
	assert_string_equal(got[0].token_digest, "");
}

static void
an_identity_that_settles_it_saves_the_reading(void **state)
{
	struct wio_scan_result first;

	(void)state;
	scratch_put(&s, "f", "hello");
	open_later((struct wio_options){0}, true);
	(void)scan_one(&(struct wio_scan_request){.path = "f"});
	first = got[0];
	count_anew();
	assert_int_equal(scan_one(&(struct wio_scan_request){.path = "f",
				 .digest = first.digest,
				 .identity = &first.identity}),
		WIO_UNCHANGED);
	assert_false(got[0].hashed);
	assert_int_equal(counting.opens, 0);
	assert_string_equal(got[0].digest, first.digest);
	assert_int_equal(got[0].identity.ino, first.identity.ino);
	assert_true(got[0].identity.seen_ns >= first.identity.seen_ns);
}

/* Issue 4: a file touched since the last scan began is always hashed again. */
static void
times_not_older_than_the_scan_before_settle_nothing(void **state)
{
	struct wio_scan_result first;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "old");
	open_io((struct wio_options){0}, true);
	(void)scan_one(&(struct wio_scan_request){.path = "f"});
	first = got[0];
	/* Same size, and maybe the same tick: nothing but the bytes tells. */
	scratch_put(&s, "f", "new");
	struct stat st;
	assert_int_equal(stat(scratch_path(&s, "f", path), &st), 0);
	first.identity.mtime_ns =
		st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	first.identity.ctime_ns =
		st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
	assert_int_equal(scan_one(&(struct wio_scan_request){.path = "f",
				 .digest = first.digest,
				 .identity = &first.identity}),
		WIO_CHANGED);
	assert_true(got[0].hashed);
}

static void
a_file_that_was_touched_but_not_changed_is_unchanged(void **state)
{
	struct wio_scan_result first;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "hello");
	open_later((struct wio_options){0}, true);
	(void)scan_one(&(struct wio_scan_request){.path = "f"});
	first = got[0];
	assert_int_equal(chmod(scratch_path(&s, "f", path), 0600), 0);
	scratch_put(&s, "g", "hello");
	char other[512];
	assert_int_equal(rename(scratch_path(&s, "g", other), path), 0);
	assert_int_equal(scan_one(&(struct wio_scan_request){.path = "f",
				 .digest = first.digest,
				 .identity = &first.identity}),
		WIO_UNCHANGED);
	assert_true(got[0].hashed);
	assert_int_not_equal(got[0].identity.ino, first.identity.ino);
}

static void
either_kind_of_digest_is_compared(void **state)
{
	struct tag sha = tag_of(WIO_SHA256, "x");
	struct wio_scan_request ask = {.path = "f", .digest = sha.text};

	(void)state;
	scratch_put(&s, "f", "x");
	open_later((struct wio_options){0}, true);
	assert_int_equal(scan_one(&ask), WIO_UNCHANGED);
	assert_string_equal(got[0].digest, sha.text);
	scratch_put(&s, "f", "y");
	assert_int_equal(scan_one(&ask), WIO_CHANGED);
	assert_string_equal(got[0].digest, tag_of(WIO_SHA256, "y").text);
}

/* file-io.md 6.4 and 12: one bad file failed the whole batch. */
static void
one_bad_file_never_fails_the_batch(void **state)
{
	struct tag a = tag_of(WIO_XXH3, "A"), b = tag_of(WIO_XXH3, "B");
	const struct wio_scan_request asks[] = {{.path = "a", .digest = a.text},
		{.path = "none"}, {.path = "dir"}, {.path = "../x"},
		{.path = "a", .digest = "md5:1"}, {.path = "fifo"},
		{.path = "none/x"}, {.path = "b", .digest = b.text},
		{.path = "bin"}};
	static const enum wio_change want[] = {WIO_UNCHANGED, WIO_MISSING,
		WIO_UNREADABLE, WIO_UNREADABLE, WIO_UNREADABLE, WIO_UNREADABLE,
		WIO_MISSING, WIO_UNCHANGED, WIO_CHANGED};
	static const enum wio_code codes[] = {WIO_OK, WIO_NOT_FOUND,
		WIO_NOT_REGULAR, WIO_INVALID, WIO_INVALID, WIO_NOT_REGULAR,
		WIO_NOT_FOUND, WIO_OK, WIO_OK};
	char path[512];

	(void)state;
	scratch_put(&s, "a", "A");
	scratch_put(&s, "b", "B");
	scratch_put(&s, "bin", "\xff\xfe");
	assert_int_equal(mkdir(scratch_path(&s, "dir", path), 0755), 0);
	assert_int_equal(mkfifo(scratch_path(&s, "fifo", path), 0644), 0);
	open_later((struct wio_options){0}, false);
	assert_int_equal(wio_scan(w, asks, 9, got), 7);
	for (int i = 0; i < 9; i++) {
		check_code(got[i].error, codes[i]);
		assert_int_equal(got[i].change, want[i]);
	}
	assert_string_equal(got[4].error.field, "digest");
}

/* file-io.md 13: U C U C U, and more, by several threads. */
static void
results_are_in_the_order_of_the_requests(void **state)
{
	static struct wio_scan_request asks[200];
	static char names[200][8];
	static struct tag tags[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%03zu", i);
		scratch_put(&s, names[i], names[i]);
		tags[i] = tag_of(WIO_XXH3, i % 2 == 0 ? names[i] : "other");
		asks[i] = (struct wio_scan_request){
			.path = names[i], .digest = tags[i].text};
	}
	open_later((struct wio_options){.workers = 4}, false);
	assert_int_equal(wio_scan(w, asks, 200, got), 100);
	for (size_t i = 0; i < 200; i++) {
		assert_int_equal(got[i].change,
			i % 2 == 0 ? WIO_UNCHANGED : WIO_CHANGED);
		assert_string_equal(got[i].digest, digest_of(names[i]));
	}
}

/* file-io.md 13: the old test of this saw nothing, whatever happened. */
static void
no_more_files_are_open_than_there_are_permits(void **state)
{
	static struct wio_scan_request asks[200];
	static char names[200][8];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%03zu", i);
		scratch_put(&s, names[i], names[i]);
		asks[i] = (struct wio_scan_request){.path = names[i]};
	}
	for (unsigned int permits = 1; permits <= 2; permits++) {
		count_anew();
		open_later(
			(struct wio_options){.permits = permits, .workers = 8},
			false);
		assert_int_equal(wio_scan(w, asks, 200, got), 200);
		assert_int_equal(counting.reads, 200);
		assert_in_range(counting.reading_most, 1, permits);
		wio_close(w, NULL);
		w = NULL;
	}
}

static void
large_files_are_refused_or_streamed(void **state)
{
	static char bytes[500000];
	struct wio_scan_request ask = {.path = "f"};
	char want[WIO_DIGEST_SIZE];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	scratch_put_bytes(&s, "f", bytes, sizeof(bytes));
	wio_digest(WIO_XXH3, bytes, sizeof(bytes), want);
	open_later((struct wio_options){.large = 499999}, true);
	assert_int_equal(scan_one(&ask), WIO_UNREADABLE);
	check_code(got[0].error, WIO_TOO_LARGE);
	assert_int_equal(counting.reads, 0);
	wio_close(w, NULL);
	open_later((struct wio_options){.large = 499999, .large_stream = true},
		true);
	assert_int_equal(scan_one(&ask), WIO_CHANGED);
	assert_string_equal(got[0].digest, want);
}

static void
a_file_that_never_rests_is_unreadable_and_said_to_be_busy(void **state)
{
	(void)state;
	scratch_put(&s, "f", "0");
	open_later((struct wio_options){0}, true);
	counting.before_read = grow_f;
	assert_int_equal(scan_one(&(struct wio_scan_request){.path = "f"}),
		WIO_UNREADABLE);
	check_code(got[0].error, WIO_BUSY);
}

static void
links_are_followed_to_what_changed(void **state)
{
	struct wio_scan_result first;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "x");
	assert_int_equal(symlink("f", scratch_path(&s, "l", path)), 0);
	open_later((struct wio_options){0}, true);
	(void)scan_one(&(struct wio_scan_request){.path = "l"});
	first = got[0];
	struct wio_scan_request ask = {.path = "l",
		.digest = first.digest,
		.identity = &first.identity};
	count_anew();
	assert_int_equal(scan_one(&ask), WIO_UNCHANGED);
	assert_int_equal(counting.opens, 0);
	scratch_put(&s, "f", "y");
	assert_int_equal(scan_one(&ask), WIO_CHANGED);
	assert_int_equal(unlink(scratch_path(&s, "f", path)), 0);
	assert_int_equal(scan_one(&ask), WIO_MISSING);
}

static void
a_ticket_copies_its_requests(void **state)
{
	char path[8] = "f", digest[WIO_DIGEST_SIZE];
	struct wio_identity who = {0};
	struct wio_scan_request ask = {
		.path = path, .digest = digest, .identity = &who};

	(void)state;
	wio_digest(WIO_XXH3, "x", 1, digest);
	scratch_put(&s, "f", "x");
	open_later((struct wio_options){0}, false);
	struct wio_ticket *t = wio_scan_submit(w, &ask, 1, got, &e);
	memset(path, 'z', sizeof(path));
	memset(digest, 'z', sizeof(digest));
	memset(&who, 'z', sizeof(who));
	wio_ticket_free(t);
	assert_int_equal(got[0].change, WIO_UNCHANGED);
	t = wio_scan_submit(w, NULL, 0, NULL, &e);
	wio_ticket_free(t);
	assert_int_equal(wio_scan(w, NULL, 0, NULL), 0);
}

static void
a_digest_that_is_cached_saves_the_reading(void **state)
{
	struct wio_scan_request ask = {.path = "f"};
	char text[4096];

	(void)state;
	scratch_put(&s, "f", "x");
	open_later((struct wio_options){.cache_entries = 10}, true);
	(void)scan_one(&ask);
	assert_true(got[0].hashed);
	assert_int_equal(scan_one(&ask), WIO_CHANGED);
	assert_false(got[0].hashed);
	assert_string_equal(got[0].digest, digest_of("x"));
	assert_int_equal(counting.reads, 1);
	(void)wio_metrics(w, text, sizeof(text));
	assert_non_null(strstr(text, "cache_hits 1\n"));
	scratch_put(&s, "f", "y");
	(void)scan_one(&ask);
	assert_string_equal(got[0].digest, digest_of("y"));
}

static void
each_errno_at_each_call_fails_at_most_the_request_it_strikes(void **state)
{
	static const int errnos[] = {
		EIO, EMFILE, EACCES, ENOMEM, ENOENT, ELOOP, EINTR};
	struct wio_scan_result first[3];
	struct wio_scan_request asks[3] = {
		{.path = "a"}, {.path = "d/b"}, {.path = "l"}};
	size_t failures = 0;
	char path[512];

	(void)state;
	scratch_put(&s, "a", "A");
	assert_int_equal(mkdir(scratch_path(&s, "d", path), 0755), 0);
	assert_int_equal(symlink("a", scratch_path(&s, "l", path)), 0);
	scratch_put(&s, "d/b", "B");
	open_faulty();
	assert_int_equal(wio_scan(w, asks, 3, first), 3);
	for (size_t i = 0; i < 3; i++) {
		asks[i].digest = first[i].digest;
		asks[i].identity = &first[i].identity; /* not settled */
	}
	fault.calls = 0;
	assert_int_equal(wio_scan(w, asks, 3, got), 0);
	uint64_t calls = fault.calls;
	assert_true(calls > 15);
	for (size_t step = 0; fault_next(
		     &step, calls, errnos, sizeof(errnos) / sizeof(int));) {
		size_t failed = wio_scan(w, asks, 3, got);
		assert_true(failed <= 1);
		failures += failed;
		for (size_t i = 0; i < 3; i++)
			assert_true(got[i].change == WIO_UNCHANGED ||
				got[i].error.code != WIO_OK);
	}
	assert_true(failures > calls * 3);
}

/* Token digests. */

static bool
open_with_grammars(void)
{
	const char *dir = getenv("WEIR_GRAMMARS");
	struct stat st;

	if (dir == NULL || stat(dir, &st) < 0)
		return false;
	open_later((struct wio_options){.grammars = dir}, true);
	return true;
}

static void
formatting_is_told_from_change_by_the_tokens(void **state)
{
	struct wio_scan_result first;

	(void)state;
	if (!open_with_grammars())
		skip();
	scratch_put(&s, "a.py", "def a():\n  return 1\n");
	(void)scan_one(
		&(struct wio_scan_request){.path = "a.py", .token_digest = ""});
	first = got[0];
	assert_true(first.token_digest[0] != '\0');
	struct wio_scan_request ask = {.path = "a.py",
		.digest = first.digest,
		.token_digest = first.token_digest,
		.identity = &first.identity};
	assert_int_equal(scan_one(&ask), WIO_UNCHANGED);
	assert_false(got[0].hashed);
	assert_string_equal(got[0].token_digest, first.token_digest);
	scratch_put(&s, "a.py", "# more\ndef a():\n    return 1\n");
	assert_int_equal(scan_one(&ask), WIO_FORMATTING);
	assert_string_equal(got[0].token_digest, first.token_digest);
	assert_string_not_equal(got[0].digest, first.digest);
	scratch_put(&s, "a.py", "def a():\n  return 2\n");
	assert_int_equal(scan_one(&ask), WIO_CHANGED);
	scratch_put(&s, "a.py", "def a(\n");
	assert_int_equal(scan_one(&ask), WIO_CHANGED);
	assert_string_equal(got[0].token_digest, "");
	char digest[WIO_DIGEST_SIZE];
	assert_int_equal(
		wio_token_digest(w, "x.py", "def a(): return 1", 17, digest),
		0);
}

static void
without_grammars_every_other_byte_is_a_change(void **state)
{
	struct tag old = tag_of(WIO_XXH3, "a\n");
	char digest[WIO_DIGEST_SIZE] = "x";

	(void)state;
	open_later((struct wio_options){0}, true);
	scratch_put(&s, "a.py", "a  \n");
	assert_int_equal(scan_one(&(struct wio_scan_request){.path = "a.py",
				 .digest = old.text,
				 .token_digest = "tokens:python-1:"}),
		WIO_CHANGED);
	assert_string_equal(got[0].token_digest, "");
	assert_int_equal(wio_token_digest(w, "a.py", "a", 1, digest), 1);
	assert_string_equal(digest, "");
	wio_close(w, NULL);
	w = wio_open(&(struct wio_options){.grammars = "/nonexistent",
			     .symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE},
		&e);
	assert_null(w);
	check_code(e, WIO_NOT_FOUND);
}

static void
a_scan_without_a_path_is_invalid_and_fails_alone(void **state)
{
	const struct wio_scan_request asks[] = {
		{.path = NULL}, {.path = "missing"}};

	(void)state;
	open_io((struct wio_options){0}, false);
	assert_int_equal(wio_scan(w, asks, 2, got), 2);
	assert_int_equal(got[0].change, WIO_UNREADABLE);
	assert_int_equal(got[0].error.code, WIO_INVALID);
	assert_string_equal(got[0].error.field, "path");
	assert_int_equal(got[1].change, WIO_MISSING);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, io_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_first_scan_gives_digest_and_identity),
		TEST(an_identity_that_settles_it_saves_the_reading),
		TEST(times_not_older_than_the_scan_before_settle_nothing),
		TEST(a_file_that_was_touched_but_not_changed_is_unchanged),
		TEST(either_kind_of_digest_is_compared),
		TEST(one_bad_file_never_fails_the_batch),
		TEST(results_are_in_the_order_of_the_requests),
		TEST(no_more_files_are_open_than_there_are_permits),
		TEST(large_files_are_refused_or_streamed),
		TEST(a_file_that_never_rests_is_unreadable_and_said_to_be_busy),
		TEST(links_are_followed_to_what_changed),
		TEST(a_ticket_copies_its_requests),
		TEST(a_digest_that_is_cached_saves_the_reading),
		TEST(each_errno_at_each_call_fails_at_most_the_request_it_strikes),
		TEST(formatting_is_told_from_change_by_the_tokens),
		TEST(without_grammars_every_other_byte_is_a_change),
		TEST(a_scan_without_a_path_is_invalid_and_fails_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
