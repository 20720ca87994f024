/* SPDX-License-Identifier: MIT */
#include "plan/explain.h"

#include "base/stamp.h"
#include "base/vec.h"
#include "plan/deps-priv.h"
#include "plan/guardrail.h"
#include "plan/place-priv.h"

/* An explanation in the making. */
struct account {
	const struct plan_input *in;
	const struct item *it;
	enum verdict_kind verdict;
	struct arena *a;
	VEC(struct explain_fact) facts;
};

static void
fact(struct account *x, const char *label, struct str value, bool holds_back)
{
	struct explain_fact f = {label, arena_str(x->a, value), holds_back};

	VEC_PUSH(&x->facts, f);
}

static void
fact_status(struct account *x)
{
	const struct item *it = x->it;
	const char *name = names_get(&status_names, (int)it->status);

	if (it->status == STATUS_BLOCKED && it->blocked_from_status != STATUSES)
		fact(x, "status",
			arena_strf(x->a, "%s, was %s", name,
				names_get(&status_names,
					(int)it->blocked_from_status)),
			true);
	else
		fact(x, "status", str_from(name),
			it->status == STATUS_BLOCKED ||
				it->status == STATUS_DONE);
	if (it->status == STATUS_BLOCKED)
		fact(x, "blocked", it->blocked_reason, true);
}

/* Where it is, or goes back to once it is unblocked. */
static enum phase_pool
pool_ahead(const struct item *it)
{
	return pool_of_status(it->status == STATUS_BLOCKED
			? it->blocked_from_status
			: it->status);
}

static void
fact_place(struct account *x)
{
	enum phase_pool pool = pool_ahead(x->it);
	struct buf why CLEANUP_BUF = {0};
	struct place p;

	if (!place_find(x->in->config, x->it, pool, &p, &why)) {
		fact(x, "pipeline", buf_str(&why), true);
		return;
	}
	fact(x, "pipeline", p.pipeline->name, false);
	if (p.phase != NULL)
		fact(x, "phase",
			arena_strf(x->a, "%.*s, %s phase %zu of %zu%s",
				STR_ARG(p.phase->name),
				names_get(&pool_names, (int)pool), p.index + 1,
				p.phases_n,
				p.phase->destructive ? ", needs the tree alone"
						     : ""),
			x->verdict == VERDICT_ALONE && p.phase->destructive);
	else if (pool != POOL_UNSET)
		fact(x, "phase", STR("none yet"), false);
}

static void
fact_deps(struct account *x)
{
	const struct snapshot *s = x->in->snapshot;
	struct arena tmp CLEANUP_ARENA = {0};
	struct buf text CLEANUP_BUF = {0};

	for (size_t i = 0; i < x->it->dependencies.n; i++) {
		struct str id = x->it->dependencies.items[i];
		buf_reset(&text);
		dep_add_text(s, id, &text);
		fact(x, "depends on", buf_str(&text),
			dep_state(s, id) != DEP_MET);
	}
	struct str_list ids = deps_cycle(s, x->it, &tmp);
	buf_reset(&text);
	for (size_t i = 0; i < ids.n; i++)
		buf_addf(&text, "%s%.*s", i == 0 ? "" : " -> ",
			STR_ARG(ids.items[i]));
	if (ids.n > 0)
		fact(x, "circle", buf_str(&text), true);
}

static bool
exceeds(const struct account *x, struct buf *why)
{
	return !guardrail_allows(&x->in->config->guardrails, x->it, why);
}

static void
fact_guardrails(struct account *x)
{
	struct buf why CLEANUP_BUF = {0};
	bool over = exceeds(x, &why);

	fact(x, "guardrails", over ? buf_str(&why) : STR("within"),
		over && x->it->status == STATUS_READY);
	if (x->it->requires_human_review)
		fact(x, "review", STR("a person must review it"), false);
}

static void
fact_holds(struct account *x)
{
	const struct plan_input *in = x->in;
	struct place p;
	struct buf ignored CLEANUP_BUF = {0};
	struct str agent = in->config->triage.agent;
	char left[STAMP_SIZE];

	if (x->it->status != STATUS_NEW) {
		place_find(in->config, x->it, pool_of_status(x->it->status), &p,
			&ignored);
		agent = p.phase != NULL ? p.phase->agent : STR_ABSENT;
	}
	for (size_t i = 0; i < in->holds_n; i++) {
		const struct plan_hold *h = &in->holds[i];
		bool of_item = str_is_set(h->item);
		if (h->until_ns <= in->now_ns ||
			!str_eq(of_item ? h->item : h->agent,
				of_item ? x->it->id : agent))
			continue;
		if (h->until_ns == PLAN_HOLD_ENDLESS) {
			fact(x, "held", h->why, x->verdict == VERDICT_HELD);
			continue;
		}
		duration_format(h->until_ns - in->now_ns, left);
		fact(x, of_item ? "waits" : "agent rests",
			arena_strf(
				x->a, "%s more: %.*s", left, STR_ARG(h->why)),
			x->verdict == VERDICT_HELD);
	}
}

