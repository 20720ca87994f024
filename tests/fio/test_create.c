/* SPDX-License-Identifier: MIT */
#include "io.h"

#include <pthread.h>
#include <signal.h>

/* wio_create, and what it must not do. */

static struct wio_create_result r;

static enum wio_code
create(struct wio_create_request ask)
{
	size_t failed = wio_create(w, &ask, 1, &r);

	assert_int_equal(failed, r.error.code != WIO_OK);
	return r.error.code;
}

static struct wio_create_request
text_of(const char *path, const char *text)
{
	return (struct wio_create_request){
		.path = path, .bytes = text, .n = strlen(text)};
}

static mode_t
mode_of(const char *name)
{
	struct stat st;
	char path[512];

	assert_int_equal(lstat(scratch_path(&s, name, path), &st), 0);
	return st.st_mode & 07777;
}

static void
a_file_is_made_with_the_mode_less_the_umask(void **state)
{
	struct wio_create_request ask = text_of("f", "text");
	mode_t before = umask(027);

	(void)state;
	assert_int_equal(create(ask), WIO_OK);
	check_str(scratch_get(&s, "f"), "text");
	assert_int_equal(mode_of("f"), 0640);
	assert_string_equal(r.digest, digest_of("text"));
	assert_false(r.replaced);
	assert_int_equal(r.reached, WIO_DURABLE);
	ask.path = "g";
	ask.mode = 0755;
	assert_int_equal(create(ask), WIO_OK);
	assert_int_equal(mode_of("g"), 0750);
	ask.path = "empty";
	ask.n = 0;
	ask.bytes = NULL;
	assert_int_equal(create(ask), WIO_OK);
	check_str(scratch_get(&s, "empty"), "");
	(void)umask(before);
}

/* 7.3: the original looked, and then renamed over whatever had come. */
static void
what_is_there_is_never_clobbered(void **state)
{
	char path[512];

	(void)state;
	scratch_put(&s, "f", "theirs");
	assert_int_equal(create(text_of("f", "ours")), WIO_EXISTS);
	check_str(scratch_get(&s, "f"), "theirs");
	assert_int_equal(r.error.op, WIO_OP_CREATE);
	assert_string_equal(r.error.field, "path");
	assert_int_equal(mkdir(scratch_path(&s, "d", path), 0700), 0);
	assert_int_equal(create(text_of("d", "ours")), WIO_EXISTS);
	struct wio_create_request any = text_of("d", "ours");
	any.existing = WIO_REPLACE_ANY;
	assert_int_equal(create(any), WIO_NOT_REGULAR);
}

/* 7.3, 14 of section 12: a dangling link counted as nothing. */
static void
a_dangling_link_at_the_final_name_is_refused(void **state)
{
	char path[512];
	struct stat st;

	(void)state;
	assert_int_equal(symlink("nowhere", scratch_path(&s, "l", path)), 0);
	for (int i = 0; i < 2; i++) {
		struct wio_create_request ask = text_of("l", "ours");
		ask.existing = i == 0 ? WIO_REFUSE : WIO_REPLACE_ANY;
		assert_int_equal(create(ask), WIO_SYMLINK);
		assert_int_equal(lstat(path, &st), 0);
		assert_true(S_ISLNK(st.st_mode));
		assert_false(scratch_has(&s, "nowhere"));
	}
}

/* 7.3: with roots, parents were never made by the original. */
static void
parents_are_made_below_the_root(void **state)
{
	struct wio_create_request ask = text_of("a/b/c/f", "text");

	(void)state;
	assert_int_equal(create(ask), WIO_NOT_FOUND);
	assert_false(scratch_has(&s, "a"));
	ask.parents = true;
	ask.parents_mode = 0700;
	assert_int_equal(create(ask), WIO_OK);
	check_str(scratch_get(&s, "a/b/c/f"), "text");
	assert_int_equal(mode_of("a/b"), 0700);
	ask.path = "../out/f";
	assert_int_equal(create(ask), WIO_INVALID);
	ask.path = "/weir-outside/f";
	assert_int_equal(create(ask), WIO_OUTSIDE);
}

/* 7.3: ".rs" alone was hard-coded. */
static void
extensions_are_restricted_only_if_configured(void **state)
{
	static const char *const two[] = {".c", ".tar.gz"};

	(void)state;
	assert_int_equal(create(text_of("f.anything", "x")), WIO_OK);
	io_reopen((struct wio_options){.extensions = two, .extensions_n = 2});
	assert_int_equal(create(text_of("f.h", "x")), WIO_EXTENSION);
	assert_int_equal(create(text_of("noextension", "x")), WIO_EXTENSION);
	assert_int_equal(create(text_of(".c", "x")), WIO_EXTENSION);
	assert_int_equal(create(text_of("f.c", "x")), WIO_OK);
	assert_int_equal(create(text_of("f.tar.gz", "x")), WIO_OK);
}

