/* SPDX-License-Identifier: MIT */
#include "fio/pool.h"

#include <stdatomic.h>

#include "check.h"
#include "sys/real.h"

#define PIECES 1000

struct count {
	struct fio_pool *pool;
	atomic_int seen[PIECES];
	atomic_int cancelled, done, inside, most;
};

static void
run_limited(void *ctx, size_t first, size_t end, bool cancelled)
{
	struct count *c = ctx;

	for (size_t i = first; i < end; i++) {
		fio_pool_enter(c->pool, 10);
		int now = atomic_fetch_add(&c->inside, 1) + 1;
		if (now > atomic_load(&c->most))
			atomic_store(&c->most, now);
		fio_pool_more(c->pool, i % 7 * 100);
		atomic_fetch_add(&c->seen[i], 1);
		atomic_fetch_sub(&c->inside, 1);
		fio_pool_leave(c->pool, 10 + i % 7 * 100);
	}
	if (cancelled)
		atomic_fetch_add(&c->cancelled, (int)(end - first));
}

static void
done(void *ctx)
{
	struct count *c = ctx;

	atomic_fetch_add(&c->done, 1);
}

static void
check_all_run(unsigned int workers, unsigned int permits)
{
	static struct count c;
	struct err e;
	struct fio_job job = {
		.ctx = &c, .n = PIECES, .run = run_limited, .done = done};
	struct fio_pool_options o = {.workers = workers,
		.queue = 2,
		.permits = permits,
		.bytes_in_flight = 250};
	struct fio_task *t[4];

	memset(&c, 0, sizeof(c));
	check_ok(fio_pool_open(&c.pool, sys_real(), &o, &e), &e);
	for (int i = 0; i < 4; i++)
		assert_non_null(t[i] = fio_pool_start(c.pool, &job, &e));
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fio_task_wait(t[i], -1), 0);
		assert_int_equal(
			sys_poll_in(sys_real(), fio_task_fd(t[i]), 0), 1);
		fio_task_unref(t[i]);
	}
	for (int i = 0; i < PIECES; i++)
		assert_int_equal(atomic_load(&c.seen[i]), 4);
	assert_int_equal(atomic_load(&c.done), 4);
	assert_in_range(atomic_load(&c.most), 1, permits);
	fio_pool_close(c.pool, 0, NULL, NULL);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_piece_is_run_once_whatever_the_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
