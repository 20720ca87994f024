/* SPDX-License-Identifier: MIT */
#include "sys/fault.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static struct sys_fault *
of(struct sys *s)
{
	return (struct sys_fault *)(void *)s;
}

/* Count one call. Non-zero when the plan strikes here: what to return. */
static int
strike(struct sys_fault *f, enum sys_fault_call call)
{
	f->calls++;
	if (f->plan.how == SYS_FAULT_NONE || f->plan.at == 0 ||
		f->calls < f->plan.at)
		return 0;
	if (f->calls > f->plan.at && !f->plan.from_then)
		return 0;
	if (f->hits++ == 0)
		f->struck = call;
	if (f->plan.how == SYS_FAULT_KILL)
		(void)kill(getpid(), SIGKILL);
	return f->plan.sys != 0 ? -f->plan.sys : -EIO;
}

static int
fault_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_OPENAT);

	return rc != 0
		? rc
		: f->pass.under->openat(f->pass.under, dir, path, flags, mode);
}

static int
fault_openat2(struct sys *s, int dir, const char *path, int flags, mode_t mode,
	uint64_t resolve)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_OPENAT);

	return rc != 0 ? rc
		       : f->pass.under->openat2(f->pass.under, dir, path, flags,
				 mode, resolve);
}

static int
fault_fsetxattr(
	struct sys *s, int fd, const char *name, const void *p, size_t n)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_FSETXATTR);

	return rc != 0
		? rc
		: f->pass.under->fsetxattr(f->pass.under, fd, name, p, n);
}

/* The descriptor is gone even when close reports an error, as on Linux. */
static int
fault_close(struct sys *s, int fd)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_CLOSE);
	int closed = f->pass.under->close(f->pass.under, fd);

	return rc != 0 ? rc : closed;
}

static ssize_t
fault_read(struct sys *s, int fd, void *p, size_t n)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_READ);

	if (rc != 0 && f->plan.how == SYS_FAULT_SHORT && n > 1)
		return f->pass.under->read(f->pass.under, fd, p, n / 2);
	return rc != 0 ? rc : f->pass.under->read(f->pass.under, fd, p, n);
}

static ssize_t
fault_pread(struct sys *s, int fd, void *p, size_t n, off_t at)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_PREAD);

	return rc != 0 ? rc : f->pass.under->pread(f->pass.under, fd, p, n, at);
}

static ssize_t
fault_write(struct sys *s, int fd, const void *p, size_t n)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_WRITE);

	if (rc != 0 && f->plan.how == SYS_FAULT_SHORT && n > 1)
		return f->pass.under->write(f->pass.under, fd, p, n / 2);
	return rc != 0 ? rc : f->pass.under->write(f->pass.under, fd, p, n);
}

static int
fault_fsync(struct sys *s, int fd)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_FSYNC);

	return rc != 0 ? rc : f->pass.under->fsync(f->pass.under, fd);
}

static int
fault_ftruncate(struct sys *s, int fd, off_t size)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_FTRUNCATE);

	return rc != 0 ? rc : f->pass.under->ftruncate(f->pass.under, fd, size);
}

static int
fault_fchmod(struct sys *s, int fd, mode_t mode)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_FCHMOD);

	return rc != 0 ? rc : f->pass.under->fchmod(f->pass.under, fd, mode);
}

static int
fault_fchown(struct sys *s, int fd, uid_t uid, gid_t gid)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_FCHOWN);

	return rc != 0 ? rc
		       : f->pass.under->fchown(f->pass.under, fd, uid, gid);
}

static int
fault_renameat(struct sys *s, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_RENAMEAT);

	return rc != 0 ? rc
		       : f->pass.under->renameat(f->pass.under, from_dir, from,
				 to_dir, to, flags);
}

static int
fault_unlinkat(struct sys *s, int dir, const char *path, int flags)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_UNLINKAT);

	return rc != 0
		? rc
		: f->pass.under->unlinkat(f->pass.under, dir, path, flags);
}

static int
fault_mkdirat(struct sys *s, int dir, const char *path, mode_t mode)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_MKDIRAT);

	return rc != 0 ? rc
		       : f->pass.under->mkdirat(f->pass.under, dir, path, mode);
}

static int
fault_fstat(struct sys *s, int fd, struct stat *ret)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_FSTAT);

	return rc != 0 ? rc : f->pass.under->fstat(f->pass.under, fd, ret);
}

static int
fault_fstatat(
	struct sys *s, int dir, const char *path, int flags, struct stat *ret)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_FSTATAT);

	return rc != 0
		? rc
		: f->pass.under->fstatat(f->pass.under, dir, path, flags, ret);
}

static ssize_t
fault_getdents(struct sys *s, int fd, void *p, size_t n)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_GETDENTS);

	return rc != 0 ? rc : f->pass.under->getdents(f->pass.under, fd, p, n);
}

static int
fault_lock(struct sys *s, int fd, short type)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_LOCK);

	return rc != 0 ? rc : f->pass.under->lock(f->pass.under, fd, type);
}

static int
fault_random(struct sys *s, void *p, size_t n)
{
	struct sys_fault *f = of(s);
	int rc = strike(f, SYS_FAULT_RANDOM);

	return rc != 0 ? rc : f->pass.under->random(f->pass.under, p, n);
}

void
sys_fault_init(struct sys_fault *ret, struct sys *under)
{
	*ret = (struct sys_fault){0};
	sys_pass_init(&ret->pass, under);
	ret->sys.openat = fault_openat;
	ret->sys.openat2 = fault_openat2;
	ret->sys.fsetxattr = fault_fsetxattr;
	ret->sys.close = fault_close;
	ret->sys.read = fault_read;
	ret->sys.pread = fault_pread;
	ret->sys.write = fault_write;
	ret->sys.fsync = fault_fsync;
	ret->sys.ftruncate = fault_ftruncate;
	ret->sys.fchmod = fault_fchmod;
	ret->sys.fchown = fault_fchown;
	ret->sys.fstat = fault_fstat;
	ret->sys.fstatat = fault_fstatat;
	ret->sys.renameat = fault_renameat;
	ret->sys.unlinkat = fault_unlinkat;
	ret->sys.mkdirat = fault_mkdirat;
	ret->sys.getdents = fault_getdents;
	ret->sys.lock = fault_lock;
	ret->sys.random = fault_random;
}
