/* SPDX-License-Identifier: MIT */
#include "plan/select.h"

enum halt
plan_halt(const struct plan_input *in, const struct plan *p)
{
	size_t left[VERDICTS] = {0}, open = 0;

	if (p->actions_n > 0 || in->running_n > 0 || p->wake_ns != INT64_MAX)
		return HALT_NOT;
	for (size_t i = 0; i < p->verdicts_n; i++)
		left[p->verdicts[i].kind]++;
	for (size_t kind = 0; kind < VERDICTS; kind++)
		if (kind != VERDICT_DONE && kind != VERDICT_UNTARGETED)
			open += left[kind];
	if (open == 0)
		return HALT_DONE;
	if (left[VERDICT_CAP] > 0)
		return HALT_CAP;
	/* Were there an end to what holds an item, something would wake us. */
	return left[VERDICT_BLOCKED] + left[VERDICT_HELD] > 0 ? HALT_BLOCKED
							      : HALT_DEPENDS;
}
