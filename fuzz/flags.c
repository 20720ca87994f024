/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

/*
 * What every target wants of libFuzzer. Its choice by entropy keeps a list of
 * features it has seen rarely and walks it for each feature of each run: with
 * the tens of thousands that a store has, that took several times as long as
 * the run. Flags on the command line come later and win.
 */

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char entropic[] = "-entropic=0";
	size_t n = (size_t)*argc;
	char **all = calloc(n + 2, sizeof(*all));

	if (all == NULL)
		abort();
	all[0] = (*argv)[0];
	all[1] = entropic;
	memcpy(all + 2, *argv + 1, (n - 1) * sizeof(*all));
	*argv = all;
	(*argc)++;
	return 0;
}

/*
 * Freed memory of some inputs instead of the usual 256 MiB, which no cache
 * holds, and short stacks of who allocated: a fifth of a run. With more in
 * ASAN_OPTIONS a finding tells more.
 */
const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=8:malloc_context_size=5";
}
