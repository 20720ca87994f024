/* SPDX-License-Identifier: MIT */
#include "engine/memory.h"

#include "engine/worktree.h"
#include "plan/resolve.h"

static void
entry_free(struct memory_entry *x)
{
	arena_release(&x->arena);
	mem_free(x);
}

void
memory_release(struct memory *m)
{
	VEC_EACH (x, &m->entries)
		entry_free(*x);
	VEC_RELEASE(&m->entries);
}

struct memory_entry *
memory_of(struct memory *m, struct str item)
{
	VEC_EACH (x, &m->entries)
		if (str_eq((*x)->item, item))
			return *x;
	struct memory_entry *made = mem_alloc(sizeof(*made));
	made->item = arena_str(&made->arena, item);
	VEC_PUSH(&m->entries, made);
	return made;
}

/* Start over with what is still of use, so that an entry never grows. */
static void
renew(struct memory_entry *x, struct str phase, struct str failure,
	struct str summary, const struct git_changes *before)
{
	struct arena fresh = {0};

	x->item = arena_str(&fresh, x->item);
	x->phase = arena_str(&fresh, phase);
	x->failure = arena_str(&fresh, failure);
	x->summary = arena_str(&fresh, summary);
	x->has_before = before != NULL;
	if (before != NULL) {
		struct git_change *copy =
			ARENA_ARRAY(&fresh, struct git_change, before->n);
		for (size_t i = 0; i < before->n; i++) {
			copy[i] = before->items[i];
			copy[i].path = arena_str(&fresh, copy[i].path);
		}
		x->before = (struct git_changes){.items = copy, .n = before->n};
	}
	arena_release(&x->arena);
	x->arena = fresh;
}

void
memory_enter(struct memory_entry *x, struct str phase,
	const struct git_changes *before)
{
	bool same = str_eq(x->phase, phase) && x->failures > 0;

	if (same && x->has_before)
		return;
	if (!same)
		x->failures = 0;
	renew(x, phase, same ? x->failure : STR_ABSENT, x->summary, before);
}

void
memory_failed(struct memory_entry *x, struct str why)
{
	x->failures++;
	renew(x, x->phase, why, x->summary, x->has_before ? &x->before : NULL);
}

void
memory_settled(struct memory_entry *x, struct str summary)
{
	x->failures = 0;
	renew(x, STR_ABSENT, STR_ABSENT,
		str_is_set(summary) ? summary : x->summary, NULL);
}

void
memory_learn(struct memory *m, const struct run_record *r)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct memory_entry *x = memory_of(m, r->item);
	int outcome;

	if (!names_parse(&outcome_names, r->outcome, &outcome))
		return; /* never started, or interrupted: no attempt spent */
	struct git_changes before = worktree_recorded(r, &tmp);
	memory_enter(x, r->phase, &before);
	if (outcome == OUTCOME_RETRY)
		memory_failed(x, r->reason);
	else if (outcome == OUTCOME_ADVANCED || outcome == OUTCOME_AGAIN)
		memory_settled(x, r->reason);
	else
		memory_settled(x, STR_ABSENT);
}
