/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include "base/err.h"
#include "model/snapshot.h"

/*
 * Typed mutations of the backlog. Every mutation is a list of changes,
 * applied to one snapshot as a whole: either all of them are legal and the
 * next snapshot comes out, or the first that is not is named and nothing
 * happened. Nothing here touches a file; store/store.h saves what comes out.
 *
 * Strings are borrowed for the call; the next snapshot holds copies.
 */

enum change_kind {
	CHANGE_ADD,    /* item: a draft with status new; id, created and updated
			  are given to it, phase, blocked fields and blank
			  parts of the description dropped */
	CHANGE_STATUS, /* id, status: a legal move except to or from blocked */
	CHANGE_PHASE,  /* id, text: the phase or absent, pool */
	CHANGE_BLOCK,  /* id, text: the reason, blocked_type */
	CHANGE_UNBLOCK, /* id, text: notes or absent; back where it came from */
	CHANGE_FIELD,	/* id, field, text: a TEXT, ENUM or BOOL field or a
			   part of the description, but none that the kinds
			   above and below look after */
	CHANGE_LIST,	/* id, list: entries of tags or dependencies that go
			   and come; one that is as asked for stays */
	CHANGE_DESCRIBE, /* id, description: non-empty parts replace */
	CHANGE_ACCEPT,	 /* id, accepted: levels a person allows this item;
			    UNSET ones stay as they are */
	CHANGE_FINISH,	 /* id becomes done from wherever it is, by the moves
			    that lead there */
	CHANGE_MERGE,	 /* id goes into `other`; dependents are re-pointed */
	CHANGE_ARCHIVE,	 /* id leaves: done (only a done item) or closed (any
			    other), text: reason or absent */
	CHANGE_NOTE,	 /* a worklog entry: id, phase, outcome, text, run */
	CHANGE_APPLIED,	 /* text: remember this claim or run id */
	CHANGE_FORGET,	 /* text: drop it again; absent already is fine */
	CHANGES
};

struct change {
	enum change_kind kind;
	struct str id;
	struct str text;
	union {
		struct item item;
		enum item_status status;
		enum phase_pool pool;
		enum blocked_type blocked_type;
		const struct field *field;
		struct {
			const struct field *field;
			struct str_list drop, add;
		} list;
		struct description description;
		struct guardrail_levels accepted;
		struct str other;
		enum departure departure;
		struct {
			struct str phase, outcome, run;
		} note;
	};
};

/* What time it is and which numbers are taken, for a list of changes. */
struct change_env {
	int64_t now_ns;
	struct str prefix;
	uint64_t mark; /* highest number in use anywhere; 0 when none */
};

/* An item that left, as it was when it did. */
struct departed {
	struct item item;
	enum departure how;
	struct str reason; /* closed: why; else absent */
	struct str into;   /* merged */
};

struct change_effects {
	struct snapshot *next; /* one reference, the caller's */
	struct str_list added; /* ids given to CHANGE_ADDs, in order */
	const struct departed *departed; /* in order */
	size_t departed_n;
	/* All of these live in next->arena. */
};

/*
 * ERR_MISSING: an id that is not there. ERR_CONFLICT: a move the status
 * machine refuses, a self-merge, a merge of or into a done item. ERR_INPUT:
 * an invalid value. ERR_LIMIT: ids are used up. The next snapshot has
 * generation + 1, `updated` is now for every item touched, and the mark is
 * at least env->mark and every number in the snapshot.
 *
 * What a change implies: BLOCK keeps where the item came from, phase and
 * pool; UNBLOCK goes back there (to where the pool belongs, or new, when the
 * file does not say), clears the blocked fields and last_phase_commit, and
 * sets or clears unblock_context; STATUS to ready clears phase and pool; FINISH
 * clears the blocked fields as UNBLOCK does; LIST touches an item only when an
 * entry came or went;
 * ARCHIVE and MERGE put the id on the archived list; ARCHIVE leaves
 * dependencies on it as they are, for they are met (or not) by what the
 * archive says. MERGE appends what the source says to the target's context
 * and unites their dependencies.
 */
int changes_apply(const struct snapshot *from, const struct change *changes,
	size_t n, const struct change_env *env, struct change_effects *ret,
	struct err *e);

#endif
