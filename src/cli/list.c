/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/table-priv.h"

enum { STATUS = CLI_OPTIONS + 1, TAG, ALL };
enum { TITLE_LEAST = 16, NOTE_LEAST = 12 };

static const struct cli_option options[] = {
	{STATUS, 0, "status", "STATUS,...", "only items of these statuses"},
	{TAG, 0, "tag", "TAG,...", "only items with all of these tags"},
	{ALL, 0, "all", NULL, "done items, too"},
	{0},
};

struct filter {
	bool status[STATUSES];
	struct str_list tags;
	bool given; /* by options other than --all */
};

static int
filter_init(struct cli *c, const struct args *a, struct filter *ret)
{
	struct str_list given = args_list(a, STATUS, &c->arena);
	struct buf known CLEANUP_BUF = {0};
	int status;

	*ret = (struct filter){.tags = args_list(a, TAG, &c->arena)};
	ret->given = given.n > 0 || ret->tags.n > 0;
	for (int i = 0; i < STATUSES && given.n == 0; i++)
		ret->status[i] = i != STATUS_DONE || args_has(a, ALL);
	for (size_t i = 0; i < given.n; i++) {
		if (!names_parse(&status_names, given.items[i], &status)) {
			names_list(&status_names, &known);
			return cli_usage(c, "--status: '%.*s' is not one of %s",
				STR_ARG(given.items[i]), known.p);
		}
		ret->status[status] = true;
	}
	return CLI_DONE;
}

static bool
filter_has(const struct filter *f, const struct item *it)
{
	for (size_t i = 0; i < f->tags.n; i++)
		if (!str_list_has(it->tags, f->tags.items[i]))
			return false;
	return f->status[it->status];
}

/* What is under way or wants a person comes first, then what matters most. */
static int
compare(const void *x, const void *y)
{
	static const int order[STATUSES] = {
		[STATUS_IN_PROGRESS] = 0,
		[STATUS_BLOCKED] = 1,
		[STATUS_READY] = 2,
		[STATUS_SCOPING] = 3,
		[STATUS_NEW] = 4,
		[STATUS_DONE] = 5,
	};
	const struct item *a = *(const struct item *const *)x;
	const struct item *b = *(const struct item *const *)y;

	if (order[a->status] != order[b->status])
		return order[a->status] - order[b->status];
	if (a->impact != b->impact)
		return (int)b->impact - (int)a->impact;
	return a < b ? -1 : a > b;
}

static struct str_list
unmet(const struct snapshot *s, const struct item *it, struct arena *a)
{
	struct str *ids = ARENA_ARRAY(a, struct str, it->dependencies.n);
	size_t n = 0;

	if (it->status == STATUS_DONE)
		return (struct str_list){0};
	for (size_t i = 0; i < it->dependencies.n; i++)
		if (!project_dependency_met(s, it->dependencies.items[i]))
			ids[n++] = it->dependencies.items[i];
	return (struct str_list){.items = ids, .n = n};
}

static enum paint
status_paint(enum item_status s)
{
	switch (s) {
	case STATUS_IN_PROGRESS:
		return PAINT_CYAN;
	case STATUS_BLOCKED:
		return PAINT_RED;
	case STATUS_READY:
	case STATUS_DONE:
		return PAINT_GREEN;
	case STATUS_SCOPING:
		return PAINT_YELLOW;
	case STATUS_NEW:
	case STATUSES:
		break;
	}
	return PAINT_NONE;
}

static void
add_name(struct table *t, const struct names *names, int value)
{
	const char *name = names_get(names, value);

	table_add(t, str_from(name != NULL ? name : "-"), PAINT_NONE);
}

static void
add_row(struct table *t, const struct snapshot *s, const struct item *it)
{
	struct buf note CLEANUP_BUF = {0};
	struct str_list waits = unmet(s, it, t->a);

	if (waits.n > 0) {
		buf_add_c(&note, "waits for ");
		ids_add(&note, waits);
	}
	table_add(t, it->id, PAINT_BOLD);
	table_add(t, str_from(names_get(&status_names, (int)it->status)),
		status_paint(it->status));
	table_add(t, it->phase.n > 0 ? it->phase : STR("-"), PAINT_NONE);
	add_name(t, &size_names, (int)it->size);
	add_name(t, &level_names, (int)it->risk);
	add_name(t, &level_names, (int)it->impact);
	table_add(t, it->title, PAINT_NONE);
	table_add(t, note.n > 0 ? arena_str(t->a, buf_str(&note)) : STR(""),
		PAINT_YELLOW);
}

static void
print_table(struct cli *c, const struct snapshot *s,
	const struct item *const *items, size_t n)
{
	static const struct table_column columns[] = {
		{"id", 0, 0},
		{"status", 0, 6},
		{"phase", 0, 4},
		{"size", 0, 1},
		{"risk", 0, 2},
		{"impact", 0, 3},
		{"title", TITLE_LEAST, 0},
		{NULL, NOTE_LEAST, 5},
	};
	struct table t = {.columns = columns,
		.columns_n = sizeof(columns) / sizeof(columns[0]),
		.a = &c->arena};

	for (size_t i = 0; i < n; i++)
		add_row(&t, s, items[i]);
	if (n > 0)
		table_print(&t, terminal_size().columns, c->colour, &c->out);
	table_release(&t);
}

static void
print_why_none(struct cli *c, const struct snapshot *s, bool filtered)
{
	struct str why =
		STR("Every item is done; 'weir list --all' shows them.");

	if (s->n == 0)
		why = STR(
			"The backlog is empty. Next: weir add 'what is to be done'");
	else if (filtered)
		why = STR("No item fits; 'weir list --all' shows every item.");
	text_add(&c->out, why, 0, terminal_size().columns);
}

static void
print(struct cli *c, const struct snapshot *s, const struct filter *f,
	bool sound)
{
	const struct item **items =
		ARENA_ARRAY(&c->arena, const struct item *, s->n);
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (filter_has(f, &s->items[i]))
			items[n++] = &s->items[i];
	if (n > 1)
		qsort(items, n, sizeof(*items), compare);
	if (c->json) {
		json_t *all = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(all, json_item(items[i]));
		json_print(all, &c->out);
		return;
	}
	print_table(c, s, items, n);
	if (sound && n == 0)
		print_why_none(c, s, f->given);
}

static int
run(struct cli *c, const struct args *a)
{
	struct filter f;
	struct desk d;
	int status = filter_init(c, a, &f);

	if (status != CLI_DONE)
		return status;
	desk_look(c, &d);
	desk_rest(&d);
	if (d.backlog != NULL)
		print(c, d.backlog, &f, d.wrong.code == ERR_NONE);
	status = desk_tell(c, &d);
	desk_close(&d);
	return status;
}

const struct command command_list = {
	.name = "list",
	.summary = "show the items of the backlog",
	.about = "Shows the items of the backlog: what is under way first, "
		 "then what is blocked,\nready, in scoping and new; within "
		 "these by impact. Done items only with --all or\n"
		 "--status done.",
	.options = options,
	.run = run,
};
