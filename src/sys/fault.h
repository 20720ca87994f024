/* SPDX-License-Identifier: MIT */
#ifndef SYS_FAULT_H
#define SYS_FAULT_H

#include "sys/pass.h"

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
 * Counted calls are those of enum sys_fault_call. A failed fsync is worse than
 * an error: the data it was asked to keep may be gone, so callers must not
 * repeat it on the same descriptor.
 */

enum sys_fault_call {
	SYS_FAULT_OPENAT,
	SYS_FAULT_CLOSE,
	SYS_FAULT_READ,
	SYS_FAULT_PREAD,
	SYS_FAULT_WRITE,
	SYS_FAULT_FSYNC,
	SYS_FAULT_FTRUNCATE,
	SYS_FAULT_FCHMOD,
	SYS_FAULT_FCHOWN,
	SYS_FAULT_FSTAT,
	SYS_FAULT_FSTATAT,
	SYS_FAULT_RENAMEAT,
	SYS_FAULT_UNLINKAT,
	SYS_FAULT_MKDIRAT,
	SYS_FAULT_GETDENTS,
	SYS_FAULT_LOCK,
	SYS_FAULT_FSETXATTR,
	SYS_FAULT_RANDOM,
	SYS_FAULT_CALLS
};

enum sys_fault_how {
	SYS_FAULT_NONE,
	SYS_FAULT_ERRNO, /* the call is not made and returns -sys */
	SYS_FAULT_SHORT, /* a read or write stops halfway; other calls:
			    SYS_FAULT_ERRNO */
	SYS_FAULT_KILL,	 /* SIGKILL to this process before the call is made */
};

struct sys_fault_plan {
	uint64_t at; /* the first call is 1; 0 never fires */
	enum sys_fault_how how;
	int sys;	/* errno for SYS_FAULT_ERRNO */
	bool from_then; /* this call and all after it, not only this one */
};

struct sys_fault {
	union {
		struct sys sys; /* hand out &f.sys */
		struct sys_pass pass;
	};
	struct sys_fault_plan plan;
	uint64_t calls, hits;
	enum sys_fault_call struck; /* by the first hit */
};

void sys_fault_init(struct sys_fault *ret, struct sys *under);

#endif
