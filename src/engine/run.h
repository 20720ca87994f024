/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include <stdbool.h>

#include "engine/event.h"
#include "engine/project.h"

/*
 * Drain the backlog: one loop, one coordinator, agents as children. Returns
 * when nothing is left that could run without a person, the cap is reached,
 * two items in a row failed for good, or a signal came.
 *
 *	struct run_options o = {.targets = …, .cap = 100, .sink = …};
 *	struct run_summary sum;
 *	int rc = engine_run(p, &o, &arena, &sum, &e);
 *
 * Refused before anything starts: a backlog that is not sound (ERR_INPUT), no
 * backlog (ERR_MISSING), another run on this project (ERR_LOCKED), a work
 * tree in the middle of a merge (ERR_CONFLICT), an agent's command or a
 * workflow file that is not there (ERR_MISSING), an unknown target
 * (ERR_MISSING).
 *
 * A backlog that somebody breaks or deletes meanwhile leaves the last good one
 * in force and starts nothing new; it is told once, and once when it is sound
 * again. When nothing runs any more and `patience_ns` is over, the run ends
 * with ERR_INPUT; what agents have left by then is taken up by the next call.
 *
 * SIGINT or SIGTERM: no new work, children get SIGTERM and after 5 s SIGKILL,
 * their items stay where they were, everything is saved and committed. A
 * second signal skips the 5 s. After SIGKILL or a power cut the next call
 * finds the unfinished runs from their records, kills what is left of their
 * processes, and finishes each from its result or tries it again; nothing is
 * applied twice. The same after an error in the middle; what the run did until
 * then is in the summary, as always.
 */

struct run_options {
	struct str_list targets; /* ids; empty: everything */
	uint64_t cap; /* phases to start at most; 0: look, change nothing */
	struct event_sink sink;
	/* How long the run waits, while nothing runs, for a backlog that was
	 * broken or deleted to be mended. */
	int64_t patience_ns;
	const char *const *environ; /* ours; agents get a part of it */
};

/* Why it ended. */
enum run_halt {
	RUN_DONE,	 /* everything (or every target) is done */
	RUN_BLOCKED,	 /* the rest waits for a person */
	RUN_DEPENDS,	 /* the rest waits for what cannot proceed */
	RUN_CAP,	 /* the cap is reached */
	RUN_AGENT,	 /* an agent dies at once, again and again */
	RUN_BREAKER,	 /* two items in a row failed for good */
	RUN_INTERRUPTED, /* a signal */
	RUN_FAILED,	 /* an error, which engine_run returns */
	RUN_HALTS
};

extern const struct names run_halt_names;

struct run_line {
	struct str id, title;
	struct str text; /* done: the last summary; blocked, waiting: why */
};

struct run_lines {
	const struct run_line *items;
	size_t n;
};

struct run_summary {
	/* There was a run; false only with an error, and then nothing below
	 * is filled in. */
	bool begun;
	enum run_halt halt;
	uint64_t phases;	  /* started, retries included */
	struct run_lines done;	  /* in this run, in order */
	struct run_lines blocked; /* now: of the targets, or of the backlog */
	struct run_lines waiting; /* of those: neither done nor blocked; why */
	struct run_lines added;	  /* in this run: inbox and follow-ups */
	int64_t elapsed_ns;
	int signal; /* RUN_INTERRUPTED: the first that came */

	struct str_list targets; /* as given; empty: everything */
	/* What waiting targets wait for and is no target; and the first of
	 * it that only a person can move, absent when there is none. */
	struct str_list needed;
	struct str stuck;
	bool others_open; /* what is no target is not all done */
};

int engine_run(struct project *p, const struct run_options *options,
	struct arena *a, struct run_summary *ret, struct err *e);

#endif
