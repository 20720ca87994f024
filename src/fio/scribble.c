/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "fio/file-priv.h"

void
fio_scribble(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode)
{
	struct sys *sys = d->sys;
	struct stat st;

	int fd = sys->openat(sys, d->fd, name,
		O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW |
			O_CLOEXEC,
		mode);
	if (fd < 0)
		return;
	if (sys->fstat(sys, fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_nlink == 1 && fio_write_all(sys, fd, bytes) == 0 &&
		st.st_size > (off_t)bytes.n)
		(void)sys->ftruncate(sys, fd, (off_t)bytes.n);
	(void)sys->close(sys, fd);
}
