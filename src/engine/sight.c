/* SPDX-License-Identifier: MIT */
#include "engine/sight.h"

/* Since when it is broken, and since when nothing happens. */
static void
note_broken(struct sight *s, const struct sight_seen *seen)
{
	if (!s->broken)
		s->broken_ns = seen->now_ns;
	if (!seen->working && !s->idle)
		s->idle_ns = seen->now_ns;
	s->broken = true;
	s->idle = !seen->working;
}

enum sight_say
sight_look(
	struct sight *s, const struct sight_seen *seen, int64_t *ret_again_ns)
{
	bool told = s->told;

	*ret_again_ns = INT64_MAX;
	if (seen->sound) {
		*s = (struct sight){0};
		return told ? SIGHT_SOUND : SIGHT_NOTHING;
	}
	note_broken(s, seen);
	if (seen->now_ns - s->broken_ns < SIGHT_TWICE_NS) {
		*ret_again_ns = s->broken_ns + SIGHT_TWICE_NS;
		return SIGHT_NOTHING;
	}
	s->told = true;
	if (s->idle) {
		*ret_again_ns = s->idle_ns + seen->patience_ns;
		if (seen->now_ns >= *ret_again_ns)
			return SIGHT_GIVE_UP;
	}
	return told ? SIGHT_NOTHING : SIGHT_BROKEN;
}
