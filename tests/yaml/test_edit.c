/* SPDX-License-Identifier: MIT */
#include "fixture.h"

static void
check_unset(const char *before, const char *path, const char *key,
	const char *expected)
{
	struct doc d;

	doc_open(&d, str_from(before));
	yaml_edit_unset(&d.ed, doc_at(&d, path), str_from(key));
	doc_gives(&d, expected);
}

static void
check_append(const char *before, const char *path, struct yaml_value v,
	const char *expected)
{
	struct doc d;

	doc_open(&d, str_from(before));
	yaml_edit_append(&d.ed, doc_at(&d, path), v);
	doc_gives(&d, expected);
}

static void
check_remove(
	const char *before, const char *path, size_t i, const char *expected)
{
	struct doc d;

	doc_open(&d, str_from(before));
	yaml_edit_remove(&d.ed, doc_at(&d, path), i);
	doc_gives(&d, expected);
}

static void
check_set_refused(const char *before, const char *path, const char *key,
	const char *message)
{
	struct doc d;

	doc_open(&d, str_from(before));
	yaml_edit_set(
		&d.ed, doc_at(&d, path), str_from(key), text("done"), SIZE_MAX);
	doc_refuses(&d, ERR_CONFLICT, message);
}

/* {id: X, title: Y} */
static const struct yaml_entry two_entries[] = {
	{{"id", 2}, {.kind = YAML_SCALAR, .text = {"X", 1}}},
	{{"title", 5}, {.kind = YAML_SCALAR, .text = {"a: b", 4}}},
};
static const struct yaml_value two = {
	.kind = YAML_MAPPING, .entries = two_entries, .n = 2};

static const struct yaml_value list_items[] = {
	{.kind = YAML_SCALAR, .text = {"p", 1}},
	{.kind = YAML_SCALAR, .text = {"q", 1}},
};
static const struct yaml_value list = {
	.kind = YAML_SEQUENCE, .items = list_items, .n = 2};
static const struct yaml_value no_list = {.kind = YAML_SEQUENCE};
static const struct yaml_value no_map = {.kind = YAML_MAPPING};

static void
a_replaced_value_leaves_all_around_it(void **state)
{
	(void)state;
	check_set("a: 1\ns:   new   # why\n# c\nb: 2\n", "", "s", text("done"),
		"a: 1\ns:   done   # why\n# c\nb: 2\n");
	check_set("s:\n  new\nb: 2\n", "", "s", text("done"),
		"s:\n  done\nb: 2\n");
	check_set("s: one\n  two\n   three # x\nb: 2\n", "", "s", text("done"),
		"s: done # x\nb: 2\n");
	/* libyaml takes such a line behind plain text only. */
	check_set("s: new\n  \t\nb: 2\n", "", "s", text("a: b"),
		"s: 'a: b'\n   \nb: 2\n");
	check_set("s : new", "", "s", text("done"), "s : done");
	check_set("\"s\": new\r\nb: 1\r\n", "", "s", text("done"),
		"\"s\": done\r\nb: 1\r\n");
}

static void
a_value_is_given_to_a_key_without_one(void **state)
{
	(void)state;
	check_set("s:\nb: 1\n", "", "s", text("x"), "s: x\nb: 1\n");
	check_set("s: \nb: 1\n", "", "s", text("x"), "s: x\nb: 1\n");
	check_set("s:   # c\nb: 1\n", "", "s", text("x"), "s: x   # c\nb: 1\n");
	check_set("s:", "", "s", text("x"), "s: x");
	check_set(
		"s:\n\n# c\nb: 1\n", "", "s", text("x"), "s: x\n\n# c\nb: 1\n");
	check_set("s: ~ # c\n", "", "s", text("x"), "s: x # c\n");
	check_set("s:\r\nb: 1\r\n", "", "s", text("x"), "s: x\r\nb: 1\r\n");
	check_set("s: # c\n  # d\nb: 1\n", "", "s", list,
		"s: # c\n- p\n- q\n  # d\nb: 1\n");
	check_set("{s, b: 1}", "", "s", text("x"), "{s: x, b: 1}");
	check_set("{s: , b: 1}", "", "s", text("x"), "{s: x , b: 1}");
	check_set("{b: 1, \"s\":}", "", "s", text("x"), "{b: 1, \"s\": x}");
}

