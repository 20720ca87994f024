/* SPDX-License-Identifier: MIT */
#ifndef FIO_FILE_H
#define FIO_FILE_H

#include "base/buf.h"
#include "fio/attributes.h"
#include "fio/digest.h"
#include "fio/dir.h"
#include "fio/origin.h"
#include "weir/io.h"

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
 * Protocol of fio_replace: a temporary file beside it, written, fsync, closed;
 * the name checked to be what `seen` says; the two exchanged; what came out
 * looked at; fsync of the directory; only then it returns 0. What came out and
 * is not provably what `seen` says is somebody's edit: it is exchanged back,
 * and the caller told (ERR_CONFLICT) to redo its change on top of it. After a
 * failure up to the exchange the old file is whole and in place. If the
 * directory's fsync fails, here or in any other call below that makes something
 * durable, what a power cut would leave is unknown: ERR_POISONED, and the
 * caller must not write again before it has re-read.
 *
 * Not promised where the file system cannot exchange two names (EINVAL): that
 * an edit between the check and the rename is noticed; the window is a few
 * microseconds. Where it knows no leases: that an edit written into the
 * replaced file after the look is noticed; it is in what fio_keep keeps.
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
 * FIFO, device or directory is ERR_INPUT, more than `max` bytes ERR_LIMIT. A
 * file that changes while it is read is read again, and ERR_CONFLICT when it
 * never rests. `ret_version` may be NULL.
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

/*
 * Where displaced files go: subdirectories of `dir`, made when they are not
 * there, on the file system of the file.
 *
 *	old/NAME.<time>.<digest>.<next>
 *	    the version that was replaced
 *	odd/NAME.<time>.<digest>.<digest>
 *	    ours, taken back because of a conflict, when it cannot be told
 *	    that nobody is writing it
 *	odd/NAME.conflict-<time>-<hex>
 *	    an edit that another one displaced while we gave it back
 *
 * A program that had one of the first two open may still write into it: the
 * digest, of the bytes it had, tells. Without `keep` those two are removed, and
 * the third stays beside the file.
 */
struct fio_keep {
	const struct fio_dir *dir;
	const char *old, *odd;
	bool edits_beside; /* the third stays beside the file */
	/* The times are later than this one, whatever the clock says: so that
	 * names go on in the order of the saves when it is set back. */
	int64_t after_ns;
};

enum { FIO_ASIDE_SIZE = 512 };

struct fio_replacing {
	mode_t mode; /* of a new file */
	/* Less the umask, and with the ACL that the directory gives. */
	bool umask;
	const struct fio_version *expected; /* as in fio_replace */
	const struct fio_keep *keep;
	const struct fio_attributes *attributes; /* of ours; NULL: none */
	enum wio_durability durability;
	/* Watchers are to know ours again, as of `origin`; or NULL. */
	struct fio_origins *origins;
	struct fio_inode in; /* with them: who the directory is */
	const char *origin;
	bool same_owner; /* fail where the owner cannot be kept */
	/* FIO_ASIDE_SIZE bytes for the path of the third, set when there is
	 * one; or NULL. */
	char *ret_aside;
};

/* fio_replace, which is this without `keep`. */
int fio_replace_keeping(const struct fio_dir *d, const char *name,
	struct str bytes, const struct fio_replacing *how,
	struct fio_version *ret_version, struct err *e);

/* The same for bytes that are not in one place: one piece behind the other. */
int fio_replace_pieces(const struct fio_dir *d, const char *name,
	struct str_list pieces, const struct fio_replacing *how,
	struct fio_version *ret_version, struct err *e);

/* The name under which a version of `name` is kept, taken apart. False for
 * every other name, those with ".conflict-" among them. */
struct fio_kept {
	int64_t at_ns; /* when it was replaced, unix */
	struct fio_digest digest;
	struct fio_digest next; /* of what replaced it */
	size_t name_n;		/* bytes of the name before all that */
};
bool fio_kept_parse(struct str file, const char *name, struct fio_kept *ret);
/* The same for whatever name. */
bool fio_kept_parse_any(struct str file, struct fio_kept *ret);

/* A regular file of that digest, and nobody can be writing it. */
bool fio_is_digest(
	const struct fio_dir *d, const char *file, struct fio_digest digest);

/* Create the file, durably; 1 when the name is taken already. */
int fio_create(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode, struct err *e);
/* The same; of `how`, mode, umask and durability. */
int fio_create_as(const struct fio_dir *d, const char *name, struct str bytes,
	const struct fio_replacing *how, struct fio_version *ret_version,
	struct err *e);

/* Rename within the directory without replacing anything, durably. 1 when
 * `from` does not exist; ERR_CONFLICT when `to` does. */
int fio_move(const struct fio_dir *d, const char *from, const char *to,
	struct err *e);

/*
 * Give `name` these bytes, and whatever had it, be it a directory, the name
 * `aside`, durably: at any time `name` holds the one or the other. 1: `aside`
 * is taken, and nothing was done. A crash may leave the bytes under `aside`.
 * ERR_SYS with EINVAL where the file system cannot exchange two names.
 */
int fio_displace(const struct fio_dir *d, const char *name, const char *aside,
	struct str bytes, mode_t mode, struct err *e);

/* Remove durably; gone already is fine. */
int fio_remove(const struct fio_dir *d, const char *name, struct err *e);
/* Remove what it does not matter for, now or after a crash. */
void fio_drop(const struct fio_dir *d, const char *name);
/*
 * Write what can be done without, piece by piece: over what is there, if that
 * is a regular file of one name, and not made to last. Who reads it meanwhile,
 * or after a crash, or after a failure, which nobody is told of, finds the old
 * bytes, these, some of both or none: they have to prove themselves.
 */
struct fio_scribble {
	struct sys *sys;
	int fd;
	bool sound;
	off_t n, was;
};
void fio_scribble_begin(struct fio_scribble *s, const struct fio_dir *d,
	const char *name, mode_t mode);
void fio_scribble_add(struct fio_scribble *s, struct str bytes);
void fio_scribble_end(struct fio_scribble *s);

/*
 * Remove what dead writers left of fio_replace and fio_create. Bytes that are
 * neither what was written nor the version it replaced are somebody's edit:
 * they are kept as `keep` says. Only under the lock that all writers of the
 * directory take.
 */
int fio_sweep(const struct fio_dir *d, struct err *e);
int fio_sweep_keeping(const struct fio_dir *d, const struct fio_keep *keep,
	struct err *e); /* NULL: as fio_sweep */

/* The name is one of those that fio_sweep looks at. */
bool fio_is_leftover(struct str name);
/* The names that fio_sweep would remove or put away, if their writers are dead.
 */
int fio_leftovers(const struct fio_dir *d, struct arena *a,
	struct str_list *ret, struct err *e);

/*
 * Append `record` (which ends in "\n") as one write and make it durable,
 * creating the file with `mode`. A torn line that a crash left at the end is
 * first completed with "\n", so that records never run together; readers
 * skip it. On failure the file is cut back to what it was; when that fails
 * too, or the directory's sync, the record may be there. An empty record
 * makes durable what an earlier writer, dead by now, may have left in the
 * cache.
 */
int fio_append(const struct fio_dir *d, const char *name, struct str record,
	mode_t mode, struct err *e);

#endif
