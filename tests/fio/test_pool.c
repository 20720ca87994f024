/* SPDX-License-Identifier: MIT */
#include "fio/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "gate.h"

#define PIECES 1000

struct work {
	struct fio_pool *pool;
	struct gate gate, other;
	pthread_barrier_t barrier;
	atomic_int run, cancelled, done, inside, most;
	atomic_int seen[PIECES];
	int at; /* `run` when it was done */
	int permits;
};

static struct work *
work_new(struct sys *sys, const struct fio_pool_options *o)
{
	static struct work w;
	struct err e;

	memset(&w, 0, sizeof(w));
	w.gate.mutex = fio_mutex_new();
	w.other.mutex = fio_mutex_new();
	check_ok(fio_pool_open(&w.pool, sys, o, &e), &e);
	return &w;
}

static void
work_free(struct work *w)
{
	fio_mutex_free(w->gate.mutex);
	fio_mutex_free(w->other.mutex);
}

static void
work_end(struct work *w)
{
	fio_pool_close(w->pool, 0, NULL, NULL);
	work_free(w);
}

static struct fio_task *
start(struct work *w, size_t n,
	size_t (*run)(void *ctx, size_t first, size_t end,
		const struct fio_task *task))
{
	struct err e;
	struct fio_task *t = fio_pool_start(w->pool,
		&(struct fio_job){.ctx = w, .n = n, .chunk = 1, .run = run},
		&e);

	assert_non_null(t);
	return t;
}

static void
finish(struct fio_task *t)
{
	assert_int_equal(fio_task_wait(t, -1), 0);
	fio_task_unref(t);
}

static size_t
tally(struct work *w, size_t n, bool cancelled)
{
	atomic_fetch_add(&w->run, (int)n);
	if (!cancelled)
		return 0;
	atomic_fetch_add(&w->cancelled, (int)n);
	return n;
}

static size_t
count(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	return tally(ctx, end - first, fio_task_is_cancelled(task));
}

/* The first waits at the gate. */
static size_t
count_at_gate(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *w = ctx;
	bool cancelled = fio_task_is_cancelled(task);

	if (first == 0)
		gate_pass(&w->gate);
	return tally(w, end - first, cancelled);
}

/* Limits. */

static size_t
run_limited(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *w = ctx;

	assert_false(fio_task_is_cancelled(task));
	for (size_t i = first; i < end; i++) {
		/* Some take more than there are, and all need fewer later. */
		unsigned int takes = 1 + (unsigned int)i % 5;
		unsigned int needs = (takes + 1) / 2;
		int taken = (int)takes < w->permits ? (int)takes : w->permits;
		int needed = (int)needs < w->permits ? (int)needs : w->permits;
		fio_pool_enter(w->pool, takes, 10);
		int now = atomic_fetch_add(&w->inside, taken) + taken;
		if (now > atomic_load(&w->most))
			atomic_store(&w->most, now);
		fio_pool_more(w->pool, i % 7 * 100);
		atomic_fetch_sub(&w->inside, taken - needed);
		fio_pool_need(w->pool, needs, takes);
		atomic_fetch_add(&w->seen[i], 1);
		atomic_fetch_sub(&w->inside, needed);
		fio_pool_leave(w->pool, needs, 10 + i % 7 * 100);
	}
	return 0;
}

static void
count_done(void *ctx)
{
	struct work *w = ctx;

	atomic_fetch_add(&w->done, 1);
}

static void
check_all_run(unsigned int workers, unsigned int permits)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){.workers = workers,
			.queue = 2,
			.permits = permits,
			.bytes_in_flight = 250});
	w->permits = (int)permits;
	struct fio_job job = {
		.ctx = w, .n = PIECES, .run = run_limited, .done = count_done};
	struct fio_task *t[4];
	struct err e;

	for (int i = 0; i < 4; i++)
		assert_non_null(t[i] = fio_pool_start(w->pool, &job, &e));
	check_ok(fio_pool_run(w->pool, &job, &e), &e);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fio_task_wait(t[i], -1), 0);
		int fd = fio_task_fd(t[i]);
		assert_int_equal(sys_poll_in(sys_real(), fd, 0), 1);
		fio_task_unref(t[i]);
	}
	for (int i = 0; i < PIECES; i++)
		assert_int_equal(atomic_load(&w->seen[i]), 5);
	assert_int_equal(atomic_load(&w->done), 5);
	assert_in_range(atomic_load(&w->most), 1, permits);
	work_end(w);
}

static void
every_piece_is_run_once_whatever_the_limits(void **state)
{
	(void)state;
	check_all_run(0, 1);
	check_all_run(1, 1);
	check_all_run(4, 1);
	check_all_run(4, 3);
	check_all_run(8, 100);
}

/* All hold some bytes before any asks for more than is left. */
static size_t
meet_and_want_more(
	void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *w = ctx;

	(void)task;
	assert_int_equal(end - first, 1);
	fio_pool_enter(w->pool, 1, 50);
	(void)pthread_barrier_wait(&w->barrier);
	fio_pool_more(w->pool, 500);
	fio_pool_leave(w->pool, 1, 550);
	atomic_fetch_add(&w->run, 1);
	return 0;
}

