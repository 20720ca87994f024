/* SPDX-License-Identifier: MIT */
#include "model/result.h"

static const char *const codes[] = {
	[RESULT_PHASE_COMPLETE] = "phase_complete",
	[RESULT_SUBPHASE_COMPLETE] = "subphase_complete",
	[RESULT_FAILED] = "failed",
	[RESULT_BLOCKED] = "blocked",
};
const struct names result_code_names = NAMES(codes, RESULT_CODES);
