/* SPDX-License-Identifier: MIT */
#ifndef FIO_FILE_PRIV_H
#define FIO_FILE_PRIV_H

#include "fio/file.h"

/* What the name held when `st` was taken. */
void fio_version_of(struct sys *sys, const struct stat *st,
	struct fio_digest digest, struct fio_version *ret);

/* All of `bytes`, or -errno. A write that makes no progress is ENOSPC. */
int fio_write_all(struct sys *sys, int fd, struct str bytes);

#endif