static void
who_holds_bytes_and_wants_more_never_waits_for_ever(void **state)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){.workers = 4,
			.queue = 1,
			.permits = 4,
			.bytes_in_flight = 200});

	(void)state;
	pthread_barrier_init(&w->barrier, NULL, 4);
	finish(start(w, 400, meet_and_want_more));
	assert_int_equal(atomic_load(&w->run), 400);
	pthread_barrier_destroy(&w->barrier);
	work_end(w);
}

static void
nothing_to_do_is_done_at_once(void **state)
{
	struct err e;

	(void)state;
	for (unsigned int workers = 0; workers < 2; workers++) {
		struct work *w = work_new(sys_real(),
			&(struct fio_pool_options){
				.workers = workers, .queue = 1, .permits = 1});
		struct fio_job job = {
			.ctx = w, .run = count, .done = count_done};
		struct fio_task *t = fio_pool_start(w->pool, &job, &e);
		assert_int_equal(fio_task_wait(t, 0), 0);
		fio_task_unref(t);
		check_ok(fio_pool_run(w->pool, &job, &e), &e);
		assert_int_equal(atomic_load(&w->done), 2);
		assert_int_equal(atomic_load(&w->run), 0);
		work_end(w);
	}
}

/* Waiting. */

static void
waiting_gives_up_at_its_time_and_not_before_the_end(void **state)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){
			.workers = 1, .queue = 1, .permits = 1});

	(void)state;
	struct fio_task *t = start(w, 1, count_at_gate);
	int fd = fio_task_fd(t);
	assert_int_equal(fio_task_wait(t, 0), 1);
	assert_int_equal(fio_task_wait(t, 1000), 1);
	assert_int_equal(sys_poll_in(sys_real(), fd, 0), 0);
	gate_open(&w->gate);
	assert_int_equal(fio_task_wait(t, INT64_MAX / 2), 0);
	assert_int_equal(sys_poll_in(sys_real(), fd, 0), 1);
	assert_int_equal(atomic_load(&w->run), 1);
	fio_task_unref(t);
	work_end(w);
}

/* Whoever has it among others that are polled would be told of it again. */
static void
who_gives_a_task_up_has_closed_its_descriptor_whoever_still_works(void **state)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){
			.workers = 1, .queue = 1, .permits = 1});

	(void)state;
	struct fio_task *t = start(w, 1, count_at_gate);
	int fd = fio_task_fd(t);
	assert_int_not_equal(fcntl(fd, F_GETFD), -1);
	fio_task_unref(t);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	gate_open(&w->gate);
	work_end(w);
}

static int
no_eventfd(struct sys *sys)
{
	(void)sys;
	return -EMFILE;
}

static void
waiting_without_descriptors_gives_up_at_its_time_too(void **state)
{
	struct sys_pass bare;

	(void)state;
	sys_pass_init(&bare, sys_real());
	struct work *w = work_new(&bare.sys,
		&(struct fio_pool_options){
			.workers = 1, .queue = 1, .permits = 1});
	bare.sys.eventfd = no_eventfd;
	struct fio_task *t = start(w, 1, count_at_gate);
	assert_int_equal(fio_task_fd(t), -EMFILE);
	assert_int_equal(fio_task_wait(t, 1000), 1);
	gate_open(&w->gate);
	assert_int_equal(fio_task_wait(t, INT64_MAX / 2), 0);
	assert_int_equal(atomic_load(&w->run), 1);
	fio_task_unref(t);
	work_end(w);
}

static size_t
note_when(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *w = ctx;

	(void)first;
	(void)end;
	(void)task;
	w->at = atomic_load(&w->run);
	return 0;
}

static void
a_small_task_does_not_wait_for_all_of_a_large_one(void **state)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){
			.workers = 1, .queue = 2, .permits = 1});

	(void)state;
	struct fio_task *large = start(w, 1000, count_at_gate);
	struct fio_task *small = start(w, 1, note_when);
	gate_open(&w->gate);
	finish(small);
	finish(large);
	assert_in_range(w->at, 0, 3);
	assert_int_equal(atomic_load(&w->run), 1000);
	work_end(w);
}

/* Starts tasks one after the other; `most` is how many were started and not
 * taken by the one worker. */
static void *
start_many(void *ctx)
{
	struct work *w = ctx;

	for (int i = 1; i <= 50; i++) {
		struct fio_task *t = start(w, 1, count);
		fio_task_unref(t);
		int waiting = i - atomic_load(&w->run);
		if (waiting > atomic_load(&w->most))
			atomic_store(&w->most, waiting);
		if (i == 3) /* as many as the queue holds */
			gate_open(&w->other);
	}
	return NULL;
}

