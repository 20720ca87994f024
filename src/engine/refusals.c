/* SPDX-License-Identifier: MIT */
#include "engine/refusals-priv.h"

#include "base/vec.h"
#include "engine/holds.h"
#include "engine/project-priv.h"
#include "store/runs.h"

struct finding {
	struct project *p;
	struct plan_input *in;
	struct arena *a;
	VEC(struct plan_hold) holds;
};

static void
find_results(struct finding *f)
{
	const struct run_record *runs;
	struct err ignored;
	size_t n;

	if (run_list_unfinished(&f->p->root, f->a, &runs, &n, &ignored) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct run_record *r = &runs[i];
		if (!str_is_set(r->decision.refused) ||
			str_list_has(f->in->snapshot->applied, r->id))
			continue;
		struct plan_hold hold = {
			.item = r->item,
			.until_ns = PLAN_HOLD_ENDLESS,
			.why = arena_strf(f->a,
				"its result could not be saved: %.*s",
				STR_ARG(r->decision.refused)),
		};
		VEC_PUSH(&f->holds, hold);
	}
}

/* The changes of the actions together, if there are any, tried. */
static int
try(struct finding *f, const struct action *actions, size_t n, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct change *changes = ARENA_ARRAY(&tmp, struct change, 3 * n);
	struct sys *sys = f->p->sys;
	size_t changes_n = 0;

	for (size_t i = 0; i < n; i++)
		changes_n += action_changes(&actions[i], &changes[changes_n]);
	if (changes_n == 0)
		return 0;
	return store_try(f->p->store, changes, changes_n,
		sys->clock(sys, SYS_CLOCK_UNIX), e);
}

/* True: there are more holds now, which may lead to another plan. */
static bool
find_actions(struct finding *f)
{
	CLEANUP_ARENA struct arena tmp = {0};
	size_t known = f->holds.n;
	struct err e = {0};
	struct plan plan;

	plan_select(f->in, &tmp, &plan);
	if (try(f, plan.actions, plan.actions_n, &e) == 0)
		return false;
	for (size_t i = 0; i < plan.actions_n; i++) {
		const struct action *act = &plan.actions[i];
		if (try(f, act, 1, &e) == 0 || e.code != ERR_CONFLICT)
			continue;
		struct plan_hold hold =
			hold_of_refusal(act->item->id, str_from(e.msg), f->a);
		VEC_PUSH(&f->holds, hold);
	}
	return f->holds.n > known;
}

void
refusals_find(struct project *p, struct plan_input *in, struct arena *a)
{
	struct finding f = {.p = p, .in = in, .a = a};

	find_results(&f);
	do {
		in->holds = f.holds.items;
		in->holds_n = f.holds.n;
	} while (find_actions(&f));
	struct plan_hold *holds = ARENA_ARRAY(a, struct plan_hold, f.holds.n);
	for (size_t i = 0; i < f.holds.n; i++)
		holds[i] = f.holds.items[i];
	in->holds = holds;
	in->holds_n = f.holds.n;
	VEC_RELEASE(&f.holds);
}
