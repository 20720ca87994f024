/* SPDX-License-Identifier: MIT */
#include "engine/worktree.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "fio/watch.h"

int
worktree_look(struct worktree *w, struct arena *a, struct git_changes *ret,
	struct err *e)
{
	*ret = (struct git_changes){0};
	return w->git != NULL ? git_changes(w->git, a, ret, e) : 0;
}

int
worktree_has(struct worktree *w, struct str sha, struct err *e)
{
	return w->git != NULL ? git_is_ancestor(w->git, sha, e) : 1;
}

/* 1: it is there and fresh; 0: it is gone; -1: it is old. */
static int
judge_lock(struct worktree *w, struct sys *sys, struct git_lock *lock,
	struct arena *a)
{
	struct err ignored = {0};

	if (git_lock(w->git, a, lock, &ignored) != 1)
		return 0;
	int64_t age = sys->clock(sys, SYS_CLOCK_UNIX) - lock->since_ns;
	return age <= WORKTREE_LOCK_FRESH_NS ? 1 : -1;
}

bool
worktree_await_lock(struct worktree *w, struct sys *sys)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct fio_watch watch = {.fd = -1};
	struct git_lock lock;
	struct err ignored = {0};
	int64_t left = WORKTREE_LOCK_WAIT_NS;
	int64_t until = sys->clock(sys, SYS_CLOCK_ELAPSED) + left;

	int found = judge_lock(w, sys, &lock, &tmp);
	if (found == 1 &&
		(fio_watch_open(&watch, sys, &ignored) < 0 ||
			fio_watch_add(&watch, lock.dir.s, &ignored) < 0))
		left = 0;
	struct pollfd changed = {.fd = watch.fd, .events = POLLIN};
	/* It may have gone before the watch was set: look first. */
	while (left > 0 && (found = judge_lock(w, sys, &lock, &tmp)) == 1) {
		(void)sys->poll(sys, &changed, 1, left);
		(void)fio_watch_drain(&watch, &ignored);
		left = until - sys->clock(sys, SYS_CLOCK_ELAPSED);
	}
	fio_watch_close(&watch);
	return found == 0;
}

bool
worktree_is_under(struct str path, struct str dir)
{
	return str_starts(path, dir) && path.n > dir.n && path.s[dir.n] == '/';
}

static bool
is_under_any(struct str path, struct str_list dirs)
{
	for (size_t i = 0; i < dirs.n; i++)
		if (worktree_is_under(path, dirs.items[i]))
			return true;
	return false;
}

static bool
is_own(const struct store_paths *own, struct str path)
{
	return str_eq(path, own->backlog) || str_eq(path, own->archive) ||
		str_starts(path, own->inbox) ||
		str_starts(path, own->rejected) ||
		worktree_is_under(path, own->worklog) ||
		store_is_transient(own, path);
}

/* An inbox somebody has just dropped is not ours to commit, nor is what weir
 * has under way; that a tracked one was taken is, and so that such a file that
 * got into a commit is gone. */
static bool
is_own_to_commit(const struct store_paths *own, const struct git_change *c)
{
	return is_own(own, c->path) &&
		(c->deleted ||
			(!str_eq(c->path, own->inbox) &&
				!store_is_transient(own, c->path)));
}

/* An earlier attempt left the path just as it is now. */
static bool
was_left(const struct git_changes *left, const struct git_change *now)
{
	for (size_t i = 0; i < left->n; i++)
		if (str_eq(left->items[i].path, now->path))
			return left->items[i].deleted == now->deleted &&
				strcmp(left->items[i].digest, now->digest) == 0;
	return false;
}

struct git_changes
worktree_work(const struct worktree *w, const struct worktree_since *since,
	const struct git_changes *now, struct arena *a)
{
	size_t n = 0, k = 0;

	/* In the order of `now`, both of them. */
	struct str_list changed = git_changed_since(since->before, now, a);
	struct git_change *items = ARENA_ARRAY(a, struct git_change, now->n);
	for (size_t i = 0; i < now->n; i++) {
		const struct git_change *c = &now->items[i];
		bool mine = k < changed.n && str_eq(changed.items[k], c->path);
		k += mine;
		if (is_own(&w->own, c->path) ||
			is_under_any(c->path, since->other_dirs))
			continue;
		if (mine || was_left(since->left, c))
			items[n++] = *c;
	}
	return (struct git_changes){.items = items, .n = n};
}

int
worktree_commit(struct worktree *w, const struct git_changes *now,
	struct str_list paths, struct str message, struct arena *a,
	struct str *ret_sha, struct err *e)
{
	size_t n = paths.n;

	*ret_sha = STR_ABSENT;
	if (w->git == NULL)
		return 1;
	struct str *take = ARENA_ARRAY(a, struct str, paths.n + now->n);
	if (paths.n > 0)
		memcpy(take, paths.items, paths.n * sizeof(take[0]));
	for (size_t i = 0; i < now->n; i++)
		if (is_own_to_commit(&w->own, &now->items[i]))
			take[n++] = now->items[i].path;
	if (n == 0)
		return 1;
	/* What is committed there is left behind by the next switch. */
	if (!str_is_set(now->branch))
		return err_set(e, ERR_CONFLICT,
			"HEAD is on no branch (it is detached): go back to "
			"one with 'git switch'");
	return git_commit(w->git, now, (struct str_list){.items = take, .n = n},
		message, a, ret_sha, e);
}

struct git_changes
worktree_recorded(const struct run_dirt *dirt, struct arena *a)
{
	struct git_change *items =
		ARENA_ARRAY(a, struct git_change, dirt->paths.n);

	for (size_t i = 0; i < dirt->paths.n; i++) {
		struct str digest = dirt->digests.items[i];
		items[i] = (struct git_change){
			.path = arena_str(a, dirt->paths.items[i]),
			.deleted = str_is_empty(digest),
		};
		(void)snprintf(items[i].digest, sizeof(items[i].digest), "%.*s",
			STR_ARG(digest));
	}
	return (struct git_changes){.items = items, .n = dirt->paths.n};
}

struct run_dirt
worktree_record(const struct git_changes *changes, struct arena *a)
{
	struct str *paths = ARENA_ARRAY(a, struct str, changes->n);
	struct str *digests = ARENA_ARRAY(a, struct str, changes->n);

	for (size_t i = 0; i < changes->n; i++) {
		paths[i] = arena_str(a, changes->items[i].path);
		digests[i] = arena_str(a, str_from(changes->items[i].digest));
	}
	return (struct run_dirt){
		.paths = {.items = paths, .n = changes->n},
		.digests = {.items = digests, .n = changes->n},
	};
}
