/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <string.h>

#include "base/names.h"
#include "cli/command-priv.h"

enum { OPTION_DIR = 1, OPTION_JSON, OPTION_PLAIN, OPTION_HELP, OPTION_VERSION };
enum { OPTIONS_MAX = 32 };

const struct cli_option global_options[] = {
	{OPTION_DIR, 'C', "directory", "DIR", "work on the project in DIR"},
	{OPTION_JSON, 0, "json", NULL, "print JSON, one value a line"},
	{OPTION_PLAIN, 0, "no-color", NULL, "print without colours"},
	{OPTION_HELP, 'h', "help", NULL, "say how a command is used"},
	{OPTION_VERSION, 0, "version", NULL, "print the version"},
	{0},
};

/* The options that hold in one place, as getopt_long wants them. */
struct grammar {
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
	const struct cli_option *all[OPTIONS_MAX];
	size_t n, shorts_n;
};

static void
grammar_add(struct grammar *g, const struct cli_option *o)
{
	for (; o != NULL && o->id != 0 && g->n < OPTIONS_MAX; o++) {
		g->longs[g->n] = (struct option){.name = o->name,
			.has_arg = o->arg != NULL ? required_argument
						  : no_argument,
			.val = o->id};
		g->all[g->n++] = o;
		if (o->letter == 0)
			continue;
		g->shorts[g->shorts_n++] = o->letter;
		if (o->arg != NULL)
			g->shorts[g->shorts_n++] = ':';
	}
}

static const struct cli_option *
grammar_find(const struct grammar *g, int got)
{
	for (size_t i = 0; i < g->n; i++)
		if (got == g->all[i]->id ||
			(g->all[i]->letter != 0 && got == g->all[i]->letter))
			return g->all[i];
	return NULL;
}

static int
bad_option(struct cli *c, const struct command *cmd, const struct grammar *g,
	int got, const char *word)
{
	const struct cli_option *o =
		optopt != 0 ? grammar_find(g, optopt) : NULL;
	const char *names[OPTIONS_MAX];
	struct names all = {.name = names, .n = g->n};
	size_t n = strcspn(word, "=");

	if (got == ':' && o != NULL)
		return cli_usage(c, "option '%.*s' needs a value: %s", (int)n,
			word, o->arg);
	if (o != NULL)
		return cli_usage(c, "option '--%s' takes no value", o->name);
	const char *space = cmd != NULL ? " " : "";
	const char *name = cmd != NULL ? cmd->name : "";
	if (optopt != 0)
		return cli_usage(c,
			"unknown option '-%c'; 'weir help%s%s' lists them",
			optopt, space, name);
	for (size_t i = 0; i < g->n; i++)
		names[i] = g->all[i]->name;
	const char *near = names_nearest(&all, str_of(word + 2, n - 2));
	if (near != NULL)
		return cli_usage(c,
			"unknown option '%.*s'; did you mean '--%s'?", (int)n,
			word, near);
	return cli_usage(c, "unknown option '%.*s'; 'weir help%s%s' lists them",
		(int)n, word, space, name);
}

static void
take(struct cli *c, const struct cli_option *o, struct args *ret)
{
	const struct cli_value value = {o->id, optarg};

	switch (o->id) {
	case OPTION_DIR:
		c->dir = optarg;
		return;
	case OPTION_JSON:
		c->json = true;
		return;
	case OPTION_PLAIN:
		c->colour = false;
		return;
	case OPTION_HELP:
		c->help = true;
		return;
	case OPTION_VERSION:
		c->version = true;
		return;
	default:
		VEC_PUSH(&ret->options, value);
	}
}

/* All options are taken before the first mistake is said, so that --json
 * counts wherever it stands. */
int
args_parse(struct cli *c, const struct command *cmd, int argc, char **argv,
	struct args *ret)
{
	/* A leading "+" stops at the first word; ":" tells a value that is
	 * missing from an option that is unknown. */
	struct grammar g = {0};
	const char *bad = NULL;
	int got, bad_got = 0, bad_opt = 0;

	if (cmd == NULL)
		g.shorts[g.shorts_n++] = '+';
	g.shorts[g.shorts_n++] = ':';
	if (cmd != NULL)
		grammar_add(&g, cmd->options);
	grammar_add(&g, global_options);
	opterr = 0;
	optind = 0;
	while ((got = getopt_long(argc, argv, g.shorts, g.longs, NULL)) != -1) {
		const struct cli_option *o = grammar_find(&g, got);
		if (got != '?' && got != ':' && o != NULL) {
			take(c, o, ret);
		} else if (bad == NULL) {
			bad = argv[optind - 1];
			bad_got = got;
			bad_opt = optopt;
		}
	}
	ret->words = argv + optind;
	ret->words_n = (size_t)(argc - optind);
	if (bad == NULL)
		return CLI_DONE;
	optopt = bad_opt;
	return bad_option(c, cmd, &g, bad_got, bad);
}

void
args_release(struct args *a)
{
	VEC_RELEASE(&a->options);
}

const char *
args_get(const struct args *a, int option)
{
	const char *last = NULL;

	for (size_t i = 0; i < a->options.n; i++)
		if (a->options.items[i].option == option)
			last = a->options.items[i].text;
	return last;
}

bool
args_has(const struct args *a, int option)
{
	for (size_t i = 0; i < a->options.n; i++)
		if (a->options.items[i].option == option)
			return true;
	return false;
}

struct str_list
args_list(const struct args *a, int option, struct arena *to)
{
	VEC(struct str) all = {0};

	for (size_t i = 0; i < a->options.n; i++) {
		struct str rest = str_from(a->options.items[i].text);
		if (a->options.items[i].option != option)
			continue;
		while (rest.n > 0) {
			size_t n = str_find_char(rest, ',');
			struct str one = str_trim(str_of(rest.s, n));
			if (one.n > 0)
				VEC_PUSH(&all, arena_str(to, one));
			rest = str_from_at(rest, n + 1);
		}
	}
	struct str *copy = ARENA_ARRAY(to, struct str, all.n);
	for (size_t i = 0; i < all.n; i++)
		copy[i] = all.items[i];
	struct str_list list = {.items = copy, .n = all.n};
	VEC_RELEASE(&all);
	return list;
}
