/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_FAULTY_H
#define TESTS_FIO_FAULTY_H

#include "fio/io-priv.h"
#include "sys/fault.h"
#include "sys/real.h"

#include "io.h"

/* The library of io.h on a kernel that fails once. */

static struct sys_fault fault; /* until the library is closed */

static inline void
open_faulty(void)
{
	const char *const roots[] = {s.path};

	sys_fault_init(&fault, sys_real());
	w = fio_io_open(&fault.sys,
		&(struct wio_options){.roots = roots, .roots_n = 1}, true, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
	fault.calls = 0;
}

/*
 * Plan the failure of step `*step`, and step on: each of n errnos at each of
 * `calls` calls. False when that was the last; the plan of the step before must
 * have struck.
 *
 *	for (size_t step = 0; fault_next(&step, calls, errnos, n);)
 *		what makes that many calls, and is checked
 */
static inline bool
fault_next(size_t *step, uint64_t calls, const int *errnos, size_t n)
{
	if (*step > 0)
		assert_int_equal(fault.hits, 1);
	if (*step == calls * n)
		return false;
	fault.plan = (struct sys_fault_plan){.at = *step / n + 1,
		.how = SYS_FAULT_ERRNO,
		.sys = errnos[*step % n]};
	fault.calls = fault.hits = 0;
	++*step;
	return true;
}

#endif
