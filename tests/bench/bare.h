/* SPDX-License-Identifier: MIT */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include "tree.h"

/*
 * What the kernel alone needs: the same system calls in a plain loop, on the
 * same number of threads, with nothing verified and nobody protected.
 */
struct bare {
	const struct tree *tree;
	size_t threads;
	int cached; /* a file of all their bytes, for bare_cached */
};

enum { BARE_BATCH = 1000 }; /* files read before any is let go */

/* Each: 0. */
int bare_statx(void *bare);
int bare_read(void *bare);	/* open, fstat, read, close */
int bare_read_hash(void *bare); /* and XXH3 of what was read */
int bare_cached(void *bare); /* as many bytes, in pieces of the files' size, out
				of one file: the limit of the page cache */

/* temporary file, write, fsync, rename, fsync of the directory */
int
bare_write(const struct tree *t, const char *path, const char *text, size_t n);

#endif
