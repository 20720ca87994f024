/* SPDX-License-Identifier: MIT */
#include "plan/guardrail.h"
#include "plan/select-priv.h"

static size_t
in_progress(const struct snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->items[i].status == STATUS_IN_PROGRESS;
	return n;
}

static void
promote(struct draft *d, const struct candidate *c)
{
	const struct item *it = &d->in->snapshot->items[c->i];
	const struct phase_config *first = &c->place.pipeline->main[0];
	const char *impact = it->impact == LEVEL_UNSET
		? "unset"
		: names_get(&level_names, (int)it->impact);

	draft_act(d, c->i,
		(struct action){.kind = ACTION_PROMOTE,
			.phase = first,
			.pool = POOL_MAIN,
			.why = arena_strf(d->a, "starts at %.*s, impact %s",
				STR_ARG(first->name), impact)});
	d->promoted++;
}

/* As many in progress as may be: `busy` of them are now, the rest is chosen. */
static void
decide_wip(struct draft *d, const struct candidate *c, size_t busy)
{
	unsigned long long most = d->in->config->max_wip;
	struct str why = d->promoted > 0
		? arena_strf(d->a,
			  "others come first, and only %llu item%s in progress "
			  "at a time",
			  most, most == 1 ? " is" : "s are")
		: arena_strf(
			  d->a, "%zu of %llu already in progress", busy, most);

	draft_decide(d, c->i, VERDICT_WIP, why);
}

void
draft_promote(struct draft *d)
{
	const struct config *c = d->in->config;
	size_t busy = in_progress(d->in->snapshot);

	candidates_sort(d->ready.items, d->ready.n);
	VEC_EACH (cand, &d->ready) {
		const struct item *it = &d->in->snapshot->items[cand->i];
		struct buf why CLEANUP_BUF = {0};
		if (busy + d->promoted >= c->max_wip) {
			decide_wip(d, cand, busy);
		} else if (!guardrail_allows(&c->guardrails, it, &why)) {
			draft_act(d, cand->i,
				(struct action){.kind = ACTION_BLOCK,
					.why = arena_strf(d->a,
						"needs a decision: %s",
						why.p)});
		} else {
			promote(d, cand);
		}
	}
}
