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

enum { GIVEN_UP_MAX = 2, MOVED_FREELY = 2 };

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
	int64_t now = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED);

	switch (end->kind) {
	case OUTCOME_RETRY:
		memory_enter(x, t->record.phase);
		memory_left(x, work);
		memory_failed(x, end->reason);
		holds_item(&g->holds, t->record.item, STR("failed"),
			x->failures, now);
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
		x->moves = 0;
		memory_settled(x, end->summary);
		return;
	case OUTCOME_BLOCKED:
		memory_settled(x, STR_ABSENT);
		return;
	case OUTCOME_MOVED:
		memory_settled(x, STR_ABSENT);
		/* An agent that moves its own item would do so for ever. */
		if (++x->moves > MOVED_FREELY)
			holds_item(&g->holds, t->record.item,
				STR("moved again while its agent worked"),
				x->moves - MOVED_FREELY, now);
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

/* Steps 4 and 5, and the telling. Whether the run is over. */
static bool
settle(struct engine *g, struct task *t, const struct ending *end,
	struct arena *a)
{
	const char *name = names_get(&outcome_names, (int)end->kind);
	struct work work = engine_work(g, t, a);
	const struct run_dirt none = {{0}, {0}};
	bool retry = end->kind == OUTCOME_RETRY;
	const struct run_verdict verdict = {
		.outcome = str_from(name),
		.reason = is_progress(end->kind) ? end->summary : end->reason,
		/* A failed attempt's files wait for the one that succeeds. */
		.left = retry ? worktree_record(&work.changed, a) : none,
	};

	emit_end(g, t, verdict.outcome, end);
	engine_added(g, end->added,
		arena_strf(a, "%.*s/%.*s", STR_ARG(t->record.item),
			STR_ARG(t->record.phase))
			.s);
	int rc = 0;
	if (!retry)
		rc = engine_commit_work(
			g, t, &work, is_progress(end->kind), end->message, a);
	learn(g, t, end, &work.changed);
	if (rc < 0)
		return false;
	finish_record(g, t, &verdict);
	return true;
}

/* It came to nothing and says nothing about the item: no attempt is spent. */
static int
set_aside(struct engine *g, struct task *t, const char *outcome)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct memory_entry *x = memory_of(&g->memory, t->record.item);
	struct work work = engine_work(g, t, &tmp);
	const struct run_verdict verdict = {
		.outcome = str_from(outcome),
		.reason = t->failure,
		.left = worktree_record(&work.changed, &tmp),
	};
	const struct ending end = {.reason = t->failure};

	memory_enter(x, t->record.phase);
	memory_left(x, &work.changed);
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
	/* While it waits for its commit it may have been told of before. */
	if (settle(g, t, &end, &tmp) && end.kind == OUTCOME_DONE)
		note_done(g, t, end.summary);
	return 0;
}

/* Step 2, unless that is what is on record: a save that is tried again mostly
 * leads to the same. */
static int
decide(struct engine *g, struct task *t, const struct run_verdict *v,
	struct err *e)
{
	struct run_verdict *last = &t->record.decision;

	if (str_is_set(last->outcome) && str_eq(last->outcome, v->outcome) &&
		str_eq(last->reason, v->reason) &&
		str_eq(last->message, v->message) &&
		str_eq(last->refused, v->refused))
		return 0;
	if (run_decide(&t->dir, v, g->sys->clock(g->sys, SYS_CLOCK_UNIX), e) <
		0)
		return -1;
	*last = (struct run_verdict){
		.outcome = arena_str(&t->arena, v->outcome),
		.reason = arena_str(&t->arena, v->reason),
		.message = arena_str(&t->arena, v->message),
		.refused = arena_str(&t->arena, v->refused),
	};
	return 0;
}

/* Step 3 came to nothing. Of an item that is held the record says why, for
 * those who ask when we are gone. */
static int
refuse(struct engine *g, struct task *t, const struct run_verdict *v,
	struct err *e)
{
	struct run_verdict held = *v;
	struct err ignored = {0};

	int rc = engine_hold(g, t->record.item, t, e);
	if (rc < 0)
		return engine_is_passing(e) ? 1 : -1;
	held.refused = str_from(e->msg);
	if (rc == 0)
		(void)decide(g, t, &held, &ignored);
	return 1;
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
		.refused = t->record.decision.refused, /* until it is saved */
	};
	if (decide(g, t, &decision, e) < 0)
		return -1;
	if (coordinator_apply(
		    &g->coordinator, o.changes, o.changes_n, &end.added, e) < 0)
		return refuse(g, t, &decision, e);
	if (t->result != NULL)
		holds_agent_works(&g->holds, t->record.agent);
	if (end.kind == OUTCOME_DONE)
		note_done(g, t, end.summary);
	(void)settle(g, t, &end, &tmp);
	return 0;
}

int
engine_conclude(struct engine *g, struct task *t, struct err *e)
{
	if (str_list_has(g->coordinator.now->applied, t->record.id))
		return conclude_saved(g, t);
	if (task_secure(t, &g->project->root, e) < 0)
		return -1;
	if (t->result == NULL && !str_is_set(t->failure))
		task_read(t);
	if (t->result == NULL && t->child == NULL)
		return set_aside(g, t, "interrupted");
	if (t->result == NULL && t->end.how == PROC_STOPPED)
		return set_aside(g, t, "stopped");
	if (task_died_at_once(t))
		return conclude_death(g, t);
	return conclude_result(g, t, e);
}
