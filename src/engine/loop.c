/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "base/vec.h"

/*
 * Wait, then tick, until it is over. What can end the wait: a child's end, a
 * change beside the backlog, a rest that is over, a signal. A tick looks at
 * everything afresh, so no wake-up carries meaning.
 */

enum { INBOX_AGAIN_MS = 150, AGAIN_MS = 500, REFUSALS_MAX = 5 };

bool
engine_is_passing(const struct err *e)
{
	return e->code == ERR_INPUT || e->code == ERR_CONFLICT ||
		e->code == ERR_LOCKED || e->code == ERR_MISSING;
}

void
engine_drain(struct engine *g, enum run_halt why)
{
	if (g->draining)
		return;
	g->draining = true;
	g->halt = why;
}

static void
stop_agents(struct engine *g, bool hurry)
{
	for (size_t i = 0; i < g->tasks.n; i++)
		if (!g->tasks.items[i]->ended)
			proc_child_stop(g->tasks.items[i]->child, hurry);
}

void
engine_fail(struct engine *g, const struct err *e)
{
	if (g->fatal.code == ERR_NONE)
		g->fatal = *e;
	engine_drain(g, RUN_FAILED);
	g->halt = RUN_FAILED;
	stop_agents(g, false);
}

static void
on_signal(uv_signal_t *handle, int signo)
{
	struct engine *g = handle->data;
	bool again = g->stopping;

	g->stopping = true;
	if (!again)
		g->signal = signo;
	engine_drain(g, RUN_INTERRUPTED);
	g->halt = RUN_INTERRUPTED;
	engine_emit(g,
		(struct event){
			.kind = EVENT_STOPPING,
			.text = again ? STR("once more: ending agents now")
				: signo == SIGINT
				? STR("interrupted: ending agents, saving")
				: STR("asked to end: ending agents, saving"),
		});
	stop_agents(g, again);
	bell_ring(&g->bell);
}

static void
on_change(uv_poll_t *handle, int status, int events)
{
	struct engine *g = handle->data;
	struct err e = {0};

	(void)status;
	(void)events;
	if (fio_watch_drain(&g->watch, &e) < 0)
		engine_fail(g, &e);
	bell_ring(&g->bell);
}

static void
on_display(uv_timer_t *handle)
{
	struct engine *g = handle->data;

	g->options->sink.on_tick(g->options->sink.ctx);
}

void
engine_on_end(void *ctx, struct proc_child *child, const struct proc_end *end)
{
	struct engine *g = ctx;

	for (size_t i = 0; i < g->tasks.n; i++) {
		struct task *t = g->tasks.items[i];
		if (t->child != child)
			continue;
		t->ended = true;
		t->end = *end;
		if (!end->tree_dead)
			engine_notice(g,
				"%.*s %.*s: not all of its agent's processes "
				"could be ended; look for WEIR_RUN_ID=%.*s in "
				"/proc/*/environ",
				STR_ARG(t->record.item),
				STR_ARG(t->record.phase),
				STR_ARG(t->record.id));
	}
	bell_ring(&g->bell);
}

static bool
is_working(const struct engine *g)
{
	for (size_t i = 0; i < g->tasks.n; i++)
		if (!g->tasks.items[i]->ended)
			return true;
	return false;
}

static void
remove_task(struct engine *g, size_t at)
{
	task_free(g->tasks.items[at]);
	for (size_t i = at + 1; i < g->tasks.n; i++)
		g->tasks.items[i - 1] = g->tasks.items[i];
	g->tasks.n--;
}

static void
look_again_in(struct engine *g, uint64_t ms)
{
	bell_ring_in(&g->bell, &g->again, ms);
}

/* `e` says what is wrong with it. What git can bring back it is asked for. */
static void
tell_broken(struct engine *g, const struct err *e)
{
	struct err ignored = {0};
	struct str path = g->config->backlog;

	if (e->code != ERR_MISSING)
		engine_notice(
			g, "%s; nothing new starts until it is mended", e->msg);
	else if (g->tree.git != NULL &&
		git_has(g->tree.git, path, &ignored) == 1)
		engine_notice(g,
			"'%.*s' is gone; nothing new starts until it is back. "
			"git has one: 'git checkout -- %.*s'",
			STR_ARG(path), STR_ARG(path));
	else
		engine_notice(g,
			"'%.*s' is gone; nothing new starts until it is back. "
			"Put a copy of it there",
			STR_ARG(path));
}

/* Nothing runs, and without a backlog nothing will. What agents have left is
 * safe in their runs' directories. */
static void
give_up(struct engine *g, struct err *e)
{
	int64_t waited = g->options->patience_ns / NS_PER_SEC;

	if (e->code == ERR_MISSING)
		e->code = ERR_INPUT;
	engine_emit(g,
		(struct event){
			.kind = EVENT_STOPPING,
			.text = arena_strf(&g->lines,
				"the backlog was not mended in %lld s in which "
				"nothing ran",
				(long long)waited),
		});
	engine_fail(g, e);
}

/* The backlog as others left it. 1: it is not sound now. */
static int
look_at_backlog(struct engine *g)
{
	struct err e = {0};
	int64_t again;
	const struct sight_seen seen = {
		.sound = coordinator_refresh(&g->coordinator, &e) >= 0,
		.working = is_working(g),
		.now_ns = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED),
		.patience_ns = g->options->patience_ns,
	};
	enum sight_say say = sight_look(&g->sight, &seen, &again);

	if (say == SIGHT_SOUND)
		engine_notice(g, "the backlog is sound again");
	else if (say == SIGHT_BROKEN)
		tell_broken(g, &e);
	else if (say == SIGHT_GIVE_UP)
		give_up(g, &e);
	bell_ring_at(&g->bell, &g->again, again, seen.now_ns);
	return seen.sound ? 0 : 1;
}

