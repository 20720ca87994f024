/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_ENGINE_PRIV_H
#define ENGINE_ENGINE_PRIV_H

#include <uv.h>

#include "engine/bell.h"
#include "engine/coordinator.h"
#include "engine/holds.h"
#include "engine/memory.h"
#include "engine/project-priv.h"
#include "engine/run.h"
#include "engine/sight.h"
#include "engine/task.h"
#include "engine/worktree.h"
#include "fio/watch.h"

/*
 * One `weir run` in progress. loop.c waits and ticks, dispatch.c plans and
 * carries out, conclude.c ends tasks, recover.c picks up what an earlier run
 * left, report.c tells.
 */
struct engine {
	struct project *project;
	const struct run_options *options;
	struct sys *sys;
	const struct config *config;
	struct coordinator coordinator;
	struct worktree tree;
	struct memory memory;
	struct holds holds;

	uv_loop_t loop;
	struct bell bell; /* rung when there is something to look at */
	uv_signal_t sigint, sigterm, sighup;
	uv_poll_t changed;
	uv_timer_t wake, again, display;
	struct fio_watch watch;

	VEC(struct task *) tasks;
	uint64_t started; /* phases, of the cap */
	unsigned int given_up_in_a_row;
	bool stopping; /* a signal came: this one */
	int signal;
	bool draining; /* no new work; `halt` says why */
	bool over;
	unsigned int refusals; /* of saves, in a row */
	char refusal[500];     /* the last one's words */
	struct sight sight;
	enum run_halt halt;
	struct err fatal; /* code ERR_NONE while all is well */

	struct arena lines; /* strings of the three below */
	VEC(struct run_line) done;
	VEC(struct run_line) added;
};

/* loop.c: signals and changes wake the loop from here on. */
void engine_listen(struct engine *g);
/* loop.c: from the first tick to the last. */
int engine_loop(struct engine *g, struct err *e);
/* An error that another look at the backlog, or its lock, may cure. */
bool engine_is_passing(const struct err *e);
/* Nothing new from here on; the run ends when its tasks have. */
void engine_drain(struct engine *g, enum run_halt why);
void engine_fail(struct engine *g, const struct err *e);

/* loop.c: a task's agent has ended; `ctx` is the engine. */
proc_end_fn engine_on_end;

/* dispatch.c: choose and carry out, until nothing but waiting is left. */
int engine_dispatch(struct engine *g, struct err *e);
/*
 * dispatch.c: a save about `what`, an item or the inbox, has failed; `t` (may
 * be NULL) led to it. 0: the backlog as it is cannot take it, so it is held
 * until that is another, which is told once. 1: the backlog is another already.
 * -1: it failed for another reason.
 */
int engine_hold(struct engine *g, struct str what, const struct task *t,
	const struct err *e);
/* dispatch.c: its agent has ended, and the item is held: nothing is to be done
 * about it in this turn. */
bool engine_is_held(const struct engine *g, const struct task *t);
/* dispatch.c: tasks that still are to come to an end. */
size_t engine_tasks_left(const struct engine *g);

/* start.c: start the agent of an ACTION_RUN, or say why not. 1: the item was
 * blocked instead, so the other actions speak of a generation that is over. */
int engine_start(struct engine *g, const struct action *act, struct err *e);

/* conclude.c: what the end of a task leads to, saved and committed. 1: the
 * backlog cannot be saved to now; try again when it has changed. The item is
 * held then if it is the item's own fault. */
int engine_conclude(struct engine *g, struct task *t, struct err *e);

/* work.c: what a run did to the work tree. */
struct work {
	bool known; /* git said; if not, that has been told */
	struct git_changes tree;
	struct git_changes changed; /* of it, by this run and the attempts
				       before it */
};

struct work
engine_work(struct engine *g, const struct task *t, struct arena *a);
/* worktree_commit, tried again while others are at work. `t` NULL: there are
 * no paths but weir's own. */
int engine_commit_paths(struct engine *g, const struct task *t,
	const struct git_changes *seen, struct str_list paths,
	struct str message, struct arena *a, struct str *ret_sha,
	struct err *e);
/* Commit it, `all` or only the item's own folder, with weir's own files. -1:
 * not done, which has been told. */
int engine_commit_work(struct engine *g, const struct task *t,
	const struct work *work, bool all, struct str message, struct arena *a);

/* recover.c: every unfinished run on record becomes a task that has ended. */
int engine_recover(struct engine *g, struct err *e);

/* history.c: into the log of events, as far as it belongs there. */
void engine_log(struct engine *g, const struct event *ev);

/* report.c */
void engine_emit(struct engine *g, struct event ev);
/* An event about a run, with all that is known of it from its start. */
struct event engine_event_of(enum event_kind kind, const struct task *t);
void engine_notice(struct engine *g, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void engine_added(struct engine *g, struct str_list ids, const char *from);
void
engine_summarize(struct engine *g, struct arena *a, struct run_summary *ret);

#endif
