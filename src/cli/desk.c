/* SPDX-License-Identifier: MIT */
#include "base/names.h"
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "engine/doctor.h"

/* What it shows is not what the file says. */
static void
note_schema(struct cli *c, const struct desk *d)
{
	uint64_t schema = d->backlog != NULL ? d->backlog->older_schema : 0;

	if (schema == 0)
		return;
	cli_note(c,
		"%s is of schema %llu and read as one of schema %d; "
		"'weir migrate' makes it one, --dry-run shows how",
		project_config(d->project)->backlog.s,
		(unsigned long long)schema, SCHEMA_NOW);
}

static int
load(struct cli *c, struct desk *d)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct err e = {0};

	switch (project_load(d->project, &d->backlog, &problems, &e)) {
	case 0:
		return CLI_DONE;
	case 1:
		(void)project_missing(d->project, &e);
		return cli_fail(c, &e);
	default:
		return cli_fail_all(c, &problems, &e);
	}
}

int
desk_open(struct cli *c, bool backlog, struct desk *ret)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct err e = {0};

	*ret = (struct desk){.cli = c};
	if (project_open(&ret->project, c->sys, c->dir, &problems, &e) < 0) {
		ret->project = NULL;
		return cli_fail_all(c, &problems, &e);
	}
	return backlog ? load(c, ret) : CLI_DONE;
}

void
desk_look(struct cli *c, struct desk *ret)
{
	struct err e = {0};

	*ret = (struct desk){.cli = c, .looked = true};
	int rc = project_open_to_look(
		&ret->project, c->sys, c->dir, &ret->problems, &ret->wrong);
	if (rc < 0) {
		ret->project = NULL;
		return;
	}
	ret->configured = rc == 0;
	size_t before = ret->problems.list.n;
	int loaded =
		project_load(ret->project, &ret->backlog, &ret->problems, &e);
	/* Where weir.yaml says it is cannot be told: not missing, unknown. */
	if (loaded == 1 && rc == 0)
		loaded = project_missing(ret->project, &e);
	if (loaded >= 0)
		return;
	if (ret->problems.list.n == before)
		problems_add(&ret->problems, &e);
	if (rc == 0)
		ret->wrong = e;
}

void
desk_rest(struct desk *d)
{
	if (d->project != NULL)
		project_rest(d->project);
}

int
desk_tell(struct cli *c, const struct desk *d)
{
	note_schema(c, d);
	if (d->wrong.code == ERR_NONE)
		return CLI_DONE;
	return cli_fail_all(c, &d->problems, &d->wrong);
}

void
desk_close(struct desk *d)
{
	struct err warning;

	/* A change that was refused for its schema has said so. */
	if (!d->looked && d->cli->errors.n == 0)
		note_schema(d->cli, d);
	if (d->project != NULL && project_warning(d->project, &warning))
		cli_warn(&warning);
	if (d->project != NULL && str_is_set(d->cli->denied) &&
		project_denied(d->project, d->cli->denied, &warning))
		cli_warn(&warning);
	problems_release(&d->problems);
	snapshot_unref(d->backlog);
	project_close(d->project);
}

static void
explain_absence(const struct desk *d, struct str id, struct err *e)
{
	const struct snapshot *s = d->backlog;
	const struct archived *left = snapshot_find_archived(s, id);

	if (left != NULL && left->how == DEPARTED_MERGED) {
		err_set(e, ERR_MISSING,
			"'%.*s' is no longer in the backlog: it was merged "
			"into '%.*s'; 'weir archive show %.*s' shows it",
			STR_ARG(id), STR_ARG(left->into), STR_ARG(id));
		return;
	}
	if (left != NULL) {
		err_set(e, ERR_MISSING,
			"'%.*s' is no longer in the backlog: it is %s; 'weir "
			"archive show %.*s' shows it",
			STR_ARG(id),
			names_get(&departure_names, (int)left->how),
			STR_ARG(id));
		return;
	}
	if (s->partial) {
		err_set(e, ERR_MISSING,
			"'%.*s' is not among the sound items of the backlog",
			STR_ARG(id));
		return;
	}
	(void)project_no_item(s, id, e);
}

const struct item *
desk_item(struct cli *c, const struct desk *d, struct str id, int *status)
{
	const struct item *it = snapshot_find(d->backlog, id);
	struct err e = {0};

	if (it != NULL)
		return it;
	explain_absence(d, id, &e);
	int missing = cli_fail(c, &e);
	if (*status == CLI_DONE)
		*status = missing;
	return NULL;
}

const struct item *
desk_open_item(struct cli *c, const char *id, struct desk *ret, int *ret_status)
{
	*ret_status = desk_open(c, true, ret);
	if (*ret_status != CLI_DONE)
		return NULL;
	return desk_item(c, ret, str_from(id), ret_status);
}

int
desk_dependencies(struct cli *c, const struct desk *d, struct str_list ids)
{
	int status = CLI_DONE;

	for (size_t i = 0; i < ids.n; i++) {
		const struct archived *left =
			snapshot_find_archived(d->backlog, ids.items[i]);
		if (left == NULL || left->how == DEPARTED_CLOSED)
			(void)desk_item(c, d, ids.items[i], &status);
	}
	return status;
}

struct str_list
desk_items(struct cli *c, const struct desk *d, const struct args *a,
	size_t first, int *status)
{
	struct str *ids = ARENA_ARRAY(&c->arena, struct str, a->words_n);
	struct str_list all = {.items = ids};

	for (size_t i = first; i < a->words_n; i++) {
		struct str id = str_from(a->words[i]);
		if (desk_item(c, d, id, status) != NULL &&
			!str_list_has(all, id))
			ids[all.n++] = id;
	}
	return all;
}

int
desk_change_list(struct cli *c, struct desk *d, const struct item *it,
	const struct desk_list *list)
{
	const struct change change = {.kind = CHANGE_LIST,
		.id = it->id,
		.list = {.field = list->field,
			.add = list->add,
			.drop = list->drop}};
	struct project_saved saved;
	struct err e = {0};

	if (project_apply(d->project, &change, 1, &saved, &e) < 0)
		return cli_fail(c, &e);
	const struct str_list now =
		field_texts(list->field, snapshot_find(saved.next, it->id));
	cli_saved(c, "%.*s is saved", STR_ARG(it->id));
	if (c->json) {
		json_print(json_pack("{s:o,s:o}", "id", json_text(it->id),
				   list->field->name, json_texts(now)),
			&c->out);
	} else {
		utf8_add_printable(&c->out, it->id);
		buf_add_c(&c->out, now.n > 0 ? list->some : list->none);
		ids_add(&c->out, now);
		buf_add_char(&c->out, '\n');
	}
	snapshot_unref(saved.next);
	return CLI_DONE;
}
