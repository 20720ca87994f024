/* SPDX-License-Identifier: MIT */
#ifndef BASE_DIFF_H
#define BASE_DIFF_H

#include "base/buf.h"
#include "base/str.h"

/*
 * A unified diff from edits that are known, so nothing has to be searched
 * for.
 *
 *	const struct diff_edit edits[] = {{.at = 8, .n = 1, .text = STR("3")}};
 *	diff_unified(bytes, edits, 1, "BACKLOG.yaml", &out);
 *
 * Lines end with LF; a CR before it is part of the line. What patch(1) and
 * git-apply(1) make of `bytes` and the diff is what the edits make of it.
 * Lines that an edit takes away and puts back unchanged at its ends are not
 * shown. Edits far apart are never compared with one another: a text that
 * moved is shown as gone there and new here.
 */

/* Bytes [at, at + n) give way to `text`. */
struct diff_edit {
	size_t at, n;
	struct str text;
};

/*
 * Append the diff of "a/name" and "b/name" with three lines of context;
 * nothing when nothing changes. The edits are in order and do not overlap;
 * several may insert at one place.
 */
void diff_unified(struct str bytes, const struct diff_edit *edits, size_t n,
	const char *name, struct buf *ret);

#endif
