/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include "base/vec.h"
#include "plan/select.h"

/*
 * Plan and carry out, again and again: what is only a change is saved and seen
 * by the next plan, what is a run is started.
 */

bool
engine_is_held(const struct engine *g, const struct task *t)
{
	return t->ended &&
		holds_is_refused(
			&g->holds, t->record.item, g->coordinator.turn);
}

size_t
engine_tasks_left(const struct engine *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->tasks.n; i++)
		n += !engine_is_held(g, g->tasks.items[i]);
	return n;
}

int
engine_hold(struct engine *g, struct str what, const struct task *t,
	const struct err *e)
{
	struct err ignored = {0};
	CLEANUP_BUF struct buf text = {0};

	if (!store_is_refused(g->project->store))
		return -1;
	buf_addf(&text, "%.*s is held: %s", STR_ARG(what), e->msg);
	int rc = coordinator_refresh(&g->coordinator, &ignored);
	if (rc == 0 &&
		holds_refused(
			&g->holds, what, str_from(e->msg), g->coordinator.turn))
		engine_emit(g,
			(struct event){.kind = EVENT_NOTICE,
				.run = t != NULL ? t->record.id : STR_ABSENT,
				.text = buf_str(&text)});
	return rc;
}

static void
plan_now(struct engine *g, struct arena *a, struct plan_input *in,
	struct plan *ret)
{
	struct plan_running *running =
		ARENA_ARRAY(a, struct plan_running, g->tasks.n);
	int64_t now = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED);
	size_t n = 0;

	for (size_t i = 0; i < g->tasks.n; i++) {
		const struct task *t = g->tasks.items[i];
		if (!engine_is_held(g, t))
			running[n++] = (struct plan_running){
				.item = t->record.item,
				.destructive = t->destructive,
			};
	}
	holds_prune(&g->holds, now);
	*in = (struct plan_input){
		.snapshot = g->coordinator.now,
		.config = g->config,
		.running = running,
		.running_n = n,
		.targets = g->options->targets,
		.starts_left = g->options->cap - g->started,
		.now_ns = now,
	};
	holds_for_plan(&g->holds, g->coordinator.turn, a, in);
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

/* What is only a change among the actions, in one save. 1: there is none. */
static int
apply_together(
	struct engine *g, const struct action *actions, size_t n, struct err *e)
{
	VEC(struct change) changes = {0};
	struct change some[3];
	int rc = 1;

	for (size_t i = 0; i < n; i++) {
		size_t some_n = action_changes(&actions[i], some);
		for (size_t k = 0; k < some_n; k++)
			VEC_PUSH(&changes, some[k]);
	}
	if (changes.n > 0)
		rc = coordinator_apply(
			&g->coordinator, changes.items, changes.n, NULL, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		tell_action(g, &actions[i]);
	VEC_RELEASE(&changes);
	return rc;
}

/* Every action that is only a change, in one save; when that is refused, each
 * in its own, so that one alone is held. 1: there were some. */
static int
apply_actions(struct engine *g, const struct plan *p, struct err *e)
{
	int rc = apply_together(g, p->actions, p->actions_n, e);

	if (rc >= 0)
		return rc == 0 ? 1 : 0;
	if (!store_is_refused(g->project->store))
		return -1;
	for (size_t i = 0; i < p->actions_n; i++) {
		const struct action *act = &p->actions[i];
		if (apply_together(g, act, 1, e) < 0 &&
			engine_hold(g, act->item->id, NULL, e) < 0)
			return -1;
	}
	return 1;
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
		if (engine_tasks_left(g) == 0)
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
	if (p.actions_n > 0 && engine_tasks_left(g) == 0 && !g->draining)
		return 1; /* none started: item or agent rests */
	/* Sleep until the first rest is over. */
	bell_ring_at(&g->bell, &g->wake, p.wake_ns, in.now_ns);
	enum halt why = plan_halt(&in, &p);
	if (engine_tasks_left(g) == 0 && p.actions_n == 0 && why != HALT_NOT)
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
