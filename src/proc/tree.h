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
 * Not found: a process that empties its own environment (and, while its
 * proc_child lives, also leaves the session), or that belongs to another
 * user. One that has ended but is not waited for counts as dead.
 */

/* Beyond a pid, which is reused: since when it runs, and on which boot. */
struct proc_identity {
	pid_t pid;
	uint64_t start_ticks; /* /proc/PID/stat field 22 */
	char boot_id[40];
};

/* False when there is no such process (any more). For one that has ended but
 * is not waited for `*ret` is filled all the same. */
bool proc_identify(struct sys *sys, pid_t pid, struct proc_identity *ret);

/*
 * SIGKILL every process that carries `mark` ("NAME=value"), again and again
 * until a scan finds none. Each is looked at and signalled through one
 * descriptor that stays with it (pidfd_send_signal(2) on /proc/PID), so a pid
 * given away again is never hit. Our own process is never touched. Blocks;
 * for what an earlier weir left behind, not for a run whose proc_child lives.
 * Returns how many were killed, -1 when some are still there after `wait_ns`
 * (ERR_SYS, ETIMEDOUT).
 */
int proc_tree_kill(
	struct sys *sys, struct str mark, int64_t wait_ns, struct err *e);

#endif