static void
fact_limits(struct account *x)
{
	const struct plan_input *in = x->in;
	const struct config *c = in->config;
	size_t busy = 0;

	for (size_t i = 0; i < in->snapshot->n; i++)
		busy += in->snapshot->items[i].status == STATUS_IN_PROGRESS;
	if (x->it->status == STATUS_READY)
		fact(x, "in progress",
			arena_strf(x->a, "%zu of %llu", busy,
				(unsigned long long)c->max_wip),
			x->verdict == VERDICT_WIP);
	fact(x, "running",
		in->running_unknown
			? STR("not known")
			: arena_strf(x->a, "%zu of %llu", in->running_n,
				  (unsigned long long)c->max_concurrent),
		x->verdict == VERDICT_SLOT || x->verdict == VERDICT_ALONE);
	if (in->starts_left != UINT64_MAX)
		fact(x, "starts left",
			arena_strf(x->a, "%llu",
				(unsigned long long)in->starts_left),
			x->verdict == VERDICT_CAP);
}

static struct str
unblock_step(const struct account *x)
{
	const struct item *it = x->it;
	struct buf ignored CLEANUP_BUF = {0};
	const char *with = "";
	struct place back;

	if (!place_find(x->in->config, it, pool_ahead(it), &back, &ignored))
		return arena_strf(x->a,
			"weir edit %.*s, to name a phase and a pipeline of "
			"weir.yaml; then weir unblock %.*s",
			STR_ARG(it->id), STR_ARG(it->id));
	if (it->blocked_type == BLOCKED_CLARIFICATION)
		with = " --notes 'the answer'";
	else if (exceeds(x, &ignored))
		with = " --accept-risk";
	return arena_strf(x->a, "weir unblock %.*s%s", STR_ARG(it->id), with);
}

static struct str
held_step(const struct account *x)
{
	for (size_t i = 0; i < x->in->holds_n; i++)
		if (x->in->holds[i].until_ns == PLAN_HOLD_ENDLESS &&
			str_eq(x->in->holds[i].item, x->it->id))
			return arena_strf(x->a,
				"change %.*s as it says, then weir run",
				STR_ARG(x->in->config->backlog));
	return STR_ABSENT;
}

static struct str
next_step(const struct account *x)
{
	switch (x->verdict) {
	case VERDICT_BLOCKED:
		return unblock_step(x);
	case VERDICT_BROKEN:
		return arena_strf(x->a,
			"change the dependencies of %.*s in the backlog",
			STR_ARG(x->it->id));
	case VERDICT_DEPENDS:
		for (size_t i = 0; i < x->it->dependencies.n; i++) {
			struct dep d = dep_follow(
				x->in->snapshot, x->it->dependencies.items[i]);
			if (d.state == DEP_WAITING)
				return arena_strf(x->a, "weir explain %.*s",
					STR_ARG(d.id));
			if (d.state == DEP_UNREAD)
				return STR("weir doctor");
		}
		return STR_ABSENT;
	case VERDICT_HELD:
		return held_step(x);
	case VERDICT_WIP:
		return STR("wait, or raise execution.max_wip");
	case VERDICT_SLOT:
		return STR("wait, or raise execution.max_concurrent");
	case VERDICT_CAP:
		return STR("weir run");
	case VERDICT_UNTARGETED:
		return arena_strf(
			x->a, "weir run --target %.*s", STR_ARG(x->it->id));
	default:
		return STR_ABSENT;
	}
}

static void
account_facts(struct account *x)
{
	const struct plan_input *in = x->in;

	if (in->targets.n > 0)
		fact(x, "target",
			str_list_has(in->targets, x->it->id) ? STR("yes")
							     : STR("no"),
			x->verdict == VERDICT_UNTARGETED);
	fact_status(x);
	fact_place(x);
	fact_deps(x);
	fact_guardrails(x);
	fact_holds(x);
	fact_limits(x);
}

bool
plan_explain(const struct plan_input *in, struct str id, struct arena *a,
	struct explanation *ret)
{
	struct arena tmp CLEANUP_ARENA = {0};
	const struct item *it = snapshot_find(in->snapshot, id);
	struct plan p;

	if (it == NULL)
		return false;
	plan_select(in, &tmp, &p);
	const struct verdict *v = &p.verdicts[it - in->snapshot->items];
	struct account x = {.in = in, .it = it, .verdict = v->kind, .a = a};
	account_facts(&x);
	struct explain_fact *facts =
		ARENA_ARRAY(a, struct explain_fact, x.facts.n);
	for (size_t i = 0; i < x.facts.n; i++)
		facts[i] = x.facts.items[i];
	*ret = (struct explanation){.verdict = v->kind,
		.why = arena_str(a, v->why),
		.facts = facts,
		.facts_n = x.facts.n,
		.next_step = next_step(&x)};
	VEC_RELEASE(&x.facts);
	return true;
}
