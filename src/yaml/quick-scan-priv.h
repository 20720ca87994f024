/* SPDX-License-Identifier: MIT */
#ifndef YAML_QUICK_SCAN_PRIV_H
#define YAML_QUICK_SCAN_PRIV_H

#include <stddef.h>

#include "base/vec.h"
#include "yaml/tree.h"

/*
 * What the files of the fast path share: a place in a document, the scalars
 * read there and the nodes made of them. What returns bool or a node declines
 * with false or NULL.
 *
 * The document is copied into the arena once, terminated, and read there:
 * the NUL ends every loop. Values are slices of that copy. The byte after a
 * slice must become NUL too, but is still to be read when the slice is made,
 * so it is owed until the next one. Text that changes (escapes, indentation)
 * is written over its own source, which is never shorter.
 */
struct quick {
	struct arena *a;
	const char *bytes; /* what is read, as it was given */
	size_t origin;	   /* its place in the document */
	char *text;	   /* the copy */
	char *at;	   /* all before it is read */
	char *line_start;
	size_t line;	  /* from 1 */
	ptrdiff_t column; /* of the first token of a line; -1 at the end */
	bool ascii;
	size_t counted, characters; /* of this line, up to byte `counted` */
	char *owed;
	size_t depth_left, nodes_left;
	VEC(struct yaml_node *) open; /* children of what is not closed yet */
};

/* libyaml looks 1024 characters ahead for a key's colon. */
enum { QUICK_LONGEST_KEY = 1000 };

struct mark {
	size_t start, line, column;
};

struct scalar {
	enum yaml_style style;
	char *start, *end; /* where it stands */
	char *value;
	size_t n;
};

/* A collection being read. */
struct opened {
	struct yaml_node *node;
	size_t first;  /* its children in `open`, keys and values in turn */
	uint64_t seen; /* a bit for each of a few keys */
};

/* quick-scalar.c */

/*
 * The scalar at `at`, on one line; afterwards `at` is behind it. In a flow
 * collection a plain one ends at its indicators too.
 */
bool quick_scalar(struct quick *q, bool flow, struct scalar *ret);

/*
 * The literal or folded scalar at `at`, in a collection at `indent`;
 * afterwards `at` is the start of the first line that is not its own.
 */
bool quick_block_scalar(struct quick *q, ptrdiff_t indent, struct scalar *ret);

/* quick-node.c */

/* The byte at `at` opens a line. */
void quick_begin_line(struct quick *q);

/* The place of `p`; calls on one line go forward. */
struct mark quick_mark(struct quick *q, const char *p);

/* A null where a value is missing, and the scalar as a node. */
struct yaml_node *quick_new_empty(struct quick *q, struct mark m);
struct yaml_node *
quick_new_scalar(struct quick *q, const struct scalar *s, struct mark m);

bool quick_open(struct quick *q, enum yaml_kind kind, enum yaml_style style,
	struct mark m, struct opened *ret);

/* A child of a mapping; false when it has the key already, though of many
 * keys only quick_close sees that. */
bool quick_add_key(struct quick *q, struct opened *o, struct yaml_node *key);

/* The children go to the arena. A block collection ends where its last child
 * does, a flow collection where the caller has said. */
struct yaml_node *quick_close(struct quick *q, const struct opened *o);

/* quick-flow.c: "[…]" or "{…}" on one line, from the bracket at `at` on. */
struct yaml_node *quick_flow(struct quick *q);

/* White space, a line end or the end of the document. */
static inline bool
quick_is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\0' || c == '\t';
}

static inline void
quick_skip_spaces(struct quick *q)
{
	while (*q->at == ' ')
		q->at++;
}

#endif
