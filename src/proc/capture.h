/* SPDX-License-Identifier: MIT */
#ifndef PROC_CAPTURE_H
#define PROC_CAPTURE_H

#include "base/buf.h"
#include "base/err.h"
#include "sys/sys.h"

/*
 * Run a short command to its end and keep what it printed. Blocks; for
 * commands of milliseconds such as git's plumbing.
 */
struct proc_command {
	const char *const *argv; /* NULL-terminated; argv[0] found on PATH */
	const char *const *envp; /* NULL: this process' own environment */
	const char *cwd;
	struct str input;   /* its stdin, then the end of it */
	int64_t timeout_ns; /* then it is killed and ERR_SYS ETIMEDOUT set;
			       0: none */
	size_t output_max;  /* more than that, of what is kept, is ERR_LIMIT
			     */
};

/*
 * 0 when it ran, whatever its exit code, which is in `ret_status` (128 + n when
 * signal n ended it). stdout is appended to `out`, stderr to `errors`; either
 * may be NULL to drop it. It has its own session; on failure its whole process
 * group is killed. A process it leaves behind is let be and not waited for,
 * even if it holds the output open. ERR_SYS with ENOENT or EACCES: it cannot be
 * started.
 */
int proc_capture(struct sys *sys, const struct proc_command *cmd,
	struct buf *out, struct buf *errors, int *ret_status, struct err *e);

#endif
