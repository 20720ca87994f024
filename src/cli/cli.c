/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/paint-priv.h"

static int
check_words(struct cli *c, const struct command *cmd, const struct args *a)
{
	if (a->words_n < cmd->words_min)
		return cli_usage(c,
			"'weir %s' needs %s; 'weir help %s' says how it is "
			"used",
			cmd->name, cmd->words, cmd->name);
	if (a->words_n > cmd->words_max && cmd->excess != NULL)
		return cli_usage(c, "'%s' is too much for 'weir %s'; %s",
			a->words[cmd->words_max], cmd->name, cmd->excess);
	if (a->words_n > cmd->words_max)
		return cli_usage(c,
			"'%s' is too much for 'weir %s'; 'weir help %s' says "
			"how it is used",
			a->words[cmd->words_max], cmd->name, cmd->name);
	return CLI_DONE;
}

static int
run_command(struct cli *c, const struct command *cmd, int argc, char **argv)
{
	struct args a = {0};
	int status = args_parse(c, cmd, argc, argv, &a);

	if (status == CLI_DONE && c->help)
		help_print(c, cmd);
	else if (status == CLI_DONE && c->version)
		status = command_version.run(c, &a);
	else if (status == CLI_DONE) {
		status = check_words(c, cmd, &a);
		if (status == CLI_DONE)
			status = cmd->run(c, &a);
	}
	args_release(&a);
	return status;
}

/* Which options it takes is not known, but how to speak is. */
static int
bad_command(struct cli *c, const struct args *a, const char *near)
{
	for (size_t i = 1; i < a->words_n; i++)
		if (strcmp(a->words[i], "--json") == 0)
			c->json = true;
	return command_unknown(c, a->words[0], near);
}

static int
dispatch(struct cli *c, int argc, char **argv)
{
	struct args a = {0};
	const char *near = NULL;
	int status = args_parse(c, NULL, argc, argv, &a);

	args_release(&a);
	if (status != CLI_DONE)
		return status;
	if (a.words_n > 0 && !c->help && !c->version) {
		const struct command *cmd =
			command_find(str_from(a.words[0]), &near);
		if (cmd == NULL)
			return bad_command(c, &a, near);
		return run_command(c, cmd, (int)a.words_n, a.words);
	}
	if (c->version)
		return command_version.run(c, &a);
	if (c->help)
		return command_help.run(c, &a);
	return cli_usage(c, "a command is needed; 'weir help' lists them");
}

static void
print_errors(struct cli *c)
{
	json_t *errors = json_array();

	VEC_EACH (x, &c->errors) {
		json_t *one = json_object();
		json_object_set_new(one, "code", json_string(x->code));
		json_object_set_new(one, "message", json_text(x->text));
		json_array_append_new(errors, one);
	}
	json_print(json_pack("{s:o}", "errors", errors), &c->out);
}

/* The last of the output, and whether it went out. */
static int
finish(struct cli *c, int status)
{
	if (c->json && c->errors.n > 0)
		print_errors(c);
	cli_flush(c);
	/* A reader that has read enough closes its end: not a failure. */
	if (c->out_errno != 0 && c->out_errno != EPIPE) {
		struct err e = {0};
		err_sys(&e, c->out_errno, "writing to standard output");
		if (str_is_set(c->saved))
			err_wrap(&e, "%.*s all the same", STR_ARG(c->saved));
		int failed = cli_fail(c, &e);
		status = status == CLI_DONE ? failed : status;
	}
	VEC_RELEASE(&c->errors);
	buf_release(&c->out);
	arena_release(&c->arena);
	return status;
}

/* A file opened later would take the number of a closed descriptor, and what
 * is printed would go into it. */
static bool
is_closed(int fd)
{
	return isatty(fd) == 0 && errno == EBADF;
}

int
cli_main(struct sys *sys, int argc, char **argv, char **envp)
{
	struct cli c = {.sys = sys,
		.environ = (const char *const *)envp,
		.colour = terminal_wants_colour()};

	if (is_closed(STDERR_FILENO))
		return CLI_FAILED;
	if (is_closed(STDIN_FILENO) || is_closed(STDOUT_FILENO)) {
		(void)fputs("weir: standard input or output is closed; use "
			    "/dev/null instead\n",
			stderr);
		return CLI_FAILED;
	}
	(void)setlocale(LC_CTYPE, "");
	/* What cannot be written is told, and nothing is left of it. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	return finish(&c, dispatch(&c, argc, argv));
}
