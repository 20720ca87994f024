/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/stamp.h"
#include "plan/select-priv.h"

static int
candidate_cmp(const void *va, const void *vb)
{
	const struct candidate *a = va, *b = vb;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->remaining != b->remaining)
		return a->remaining < b->remaining ? -1 : 1;
	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? -1 : 1;
	return a->i < b->i ? -1 : a->i > b->i;
}

void
candidates_sort(struct candidate *c, size_t n)
{
	if (n > 1)
		qsort(c, n, sizeof(*c), candidate_cmp);
}

/* What the candidates before this one leave to it. */
struct gate {
	const struct candidate *alone; /* destructive: nothing passes it */
	bool alone_starts;
};

static struct str
item_id(const struct draft *d, const struct candidate *c)
{
	return d->in->snapshot->items[c->i].id;
}

static bool
decide_cap(struct draft *d, const struct candidate *c)
{
	if (d->started < d->in->starts_left)
		return false;
	draft_decide(d, c->i, VERDICT_CAP, STR("no starts left in this run"));
	return true;
}

static bool
decide_held(struct draft *d, const struct candidate *c)
{
	const struct plan_hold *h =
		draft_hold(d, item_id(d, c), c->place.phase);
	char left[STAMP_SIZE];

	if (h == NULL)
		return false;
	duration_format(h->until_ns - d->in->now_ns, left);
	if (str_is_set(h->item))
		draft_decide(d, c->i, VERDICT_HELD,
			arena_strf(d->a, "%.*s in %s", STR_ARG(h->why), left));
	else
		draft_decide(d, c->i, VERDICT_HELD,
			arena_strf(d->a, "agent '%.*s' rests for %s: %.*s",
				STR_ARG(h->agent), left, STR_ARG(h->why)));
	return true;
}

/* Behind a destructive phase that runs, was chosen or waits. */
static bool
decide_behind(struct draft *d, const struct candidate *c, const struct gate *g)
{
	if (d->destructive_runs)
		draft_decide(d, c->i, VERDICT_ALONE,
			arena_strf(d->a,
				"%.*s runs a phase that needs the tree alone",
				STR_ARG(d->destructive_item)));
	else if (g->alone != NULL)
		draft_decide(d, c->i, VERDICT_ALONE,
			arena_strf(d->a,
				"%.*s %s %.*s, which needs the "
				"tree alone",
				STR_ARG(item_id(d, g->alone)),
				g->alone_starts ? "starts" : "waits to start",
				STR_ARG(g->alone->place.phase->name)));
	else
		return false;
	return true;
}

/* A destructive phase that finds company. */
static bool
decide_company(struct draft *d, const struct candidate *c)
{
	if (!c->place.phase->destructive || d->in->running_n + d->started == 0)
		return false;
	struct str other = d->in->running_n > 0
		? d->in->running[0].item
		: d->actions.items[d->actions.n - 1].item->id;
	draft_decide(d, c->i, VERDICT_ALONE,
		arena_strf(d->a, "%.*s needs the tree alone, but %.*s runs",
			STR_ARG(c->place.phase->name), STR_ARG(other)));
	return true;
}

static bool
decide_slot(struct draft *d, const struct candidate *c)
{
	uint64_t most = d->in->config->max_concurrent;
	uint64_t busy = d->in->running_n + d->started;

	if (busy < most)
		return false;
	struct str why = d->started > 0
		? arena_strf(d->a,
			  "others come first, and only %llu phase%s at a time",
			  (unsigned long long)most,
			  most == 1 ? " runs" : "s run")
		: arena_strf(d->a, "%llu of %llu already running",
			  (unsigned long long)busy, (unsigned long long)most);
	draft_decide(d, c->i, VERDICT_SLOT, why);
	return true;
}

static void
start(struct draft *d, const struct candidate *c)
{
	const struct place *p = &c->place;
	struct action act = {.kind = ACTION_RUN,
		.phase = p->phase,
		.pool = p->pool,
		.why = STR("is new")};

	if (p->pool != POOL_UNSET)
		act.why = arena_strf(d->a, "%s at %.*s, %s phase %zu of %zu",
			p->pool == POOL_PRE ? "is scoped" : "goes on",
			STR_ARG(p->phase->name),
			names_get(&pool_names, (int)p->pool), p->index + 1,
			p->phases_n);
	draft_act(d, c->i, act);
	d->started++;
}

void
draft_run(struct draft *d)
{
	struct gate gate = {0};
	bool capped = d->in->starts_left == 0;

	candidates_sort(d->runnable.items, d->runnable.n);
	VEC_EACH (c, &d->runnable) {
		bool alone = c->place.phase->destructive;
		if ((capped && decide_cap(d, c)) || decide_held(d, c) ||
			decide_cap(d, c) || decide_behind(d, c, &gate))
			continue;
		if (!decide_company(d, c) && !decide_slot(d, c)) {
			start(d, c);
			gate.alone_starts = alone;
		}
		if (alone)
			gate.alone = c;
	}
}
