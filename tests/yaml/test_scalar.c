/* SPDX-License-Identifier: MIT */
#include "fixture.h"

static void
a_replaced_value_keeps_its_quotes_where_they_can_carry_it(void **state)
{
	(void)state;
	check_set("s: 'new'\n", "", "s", text("it's"), "s: 'it''s'\n");
	check_set("s: \"new\"\n", "", "s", text("a\"b"), "s: \"a\\\"b\"\n");
	check_set("s: \"new\"\n", "", "s", text("a\nb"), "s: \"a\\nb\"\n");
	check_set("s: 'new'\n", "", "s", text("a\x01"), "s: \"a\\x01\"\n");
	check_set("s: 'new'\n", "", "s", text("a\nb"), "s: |-\n  a\n  b\n");
	check_set("s: \"5\"\n", "", "s", yaml_bare(STR("6")), "s: 6\n");
}

static void
plain_text_is_quoted_only_when_it_must_be(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"done", "done"},
		{"two words", "two words"},
		{"http://x.org/#a", "http://x.org/#a"},
		{"a-b, c [d] {e}", "a-b, c [d] {e}"},
		{"it's \"so\"", "it's \"so\""},
		{"back\\slash", "back\\slash"},
		{"2026-11-20T11:00:46Z", "2026-11-20T11:00:46Z"},
		{"\xc3\xa9t\xc3\xa9 \xe2\x86\x92",
			"\xc3\xa9t\xc3\xa9 \xe2\x86\x92"},
		{"1.2.3", "1.2.3"},
		{"0x", "0x"},
		{"7up", "7up"},
		{"nullable", "nullable"},
		{"", "''"},
		{" a", "' a'"},
		{"a ", "'a '"},
		{"a: b", "'a: b'"},
		{"a:", "'a:'"},
		{"a #b", "'a #b'"},
		{"- a", "'- a'"},
		{"-", "'-'"},
		{"?x", "'?x'"},
		{"#1", "'#1'"},
		{"&a", "'&a'"},
		{"*a", "'*a'"},
		{"!a", "'!a'"},
		{"[a", "'[a'"},
		{"{a", "'{a'"},
		{"'a", "'''a'"},
		{"\"a", "'\"a'"},
		{"%a", "'%a'"},
		{"@a", "'@a'"},
		{"`a", "'`a'"},
		{"|", "'|'"},
		{">", "'>'"},
		{",", "','"},
		{"---", "'---'"},
		{"...", "'...'"},
		{"~", "'~'"},
		{"null", "'null'"},
		{"Null", "'Null'"},
		{"true", "'true'"},
		{"FALSE", "'FALSE'"},
		{"no", "'no'"},
		{"12", "'12'"},
		{"-12", "'-12'"},
		{"+1", "'+1'"},
		{"1.5", "'1.5'"},
		{".5", "'.5'"},
		{"1.", "'1.'"},
		{"1e3", "'1e3'"},
		{"1.5E-3", "'1.5E-3'"},
		{"0x1F", "'0x1F'"},
		{"0o17", "'0o17'"},
		{".inf", "'.inf'"},
		{".NaN", "'.NaN'"},
		{"a\tb", "\"a\\tb\""},
		{"a\x7f", "\"a\\x7F\""},
		{"\xc2\x85", "\"\\N\""},
		{"\xe2\x80\xa8\xe2\x80\xa9", "\"\\L\\P\""},
		{"\xef\xbb\xbf", "\"\\uFEFF\""},
		{"\xef\xbf\xbf", "\"\\uFFFF\""},
		{"\x1b[1m", "\"\\e[1m\""},
	};
	char want[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(want, sizeof(want), "s: %s\n", cases[i].written);
		check_set("s: x\n", "", "s", text(cases[i].text), want);
	}
}

