/* SPDX-License-Identifier: MIT */
#ifndef STORE_REWRITE_H
#define STORE_REWRITE_H

#include "store/store.h"

/*
 * One item as the text that stands in the backlog, for a person to edit: its
 * own lines with their comments, moved to the left margin.
 *
 *	store_text(st, id, &text, &e);
 *	… a person edits a copy of it in `file` …
 *	store_rewrite(st, &(struct rewrite){.id = id, .was = text,
 *		.now = edited, .file = file, .now_ns = now}, &saved, &e);
 *
 * Only the item's bytes change, and `updated` within them when the person left
 * that as it was. What the person wrote is put where the item stands if the
 * whole then reads as the same backlog with that item in it; id and `created`
 * stay, and only a blocked item says why it is blocked. Anything else a hand
 * edit of the file may do is allowed.
 */

/* Append the item's text; it ends in a line break. ERR_MISSING; ERR_INPUT
 * when the backlog is not sound, ERR_CONFLICT for an item that is an alias. */
int store_text(struct store *st, struct str id, struct buf *ret, struct err *e);

/* -1 refuses, with `*e`, that the item of this id is what it is in `next`. */
typedef int rewrite_check_fn(const struct snapshot *s,
	const struct snapshot *next, struct str id, struct err *e);

struct rewrite {
	struct str id;
	struct str was;	  /* what store_text gave */
	struct str now;	  /* what it is to be */
	const char *file; /* where `now` is from; for messages */
	int64_t now_ns;
	/* What else must hold, asked under the lock; NULL: nothing. What it
	 * says is about the dependencies: its place is theirs. */
	rewrite_check_fn *check;
};

/*
 * ERR_INPUT, with file:line:column in `now`, for what cannot be read as this
 * item or is refused by `check`; ERR_CONFLICT when the item is no longer what
 * it was; ERR_MISSING when it has left; ERR_LOCKED as store_apply. Nothing has
 * changed then.
 */
int store_rewrite(struct store *st, const struct rewrite *rw,
	struct store_saved *ret, struct err *e);

#endif
