/* SPDX-License-Identifier: MIT */
#include "fio/inode.h"

#include <xxhash.h>

struct fio_inode
fio_inode_of(const struct stat *st)
{
	return (struct fio_inode){.dev = st->st_dev, .ino = st->st_ino};
}

int
fio_inode_cmp(struct fio_inode a, struct fio_inode b)
{
	if (a.dev != b.dev)
		return a.dev < b.dev ? -1 : 1;
	return a.ino == b.ino ? 0 : a.ino < b.ino ? -1 : 1;
}

uint64_t
fio_inode_hash(struct fio_inode of)
{
	const uint64_t key[] = {of.dev, of.ino};

	return XXH3_64bits(key, sizeof(key));
}
