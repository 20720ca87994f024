/* SPDX-License-Identifier: MIT */
#include "model/id.h"
#include "plan/resolve-priv.h"

/* The prefix of a numbered id; false when it has no number. */
static bool
split(struct str id, struct str *ret_prefix, uint64_t *ret_number)
{
	if (!id_number(id, ret_number))
		return false;
	*ret_prefix = id;
	while (ret_prefix->s[ret_prefix->n - 1] != '-')
		ret_prefix->n--;
	return true;
}

static bool
has_begun(const struct item *it)
{
	return it->status == STATUS_SCOPING ||
		it->status == STATUS_IN_PROGRESS || str_is_set(it->phase);
}

/* Of the triaged item and its double: does the double go? */
static bool
double_goes(const struct item *it, const struct item *twin)
{
	struct str prefix, twin_prefix;
	uint64_t number, twin_number;

	if (has_begun(twin))
		return false;
	return split(it->id, &prefix, &number) &&
		split(twin->id, &twin_prefix, &twin_number) &&
		str_eq(prefix, twin_prefix) && twin_number > number;
}

/* The first duplicate that can be merged with the item; NULL when none. */
static const struct item *
find_twin(const struct resolution *r)
{
	struct str_list ids = r->end->result->duplicates;

	for (size_t i = 0; i < ids.n; i++) {
		const struct item *twin = snapshot_find(r->s, ids.items[i]);
		if (twin != NULL && twin != r->item &&
			twin->status != STATUS_DONE)
			return twin;
	}
	return NULL;
}

/* True when the item itself is gone into another. */
static bool
merge(struct resolution *r)
{
	const struct item *twin = find_twin(r);

	if (twin == NULL)
		return false;
	bool other = double_goes(r->item, twin);
	resolution_add(r,
		(struct change){.kind = CHANGE_MERGE,
			.id = other ? twin->id : r->item->id,
			.other = other ? r->item->id : twin->id});
	if (other)
		return false;
	r->ret->kind = OUTCOME_MERGED;
	r->ret->where = twin->id;
	return true;
}

static bool
goes_straight(const struct resolution *r, const struct pipeline_config *p)
{
	struct buf why CLEANUP_BUF = {0};

	if (p->pre_n == 0)
		return true;
	return r->after.size == SIZE_SMALL && r->after.risk <= LEVEL_LOW &&
		resolution_may_be_ready(r, &why);
}

static void
route(struct resolution *r, const struct pipeline_config *p)
{
	resolution_status(r, STATUS_SCOPING);
	if (goes_straight(r, p))
		resolution_ready(r);
	else
		resolution_enter(r, &p->pre[0], POOL_PRE);
}

void
resolution_triage(struct resolution *r)
{
	struct str wanted = r->end->result->pipeline_type;
	struct buf why CLEANUP_BUF = {0};

	if (str_is_empty(wanted))
		wanted = item_pipeline(r->item);
	const struct pipeline_config *p = config_pipeline(r->c, wanted);
	if (p != NULL && !str_eq(wanted, item_pipeline(r->item)))
		r->after.pipeline_type = wanted;
	resolution_absorb(r);
	if (merge(r))
		return;
	if (p != NULL) {
		route(r, p);
		return;
	}
	place_unknown_pipeline(r->c, wanted, &why);
	resolution_block(r, BLOCKED_DECISION, buf_str(&why));
}