static void
a_replace_needs_the_digest_of_what_is_there(void **state)
{
	struct wio_create_request ask = text_of("f", "new");

	(void)state;
	scratch_put(&s, "f", "old");
	ask.existing = WIO_REPLACE_VERIFIED;
	assert_int_equal(create(ask), WIO_INVALID);
	assert_string_equal(r.error.field, "digest");
	ask.digest = digest_of("other");
	assert_int_equal(create(ask), WIO_MISMATCH);
	assert_string_equal(r.error.actual, digest_of("old"));
	assert_string_equal(r.error.expected, digest_of("other"));
	check_str(scratch_get(&s, "f"), "old");
	ask.digest = digest_of("old");
	assert_int_equal(create(ask), WIO_OK);
	assert_true(r.replaced);
	check_str(scratch_get(&s, "f"), "new");
	ask.path = "missing";
	assert_int_equal(create(ask), WIO_NOT_FOUND);
	assert_false(scratch_has(&s, "missing"));
}

static void
a_replace_of_anything_keeps_mode_and_what_was_there(void **state)
{
	struct wio_create_request ask = text_of("f", "new");
	char path[512];

	(void)state;
	ask.existing = WIO_REPLACE_ANY;
	assert_int_equal(create(ask), WIO_OK);
	assert_false(r.replaced);
	scratch_put(&s, "f", "old");
	assert_int_equal(chmod(scratch_path(&s, "f", path), 0751), 0);
	assert_int_equal(create(ask), WIO_OK);
	assert_true(r.replaced);
	assert_int_equal(mode_of("f"), 0751);
	check_str(scratch_get(&s, "f"), "new");
}

/* 15.7: create and create of the same file. */
enum { CREATORS = 8, ROUNDS = 40 };

struct creator {
	pthread_t thread;
	char path[32], text[32];
	enum wio_code code;
};

static void *
create_once(void *arg)
{
	struct creator *x = arg;
	struct wio_create_result done;
	const struct wio_create_request ask = text_of(x->path, x->text);

	(void)wio_create(w, &ask, 1, &done);
	x->code = done.error.code;
	return NULL;
}

static void
of_two_that_create_one_file_one_is_told_that_it_exists(void **state)
{
	static struct creator creators[CREATORS];

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int made = 0, winner = 0;
		for (int i = 0; i < CREATORS; i++) {
			struct creator *x = &creators[i];
			(void)snprintf(x->path, 32, "f%d", round);
			(void)snprintf(x->text, 32, "by %d", i);
			assert_int_equal(pthread_create(&x->thread, NULL,
						 create_once, x),
				0);
		}
		for (int i = 0; i < CREATORS; i++) {
			assert_int_equal(
				pthread_join(creators[i].thread, NULL), 0);
			if (creators[i].code == WIO_OK) {
				made++;
				winner = i;
			} else
				assert_int_equal(creators[i].code, WIO_EXISTS);
		}
		assert_int_equal(made, 1);
		check_str(scratch_get(&s, creators[winner].path),
			creators[winner].text);
	}
}

static void
a_batch_answers_in_order_and_each_for_itself(void **state)
{
	struct wio_create_request asks[3];
	struct wio_create_result done[3];

	(void)state;
	scratch_put(&s, "b", "theirs");
	asks[0] = text_of("a", "1");
	asks[1] = text_of("b", "2");
	asks[2] = text_of("c", "3");
	assert_int_equal(wio_create(w, asks, 3, done), 1);
	check_code(done[0].error, WIO_OK);
	check_code(done[1].error, WIO_EXISTS);
	check_code(done[2].error, WIO_OK);
	struct wio_ticket *t = wio_create_submit(w, asks, 3, done, &e);
	assert_non_null(t);
	assert_int_equal(wio_ticket_wait(t, -1), 0);
	wio_ticket_free(t);
	check_code(done[2].error, WIO_EXISTS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, io_setup, io_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_made_with_the_mode_less_the_umask),
		TEST(what_is_there_is_never_clobbered),
		TEST(a_dangling_link_at_the_final_name_is_refused),
		TEST(parents_are_made_below_the_root),
		TEST(extensions_are_restricted_only_if_configured),
		TEST(a_replace_needs_the_digest_of_what_is_there),
		TEST(a_replace_of_anything_keeps_mode_and_what_was_there),
		TEST(of_two_that_create_one_file_one_is_told_that_it_exists),
		TEST(a_batch_answers_in_order_and_each_for_itself),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
