/* SPDX-License-Identifier: MIT */

/*
 * git's plumbing, not `git commit`: pathspecs, even literal ones, also name
 * what lies below a directory and fail for a path behind a symbolic link;
 * hooks, templates, trailers and signing are the person's and not ours.
 *
 *	1. the paths as they are go into the index, next to what is staged
 *	2. the same into a copy of HEAD in an index of our own: its tree
 *	3. a commit of that tree on top of HEAD
 *	4. the branch moves to it, unless it moved meanwhile
 *
 * What differs, HEAD and the branch are those that the caller has seen: the
 * compare-and-swap of 4 tells when they are no longer true.
 *
 * A crash before 4 leaves the paths staged and nothing else.
 */
#include "git/repo-priv.h"

#include <errno.h>
#include <fcntl.h>

#include "base/strmap.h"

/* NUL-terminated paths, as update-index reads them. */
struct paths {
	struct buf present, gone;
};

static void
choose(const struct git_changes *seen, struct str_list wanted,
	struct paths *ret)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct strmap map;

	strmap_init(&map, wanted.n, &tmp);
	for (size_t i = 0; i < wanted.n; i++)
		(void)strmap_put(&map, wanted.items[i], i);
	for (size_t i = 0; i < seen->n; i++) {
		const struct git_change *c = &seen->items[i];
		struct buf *to = c->deleted ? &ret->gone : &ret->present;
		size_t ignored;
		if (!strmap_get(&map, c->path, &ignored))
			continue;
		buf_add_str(to, c->path);
		buf_add_char(to, '\0');
	}
}

/* Deletions first: a file may have become a directory of files. One that
 * vanishes meanwhile is deleted, too. */
static int
update_index(const struct git_repo *r, const struct paths *paths,
	const char *const *envp, struct err *e)
{
	struct git_command remove = {
		.args = (const char *const[]){"update-index", "--force-remove",
			"-z", "--stdin", NULL},
		.input = buf_str(&paths->gone),
		.envp = envp,
	};
	struct git_command add = {
		.args = (const char *const[]){"update-index", "--add",
			"--remove", "--replace", "-z", "--stdin", NULL},
		.input = buf_str(&paths->present),
		.envp = envp,
	};

	if (remove.input.n > 0 && git_do(r, &remove, NULL, e) < 0)
		return -1;
	return add.input.n > 0 ? git_do(r, &add, NULL, e) : 0;
}

/* An object's id, as git prints it. */
static int
get_id(const struct git_repo *r, const struct git_command *cmd, struct arena *a,
	struct str *ret, struct err *e)
{
	struct buf out CLEANUP_BUF = {0};

	if (git_do(r, cmd, &out, e) < 0)
		return -1;
	*ret = arena_str(a, str_trim(buf_str(&out)));
	return 0;
}

static int
build_tree(const struct git_repo *r, struct str head, const struct paths *paths,
	const char *const *envp, struct arena *a, struct str *ret,
	struct err *e)
{
	struct git_command read = {
		.args = (const char *const[]){"read-tree",
			str_is_set(head) ? head.s : "--empty", NULL},
		.envp = envp,
	};
	struct git_command write = {
		.args = (const char *const[]){"write-tree", NULL},
		.envp = envp,
	};

	if (git_do(r, &read, NULL, e) < 0 ||
		update_index(r, paths, envp, e) < 0)
		return -1;
	return get_id(r, &write, a, ret, e);
}

/* In an index of our own, so that what else is staged stays out of it. */
static int
make_tree(const struct git_repo *r, struct str head, const struct paths *paths,
	struct arena *a, struct str *ret, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct str path = arena_strf(&tmp, "%s/weir-index-%d", r->git_dir.s,
		(int)r->sys->getpid(r->sys));
	struct str variable = arena_strf(&tmp, "GIT_INDEX_FILE=%s", path.s);

	int rc = build_tree(
		r, head, paths, git_environment(&tmp, variable.s), a, ret, e);
	(void)r->sys->unlinkat(r->sys, AT_FDCWD, path.s, 0);
	return rc;
}

