/* SPDX-License-Identifier: MIT */
#ifndef FIO_IO_PRIV_H
#define FIO_IO_PRIV_H

#include "base/arena.h"
#include "fio/pool.h"
#include "fio/root.h"
#include "weir/io.h"

/*
 * What the parts of the library share. A call takes the roots once, at its
 * beginning, and keeps them to its end.
 *
 *	wio_read, wio_scan, wio_write, wio_create	 weir/io.h
 *	    submit: copies requests, starts a task on the pool
 *	    run: for its chunk: fio_nearby/fio_roots -> a file of its own
 *	         (content, write-file …) -> the result, and fio_account
 */
struct fio_cache;   /* cache.h */
struct fio_tokens;  /* tokens.h */
struct fio_metrics; /* metrics.h */
struct fio_origins; /* origin.h */
struct fio_inodes;  /* inode-lock.h */
struct fio_trashes; /* trash.h */

struct wio {
	struct sys *sys;
	struct arena memory; /* of the options' strings */
	/* Defaults filled in, strings ours. `roots` is empty: those in force
	 * are below. */
	struct wio_options options;
	struct fio_pool *pool;
	struct fio_mutex *mutex; /* of `roots` and `watches` */
	struct fio_roots *roots;
	struct fio_metrics *metrics;
	struct fio_inodes *inodes;   /* per-file locks of writers */
	struct fio_trashes *trashes; /* how full they are */
	struct fio_origins *origins; /* our own writes, for watchers */
	struct fio_cache *cache;     /* NULL: off */
	struct fio_tokens *tokens;   /* NULL: none */
	struct wio_watch *watches;   /* open ones; watcher.h */
};

/* wio_open on another kernel. `inline_only`: no threads at all, every call
 * does its work on the caller's. */
struct wio *fio_io_open(struct sys *sys, const struct wio_options *options,
	bool inline_only, struct wio_error *e);

/*
 * How many descriptors a request may hold at a time, and so many permits it
 * takes (pool.h). A read or scan: the directory and the file. A write or
 * creation: the directory, its trash, the lock in that, and a file; what makes
 * directories has as many open. A batch of which all is done or nothing: the
 * first three of each of its directories, the journal's directory and lock, and
 * a file.
 */
enum {
	FIO_HOLDS_READ = 2,
	FIO_HOLDS_WRITE = 4,
	FIO_HOLDS_DIR = 3,
	FIO_HOLDS_BATCH = 3, /* and FIO_HOLDS_DIR for each */
};

/* A reference to the roots in force. */
struct fio_roots *fio_io_roots(struct wio *w);

/*
 * Work on the pool: waited for, or with a ticket of the public header.
 * WIO_CLOSED when wio_close has begun; `done` is called then, too.
 */
int fio_io_run(struct wio *w, enum wio_op op, const struct fio_job *job,
	struct wio_error *e);
struct wio_ticket *fio_ticket_start(struct wio *w, enum wio_op op,
	const struct fio_job *job, struct wio_error *e);

/* Of a path in a message that has more to say, with the NUL. */
#define FIO_SHOWN_SIZE 121

/*
 * Fill `*e`; always -1. The code of fio_error_sys is chosen by the errno:
 * ENOENT is WIO_NOT_FOUND, EACCES and EPERM WIO_DENIED, ENOSPC and EDQUOT
 * WIO_NO_SPACE, ELOOP WIO_SYMLINK, EXDEV WIO_OUTSIDE, ENOTSUP
 * WIO_UNSUPPORTED, all else WIO_IO. `field` may be NULL.
 */
int fio_error_set(struct wio_error *e, enum wio_op op, enum wio_code code,
	const char *field, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
int fio_error_sys(struct wio_error *e, enum wio_op op, int sys, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));
/* From a lower floor. ERR_CONFLICT is WIO_CONFLICT, ERR_POISONED
 * WIO_UNKNOWN_STATE, ERR_LOCKED WIO_BUSY, ERR_LIMIT WIO_TOO_LARGE. */
int fio_error_from(struct wio_error *e, enum wio_op op, const struct err *from);

/* Put "; " and what may be done about it behind the message; always -1. */
int fio_error_add(struct wio_error *e, const char *way_on);
/* Put "'PATH': " before the message; always -1. */
int fio_error_about(struct wio_error *e, const char *path);

/* One request is over: count it, note how long it took, trace it. */
void fio_account(struct wio *w, enum wio_op op, enum wio_code code,
	const char *path, const char *origin, uint64_t bytes, int64_t began_ns);

#endif
