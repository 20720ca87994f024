/* SPDX-License-Identifier: MIT */
#include "reads.h"

#include <stdlib.h>

#include "base/buf.h"

static void
a_whole_file_is_read_with_its_digest_and_size(void **state)
{
	(void)state;
	scratch_put(&s, "f", "hello");
	open_io((struct wio_options){0}, true);
	assert_int_equal(
		read_one(&(struct wio_read_request){.path = "f"}), WIO_OK);
	check_read(got, "hello");
	assert_string_equal(got[0].digest, digest_of("hello"));
	assert_int_equal(got[0].file_size, 5);
	assert_int_equal(got[0].part_size, 5);
	assert_false(got[0].truncated);
}

static void
the_options_or_the_request_choose_the_kind_of_digest(void **state)
{
	struct tag sha = tag_of(WIO_SHA256, "x"), xxh3 = tag_of(WIO_XXH3, "x");
	const struct wio_read_request asks[] = {{.path = "f"},
		{.path = "f", .digest = xxh3.text},
		{.path = "f", .digest = sha.text}};

	(void)state;
	scratch_put(&s, "f", "x");
	open_io((struct wio_options){.digest = WIO_SHA256}, true);
	assert_int_equal(wio_read(w, asks, 3, got), 0);
	assert_string_equal(got[0].digest, sha.text);
	assert_string_equal(got[1].digest, xxh3.text);
	assert_string_equal(got[2].digest, sha.text);
	wio_read_release(got, 3);
}

/* file-io.md 4.3: the hash of old ignored comments, and offsets went astray. */
static void
a_comment_inserted_above_is_a_mismatch(void **state)
{
	struct tag before = tag_of(WIO_XXH3, "fn a() {}\nfn b() {}\n");
	struct wio_read_request ask = {.path = "a.rs",
		.digest = before.text,
		.part = WIO_BYTES,
		.start = 10,
		.end = 19};

	(void)state;
	scratch_put(&s, "a.rs", "fn a() {}\nfn b() {}\n");
	open_io((struct wio_options){0}, true);
	assert_int_equal(read_one(&ask), WIO_OK);
	check_read(got, "fn b() {}");
	scratch_put(&s, "a.rs", "// new\nfn a() {}\nfn b() {}\n");
	assert_int_equal(read_one(&ask), WIO_MISMATCH);
}

/* file-io.md 12, 20, and 14.1. */
static void
a_mismatch_tells_both_digests_size_and_time_and_no_content(void **state)
{
	struct tag old = tag_of(WIO_XXH3, "old");
	struct stat st;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "secret");
	assert_int_equal(stat(scratch_path(&s, "f", path), &st), 0);
	open_io((struct wio_options){0}, true);
	assert_int_equal(read_one(&(struct wio_read_request){
				 .path = path, .digest = old.text}),
		WIO_MISMATCH);
	const struct wio_error *x = &got[0].error;
	assert_int_equal(x->op, WIO_OP_READ);
	assert_string_equal(x->field, "digest");
	assert_string_equal(x->expected, old.text);
	assert_string_equal(x->actual, digest_of("secret"));
	assert_int_equal(x->actual_size, 6);
	assert_int_equal(x->actual_mtime_ns,
		st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
	assert_null(strstr(x->message, "secret"));
	assert_null(strstr(x->message, s.path));
}

/* file-io.md 12, 2: the first request of a file decided for all. */
static void
each_request_is_verified_by_its_own_digest(void **state)
{
	struct tag good = tag_of(WIO_XXH3, "abc"), bad = tag_of(WIO_XXH3, "x");
	struct tag sha = tag_of(WIO_SHA256, "abc");
	const struct wio_read_request asks[] = {
		{.path = "f", .digest = bad.text},
		{.path = "f", .digest = good.text},
		{.path = "f", .digest = "abc"},
		{.path = "f", .digest = sha.text},
		{.path = "f", .part = WIO_BYTES, .start = 2, .end = 9},
	};

	(void)state;
	scratch_put(&s, "f", "abc");
	open_io((struct wio_options){0}, true);
	assert_int_equal(wio_read(w, asks, 5, got), 3);
	check_code(got[0].error, WIO_MISMATCH);
	check_read(&got[1], "abc");
	check_code(got[2].error, WIO_INVALID);
	assert_string_equal(got[2].error.field, "digest");
	check_read(&got[3], "abc");
	check_code(got[4].error, WIO_RANGE);
	assert_string_equal(got[4].error.field, "end");
	assert_int_equal(counting.opens, 1);
}

