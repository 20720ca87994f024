/* SPDX-License-Identifier: MIT */
#ifndef SYS_PASS_H
#define SYS_PASS_H

#include "sys/sys.h"

/*
 * A table that hands every call on to another: what a table that changes some
 * calls starts from.
 *
 *	struct mine {
 *		union {
 *			struct sys sys;
 *			struct sys_pass pass;
 *		};
 *	} m;
 *	sys_pass_init(&m.pass, under);
 *	m.sys.fsync = my_fsync;
 */
struct sys_pass {
	struct sys sys; /* first: the calls find the rest from it */
	struct sys *under;
};

void sys_pass_init(struct sys_pass *ret, struct sys *under);

#endif
