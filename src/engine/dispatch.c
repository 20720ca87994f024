/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include "base/vec.h"
#include "plan/select.h"

/*
 * Plan and carry out, again and again: what is only a change is saved and seen
 * by the next plan, what is a run is started.
 */

static void
plan_now(struct engine *g, struct arena *a, struct plan_input *in,
	struct plan *ret)
{
	struct plan_running *running =
		ARENA_ARRAY(a, struct plan_running, g->tasks.n);
	int64_t now = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED);

	for (size_t i = 0; i < g->tasks.n; i++)
		running[i] = (struct plan_running){
			.item = g->tasks.items[i]->record.item,
			.destructive = g->tasks.items[i]->destructive,
		};
	holds_prune(&g->holds, now);
	*in = (struct plan_input){
		.snapshot = g->coordinator.now,
		.config = g->config,
		.running = running,
		.running_n = g->tasks.n,
		.holds = g->holds.list.items,
		.holds_n = g->holds.list.n,
		.targets = g->options->targets,
		.starts_left = g->options->cap - g->started,
		.now_ns = now,
	};
	plan_select(in, a, ret);
}

static void
tell_action(struct engine *g, const struct action *act)
{
	struct event ev = {
		.item = act->item->id,
		.title = act->item->title,
	};

	if (act->kind == ACTION_PROMOTE) {
		ev.kind = EVENT_PROMOTED;
		ev.where = act->phase->name;
	} else if (act->kind == ACTION_BLOCK) {
		ev.kind = EVENT_BLOCKED;
		ev.reason = act->why;
	} else {
		return;
	}
	engine_emit(g, ev);
}

/* Every action that is only a change, in one save. 1: there were some. */
static int
apply_actions(struct engine *g, const struct plan *p, struct err *e)
{
	VEC(struct change) changes = {0};
	struct change some[3];

	for (size_t i = 0; i < p->actions_n; i++) {
		if (p->actions[i].kind == ACTION_RUN)
			continue;
		size_t n = action_changes(&p->actions[i], some);
		for (size_t k = 0; k < n; k++)
			VEC_PUSH(&changes, some[k]);
	}
	if (changes.n == 0)
		return 0;
	int rc = coordinator_apply(
		&g->coordinator, changes.items, changes.n, NULL, e);
	for (size_t i = 0; rc == 0 && i < p->actions_n; i++)
		tell_action(g, &p->actions[i]);
	VEC_RELEASE(&changes);
	return rc < 0 ? -1 : 1;
}

static enum run_halt
halt_of(enum halt why)
{
	switch (why) {
	case HALT_DONE:
		return RUN_DONE;
	case HALT_BLOCKED:
		return RUN_BLOCKED;
	case HALT_DEPENDS:
		return RUN_DEPENDS;
	case HALT_CAP:
		return RUN_CAP;
	case HALT_NOT:
	case HALTS:
		break;
	}
	BUG("halt %d", (int)why);
}

/* One plan, carried out. 1: something changed, so there is another to make. */
static int
carry_out(struct engine *g, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct plan_input in;
	struct plan p;

	plan_now(g, &tmp, &in, &p);
	/* At the cap nothing is prepared that this run will not start. */
	if (in.starts_left == 0) {
		if (g->tasks.n == 0)
			engine_drain(g, RUN_CAP);
		return 0;
	}
	int rc = apply_actions(g, &p, e);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < p.actions_n && !g->draining; i++) {
		rc = engine_start(g, &p.actions[i], e);
		if (rc != 0)
			return rc;
	}
	if (p.actions_n > 0 && g->tasks.n == 0 && !g->draining)
		return 1; /* none started: item or agent rests */
	/* Sleep until the first rest is over. */
	bell_ring_at(&g->bell, &g->wake, p.wake_ns, in.now_ns);
	enum halt why = plan_halt(&in, &p);
	if (g->tasks.n == 0 && p.actions_n == 0 && why != HALT_NOT)
		engine_drain(g, halt_of(why));
	return 0;
}

int
engine_dispatch(struct engine *g, struct err *e)
{
	int rc;

	do {
		/* Actions speak of the snapshot they were chosen on. */
		struct snapshot *chosen_on = snapshot_ref(g->coordinator.now);
		rc = carry_out(g, e);
		snapshot_unref(chosen_on);
	} while (rc == 1);
	return rc;
}
