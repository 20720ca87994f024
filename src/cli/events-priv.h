/* SPDX-License-Identifier: MIT */
#ifndef CLI_EVENTS_PRIV_H
#define CLI_EVENTS_PRIV_H

#include <jansson.h>

#include "cli/paint-priv.h"
#include "engine/run.h"

/* What happens during a run, and what came of it, as text and as JSON. */

/*
 * Append the event in one line with its time of day:
 *
 *	11:00:46 WRK-001 plan started (agent worker) Add CSV export
 *	11:00:58 WRK-001 plan done in 12s, now build: Two steps are enough.
 *
 * `dated`: with the day, too.
 */
void event_add_line(struct buf *b, const struct event *ev, bool dated);

/* The same for a terminal `width` columns wide: what was said stands below,
 * under the title. */
void event_add_lines(
	struct buf *b, const struct event *ev, size_t width, bool colour);

/* What applies, under the names of engine/event.h; elapsed in seconds. */
json_t *event_json(const struct event *ev);

/* What was done, what is blocked and why, what waits, what came in, and what
 * to do next; of the targets when the run had some. `width` 0: any. */
void summary_add(struct buf *b, const struct run_summary *sum, size_t width,
	bool colour);
json_t *summary_json(const struct run_summary *sum);

#endif
