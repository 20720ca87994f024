/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The tree that everything is measured on: files of some kilobytes that look
 * like source, a hundred to a directory, always the same.
 */
struct tree {
	const char *dir; /* absolute */
	size_t n;
	char **paths; /* relative to it */
	int fd;	      /* of it */
	size_t bytes; /* of all of them */
};

/* Make what is not there yet. */
void tree_open(struct tree *t, const char *dir, size_t n);
void tree_close(struct tree *t);

#endif