/* file-io.md 12, 11 and 13: 200 files, several requests each, in any order. */
static void
files_are_opened_and_read_once_and_results_are_in_order(void **state)
{
	struct wio_read_request asks[200];
	char names[50][8];

	(void)state;
	for (int i = 0; i < 50; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%02d", i);
		scratch_put(&s, names[i], names[i]);
	}
	for (size_t i = 0; i < 200; i++)
		asks[i] = (struct wio_read_request){.path = names[i * 37 % 50]};
	open_io((struct wio_options){.workers = 2}, false);
	assert_int_equal(wio_read(w, asks, 200, got), 0);
	for (size_t i = 0; i < 200; i++)
		check_read(&got[i], asks[i].path);
	assert_int_equal(counting.opens, 50);
	assert_int_equal(counting.reads, 50);
}

static void
two_hundred_files_pass_through_one_permit(void **state)
{
	static struct wio_read_request asks[200];
	static char names[200][8];

	(void)state;
	for (int i = 0; i < 200; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%03d", i);
		scratch_put(&s, names[i], names[i]);
		asks[i].path = names[i];
	}
	open_io((struct wio_options){.permits = 1, .workers = 4}, false);
	assert_int_equal(wio_read(w, asks, 200, got), 0);
	for (int i = 0; i < 200; i++)
		check_read(&got[i], names[i]);
	assert_int_equal(counting.reading_most, 1);
}

static int others[2];
static atomic_int readers;

/* The first waits for another to come in beside it, which none may. */
static void
wait_for_another(void)
{
	struct pollfd p = {.fd = others[0], .events = POLLIN};

	if (atomic_fetch_add(&readers, 1) == 0)
		assert_int_equal(poll(&p, 1, 200), 0);
	else
		assert_int_equal(write(others[1], "", 1), 1);
}

/* file-io.md 12, 22. */
static void
contents_in_memory_stay_within_the_bytes_allowed(void **state)
{
	static char bytes[600000];
	struct wio_read_request asks[12];
	char names[12][8];

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	for (int i = 0; i < 12; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%d", i);
		scratch_put_bytes(&s, names[i], bytes, sizeof(bytes));
		asks[i] = (struct wio_read_request){.path = names[i]};
	}
	assert_int_equal(pipe(others), 0);
	readers = 0;
	counting.before_read = wait_for_another;
	open_io((struct wio_options){.bytes_in_flight = 1000000, .workers = 4},
		false);
	assert_int_equal(wio_read(w, asks, 12, got), 0);
	counting.before_read = NULL;
	assert_int_equal(counting.reading_most, 1);
	assert_int_equal(close(others[0]) + close(others[1]), 0);
	for (int i = 0; i < 12; i++)
		assert_int_equal(got[i].n, sizeof(bytes));
	wio_close(w, NULL);
	wio_read_release(got, 12);
	/* One that will never fit gets in, alone. */
	open_io((struct wio_options){.bytes_in_flight = 1000, .workers = 4},
		false);
	assert_int_equal(wio_read(w, asks, 12, got), 0);
}

static void
failures_are_of_one_request_each(void **state)
{
	const struct wio_read_request asks[] = {{.path = "a"}, {.path = "none"},
		{.path = "dir"}, {.path = "bad"}, {.path = "dir/none/x"},
		{.path = ""}, {.path = "../x"}, {.path = "b"}};
	static const enum wio_code want[] = {WIO_OK, WIO_NOT_FOUND,
		WIO_NOT_REGULAR, WIO_UTF8, WIO_NOT_FOUND, WIO_INVALID,
		WIO_INVALID, WIO_OK};
	char path[512];

	(void)state;
	scratch_put(&s, "a", "A");
	scratch_put(&s, "b", "B");
	scratch_put(&s, "bad", "\xff");
	assert_int_equal(mkdir(scratch_path(&s, "dir", path), 0755), 0);
	open_io((struct wio_options){0}, true);
	assert_int_equal(wio_read(w, asks, 8, got), 6);
	for (int i = 0; i < 8; i++)
		check_code(got[i].error, want[i]);
	check_read(&got[0], "A");
	check_read(&got[7], "B");
}

