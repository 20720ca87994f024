/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_FEW_H
#define TESTS_FIO_FEW_H

#include <errno.h>
#include <sys/inotify.h>

#include "sys/pass.h"
#include "sys/real.h"

/* A kernel that has few watches to give. */
static struct {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	int left, refused;
	bool no_instance;
} few;

static inline int
few_inotify_init(struct sys *t)
{
	(void)t;
	if (!few.no_instance)
		return few.pass.under->inotify_init(few.pass.under);
	few.refused++;
	return -EMFILE;
}

static inline int
few_inotify_add(struct sys *t, int fd, const char *path, uint32_t mask)
{
	(void)t;
	if ((mask & IN_CREATE) == 0) /* of those above the roots */
		return few.pass.under->inotify_add(
			few.pass.under, fd, path, mask);
	if (few.left == 0) {
		few.refused++;
		return -ENOSPC;
	}
	few.left--;
	return few.pass.under->inotify_add(few.pass.under, fd, path, mask);
}

static inline void
few_left(int watches)
{
	sys_pass_init(&few.pass, sys_real());
	few.sys.inotify_init = few_inotify_init;
	few.sys.inotify_add = few_inotify_add;
	few.left = watches;
	few.no_instance = false;
	few.refused = 0;
}

#endif
