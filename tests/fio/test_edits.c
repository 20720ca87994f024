/* SPDX-License-Identifier: MIT */
#include "chance.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "fio/edits.h"

/* Edits as bytes alone, also by chance against a model that keeps the text as a
 * list of pieces. */

static struct wio_error e;

#define EDIT(from, to, with)                                  \
	{                                                     \
		.start = (from), .end = (to), .text = (with), \
		.text_n = sizeof(with) - 1                    \
	}
#define ANCHORED(from, to, with, at)                          \
	{                                                     \
		.start = (from), .end = (to), .text = (with), \
		.text_n = sizeof(with) - 1, .anchor = (at),   \
		.anchor_n = sizeof(at) - 1                    \
	}

static int
land(const char *text, const struct wio_edit *edits, size_t n, bool exact,
	struct diff_edit *ret)
{
	const struct fio_edits_ask ask = {
		.edits = edits, .n = n, .exact = exact};
	bool relocated;

	e = (struct wio_error){0};
	int rc = fio_edits_land(str_from(text), &ask, ret, &relocated, &e);
	return rc < 0 ? -1 : relocated;
}

static void
splice(struct str text, const struct fio_edits *all, struct buf *ret)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list pieces = fio_edits_pieces(text, all, &a);

	for (size_t i = 0; i < pieces.n; i++)
		buf_add_str(ret, pieces.items[i]);
	if (fio_edits_are_idle(text, all))
		assert_true(str_eq(buf_str(ret), text));
}

/* What the edits make of the text; NULL when they are refused. */
static const char *
made(const char *text, const struct wio_edit *edits, size_t n, bool exact)
{
	static char copy[1000];
	struct diff_edit landed[16];
	struct fio_edits all = {0};
	CLEANUP_BUF struct buf next = {0};

	if (land(text, edits, n, exact, landed) < 0 ||
		fio_edits_add(&all, landed, n, &e) < 0)
		return NULL;
	splice(str_from(text), &all, &next);
	fio_edits_release(&all);
	(void)snprintf(copy, sizeof(copy), "%s", buf_str(&next).s);
	return copy;
}

static void
refused(const char *text, const struct wio_edit *edits, size_t n, bool exact,
	enum wio_code code, const char *field)
{
	assert_null(made(text, edits, n, exact));
	assert_int_equal(e.code, code);
	assert_string_equal(e.field, field);
	assert_int_equal(e.op, WIO_OP_WRITE);
}

static void
edits_are_made_all_at_once(void **state)
{
	const struct wio_edit edits[] = {EDIT(0, 1, "A"), EDIT(1, 1, "-"),
		EDIT(1, 1, "+"), EDIT(2, 4, ""), EDIT(6, 6, "end")};

	(void)state;
	assert_string_equal(made("abcdef", edits, 5, true), "A-+befend");
	assert_string_equal(made("abcdef", edits, 0, true), "abcdef");
	const struct wio_edit only[] = {EDIT(0, 0, "x")};
	assert_string_equal(made("", only, 1, true), "x");
}

static void
an_anchor_alone_needs_no_offsets(void **state)
{
	const struct wio_edit two[] = {
		ANCHORED(0, 0, "E", "e"), ANCHORED(0, 0, "B", "b")};
	const struct wio_edit twice[] = {ANCHORED(0, 0, "x", "a")};

	(void)state;
	assert_string_equal(made("abcdef", two, 2, true), "aBcdEf");
	assert_string_equal(made("abcdef", two, 2, false), "aBcdEf");
	refused("aa", twice, 1, true, WIO_ANCHOR, "edits[0].anchor");
}

static void
offsets_beyond_the_end_or_reversed_are_refused(void **state)
{
	const struct wio_edit far[] = {EDIT(0, 1, ""), EDIT(3, 4, "")};
	const struct wio_edit back[] = {EDIT(2, 1, "")};
	const struct wio_edit huge[] = {EDIT(UINT64_MAX, UINT64_MAX, "")};

	(void)state;
	refused("abc", far, 2, true, WIO_RANGE, "edits[1].end");
	refused("abc", back, 1, true, WIO_RANGE, "edits[0].start");
	refused("abc", huge, 1, true, WIO_RANGE, "edits[0].end");
}

