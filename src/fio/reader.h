/* SPDX-License-Identifier: MIT */
#ifndef FIO_READER_H
#define FIO_READER_H

#include "fio/cache.h"
#include "fio/content.h"
#include "fio/io-priv.h"
#include "fio/part.h"

/*
 * One thread's way through a run of files: the directory it is in, its permit,
 * the bytes it may hold and the memory they are in are kept from file to file.
 *
 *	struct fio_reader r;
 *	struct fio_source src;
 *	fio_reader_init(&r, w, roots, WIO_OP_READ);
 *	if (fio_reader_open(&r, "a.c", &src, &e) == 0) {
 *		use(src.text.bytes, fio_source_sum(&src, WIO_XXH3));
 *		fio_reader_close(&r, &src);
 *	}
 *	fio_reader_release(&r);
 *
 * One file is open at a time. Links are followed as the roots' policy says.
 */
struct fio_reader {
	struct wio *w;
	enum wio_op op;
	/* Whose cancelling ends the reading of a file; NULL: none, as after
	 * fio_reader_init. */
	const struct fio_task *task;
	struct fio_nearby near;
	struct buf scratch;
	bool inside;   /* a permit is held */
	uint64_t held; /* bytes in flight */
	int64_t began_ns;
};

void fio_reader_init(struct fio_reader *ret, struct wio *w,
	struct fio_roots *roots, enum wio_op op); /* roots are borrowed */
void fio_reader_release(struct fio_reader *r);

/*
 * A file's bytes, of one moment. They are in the reader's memory or the
 * cache's.
 */
struct fio_source {
	struct fio_text text;
	struct wio_identity who;
	struct fio_cached known; /* of `who`; digests are added as asked for */
	bool fresh; /* the cache does not have all of it, and may have it */
};

int fio_reader_open(struct fio_reader *r, const char *path,
	struct fio_source *ret, struct wio_error *e);
const struct fio_sum *
fio_source_sum(struct fio_source *src, enum wio_digest_kind kind);
void fio_reader_close(struct fio_reader *r, struct fio_source *src);

/* Part of it, terminated, for mem_free: copied, or, the first time that all of
 * it is asked for, moved. Then it must not be freed before the close. */
char *fio_reader_take(struct fio_reader *r, struct fio_source *src,
	const struct fio_part *part);

/* Who it is, without opening it. */
int fio_reader_stat(struct fio_reader *r, const char *path,
	struct wio_identity *ret, struct wio_error *e);
/* A digest alone, in pieces, of a file of at most `max` bytes. `*ret_read` is
 * false when the cache had it. */
int fio_reader_sum(struct fio_reader *r, const char *path, uint64_t max,
	enum wio_digest_kind kind, struct wio_identity *ret_who,
	struct fio_sum *ret, bool *ret_read, struct wio_error *e);

/* No error, for all fields of it: results are large, most of that is text that
 * need not be touched. */
void fio_error_none(struct wio_error *e, enum wio_op op);

/* The request's own digest; -1: the text is none (WIO_INVALID). Without a text
 * the kind of the options, and 1. */
int fio_reader_wants(const struct fio_reader *r, const char *digest,
	struct fio_sum *ret, struct wio_error *e);

/* WIO_MISMATCH. */
int fio_reader_mismatch(const struct fio_reader *r, const char *path,
	const char *expected, const char *actual,
	const struct wio_identity *who, struct wio_error *e);

#endif