/* file-io.md 12, 10. */
static void
a_missing_file_is_not_found_with_roots_and_without(void **state)
{
	char path[512];
	struct wio_read_request ask = {.path = scratch_path(&s, "none", path)};

	(void)state;
	open_io((struct wio_options){0}, true);
	assert_int_equal(read_one(&ask), WIO_NOT_FOUND);
	assert_string_equal(
		got[0].error.message, "'none': No such file or directory");
	wio_close(w, NULL);
	w = fio_io_open(&counting.sys,
		&(struct wio_options){.symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE},
		true, &e);
	assert_non_null(w);
	assert_int_equal(read_one(&ask), WIO_NOT_FOUND);
}

/* file-io.md 12, 13 and 15.7: such a file held up everything. */
static void
fifos_and_endless_devices_are_refused_before_they_are_read(void **state)
{
	const struct wio_read_request asks[] = {
		{.path = "fifo"}, {.path = "/dev/zero"}, {.path = "/dev/null"}};
	char path[512];

	(void)state;
	assert_int_equal(mkfifo(scratch_path(&s, "fifo", path), 0644), 0);
	open_io((struct wio_options){.symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE,
			.cross_mounts = true},
		false);
	assert_int_equal(wio_read(w, asks, 3, got), 3);
	for (int i = 0; i < 3; i++)
		check_code(got[i].error, WIO_NOT_REGULAR);
	assert_int_equal(counting.reads, 0);
}

static void
a_file_that_grows_without_end_is_refused(void **state)
{
	(void)state;
	scratch_put(&s, "f", "0");
	open_io((struct wio_options){0}, true);
	counting.before_read = grow_f;
	assert_int_equal(
		read_one(&(struct wio_read_request){.path = "f"}), WIO_BUSY);
	counting.before_read = NULL;
	assert_int_equal(
		read_one(&(struct wio_read_request){.path = "f"}), WIO_OK);
}

static void
swap_f(void)
{
	static int left;
	char from[512], to[512];

	if (left++ % 2 == 0)
		return;
	scratch_put(&s, "new", left % 4 == 0 ? "one" : "other");
	assert_int_equal(rename(scratch_path(&s, "new", from),
				 scratch_path(&s, "f", to)),
		0);
}

/* file-io.md 13: the old test could not fail. */
static void
what_is_saved_while_it_is_read_is_all_old_or_all_new(void **state)
{
	struct wio_read_request ask = {.path = "f"};

	(void)state;
	scratch_put(&s, "f", "one");
	open_io((struct wio_options){0}, true);
	counting.before_read = swap_f;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(read_one(&ask), WIO_OK);
		assert_true(str_eq_c(str_of(got[0].bytes, got[0].n), "one") ||
			str_eq_c(str_of(got[0].bytes, got[0].n), "other"));
		assert_string_equal(got[0].digest, digest_of(got[0].bytes));
	}
}

static void
limits_are_on_the_file_and_not_on_the_part(void **state)
{
	struct wio_read_request ask = {
		.path = "f", .part = WIO_BYTES, .start = 0, .end = 1};

	(void)state;
	scratch_put(&s, "f", "123456");
	open_io((struct wio_options){.large = 5}, true);
	assert_int_equal(read_one(&ask), WIO_TOO_LARGE);
	assert_int_equal(got[0].error.actual_size, 6);
	assert_int_equal(counting.reads, 0);
	scratch_put(&s, "f", "12345");
	assert_int_equal(read_one(&ask), WIO_OK);
}

static void
an_empty_file_is_verified_like_any_other(void **state)
{
	struct tag none = tag_of(WIO_XXH3, ""), some = tag_of(WIO_XXH3, "x");

	(void)state;
	scratch_put(&s, "f", "");
	open_io((struct wio_options){0}, true);
	assert_int_equal(read_one(&(struct wio_read_request){
				 .path = "f", .digest = none.text}),
		WIO_OK);
	check_read(got, "");
	assert_int_equal(read_one(&(struct wio_read_request){
				 .path = "f", .digest = some.text}),
		WIO_MISMATCH);
}