static void
offsets_inside_a_character_are_refused(void **state)
{
	const struct wio_edit in[] = {EDIT(1, 3, "")};
	const struct wio_edit out[] = {EDIT(0, 1, "")};
	const struct wio_edit whole[] = {EDIT(0, 2, "u")};
	const struct wio_edit half[] = {EDIT(0, 0, "\xc3")};

	(void)state;
	refused("\xc3\xbcx", in, 1, true, WIO_BOUNDARY, "edits[0].start");
	refused("\xc3\xbcx", out, 1, true, WIO_BOUNDARY, "edits[0].end");
	refused("x", half, 1, true, WIO_UTF8, "edits[0].text");
	assert_string_equal(made("\xc3\xbcx", whole, 1, true), "ux");
}

static void
edits_out_of_order_or_overlapping_are_refused(void **state)
{
	const struct wio_edit over[] = {EDIT(0, 2, ""), EDIT(1, 3, "")};
	const struct wio_edit order[] = {EDIT(2, 3, ""), EDIT(0, 1, "")};
	const struct wio_edit inside[] = {EDIT(0, 3, ""), EDIT(1, 1, "x")};

	(void)state;
	refused("abc", over, 2, true, WIO_OVERLAP, "edits[1]");
	refused("abc", order, 2, true, WIO_INVALID, "edits[1].start");
	refused("abc", inside, 2, true, WIO_OVERLAP, "edits[1]");
}

static void
a_request_that_overlaps_those_before_it_adds_nothing(void **state)
{
	const struct wio_edit first[] = {EDIT(2, 4, "X")};
	const struct wio_edit second[] = {EDIT(0, 1, "Y"), EDIT(3, 5, "Z")};
	const struct wio_edit third[] = {EDIT(2, 2, "<"), EDIT(4, 4, ">")};
	struct diff_edit landed[2];
	struct fio_edits all = {0};
	CLEANUP_BUF struct buf next = {0};

	(void)state;
	assert_int_equal(land("abcdef", first, 1, true, landed), 0);
	assert_int_equal(fio_edits_add(&all, landed, 1, &e), 0);
	assert_int_equal(land("abcdef", second, 2, true, landed), 0);
	assert_int_equal(fio_edits_add(&all, landed, 2, &e), -1);
	assert_int_equal(e.code, WIO_OVERLAP);
	assert_string_equal(e.field, "edits[1]");
	assert_int_equal(all.n, 1);
	assert_int_equal(land("abcdef", third, 2, true, landed), 0);
	assert_int_equal(fio_edits_add(&all, landed, 2, &e), 0);
	splice(STR("abcdef"), &all, &next);
	check_str(buf_str(&next), "ab<X>ef");
	fio_edits_release(&all);
}

static void
an_anchor_says_where_an_edit_goes_in_another_file(void **state)
{
	const struct wio_edit moved[] = {ANCHORED(0, 3, "new", "old")};
	const struct wio_edit bare[] = {EDIT(0, 3, "new")};
	struct diff_edit landed[1];

	(void)state;
	assert_string_equal(
		made("// more\nold\n", moved, 1, false), "// more\nnew\n");
	assert_int_equal(land("// more\nold\n", moved, 1, false, landed), 1);
	assert_int_equal(land("old\n", moved, 1, false, landed), 0);
	/* To the very beginning it is elsewhere, too; from nowhere it is not.
	 */
	const struct wio_edit back[] = {ANCHORED(8, 11, "new", "old")};
	const struct wio_edit alone[] = {ANCHORED(0, 0, "new", "old")};
	assert_int_equal(land("old\n", back, 1, false, landed), 1);
	assert_int_equal(land("// more\nold\n", alone, 1, true, landed), 0);
	refused("ol", moved, 1, false, WIO_ANCHOR, "edits[0].anchor");
	refused("old old", moved, 1, false, WIO_ANCHOR, "edits[0].anchor");
	refused("old", bare, 1, false, WIO_MISMATCH, "edits[0].anchor");
	/* Overlapping occurrences are two. */
	const struct wio_edit twice[] = {ANCHORED(0, 2, "", "aa")};
	refused("aaa", twice, 1, false, WIO_ANCHOR, "edits[0].anchor");
}

static void
an_anchor_is_checked_where_the_offsets_are_good(void **state)
{
	const struct wio_edit wrong[] = {ANCHORED(1, 4, "x", "old")};
	const struct wio_edit empty[] = {ANCHORED(0, 0, "x", "")};

	(void)state;
	refused("old!", wrong, 1, true, WIO_ANCHOR, "edits[0].anchor");
	refused("old!", empty, 1, true, WIO_INVALID, "edits[0].anchor");
}

