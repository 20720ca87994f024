/* SPDX-License-Identifier: MIT */
#ifndef BASE_EDITED_H
#define BASE_EDITED_H

#include "base/arena.h"
#include "base/diff.h"

/*
 * What edits make of some bytes, without a copy of the whole.
 *
 *	struct edited ed;
 *	edited_init(&ed, bytes, edits, n);
 *	edited_add(&ed, 0, 100, &head);        its first hundred bytes
 *	pieces = edited_pieces(&ed, &arena, &n);
 *	…
 *	edited_settle(&buf, edits, n);         the bytes become it
 *
 * Bytes and edits are borrowed; the edits are in order and do not overlap.
 */
struct edited {
	struct str bytes;
	const struct diff_edit *edits;
	size_t edits_n;
	size_t n; /* of its bytes */
	/* Where the last look was: behind edit `k`, for looks that go on. */
	size_t k, old_at, at;
};

void edited_init(struct edited *ret, struct str bytes,
	const struct diff_edit *edits, size_t n);

/* Append its bytes [from, to). Quick when `from` grows from call to call. */
void edited_add(struct edited *ed, size_t from, size_t to, struct buf *ret);

/* It, as pieces one behind the other: of the bytes, and texts of edits. */
const struct str *
edited_pieces(const struct edited *ed, struct arena *a, size_t *ret_n);

/* What the edits were made for becomes what they make of it. */
void edited_settle(struct buf *b, const struct diff_edit *edits, size_t n);

#endif
