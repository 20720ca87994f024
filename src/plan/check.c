/* SPDX-License-Identifier: MIT */
#include "plan/check.h"

#include "base/vec.h"
#include "plan/deps-priv.h"
#include "plan/place-priv.h"

static const char *const flaws[] = {
	[FLAW_DANGLING] = "dangling",
	[FLAW_CLOSED] = "closed",
	[FLAW_CIRCLE] = "circle",
	[FLAW_PLACE] = "place",
};
const struct names flaw_names = NAMES(flaws, FLAWS);

struct checking {
	struct arena *a;
	VEC(struct plan_flaw) found;
};

static void
add(struct checking *ret, enum plan_flaw_kind kind, const struct item *it,
	struct str text)
{
	const struct plan_flaw flaw = {
		.kind = kind,
		.id = arena_str(ret->a, it->id),
		.text = arena_str(ret->a, text),
	};

	VEC_PUSH(&ret->found, flaw);
}

static void
check_dependencies(
	const struct snapshot *s, const struct item *it, struct checking *ret)
{
	for (size_t i = 0; i < it->dependencies.n; i++) {
		struct buf text CLEANUP_BUF = {0};
		struct str id = it->dependencies.items[i];
		enum dep_state state = dep_state(s, id);
		if (state != DEP_DANGLING && state != DEP_CLOSED)
			continue;
		buf_addf(&text, "depends on '%.*s', which %s", STR_ARG(id),
			state == DEP_CLOSED
				? "was closed: it will never be done"
				: "is neither in the backlog nor in the "
				  "archive");
		add(ret, state == DEP_CLOSED ? FLAW_CLOSED : FLAW_DANGLING, it,
			buf_str(&text));
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
check_place(const struct config *c, const struct item *it, struct checking *ret)
{
	enum phase_pool pool = pool_of_status(status_beneath(it));
	struct buf text CLEANUP_BUF = {0};
	struct place p;

	if (!place_find(c, it, pool, &p, &text)) {
		bool may_choose = status_beneath(it) == STATUS_NEW &&
			!str_is_set(it->pipeline_type);
		if (!may_choose)
			add(ret, FLAW_PLACE, it, buf_str(&text));
		return;
	}
	if (pool == POOL_UNSET || it->phase_pool == POOL_UNSET ||
		it->phase_pool == pool)
		return;
	buf_addf(&text, "its phase_pool is %s, but %s items are in %s",
		names_get(&pool_names, (int)it->phase_pool),
		names_get(&status_names, (int)status_beneath(it)),
		names_get(&pool_names, (int)pool));
	add(ret, FLAW_PLACE, it, buf_str(&text));
}

static void
check_cycle(
	struct deps_graph *g, size_t i, bool *reported, struct checking *ret)
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
	add(ret, FLAW_CIRCLE, &g->s->items[i], buf_str(&text));
}

void
plan_flaws(const struct snapshot *s, const struct config *c, struct arena *a,
	const struct plan_flaw **ret, size_t *ret_n)
{
	struct arena tmp CLEANUP_ARENA = {0};
	bool *reported = ARENA_ARRAY(&tmp, bool, s->n);
	struct checking found = {.a = a};
	struct deps_graph g;

	deps_graph_init(&g, s, &tmp);
	for (size_t i = 0; i < s->n; i++) {
		if (s->items[i].status == STATUS_DONE)
			continue;
		check_dependencies(s, &s->items[i], &found);
		check_cycle(&g, i, reported, &found);
		check_place(c, &s->items[i], &found);
	}
	struct plan_flaw *all = ARENA_ARRAY(a, struct plan_flaw, found.found.n);
	for (size_t i = 0; i < found.found.n; i++)
		all[i] = found.found.items[i];
	*ret = all;
	*ret_n = found.found.n;
	VEC_RELEASE(&found.found);
}

void
plan_check(
	const struct snapshot *s, const struct config *c, struct problems *ret)
{
	struct arena tmp CLEANUP_ARENA = {0};
	const struct plan_flaw *all;
	size_t n;

	plan_flaws(s, c, &tmp, &all, &n);
	for (size_t i = 0; i < n; i++) {
		struct err e = {0};
		if (all[i].kind == FLAW_CLOSED)
			continue;
		err_set(&e, ERR_INPUT, "'%.*s': %.*s", STR_ARG(all[i].id),
			STR_ARG(all[i].text));
		problems_add(ret, &e);
	}
}
