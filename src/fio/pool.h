/* SPDX-License-Identifier: MIT */
#ifndef FIO_POOL_H
#define FIO_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sys/sys.h"

/*
 * The only threads there are. A task is `n` pieces of work, done by several
 * threads at once in chunks of neighbouring pieces, so that what is near in a
 * batch (files of one directory) stays with one thread.
 *
 *	struct fio_task *t = fio_pool_start(pool, &job, &e);
 *	fio_task_wait(t, -1);
 *	fio_task_unref(t);
 *
 * `run` is called once for each chunk, `done` once after the last, on some
 * thread. With 0 workers everything happens inside fio_pool_start, on the
 * caller's thread. Pieces start no tasks: all threads might wait for them.
 */
struct fio_pool;
struct fio_task;

struct fio_job {
	void *ctx;
	size_t n;
	size_t chunk; /* pieces at a time; 0: chosen by n */
	/* Pieces [first, end). Before each, and in the course of one that is
	 * long and changes nothing, it looks whether the task is cancelled:
	 * then it only says so in its results. Returns how many requests it
	 * cancelled. */
	size_t (*run)(void *ctx, size_t first, size_t end,
		const struct fio_task *task);
	/* How many requests those pieces answer; NULL: one each. */
	size_t (*requests)(const void *ctx, size_t first, size_t end);
	void (*done)(void *ctx); /* may be NULL; frees ctx */
};

struct fio_pool_options {
	unsigned int workers; /* 0: none, see above */
	size_t queue;	      /* tasks that wait; starters wait, too */
	unsigned int permits; /* descriptors open at once */
	uint64_t bytes_in_flight;
};

int fio_pool_open(struct fio_pool **ret, struct sys *sys,
	const struct fio_pool_options *o, struct err *e);

/* NULL and ERR_POISONED when the pool is closing. The task is copied. */
struct fio_task *
fio_pool_start(struct fio_pool *p, const struct fio_job *job, struct err *e);

/* The same, over when it returns; the caller's thread does its part, all of it
 * when there is just one chunk. 0, or -1 and ERR_POISONED. */
int fio_pool_run(struct fio_pool *p, const struct fio_job *job, struct err *e);

/*
 * The limits that pieces of work share. A permit is for one open descriptor,
 * bytes are what contents take in memory; who asks for more than there is
 * waits, who asks for more than there ever will be gets all of it alone. A
 * thread enters once at a time, with all the permits it is going to need:
 * nobody who has some waits for others. It asks for bytes only while it is
 * inside.
 */
void fio_pool_enter(struct fio_pool *p, unsigned int permits, uint64_t bytes);
void fio_pool_more(struct fio_pool *p, uint64_t bytes);
/* Not more than `permits` from here on, of those it entered with. */
void fio_pool_need(struct fio_pool *p, unsigned int permits, unsigned int of);
void fio_pool_leave(struct fio_pool *p, unsigned int permits, uint64_t bytes);

/*
 * Take nothing more, finish what there is; tasks that have not finished after
 * `deadline_ns` (0: no deadline) are cancelled. Joins and frees. Counts
 * requests.
 */
void fio_pool_close(struct fio_pool *p, int64_t deadline_ns,
	uint64_t *ret_drained, uint64_t *ret_cancelled);

/* Readable when done; below 0 (-errno) when there are no descriptors left. */
int fio_task_fd(struct fio_task *t);
int fio_task_wait(struct fio_task *t, int64_t timeout_ns); /* 1: not yet */
void fio_task_cancel(struct fio_task *t);
/* For who runs it: also when the pool cancels all. NULL is no task, and never
 * cancelled. */
bool fio_task_is_cancelled(const struct fio_task *t);
/* Of who started it. The descriptor is closed when it returns. */
void fio_task_unref(struct fio_task *t);

/* What several threads share beyond that is guarded by one of these. */
struct fio_mutex;
struct fio_mutex *fio_mutex_new(void);
void fio_mutex_free(struct fio_mutex *m); /* NULL is fine */
void fio_mutex_take(struct fio_mutex *m);
void fio_mutex_drop(struct fio_mutex *m);
/* Give it up, wait until somebody calls fio_mutex_tell, take it again. */
void fio_mutex_wait(struct fio_mutex *m);
void fio_mutex_tell(struct fio_mutex *m);

#endif
