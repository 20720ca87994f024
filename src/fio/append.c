/* SPDX-License-Identifier: MIT */
#include "fio/file.h"

#include <errno.h>
#include <fcntl.h>

#include "fio/file-priv.h"

/* Whether the file's last line lacks its end: a crash tore it. */
static int
is_torn(struct sys *sys, int fd, off_t size, bool *ret)
{
	char last = '\n';

	if (size > 0) {
		ssize_t n = sys->pread(sys, fd, &last, 1, size - 1);
		if (n < 0)
			return (int)n;
	}
	*ret = last != '\n';
	return 0;
}

static int
append_open(struct sys *sys, int fd, const struct stat *st, struct str record)
{
	CLEANUP_BUF struct buf line = {0};
	bool torn = false;

	int rc = is_torn(sys, fd, st->st_size, &torn);
	if (rc < 0)
		return rc;
	if (torn)
		buf_add_char(&line, '\n');
	buf_add_str(&line, record);
	rc = fio_write_all(sys, fd, buf_str(&line));
	if (rc == 0)
		rc = sys->fsync(sys, fd);
	if (rc < 0)
		(void)sys->ftruncate(sys, fd, st->st_size);
	return rc;
}

int
fio_append(const struct fio_dir *d, const char *name, struct str record,
	mode_t mode, struct err *e)
{
	struct fio_path path = fio_path(d, name);
	struct sys *sys = d->sys;
	struct stat st;

	int fd = sys->openat(sys, d->fd, name,
		O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
			O_CLOEXEC,
		mode);
	if (fd < 0)
		return err_sys(e, -fd, "opening '%s'", path.text);
	int rc = sys->fstat(sys, fd, &st);
	if (rc == 0 && !S_ISREG(st.st_mode)) {
		(void)sys->close(sys, fd);
		return err_set(
			e, ERR_INPUT, "'%s' is not a regular file", path.text);
	}
	if (rc == 0)
		rc = append_open(sys, fd, &st, record);
	(void)sys->close(sys, fd);
	if (rc < 0)
		return err_sys(e, -rc, "appending to '%s'", path.text);
	/* Its name may be new, also when there are bytes: an earlier append
	 * can have died before this. */
	return fio_dir_sync(d, e);
}
