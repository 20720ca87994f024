/* SPDX-License-Identifier: MIT */
#include "sys/real.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"

/* -1 and errno become -errno. */
static int
result(int rc)
{
	return rc < 0 ? -errno : rc;
}

static int
real_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	(void)s;
	return result(openat(dir, path, flags, mode));
}

static int
real_openat2(struct sys *s, int dir, const char *path, int flags, mode_t mode,
	uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)flags,
		.mode = mode,
		.resolve = resolve,
	};

	(void)s;
	return result((int)syscall(SYS_openat2, dir, path, &how, sizeof(how)));
}

static int
real_close(struct sys *s, int fd)
{
	(void)s;
	return result(close(fd));
}

static ssize_t
real_read(struct sys *s, int fd, void *p, size_t n)
{
	(void)s;
	ssize_t got = read(fd, p, n);
	return got < 0 ? -errno : got;
}

static ssize_t
real_pread(struct sys *s, int fd, void *p, size_t n, off_t at)
{
	(void)s;
	ssize_t got = pread(fd, p, n, at);
	return got < 0 ? -errno : got;
}

static ssize_t
real_write(struct sys *s, int fd, const void *p, size_t n)
{
	(void)s;
	ssize_t put = write(fd, p, n);
	return put < 0 ? -errno : put;
}

static int
real_fsync(struct sys *s, int fd)
{
	(void)s;
	return result(fsync(fd));
}

static int
real_ftruncate(struct sys *s, int fd, off_t size)
{
	(void)s;
	return result(ftruncate(fd, size));
}

static int
real_fchmod(struct sys *s, int fd, mode_t mode)
{
	(void)s;
	return result(fchmod(fd, mode));
}

static int
real_fchown(struct sys *s, int fd, uid_t uid, gid_t gid)
{
	(void)s;
	return result(fchown(fd, uid, gid));
}

static int
real_fstat(struct sys *s, int fd, struct stat *ret)
{
	(void)s;
	return result(fstat(fd, ret));
}

static int
real_fstatat(
	struct sys *s, int dir, const char *path, int flags, struct stat *ret)
{
	(void)s;
	return result(fstatat(dir, path, ret, flags));
}

static int
real_renameat(struct sys *s, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	(void)s;
	return result(renameat2(from_dir, from, to_dir, to, flags));
}

static int
real_unlinkat(struct sys *s, int dir, const char *path, int flags)
{
	(void)s;
	return result(unlinkat(dir, path, flags));
}

static int
real_mkdirat(struct sys *s, int dir, const char *path, mode_t mode)
{
	(void)s;
	return result(mkdirat(dir, path, mode));
}

static ssize_t
real_readlinkat(struct sys *s, int dir, const char *path, char *p, size_t n)
{
	(void)s;
	ssize_t got = readlinkat(dir, path, p, n);
	return got < 0 ? -errno : got;
}

static ssize_t
real_getdents(struct sys *s, int fd, void *p, size_t n)
{
	(void)s;
	long got = syscall(SYS_getdents64, fd, p, n);
	return got < 0 ? -errno : got;
}

static int
real_lock(struct sys *s, int fd, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

	(void)s;
	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return 0;
	return errno == EACCES ? -EAGAIN : -errno;
}

static int
real_lock_held(struct sys *s, int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	(void)s;
	if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
		return -errno;
	return lock.l_type != F_UNLCK;
}

static int
real_access(struct sys *s, int dir, const char *path, int mode)
{
	(void)s;
	return faccessat(dir, path, mode, AT_EACCESS) < 0 ? -errno : 0;
}

static int
real_fs_type(struct sys *s, int fd, int64_t *ret)
{
	struct statfs st;

	(void)s;
	if (fstatfs(fd, &st) < 0)
		return -errno;
	*ret = (int64_t)st.f_type;
	return 0;
}

static int
real_mount_id(struct sys *s, int fd, uint64_t *ret)
{
	struct statx st;

	(void)s;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		return -errno;
	if (!(st.stx_mask & STATX_MNT_ID))
		return -ENOSYS;
	*ret = st.stx_mnt_id;
	return 0;
}

