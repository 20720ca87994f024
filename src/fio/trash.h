/* SPDX-License-Identifier: MIT */
#ifndef FIO_TRASH_H
#define FIO_TRASH_H

#include "fio/file.h"
#include "fio/lock.h"

/*
 * What was replaced, kept for those who still have it open: ".weir-trash" in
 * the directory of the file, or one directory for all. And the lock by which
 * writers of a directory and who sweeps it keep out of each other's way.
 *
 *	struct fio_trash t;
 *	if (fio_trash_open(&t, &how, &dir, &e) < 0) …
 *	… replace with &t.keep …
 *	fio_trash_added(&t, size, &inode, 1);
 *	fio_trash_close(&t);
 *
 * The lock is a file in the trash. It is one for a directory and not one for a
 * file, which would be many; and not on the file itself, whose inode gives way
 * with each write. Writers share it. Who sweeps takes it alone, for what a live
 * writer has under a hidden name looks like what a dead one left; and so do
 * writers that have to keep other processes out. Beside the files it stays; in
 * one trash for all there is a lock for each directory, and those that nobody
 * holds go when the trash is looked through (fio_lock_remove says why that is
 * safe).
 */
#define FIO_TRASH_NAME ".weir-trash"

struct fio_trashes;

struct fio_trash_how {
	const char *at; /* an absolute path, on the mount of the file; NULL:
			   beside the file */
	bool alone;	/* take the lock alone */
	int64_t wait_ns;
	struct fio_trashes *trashes; /* NULL: nothing is remembered */
};

struct fio_trash {
	struct fio_dir dir;
	struct fio_keep keep; /* points at `dir`: this does not move */
	struct fio_lock lock;
	struct fio_inode id, of; /* its own, and that of whose files it has */
	struct fio_trashes *trashes;
};

/* ERR_INPUT when `at` is on another mount than `of`, where nothing can be moved
 * to it, or no directory. Whether it is there and open to us shows when it is
 * needed. */
int fio_trash_check(const char *at, const struct fio_dir *of, struct err *e);

/* ERR_LOCKED after `wait_ns`; ERR_INPUT as above. The directory is made when
 * it is not there, with mode and group of the one it is in, and is durable with
 * the next sync of that. Where a file or a link has its name that is ENOTDIR,
 * with what may be done about it. */
int fio_trash_open(struct fio_trash *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e);
/* The directory without the lock, durable in the one it is in. */
int fio_trash_dir(struct fio_trash *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e);
void fio_trash_close(struct fio_trash *t); /* closed is fine */
/* The directory alone, when it is there. 1: there is none. 2: something else
 * has its name, as `e` says, so nothing rests there. */
int fio_trash_find(struct fio_dir *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e);

/*
 * What rests for 24 hours, or is the oldest of over 200 MB or 10000 files,
 * goes, but never what was put there just now; if it does not hold what its
 * name says, somebody wrote into it, and it stays as NAME.conflict-… for good.
 * `trashes` remembers how full they are and that git was told of them, so that
 * not every write has to look.
 */
struct fio_trashes *fio_trashes_new(void);
void fio_trashes_free(struct fio_trashes *x); /* NULL is fine */
/* One file of so many bytes, with `trashes`. Those that it was put there with
 * are `just`, itself among them. */
void fio_trash_added(const struct fio_trash *t, uint64_t bytes,
	const struct fio_inode *just, size_t just_n);
/* The same, for a trash that nobody adds to. */
void fio_trash_expire(const struct fio_dir *trash);

#endif
