/* SPDX-License-Identifier: MIT */
#ifndef MODEL_LEGACY_H
#define MODEL_LEGACY_H

#include "model/config.h"
#include "model/snapshot.h"

/*
 * What schema 1 and 2 of BACKLOG.yaml mean in schema 3.
 *
 *	schema 1  statuses of its own; no pipelines, pools or descriptions
 *	schema 2  a description is one text, with headings inside
 *	schema 3  what model/item.h says
 *
 *	enum legacy_status old;
 *	names_parse(&legacy_status_names, text, &old);
 *	it.status = legacy_status_now(old);
 *	legacy_lift(&it, 1);
 *	legacy_fit(&it, 1, config);
 */

/* What weir writes, and the highest it reads. */
#define SCHEMA_NOW 3

enum legacy_status {
	LEGACY_NEW,
	LEGACY_RESEARCHING,
	LEGACY_SCOPED,
	LEGACY_READY,
	LEGACY_IN_PROGRESS,
	LEGACY_DONE,
	LEGACY_BLOCKED,
	LEGACY_STATUSES
};

extern const struct names legacy_status_names;

enum item_status legacy_status_now(enum legacy_status s);

/*
 * Fill what schema 1 left unsaid, in an item whose statuses are already those
 * of today: its pipeline, its pool, and no phase while it is scoped, for that
 * begins anew. Of an item of schema 2 there is nothing to say.
 */
void legacy_lift(struct item *it, uint64_t schema);

/*
 * Let a lifted item go on under `c`:
 * - a phase of schema 1 that its pipeline does not have in the list where it
 *   would be looked up goes, and its pool with it; the first phase of that
 *   list is next then (plan/select.h);
 * - scoping in a pipeline that scopes nothing is over: the item is ready,
 *   unless a person is to review it.
 * For a blocked item the same holds of the status it goes back to. One whose
 * pipeline is unknown stays as it is.
 */
void legacy_fit(struct item *it, uint64_t schema, const struct config *c);

/*
 * A backlog of an older schema that was just read, whose items are lifted, as
 * it would be shown once it is migrated: each item fitted. One reference.
 */
struct snapshot *
legacy_fitted(const struct snapshot *from, const struct config *c);

/*
 * The sections of a description of schema 2. A line that begins with
 * "Context:", "Problem:", "Solution:", "Impact:" or "Sizing rationale:", in
 * any case, opens one; what stands before the first goes in front of the
 * context, and a text without any is the context. Lines lose the blanks
 * around them. The later of two headings of one name counts: `*ret_dropped`
 * when the earlier had text. Empty sections are absent.
 */
void legacy_description(struct str text, struct arena *a,
	struct description *ret, bool *ret_dropped);

/* A value that is another in today's schema. */
struct legacy_value {
	struct str id;	/* of the item */
	struct str key; /* of BACKLOG.yaml */
	struct str was; /* as it was written; a description: its begin */
	struct str now; /* absent: it is gone; a description: its sections */
	struct str why; /* absent unless there is something to look at */
};

/* What became, or is to become, of a file. */
struct legacy_report {
	uint64_t from;	   /* its schema; today's: there is nothing to do */
	size_t items;	   /* in it */
	struct str backup; /* path from the root; absent: none was made */
	const struct legacy_value *values; /* by item, in file order */
	size_t values_n;
	struct str diff; /* unified; absent when there is nothing to do */
};

#endif
