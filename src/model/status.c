/* SPDX-License-Identifier: MIT */
#include "model/status.h"

bool
status_may_change(enum item_status from, enum item_status to)
{
	static const bool legal[STATUSES][STATUSES] = {
		[STATUS_NEW] =
			{[STATUS_SCOPING] = true, [STATUS_BLOCKED] = true},
		[STATUS_SCOPING] =
			{[STATUS_READY] = true, [STATUS_BLOCKED] = true},
		[STATUS_READY] =
			{[STATUS_IN_PROGRESS] = true, [STATUS_BLOCKED] = true},
		[STATUS_IN_PROGRESS] =
			{[STATUS_DONE] = true, [STATUS_BLOCKED] = true},
		[STATUS_BLOCKED] = {[STATUS_NEW] = true,
			[STATUS_SCOPING] = true,
			[STATUS_READY] = true,
			[STATUS_IN_PROGRESS] = true},
	};

	return legal[from][to];
}
