/* SPDX-License-Identifier: MIT */
#include "io.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>

/*
 * What no part of the library has to itself: several requests at once, through
 * weir/io.h alone. docs/io.md names each row.
 */

enum { TURNS = 40 };

/* An edit that rests on no digest, for it says what it replaces. */
struct change {
	struct wio_edit edit;
	struct wio_write_request ask;
	struct wio_write_result done;
	struct wio_ticket *ticket;
};

static void
change_submit(
	struct change *c, const char *path, const char *from, const char *to)
{
	c->edit = (struct wio_edit){.text = to,
		.text_n = strlen(to),
		.anchor = from,
		.anchor_n = strlen(from)};
	c->edit.end = c->edit.anchor_n;
	c->ask = (struct wio_write_request){
		.path = path, .edits = &c->edit, .edits_n = 1};
	c->ticket = wio_write_submit(w, WIO_EACH, &c->ask, 1, &c->done, &e);
	assert_non_null(c->ticket);
}

static void
change_end(struct change *c, enum wio_code want)
{
	wio_ticket_free(c->ticket);
	if (c->done.error.code != want)
		fail_msg("%s: %s", wio_code_name(c->done.error.code),
			c->done.error.message);
	wio_write_release(&c->done, 1);
}

static void
writes_through_a_link_and_through_the_file_take_turns(void **state)
{
	char from[8], to[8], path[512];
	struct change a, b;

	(void)state;
	scratch_put(&s, "a.txt", "a0\nb0\n");
	assert_int_equal(symlink("a.txt", scratch_path(&s, "link", path)), 0);
	for (int i = 0; i < TURNS; i++) {
		(void)snprintf(from, sizeof(from), "a%d\n", i);
		(void)snprintf(to, sizeof(to), "a%d\n", i + 1);
		change_submit(&a, "a.txt", from, to);
		(void)snprintf(from, sizeof(from), "b%d\n", i);
		(void)snprintf(to, sizeof(to), "b%d\n", i + 1);
		change_submit(&b, "link", from, to);
		change_end(&a, WIO_OK);
		change_end(&b, WIO_OK);
	}
	check_str(scratch_get(&s, "a.txt"), "a40\nb40\n");
	assert_int_equal(readlink(path, from, sizeof(from)), 5);
}

static void
edits_and_a_diff_of_one_file_take_turns(void **state)
{
	static const char *const diffs[] = {
		"--- a\n+++ b\n@@ -1,2 +1,2 @@\n-even\n+odd\n same\n",
		"--- a\n+++ b\n@@ -1,2 +1,2 @@\n-odd\n+even\n same\n"};
	char from[8], to[8];
	struct change a;

	(void)state;
	scratch_put(&s, "a.txt", "even\nsame\nb0\n");
	for (int i = 0; i < TURNS; i++) {
		const struct wio_write_request ask = {.path = "a.txt",
			.diff = diffs[i % 2],
			.diff_n = strlen(diffs[i % 2])};
		struct wio_write_result done;
		(void)snprintf(from, sizeof(from), "b%d\n", i);
		(void)snprintf(to, sizeof(to), "b%d\n", i + 1);
		change_submit(&a, "a.txt", from, to);
		/* A diff that does not show its line fits whoever comes first.
		 */
		size_t failed = wio_write(w, WIO_EACH, &ask, 1, &done);
		if (failed > 0)
			fail_msg("%s", done.error.message);
		wio_write_release(&done, 1);
		change_end(&a, WIO_OK);
	}
	check_str(scratch_get(&s, "a.txt"), "even\nsame\nb40\n");
}

/* Files below the scratch directory but in the trash. */
static size_t visible;

static int
count(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	if (type == FTW_F && strstr(path, "/.weir-trash/") == NULL) {
		visible++;
		if (path[ftw->base] == '.')
			fail_msg("'%s' is left", path);
	}
	return 0;
}

static void
closing_among_writes_leaves_each_file_old_or_new_and_nothing_else(void **state)
{
	enum { FILES = 60 };
	static struct change changes[FILES];
	static char names[FILES][16];
	size_t done = 0;

	(void)state;
	for (int i = 0; i < FILES; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%d", i);
		scratch_put(&s, names[i], "old\n");
	}
	for (int i = 0; i < FILES; i++)
		change_submit(&changes[i], names[i], "old", "new");
	struct wio_closing closing = {.deadline_ns = 1};
	wio_close(w, &closing);
	w = NULL;
	for (int i = 0; i < FILES; i++) {
		wio_ticket_free(changes[i].ticket);
		bool ok = changes[i].done.error.code == WIO_OK;
		if (!ok)
			assert_int_equal(
				changes[i].done.error.code, WIO_CANCELLED);
		check_str(scratch_get(&s, names[i]), ok ? "new\n" : "old\n");
		done += ok;
		wio_write_release(&changes[i].done, 1);
	}
	assert_int_equal(closing.drained + closing.cancelled <= FILES, true);
	assert_true(closing.cancelled <= FILES - done);
	visible = 0;
	assert_int_equal(nftw(s.path, count, 16, FTW_PHYS), 0);
	assert_int_equal(visible, FILES);
}

