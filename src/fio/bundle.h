/* SPDX-License-Identifier: MIT */
#ifndef FIO_BUNDLE_H
#define FIO_BUNDLE_H

#include "base/vec.h"
#include "fio/write-priv.h"

/*
 * The files of a batch held together, of which all are changed or none: every
 * one is found, locked and read before the first is judged.
 *
 *	struct fio_bundle x;
 *	size_t at;
 *	fio_bundle_init(&x, w, roots, requests, n, results);
 *	x.permits = fio_bundle_holds(n);
 *	fio_pool_enter(w->pool, x.permits, 0);
 *	if (fio_bundle_take(&x, &at, &e) < 0) …      x.files[at] is at fault
 *	… x.files[i]->group, ->held, ->revision …
 *	fio_bundle_release(&x);
 *	fio_pool_leave(w->pool, x.permits, x.bytes);
 *
 * Directories are locked in one order and files in one order, so that two
 * bundles never wait for each other; and no file is locked twice, for that
 * would be waiting for oneself.
 *
 * Requests are for one file when they lead to one name in one directory. By
 * its inode it cannot be told: somebody may save by rename between two looks,
 * or move the file that one request has found to the name of the next.
 */
struct fio_bundle_dir {
	struct fio_inode id;
	struct fio_dir dir;
	struct fio_trash trash;
	bool open; /* the trash */
};

struct fio_bundle_file {
	struct fio_write_group group;
	struct fio_bundle_dir *dir;
	struct fio_writing how;
	struct fio_held held;
	struct fio_revision revision;
	struct fio_path shown;
	char name[256];
	struct buf path; /* absolute */
};

struct fio_bundle {
	struct wio *w;
	struct fio_roots *roots;
	VEC(struct fio_bundle_dir *) dirs;
	/* One for each request, in their order; those that are one file are one
	 * from when all are found. */
	struct fio_bundle_file **files;
	size_t n;
	size_t root; /* of the first file */
	/* Taken from the pool, not given back. The caller enters it. */
	unsigned int permits;
	uint64_t bytes;
	struct fio_bundle_file **order; /* in the order of their inodes */
	size_t *members;		/* of all groups */
};

/* How many descriptors a batch in so many directories holds at most. */
unsigned int fio_bundle_holds(size_t dirs);

void fio_bundle_init(struct fio_bundle *ret, struct wio *w,
	struct fio_roots *roots, const struct wio_write_request *requests,
	size_t n, struct wio_write_result *results);

/* -1 and `*ret_at`, the file at fault. */
int fio_bundle_take(struct fio_bundle *x, size_t *ret_at, struct wio_error *e);

/* The trash of each of the directories, which keeps other processes out. Those
 * that are open stay so. */
int fio_bundle_open_trashes(struct fio_bundle *x, struct wio_error *e);

void fio_bundle_release(struct fio_bundle *x);

#endif
