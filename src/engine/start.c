/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

/*
 * Starting what was chosen. The work before may rest on a commit that is no
 * longer in the history (a rebase, a reset): the phase's `staleness` says
 * whether that matters to it.
 */

static int
block_stale(struct engine *g, const struct action *act, struct str reason,
	struct err *e)
{
	const struct change block = {
		.kind = CHANGE_BLOCK,
		.id = act->item->id,
		.text = reason,
		.blocked_type = BLOCKED_DECISION,
	};

	if (coordinator_apply(&g->coordinator, &block, 1, NULL, e) < 0)
		return engine_hold(g, act->item->id, NULL, e) < 0 ? -1 : 1;
	engine_emit(g,
		(struct event){.kind = EVENT_BLOCKED,
			.item = act->item->id,
			.title = act->item->title,
			.reason = reason});
	return 1;
}

/* 1: the item is blocked, or held, instead. */
static int
hold_back(struct engine *g, const struct action *act, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str base = act->item->last_phase_commit;
	struct err unknown = {0};

	if (act->phase->staleness == STALENESS_IGNORE || str_is_empty(base))
		return 0;
	int rc = worktree_has(&g->tree, base, &unknown);
	if (rc == 1)
		return 0;
	struct str why = rc < 0
		? str_from(unknown.msg)
		: arena_strf(&tmp,
			  "the phase before rests on commit %.*s, which is no "
			  "longer in the history",
			  STR_ARG(base));
	if (act->phase->staleness == STALENESS_WARN) {
		engine_notice(g, "%.*s %.*s: %.*s", STR_ARG(act->item->id),
			STR_ARG(act->phase->name), STR_ARG(why));
		return 0;
	}
	return block_stale(g, act, why, e);
}

/* An agent that cannot be started rests, as does an item whose files are in
 * somebody's way; what no rest cures ends the run. */
static void
tell_not_started(
	struct engine *g, const struct action *act, int rc, const struct err *e)
{
	int64_t now = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED);

	engine_notice(g, "%.*s %.*s did not start: %s", STR_ARG(act->item->id),
		STR_ARG(act->phase->name), e->msg);
	if (rc < 0 && engine_is_passing(e))
		holds_item(
			&g->holds, act->item->id, STR("not started"), 1, now);
	else if (rc < 0)
		engine_fail(g, e);
	else if (holds_agent_died(&g->holds, act->phase->agent,
			 str_from(e->msg), now) >= HOLD_DEATHS_MAX)
		engine_drain(g, RUN_AGENT);
}

int
engine_start(struct engine *g, const struct action *act, struct err *e)
{
	const struct task_input in = {
		.sys = g->sys,
		.root = &g->project->root,
		.root_path = g->project->path,
		.environ = g->options->environ,
		.config = g->config,
		.snapshot = g->coordinator.now,
		.item = act->item,
		.phase = act->phase,
		.pool = act->pool,
		.memory = memory_of(&g->memory, act->item->id),
		.tree = &g->tree,
		.loop = &g->loop,
		.on_end = engine_on_end,
		.ctx = g,
	};
	struct err why = {0};
	struct task *t;

	int rc = hold_back(g, act, e);
	if (rc != 0)
		return rc;
	rc = task_start(&t, &in, &why);
	if (rc != 0) {
		tell_not_started(g, act, rc, &why);
		return 0;
	}
	VEC_PUSH(&g->tasks, t);
	g->started++;
	engine_emit(g, engine_event_of(EVENT_PHASE_STARTED, t));
	return 0;
}
