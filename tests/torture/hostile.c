/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "figure.h"
#include "rivals.h"
#include "weir/io.h"

/*
 * Two editors and the file library save one file without a pause. What an
 * editor saved and did not overwrite itself must be in the file, beside it, or
 * in the trash. WEIR_EDIT_SECONDS is how long.
 */

enum { SECONDS = 2, SAVES_MIN = 5 };

static struct scratch s;

/* One more revision on top of what there is; what came of it. */
static enum wio_code
revise(struct wio *w, const struct rivals *r, unsigned int revision)
{
	char digest[WIO_DIGEST_SIZE], text[64];
	struct wio_write_result done;
	struct str now = rivals_read(r);

	if (!str_is_set(now))
		return WIO_NOT_FOUND;
	wio_digest(WIO_XXH3, now.s, now.n, digest);
	(void)snprintf(text, sizeof(text), "revision %u\n", revision);
	/* The last line is ours. */
	size_t last = str_find(now, STR("revision "));
	const struct wio_edit x = {.start = last,
		.end = now.n,
		.text = text,
		.text_n = strlen(text)};
	const struct wio_write_request ask = {
		.path = "d/f", .digest = digest, .edits = &x, .edits_n = 1};
	(void)wio_write(w, WIO_EACH, &ask, 1, &done);
	wio_write_release(&done, 1);
	return done.error.code;
}

struct count {
	size_t saves, mismatches, conflicts;
};

/* And then until all has happened that is to be survived. */
static void
write_until(struct wio *w, const struct rivals *r, time_t end, struct count *c)
{
	for (unsigned int i = 1; time(NULL) < end || c->saves <= SAVES_MIN ||
		c->conflicts + c->mismatches == 0;
		i++) {
		enum wio_code code = revise(w, r, i);
		c->saves += code == WIO_OK;
		c->mismatches += code == WIO_MISMATCH;
		c->conflicts += code == WIO_CONFLICT;
		if (code != WIO_OK && code != WIO_MISMATCH &&
			code != WIO_CONFLICT && code != WIO_BUSY)
			fail_msg("%s", wio_code_name(code));
	}
}

static void
no_edit_is_destroyed(void **state)
{
	unsigned int seconds = figure("WEIR_EDIT_SECONDS", SECONDS);
	unsigned int seed = figure("WEIR_SEED", (unsigned int)time(NULL));
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	struct rivals r = {
		.scratch = &s, .file = "d/f", .other = "d/editor.tmp"};
	struct rivals_count edits;
	struct count c = {0};
	struct wio_error e;
	char path[512];

	(void)state;
	scratch_make(&s);
	assert_int_equal(mkdir(scratch_path(&s, "d", path), 0700), 0);
	scratch_put(&s, "d/f", "revision 0\n");
	rivals_start(&r, seed);
	struct wio *w = wio_open(&o, &e);
	assert_non_null(w);
	write_until(w, &r, time(NULL) + (time_t)seconds, &c);
	rivals_stop(&r);
	if (wio_sweep(w, s.path, &e) < 0)
		fail_msg("%s", e.message);
	wio_close(w, NULL);
	size_t kept = rivals_look_into(&r, "d") +
		rivals_look_into(&r, "d/.weir-trash");
	rivals_count(&r, &edits);
	print_message("# %us of editors, %zu edits, %zu destroyed, %zu "
		      "overwritten by editors, %zu conflict files; %zu "
		      "writes, %zu mismatches, %zu conflicts; seed %u\n",
		seconds, edits.tokens, edits.lost, edits.overwritten, kept,
		c.saves, c.mismatches, c.conflicts, seed);
	rivals_release(&r);
	scratch_remove(&s);
	assert_int_equal(edits.lost, 0);
	assert_true(edits.tokens > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_edit_is_destroyed),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
