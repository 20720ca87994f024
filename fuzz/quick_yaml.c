/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "../tests/yaml/same.h"

/* What the fast path takes, whole or cut into entries, libyaml accepts and
 * makes the same tree of. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (judge_bytes(str_of((const char *)data, size)) == WRONG)
		BUG("the fast path and libyaml disagree");
	if (judge_outlines(str_of((const char *)data, size)) == WRONG)
		BUG("the cut document and libyaml disagree");
	return 0;
}