static void
who_starts_waits_while_the_queue_is_full(void **state)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){
			.workers = 1, .queue = 3, .permits = 1});
	pthread_t thread;

	(void)state;
	struct fio_task *first = start(w, 1, count_at_gate);
	assert_int_equal(pthread_create(&thread, NULL, start_many, w), 0);
	gate_pass(&w->other);
	gate_open(&w->gate);
	assert_int_equal(pthread_join(thread, NULL), 0);
	/* One more is with the worker. */
	assert_in_range(atomic_load(&w->most), 1, 4);
	finish(first);
	work_end(w);
	assert_int_equal(atomic_load(&w->run), 51);
}

/* Ending early. */

static void
a_cancelled_task_is_told_so_in_what_has_not_begun(void **state)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){
			.workers = 1, .queue = 1, .permits = 1});

	(void)state;
	struct fio_task *before = start(w, 1, count_at_gate);
	struct fio_task *t = start(w, 10, count);
	fio_task_cancel(t);
	gate_open(&w->gate);
	finish(before);
	finish(t);
	assert_int_equal(atomic_load(&w->run), 11);
	assert_int_equal(atomic_load(&w->cancelled), 10);
	work_end(w);
}

static void
closing_finishes_what_was_started(void **state)
{
	struct work *w = work_new(sys_real(),
		&(struct fio_pool_options){
			.workers = 2, .queue = 4, .permits = 1});
	uint64_t drained, cancelled;

	(void)state;
	struct fio_task *a = start(w, 300, count);
	struct fio_task *b = start(w, 300, count);
	fio_pool_close(w->pool, 0, &drained, &cancelled);
	assert_int_equal(atomic_load(&w->run), 600);
	assert_int_equal(cancelled, 0);
	assert_in_range(drained, 0, 600);
	/* Tasks outlive the pool. */
	assert_int_equal(sys_poll_in(sys_real(), fio_task_fd(a), 0), 1);
	finish(a);
	finish(b);
	work_free(w);
}

/* Pieces that are not cancelled take their time. */
static size_t
count_slowly(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *w = ctx;
	bool cancelled = fio_task_is_cancelled(task);

	if (first == 0) {
		gate_open(&w->other);
		gate_pass(&w->gate);
	}
	if (!cancelled)
		(void)sys_poll_in(sys_real(), -1, 1000);
	return tally(w, end - first, cancelled);
}

static void
closing_cancels_what_has_not_begun_at_the_deadline(void **state)
{
	const int n = 100000;
	struct hasty h;
	uint64_t drained, cancelled;

	(void)state;
	hasty_init(&h);
	struct work *w = work_new(&h.sys,
		&(struct fio_pool_options){
			.workers = 1, .queue = 4, .permits = 1});
	h.waited = &w->gate;
	struct fio_task *t = start(w, (size_t)n, count_slowly);
	gate_pass(&w->other);
	fio_pool_close(w->pool, 1000000, &drained, &cancelled);
	assert_int_equal(atomic_load(&w->run), n);
	assert_int_equal(atomic_load(&w->cancelled), cancelled);
	assert_int_equal(drained + cancelled, n);
	assert_true(drained > 0);
	assert_true(cancelled > 0);
	finish(t);
	work_free(w);
}

static size_t
start_while_closing(
	void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct work *w = ctx;
	struct fio_job job = {.ctx = w, .n = 1, .run = count};
	struct err e;

	size_t cancelled = count_at_gate(ctx, first, end, task);
	assert_null(fio_pool_start(w->pool, &job, &e));
	assert_int_equal(e.code, ERR_POISONED);
	check_fails(
		fio_pool_run(w->pool, &job, &e), &e, ERR_POISONED, "closed");
	return cancelled;
}

static void
nothing_is_taken_in_once_closing_has_begun(void **state)
{
	struct hasty h;

	(void)state;
	hasty_init(&h);
	struct work *w = work_new(&h.sys,
		&(struct fio_pool_options){
			.workers = 1, .queue = 4, .permits = 1});
	h.waited = &w->gate;
	struct fio_task *t = start(w, 1, start_while_closing);
	fio_pool_close(w->pool, 1000000, NULL, NULL);
	assert_int_equal(atomic_load(&w->run), 1);
	finish(t);
	work_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_piece_is_run_once_whatever_the_limits),
		cmocka_unit_test(
			who_holds_bytes_and_wants_more_never_waits_for_ever),
		cmocka_unit_test(nothing_to_do_is_done_at_once),
		cmocka_unit_test(
			waiting_gives_up_at_its_time_and_not_before_the_end),
		cmocka_unit_test(
			waiting_without_descriptors_gives_up_at_its_time_too),
		cmocka_unit_test(
			a_small_task_does_not_wait_for_all_of_a_large_one),
		cmocka_unit_test(who_starts_waits_while_the_queue_is_full),
		cmocka_unit_test(
			who_gives_a_task_up_has_closed_its_descriptor_whoever_still_works),
		cmocka_unit_test(
			a_cancelled_task_is_told_so_in_what_has_not_begun),
		cmocka_unit_test(closing_finishes_what_was_started),
		cmocka_unit_test(
			closing_cancels_what_has_not_begun_at_the_deadline),
		cmocka_unit_test(nothing_is_taken_in_once_closing_has_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
