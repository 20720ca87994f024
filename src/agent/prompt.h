/* SPDX-License-Identifier: MIT */
#ifndef AGENT_PROMPT_H
#define AGENT_PROMPT_H

#include "base/buf.h"
#include "model/config.h"
#include "model/snapshot.h"

/*
 * The text an agent reads on its stdin: who it is, the item and all that is
 * known of it, what to do, and how to report. Text that people or agents
 * wrote stands between boundary lines with a nonce, so that it cannot pass
 * for instructions.
 */
struct prompt_input {
	const struct snapshot *snapshot;
	const struct item *item;
	const struct config *config;
	const struct pipeline_config *pipeline; /* NULL for triage */
	const struct phase_config *phase;
	unsigned int attempt, attempts; /* "attempt 2 of 3" */
	struct str previous_failure;	/* of the attempt before; absent */
	struct str previous_summary;	/* of the phase before; absent */
	struct str change_dir;		/* relative to the project root */
	struct str result_path;		/* absolute */
	struct str run_id;
	struct str nonce;
};

/* The prompt of a phase, or of triage when `pipeline` is NULL. */
void prompt_build(const struct prompt_input *in, struct buf *ret);

/*
 * "changes/WRK-001_add-csv-export": the folder of an item's artifacts. The
 * title is folded to at most 50 of [a-z0-9-].
 */
struct str prompt_change_dir(const struct item *it, struct arena *a);

#endif
