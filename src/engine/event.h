/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include "base/names.h"
#include "base/str.h"

/*
 * What happens during a run, for faces to render. Strings are borrowed for
 * the call; those that do not apply are absent.
 */
enum event_kind {
	EVENT_RUN_STARTED,   /* text: what will be worked on; total, left */
	EVENT_PHASE_STARTED, /* item, title, phase, agent, run, attempt,
				attempts */
	EVENT_PHASE_ENDED,   /* those, and outcome, summary, reason, where,
				elapsed_ns */
	EVENT_PROMOTED,	     /* item, title, where: its first phase */
	EVENT_BLOCKED,	     /* item, title, reason: without a run */
	EVENT_ADDED,	     /* item, title, text: "inbox" or what filed it */
	EVENT_REJECTED,	     /* text: an inbox entry that cannot be taken */
	EVENT_COMMITTED,     /* item, phase, commit: the id */
	EVENT_RECOVERED,     /* item, phase, run, text: what was found */
	EVENT_NOTICE,	     /* text: something a person should know */
	EVENT_STOPPING,	     /* text: why */
	EVENT_FINISHED,	     /* text: why it ends */
	/* Only in a history (engine/history.h). */
	EVENT_CHANGED, /* item, title, text: which fields, from and to what */
	EVENT_LEFT,    /* item, title, text: done, closed or merged; reason;
			  where: what it was merged into */
	EVENT_EDITED,  /* the backlog was changed past weir */
	EVENTS
};

extern const struct names event_names; /* "phase_started" … */

struct event {
	enum event_kind kind;
	int64_t unix_ns;
	struct str item, title, phase, agent, run;
	unsigned int attempt, attempts;
	struct str outcome; /* a name of plan/resolve.h: "advanced" … */
	struct str summary, reason, where, text, commit;
	int64_t elapsed_ns;
	/* Of the whole backlog now: items (archived done ones of this run
	 * included) and how many of them are done. For a progress bar. */
	size_t total, done;
};

struct event_sink {
	void (*on_event)(void *ctx, const struct event *ev);
	/* Called every `tick_ns` while something runs; NULL: never. For a
	 * live display; a pipe needs none and costs no wake-ups. */
	void (*on_tick)(void *ctx);
	int64_t tick_ns;
	void *ctx;
};

#endif
