/* SPDX-License-Identifier: MIT */
#include "sys/pass.h"

static struct sys *
under(struct sys *s)
{
	return ((struct sys_pass *)(void *)s)->under;
}

static int
pass_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	return under(s)->openat(under(s), dir, path, flags, mode);
}

static int
pass_close(struct sys *s, int fd)
{
	return under(s)->close(under(s), fd);
}

static ssize_t
pass_read(struct sys *s, int fd, void *p, size_t n)
{
	return under(s)->read(under(s), fd, p, n);
}

static ssize_t
pass_pread(struct sys *s, int fd, void *p, size_t n, off_t at)
{
	return under(s)->pread(under(s), fd, p, n, at);
}

static ssize_t
pass_write(struct sys *s, int fd, const void *p, size_t n)
{
	return under(s)->write(under(s), fd, p, n);
}

static int
pass_fsync(struct sys *s, int fd)
{
	return under(s)->fsync(under(s), fd);
}

static int
pass_ftruncate(struct sys *s, int fd, off_t size)
{
	return under(s)->ftruncate(under(s), fd, size);
}

static int
pass_fchmod(struct sys *s, int fd, mode_t mode)
{
	return under(s)->fchmod(under(s), fd, mode);
}

static int
pass_fchown(struct sys *s, int fd, uid_t uid, gid_t gid)
{
	return under(s)->fchown(under(s), fd, uid, gid);
}

static int
pass_fstat(struct sys *s, int fd, struct stat *ret)
{
	return under(s)->fstat(under(s), fd, ret);
}

static int
pass_fstatat(
	struct sys *s, int dir, const char *path, int flags, struct stat *ret)
{
	return under(s)->fstatat(under(s), dir, path, flags, ret);
}

static int
pass_renameat(struct sys *s, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	return under(s)->renameat(under(s), from_dir, from, to_dir, to, flags);
}

static int
pass_unlinkat(struct sys *s, int dir, const char *path, int flags)
{
	return under(s)->unlinkat(under(s), dir, path, flags);
}

static int
pass_mkdirat(struct sys *s, int dir, const char *path, mode_t mode)
{
	return under(s)->mkdirat(under(s), dir, path, mode);
}

static ssize_t
pass_readlinkat(struct sys *s, int dir, const char *path, char *p, size_t n)
{
	return under(s)->readlinkat(under(s), dir, path, p, n);
}

static ssize_t
pass_getdents(struct sys *s, int fd, void *p, size_t n)
{
	return under(s)->getdents(under(s), fd, p, n);
}

static int
pass_lock_held(struct sys *s, int fd)
{
	return under(s)->lock_held(under(s), fd);
}

static int
pass_access(struct sys *s, int dir, const char *path, int mode)
{
	return under(s)->access(under(s), dir, path, mode);
}

static int
pass_fs_type(struct sys *s, int fd, int64_t *ret)
{
	return under(s)->fs_type(under(s), fd, ret);
}

static int
pass_mount_id(struct sys *s, int fd, uint64_t *ret)
{
	return under(s)->mount_id(under(s), fd, ret);
}

static int
pass_lock(struct sys *s, int fd, short type)
{
	return under(s)->lock(under(s), fd, type);
}

static int
pass_lease(struct sys *s, int fd, int type)
{
	return under(s)->lease(under(s), fd, type);
}

static int
pass_inotify_init(struct sys *s)
{
	return under(s)->inotify_init(under(s));
}

static int
pass_inotify_add(struct sys *s, int fd, const char *path, uint32_t mask)
{
	return under(s)->inotify_add(under(s), fd, path, mask);
}

static int
pass_spawn(struct sys *s, const struct sys_spawn *how, pid_t *ret_pid)
{
	return under(s)->spawn(under(s), how, ret_pid);
}

static int
pass_pidfd_open(struct sys *s, pid_t pid)
{
	return under(s)->pidfd_open(under(s), pid);
}

static int
pass_pidfd_signal(struct sys *s, int pidfd, int signo)
{
	return under(s)->pidfd_signal(under(s), pidfd, signo);
}

static int
pass_wait(struct sys *s, int pidfd, struct sys_exit *ret)
{
	return under(s)->wait(under(s), pidfd, ret);
}

static int
pass_kill_group(struct sys *s, pid_t pgid, int signo)
{
	return under(s)->kill_group(under(s), pgid, signo);
}

static int
pass_pipe(struct sys *s, int ret_fd[2])
{
	return under(s)->pipe(under(s), ret_fd);
}

static int
pass_memfd(struct sys *s)
{
	return under(s)->memfd(under(s));
}

static int
pass_poll(struct sys *s, struct pollfd *fds, size_t n, int64_t timeout_ns)
{
	return under(s)->poll(under(s), fds, n, timeout_ns);
}