static void
collections_and_scalars_take_each_others_place(void **state)
{
	(void)state;
	check_set(
		"s: x # c\nb: 1\n", "", "s", list, "s: # c\n- p\n- q\nb: 1\n");
	check_set("s: x\nb: 1\n", "", "s", two,
		"s:\n  id: X\n  title: 'a: b'\nb: 1\n");
	check_set("s: x # c\nb: 1\n", "", "s", no_list, "s: [] # c\nb: 1\n");
	check_set("s:\n  # above\n  - a # one\n  - b # two\n# below\nb: 1\n",
		"", "s", text("x"), "s: x\n  # above\n# below\nb: 1\n");
	check_set("s:\n- a\n- b", "", "s", text("x"), "s: x\n");
	check_set("s: # c\n  - a\n", "", "s", no_list, "s: [] # c\n");
	check_set("s: # c\n  k: a\n", "", "s", no_map, "s: {} # c\n");
	check_set("s:\n    - a\n    - b\nb: 1\n", "", "s", list,
		"s:\n    - p\n    - q\nb: 1\n");
	check_set("s:\n- a\nb: 1\n", "", "s", two,
		"s:\n  id: X\n  title: 'a: b'\nb: 1\n");
	check_set("s: [] # c\n", "", "s", list, "s: # c\n- p\n- q\n");
	check_set("s: [a] # c\n", "", "s", list, "s: [p, q] # c\n");
	check_set("s: {a: b} # c\n", "", "s", two,
		"s: {id: X, title: 'a: b'} # c\n");
	check_set("s: |\n  a\n  b\nb: 1\n", "", "s", list,
		"s:\n- p\n- q\nb: 1\n");
	check_set("s:\n   x\nb: 1\n", "", "s", list, "s:\n- p\n- q\nb: 1\n");
	check_set("s:\n   x # c\nb: 1\n", "", "s", list,
		"s:\n    # c\n- p\n- q\nb: 1\n");
	check_set("{s: x}", "", "s", list, "{s: [p, q]}");
}

static void
new_collections_follow_the_documents_habits(void **state)
{
	(void)state;
	check_set("i:\n  - a\ns:\n", "", "s", list,
		"i:\n  - a\ns:\n  - p\n  - q\n");
	check_set("i:\n- a\ns:\n", "", "s", list, "i:\n- a\ns:\n- p\n- q\n");
	check_set("i:\n    k: a\ns:\n", "", "s", two,
		"i:\n    k: a\ns:\n    id: X\n    title: 'a: b'\n");
}

static void
a_new_key_gets_its_own_line_behind_another(void **state)
{
	(void)state;
	check_set_after("a: 1 # c\n\n# d\nb: 2\n", "", "n", text("x"), 0,
		"a: 1 # c\nn: x\n\n# d\nb: 2\n");
	check_set_after(
		"a: 1\nb: 2", "", "n", text("x"), 1, "a: 1\nb: 2\nn: x\n");
	check_set_after("a: 1\r\nb: 2\r\n", "", "n", text("x"), 1,
		"a: 1\r\nb: 2\r\nn: x\r\n");
	check_set_after(
		"a: 1\n...\n", "", "n", text("x"), 0, "a: 1\nn: x\n...\n");
	check_set_after("i:\n  - a: |\n      t\n\n    b: 1\n", "i/0", "n",
		text("x"), 0, "i:\n  - a: |\n      t\n    n: x\n\n    b: 1\n");
	check_set_after("a: |+\n  t\n\n\nb: 1\n", "", "n", text("x"), 0,
		"a: |+\n  t\n\n\nn: x\nb: 1\n");
	check_set_after("a:\n  - 1\n  # of a\n# of b\nb: 1\n", "", "n",
		text("x"), 0, "a:\n  - 1\n  # of a\nn: x\n# of b\nb: 1\n");
	check_set_after(
		"a:\nb: 1\n", "", "n", text("x"), 0, "a:\nn: x\nb: 1\n");
	check_set_after("a: 'x\n\n  y' # c\nb: 1\n", "", "n", text("x"), 0,
		"a: 'x\n\n  y' # c\nn: x\nb: 1\n");
	check_set_after(
		"a: 1\n", "", "n: o", list, 0, "a: 1\n'n: o':\n- p\n- q\n");
}

