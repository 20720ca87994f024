/* SPDX-License-Identifier: MIT */
#ifndef FIO_CONTENT_H
#define FIO_CONTENT_H

#include "base/buf.h"
#include "fio/dir.h"
#include "fio/pool.h"
#include "fio/sum.h"

/*
 * One file's bytes, of one moment: what fstat says before and after the reading
 * must agree. Everything that reads whole files stands on this.
 *
 *	struct fio_content c;
 *	enum fio_found f = fio_content_open(&c, &dir, "a.c");
 *	if (f == FIO_FOUND)
 *		f = fio_content_load(&c, MAX, &bytes);
 *	fio_content_close(&c);
 *	if (f == FIO_RESTLESS) … open it again, a few times
 *
 * The file is opened so that nothing can make it wait, and only regular files
 * are read. It says how it went and leaves the words to its callers, who have
 * errors of different kinds to fill.
 */
enum fio_found {
	FIO_FOUND = 0,
	FIO_ABSENT,	/* ENOENT, and nothing else */
	FIO_LINK,	/* a symbolic link; not followed */
	FIO_IRREGULAR,	/* a directory, FIFO, device or socket */
	FIO_LARGE,	/* over `max` bytes; nothing was read */
	FIO_RESTLESS,	/* it changed while it was read */
	FIO_CANCELLED,	/* `task` was, while it was read */
	FIO_UNREADABLE, /* `doing` failed with `sys_errno` */
};

/* How often a file that changes under us is read before it is given up. */
enum { FIO_CONTENT_TRIES = 9 };
/* What a digest alone is read in, and what the whole is. */
enum { FIO_CONTENT_PIECE = 128 * 1024, FIO_CONTENT_STEP = 8 << 20 };

struct fio_content {
	struct sys *sys;
	int fd; /* -1 when closed */
	struct stat st;
	/* Looked at before each piece that is read; NULL: never cancelled. */
	const struct fio_task *task;
	const char *doing; /* "opening", "looking at", "reading" */
	int sys_errno;
	/* Of FIO_RESTLESS: nothing of it changed, but it gave more or fewer
	 * bytes than its size, as what the kernel makes up in /proc does. */
	bool made_up;
};

#define FIO_MADE_UP                                                          \
	"does not hold as many bytes as its size says, like those of /proc " \
	"and /sys: there is no telling whether they are all"

/* `fd` is -1 unless it is FIO_FOUND. */
enum fio_found fio_content_open(
	struct fio_content *ret, const struct fio_dir *d, const char *name);
/* Of a file that is open already, from where it stands; `fd` stays the
 * caller's. */
enum fio_found fio_content_of(struct fio_content *ret, struct sys *sys, int fd);
void fio_content_close(struct fio_content *c); /* closed is fine */

/* Append everything to `ret`; on failure it holds what it held. */
enum fio_found
fio_content_load(struct fio_content *c, uint64_t max, struct buf *ret);
/* The digest alone, in pieces that pass through `piece` (empty afterwards). */
enum fio_found fio_content_sum(struct fio_content *c, uint64_t max,
	enum wio_digest_kind kind, struct buf *piece, struct fio_sum *ret);
/* Of every kind, of the same bytes. */
enum fio_found fio_content_sums(struct fio_content *c, uint64_t max,
	struct buf *piece, struct fio_sum ret[FIO_SUM_KINDS]);

/* Who a file is; `seen_ns` is 0. */
struct wio_identity fio_identity(const struct stat *st);
/* The same but for `seen_ns`. */
bool
fio_identity_eq(const struct wio_identity *a, const struct wio_identity *b);
/*
 * Whether a change made after `seen_ns` would show in the times: they are older
 * than that by more than the grain of the clock that file systems stamp with
 * (a tick; two seconds where whole ones are all they keep).
 */
bool fio_identity_settled(const struct wio_identity *who, int64_t seen_ns);

#endif
