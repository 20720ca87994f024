/* SPDX-License-Identifier: MIT */
#include "plan/check.h"

#include "plan/deps-priv.h"
#include "plan/place-priv.h"

static void
add(struct problems *ret, const struct item *it, struct str text)
{
	struct err e = {0};

	err_set(&e, ERR_INPUT, "'%.*s': %.*s", STR_ARG(it->id), STR_ARG(text));
	problems_add(ret, &e);
}

static void
check_dangling(
	const struct snapshot *s, const struct item *it, struct problems *ret)
{
	for (size_t i = 0; i < it->dependencies.n; i++) {
		struct buf text CLEANUP_BUF = {0};
		struct str id = it->dependencies.items[i];
		if (dep_state(s, id) != DEP_DANGLING)
			continue;
		buf_addf(&text,
			"depends on '%.*s', which is neither in the backlog "
			"nor in the archive",
			STR_ARG(id));
		add(ret, it, buf_str(&text));
	}
}

/* The status the item has or, when blocked, will have again. */
static enum item_status
status_beneath(const struct item *it)
{
	return it->status == STATUS_BLOCKED &&
			it->blocked_from_status != STATUSES
		? it->blocked_from_status
		: it->status;
}

static void
check_place(const struct config *c, const struct item *it, struct problems *ret)
{
	enum phase_pool pool = pool_of_status(status_beneath(it));
	struct buf text CLEANUP_BUF = {0};
	struct place p;

	if (!place_find(c, it, pool, &p, &text)) {
		bool may_choose = status_beneath(it) == STATUS_NEW &&
			!str_is_set(it->pipeline_type);
		if (!may_choose)
			add(ret, it, buf_str(&text));
		return;
	}
	if (pool == POOL_UNSET || it->phase_pool == POOL_UNSET ||
		it->phase_pool == pool)
		return;
	buf_addf(&text, "its phase_pool is %s, but %s items are in %s",
		names_get(&pool_names, (int)it->phase_pool),
		names_get(&status_names, (int)status_beneath(it)),
		names_get(&pool_names, (int)pool));
	add(ret, it, buf_str(&text));
}

static void
check_cycle(
	struct deps_graph *g, size_t i, bool *reported, struct problems *ret)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct buf text CLEANUP_BUF = {0};

	if (reported[g->component[i]] || !str_is_set(deps_graph_through(g, i)))
		return;
	reported[g->component[i]] = true;
	struct str_list ids = deps_graph_cycle(g, i, &tmp);
	buf_add_c(&text, "its dependencies run in a circle: ");
	for (size_t k = 0; k < ids.n; k++)
		buf_addf(&text, "%s%.*s", k == 0 ? "" : " -> ",
			STR_ARG(ids.items[k]));
	add(ret, &g->s->items[i], buf_str(&text));
}

void
plan_check(
	const struct snapshot *s, const struct config *c, struct problems *ret)
{
	struct arena tmp CLEANUP_ARENA = {0};
	bool *reported = ARENA_ARRAY(&tmp, bool, s->n);
	struct deps_graph g;

	deps_graph_init(&g, s, &tmp);
	for (size_t i = 0; i < s->n; i++) {
		if (s->items[i].status == STATUS_DONE)
			continue;
		check_dangling(s, &s->items[i], ret);
		check_cycle(&g, i, reported, ret);
		check_place(c, &s->items[i], ret);
	}
}
