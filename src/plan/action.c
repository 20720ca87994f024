/* SPDX-License-Identifier: MIT */
#include "plan/select.h"

static struct change
enter(const struct action *act)
{
	return (struct change){
		.kind = CHANGE_PHASE,
		.id = act->item->id,
		.text = act->phase->name,
		.pool = act->pool,
	};
}

size_t
action_changes(const struct action *act, struct change ret[3])
{
	switch (act->kind) {
	case ACTION_ENTER:
		ret[0] = enter(act);
		return 1;
	case ACTION_BLOCK:
		ret[0] = (struct change){
			.kind = CHANGE_BLOCK,
			.id = act->item->id,
			.text = act->why,
			.blocked_type = BLOCKED_DECISION,
		};
		return 1;
	case ACTION_PROMOTE:
		ret[0] = (struct change){
			.kind = CHANGE_STATUS,
			.id = act->item->id,
			.status = STATUS_IN_PROGRESS,
		};
		ret[1] = enter(act);
		return 2;
	case ACTION_RUN:
		break;
	}
	return 0;
}
