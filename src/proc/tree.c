/* SPDX-License-Identifier: MIT */
#include "proc/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "proc/process-priv.h"
#include "proc/sweep-priv.h"

static bool
read_boot_id(struct sys *sys, char ret[40])
{
	int fd = sys->openat(sys, AT_FDCWD, "/proc/sys/kernel/random/boot_id",
		O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return false;
	ssize_t got = sys->read(sys, fd, ret, 39);
	(void)sys->close(sys, fd);
	if (got <= 0)
		return false;
	ret[got] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return true;
}

bool
proc_identify(struct sys *sys, pid_t pid, struct proc_identity *ret)
{
	struct process_stat st;
	int dir = process_open(sys, pid);

	if (dir < 0)
		return false;
	bool seen = process_stat(sys, dir, &st);
	(void)sys->close(sys, dir);
	*ret = (struct proc_identity){
		.pid = pid,
		.start_ticks = seen ? st.start_ticks : 0,
	};
	return seen && read_boot_id(sys, ret->boot_id) && !process_is_dead(&st);
}

struct pids {
	VEC(pid_t) list;
};

static void
add_new(struct pids *all, pid_t pid)
{
	VEC_EACH (p, &all->list)
		if (*p == pid)
			return;
	VEC_PUSH(&all->list, pid);
}

static int
kill_all(struct sys *sys, const struct sweep_target *target, int64_t wait_ns,
	struct pids *all, struct err *e)
{
	enum sweep_verdict verdict = SWEEP_AGAIN;
	struct sweep_hunt hunt;

	sweep_begin(&hunt, sys->clock(sys, SYS_CLOCK_ELAPSED), wait_ns);
	while (verdict == SWEEP_AGAIN) {
		struct sweep s CLEANUP_SWEEP = {0};
		if (hunt.pause_ns > 0)
			(void)sys->poll(sys, NULL, 0, hunt.pause_ns);
		if (sweep_run(sys, target, &s, e) < 0)
			return -1;
		VEC_EACH (pid, &s.killed)
			add_new(all, *pid);
		verdict = sweep_judge(
			&hunt, &s, sys->clock(sys, SYS_CLOCK_ELAPSED));
		if (verdict == SWEEP_GIVE_UP)
			return err_sys(e, ETIMEDOUT,
				"%zu processes of '%.*s' do not die",
				s.killed.n, STR_ARG(target->mark));
	}
	return 0;
}

int
proc_tree_kill(struct sys *sys, struct str mark, int64_t wait_ns, struct err *e)
{
	struct sweep_target target = {.mark = mark};
	struct pids all = {0};

	int rc = kill_all(sys, &target, wait_ns, &all, e);
	int killed = (int)all.list.n;
	VEC_RELEASE(&all.list);
	return rc < 0 ? -1 : killed;
}
