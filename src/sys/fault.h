/* SPDX-License-Identifier: MIT */
#ifndef SYS_FAULT_H
#define SYS_FAULT_H

#include "sys/sys.h"

/*
 * A kernel that goes wrong on purpose. It wraps another table, counts every
 * file call that goes through, and at the n-th one fails it, cuts it short or
 * kills this process. Everything else passes untouched.
 *
 *	struct sys_fault f;
 *	sys_fault_init(&f, sys_real());
 *	work(&f.sys);                   count: f.calls is how many there are
 *	f.plan = (struct sys_fault_plan){.at = 3, .how = SYS_FAULT_ERRNO,
 *		.sys = ENOSPC};
 *	f.calls = 0;
 *	work(&f.sys);
 *	if (f.hits == 0)                the plan never fired: the test is void
 *		fail();
 *
 * Counted calls: openat, read, pread, write, fsync, ftruncate, fchmod, fchown,
 * renameat, unlinkat, mkdirat, and close. A failed fsync is worse than an
 * error: the data it was asked to keep may be gone, so callers must not
 * repeat it on the same descriptor.
 */

enum sys_fault_how {
	SYS_FAULT_NONE,
	SYS_FAULT_ERRNO, /* the call is not made and returns -sys */
	SYS_FAULT_SHORT, /* a write stops halfway; other calls: SYS_FAULT_ERRNO
			  */
	SYS_FAULT_KILL,	 /* SIGKILL to this process before the call is made */
};

struct sys_fault_plan {
	uint64_t at; /* the first call is 1; 0 never fires */
	enum sys_fault_how how;
	int sys;	/* errno for SYS_FAULT_ERRNO */
	bool from_then; /* this call and all after it, not only this one */
};

struct sys_fault {
	struct sys sys; /* hand out &f.sys */
	struct sys *under;
	struct sys_fault_plan plan;
	uint64_t calls, hits;
};

void sys_fault_init(struct sys_fault *ret, struct sys *under);

#endif
