/* SPDX-License-Identifier: MIT */
#include "plan/resolve.h"

#include "plan/resolve-priv.h"

static const char *const outcomes[] = {
	[OUTCOME_ADVANCED] = "advanced",
	[OUTCOME_AGAIN] = "again",
	[OUTCOME_DONE] = "done",
	[OUTCOME_MERGED] = "merged",
	[OUTCOME_BLOCKED] = "blocked",
	[OUTCOME_RETRY] = "retry",
	[OUTCOME_GIVEN_UP] = "given_up",
	[OUTCOME_MOVED] = "moved",
};
const struct names outcome_names = NAMES(outcomes, OUTCOMES);

/* The phase that ran; NULL when the configuration has it no more. */
static const struct phase_config *
phase_of(const struct resolution *r)
{
	if (r->end->pool == POOL_UNSET)
		return &r->c->triage;
	if (r->item == NULL)
		return NULL;
	const struct pipeline_config *p =
		config_pipeline(r->c, item_pipeline(r->item));
	if (p == NULL)
		return NULL;
	return pipeline_phase(p, r->end->pool, r->end->phase);
}

/* The run did not do its work: try again or give up. */
static void
fail(struct resolution *r, struct str reason)
{
	unsigned int retries = r->c->max_retries;
	const struct phase_config *phase = phase_of(r);

	if (phase != NULL)
		retries = phase->retries;

	if (str_is_empty(reason))
		reason = STR("it left no valid result");
	if (r->end->attempt <= retries) {
		r->ret->kind = OUTCOME_RETRY;
		r->ret->reason = reason;
		return;
	}
	resolution_block(r, BLOCKED_DECISION,
		arena_strf(r->a, "%.*s failed %u time%s, in the end: %.*s",
			STR_ARG(r->end->phase), r->end->attempt,
			r->end->attempt == 1 ? "" : "s", STR_ARG(reason)));
	r->ret->kind = OUTCOME_GIVEN_UP;
}

static void
phase_complete(struct resolution *r)
{
	struct place p;
	struct buf why CLEANUP_BUF = {0};

	resolution_absorb(r);
	if (!place_find(r->c, r->item, r->end->pool, &p, &why)) {
		resolution_block(r, BLOCKED_DECISION, buf_str(&why));
		return;
	}
	if (p.index + 1 < p.phases_n) {
		resolution_enter(r, &p.phases[p.index + 1], p.pool);
	} else if (p.pool == POOL_PRE) {
		resolution_ready(r);
	} else if (!resolution_outgrew(r)) {
		resolution_status(r, STATUS_DONE);
		resolution_add(r,
			(struct change){.kind = CHANGE_ARCHIVE,
				.departure = DEPARTED_DONE});
		r->ret->kind = OUTCOME_DONE;
	}
}

static void
subphase_complete(struct resolution *r)
{
	resolution_absorb(r);
	if (!resolution_outgrew(r))
		r->ret->kind = OUTCOME_AGAIN;
}

/* What the agent says went wrong. */
static struct str
said(const struct result *res)
{
	return str_trim(res->context).n > 0 ? res->context : res->summary;
}

static void
settle(struct resolution *r)
{
	const struct result *res = r->end->result;
	bool triage = r->end->pool == POOL_UNSET;

	if (res == NULL) {
		fail(r, r->end->failure);
		return;
	}
	switch (res->code) {
	case RESULT_PHASE_COMPLETE:
		if (triage)
			resolution_triage(r);
		else
			phase_complete(r);
		return;
	case RESULT_SUBPHASE_COMPLETE:
		if (triage)
			fail(r, STR("triage has no subphases"));
		else
			subphase_complete(r);
		return;
	case RESULT_FAILED:
		fail(r, said(res));
		return;
	case RESULT_BLOCKED:
		resolution_absorb(r);
		resolution_block(r, res->blocked_type, said(res));
		return;
	case RESULT_CODES:
		break;
	}
	BUG("result code %d", (int)res->code);
}

/* Still where it was when the run started? */
static bool
is_in_place(const struct resolution *r)
{
	const struct item *it = r->item;

	if (it == NULL)
		return false;
	if (r->end->pool == POOL_UNSET)
		return it->status == STATUS_NEW;
	return pool_of_status(it->status) == r->end->pool &&
		str_eq(it->phase, r->end->phase);
}

static struct str
where_now(const struct resolution *r)
{
	const struct archived *left =
		snapshot_find_archived(r->s, r->end->item);

	if (r->item != NULL)
		return pool_of_status(r->item->status) != POOL_UNSET &&
				str_is_set(r->item->phase)
			? r->item->phase
			: str_from(names_get(
				  &status_names, (int)r->item->status));
	return left == NULL
		? STR("gone")
		: str_from(names_get(&departure_names, (int)left->how));
}

static bool
is_kept(const struct result *res)
{
	return res != NULL && res->code != RESULT_FAILED;
}

static void
moved(struct resolution *r)
{
	r->ret->kind = OUTCOME_MOVED;
	r->ret->where = where_now(r);
	if (is_kept(r->end->result))
		resolution_follow_ups(r);
}

static struct str
note_text(const struct outcome *o, struct arena *a)
{
	if (str_is_empty(o->reason))
		return o->summary;
	if (str_find(o->reason, o->summary) < o->reason.n)
		return o->reason;
	return arena_strf(
		a, "%.*s (%.*s)", STR_ARG(o->summary), STR_ARG(o->reason));
}

/* The list ends with the worklog's entry and the run id. */
static void
sign(struct resolution *r)
{
	const char *outcome = names_get(&outcome_names, (int)r->ret->kind);

	resolution_add(r,
		(struct change){.kind = CHANGE_NOTE,
			.text = note_text(r->ret, r->a),
			.note = {.phase = r->end->phase,
				.outcome = str_from(outcome),
				.run = r->end->run}});
	resolution_add(r,
		(struct change){.kind = CHANGE_APPLIED, .text = r->end->run});
}

void
plan_resolve(const struct snapshot *s, const struct config *c,
	const struct run_end *end, struct arena *a, struct outcome *ret)
{
	struct resolution r = {.s = s,
		.c = c,
		.end = end,
		.a = a,
		.item = snapshot_find(s, end->item),
		.ret = ret};

	*ret = (struct outcome){
		.summary = end->result != NULL ? end->result->summary
					       : end->failure,
		.where = end->phase,
	};
	if (is_in_place(&r)) {
		r.after = *r.item;
		settle(&r);
	} else {
		moved(&r);
	}
	/* The snapshot is replaced before anybody shows this. */
	ret->where = arena_str(a, ret->where);
	sign(&r);
	struct change *changes = ARENA_ARRAY(a, struct change, r.changes.n);
	for (size_t i = 0; i < r.changes.n; i++)
		changes[i] = r.changes.items[i];
	ret->changes = changes;
	ret->changes_n = r.changes.n;
	VEC_RELEASE(&r.changes);
}