static int64_t
pass_clock(struct sys *s, enum sys_clock which)
{
	return under(s)->clock(under(s), which);
}

static int
pass_random(struct sys *s, void *p, size_t n)
{
	return under(s)->random(under(s), p, n);
}

static pid_t
pass_getpid(struct sys *s)
{
	return under(s)->getpid(under(s));
}

static int
pass_openat2(struct sys *s, int dir, const char *path, int flags, mode_t mode,
	uint64_t resolve)
{
	return under(s)->openat2(under(s), dir, path, flags, mode, resolve);
}

static ssize_t
pass_flistxattr(struct sys *s, int fd, char *p, size_t n)
{
	return under(s)->flistxattr(under(s), fd, p, n);
}

static ssize_t
pass_fgetxattr(struct sys *s, int fd, const char *name, void *p, size_t n)
{
	return under(s)->fgetxattr(under(s), fd, name, p, n);
}

static int
pass_fsetxattr(struct sys *s, int fd, const char *name, const void *p, size_t n)
{
	return under(s)->fsetxattr(under(s), fd, name, p, n);
}

static int
pass_inotify_rm(struct sys *s, int fd, int wd)
{
	return under(s)->inotify_rm(under(s), fd, wd);
}

static int
pass_eventfd(struct sys *s)
{
	return under(s)->eventfd(under(s));
}

static int
pass_fd_limit(struct sys *s, uint64_t *ret)
{
	return under(s)->fd_limit(under(s), ret);
}

static const char *
pass_env(struct sys *s, const char *name)
{
	return under(s)->env(under(s), name);
}

static int
pass_fanotify_init(struct sys *s, unsigned int flags)
{
	return under(s)->fanotify_init(under(s), flags);
}

static int
pass_fanotify_mark(
	struct sys *s, int fd, unsigned int flags, uint64_t mask, int dir)
{
	return under(s)->fanotify_mark(under(s), fd, flags, mask, dir);
}

static int
pass_handle(struct sys *s, int dir, void *ret, size_t n, uint64_t *ret_fsid)
{
	return under(s)->handle(under(s), dir, ret, n, ret_fsid);
}

static int
pass_epoll(struct sys *s)
{
	return under(s)->epoll(under(s));
}

static int
pass_epoll_add(struct sys *s, int epoll, int fd)
{
	return under(s)->epoll_add(under(s), epoll, fd);
}

static int
pass_timer(struct sys *s)
{
	return under(s)->timer(under(s));
}

static int
pass_timer_set(struct sys *s, int fd, int64_t at_elapsed_ns)
{
	return under(s)->timer_set(under(s), fd, at_elapsed_ns);
}

void
sys_pass_init(struct sys_pass *ret, struct sys *under_it)
{
	*ret = (struct sys_pass){
		.under = under_it,
		.sys =
			{
				.openat = pass_openat,
				.close = pass_close,
				.read = pass_read,
				.pread = pass_pread,
				.write = pass_write,
				.fsync = pass_fsync,
				.ftruncate = pass_ftruncate,
				.fchmod = pass_fchmod,
				.fchown = pass_fchown,
				.fstat = pass_fstat,
				.fstatat = pass_fstatat,
				.renameat = pass_renameat,
				.unlinkat = pass_unlinkat,
				.mkdirat = pass_mkdirat,
				.readlinkat = pass_readlinkat,
				.getdents = pass_getdents,
				.lock = pass_lock,
				.lock_held = pass_lock_held,
				.access = pass_access,
				.fs_type = pass_fs_type,
				.mount_id = pass_mount_id,
				.lease = pass_lease,
				.inotify_init = pass_inotify_init,
				.inotify_add = pass_inotify_add,
				.spawn = pass_spawn,
				.pidfd_open = pass_pidfd_open,
				.pidfd_signal = pass_pidfd_signal,
				.wait = pass_wait,
				.kill_group = pass_kill_group,
				.pipe = pass_pipe,
				.memfd = pass_memfd,
				.poll = pass_poll,
				.clock = pass_clock,
				.random = pass_random,
				.getpid = pass_getpid,
				.openat2 = pass_openat2,
				.flistxattr = pass_flistxattr,
				.fgetxattr = pass_fgetxattr,
				.fsetxattr = pass_fsetxattr,
				.inotify_rm = pass_inotify_rm,
				.eventfd = pass_eventfd,
				.fd_limit = pass_fd_limit,
				.env = pass_env,
				.fanotify_init = pass_fanotify_init,
				.fanotify_mark = pass_fanotify_mark,
				.handle = pass_handle,
				.epoll = pass_epoll,
				.epoll_add = pass_epoll_add,
				.timer = pass_timer,
				.timer_set = pass_timer_set,
			},
	};
}
