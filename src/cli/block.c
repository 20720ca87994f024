/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

enum { TYPE = CLI_OPTIONS + 1 };

static const struct cli_option options[] = {
	{TYPE, 0, "type", "TYPE",
		"clarification: a question; decision: a choice"},
	{0},
};

static int
take_type(struct cli *c, const struct args *a, enum blocked_type *ret)
{
	const char *given = args_get(a, TYPE);
	struct buf accepted CLEANUP_BUF = {0};
	int value = BLOCKED_UNSET;

	if (given != NULL &&
		!names_parse(&blocked_type_names, str_from(given), &value)) {
		names_list(&blocked_type_names, &accepted);
		return cli_usage(
			c, "--type: '%s' is not one of %s", given, accepted.p);
	}
	*ret = (enum blocked_type)value;
	return CLI_DONE;
}

static int
save(struct cli *c, struct desk *d, const struct change *change)
{
	struct project_saved saved;
	struct err e = {0};

	if (project_apply(d->project, change, 1, &saved, &e) < 0)
		return cli_fail(c, &e);
	const struct item *now = snapshot_find(saved.next, change->id);
	cli_saved(c, "%.*s is blocked", STR_ARG(now->id));
	const char *from =
		names_get(&status_names, (int)now->blocked_from_status);
	if (c->json) {
		json_print(json_pack("{s:o,s:s,s:s,s:o}", "id",
				   json_text(now->id), "status",
				   names_get(&status_names, (int)now->status),
				   "from", from, "reason",
				   json_text(now->blocked_reason)),
			&c->out);
	} else {
		buf_add_c(&c->out, "blocked ");
		utf8_add_printable(&c->out, now->id);
		buf_addf(&c->out, ", which was %s: ", from);
		utf8_add_printable(&c->out, now->blocked_reason);
		buf_add_char(&c->out, '\n');
	}
	snapshot_unref(saved.next);
	return CLI_DONE;
}

static int
run(struct cli *c, const struct args *a)
{
	struct change change = {
		.kind = CHANGE_BLOCK, .text = str_trim(str_from(a->words[1]))};
	struct desk d;

	if (change.text.n == 0)
		return cli_usage(c, "the reason is blank");
	if (!text_is_sound(change.text))
		return cli_usage(c, "the reason is not UTF-8");
	int status = take_type(c, a, &change.blocked_type);
	if (status != CLI_DONE)
		return status;
	const struct item *it = desk_open_item(c, a->words[0], &d, &status);
	if (it != NULL) {
		change.id = it->id;
		status = save(c, &d, &change);
	}
	desk_close(&d);
	return status;
}

const struct command command_block = {
	.name = "block",
	.words = "ID REASON",
	.summary = "hold an item back until a person unblocks it",
	.about = "Holds an item back, with the reason, until 'weir "
		 "unblock' puts it back where it was. An agent that is "
		 "at work on it is not ended, but moves it no further.",
	.options = options,
	.words_min = 2,
	.words_max = 2,
	.excess = "a reason of several words stands in quotes",
	.run = run,
};
