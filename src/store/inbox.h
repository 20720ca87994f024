/* SPDX-License-Identifier: MIT */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "store/store.h"

/*
 * BACKLOG_INBOX.yaml: a file beside the backlog into which anybody drops new
 * work, a bare sequence or one under `items:`. Taking it is exactly once:
 *
 *	file on disk                    backlog
 *	1 BACKLOG_INBOX.yaml            -
 *	2 .BACKLOG_INBOX.yaml.claim-... -                renamed, synced
 *	3 .BACKLOG_INBOX.yaml.claim-... items, claim id  in one save
 *	4 -                             items, claim id  removed, synced
 *	5 -                             items            with a later save
 *
 * A crash after 1 or 2 takes it (again); after 3 only removes it; after 4
 * nothing is left but an id that no claim carries, which a later save drops.
 *
 * An entry that cannot be taken (no title, a wrong value) goes with its
 * reason to BACKLOG_INBOX.rejected.yaml before the claim is removed; the
 * others are taken. So does what is in no entry of a file that does not parse,
 * such as both sides of a merge conflict. A file that still has a writer is
 * left until it has none.
 *
 * Keys that no item has come along, and comments go above their item. What is
 * neither in an entry nor about one, a key beside `items` or a file of comments
 * alone, goes to the file of the rejected as well, with a note. Where an item
 * stands is not for an entry to
 * say: its id, status and what else weir keeps are left out, with a note.
 */

struct inbox_taken {
	struct snapshot *next; /* NULL when nothing was saved */
	struct str_list added; /* ids of all new items; in next->arena */
	size_t rejected;
	/* Both are the caller's to release: why entries were not taken, and
	 * what to know of those that were. */
	struct problems problems, notes;
};

/*
 * 0: taken (or there was nothing to take: next is NULL, rejected 0). 1: there
 * is a file, but somebody is still writing it; look again in 150 ms.
 */
int store_take_inbox(struct store *st, int64_t now_ns, struct inbox_taken *ret,
	struct err *e);

/*
 * What taking it would find: entries that would be rejected, and what to know
 * of the others. Takes and writes nothing. 1: somebody is still writing it. -1:
 * it cannot be taken at all.
 */
int store_look_inbox(struct store *st, struct problems *problems,
	struct problems *notes, struct err *e);

#endif
