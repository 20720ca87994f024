/* SPDX-License-Identifier: MIT */
#include "engine/bell.h"

#include "base/stamp.h"

/* libuv runs the timers that are due before it polls, and then polls until the
 * next one, without asking what the first did. A stopped loop does not wait. */
void
bell_ring(struct bell *b)
{
	b->rung = true;
	uv_stop(b->loop);
}

static void
on_time(uv_timer_t *timer)
{
	bell_ring(timer->data);
}

void
bell_ring_in(struct bell *b, uv_timer_t *timer, uint64_t ms)
{
	timer->data = b;
	/* Counted from now, not from when the loop last looked. */
	uv_update_time(b->loop);
	(void)uv_timer_start(timer, on_time, ms, 0);
}

void
bell_ring_at(struct bell *b, uv_timer_t *timer, int64_t at_ns, int64_t now_ns)
{
	int64_t left = at_ns > now_ns ? at_ns - now_ns : 0;

	/* Not before it: up to the next millisecond. */
	if (at_ns != INT64_MAX)
		bell_ring_in(b, timer, (uint64_t)(left / NS_PER_MS) + 1);
}

void
bell_wait(struct bell *b)
{
	while (!b->rung)
		(void)uv_run(b->loop, UV_RUN_ONCE);
	b->rung = false;
}