static void
text_in_flow_is_quoted_when_it_holds_its_signs(void **state)
{
	(void)state;
	check_set("{s: x}", "", "s", text("a, b"), "{s: 'a, b'}");
	check_set("{s: x}", "", "s", text("a]"), "{s: 'a]'}");
	check_set("{s: x}", "", "s", text("http://x"), "{s: 'http://x'}");
	check_set("{s: x}", "", "s", text("a\nb"), "{s: \"a\\nb\"}");
	check_set("{s: x}", "", "s", text("a-b"), "{s: a-b}");
}

static void
text_of_several_lines_becomes_a_literal_block(void **state)
{
	(void)state;
	check_set("s: x # c\nb: 1\n", "", "s", text("a\n\n  b: 'c'\n"),
		"s: | # c\n  a\n\n    b: 'c'\nb: 1\n");
	check_set("i:\n    s: x\n    b: 1\n", "i", "s", text("a\nb"),
		"i:\n    s: |-\n        a\n        b\n    b: 1\n");
	check_set("s: x\r\nb: 1\r\n", "", "s", text("a\nb\n"),
		"s: |\r\n  a\r\n  b\r\nb: 1\r\n");
	check_set("s: x", "", "s", text("a\nb\n"), "s: |\n  a\n  b\n");
	check_set("s: x\n", "", "s", text("\na\n"), "s: |\n\n  a\n");
	check_set("s: |\n     a\n     b\nb: 1\n", "", "s", text("c\nd"),
		"s: |-\n  c\n  d\nb: 1\n");
	check_set("s: >+ # c\n  a\n\n\nb: 1\n", "", "s", text("c\nd\n"),
		"s: | # c\n  c\n  d\nb: 1\n");
}

static void
text_that_a_literal_block_cannot_carry_is_escaped(void **state)
{
	(void)state;
	check_set("s: x\n", "", "s", text(" a\nb"), "s: \" a\\nb\"\n");
	check_set("s: x\n", "", "s", text("\ta\nb"), "s: \"\\ta\\nb\"\n");
	check_set("s: x\n", "", "s", text("a\n\n"), "s: \"a\\n\\n\"\n");
	check_set("s: x\n", "", "s", text("\n"), "s: \"\\n\"\n");
	check_set("s: x\n", "", "s", text("a\n  \nb"), "s: \"a\\n  \\nb\"\n");
	check_set("s: x\n", "", "s", text("a\r\nb"), "s: \"a\\r\\nb\"\n");
	/* The comment would become text. */
	check_set("s: x\n      # deep\n", "", "s", text("a\nb"),
		"s: \"a\\nb\"\n      # deep\n");
}

static void
a_literal_block_gives_way_to_one_line(void **state)
{
	(void)state;
	check_set("s: |- # why\n  a\n  b\n\n# c\nb: 1\n", "", "s", text("done"),
		"s: done # why\n\n# c\nb: 1\n");
	check_set("s: >\n  a\n", "", "s", text("done"), "s: done\n");
	check_set("s: |\n  a", "", "s", text("done"), "s: done\n");
	check_set("s: |", "", "s", text("done"), "s: done");
	check_set(
		"s: |1\n  a\nb: 1\n", "", "s", text("done"), "s: done\nb: 1\n");
}

static void
a_new_value_must_be_utf8(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("a: 1\n"));
	yaml_edit_set(&d.ed, d.root, STR("a"), text("\xff"), 0);
	doc_refuses(&d, ERR_INPUT, "not UTF-8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_replaced_value_keeps_its_quotes_where_they_can_carry_it),
		cmocka_unit_test(plain_text_is_quoted_only_when_it_must_be),
		cmocka_unit_test(
			text_in_flow_is_quoted_when_it_holds_its_signs),
		cmocka_unit_test(text_of_several_lines_becomes_a_literal_block),
		cmocka_unit_test(
			text_that_a_literal_block_cannot_carry_is_escaped),
		cmocka_unit_test(a_literal_block_gives_way_to_one_line),
		cmocka_unit_test(a_new_value_must_be_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
