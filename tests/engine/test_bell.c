/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/stamp.h"
#include "engine/bell.h"

/* Long enough to be told from "at once" on a busy machine. */
enum { MUCH_LATER_MS = 20000 };

struct scene {
	uv_loop_t loop;
	uv_timer_t soon, later;
	uv_poll_t readable;
	struct bell bell;
	int pipe[2];
	bool heard;
};

static int
scene_new(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	assert_int_equal(uv_loop_init(&s->loop), 0);
	assert_int_equal(pipe(s->pipe), 0);
	(void)uv_timer_init(&s->loop, &s->soon);
	(void)uv_timer_init(&s->loop, &s->later);
	(void)uv_poll_init(&s->loop, &s->readable, s->pipe[0]);
	s->bell.loop = &s->loop;
	*state = s;
	return 0;
}

static int
scene_free(void **state)
{
	struct scene *s = *state;

	uv_close((uv_handle_t *)&s->soon, NULL);
	uv_close((uv_handle_t *)&s->later, NULL);
	uv_close((uv_handle_t *)&s->readable, NULL);
	while (uv_run(&s->loop, UV_RUN_DEFAULT) != 0)
		;
	assert_int_equal(uv_loop_close(&s->loop), 0);
	(void)close(s->pipe[0]);
	(void)close(s->pipe[1]);
	free(s);
	return 0;
}

static void
a_time_that_is_due_ends_the_wait_before_the_next_one_comes(void **state)
{
	struct scene *s = *state;

	bell_ring_in(&s->bell, &s->soon, 0);
	bell_ring_in(&s->bell, &s->later, MUCH_LATER_MS);
	bell_wait(&s->bell);
	/* It rings no more than the one time. */
	assert_false(uv_is_active((uv_handle_t *)&s->soon));
	assert_true(uv_is_active((uv_handle_t *)&s->later));
}

static void
what_rang_before_the_wait_ends_it_at_once(void **state)
{
	struct scene *s = *state;

	bell_ring_in(&s->bell, &s->later, MUCH_LATER_MS);
	bell_ring(&s->bell);
	bell_wait(&s->bell);
	assert_true(uv_is_active((uv_handle_t *)&s->later));
}

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct scene *s = handle->data;
	char c;

	assert_int_equal(status, 0);
	assert_int_equal(events, UV_READABLE);
	assert_int_equal(read(s->pipe[0], &c, 1), 1);
	s->heard = true;
	bell_ring(&s->bell);
}

static void
on_quiet_time(uv_timer_t *timer)
{
	struct scene *s = timer->data;

	assert_int_equal(write(s->pipe[1], "x", 1), 1);
}

static void
a_callback_that_does_not_ring_does_not_end_the_wait(void **state)
{
	struct scene *s = *state;

	s->readable.data = s->soon.data = s;
	(void)uv_poll_start(&s->readable, UV_READABLE, on_readable);
	(void)uv_timer_start(&s->soon, on_quiet_time, 0, 0);
	bell_wait(&s->bell);
	assert_true(s->heard);
}

static void
many_rings_end_one_wait(void **state)
{
	struct scene *s = *state;

	bell_ring(&s->bell);
	bell_ring(&s->bell);
	bell_wait(&s->bell);
	bell_ring_in(&s->bell, &s->soon, 1);
	bell_wait(&s->bell);
	assert_false(uv_is_active((uv_handle_t *)&s->soon));
}

static void
at_a_time_it_rings_not_before_it_and_never_is_never(void **state)
{
	struct scene *s = *state;

	bell_ring_at(&s->bell, &s->later, INT64_MAX, 0);
	assert_false(uv_is_active((uv_handle_t *)&s->later));
	bell_ring_at(&s->bell, &s->soon, 2 * NS_PER_MS, NS_PER_MS / 2);
	assert_true(uv_timer_get_due_in(&s->soon) >= 2);
	bell_ring_at(&s->bell, &s->soon, 1, 2 * NS_PER_SEC);
	bell_wait(&s->bell);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_new, scene_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_time_that_is_due_ends_the_wait_before_the_next_one_comes),
		TEST(what_rang_before_the_wait_ends_it_at_once),
		TEST(a_callback_that_does_not_ring_does_not_end_the_wait),
		TEST(many_rings_end_one_wait),
		TEST(at_a_time_it_rings_not_before_it_and_never_is_never),
	};
	/* Instead of the next time, should the wait not end. */
	(void)alarm(MUCH_LATER_MS / 2000);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
