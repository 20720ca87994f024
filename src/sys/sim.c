/* SPDX-License-Identifier: MIT */
#include "sys/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/err.h"
#include "base/stamp.h"
#include "sys/sim-priv.h"

/* The machine: when it stops, its clock, its chance, and what is not there. */

#define CALL_NS	 1000		     /* what a call takes */
#define DEAD_NS	 NS_PER_SEC	     /* waiting for the dead ends soon */
#define START_NS 1795172446000000000 /* 2026-11-20T11:00:46Z */
#define GRAIN_NS (4 * NS_PER_MS)

struct sim *
sim_of(struct sys *s)
{
	return (struct sim *)(void *)s;
}

/* splitmix64, by Sebastiano Vigna. */
uint64_t
sim_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

int
sim_step(struct sim *s)
{
	if (s->each != NULL && !s->dead)
		s->each(s->each_arg);
	s->calls++;
	s->now_ns += s->dead ? DEAD_NS : CALL_NS;
	if (s->stop_at != 0 && s->calls >= s->stop_at)
		s->dead = true;
	return s->dead ? -EIO : 0;
}

int64_t
sim_file_time(const struct sim *s)
{
	return s->now_ns - s->now_ns % GRAIN_NS;
}

static int
sim_poll(struct sys *t, struct pollfd *fds, size_t n, int64_t timeout_ns)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	for (size_t i = 0; i < n; i++)
		fds[i].revents = 0;
	if (timeout_ns < 0)
		BUG("waiting for ever on a simulated disk");
	s->now_ns += timeout_ns;
	return 0;
}

static int64_t
sim_clock(struct sys *t, enum sys_clock which)
{
	struct sim *s = sim_of(t);

	s->now_ns += s->dead ? DEAD_NS : 1;
	return which == SYS_CLOCK_UNIX ? s->now_ns : s->now_ns - START_NS;
}

static int
sim_random(struct sys *t, void *p, size_t n)
{
	struct sim *s = sim_of(t);
	char *at = p;

	if (s->dead)
		return -EIO;
	for (size_t i = 0; i < n; i++) {
		s->chance = sim_mix(s->chance);
		at[i] = (char)s->chance;
	}
	return 0;
}

static pid_t
sim_getpid(struct sys *t)
{
	(void)t;
	return 4711;
}

/* There are no links. */
static ssize_t
sim_readlinkat(struct sys *t, int dir, const char *path, char *p, size_t n)
{
	(void)t;
	(void)dir;
	(void)path;
	(void)p;
	(void)n;
	return -EINVAL;
}

static int
sim_openat2(struct sys *t, int dir, const char *path, int flags, mode_t mode,
	uint64_t resolve)
{
	(void)t;
	(void)dir;
	(void)path;
	(void)flags;
	(void)mode;
	(void)resolve;
	return -ENOSYS;
}

static ssize_t
sim_flistxattr(struct sys *t, int fd, char *p, size_t n)
{
	(void)t;
	(void)fd;
	(void)p;
	(void)n;
	return -ENOTSUP;
}

static int
sim_mount_id(struct sys *t, int fd, uint64_t *ret)
{
	(void)t;
	(void)fd;
	*ret = 1;
	return 0;
}

static int
sim_fd_limit(struct sys *t, uint64_t *ret)
{
	(void)t;
	*ret = 1024;
	return 0;
}

static const char *
sim_env(struct sys *t, const char *name)
{
	(void)t;
	(void)name;
	return NULL;
}

static int
sim_inotify_init(struct sys *t)
{
	(void)t;
	BUG("nothing can be watched on the simulated disk");
}

static int
sim_inotify_add(struct sys *t, int fd, const char *path, uint32_t mask)
{
	(void)t;
	(void)fd;
	(void)mask;
	BUG("'%s' cannot be watched on the simulated disk", path);
}

static int
sim_spawn(struct sys *t, const struct sys_spawn *how, pid_t *ret_pid)
{
	(void)t;
	(void)ret_pid;
	BUG("'%s' cannot be started on the simulated disk", how->argv[0]);
}

struct sim *
sim_blank(uint64_t seed, int64_t now_ns)
{
	struct sim *s = mem_alloc(sizeof(*s));

	s->seed = seed;
	s->chance = sim_mix(seed);
	s->now_ns = now_ns;
	/* Whatever is not set is called by nobody who only has files. */
	s->sys = (struct sys){
		.readlinkat = sim_readlinkat,
		.openat2 = sim_openat2,
		.flistxattr = sim_flistxattr,
		.fd_limit = sim_fd_limit,
		.mount_id = sim_mount_id,
		.env = sim_env,
		.inotify_init = sim_inotify_init,
		.inotify_add = sim_inotify_add,
		.spawn = sim_spawn,
		.poll = sim_poll,
		.clock = sim_clock,
		.random = sim_random,
		.getpid = sim_getpid,
	};
	sim_file_calls(&s->sys);
	sim_name_calls(&s->sys);
	return s;
}

struct sim *
sim_new(uint64_t seed)
{
	struct sim *s = sim_blank(seed, START_NS);

	VEC_PUSH(&s->inodes, ((struct sim_inode){.kind = SIM_FREE}));
	if (sim_inode_new(s, SIM_DIR, 0755) != SIM_ROOT)
		BUG("the root is not the first inode");
	sim_inode(s, SIM_ROOT)->nlink = 1;
	return s;
}

void
sim_free(struct sim *s)
{
	if (s == NULL)
		return;
	VEC_EACH (in, &s->inodes)
		sim_inode_release(in);
	VEC_RELEASE(&s->inodes);
	mem_free(s);
}

struct sys *
sim_sys(struct sim *s)
{
	return &s->sys;
}

void
sim_stop_at(struct sim *s, uint64_t call)
{
	s->calls = 0;
	s->stop_at = call;
	s->dead = false;
}

bool
sim_is_dead(const struct sim *s)
{
	return s->dead;
}

size_t
sim_open_files(const struct sim *s)
{
	size_t n = 0;

	for (size_t i = 0; i < SIM_OPEN_MAX; i++)
		n += s->open[i].ino != 0;
	return n;
}

uint64_t
sim_changes(const struct sim *s)
{
	return s->changes;
}

void
sim_watch(struct sim *s, void (*each)(void *arg), void *arg)
{
	s->each = each;
	s->each_arg = arg;
}

void
sim_fail_fsync(struct sim *s, uint64_t nth, enum sim_fsync how)
{
	s->fsyncs = 0;
	s->fail_fsync = nth;
	s->fail_how = how;
}

uint64_t
sim_fsync_hits(const struct sim *s)
{
	return s->fsync_hits;
}

struct sim *
sim_after_kill(const struct sim *s)
{
	struct sim *copy = sim_blank(sim_mix(s->seed), s->now_ns + GRAIN_NS);

	copy->last_move = s->last_move;
	for (size_t i = 0; i < s->inodes.n; i++) {
		struct sim_inode one;
		sim_inode_copy(&one, &s->inodes.items[i]);
		VEC_PUSH(&copy->inodes, one);
	}
	return copy;
}
