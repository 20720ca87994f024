/* SPDX-License-Identifier: MIT */
#include "chance.h"
#include "check.h"

#include "base/edited.h"

/*
 * Edits at random, made in the plainest way and in the three of edited.h. The
 * seed is fixed.
 */

enum { ROUNDS = 4000, LONGEST = 40, EDITS_MAX = 12 };

static void
check_same(struct str got, struct str want)
{
	if (!str_eq(got, want))
		fail_msg("got '%.*s', expected '%.*s'", STR_ARG(got),
			STR_ARG(want));
}

static struct str
some_text(struct arena *a, size_t most)
{
	char text[LONGEST];
	size_t n = below(most + 1);

	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + below(26));
	return arena_str(a, str_of(text, n));
}

static size_t
some_edits(struct str bytes, struct arena *a, struct diff_edit *ret)
{
	size_t n = 0, at = 0, most = below(EDITS_MAX + 1);

	while (n < most && at <= bytes.n) {
		struct diff_edit x = {.at = at + below(bytes.n - at + 1)};
		x.n = below(bytes.n - x.at + 1) % 4;
		x.text = some_text(a, 5);
		at = x.at + x.n;
		ret[n++] = x;
		if (below(3) > 0)
			at += 1 + below(4);
	}
	return n;
}

static void
make(struct str bytes, const struct diff_edit *edits, size_t n, struct buf *ret)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		for (; at < edits[i].at; at++)
			buf_add_char(ret, bytes.s[at]);
		buf_add_str(ret, edits[i].text);
		at += edits[i].n;
	}
	for (; at < bytes.n; at++)
		buf_add_char(ret, bytes.s[at]);
}

static void
check_parts(struct edited *ed, struct str want)
{
	for (int i = 0; i < 8; i++) {
		CLEANUP_BUF struct buf part = {0};
		size_t from = below(want.n + 1);
		size_t to = from + below(want.n - from + 1);
		edited_add(ed, from, to, &part);
		check_same(buf_str(&part), str_of(want.s + from, to - from));
	}
}

static void
parts_pieces_and_the_bytes_themselves_become_what_the_edits_say(void **state)
{
	size_t edits_seen = 0;

	(void)state;
	chance = 0x5eed1ed17ed5;
	for (int i = 0; i < ROUNDS; i++) {
		CLEANUP_ARENA struct arena a = {0};
		CLEANUP_BUF struct buf want = {0};
		CLEANUP_BUF struct buf joined = {0};
		CLEANUP_BUF struct buf settled = {0};
		struct diff_edit edits[EDITS_MAX];
		struct edited ed;
		struct str bytes = some_text(&a, LONGEST);
		size_t n = some_edits(bytes, &a, edits), pieces_n;
		make(bytes, edits, n, &want);
		edits_seen += n;

		edited_init(&ed, bytes, edits, n);
		assert_int_equal(ed.n, want.n);
		check_parts(&ed, buf_str(&want));
		const struct str *pieces = edited_pieces(&ed, &a, &pieces_n);
		for (size_t k = 0; k < pieces_n; k++)
			buf_add_str(&joined, pieces[k]);
		check_same(buf_str(&joined), buf_str(&want));
		buf_add_str(&settled, bytes);
		edited_settle(&settled, edits, n);
		check_same(buf_str(&settled), buf_str(&want));
	}
	assert_true(edits_seen > ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			parts_pieces_and_the_bytes_themselves_become_what_the_edits_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
