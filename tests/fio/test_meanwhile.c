/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"

#include <signal.h>
#include <stdio.h>

#include "io.h"
#include "sys/pass.h"
#include "sys/real.h"

/* Somebody saves the file in the middle of a call that changes it. */

static struct wio_write_result r;
static const struct wio_edit change = {
	.end = 3, .text = "new", .text_n = 3, .anchor = "old", .anchor_n = 3};

/* A kernel on which somebody saves over a file by rename, once. */
struct saver {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	const char *at;
	int opens; /* save_at_each_open's */
};

static void
save(struct saver *x)
{
	char from[512], to[512];

	scratch_put(&s, "theirs", "old and theirs");
	assert_int_equal(rename(scratch_path(&s, "theirs", from),
				 scratch_path(&s, x->at, to)),
		0);
	x->at = NULL;
}

static int
save_before_open(
	struct sys *sys, int dir, const char *name, int flags, mode_t mode)
{
	struct saver *x = (struct saver *)sys;

	if (x->at != NULL && strcmp(name, x->at) == 0)
		save(x);
	return x->pass.under->openat(x->pass.under, dir, name, flags, mode);
}

static int
save_before_exchange(struct sys *sys, int from, const char *name, int to,
	const char *as, unsigned int flags)
{
	struct saver *x = (struct saver *)sys;

	if (x->at != NULL && (flags & RENAME_EXCHANGE) != 0)
		save(x);
	return x->pass.under->renameat(
		x->pass.under, from, name, to, as, flags);
}

static void
saver_open(struct saver *x)
{
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};

	memset(x, 0, sizeof(*x));
	sys_pass_init(&x->pass, sys_real());
	wio_close(w, NULL);
	w = fio_io_open(&x->sys, &o, true, &e);
	assert_non_null(w);
	scratch_put(&s, "f", "old");
	x->at = "f";
}

static void
one_save_between_lock_and_read_is_taken_as_the_file_there_is(void **state)
{
	const struct wio_write_request ask = {
		.path = "f", .edits = &change, .edits_n = 1};
	struct saver who;

	(void)state;
	saver_open(&who);
	who.sys.openat = save_before_open;
	(void)wio_write(w, WIO_EACH, &ask, 1, &r);
	assert_null(who.at);
	check_code(r.error, WIO_OK);
	check_str(scratch_get(&s, "f"), "new and theirs");
	wio_write_release(&r, 1);
	io_reopen((struct wio_options){0});
}

static void
a_save_before_the_exchange_is_a_conflict_that_tells_what_is_there(void **state)
{
	const struct wio_write_request edit = {.path = "f",
		.digest = digest_of("old"),
		.edits = &change,
		.edits_n = 1};
	const struct wio_create_request ask = {.path = "f",
		.bytes = "new",
		.n = 3,
		.existing = WIO_REPLACE_ANY};
	struct wio_create_result made;
	struct saver who;

	(void)state;
	saver_open(&who);
	who.sys.renameat = save_before_exchange;
	(void)wio_write(w, WIO_EACH, &edit, 1, &r);
	check_code(r.error, WIO_CONFLICT);
	assert_string_equal(r.error.expected, digest_of("old"));
	assert_string_equal(r.error.actual, digest_of("old and theirs"));
	check_str(scratch_get(&s, "f"), "old and theirs");
	who.at = "f";
	scratch_put(&s, "f", "older");
	(void)wio_create(w, &ask, 1, &made);
	check_code(made.error, WIO_CONFLICT);
	assert_string_equal(made.error.actual, digest_of("old and theirs"));
	assert_int_equal(made.error.actual_size, strlen("old and theirs"));
	assert_string_equal(made.kept, "");
	check_str(scratch_get(&s, "f"), "old and theirs");
	wio_write_release(&r, 1);
	io_reopen((struct wio_options){0});
}

/* Saved once more whenever it is looked at from the exchange on. */
static int
save_at_each_open(
	struct sys *sys, int dir, const char *name, int flags, mode_t mode)
{
	struct saver *x = (struct saver *)sys;
	char text[32];

	if (x->at == NULL && strcmp(name, "f") == 0) {
		(void)snprintf(text, sizeof(text), "%*d", ++x->opens, 0);
		scratch_put(&s, "f", text);
	}
	return x->pass.under->openat(x->pass.under, dir, name, flags, mode);
}

static void
a_conflict_tells_digests_of_both_kinds_of_one_moment(void **state)
{
	struct wio_write_request asks[2] = {
		{.path = "f", .edits = &change, .edits_n = 1},
		{.path = "f", .edits = &change, .edits_n = 1}};
	char sha256[WIO_DIGEST_SIZE];
	struct wio_write_result got[2];
	struct saver who;

	(void)state;
	asks[0].digest = digest_of("old");
	wio_digest(WIO_SHA256, "old", 3, sha256);
	asks[1].digest = sha256;
	asks[1].edits = &(struct wio_edit){.start = 3, .end = 3, .text = ""};
	saver_open(&who);
	who.sys.renameat = save_before_exchange;
	who.sys.openat = save_at_each_open;
	assert_int_equal(wio_write(w, WIO_EACH, asks, 2, got), 2);
	assert_int_equal(who.opens, 1);
	for (int i = 0; i < 2; i++) {
		check_code(got[i].error, WIO_CONFLICT);
		assert_int_equal(got[i].error.actual_size, 1);
	}
	assert_string_equal(got[0].error.actual, digest_of("0"));
	wio_digest(WIO_SHA256, "0", 1, sha256);
	assert_string_equal(got[1].error.actual, sha256);
	wio_write_release(got, 2);
	io_reopen((struct wio_options){0});
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, io_setup, io_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_save_between_lock_and_read_is_taken_as_the_file_there_is),
		TEST(a_save_before_the_exchange_is_a_conflict_that_tells_what_is_there),
		TEST(a_conflict_tells_digests_of_both_kinds_of_one_moment),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests_name("meanwhile", tests, NULL, NULL);
}
