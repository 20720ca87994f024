/* SPDX-License-Identifier: MIT */
#ifndef FIO_FILE_PRIV_H
#define FIO_FILE_PRIV_H

#include "fio/file.h"

/* What the name held when `st` was taken. */
void fio_version_of(struct sys *sys, const struct stat *st,
	struct fio_digest digest, struct fio_version *ret);

/* All of `bytes`, or -errno. A write that makes no progress is ENOSPC. */
int fio_write_all(struct sys *sys, int fd, struct str bytes);

/* The regular file behind `fd`, whole: fio_read without the opening. */
int
fio_read_fd(struct sys *sys, int fd, const struct fio_path *path, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e);

/* Our bytes, durable, under a name of their own. */
struct fio_temp {
	char name[256];
	struct fio_version version;
};

/*
 * exchange.c: put `t` in the place of what `how->expected` says `name` holds.
 * ERR_CONFLICT when it holds something else, which is there again then, and `t`
 * gone. The directory is not synced.
 */
int fio_exchange(const struct fio_dir *d, const char *name, struct fio_temp *t,
	const struct fio_replacing *how, struct err *e);

/* What a dead writer of an exchange left under `swap`. */
int fio_exchange_sweep(const struct fio_dir *d, const char *swap,
	const struct fio_keep *keep, struct err *e);
bool fio_is_swap(struct str name);

/* "'f' was changed by somebody else; read it again". */
int fio_conflict(const struct fio_path *path, struct err *e);

#endif
