/* SPDX-License-Identifier: MIT */
#ifndef PLAN_RESOLVE_H
#define PLAN_RESOLVE_H

#include "base/arena.h"
#include "model/change.h"
#include "model/config.h"
#include "model/result.h"

/*
 * What the end of a run leads to: one list of changes to be saved as a whole
 * together with the run id, and a word for whoever shows it. The list is
 * legal for the snapshot it was made for.
 *
 * phase_complete: what the result says is kept (assessments, description,
 * review, based_on_commit; follow-ups become new items with origin
 * "ITEM/phase"; the notes of an unblock are used up), then the item moves to
 * the next phase of the pool; after the last pre-phase to `ready`, after the
 * last main phase to `done` and into the archive.
 * subphase_complete: the same without moving on.
 * blocked: the same, and the item blocks where it is.
 * failed, or no valid result: while attempts are left, try again later; then
 * the item blocks with the last reason. Follow-ups of a failed result are
 * dropped: the next attempt would file them again.
 *
 * Gates: when an assessment grew and a guardrail is exceeded, and in any case
 * on the way to `ready`, the item blocks for a decision; so it does when it
 * would become ready and requires_human_review. It blocks where it has got
 * to, so that a person who unblocks it does not start the same phase over;
 * only the last main phase holds it back from `done`. A result may ask for
 * human review, but not waive it.
 *
 * Triage chooses the pipeline and where to go: an item it finds to repeat
 * another is merged (the first of `duplicates` that exists and is not done
 * counts; of two with one prefix the higher number goes into the lower, but
 * work that has begun never goes into work that has not; with different
 * prefixes the triaged one goes). Small size with low or unset risk, or a
 * pipeline without pre-phases, goes to `ready` at once when guardrails and
 * review allow; anything else enters the first pre-phase. Triage has no
 * subphases: subphase_complete is a failure.
 *
 * A run whose item has meanwhile been moved by a person moves nothing: its
 * follow-ups are filed and a note is written. When the item is gone, the same.
 */

struct run_end {
	struct str item, phase;	     /* what was asked */
	enum phase_pool pool;	     /* POOL_UNSET: triage */
	struct str run;		     /* run id */
	unsigned int attempt;	     /* from 1 */
	const struct result *result; /* NULL: there is no valid one */
	struct str failure;	     /* why not, one sentence */
};

enum outcome_kind {
	OUTCOME_ADVANCED, /* to the next phase or status */
	OUTCOME_AGAIN,	  /* a subphase is complete */
	OUTCOME_DONE,
	OUTCOME_MERGED,
	OUTCOME_BLOCKED,
	OUTCOME_RETRY,	  /* failed, will be tried again */
	OUTCOME_GIVEN_UP, /* failed for good: the item is blocked */
	OUTCOME_MOVED,	  /* the item was elsewhere by then */
	OUTCOMES
};

extern const struct names outcome_names;

struct outcome {
	enum outcome_kind kind;
	const struct change *changes; /* ends with CHANGE_NOTE and
					 CHANGE_APPLIED of the run */
	size_t changes_n;
	struct str summary; /* what the agent said, or the failure */
	struct str reason;  /* BLOCKED, RETRY, GIVEN_UP: why */
	struct str where;   /* "build", "ready", "done": where it is now */
};

/* Everything in `ret` lives in `a` or in the inputs. */
void plan_resolve(const struct snapshot *s, const struct config *c,
	const struct run_end *end, struct arena *a, struct outcome *ret);

#endif
