/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "yaml/build-priv.h"

/* Parse by the fast path where it takes the document, then by libyaml. */
static void
open_both(struct doc *fast, struct doc *slow, struct str bytes)
{
	struct err e = {0};

	doc_open(fast, bytes);
	*slow = (struct doc){.bytes = bytes};
	check_ok(yaml_build(bytes, "f", &yaml_default_limits, &slow->a,
			 &slow->root, &e),
		&e);
}

/* The bytes of the node at `path`. */
static void
check_bytes(struct str bytes, const char *path, const char *expected)
{
	struct doc both[2];

	open_both(&both[0], &both[1], bytes);
	for (size_t i = 0; i < 2; i++) {
		const struct yaml_node *n = doc_at(&both[i], path);
		check_str(str_of(bytes.s + n->start, n->end - n->start),
			expected);
		doc_close(&both[i]);
	}
}

static void
check_place(
	struct str bytes, const char *path, size_t at, size_t line, size_t col)
{
	struct doc both[2];

	open_both(&both[0], &both[1], bytes);
	for (size_t i = 0; i < 2; i++) {
		const struct yaml_node *n = doc_at(&both[i], path);
		assert_int_equal(n->start, at);
		assert_int_equal(n->line, line);
		assert_int_equal(n->column, col);
		doc_close(&both[i]);
	}
}

static void
check_refused(struct str bytes, enum err_code code, const char *text)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_node *root;
	struct err e = {0};

	check_fails(yaml_parse(bytes, "b.yaml", NULL, &a, &root, &e), &e, code,
		text);
	/* The place comes first. */
	if (strncmp(e.msg, text, strlen(text)) != 0)
		fail_msg("'%s' does not begin with '%s'", e.msg, text);
}

static void
what_is_not_yaml_is_refused_with_its_place(void **state)
{
	(void)state;
	check_refused(STR("a: 1\nb: [1, 2\n"), ERR_INPUT, "b.yaml:3:1: ");
	check_refused(STR("a: 1\n b: 2\n"), ERR_INPUT, "b.yaml:2:3: ");
	check_refused(STR("a: 1\nb: \"x\n"), ERR_INPUT, "b.yaml:2:4: ");
	check_refused(STR("a: 1\n\tb: 2\n"), ERR_INPUT, "b.yaml:2:");
	check_refused(STR("a: @x\n"), ERR_INPUT, "b.yaml:1:4: ");
	check_refused(STR("\xc3\xa9: @x\n"), ERR_INPUT, "b.yaml:1:4: ");
	check_refused(STR("\xef\xbb\xbf"
			  "a: @x\n"),
		ERR_INPUT, "b.yaml:1:4: ");
}

static void
bytes_that_no_editor_shows_are_refused_with_their_place(void **state)
{
	(void)state;
	check_refused(
		STR("a: 1\nb: x\0y\n"), ERR_INPUT, "b.yaml:2:5: a NUL byte");
	check_refused(STR("a: \xc3\xa9\xff\n"), ERR_INPUT,
		"b.yaml:1:5: this is not UTF-8");
	check_refused(STR("a: 1\nb: \xed\xa0\x80\n"), ERR_INPUT,
		"b.yaml:2:4: this is not UTF-8");
	check_refused(STR("a: 1\rb: 2\n"), ERR_INPUT,
		"b.yaml:1:5: a carriage return inside a line");
	check_refused(STR("a: 1\r"), ERR_INPUT,
		"b.yaml:1:5: a carriage return inside a line");
	check_refused(STR("# x\xc2\x85"
			  "a: 1\n"),
		ERR_INPUT, "b.yaml:1:4: the line break U+0085");
	check_refused(STR("a: x\xe2\x80\xa8y\n"), ERR_INPUT,
		"b.yaml:1:5: a line break U+2028");
	check_refused(STR("a: x\xe2\x80\xa9y\n"), ERR_INPUT,
		"b.yaml:1:5: a line break U+2028 or U+2029");
	check_refused(
		STR("a: 1\nb: \xc3\xa9\x01\n"), ERR_INPUT, "b.yaml:2:5: ");
	check_refused(STR("a: 1\nb: \x7f\n"), ERR_INPUT, "b.yaml:2:4: ");
	check_refused(
		STR("a: 1\nb: x\xef\xbb\xbf\n"), ERR_INPUT, "b.yaml:2:5: ");
}

