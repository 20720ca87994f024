/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

enum { NOTES = CLI_OPTIONS + 1, ACCEPT_RISK };

static const struct cli_option options[] = {
	{NOTES, 0, "notes", "TEXT", "an answer for the next agent to read"},
	{ACCEPT_RISK, 0, "accept-risk", NULL,
		"let it pass the guardrails as it is assessed now"},
	{0},
};

static int
save(struct cli *c, struct desk *d, const struct item *it, const struct args *a)
{
	const struct change changes[] = {
		{.kind = CHANGE_UNBLOCK,
			.id = it->id,
			.text = str_from(args_get(a, NOTES))},
		{.kind = CHANGE_ACCEPT,
			.id = it->id,
			.accepted = {.size = it->size,
				.complexity = it->complexity,
				.risk = it->risk}},
	};
	size_t n = args_has(a, ACCEPT_RISK) ? 2 : 1;
	struct project_saved saved;
	struct err e = {0};

	if (project_apply(d->project, changes, n, &saved, &e) < 0)
		return cli_fail(c, &e);
	const struct item *now = snapshot_find(saved.next, it->id);
	cli_saved(c, "%.*s is unblocked", STR_ARG(now->id));
	const char *status = names_get(&status_names, (int)now->status);
	if (c->json) {
		json_print(json_pack("{s:o,s:s}", "id", json_text(now->id),
				   "status", status),
			&c->out);
	} else {
		buf_add_c(&c->out, "unblocked ");
		utf8_add_printable(&c->out, now->id);
		buf_addf(&c->out, "; it is %s again\n", status);
	}
	snapshot_unref(saved.next);
	return CLI_DONE;
}

static int
run(struct cli *c, const struct args *a)
{
	struct str notes = str_from(args_get(a, NOTES));
	struct desk d;
	int status;

	if (utf8_check(notes) < notes.n)
		return cli_usage(c, "the notes are not UTF-8");
	const struct item *it = desk_open_item(c, a->words[0], &d, &status);
	if (it != NULL)
		status = save(c, &d, it, a);
	desk_close(&d);
	return status;
}

const struct command command_unblock = {
	.name = "unblock",
	.words = "ID",
	.summary = "let a blocked item go on",
	.about = "Puts a blocked item back where it came from, for the next "
		 "'weir run'.",
	.options = options,
	.words_min = 1,
	.words_max = 1,
	.excess = "an answer is given with --notes",
	.run = run,
};
