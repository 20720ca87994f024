/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_SIGHT_H
#define ENGINE_SIGHT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What to make of a backlog that somebody breaks or deletes while a run goes
 * on, from one look at it to the next. Decides only; looks and the time are
 * arguments.
 *
 *	struct sight s = {0};
 *	switch (sight_look(&s, &seen, &again_ns)) …
 *	… look again at `again_ns`, or when something happens …
 *
 * git and editors take a file away or write half of it for a moment: what is
 * bad for less than SIGHT_TWICE_NS is not told. Then it is told, once until
 * it is sound again, which is told too. While agents work that is all. When
 * none does, whoever broke it has the patience of the run, counted from the
 * later of the two; then the run gives up.
 */
#define SIGHT_TWICE_NS (INT64_C(100) * 1000 * 1000)

enum sight_say {
	SIGHT_NOTHING,
	SIGHT_BROKEN,
	SIGHT_SOUND, /* again */
	SIGHT_GIVE_UP
};

/* All zero: sound. */
struct sight {
	bool broken, told;
	bool idle;	   /* broken, and no agent works */
	int64_t broken_ns; /* since */
	int64_t idle_ns;
};

struct sight_seen {
	bool sound;
	bool working; /* an agent is */
	int64_t now_ns, patience_ns;
};

/* `*ret_again_ns` is when to look again though nothing happens; INT64_MAX:
 * never. */
enum sight_say sight_look(
	struct sight *s, const struct sight_seen *seen, int64_t *ret_again_ns);

#endif
