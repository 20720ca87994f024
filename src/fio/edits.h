/* SPDX-License-Identifier: MIT */
#ifndef FIO_EDITS_H
#define FIO_EDITS_H

#include "base/arena.h"
#include "base/diff.h"
#include "base/vec.h"
#include "fio/io-priv.h"

/*
 * Edits of a file's bytes: proven to fit, gathered from several requests, and
 * made all at once. Nothing here touches a file.
 *
 *	struct fio_edits all = {0};
 *	struct diff_edit *landed = mem_alloc(n * sizeof(*landed));
 *	if (fio_edits_land(bytes, &ask, landed, &relocated, &e) < 0 ||
 *		fio_edits_add(&all, landed, n, &e) < 0)
 *		…                the request fails, the others do not
 *	pieces = fio_edits_pieces(bytes, &all, &arena);
 *	fio_edits_release(&all);
 */

struct fio_edits_ask {
	const struct wio_edit *edits;
	size_t n;
	/* The bytes have the digest the offsets were computed from. Else only
	 * an anchor says where an edit goes. */
	bool exact;
	bool raw; /* any bytes; else the bytes are known to be valid UTF-8 */
};

/*
 * Where each edit goes, in the order of the request; `ret` has room for all,
 * texts are borrowed. `*ret_relocated`: one is not where its offsets say.
 *
 * WIO_INVALID: out of order, or an anchor that says nothing. WIO_RANGE,
 * WIO_BOUNDARY, WIO_OVERLAP, WIO_ANCHOR, WIO_UTF8 (its text): `field` names the
 * edit. An edit without an anchor is WIO_MISMATCH when the bytes are others.
 */
int fio_edits_land(struct str bytes, const struct fio_edits_ask *ask,
	struct diff_edit *ret, bool *ret_relocated, struct wio_error *e);

/* In the order of the bytes, and none overlaps another. */
struct fio_edits {
	struct diff_edit *items;
	size_t n, cap;
};

/* All of a request's or, with WIO_OVERLAP, none. What is inserted at one place
 * stays in the order it was added in. */
int fio_edits_add(struct fio_edits *all, const struct diff_edit *edits,
	size_t n, struct wio_error *e);
void fio_edits_release(struct fio_edits *all);

/* `bytes` with all edits made, in pieces of both: nothing is copied. */
struct str_list fio_edits_pieces(
	struct str bytes, const struct fio_edits *all, struct arena *a);
/* None of them changes a byte. */
bool fio_edits_are_idle(struct str bytes, const struct fio_edits *all);

#endif
