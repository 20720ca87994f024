/* SPDX-License-Identifier: MIT */
#ifndef FIO_DIR_H
#define FIO_DIR_H

#include <dirent.h>

#include "base/arena.h"
#include "base/err.h"
#include "sys/sys.h"

/*
 * A directory held by its descriptor: every path is relative to it, so it
 * may be renamed underneath without effect, and its fsync sees the errors
 * since it was opened.
 *
 *	struct fio_dir d;
 *	if (fio_dir_open(&d, sys, AT_FDCWD, "proj", &e) < 0) …
 *	fio_dir_close(&d);
 */
struct fio_dir {
	struct sys *sys;
	int fd;		/* -1 when closed */
	char path[400]; /* as it was opened; for messages */
};

#define FIO_DIR_NONE ((struct fio_dir){.fd = -1})

/* ERR_MISSING when there is no such directory, ERR_INPUT when it is none. */
int fio_dir_open(struct fio_dir *ret, struct sys *sys, int at, const char *path,
	struct err *e);
/* A directory inside `d`; no symlink is followed. */
int fio_dir_open_in(struct fio_dir *ret, const struct fio_dir *d,
	const char *name, struct err *e);
/* The same, made with `mode` (and made durable) when it is not there.
 * `name` may have several components. */
int fio_dir_make_in(struct fio_dir *ret, const struct fio_dir *d,
	const char *name, mode_t mode, struct err *e);
void fio_dir_close(struct fio_dir *d); /* closed is fine */

/*
 * Make renames, creations and removals in it durable. ERR_POISONED when that
 * fails, here and in all that syncs a directory: it is unknown what a power cut
 * would leave, and a second call may succeed and prove nothing.
 */
int fio_dir_sync(const struct fio_dir *d, struct err *e);

/* 0: what the name holds, no link followed. 1: nothing. */
int fio_stat(const struct fio_dir *d, const char *name, struct stat *ret,
	struct err *e);
/* Of the directory itself. */
int fio_dir_stat(const struct fio_dir *d, struct stat *ret, struct err *e);
int fio_dir_set_mode(const struct fio_dir *d, mode_t mode, struct err *e);
/* f_type of statfs(2). */
int fio_dir_fs_type(const struct fio_dir *d, int64_t *ret, struct err *e);

/*
 * Rename into the subdirectory `sub` of `to`, which is made when it is not
 * there, over what has the name `as`. -errno, and nothing moved then. Durable
 * only after both directories are synced.
 */
int fio_dir_put_away(const struct fio_dir *from, const char *name,
	const struct fio_dir *to, const char *sub, const char *as);

/* The same for what may be nowhere else: the subdirectory is durable before
 * anything goes there. */
int fio_dir_keep(const struct fio_dir *from, const char *name,
	const struct fio_dir *to, const char *sub, const char *as);

/*
 * What is in a directory, in no order, without "." and "..".
 *
 *	struct fio_dir_reader r;
 *	const struct dirent64 *found;
 *	int rc;
 *
 *	fio_dir_reader_init(&r, sys, fd);
 *	while ((rc = fio_dir_reader_next(&r, &found)) == 0)
 *		… found->d_name …
 *
 * The descriptor is borrowed, and read from where it stands.
 */
struct fio_dir_reader {
	struct sys *sys;
	int fd;
	size_t at, n; /* of chunk, in bytes */
	_Alignas(struct dirent64) char chunk[8192];
};
void fio_dir_reader_init(struct fio_dir_reader *ret, struct sys *sys, int fd);
/* 0: one more, good until the next call. 1: that was all. -errno: there may be
 * more. */
int fio_dir_reader_next(struct fio_dir_reader *r, const struct dirent64 **ret);

/* The names in it that begin with `prefix`, without "." and "..", sorted. */
int fio_dir_list(const struct fio_dir *d, const char *prefix, struct arena *a,
	struct str_list *ret, struct err *e);

/* "dir/name" in a static-size message buffer, for errors. */
struct fio_path {
	char text[600];
};
struct fio_path fio_path(const struct fio_dir *d, const char *name);

#define CLEANUP_FIO_DIR __attribute__((cleanup(fio_dir_close)))

#endif
