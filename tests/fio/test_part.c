/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdlib.h>

#include "base/buf.h"
#include "fio/part.h"

static struct fio_part part;
static const char *field;

static enum wio_code
cut(const char *text, const struct wio_read_request *ask)
{
	struct fio_text t;

	fio_text_init(&t, str_from(text));
	enum wio_code code = fio_part_cut(&t, ask, &part, &field);
	fio_text_release(&t);
	return code;
}

static enum wio_code
bytes(const char *text, uint64_t start, uint64_t end, uint64_t max)
{
	return cut(text,
		&(struct wio_read_request){.part = WIO_BYTES,
			.start = start,
			.end = end,
			.max_bytes = max});
}

static enum wio_code
lines(const char *text, uint64_t start, uint64_t end)
{
	return cut(text,
		&(struct wio_read_request){
			.part = WIO_LINES, .start = start, .end = end});
}

/* file-io.md 13, the reading tests of old: whole and half characters. */
static void
an_offset_inside_a_character_is_refused(void **state)
{
	(void)state;
	assert_int_equal(bytes("aé€𝄞z", 1, 3, 0), WIO_OK);
	assert_int_equal(bytes("aé€𝄞z", 2, 3, 0), WIO_BOUNDARY);
	assert_string_equal(field, "start");
	assert_int_equal(bytes("aé€𝄞z", 1, 2, 0), WIO_BOUNDARY);
	assert_string_equal(field, "end");
	assert_int_equal(bytes("aé€𝄞z", 7, 9, 0), WIO_BOUNDARY);
}

static void
offsets_without_a_part_are_refused(void **state)
{
	(void)state;
	assert_int_equal(
		cut("abc", &(struct wio_read_request){.end = 2}), WIO_INVALID);
	assert_string_equal(field, "part");
	assert_int_equal(
		cut("abc", &(struct wio_read_request){.part = 0}), WIO_OK);
}

static void
raw_offsets_may_be_anywhere(void **state)
{
	struct wio_read_request ask = {
		.part = WIO_BYTES, .start = 2, .end = 4, .raw = true};

	(void)state;
	assert_int_equal(cut("aé€", &ask), WIO_OK);
	ask = (struct wio_read_request){.raw = true};
	assert_int_equal(cut("\xff\xfe", &ask), WIO_OK);
	assert_int_equal(part.n, 2);
}

static void
an_empty_range_is_fine_even_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(bytes("abc", 3, 3, 0), WIO_OK);
	assert_int_equal(part.n, 0);
	assert_int_equal(bytes("", 0, 0, 0), WIO_OK);
}

static void
a_reversed_range_and_one_past_the_end_are_refused(void **state)
{
	(void)state;
	assert_int_equal(bytes("abc", 2, 1, 0), WIO_RANGE);
	assert_string_equal(field, "start");
	assert_int_equal(bytes("abc", 1, 4, 0), WIO_RANGE);
	assert_string_equal(field, "end");
	assert_int_equal(bytes("abc", 4, 4, 0), WIO_RANGE);
	assert_int_equal(bytes("abc", 0, UINT64_MAX, 0), WIO_RANGE);
	assert_int_equal(bytes("abc", UINT64_MAX, UINT64_MAX, 0), WIO_RANGE);
}

static void
a_text_that_is_not_utf8_is_refused_wherever_it_is_cut(void **state)
{
	(void)state;
	assert_int_equal(bytes("abc\xff", 0, 2, 0), WIO_UTF8);
	assert_int_equal(lines("a\nb\n\xc0\x80", 1, 1), WIO_UTF8);
	/* Surrogates, and what is above the last character. */
	assert_int_equal(bytes("\xed\xa0\x80", 0, 0, 0), WIO_UTF8);
	assert_int_equal(bytes("\xf4\x90\x80\x80", 0, 0, 0), WIO_UTF8);
}

