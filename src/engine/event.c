/* SPDX-License-Identifier: MIT */
#include "engine/event.h"

#include "engine/run.h"

static const char *const event_words[] = {
	[EVENT_RUN_STARTED] = "run_started",
	[EVENT_PHASE_STARTED] = "phase_started",
	[EVENT_PHASE_ENDED] = "phase_ended",
	[EVENT_PROMOTED] = "promoted",
	[EVENT_BLOCKED] = "blocked",
	[EVENT_ADDED] = "added",
	[EVENT_REJECTED] = "rejected",
	[EVENT_COMMITTED] = "committed",
	[EVENT_RECOVERED] = "recovered",
	[EVENT_NOTICE] = "notice",
	[EVENT_STOPPING] = "stopping",
	[EVENT_FINISHED] = "finished",
	[EVENT_CHANGED] = "changed",
	[EVENT_LEFT] = "left",
	[EVENT_EDITED] = "edited",
};
const struct names event_names = NAMES(event_words, EVENTS);

static const char *const halt_words[] = {
	[RUN_DONE] = "done",
	[RUN_BLOCKED] = "blocked",
	[RUN_DEPENDS] = "depends",
	[RUN_CAP] = "cap",
	[RUN_BREAKER] = "breaker",
	[RUN_AGENT] = "agent",
	[RUN_INTERRUPTED] = "interrupted",
	[RUN_FAILED] = "failed",
};
const struct names run_halt_names = NAMES(halt_words, RUN_HALTS);
