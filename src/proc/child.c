/* SPDX-License-Identifier: MIT */

/*
 *	RUNNING --time up, stop--> ENDING --grace over, hurry--> KILLING
 *	   |                          |                             |
 *	   +---------- exits ---------+----------- exits -----------+
 *	                              v                             | does not
 *	                          SWEEPING --nothing left, or ----> ENDED
 *	                                     it does not die
 *
 * The child is waited for last of all: as a zombie it holds its number, so
 * that the group and the session named by it are nobody else's.
 */
#include "proc/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "proc/sweep-priv.h"

/* How long SIGKILL may take: a process busy in the kernel dies later. */
#define KILL_TIME_NS (5 * NS_PER_SEC)

enum state { RUNNING, ENDING, KILLING, SWEEPING, ENDED };

struct proc_child {
	uv_poll_t poll; /* on pidfd */
	uv_timer_t timer;
	uv_loop_t *loop;
	struct sys *sys;
	struct proc_child *next; /* in living */

	enum state state;
	struct proc_identity identity;
	int pidfd;
	int64_t grace_ns, started_ns;
	struct sweep_hunt hunt; /* while SWEEPING */
	struct proc_end end;

	proc_end_fn *on_end;
	void *ctx;
	int open_handles;
	bool freed;
	char mark[]; /* terminated */
};

/* The children that are still to be waited for: what else ends as a child of
 * ours in another session is an orphan of theirs. A process has one set of
 * children, whatever loops it runs. */
static struct proc_child *living;

static bool
is_living(pid_t pid)
{
	for (const struct proc_child *c = living; c != NULL; c = c->next)
		if (c->identity.pid == pid)
			return true;
	return false;
}

static void
living_remove(const struct proc_child *gone)
{
	struct proc_child **at = &living;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
}

static void on_timer(uv_timer_t *timer);

static void
arm(struct proc_child *c, int64_t ns)
{
	uint64_t ms = (uint64_t)((ns + NS_PER_MS - 1) / NS_PER_MS);

	/* The loop's time is that of its last turn. */
	uv_update_time(c->loop);
	(void)uv_timer_start(&c->timer, on_timer, ms, 0);
}

static void
on_closed(uv_handle_t *handle)
{
	struct proc_child *c = handle->data;

	c->open_handles--;
	if (c->freed && c->open_handles == 0)
		mem_free(c);
}

static void
close_handles(struct proc_child *c)
{
	uv_close((uv_handle_t *)&c->poll, on_closed);
	uv_close((uv_handle_t *)&c->timer, on_closed);
}

/* -1 when the kernel does not know: SIGCHLD was ignored when we started. */
static void
wait_for_it(struct proc_child *c)
{
	struct sys_exit exit = {0};
	int rc = c->sys->wait(c->sys, c->pidfd, &exit);
	bool ours = c->end.how == PROC_TIMED_OUT || c->end.how == PROC_STOPPED;

	if (rc == -EAGAIN)
		exit = (struct sys_exit){.signalled = true, .status = SIGKILL};
	else if (rc < 0)
		exit = (struct sys_exit){.status = -1};
	c->end.status = exit.status;
	if (!ours)
		c->end.how = exit.signalled ? PROC_SIGNALLED : PROC_EXITED;
}

static void
finish(struct proc_child *c, bool tree_dead)
{
	c->state = ENDED;
	c->end.tree_dead = tree_dead;
	wait_for_it(c);
	living_remove(c);
	close_handles(c);
	(void)c->sys->close(c->sys, c->pidfd);
	c->on_end(c->ctx, c, &c->end);
}

/* Dead processes that fell to us when their parents ended. */
static void
reap(struct proc_child *c, struct sweep *s)
{
	struct sys_exit ignored;

	VEC_EACH (pid, &s->orphans) {
		if (is_living(*pid))
			continue;
		int fd = c->sys->pidfd_open(c->sys, *pid);
		if (fd < 0)
			continue;
		(void)c->sys->wait(c->sys, fd, &ignored);
		(void)c->sys->close(c->sys, fd);
	}
}

static enum sweep_verdict
sweep_once(struct proc_child *c)
{
	struct sweep_target target = {
		.mark = str_from(c->mark),
		.session = c->identity.pid,
		.since_ticks = c->identity.start_ticks,
	};
	struct sweep s CLEANUP_SWEEP = {0};
	struct err ignored = {0}; /* its end says that not all are dead */

	if (sweep_run(c->sys, &target, &s, &ignored) < 0)
		return SWEEP_GIVE_UP;
	reap(c, &s);
	return sweep_judge(
		&c->hunt, &s, c->sys->clock(c->sys, SYS_CLOCK_ELAPSED));
}

static void
sweep(struct proc_child *c)
{
	enum sweep_verdict verdict = sweep_once(c);

	if (verdict == SWEEP_AGAIN)
		arm(c, c->hunt.pause_ns);
	else
		finish(c, verdict == SWEEP_CLEAR);
}

static void
begin_sweeping(struct proc_child *c)
{
	int64_t now = c->sys->clock(c->sys, SYS_CLOCK_ELAPSED);

	(void)uv_poll_stop(&c->poll);
	c->state = SWEEPING;
	c->end.elapsed_ns = now - c->started_ns;
	(void)c->sys->kill_group(c->sys, c->identity.pid, SIGKILL);
	sweep_begin(&c->hunt, now, KILL_TIME_NS);
	sweep(c);
}

