/* SPDX-License-Identifier: MIT */
#include "git/repo.h"

#include <errno.h>
#include <fcntl.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "git/repo-priv.h"

/* git ends what it prints with a newline; a path may hold others. */
static struct str
answer(const struct buf *out)
{
	struct str s = buf_str(out);

	if (str_ends(s, STR("\n")))
		s.n--;
	return s;
}

/* 1 when it is no work tree, or there is no git. */
static int
find_work_tree(const struct git_repo *r, struct err *e)
{
	const struct git_command *cmd =
		GIT("rev-parse", "--is-inside-work-tree");
	struct buf out CLEANUP_BUF = {0}, said CLEANUP_BUF = {0};
	struct err why = {0};
	int status;

	if (git_run(r, cmd, &out, &said, &status, &why) < 0) {
		if (why.code == ERR_SYS && why.sys == ENOENT)
			return 1;
		*e = why;
		return -1;
	}
	if (status == 0)
		return str_eq_c(answer(&out), "true") ? 0 : 1;
	/* Not so for a repository that git refuses to touch. */
	if (str_starts(
		    buf_str(&said), STR("fatal: not a git repository (or any")))
		return 1;
	return git_failed(cmd, status, buf_str(&said), e);
}

static int
ask(struct git_repo *r, const char *question, struct str *ret, struct err *e)
{
	struct buf out CLEANUP_BUF = {0};

	if (git_do(r, GIT("rev-parse", question), &out, e) < 0)
		return -1;
	*ret = arena_str(&r->arena, answer(&out));
	return 0;
}

int
git_open(
	struct git_repo **ret, struct sys *sys, const char *root, struct err *e)
{
	struct git_repo *r = mem_alloc(sizeof(*r));

	r->sys = sys;
	r->root = arena_str(&r->arena, str_from(root));
	r->envp = git_environment(&r->arena, NULL);
	int rc = find_work_tree(r, e);
	if (rc == 0)
		rc = ask(r, "--show-prefix", &r->prefix, e);
	if (rc == 0)
		rc = ask(r, "--absolute-git-dir", &r->git_dir, e);
	if (rc != 0) {
		git_close(r);
		return rc;
	}
	*ret = r;
	return 0;
}

void
git_close(struct git_repo *r)
{
	if (r == NULL)
		return;
	arena_release(&r->arena);
	mem_free(r);
}

struct str
git_prefix(const struct git_repo *r)
{
	return r->prefix;
}

/* 1 when it is there. */
static int
in_git_dir(const struct git_repo *r, const char *name, struct err *e)
{
	struct buf path CLEANUP_BUF = {0};
	struct stat st;

	buf_addf(&path, "%s/%s", r->git_dir.s, name);
	int rc = r->sys->fstatat(
		r->sys, AT_FDCWD, path.p, AT_SYMLINK_NOFOLLOW, &st);
	if (rc < 0 && rc != -ENOENT)
		return err_sys(e, -rc, "looking for '%s'", path.p);
	return rc == 0;
}

/* What git keeps in its directory while each is under way. */
static const struct {
	const char *name, *what, *how;
} unfinished[] = {
	{"MERGE_HEAD", "a merge", "git merge --continue"},
	{"rebase-merge", "a rebase", "git rebase --continue"},
	{"rebase-apply", "a rebase or git am", "git rebase --continue"},
	{"CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue"},
	{"REVERT_HEAD", "a revert", "git revert --continue"},
	{"BISECT_LOG", "a bisect", "git bisect reset"},
};

static int
check_head(const struct git_repo *r, struct err *e)
{
	const struct git_command *cmd = GIT("symbolic-ref", "-q", "HEAD");
	struct buf said CLEANUP_BUF = {0};
	int status;

	if (git_run(r, cmd, NULL, &said, &status, e) < 0)
		return -1;
	if (status == 1)
		return err_set(e, ERR_CONFLICT,
			"'%s' is on no branch (HEAD is detached): switch to "
			"one with 'git switch'",
			r->root.s);
	return status == 0 ? 0 : git_failed(cmd, status, buf_str(&said), e);
}

