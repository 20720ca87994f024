/* SPDX-License-Identifier: MIT */
#ifndef FIO_INODE_LOCK_H
#define FIO_INODE_LOCK_H

#include <stdbool.h>

#include "fio/inode.h"

/*
 * One thread at a time writes a file, whatever it calls it. Nothing is left of
 * a lock that nobody holds.
 *
 *	fio_inodes_take(x, fio_inode_of(&st));
 *	… is the name still this file? else drop it and look again …
 *	fio_inodes_drop(x, …);
 *
 * Who takes several takes them in the order of fio_inode_cmp.
 */
struct fio_inodes;

struct fio_inodes *fio_inodes_new(void);
void fio_inodes_free(struct fio_inodes *x); /* NULL is fine; none is held */

void fio_inodes_take(struct fio_inodes *x, struct fio_inode of);
/* Without waiting: false when somebody has it. */
bool fio_inodes_try(struct fio_inodes *x, struct fio_inode of);
void fio_inodes_drop(struct fio_inodes *x, struct fio_inode of);

#endif
