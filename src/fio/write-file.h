/* SPDX-License-Identifier: MIT */
#ifndef FIO_WRITE_FILE_H
#define FIO_WRITE_FILE_H

#include "fio/inode-lock.h"
#include "fio/io-priv.h"
#include "fio/trash.h"

/*
 * One file that is held while it is changed: read, judged by the caller, and
 * replaced by the protocol of file.h.
 *
 *	struct fio_held h;
 *	if (fio_held_look(&h, &how, &dir, "a.c", &e) < 0) …
 *	… h.size: is there room to read it …
 *	if (fio_held_take(&h, &e) < 0) …
 *	… h.version.digest, h.bytes …
 *	if (fio_held_replace(&h, next, kept, &e) < 0) …
 *	fio_held_close(&h);
 *
 * No other thread has the file meanwhile, however it spells its path, nor
 * another process if `how` says so. A person may save it at any moment: that is
 * WIO_CONFLICT, and the file holds theirs. Mode, owner, extended attributes
 * and ACLs are kept, or it fails.
 *
 * A crash needs no journal: the hidden names a replace goes through carry the
 * digests of both versions, so whoever finds one knows what it holds
 * (leftover.c).
 */
struct fio_writing {
	struct fio_trash_how trash;
	enum wio_durability durability;
	uint64_t large; /* WIO_TOO_LARGE above */
	bool look;	/* to read only: nothing is locked */
	bool links;	/* other hard links may be cut off */
	struct fio_origins *origins;
	struct fio_inodes *inodes;
};

struct fio_held {
	const struct fio_writing *how;
	const struct fio_dir *dir; /* borrowed, as the name */
	const char *name;
	const char *origin; /* set by the caller; NULL */
	struct buf bytes;
	struct fio_version version;
	struct fio_attributes attributes;
	struct fio_inode inode;
	uint64_t size;
	struct fio_trash own;
	const struct fio_trash *trash; /* NULL: not open yet */
	bool locked;
};

/*
 * Find out how much there is to read (`size`), then lock and read it.
 * WIO_NOT_FOUND, WIO_SYMLINK, WIO_NOT_REGULAR, WIO_LINKED, WIO_TOO_LARGE,
 * WIO_BUSY (another process writes, or somebody does without a pause),
 * WIO_DENIED.
 */
int fio_held_look(struct fio_held *h, const struct fio_writing *how,
	const struct fio_dir *dir, const char *name, struct wio_error *e);
int fio_held_take(struct fio_held *h, struct wio_error *e);
/* For who holds several: the lock alone, for which there may have to be waited;
 * 1 when the name has another file by then, and nothing is locked. Then the
 * bytes. */
int fio_held_lock(struct fio_held *h, struct wio_error *e);
int fio_held_read(struct fio_held *h, struct wio_error *e);

/*
 * `*ret` is what is there now. WIO_CONFLICT; `kept` (FIO_ASIDE_SIZE bytes) then
 * may say where an edit went that is not in the file, and is "" otherwise.
 * WIO_UNKNOWN_STATE when it is in place, but a power cut may undo that.
 */
int fio_held_replace(struct fio_held *h, struct str_list next, char *kept,
	struct fio_version *ret, struct wio_error *e);

/* It holds what is wanted already: make that last as a replace would. */
int fio_held_settle(struct fio_held *h, struct wio_error *e);

void fio_held_close(struct fio_held *h); /* after a failure, too */

#endif
