/* SPDX-License-Identifier: MIT */
#include "plan/select.h"

#include "plan/deps-priv.h"
#include "plan/select-priv.h"

/*
 * One walk over the backlog gives a verdict to every item that cannot be
 * chosen, repairs what needs it and collects the rest as candidates; then
 * promote.c and run.c choose among those.
 */

static const char *const verdicts[] = {
	[VERDICT_CHOSEN] = "chosen",
	[VERDICT_RUNNING] = "running",
	[VERDICT_DONE] = "done",
	[VERDICT_BLOCKED] = "blocked",
	[VERDICT_DEPENDS] = "depends",
	[VERDICT_BROKEN] = "broken",
	[VERDICT_HELD] = "held",
	[VERDICT_WIP] = "wip",
	[VERDICT_SLOT] = "slot",
	[VERDICT_ALONE] = "alone",
	[VERDICT_CAP] = "cap",
	[VERDICT_UNTARGETED] = "untargeted",
};
const struct names verdict_names = NAMES(verdicts, VERDICTS);

void
draft_decide(struct draft *d, size_t i, enum verdict_kind kind, struct str why)
{
	d->verdicts[i] = (struct verdict){
		.item = &d->in->snapshot->items[i],
		.kind = kind,
		.why = why,
	};
}

void
draft_act(struct draft *d, size_t i, struct action act)
{
	act.item = &d->in->snapshot->items[i];
	VEC_PUSH(&d->actions, act);
	draft_decide(d, i, VERDICT_CHOSEN, act.why);
}

/* Of several holds on the same, the one that ends last counts. */
static void
index_holds(struct draft *d)
{
	const struct plan_input *in = d->in;
	const struct plan_hold *holds = in->holds;
	size_t *latest = ARENA_ARRAY(&d->tmp, size_t, in->holds_n);

	strmap_init(&d->item_holds, in->holds_n, &d->tmp);
	strmap_init(&d->agent_holds, in->holds_n, &d->tmp);
	for (size_t i = 0; i < in->holds_n; i++) {
		bool of_item = str_is_set(holds[i].item);
		struct strmap *m = of_item ? &d->item_holds : &d->agent_holds;
		struct str key = of_item ? holds[i].item : holds[i].agent;
		size_t first;
		latest[i] = i;
		if (strmap_put(m, key, i) || !strmap_get(m, key, &first))
			continue;
		if (holds[i].until_ns > holds[latest[first]].until_ns)
			latest[first] = i;
	}
	d->latest_hold = latest;
}

static void
draft_init(struct draft *d, const struct plan_input *in, struct arena *a)
{
	*d = (struct draft){.in = in, .a = a, .wake_ns = INT64_MAX};
	d->verdicts = ARENA_ARRAY(a, struct verdict, in->snapshot->n);
	strmap_init(&d->running, in->running_n, &d->tmp);
	for (size_t i = 0; i < in->running_n; i++) {
		strmap_put(&d->running, in->running[i].item, i);
		if (!in->running[i].destructive)
			continue;
		d->destructive_runs = true;
		d->destructive_item = in->running[i].item;
	}
	strmap_init(&d->targets, in->targets.n, &d->tmp);
	for (size_t i = 0; i < in->targets.n; i++)
		strmap_put(&d->targets, in->targets.items[i], i);
	index_holds(d);
}

static const struct plan_hold *
hold_of(const struct draft *d, const struct strmap *m, struct str key)
{
	size_t first;

	if (!str_is_set(key) || !strmap_get(m, key, &first))
		return NULL;
	const struct plan_hold *h = &d->in->holds[d->latest_hold[first]];
	return h->until_ns > d->in->now_ns ? h : NULL;
}

const struct plan_hold *
draft_hold(struct draft *d, struct str item, const struct phase_config *phase)
{
	const struct plan_hold *holds[] = {
		hold_of(d, &d->item_holds, item),
		hold_of(d, &d->agent_holds, phase->agent),
	};
	const struct plan_hold *last = NULL;

	for (size_t i = 0; i < 2; i++) {
		if (holds[i] == NULL)
			continue;
		if (holds[i]->until_ns < d->wake_ns)
			d->wake_ns = holds[i]->until_ns;
		if (last == NULL || holds[i]->until_ns > last->until_ns)
			last = holds[i];
	}
	return last;
}

/* Verdicts that need no look at configuration or dependencies. */
static bool
decide_plainly(struct draft *d, size_t i)
{
	const struct item *it = &d->in->snapshot->items[i];
	const struct plan_hold *h = hold_of(d, &d->item_holds, it->id);
	size_t ignored;

	if (strmap_get(&d->running, it->id, &ignored))
		draft_decide(d, i, VERDICT_RUNNING, STR("runs now"));
	else if (d->in->targets.n > 0 &&
		!strmap_get(&d->targets, it->id, &ignored))
		draft_decide(d, i, VERDICT_UNTARGETED, STR("is not a target"));
	else if (it->status == STATUS_DONE)
		draft_decide(d, i, VERDICT_DONE, STR("is done"));
	else if (it->status == STATUS_BLOCKED)
		draft_decide(d, i, VERDICT_BLOCKED,
			str_is_empty(it->blocked_reason)
				? STR("is blocked without a reason")
				: arena_strf(d->a, "is blocked: %.*s",
					  STR_ARG(it->blocked_reason)));
	else if (h != NULL && h->until_ns == PLAN_HOLD_ENDLESS)
		draft_decide(d, i, VERDICT_HELD, arena_str(d->a, h->why));
	else
		return false;
	return true;
}