static void
a_new_key_goes_to_the_front(void **state)
{
	(void)state;
	check_set("a: 1\n", "", "n", text("x"), "n: x\na: 1\n");
	check_set("# c\n---\n# d\na: 1\n", "", "n", text("x"),
		"# c\n---\n# d\nn: x\na: 1\n");
	check_set("\xef\xbb\xbf"
		  "a: 1\n",
		"", "n", text("x"),
		"\xef\xbb\xbf"
		"n: x\na: 1\n");
	check_set("- a: 1\n  b: 2\n", "0", "n", text("x"),
		"- n: x\n  a: 1\n  b: 2\n");
	check_set("-\n  a: 1\n", "0", "n", text("x"), "-\n  n: x\n  a: 1\n");
	check_set("-   a: 1\n", "0", "n", text("k\nl\n"),
		"-   n: |\n      k\n      l\n    a: 1\n");
	check_set("- - a: 1\n", "0/0", "n", text("x"), "- - n: x\n    a: 1\n");
	check_set("k:\n  a: 1\n", "k", "n", text("x"), "k:\n  n: x\n  a: 1\n");
}

static void
new_keys_come_out_in_the_order_of_the_calls(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("a: 1\nb: 2\n"));
	yaml_edit_set(&d.ed, d.root, STR("y"), text("1"), 1);
	yaml_edit_set(&d.ed, d.root, STR("n"), text("2"), 0);
	yaml_edit_set(&d.ed, d.root, STR("m"), text("3"), 0);
	yaml_edit_set(&d.ed, d.root, STR("z"), text("4"), SIZE_MAX);
	doc_gives(&d, "z: '4'\na: 1\nn: '2'\nm: '3'\nb: 2\ny: '1'\n");
}

static void
flow_mappings_get_keys_in_flow(void **state)
{
	(void)state;
	check_set("{}", "", "n", text("x"), "{n: x}");
	check_set("k: { } # c\n", "k", "n", text("x"), "k: {n: x } # c\n");
	check_set("{a: 1}", "", "n", text("x"), "{n: x, a: 1}");
	check_set_after("{a: , b}", "", "n", text("x"), 0, "{a: , n: x , b}");
	check_set_after("{a: 1, b}", "", "n", text("x"), 0, "{a: 1, n: x, b}");
	check_set_after("{a: 1, b}", "", "n", list, 1, "{a: 1, b, n: [p, q]}");
	check_set_after("{\n  a: 1, # c\n}\n", "", "n", two, 0,
		"{\n  a: 1, n: {id: X, title: 'a: b'}, # c\n}\n");
	check_set_after("{\"a\": \"b\"#c\n}\n", "", "n", text("x"), 0,
		"{\"a\": \"b\", n: x #c\n}\n");
	check_set("{\"a\":1}", "", "a", text("x"), "{\"a\": x}");
}

