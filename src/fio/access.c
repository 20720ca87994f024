/* SPDX-License-Identifier: MIT */
#include "fio/access.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"

static const struct {
	int mode; /* of access(2) */
	const char *text;
} needs[] = {
	[FIO_TO_READ] = {R_OK, "read it"},
	[FIO_TO_WRITE] = {R_OK | W_OK, "read and write it"},
	[FIO_TO_FILL] = {R_OK | W_OK | X_OK, "make and read files in it"},
};

static int
refuse(struct sys *sys, const struct stat *there, int why, const char *text,
	struct err *e)
{
	CLEANUP_BUF struct buf us = {0};
	struct stat self;

	if (why == EROFS) {
		err_set(e, ERR_SYS,
			"its file system is read-only, and weir has to %s",
			text);
		e->sys = why;
		return -1;
	}
	/* The directory of a process belongs to whom it runs as. */
	if (sys->fstatat(sys, AT_FDCWD, "/proc/self", 0, &self) == 0)
		buf_addf(&us, ", weir runs as uid %lu and gid %lu",
			(unsigned long)self.st_uid, (unsigned long)self.st_gid);
	err_set(e, ERR_SYS,
		"it belongs to uid %lu and gid %lu (mode %04o)%s and has to "
		"%s",
		(unsigned long)there->st_uid, (unsigned long)there->st_gid,
		(unsigned int)there->st_mode & 07777,
		us.n > 0 ? us.p : ", weir runs as somebody else", text);
	e->sys = why;
	return -1;
}

int
fio_access(const struct fio_dir *d, const char *name, enum fio_need need,
	struct err *e)
{
	struct sys *sys = d->sys;
	struct stat there;

	int rc = sys->access(sys, d->fd, name, needs[need].mode);
	if (rc != -EACCES && rc != -EPERM && rc != -EROFS)
		return 0;
	if (sys->fstatat(sys, d->fd, name, 0, &there) < 0)
		return 0;
	return refuse(sys, &there, -rc, needs[need].text, e);
}
