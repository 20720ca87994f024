/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "base/mem.h"
#include "fio/watch-priv.h"

struct fio_backend *
fio_backend_new(size_t size, struct sys *sys, int fd)
{
	struct fio_backend *b = mem_alloc(size);

	b->sys = sys;
	b->fd = fd;
	return b;
}

int
fio_backend_fill(struct fio_backend *b)
{
	if (b->at < b->n)
		return 0;
	ssize_t got;
	do
		got = b->sys->read(b->sys, b->fd, b->chunk, sizeof(b->chunk));
	while (got == -EINTR);
	if (got == -EAGAIN || got == 0)
		return 1;
	if (got < 0)
		return (int)got;
	b->at = 0;
	b->n = (size_t)got;
	return 0;
}

void
fio_backend_close(struct fio_backend *b)
{
	if (b == NULL)
		return;
	(void)b->sys->close(b->sys, b->fd);
	mem_free(b);
}
