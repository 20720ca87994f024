/* SPDX-License-Identifier: MIT */
#ifndef FIO_LOG_PRIV_H
#define FIO_LOG_PRIV_H

#include "fio/log.h"

enum { FIO_LOG_NAME = 64 };

/* No file of a log is larger; what is was not written here. */
#define FIO_LOG_FILE_MAX ((size_t)256 * 1024 * 1024)

/* "events.jsonl", "events.lock", "events-000000000017.jsonl". */
void fio_log_name(const struct fio_log_place *p, const char *suffix,
	char ret[FIO_LOG_NAME]);
void fio_log_segment_name(
	const struct fio_log_place *p, uint64_t number, char ret[FIO_LOG_NAME]);

/* The numbers of the files put aside, ascending; in `a`. */
int fio_log_segments(const struct fio_log_place *p, struct arena *a,
	const uint64_t **ret, size_t *ret_n, struct err *e);

#endif
