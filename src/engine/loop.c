/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "plan/select.h"
#include "store/inbox.h"

/*
 * Wait, then tick, until it is over. What can end the wait: a child's end, a
 * change beside the backlog, a rest that is over, a signal. A tick looks at
 * everything afresh, so no wake-up carries meaning.
 */

enum {
	INBOX_AGAIN_MS = 150,
	LOOK_TWICE_MS = 100,
	AGAIN_MS = 500,
	REFUSALS_MAX = 5
};

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
	engine_drain(g, RUN_INTERRUPTED);
	stop_agents(g, false);
}

/* End the wait: libuv runs due timers before it waits, and would then wait on
 * without a look at what they did. */
static void
wake_up(struct engine *g)
{
	g->look = true;
	uv_stop(&g->loop);
}

static void
on_signal(uv_signal_t *handle, int signo)
{
	struct engine *g = handle->data;
	bool again = g->stopping;

	g->stopping = true;
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
	wake_up(g);
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
	wake_up(g);
}

static void
on_wake(uv_timer_t *handle)
{
	wake_up(handle->data);
}

static void
on_display(uv_timer_t *handle)
{
	struct engine *g = handle->data;

	g->options->sink.on_tick(g->options->sink.ctx);
}

static void
on_end(void *ctx, struct proc_child *child, const struct proc_end *end)
{
	struct engine *g = ctx;

	for (size_t i = 0; i < g->tasks.n; i++) {
		struct task *t = g->tasks.items[i];
		if (t->child != child)
			continue;
		t->ended = true;
		t->end = *end;
	}
	wake_up(g);
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
	uv_update_time(&g->loop);
	(void)uv_timer_start(&g->again, on_wake, ms, 0);
}

/*
 * A save is refused. It is told once and tried again; one that stays refused
 * though nobody holds the lock never will go through, and ends the run.
 */
static void
refused(struct engine *g, const struct err *e)
{
	if (strcmp(g->refusal, e->msg) != 0) {
		(void)snprintf(g->refusal, sizeof(g->refusal), "%s", e->msg);
		engine_notice(g, "%s", e->msg);
		g->refusals = 0;
	}
	g->refusals++;
	if (g->refusals > REFUSALS_MAX && e->code != ERR_LOCKED)
		engine_fail(g, e);
	look_again_in(g, AGAIN_MS);
}

/* Tasks whose agents have ended. One that cannot be saved now stays. */
static int
conclude_ended(struct engine *g, struct err *e)
{
	for (size_t i = 0; i < g->tasks.n;) {
		if (!g->tasks.items[i]->ended) {
			i++;
			continue;
		}
		int rc = engine_conclude(g, g->tasks.items[i], e);
		if (rc < 0)
			return -1;
		if (rc == 1) {
			refused(g, e);
			i++;
			continue;
		}
		remove_task(g, i);
	}
	return 0;
}

/* The backlog as others left it. 1: it is not sound now. */
static int
look_at_backlog(struct engine *g)
{
	struct err e = {0};

	int rc = coordinator_refresh(&g->coordinator, &e);
	if (rc >= 0) {
		if (g->told_broken)
			engine_notice(g, "the backlog is sound again");
		g->told_broken = g->suspect = false;
		return 0;
	}
	/* git and editors take a file away for a moment: look twice. */
	if (!g->suspect)
		look_again_in(g, LOOK_TWICE_MS);
	else if (!g->told_broken)
		engine_notice(
			g, "%s; nothing new starts until it is mended", e.msg);
	g->told_broken = g->suspect;
	g->suspect = true;
	return 1;
}

static int
take_inbox(struct engine *g, struct err *e)
{
	struct inbox_taken taken;
	struct err ignored = {0};

	int rc = store_take_inbox(g->project->store,
		g->sys->clock(g->sys, SYS_CLOCK_UNIX), &taken, e);
	if (coordinator_refresh(&g->coordinator, &ignored) >= 0)
		engine_added(g, taken.added, "inbox");
	snapshot_unref(taken.next);
	VEC_EACH (p, &taken.problems.list)
		engine_emit(g,
			(struct event){.kind = EVENT_REJECTED,
				.text = str_from(p->msg)});
	problems_release(&taken.problems);
	if (rc == 1)
		look_again_in(g, INBOX_AGAIN_MS);
	if (rc >= 0)
		return 0;
	if (!engine_is_passing(e))
		return -1;
	refused(g, e);
	return 0;
}

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

/* Sleep until the first rest is over. */
static void
wake_at(struct engine *g, int64_t at_ns, int64_t now_ns)
{
	if (at_ns == INT64_MAX)
		return;
	int64_t left = at_ns > now_ns ? at_ns - now_ns : 0;
	uv_update_time(&g->loop);
	(void)uv_timer_start(
		&g->wake, on_wake, (uint64_t)(left / NS_PER_MS) + 1, 0);
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
	for (size_t i = 0; i < p.actions_n && !g->draining; i++)
		engine_start(g, &p.actions[i], on_end);
	if (p.actions_n > 0 && g->tasks.n == 0 && !g->draining)
		return 1; /* none started: held back, or its agent rests */
	wake_at(g, p.wake_ns, in.now_ns);
	enum halt why = plan_halt(&in, &p);
	if (g->tasks.n == 0 && p.actions_n == 0 && why != HALT_NOT)
		engine_drain(g, halt_of(why));
	return 0;
}

/* Choose and carry out, until nothing but waiting is left. */
static int
dispatch(struct engine *g, struct err *e)
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

/* Everything that can be done now. */
static int
work(struct engine *g, struct err *e)
{
	unsigned int refusals = g->refusals;

	if (look_at_backlog(g) != 0)
		return 0;
	if (conclude_ended(g, e) < 0)
		return -1;
	if (!g->draining && g->options->cap > 0 && take_inbox(g, e) < 0)
		return -1;
	if (!g->draining && dispatch(g, e) < 0) {
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
	for (size_t i = 0; i < g->tasks.n; i++)
		if (!g->tasks.items[i]->ended)
			return false;
	return g->draining &&
		(g->tasks.n == 0 || g->stopping || g->fatal.code != ERR_NONE);
}

int
engine_loop(struct engine *g, struct err *e)
{
	g->look = true;
	while (!is_over(g)) {
		struct err why = {0};
		if (g->look && g->fatal.code == ERR_NONE && work(g, &why) < 0)
			engine_fail(g, &why);
		g->look = false;
		update_display(g);
		if (!is_over(g))
			(void)uv_run(&g->loop, UV_RUN_ONCE);
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
		(uv_handle_t *)&g->changed, (uv_handle_t *)&g->wake,
		(uv_handle_t *)&g->again, (uv_handle_t *)&g->display};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		ours[i]->data = g;
	(void)uv_signal_start(&g->sigint, on_signal, SIGINT);
	(void)uv_signal_start(&g->sigterm, on_signal, SIGTERM);
	(void)uv_signal_start(&g->sighup, on_signal, SIGHUP);
	(void)uv_poll_start(&g->changed, UV_READABLE, on_change);
}