static void
act_block(struct draft *d, size_t i, const struct buf *why)
{
	draft_act(d, i,
		(struct action){.kind = ACTION_BLOCK,
			.why = arena_strf(
				d->a, "needs a decision: %s", why->p)});
}

/* An item that triage may still give a pipeline to. */
static bool
awaits_pipeline(const struct item *it)
{
	return it->status == STATUS_NEW && !str_is_set(it->pipeline_type);
}

/* True when the item was repaired, else where it stands. */
static bool
repair(struct draft *d, size_t i, struct place *ret)
{
	const struct item *it = &d->in->snapshot->items[i];
	struct buf why CLEANUP_BUF = {0};

	if (!place_find(
		    d->in->config, it, pool_of_status(it->status), ret, &why) &&
		!awaits_pipeline(it)) {
		act_block(d, i, &why);
		return true;
	}
	if (it->status == STATUS_NEW)
		ret->phase = &d->in->config->triage;
	if (ret->pool == POOL_UNSET || ret->phase != NULL)
		return false;
	draft_act(d, i,
		(struct action){.kind = ACTION_ENTER,
			.phase = &ret->phases[0],
			.pool = ret->pool,
			.why = arena_strf(d->a,
				"enters %.*s, the first %s phase of %.*s",
				STR_ARG(ret->phases[0].name),
				names_get(&pool_names, (int)ret->pool),
				STR_ARG(ret->pipeline->name))});
	return true;
}

/* True when dependencies hold the item back. */
static bool
decide_deps(struct draft *d, const struct deps_graph *g, size_t i)
{
	const struct snapshot *s = d->in->snapshot;
	const struct item *it = &s->items[i];
	struct buf why CLEANUP_BUF = {0};
	enum verdict_kind kind = VERDICT_DEPENDS;

	if (deps_met(s, it, &why))
		return false;
	struct str through = deps_graph_through(g, i);
	if (str_is_set(through)) {
		buf_reset(&why);
		buf_addf(&why, "waits for itself through %.*s",
			STR_ARG(through));
		kind = VERDICT_BROKEN;
	}
	for (size_t k = 0; k < it->dependencies.n; k++) {
		enum dep_state state = dep_state(s, it->dependencies.items[k]);
		if (state == DEP_CLOSED || state == DEP_DANGLING)
			kind = VERDICT_BROKEN;
	}
	draft_decide(d, i, kind, arena_str(d->a, buf_str(&why)));
	return true;
}

static unsigned int
rank_of(const struct item *it)
{
	switch (it->status) {
	case STATUS_READY: /* by impact, the unset last */
		return (unsigned int)(LEVEL_HIGH - it->impact);
	case STATUS_IN_PROGRESS:
		return 0;
	case STATUS_SCOPING:
		return 1;
	default:
		return 2;
	}
}

static void
collect(struct draft *d, size_t i, const struct place *p)
{
	const struct item *it = &d->in->snapshot->items[i];
	struct candidate c = {.i = i,
		.rank = rank_of(it),
		.remaining = SIZE_MAX,
		.created_ns = item_created_ns(it),
		.place = *p};

	if (p->pool == POOL_PRE)
		c.remaining -= p->index;
	if (p->pool == POOL_MAIN)
		c.remaining -= p->pipeline->pre_n + p->index;
	if (it->status == STATUS_READY)
		VEC_PUSH(&d->ready, c);
	else
		VEC_PUSH(&d->runnable, c);
}

void
plan_select(const struct plan_input *in, struct arena *a, struct plan *ret)
{
	struct deps_graph g;
	struct draft d;

	draft_init(&d, in, a);
	deps_graph_init(&g, in->snapshot, &d.tmp);
	for (size_t i = 0; i < in->snapshot->n; i++) {
		struct place p;
		if (decide_plainly(&d, i) || repair(&d, i, &p) ||
			decide_deps(&d, &g, i))
			continue;
		collect(&d, i, &p);
	}
	draft_promote(&d);
	draft_run(&d);
	struct action *actions = ARENA_ARRAY(a, struct action, d.actions.n);
	for (size_t i = 0; i < d.actions.n; i++)
		actions[i] = d.actions.items[i];
	*ret = (struct plan){
		.actions = actions,
		.actions_n = d.actions.n,
		.verdicts = d.verdicts,
		.verdicts_n = in->snapshot->n,
		.wake_ns = d.wake_ns,
	};
	VEC_RELEASE(&d.actions);
	VEC_RELEASE(&d.ready);
	VEC_RELEASE(&d.runnable);
	arena_release(&d.tmp);
}