static void
a_byte_order_mark_and_carriage_returns_are_kept(void **state)
{
	(void)state;
	assert_int_equal(lines("\xef\xbb\xbf"
			       "a\r\nb\r\n",
				 1, 1),
		WIO_OK);
	assert_int_equal(part.at, 0);
	assert_int_equal(part.n, 6);
}

static void
lines_are_counted_from_one_and_both_ends_are_in(void **state)
{
	(void)state;
	assert_int_equal(lines("a\nbb\nccc", 2, 3), WIO_OK);
	assert_int_equal(part.at, 2);
	assert_int_equal(part.n, 6);
	assert_int_equal(lines("a\nbb\nccc", 2, 2), WIO_OK);
	assert_int_equal(part.n, 3);
	assert_int_equal(lines("a\nbb\nccc", 3, UINT64_MAX), WIO_OK);
	assert_int_equal(part.at, 5);
	assert_int_equal(part.n, 3);
}

static void
lines_that_there_are_not_are_refused(void **state)
{
	(void)state;
	assert_int_equal(lines("a\nb\n", 0, 1), WIO_RANGE);
	assert_int_equal(lines("a\nb\n", 2, 1), WIO_RANGE);
	assert_int_equal(lines("a\nb\n", 3, 3), WIO_RANGE);
	assert_int_equal(lines("", 1, 1), WIO_RANGE);
	assert_string_equal(field, "start");
}

static void
truncation_keeps_whole_characters_and_tells_the_true_size(void **state)
{
	(void)state;
	assert_int_equal(bytes("aé€𝄞z", 0, 11, 2), WIO_OK);
	assert_int_equal(part.n, 1);
	assert_true(part.truncated);
	assert_int_equal(part.size, 11);
	assert_int_equal(bytes("aé€𝄞z", 0, 11, 9), WIO_OK);
	assert_int_equal(part.n, 6);
	assert_int_equal(bytes("𝄞", 0, 4, 3), WIO_OK);
	assert_int_equal(part.n, 0);
	assert_true(part.truncated);
	assert_int_equal(bytes("aé€𝄞z", 0, 11, 11), WIO_OK);
	assert_false(part.truncated);
}

static void
a_part_that_there_is_not_is_invalid(void **state)
{
	struct wio_read_request ask = {.part = (enum wio_part)9};

	(void)state;
	assert_int_equal(cut("a", &ask), WIO_INVALID);
	assert_string_equal(field, "part");
}

/*
 * The oracle: the text as a list of characters, each with its bytes; ranges
 * and lines are found by walking it from the front.
 */
struct model {
	struct buf text;
	size_t at[64], n; /* where each begins, "\r\n" as one; at[n]: end */
};

static void
make(struct model *m)
{
	static const char *const some[] = {
		"a", "\n", "é", "€", "𝄞", "\r\n", "\xef\xbb\xbf", "z", "\n"};

	buf_reset(&m->text);
	buf_add_c(&m->text, "");
	m->n = (size_t)rand() % 40;
	for (size_t i = 0; i < m->n; i++) {
		m->at[i] = m->text.n;
		buf_add_c(&m->text, some[(size_t)rand() % 9]);
	}
	m->at[m->n] = m->text.n;
}

static bool
model_boundary(const struct model *m, uint64_t at)
{
	for (size_t i = 0; i <= m->n; i++) {
		if (m->at[i] == at)
			return true;
		if (m->at[i] + 1 == at && m->text.p[m->at[i]] == '\r')
			return true;
	}
	return false;
}

/* First byte of line `want` (from 1), or that behind the last; false: none. */
static bool
model_line(const struct model *m, uint64_t want, size_t *from, size_t *to)
{
	uint64_t line = 1;

	*from = 0;
	for (size_t i = 0; i < m->text.n; i++) {
		*to = i + 1;
		if (m->text.p[i] != '\n' && i + 1 < m->text.n)
			continue;
		if (line++ == want)
			return true;
		*from = i + 1;
	}
	return false;
}

