/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include "base/stamp.h"
#include "proc/tree.h"
#include "store/archive.h"

/*
 * What an earlier run left: its processes are ended, and its unfinished runs
 * become tasks whose agents have ended, concluded like all others.
 */

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

/* Of an item that has left the backlog; empty when the archive has none. */
static struct str
archived_title(struct engine *g, struct task *t)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct archive_entries left;
	struct err e = {0};

	if (archive_read(g->project->store, &tmp, &left, &problems, &e) < 0)
		return STR("");
	for (size_t i = 0; i < left.n; i++)
		if (str_eq(left.items[i].item.id, t->record.item))
			return arena_str(&t->arena, left.items[i].item.title);
	return STR("");
}

static int
take_up(struct engine *g, const struct run_record *r, struct err *e)
{
	struct task *t;

	if (kill_rest(g, r, e) < 0 ||
		task_from_record(
			&t, &g->project->root, r, g->coordinator.now, e) < 0)
		return -1;
	if (str_is_empty(t->title))
		t->title = archived_title(g, t);
	VEC_PUSH(&g->tasks, t);
	return 0;
}

static bool
is_finished(const struct run_record *r)
{
	return str_is_set(r->outcome.outcome);
}

/* Ids of runs that are on record as ended, or are not on record at all. */
static int
forget_ended(struct engine *g, const struct run_record *runs, size_t n,
	struct err *e)
{
	struct str_list applied = g->coordinator.now->applied;

	for (size_t i = 0; i < applied.n; i++) {
		bool unfinished = false;
		if (!run_id_is(applied.items[i]))
			continue;
		for (size_t k = 0; k < n; k++)
			unfinished = unfinished ||
				(str_eq(runs[k].id, applied.items[i]) &&
					!is_finished(&runs[k]));
		if (unfinished)
			continue;
		if (run_settle(&g->project->root, applied.items[i], e) < 0)
			return -1;
		store_forget(g->project->store, applied.items[i]);
	}
	return 0;
}

int
engine_recover(struct engine *g, struct err *e)
{
	const struct run_record *runs;
	size_t n;

	/* The records of tasks live as long as the run. */
	if (run_sweep(&g->project->root, e) < 0 ||
		run_list(&g->project->root, &g->lines, &runs, &n, e) < 0)
		return -1;
	if (forget_ended(g, runs, n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (is_finished(&runs[i]))
			memory_learn(&g->memory, &runs[i]);
	for (size_t i = 0; i < n; i++)
		if (!is_finished(&runs[i]) && take_up(g, &runs[i], e) < 0)
			return -1;
	return 0;
}
