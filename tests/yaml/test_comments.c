/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/buf.h"
#include "yaml/comments.h"

static void
check_from(const char *text, size_t from, size_t to, const char *expected)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf all = {0};
	struct yaml_node *root;
	struct str_list list;
	struct err e;

	check_ok(yaml_parse(str_from(text), "f", NULL, &a, &root, &e), &e);
	yaml_comments(str_from(text), root, from, to, &a, &list);
	for (size_t i = 0; i < list.n; i++)
		buf_addf(&all, "%s%.*s", i > 0 ? "|" : "",
			STR_ARG(list.items[i]));
	check_str(all.n > 0 ? buf_str(&all) : STR(""), expected);
}

static void
check_all(const char *text, const char *expected)
{
	check_from(text, 0, strlen(text), expected);
}

static void
every_comment_is_found_in_order(void **state)
{
	(void)state;
	check_all(
		"# top\n\n- a: 1 # one\n  # between\n  b: # of b\n    [x, # x\n"
		"    y]\n# end",
		"# top|# one|# between|# of b|# x|# end");
	check_all("\xef\xbb\xbf# mark\r\n- a\t# tab \r\n", "# mark|# tab");
	check_all("# alone\n", "# alone");
	check_all("#\n- &a x # an anchor\n- *a # an alias\n- !t y\n",
		"#|# an anchor|# an alias");
	check_all("", "");
}

static void
a_sign_in_a_value_begins_no_comment(void **state)
{
	(void)state;
	check_all("- a: 'x # y'\n  b: \"z # \\\" # z\"\n  c: d#e\n", "");
	check_all("- a: | # of the block\n    # text\n    more\n  # real\n"
		  "  b: 'two\n    # lines'\n",
		"# of the block|# real");
	check_all("{\"k # k\": v, # c\n \"#\": w}\n", "# c");
}

static void
only_those_of_a_part_are_found(void **state)
{
	const char *text = "- a # 1\n# 2\n- b # 3\n- c # 4\n";

	(void)state;
	check_from(text, 0, 8, "# 1");
	check_from(text, 8, 20, "# 2|# 3");
	check_from(text, 20, strlen(text), "# 4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_comment_is_found_in_order),
		cmocka_unit_test(a_sign_in_a_value_begins_no_comment),
		cmocka_unit_test(only_those_of_a_part_are_found),
	};

	return cmocka_run_group_tests_name("comments", tests, NULL, NULL);
}
