/* SPDX-License-Identifier: MIT */
#include "engine/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/stamp.h"
#include "engine/engine-priv.h"
#include "engine/preflight-priv.h"
#include "fio/lock.h"
#include "store/events.h"

/* A weir killed while it starts an agent leaves its lock to that child until
 * the child's exec closes it. */
#define LOCK_WAIT_NS (500 * NS_PER_MS)

/* While agents run the loop does not wait for the lock; it comes back. */
#define PATIENCE_NS (100 * NS_PER_MS)

/* Before anything starts. All of it is for the doctor to tell. */
static int
check_config(const struct engine *g, struct err *e)
{
	CLEANUP_PROBLEMS struct problems found = {0};

	preflight_agents(g->project, g->options->environ, &found);
	preflight_workflows(g->project, &found);
	if (found.list.n == 0)
		return 0;
	const struct err *first = &found.list.items[0];
	if (found.list.n == 1)
		return err_set(e, first->code, "%s", first->msg);
	return err_set(e, first->code, "%s (and %zu more: 'weir doctor')",
		first->msg, found.list.n - 1 + found.dropped);
}

static int
check_targets(const struct snapshot *s, struct str_list targets, struct err *e)
{
	for (size_t i = 0; i < targets.n; i++) {
		struct str id = targets.items[i];
		if (snapshot_find(s, id) != NULL ||
			snapshot_find_archived(s, id) != NULL)
			continue;
		return project_no_item(s, id, e);
	}
	return 0;
}

static int
open_tree(struct engine *g, struct err *e)
{
	g->tree.own = store_paths(g->project->store);
	if (!g->config->git)
		return 0;
	int rc = git_open(&g->tree.git, g->sys, project_root(g->project), e);
	if (rc < 0)
		return -1;
	if (rc == 1) {
		engine_notice(g,
			"no git repository here: nothing will be "
			"committed");
		return 0;
	}
	return git_check_ready(g->tree.git, e);
}

static void
close_handle(uv_handle_t *handle, void *ctx)
{
	(void)ctx;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void
close_loop(struct engine *g)
{
	uv_walk(&g->loop, close_handle, NULL);
	/* A bell that rang meanwhile cuts one turn short. */
	while (uv_run(&g->loop, UV_RUN_DEFAULT) != 0)
		;
	(void)uv_loop_close(&g->loop);
}

static int
open_loop(struct engine *g, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str backlog = g->config->backlog;
	size_t dir = backlog.n;

	while (dir > 0 && backlog.s[dir - 1] != '/')
		dir--;
	struct str watched = arena_strf(
		&tmp, "%s/%.*s", project_root(g->project), (int)dir, backlog.s);
	if (fio_watch_open(&g->watch, g->sys, e) < 0 ||
		fio_watch_add(&g->watch, watched.s, e) < 0)
		return -1;
	int rc = uv_loop_init(&g->loop);
	if (rc < 0)
		return err_sys(e, -rc, "starting the event loop");
	g->bell.loop = &g->loop;
	(void)uv_signal_init(&g->loop, &g->sigint);
	(void)uv_signal_init(&g->loop, &g->sigterm);
	(void)uv_signal_init(&g->loop, &g->sighup);
	(void)uv_timer_init(&g->loop, &g->again);
	(void)uv_timer_init(&g->loop, &g->wake);
	(void)uv_timer_init(&g->loop, &g->display);
	rc = uv_poll_init(&g->loop, &g->changed, g->watch.fd);
	if (rc < 0) {
		close_loop(g);
		return err_sys(e, -rc, "watching for changes");
	}
	engine_listen(g);
	return 0;
}

static void
release(struct engine *g)
{
	for (size_t i = 0; i < g->tasks.n; i++)
		task_free(g->tasks.items[i]);
	VEC_RELEASE(&g->tasks);
	fio_watch_close(&g->watch);
	git_close(g->tree.git);
	coordinator_close(&g->coordinator);
	memory_release(&g->memory);
	holds_release(&g->holds);
	VEC_RELEASE(&g->done);
	VEC_RELEASE(&g->added);
	arena_release(&g->lines);
}

/* Every run of ours is on record by now, so the backlog need not name any. */
static void
forget_applied(struct engine *g)
{
	struct err e = {0};

	/* What is wrong with it has been told, or the next weir tells it; that
	 * forgets them as well. */
	if (coordinator_refresh(&g->coordinator, &e) < 0)
		return;
	if (g->coordinator.now->applied.n > 0 &&
		coordinator_apply(&g->coordinator, NULL, 0, NULL, &e) < 0)
		engine_notice(g, "%s", e.msg);
}

/* What is still only in weir's files, into git. */
static void
commit_rest(struct engine *g)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct git_changes now;
	struct err e = {0};
	struct str sha;

	/* What weir cannot read it does not commit, nor that it is gone. */
	if (coordinator_refresh(&g->coordinator, &e) < 0)
		return;
	int rc = worktree_look(&g->tree, &tmp, &now, &e);
	if (rc == 0)
		rc = engine_commit_paths(g, NULL, &now, (struct str_list){0},
			STR("[weir] save the backlog"), &tmp, &sha, &e);
	if (rc < 0)
		engine_notice(
			g, "the backlog is saved but not committed: %s", e.msg);
	if (rc == 0)
		engine_emit(g,
			(struct event){.kind = EVENT_COMMITTED, .commit = sha});
}

