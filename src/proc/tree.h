/* SPDX-License-Identifier: MIT */
#ifndef PROC_TREE_H
#define PROC_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "sys/sys.h"

/*
 * Finding and killing all that came from one run, also after the process that
 * started it is gone. A run's processes are known by a mark in their
 * environment ("WEIR_RUN_ID=…"), which children inherit; setsid, double fork
 * and closed descriptors do not shed it.
 *
 * Not found: a process that empties its own environment and leaves the
 * session, or that belongs to another user.
 */

/* Beyond a pid, which is reused: since when it runs, and on which boot. */
struct proc_identity {
	pid_t pid;
	uint64_t start_ticks; /* /proc/PID/stat field 22 */
	char boot_id[40];
};

/* False when there is no such process (any more). */
bool proc_identify(struct sys *sys, pid_t pid, struct proc_identity *ret);

/* True while that very process runs; a reused pid is told apart. */
bool proc_is_alive(struct sys *sys, const struct proc_identity *id);

/*
 * SIGKILL every process that carries `mark`, again and again until a scan
 * finds none; each is pinned by a pidfd and looked at again before it is
 * signalled. Our own process is never touched. Returns how many were killed,
 * -1 when some are still there after `wait_ns`.
 */
int proc_tree_kill(
	struct sys *sys, struct str mark, int64_t wait_ns, struct err *e);

#endif
