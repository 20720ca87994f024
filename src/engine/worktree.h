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
 *	worktree_look(&w, &a, &before, &e);
 *	… the phase works …
 *	worktree_look(&w, &a, &now, &e);
 *	work = worktree_work(&w, &since, &now, &a);
 *	worktree_commit(&w, &now, paths of work, message, &a, &sha, &e);
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

/* What is dirty, and HEAD with its branch. */
int worktree_look(struct worktree *w, struct arena *a, struct git_changes *ret,
	struct err *e);

/* 1: the commit is in HEAD's history, or there is no repository to ask. */
int worktree_has(struct worktree *w, struct str sha, struct err *e);

struct worktree_since {
	const struct git_changes *before;
	const struct git_changes *left; /* by earlier attempts of the item */
	struct str_list other_dirs;	/* change directories of other items */
};

/* What of `now` the phase and its earlier attempts changed. */
struct git_changes
worktree_work(const struct worktree *w, const struct worktree_since *since,
	const struct git_changes *now, struct arena *a);

/* Commit those of the paths and of weir's own files that `now` lists, as they
 * are. 1: none. ERR_CONFLICT: HEAD moved since, or is on no branch. */
int worktree_commit(struct worktree *w, const struct git_changes *now,
	struct str_list paths, struct str message, struct arena *a,
	struct str *ret_sha, struct err *e);

/*
 * A commit met the index locked. Wait while another git may be at work: until
 * the lock is gone, or for WORKTREE_LOCK_WAIT_NS; not at all for one that has
 * been there for longer than WORKTREE_LOCK_FRESH_NS. True: it is gone.
 */
#define WORKTREE_LOCK_WAIT_NS  (INT64_C(2) * 1000 * 1000 * 1000)
#define WORKTREE_LOCK_FRESH_NS (INT64_C(10) * 1000 * 1000 * 1000)
bool worktree_await_lock(struct worktree *w, struct sys *sys);

bool worktree_is_under(struct str path, struct str dir);

/* Between changes and how a run record holds them. */
struct git_changes
worktree_recorded(const struct run_dirt *dirt, struct arena *a);
struct run_dirt
worktree_record(const struct git_changes *changes, struct arena *a);

#endif
