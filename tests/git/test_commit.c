/* SPDX-License-Identifier: MIT */
#include "git/scratch.h"

/* The paths end with NULL. */
static int
commit(struct scratch *s, const char *const *paths)
{
	struct str list[20], sha = STR_ABSENT;
	size_t n = 0;

	for (; paths[n] != NULL; n++)
		list[n] = str_from(paths[n]);
	struct git_changes seen;
	if (git_changes(s->repo, &s->a, &seen, &s->e) < 0)
		return -1;
	int rc = git_commit(s->repo, &seen,
		(struct str_list){.items = list, .n = n},
		STR("[WRK-001][build] do it\n\nat length\n"), &s->a, &sha,
		&s->e);
	if (rc == 0)
		assert_true(str_eq(sha,
			sh(s,
				"git rev-parse HEAD | "
				"tr -d '\\n'")));
	return rc;
}

#define COMMIT(s, ...) commit((s), (const char *const[]){__VA_ARGS__, NULL})

/* What HEAD changed, as "A path|". */
static struct str
committed(struct scratch *s)
{
	return sh(s,
		"git show -z --format= --name-status --no-renames HEAD |"
		"tr '\\0' '|'");
}

static struct str
left(struct scratch *s)
{
	return sh(s, "git status --porcelain -z --no-renames | tr '\\0' '|'");
}

static void
exactly_the_named_paths_are_committed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo x >>a; echo x >>b; rm d/c; mkdir n; echo 1 >n/1;"
		"echo 2 >n/2");
	check_ok(COMMIT(s, "a", "d/c", "n/1"), &s->e);
	check_str(committed(s), "M|a|D|d/c|A|n/1|");
	check_str(left(s), " M b|?? n/2|");
	check_str(sh(s, "git log -1 --format=%B"),
		"[WRK-001][build] do it\n\nat length\n\n");
	check_str(sh(s, "git log -1 --format=%an:%ae:%cn"),
		"Person:person@localhost:Person\n");
	check_str(sh(s, "git log --format=%s | wc -l"), "2\n");
	check_str(sh(s, "git reflog -1 --format=%gs"),
		"commit (weir): [WRK-001][build] do it\n");
	(void)sh(s, "git fsck --strict 2>&1; test ! -e .git/weir-index*");
}

static void
what_else_is_staged_stays_staged_and_is_not_committed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo s >>b; git add b; echo more >>b; echo 1 >new;"
		"git add new; git rm -q d/c; echo x >>a");
	check_ok(COMMIT(s, "a"), &s->e);
	check_str(committed(s), "M|a|");
	check_str(left(s), "MM b|D  d/c|A  new|");
	check_str(sh(s, "git show :b"), "b\ns\n");
}

static void
a_named_path_is_committed_as_it_is_in_the_tree_not_as_staged(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo staged >a; git add a; echo tree >a;"
		"git rm -q --cached b; git rm -q d/c; echo n >n;"
		"git add n; echo m >n");
	check_ok(COMMIT(s, "a", "b", "d/c", "n"), &s->e);
	check_str(committed(s), "M|a|D|d/c|A|n|");
	check_str(sh(s, "git show HEAD:a HEAD:n"), "tree\nm\n");
	check_str(left(s), "");
}

static void
nothing_is_committed_when_nothing_differs(void **state)
{
	struct scratch *s = *state;
	struct str head = sh(s, "git rev-parse HEAD");

	(void)sh(s, "echo x >>b; git add b");
	assert_int_equal(COMMIT(s, "a", "no/such/file", "../outside"), 1);
	assert_int_equal(commit(s, (const char *const[]){NULL}), 1);
	assert_true(str_eq(head, sh(s, "git rev-parse HEAD")));
	check_str(left(s), "M  b|");
}

static void
what_was_staged_and_taken_back_is_unstaged(void **state)
{
	struct scratch *s = *state;
	struct str head = sh(s, "git rev-parse HEAD");

	(void)sh(s,
		"echo n >n; git add n; rm n; echo x >>a; git add a;"
		"echo a >a");
	assert_int_equal(COMMIT(s, "a", "n"), 1);
	assert_true(str_eq(head, sh(s, "git rev-parse HEAD")));
	check_str(left(s), "");
}

