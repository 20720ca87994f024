/* SPDX-License-Identifier: MIT */
#ifndef FIO_TREE_H
#define FIO_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Two trees of the same files: where each was told to be, and where it is now.
 * What is to be told is the difference of the two. A file is one node in both,
 * however often it moves, and what is below a directory moves with it.
 *
 *	                told        now
 *	settled         /a          /a
 *	new             -           /a
 *	gone            /a          -
 *	moved           /a          /d/b
 *
 * Pure: no clock, no file system. No node is looked for twice in time that
 * grows with the tree.
 */
enum fio_view { FIO_TOLD, FIO_NOW, FIO_VIEWS };
/* Those with something to tell, by their last change and by their first. */
enum fio_line { FIO_BY_LAST, FIO_BY_FIRST, FIO_LINES };

struct fio_name; /* the text of a place, shared by both views */

struct fio_node {
	struct fio_spot {
		struct fio_node *parent; /* NULL: nowhere, or a root */
		struct fio_name *name;
		struct fio_node *chain;	      /* in the table */
		struct fio_node *prev, *next; /* of the same parent */
		struct fio_node *children;
	} at[FIO_VIEWS];
	bool is_dir, is_root;

	/* Of the coalescer. */
	bool pending, dirty;
	bool floating; /* moved away from a place, not arrived yet */
	uint32_t walk;
	int64_t first_ns, last_ns;
	struct fio_link {
		struct fio_node *prev, *next;
	} in[FIO_LINES];

	/* Of the watcher. */
	bool watched, polled, marked, failed, gone, missed;
	uint64_t key;		    /* of its watch */
	size_t doubt;		    /* its place among the doubts; 0: none */
	struct fio_node *key_chain; /* in its table of keys */
	struct fio_seen *seen;	    /* who it was, of a file that is polled */
	uint64_t foreign;	    /* when somebody else's change was told */
	size_t root;		    /* of a root: which */
};

struct fio_tree {
	struct fio_node **slots[FIO_VIEWS];
	size_t slots_n, n[FIO_VIEWS];
	size_t nodes;
};

/* In neither view yet. */
struct fio_node *fio_node_new(struct fio_tree *t, bool is_dir);
/* Out of both, with no children. */
void fio_node_free(struct fio_tree *t, struct fio_node *n);
void fio_tree_release(struct fio_tree *t); /* every node was freed */

struct fio_node *fio_tree_find(const struct fio_tree *t, enum fio_view view,
	const struct fio_node *parent, const char *name);
/* The place is free, and the node in none of this view. */
void fio_tree_put(struct fio_tree *t, enum fio_view view, struct fio_node *n,
	struct fio_node *parent, const char *name);
/* Make `view` what the other one says, which has a place for it. */
void
fio_tree_follow(struct fio_tree *t, enum fio_view view, struct fio_node *n);
/* Out of this view; what is below it stays below it. */
void fio_tree_take(struct fio_tree *t, enum fio_view view, struct fio_node *n);

bool fio_node_is_at(const struct fio_node *n, enum fio_view view);
/* In both, at one place: same parent, same name. */
bool fio_node_rests(const struct fio_node *n);
const char *fio_node_name(const struct fio_node *n, enum fio_view view);

/* Its path below its root, "" for the root itself, in place of what `ret` held.
 * Returns the root, or the topmost node when that is nowhere. */
const struct fio_node *
fio_node_path(const struct fio_node *n, enum fio_view view, struct buf *ret);

#endif
