/* SPDX-License-Identifier: MIT */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include <uv.h>

#include "base/err.h"
#include "proc/tree.h"
#include "sys/sys.h"

/*
 * A supervised child on an event loop: its own session and process group, a
 * clock, and nothing of it left when its end is reported.
 *
 *	struct proc_child *c;
 *	if (proc_child_start(&c, loop, sys, &options, &e) < 0) …
 *	… on_end is called once, from the loop …
 *	proc_child_free(c);          from on_end or later, not before
 *
 * Its end: it exits, or its total time is up, or proc_child_stop is called.
 * In the last two cases the group gets SIGTERM and, after the grace time,
 * SIGKILL. In all cases what remains of its tree (found by its mark, see
 * proc/tree.h) is killed before on_end is called, so that what the child left
 * on disk no longer changes.
 *
 * It does not read the child's output: hand it files, not pipes.
 *
 * Where this process is a subreaper or init, dead orphans of children are
 * waited for as well, whenever a child ends. Nobody else may start processes
 * in sessions of their own and expect to wait for them.
 */

enum proc_how {
	PROC_EXITED,	/* status is the exit code; -1 when unknown, because
			   SIGCHLD is ignored */
	PROC_SIGNALLED, /* status is the signal */
	PROC_TIMED_OUT, /* we ended it: its total time was up */
	PROC_STOPPED,	/* we ended it: proc_child_stop. In both cases status
			   is either of the above */
};

struct proc_end {
	enum proc_how how;
	int status;
	int64_t elapsed_ns;
	bool tree_dead; /* false: something unkillable (in the kernel) remains
			 */
};

struct proc_child;

typedef void
proc_end_fn(void *ctx, struct proc_child *c, const struct proc_end *end);

struct proc_options {
	struct sys_spawn spawn; /* new_session is set for it; envp must hold
				   the mark */
	struct str mark;	/* "NAME=value" unique to this run */
	int64_t timeout_ns;	/* 0: none */
	int64_t grace_ns;	/* between SIGTERM and SIGKILL */
	proc_end_fn *on_end;
	void *ctx;
};

/* The strings in `options` are needed for the call only. ERR_SYS with ENOENT or
 * EACCES: the command cannot be started. */
int proc_child_start(struct proc_child **ret, uv_loop_t *loop, struct sys *sys,
	const struct proc_options *options, struct err *e);

/* SIGTERM now and SIGKILL after the grace time, or SIGKILL at once. May be
 * called again to hurry. */
void proc_child_stop(struct proc_child *c, bool hurry);

/* Who it is, for the record. */
struct proc_identity proc_child_identity(const struct proc_child *c);

/* Only after its end. Its memory goes when the loop has turned once more. */
void proc_child_free(struct proc_child *c);

#endif
