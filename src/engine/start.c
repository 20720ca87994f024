/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

/*
 * Starting what was chosen. The work before may rest on a commit that is no
 * longer in the history (a rebase, a reset): the phase's `staleness` says
 * whether that matters to it.
 */

static void
block_stale(struct engine *g, const struct action *act, struct str reason)
{
	const struct change block = {
		.kind = CHANGE_BLOCK,
		.id = act->item->id,
		.text = reason,
		.blocked_type = BLOCKED_DECISION,
	};
	struct err e = {0};

	engine_emit(g,
		(struct event){.kind = EVENT_BLOCKED,
			.item = act->item->id,
			.title = act->item->title,
			.reason = reason});
	if (coordinator_apply(&g->coordinator, &block, 1, NULL, &e) < 0)
		engine_notice(g, "%s", e.msg);
}

/* True when the item was blocked instead. */
static bool
is_held_back(struct engine *g, const struct action *act)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str base = act->item->last_phase_commit;
	struct err e = {0};

	if (act->phase->staleness == STALENESS_IGNORE || str_is_empty(base))
		return false;
	int rc = worktree_has(&g->tree, base, &e);
	if (rc == 1)
		return false;
	struct str why = rc < 0
		? str_from(e.msg)
		: arena_strf(&tmp,
			  "the phase before rests on commit %.*s, which is no "
			  "longer in the history",
			  STR_ARG(base));
	if (act->phase->staleness == STALENESS_WARN) {
		engine_notice(g, "%.*s %.*s: %.*s", STR_ARG(act->item->id),
			STR_ARG(act->phase->name), STR_ARG(why));
		return false;
	}
	block_stale(g, act, why);
	return true;
}

void
engine_start(struct engine *g, const struct action *act, proc_end_fn *on_end)
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
		.on_end = on_end,
		.ctx = g,
	};
	struct err e = {0};
	struct task *t;

	if (is_held_back(g, act))
		return;
	if (task_start(&t, &in, &e) < 0) {
		unsigned int deaths = holds_agent_died(&g->holds,
			act->phase->agent, str_from(e.msg),
			g->sys->clock(g->sys, SYS_CLOCK_ELAPSED));
		engine_notice(g, "%.*s %.*s did not start: %s",
			STR_ARG(act->item->id), STR_ARG(act->phase->name),
			e.msg);
		if (deaths >= HOLD_DEATHS_MAX)
			engine_drain(g, RUN_AGENT);
		return;
	}
	VEC_PUSH(&g->tasks, t);
	g->started++;
	engine_emit(g,
		(struct event){
			.kind = EVENT_PHASE_STARTED,
			.item = t->record.item,
			.title = t->title,
			.phase = t->record.phase,
			.agent = t->record.agent,
			.run = t->record.id,
			.attempt = t->record.attempt,
			.attempts = t->attempts,
		});
}
