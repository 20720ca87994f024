/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "cli/io-priv.h"
#include "engine/lines.h"

/* Said once everything from here on will be told. */
static void
say_ready(struct cli *c, const struct wio_watch *x, const struct io_settings *s)
{
	io_add_watching(s->options.roots, s->options.roots_n,
		wio_watch_backend_of(x), &c->out);
	cli_flush(c);
}

/* How far it is. */
struct follow {
	const struct io_settings *s;
	uint64_t told;
	size_t lost; /* roots that are not there any more */
};

/* Roots go for good, and each once. 1: that was the last. */
static int
count_lost(struct follow *f, const struct wio_event *ev)
{
	f->lost += ev->kind == WIO_WATCH_FAILED && *ev->path == '\0' &&
		ev->error.code == WIO_NOT_FOUND;
	return f->lost == f->s->options.roots_n;
}

/* What waits now, written together. 1: as many as were asked for. -1 also when
 * there is nothing left to watch. */
static int
tell(struct cli *c, struct wio_watch *x, struct follow *f, struct wio_error *e)
{
	struct wio_event ev;
	int rc;

	while ((rc = wio_watch_next(x, 0, &ev, e)) == 0) {
		io_add_event(&ev, &c->out);
		if (++f->told == f->s->count)
			break;
		if (count_lost(f, &ev)) {
			*e = ev.error;
			rc = -1;
			break;
		}
		if (c->out.n > IO_BATCH_BYTES)
			cli_flush(c);
	}
	cli_flush(c);
	if (rc < 0)
		return -1;
	return rc == 0 || c->out_errno != 0;
}

static int
follow(struct cli *c, struct wio_watch *x, const struct io_settings *s)
{
	struct follow f = {.s = s};
	struct wio_error wrong;
	struct err e = {0};
	int rc;

	/* What is there first: it also sets the clock of who polls. */
	while ((rc = tell(c, x, &f, &wrong)) == 0) {
		int gone =
			lines_wait(c->sys, wio_watch_fd(x), STDOUT_FILENO, &e);
		if (gone < 0)
			return cli_fail(c, &e);
		if (gone > 0)
			break;
	}
	return rc < 0 ? io_fail(c, &wrong) : CLI_DONE;
}

int
io_watch(struct cli *c, struct wio *w, const struct io_settings *s)
{
	struct wio_error wrong;
	struct wio_watch *x = wio_watch_open(w, &s->watch, &wrong);

	if (x == NULL)
		return io_fail(c, &wrong);
	say_ready(c, x, s);
	int status = follow(c, x, s);
	wio_watch_close(x);
	return status;
}