static void
parts_of_a_large_file_are_cut_from_one_reading(void **state)
{
	static char bytes[6000000];
	struct wio_read_request asks[3] = {
		{.path = "f", .part = WIO_LINES, .start = 3, .end = 3},
		{.path = "f",
			.part = WIO_BYTES,
			.start = 5999990,
			.end = 6000000},
		{.path = "f"}};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 80 == 79 ? '\n' : (char)('a' + i % 26);
	scratch_put_bytes(&s, "f", bytes, sizeof(bytes));
	open_io((struct wio_options){0}, true);
	assert_int_equal(wio_read(w, asks, 3, got), 0);
	assert_int_equal(got[0].n, 80);
	assert_memory_equal(got[0].bytes, bytes + 160, 80);
	assert_memory_equal(got[1].bytes, bytes + 5999990, 10);
	assert_int_equal(got[2].n, sizeof(bytes));
	assert_memory_equal(got[2].bytes, bytes, sizeof(bytes));
	assert_int_equal(got[2].bytes[got[2].n], '\0');
	assert_int_equal(counting.opens, 1);
}

static void
a_truncated_part_tells_how_long_it_is(void **state)
{
	(void)state;
	scratch_put(&s, "f", "a€b");
	open_io((struct wio_options){0}, true);
	assert_int_equal(read_one(&(struct wio_read_request){
				 .path = "f", .max_bytes = 3}),
		WIO_OK);
	check_read(got, "a");
	assert_true(got[0].truncated);
	assert_int_equal(got[0].part_size, 5);
	assert_int_equal(read_one(&(struct wio_read_request){
				 .path = "f", .max_bytes = 3, .raw = true}),
		WIO_OK);
	assert_int_equal(got[0].n, 3);
}

/* file-io.md 13, never tested: the policies. */
static void
links_are_followed_as_the_policy_says(void **state)
{
	static const struct {
		enum wio_symlinks policy;
		enum wio_code inside, outside, dangling;
	} cases[] = {
		{WIO_SYMLINKS_DENY_CROSS_ROOT, WIO_OK, WIO_OUTSIDE,
			WIO_NOT_FOUND},
		{WIO_SYMLINKS_DENY, WIO_SYMLINK, WIO_SYMLINK, WIO_SYMLINK},
		{WIO_SYMLINKS_FOLLOW_INSIDE, WIO_OK, WIO_OUTSIDE,
			WIO_NOT_FOUND},
		{WIO_SYMLINKS_FOLLOW_ANYWHERE, WIO_OK, WIO_OK, WIO_NOT_FOUND},
	};
	char path[512], out[512], root[512];

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "root", root), 0755), 0);
	scratch_put(&s, "root/f", "in");
	scratch_put(&s, "out", "out");
	(void)symlink("f", scratch_path(&s, "root/in", path));
	(void)symlink(scratch_path(&s, "out", out),
		scratch_path(&s, "root/out", path));
	(void)symlink("nowhere", scratch_path(&s, "root/none", path));
	for (size_t i = 0; i < 4; i++) {
		const char *const roots[] = {root};
		const struct wio_read_request asks[] = {
			{.path = "in"}, {.path = "out"}, {.path = "none"}};
		open_io((struct wio_options){.roots = roots,
				.roots_n = 1,
				.symlinks = cases[i].policy},
			true);
		(void)wio_read(w, asks, 3, got);
		check_code(got[0].error, cases[i].inside);
		check_code(got[1].error, cases[i].outside);
		check_code(got[2].error, cases[i].dangling);
		wio_read_release(got, 3);
		wio_close(w, NULL);
		w = NULL;
	}
}

