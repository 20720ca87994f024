/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_BELL_H
#define ENGINE_BELL_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

/*
 * What a loop waits for: that somebody rings, now or at a time.
 *
 *	struct bell b = {.loop = &loop};
 *	bell_ring_in(&b, &timer, 500);    from anywhere
 *	bell_ring(&b);                    from a callback of the loop
 *	bell_wait(&b);                    returns once it has been rung
 *
 * However often it rings before the wait, or in it, the wait ends at once and
 * ends once. A ring carries no meaning: whoever waited looks at everything.
 */
struct bell {
	uv_loop_t *loop;
	bool rung;
};

void bell_ring(struct bell *b);

/* `timer` is an initialised timer of the loop; an earlier call's time is
 * forgotten. */
void bell_ring_in(struct bell *b, uv_timer_t *timer, uint64_t ms);

/* The same at a time of the clock that says `now_ns`; INT64_MAX: never. */
void
bell_ring_at(struct bell *b, uv_timer_t *timer, int64_t at_ns, int64_t now_ns);

/* The loop must have something that can ring, or this turns for ever. */
void bell_wait(struct bell *b);

#endif
