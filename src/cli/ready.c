/* SPDX-License-Identifier: MIT */
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/table-priv.h"

static void
print_json(struct cli *c, const struct upnext *list, size_t n)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all,
			json_pack("{s:o,s:o,s:b,s:s,s:o}", "id",
				json_text(list[i].item->id), "title",
				json_text(list[i].item->title), "starts",
				(int)list[i].starts, "verdict",
				names_get(&verdict_names, (int)list[i].verdict),
				"why", json_text(list[i].why)));
	json_print(all, &c->out);
}

static void
add_now(struct table *t, const struct upnext *x)
{
	if (x->starts)
		table_add(t, STR("starts"), PAINT_GREEN);
	else if (x->verdict == VERDICT_CHOSEN)
		table_add(t, STR("blocks"), PAINT_RED);
	else if (x->verdict == VERDICT_RUNNING)
		table_add(t, STR("runs"), PAINT_CYAN);
	else
		table_add(t, STR("waits"), PAINT_YELLOW);
}

static void
print(struct cli *c, const struct upnext *list, size_t n)
{
	static const struct table_column columns[] = {
		{"id", 0, 0},
		{"now", 0, 1},
		{"title", 12, 0},
		{"why", 12, 2},
	};
	struct table t = {.columns = columns,
		.columns_n = sizeof(columns) / sizeof(columns[0]),
		.a = &c->arena};

	for (size_t i = 0; i < n; i++) {
		table_add(&t, list[i].item->id, PAINT_BOLD);
		add_now(&t, &list[i]);
		table_add(&t, list[i].item->title, PAINT_NONE);
		table_add(&t, list[i].why, PAINT_NONE);
	}
	table_print(&t, terminal_size().columns, c->colour, &c->out);
	table_release(&t);
}

static void
print_why_none(struct cli *c, const struct snapshot *s)
{
	size_t blocked = 0;

	for (size_t i = 0; i < s->n; i++)
		blocked += s->items[i].status == STATUS_BLOCKED;
	if (blocked > 0)
		buf_addf(&c->out,
			"Nothing can start: %zu item%s for a person. Next: "
			"weir list --status blocked\n",
			blocked, blocked == 1 ? " waits" : "s wait");
	else
		buf_add_c(&c->out,
			"Nothing is left to do. Next: weir add 'what is to be "
			"done'\n");
}

static int
run(struct cli *c, const struct args *a)
{
	const struct upnext *list;
	struct desk d;
	size_t n;

	(void)a;
	desk_look(c, &d);
	if (d.backlog != NULL && d.configured) {
		project_upnext(d.project, d.backlog, &c->arena, &list, &n);
		if (c->json)
			print_json(c, list, n);
		else if (n > 0)
			print(c, list, n);
		else if (d.wrong.code == ERR_NONE)
			print_why_none(c, d.backlog);
	}
	int status = desk_tell(c, &d);
	desk_close(&d);
	return status;
}

const struct command command_ready = {
	.name = "ready",
	.summary = "show what could start now, and what comes after",
	.about = "Shows what 'weir run' would start now, in its order, "
		 "then what it would hold back, each with the reason; "
		 "what a run at work runs is marked so. "
		 "'weir explain ID' says more.",
	.run = run,
};
