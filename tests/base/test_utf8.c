/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <locale.h>

#include "base/utf8.h"

/* Every code point, encoded by the definition, is valid alone; every other
 * sequence of one to four bytes is not. */
static size_t
encode(uint32_t c, char *p)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		p[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	p[0] = (char)((0xf00 >> n) | c);
	return n;
}

static void
every_code_point_and_nothing_else_is_valid(void **state)
{
	char p[4];

	(void)state;
	for (uint32_t c = 0; c < 0x120000; c++) {
		size_t n = encode(c, p);
		uint32_t back = 0;
		bool good = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
		size_t got = utf8_decode(str_of(p, n), &back);
		if (got != (good ? n : 0) || (good && back != c))
			fail_msg("U+%04X: length %zu, U+%04X", c, got, back);
	}
}

static void
overlong_and_cut_forms_are_found_where_they_are(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, at;
	} cases[] = {
		{"abc", 3, 3},
		{"ab\xc0\x80", 4, 2},
		{"\xe0\x80\xaf", 3, 0},
		{"a\xed\xa0\x80", 4, 1},
		{"\xf4\x90\x80\x80", 4, 0},
		{"twelve bytes\xc3", 13, 12},
		{"twelve bytes\x80", 13, 12},
		{"123456789 \xc3\xa9 ok", 15, 15},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(utf8_check(str_of(cases[i].bytes, cases[i].n)),
			cases[i].at);
}

/* Text is looked at in blocks; where they begin must not matter. */
static void
a_bad_byte_is_found_wherever_it_is(void **state)
{
	char text[300];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at++)
		for (size_t before = 0; before < 3; before++) {
			memset(text, 'a', sizeof(text));
			/* A character that is fine, some way before it. */
			if (at >= 2 + before * 40)
				memcpy(text + at - 2 - before * 40, "\xc3\xa9",
					2);
			assert_int_equal(utf8_check(str_of(text, sizeof(text))),
				sizeof(text));
			text[at] = '\xff';
			assert_int_equal(
				utf8_check(str_of(text, sizeof(text))), at);
			assert_int_equal(utf8_check(str_of(text, at)), at);
		}
}

static void
nothing_that_moves_a_terminal_gets_through(void **state)
{
	struct buf b = {0};

	(void)state;
	utf8_add_printable(&b,
		STR("a\x1b[2J\nb\tc\x7f\xc2\x9b"
		    "d\xe2\x80\xae"
		    "e\xff"));
	check_str(buf_str(&b),
		"a\xef\xbf\xbd[2J b c\xef\xbf\xbd\xef\xbf\xbd"
		"d\xef\xbf\xbd"
		"e\xef\xbf\xbd");
	buf_release(&b);
}

static void
text_is_cut_to_columns_not_bytes(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(utf8_columns(STR("\xe6\x97\xa5\xe6\x9c\xac")), 4);
	utf8_add_cut(&b, STR("\xe6\x97\xa5\xe6\x9c\xac"), 3);
	check_str(buf_str(&b), "\xe6\x97\xa5\xe2\x80\xa6");
	buf_reset(&b);
	utf8_add_cut(&b, STR("short"), 5);
	check_str(buf_str(&b), "short");
	buf_reset(&b);
	utf8_add_cut(&b, STR("longer"), 5);
	check_str(buf_str(&b), "long\xe2\x80\xa6");
	buf_reset(&b);
	utf8_add_cut(&b, STR("longer"), 0);
	check_str(buf_str(&b), "");
	buf_release(&b);
}

static void
only_between_characters_are_boundaries(void **state)
{
	const struct str s = STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a");
	const char *is = "11010010001";

	(void)state;
	assert_int_equal(s.n + 1, strlen(is));
	for (size_t at = 0; at <= s.n; at++)
		assert_int_equal(utf8_is_boundary(s, at), is[at] == '1');
	assert_true(utf8_is_boundary(str_of("a\x80", 1), 1));
}

static void
a_cut_leaves_whole_characters(void **state)
{
	const struct str s = STR("a\xc3\xa9\xe2\x82\xac");
	static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6};

	(void)state;
	for (size_t max = 0; max < sizeof(kept) / sizeof(kept[0]); max++)
		assert_int_equal(utf8_cut(s, max), kept[max]);
	assert_int_equal(utf8_cut(STR("\x80\x80\x80"), 2), 0);
	assert_int_equal(utf8_cut(STR(""), 2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_and_nothing_else_is_valid),
		cmocka_unit_test(
			overlong_and_cut_forms_are_found_where_they_are),
		cmocka_unit_test(a_bad_byte_is_found_wherever_it_is),
		cmocka_unit_test(only_between_characters_are_boundaries),
		cmocka_unit_test(a_cut_leaves_whole_characters),
		cmocka_unit_test(nothing_that_moves_a_terminal_gets_through),
		cmocka_unit_test(text_is_cut_to_columns_not_bytes),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
