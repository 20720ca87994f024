/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_COORDINATOR_H
#define ENGINE_COORDINATOR_H

#include "model/change.h"
#include "store/store.h"

/*
 * The one place through which a run changes the backlog. It holds the
 * snapshot in force; everything decided in a tick is decided on that one.
 *
 *	coordinator_open(&c, store, sys, &e);
 *	coordinator_refresh(&c, &problems, &e);     others saved?
 *	coordinator_apply(&c, changes, n, &added, &e);
 *	coordinator_close(&c);
 */
struct coordinator {
	struct store *store;
	struct sys *sys;
	struct snapshot *now;	/* the last good one; never NULL once open */
	bool broken;		/* the file on disk is not sound */
	struct arena arena;	/* the ids below */
	VEC(struct str) forget; /* applied run ids that are on record by now */
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

/* Take over a snapshot that the store has saved in another way. */
void coordinator_adopt(struct coordinator *c, struct snapshot *next);

/* The run is on record with its outcome: the next save may drop its id. */
void coordinator_forget(struct coordinator *c, struct str run);

#endif
