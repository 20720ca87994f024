/* SPDX-License-Identifier: MIT */
#ifndef FIO_ORIGIN_H
#define FIO_ORIGIN_H

#include "fio/digest.h"
#include "fio/inode.h"
#include "sys/sys.h"

/*
 * Which files hold what this library wrote into them, so that watchers know our
 * own writes again: by who the file is, the place it was written for, its
 * attributes and the digest of its bytes, never by counting events. What
 * somebody else has moved, made again or taken rights from is his, though the
 * bytes are ours.
 *
 *	writer: fio_origins_note(o, &written, digest, origin)  before the file
 *		gets its name
 *	watcher: fio_origins_find(o, &written, digest, since, origin)
 *
 * A write that fails after it was noted does no harm: nobody meets its bytes.
 * Notes are kept for ten minutes, the last 4096 of them. Any thread.
 */
struct fio_origins;

struct fio_written {
	struct fio_inode file, dir;
	struct fio_digest name; /* in `dir` */
	int64_t mtime_ns;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct fio_written
fio_written_of(const struct stat *file, struct fio_inode dir, const char *name);

enum { FIO_ORIGIN_SIZE = 256 };

struct fio_origins *fio_origins_new(struct sys *sys);
void fio_origins_free(struct fio_origins *o); /* NULL is fine */

/* `origin` may be NULL; what is over FIO_ORIGIN_SIZE - 1 bytes is cut off. */
void fio_origins_note(struct fio_origins *o, const struct fio_written *file,
	struct fio_digest digest, const char *origin);

/* Whether reading that file for its digest is worth the while. */
bool fio_origins_has(struct fio_origins *o, struct fio_inode file);

/*
 * True, and the origin (or ""), when that was noted after `since`. A watcher
 * that has told somebody else's change of a file asks with the mark it took
 * then: bytes of ours that come back by an edit are not our write.
 */
bool fio_origins_find(struct fio_origins *o, const struct fio_written *file,
	struct fio_digest digest, uint64_t since, char ret[FIO_ORIGIN_SIZE]);
uint64_t fio_origins_mark(struct fio_origins *o);

#endif