static void
begin_ending(struct proc_child *c)
{
	c->state = ENDING;
	(void)c->sys->kill_group(c->sys, c->identity.pid, SIGTERM);
	arm(c, c->grace_ns);
}

static void
begin_killing(struct proc_child *c)
{
	c->state = KILLING;
	(void)c->sys->kill_group(c->sys, c->identity.pid, SIGKILL);
	arm(c, KILL_TIME_NS);
}

/* It hangs in the kernel. The rest of its tree need not live with it. */
static void
give_up(struct proc_child *c)
{
	int64_t now = c->sys->clock(c->sys, SYS_CLOCK_ELAPSED);

	c->end.elapsed_ns = now - c->started_ns;
	(void)sweep_once(c);
	finish(c, false);
}

/* It ended by itself and the loop has yet to hear of it. */
static bool
has_exited(struct proc_child *c)
{
	return sys_poll_in(c->sys, c->pidfd, 0) == 1;
}

static void
on_timer(uv_timer_t *timer)
{
	struct proc_child *c = timer->data;

	if (c->state != SWEEPING && has_exited(c)) {
		begin_sweeping(c);
		return;
	}
	switch (c->state) {
	case RUNNING:
		c->end.how = PROC_TIMED_OUT;
		begin_ending(c);
		break;
	case ENDING:
		begin_killing(c);
		break;
	case KILLING:
		give_up(c);
		break;
	case SWEEPING:
		sweep(c);
		break;
	case ENDED:
		BUG("a clock of a child that has ended");
	}
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct proc_child *c = poll->data;

	(void)status;
	(void)events;
	(void)uv_timer_stop(&c->timer);
	begin_sweeping(c);
}

/* A child that cannot be supervised must not run. */
static void
put_down(struct proc_child *c)
{
	struct sys_exit ignored;

	(void)c->sys->kill_group(c->sys, c->identity.pid, SIGKILL);
	if (c->pidfd < 0)
		return;
	(void)sys_poll_in(c->sys, c->pidfd, KILL_TIME_NS);
	(void)c->sys->wait(c->sys, c->pidfd, &ignored);
	(void)c->sys->close(c->sys, c->pidfd);
}

static int
spawn(struct proc_child *c, const struct proc_options *options, struct err *e)
{
	struct sys *sys = c->sys;
	struct sys_spawn how = options->spawn;
	struct stat st;
	pid_t pid;

	/* The command's ENOENT and the directory's would look alike. */
	int rc = how.cwd != NULL ? sys->fstatat(sys, AT_FDCWD, how.cwd, 0, &st)
				 : 0;
	if (rc < 0)
		return err_sys(e, -rc, "working directory '%s'", how.cwd);
	how.new_session = true;
	rc = sys->spawn(sys, &how, &pid);
	if (rc < 0)
		return err_sys(e, -rc, "starting '%s'", how.argv[0]);
	/* May have ended already: its number is still its own. */
	(void)proc_identify(sys, pid, &c->identity);
	c->identity.pid = pid;
	c->pidfd = sys->pidfd_open(sys, pid);
	rc = c->pidfd < 0 ? c->pidfd
			  : uv_poll_init(c->loop, &c->poll, c->pidfd);
	if (rc < 0) {
		put_down(c);
		return err_sys(e, -rc, "watching '%s'", how.argv[0]);
	}
	return 0;
}

static bool
holds(const char *const *envp, struct str mark)
{
	for (; *envp != NULL; envp++)
		if (str_eq(str_from(*envp), mark))
			return true;
	return false;
}

static struct proc_child *
child_new(uv_loop_t *loop, struct sys *sys, const struct proc_options *options)
{
	struct proc_child *c = mem_alloc(sizeof(*c) + options->mark.n + 1);

	c->loop = loop;
	c->sys = sys;
	c->grace_ns = options->grace_ns;
	c->on_end = options->on_end;
	c->ctx = options->ctx;
	memcpy(c->mark, options->mark.s, options->mark.n);
	c->poll.data = c->timer.data = c;
	c->started_ns = sys->clock(sys, SYS_CLOCK_ELAPSED);
	return c;
}

int
proc_child_start(struct proc_child **ret, uv_loop_t *loop, struct sys *sys,
	const struct proc_options *options, struct err *e)
{
	if (!holds(options->spawn.envp, options->mark))
		BUG("'%.*s' is not in the environment", STR_ARG(options->mark));
	struct proc_child *c = child_new(loop, sys, options);
	if (spawn(c, options, e) < 0) {
		mem_free(c);
		return -1;
	}
	(void)uv_timer_init(loop, &c->timer);
	c->open_handles = 2;
	(void)uv_poll_start(&c->poll, UV_READABLE, on_poll);
	if (options->timeout_ns > 0)
		arm(c, options->timeout_ns);
	c->next = living;
	living = c;
	*ret = c;
	return 0;
}

void
proc_child_stop(struct proc_child *c, bool hurry)
{
	bool running = c->state == RUNNING;

	if (c->state == SWEEPING || c->state == ENDED || has_exited(c))
		return;
	if (running)
		c->end.how = PROC_STOPPED;
	if (hurry && c->state != KILLING)
		begin_killing(c);
	else if (running)
		begin_ending(c);
}

struct proc_identity
proc_child_identity(const struct proc_child *c)
{
	return c->identity;
}

void
proc_child_free(struct proc_child *c)
{
	if (c->state != ENDED)
		BUG("freeing a child that has not ended");
	c->freed = true;
	if (c->open_handles == 0)
		mem_free(c);
}
