/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include "base/problems.h"
#include "engine/event.h"
#include "engine/project.h"

/*
 * What happened to a project, as its log of events has it, in the words of
 * engine/event.h.
 *
 *	struct history *h;
 *	const struct history_options o = {.follow = true};
 *	history_open(&h, project, &o, &e);
 *	do
 *		while ((rc = history_next(h, &arena, &entry, &notes, &e)) == 0)
 *			…
 *	while (rc > 0 && history_wait(h, STDOUT_FILENO, &e) == 0);
 *	history_close(h);
 */
struct history;

struct history_options {
	struct str item;  /* absent: all */
	int64_t since_ns; /* unix; 0: from the beginning */
	int64_t ago_ns;	  /* the same, counted back from now; 0: not */
	bool follow;	  /* history_wait will be called */
};

struct history_entry {
	struct str line;	    /* the record as it stands in the log */
	const struct event *events; /* those about the item, when one is set */
	size_t n;
};

int history_open(struct history **ret, struct project *p,
	const struct history_options *o, struct err *e);

/* The next entry, in `a`. 1: no more now. What is damaged is passed over and
 * added to `notes`. */
int history_next(struct history *h, struct arena *a, struct history_entry *ret,
	struct problems *notes, struct err *e);

/* Sleep until there may be more. 1: whoever reads from `out_fd` has gone. */
int history_wait(struct history *h, int out_fd, struct err *e);
void history_close(struct history *h); /* NULL is fine */

#endif