static void
a_merge_conflict_is_refused(void **state)
{
	(void)state;
	check_refused(
		STR("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n"),
		ERR_INPUT, "b.yaml:2:1: an unresolved merge conflict");
	check_refused(STR("a: |\n  x\n>>>>>>> x\n"), ERR_INPUT,
		"b.yaml:3:1: an unresolved merge conflict");
	check_place(STR("a: |\n  <<<<<<< HEAD\nb: 1\n"), "b", 23, 3, 4);
	check_place(STR("<<<<<<<x: 1\nb: 1\n"), "b", 15, 2, 4);
}

static void
a_second_document_is_refused(void **state)
{
	(void)state;
	check_refused(STR("a: 1\n---\nb: 1\n"), ERR_INPUT,
		"b.yaml:2:1: a second document");
	check_refused(STR("a: 1\n...\n---\n"), ERR_INPUT,
		"b.yaml:3:1: a second document");
	check_place(STR("---\na: 1\n...\n# c\n"), "a", 7, 2, 4);
}

static void
a_key_twice_in_one_mapping_is_refused(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	check_refused(STR("a: 1\nb: 2\n\"a\": 3\n"), ERR_INPUT,
		"b.yaml:3:1: the key 'a' is there twice in one mapping, first "
		"at line 1");
	check_refused(STR("x: {a: 1, a: 2}\n"), ERR_INPUT, "b.yaml:1:11: ");
	for (int i = 0; i < 100; i++)
		buf_addf(&b, "k%d: 1\n", i);
	buf_add_c(&b, "k7: 2\n");
	check_refused(buf_str(&b), ERR_INPUT,
		"b.yaml:101:1: the key 'k7' is there twice in one mapping, "
		"first at line 8");
	check_place(STR("- a: 1\n- a: 2\n"), "1/a", 12, 2, 6);
}

static void
a_key_that_is_a_collection_is_refused(void **state)
{
	(void)state;
	check_refused(STR("a: 1\n[b]: 2\n"), ERR_INPUT, "b.yaml:2:1: a key");
	check_refused(STR("{{a: 1}: 2}\n"), ERR_INPUT, "b.yaml:1:2: a key");
	check_refused(
		STR("a: &x [1]\n*x : 2\n"), ERR_INPUT, "b.yaml:2:1: a key");
}

static void
an_alias_to_nothing_or_to_what_is_around_it_is_refused(void **state)
{
	(void)state;
	check_refused(STR("a: *x\nb: &x 1\n"), ERR_INPUT,
		"b.yaml:1:4: the alias '*x' names nothing above it");
	check_refused(STR("a: &x\n  b: *x\n"), ERR_INPUT,
		"b.yaml:2:6: the alias '*x' stands inside what it names");
	check_refused(STR("&x [*x]\n"), ERR_INPUT, "b.yaml:1:5: the alias");
}

static void
more_than_the_limits_is_refused(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_limits limits = yaml_default_limits;
	struct yaml_node *root;
	struct err e = {0};
	char deep[200];

	(void)state;
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	check_ok(yaml_parse(str_of(deep + 1, 128), "f", NULL, &a, &root, &e),
		&e);
	check_fails(yaml_parse(str_of(deep, 130), "f", NULL, &a, &root, &e), &e,
		ERR_LIMIT, "f:1:65: nested deeper than 64 levels");
	limits.bytes = 4;
	check_ok(yaml_parse(STR("a: 1"), "f", &limits, &a, &root, &e), &e);
	check_fails(yaml_parse(STR("a: 1\n"), "f", &limits, &a, &root, &e), &e,
		ERR_LIMIT, "f:1:1: 5 bytes are too many");
	limits.bytes = 100;
	limits.nodes = 3;
	check_ok(yaml_parse(STR("a: 1"), "f", &limits, &a, &root, &e), &e);
	check_fails(yaml_parse(STR("a: 1\nb: 2"), "f", &limits, &a, &root, &e),
		&e, ERR_LIMIT, "f:2:1: more than 3 values");
}

