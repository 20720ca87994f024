/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_FIGURE_H
#define TESTS_CRASH_FIGURE_H

/* Figures: asked for by the environment, added up and printed. */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "try.h"

/* Ten times as slow: then what recovers is not crashed again. */
#if defined(__SANITIZE_ADDRESS__)
#define FIGURE_SLOW true
#else
#define FIGURE_SLOW false
#endif

#define FIGURE(n) (unsigned long long)(n)

static inline uint64_t
figure(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

/* Of the work only every so manieth piece is done, unless all is run. */
static inline uint64_t
figure_stride(void)
{
	return figure("CRASH_STRIDE", 10);
}

/* The work is shared out among CRASH_PARTS programs; ours is CRASH_PART. */
static inline bool
figure_is_ours(size_t i)
{
	return i % (figure("CRASH_PARTS", 1) * figure_stride()) ==
		figure("CRASH_PART", 0);
}

/* Says in the output of the test what was left out. */
static inline void
figure_show_share(void)
{
	size_t n = 0;

	for (size_t i = 0; i < workloads_n; i++)
		n += figure_is_ours(i);
	print_message("# %zu of %zu workloads%s\n", n, workloads_n,
		figure_stride() > 1 ? "; CRASH_STRIDE=1 runs all" : "");
}

static inline void
figure_add(struct crash_tally *sum, const struct crash_tally *t)
{
	sum->stops += t->stops;
	sum->images += t->images;
	sum->states += t->states;
	sum->recoveries += t->recoveries;
	sum->violations += t->violations;
}

/* What is freed is taken again at once: the kernel need not have it. */
static inline void
figure_keep_memory(void)
{
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 28);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 28);
}

#endif