/* file-io.md 12, 6 and 7; the file changes between the two readings. */
static void
spellings_of_one_file_see_the_same_bytes(void **state)
{
	char absolute[512], path[512];
	const struct wio_read_request asks[] = {{.path = "f"},
		{.path = scratch_path(&s, "f", absolute)}, {.path = "link"},
		{.path = "hard"}, {.path = "./f"}, {.path = "d/f"}};

	(void)state;
	scratch_put(&s, "f", "0");
	assert_int_equal(symlink("f", scratch_path(&s, "link", path)), 0);
	assert_int_equal(symlink(".", scratch_path(&s, "d", path)), 0);
	assert_int_equal(link(absolute, scratch_path(&s, "hard", path)), 0);
	open_io((struct wio_options){0}, true);
	assert_int_equal(wio_read(w, asks, 6, got), 0);
	assert_int_equal(counting.opens, 6 + 1); /* one met a link */
	wio_read_release(got, 6);
	for (int run = 0; run < 3; run++) {
		count_anew();
		counting.before_read = run == 2 ? NULL : grow_f;
		if (wio_read(w, asks, 6, got) > 0)
			check_code(got[0].error, WIO_BUSY);
		counting.before_read = NULL;
		for (int i = 1; i < 6; i++) {
			assert_int_equal(got[i].error.code, got[0].error.code);
			assert_string_equal(got[i].digest, got[0].digest);
		}
		wio_read_release(got, 6);
	}
}

static int reads_left;

static void
grow_when_read_again(void)
{
	if (reads_left-- == 0)
		grow_f();
}

static void
a_file_that_changed_between_two_spellings_is_read_for_both(void **state)
{
	const struct wio_read_request asks[] = {
		{.path = "f"}, {.path = "./f"}, {.path = "g"}};

	(void)state;
	scratch_put(&s, "f", "0");
	scratch_put(&s, "g", "g");
	open_io((struct wio_options){0}, true);
	reads_left = 1;
	counting.before_read = grow_when_read_again;
	assert_int_equal(wio_read(w, asks, 3, got), 0);
	check_read(&got[0], "0+");
	check_read(&got[1], "0+");
	check_read(&got[2], "g");
}

/* file-io.md 15.7: update_roots narrows scope while a request is in flight. */
static void
a_batch_keeps_the_roots_it_was_submitted_under(void **state)
{
	struct wio_read_request ask = {.path = "f"};
	char other[512];
	const char *const roots[] = {scratch_path(&s, "other", other)};

	(void)state;
	scratch_put(&s, "f", "here");
	assert_int_equal(mkdir(other, 0755), 0);
	open_io((struct wio_options){.workers = 1}, false);
	struct wio_ticket *t = wio_read_submit(w, &ask, 1, got, &e);
	assert_non_null(t);
	assert_int_equal(wio_set_roots(w, roots, 1, &e), 0);
	wio_ticket_free(t);
	check_read(got, "here");
	assert_int_equal(read_one(&ask), WIO_NOT_FOUND);
}

static void
a_ticket_copies_its_requests_and_tells_when_it_is_done(void **state)
{
	char path[8] = "f", digest[WIO_DIGEST_SIZE];
	struct wio_read_request ask = {.path = path, .digest = digest};

	(void)state;
	wio_digest(WIO_XXH3, "x", 1, digest);
	scratch_put(&s, "f", "x");
	open_io((struct wio_options){0}, false);
	struct wio_ticket *t = wio_read_submit(w, &ask, 1, got, &e);
	memset(path, 'z', sizeof(path));
	memset(digest, 'z', sizeof(digest));
	assert_int_equal(sys_poll_in(sys_real(), wio_ticket_fd(t), -1), 1);
	assert_int_equal(wio_ticket_wait(t, 0), 0);
	wio_ticket_free(t);
	check_read(got, "x");
	t = wio_read_submit(w, NULL, 0, NULL, &e);
	assert_int_equal(wio_ticket_wait(t, -1), 0);
	wio_ticket_free(t);
	assert_int_equal(wio_read(w, NULL, 0, NULL), 0);
}

static int arrived[2], gate[2];
static atomic_bool passed;

static void
wait_at_the_gate(void)
{
	char c;

	if (atomic_exchange(&passed, true))
		return;
	assert_int_equal(write(arrived[1], "", 1), 1);
	assert_int_equal(read(gate[0], &c, 1), 1);
}

