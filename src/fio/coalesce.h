/* SPDX-License-Identifier: MIT */
#ifndef FIO_COALESCE_H
#define FIO_COALESCE_H

#include "base/vec.h"
#include "fio/tree.h"
#include "weir/io.h"

/*
 * From what a kernel reports to what is told: the difference between the files
 * there were when something was told last, and the files there are now.
 *
 *	struct fio_coalesce c;
 *	fio_coalesce_init(&c, &(struct fio_coalesce_options){…});
 *	struct fio_node *root = fio_coalesce_root(&c, 0);
 *	… fio_coalesce_created for all there is, then fio_coalesce_settle …
 *	for each raw event:
 *		fio_coalesce_trim(&c);
 *		fio_coalesce_created, _changed, _removed, _from, _to
 *	while (fio_coalesce_next(&c, now, &told) == 0)
 *		use(told);
 *	wait until fio_coalesce_due(&c)
 *
 * Pure: time is an argument and never goes back. What is told, applied in its
 * order to a copy of the files as they were, gives the files as they are:
 *
 *	created		 the path was free, its directory is there
 *	modified	 the path holds a file, with other bytes now
 *	removed		 and, of a directory, all that is below it
 *	renamed		 a file or directory with all below it; what `path` held
 *			 was a file and is replaced by a file
 *
 * After a rescan somebody reads all anew, until fio_coalesce_read. What comes
 * and goes meanwhile may be seen, so it is told as removed, and so is what
 * moves, which is created where it comes to.
 *
 * So a file that is deleted and made again is modified, and so is one that a
 * save by rename puts another one in the place of; what comes and goes, or goes
 * and comes back, is nothing. Files that changed places in a circle are
 * modified, each; of directories in a circle one is removed and created.
 *
 * Memory is bounded by the files there are and those that were told, and not by
 * how often they change.
 */
struct fio_coalesce_options {
	int64_t debounce_ns, max_wait_ns; /* 0: at once */
	int64_t pair_ns; /* how long after its first half a move may end */
	size_t queue;	 /* files with something to tell; more are a rescan */
	/* A directory is not below the roots any more; nobody may use it after
	 * the call. */
	void (*dropped)(void *ctx, struct fio_node *dir);
	void *ctx;
};

struct fio_coalesce {
	struct fio_coalesce_options options;
	struct fio_tree tree;
	VEC(struct fio_node *) roots;
	/* With something to tell. */
	struct {
		struct fio_node *first, *last;
	} lines[FIO_LINES];
	size_t pending;
	/* Moved away and not arrived; by deadline. */
	VEC(struct fio_flight {
		struct fio_node *node;
		uint32_t cookie;
		int64_t until_ns;
	})
	air;
	bool lost; /* a rescan is to be told */
	bool anew; /* one was: what comes now may be seen by who reads */
	/* Seen so, perhaps, and gone again: to be told as removed. */
	VEC(struct fio_ghost {
		char *path;
		size_t root;
		bool is_dir;
	})
	ghosts;
	bool stuck; /* all that is due waits for one in the air */
	uint32_t walk;
	struct buf path, old_path;
};

void fio_coalesce_init(
	struct fio_coalesce *ret, const struct fio_coalesce_options *o);
void fio_coalesce_release(struct fio_coalesce *c);

/* Roots are told and there from the beginning, and until _release. */
struct fio_node *fio_coalesce_root(struct fio_coalesce *c, size_t root);

/* Raw events. `dir` is a directory there is now. */

/* The one there now; one that was there already stays as it is, unless it is of
 * the other kind. */
struct fio_node *fio_coalesce_created(struct fio_coalesce *c,
	struct fio_node *dir, const char *name, bool is_dir, int64_t now_ns);
void fio_coalesce_changed(struct fio_coalesce *c, struct fio_node *dir,
	const char *name, int64_t now_ns);
void fio_coalesce_removed(struct fio_coalesce *c, struct fio_node *dir,
	const char *name, int64_t now_ns);
void fio_coalesce_from(struct fio_coalesce *c, struct fio_node *dir,
	const char *name, uint32_t cookie, int64_t now_ns);
/* What was there is replaced. `*ret_known`, of a directory: it came from below
 * the roots, with all below it. NULL when that cannot be: the tree is to be
 * made anew. */
struct fio_node *
fio_coalesce_to(struct fio_coalesce *c, struct fio_node *dir, const char *name,
	bool is_dir, uint32_t cookie, int64_t now_ns, bool *ret_known);
/* A move to a place that is not seen. */
void
fio_coalesce_landed(struct fio_coalesce *c, uint32_t cookie, int64_t now_ns);
/* The same as removed, of a node that is at hand. */
void
fio_coalesce_drop(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns);
/* Other bytes in a file there is. */
void fio_coalesce_touch(
	struct fio_coalesce *c, struct fio_node *file, int64_t now_ns);

/* Take all as told. */
void fio_coalesce_settle(struct fio_coalesce *c);
/* The same, and tell a rescan. */
void fio_coalesce_lose(struct fio_coalesce *c);
/* Whoever was told a rescan has read, and all that happened by then was put in
 * here. */
void fio_coalesce_read(struct fio_coalesce *c);
/* When there is more to tell than the queue holds, lose it. To be called when
 * no node is held. */
void fio_coalesce_trim(struct fio_coalesce *c);

struct fio_told {
	enum wio_event_kind kind;
	struct fio_node *node; /* NULL: a rescan, or it is gone */
	bool is_dir;
	int64_t at_ns; /* of the last change */
	size_t root;
	/* Good until the next call. */
	const char *path, *old_path;
};

/* 0: one event; 1: nothing to tell yet. */
int
fio_coalesce_next(struct fio_coalesce *c, int64_t now_ns, struct fio_told *ret);
/* When fio_coalesce_next may have something; INT64_MAX: not before the next
 * raw event. */
int64_t fio_coalesce_due(const struct fio_coalesce *c);

#endif
