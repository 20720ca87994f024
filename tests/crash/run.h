/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_RUN_H
#define TESTS_CRASH_RUN_H

#include "oracle.h"

/* Running a workload's steps, and what the undisturbed runs of it leave. */

enum { STEPS_MAX = 16 };

struct expected {
	const struct workload *w;
	struct sim *start; /* the disk it begins on */
	struct arena arena;
	/* After so many steps, and recovery. */
	struct str text[STEPS_MAX + 1];
};

/* -1 when an undisturbed run fails. */
int
expected_init(struct expected *ret, const struct workload *w, struct err *e);
void expected_release(struct expected *x);

/* The disk the workload begins on. */
struct sim *workload_disk(const struct workload *w);

/* What a process got done before it failed or the machine stopped. */
struct progress {
	size_t acked; /* steps of the workload that were acknowledged */
	size_t steps; /* the same, or what recovery found to be there */
	struct acks acks;
	bool edited; /* the workload's editor has saved */
};

/* Of it and, unless NULL, of what the disk shows: what expected_check says
 * depends on nothing else. */
uint64_t progress_digest(const struct progress *p, const struct sim *disk);

/* Take the steps from `p->steps` on, with fresh handles; `p` says at any
 * time how far they are. -1 and `e` when one fails; the world is closed. */
int run_steps(const struct workload *w, struct sim *disk, struct sys *sys,
	struct progress *p, struct err *e);

/*
 * The disk is one that a run which got as far as `p` may leave: absent, or
 * what is wrong with it. `*ret_steps`: how many steps it holds.
 */
struct str expected_check(const struct expected *x, const struct sim *disk,
	const struct progress *p, struct arena *a, size_t *ret_steps);

#endif