static void
an_unset_key_takes_its_lines(void **state)
{
	(void)state;
	check_unset(
		"a: 1\nb: 2 # c\n# d\nc: 3\n", "", "b", "a: 1\n# d\nc: 3\n");
	check_unset("a: 1\nb: 2\n", "", "a", "b: 2\n");
	check_unset("# h\n\na: 1\nb: 2\n", "", "a", "# h\n\nb: 2\n");
	check_unset("\xef\xbb\xbf"
		    "a: 1\nb: 2\n",
		"", "a",
		"\xef\xbb\xbf"
		"b: 2\n");
	check_unset("a: 1\nb:\n  - x\n  # of b\n  - y # z\n  # of b\nc: 1\n",
		"", "b", "a: 1\nc: 1\n");
	check_unset("a: 1\nb: |\n  t\n\nc: 1\n", "", "b", "a: 1\n\nc: 1\n");
	check_unset("a: 1\nb: 2", "", "b", "a: 1\n");
	check_unset("a: 1\r\nb: 2\r\nc: 3\r\n", "", "b", "a: 1\r\nc: 3\r\n");
	check_unset("a: 1\nb:\nc: 3\n", "", "b", "a: 1\nc: 3\n");
	check_unset("a: 1\n", "", "zz", "a: 1\n");
	/* The blank line would become text of a. */
	check_unset(
		"a: |+\n  t\nb: 1\n\nc: 1\n", "", "b", "a: |+\n  t\nc: 1\n");
}

static void
an_unset_key_behind_a_dash_lets_the_next_move_up(void **state)
{
	(void)state;
	check_unset("- a: 1 # x\n  b: 2\n", "0", "a", "- b: 2\n");
	check_unset("-   a: 1\n\n    b: 2\n", "0", "a", "-   b: 2\n");
	check_unset(
		"- a: 1\n  # of b\n  b: 2\n", "0", "a", "- # of b\n  b: 2\n");
	check_unset("-\n  a: 1\n  b: 2\n", "0", "a", "-\n  b: 2\n");
	check_unset("- - a: 1\n    b: 2\n", "0/0", "a", "- - b: 2\n");
}

static void
several_keys_behind_a_dash_go_at_once(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("- a: 1\n  b: 2\n  c: 3\n"));
	yaml_edit_unset(&d.ed, d.root->items[0], STR("a"));
	yaml_edit_unset(&d.ed, d.root->items[0], STR("b"));
	doc_gives(&d, "- c: 3\n");

	doc_open(&d, STR("- a: 1\n  b: 2\n  c: 3\n"));
	yaml_edit_unset(&d.ed, d.root->items[0], STR("a"));
	yaml_edit_unset(&d.ed, d.root->items[0], STR("b"));
	yaml_edit_set(&d.ed, d.root->items[0], STR("n"), text("x"), 1);
	yaml_edit_set(&d.ed, d.root->items[0], STR("m"), text("y"), 1);
	doc_gives(&d, "- n: x\n  m: y\n  c: 3\n");

	doc_open(&d, STR("- a: 1\n  b: 2\n"));
	yaml_edit_unset(&d.ed, d.root->items[0], STR("a"));
	yaml_edit_unset(&d.ed, d.root->items[0], STR("b"));
	yaml_edit_set(&d.ed, d.root->items[0], STR("n"), text("x"), SIZE_MAX);
	yaml_edit_set(&d.ed, d.root->items[0], STR("m"), text("y"), 0);
	doc_gives(&d, "- n: x\n  m: y\n");
}

static void
the_last_key_leaves_an_empty_mapping(void **state)
{
	(void)state;
	check_unset("a: 1 # c\n", "", "a", "{}\n");
	check_unset("k: # c\n  a: 1\nb: 2\n", "k", "a", "k: {} # c\nb: 2\n");
	check_unset("- a: 1\n- b\n", "0", "a", "- {}\n- b\n");
	check_unset("k: {a: 1}\n", "k", "a", "k: {}\n");
}

