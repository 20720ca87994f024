/* SPDX-License-Identifier: MIT */
#ifndef SYS_SYS_H
#define SYS_SYS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/*
 * The only door to the kernel: one table of system calls. Code that touches
 * files, processes or clocks is handed a `struct sys *` and calls through it,
 * so that the same code runs on the kernel (sys/real.h) and on a kernel that
 * fails or dies at the n-th call (sys/fault.h).
 *
 *	int fd = sys->openat(sys, dir, "name", O_RDONLY | O_CLOEXEC, 0);
 *	if (fd < 0)
 *		return err_sys(e, -fd, "opening '%s'", "name");
 *
 * Every call returns what the kernel does, with -errno in place of -1. None
 * retries: EINTR and short counts are the caller's to handle.
 */

struct sys_spawn {
	const char *const *argv; /* NULL-terminated; argv[0] found on PATH */
	const char *const *envp; /* the whole environment, NULL-terminated */
	const char *cwd;	 /* NULL: as ours */
	int fd[3];		 /* become 0, 1 and 2; all others are closed */
	bool new_session;	 /* setsid: own session and process group */
};

enum sys_clock {
	SYS_CLOCK_UNIX,	   /* ns since 1970; may jump */
	SYS_CLOCK_ELAPSED, /* ns since boot, counting suspend; never jumps */
};

/* How a child ended. */
struct sys_exit {
	bool signalled;
	int status; /* exit code, or the signal's number */
};

struct sys {
	/* Files. Paths are relative to a directory descriptor or AT_FDCWD. */
	int (*openat)(struct sys *s, int dir, const char *path, int flags,
		mode_t mode);
	/* openat2(2): `resolve` is RESOLVE_BENEATH and the like. -ENOSYS where
	 * the kernel has none, -EPERM in some sandboxes. */
	int (*openat2)(struct sys *s, int dir, const char *path, int flags,
		mode_t mode, uint64_t resolve);
	int (*close)(struct sys *s, int fd);
	ssize_t (*read)(struct sys *s, int fd, void *p, size_t n);
	ssize_t (*pread)(struct sys *s, int fd, void *p, size_t n, off_t at);
	ssize_t (*write)(struct sys *s, int fd, const void *p, size_t n);
	int (*fsync)(struct sys *s, int fd);
	int (*ftruncate)(struct sys *s, int fd, off_t size);
	int (*fchmod)(struct sys *s, int fd, mode_t mode);
	int (*fchown)(struct sys *s, int fd, uid_t uid, gid_t gid);
	int (*fstat)(struct sys *s, int fd, struct stat *ret);
	int (*fstatat)(struct sys *s, int dir, const char *path, int flags,
		struct stat *ret);
	/* faccessat(2) with AT_EACCESS. */
	int (*access)(struct sys *s, int dir, const char *path, int mode);
	/* flags: 0, RENAME_NOREPLACE or RENAME_EXCHANGE */
	int (*renameat)(struct sys *s, int from_dir, const char *from,
		int to_dir, const char *to, unsigned int flags);
	int (*unlinkat)(struct sys *s, int dir, const char *path, int flags);
	int (*mkdirat)(struct sys *s, int dir, const char *path, mode_t mode);
	ssize_t (*readlinkat)(
		struct sys *s, int dir, const char *path, char *p, size_t n);
	/* Extended attributes, ACLs among them. As the system calls: with n
	 * of 0 the size that is needed; -ENODATA; -ENOTSUP. */
	ssize_t (*flistxattr)(struct sys *s, int fd, char *p, size_t n);
	ssize_t (*fgetxattr)(
		struct sys *s, int fd, const char *name, void *p, size_t n);
	int (*fsetxattr)(struct sys *s, int fd, const char *name, const void *p,
		size_t n);
	/* Raw records, read as struct dirent64 but as long as they say; 0 at
	 * the end. */
	ssize_t (*getdents)(struct sys *s, int fd, void *p, size_t n);

	/* f_type of statfs(2). */
	int (*fs_type)(struct sys *s, int fd, int64_t *ret);
	/* Which mount it was reached by; -ENOSYS before Linux 5.8. */
	int (*mount_id)(struct sys *s, int fd, uint64_t *ret);

	/* Open file description locks: type is F_RDLCK, F_WRLCK or F_UNLCK;
	 * -EAGAIN when somebody else holds it. Leases as fcntl(F_SETLEASE). */
	int (*lock)(struct sys *s, int fd, short type);
	/* 1 when a write lock would have to wait; takes none. */
	int (*lock_held)(struct sys *s, int fd);
	int (*lease)(struct sys *s, int fd, int type);

	/* Watching. Events are read from the descriptor. */
	int (*inotify_init)(struct sys *s);
	int (*inotify_add)(
		struct sys *s, int fd, const char *path, uint32_t mask);
	int (*inotify_rm)(struct sys *s, int fd, int wd);
	/* fanotify_init(2), -EPERM without privilege; `mark` adds `mask` to the
	 * directory `dir`, or takes it away. */
	int (*fanotify_init)(struct sys *s, unsigned int flags);
	int (*fanotify_mark)(struct sys *s, int fd, unsigned int flags,
		uint64_t mask, int dir);
	/* The struct file_handle of the directory `dir`, and the file system
	 * it is of, as fanotify tells them. -EOVERFLOW: larger than `n`. */
	int (*handle)(struct sys *s, int dir, void *ret, size_t n,
		uint64_t *ret_fsid);

	/* Waiting for several descriptors, or for a time, as one descriptor
	 * that polls readable. A timer at 0 never goes off. */
	int (*epoll)(struct sys *s);
	int (*epoll_add)(struct sys *s, int epoll, int fd);
	int (*timer)(struct sys *s); /* CLOEXEC, not blocking */
	int (*timer_set)(struct sys *s, int fd, int64_t at_elapsed_ns);

	/* Processes. The pidfd is CLOEXEC and polls readable at the end. */
	int (*spawn)(
		struct sys *s, const struct sys_spawn *how, pid_t *ret_pid);
	int (*pidfd_open)(struct sys *s, pid_t pid);
	/* Also takes a descriptor of the directory /proc/PID. */
	int (*pidfd_signal)(struct sys *s, int pidfd, int signo);
	/* -EAGAIN while it runs. Reaps. */
	int (*wait)(struct sys *s, int pidfd, struct sys_exit *ret);
	int (*kill_group)(struct sys *s, pid_t pgid, int signo);
	int (*pipe)(struct sys *s, int ret_fd[2]); /* both CLOEXEC */
	int (*memfd)(struct sys *s);   /* a file in memory, CLOEXEC */
	int (*eventfd)(struct sys *s); /* at 0, CLOEXEC, not blocking */
	/* How many are ready; timeouts below 0 never come. */
	int (*poll)(struct sys *s, struct pollfd *fds, size_t n,
		int64_t timeout_ns);

	int64_t (*clock)(struct sys *s, enum sys_clock which);
	int (*random)(struct sys *s, void *p, size_t n); /* all n, or -errno */
	pid_t (*getpid)(struct sys *s);
	/* How many descriptors this process may have; UINT64_MAX: no limit. */
	int (*fd_limit)(struct sys *s, uint64_t *ret);
	const char *(*env)(struct sys *s, const char *name); /* NULL: unset */
};

/* 1: `fd` can be read without waiting; 0: the time is up. */
static inline int
sys_poll_in(struct sys *s, int fd, int64_t timeout_ns)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return s->poll(s, &p, 1, timeout_ns);
}

#endif
