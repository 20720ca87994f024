/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include "base/strmap.h"
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
 */

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
	uint64_t generation; /* grows with every save or reload */
	struct arena arena;
	uint64_t next_item_id;	  /* the highest number ever issued */
	struct str_list applied;  /* claim and run ids already in this file */
	const struct item *items; /* in file order */
	size_t n;
	const struct archived *archived;
	size_t archived_n;
	struct strmap by_id, archived_by_id;
};

struct snapshot *snapshot_new(void); /* one reference, empty, unsealed */
/* The arrays must be in the snapshot's arena; ids in `items` unique. */
void snapshot_seal(struct snapshot *s, const struct item *items, size_t n,
	const struct archived *archived, size_t archived_n);

struct snapshot *snapshot_ref(const struct snapshot *s);
void snapshot_unref(const struct snapshot *s); /* NULL is fine */

/* NULL when absent. */
const struct item *snapshot_find(const struct snapshot *s, struct str id);
const struct archived *
snapshot_find_archived(const struct snapshot *s, struct str id);

/* Same content: everything but references and generation. */
bool snapshot_equal(const struct snapshot *a, const struct snapshot *b);

#endif
