/* SPDX-License-Identifier: MIT */
#include "proc/sweep-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "base/stamp.h"
#include "proc/process-priv.h"

#define UNDECIDED_NS (500 * NS_PER_MS)
/* From the one, doubled, to the other. */
#define PAUSE_MIN_NS (1 * NS_PER_MS)
#define PAUSE_MAX_NS (64 * NS_PER_MS)

struct pass {
	struct sys *sys;
	const struct sweep_target *target;
	struct sweep *found;
	pid_t self, self_session;
	struct buf tmp;
};

static enum process_answer
belongs(struct pass *p, int dir, const struct process_stat *st)
{
	if (st->kernel || st->start_ticks < p->target->since_ticks)
		return PROCESS_NO;
	if (p->target->session != 0 && st->session == p->target->session)
		return PROCESS_YES;
	return process_carries(p->sys, dir, p->target->mark, &p->tmp);
}

static void
judge(struct pass *p, pid_t pid, int dir)
{
	struct process_stat st;

	if (!process_stat(p->sys, dir, &st))
		return;
	if (process_is_dead(&st)) {
		if (st.parent == p->self && st.session != p->self_session)
			VEC_PUSH(&p->found->orphans, pid);
		return;
	}
	switch (belongs(p, dir, &st)) {
	case PROCESS_NO:
		break;
	case PROCESS_YES:
		/* Another user's, or gone just now: the next pass tells. */
		(void)p->sys->pidfd_signal(p->sys, dir, SIGKILL);
		VEC_PUSH(&p->found->killed, pid);
		break;
	case PROCESS_ASK_AGAIN:
		p->found->undecided++;
		break;
	}
}

static int
visit(void *ctx, pid_t pid)
{
	struct pass *p = ctx;

	if (pid == p->self)
		return 0;
	int dir = process_open(p->sys, pid);
	if (dir == -EMFILE || dir == -ENFILE || dir == -ENOMEM)
		return dir;
	if (dir < 0)
		return 0;
	judge(p, pid, dir);
	(void)p->sys->close(p->sys, dir);
	return 0;
}

/* Our own session's number, to know our other children by. */
static int
look_at_self(struct pass *p)
{
	struct process_stat st;
	int dir = process_open(p->sys, p->self);

	if (dir < 0)
		return dir;
	bool seen = process_stat(p->sys, dir, &st);
	(void)p->sys->close(p->sys, dir);
	p->self_session = seen ? st.session : 0;
	return seen ? 0 : -ESRCH;
}

static int
visit_all(struct pass *p)
{
	pid_t before, after;

	int rc = look_at_self(p);
	if (rc == 0)
		rc = process_last(p->sys, &before);
	if (rc < 0)
		return rc;
	int proc = p->sys->openat(p->sys, AT_FDCWD, "/proc",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (proc < 0)
		return proc;
	rc = process_each(p->sys, proc, visit, p);
	(void)p->sys->close(p->sys, proc);
	if (rc == 0)
		rc = process_last(p->sys, &after);
	if (rc == 0 && after < before) /* numbers began anew behind us */
		p->found->undecided++;
	return rc;
}

int
sweep_run(struct sys *sys, const struct sweep_target *target, struct sweep *ret,
	struct err *e)
{
	struct pass p = {
		.sys = sys,
		.target = target,
		.found = ret,
		.self = sys->getpid(sys),
	};
	size_t name = str_find_char(target->mark, '=');

	/* An empty mark would be carried by everybody. */
	if (name == 0 || name + 1 >= target->mark.n)
		BUG("'%.*s' is no mark", STR_ARG(target->mark));
	int rc = visit_all(&p);
	buf_release(&p.tmp);
	return rc < 0 ? err_sys(e, -rc, "reading '/proc'") : 0;
}

void
sweep_release(struct sweep *s)
{
	VEC_RELEASE(&s->killed);
	VEC_RELEASE(&s->orphans);
	s->undecided = 0;
}

void
sweep_begin(struct sweep_hunt *ret, int64_t now_ns, int64_t time_ns)
{
	*ret = (struct sweep_hunt){
		.until_ns = now_ns + time_ns,
		.found_ns = now_ns,
	};
}

enum sweep_verdict
sweep_judge(struct sweep_hunt *h, const struct sweep *s, int64_t now_ns)
{
	if (s->killed.n == 0 &&
		(s->undecided == 0 || now_ns - h->found_ns >= UNDECIDED_NS))
		return SWEEP_CLEAR;
	if (now_ns >= h->until_ns)
		return s->killed.n == 0 ? SWEEP_CLEAR : SWEEP_GIVE_UP;
	if (s->killed.n > 0)
		h->found_ns = now_ns;
	if (h->pause_ns == 0)
		h->pause_ns = PAUSE_MIN_NS;
	else if (h->pause_ns < PAUSE_MAX_NS)
		h->pause_ns *= 2;
	return SWEEP_AGAIN;
}
