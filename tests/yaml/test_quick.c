/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdlib.h>

#include "base/buf.h"
#include "same.h"

/*
 * What the fast path takes, what it leaves to libyaml, and that both say the
 * same of it.
 */

#define STARTER                                                    \
	"# What weir does here. See weir(1).\n\n"                  \
	"project: { prefix: WRK }\n\n"                             \
	"guardrails:\n  max_size: medium        # small or more\n" \
	"execution:\n  # Items at a time.\n  max_wip: 1\n"         \
	"  # phase_cap: 100\n\ngit: on\n\n"                        \
	"agents:\n  default: claude\n  claude:\n"                  \
	"    command: [claude, -p, --mode, \"-\"]\n"               \
	"pipelines:\n  feature:\n    # pre_phases:\n    phases:\n" \
	"      # name         what it says\n"                      \
	"      - name: plan\n        workflows: [work/plan.md]\n"  \
	"      - { name: review, destructive: true }\n"

#define BACKLOG                                                            \
	"schema_version: 3\nnext_item_id: 2\nitems:\n- id: WRK-001\n"      \
	"  title: Make it fast (3-4 times), now!\n"                        \
	"  tags: [alpha, beta]\n"                                          \
	"  created: 2026-02-12T16:23:33.711239234+00:00\n  description:\n" \
	"    context: |\n      Somebody said:\n        soon\n\n"           \
	"    problem: \"A \\\"quoted\\\" word\"\n- id: WRK-002\n"          \
	"  dependencies: []\n"