static enum wio_code
model_cut(const struct model *m, const struct wio_read_request *ask,
	size_t *from, size_t *to)
{
	size_t last_from, last_to = 0;

	*from = 0;
	*to = m->text.n;
	if (ask->part == WIO_BYTES) {
		if (ask->start > ask->end || ask->start > m->text.n)
			return WIO_RANGE;
		if (!ask->raw && !model_boundary(m, ask->start))
			return WIO_BOUNDARY;
		if (ask->end > m->text.n)
			return WIO_RANGE;
		*from = ask->start;
		*to = ask->end;
		return ask->raw || model_boundary(m, ask->end) ? WIO_OK
							       : WIO_BOUNDARY;
	}
	if (ask->part == WIO_LINES) {
		if (ask->start > ask->end ||
			!model_line(m, ask->start, from, &last_to))
			return WIO_RANGE;
		for (uint64_t i = ask->start; i <= ask->end; i++)
			if (model_line(m, i, &last_from, &last_to))
				*to = last_to;
			else
				*to = m->text.n;
	}
	if (ask->part == WIO_WHOLE && (ask->start != 0 || ask->end != 0))
		return WIO_INVALID;
	return WIO_OK;
}

static size_t
model_truncate(const struct model *m, const struct wio_read_request *ask,
	size_t from, size_t to)
{
	size_t best = from;

	if (ask->max_bytes == 0 || to - from <= ask->max_bytes)
		return to;
	for (size_t i = from; i <= from + ask->max_bytes; i++)
		if (ask->raw || model_boundary(m, i))
			best = i;
	return best;
}

static void
check_case(struct model *m)
{
	struct wio_read_request ask = {.part = (enum wio_part)(rand() % 3),
		.raw = rand() % 4 == 0,
		.max_bytes = rand() % 2 == 0 ? 0 : (uint64_t)rand() % 12};
	uint64_t most = ask.part == WIO_LINES ? 12 : m->text.n + 3;
	struct fio_text t;
	size_t from, to;

	ask.start = (uint64_t)rand() % most;
	ask.end = rand() % 8 == 0 ? (uint64_t)rand() % most
				  : ask.start + (uint64_t)rand() % 6;
	if (ask.part == WIO_WHOLE && rand() % 4 != 0)
		ask.start = ask.end = 0;
	fio_text_init(&t, buf_str(&m->text));
	enum wio_code want = model_cut(m, &ask, &from, &to);
	assert_int_equal(fio_part_cut(&t, &ask, &part, &field), want);
	fio_text_release(&t);
	if (want != WIO_OK)
		return;
	size_t end = model_truncate(m, &ask, from, to);
	assert_int_equal(part.at, from);
	assert_int_equal(part.n, end - from);
	assert_int_equal(part.size, to - from);
	assert_int_equal(part.truncated, end != to);
}

static void
random_ranges_of_random_texts_are_as_a_naive_model_cuts_them(void **state)
{
	struct model m = {0};

	(void)state;
	srand(7);
	for (int i = 0; i < 20000; i++) {
		make(&m);
		for (int k = 0; k < 10; k++)
			check_case(&m);
	}
	buf_release(&m.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offset_inside_a_character_is_refused),
		cmocka_unit_test(offsets_without_a_part_are_refused),
		cmocka_unit_test(raw_offsets_may_be_anywhere),
		cmocka_unit_test(an_empty_range_is_fine_even_at_the_end),
		cmocka_unit_test(
			a_reversed_range_and_one_past_the_end_are_refused),
		cmocka_unit_test(
			a_text_that_is_not_utf8_is_refused_wherever_it_is_cut),
		cmocka_unit_test(
			a_byte_order_mark_and_carriage_returns_are_kept),
		cmocka_unit_test(
			lines_are_counted_from_one_and_both_ends_are_in),
		cmocka_unit_test(lines_that_there_are_not_are_refused),
		cmocka_unit_test(
			truncation_keeps_whole_characters_and_tells_the_true_size),
		cmocka_unit_test(a_part_that_there_is_not_is_invalid),
		cmocka_unit_test(
			random_ranges_of_random_texts_are_as_a_naive_model_cuts_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
