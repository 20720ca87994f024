/* SPDX-License-Identifier: MIT */
#include "proc/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/stamp.h"

enum { CHUNK = 64 * 1024 };

struct capture {
	struct sys *sys;
	const struct proc_command *cmd;
	pid_t pid;
	int pidfd;
	struct buf *to[2]; /* where stdout and stderr go; NULL drops */
	int from[2];	   /* our ends of their pipes; -1 after the end */
	int theirs[3];	   /* the child's 0, 1 and 2, until it has them */
	size_t kept;
	int64_t until_ns;
};

static void
shut(struct sys *sys, int *fd)
{
	if (*fd >= 0)
		(void)sys->close(sys, *fd);
	*fd = -1;
}

/* A file, not a pipe: nothing to feed while it runs, and no SIGPIPE when it
 * does not read. */
static int
open_input(struct capture *c, struct err *e)
{
	struct sys *sys = c->sys;
	struct str rest = c->cmd->input;
	char path[32];
	int rc = 0;

	if (rest.n == 0) {
		c->theirs[0] = sys->openat(
			sys, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0);
		if (c->theirs[0] < 0)
			return err_sys(e, -c->theirs[0], "opening /dev/null");
		return 0;
	}
	int fd = sys->memfd(sys);
	if (fd < 0)
		return err_sys(e, -fd, "keeping the input");
	while (rest.n > 0 && rc == 0) {
		ssize_t put = sys->write(sys, fd, rest.s, rest.n);
		if (put >= 0)
			rest = str_from_at(rest, (size_t)put);
		else if (put != -EINTR)
			rc = (int)put;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (rc == 0)
		c->theirs[0] = rc = sys->openat(
			sys, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	(void)sys->close(sys, fd);
	return rc < 0 ? err_sys(e, -rc, "keeping the input") : 0;
}

static int
open_pipes(struct capture *c, struct err *e)
{
	for (int i = 0; i < 2; i++) {
		int ends[2];
		int rc = c->sys->pipe(c->sys, ends);
		if (rc < 0)
			return err_sys(e, -rc, "making a pipe");
		c->from[i] = ends[0];
		c->theirs[1 + i] = ends[1];
	}
	return 0;
}

static int
start(struct capture *c, struct err *e)
{
	const struct proc_command *cmd = c->cmd;
	struct sys_spawn how = {
		.argv = cmd->argv,
		.envp = cmd->envp != NULL ? cmd->envp
					  : (const char *const *)environ,
		.cwd = cmd->cwd,
		.fd = {c->theirs[0], c->theirs[1], c->theirs[2]},
		.new_session = true,
	};
	int rc = c->sys->spawn(c->sys, &how, &c->pid);

	if (rc < 0)
		return err_sys(e, -rc, "starting '%s'", cmd->argv[0]);
	for (int i = 0; i < 3; i++)
		shut(c->sys, &c->theirs[i]);
	c->pidfd = c->sys->pidfd_open(c->sys, c->pid);
	if (c->pidfd < 0)
		return err_sys(e, -c->pidfd, "watching '%s'", cmd->argv[0]);
	return 0;
}

static int
take(struct capture *c, int i, struct err *e)
{
	struct buf dropped CLEANUP_BUF = {0};
	struct buf *to = c->to[i] != NULL ? c->to[i] : &dropped;
	ssize_t got =
		c->sys->read(c->sys, c->from[i], buf_room(to, CHUNK), CHUNK);

	if (got == -EINTR)
		return 0;
	if (got < 0)
		return err_sys(
			e, (int)-got, "reading from '%s'", c->cmd->argv[0]);
	if (got == 0)
		shut(c->sys, &c->from[i]);
	buf_added(to, (size_t)got);
	if (to != &dropped)
		c->kept += (size_t)got;
	if (c->kept > c->cmd->output_max)
		return err_set(e, ERR_LIMIT, "'%s' prints more than %zu bytes",
			c->cmd->argv[0], c->cmd->output_max);
	return 0;
}

/* Wait for output or the end. 1: it has ended and all it said is read. */
static int
step(struct capture *c, bool *ended, struct err *e)
{
	struct pollfd fds[] = {
		{.fd = c->from[0], .events = POLLIN},
		{.fd = c->from[1], .events = POLLIN},
		{.fd = *ended ? -1 : c->pidfd, .events = POLLIN},
	};
	int64_t left = c->until_ns - c->sys->clock(c->sys, SYS_CLOCK_ELAPSED);

	if (c->cmd->timeout_ns == 0)
		left = -1;
	else if (left <= 0)
		return err_sys(e, ETIMEDOUT, "'%s'", c->cmd->argv[0]);
	/* After its end only what is in the pipes counts: a process it left
	 * behind may hold them open. */
	int rc = c->sys->poll(c->sys, fds, 3, *ended ? 0 : left);
	if (rc < 0 && rc != -EINTR)
		return err_sys(e, -rc, "waiting for '%s'", c->cmd->argv[0]);
	if (rc == 0 && *ended)
		return 1;
	for (int i = 0; i < 2 && rc > 0; i++)
		if (fds[i].revents != 0 && take(c, i, e) < 0)
			return -1;
	if (rc > 0 && fds[2].revents != 0)
		*ended = true;
	return 0;
}

static int
follow(struct capture *c, struct err *e)
{
	bool ended = false;
	int rc;

	do
		rc = step(c, &ended, e);
	while (rc == 0);
	return rc < 0 ? -1 : 0;
}

/* Its number is its own until it is waited for. */
static void
put_down(struct capture *c)
{
	(void)c->sys->kill_group(c->sys, c->pid, SIGKILL);
	if (c->pidfd >= 0)
		(void)sys_poll_in(c->sys, c->pidfd, NS_PER_SEC);
}

static int
run(struct capture *c, int *ret_status, struct err *e)
{
	struct sys_exit end = {0};

	if (open_input(c, e) < 0 || open_pipes(c, e) < 0)
		return -1;
	int rc = start(c, e);
	if (rc == 0)
		rc = follow(c, e);
	if (rc < 0 && c->pid != 0)
		put_down(c);
	int waited = c->pidfd >= 0 ? c->sys->wait(c->sys, c->pidfd, &end) : 0;
	if (rc < 0)
		return -1;
	if (waited < 0)
		return err_sys(e, -waited, "waiting for '%s'", c->cmd->argv[0]);
	*ret_status = end.signalled ? 128 + end.status : end.status;
	return 0;
}

int
proc_capture(struct sys *sys, const struct proc_command *cmd, struct buf *out,
	struct buf *errors, int *ret_status, struct err *e)
{
	struct capture c = {
		.sys = sys,
		.cmd = cmd,
		.pidfd = -1,
		.to = {out, errors},
		.from = {-1, -1},
		.theirs = {-1, -1, -1},
	};

	c.until_ns = sys->clock(sys, SYS_CLOCK_ELAPSED) + cmd->timeout_ns;
	int rc = run(&c, ret_status, e);
	for (int i = 0; i < 2; i++)
		shut(sys, &c.from[i]);
	for (int i = 0; i < 3; i++)
		shut(sys, &c.theirs[i]);
	shut(sys, &c.pidfd);
	return rc;
}
