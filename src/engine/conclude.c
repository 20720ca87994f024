/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include "base/vec.h"
#include "plan/resolve.h"

/*
 * The end of a run:
 *
 *	1 the result is read; plan_resolve says what it leads to
 *	2 decision.json: what it leads to
 *	3 one save: its changes and the run's id among `applied`
 *	4 what the phase changed is committed
 *	5 outcome.json; with it the run is over
 *	6 a later save forgets the run's id
 *
 * Dying before 3 leaves the result to be read again; between 3 and 5 the id
 * in `applied` says that the decision holds and only 4 and 5 are left.
 */

enum { GIVEN_UP_MAX = 2, MOVED_MAX = 3, COMMIT_TRIES = 3 };

/* What the run leads to, as far as the work tree and the record go. */
struct ending {
	enum outcome_kind kind;
	struct str summary, reason, where;
	struct str message;    /* of the commit */
	struct str_list added; /* ids of new items */
};

static bool
is_progress(enum outcome_kind kind)
{
	return kind == OUTCOME_ADVANCED || kind == OUTCOME_AGAIN ||
		kind == OUTCOME_DONE || kind == OUTCOME_MERGED ||
		kind == OUTCOME_MOVED;
}

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

/* What this run and the attempts before it changed; nothing when git does not
 * say, which is told. */
