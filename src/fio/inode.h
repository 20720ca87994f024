/* SPDX-License-Identifier: MIT */
#ifndef FIO_INODE_H
#define FIO_INODE_H

#include <stdint.h>
#include <sys/stat.h>

/* Which file it is, whatever it is called: for who keeps something by file. */
struct fio_inode {
	dev_t dev;
	ino_t ino;
};

struct fio_inode fio_inode_of(const struct stat *st);

/* An order; 0: the same file. */
int fio_inode_cmp(struct fio_inode a, struct fio_inode b);

/* For tables. */
uint64_t fio_inode_hash(struct fio_inode of);

#endif
