/* SPDX-License-Identifier: MIT */
#include "git/scratch.h"

#include "base/stamp.h"

#include <errno.h>

static void
a_directory_outside_any_repository_has_none(void **state)
{
	struct scratch *s = *state;
	struct git_repo *r = NULL;

	assert_int_equal(git_open(&r, sys_real(), s->dir, &s->e), 1);
	assert_null(r);
	(void)sh(s, "git init -q --bare ../bare");
	char bare[100];
	(void)snprintf(bare, sizeof(bare), "%s/bare", s->dir);
	assert_int_equal(git_open(&r, sys_real(), bare, &s->e), 1);
	git_close(NULL);
}

static void
without_git_there_is_no_repository(void **state)
{
	struct scratch *s = *state;
	struct git_repo *r = NULL;
	char *path = strdup(getenv("PATH"));

	setenv("PATH", s->dir, 1);
	int rc = git_open(&r, sys_real(), s->root, &s->e);
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(rc, 1);
}

static void
a_repository_that_git_refuses_is_an_error(void **state)
{
	struct scratch *s = *state;
	struct git_repo *r = NULL;

	(void)sh(s, "git config core.repositoryFormatVersion 99");
	check_fails(git_open(&r, sys_real(), s->root, &s->e), &s->e, ERR_SYS,
		"git rev-parse failed (128)");
	check_fails(git_open(&r, sys_real(), "/no/such/project", &s->e), &s->e,
		ERR_SYS, "/no/such/project");
}

static void
a_repository_without_commits_has_no_head(void **state)
{
	struct scratch *s = *state;
	struct str sha = STR("x");

	check_ok(git_head(s->repo, &s->a, &sha, &s->e), &s->e);
	assert_false(str_is_set(sha));
	check_ok(git_check_ready(s->repo, &s->e), &s->e);
	assert_int_equal(
		git_is_ancestor(s->repo,
			STR("0123456789012345678901234567890123456789"), &s->e),
		0);
}

static void
head_is_the_last_commit(void **state)
{
	struct scratch *s = *state;
	struct str sha;

	check_ok(git_head(s->repo, &s->a, &sha, &s->e), &s->e);
	struct str want = sh(s, "git rev-parse HEAD | tr -d '\\n'");
	assert_true(str_eq(sha, want));
	assert_int_equal(sha.n, 40);
}

static void
a_repository_of_the_longer_hash_works_too(void **state)
{
	struct scratch *s = *state;
	struct str sha;

	(void)sh(s,
		"git init -q --object-format=sha256 in; cd in;"
		"git commit -q --allow-empty -m x");
	open_at(s, "/in");
	check_ok(git_head(s->repo, &s->a, &sha, &s->e), &s->e);
	assert_int_equal(sha.n, 64);
	assert_int_equal(git_is_ancestor(s->repo, sha, &s->e), 1);
}

static void
an_ancestor_is_told_from_others_and_from_the_unknown(void **state)
{
	struct scratch *s = *state;
	struct str first = sh(s, "git rev-parse HEAD | tr -d '\\n'");
	struct str other = sh(s,
		"git switch -qc other; git commit -q --allow-empty -m other;"
		"git rev-parse HEAD | tr -d '\\n'; git switch -q main;"
		"git commit -q --allow-empty -m second");
	struct str blob = sh(s, "git rev-parse HEAD:a | tr -d '\\n'");

	assert_int_equal(git_is_ancestor(s->repo, first, &s->e), 1);
	assert_int_equal(
		git_is_ancestor(s->repo, str_of(first.s, 8), &s->e), 1);
	assert_int_equal(git_is_ancestor(s->repo, other, &s->e), 0);
	assert_int_equal(git_is_ancestor(s->repo, blob, &s->e), 0);
	assert_int_equal(
		git_is_ancestor(s->repo,
			STR("0123456789012345678901234567890123456789"), &s->e),
		0);
}

