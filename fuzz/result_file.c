/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "agent/result.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a CLEANUP_ARENA = {0};
	struct result result;
	struct err e;
	struct str bytes = str_of((const char *)data, size);

	if (result_parse(bytes, "result.json", &a, &result, &e) < 0)
		return 0;
	/* What is accepted holds what its header says. */
	if (result.summary.n == 0 || result.item_id.n == 0 ||
		result.phase.n == 0 || result.code >= RESULT_CODES)
		BUG("an accepted result without summary, item or phase");
	for (size_t i = 0; i < result.follow_ups_n; i++)
		if (result.follow_ups[i].title.n == 0)
			BUG("an accepted follow-up without a title");
	return 0;
}
