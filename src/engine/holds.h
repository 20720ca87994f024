/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_HOLDS_H
#define ENGINE_HOLDS_H

#include "base/arena.h"
#include "base/vec.h"
#include "plan/select.h"

/*
 * Who must rest until when: an item after a failed attempt, or one that is
 * moved again and again while its agent works, an agent that dies at once. Each
 * rest is twice as long as the one before it.
 *
 * And what cannot be saved, because the bytes of the backlog do not let it: an
 * item, until somebody has changed them.
 */
struct holds {
	struct arena arena;
	VEC(struct plan_hold) list;
	VEC(struct hold_refusal) refusals; /* one an item, past ones too */
	/* Agents that died at once, and how often in a row. */
	VEC(struct agent_trouble) troubles;
};

struct hold_refusal {
	struct str item, why;
	uint64_t turn; /* the coordinator's, when the save was refused */
};

struct agent_trouble {
	struct str agent;
	unsigned int deaths;
};

enum { HOLD_DEATHS_MAX = 5 }; /* then the agent is of no use */

void holds_release(struct holds *h);

/* `what` happened to the item so many `times` in a row: "failed". */
void holds_item(struct holds *h, struct str item, struct str what,
	unsigned int times, int64_t now_ns);

/* How often it has died in a row, this time included. */
unsigned int holds_agent_died(
	struct holds *h, struct str agent, struct str why, int64_t now_ns);
void holds_agent_works(struct holds *h, struct str agent);

/* A save about the item is refused in this turn, and holds it for as long as
 * that lasts. True: for another reason than the last time,
 * line numbers aside. */
bool
holds_refused(struct holds *h, struct str item, struct str why, uint64_t turn);
bool holds_is_refused(const struct holds *h, struct str item, uint64_t turn);

/* How a plan takes such a refusal. */
struct plan_hold
hold_of_refusal(struct str item, struct str why, struct arena *a);

/* All that holds in this turn, for a plan; `ret` is in `a`. */
void holds_for_plan(const struct holds *h, uint64_t turn, struct arena *a,
	struct plan_input *ret);

/* Drop what is over. */
void holds_prune(struct holds *h, int64_t now_ns);

#endif
