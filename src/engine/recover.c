/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include "base/stamp.h"
#include "proc/tree.h"

#define KILL_WAIT_NS (5 * NS_PER_SEC)

/* Everything that still carries the run's mark, dead. */
static int
kill_rest(struct engine *g, const struct run_record *r, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str mark = arena_strf(&tmp, "WEIR_RUN_ID=%.*s", STR_ARG(r->id));

	int n = proc_tree_kill(g->sys, mark, KILL_WAIT_NS, e);
	if (n < 0)
		return err_wrap(
			e, "ending what is left of run %.*s", STR_ARG(r->id));
	engine_emit(g,
		(struct event){
			.kind = EVENT_RECOVERED,
			.item = r->item,
			.phase = r->phase,
			.run = r->id,
			.text = n > 0 ? STR("its agent was still running and "
					    "was ended")
				      : STR("it had not been finished"),
		});
	return 0;
}

/* Its effects are saved: commit what it made, and put it on record. */
static int
finish_applied(struct engine *g, struct task *t, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct worktree_commit c = {
		.before = &t->before,
		.scope = WORKTREE_ALL,
		.change_dir = t->change_dir,
		.message = arena_strf(&tmp, "[%.*s][%.*s] recovered",
			STR_ARG(t->record.item), STR_ARG(t->record.phase)),
	};
	struct str_list left;
	struct str sha;

	if (worktree_commit(&g->tree, &c, &tmp, &sha, &left, e) < 0 ||
		run_finish(&t->dir, "recovered", STR_ABSENT,
			g->sys->clock(g->sys, SYS_CLOCK_UNIX), e) < 0)
		return -1;
	coordinator_forget(&g->coordinator, t->record.id);
	return 0;
}

static int
recover_one(struct engine *g, const struct run_record *r, struct err *e)
{
	struct task *t;

	if (kill_rest(g, r, e) < 0 ||
		task_from_record(
			&t, &g->project->root, r, g->coordinator.now, e) < 0)
		return -1;
	int rc = str_list_has(g->coordinator.now->applied, r->id)
		? finish_applied(g, t, e)
		: engine_conclude(g, t, e);
	task_free(t);
	return rc < 0 ? -1 : 0;
}

/* Ids of runs that are on record as ended, or are not on record at all. */
static void
forget_ended(struct engine *g, const struct run_record *runs, size_t n)
{
	struct str_list applied = g->coordinator.now->applied;

	for (size_t i = 0; i < applied.n; i++) {
		bool unfinished = false;
		if (!str_starts(applied.items[i], STR("r")))
			continue;
		for (size_t k = 0; k < n; k++)
			unfinished = unfinished ||
				(str_eq(runs[k].id, applied.items[i]) &&
					!runs[k].finished);
		if (!unfinished)
			coordinator_forget(&g->coordinator, applied.items[i]);
	}
}

int
engine_recover(struct engine *g, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct run_record *runs;
	size_t n;

	if (run_sweep(&g->project->root, e) < 0 ||
		run_list(&g->project->root, &tmp, &runs, &n, e) < 0)
		return -1;
	forget_ended(g, runs, n);
	for (size_t i = 0; i < n; i++)
		if (runs[i].finished)
			memory_learn(&g->memory, &runs[i]);
	for (size_t i = 0; i < n; i++)
		if (!runs[i].finished && recover_one(g, &runs[i], e) < 0)
			return -1;
	return 0;
}
