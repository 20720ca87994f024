/* SPDX-License-Identifier: MIT */
#include "yaml/edit-priv.h"

#include <stdlib.h>

/*
 * All calls about one collection are looked at together: which children go,
 * which stay, what is new. Only so can the last one of a sequence be known, or
 * the first key behind a dash.
 */

/* The bytes of a child that goes or gets a new value: no other call may speak
 * of anything inside. */
struct claim {
	size_t start, end;
};

struct claims {
	struct claim *items;
	size_t n;
};

/* Inner collections first, then by place, then as called. */
static int
compare_placed(const void *va, const void *vb)
{
	const struct placed *a = va, *b = vb;

	if (a->site.depth != b->site.depth)
		return a->site.depth > b->site.depth ? -1 : 1;
	if (a->site.node->start != b->site.node->start)
		return a->site.node->start < b->site.node->start ? -1 : 1;
	return a->call < b->call ? -1 : a->call > b->call;
}

static int
compare_claims(const void *va, const void *vb)
{
	const struct claim *a = va, *b = vb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static int
fail_twice(const struct yaml_node *n, struct err *e)
{
	return err_set(e, ERR_CONFLICT, "two changes of the same at line %zu",
		n->line);
}

static int
remove_entry(const struct workshop *w, struct job *j, size_t i,
	struct claims *claims, struct err *e)
{
	const struct yaml_node *entry = j->site.node->items[i];

	if (j->children[i].gone)
		return fail_twice(entry, e);
	if (site_check_removal(w, entry, e) < 0)
		return -1;
	j->children[i].gone = true;
	j->kept--;
	claims->items[claims->n++] = (struct claim){entry->start, entry->end};
	return 0;
}

static int
unset_pair(const struct workshop *w, struct job *j, size_t i,
	struct claims *claims, struct err *e)
{
	const struct yaml_pair *p = &j->site.node->pairs[i];

	if (j->children[i].gone || j->children[i].value != NULL)
		return fail_twice(p->key, e);
	if (spot_is_explicit(w->bytes, j->site.node, i))
		return site_check_value(w, j->site.node, i, e);
	if (site_check_removal(w, p->key, e) < 0 ||
		site_check_removal(w, p->value, e) < 0)
		return -1;
	j->children[i].gone = true;
	j->kept--;
	claims->items[claims->n++] =
		(struct claim){p->value->start, p->value->end};
	return 0;
}

static int
change_pair(const struct workshop *w, struct job *j, size_t i,
	const struct yaml_value *v, struct claims *claims, struct err *e)
{
	const struct yaml_pair *p = &j->site.node->pairs[i];

	if (j->children[i].gone || j->children[i].value != NULL)
		return fail_twice(p->key, e);
	if (site_check_value(w, j->site.node, i, e) < 0 ||
		site_check_removal(w, p->value, e) < 0)
		return -1;
	j->children[i].value = v;
	claims->items[claims->n++] =
		(struct claim){p->value->start, p->value->end};
	return 0;
}

static size_t
find_pair(const struct yaml_node *mapping, struct str key)
{
	size_t i = 0;

	while (i < mapping->n && !str_eq(mapping->pairs[i].key->value, key))
		i++;
	return i;
}

/* Behind those with the same place: they come out as they were called. */
static void
add_fresh(struct job *j, const struct fresh *x)
{
	size_t i = j->n++;

	/* SIZE_MAX, the place before the first, wraps to zero. */
	while (i > 0 && j->fresh[i - 1].after + 1 > x->after + 1) {
		j->fresh[i] = j->fresh[i - 1];
		i--;
	}
	j->fresh[i] = *x;
}

static int
add_pair(struct job *j, const struct yaml_call *call, struct err *e)
{
	for (size_t i = 0; i < j->n; i++)
		if (str_eq(j->fresh[i].key, call->key))
			return err_set(e, ERR_CONFLICT,
				"the new key '%.*s' is set twice",
				STR_ARG(call->key));
	add_fresh(j,
		&(struct fresh){.after = call->index,
			.key = call->key,
			.value = &call->value});
	return 0;
}

static int
take_call(const struct workshop *w, struct job *j, const struct yaml_call *call,
	struct claims *claims, struct err *e)
{
	const struct yaml_node *node = j->site.node;
	size_t i;

	switch (call->kind) {
	case CALL_SET:
		i = find_pair(node, call->key);
		if (i == node->n)
			return add_pair(j, call, e);
		return change_pair(w, j, i, &call->value, claims, e);
	case CALL_UNSET:
		i = find_pair(node, call->key);
		return i < node->n ? unset_pair(w, j, i, claims, e) : 0;
	case CALL_APPEND:
		add_fresh(j,
			&(struct fresh){
				.after = node->n - 1, .value = &call->value});
		return 0;
	case CALL_REMOVE:
		return remove_entry(w, j, call->index, claims, e);
	}
	BUG("call kind %d", (int)call->kind);
}

/* The job of the calls at the front that speak of one collection. */
static int
gather(const struct workshop *w, const struct placed *placed, size_t n,
	struct job *j, struct claims *claims, struct err *e)
{
	const struct yaml_node *node = placed[0].site.node;

	*j = (struct job){
		.site = placed[0].site,
		.children = ARENA_ARRAY(w->a, struct child, node->n),
		.kept = node->n,
		.fresh = ARENA_ARRAY(w->a, struct fresh, n),
	};
	for (size_t i = 0; i < n; i++)
		if (take_call(w, j, placed[i].call, claims, e) < 0)
			return -1;
	for (size_t i = 0, above = SIZE_MAX; i < node->n; i++) {
		j->children[i].above = above;
		if (!j->children[i].gone)
			above = i;
	}
	return 0;
}

static int
check_claims(
	const struct job *jobs, size_t n, struct claims *claims, struct err *e)
{
	if (claims->n == 0)
		return 0;
	qsort(claims->items, claims->n, sizeof(claims->items[0]),
		compare_claims);
	/* From here on `end` is that of any claim up to this one. */
	for (size_t i = 1; i < claims->n; i++)
		if (claims->items[i].end < claims->items[i - 1].end)
			claims->items[i].end = claims->items[i - 1].end;
	for (size_t i = 0; i < n; i++) {
		size_t at = jobs[i].site.node->start, low = 0, high = claims->n;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (claims->items[middle].start <= at)
				low = middle + 1;
			else
				high = middle;
		}
		if (low > 0 && claims->items[low - 1].end > at)
			return fail_twice(jobs[i].site.node, e);
	}
	return 0;
}

int
job_run(struct workshop *w, struct placed *placed, size_t n, struct err *e)
{
	struct job *jobs = ARENA_ARRAY(w->a, struct job, n);
	struct claims claims = {.items = ARENA_ARRAY(w->a, struct claim, n)};
	size_t jobs_n = 0, end;

	if (n > 1)
		qsort(placed, n, sizeof(placed[0]), compare_placed);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n; end++)
			if (placed[end].site.node != placed[i].site.node)
				break;
		if (gather(w, placed + i, end - i, &jobs[jobs_n++], &claims,
			    e) < 0)
			return -1;
	}
	if (check_claims(jobs, jobs_n, &claims, e) < 0)
		return -1;
	for (size_t i = 0; i < jobs_n; i++) {
		bool flow = jobs[i].site.node->style == YAML_FLOW;
		if ((flow ? flow_work : block_work)(w, &jobs[i], e) < 0)
			return -1;
	}
	return 0;
}
