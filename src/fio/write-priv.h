/* SPDX-License-Identifier: MIT */
#ifndef FIO_WRITE_PRIV_H
#define FIO_WRITE_PRIV_H

#include "fio/file-priv.h"
#include "fio/revise.h"
#include "fio/write-file.h"

/* What writing, creating and sweeping share. */

/* How this library writes files, from its options. */
struct fio_writing fio_writing_of(struct wio *w);

/* A request's file: found, and a link that is followed, too. */
struct fio_aim {
	struct fio_nearby *nearby;
	struct fio_place place; /* of a link; else dir.fd is -1 */
	const struct fio_dir *dir;
	const char *name;
};
/* fio_held_look at what `path` names. The spot is released by the caller, in
 * any case. */
int fio_aim_look(struct fio_aim *s, struct fio_held *h,
	const struct fio_writing *how, const char *path, struct wio_error *e);
void fio_aim_release(struct fio_aim *s);

/* Requests for one file, in their order. */
struct fio_write_group {
	const struct wio_write_request *requests;
	struct wio_write_result *results;
	const size_t *members;
	size_t n;
};
#define FIO_GROUP_EACH(g, i)                                           \
	for (size_t i##_at = 0, i;                                     \
		i##_at < (g)->n && ((i) = (g)->members[i##_at], true); \
		i##_at++)

/* What `h` holds, to be judged; `kind` and `path` stay. */
void fio_revision_see(struct fio_revision *v, const struct fio_held *h);
/* Judge all of them by what `h` holds; it gets the origin of the first. */
void fio_group_judge(const struct fio_write_group *g, struct fio_held *h,
	struct fio_revision *v);
/* All that were accepted fail with `e`. */
void fio_group_fail(const struct fio_write_group *g, const struct wio_error *e);
/*
 * The replace of `h`'s file was a conflict: `*ret` (its path and kind are set)
 * gets what the name holds by now. WIO_CONFLICT; or WIO_BUSY and `*e` when that
 * is what it held before and nothing was kept: somebody has it open for writing
 * and has not written.
 */
enum wio_code fio_conflict_look(const struct fio_held *h, const char *kept,
	struct fio_revision *ret, struct wio_error *e);
/* They fail with that, and are told what is there. */
void
fio_group_conflict(const struct fio_write_group *g, const struct fio_held *h,
	const struct fio_revision *v, const char *kept);
/* They were a dry run. */
void fio_group_diff(const struct fio_write_group *g, struct fio_revision *v);
/* They are done. */
void fio_group_done(const struct fio_write_group *g, struct fio_revision *v,
	enum wio_durability reached);

/* sweep.c: finish or put back what batches left, by the journals of all
 * roots. */
int fio_sweep_batches(struct wio *w, struct fio_roots *roots, struct err *e);

/* write-all.c: WIO_ALL, on a thread of the pool. */
void fio_write_batch(struct wio *w, struct fio_roots *roots,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results);

#endif