static void
flow_collections_lose_a_child_and_its_comma(void **state)
{
	(void)state;
	check_unset("{a: 1, b: 2, c: 3}", "", "a", "{b: 2, c: 3}");
	check_unset("{a: 1, b: 2, c: 3}", "", "b", "{a: 1, c: 3}");
	check_unset("{a: 1, b: 2, c: 3}", "", "c", "{a: 1, b: 2}");
	check_unset("{ a: 1, b: 2, }", "", "b", "{ a: 1, }");
	check_unset("{ a, }", "", "a", "{  }");
	check_unset("{\n  a: 1, # of a\n  b: 2 # of b\n}", "", "a",
		"{\n  b: 2 # of b\n}");
	check_unset("{\n  a: 1,\n  # of b\n  b: 2\n}", "", "a",
		"{\n  \n  # of b\n  b: 2\n}");
	check_unset("{\n  a: 1, # of a\n  b: 2\n}", "", "b",
		"{\n  a: 1, # of a\n  \n}");
	check_remove("[a, b, c]", "", 1, "[a, c]");
	check_remove("[a, # c\n b, # d\n]", "", 1, "[a, # c\n  # d\n]");
	check_remove("[ a ]", "", 0, "[  ]");
	check_remove("[a: 1, b]", "", 0, "[b]");
}

static void
an_entry_is_appended_like_the_others(void **state)
{
	(void)state;
	check_append("i:\n- a # c\n\n# d\nb: 1\n", "i", text("x"),
		"i:\n- a # c\n- x\n\n# d\nb: 1\n");
	check_append("i:\n  -   id: 1\n      t: 2\n  # deeper\n# lower\n", "i",
		two,
		"i:\n  -   id: 1\n      t: 2\n  -   id: X\n      "
		"title: 'a: b'\n  # deeper\n# lower\n");
	check_append("i:\n- a: 1\n  # of a\n- b: 1\n  # of b\n# d\n", "i", two,
		"i:\n- a: 1\n  # of a\n- b: 1\n  # of b\n- id: X\n"
		"  title: 'a: b'\n# d\n");
	check_append("- a", "", text("x"), "- a\n- x\n");
	check_append(
		"- a\r\n", "", text("k\nl\n"), "- a\r\n- |\r\n  k\r\n  l\r\n");
	check_append("- a\n", "", list, "- a\n- - p\n  - q\n");
	check_append("- a\n", "", no_map, "- a\n- {}\n");
	check_append("- - a\n", "0", text("x"), "- - a\n  - x\n");
	check_append("-\n  a: 1\n", "", text("x"), "-\n  a: 1\n- x\n");
	check_append("i:\n- a: |\n    t\n\n# d\n", "i", text("x"),
		"i:\n- a: |\n    t\n- x\n\n# d\n");
	check_append("[a, b]", "", text("c"), "[a, b, c]");
	check_append("[a, b, ]", "", two, "[a, b, {id: X, title: 'a: b'}, ]");
}

static void
entries_apart_by_a_blank_line_stay_so(void **state)
{
	(void)state;
	check_append("- a\n\n- b\n", "", text("x"), "- a\n\n- b\n\n- x\n");
	check_append("- a\n\n# c\n- b\n# d\n", "", text("x"),
		"- a\n\n# c\n- b\n\n- x\n# d\n");
	check_remove("- a\n\n- b\n\n- c\n", "", 1, "- a\n\n- c\n");
	check_remove("- a\n\n- b\n\n- c\n", "", 0, "- b\n\n- c\n");
	check_remove("- a\n\n- b\n\n- c\n", "", 2, "- a\n\n- b\n");
	check_remove("i:\n- a\n\n- b\n\nk: 1\n", "i", 1, "i:\n- a\n\nk: 1\n");
}