/* Nothing may start, so nothing is changed either. */
static bool
is_look(const struct engine *g)
{
	return g->options->cap == 0;
}

/* All that must hold before the first agent starts. */
static int
prepare(struct engine *g, struct err *e)
{
	if (coordinator_open(&g->coordinator, g->project->store, g->sys, e) <
			0 ||
		check_targets(g->coordinator.now, g->options->targets, e) < 0 ||
		open_tree(g, e) < 0)
		return -1;
	if (is_look(g))
		return 0;
	if (check_config(g, e) < 0 || store_sweep(g->project->store, e) < 0)
		return -1;
	events_check(g->project->store, g->sys->clock(g->sys, SYS_CLOCK_UNIX));
	store_set_patience(g->project->store, PATIENCE_NS);
	return 0;
}

static int
run(struct engine *g, struct err *e)
{
	CLEANUP_PROBLEMS struct problems notes = {0};

	project_check(g->project, g->coordinator.now, &notes);
	VEC_EACH (p, &notes.list)
		engine_notice(g, "%s", p->msg);
	engine_emit(g, (struct event){.kind = EVENT_RUN_STARTED});
	if (!is_look(g) && engine_recover(g, e) < 0)
		return -1;
	return engine_loop(g, e);
}

/* Under run.lock, but for a look, which may find another run at work. */
static int
drain(struct engine *g, struct arena *a, struct run_summary *ret, struct err *e)
{
	int64_t start = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED);

	if (prepare(g, e) < 0 || open_loop(g, e) < 0)
		return -1;
	int rc = run(g, e);
	close_loop(g);
	if (rc == 0 && !is_look(g))
		forget_applied(g);
	if (!is_look(g))
		commit_rest(g);
	engine_summarize(g, a, ret);
	ret->begun = true;
	ret->elapsed_ns = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED) - start;
	if (rc == 0)
		engine_emit(g,
			(struct event){.kind = EVENT_FINISHED,
				.text = str_from(names_get(
					&run_halt_names, (int)g->halt))});
	return rc;
}

int
engine_run(struct project *p, const struct run_options *options,
	struct arena *a, struct run_summary *ret, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_lock lock;
	struct engine g = {
		.project = p,
		.options = options,
		.sys = p->sys,
		.config = &p->config,
		.watch.fd = -1,
	};

	*ret = (struct run_summary){0};
	/* Before .weir/ is made, which is for projects alone. */
	if (project_check_backlog(p, e) < 0)
		return -1;
	if (is_look(&g)) {
		int looked = drain(&g, a, ret, e);
		release(&g);
		return looked;
	}
	if (store_state_dir(p->store, &state, e) < 0 ||
		fio_lock_take(&lock, &state, "run.lock", LOCK_WAIT_NS,
			"weir run", e) < 0)
		return -1;
	int rc = drain(&g, a, ret, e);
	release(&g);
	fio_lock_drop(&lock);
	return rc;
}
