/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "fio/file-priv.h"

void
fio_scribble_begin(struct fio_scribble *s, const struct fio_dir *d,
	const char *name, mode_t mode)
{
	struct sys *sys = d->sys;
	struct stat st;

	*s = (struct fio_scribble){.sys = sys};
	s->fd = sys->openat(sys, d->fd, name,
		O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW |
			O_CLOEXEC,
		mode);
	if (s->fd < 0)
		return;
	s->sound = sys->fstat(sys, s->fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_nlink == 1;
	s->was = st.st_size;
}

void
fio_scribble_add(struct fio_scribble *s, struct str bytes)
{
	s->sound = s->sound && fio_write_all(s->sys, s->fd, bytes) == 0;
	s->n += (off_t)bytes.n;
}

void
fio_scribble_end(struct fio_scribble *s)
{
	if (s->sound && s->was > s->n)
		(void)s->sys->ftruncate(s->sys, s->fd, s->n);
	if (s->fd >= 0)
		(void)s->sys->close(s->sys, s->fd);
}