static void
an_empty_list_becomes_a_block_sequence(void **state)
{
	(void)state;
	check_append("i: [] # c\n# d\nb: 1\n", "i", two,
		"i: # c\n- id: X\n  title: 'a: b'\n# d\nb: 1\n");
	check_append("i: []", "i", text("x"), "i:\n- x\n");
	check_append("t:\n  - a\ni: [\n]\n", "i", text("x"),
		"t:\n  - a\ni:\n  - x\n");
	check_append("[]\n", "", text("x"), "- x\n");
	check_append("--- [] # c\n", "", text("x"), "--- # c\n- x\n");
	check_append("{i: []}\n", "i", text("x"), "{i: [x]}\n");
	check_append("- []\n", "0", text("x"), "- [x]\n");
}

static void
a_removed_entry_takes_the_comments_that_speak_of_it(void **state)
{
	(void)state;
	check_remove("i:\n  - a\n  # of b\n  # more\n  - b # c\n  - d\n", "i",
		1, "i:\n  - a\n  - d\n");
	check_remove("i:\n  - a\n  # apart\n\n  # of b\n  - b\n  - d\n", "i", 1,
		"i:\n  - a\n  # apart\n\n  - d\n");
	check_remove("i:\n  - a\n    # of a\n  - b\n# lower\n", "i", 0,
		"i:\n  - b\n# lower\n");
	check_remove(
		"i:\n  - a\n# lower\n  - b\n", "i", 1, "i:\n  - a\n# lower\n");
	check_remove("i:\n- |\n  # no comment\n- b\n", "i", 1,
		"i:\n- |\n  # no comment\n");
	check_remove("- - a\n  # of b\n  - b\n", "0", 0, "- # of b\n  - b\n");
	check_remove("- a\n- b", "", 1, "- a\n");
	/* What follows would become text of the literal block. */
	check_remove("- |+\n  t\n- b\n\n- c\n", "", 1, "- |+\n  t\n- c\n");
	check_remove(
		"- |\n  t\n- b\n     # of b\n- c\n", "", 1, "- |\n  t\n- c\n");
}

static void
the_last_entry_leaves_an_empty_list(void **state)
{
	struct doc d;

	(void)state;
	check_remove("i: # c\n  # of a\n  - a # d\nb: 1\n", "i", 0,
		"i: [] # c\n  # of a\nb: 1\n");
	check_remove("i:\n- a", "i", 0, "i: []\n");
	check_remove("- a: 1\n  b: 2\n", "", 0, "[]\n");
	check_remove("- - a\n- b\n", "0", 0, "- []\n- b\n");
	doc_open(&d, STR("i:\n- a\n- b\n- c\n"));
	for (size_t i = 0; i < 3; i++)
		yaml_edit_remove(&d.ed, doc_at(&d, "i"), i);
	doc_gives(&d, "i: []\n");
}

static void
entries_leave_and_come_at_once(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("i:\n- a\n- b\nk: 1\n"));
	yaml_edit_remove(&d.ed, doc_at(&d, "i"), 0);
	yaml_edit_remove(&d.ed, doc_at(&d, "i"), 1);
	yaml_edit_append(&d.ed, doc_at(&d, "i"), text("x"));
	yaml_edit_append(&d.ed, doc_at(&d, "i"), text("y"));
	doc_gives(&d, "i:\n- x\n- y\nk: 1\n");

	doc_open(&d, STR("- - a\n  - b\n"));
	yaml_edit_remove(&d.ed, d.root->items[0], 0);
	yaml_edit_remove(&d.ed, d.root->items[0], 1);
	yaml_edit_append(&d.ed, d.root->items[0], text("x"));
	doc_gives(&d, "- - x\n");

	doc_open(&d, STR("[a, b, c]"));
	yaml_edit_remove(&d.ed, d.root, 1);
	yaml_edit_remove(&d.ed, d.root, 2);
	yaml_edit_append(&d.ed, d.root, text("x"));
	doc_gives(&d, "[a, x]");

	doc_open(&d, STR("[a, b]"));
	yaml_edit_remove(&d.ed, d.root, 0);
	yaml_edit_remove(&d.ed, d.root, 1);
	yaml_edit_append(&d.ed, d.root, text("x"));
	doc_gives(&d, "[x]");
}