static void
write_many(int first, int end)
{
	char name[16];

	for (int i = first; i < end; i++) {
		struct change c;
		(void)snprintf(name, sizeof(name), "f%d", i);
		scratch_put(&s, name, "old\n");
		change_submit(&c, name, "old", "new");
		change_end(&c, WIO_OK);
	}
}

static void
memory_does_not_grow_with_the_files_that_were_written(void **state)
{
	enum { WARM = 200, FILES = 1000, BYTES_EACH_MAX = 16 };

	(void)state;
	io_reopen((struct wio_options){
		.workers = 1, .durability = WIO_NOT_DURABLE});
	write_many(0, WARM);
	size_t before = mallinfo2().uordblks;
	write_many(WARM, WARM + FILES);
	size_t after = mallinfo2().uordblks;
	assert_true(after <= before + FILES * BYTES_EACH_MAX);
}

static atomic_bool armed;

/* NULL when it failed. */
static void *
arm(void *ctx)
{
	const struct wio_watch_options o = {.debounce_ns = -1};
	struct wio_error wrong;
	struct wio_watch *x = wio_watch_open(w, &o, &wrong);

	atomic_store(&armed, true);
	wio_watch_close(x);
	return x != NULL ? ctx : NULL;
}

static void
arming_a_watch_holds_up_no_request(void **state)
{
	enum { DIRS = 2000 };
	char name[32], path[512];
	pthread_t thread;
	void *good;
	size_t reads = 0;

	(void)state;
	scratch_put(&s, "a.txt", "text\n");
	for (int i = 0; i < DIRS; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		assert_int_equal(mkdir(scratch_path(&s, name, path), 0755), 0);
	}
	atomic_store(&armed, false);
	assert_int_equal(pthread_create(&thread, NULL, arm, name), 0);
	do {
		const struct wio_read_request ask = {.path = "a.txt"};
		struct wio_read_result got;
		assert_int_equal(wio_read(w, &ask, 1, &got), 0);
		wio_read_release(&got, 1);
		reads++;
	} while (!atomic_load(&armed));
	assert_int_equal(pthread_join(thread, &good), 0);
	assert_non_null(good);
	/* One may be over before the thread began; more cannot wait for it. */
	assert_true(reads > 2);
}

static void
refused(const struct wio_error *why, const char *field)
{
	check_code(*why, WIO_INVALID);
	assert_string_equal(why->field, field);
}

static void
a_value_that_is_none_of_its_enum_is_refused_and_named(void **state)
{
	const struct wio_read_request reading = {
		.path = "f", .part = (enum wio_part)7};
	const struct wio_create_request making = {
		.path = "g", .existing = (enum wio_existing)7};
	const struct wio_watch_options watching = {
		.backend = (enum wio_watch_backend)7};
	char digest[WIO_DIGEST_SIZE] = "none";
	struct wio_read_result got;
	struct wio_create_result made;
	const struct wio_edit edit = {
		.text = "new", .text_n = 3, .anchor = "old", .anchor_n = 3};
	const struct wio_write_request asks[2] = {
		{.path = "f", .edits = &edit, .edits_n = 1},
		{.path = "f", .edits = &edit, .edits_n = 1}};
	struct wio_write_result done[2];

	(void)state;
	scratch_put(&s, "f", "old");
	assert_int_equal(wio_read(w, &reading, 1, &got), 1);
	refused(&got.error, "part");
	assert_int_equal(wio_create(w, &making, 1, &made), 1);
	refused(&made.error, "existing");
	assert_null(wio_watch_open(w, &watching, &e));
	refused(&e, "backend");
	assert_int_equal(wio_write(w, (enum wio_batch)7, asks, 2, done), 2);
	refused(&done[0].error, "batch");
	refused(&done[1].error, "batch");
	wio_write_release(done, 2);
	e = (struct wio_error){0};
	assert_null(wio_write_submit(w, (enum wio_batch)7, asks, 2, done, &e));
	refused(&e, "batch");
	check_str(scratch_get(&s, "f"), "old");
	wio_digest((enum wio_digest_kind)7, "old", 3, digest);
	assert_string_equal(digest, "");
}

#define IN_SCRATCH(test) \
	cmocka_unit_test_setup_teardown(test, io_setup, io_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(
			writes_through_a_link_and_through_the_file_take_turns),
		IN_SCRATCH(edits_and_a_diff_of_one_file_take_turns),
		IN_SCRATCH(
			closing_among_writes_leaves_each_file_old_or_new_and_nothing_else),
		IN_SCRATCH(
			memory_does_not_grow_with_the_files_that_were_written),
		IN_SCRATCH(arming_a_watch_holds_up_no_request),
		IN_SCRATCH(
			a_value_that_is_none_of_its_enum_is_refused_and_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
