/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_WORKTREE_H
#define ENGINE_WORKTREE_H

#include "git/repo.h"
#include "store/runs.h"
#include "store/store.h"

/*
 * What phases do to the work tree, and committing it: one commit per phase,
 * of the paths that the phase changed and of weir's own files, and of nothing
 * else. Without a repository every call succeeds and does nothing.
 *
 *	worktree_before(&w, &a, &before, &e);
 *	… the phase works …
 *	worktree_work(&w, &since, &a, &work, &e);
 *	worktree_commit(&w, paths of work, message, &a, &sha, &e);
 *
 * What an attempt that failed or was interrupted left is kept on record as
 * its item's and goes into the commit of the attempt that succeeds, as long as
 * nobody has changed it since.
 *
 * Phases that run side by side share the tree. A path is counted as changed
 * by the first of them that ends after the change, except that an item's own
 * change directory is never counted to another item. What a person changes
 * while a phase runs is counted to the phase.
 */
struct worktree {
	struct git_repo *git; /* NULL: no repository, or `git: off` */
	struct store_paths own;
};

/* What was dirty when a phase began. */
int worktree_before(struct worktree *w, struct arena *a,
	struct git_changes *ret, struct err *e);

/* HEAD; absent without a repository or a commit. */
int worktree_head(
	struct worktree *w, struct arena *a, struct str *ret, struct err *e);

/* 1: the commit is in HEAD's history, or there is no repository to ask. */
int worktree_has(struct worktree *w, struct str sha, struct err *e);

struct worktree_since {
	const struct git_changes *before;
	const struct git_changes *left; /* by earlier attempts of the item */
	struct str_list other_dirs;	/* change directories of other items */
};

/* What the phase and its earlier attempts changed, as it is now. */
int worktree_work(struct worktree *w, const struct worktree_since *since,
	struct arena *a, struct git_changes *ret, struct err *e);

/* Commit the paths and weir's own files as they are. 1: nothing differs. */
int
worktree_commit(struct worktree *w, struct str_list paths, struct str message,
	struct arena *a, struct str *ret_sha, struct err *e);

bool worktree_is_under(struct str path, struct str dir);

/* Between changes and how a run record holds them. */
struct git_changes
worktree_recorded(const struct run_dirt *dirt, struct arena *a);
struct run_dirt
worktree_record(const struct git_changes *changes, struct arena *a);

#endif
