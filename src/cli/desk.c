/* SPDX-License-Identifier: MIT */
#include "base/names.h"
#include "cli/command-priv.h"

static int
load(struct cli *c, struct desk *d)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct err e = {0};

	switch (project_load(d->project, &d->backlog, &problems, &e)) {
	case 0:
		return CLI_DONE;
	case 1:
		err_set(&e, ERR_MISSING,
			"there is no backlog in '%s'; 'weir init' makes one",
			project_root(d->project));
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

	*ret = (struct desk){0};
	if (project_open(&ret->project, c->sys, c->dir, &problems, &e) < 0) {
		ret->project = NULL;
		return cli_fail_all(c, &problems, &e);
	}
	return backlog ? load(c, ret) : CLI_DONE;
}

void
desk_close(struct desk *d)
{
	snapshot_unref(d->backlog);
	project_close(d->project);
}

static const char *
nearest_id(struct cli *c, const struct snapshot *s, struct str id)
{
	const char **ids = ARENA_ARRAY(&c->arena, const char *, s->n);

	for (size_t i = 0; i < s->n; i++)
		ids[i] = s->items[i].id.s;
	const struct names names = {.name = ids, .n = s->n};
	return names_nearest(&names, id);
}

static void
explain_absence(
	struct cli *c, const struct snapshot *s, struct str id, struct err *e)
{
	const struct archived *left = snapshot_find_archived(s, id);

	if (left != NULL && left->how == DEPARTED_MERGED) {
		err_set(e, ERR_MISSING,
			"'%.*s' is no longer in the backlog: it was merged "
			"into '%.*s'",
			STR_ARG(id), STR_ARG(left->into));
		return;
	}
	if (left != NULL) {
		err_set(e, ERR_MISSING,
			"'%.*s' is no longer in the backlog: it is %s, and in "
			"the archive",
			STR_ARG(id),
			names_get(&departure_names, (int)left->how));
		return;
	}
	const char *near = nearest_id(c, s, id);
	if (near != NULL)
		err_set(e, ERR_MISSING,
			"there is no item '%.*s'; did you mean '%s'?",
			STR_ARG(id), near);
	else
		err_set(e, ERR_MISSING,
			"there is no item '%.*s'; 'weir list' shows what there "
			"is",
			STR_ARG(id));
}

const struct item *
desk_item(struct cli *c, const struct desk *d, struct str id, int *status)
{
	const struct item *it = snapshot_find(d->backlog, id);
	struct err e = {0};

	if (it != NULL)
		return it;
	explain_absence(c, d->backlog, id, &e);
	int missing = cli_fail(c, &e);
	if (*status == CLI_DONE)
		*status = missing;
	return NULL;
}