int
git_check_ready(struct git_repo *r, struct err *e)
{
	for (size_t i = 0; i < sizeof(unfinished) / sizeof(unfinished[0]);
		i++) {
		int there = in_git_dir(r, unfinished[i].name, e);
		if (there < 0)
			return -1;
		if (there)
			return err_set(e, ERR_CONFLICT,
				"%s is under way in '%s': finish it first "
				"('%s')",
				unfinished[i].what, r->root.s,
				unfinished[i].how);
	}
	return check_head(r, e);
}

/* The commit's full id; absent when git knows none by that name. */
static int
resolve(const struct git_repo *r, struct str name, struct arena *a,
	struct str *ret, struct err *e)
{
	struct buf wanted CLEANUP_BUF = {0}, out CLEANUP_BUF = {0},
			  said CLEANUP_BUF = {0};
	int status;

	buf_addf(&wanted, "%.*s^{commit}", STR_ARG(name));
	const struct git_command *cmd =
		GIT("rev-parse", "-q", "--verify", wanted.p);
	if (git_run(r, cmd, &out, &said, &status, e) < 0)
		return -1;
	if (status > 1)
		return git_failed(cmd, status, buf_str(&said), e);
	*ret = status == 0 ? arena_str(a, answer(&out)) : STR_ABSENT;
	return 0;
}

int
git_head(
	struct git_repo *r, struct arena *a, struct str *ret_sha, struct err *e)
{
	return resolve(r, STR("HEAD"), a, ret_sha, e);
}

int
git_lock(struct git_repo *r, struct arena *a, struct git_lock *ret,
	struct err *e)
{
	struct stat st;

	*ret = (struct git_lock){
		.path = arena_strf(a, "%s/index.lock", r->git_dir.s),
		.dir = arena_str(a, r->git_dir),
	};
	int rc = r->sys->fstatat(
		r->sys, AT_FDCWD, ret->path.s, AT_SYMLINK_NOFOLLOW, &st);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return err_sys(e, -rc, "looking for '%s'", ret->path.s);
	ret->since_ns = stamp_ns(st.st_mtim);
	return 1;
}

/* What the index has of the path: itself, or what lies below. */
static int
list_indexed(
	struct git_repo *r, struct str path, struct buf *ret, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct str name = arena_str(&tmp, path);

	return git_do(r, GIT("ls-files", "-z", "--", name.s), ret, e);
}

int
git_has(struct git_repo *r, struct str path, struct err *e)
{
	struct buf out CLEANUP_BUF = {0};

	if (list_indexed(r, path, &out, e) < 0)
		return -1;
	return out.n == path.n + 1 && str_starts(buf_str(&out), path);
}

int
git_has_below(struct git_repo *r, struct str dir, struct err *e)
{
	struct buf out CLEANUP_BUF = {0};

	if (list_indexed(r, dir, &out, e) < 0)
		return -1;
	return out.n > dir.n + 1 && out.p[dir.n] == '/';
}

static bool
is_commit_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.s[i] >= '0' && s.s[i] <= '9') ||
			    (s.s[i] >= 'a' && s.s[i] <= 'f') ||
			    (s.s[i] >= 'A' && s.s[i] <= 'F')))
			return false;
	return s.n >= 4 && s.n <= 64;
}

int
git_is_ancestor(struct git_repo *r, struct str sha, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct buf said CLEANUP_BUF = {0};
	struct str commit = STR_ABSENT, head = STR_ABSENT;
	int status;

	if (!is_commit_id(sha))
		return err_set(
			e, ERR_INPUT, "'%.*s' is no commit id", STR_ARG(sha));
	if (resolve(r, sha, &tmp, &commit, e) < 0 ||
		git_head(r, &tmp, &head, e) < 0)
		return -1;
	if (!str_is_set(commit) || !str_is_set(head))
		return 0;
	const struct git_command *cmd =
		GIT("merge-base", "--is-ancestor", commit.s, head.s);
	if (git_run(r, cmd, NULL, &said, &status, e) < 0)
		return -1;
	if (status > 1)
		return git_failed(cmd, status, buf_str(&said), e);
	return status == 0;
}
