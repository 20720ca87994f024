/* SPDX-License-Identifier: MIT */
#ifndef GIT_REPO_H
#define GIT_REPO_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct sys;

/*
 * git through its own command line, for the work tree a project lies in. The
 * project may be a subdirectory of it; all paths here are relative to the
 * project root and literal, whatever characters they hold.
 *
 *	struct git_repo *r;
 *	int rc = git_open(&r, sys, "/path/of/project", &e);   1: no repository
 *	git_changes(r, &arena, &before, &e);
 *	… a phase works …
 *	git_changes(r, &arena, &after, &e);
 *	git_commit(r, &after, paths, message, &arena, &sha, &e);
 *	git_close(r);
 *
 * Commits take exactly the named paths as they are in the work tree (added,
 * modified or deleted) and leave whatever else is staged staged. Hooks, file
 * system monitors, signing, prompts and background maintenance are off: an
 * agent may have written them. Filters (.gitattributes) do run. Where git knows
 * no author, "weir" is one.
 *
 * Submodules and other repositories inside this one are not looked into, nor
 * listed, nor committed.
 *
 * Calls block for the milliseconds git takes; each call of git ends after 60 s
 * at most. What git refuses is ERR_SYS with its own words; ERR_LOCKED when
 * another git is at work, or died and left its lock file.
 */

struct git_repo;

/* 1: `root` is in no repository, or git is not installed. */
int git_open(struct git_repo **ret, struct sys *sys, const char *root,
	struct err *e);
void git_close(struct git_repo *r); /* NULL is fine */

/* Where the project is in the work tree: "a/b/", or "" at its top. */
struct str git_prefix(const struct git_repo *r);

/*
 * ERR_CONFLICT while the tree is not fit to commit in: a merge, rebase,
 * cherry-pick, revert or bisect is under way, or HEAD is detached. The text
 * says which and what to do.
 */
int git_check_ready(struct git_repo *r, struct err *e);

/* A path that differs from HEAD or is not tracked (and not ignored). */
struct git_change {
	struct str path; /* from the project root; outside it: not listed */
	bool deleted;	 /* not in the work tree */
	char digest[64]; /* of its content and mode now, "" when deleted: to
			    tell whether it changes again. Unreadable files
			    have one and the same */
};

/* What differs from HEAD, and HEAD itself. */
struct git_changes {
	const struct git_change *items; /* by path */
	size_t n;
	struct str head;   /* its commit; absent: there are no commits */
	struct str branch; /* "main"; absent: HEAD is detached */
};

/* Everything that is dirty under the project root, untracked files one by
 * one (not as a directory). */
int git_changes(struct git_repo *r, struct arena *a, struct git_changes *ret,
	struct err *e);

/* The paths in `after` that are not in `before` with the same content. */
struct str_list git_changed_since(const struct git_changes *before,
	const struct git_changes *after, struct arena *a);

/*
 * Commit those of the paths that are in `seen`, as they are by now, on top of
 * its HEAD and to its branch. 1 when none of them differs from HEAD: nothing
 * is committed, only what was staged of them and is no longer true is
 * unstaged. `ret_sha` (may be NULL) gets the new commit's id. ERR_CONFLICT: the
 * branch moved since `seen`. After a failure or a crash the paths may be
 * staged, and no commit is lost.
 */
int git_commit(struct git_repo *r, const struct git_changes *seen,
	struct str_list paths, struct str message, struct arena *a,
	struct str *ret_sha, struct err *e);

/* The lock file of the index, which a commit needs. */
struct git_lock {
	struct str path, dir; /* absolute; `dir` is the directory it is in */
	int64_t since_ns;     /* unix; when it was made */
};

/* 1: it is there, so another git is at work, or died there. `path` and `dir`
 * are filled in any case. */
int git_lock(struct git_repo *r, struct arena *a, struct git_lock *ret,
	struct err *e);

/* 1 when a file by that path, there or not, is in git's index. */
int git_has(struct git_repo *r, struct str path, struct err *e);
/* 1 when any file below that directory is. */
int git_has_below(struct git_repo *r, struct str dir, struct err *e);

/* HEAD's commit id; absent in a repository without commits. */
int git_head(struct git_repo *r, struct arena *a, struct str *ret_sha,
	struct err *e);

/* 1 when `sha` is an ancestor of HEAD or HEAD itself, 0 when not (or when the
 * commit is unknown). ERR_INPUT when it is no commit id. */
int git_is_ancestor(struct git_repo *r, struct str sha, struct err *e);

#endif
