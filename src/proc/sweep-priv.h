/* SPDX-License-Identifier: MIT */
#ifndef PROC_SWEEP_PRIV_H
#define PROC_SWEEP_PRIV_H

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "sys/sys.h"

/*
 * One pass over all processes that kills those of a run. Dying takes them a
 * moment and others may have started behind the pass, so only a pass that
 * finds nothing says that the run's tree is dead.
 */
struct sweep_target {
	struct str mark;      /* "NAME=value" */
	pid_t session;	      /* its members too; 0: none */
	uint64_t since_ticks; /* what started earlier is passed over */
};

struct sweep {
	VEC(pid_t) killed; /* found alive and sent SIGKILL */
	VEC(pid_t)
	orphans;	  /* dead children of ours that ran in another
			     session: not for us to keep, see child.c */
	size_t undecided; /* in the middle of execve or of its end */
};

int sweep_run(struct sys *sys, const struct sweep_target *target,
	struct sweep *ret, struct err *e);
void sweep_release(struct sweep *s);

/* How the passes of one hunt follow each other. There is no event for the end
 * of processes that are not our children, so there are pauses. */
struct sweep_hunt {
	int64_t until_ns; /* SYS_CLOCK_ELAPSED, like all here */
	int64_t found_ns; /* when a pass last found somebody alive */
	int64_t pause_ns; /* before the next pass */
};

enum sweep_verdict { SWEEP_CLEAR, SWEEP_AGAIN, SWEEP_GIVE_UP };

void sweep_begin(struct sweep_hunt *ret, int64_t now_ns, int64_t time_ns);

/* What a pass that ended now means. Processes that stay undecided for half a
 * second, busy in the kernel and perhaps not the run's, do not hold it up. */
enum sweep_verdict
sweep_judge(struct sweep_hunt *h, const struct sweep *s, int64_t now_ns);

#define CLEANUP_SWEEP __attribute__((cleanup(sweep_release)))

#endif