/* A name, a document, what it means. */
#define CONSTRUCTS(X)                                                                    \
	X(a_block_mapping, "a: b\nc: d\n", "{a: b, c: d}")                               \
	X(a_mapping_in_a_mapping, "a:\n  b: c\nd: e\n", "{a: {b: c}, d: e}")             \
	X(a_list_under_its_key, "a:\n- b\n- c\nd: e\n", "{a: [b, c], d: e}")             \
	X(an_indented_list, "a:\n    - b\n    - c\nd: e\n",                              \
		"{a: [b, c], d: e}")                                                     \
	X(a_list_of_mappings, "- a: b\n  c: d\n- e: f\n",                                \
		"[{a: b, c: d}, {e: f}]")                                                \
	X(a_list_in_a_list, "- - a\n  - b\n-   - c\n", "[[a, b], [c]]")                  \
	X(a_dash_above_its_entry, "-\n  a: b\n- # why\n  c\n", "[{a: b}, c]")            \
	X(an_indented_document, "  a: b\n  c: d\n", "{a: b, c: d}")                      \
	X(a_value_below_its_key, "a:\n  b c\nd:\n  'e'\n", "{a: b c, d: e}")             \
	X(no_value,                                                                      \
		"a:\nb:   # none\nc:\n- \n-\nd:", "{a: , b: , c: [, ], d: }")            \
	X(comments, "# 1\n\na: b # 2\n   # 3\n# 4\nc: 'd' # \t5\n  # 6",                 \
		"{a: b, c: d}")                                                          \
	X(comments_next_to_text, "'a': 'b'#1\nc: [d]#2\ne: |#3\n  f#4\n",                \
		"{a: b, c: [d], e: f#4\n}")                                              \
	X(blank_lines, "\n\na:\n\n  \n  b: c\n   \n\nd: e\n\n",                          \
		"{a: {b: c}, d: e}")                                                     \
	X(no_last_line_end, "a: b", "{a: b}")                                            \
	X(trailing_spaces, "a: b  \nc:  \n- d   \n", "{a: b, c: [d]}")                   \
	X(spaces_before_a_colon, "a : b\n'c'  : d\n", "{a: b, c: d}")                    \
	X(plain_text_with_indicators,                                                    \
		"a: b:c d#e [f] {g}, *h &i !j 'k' \"l\" -m - n ? o\n"                    \
		"b: -1\nc: --d\nd#e: http://x/?y=z#w\nf: ~\n",                           \
		"{a: b:c d#e [f] {g}, *h &i !j 'k' \"l\" -m - n ? o, b: -1, "            \
		"c: --d, d#e: http://x/?y=z#w, f: ~}")                                   \
	X(single_quotes, "'a b': 'c: ''d'' # e'\nf: ''\n",                               \
		"{a b: c: 'd' # e, f: }")                                                \
	X(double_quotes, "\"a\": \"b: # c\\\"\\\\\\/\\n\\td\"\ne: \"\"\n",               \
		"{a: b: # c\"\\/\n\td, e: }")                                            \
	X(tabs_in_quotes, "a: 'b\tc'\nd: \"e\tf\"\n", "{a: b\tc, d: e\tf}")              \
	X(flow_lists, "a: [b, 'c d', \"e\", -1, f:g, ]\nh: []\ni: [ ]\n",                \
		"{a: [b, c d, e, -1, f:g], h: [], i: []}")                               \
	X(flow_mappings, "- {a: b, 'c':d, \"e\": , f, g: 'h'}\n- {}\n",                  \
		"[{a: b, c: d, e: , f: , g: h}, {}]")                                    \
	X(flow_in_flow, "a: {b: [c, {d: e}], f: [[g]]} # h\n",                           \
		"{a: {b: [c, {d: e}], f: [[g]]}}")                                       \
	X(a_flow_document, "[a, {\"b\": [1, null]}]\n", "[a, {b: [1, null]}]")           \
	X(literal_text, "a: |\n  b\n    c\n\n  d\n\ne: f\n",                             \
		"{a: b\n  c\n\nd\n, e: f}")                                              \
	X(stripped_literal_text, "a: |-\n  b\n\nc: d\n", "{a: b, c: d}")                 \
	X(kept_literal_text, "a: |+ # b\n  c\n\n\nd: e\n",                               \
		"{a: c\n\n\n, d: e}")                                                    \
	X(literal_text_in_lists, "- |\n a\n- b: |-\n   c\n", "[a\n, {b: c}]")            \
	X(literal_text_with_tabs, "a: |\n  b\tc\n  \td\n", "{a: b\tc\n\td\n}")           \
	X(empty_literal_text, "a: |\nb: >-\n\nc: |+\n\n\n# d\n",                         \
		"{a: , b: , c: \n\n}")                                                   \
	X(folded_text, "a: >\n  b\n  c\n\n  d\n    e\n   f\n  g\n",                      \
		"{a: b c\nd\n  e\n f\ng\n}")                                             \
	X(folded_text_that_ends, "a: >-\n\n  b\n\n\n  c\nd: >+\n  e\n\n",                \
		"{a: \nb\n\nc, d: e\n\n}")                                               \
	X(other_letters, "ключ: è 日本 # ü\né: 'ß'\n", "{ключ: è 日本, é: ß}")           \
	X(other_letters_everywhere,                                                      \
		"ключ: è\n'日本': [ü, {ß: \"🙂\\n\", é: x}]\nö: |\n  ä\n", \
		"{ключ: è, 日本: [ü, {ß: 🙂\n, é: x}], ö: ä\n}")           \
	X(a_document_start, "# a\n--- # b\nc: d\n", "{c: d}")                            \
	X(no_document, "", "")                                                           \
	X(only_comments, "\n# a\n  # b", "")                                             \
	X(the_starter_configuration, STARTER,                                            \
		"{project: {prefix: WRK}, guardrails: {max_size: medium}, "              \
		"execution: {max_wip: 1}, git: on, agents: {default: "                   \
		"claude, claude: {command: [claude, -p, --mode, -]}}, "                  \
		"pipelines: {feature: {phases: [{name: plan, workflows: "                \
		"[work/plan.md]}, {name: review, destructive: true}]}}}")                \
	X(a_backlog, BACKLOG,                                                            \
		"{schema_version: 3, next_item_id: 2, items: [{id: WRK-001, "            \
		"title: Make it fast (3-4 times), now!, tags: [alpha, beta], "           \
		"created: 2026-02-12T16:23:33.711239234+00:00, description: "            \
		"{context: Somebody said:\n  soon\n, problem: A \"quoted\" "             \
		"word}}, {id: WRK-002, dependencies: []}]}")

struct construct {
	const char *text, *meaning;
};

#define ENTRY(name, text, meaning) {text, meaning},
static const struct construct constructs[] = {CONSTRUCTS(ENTRY)};
enum { CONSTRUCT_COUNT = sizeof(constructs) / sizeof(constructs[0]) };

