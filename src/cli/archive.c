/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/table-priv.h"

enum { LIST, SHOW };

static const struct verb verbs[] = {
	[LIST] = {"list", "nothing more", 0, 0},
	[SHOW] = {"show", "ID...", 1, SIZE_MAX},
	{0},
};

static const char *
how_of(const struct archive_entry *x)
{
	return names_get(&departure_names, (int)x->how);
}

static json_t *
entry_json(const struct archive_entry *x)
{
	return json_pack("{s:o,s:s,s:o,s:o,s:o,s:o}", "id",
		json_text(x->item.id), "how", how_of(x), "at", json_text(x->at),
		"into", json_text(x->into), "reason", json_text(x->reason),
		"item", json_item(&x->item));
}

static void
print_list(struct cli *c, const struct archive_entries *list)
{
	static const struct table_column columns[] = {
		{"id", 0, 0},
		{"left", 0, 2},
		{"at", 0, 1},
		{"title", 12, 0},
		{NULL, 12, 3},
	};
	struct table t = {.columns = columns,
		.columns_n = sizeof(columns) / sizeof(columns[0]),
		.a = &c->arena};

	for (size_t i = 0; i < list->n; i++) {
		const struct archive_entry *x = &list->items[i];
		table_add(&t, x->item.id, PAINT_BOLD);
		table_add(&t, str_from(how_of(x)),
			x->how == DEPARTED_DONE ? PAINT_GREEN : PAINT_YELLOW);
		table_add(&t, x->at, PAINT_NONE);
		table_add(&t, x->item.title, PAINT_NONE);
		table_add(&t,
			str_is_set(x->into) ? arena_strf(&c->arena, "into %.*s",
						      STR_ARG(x->into))
					    : x->reason,
			PAINT_NONE);
	}
	table_print(&t, terminal_size().columns, c->colour, &c->out);
	table_release(&t);
}

/* `whole`: that is all there is in the archive. */
static int
list_all(struct cli *c, const struct archive_entries *list, bool whole)
{
	if (c->json) {
		json_t *all = json_array();
		for (size_t i = 0; i < list->n; i++)
			json_array_append_new(all, entry_json(&list->items[i]));
		json_print(all, &c->out);
	} else if (list->n > 0) {
		print_list(c, list);
	} else if (whole) {
		buf_add_c(&c->out, "Nothing has left the backlog.\n");
	}
	return CLI_DONE;
}

static void
print_one(struct cli *c, const struct archive_entry *x)
{
	if (c->json) {
		json_print(entry_json(x), &c->out);
		return;
	}
	item_print(c, &x->item);
	buf_addf(&c->out, "\n%s", how_of(x));
	if (str_is_set(x->into)) {
		buf_add_c(&c->out, " into ");
		utf8_add_printable(&c->out, x->into);
	}
	buf_add_c(&c->out, " at ");
	utf8_add_printable(
		&c->out, str_is_set(x->at) ? x->at : STR("an unknown time"));
	if (str_is_set(x->reason)) {
		buf_add_c(&c->out, ": ");
		utf8_add_printable(&c->out, x->reason);
	}
	buf_add_char(&c->out, '\n');
}

static const struct archive_entry *
find(const struct archive_entries *list, struct str id)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].item.id, id))
			return &list->items[i];
	return NULL;
}

static int
show_some(struct cli *c, const struct snapshot *s,
	const struct archive_entries *list, const struct args *a)
{
	int status = CLI_DONE;

	for (size_t i = 1; i < a->words_n; i++) {
		struct str id = str_from(a->words[i]);
		const struct archive_entry *x = find(list, id);
		struct err e = {0};
		if (x != NULL) {
			print_one(c, x);
			continue;
		}
		if (s != NULL && snapshot_find(s, id) != NULL)
			err_set(&e, ERR_MISSING,
				"'%.*s' has not left the backlog; 'weir show "
				"%.*s' shows it",
				STR_ARG(id), STR_ARG(id));
		else
			err_set(&e, ERR_MISSING,
				"there is no item '%.*s' in the archive; 'weir "
				"archive list' shows what there is",
				STR_ARG(id));
		status = cli_fail(c, &e);
	}
	return status;
}

/* What can be read is shown, whatever is wrong with the rest. */
static int
look(struct cli *c, struct desk *d, const struct args *a, int verb)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct archive_entries list;
	struct err e = {0};

	if (project_archive(d->project, d->backlog, &c->arena, &list, &problems,
		    &e) < 0)
		return cli_fail(c, &e);
	bool whole = problems.list.n == 0 && d->backlog != NULL;
	int status = verb == LIST ? list_all(c, &list, whole)
				  : show_some(c, d->backlog, &list, a);
	if (problems.list.n == 0)
		return status;
	return cli_fail_all(c, &problems, &problems.list.items[0]);
}

static int
run(struct cli *c, const struct args *a)
{
	struct desk d;
	int verb;

	int status = verb_find(c, "archive", verbs, a, &verb);
	if (status != CLI_DONE)
		return status;
	desk_look(c, &d);
	desk_rest(&d);
	if (d.configured)
		status = look(c, &d, a, verb);
	int wrong = desk_tell(c, &d);
	desk_close(&d);
	return wrong != CLI_DONE ? wrong : status;
}

const struct command command_archive = {
	.name = "archive",
	.words = "list | show ID...",
	.summary = "look at items that left the backlog",
	.about = "Shows what left the backlog: when, how and why "
		 "('list'), or all fields as they were then ('show'). "
		 "Lines of the archive that cannot be read are named "
		 "after the others.",
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run,
};