/* 1 when HEAD has that very tree; without commits, when it is empty. */
static int
is_unchanged(const struct git_repo *r, struct str head,
	const struct paths *paths, struct str tree, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct str now;

	if (!str_is_set(head))
		return paths->present.n == 0;
	struct str name = arena_strf(&tmp, "%s^{tree}", head.s);
	if (get_id(r, GIT("rev-parse", "--verify", name.s), &tmp, &now, e) < 0)
		return -1;
	return str_eq(now, tree);
}

/* 1 when git can tell who commits. */
static int
knows_identity(const struct git_repo *r, struct err *e)
{
	const struct git_command *const asks[] = {
		GIT("var", "GIT_AUTHOR_IDENT"),
		GIT("var", "GIT_COMMITTER_IDENT"),
	};
	int status;

	for (size_t i = 0; i < 2; i++) {
		if (git_run(r, asks[i], NULL, NULL, &status, e) < 0)
			return -1;
		if (status != 0)
			return 0;
	}
	return 1;
}

static int
make_commit(const struct git_repo *r, struct str head, struct str tree,
	struct str message, struct arena *a, struct str *ret, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	const char *args[6] = {"commit-tree", tree.s};
	struct git_command cmd = {.args = args};
	int known = knows_identity(r, e);

	if (known < 0)
		return -1;
	if (str_is_set(head)) {
		args[2] = "-p";
		args[3] = head.s;
	}
	cmd.as_weir = !known;
	cmd.input = arena_strf(&tmp, "%.*s\n", STR_ARG(str_trim(message)));
	return get_id(r, &cmd, a, ret, e);
}

/* git's words when the branch is not what it was. */
static bool
has_moved(struct str said)
{
	static const char *const words[] = {
		"but expected",
		"already exists",
		"unable to resolve reference",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_find(said, str_from(words[i])) < said.n)
			return true;
	return false;
}

static int
move_branch(const struct git_repo *r, const struct git_changes *seen,
	struct str commit, struct str message, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct buf said CLEANUP_BUF = {0};
	struct str rest = str_trim(message), subject = STR("");
	char zeros[65] = {0};
	int status;

	(void)str_next_line(&rest, &subject);
	struct str why =
		arena_strf(&tmp, "commit (weir): %.*s", STR_ARG(subject));
	for (size_t i = 0; i < commit.n && i < 64; i++)
		zeros[i] = '0';
	/* Without commits by way of HEAD: git then refuses a branch that is
	 * there and cannot be read. */
	struct str ref = str_is_set(seen->branch) && str_is_set(seen->head)
		? arena_strf(&tmp, "refs/heads/%.*s", STR_ARG(seen->branch))
		: STR("HEAD");
	const struct git_command *cmd = GIT("update-ref", "-m", why.s, ref.s,
		commit.s, str_is_set(seen->head) ? seen->head.s : zeros);
	if (git_run(r, cmd, NULL, &said, &status, e) < 0)
		return -1;
	if (status == 0)
		return 0;
	(void)git_failed(cmd, status, buf_str(&said), e);
	if (has_moved(buf_str(&said)))
		e->code = ERR_CONFLICT;
	return -1;
}

static int
commit(const struct git_repo *r, const struct git_changes *seen,
	const struct paths *paths, struct str message, struct arena *a,
	struct str *ret_sha, struct err *e)
{
	struct str tree;

	if (update_index(r, paths, NULL, e) < 0 ||
		make_tree(r, seen->head, paths, a, &tree, e) < 0)
		return -1;
	int same = is_unchanged(r, seen->head, paths, tree, e);
	if (same != 0)
		return same;
	if (make_commit(r, seen->head, tree, message, a, ret_sha, e) < 0)
		return -1;
	return move_branch(r, seen, *ret_sha, message, e);
}

int
git_commit(struct git_repo *r, const struct git_changes *seen,
	struct str_list paths, struct str message, struct arena *a,
	struct str *ret_sha, struct err *e)
{
	struct paths chosen = {0};
	struct str sha;
	int rc;

	choose(seen, paths, &chosen);
	if (chosen.present.n == 0 && chosen.gone.n == 0)
		rc = 1;
	else
		rc = commit(r, seen, &chosen, message, a, &sha, e);
	buf_release(&chosen.present);
	buf_release(&chosen.gone);
	if (rc == 0 && ret_sha != NULL)
		*ret_sha = sha;
	return rc < 0 ? err_wrap(e, "committing") : rc;
}
