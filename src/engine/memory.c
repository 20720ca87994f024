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
	struct str summary, const struct git_changes *left)
{
	struct arena fresh = {0};
	struct git_change *copy =
		ARENA_ARRAY(&fresh, struct git_change, left->n);
	struct git_changes kept = {.items = copy, .n = left->n};

	for (size_t i = 0; i < left->n; i++) {
		copy[i] = left->items[i];
		copy[i].path = arena_str(&fresh, copy[i].path);
	}
	x->item = arena_str(&fresh, x->item);
	x->phase = arena_str(&fresh, phase);
	x->failure = arena_str(&fresh, failure);
	x->summary = arena_str(&fresh, summary);
	x->left = kept;
	arena_release(&x->arena);
	x->arena = fresh;
}

static const struct git_changes nothing = {0};

void
memory_enter(struct memory_entry *x, struct str phase)
{
	if (str_eq(x->phase, phase))
		return;
	x->failures = 0;
	renew(x, phase, STR_ABSENT, x->summary, &nothing);
}

void
memory_left(struct memory_entry *x, const struct git_changes *left)
{
	renew(x, x->phase, x->failure, x->summary, left);
}

void
memory_failed(struct memory_entry *x, struct str why)
{
	x->failures++;
	renew(x, x->phase, why, x->summary, &x->left);
}

void
memory_settled(struct memory_entry *x, struct str summary)
{
	x->failures = 0;
	renew(x, STR_ABSENT, STR_ABSENT,
		str_is_set(summary) ? summary : x->summary, &nothing);
}

void
memory_learn(struct memory *m, const struct run_record *r)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct memory_entry *x = memory_of(m, r->item);
	struct git_changes left = worktree_recorded(&r->outcome.left, &tmp);
	int outcome;

	memory_enter(x, r->phase);
	if (!names_parse(&outcome_names, r->outcome.outcome, &outcome)) {
		memory_left(x, &left); /* interrupted: no attempt is spent */
		return;
	}
	if (outcome == OUTCOME_RETRY) {
		memory_left(x, &left);
		memory_failed(x, r->outcome.reason);
	} else if (outcome == OUTCOME_ADVANCED || outcome == OUTCOME_AGAIN) {
		memory_settled(x, r->outcome.reason);
	} else {
		memory_settled(x, STR_ABSENT);
	}
}
