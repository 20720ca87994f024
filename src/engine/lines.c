/* SPDX-License-Identifier: MIT */
#include "engine/lines.h"

#include <errno.h>
#include <string.h>

#include "sys/sys.h"

enum { READ_AT_ONCE = 64 * 1024 };

int
lines_wait(struct sys *sys, int fd, int out_fd, struct err *e)
{
	struct pollfd fds[] = {
		{.fd = fd, .events = POLLIN},
		{.fd = out_fd}, /* only whether it is broken */
	};
	int rc;

	do
		rc = sys->poll(sys, fds, 2, -1);
	while (rc == -EINTR);
	if (rc < 0)
		return err_sys(e, -rc, "waiting for input");
	/* What came before the reader went is still to be read. */
	if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		return 0;
	return (fds[1].revents & (POLLERR | POLLHUP)) != 0;
}

/* The bytes behind the last line move to the front. */
static void
drop_taken(struct lines *l)
{
	if (l->bytes.p == NULL || l->at == 0)
		return;
	memmove(l->bytes.p, l->bytes.p + l->at, l->bytes.n - l->at);
	l->bytes.n -= l->at;
	l->searched -= l->at;
	l->at = 0;
}

static int
take_in(struct lines *l, struct err *e)
{
	ssize_t n;

	drop_taken(l);
	char *room = buf_room(&l->bytes, READ_AT_ONCE);
	do
		n = l->sys->read(l->sys, l->fd, room, READ_AT_ONCE);
	while (n == -EINTR);
	if (n < 0)
		return err_sys(e, (int)-n, "reading standard input");
	buf_added(&l->bytes, (size_t)n);
	l->ended = n == 0;
	return 0;
}

/* Cut the next line off what is there. Of one that is too long only its end is
 * waited for. */
static bool
cut(struct lines *l, enum lines_got *got, struct str *ret)
{
	struct str rest = str_from_at(buf_str(&l->bytes), l->searched);
	size_t n = str_find_char(rest, '\n');
	bool whole = n < rest.n;
	size_t end = l->searched + n;

	if (!whole && end - l->at > l->max) {
		l->skipping = true;
		l->at = end;
	}
	l->searched = end;
	if (!whole && (!l->ended || (l->at == end && !l->skipping)))
		return false;
	*ret = str_of(l->bytes.p + l->at, end - l->at);
	*got = l->skipping || ret->n > l->max ? LINES_LONG : LINES_ONE;
	l->skipping = false;
	l->at = l->searched = end + (whole ? 1 : 0);
	return true;
}

enum lines_got
lines_next(struct lines *l, bool wait, struct str *ret, struct err *e)
{
	enum lines_got got;

	while (l->bytes.p == NULL || !cut(l, &got, ret)) {
		if (l->ended)
			return LINES_END;
		if (!wait && sys_poll_in(l->sys, l->fd, 0) == 0)
			return LINES_PAUSE;
		int gone = lines_wait(l->sys, l->fd, l->out_fd, e);
		if (gone > 0)
			return LINES_END;
		if (gone < 0 || take_in(l, e) < 0)
			return LINES_FAILED;
	}
	return got;
}

void
lines_release(struct lines *l)
{
	buf_release(&l->bytes);
}