static int
real_lease(struct sys *s, int fd, int type)
{
	(void)s;
	/* Whoever breaks the lease must not kill us: by default it would. A
	 * program that has a handler of its own keeps it. */
	struct sigaction now;
	if (type != F_UNLCK && sigaction(SIGIO, NULL, &now) == 0 &&
		(now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL &&
		signal(SIGIO, SIG_IGN) == SIG_ERR)
		return -errno;
	return result(fcntl(fd, F_SETLEASE, type));
}

static ssize_t
real_flistxattr(struct sys *s, int fd, char *p, size_t n)
{
	(void)s;
	ssize_t got = flistxattr(fd, p, n);
	return got < 0 ? -errno : got;
}

static ssize_t
real_fgetxattr(struct sys *s, int fd, const char *name, void *p, size_t n)
{
	(void)s;
	ssize_t got = fgetxattr(fd, name, p, n);
	return got < 0 ? -errno : got;
}

static int
real_fsetxattr(struct sys *s, int fd, const char *name, const void *p, size_t n)
{
	(void)s;
	return result(fsetxattr(fd, name, p, n, 0));
}

static int
real_inotify_rm(struct sys *s, int fd, int wd)
{
	(void)s;
	return result(inotify_rm_watch(fd, wd));
}

static int
real_fanotify_init(struct sys *s, unsigned int flags)
{
	(void)s;
	return result(fanotify_init(
		flags | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC));
}

static int
real_fanotify_mark(
	struct sys *s, int fd, unsigned int flags, uint64_t mask, int dir)
{
	(void)s;
	return result(fanotify_mark(fd, flags, mask, dir, NULL));
}

static int
real_handle(struct sys *s, int dir, void *ret, size_t n, uint64_t *ret_fsid)
{
	struct file_handle *h = ret;
	struct statfs st;
	int mount;

	(void)s;
	if (n < sizeof(*h))
		return -EOVERFLOW;
	h->handle_bytes = (unsigned int)(n - sizeof(*h));
	if (name_to_handle_at(dir, "", h, &mount, AT_EMPTY_PATH) < 0 ||
		fstatfs(dir, &st) < 0)
		return -errno;
	memcpy(ret_fsid, &st.f_fsid, sizeof(*ret_fsid));
	return 0;
}

static int
real_epoll(struct sys *s)
{
	(void)s;
	return result(epoll_create1(EPOLL_CLOEXEC));
}

static int
real_epoll_add(struct sys *s, int epoll, int fd)
{
	struct epoll_event in = {.events = EPOLLIN, .data = {.fd = fd}};

	(void)s;
	return result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &in));
}

static int
real_timer(struct sys *s)
{
	(void)s;
	return result(
		timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
}

static int
real_timer_set(struct sys *s, int fd, int64_t at_elapsed_ns)
{
	struct itimerspec at = {.it_value = stamp_timespec(at_elapsed_ns)};

	(void)s;
	return result(timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL));
}