static void
nothing_is_an_empty_document(void **state)
{
	static const char *const empty[] = {"", "\n\n", "# c", "# c\n\n# d\n",
		"---\n", "--- # c\n...\n", "\xef\xbb\xbf",
		"\xef\xbb\xbf# c\r\n"};
	struct doc d;

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		doc_open(&d, str_from(empty[i]));
		assert_null(d.root);
		doc_close(&d);
	}
	doc_open(&d, STR("--- ~\n"));
	assert_non_null(d.root);
	assert_true(yaml_is_null(d.root));
	doc_close(&d);
	doc_open(&d, STR("''\n"));
	assert_non_null(d.root);
	doc_close(&d);
}

static void
offsets_are_bytes_and_columns_are_characters(void **state)
{
	(void)state;
	check_place(STR("a: \xc3\xa9\nb: \xf0\x9f\x9a\x80 \xc3\xa9\nc: x\n"),
		"c", 20, 3, 4);
	check_place(STR("{\xc3\xa9: \xe6\xbc\xa2, b: x}\n"), "b", 13, 1, 11);
	check_place(STR("\xef\xbb\xbf"
			"a: 1\r\nb: 2\r\n"),
		"b", 12, 2, 4);
	check_place(STR("\xef\xbb\xbf"
			"a: 1\n"),
		"a", 6, 1, 4);
	check_place(STR("\xef\xbb\xbf"
			"\xc3\xa9: 1\nb: x\n"),
		"b", 12, 2, 4);
	check_bytes(
		STR("\xef\xbb\xbf# \xc3\xa9\n\xc3\xa9:\n  - \xc3\xbc # x\n"),
		"\xc3\xa9", "- \xc3\xbc");
}

static void
a_scalar_ends_where_its_text_ends(void **state)
{
	(void)state;
	check_bytes(STR("a: x y   # c\n"), "a", "x y");
	check_bytes(
		STR("a: x\n  y\n\n  z  \n\n# c\nb: 1\n"), "a", "x\n  y\n\n  z");
	check_bytes(STR("a: 'x''y' # c\n"), "a", "'x''y'");
	check_bytes(STR("a: \"x\\\n  y\"\n"), "a", "\"x\\\n  y\"");
	check_bytes(STR("a: !t &x v # c\n"), "a", "!t &x v");
	check_bytes(STR("a: # c\n\n  v\n"), "a", "v");
	check_bytes(STR("a: &x v\nb: *x # c\n"), "b", "*x");
	check_bytes(STR("a:   # c\nb: 1\n"), "a", "");
	check_place(STR("a:   # c\nb: 1\n"), "a", 2, 1, 3);
}

static void
a_block_scalar_ends_after_its_last_line_of_text(void **state)
{
	(void)state;
	check_bytes(STR("a: |\n  x\n  y\n\n# c\nb: 1\n"), "a", "|\n  x\n  y\n");
	check_bytes(STR("a: >- # c\n  x\n\n\n  y  \n\nb: 1\n"), "a",
		">- # c\n  x\n\n\n  y  \n");
	check_bytes(STR("a: |+\n  x\n\n\nb: 1\n"), "a", "|+\n  x\n\n\n");
	check_bytes(
		STR("a: >+2\n   x\n \n  \nb: 1\n"), "a", ">+2\n   x\n \n  \n");
	check_bytes(STR("a: |+\n  x\n\n "), "a", "|+\n  x\n\n");
	check_bytes(STR("a: |+\n  x\n    "), "a", "|+\n  x\n    ");
	check_bytes(STR("a: |\n  x"), "a", "|\n  x");
	check_bytes(STR("a: |\n\nb: 1\n"), "a", "|\n");
	check_bytes(STR("a: |"), "a", "|");
	check_bytes(STR("a: |\r\n  x\r\n\r\nb: 1\r\n"), "a", "|\r\n  x\r\n");
	check_bytes(STR("- |\n # x\n- 1\n"), "0", "|\n # x\n");
	/* White space deeper than the text is text. */
	check_bytes(STR("a: |\n  x\n    \n\nb: 1\n"), "a", "|\n  x\n    \n");
	check_bytes(STR("a: |-\n  x\n    \n   \nb: 1\n"), "a",
		"|-\n  x\n    \n   \n");
	check_bytes(
		STR("a: >\n  x\n\n    \n\nb: 1\n"), "a", ">\n  x\n\n    \n");
	check_bytes(STR("a: |1\n   \nb: 1\n"), "a", "|1\n   \n");
}

