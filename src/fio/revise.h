/* SPDX-License-Identifier: MIT */
#ifndef FIO_REVISE_H
#define FIO_REVISE_H

#include "fio/edits.h"
#include "fio/sum.h"

/*
 * What the write requests for one file make of its bytes: each is judged for
 * itself, those that are good are merged. Nothing here touches a file.
 *
 *	struct fio_revision r = {.bytes = …, .kind = WIO_XXH3};
 *	for (…)
 *		fio_revise(&r, &requests[i], &results[i]);
 *	if (r.accepted > 0) … fio_revision_pieces(&r) …
 *	fio_revise_told(&r, …);
 *	fio_revision_release(&r);
 */
struct fio_revision {
	struct str bytes; /* borrowed, as the texts of the requests */
	uint64_t size;
	int64_t mtime_ns;
	enum wio_digest_kind kind; /* where a request names none */
	const char *path;	   /* for messages */

	size_t accepted;
	struct fio_edits edits;
	struct arena memory; /* texts of diffs */
	/* By kind, "" while not known; `after` is of the edited bytes. */
	char before[FIO_SUM_KINDS][WIO_DIGEST_SIZE];
	char after[FIO_SUM_KINDS][WIO_DIGEST_SIZE];
	int valid; /* UTF-8: 1, -1 not, 0 not known */
};

/* A request that can be judged at all: WIO_INVALID with the field. */
int fio_revise_check(const struct wio_write_request *r, struct wio_error *e);

/*
 * Judge one: 0 and its edits are among those to be made; -1 and
 * `ret->error`. Fills old digest, deltas (the result's own) and `relocated`.
 */
int fio_revise(struct fio_revision *v, const struct wio_write_request *r,
	struct wio_write_result *ret);

/* The new bytes, in pieces of what is borrowed. */
struct str_list fio_revision_pieces(struct fio_revision *v);

/* Say the new digest in an accepted request's kind. Only after all are
 * judged. */
void fio_revise_told(struct fio_revision *v, const struct wio_write_request *r,
	struct wio_write_result *ret);

/* The file has other bytes than expected, or had (WIO_CONFLICT). */
int fio_revise_mismatch(const struct fio_revision *v, enum wio_code code,
	const struct wio_write_request *r, struct wio_error *e);

void fio_revision_release(struct fio_revision *v);

#endif
