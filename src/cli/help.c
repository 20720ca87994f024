/* SPDX-License-Identifier: MIT */
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/paint-priv.h"

/* What a terminal has; a pipe gets the same. */
enum { COLUMNS = 80 };

static void
add_options(struct buf *b, const struct cli_option *o)
{
	for (; o != NULL && o->id != 0; o++) {
		size_t at = b->n;
		if (o->letter != 0)
			buf_addf(b, "  -%c, --%s", o->letter, o->name);
		else
			buf_addf(b, "      --%s", o->name);
		if (o->arg != NULL)
			buf_addf(b, " %s", o->arg);
		buf_add_repeat(b, ' ', b->n - at < 28 ? 28 - (b->n - at) : 2);
		buf_addf(b, "%s\n", o->help);
	}
}

static void
add_usage(struct buf *b, const struct command *cmd)
{
	buf_addf(b, "weir %s%s%s%s", cmd->name,
		cmd->options != NULL ? " [OPTION]..." : "",
		cmd->words != NULL ? " " : "",
		cmd->words != NULL ? cmd->words : "");
}

static void
add_command(struct buf *b, const struct command *cmd)
{
	buf_add_c(b, "usage: ");
	add_usage(b, cmd);
	buf_add_c(b, "\n\n");
	text_add(b, str_from(cmd->about), 0, COLUMNS);
	if (cmd->options != NULL) {
		buf_add_c(b, "\noptions:\n");
		add_options(b, cmd->options);
	}
	buf_add_c(b, "\noptions of every command:\n");
	add_options(b, global_options);
}

static void
add_all(struct buf *b)
{
	buf_add_c(b,
		"usage: weir [OPTION]... COMMAND [ARGUMENT]...\n\n"
		"Drains a backlog with command-line agents.\n\ncommands:\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		buf_addf(b, "  %-10s%s\n", commands[i]->name,
			commands[i]->summary);
	buf_add_c(b, "\noptions:\n");
	add_options(b, global_options);
	buf_add_c(b, "\n'weir help COMMAND' and weir(1) say more.\n");
}

static void
print_json(struct cli *c, const struct command *only)
{
	json_t *all = json_array();

	for (size_t i = 0; commands[i] != NULL; i++) {
		struct buf usage CLEANUP_BUF = {0};
		if (only != NULL && only != commands[i])
			continue;
		add_usage(&usage, commands[i]);
		json_t *one = json_object();
		json_object_set_new(
			one, "name", json_string(commands[i]->name));
		json_object_set_new(one, "usage", json_text(buf_str(&usage)));
		json_object_set_new(
			one, "summary", json_string(commands[i]->summary));
		json_array_append_new(all, one);
	}
	json_print(all, &c->out);
}

void
help_print(struct cli *c, const struct command *cmd)
{
	if (c->json)
		print_json(c, cmd);
	else if (cmd != NULL)
		add_command(&c->out, cmd);
	else
		add_all(&c->out);
}

static int
run_help(struct cli *c, const struct args *a)
{
	const struct command *cmd = NULL;
	const char *near;

	if (a->words_n > 0) {
		cmd = command_find(str_from(a->words[0]), &near);
		if (cmd == NULL)
			return command_unknown(c, a->words[0], near);
	}
	help_print(c, cmd);
	return CLI_DONE;
}

const struct command command_help = {
	.name = "help",
	.words = "[COMMAND]",
	.summary = "say how weir, or one of its commands, is used",
	.about = "Says how a command is used, or which there are.",
	.words_max = 1,
	.run = run_help,
};

static int
run_version(struct cli *c, const struct args *a)
{
	(void)a;
	if (c->json)
		json_print(
			json_pack("{s:s}", "version", WEIR_VERSION), &c->out);
	else
		buf_add_c(&c->out, "weir " WEIR_VERSION "\n");
	return CLI_DONE;
}

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.about = "Prints the version.",
	.run = run_version,
};
