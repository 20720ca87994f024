/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include "base/strmap.h"
#include "base/text.h"
#include "model/item.h"

/*
 * The backlog at one generation: immutable, shared by reference, freed when
 * its last user drops it.
 *
 *	struct snapshot *s = snapshot_new();
 *	… build items in &s->arena …
 *	snapshot_seal(s, items, n, archived, archived_n);
 *	struct snapshot *mine = snapshot_ref(s);
 *	snapshot_unref(mine);
 *	snapshot_unref(s);
 *
 * Taking one is O(1) and copies nothing. References are counted without
 * atomics: snapshots stay on the thread that made them.
 *
 * Generations share what they have in common: an item that a list of changes
 * leaves alone is the same to the last pointer in the next generation, its
 * strings where they were first put. The next generation holds the arenas and
 * texts of those before it for that, and only those: what is in `arrays` goes
 * with the last reference. It holds at most SNAPSHOT_HELD_MAX of them; then its
 * strings are copied together and the chain starts anew.
 */
enum { SNAPSHOT_HELD_MAX = 32 };

/* How an item left the file. */
enum departure { DEPARTED_DONE, DEPARTED_CLOSED, DEPARTED_MERGED, DEPARTURES };

extern const struct names departure_names;

struct archived {
	struct str id;
	enum departure how;
	struct str into; /* merged: the id that took it over */
};

struct snapshot {
	size_t refs;
	size_t holds;	     /* later generations with strings in `arena` */
	uint64_t generation; /* grows with every save or reload */
	/* The schema of the file it was read from when that is not today's:
	 * such a one is looked at and never saved. 0: today's. */
	uint64_t older_schema;
	/* Not all of its file could be read: what is not here may be there. */
	bool partial;
	struct arena arena;	      /* strings, lists, `applied` */
	struct text *text;	      /* more strings; NULL: all in `arena` */
	struct arena arrays;	      /* items, archived ids, their indexes */
	struct snapshot *const *held; /* earlier ones; in `arrays` */
	size_t held_n;
	uint64_t next_item_id;	  /* the highest number ever issued */
	struct str_list applied;  /* claim and run ids already in this file */
	const struct item *items; /* in file order */
	size_t n;
	const struct archived *archived;
	size_t archived_n;
	struct strmap by_id, archived_by_id;
};

struct snapshot *snapshot_new(void); /* one reference, empty, unsealed */
/* The arrays must be in the snapshot's arenas; ids in `items` unique. When
 * `by_id` is there already, it must be right. */
void snapshot_seal(struct snapshot *s, const struct item *items, size_t n,
	const struct archived *archived, size_t archived_n);

/* Before anything is put in: strings of `from` may be used in `s`, which lives
 * no longer than they do. False, and nothing is held, when it is time to copy
 * them. */
bool snapshot_hold(struct snapshot *s, const struct snapshot *from);

struct snapshot *snapshot_ref(const struct snapshot *s);
void snapshot_unref(const struct snapshot *s); /* NULL is fine */

/* NULL when absent. */
const struct item *snapshot_find(const struct snapshot *s, struct str id);
const struct archived *
snapshot_find_archived(const struct snapshot *s, struct str id);

/* The id in the file that `id` may be mistyped for (base/names.h), absent when
 * none is near; in `a`. */
struct str
snapshot_nearest(const struct snapshot *s, struct str id, struct arena *a);

/* Of any id that is or was in the file, and what the file says of it. */
uint64_t snapshot_highest_number(const struct snapshot *s);
/* Of those ids alone. */
uint64_t snapshot_highest_used(const struct snapshot *s);

/* Same content: everything but references and generation. */
bool snapshot_equal(const struct snapshot *a, const struct snapshot *b);

#endif
