/* SPDX-License-Identifier: MIT */
#include <langinfo.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/paint-priv.h"

enum { ADD, RM, TREE };

static const struct verb verbs[] = {
	[ADD] = {"add", "ID DEP...", 2, SIZE_MAX},
	[RM] = {"rm", "ID DEP...", 2, SIZE_MAX},
	[TREE] = {"tree", "[ID]", 0, 1},
	{0},
};

/* The lines a tree is drawn with. */
struct strokes {
	const char *fork, *corner, *bar;
};

static struct strokes
strokes_of_locale(void)
{
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		return (struct strokes){"├── ", "└── ", "│   "};
	return (struct strokes){"|-- ", "`-- ", "|   "};
}

static enum paint
state_paint(enum dep_state state)
{
	switch (state) {
	case DEP_MET:
		return PAINT_GREEN;
	case DEP_WAITING:
	case DEP_UNREAD:
		return PAINT_YELLOW;
	case DEP_CLOSED:
	case DEP_DANGLING:
		break;
	}
	return PAINT_RED;
}

static void
add_row(struct cli *c, const struct dep_row *row)
{
	struct buf id CLEANUP_BUF = {0};

	utf8_add_printable(&id, row->id);
	paint_add(&c->out, c->colour, PAINT_BOLD, buf_str(&id));
	buf_add_c(&c->out, "  ");
	paint_add(&c->out, c->colour, state_paint(row->state), row->text);
	if (row->item != NULL) {
		buf_add_c(&c->out, "  ");
		utf8_add_printable(&c->out, row->item->title);
	}
	buf_add_c(&c->out, row->again ? "  (see above)\n" : "\n");
}

/* Deeper than this nobody reads; the columns stop there. */
enum { DRAWN_MAX = 64 };

static void
draw(struct cli *c, const struct dep_row *rows, size_t n)
{
	const struct strokes s = strokes_of_locale();
	bool ended[DRAWN_MAX + 1] = {false}; /* no sibling follows, by depth */

	for (size_t i = 0; i < n; i++) {
		size_t depth =
			rows[i].depth < DRAWN_MAX ? rows[i].depth : DRAWN_MAX;
		ended[depth] = rows[i].last;
		for (size_t k = 1; k < depth; k++)
			buf_add_c(&c->out, ended[k] ? "    " : s.bar);
		if (depth > 0)
			buf_add_c(&c->out, rows[i].last ? s.corner : s.fork);
		add_row(c, &rows[i]);
	}
}

static void
print_rows_json(struct cli *c, const struct dep_row *rows, size_t n)
{
	static const char *const states[] = {
		[DEP_MET] = "met",
		[DEP_WAITING] = "waiting",
		[DEP_CLOSED] = "closed",
		[DEP_DANGLING] = "dangling",
		[DEP_UNREAD] = "unread",
	};
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct dep_row *row = &rows[i];
		struct str title =
			row->item != NULL ? row->item->title : STR_ABSENT;
		json_array_append_new(all,
			json_pack("{s:o,s:o,s:o,s:s,s:o,s:b}", "id",
				json_text(row->id), "title", json_text(title),
				"depth", json_count(row->depth), "state",
				states[row->state], "text",
				json_text(row->text), "again",
				(int)row->again));
	}
	json_print(all, &c->out);
}

static int
run_tree(struct cli *c, const struct args *a)
{
	const struct item *top = NULL;
	const struct dep_row *rows;
	int status = CLI_DONE;
	struct desk d;
	size_t n;

	desk_look(c, &d);
	desk_rest(&d);
	if (d.backlog != NULL && a->words_n > 1)
		top = desk_item(c, &d, str_from(a->words[1]), &status);
	if (d.backlog != NULL && (top != NULL || a->words_n == 1)) {
		project_tree(d.backlog, top, &c->arena, &rows, &n);
		if (c->json)
			print_rows_json(c, rows, n);
		else if (n > 0)
			draw(c, rows, n);
		else if (d.wrong.code == ERR_NONE)
			buf_add_c(&c->out, "No item depends on another.\n");
	}
	int wrong = desk_tell(c, &d);
	desk_close(&d);
	return wrong != CLI_DONE ? wrong : status;
}

/* What is to be taken away is there. */
static int
check_there(struct cli *c, const struct item *it, struct str_list ids)
{
	int status = CLI_DONE;

	for (size_t i = 0; i < ids.n; i++) {
		struct err e = {0};
		struct buf all CLEANUP_BUF = {0};
		if (str_list_has(it->dependencies, ids.items[i]))
			continue;
		ids_add(&all, it->dependencies);
		err_set(&e, ERR_MISSING, "'%.*s' does not depend on '%.*s'%s%s",
			STR_ARG(it->id), STR_ARG(ids.items[i]),
			all.n > 0 ? ", but on " : "", all.n > 0 ? all.p : "");
		status = cli_fail(c, &e);
	}
	return status;
}

static int
run(struct cli *c, const struct args *a)
{
	struct str *ids = ARENA_ARRAY(&c->arena, struct str, a->words_n);
	struct str_list list = {.items = ids};
	struct desk d;
	int verb;

	int status = verb_find(c, "dep", verbs, a, &verb);
	if (status == CLI_DONE && verb == TREE)
		return run_tree(c, a);
	if (status != CLI_DONE)
		return status;
	for (size_t i = 2; i < a->words_n; i++)
		ids[list.n++] = str_from(a->words[i]);
	const struct item *it = desk_open_item(c, a->words[1], &d, &status);
	if (it != NULL)
		status = verb == ADD ? desk_dependencies(c, &d, list)
				     : check_there(c, it, list);
	const struct desk_list change = {
		.field = field_find(&item_fields, STR("dependencies")),
		.add = verb == ADD ? list : (struct str_list){0},
		.drop = verb == RM ? list : (struct str_list){0},
		.some = " depends on ",
		.none = " depends on nothing",
	};
	if (it != NULL && status == CLI_DONE)
		status = desk_change_list(c, &d, it, &change);
	desk_close(&d);
	return status;
}

const struct command command_dep = {
	.name = "dep",
	.words = "add ID DEP... | rm ID DEP... | tree [ID]",
	.summary = "change or show what waits for what",
	.about = "'add' makes an item wait until others are done, 'rm' "
		 "no longer. What would make items wait for each other "
		 "is refused. 'tree' draws what an item waits for, or, "
		 "without ID, everything that waits; what was drawn "
		 "already is not drawn again.",
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run,
};