/* In one line: {key: value} and [entry]. */
static void
tell(struct buf *b, const struct yaml_node *n)
{
	if (n == NULL)
		return;
	if (n->kind == YAML_SCALAR) {
		buf_add_str(b, n->value);
		return;
	}
	buf_add_char(b, n->kind == YAML_MAPPING ? '{' : '[');
	for (size_t i = 0; i < n->n; i++) {
		buf_add_c(b, i > 0 ? ", " : "");
		if (n->kind == YAML_SEQUENCE) {
			tell(b, n->items[i]);
			continue;
		}
		tell(b, n->pairs[i].key);
		buf_add_c(b, ": ");
		tell(b, n->pairs[i].value);
	}
	buf_add_char(b, n->kind == YAML_MAPPING ? '}' : ']');
}

static void
check_meaning(const struct yaml_node *root, const char *meaning)
{
	CLEANUP_BUF struct buf b = {0};

	buf_add_c(&b, "");
	tell(&b, root);
	check_str(buf_str(&b), meaning);
}

static void
takes(const char *text, const char *meaning)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_node *root;

	if (yaml_quick(str_from(text), &yaml_default_limits, &a, &root) != 0)
		fail_msg("declined:\n%s", text);
	check_meaning(root, meaning);
	assert_int_equal(judge_bytes(str_from(text)), TAKEN);
}

#define TEST(name, text, meaning)              \
	static void takes_##name(void **state) \
	{                                      \
		(void)state;                   \
		takes(text, meaning);          \
	}
CONSTRUCTS(TEST)

static void
libyaml_alone_reads_all_of_it_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONSTRUCT_COUNT; i++) {
		CLEANUP_ARENA struct arena a = {0};
		struct yaml_node *root;
		struct err e = {0};
		struct str text = str_from(constructs[i].text);
		check_ok(yaml_build(text, "f", &yaml_default_limits, &a, &root,
				 &e),
			&e);
		check_meaning(root, constructs[i].meaning);
	}
}

/* Cut anywhere, a document is taken only if libyaml reads the same in it. */
static void
what_is_cut_off_is_read_as_libyaml_does(void **state)
{
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < CONSTRUCT_COUNT; i++) {
		struct str text = str_from(constructs[i].text);
		for (size_t n = 0; n <= text.n; n++) {
			/* Of its own size, for the sanitizers' sake. */
			char *copy = malloc(n + 1);
			assert_non_null(copy);
			memcpy(copy, text.s, n);
			enum verdict v = judge_bytes(str_of(copy, n));
			free(copy);
			if (v == WRONG)
				fail_msg("%.*s", (int)n, text.s);
			taken += v == TAKEN;
		}
	}
	assert_true(taken > 800);
}

static void
check_declined(struct str text)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_node *root;

	if (yaml_quick(text, &yaml_default_limits, &a, &root) != 1)
		fail_msg("taken:\n%.*s", STR_ARG(text));
	assert_null(root);
}