static void
what_has_not_begun_when_a_ticket_is_cancelled_says_so(void **state)
{
	static struct wio_read_request asks[256];
	static char names[256][16];
	size_t cancelled = 0;
	char c;

	(void)state;
	for (size_t i = 0; i < 256; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%zu", i);
		scratch_put(&s, names[i], "x");
		asks[i].path = names[i];
	}
	assert_int_equal(pipe(gate) + pipe(arrived), 0);
	passed = false;
	counting.before_read = wait_at_the_gate;
	open_io((struct wio_options){.workers = 1}, false);
	struct wio_ticket *t = wio_read_submit(w, asks, 256, got, &e);
	assert_int_equal(read(arrived[0], &c, 1), 1);
	wio_ticket_cancel(t);
	assert_int_equal(wio_ticket_wait(t, 0), 1);
	assert_int_equal(write(gate[1], "", 1), 1);
	wio_ticket_free(t);
	for (size_t i = 0; i < 256; i++) {
		if (got[i].error.code == WIO_OK) {
			check_read(&got[i], "x");
			continue;
		}
		check_code(got[i].error, WIO_CANCELLED);
		cancelled++;
	}
	assert_true(cancelled > 0 && cancelled < 256);
	for (int i = 0; i < 2; i++)
		assert_int_equal(close(gate[i]) + close(arrived[i]), 0);
}

static void
requests_are_counted_and_traced(void **state)
{
	char text[4096];

	(void)state;
	scratch_put(&s, "f", "hello");
	open_io((struct wio_options){0}, true);
	(void)read_one(&(struct wio_read_request){.path = "f"});
	(void)read_one(&(struct wio_read_request){.path = "none"});
	(void)wio_metrics(w, text, sizeof(text));
	assert_non_null(strstr(text, "read_requests 2\n"));
	assert_non_null(strstr(text, "read_failed 1\n"));
	assert_non_null(strstr(text, "read_bytes 5\n"));
}

static void
a_request_without_a_path_is_invalid_and_fails_alone(void **state)
{
	const struct wio_read_request asks[] = {
		{.path = NULL}, {.path = "f"}, {.path = NULL}};
	struct wio_read_result done[3];

	(void)state;
	open_io((struct wio_options){0}, false);
	scratch_put(&s, "f", "hello");
	assert_int_equal(wio_read(w, asks, 3, done), 2);
	check_code(done[0].error, WIO_INVALID);
	assert_string_equal(done[0].error.field, "path");
	check_code(done[1].error, WIO_OK);
	check_code(done[2].error, WIO_INVALID);
	wio_read_release(done, 3);
	assert_int_equal(wio_read(w, asks, 1, done), 1);
	struct wio_ticket *t = wio_read_submit(w, asks, 3, done, &e);
	assert_int_equal(wio_ticket_wait(t, -1), 0);
	wio_ticket_free(t);
	check_code(done[0].error, WIO_INVALID);
	check_code(done[1].error, WIO_OK);
	wio_read_release(done, 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_file_is_read_with_its_digest_and_size),
		TEST(the_options_or_the_request_choose_the_kind_of_digest),
		TEST(a_comment_inserted_above_is_a_mismatch),
		TEST(a_mismatch_tells_both_digests_size_and_time_and_no_content),
		TEST(each_request_is_verified_by_its_own_digest),
		TEST(files_are_opened_and_read_once_and_results_are_in_order),
		TEST(two_hundred_files_pass_through_one_permit),
		TEST(contents_in_memory_stay_within_the_bytes_allowed),
		TEST(failures_are_of_one_request_each),
		TEST(a_missing_file_is_not_found_with_roots_and_without),
		TEST(fifos_and_endless_devices_are_refused_before_they_are_read),
		TEST(a_file_that_grows_without_end_is_refused),
		TEST(what_is_saved_while_it_is_read_is_all_old_or_all_new),
		TEST(limits_are_on_the_file_and_not_on_the_part),
		TEST(an_empty_file_is_verified_like_any_other),
		TEST(parts_of_a_large_file_are_cut_from_one_reading),
		TEST(a_truncated_part_tells_how_long_it_is),
		TEST(links_are_followed_as_the_policy_says),
		TEST(spellings_of_one_file_see_the_same_bytes),
		TEST(a_file_that_changed_between_two_spellings_is_read_for_both),
		TEST(a_batch_keeps_the_roots_it_was_submitted_under),
		TEST(a_ticket_copies_its_requests_and_tells_when_it_is_done),
		TEST(what_has_not_begun_when_a_ticket_is_cancelled_says_so),
		TEST(requests_are_counted_and_traced),
		TEST(a_request_without_a_path_is_invalid_and_fails_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
