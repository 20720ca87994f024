/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "fio/io-priv.h"

struct wio_ticket {
	struct fio_task *task;
};

struct wio_ticket *
fio_ticket_start(struct wio *w, enum wio_op op, const struct fio_job *job,
	struct wio_error *e)
{
	struct err err;
	struct fio_task *t = fio_pool_start(w->pool, job, &err);

	if (t == NULL) {
		if (job->done != NULL)
			job->done(job->ctx);
		(void)fio_error_set(e, op, WIO_CLOSED, NULL, "%s", err.msg);
		return NULL;
	}
	struct wio_ticket *ticket = mem_alloc(sizeof(*ticket));
	ticket->task = t;
	return ticket;
}

int
wio_ticket_fd(const struct wio_ticket *t)
{
	return fio_task_fd(t->task);
}

int
wio_ticket_wait(struct wio_ticket *t, int64_t timeout_ns)
{
	return fio_task_wait(t->task, timeout_ns);
}

void
wio_ticket_cancel(struct wio_ticket *t)
{
	fio_task_cancel(t->task);
}

void
wio_ticket_free(struct wio_ticket *t)
{
	if (t == NULL)
		return;
	(void)fio_task_wait(t->task, -1);
	fio_task_unref(t->task);
	mem_free(t);
}
