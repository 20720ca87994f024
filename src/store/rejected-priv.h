/* SPDX-License-Identifier: MIT */
#ifndef STORE_REJECTED_PRIV_H
#define STORE_REJECTED_PRIV_H

#include "base/buf.h"
#include "base/err.h"
#include "yaml/slices.h"

/*
 * What an inbox brought and cannot be taken, as text for REJECTED_FILE: its
 * claim and the reason in a comment, then what a person wrote. All of it one
 * after another is one list in sound YAML, which can be mended and dropped in
 * again.
 */

/*
 * An entry of a list, `flow` or not, as it stands in `bytes` but at the left
 * edge. One that says nothing or something else out of its place (an alias, a
 * tag of a directive) becomes a comment.
 */
void rejected_add_entry(struct buf *b, struct str claim, struct str bytes,
	const struct yaml_node *node, bool flow, const struct err *why);

/* Comments that stand around such an entry. */
void rejected_add_comments(struct buf *b, struct str_list comments);

/* Text that does not parse, as a comment. Bytes that no YAML holds are written
 * as \xff. */
void rejected_add_text(struct buf *b, struct str claim, struct str text,
	const struct err *why);

/*
 * The text before the slice `at`, or behind the last when `at` is their number,
 * that is in no slice. Absent when it is of no weight: white space, comments,
 * the key of the list, document markers.
 */
struct str
rejected_between(struct str bytes, const struct yaml_slices *slices, size_t at);

#endif