/* Good YAML for which libyaml is asked. */
static void
leaves_what_is_rarely_written_to_libyaml(void **state)
{
	static const char *const texts[] = {"a: &b c\n", "a: *b\n", "- !c d\n",
		"? a\n: b\n", "%YAML 1.1\n---\na: b\n", "a: b\n...\n",
		"--- a\n", "a: b\n---\nc: d\n", "a:\tb\n", "a: b\t\n",
		"a:\n\t\n", "a: b\r\n", "a: b\n  c\n", "a: 'b\n  c'\n",
		"a: \"b\\\n  c\"\n", "a: \"\\x41\"\n", "a: [b,\n  c]\n",
		"a: [b: c]\n", "a: |2\n    b\n", "a: |\n\n    \n  b\n",
		"a: |\n  b\n  ", "a: |\n  b\n   \nc: d\n", "\357\273\277a: b\n",
		"text\n", "'text'\n", "|\n  text\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_declined(str_from(texts[i]));
}

/* libyaml or yaml_parse refuses it, and says why. */
static void
leaves_mistakes_to_libyaml(void **state)
{
	static const char *const texts[] = {"a: - b\n", "a: -\n", "a: b: c\n",
		"a: 'b': c\n", "a: 'b' c\n", "a: [b] c\n", "a: [b\n",
		"a: [b}\n", "a: {b\n", "a: [,]\n", "a: [b c: d]\n", "a: 'b\n",
		"a: \"\\q\"\n", "a\n", "a: b\nc\n", "a: b\n - c\n", "... : b\n",
		"a: b\n... : c\n", "a: b\n- c\n", "- a\nb: c\n", "- a\n - b\n",
		"  a: b\nc: d\n", "a:\n    b: c\n  d: e\n", "a: |x\n  b\n",
		"a: |\n \tb\n", "a: @b\n", "a: `b\n", "a: %b\n", "a: ]\n",
		"a: b\na: c\n", "a: {b: c, 'b': d}\n", "{[a]: b}\n",
		"a: \x01\n", "a: \x7f\n", "a: \xc2\x80\n", "a: \xff\n",
		"a: \xc2\x85\n", "a: \xe2\x80\xa8\n", "a: \xef\xbf\xbf\n",
		"a: b\n<<<<<<< mine\n", "<<<<<<<: b\n", ">>>>>>> a\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_declined(str_from(texts[i]));
	check_declined(str_of("a: \0\n", 5));
}

/* As many keys as are compared one by one, and more. */
static void
leaves_a_key_that_comes_twice_to_libyaml(void **state)
{
	(void)state;
	for (size_t n = 30; n < 36; n++) {
		CLEANUP_BUF struct buf b = {0};
		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "key%zu: x\n", i);
		assert_int_equal(judge_bytes(buf_str(&b)), TAKEN);
		for (size_t i = 0; i < n; i++) {
			size_t had = b.n;
			buf_addf(&b, "'key%zu':\n", i);
			check_declined(buf_str(&b));
			b.n = had;
		}
	}
}

static void
leaves_keys_near_the_longest_to_libyaml(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	for (size_t n = 900; n < 1100; n++) {
		buf_reset(&b);
		buf_add_repeat(&b, 'k', n);
		buf_add_c(&b, ": x\n");
		assert_int_equal(
			judge_bytes(buf_str(&b)), n <= 1000 ? TAKEN : DECLINED);
		buf_reset(&b);
		buf_add_c(&b, "{'k'");
		buf_add_repeat(&b, ' ', n);
		buf_add_c(&b, ": x}\n");
		assert_int_equal(
			judge_bytes(buf_str(&b)), n < 998 ? TAKEN : DECLINED);
	}
}

static void
leaves_what_is_beyond_the_limits_to_libyaml(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str text = STR("a: [{b: c}]\nd:\n");
	struct yaml_limits l = {.bytes = text.n, .depth = 3, .nodes = 8};
	struct yaml_node *root;

	(void)state;
	assert_int_equal(yaml_quick(text, &l, &a, &root), 0);
	l.bytes--;
	assert_int_equal(yaml_quick(text, &l, &a, &root), 1);
	l.bytes++;
	l.depth--;
	assert_int_equal(yaml_quick(text, &l, &a, &root), 1);
	l.depth++;
	l.nodes--;
	assert_int_equal(yaml_quick(text, &l, &a, &root), 1);
}

static void
add_nested(struct buf *b, size_t depth)
{
	buf_reset(b);
	buf_add_repeat(b, '[', depth);
	buf_add_repeat(b, ']', depth);
}

static void
leaves_great_depth_to_libyaml(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf b = {0};
	struct yaml_limits l = yaml_default_limits;
	struct yaml_node *root;

	(void)state;
	add_nested(&b, l.depth);
	assert_int_equal(judge_bytes(buf_str(&b)), TAKEN);
	add_nested(&b, l.depth + 1);
	check_declined(buf_str(&b));
	/* Its own depth is bounded even when nothing else is. */
	l.depth = SIZE_MAX;
	add_nested(&b, 1000000);
	assert_int_equal(yaml_quick(buf_str(&b), &l, &a, &root), 1);
}

static void
takes_more_neighbours_than_it_goes_deep(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		buf_add_c(&b, "- [{}]\n");
	assert_int_equal(judge_bytes(buf_str(&b)), TAKEN);
}

#define UNIT(name, text, meaning) cmocka_unit_test(takes_##name),

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONSTRUCTS(UNIT)
			cmocka_unit_test(libyaml_alone_reads_all_of_it_too),
		cmocka_unit_test(what_is_cut_off_is_read_as_libyaml_does),
		cmocka_unit_test(leaves_what_is_rarely_written_to_libyaml),
		cmocka_unit_test(leaves_mistakes_to_libyaml),
		cmocka_unit_test(leaves_a_key_that_comes_twice_to_libyaml),
		cmocka_unit_test(leaves_keys_near_the_longest_to_libyaml),
		cmocka_unit_test(leaves_what_is_beyond_the_limits_to_libyaml),
		cmocka_unit_test(leaves_great_depth_to_libyaml),
		cmocka_unit_test(takes_more_neighbours_than_it_goes_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
