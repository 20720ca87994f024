/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_TASK_H
#define ENGINE_TASK_H

#include "agent/launch.h"
#include "engine/memory.h"
#include "engine/worktree.h"
#include "model/config.h"
#include "model/result.h"
#include "model/snapshot.h"
#include "proc/child.h"
#include "store/runs.h"

/*
 * One run of an agent, from its intent to the result it left. What the result
 * leads to is decided and saved by engine_conclude.
 *
 *	task_start -> (its agent works) -> on_end -> task_read -> task_free
 *	task_from_record -------------------------> task_read -> task_free
 */
struct task {
	struct arena arena;
	struct run_record record;
	struct fio_dir dir; /* the run's */
	struct str title;
	struct str change_dir; /* from the root */
	struct git_changes before;
	bool destructive;
	unsigned int attempts;
	struct proc_child *child; /* NULL: found on disk */
	bool ended;
	struct proc_end end;
	bool lost; /* somebody has removed `dir` while it ran */
	/* task_read: the result, or why there is none */
	struct result *result;
	struct str failure;
};

struct task_input {
	struct sys *sys;
	const struct fio_dir *root;
	struct str root_path;
	const char *const *environ;
	const struct config *config;
	const struct snapshot *snapshot;
	const struct item *item;
	const struct phase_config *phase;
	enum phase_pool pool;
	struct memory_entry *memory;
	struct worktree *tree;
	uv_loop_t *loop;
	proc_end_fn *on_end;
	void *ctx;
};

enum { TASK_STOP_SECONDS = 5 };

/* Make the run durable and start its agent. 1: the agent's command does not
 * start. In both that and -1 nothing is left to free. */
int task_start(struct task **ret, const struct task_input *in, struct err *e);

/* An unfinished run of an earlier weir, whose processes are dead. */
int task_from_record(struct task **ret, const struct fio_dir *root,
	const struct run_record *r, const struct snapshot *s, struct err *e);

/* Its tree is dead. When somebody has removed the run's directory, it is made
 * again for what is to be recorded yet, and the run has failed. */
int task_secure(struct task *t, const struct fio_dir *root, struct err *e);

/* Read what the agent left; call when its tree is dead. */
void task_read(struct task *t);

/* It ended by itself, without a result, in its first seconds, and left its
 * directory alone: that says something about the agent and nothing about the
 * item. */
bool task_died_at_once(const struct task *t);

void task_free(struct task *t); /* not while its child runs; NULL is fine */

#endif