static struct git_changes
work_of(struct engine *g, const struct task *t, struct arena *a)
{
	const struct memory_entry *x = memory_of(&g->memory, t->record.item);
	const struct worktree_since since = {
		.before = &t->before,
		.left = &x->left,
		.other_dirs = dirs_of_others(g, t, a),
	};
	struct git_changes work = {0};
	struct err e = {0};

	if (worktree_work(&g->tree, &since, a, &work, &e) < 0)
		engine_notice(g, "%.*s %.*s: what it changed is not known: %s",
			STR_ARG(t->record.item), STR_ARG(t->record.phase),
			e.msg);
	return work;
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

/* Somebody else's commit may come in between: then once more. */
static int
commit_paths(struct engine *g, struct str_list paths, struct str message,
	struct arena *a, struct str *ret_sha, struct err *e)
{
	int rc = -1;

	for (int i = 0; i < COMMIT_TRIES; i++) {
		rc = worktree_commit(&g->tree, paths, message, a, ret_sha, e);
		if (rc >= 0 ||
			(e->code != ERR_CONFLICT && e->code != ERR_LOCKED))
			break;
	}
	return rc;
}

/* What does not go well is told and lets the run go on: the work is in the
 * tree, the backlog says what was decided, and the next weir tries again. */
static int
commit_work(struct engine *g, const struct task *t, const struct ending *end,
	const struct git_changes *work, struct arena *a)
{
	struct str *take = ARENA_ARRAY(a, struct str, work->n);
	struct str left = STR_ABSENT;
	size_t n = 0;
	struct str sha;
	struct err e = {0};

	for (size_t i = 0; i < work->n; i++) {
		struct str path = work->items[i].path;
		if (is_progress(end->kind) ||
			worktree_is_under(path, t->change_dir))
			take[n++] = path;
		else
			left = path;
	}
	int rc = commit_paths(g, (struct str_list){.items = take, .n = n},
		end->message, a, &sha, &e);
	if (rc < 0)
		engine_notice(g,
			"%.*s %.*s is not committed yet, the next run will "
			"try again: %s",
			STR_ARG(t->record.item), STR_ARG(t->record.phase),
			e.msg);
	if (rc == 0)
		engine_emit(g,
			(struct event){.kind = EVENT_COMMITTED,
				.item = t->record.item,
				.phase = t->record.phase,
				.commit = sha});
	if (n < work->n)
		engine_notice(g,
			"%.*s left %zu changed file%s uncommitted, one is "
			"'%.*s'",
			STR_ARG(t->record.item), work->n - n,
			work->n - n == 1 ? "" : "s", STR_ARG(left));
	return rc < 0 ? -1 : 0;
}

static void
finish_record(
	struct engine *g, const struct task *t, const struct run_verdict *v)
{
	struct err e = {0};

	if (run_finish(&t->dir, v, g->sys->clock(g->sys, SYS_CLOCK_UNIX), &e) <
		0) {
		engine_notice(g, "run %.*s is not on record as ended: %s",
			STR_ARG(t->record.id), e.msg);
		return;
	}
	store_forget(g->project->store, t->record.id);
}

static void
emit_end(struct engine *g, const struct task *t, struct str outcome,
	const struct ending *end)
{
	struct event ev = engine_event_of(EVENT_PHASE_ENDED, t);

	ev.outcome = outcome;
	ev.summary = end->summary;
	ev.reason = end->reason;
	ev.where = end->where;
	ev.elapsed_ns = t->end.elapsed_ns;
	engine_emit(g, ev);
}

/* What the run taught about its item. */
static void
learn(struct engine *g, const struct task *t, const struct ending *end,
	const struct git_changes *work)
{
	struct memory_entry *x = memory_of(&g->memory, t->record.item);

	switch (end->kind) {
	case OUTCOME_RETRY:
		memory_enter(x, t->record.phase);
		memory_left(x, work);
		memory_failed(x, end->reason);
		holds_item(&g->holds, t->record.item, x->failures,
			g->sys->clock(g->sys, SYS_CLOCK_ELAPSED));
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
		g->given_up_in_a_row = g->moved_in_a_row = 0;
		memory_settled(x, end->summary);
		return;
	case OUTCOME_BLOCKED:
		memory_settled(x, STR_ABSENT);
		return;
	case OUTCOME_MOVED:
		memory_settled(x, STR_ABSENT);
		/* An agent that moves its own item would do so for ever. */
		if (++g->moved_in_a_row == MOVED_MAX)
			engine_drain(g, RUN_BREAKER);
		return;
	case OUTCOMES:
		break;
	}
	BUG("outcome %d", (int)end->kind);
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

/* Steps 4 and 5, and the telling. */
static void
settle(struct engine *g, struct task *t, const struct ending *end,
	struct arena *a)
{
	const char *name = names_get(&outcome_names, (int)end->kind);
	struct git_changes work = work_of(g, t, a);
	const struct run_dirt none = {{0}, {0}};
	bool retry = end->kind == OUTCOME_RETRY;
	const struct run_verdict verdict = {
		.outcome = str_from(name),
		.reason = is_progress(end->kind) ? end->summary : end->reason,
		/* A failed attempt's files wait for the one that succeeds. */
		.left = retry ? worktree_record(&work, a) : none,
	};

	if (end->kind == OUTCOME_DONE)
		note_done(g, t, end->summary);
	emit_end(g, t, verdict.outcome, end);
	engine_added(g, end->added,
		arena_strf(a, "%.*s/%.*s", STR_ARG(t->record.item),
			STR_ARG(t->record.phase))
			.s);
	int rc = retry ? 0 : commit_work(g, t, end, &work, a);
	learn(g, t, end, &work);
	if (rc >= 0)
		finish_record(g, t, &verdict);
}

/* It came to nothing and says nothing about the item: no attempt is spent. */
static int
set_aside(struct engine *g, struct task *t, const char *outcome)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct memory_entry *x = memory_of(&g->memory, t->record.item);
	struct git_changes work = work_of(g, t, &tmp);
	const struct run_verdict verdict = {
		.outcome = str_from(outcome),
		.reason = t->failure,
		.left = worktree_record(&work, &tmp),
	};
	const struct ending end = {.reason = t->failure};

	memory_enter(x, t->record.phase);
	memory_left(x, &work);
	emit_end(g, t, verdict.outcome, &end);
	finish_record(g, t, &verdict);
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

/* An earlier weir has saved what the run leads to, and died. */
static int
conclude_saved(struct engine *g, struct task *t)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct run_verdict *v = &t->record.decision;
	int kind = OUTCOME_MOVED;

	(void)names_parse(&outcome_names, v->outcome, &kind);
	const struct ending end = {
		.kind = (enum outcome_kind)kind,
		.summary = v->reason,
		.reason = v->reason,
		.where = STR_ABSENT,
		.message = str_is_set(v->message)
			? v->message
			: message_of(t, STR("recovered"), &tmp),
	};
	settle(g, t, &end, &tmp);
	return 0;
}

/* Steps 2 to 5. 1: the save is refused now. */
static int
conclude_result(struct engine *g, struct task *t, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct run_end asked = {
		.item = t->record.item,
		.phase = t->record.phase,
		.pool = t->record.pool,
		.run = t->record.id,
		.attempt = t->record.attempt,
		.result = t->result,
		.failure = t->failure,
	};
	struct outcome o;
	struct ending end;

	plan_resolve(g->coordinator.now, g->config, &asked, &tmp, &o);
	end = (struct ending){
		.kind = o.kind,
		.summary = o.summary,
		.reason = o.reason,
		.where = o.where,
		.message = message_of(t, o.summary, &tmp),
	};
	const struct run_verdict decision = {
		.outcome = str_from(names_get(&outcome_names, (int)o.kind)),
		.reason = is_progress(o.kind) ? o.summary : o.reason,
		.message = end.message,
	};
	if (run_decide(&t->dir, &decision,
		    g->sys->clock(g->sys, SYS_CLOCK_UNIX), e) < 0)
		return -1;
	if (coordinator_apply(
		    &g->coordinator, o.changes, o.changes_n, &end.added, e) < 0)
		return engine_is_passing(e) ? 1 : -1;
	if (t->result != NULL)
		holds_agent_works(&g->holds, t->record.agent);
	settle(g, t, &end, &tmp);
	return 0;
}

int
engine_conclude(struct engine *g, struct task *t, struct err *e)
{
	if (str_list_has(g->coordinator.now->applied, t->record.id))
		return conclude_saved(g, t);
	task_read(t);
	if (t->result == NULL && t->child == NULL)
		return set_aside(g, t, "interrupted");
	if (t->result == NULL && t->end.how == PROC_STOPPED)
		return set_aside(g, t, "stopped");
	if (task_died_at_once(t))
		return conclude_death(g, t);
	return conclude_result(g, t, e);
}