static void
inner_collections_end_before_outer_ones(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("i:\n- a: 1"));
	yaml_edit_set(&d.ed, d.root, STR("k"), text("x"), 0);
	yaml_edit_append(&d.ed, doc_at(&d, "i"), text("y"));
	yaml_edit_set(&d.ed, doc_at(&d, "i/0"), STR("b"), text("z"), 0);
	doc_gives(&d, "i:\n- a: 1\n  b: z\n- y\nk: x\n");

	doc_open(&d, STR("s:"));
	yaml_edit_set(&d.ed, d.root, STR("n"), text("x"), 0);
	yaml_edit_set(&d.ed, d.root, STR("s"), text("z"), 0);
	doc_gives(&d, "s: z\nn: x\n");

	doc_open(&d, STR("s:\nb: 1\n"));
	yaml_edit_set(&d.ed, d.root, STR("n"), text("x"), 0);
	yaml_edit_set(&d.ed, d.root, STR("s"), list, SIZE_MAX);
	doc_gives(&d, "s:\n- p\n- q\nn: x\nb: 1\n");
}

static void
a_last_block_without_a_line_break_keeps_its_text(void **state)
{
	(void)state;
	check_set_after(
		"a: |\n  t", "", "n", text("x"), 0, "a: |-\n  t\nn: x\n");
	check_append("- >+ # c\n  t", "", text("x"), "- >- # c\n  t\n- x\n");
	check_append("- |2\n    t", "", text("x"), "- |2-\n    t\n- x\n");
	check_append("- |-\n  t", "", text("x"), "- |-\n  t\n- x\n");
	check_append("- |+\n  t\n\n ", "", text("x"), "- |+\n  t\n\n- x\n");
	check_append("- |\n  t\n\n ", "", text("x"), "- |\n  t\n\n \n- x\n");
}

static void
what_is_shared_or_written_oddly_is_refused(void **state)
{
	struct doc d;

	(void)state;
	check_set_refused("a: 1\ns: &x new\nt: *x\n", "", "s",
		"the value of 's' at line 2 carries an anchor");
	check_set_refused("t: &x new\ns: *x\n", "", "s",
		"the value of 's' at line 2 is an alias");
	check_set_refused("s: !!str new\n", "", "s",
		"the value of 's' at line 1 carries a tag");
	check_set_refused("? s\n: new\n", "", "s",
		"the key 's' at line 1 is written with '?'");
	check_set_refused("{a: 1, ? s : new}\n", "", "s",
		"the key 's' at line 1 is written with '?'");
	check_set_refused("a: &x\n  b: 1\nc: *x\n", "a", "b",
		"the value of 'a' at line 1 carries an anchor");
	check_set_refused("a: &x\n  b: 1\nc: *x\n", "c", "b",
		"the value of 'c' at line 3 is an alias");
	check_set_refused("a: &x\n  b: {k: 1}\nc: *x\n", "c/b", "k",
		"the value of 'a' at line 1 carries an anchor");
	check_set_refused("- &x\n  b: 1\n- *x\n", "0", "b",
		"the entry at line 1 carries an anchor");
	check_set_refused("!t\na: 1\n", "", "a", "the document carries a tag");
	check_set_refused("[a: 1]\n", "0", "n", "without braces");
	check_set_refused("a: {k: &x 1}\nb: *x\n", "", "a",
		"what stands at line 1 is used by the alias at line 2");

	doc_open(&d, STR("a: 1\n? s\n: new\n"));
	yaml_edit_unset(&d.ed, d.root, STR("s"));
	doc_refuses(
		&d, ERR_CONFLICT, "the key 's' at line 2 is written with '?'");

	doc_open(&d, STR("- &x a\n- *x\n"));
	yaml_edit_remove(&d.ed, d.root, 0);
	doc_refuses(&d, ERR_CONFLICT,
		"what stands at line 1 is used by the alias at line 2");

	doc_open(&d, STR("a: [&x 1, *x]\nb: 1\n"));
	yaml_edit_unset(&d.ed, d.root, STR("a"));
	doc_gives(&d, "b: 1\n");
}