static void
a_collection_ends_where_its_last_child_ends(void **state)
{
	(void)state;
	check_bytes(STR("a:\n  - x # c\n  - y # d\n  # e\n\nb: 1\n"), "a",
		"- x # c\n  - y");
	check_bytes(STR("a:\n- x\n-\n# c\nb: 1\n"), "a", "- x\n-");
	check_bytes(
		STR("a:\n  b:\n    c: 1 # d\n\ne: 1\n"), "a", "b:\n    c: 1");
	check_bytes(STR("a:\n  b:   # d\n\n# e\nf: 1\n"), "a", "b:");
	check_bytes(STR("a:\n  b: |\n    x\n\ne: 1\n"), "a", "b: |\n    x\n");
	check_bytes(STR("a: [ x, # c\n  y ] # d\n"), "a", "[ x, # c\n  y ]");
	check_bytes(STR("a: {b: 1}\n"), "a", "{b: 1}");
	check_bytes(STR("a: [b: 1, c]\n"), "a/0", "b: 1");
	check_bytes(STR("a:\n  ? b\n  # c\n\n  # d\ne: 1\n"), "a", "? b");
	check_bytes(
		STR("a:\n  ? b\n  # c\n  :\n\ne: 1\n"), "a", "? b\n  # c\n  :");
	check_bytes(STR("- - a\n  - b\n- c\n"), "0", "- a\n  - b");
	check_bytes(STR("a: 1\nb: 2\n...\n"), "", "a: 1\nb: 2");
}

static void
the_content_begins_past_tag_and_anchor(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("a: !t &x  v\nb: &y [1]\nc: *x\nd: 'v'\n"));
	const struct yaml_node *a = doc_at(&d, "a"), *b = doc_at(&d, "b");
	assert_true(a->tagged && a->anchored);
	assert_int_equal(a->start, 3);
	assert_int_equal(a->content, 10);
	assert_true(b->anchored && !b->tagged);
	assert_int_equal(b->content, b->start + 3);
	assert_false(doc_at(&d, "c")->anchored);
	assert_ptr_equal(doc_at(&d, "c")->alias_of, a);
	assert_int_equal(doc_at(&d, "d")->content, doc_at(&d, "d")->start);
	doc_close(&d);
	doc_open(&d, STR("a: &x # c\n  !t\n  k: &y\n    |+\n    v\n\nb: !e\n"));
	assert_int_equal(doc_at(&d, "a")->content, 17);
	assert_int_equal(doc_at(&d, "a/k")->content, 27);
	assert_int_equal(doc_at(&d, "a/k")->end, 37);
	assert_int_equal(doc_at(&d, "b")->content, doc_at(&d, "b")->end);
	doc_close(&d);
}

static void
an_alias_is_a_copy_with_its_own_place(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("a: &x {k: [v]}\nb: *x\nc: *x\n"));
	const struct yaml_node *b = doc_at(&d, "b");
	assert_int_equal(b->kind, YAML_MAPPING);
	assert_int_equal(b->line, 2);
	assert_int_equal(b->start, 18);
	assert_int_equal(b->end, 20);
	assert_ptr_equal(doc_at(&d, "b/k"), doc_at(&d, "a/k"));
	check_str(doc_at(&d, "c/k/0")->value, "v");
	doc_close(&d);
	/* The nearest above counts. */
	doc_open(&d, STR("- &x 1\n- *x\n- &x 2\n- *x\n"));
	check_str(doc_at(&d, "1")->value, "1");
	check_str(doc_at(&d, "3")->value, "2");
	doc_close(&d);
}

