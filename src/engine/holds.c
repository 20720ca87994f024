/* SPDX-License-Identifier: MIT */
#include "engine/holds.h"

#include <string.h>

#include "base/stamp.h"

#define REST_NS	    NS_PER_SEC
#define REST_MAX_NS (60 * NS_PER_SEC)

void
holds_release(struct holds *h)
{
	VEC_RELEASE(&h->list);
	VEC_RELEASE(&h->refusals);
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

/* The same words: where in the file that is changes with every save. Both end
 * in NUL. */
static bool
is_same_but_for_numbers(struct str a, struct str b)
{
	static const char digits[] = "0123456789";

	while (a.n > 0 && b.n > 0 && a.s[0] == b.s[0]) {
		a = str_from_at(a, 1);
		b = str_from_at(b, 1);
		a = str_from_at(a, strspn(a.s, digits));
		b = str_from_at(b, strspn(b.s, digits));
	}
	return a.n == 0 && b.n == 0;
}

bool
holds_refused(struct holds *h, struct str item, struct str why, uint64_t turn)
{
	VEC_EACH (r, &h->refusals) {
		if (!str_eq(r->item, item))
			continue;
		bool news = !is_same_but_for_numbers(r->why, why);
		if (!str_eq(r->why, why))
			r->why = arena_str(&h->arena, why);
		r->turn = turn;
		return news;
	}
	struct hold_refusal made = {
		.item = arena_str(&h->arena, item),
		.why = arena_str(&h->arena, why),
		.turn = turn,
	};
	VEC_PUSH(&h->refusals, made);
	return true;
}

struct plan_hold
hold_of_refusal(struct str item, struct str why, struct arena *a)
{
	return (struct plan_hold){
		.item = item,
		.until_ns = PLAN_HOLD_ENDLESS,
		.why = arena_strf(a, "cannot be saved: %.*s", STR_ARG(why)),
	};
}

bool
holds_is_refused(const struct holds *h, struct str item, uint64_t turn)
{
	for (size_t i = 0; i < h->refusals.n; i++)
		if (h->refusals.items[i].turn == turn &&
			str_eq(h->refusals.items[i].item, item))
			return true;
	return false;
}

void
holds_for_plan(const struct holds *h, uint64_t turn, struct arena *a,
	struct plan_input *ret)
{
	struct plan_hold *list =
		ARENA_ARRAY(a, struct plan_hold, h->list.n + h->refusals.n);
	size_t n = 0;

	for (size_t i = 0; i < h->list.n; i++)
		list[n++] = h->list.items[i];
	for (size_t i = 0; i < h->refusals.n; i++) {
		const struct hold_refusal *r = &h->refusals.items[i];
		if (r->turn == turn)
			list[n++] = hold_of_refusal(r->item, r->why, a);
	}
	ret->holds = list;
	ret->holds_n = n;
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
