/* SPDX-License-Identifier: MIT */
#include "plan/guardrail.h"

struct rail {
	const char *what;
	const struct names *names;
	int value, limit, accepted;
};

static bool
rail_allows(const struct rail *r, struct buf *why)
{
	int limit = r->accepted > r->limit ? r->accepted : r->limit;

	if (r->value <= limit)
		return true;
	if (why->n > 0)
		buf_add_c(why, ", ");
	buf_addf(why, "%s %s is above %s", r->what,
		names_get(r->names, r->value), names_get(r->names, limit));
	return false;
}

bool
guardrail_allows(const struct guardrail_levels *limits, const struct item *it,
	struct buf *why)
{
	const struct guardrail_levels *accepted = &it->guardrails_accepted;
	const struct rail rails[] = {
		{"size", &size_names, (int)it->size, (int)limits->size,
			(int)accepted->size},
		{"complexity", &level_names, (int)it->complexity,
			(int)limits->complexity, (int)accepted->complexity},
		{"risk", &level_names, (int)it->risk, (int)limits->risk,
			(int)accepted->risk},
	};
	struct buf reasons CLEANUP_BUF = {0};
	bool allowed = true;

	for (size_t i = 0; i < sizeof(rails) / sizeof(rails[0]); i++)
		allowed &= rail_allows(&rails[i], &reasons);
	if (why != NULL)
		buf_add_str(why, buf_str(&reasons));
	return allowed;
}
