/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_TRY_H
#define TESTS_CRASH_TRY_H

#include "workload.h"

/*
 * One workload, crashed at each of its calls. After each crash: a process
 * killed on a machine that goes on, and every disk a power cut could leave. On
 * each of these a fresh weir recovers, twice, and the oracle looks; it goes on
 * with the steps that are not done; and the machine stops again at each call of
 * all that, and again every disk is recovered and looked at.
 *
 * What must be there: what an undisturbed run of the acknowledged steps, or of
 * one more, leaves after recovery, byte for byte (oracle_text); what the
 * oracle promises always; after the remaining steps what the whole undisturbed
 * run leaves.
 *
 * Nothing is tried twice: a stop before which neither the disk nor what was
 * acknowledged has changed leaves what the stop before it left; equal disks are
 * recovered once; what recovery has come to before is looked at once. At the
 * first crash a process works on as if it did not know, and what it
 * acknowledges then must be there too; at the second it is gone at once.
 */

/* Where in all that; 0 in a plan's `only` means any. */
struct crash_case {
	uint64_t call, image; /* from 1 */
	uint64_t call_again, image_again;
};

struct crash_plan {
	uint64_t seed;
	unsigned int images_again; /* exhaustive up to here; 0: 64 */
	const struct bend *bend;   /* a mutant; NULL: weir as it is */
	struct crash_case only;
	bool once;	 /* what recovers is not crashed again */
	bool quiet;	 /* a mutant's violations are not shown */
	uint64_t enough; /* violations to stop at; 0: 3 */
};

struct crash_tally {
	uint64_t stops;	     /* calls at which the machine stopped */
	uint64_t images;     /* disks that were left, after a change */
	uint64_t states;     /* of these, different ones */
	uint64_t recoveries; /* run to their end */
	uint64_t violations, bent;
};

/* -1 and `e` when the workload does not even work undisturbed. */
int crash_try(const struct workload *w, const struct crash_plan *plan,
	struct crash_tally *t, struct err *e);

/* "NAME:17:3:120:2", as a violation names it. */
bool
crash_case_parse(const char *text, char ret_name[64], struct crash_case *ret);

#endif