/*
 * A save is refused. What is wrong with the backlog is told as that, once; and
 * if somebody has saved it meanwhile, the save may go through on what they
 * left. Else it is told once and tried again; one that stays refused though
 * nobody holds the lock never will go through, and ends the run.
 */
static void
refused(struct engine *g, const struct err *e)
{
	uint64_t turn = g->coordinator.turn;

	if (look_at_backlog(g) != 0)
		return;
	look_again_in(g, AGAIN_MS);
	if (g->coordinator.turn != turn)
		return;
	if (strcmp(g->refusal, e->msg) != 0) {
		(void)snprintf(g->refusal, sizeof(g->refusal), "%s", e->msg);
		engine_notice(g, "%s", e->msg);
		g->refusals = 0;
	}
	g->refusals++;
	if (g->refusals > REFUSALS_MAX && e->code != ERR_LOCKED)
		engine_fail(g, e);
}

/* Tasks whose agents have ended. One that cannot be saved now, or not before
 * the backlog is another, stays. 1: a save was refused now. */
static int
conclude_ended(struct engine *g, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < g->tasks.n;) {
		if (!g->tasks.items[i]->ended) {
			i++;
			continue;
		}
		struct task *t = g->tasks.items[i];
		int rc = engine_is_held(g, t) ? 1 : engine_conclude(g, t, e);
		if (rc < 0)
			return -1;
		if (rc == 0) {
			remove_task(g, i);
			continue;
		}
		if (!engine_is_held(g, t)) {
			refused(g, e);
			ret = 1;
		}
		i++;
	}
	return ret;
}

/* What is wrong with an inbox holds nothing else up. */
static int
take_inbox(struct engine *g, struct err *e)
{
	const struct str inbox = store_paths(g->project->store).inbox;
	struct inbox_taken taken;

	if (holds_is_refused(&g->holds, inbox, g->coordinator.turn))
		return 0;
	int rc = coordinator_take_inbox(&g->coordinator, &taken, e);
	engine_added(g, taken.added, "inbox");
	snapshot_unref(taken.next);
	VEC_EACH (p, &taken.problems.list)
		engine_emit(g,
			(struct event){.kind = EVENT_REJECTED,
				.text = str_from(p->msg)});
	VEC_EACH (note, &taken.notes.list)
		engine_notice(g, "%s", note->msg);
	problems_release(&taken.problems);
	problems_release(&taken.notes);
	if (rc == 1)
		look_again_in(g, INBOX_AGAIN_MS);
	if (rc >= 0)
		return 0;
	if (engine_hold(g, inbox, NULL, e) == 0)
		return 0;
	if (!engine_is_passing(e))
		return -1;
	refused(g, e);
	return 0;
}

static void
update_display(struct engine *g)
{
	const struct event_sink *sink = &g->options->sink;

	if (sink->on_tick == NULL)
		return;
	if (g->tasks.n == 0)
		(void)uv_timer_stop(&g->display);
	else if (!uv_is_active((uv_handle_t *)&g->display))
		(void)uv_timer_start(&g->display, on_display,
			(uint64_t)(sink->tick_ns / NS_PER_MS),
			(uint64_t)(sink->tick_ns / NS_PER_MS));
}

/*
 * Everything that can be done now. That ends where a result cannot be saved or
 * the backlog is found broken: no agent is started for what others may not see
 * any more.
 */
static int
work(struct engine *g, struct err *e)
{
	unsigned int refusals = g->refusals;
	int rc = look_at_backlog(g);

	if (rc == 0)
		rc = conclude_ended(g, e);
	if (rc == 0 && !g->draining && g->options->cap > 0)
		rc = take_inbox(g, e);
	/* Concluding may have taken long enough for somebody to save. */
	if (rc == 0)
		rc = look_at_backlog(g);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (!g->draining && engine_dispatch(g, e) < 0) {
		if (!engine_is_passing(e))
			return -1;
		refused(g, e);
	}
	if (g->refusals == refusals) {
		g->refusals = 0;
		g->refusal[0] = '\0';
	}
	return 0;
}

/* No agent works any more, and nothing is left that could still be saved: a
 * result that cannot be is safe in its run's directory. */
static bool
is_over(const struct engine *g)
{
	return !is_working(g) && g->draining &&
		(engine_tasks_left(g) == 0 || g->stopping ||
			g->fatal.code != ERR_NONE);
}

int
engine_loop(struct engine *g, struct err *e)
{
	while (!is_over(g)) {
		struct err why = {0};
		if (g->fatal.code == ERR_NONE && work(g, &why) < 0)
			engine_fail(g, &why);
		update_display(g);
		if (!is_over(g))
			bell_wait(&g->bell);
	}
	if (g->fatal.code == ERR_NONE)
		return 0;
	*e = g->fatal;
	return -1;
}

void
engine_listen(struct engine *g)
{
	uv_handle_t *const ours[] = {(uv_handle_t *)&g->sigint,
		(uv_handle_t *)&g->sigterm, (uv_handle_t *)&g->sighup,
		(uv_handle_t *)&g->changed, (uv_handle_t *)&g->display};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		ours[i]->data = g;
	(void)uv_signal_start(&g->sigint, on_signal, SIGINT);
	(void)uv_signal_start(&g->sigterm, on_signal, SIGTERM);
	(void)uv_signal_start(&g->sighup, on_signal, SIGHUP);
	(void)uv_poll_start(&g->changed, UV_READABLE, on_change);
}