static void
what_is_no_commit_id_is_refused(void **state)
{
	struct scratch *s = *state;
	const char *const wrong[] = {"", "HEAD", "main", "--all", "abc",
		"0123456789012345678901234567890123456789 ", "a..b", "abcg"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check_fails(git_is_ancestor(s->repo, str_from(wrong[i]), &s->e),
			&s->e, ERR_INPUT, "is no commit id");
}

static void
a_tree_in_the_middle_of_something_is_not_ready(void **state)
{
	struct scratch *s = *state;
	static const struct {
		const char *script, *text, *undo;
	} cases[] = {
		{"git merge other || :", "a merge is under way",
			"git merge --abort"},
		{"git rebase other || :", "a rebase is under way",
			"git rebase --abort"},
		{"git rebase --apply other || :", "a rebase or git am",
			"git rebase --abort"},
		{"git cherry-pick other || :", "a cherry-pick is under way",
			"git cherry-pick --abort"},
		{"git revert HEAD~1 || :", "a revert is under way",
			"git revert --abort"},
		{"git bisect start", "a bisect is under way",
			"git bisect reset"},
		{"git checkout -q HEAD~1", "HEAD is detached",
			"git checkout -q main"},
	};

	(void)sh(s,
		"git switch -qc other; echo o >a; git commit -qam other;"
		"git switch -q main; echo m >a; git commit -qam main;"
		"echo n >a; git commit -qam again");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_ok(git_check_ready(s->repo, &s->e), &s->e);
		(void)sh(s, cases[i].script);
		check_fails(git_check_ready(s->repo, &s->e), &s->e,
			ERR_CONFLICT, cases[i].text);
		(void)sh(s, cases[i].undo);
	}
	check_ok(git_check_ready(s->repo, &s->e), &s->e);
}

static void
a_linked_work_tree_has_a_state_of_its_own(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"git worktree add -q ../linked -b linked;"
		"cd ../linked; git bisect start");
	check_ok(git_check_ready(s->repo, &s->e), &s->e);
	open_at(s, "/../linked");
	check_fails(git_check_ready(s->repo, &s->e), &s->e, ERR_CONFLICT,
		"a bisect is under way");
}

static void
variables_that_point_git_elsewhere_are_not_obeyed(void **state)
{
	struct scratch *s = *state;
	static const char *const names[] = {"GIT_DIR", "GIT_WORK_TREE",
		"GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR",
		"GIT_NAMESPACE", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"};
	struct str want = sh(s, "git rev-parse HEAD | tr -d '\\n'"), sha;
	struct git_changes changes;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		setenv(names[i], "1", 1);
	open_at(s, "");
	int rc = git_head(s->repo, &s->a, &sha, &s->e);
	int listed = git_changes(s->repo, &s->a, &changes, &s->e);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	check_ok(rc, &s->e);
	check_ok(listed, &s->e);
	assert_true(str_eq(sha, want));
	assert_int_equal(changes.n, 0);
}

static void
the_lock_of_the_index_has_a_path_and_an_age(void **state)
{
	struct scratch *s = *state;
	struct git_lock lock;

	assert_int_equal(git_lock(s->repo, &s->a, &lock, &s->e), 0);
	(void)sh(s, "touch -d '2026-11-20 10:00:00.5 UTC' .git/index.lock");
	assert_int_equal(git_lock(s->repo, &s->a, &lock, &s->e), 1);
	assert_true(lock.since_ns == 1795168800 * NS_PER_SEC + 500 * NS_PER_MS);
	assert_true(str_ends(lock.path, STR("/top/.git/index.lock")));
	assert_true(str_ends(lock.dir, STR("/top/.git")));
}

static void
what_the_index_knows_git_has_there_or_not(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "rm a; echo 1 >new; mkdir -p x; echo 1 >x/y; git add x");
	assert_int_equal(git_has(s->repo, STR("a"), &s->e), 1);
	assert_int_equal(git_has(s->repo, STR("x/y"), &s->e), 1);
	assert_int_equal(git_has(s->repo, STR("x"), &s->e), 0);
	assert_int_equal(git_has(s->repo, STR("new"), &s->e), 0);
	assert_int_equal(git_has(s->repo, STR("*"), &s->e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_directory_outside_any_repository_has_none),
		TEST(without_git_there_is_no_repository),
		TEST(a_repository_that_git_refuses_is_an_error),
		TEST_EMPTY(a_repository_without_commits_has_no_head),
		TEST(head_is_the_last_commit),
		TEST(a_repository_of_the_longer_hash_works_too),
		TEST(an_ancestor_is_told_from_others_and_from_the_unknown),
		TEST(what_is_no_commit_id_is_refused),
		TEST(a_tree_in_the_middle_of_something_is_not_ready),
		TEST(a_linked_work_tree_has_a_state_of_its_own),
		TEST(variables_that_point_git_elsewhere_are_not_obeyed),
		TEST(the_lock_of_the_index_has_a_path_and_an_age),
		TEST(what_the_index_knows_git_has_there_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
