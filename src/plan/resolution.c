/* SPDX-License-Identifier: MIT */
#include "plan/guardrail.h"
#include "plan/resolve-priv.h"

void
resolution_add(struct resolution *r, struct change c)
{
	if (!str_is_set(c.id))
		c.id = r->end->item;
	VEC_PUSH(&r->changes, c);
}

void
resolution_status(struct resolution *r, enum item_status to)
{
	resolution_add(r, (struct change){.kind = CHANGE_STATUS, .status = to});
	r->ret->where = str_from(names_get(&status_names, (int)to));
}

void
resolution_follow_ups(struct resolution *r)
{
	const struct result *res = r->end->result;

	for (size_t i = 0; i < res->follow_ups_n; i++) {
		const struct follow_up *f = &res->follow_ups[i];
		if (str_trim(f->title).n == 0)
			continue;
		resolution_add(r,
			(struct change){.kind = CHANGE_ADD,
				.item = {.title = f->title,
					.size = f->size,
					.risk = f->risk,
					.origin = arena_strf(r->a, "%.*s/%.*s",
						STR_ARG(r->end->item),
						STR_ARG(r->end->phase)),
					.description.context = f->context}});
	}
}

/* The item as the result sees it. */
static void
foresee(struct item *after, const struct result *res)
{
	if (res->assessments.size != SIZE_UNSET)
		after->size = res->assessments.size;
	if (res->assessments.complexity != LEVEL_UNSET)
		after->complexity = res->assessments.complexity;
	if (res->assessments.risk != LEVEL_UNSET)
		after->risk = res->assessments.risk;
	if (res->assessments.impact != LEVEL_UNSET)
		after->impact = res->assessments.impact;
	if (res->requires_human_review == SAID_TRUE)
		after->requires_human_review = true;
	if (!str_is_empty(res->based_on_commit))
		after->last_phase_commit = res->based_on_commit;
	after->unblock_context = STR_ABSENT;
}

void
resolution_absorb(struct resolution *r)
{
	static const char *const names[] = {"size", "complexity", "risk",
		"impact", "requires_human_review", "pipeline_type",
		"last_phase_commit", "unblock_context"};
	const struct result *res = r->end->result;

	foresee(&r->after, res);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct field *f =
			field_find(&item_fields, str_from(names[i]));
		if (field_equal(f, r->item, &r->after))
			continue;
		resolution_add(r,
			(struct change){.kind = CHANGE_FIELD,
				.field = f,
				.text = field_text(f, &r->after)});
	}
	if (!description_is_empty(&res->description))
		resolution_add(r,
			(struct change){.kind = CHANGE_DESCRIBE,
				.description = res->description});
	resolution_follow_ups(r);
}

static const char *
needs(enum blocked_type type)
{
	switch (type) {
	case BLOCKED_CLARIFICATION:
		return "needs an answer";
	case BLOCKED_DECISION:
		return "needs a decision";
	case BLOCKED_UNSET:
	case BLOCKED_TYPES:
		break;
	}
	return "needs a person";
}

void
resolution_block(
	struct resolution *r, enum blocked_type type, struct str reason)
{
	r->ret->kind = OUTCOME_BLOCKED;
	r->ret->reason =
		arena_strf(r->a, "%s: %.*s", needs(type), STR_ARG(reason));
	resolution_add(r,
		(struct change){.kind = CHANGE_BLOCK,
			.text = r->ret->reason,
			.blocked_type = type});
}

bool
resolution_outgrew(struct resolution *r)
{
	const struct item *was = r->item, *is = &r->after;
	struct buf why CLEANUP_BUF = {0};

	if (is->size <= was->size && is->complexity <= was->complexity &&
		is->risk <= was->risk)
		return false;
	if (guardrail_allows(&r->c->guardrails, is, &why))
		return false;
	resolution_block(r, BLOCKED_DECISION, buf_str(&why));
	return true;
}

void
resolution_enter(struct resolution *r, const struct phase_config *phase,
	enum phase_pool pool)
{
	resolution_add(r,
		(struct change){.kind = CHANGE_PHASE,
			.text = phase->name,
			.pool = pool});
	r->ret->where = phase->name;
	if (!resolution_outgrew(r))
		r->ret->kind = OUTCOME_ADVANCED;
}

bool
resolution_may_be_ready(const struct resolution *r, struct buf *why)
{
	bool allowed = guardrail_allows(&r->c->guardrails, &r->after, why);

	if (!r->after.requires_human_review)
		return allowed;
	buf_addf(why, "%sa person must review it before work starts",
		allowed ? "" : ", ");
	return false;
}

void
resolution_ready(struct resolution *r)
{
	struct buf why CLEANUP_BUF = {0};

	resolution_status(r, STATUS_READY);
	if (resolution_may_be_ready(r, &why))
		r->ret->kind = OUTCOME_ADVANCED;
	else
		resolution_block(r, BLOCKED_DECISION, buf_str(&why));
}