static void
the_first_commit_of_a_repository_works(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo 1 >one; echo 2 >two; git add two; echo 3 >three;"
		"git add three; rm three");
	assert_int_equal(COMMIT(s, "three"), 1);
	check_ok(COMMIT(s, "one"), &s->e);
	check_str(sh(s,
			  "git ls-tree -r --name-only HEAD; git log "
			  "--format=%P:%s"),
		"one\n:[WRK-001][build] do it\n");
	check_str(left(s), "A  two|");
}

static void
names_are_taken_literally(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"for f in 'a b' 'q\"q' '*' ':(top)x' '-n' 'ü' "
		"'back\\slash' \"new\nline\"; do echo 1 >\"./$f\"; done;"
		"echo x >>a; echo x >>b");
	check_ok(COMMIT(s, "*", "-n", ":(top)x", "a b", "back\\slash",
			 "new\nline", "q\"q", "\xc3\xbc"),
		&s->e);
	check_str(committed(s),
		"A|*|A|-n|A|:(top)x|A|a b|A|back\\slash|"
		"A|new\nline|A|q\"q|A|\xc3\xbc|");
	check_str(left(s), " M a| M b|");
}

static void
renames_and_changes_of_kind_are_committed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"git mv b y; rm a; mkdir a; echo 1 >a/1; mv d e; ln -s e d;"
		"chmod +x y");
	check_ok(COMMIT(s, "a", "a/1", "b", "d", "d/c", "e/c", "y"), &s->e);
	check_str(committed(s), "D|a|A|a/1|D|b|A|d|D|d/c|A|e/c|A|y|");
	check_str(left(s), "");
	check_str(
		sh(s, "git ls-tree HEAD d y | cut -c1-6"), "120000\n100755\n");
}

static void
naming_a_file_does_not_name_the_directory_in_its_place(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "rm a; mkdir a; echo 1 >a/1; echo 2 >a/2; git add a/2");
	check_ok(COMMIT(s, "a"), &s->e);
	check_str(committed(s), "D|a|");
	check_str(left(s), "A  a/2|?? a/1|");
}

static void
a_file_takes_the_place_of_what_was_in_its_way(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "rm a; mkdir a; echo 1 >a/1; rm -r d; echo d >d");
	check_ok(COMMIT(s, "a/1", "d"), &s->e);
	check_str(committed(s), "D|a|A|a/1|A|d|D|d/c|");
	check_str(left(s), "");
}

static void
a_file_behind_a_new_link_is_committed_as_deleted(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "mv d e; ln -s e d");
	check_ok(COMMIT(s, "d/c"), &s->e);
	check_str(committed(s), "D|d/c|");
	check_str(left(s), "?? d|?? e/|");
}

static void
files_that_are_ignored_by_now_are_committed_if_they_were_added(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo n >new; git add new; echo i >ignored;"
		"printf 'new\\nignored\\na\\n' >.gitignore; echo x >>a");
	check_ok(COMMIT(s, "new", "ignored", "a", ".gitignore"), &s->e);
	check_str(committed(s), "A|.gitignore|M|a|A|new|");
	check_str(left(s), "");
}

static void
paths_are_relative_to_a_project_below_the_top(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"mkdir 'my [p]'; echo 1 >'my [p]/a'; echo x >>a;"
		"echo x >>b; git add b");
	open_at(s, "/my [p]");
	check_ok(COMMIT(s, "a", "b"), &s->e);
	check_str(committed(s), "A|my [p]/a|");
	check_str(left(s), " M a|M  b|");
}

static void
a_submodule_is_never_committed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"git init -q ../lib; cd ../lib; echo l >l; git add l;"
		"git commit -qm l; cd ../top;"
		"git -c protocol.file.allow=always submodule --quiet add "
		"../lib sub; git commit -qm sub;"
		"git -C sub commit -q --allow-empty -m more; echo x >>a;"
		"git init -q nested; echo 1 >nested/1");
	check_ok(
		COMMIT(s, "a", "sub", "sub/l", "nested", "nested/", "nested/1"),
		&s->e);
	check_str(committed(s), "M|a|");
	check_str(left(s), " M sub|?? nested/|");
}

