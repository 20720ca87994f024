/* SPDX-License-Identifier: MIT */
#ifndef FIO_PATCH_H
#define FIO_PATCH_H

#include "base/arena.h"
#include "base/diff.h"
#include "fio/io-priv.h"

/*
 * A unified diff of one file, read into edits of the bytes it is for.
 *
 *	--- a/name                   the names are not used (/dev/null: of an
 *	                             empty file alone, and never of the new
 *	+++ b/name                   side); "diff" and "index" lines may stand
 *	                             before them
 *	@@ -3,2 +3,3 @@ anything
 *	 context
 *	-gone
 *	+new
 *	\ No newline at end of file
 *
 * Nothing is guessed: a hunk lies where its numbers say, every line of the old
 * side is there byte for byte (a CR belongs to its line), the counts are
 * right, and a line without a newline is the last one of its side. An empty
 * line of the context may lack its space, as --suppress-blank-empty makes it.
 * What says more than bytes (a mode, a rename, a copy, a new or deleted file, a
 * binary) is refused by its name, as is a second file.
 *
 * Numbers hold for the bytes the diff was made from. Unless these are `known`
 * to be those, each hunk has a line of context, or is all of the file; what
 * has not (`diff -U0`) is WIO_INVALID "digest".
 */

/*
 * The edits, in order, with texts in `a`. WIO_DIFF
 * with the line of the diff in its message.
 */
int
fio_patch_read(struct str bytes, struct str diff, bool known, struct arena *a,
	const struct diff_edit **ret, size_t *ret_n, struct wio_error *e);

#endif
