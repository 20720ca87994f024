/* SPDX-License-Identifier: MIT */
#include "engine/doctor.h"

#include <string.h>

#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

enum { ACCEPT = CLI_OPTIONS + 1, FIX, RENUMBER };

static const struct cli_option options[] = {
	{FIX, 0, "fix", NULL,
		"mend what can be mended without losing anything"},
	{RENUMBER, 0, "renumber", "ID",
		"give later items of this id a number of their own"},
	{ACCEPT, 0, "accept", NULL,
		"let go the items that are gone from the backlog"},
	{0},
};

/* What was done, before what is left is looked for. */
static void
say_done(struct cli *c, const char *check, struct str text)
{
	if (c->json)
		json_print(json_pack("{s:s,s:s,s:n,s:o,s:n}", "level", "done",
				   "check", check, "where", "message",
				   json_text(text), "next"),
			&c->out);
	else {
		buf_add_str(&c->out, text);
		buf_add_char(&c->out, '\n');
	}
}

static int
accept(struct cli *c, struct desk *d)
{
	struct err e = {0};

	int rc = project_accept(d->project, &e);
	if (rc < 0)
		return cli_fail(c, &e);
	say_done(c, "accept",
		rc == 0 ? STR("accepted the backlog as it is")
			: STR("nothing was held back"));
	return CLI_DONE;
}

static int
fix(struct cli *c, struct desk *d)
{
	struct str_list done;
	struct err e = {0};

	int rc = project_mend(d->project, &c->arena, &done, &e);
	for (size_t i = 0; i < done.n; i++)
		say_done(c, "fix", done.items[i]);
	return rc < 0 ? cli_fail(c, &e) : CLI_DONE;
}

static int
renumber(struct cli *c, struct desk *d, const char *id)
{
	struct buf text CLEANUP_BUF = {0};
	struct renumbered r;
	struct err e = {0};

	if (project_renumber(d->project, str_from(id), &c->arena, &r, &e) < 0)
		return cli_fail(c, &e);
	snapshot_unref(r.next);
	for (size_t i = 0; i < r.ids.n; i++) {
		buf_reset(&text);
		buf_addf(&text, "the item that was '%s' at line %zu is now ",
			id, r.lines[i]);
		ids_add(&text, (struct str_list){&r.ids.items[i], 1});
		say_done(c, "renumber", buf_str(&text));
	}
	if (r.dependents.n > 0) {
		buf_reset(&text);
		buf_addf(&text,
			"what depends on '%s' means the other one: ", id);
		ids_add(&text, r.dependents);
		buf_add_c(&text, "; look whether that is meant");
		say_done(c, "renumber", buf_str(&text));
	}
	return CLI_DONE;
}

/* More of one kind are counted: nobody reads on, and what is of another kind
 * has to be seen. */
enum { SHOWN_MAX = 10 };

static bool
is_kind(const struct finding *x, const struct finding *y)
{
	return x->wrong == y->wrong && strcmp(x->check, y->check) == 0;
}

static void
print_line(struct cli *c, const struct finding *x)
{
	struct buf text CLEANUP_BUF = {0};

	if (!x->wrong)
		buf_add_c(&text, "note: ");
	if (str_is_set(x->where))
		buf_addf(&text, "%.*s: ", STR_ARG(x->where));
	buf_add_str(&text, x->message);
	utf8_add_printable(&c->out, buf_str(&text));
	buf_add_char(&c->out, '\n');
}

/* What is to be done about a line and those right above it. */
static void
print_next(struct cli *c, struct str next)
{
	if (!str_is_set(next))
		return;
	buf_add_c(&c->out, "    ");
	utf8_add_printable(&c->out, next);
	buf_add_char(&c->out, '\n');
}

/* Those of the kind of the one at `first`, which is the first of them. */
static void
print_kind(struct cli *c, const struct findings *f, size_t first)
{
	const struct finding *items = f->list.items, *last = NULL;
	size_t shown = 0, more = 0;

	for (size_t i = first; i < f->list.n; i++) {
		const struct finding *x = &items[i];
		if (!is_kind(&items[first], x))
			continue;
		if (x->untold > 0 || shown == SHOWN_MAX) {
			more += x->untold > 0 ? x->untold : 1;
			continue;
		}
		if (last != NULL && !str_eq(last->next, x->next))
			print_next(c, last->next);
		print_line(c, x);
		last = x;
		shown++;
	}
	if (more > 0)
		buf_addf(&c->out, "%sand %zu more of this kind ('%s')\n",
			items[first].wrong ? "" : "note: ", more,
			items[first].check);
	if (last != NULL)
		print_next(c, last->next);
}

/* Kind by kind, in the order in which each was found first. */
static void
print(struct cli *c, const struct findings *f)
{
	for (size_t i = 0; i < f->list.n; i++) {
		size_t first = 0;
		while (!is_kind(&f->list.items[first], &f->list.items[i]))
			first++;
		if (first == i)
			print_kind(c, f, i);
	}
}

static void
print_json(struct cli *c, const struct finding *x)
{
	json_print(json_pack("{s:s,s:s,s:o,s:o,s:o}", "level",
			   x->wrong ? "wrong" : "note", "check", x->check,
			   "where", json_text(x->where), "message",
			   json_text(x->message), "next", json_text(x->next)),
		&c->out);
}

static int
examine(struct cli *c, struct desk *d)
{
	struct findings f = {.a = &c->arena};
	int status = CLI_DONE;
	struct err e = {0};

	if (project_examine(d->project, c->environ, &f, &e) < 0)
		status = cli_fail(c, &e);
	for (size_t i = 0; i < f.list.n; i++) {
		const struct finding *x = &f.list.items[i];
		if (c->json)
			print_json(c, x);
		if (x->wrong && status == CLI_DONE)
			status = CLI_INPUT;
	}
	if (!c->json)
		print(c, &f);
	if (f.list.n == 0 && status == CLI_DONE && !c->json)
		buf_add_c(&c->out, "nothing is wrong\n");
	findings_release(&f);
	return status;
}

static int
run(struct cli *c, const struct args *a)
{
	const char *id = args_get(a, RENUMBER);
	struct desk d;

	int status = desk_open(c, false, &d);
	if (status == CLI_DONE && args_has(a, ACCEPT))
		status = accept(c, &d);
	if (status == CLI_DONE && id != NULL)
		status = renumber(c, &d, id);
	if (status != CLI_DONE) {
		desk_close(&d);
		return status;
	}
	/* What keeps it from mending has a step of its own. */
	if (args_has(a, FIX))
		status = fix(c, &d);
	int found = examine(c, &d);
	status = status == CLI_DONE ? found : status;
	desk_close(&d);
	return status;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "say what is wrong with the files of a project",
	.about = "Looks at the backlog and the files around it, and names what "
		 "a person has to do something about, and notes, each with its "
		 "place and the next safe step. Nothing is changed but with an "
		 "option.",
	.options = options,
	.run = run,
};
