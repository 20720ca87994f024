/* SPDX-License-Identifier: MIT */
#include "fio/watch.h"

#include <errno.h>
#include <sys/inotify.h>

#include "fio/watch-priv.h"

/* What an editor, git or another process does to a file we care about. */
#define EVENTS                                                      \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
		IN_CREATE | IN_ATTRIB)

int
fio_watch_open(struct fio_watch *ret, struct sys *sys, struct err *e)
{
	int fd = sys->inotify_init(sys);

	*ret = (struct fio_watch){.sys = sys, .fd = -1};
	if (fd < 0)
		return err_sys(e, -fd, "starting to watch for changes%s",
			fio_inotify_limit(-fd));
	ret->fd = fd;
	return 0;
}

int
fio_watch_add(struct fio_watch *w, const char *dir, struct err *e)
{
	int rc = w->sys->inotify_add(w->sys, w->fd, dir, EVENTS | IN_ONLYDIR);

	if (rc < 0)
		return err_sys(e, -rc, "watching directory '%s'%s", dir,
			fio_inotify_limit(-rc));
	return 0;
}

int
fio_watch_drain(struct fio_watch *w, struct err *e)
{
	_Alignas(struct inotify_event) char chunk[4096];
	int any = 0;

	for (;;) {
		ssize_t n = w->sys->read(w->sys, w->fd, chunk, sizeof(chunk));
		if (n > 0) {
			any = 1;
			continue;
		}
		if (n == 0 || n == -EAGAIN)
			return any;
		if (n != -EINTR)
			return err_sys(e, (int)-n, "reading what changed");
	}
}

void
fio_watch_close(struct fio_watch *w)
{
	if (w->fd >= 0)
		(void)w->sys->close(w->sys, w->fd);
	w->fd = -1;
}
