/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_COORDINATOR_H
#define ENGINE_COORDINATOR_H

#include "model/change.h"
#include "store/inbox.h"
#include "store/store.h"

/*
 * The one place through which a run changes the backlog. It holds the
 * snapshot in force; everything decided in a tick is decided on that one.
 *
 *	coordinator_open(&c, store, sys, &e);
 *	coordinator_refresh(&c, &e);                others saved?
 *	coordinator_apply(&c, changes, n, &added, &e);
 *	coordinator_take_inbox(&c, &taken, &e);
 *	coordinator_close(&c);
 */
struct coordinator {
	struct store *store;
	struct sys *sys;
	struct snapshot *now; /* the last good one; never NULL once open */
	/* Counts how often what stands in the way of a save may have gone:
	 * somebody else saved the backlog, or an item left it. */
	uint64_t turn;
};

/* ERR_MISSING without a backlog, ERR_INPUT with one that is not sound. */
int coordinator_open(struct coordinator *ret, struct store *store,
	struct sys *sys, struct err *e);
void coordinator_close(struct coordinator *c);

/* 1: there is a new snapshot; 0: nothing changed; -1: what is there now is not
 * sound, the last good snapshot stays in force. */
int coordinator_refresh(struct coordinator *c, struct err *e);

/* Save; `now` is the snapshot after it. `ret_added` (may be NULL) lives in
 * its arena. */
int coordinator_apply(struct coordinator *c, const struct change *changes,
	size_t n, struct str_list *ret_added, struct err *e);

/* As store_take_inbox. `now` is the snapshot after what was saved, also when
 * that was not all. */
int coordinator_take_inbox(
	struct coordinator *c, struct inbox_taken *ret, struct err *e);

#endif
