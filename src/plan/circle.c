/* SPDX-License-Identifier: MIT */
#include "plan/circle.h"

#include "plan/deps.h"

/* The item that waits for more than before; absent when none does. */
static struct str
burdened(const struct change *c)
{
	if (c->kind == CHANGE_MERGE)
		return c->other;
	if (c->kind == CHANGE_LIST && c->list.add.n > 0 &&
		c->list.field->offset == offsetof(struct item, dependencies))
		return c->id;
	return STR_ABSENT;
}

static bool
is_on_circle(const struct snapshot *s, struct str id, struct arena *tmp)
{
	const struct item *it = snapshot_find(s, id);

	return it != NULL && deps_cycle(s, it, tmp).n > 0;
}

static int
refuse(struct str id, struct str_list circle, struct err *e)
{
	struct buf way CLEANUP_BUF = {0};

	for (size_t i = 0; i < circle.n; i++)
		buf_addf(&way, "%s%.*s", i == 0 ? "" : " -> ",
			STR_ARG(circle.items[i]));
	return err_set(e, ERR_CONFLICT, "'%.*s' would wait for itself: %s",
		STR_ARG(id), way.p);
}

int
plan_refuse_circle(const struct snapshot *s, const struct snapshot *next,
	struct str id, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	const struct item *it = snapshot_find(next, id);

	if (it == NULL || is_on_circle(s, id, &tmp))
		return 0;
	struct str_list circle = deps_cycle(next, it, &tmp);
	return circle.n > 0 ? refuse(id, circle, e) : 0;
}

int
plan_refuse_circles(const struct snapshot *s, const struct change *changes,
	size_t n, struct err *e)
{
	const struct change_env env = {.prefix = STR("X")};
	struct change_effects effects;
	struct err illegal;
	size_t burdens = 0;

	for (size_t i = 0; i < n; i++)
		burdens += str_is_set(burdened(&changes[i]));
	if (burdens == 0 ||
		changes_apply(s, changes, n, &env, &effects, &illegal) < 0)
		return 0;
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = plan_refuse_circle(
			s, effects.next, burdened(&changes[i]), e);
	snapshot_unref(effects.next);
	return rc;
}