static int
real_eventfd(struct sys *s)
{
	(void)s;
	return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

static int
real_fd_limit(struct sys *s, uint64_t *ret)
{
	struct rlimit limit;

	(void)s;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	*ret = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
	return 0;
}

static const char *
real_env(struct sys *s, const char *name)
{
	(void)s;
	return getenv(name);
}

static int
real_inotify_init(struct sys *s)
{
	(void)s;
	return result(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

static int
real_inotify_add(struct sys *s, int fd, const char *path, uint32_t mask)
{
	(void)s;
	return result(inotify_add_watch(fd, path, mask));
}

/* The child starts with every signal unblocked and at its default, whatever
 * its parent's loop has done to its own. */
static int
spawn_attributes(posix_spawnattr_t *attr, bool new_session)
{
	sigset_t none, all;
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if (new_session)
		flags |= POSIX_SPAWN_SETSID;
	int rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attr, flags);
	return rc;
}

static int
spawn_actions(posix_spawn_file_actions_t *acts, const struct sys_spawn *how)
{
	int rc = 0;

	for (int i = 0; i < 3 && rc == 0; i++)
		rc = posix_spawn_file_actions_adddup2(acts, how->fd[i], i);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(acts, 3);
	if (rc == 0 && how->cwd != NULL)
		rc = posix_spawn_file_actions_addchdir_np(acts, how->cwd);
	return rc;
}

static int
real_spawn(struct sys *s, const struct sys_spawn *how, pid_t *ret_pid)
{
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;

	(void)s;
	int rc = posix_spawn_file_actions_init(&acts);
	if (rc != 0)
		return -rc;
	rc = posix_spawnattr_init(&attr);
	if (rc != 0)
		goto out_acts;
	rc = spawn_attributes(&attr, how->new_session);
	if (rc == 0)
		rc = spawn_actions(&acts, how);
	if (rc == 0) /* its prototype lacks a const it honours */
		rc = posix_spawnp(ret_pid, how->argv[0], &acts, &attr,
			(char *const *)(uintptr_t)how->argv,
			(char *const *)(uintptr_t)how->envp);
	(void)posix_spawnattr_destroy(&attr);
out_acts:
	(void)posix_spawn_file_actions_destroy(&acts);
	return -rc;
}

static int
real_pidfd_open(struct sys *s, pid_t pid)
{
	(void)s;
	return result(pidfd_open(pid, 0));
}

static int
real_pidfd_signal(struct sys *s, int pidfd, int signo)
{
	(void)s;
	return result(pidfd_send_signal(pidfd, signo, NULL, 0));
}

static int
real_wait(struct sys *s, int pidfd, struct sys_exit *ret)
{
	siginfo_t info = {0};

	(void)s;
	if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0)
		return -errno;
	if (info.si_pid == 0)
		return -EAGAIN;
	ret->signalled = info.si_code != CLD_EXITED;
	ret->status = info.si_status;
	return 0;
}

static int
real_kill_group(struct sys *s, pid_t pgid, int signo)
{
	(void)s;
	return result(kill(-pgid, signo));
}

static int
real_pipe(struct sys *s, int ret_fd[2])
{
	(void)s;
	return result(pipe2(ret_fd, O_CLOEXEC));
}

static int
real_memfd(struct sys *s)
{
	(void)s;
	return result(memfd_create("weir", MFD_CLOEXEC));
}

static int
real_poll(struct sys *s, struct pollfd *fds, size_t n, int64_t timeout_ns)
{
	struct timespec t = stamp_timespec(timeout_ns);

	(void)s;
	return result(ppoll(fds, n, timeout_ns < 0 ? NULL : &t, NULL));
}

static int64_t
real_clock(struct sys *s, enum sys_clock which)
{
	struct timespec t;

	(void)s;
	(void)clock_gettime(
		which == SYS_CLOCK_UNIX ? CLOCK_REALTIME : CLOCK_BOOTTIME, &t);
	return stamp_ns(t);
}

static int
real_random(struct sys *s, void *p, size_t n)
{
	char *at = p;

	(void)s;
	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

static pid_t
real_getpid(struct sys *s)
{
	(void)s;
	return getpid();
}

struct sys *
sys_real(void)
{
	static struct sys real = {
		.openat = real_openat,
		.close = real_close,
		.read = real_read,
		.pread = real_pread,
		.write = real_write,
		.fsync = real_fsync,
		.ftruncate = real_ftruncate,
		.fchmod = real_fchmod,
		.fchown = real_fchown,
		.fstat = real_fstat,
		.fstatat = real_fstatat,
		.renameat = real_renameat,
		.unlinkat = real_unlinkat,
		.mkdirat = real_mkdirat,
		.readlinkat = real_readlinkat,
		.getdents = real_getdents,
		.lock = real_lock,
		.lock_held = real_lock_held,
		.access = real_access,
		.fs_type = real_fs_type,
		.mount_id = real_mount_id,
		.lease = real_lease,
		.inotify_init = real_inotify_init,
		.inotify_add = real_inotify_add,
		.spawn = real_spawn,
		.pidfd_open = real_pidfd_open,
		.pidfd_signal = real_pidfd_signal,
		.wait = real_wait,
		.kill_group = real_kill_group,
		.pipe = real_pipe,
		.memfd = real_memfd,
		.poll = real_poll,
		.clock = real_clock,
		.random = real_random,
		.getpid = real_getpid,
		.openat2 = real_openat2,
		.flistxattr = real_flistxattr,
		.fgetxattr = real_fgetxattr,
		.fsetxattr = real_fsetxattr,
		.inotify_rm = real_inotify_rm,
		.eventfd = real_eventfd,
		.fd_limit = real_fd_limit,
		.env = real_env,
		.fanotify_init = real_fanotify_init,
		.fanotify_mark = real_fanotify_mark,
		.handle = real_handle,
		.epoll = real_epoll,
		.epoll_add = real_epoll_add,
		.timer = real_timer,
		.timer_set = real_timer_set,
	};

	return &real;
}
