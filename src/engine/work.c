/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include "base/stamp.h"

/*
 * What a run changed in the work tree, and committing it. What does not go well
 * is told and lets the run go on: the work is in the tree, the backlog says
 * what was decided, and the next weir tries again.
 */

enum { COMMIT_TRIES = 3 };

static struct str_list
dirs_of_others(struct engine *g, const struct task *t, struct arena *a)
{
	struct str *dirs = ARENA_ARRAY(a, struct str, g->tasks.n);
	size_t n = 0;

	for (size_t i = 0; i < g->tasks.n; i++)
		if (g->tasks.items[i] != t)
			dirs[n++] = g->tasks.items[i]->change_dir;
	return (struct str_list){.items = dirs, .n = n};
}

struct work
engine_work(struct engine *g, const struct task *t, struct arena *a)
{
	const struct memory_entry *x = memory_of(&g->memory, t->record.item);
	const struct worktree_since since = {
		.before = &t->before,
		.left = &x->left,
		.other_dirs = dirs_of_others(g, t, a),
	};
	struct work work = {0};
	struct err e = {0};

	work.known = worktree_look(&g->tree, a, &work.tree, &e) == 0;
	if (work.known)
		work.changed = worktree_work(&g->tree, &since, &work.tree, a);
	else
		engine_notice(g, "%.*s %.*s: what it changed is not known: %s",
			STR_ARG(t->record.item), STR_ARG(t->record.phase),
			e.msg);
	return work;
}

/* Work belongs to the branch it was begun on: a switch in mid-phase, by a
 * person or the agent, must not carry it to another one unasked. */
static int
check_branch(const struct task *t, const struct git_changes *now, struct err *e)
{
	struct str begun = t->record.branch;

	if (!str_is_set(begun) || str_eq(begun, now->branch))
		return 0;
	return err_set(e, ERR_CONFLICT,
		"it was begun on branch '%.*s' and HEAD is %s%.*s%s now; go "
		"back with 'git switch %.*s' and the next run commits it, or "
		"commit it yourself",
		STR_ARG(begun), str_is_set(now->branch) ? "on '" : "detached",
		STR_ARG(str_is_set(now->branch) ? now->branch : STR("")),
		str_is_set(now->branch) ? "'" : "", STR_ARG(begun));
}

/* Whose the lock may be and what to do, in place of git's words. */
static void
explain_lock(struct engine *g, const struct task *t, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct git_lock lock;
	struct err ignored = {0};
	char age[STAMP_SIZE];

	if (git_lock(g->tree.git, &tmp, &lock, &ignored) != 1)
		return;
	int64_t now = g->sys->clock(g->sys, SYS_CLOCK_UNIX);
	duration_format(now > lock.since_ns ? now - lock.since_ns : 0, age);
	bool in_run = t != NULL && lock.since_ns >= t->record.started_ns;
	(void)err_set(e, ERR_LOCKED,
		"'%.*s' has been there for %s: another git is at work, or one "
		"has died and left it%s. When no git runs here any more, "
		"remove that file",
		STR_ARG(lock.path), age,
		in_run ? ", perhaps the agent's, for it came while that worked"
		       : "");
}

/* True when it is worth another try: somebody else's commit came in between,
 * or their git was at work and is not any more. */
static bool
is_worth_a_try(struct engine *g, const struct task *t, struct err *e)
{
	if (e->code == ERR_CONFLICT)
		return true;
	if (e->code != ERR_LOCKED)
		return false;
	if (worktree_await_lock(&g->tree, g->sys))
		return true;
	explain_lock(g, t, e);
	return false;
}

int
engine_commit_paths(struct engine *g, const struct task *t,
	const struct git_changes *seen, struct str_list paths,
	struct str message, struct arena *a, struct str *ret_sha, struct err *e)
{
	struct git_changes now = *seen;

	for (int i = 1;; i++) {
		if (paths.n > 0 && check_branch(t, &now, e) < 0)
			return -1;
		int rc = worktree_commit(
			&g->tree, &now, paths, message, a, ret_sha, e);
		if (rc >= 0 || i == COMMIT_TRIES || !is_worth_a_try(g, t, e))
			return rc;
		if (worktree_look(&g->tree, a, &now, e) < 0)
			return -1;
	}
}

static void
tell_left(struct engine *g, const struct task *t, size_t n, struct str one)
{
	if (n == 1)
		engine_notice(g, "%.*s left a changed file uncommitted: '%.*s'",
			STR_ARG(t->record.item), STR_ARG(one));
	else if (n > 1)
		engine_notice(g,
			"%.*s left %zu changed files uncommitted, one is "
			"'%.*s'",
			STR_ARG(t->record.item), n, STR_ARG(one));
}

int
engine_commit_work(struct engine *g, const struct task *t,
	const struct work *work, bool all, struct str message, struct arena *a)
{
	struct str *take = ARENA_ARRAY(a, struct str, work->changed.n);
	struct str left = STR_ABSENT, sha;
	struct str_list paths = {.items = take};
	struct err e = {0};

	if (!work->known)
		return -1;
	for (size_t i = 0; i < work->changed.n; i++) {
		struct str path = work->changed.items[i].path;
		if (all || worktree_is_under(path, t->change_dir))
			take[paths.n++] = path;
		else
			left = path;
	}
	int rc = engine_commit_paths(
		g, t, &work->tree, paths, message, a, &sha, &e);
	if (rc < 0)
		engine_notice(g,
			"%.*s %.*s is not committed yet, the next run will "
			"try again: %s",
			STR_ARG(t->record.item), STR_ARG(t->record.phase),
			e.msg);
	if (rc == 0)
		engine_emit(g,
			(struct event){.kind = EVENT_COMMITTED,
				.item = t->record.item,
				.phase = t->record.phase,
				.commit = sha});
	tell_left(g, t, work->changed.n - paths.n, left);
	return rc < 0 ? -1 : 0;
}