static void
without_a_known_author_weir_is_it(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"git config --global --remove-section user;"
		"git config user.useConfigOnly true; echo x >>a");
	check_ok(COMMIT(s, "a"), &s->e);
	check_str(sh(s, "git log -1 --format=%an:%ae:%cn:%ce"),
		"weir:weir@localhost:weir:weir@localhost\n");
}

static void
nothing_that_an_agent_set_up_runs_or_takes_part(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"printf '#!/bin/sh\\ntouch \"$HOME/ran\"\\nexit 1\\n' >../evil;"
		"chmod +x ../evil;"
		"for h in pre-commit commit-msg prepare-commit-msg "
		"post-commit reference-transaction post-index-change; do "
		"cp ../evil .git/hooks/$h; done;"
		"cp -r .git/hooks .git/evil-hooks;"
		"git config core.hooksPath .git/evil-hooks;"
		"git config core.fsmonitor \"$HOME/evil\";"
		"git config commit.gpgSign true;"
		"git config gpg.program \"$HOME/evil\";"
		"git config core.editor \"$HOME/evil\";"
		"git config commit.template /nowhere;"
		"git config gc.auto 1; echo x >>a; rm -f ../ran");
	check_ok(COMMIT(s, "a"), &s->e);
	(void)sh(s, "test ! -e ../ran");
	check_str(sh(s,
			  "git -c core.fsmonitor=false show --format= "
			  "--name-only HEAD"),
		"a\n");
}

static void
a_lock_of_another_git_is_named_and_nothing_is_committed(void **state)
{
	struct scratch *s = *state;
	struct str head = sh(s, "git rev-parse HEAD");

	(void)sh(s, "echo x >>a; : >.git/index.lock");
	check_fails(COMMIT(s, "a"), &s->e, ERR_LOCKED, "index.lock");
	(void)sh(s, "rm .git/index.lock; : >.git/refs/heads/main.lock");
	check_fails(COMMIT(s, "a"), &s->e, ERR_LOCKED, "main.lock");
	(void)sh(s,
		"rm .git/refs/heads/main.lock; test ! -e "
		".git/weir-index*");
	assert_true(str_eq(head, sh(s, "git rev-parse HEAD")));
	check_ok(COMMIT(s, "a"), &s->e);
	check_str(committed(s), "M|a|");
}

/* Somebody commits at the last moment: before our update-ref. */
static struct scratch *racing;

static int
spawn_after_another_commit(
	struct sys *sys, const struct sys_spawn *how, pid_t *ret_pid)
{
	for (const char *const *arg = how->argv; *arg != NULL; arg++)
		if (strcmp(*arg, "update-ref") == 0)
			(void)sh(racing,
				"git commit -q --allow-empty "
				"--only -m theirs");
	return sys_real()->spawn(sys, how, ret_pid);
}

static void
a_commit_made_meanwhile_is_not_lost(void **state)
{
	struct scratch *s = *state;
	struct sys sys = *sys_real();

	racing = s;
	sys.spawn = spawn_after_another_commit;
	git_close(s->repo);
	assert_int_equal(git_open(&s->repo, &sys, s->root, &s->e), 0);
	(void)sh(s, "echo x >>a");
	check_fails(COMMIT(s, "a"), &s->e, ERR_CONFLICT, "committing");
	check_str(sh(s, "git log -1 --format=%s"), "theirs\n");
	open_at(s, "");
	check_ok(COMMIT(s, "a"), &s->e);
	check_str(committed(s), "M|a|");
}

