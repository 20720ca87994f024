/* SPDX-License-Identifier: MIT */
#ifndef FIO_JOURNAL_H
#define FIO_JOURNAL_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * What a batch is about to exchange, as text:
 *
 *	weir-batch 1
 *	SWAP PATH
 *	end 1 1b2c3d4e
 *
 * a line for each file: the hidden name and the file's path, spaces, control
 * characters and "%" written as %20; at the end their number and the CRC-32C of
 * all before that line.
 */
#define FIO_BATCH_LOCK	   "batch-lock"
#define FIO_JOURNAL_PREFIX "batch-"
#define FIO_JOURNAL_SUFFIX ".weir-journal"
/* None is longer: thousands of files with the longest of paths. */
#define FIO_JOURNAL_MAX ((size_t)64 * 1024 * 1024)

struct fio_journal_line {
	const char *swap, *path;
};

void fio_journal_format(
	const struct fio_journal_line *lines, size_t n, struct buf *ret);
/* False when it is not whole. Copies, in `a`. */
bool fio_journal_parse(struct str text, struct arena *a,
	const struct fio_journal_line **ret, size_t *ret_n);

#endif
