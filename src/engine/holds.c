/* SPDX-License-Identifier: MIT */
#include "engine/holds.h"

#include "base/stamp.h"

#define REST_NS	    NS_PER_SEC
#define REST_MAX_NS (60 * NS_PER_SEC)

void
holds_release(struct holds *h)
{
	VEC_RELEASE(&h->list);
	VEC_RELEASE(&h->troubles);
	arena_release(&h->arena);
}

/* 1, 2, 4 … seconds, a minute at most. */
static int64_t
rest(unsigned int times)
{
	int64_t ns = REST_NS;

	for (unsigned int i = 1; i < times && ns < REST_MAX_NS; i++)
		ns *= 2;
	return ns < REST_MAX_NS ? ns : REST_MAX_NS;
}

void
holds_item(struct holds *h, struct str item, struct str what,
	unsigned int times, int64_t now_ns)
{
	struct plan_hold hold = {
		.item = arena_str(&h->arena, item),
		.until_ns = now_ns + rest(times),
		.why = arena_strf(&h->arena,
			"%.*s %u time%s, rests before the next attempt",
			STR_ARG(what), times, times == 1 ? "" : "s"),
	};

	VEC_PUSH(&h->list, hold);
}

static struct agent_trouble *
trouble_of(struct holds *h, struct str agent)
{
	VEC_EACH (t, &h->troubles)
		if (str_eq(t->agent, agent))
			return t;
	struct agent_trouble made = {.agent = arena_str(&h->arena, agent)};
	VEC_PUSH(&h->troubles, made);
	return &h->troubles.items[h->troubles.n - 1];
}

unsigned int
holds_agent_died(
	struct holds *h, struct str agent, struct str why, int64_t now_ns)
{
	struct agent_trouble *t = trouble_of(h, agent);

	t->deaths++;
	struct plan_hold hold = {
		.agent = t->agent,
		.until_ns = now_ns + rest(t->deaths),
		.why = arena_strf(&h->arena, "agent '%.*s' rests: %.*s",
			STR_ARG(agent), STR_ARG(why)),
	};
	VEC_PUSH(&h->list, hold);
	return t->deaths;
}

void
holds_agent_works(struct holds *h, struct str agent)
{
	trouble_of(h, agent)->deaths = 0;
}

void
holds_prune(struct holds *h, int64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->list.n; i++)
		if (h->list.items[i].until_ns > now_ns)
			h->list.items[kept++] = h->list.items[i];
	h->list.n = kept;
}
