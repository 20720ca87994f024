/* SPDX-License-Identifier: MIT */
#include "sys/fault.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static struct sys_fault *
of(struct sys *s)
{
	return (struct sys_fault *)((char *)s -
		offsetof(struct sys_fault, sys));
}

/* Count one call. Non-zero when the plan strikes here: what to return. */
static int
strike(struct sys_fault *f)
{
	f->calls++;
	if (f->plan.how == SYS_FAULT_NONE || f->plan.at == 0 ||
		f->calls < f->plan.at)
		return 0;
	if (f->calls > f->plan.at && !f->plan.from_then)
		return 0;
	f->hits++;
	if (f->plan.how == SYS_FAULT_KILL)
		(void)kill(getpid(), SIGKILL);
	return f->plan.sys != 0 ? -f->plan.sys : -EIO;
}

static int
fault_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc
		       : f->under->openat(f->under, dir, path, flags, mode);
}

/* The descriptor is gone even when close reports an error, as on Linux. */
static int
fault_close(struct sys *s, int fd)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);
	int closed = f->under->close(f->under, fd);

	return rc != 0 ? rc : closed;
}

static ssize_t
fault_read(struct sys *s, int fd, void *p, size_t n)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->read(f->under, fd, p, n);
}

static ssize_t
fault_pread(struct sys *s, int fd, void *p, size_t n, off_t at)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->pread(f->under, fd, p, n, at);
}

static ssize_t
fault_write(struct sys *s, int fd, const void *p, size_t n)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	if (rc != 0 && f->plan.how == SYS_FAULT_SHORT && n > 1)
		return f->under->write(f->under, fd, p, n / 2);
	return rc != 0 ? rc : f->under->write(f->under, fd, p, n);
}

static int
fault_fsync(struct sys *s, int fd)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->fsync(f->under, fd);
}

static int
fault_ftruncate(struct sys *s, int fd, off_t size)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->ftruncate(f->under, fd, size);
}

static int
fault_fchmod(struct sys *s, int fd, mode_t mode)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->fchmod(f->under, fd, mode);
}

static int
fault_fchown(struct sys *s, int fd, uid_t uid, gid_t gid)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->fchown(f->under, fd, uid, gid);
}

static int
fault_renameat(struct sys *s, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc
		       : f->under->renameat(
				 f->under, from_dir, from, to_dir, to, flags);
}

static int
fault_unlinkat(struct sys *s, int dir, const char *path, int flags)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->unlinkat(f->under, dir, path, flags);
}

static int
fault_mkdirat(struct sys *s, int dir, const char *path, mode_t mode)
{
	struct sys_fault *f = of(s);
	int rc = strike(f);

	return rc != 0 ? rc : f->under->mkdirat(f->under, dir, path, mode);
}

void
sys_fault_init(struct sys_fault *ret, struct sys *under)
{
	/* Calls that are not counted go straight to the table below, whose
	 * functions do not look at their first argument's address. */
	*ret = (struct sys_fault){.sys = *under, .under = under};
	ret->sys.openat = fault_openat;
	ret->sys.close = fault_close;
	ret->sys.read = fault_read;
	ret->sys.pread = fault_pread;
	ret->sys.write = fault_write;
	ret->sys.fsync = fault_fsync;
	ret->sys.ftruncate = fault_ftruncate;
	ret->sys.fchmod = fault_fchmod;
	ret->sys.fchown = fault_fchown;
	ret->sys.renameat = fault_renameat;
	ret->sys.unlinkat = fault_unlinkat;
	ret->sys.mkdirat = fault_mkdirat;
}
