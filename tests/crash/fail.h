/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_FAIL_H
#define TESTS_CRASH_FAIL_H

#include "sys/fault.h"
#include "workload.h"

/*
 * One workload, failed at each of its calls instead of stopped: the step that
 * meets the failure is done whole or not at all. After a step of the store that
 * returned an error short of ERR_POISONED the backlog is as before; the same
 * process can do it again and go on. What a power cut after the failure leaves
 * is what try.h says.
 */

enum { FAIL_ERRNOS = 9 };
extern const int fail_errnos[FAIL_ERRNOS];

struct fail_tally {
	/* Runs in which a call of this kind met this error; the last column is
	 * a short read or write. */
	uint64_t met[SYS_FAULT_CALLS][FAIL_ERRNOS + 1];
	uint64_t runs, missed; /* in which the fault did not strike */
	uint64_t fsyncs;       /* that failed as sim.h knows how */
	uint64_t images, recoveries, violations;
};

/* -1 when the workload does not even work undisturbed. */
int fail_try(const struct workload *w, struct fail_tally *t, struct err *e);

#endif
