/* SPDX-License-Identifier: MIT */
#include "plan/upnext.h"

static bool
is_waiting(const struct verdict *v)
{
	return v->kind != VERDICT_CHOSEN && v->kind != VERDICT_DONE &&
		v->kind != VERDICT_BLOCKED;
}

void
plan_upnext(const struct plan_input *in, struct arena *a,
	const struct upnext **ret, size_t *ret_n)
{
	struct plan p;

	plan_select(in, a, &p);
	struct upnext *list =
		ARENA_ARRAY(a, struct upnext, p.actions_n + p.verdicts_n);
	size_t n = 0;
	for (size_t i = 0; i < p.actions_n; i++)
		list[n++] = (struct upnext){.item = p.actions[i].item,
			.verdict = VERDICT_CHOSEN,
			.why = p.actions[i].why,
			.starts = p.actions[i].kind != ACTION_BLOCK};
	for (size_t i = 0; i < p.verdicts_n; i++)
		if (is_waiting(&p.verdicts[i]))
			list[n++] = (struct upnext){.item = p.verdicts[i].item,
				.verdict = p.verdicts[i].kind,
				.why = p.verdicts[i].why};
	*ret = list;
	*ret_n = n;
}
