/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

/* complete and close: items leave the backlog by a person's word. */

enum { MESSAGE = CLI_OPTIONS + 1, MOVES_MAX = 3 };

static const struct cli_option complete_options[] = {
	{MESSAGE, 'm', "message", "TEXT", "what was done, for the worklog"},
	{0},
};

static const struct cli_option close_options[] = {
	{MESSAGE, 'm', "message", "TEXT", "why it will not be done"},
	{0},
};

/* What makes one item leave. Returns how many changes that are. */
static size_t
leave(struct str id, enum departure how, struct str text,
	struct change ret[MOVES_MAX])
{
	size_t n = 0;

	if (how == DEPARTED_DONE)
		ret[n++] = (struct change){.kind = CHANGE_FINISH, .id = id};
	ret[n++] = (struct change){.kind = CHANGE_ARCHIVE,
		.id = id,
		.text = how == DEPARTED_CLOSED ? text : STR_ABSENT,
		.departure = how};
	ret[n++] = (struct change){.kind = CHANGE_NOTE,
		.id = id,
		.text = text,
		.note = {.outcome = str_from(
				 names_get(&departure_names, (int)how))}};
	return n;
}

static void
print(struct cli *c, const struct item *was, enum departure how,
	struct str_list dependents)
{
	if (c->json) {
		json_print(json_pack("{s:o,s:s,s:o}", "id", json_text(was->id),
				   "how", names_get(&departure_names, (int)how),
				   "dependents", json_texts(dependents)),
			&c->out);
		return;
	}
	buf_add_c(&c->out, how == DEPARTED_DONE ? "completed " : "closed ");
	utf8_add_printable(&c->out, was->id);
	buf_add_c(&c->out, "  ");
	utf8_add_printable(&c->out, was->title);
	buf_add_char(&c->out, '\n');
	for (size_t i = 0; how == DEPARTED_CLOSED && i < dependents.n; i++)
		cli_note(c,
			"'%.*s' waits for '%.*s', which will not be done; "
			"next: weir dep rm %.*s %.*s",
			STR_ARG(dependents.items[i]), STR_ARG(was->id),
			STR_ARG(dependents.items[i]), STR_ARG(was->id));
}

static int
save(struct cli *c, struct desk *d, struct str_list ids, enum departure how,
	struct str text)
{
	struct change *changes =
		ARENA_ARRAY(&c->arena, struct change, ids.n * MOVES_MAX);
	struct project_saved saved;
	struct err e = {0};
	size_t n = 0;

	for (size_t i = 0; i < ids.n; i++)
		n += leave(ids.items[i], how, text, &changes[n]);
	if (project_apply(d->project, changes, n, &saved, &e) < 0)
		return cli_fail(c, &e);
	if (ids.n == 1)
		cli_saved(
			c, "%.*s has left the backlog", STR_ARG(ids.items[0]));
	else
		cli_saved(c, "%zu items have left the backlog", ids.n);
	for (size_t i = 0; i < ids.n; i++)
		print(c, snapshot_find(d->backlog, ids.items[i]), how,
			project_dependents(
				saved.next, ids.items[i], &c->arena));
	snapshot_unref(saved.next);
	return CLI_DONE;
}

/* What is done already is not closed over its head. */
static int
refuse_done(struct cli *c, const struct desk *d, struct str_list ids)
{
	int status = CLI_DONE;

	for (size_t i = 0; i < ids.n; i++) {
		struct err e = {0};
		struct str id = ids.items[i];
		if (snapshot_find(d->backlog, id)->status != STATUS_DONE)
			continue;
		err_set(&e, ERR_CONFLICT,
			"'%.*s' is done; 'weir complete %.*s' archives it as "
			"that",
			STR_ARG(id), STR_ARG(id));
		status = cli_fail(c, &e);
	}
	return status;
}

/* An id by hand may be any word. One that is neither in the backlog nor in the
 * archive, and has no '-' as a mistyped id would, is one of a sentence. */
static bool
is_prose(const struct snapshot *s, struct str word)
{
	return str_find_char(word, '-') == word.n &&
		snapshot_find(s, word) == NULL &&
		snapshot_find_archived(s, word) == NULL;
}

/* "close WRK-001 because it is old": one hint, not an answer to each word. */
static int
refuse_prose(struct cli *c, const struct desk *d, const struct args *a,
	enum departure how)
{
	struct buf ids CLEANUP_BUF = {0};

	for (size_t i = 0; i < a->words_n; i++) {
		const char *word = a->words[i];
		if (i > 0 && is_prose(d->backlog, str_from(word)))
			return cli_usage(c,
				"'%s' is no id; did you mean weir %s%s "
				"-m 'TEXT'?",
				word,
				how == DEPARTED_DONE ? "complete" : "close",
				ids.p);
		buf_addf(&ids, " %s", word);
	}
	return CLI_DONE;
}

static int
run(struct cli *c, const struct args *a, enum departure how)
{
	struct str text = str_from(args_get(a, MESSAGE));
	struct str_list ids = {0};
	struct desk d;

	if (!text_is_sound(text))
		return cli_usage(c, "the message is not UTF-8");
	int status = desk_open(c, true, &d);
	if (status == CLI_DONE)
		status = refuse_prose(c, &d, a, how);
	if (status == CLI_DONE)
		ids = desk_items(c, &d, a, 0, &status);
	if (status == CLI_DONE && how == DEPARTED_CLOSED)
		status = refuse_done(c, &d, ids);
	if (status == CLI_DONE)
		status = save(c, &d, ids, how, text);
	desk_close(&d);
	return status;
}

static int
run_complete(struct cli *c, const struct args *a)
{
	return run(c, a, DEPARTED_DONE);
}

static int
run_close(struct cli *c, const struct args *a)
{
	return run(c, a, DEPARTED_CLOSED);
}

const struct command command_complete = {
	.name = "complete",
	.words = "ID...",
	.summary = "take items as done, by hand",
	.about = "Takes items as done, wherever they are, and moves "
		 "them into the archive: what waits for them may go "
		 "on. Either all of them go or none.",
	.options = complete_options,
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run_complete,
};

const struct command command_close = {
	.name = "close",
	.words = "ID...",
	.summary = "take items out that will not be done",
	.about = "Moves items that will not be done into the archive, "
		 "as closed. What depends on them waits until its "
		 "dependencies are changed, which is said. Either all "
		 "of them go or none.",
	.options = close_options,
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run_close,
};
