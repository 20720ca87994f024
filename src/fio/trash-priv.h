/* SPDX-License-Identifier: MIT */
#ifndef FIO_TRASH_PRIV_H
#define FIO_TRASH_PRIV_H

#include "fio/trash.h"

/* The lock of one directory in a trash for all. */
#define FIO_TRASH_LOCK	      "lock-"
#define FIO_TRASH_LOCK_FORMAT FIO_TRASH_LOCK "%llx-%llx"

/* trash-rest.c: the trashes that this process has seen to. NULL knows none. One
 * that is removed and made again is another. */
bool fio_trashes_know(struct fio_trashes *x, struct fio_inode id);
void fio_trashes_note(struct fio_trashes *x, struct fio_inode id);

#endif
