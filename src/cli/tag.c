/* SPDX-License-Identifier: MIT */
#include "cli/command-priv.h"

enum { ADD, RM };

static const struct verb verbs[] = {
	[ADD] = {"add", "ID TAG...", 2, SIZE_MAX},
	[RM] = {"rm", "ID TAG...", 2, SIZE_MAX},
	{0},
};

static int
run(struct cli *c, const struct args *a)
{
	struct str *tags = ARENA_ARRAY(&c->arena, struct str, a->words_n);
	struct str_list list = {.items = tags};
	struct desk d;
	int verb;

	int status = verb_find(c, "tag", verbs, a, &verb);
	if (status != CLI_DONE)
		return status;
	for (size_t i = 2; i < a->words_n; i++) {
		tags[list.n] = str_trim(str_from(a->words[i]));
		if (tags[list.n].n == 0 || !text_is_sound(tags[list.n]))
			return cli_usage(c, "a tag is blank or not UTF-8");
		/* One that stands in the file can be taken away. */
		if (verb == ADD &&
			str_find_char(tags[list.n], ',') < tags[list.n].n)
			return cli_usage(c,
				"'%.*s' has a comma, which 'weir list --tag' "
				"takes for two tags; give each as a word",
				STR_ARG(tags[list.n]));
		list.n++;
	}
	const struct item *it = desk_open_item(c, a->words[1], &d, &status);
	const struct desk_list change = {
		.field = field_find(&item_fields, STR("tags")),
		.add = verb == ADD ? list : (struct str_list){0},
		.drop = verb == RM ? list : (struct str_list){0},
		.some = " is tagged ",
		.none = " has no tags",
	};
	if (it != NULL)
		status = desk_change_list(c, &d, it, &change);
	desk_close(&d);
	return status;
}

const struct command command_tag = {
	.name = "tag",
	.words = "add|rm ID TAG...",
	.summary = "give an item tags, or take them away",
	.about = "Gives an item tags, or takes them away, and says "
		 "which it has then. A tag that is there already, or "
		 "is not, is no mistake.",
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run,
};
