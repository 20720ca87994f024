/* SPDX-License-Identifier: MIT */
#include "fio/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "fio/limits-priv.h"

/*
 * Tasks with chunks that nobody has taken yet stand in a ring. A thread takes
 * one chunk of the first and puts the task behind the others, so that a small
 * task never waits for the whole of a large one.
 *
 *	task:  in the ring -> all chunks taken -> all pieces run -> done
 *
 * One mutex guards the pool and the tasks in it; a task that is done is seen
 * through a mutex of its own, because it outlives the pool.
 */
struct fio_task {
	struct sys *sys;
	atomic_size_t refs; /* who started it, and the pool until it is done */
	struct fio_job job;
	atomic_bool cancelled;
	const atomic_bool *all_cancelled; /* the pool's; until it is done */

	/* The pool's mutex. */
	struct fio_task *next, *prev;
	size_t taken, run;

	pthread_mutex_t mutex;
	pthread_cond_t ended;
	bool is_done;
	int fd; /* eventfd, made when asked for; -1 */
};

struct fio_pool {
	struct sys *sys;
	unsigned int workers;
	size_t queue;
	pthread_mutex_t mutex;
	pthread_cond_t work;  /* a chunk waits, or the end has come */
	pthread_cond_t room;  /* the ring has become shorter, or closing */
	pthread_cond_t idle;  /* `active` is 0 */
	struct fio_task ring; /* only `next` and `prev` */
	size_t waiting;	      /* tasks in the ring */
	size_t active;	      /* tasks that are not done, and their starters */
	bool closing, ended;
	atomic_bool all_cancelled;
	int idle_fd; /* eventfd: closing, and `active` is 0 */
	uint64_t drained, cancelled;

	struct fio_limits limits;

	pthread_t *threads;
	size_t threads_n;
};

static void
tell_fd(struct sys *sys, int fd)
{
	const uint64_t one = 1;

	if (fd >= 0)
		(void)sys->write(sys, fd, &one, sizeof(one));
}

/* Tasks. */

static struct fio_task *
task_new(struct fio_pool *p, const struct fio_job *job)
{
	struct fio_task *t = mem_alloc(sizeof(*t));

	t->sys = p->sys;
	t->job = *job;
	t->all_cancelled = &p->all_cancelled;
	t->fd = -1;
	atomic_init(&t->refs, 2);
	atomic_init(&t->cancelled, false);
	pthread_mutex_init(&t->mutex, NULL);
	pthread_cond_init(&t->ended, NULL);
	if (t->job.chunk == 0) {
		size_t share = job->n / (8 * ((size_t)p->workers + 1));
		t->job.chunk = share < 1 ? 1 : share > 64 ? 64 : share;
	}
	return t;
}

