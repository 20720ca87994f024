/* SPDX-License-Identifier: MIT */
#ifndef PROC_PROCESS_PRIV_H
#define PROC_PROCESS_PRIV_H

#include "base/buf.h"
#include "sys/sys.h"

/*
 * One process as /proc shows it, through a descriptor of its directory. The
 * descriptor stays with that process: when it is gone every call fails and a
 * signal reaches nobody, even if its pid was given away again.
 */

/* -errno when there is no such process. */
int process_open(struct sys *sys, pid_t pid);

/* proc_pid_stat(5) */
struct process_stat {
	pid_t parent, session;
	uint64_t threads, start_ticks;
	uint64_t env_start, env_end; /* 0 in the middle of execve */
	bool kernel;		     /* has no program */
	bool zombie;		     /* its first thread has ended */
	bool exiting;		     /* is ending: has files, but no memory */
};

/* False when it is gone. */
bool process_stat(struct sys *sys, int dir, struct process_stat *ret);

/* All threads have ended, though nobody may have waited for it. */
bool process_is_dead(const struct process_stat *st);

enum process_answer { PROCESS_NO, PROCESS_YES, PROCESS_ASK_AGAIN };

/*
 * Whether `mark` is an entry of its environment. ASK_AGAIN: it was in the
 * middle of execve or of its end, where the environment cannot be seen. `tmp`
 * is scratch.
 */
enum process_answer
process_carries(struct sys *sys, int dir, struct str mark, struct buf *tmp);

/*
 * Call `fn` with the number of every entry of a directory that is named by
 * one, in rising order: processes in /proc, threads in /proc/PID/task. Stops
 * at the first call that returns non-zero and returns that, or -errno.
 *
 * Entries are read one by one, so that a process that forks and ends, and its
 * child, and so on, cannot slip through: numbers rise, and when one was seen
 * too late the next is already there to be read. Unless numbers began anew
 * meanwhile: process_last, the number given away last, tells.
 */
typedef int process_each_fn(void *ctx, pid_t pid);
int process_each(struct sys *sys, int dir, process_each_fn *fn, void *ctx);
int process_last(struct sys *sys, pid_t *ret);

#endif