static void
what_was_seen_on_a_branch_is_committed_to_that_branch(void **state)
{
	struct scratch *s = *state;
	struct str path = STR("a");
	struct str_list paths = {.items = &path, .n = 1};
	struct git_changes seen;

	(void)sh(s, "echo x >>a");
	check_ok(git_changes(s->repo, &s->a, &seen, &s->e), &s->e);
	(void)sh(s, "git switch -qc other");
	check_ok(
		git_commit(s->repo, &seen, paths, STR("m"), &s->a, NULL, &s->e),
		&s->e);
	check_str(sh(s, "git log --format=%s other..main"), "m\n");
	check_str(sh(s, "git log --format=%s main..other"), "");
}

static void
what_was_seen_before_the_branch_moved_is_not_committed(void **state)
{
	struct scratch *s = *state;
	struct str path = STR("a");
	struct str_list paths = {.items = &path, .n = 1};
	struct git_changes seen;

	(void)sh(s, "echo x >>a");
	check_ok(git_changes(s->repo, &s->a, &seen, &s->e), &s->e);
	(void)sh(s, "echo y >>b; git commit -qm theirs b");
	check_fails(
		git_commit(s->repo, &seen, paths, STR("m"), &s->a, NULL, &s->e),
		&s->e, ERR_CONFLICT, "committing");
	check_ok(git_changes(s->repo, &s->a, &seen, &s->e), &s->e);
	(void)sh(s, "git branch -qm renamed");
	check_fails(
		git_commit(s->repo, &seen, paths, STR("m"), &s->a, NULL, &s->e),
		&s->e, ERR_CONFLICT, "committing");
	check_str(sh(s, "git log -1 --format=%s renamed"), "theirs\n");
}

static void
a_broken_branch_is_not_taken_for_a_new_repository(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"cp .git/refs/heads/main ../kept; : >.git/refs/heads/main;"
		"echo x >>a");
	assert_int_equal(COMMIT(s, "a"), -1);
	(void)sh(s, "cp ../kept .git/refs/heads/main; git fsck");
}

static void
many_paths_are_one_commit(void **state)
{
	struct scratch *s = *state;
	struct git_changes c;

	(void)sh(s,
		"mkdir m; i=0; while [ $i -lt 3000 ]; do "
		": >m/a-rather-long-name-of-a-file-number-$i; "
		"i=$((i+1)); done");
	check_ok(git_changes(s->repo, &s->a, &c, &s->e), &s->e);
	struct str_list all =
		git_changed_since(&(struct git_changes){0}, &c, &s->a);
	assert_int_equal(all.n, 3000);
	check_ok(git_commit(s->repo, &c, all, STR("many"), &s->a, NULL, &s->e),
		&s->e);
	check_str(sh(s, "git ls-tree -r HEAD m | wc -l"), "3000\n");
	check_str(left(s), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exactly_the_named_paths_are_committed),
		TEST(what_else_is_staged_stays_staged_and_is_not_committed),
		TEST(a_named_path_is_committed_as_it_is_in_the_tree_not_as_staged),
		TEST(nothing_is_committed_when_nothing_differs),
		TEST(what_was_staged_and_taken_back_is_unstaged),
		TEST_EMPTY(the_first_commit_of_a_repository_works),
		TEST(names_are_taken_literally),
		TEST(renames_and_changes_of_kind_are_committed),
		TEST(naming_a_file_does_not_name_the_directory_in_its_place),
		TEST(a_file_takes_the_place_of_what_was_in_its_way),
		TEST(a_file_behind_a_new_link_is_committed_as_deleted),
		TEST(files_that_are_ignored_by_now_are_committed_if_they_were_added),
		TEST(paths_are_relative_to_a_project_below_the_top),
		TEST(a_submodule_is_never_committed),
		TEST(without_a_known_author_weir_is_it),
		TEST(nothing_that_an_agent_set_up_runs_or_takes_part),
		TEST(a_lock_of_another_git_is_named_and_nothing_is_committed),
		TEST(a_commit_made_meanwhile_is_not_lost),
		TEST(what_was_seen_on_a_branch_is_committed_to_that_branch),
		TEST(what_was_seen_before_the_branch_moved_is_not_committed),
		TEST(a_broken_branch_is_not_taken_for_a_new_repository),
		TEST(many_paths_are_one_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
