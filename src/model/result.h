/* SPDX-License-Identifier: MIT */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include "model/item.h"

/*
 * What an agent says about its run, as read strictly from its result file
 * (agent/result.h). A proposal: plan decides what it leads to.
 */

enum result_code {
	RESULT_PHASE_COMPLETE,
	RESULT_SUBPHASE_COMPLETE, /* more to do in this phase: run it again */
	RESULT_FAILED,
	RESULT_BLOCKED, /* a person is needed, or the work is not needed */
	RESULT_CODES
};

extern const struct names result_code_names;

struct follow_up {
	struct str title;
	struct str context; /* absent when none */
	enum item_size size;
	enum level risk;
};

struct assessments {
	enum item_size size;
	enum level complexity, risk, impact;
};

enum tristate { UNSAID, SAID_FALSE, SAID_TRUE };

struct result {
	struct str item_id, phase;
	struct str run_id; /* absent: not said */
	enum result_code code;
	struct str summary;		/* one line or more; never empty */
	struct str context;		/* of a failure or a block */
	struct assessments assessments; /* UNSET: not said */
	const struct follow_up *follow_ups;
	size_t follow_ups_n;
	struct str based_on_commit;
	struct str pipeline_type;
	struct str commit_summary;
	struct str_list duplicates; /* ids this item repeats */
	struct description description;
	enum tristate requires_human_review;
	enum blocked_type blocked_type;
};

#endif
