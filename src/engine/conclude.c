/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include "base/vec.h"
#include "plan/resolve.h"

/*
 * The end of a run:
 *
 *	1 the result is read; plan_resolve says what it leads to
 *	2 one save: its changes and the run's id among `applied`
 *	3 what the phase changed is committed
 *	4 outcome.json; with it the run is over
 *	5 a later save forgets the run's id
 *
 * Dying before 2 leaves the result to be read again; between 2 and 4 the id
 * in `applied` says that only 3 and 4 are left.
 */

enum { GIVEN_UP_MAX = 2 };

static struct str_list
dirs_of_others(struct engine *g, const struct task *t, struct arena *a)
{
	struct str *dirs = ARENA_ARRAY(a, struct str, g->tasks.n);
	size_t n = 0;

	for (size_t i = 0; i < g->tasks.n; i++)
		if (g->tasks.items[i] != t)
			dirs[n++] = g->tasks.items[i]->change_dir;
	return (struct str_list){.items = dirs, .n = n};
}

static struct str
message_of(const struct task *t, struct str summary, struct arena *a)
{
	struct str first = str_of(summary.s, str_find_char(summary, '\n'));

	if (t->result != NULL && !str_is_empty(t->result->commit_summary))
		first = str_of(t->result->commit_summary.s,
			str_find_char(t->result->commit_summary, '\n'));
	return arena_strf(a, "[%.*s][%.*s] %.*s", STR_ARG(t->record.item),
		STR_ARG(t->record.phase), STR_ARG(str_trim(first)));
}

/* What did not go well is told and lets the run go on: the work is in the
 * tree, and the backlog says what was decided. */
static void
commit_work(struct engine *g, const struct task *t, enum worktree_scope scope,
	struct str summary, struct arena *a)
{
	const struct worktree_commit c = {
		.before = &t->before,
		.scope = scope,
		.change_dir = t->change_dir,
		.other_dirs = dirs_of_others(g, t, a),
		.message = message_of(t, summary, a),
	};
	struct str_list left;
	struct str sha;
	struct err e = {0};

	int rc = worktree_commit(&g->tree, &c, a, &sha, &left, &e);
	if (rc < 0)
		engine_notice(g, "%.*s %.*s is not committed: %s",
			STR_ARG(t->record.item), STR_ARG(t->record.phase),
			e.msg);
	if (rc == 0)
		engine_emit(g,
			(struct event){.kind = EVENT_COMMITTED,
				.item = t->record.item,
				.phase = t->record.phase,
				.commit = sha});
	if (left.n > 0)
		engine_notice(g,
			"%.*s left %zu changed file%s uncommitted, the first "
			"is '%.*s'",
			STR_ARG(t->record.item), left.n, left.n == 1 ? "" : "s",
			STR_ARG(left.items[0]));
}

static void
finish_record(struct engine *g, const struct task *t, const char *outcome,
	struct str reason)
{
	struct err e = {0};

	if (run_finish(&t->dir, outcome, reason,
		    g->sys->clock(g->sys, SYS_CLOCK_UNIX), &e) < 0) {
		engine_notice(g, "run %.*s is not on record as ended: %s",
			STR_ARG(t->record.id), e.msg);
		return;
	}
	coordinator_forget(&g->coordinator, t->record.id);
}

static void
emit_end(struct engine *g, const struct task *t, const char *outcome,
	struct str summary, struct str reason, struct str where)
{
	engine_emit(g,
		(struct event){
			.kind = EVENT_PHASE_ENDED,
			.item = t->record.item,
			.title = t->title,
			.phase = t->record.phase,
			.agent = t->record.agent,
			.run = t->record.id,
			.attempt = t->record.attempt,
			.attempts = t->attempts,
			.outcome = str_from(outcome),
			.summary = summary,
			.reason = reason,
			.where = where,
			.elapsed_ns = t->end.elapsed_ns,
		});
}

