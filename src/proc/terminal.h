/* SPDX-License-Identifier: MIT */
#ifndef PROC_TERMINAL_H
#define PROC_TERMINAL_H

#include "base/err.h"
#include "sys/sys.h"

/*
 * Run a command that talks with the person at the terminal, such as an
 * editor, to its end. It has our standard input, output and error, our session
 * and our process group, so that the terminal is its own; keys that send a
 * signal send it to us, too: the caller ignores SIGINT and SIGQUIT meanwhile.
 *
 * 0 when it ran: its exit code is in `ret_status` (128 + n when signal n ended
 * it). ERR_SYS with ENOENT or EACCES: it cannot be started.
 */
int proc_on_terminal(struct sys *sys, const char *const *argv,
	const char *const *envp, int *ret_status, struct err *e);

#endif
