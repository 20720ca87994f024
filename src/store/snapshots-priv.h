/* SPDX-License-Identifier: MIT */
#ifndef STORE_SNAPSHOTS_PRIV_H
#define STORE_SNAPSHOTS_PRIV_H

#include "store/backlog-priv.h"

/*
 * What saves displace, in .weir/:
 *
 *	snapshots/  the versions of the backlog that were replaced, the last 20
 *	trash/      what was taken back and versions of other files, for a day;
 *	            edits that nobody else has (".conflict-" in the name) until
 *	            a person removes them
 *
 * The files are the replaced ones themselves, moved: keeping them costs a
 * rename. fio/file.h has their names.
 */
#define SNAPSHOTS_DIR	    "snapshots"
#define SNAPSHOTS_TRASH_DIR "trash"

/* For a save, under the lock: later in name than all that are there, since the
 * newest is what a look at the backlog is held against. */
struct fio_keep snapshots_keep(const struct fio_dir *state);
struct fio_keep snapshots_trash(const struct fio_dir *state);

/*
 * Remove all but the newest snapshots of the backlog `name`. One that was
 * written to after it was replaced goes to trash/ as a conflict instead. What
 * cannot be removed now is removed another time.
 */
void snapshots_prune(const struct fio_dir *state, const char *name);
/* Remove what has been in trash/ for a day; the same for written ones. */
void snapshots_empty_trash(
	const struct fio_dir *state, const char *name, int64_t now_ns);

#endif
