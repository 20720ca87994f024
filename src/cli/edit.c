/* SPDX-License-Identifier: MIT */
#include "engine/edit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

/* The fields that are not as they were; `updated` always is another. */
static struct str_list
changed_fields(struct cli *c, const struct item *was, const struct item *now)
{
	struct str *names = ARENA_ARRAY(&c->arena, struct str, item_fields.n);
	size_t n = 0;

	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		if (f->offset != offsetof(struct item, updated) &&
			!field_equal(f, was, now))
			names[n++] = str_from(f->name);
	}
	return (struct str_list){.items = names, .n = n};
}

/* `next` NULL: nothing was saved. */
static void
print(struct cli *c, const struct item *was, const struct snapshot *next)
{
	struct str_list fields = {0};

	if (next != NULL) {
		fields = changed_fields(c, was, snapshot_find(next, was->id));
		cli_saved(c, "%.*s is saved", STR_ARG(was->id));
	}
	if (c->json) {
		json_print(json_pack("{s:o,s:b,s:o}", "id", json_text(was->id),
				   "saved", next != NULL, "fields",
				   json_texts(fields)),
			&c->out);
		return;
	}
	buf_add_c(&c->out, next != NULL ? "edited " : "unchanged ");
	utf8_add_printable(&c->out, was->id);
	if (fields.n > 0)
		buf_add_c(&c->out, ": ");
	ids_add(&c->out, fields);
	buf_add_char(&c->out, '\n');
}

static const char *
editor_name(void)
{
	static const char *const variables[] = {"VISUAL", "EDITOR"};

	for (size_t i = 0; i < 2; i++) {
		const char *name = getenv(variables[i]);
		if (name != NULL && *name != '\0')
			return name;
	}
	return "vi";
}

/* Keys meant for the editor reach us as well. */
static int
run_editor(
	struct cli *c, struct desk *d, const struct item_edit *x, struct err *e)
{
	const char *editor = editor_name();
	int status = 0;

	cli_flush(c);
	void (*on_int)(int) = signal(SIGINT, SIG_IGN);
	void (*on_quit)(int) = signal(SIGQUIT, SIG_IGN);
	int rc = edit_run(d->project, editor, x->path, c->environ, &status, e);
	(void)signal(SIGINT, on_int);
	(void)signal(SIGQUIT, on_quit);
	if (rc == 0 && status != 0)
		return err_set(e, ERR_SYS,
			"the editor '%s' ended with status %d; nothing was "
			"changed",
			editor, status);
	return rc;
}

/* Whether the person at the terminal wants to go on with the text. */
static bool
wants_again(struct cli *c)
{
	char answer[16];

	if (c->json || isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0)
		return false;
	(void)fputs("edit it again? [Y/n] ", stderr);
	return fgets(answer, sizeof(answer), stdin) != NULL &&
		strchr("nN", answer[0]) == NULL;
}

static int
keep(struct cli *c, const struct item_edit *x, const struct err *e, int status)
{
	if (e->code == ERR_MISSING)
		cli_note(c, "your text is in %.*s", STR_ARG(x->path));
	else
		cli_note(c,
			"your text is in %.*s; mend it there, then: weir edit %.*s - "
			"<%.*s",
			STR_ARG(x->path), STR_ARG(x->id), STR_ARG(x->path));
	return status;
}

/* Until it is saved, given up, or cannot be. */
static int
edit(struct cli *c, struct desk *d, const struct item *it, struct item_edit *x)
{
	for (;;) {
		struct project_saved saved = {0};
		struct err e = {0};
		int rc = run_editor(c, d, x, &e);
		bool ran = rc == 0;
		if (ran)
			rc = item_edit_save(d->project, x, &saved, &e);
		if (rc >= 0) {
			print(c, it, saved.next);
			snapshot_unref(saved.next);
			item_edit_end(d->project, x);
			return CLI_DONE;
		}
		int status = cli_fail(c, &e);
		if (!item_edit_is_touched(d->project, x)) {
			item_edit_end(d->project, x);
			return status;
		}
		if (e.code == ERR_CONFLICT &&
			item_edit_renew(d->project, x, &e) < 0)
			return keep(c, x, &e, cli_fail(c, &e));
		if (!ran || (e.code != ERR_INPUT && e.code != ERR_CONFLICT) ||
			!wants_again(c))
			return keep(c, x, &e, status);
		c->errors.n = 0;
	}
}

static int
edit_in_file(struct cli *c, struct desk *d, const struct item *it)
{
	struct item_edit x;
	struct err e = {0};

	if (item_edit_begin(d->project, it->id, &c->arena, &x, &e) < 0)
		return cli_fail(c, &e);
	return edit(c, d, it, &x);
}

static int
edit_from_input(struct cli *c, struct desk *d, const struct item *it)
{
	struct project_saved saved;
	struct err e = {0};
	struct str text;

	int status = text_from_input(c, "the text", &text);
	if (status != CLI_DONE)
		return status;
	if (item_edit_text(
		    d->project, it->id, text, "standard input", &saved, &e) < 0)
		return cli_fail(c, &e);
	print(c, it, saved.next);
	snapshot_unref(saved.next);
	return CLI_DONE;
}

static int
run(struct cli *c, const struct args *a)
{
	bool input = a->words_n > 1;
	struct desk d;
	int status;

	if (input && strcmp(a->words[1], "-") != 0)
		return cli_usage(c,
			"'%s' is too much for 'weir edit', which takes one ID "
			"and perhaps -",
			a->words[1]);
	const struct item *it = desk_open_item(c, a->words[0], &d, &status);
	if (it != NULL)
		status = input ? edit_from_input(c, &d, it)
			       : edit_in_file(c, &d, it);
	desk_close(&d);
	return status;
}

const struct command command_edit = {
	.name = "edit",
	.words = "ID [-]",
	.summary = "edit an item in your editor",
	.about =
		"Opens the item's own lines of the backlog in $VISUAL, $EDITOR "
		"or vi and puts them back when they can be read; id and "
		"created stay. What cannot be saved is kept in a file, which "
		"is named. With - the lines are read from standard input.",
	.words_min = 1,
	.words_max = 2,
	.run = run,
};