/* What the run taught about its item and its agent. */
static void
learn(struct engine *g, const struct task *t, const struct outcome *o)
{
	struct memory_entry *x = memory_of(&g->memory, t->record.item);
	int64_t now = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED);

	if (t->result != NULL)
		holds_agent_works(&g->holds, t->record.agent);
	switch (o->kind) {
	case OUTCOME_RETRY:
		memory_failed(x, o->reason);
		holds_item(&g->holds, t->record.item, x->failures, now);
		return;
	case OUTCOME_GIVEN_UP:
		memory_settled(x, STR_ABSENT);
		if (++g->given_up_in_a_row == GIVEN_UP_MAX)
			engine_drain(g, RUN_BREAKER);
		return;
	case OUTCOME_ADVANCED:
	case OUTCOME_AGAIN:
	case OUTCOME_DONE:
	case OUTCOME_MERGED:
		g->given_up_in_a_row = 0;
		memory_settled(x, o->summary);
		return;
	case OUTCOME_BLOCKED:
	case OUTCOME_MOVED:
		memory_settled(x, STR_ABSENT);
		return;
	case OUTCOMES:
		break;
	}
	BUG("outcome %d", (int)o->kind);
}

static void
note_done(struct engine *g, const struct task *t, struct str summary)
{
	struct run_line line = {
		.id = arena_str(&g->lines, t->record.item),
		.title = arena_str(&g->lines, t->title),
		.text = arena_str(&g->lines, summary),
	};

	VEC_PUSH(&g->done, line);
}

static bool
is_progress(enum outcome_kind kind)
{
	return kind == OUTCOME_ADVANCED || kind == OUTCOME_AGAIN ||
		kind == OUTCOME_DONE || kind == OUTCOME_MERGED ||
		kind == OUTCOME_MOVED;
}

/* Steps 3 and 4, and the telling. */
static void
settle(struct engine *g, struct task *t, const struct outcome *o,
	struct str_list added, struct arena *a)
{
	const char *name = names_get(&outcome_names, (int)o->kind);
	bool progress = is_progress(o->kind);

	if (o->kind == OUTCOME_DONE)
		note_done(g, t, o->summary);
	learn(g, t, o);
	emit_end(g, t, name, o->summary, o->reason, o->where);
	engine_added(g, added,
		arena_strf(a, "%.*s/%.*s", STR_ARG(t->record.item),
			STR_ARG(t->record.phase))
			.s);
	/* A failed attempt's files wait for the attempt that succeeds. */
	if (o->kind != OUTCOME_RETRY)
		commit_work(g, t, progress ? WORKTREE_ALL : WORKTREE_CHANGE_DIR,
			o->summary, a);
	finish_record(g, t, name, progress ? o->summary : o->reason);
}

/* It came to nothing and says nothing about the item: no attempt is spent. */
static int
set_aside(struct engine *g, struct task *t, const char *outcome)
{
	emit_end(g, t, outcome, STR_ABSENT, t->failure, STR_ABSENT);
	finish_record(g, t, outcome, t->failure);
	return 0;
}

static int
conclude_death(struct engine *g, struct task *t)
{
	unsigned int deaths = holds_agent_died(&g->holds, t->record.agent,
		t->failure, g->sys->clock(g->sys, SYS_CLOCK_ELAPSED));

	if (deaths >= HOLD_DEATHS_MAX) {
		engine_notice(g,
			"agent '%.*s' died at once %u times; look at its "
			"command in %.*s and at .weir/runs/%.*s/stderr.log",
			STR_ARG(t->record.agent), deaths,
			STR_ARG(g->config->path), STR_ARG(t->record.id));
		engine_drain(g, RUN_AGENT);
	}
	return set_aside(g, t, "agent_died");
}

int
engine_conclude(struct engine *g, struct task *t, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str_list added = {0};
	struct outcome o;

	task_read(t);
	if (t->result == NULL && t->child == NULL)
		return set_aside(g, t, "interrupted");
	if (t->result == NULL && t->end.how == PROC_STOPPED)
		return set_aside(g, t, "stopped");
	if (task_died_at_once(t))
		return conclude_death(g, t);
	const struct run_end end = {
		.item = t->record.item,
		.phase = t->record.phase,
		.pool = t->record.pool,
		.run = t->record.id,
		.attempt = t->record.attempt,
		.result = t->result,
		.failure = t->failure,
	};
	plan_resolve(g->coordinator.now, g->config, &end, &tmp, &o);
	if (coordinator_apply(
		    &g->coordinator, o.changes, o.changes_n, &added, e) < 0)
		return e->code == ERR_INPUT || e->code == ERR_LOCKED ||
				e->code == ERR_MISSING ||
				e->code == ERR_CONFLICT
			? 1
			: -1;
	settle(g, t, &o, added, &tmp);
	return 0;
}
