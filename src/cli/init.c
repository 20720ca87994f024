/* SPDX-License-Identifier: MIT */
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/paint-priv.h"
#include "model/id.h"

enum { PREFIX = CLI_OPTIONS + 1, NEW_BACKLOG };

static const struct cli_option options[] = {
	{PREFIX, 0, "prefix", "P", "what ids begin with (WRK)"},
	{NEW_BACKLOG, 0, "new-backlog", NULL,
		"begin an empty backlog though there was one"},
	{0},
};

static void
add_names(struct cli *c, const char *what, struct str_list names)
{
	for (size_t i = 0; i < names.n; i++) {
		paint_add(&c->out, c->colour, PAINT_DIM, str_from(what));
		buf_add_c(&c->out, "  ");
		ids_add(&c->out, (struct str_list){&names.items[i], 1});
		buf_add_char(&c->out, '\n');
	}
}

static void
print(struct cli *c, struct str_list made, struct str_list kept, bool prefixed)
{
	if (c->json) {
		json_print(json_pack("{s:o,s:o}", "made", json_texts(made),
				   "kept", json_texts(kept)),
			&c->out);
		return;
	}
	add_names(c, "made", made);
	add_names(c, "kept", kept);
	if (prefixed && str_list_has(kept, STR("weir.yaml")))
		buf_add_c(&c->out,
			"weir.yaml was there, so its prefix stays as it is\n");
	buf_add_c(&c->out,
		"next: weir add 'what is to be done', then weir run\n");
}

static int
run(struct cli *c, const struct args *a)
{
	const char *given = args_get(a, PREFIX);
	struct str prefix = given != NULL ? str_from(given) : STR("WRK");
	struct str_list made, kept;
	struct err e = {0};

	if (!id_prefix_is_valid(prefix))
		return cli_usage(c,
			"'%s' cannot begin an id; a prefix is 1 to 30 of "
			"A-Z, a-z, 0-9, _ and -, a letter or digit first",
			given);
	const struct project_init_options how = {
		.dir = c->dir,
		.prefix = prefix,
		.new_backlog = args_has(a, NEW_BACKLOG),
	};
	int rc = project_init(c->sys, &how, &c->arena, &made, &kept, &e);
	if (rc < 0)
		return cli_fail(c, &e);
	print(c, made, kept, given != NULL);
	return CLI_DONE;
}

const struct command command_init = {
	.name = "init",
	.summary = "make a directory a project",
	.about = "Makes weir.yaml, the prompt files it names, an empty backlog "
		 "and .weir/.\nWhat is there already stays as it is. Below a "
		 "project nothing is made: 'weir -C . init' begins another.",
	.options = options,
	.run = run,
};