static void
drop(struct fio_task *t)
{
	if (atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	pthread_cond_destroy(&t->ended);
	pthread_mutex_destroy(&t->mutex);
	mem_free(t);
}

/* The pool may have its reference for a moment longer. */
void
fio_task_unref(struct fio_task *t)
{
	pthread_mutex_lock(&t->mutex);
	if (t->fd >= 0)
		(void)t->sys->close(t->sys, t->fd);
	t->fd = -1;
	pthread_mutex_unlock(&t->mutex);
	drop(t);
}

/* Drops the pool's reference. */
static void
task_finish(struct fio_task *t)
{
	if (t->job.done != NULL)
		t->job.done(t->job.ctx);
	pthread_mutex_lock(&t->mutex);
	t->is_done = true;
	tell_fd(t->sys, t->fd);
	pthread_cond_broadcast(&t->ended);
	pthread_mutex_unlock(&t->mutex);
	drop(t);
}

int
fio_task_fd(struct fio_task *t)
{
	pthread_mutex_lock(&t->mutex);
	if (t->fd < 0) {
		t->fd = t->sys->eventfd(t->sys);
		if (t->is_done)
			tell_fd(t->sys, t->fd);
	}
	int fd = t->fd;
	pthread_mutex_unlock(&t->mutex);
	return fd;
}

static bool
wait_for_ever(struct fio_task *t, bool wait)
{
	pthread_mutex_lock(&t->mutex);
	while (wait && !t->is_done)
		pthread_cond_wait(&t->ended, &t->mutex);
	bool done = t->is_done;
	pthread_mutex_unlock(&t->mutex);
	return done;
}

/* Without a descriptor, so by the one clock that a condition and `sys` have in
 * common. It may jump: the caller looks at the other one often. */
static void
wait_shortly(struct fio_task *t, int64_t left_ns)
{
	int64_t until = t->sys->clock(t->sys, SYS_CLOCK_UNIX) +
		(left_ns < NS_PER_SEC ? left_ns : NS_PER_SEC);
	const struct timespec at = stamp_timespec(until);

	pthread_mutex_lock(&t->mutex);
	if (!t->is_done)
		(void)pthread_cond_timedwait(&t->ended, &t->mutex, &at);
	pthread_mutex_unlock(&t->mutex);
}

int
fio_task_wait(struct fio_task *t, int64_t timeout_ns)
{
	if (timeout_ns <= 0)
		return wait_for_ever(t, timeout_ns < 0) ? 0 : 1;
	int64_t until = t->sys->clock(t->sys, SYS_CLOCK_ELAPSED) + timeout_ns;
	int fd = fio_task_fd(t);
	while (!wait_for_ever(t, false)) {
		int64_t left = until - t->sys->clock(t->sys, SYS_CLOCK_ELAPSED);
		if (left <= 0)
			return 1;
		if (fd < 0)
			wait_shortly(t, left);
		else
			(void)sys_poll_in(t->sys, fd, left);
	}
	return 0;
}

void
fio_task_cancel(struct fio_task *t)
{
	atomic_store(&t->cancelled, true);
}

bool
fio_task_is_cancelled(const struct fio_task *t)
{
	return t != NULL &&
		(atomic_load(&t->cancelled) || atomic_load(t->all_cancelled));
}

/* Chunks. */

static void
ring_add(struct fio_pool *p, struct fio_task *t)
{
	t->next = &p->ring;
	t->prev = p->ring.prev;
	t->prev->next = t;
	p->ring.prev = t;
}

static void
ring_remove(struct fio_task *t)
{
	t->next->prev = t->prev;
	t->prev->next = t->next;
}

struct chunk {
	struct fio_task *task;
	size_t first, end;
};

/* With the mutex held; of a task in the ring. */
static struct chunk
take_chunk(struct fio_pool *p, struct fio_task *t)
{
	struct chunk c = {.task = t, .first = t->taken};
	size_t left = t->job.n - t->taken;

	c.end = c.first + (left < t->job.chunk ? left : t->job.chunk);
	t->taken = c.end;
	ring_remove(t);
	if (t->taken < t->job.n)
		ring_add(p, t);
	else {
		p->waiting--;
		pthread_cond_signal(&p->room);
	}
	return c;
}

/* With the mutex held. A task that was not finished is so now. */
static void
pool_less(struct fio_pool *p)
{
	p->active--;
	if (p->active > 0 || !p->closing)
		return;
	tell_fd(p->sys, p->idle_fd);
	pthread_cond_broadcast(&p->idle);
}

static size_t
requests_of(const struct chunk *c)
{
	const struct fio_job *job = &c->task->job;

	return job->requests != NULL ? job->requests(job->ctx, c->first, c->end)
				     : c->end - c->first;
}

/* Without the mutex, and again with it at the end. */
static void
run_chunk(struct fio_pool *p, const struct chunk *c)
{
	struct fio_task *t = c->task;
	size_t n = c->end - c->first, cancelled = 0;

	if (n > 0)
		cancelled = t->job.run(t->job.ctx, c->first, c->end, t);
	pthread_mutex_lock(&p->mutex);
	t->run += n;
	if (p->closing) {
		p->cancelled += cancelled;
		p->drained += requests_of(c) - cancelled;
	}
	if (t->run < t->job.n)
		return;
	pthread_mutex_unlock(&p->mutex);
	task_finish(t);
	pthread_mutex_lock(&p->mutex);
	pool_less(p);
}

static void *
work(void *ctx)
{
	struct fio_pool *p = ctx;

	pthread_mutex_lock(&p->mutex);
	for (;;) {
		if (p->waiting > 0) {
			struct chunk c = take_chunk(p, p->ring.next);
			pthread_mutex_unlock(&p->mutex);
			run_chunk(p, &c);
		} else if (p->ended)
			break;
		else
			pthread_cond_wait(&p->work, &p->mutex);
	}
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

static void
run_inline(struct fio_pool *p, struct fio_task *t)
{
	struct chunk c = {.task = t};

	do {
		size_t left = t->job.n - c.first;
		c.end = c.first + (left < t->job.chunk ? left : t->job.chunk);
		run_chunk(p, &c);
		pthread_mutex_unlock(&p->mutex);
		c.first = c.end;
	} while (c.first < t->job.n);
}

/* Counted as active, with the mutex held; NULL when closing. */
static struct fio_task *
take_in(struct fio_pool *p, const struct fio_job *job, bool wait, struct err *e)
{
	p->active++;
	while (wait && !p->closing && p->workers > 0 && p->waiting >= p->queue)
		pthread_cond_wait(&p->room, &p->mutex);
	if (!p->closing)
		return task_new(p, job);
	pool_less(p);
	err_set(e, ERR_POISONED, "closed: nothing is taken in");
	return NULL;
}

/* Into the ring, and wake as many as can help. */
static void
put_up(struct fio_pool *p, struct fio_task *t, bool caller_works)
{
	size_t chunks = (t->job.n - 1) / t->job.chunk + 1;

	ring_add(p, t);
	p->waiting++;
	for (size_t i = caller_works; i < chunks && i < p->threads_n; i++)
		pthread_cond_signal(&p->work);
}

struct fio_task *
fio_pool_start(struct fio_pool *p, const struct fio_job *job, struct err *e)
{
	pthread_mutex_lock(&p->mutex);
	struct fio_task *t = take_in(p, job, true, e);
	bool here = p->workers == 0 || job->n == 0;
	if (t != NULL && !here)
		put_up(p, t, false);
	pthread_mutex_unlock(&p->mutex);
	if (t != NULL && here)
		run_inline(p, t);
	return t;
}

int
fio_pool_run(struct fio_pool *p, const struct fio_job *job, struct err *e)
{
	pthread_mutex_lock(&p->mutex);
	struct fio_task *t = take_in(p, job, false, e);
	bool here = t != NULL && (p->workers == 0 || job->n <= t->job.chunk);
	if (t != NULL && !here) {
		put_up(p, t, true);
		while (t->taken < t->job.n) {
			struct chunk c = take_chunk(p, t);
			pthread_mutex_unlock(&p->mutex);
			run_chunk(p, &c);
		}
	}
	pthread_mutex_unlock(&p->mutex);
	if (t == NULL)
		return -1;
	if (here)
		run_inline(p, t);
	(void)fio_task_wait(t, -1);
	fio_task_unref(t);
	return 0;
}

void
fio_pool_enter(struct fio_pool *p, unsigned int permits, uint64_t bytes)
{
	fio_limits_enter(&p->limits, permits, bytes);
}

void
fio_pool_more(struct fio_pool *p, uint64_t bytes)
{
	fio_limits_more(&p->limits, bytes);
}

void
fio_pool_need(struct fio_pool *p, unsigned int permits, unsigned int of)
{
	fio_limits_need(&p->limits, permits, of);
}

void
fio_pool_leave(struct fio_pool *p, unsigned int permits, uint64_t bytes)
{
	fio_limits_leave(&p->limits, permits, bytes);
}

/* Opening and closing. */

static int
start_threads(struct fio_pool *p, struct err *e)
{
	sigset_t all, before;

	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = 0;
	while (rc == 0 && p->threads_n < p->workers) {
		rc = pthread_create(&p->threads[p->threads_n], NULL, work, p);
		if (rc == 0)
			p->threads_n++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		return err_sys(e, rc, "starting a thread");
	return 0;
}

int
fio_pool_open(struct fio_pool **ret, struct sys *sys,
	const struct fio_pool_options *o, struct err *e)
{
	struct fio_pool *p = mem_alloc(sizeof(*p));

	p->sys = sys;
	p->workers = o->workers;
	p->queue = o->queue;
	fio_limits_init(&p->limits, o->permits, o->bytes_in_flight);
	p->ring.next = p->ring.prev = &p->ring;
	p->idle_fd = -1;
	atomic_init(&p->all_cancelled, false);
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->room, NULL);
	pthread_cond_init(&p->idle, NULL);
	p->threads = mem_alloc((o->workers + 1) * sizeof(p->threads[0]));
	if (o->workers > 0 && (p->idle_fd = sys->eventfd(sys)) < 0) {
		err_sys(e, -p->idle_fd, "asking for an event descriptor");
		fio_pool_close(p, 0, NULL, NULL);
		return -1;
	}
	if (start_threads(p, e) < 0) {
		fio_pool_close(p, 0, NULL, NULL);
		return -1;
	}
	*ret = p;
	return 0;
}

/* When not everything is finished within the time, cancel what is left. */
static void
drain_until(struct fio_pool *p, int64_t deadline_ns)
{
	struct sys *sys = p->sys;
	int64_t until = sys->clock(sys, SYS_CLOCK_ELAPSED) + deadline_ns;
	int64_t left = deadline_ns;

	while (left > 0 && sys_poll_in(sys, p->idle_fd, left) <= 0)
		left = until - sys->clock(sys, SYS_CLOCK_ELAPSED);
	atomic_store(&p->all_cancelled, true);
}

static void
pool_free(struct fio_pool *p)
{
	if (p->idle_fd >= 0)
		(void)p->sys->close(p->sys, p->idle_fd);
	pthread_cond_destroy(&p->idle);
	fio_limits_release(&p->limits);
	pthread_cond_destroy(&p->room);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->mutex);
	mem_free(p->threads);
	mem_free(p);
}

void
fio_pool_close(struct fio_pool *p, int64_t deadline_ns, uint64_t *ret_drained,
	uint64_t *ret_cancelled)
{
	pthread_mutex_lock(&p->mutex);
	p->closing = true;
	pthread_cond_broadcast(&p->room);
	if (p->active == 0)
		tell_fd(p->sys, p->idle_fd);
	pthread_mutex_unlock(&p->mutex);
	if (deadline_ns > 0 && p->idle_fd >= 0)
		drain_until(p, deadline_ns);

	pthread_mutex_lock(&p->mutex);
	while (p->active > 0)
		pthread_cond_wait(&p->idle, &p->mutex);
	p->ended = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->mutex);
	for (size_t i = 0; i < p->threads_n; i++)
		pthread_join(p->threads[i], NULL);
	if (ret_drained != NULL)
		*ret_drained = p->drained;
	if (ret_cancelled != NULL)
		*ret_cancelled = p->cancelled;
	pool_free(p);
}