static void
scalars_are_their_text(void **state)
{
	static const struct {
		const char *yaml, *value;
		enum yaml_style style;
	} cases[] = {
		{"x  y", "x  y", YAML_PLAIN},
		{"'a''b'", "a'b", YAML_SINGLE},
		{"\"a\\n\\u00e9\\x41\"",
			"a\n\xc3\xa9"
			"A",
			YAML_DOUBLE},
		{"|\n  a\n   b\n", "a\n b\n", YAML_LITERAL},
		{"|\r\n  a\r\n  b\r\n", "a\nb\n", YAML_LITERAL},
		{">-\n  a\n  b\n", "a b", YAML_FOLDED},
		{"a\n  b\n\n  c", "a b\nc", YAML_PLAIN},
	};
	char bytes[100];
	struct doc d;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(bytes, sizeof(bytes), "k: %s", cases[i].yaml);
		doc_open(&d, str_from(bytes));
		check_str(doc_at(&d, "k")->value, cases[i].value);
		assert_int_equal(doc_at(&d, "k")->style, cases[i].style);
		doc_close(&d);
	}
}

static void
a_null_is_plain_and_one_of_five(void **state)
{
	static const struct {
		const char *yaml;
		bool null;
	} cases[] = {{"k:", true}, {"k: ~", true}, {"k: null", true},
		{"k: Null", true}, {"k: NULL", true}, {"k: ''", false},
		{"k: 'null'", false}, {"k: nULL", false}, {"k: []", false},
		{"k: !!str", false}, {"k: |\n", false}};
	struct doc d;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		doc_open(&d, str_from(cases[i].yaml));
		assert_int_equal(yaml_is_null(doc_at(&d, "k")), cases[i].null);
		doc_close(&d);
	}
}

static void
a_boolean_is_plain_true_or_false(void **state)
{
	bool b = false;
	struct doc d;

	(void)state;
	doc_open(&d, STR("[true, True, TRUE, false, False, FALSE]"));
	for (size_t i = 0; i < 6; i++) {
		assert_true(yaml_bool(d.root->items[i], &b));
		assert_int_equal(b, i < 3);
	}
	doc_close(&d);
	doc_open(&d, STR("['true', yes, tRUE, 1, '', [true]]"));
	for (size_t i = 0; i < 6; i++)
		assert_false(yaml_bool(d.root->items[i], &b));
	doc_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_yaml_is_refused_with_its_place),
		cmocka_unit_test(
			bytes_that_no_editor_shows_are_refused_with_their_place),
		cmocka_unit_test(a_merge_conflict_is_refused),
		cmocka_unit_test(a_second_document_is_refused),
		cmocka_unit_test(a_key_twice_in_one_mapping_is_refused),
		cmocka_unit_test(a_key_that_is_a_collection_is_refused),
		cmocka_unit_test(
			an_alias_to_nothing_or_to_what_is_around_it_is_refused),
		cmocka_unit_test(more_than_the_limits_is_refused),
		cmocka_unit_test(nothing_is_an_empty_document),
		cmocka_unit_test(offsets_are_bytes_and_columns_are_characters),
		cmocka_unit_test(a_scalar_ends_where_its_text_ends),
		cmocka_unit_test(
			a_block_scalar_ends_after_its_last_line_of_text),
		cmocka_unit_test(a_collection_ends_where_its_last_child_ends),
		cmocka_unit_test(the_content_begins_past_tag_and_anchor),
		cmocka_unit_test(an_alias_is_a_copy_with_its_own_place),
		cmocka_unit_test(scalars_are_their_text),
		cmocka_unit_test(a_null_is_plain_and_one_of_five),
		cmocka_unit_test(a_boolean_is_plain_true_or_false),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
