/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

static void
print(struct cli *c, struct str id, struct str into, struct str_list moved)
{
	if (c->json) {
		json_print(json_pack("{s:o,s:o,s:o}", "id", json_text(id),
				   "into", json_text(into), "dependents",
				   json_texts(moved)),
			&c->out);
		return;
	}
	buf_add_c(&c->out, "merged ");
	utf8_add_printable(&c->out, id);
	buf_add_c(&c->out, " into ");
	utf8_add_printable(&c->out, into);
	if (moved.n > 0) {
		buf_add_c(&c->out, "; now waiting for that: ");
		ids_add(&c->out, moved);
	}
	buf_add_char(&c->out, '\n');
}

/* Who waited for the source and is not the target. */
static struct str_list
find_moved(struct cli *c, const struct desk *d, struct str id, struct str into)
{
	struct str_list all = project_dependents(d->backlog, id, &c->arena);
	struct str *kept = ARENA_ARRAY(&c->arena, struct str, all.n);
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++)
		if (!str_eq(all.items[i], into))
			kept[n++] = all.items[i];
	return (struct str_list){.items = kept, .n = n};
}

static int
save(struct cli *c, struct desk *d, struct str id, struct str into)
{
	const struct change changes[] = {
		{.kind = CHANGE_MERGE, .id = id, .other = into},
		{.kind = CHANGE_NOTE,
			.id = id,
			.text = arena_strf(
				&c->arena, "into %.*s", STR_ARG(into)),
			.note = {.outcome = STR("merged")}},
	};
	struct project_saved saved;
	struct err e = {0};

	if (project_apply(d->project, changes, 2, &saved, &e) < 0)
		return cli_fail(c, &e);
	cli_saved(c, "%.*s is merged into %.*s", STR_ARG(id), STR_ARG(into));
	print(c, id, into, find_moved(c, d, id, into));
	snapshot_unref(saved.next);
	return CLI_DONE;
}

static int
run(struct cli *c, const struct args *a)
{
	struct str id = str_from(a->words[0]);
	struct str into = str_from(a->words[a->words_n - 1]);
	struct desk d;

	if (a->words_n == 3 && strcmp(a->words[1], "into") != 0)
		return cli_usage(c,
			"'weir merge' takes one item and the one it goes into");
	int status = desk_open(c, true, &d);
	if (status == CLI_DONE) {
		(void)desk_item(c, &d, id, &status);
		if (!str_eq(into, id))
			(void)desk_item(c, &d, into, &status);
	}
	if (status == CLI_DONE)
		status = save(c, &d, id, into);
	desk_close(&d);
	return status;
}

const struct command command_merge = {
	.name = "merge",
	.words = "ID [into] TARGET",
	.summary = "let one item take over another",
	.about = "Moves an item into the archive as merged. The target "
		 "takes over what it says and what it waits for, and "
		 "what waited for it waits for the target.",
	.words_min = 2,
	.words_max = 3,
	.run = run,
};
