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
 * Phases that run side by side share the tree. A path is counted as changed
 * by the first of them that ends after the change, except that an item's own
 * change directory is never counted to another item.
 */
struct worktree {
	struct git_repo *git; /* NULL: no repository, or `git: off` */
	struct store_paths own;
};

/* What was dirty when a phase began. */
int worktree_before(struct worktree *w, struct arena *a,
	struct git_changes *ret, struct err *e);

/* The same of a run on record. */
struct git_changes
worktree_recorded(const struct run_record *r, struct arena *a);

/* HEAD; absent without a repository or a commit. */
int worktree_head(
	struct worktree *w, struct arena *a, struct str *ret, struct err *e);

/* 1: the commit is in HEAD's history, or there is no repository to ask. */
int worktree_has(struct worktree *w, struct str sha, struct err *e);

/* Which of the phase's changes a commit takes. */
enum worktree_scope {
	WORKTREE_ALL,	     /* everything the phase changed */
	WORKTREE_CHANGE_DIR, /* only its item's change directory */
};

struct worktree_commit {
	const struct git_changes *before;
	enum worktree_scope scope;
	struct str change_dir;	    /* the item's, from the root */
	struct str_list other_dirs; /* those of items that still run */
	struct str message;
};

/*
 * Commit what changed since `before`, and weir's own files as they are. 1:
 * there was nothing to commit. `ret_left` gets paths the phase changed that
 * the scope leaves out.
 */
int worktree_commit(struct worktree *w, const struct worktree_commit *c,
	struct arena *a, struct str *ret_sha, struct str_list *ret_left,
	struct err *e);

/* Commit weir's own files only. 1: nothing to commit. */
int worktree_commit_own(struct worktree *w, struct str message, struct arena *a,
	struct str *ret_sha, struct err *e);

#endif
