/* SPDX-License-Identifier: MIT */
#include "proc/terminal.h"

#include <errno.h>

int
proc_on_terminal(struct sys *sys, const char *const *argv,
	const char *const *envp, int *ret_status, struct err *e)
{
	const struct sys_spawn how = {
		.argv = argv, .envp = envp, .fd = {0, 1, 2}};
	struct sys_exit ended;
	pid_t pid;
	int rc = sys->spawn(sys, &how, &pid);

	if (rc < 0)
		return err_sys(e, -rc, "starting '%s'", argv[0]);
	int pidfd = sys->pidfd_open(sys, pid);
	if (pidfd < 0)
		return err_sys(e, -pidfd, "watching '%s'", argv[0]);
	do {
		rc = sys_poll_in(sys, pidfd, -1);
		if (rc >= 0)
			rc = sys->wait(sys, pidfd, &ended);
	} while (rc == -EINTR || rc == -EAGAIN);
	(void)sys->close(sys, pidfd);
	if (rc < 0)
		return err_sys(e, -rc, "waiting for '%s'", argv[0]);
	*ret_status = ended.signalled ? 128 + ended.status : ended.status;
	return 0;
}
