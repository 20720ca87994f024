/* SPDX-License-Identifier: MIT */
#ifndef PLAN_DEPS_H
#define PLAN_DEPS_H

#include "base/buf.h"
#include "model/snapshot.h"

/*
 * Dependencies, always judged on the whole backlog and its archive. One is
 * met by an item that is done, in the file or in the archive; merged items
 * count as what they were merged into. A closed one is not met: the work it
 * stood for was not done. An id found in neither is dangling, unless what
 * cannot be read of the backlog may hold it.
 */

enum dep_state {
	DEP_MET,
	DEP_WAITING,  /* in the file, not done */
	DEP_CLOSED,   /* archived as closed */
	DEP_DANGLING, /* in neither file */
	DEP_UNREAD,   /* the same, but not all of the file could be read */
};

enum dep_state dep_state(const struct snapshot *s, struct str id);

/*
 * True when every dependency of `it` is met; else `why` (may be NULL) gets
 * "waits for A (ready), B (closed)".
 */
bool deps_met(const struct snapshot *s, const struct item *it, struct buf *why);

/*
 * A shortest cycle among items that are not done and that `it` is part of:
 * the ids in order from the one that stands first in the file, which is
 * repeated at the end ("A", "B", "A"), or an empty list. Whatever item of a
 * cycle is asked about, it is the same cycle, unless cycles share items.
 */
struct str_list
deps_cycle(const struct snapshot *s, const struct item *it, struct arena *a);

#endif
