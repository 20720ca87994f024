/* SPDX-License-Identifier: MIT */
#ifndef CLI_LIVE_PRIV_H
#define CLI_LIVE_PRIV_H

#include "base/stamp.h"
#include "base/vec.h"
#include "cli/events-priv.h"

/*
 * A run on a terminal: what has happened scrolls by, and below it stands a
 * frame with one line for each running phase and a progress bar.
 *
 *	struct live l = {.colour = …};
 *	live_event(&l, ev, &out);   and write out
 *	live_tick(&l, &out);        every LIVE_TICK_NS
 *	live_end(&l, &out);
 *
 * The frame is drawn anew each time: the cursor goes up over the lines it
 * had, everything from there on is erased. No line of it reaches the last
 * column, so the terminal never breaks one; when the window got narrower
 * since, the breaks that it made are counted. The cursor is hidden only
 * within one write. The clock is that of the events, moved on by the ticks.
 */
#define LIVE_TICK_NS NS_PER_SEC

struct live {
	bool colour;
	VEC(struct live_row *) rows;
	VEC(size_t) drawn; /* columns of each line of the frame */
	size_t total, done;
	int64_t now_ns;
};

void live_event(struct live *l, const struct event *ev, struct buf *out);
void live_tick(struct live *l, struct buf *out);

/* Erase the frame and give up all memory. */
void live_end(struct live *l, struct buf *out);

#endif