static void
anchors_may_be_found_in_another_order_but_not_overlap(void **state)
{
	const struct wio_edit swapped[] = {
		ANCHORED(0, 1, "1", "a"), ANCHORED(1, 2, "2", "b")};
	const struct wio_edit over[] = {
		ANCHORED(0, 2, "1", "ab"), ANCHORED(2, 4, "2", "bc")};

	(void)state;
	assert_string_equal(made("ba", swapped, 2, false), "21");
	refused("abc", over, 2, false, WIO_OVERLAP, "edits[1]");
}

/*
 * By chance. The model cuts the text into characters and puts what replaces
 * them into the first one's cell.
 */
enum { CELLS = 24 };

static const char *const characters[] = {"a", "\n", "\r", "\xc3\xa9",
	"\xe2\x82\xac", "\xf0\x9f\x90\x9f", "{", "\xef\xbb\xbf"};

struct model {
	size_t n;
	const char *old[CELLS];
	char before[CELLS + 1][64]; /* inserted before the cell */
	bool gone[CELLS];
};

static void
random_text(char *ret, size_t most)
{
	ret[0] = '\0';
	for (size_t n = below(most + 1); n > 0; n--)
		strcat(ret, characters[below(8)]);
}

static size_t
offset_of(const struct model *m, size_t cell)
{
	size_t at = 0;

	for (size_t i = 0; i < cell; i++)
		at += strlen(m->old[i]);
	return at;
}

static void
one_case(size_t *edits_made)
{
	static char texts[CELLS][64];
	struct model m = {.n = below(CELLS)};
	struct wio_edit edits[CELLS];
	char text[CELLS * 5] = "", want[CELLS * 80] = "";
	size_t n = 0;

	for (size_t i = 0; i < m.n; i++) {
		m.old[i] = characters[below(8)];
		strcat(text, m.old[i]);
	}
	for (size_t cell = 0; cell <= m.n && n < 8;) {
		size_t cells = below(4) < 2 ? 0 : below(m.n - cell + 1);
		random_text(texts[n], 4);
		edits[n] = (struct wio_edit){.start = offset_of(&m, cell),
			.end = offset_of(&m, cell + cells),
			.text = texts[n],
			.text_n = strlen(texts[n])};
		if (strlen(m.before[cell]) + strlen(texts[n]) < 60) {
			strcat(m.before[cell], texts[n]);
			for (size_t i = 0; i < cells; i++)
				m.gone[cell + i] = true;
			n++;
		}
		cell += cells + below(3);
	}
	for (size_t i = 0; i <= m.n; i++) {
		strcat(want, m.before[i]);
		if (i < m.n && !m.gone[i])
			strcat(want, m.old[i]);
	}
	*edits_made += n;
	const char *got = made(text, edits, n, true);
	if (got == NULL)
		fail_msg("'%s': %s", text, e.message);
	assert_string_equal(got, want);
}

static void
what_a_naive_model_makes_of_edits_is_what_they_make(void **state)
{
	size_t edits = 0;

	(void)state;
	for (int i = 0; i < 100000; i++)
		one_case(&edits);
	print_message("# 100000 cases, %zu edits\n", edits);
	assert_true(edits > 200000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_are_made_all_at_once),
		cmocka_unit_test(an_anchor_alone_needs_no_offsets),
		cmocka_unit_test(
			offsets_beyond_the_end_or_reversed_are_refused),
		cmocka_unit_test(offsets_inside_a_character_are_refused),
		cmocka_unit_test(edits_out_of_order_or_overlapping_are_refused),
		cmocka_unit_test(
			a_request_that_overlaps_those_before_it_adds_nothing),
		cmocka_unit_test(
			an_anchor_says_where_an_edit_goes_in_another_file),
		cmocka_unit_test(
			an_anchor_is_checked_where_the_offsets_are_good),
		cmocka_unit_test(
			anchors_may_be_found_in_another_order_but_not_overlap),
		cmocka_unit_test(
			what_a_naive_model_makes_of_edits_is_what_they_make),
	};

	return cmocka_run_group_tests_name("edits", tests, NULL, NULL);
}
