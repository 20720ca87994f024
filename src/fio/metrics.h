/* SPDX-License-Identifier: MIT */
#ifndef FIO_METRICS_H
#define FIO_METRICS_H

#include "base/buf.h"
#include "weir/io.h"

/*
 * What wio_metrics tells: requests, failures, bytes and latencies of each
 * operation. Counted from any thread, without a lock; a reading while requests
 * end may lack some of them.
 */
struct fio_metrics;
struct fio_metrics *fio_metrics_new(void);
void fio_metrics_free(struct fio_metrics *m); /* NULL is fine */

void fio_metrics_count(struct fio_metrics *m, enum wio_op op,
	enum wio_code code, uint64_t bytes, int64_t duration_ns);

/*
 *	read_requests 12
 *	read_failed 1
 *	read_bytes 48213
 *	read_ns_le_16384 9              so many took at most so long
 *	read_ns_le_32768 12
 *	error_mismatch 1
 *
 * Operations and errors that there were none of are left out.
 */
void fio_metrics_print(struct fio_metrics *m, struct buf *ret);

#endif