static void
changes_of_the_same_are_refused(void **state)
{
	struct doc d;

	(void)state;
	doc_open(&d, STR("a: 1\n"));
	yaml_edit_set(&d.ed, d.root, STR("a"), text("x"), 0);
	yaml_edit_unset(&d.ed, d.root, STR("a"));
	doc_refuses(&d, ERR_CONFLICT, "at line 1");

	doc_open(&d, STR("a: 1\n"));
	yaml_edit_set(&d.ed, d.root, STR("n"), text("x"), 0);
	yaml_edit_set(&d.ed, d.root, STR("n"), text("y"), 0);
	doc_refuses(&d, ERR_CONFLICT, "'n' is set twice");

	doc_open(&d, STR("i:\n- a: 1\n- b: 1\n"));
	yaml_edit_set(&d.ed, doc_at(&d, "i/1"), STR("n"), text("x"), 0);
	yaml_edit_remove(&d.ed, doc_at(&d, "i"), 1);
	doc_refuses(&d, ERR_CONFLICT, "at line 3");

	doc_open(&d, STR("i:\n- a: 1\n"));
	yaml_edit_unset(&d.ed, doc_at(&d, "i/0"), STR("a"));
	yaml_edit_set(&d.ed, d.root, STR("i"), list, 0);
	doc_refuses(&d, ERR_CONFLICT, "at line 2");

	doc_open(&d, STR("i:\n- a: 1\n"));
	yaml_edit_remove(&d.ed, doc_at(&d, "i"), 0);
	yaml_edit_remove(&d.ed, doc_at(&d, "i"), 0);
	doc_refuses(&d, ERR_CONFLICT, "at line 2");

	doc_open(&d, STR("i:\n- a: 1\nk: 1\n"));
	yaml_edit_remove(&d.ed, doc_at(&d, "i"), 0);
	yaml_edit_set(&d.ed, d.root, STR("i"), list, 0);
	doc_refuses(&d, ERR_CONFLICT, "line");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replaced_value_leaves_all_around_it),
		cmocka_unit_test(a_value_is_given_to_a_key_without_one),
		cmocka_unit_test(
			collections_and_scalars_take_each_others_place),
		cmocka_unit_test(new_collections_follow_the_documents_habits),
		cmocka_unit_test(a_new_key_gets_its_own_line_behind_another),
		cmocka_unit_test(a_new_key_goes_to_the_front),
		cmocka_unit_test(new_keys_come_out_in_the_order_of_the_calls),
		cmocka_unit_test(flow_mappings_get_keys_in_flow),
		cmocka_unit_test(an_unset_key_takes_its_lines),
		cmocka_unit_test(
			an_unset_key_behind_a_dash_lets_the_next_move_up),
		cmocka_unit_test(several_keys_behind_a_dash_go_at_once),
		cmocka_unit_test(the_last_key_leaves_an_empty_mapping),
		cmocka_unit_test(flow_collections_lose_a_child_and_its_comma),
		cmocka_unit_test(an_entry_is_appended_like_the_others),
		cmocka_unit_test(entries_apart_by_a_blank_line_stay_so),
		cmocka_unit_test(an_empty_list_becomes_a_block_sequence),
		cmocka_unit_test(
			a_removed_entry_takes_the_comments_that_speak_of_it),
		cmocka_unit_test(the_last_entry_leaves_an_empty_list),
		cmocka_unit_test(entries_leave_and_come_at_once),
		cmocka_unit_test(inner_collections_end_before_outer_ones),
		cmocka_unit_test(
			a_last_block_without_a_line_break_keeps_its_text),
		cmocka_unit_test(what_is_shared_or_written_oddly_is_refused),
		cmocka_unit_test(changes_of_the_same_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
