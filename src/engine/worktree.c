/* SPDX-License-Identifier: MIT */
#include "engine/worktree.h"

#include <stdio.h>

int
worktree_before(struct worktree *w, struct arena *a, struct git_changes *ret,
	struct err *e)
{
	*ret = (struct git_changes){0};
	return w->git != NULL ? git_changes(w->git, a, ret, e) : 0;
}

struct git_changes
worktree_recorded(const struct run_record *r, struct arena *a)
{
	struct git_change *items =
		ARENA_ARRAY(a, struct git_change, r->dirty_paths.n);

	for (size_t i = 0; i < r->dirty_paths.n; i++) {
		struct str digest = r->dirty_digests.items[i];
		items[i] = (struct git_change){
			.path = r->dirty_paths.items[i],
			.deleted = str_is_empty(digest),
		};
		(void)snprintf(items[i].digest, sizeof(items[i].digest), "%.*s",
			STR_ARG(digest));
	}
	return (struct git_changes){.items = items, .n = r->dirty_paths.n};
}

int
worktree_head(
	struct worktree *w, struct arena *a, struct str *ret, struct err *e)
{
	*ret = STR_ABSENT;
	return w->git != NULL ? git_head(w->git, a, ret, e) : 0;
}

int
worktree_has(struct worktree *w, struct str sha, struct err *e)
{
	return w->git != NULL ? git_is_ancestor(w->git, sha, e) : 1;
}

static bool
is_under(struct str path, struct str dir)
{
	return str_starts(path, dir) && path.n > dir.n && path.s[dir.n] == '/';
}

static bool
is_under_any(struct str path, struct str_list dirs)
{
	for (size_t i = 0; i < dirs.n; i++)
		if (is_under(path, dirs.items[i]))
			return true;
	return false;
}

static bool
is_own(const struct store_paths *own, struct str path)
{
	return str_eq(path, own->backlog) || str_eq(path, own->archive) ||
		str_eq(path, own->inbox) || str_eq(path, own->rejected) ||
		is_under(path, own->worklog);
}

/* An inbox somebody has just dropped is not ours to commit; that a tracked
 * one was taken is. */
static bool
is_own_to_commit(const struct store_paths *own, const struct git_change *c)
{
	return is_own(own, c->path) &&
		(!str_eq(c->path, own->inbox) || c->deleted);
}

static int
commit_paths(struct worktree *w, struct str_list paths, struct str message,
	struct arena *a, struct str *ret_sha, struct err *e)
{
	if (paths.n == 0)
		return 1;
	return git_commit(w->git, paths, message, a, ret_sha, e);
}

int
worktree_commit(struct worktree *w, const struct worktree_commit *c,
	struct arena *a, struct str *ret_sha, struct str_list *ret_left,
	struct err *e)
{
	struct git_changes after;

	*ret_sha = STR_ABSENT;
	*ret_left = (struct str_list){0};
	if (w->git == NULL)
		return 1;
	if (git_changes(w->git, a, &after, e) < 0)
		return -1;
	struct str_list changed = git_changed_since(c->before, &after, a);
	struct str *take = ARENA_ARRAY(a, struct str, changed.n + after.n);
	struct str *left = ARENA_ARRAY(a, struct str, changed.n);
	size_t take_n = 0, left_n = 0;

	for (size_t i = 0; i < changed.n; i++) {
		struct str path = changed.items[i];
		if (is_own(&w->own, path) || is_under_any(path, c->other_dirs))
			continue;
		if (c->scope == WORKTREE_ALL || is_under(path, c->change_dir))
			take[take_n++] = path;
		else
			left[left_n++] = path;
	}
	for (size_t i = 0; i < after.n; i++)
		if (is_own_to_commit(&w->own, &after.items[i]))
			take[take_n++] = after.items[i].path;
	*ret_left = (struct str_list){.items = left, .n = left_n};
	return commit_paths(w, (struct str_list){.items = take, .n = take_n},
		c->message, a, ret_sha, e);
}

int
worktree_commit_own(struct worktree *w, struct str message, struct arena *a,
	struct str *ret_sha, struct err *e)
{
	struct git_changes now;
	size_t n = 0;

	*ret_sha = STR_ABSENT;
	if (w->git == NULL)
		return 1;
	if (git_changes(w->git, a, &now, e) < 0)
		return -1;
	struct str *take = ARENA_ARRAY(a, struct str, now.n);
	for (size_t i = 0; i < now.n; i++)
		if (is_own_to_commit(&w->own, &now.items[i]))
			take[n++] = now.items[i].path;
	return commit_paths(w, (struct str_list){.items = take, .n = n},
		message, a, ret_sha, e);
}
