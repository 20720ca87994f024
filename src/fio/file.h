/* SPDX-License-Identifier: MIT */
#ifndef FIO_FILE_H
#define FIO_FILE_H

#include "base/buf.h"
#include "fio/digest.h"
#include "fio/dir.h"

/*
 * Whole files: read with proof of what was read, replaced without ever being
 * half there.
 *
 *	struct fio_version seen;
 *	int rc = fio_read(&dir, "BACKLOG.yaml", MAX, &bytes, &seen, &e);
 *	if (rc < 0) …            rc == 1: it does not exist
 *	… change bytes …
 *	fio_replace(&dir, "BACKLOG.yaml", new_bytes, &seen, &seen, &e);
 *
 * Protocol of fio_replace: same name checked to be what `seen` says, a
 * temporary file beside it, written, fsync, closed, renamed over it, fsync of
 * the directory; only then it returns 0. After a failure up to the rename the
 * old file is whole and in place. If the directory's fsync fails, what a
 * power cut would leave is unknown: ERR_POISONED, and the caller must not
 * write again before it has re-read.
 *
 * Not promised: that an editor which saves between the check and the rename
 * is noticed; the window is a few microseconds.
 */

/* Which bytes a name held: who they were, and what. */
struct fio_version {
	bool exists;
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	nlink_t nlink;
	struct fio_digest digest;
	/* False when the file was written so shortly before that its times
	 * could not tell a later change: its content decides then. */
	bool settled;
};

/*
 * Append the whole file to `ret`. 0 done; 1 when it does not exist (ENOENT and
 * nothing else): `*ret_version` then says so. Only regular files: a symlink,
 * FIFO, device or directory is ERR_INPUT, more than `max` bytes ERR_LIMIT, a
 * file that changes while it is read ERR_CONFLICT. `ret_version` may be NULL.
 */
int fio_read(const struct fio_dir *d, const char *name, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e);

/*
 * Like fio_read for a file that somebody else may be writing: 2 when it has
 * a writer, or (where the file system knows no leases) was changed less than
 * 150 ms ago. Then nothing was read; look again later.
 */
int fio_read_settled(const struct fio_dir *d, const char *name, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e);

/*
 * 0: the name still holds those bytes. 1: something else. The content is read
 * only when identity and times do not settle it; `v` then learns the identity
 * under which it was found again.
 */
int fio_is_version(const struct fio_dir *d, const char *name,
	struct fio_version *v, struct err *e);

/*
 * Replace (or create) the file with `bytes`. `expected`: the version it is
 * built on, ERR_CONFLICT when the name holds another; NULL replaces whatever
 * is there. Mode and owner are kept; a new file has `mode`. `ret_version` may
 * be NULL.
 */
int fio_replace(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode, const struct fio_version *expected,
	struct fio_version *ret_version, struct err *e);

/* Create the file, durably; 1 when the name is taken already. */
int fio_create(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode, struct err *e);

/* Rename within the directory without replacing anything, durably. 1 when
 * `from` does not exist; ERR_CONFLICT when `to` does. */
int fio_move(const struct fio_dir *d, const char *from, const char *to,
	struct err *e);

/* Remove durably; gone already is fine. */
int fio_remove(const struct fio_dir *d, const char *name, struct err *e);

/* Remove what dead writers left of fio_replace and fio_create. Only under
 * the lock that all writers of the directory take. */
int fio_sweep(const struct fio_dir *d, struct err *e);

/*
 * Append `record` (which ends in "\n") as one write and make it durable,
 * creating the file with `mode`. A torn line that a crash left at the end is
 * first completed with "\n", so that records never run together; readers
 * skip it. On failure the file is cut back to what it was.
 */
int fio_append(const struct fio_dir *d, const char *name, struct str record,
	mode_t mode, struct err *e);

#endif
