/* SPDX-License-Identifier: MIT */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include "store/store.h"

/*
 * BACKLOG_ARCHIVE.jsonl for those who look into it: what left, when, how, and
 * as what. Only reads; needs no lock, for lines are only ever appended.
 */

struct archive_entry {
	size_t line; /* in the file, from 1 */
	struct item item;
	enum departure how;
	struct str at;	   /* RFC 3339 as written; absent: not said */
	struct str reason; /* closed: why */
	struct str into;   /* merged: the id that took it over */
};

struct archive_entries {
	const struct archive_entry *items;
	size_t n;
};

/*
 * Every departure that can be read, in file order; of several of one id the
 * last. A line that cannot be read is a problem with its place and hides no
 * other; a field of an item that no longer fits is left out. Without a file:
 * none. A line says that an item left only while the backlog does not hold it:
 * leave out what is in there, which may have stayed after all.
 */
int archive_read(struct store *st, struct arena *a, struct archive_entries *ret,
	struct problems *problems, struct err *e);

#endif
