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

/* "weir.yaml, workflows/ and BACKLOG.yaml" */
static void
add_untracked(struct buf *b, struct str_list names)
{
	struct str_list most = {names.items, names.n - 1};

	ids_add(b, most);
	buf_add_c(b, most.n > 0 ? " and " : "");
	ids_add(b, (struct str_list){&names.items[most.n], 1});
}

static void
print_git(struct cli *c, const struct project_inited *done)
{
	if (done->made.n > 0 && !str_is_empty(done->prefix)) {
		buf_add_c(&c->out, "the project is '");
		ids_add(&c->out, (struct str_list){&done->prefix, 1});
		buf_add_c(&c->out,
			"' of its git repository; what lies outside is not "
			"committed\n");
	}
	if (done->untracked.n > 0) {
		buf_add_c(&c->out, "commit ");
		add_untracked(&c->out, done->untracked);
		buf_add_c(&c->out, " (not in git yet)\n");
	}
}

static void
print(struct cli *c, const struct project_inited *done, bool prefixed)
{
	if (c->json) {
		json_print(
			json_pack("{s:o,s:o}", "made", json_texts(done->made),
				"kept", json_texts(done->kept)),
			&c->out);
		return;
	}
	add_names(c, "made", done->made);
	add_names(c, "kept", done->kept);
	if (prefixed && str_list_has(done->kept, STR("weir.yaml")))
		buf_add_c(&c->out,
			"weir.yaml was there, so its prefix stays as it is\n");
	print_git(c, done);
	if (done->wrong.code != ERR_NONE)
		buf_add_c(&c->out, "next: weir doctor\n");
	else if (done->older_schema != 0)
		buf_addf(&c->out,
			"the backlog is of schema %llu, which can be shown and "
			"not changed\nnext: weir migrate --dry-run, then weir "
			"migrate\n",
			(unsigned long long)done->older_schema);
	else
		buf_add_c(&c->out,
			"next: weir add 'what is to be done', then weir run\n");
}

static int
run(struct cli *c, const struct args *a)
{
	const char *given = args_get(a, PREFIX);
	struct str prefix = given != NULL ? str_from(given) : STR("WRK");
	struct project_inited done;
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
	if (project_init(c->sys, &how, &c->arena, &done, &e) < 0)
		return cli_fail(c, &e);
	print(c, &done, given != NULL);
	return done.wrong.code != ERR_NONE ? cli_fail(c, &done.wrong)
					   : CLI_DONE;
}

const struct command command_init = {
	.name = "init",
	.summary = "make a directory a project",
	.about =
		"Makes weir.yaml, the prompt files it names, an empty backlog "
		"and .weir/.\nWhat is there already stays as it is.\n'weir -C . init' "
		"begins a project below another.",
	.options = options,
	.run = run,
};
