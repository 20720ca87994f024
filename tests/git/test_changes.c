/* SPDX-License-Identifier: MIT */
#include "git/scratch.h"

#include <errno.h>

static struct git_changes
changes(struct scratch *s)
{
	struct git_changes c;

	check_ok(git_changes(s->repo, &s->a, &c, &s->e), &s->e);
	return c;
}

/* "path|" for each, "-" before what is deleted. */
static struct str
listed(struct scratch *s)
{
	struct git_changes c = changes(s);
	struct buf b = {0};

	for (size_t i = 0; i < c.n; i++) {
		assert_int_equal(
			c.items[i].deleted, c.items[i].digest[0] == '\0');
		buf_addf(&b, "%s%s|", c.items[i].deleted ? "-" : "",
			c.items[i].path.s);
	}
	struct str text = arena_str(&s->a, buf_str(&b));
	buf_release(&b);
	return text;
}

static struct str
since(struct scratch *s, struct git_changes before)
{
	struct git_changes after = changes(s);
	struct str_list paths = git_changed_since(&before, &after, &s->a);
	struct buf b = {0};

	for (size_t i = 0; i < paths.n; i++)
		buf_addf(&b, "%s|", paths.items[i].s);
	struct str text = arena_str(&s->a, buf_str(&b));
	buf_release(&b);
	return text;
}

static void
a_clean_tree_has_no_changes(void **state)
{
	check_str(listed(*state), "");
}

static void
head_and_its_branch_come_along(void **state)
{
	struct scratch *s = *state;
	struct git_changes c = changes(s);

	check_str(c.branch, "main");
	assert_true(str_eq(c.head, sh(s, "git rev-parse HEAD | tr -d '\\n'")));
	(void)sh(s, "git switch -qc 'a/(b)'");
	check_str(changes(s).branch, "a/(b)");
	(void)sh(s, "git switch -q --detach");
	assert_false(str_is_set(changes(s).branch));
}

static void
every_kind_of_change_is_listed_by_path(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo x >>b; rm a; mkdir -p n/m; echo 1 >n/m/1;"
		"echo 2 >n/2; echo s >staged; git add staged");
	check_str(listed(s), "-a|b|n/2|n/m/1|staged|");
}

static void
everything_in_a_repository_without_commits_is_listed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "echo x >x; echo y >y; git add y");
	check_str(listed(s), "x|y|");
}

static void
names_are_what_they_are(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"for f in 'a b' 'q\"q' \"it's\" '*' ':(top)x' '-n' 'ü' "
		"'back\\slash' \"$(printf '\\377\\ttab')\" \"new\nline\"; "
		"do echo 1 >\"./$f\"; done");
	check_str(listed(s),
		"*|-n|:(top)x|a b|back\\slash|it's|new\nline|"
		"q\"q|\xc3\xbc|\xff\ttab|");
}

static void
a_rename_is_a_deletion_and_an_addition(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "git mv a z; mv b y");
	check_str(listed(s), "-a|-b|y|z|");
}

static void
a_file_deleted_in_the_index_and_back_in_the_tree_is_there(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "git rm -q --cached a; git rm -q b");
	check_str(listed(s), "a|-b|");
}

static void
a_file_that_was_added_and_is_gone_again_is_listed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "echo 1 >n; git add n; rm n; echo 2 >m; git add -N m");
	check_str(listed(s), "m|-n|");
}

static void
a_file_that_became_a_directory_or_a_link_is_told(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"rm a; mkdir a; echo 1 >a/1; mv d e; ln -s e d;"
		"rm b; ln -s /nowhere b");
	check_str(listed(s), "-a|a/1|b|d|-d/c|e/c|");
}

static void
ignored_files_are_not_listed_but_tracked_ones_are(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo n >new; git add new; echo i >ignored;"
		"printf 'new\\nignored\\na\\n' >.gitignore; echo x >>a");
	check_str(listed(s), ".gitignore|a|new|");
}

static void
below_the_top_only_the_projects_files_are_listed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"mkdir -p 'my [project]/sub'; echo x >>a; echo 1 >n;"
		"echo 1 >'my [project]/1'; echo 2 >'my [project]/sub/2'");
	open_at(s, "/my [project]");
	check_str(listed(s), "1|sub/2|");
}

static void
other_repositories_inside_are_left_alone(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"git init -q ../lib; cd ../lib; echo l >l; git add l;"
		"git commit -qm l; cd ../top;"
		"git -c protocol.file.allow=always submodule --quiet add "
		"../lib sub; git commit -qm sub; echo dirty >>sub/l;"
		"echo n >sub/n; git -C sub commit -qam more;"
		"git init -q nested; echo 1 >nested/1;"
		"git init -q full; echo 1 >full/1; git -C full add 1;"
		"git -C full commit -qm full; echo x >>a;"
		"rm b; git init -q b; git -C b commit -q --allow-empty "
		"-m b; git add b 2>/dev/null");
	check_str(listed(s), "a|");
}

/* git would run its filters to see whether it is dirty. */
static void
a_submodule_is_not_looked_into(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"git init -q ../lib; cd ../lib; echo '* filter=x' "
		">.gitattributes; echo l >l; git add .; git commit -qm l;"
		"cd ../top;"
		"git -c protocol.file.allow=always submodule --quiet add "
		"../lib sub; git commit -qm sub;"
		"git -C sub config filter.x.clean 'touch \"$HOME/ran\"; cat';"
		"echo m >sub/l; echo x >>a");
	check_str(listed(s), "a|");
	(void)sh(s, "test ! -e ../ran; git status; test -e ../ran");
}

static void
unmerged_files_are_listed(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"git switch -qc o; echo o >a; git rm -q b;"
		"git commit -qam o; git switch -q main; echo m >a;"
		"echo m >b; git commit -qam m; git merge -q o || :;"
		"rm a; test -e b");
	check_str(listed(s), "-a|b|");
}

static void
what_changes_again_is_told_from_what_stays(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"echo x >>a; echo x >>b; echo 1 >n; rm d/c;"
		"ln -s one link; echo r >run");
	struct git_changes before = changes(s);
	check_str(since(s, before), "");
	(void)sh(s,
		"touch a; echo y >b; chmod +x run; ln -sf two link;"
		"echo 2 >new");
	check_str(since(s, before), "b|link|new|run|");
}

static void
deletion_and_return_are_changes(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "rm a; echo x >>b; echo 1 >n");
	struct git_changes before = changes(s);
	(void)sh(s, "echo other >a; rm b; rm n");
	check_str(since(s, before), "a|b|");
	check_str(since(s, (struct git_changes){0}), "a|b|");
}

static void
staging_alone_is_no_change(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "echo x >>a; echo 1 >n; rm b");
	struct git_changes before = changes(s);
	(void)sh(s, "git add -A");
	check_str(since(s, before), "");
}

static void
a_large_file_is_compared_to_its_end(void **state)
{
	struct scratch *s = *state;

	(void)sh(s, "head -c 3000000 /dev/zero >big");
	struct git_changes before = changes(s);
	(void)sh(s,
		"printf x | dd of=big bs=1 seek=2999999 conv=notrunc "
		"status=none");
	check_str(since(s, before), "big|");
}

/* The kernel lets root read everything, so the table refuses. */
static int
refuse_secret(
	struct sys *sys, int dir, const char *path, int flags, mode_t mode)
{
	if (strstr(path, "secret") != NULL)
		return -EACCES;
	return sys_real()->openat(sys, dir, path, flags, mode);
}

static void
a_file_that_cannot_be_read_does_not_hide_the_others(void **state)
{
	struct scratch *s = *state;
	struct sys sys = *sys_real();

	git_close(s->repo);
	sys.openat = refuse_secret;
	assert_int_equal(git_open(&s->repo, &sys, s->root, &s->e), 0);
	(void)sh(s, "echo 1 >secret; echo x >>a");
	struct git_changes before = changes(s);
	assert_int_equal(before.n, 2);
	check_str(before.items[1].path, "secret");
	(void)sh(s, "echo y >>a");
	check_str(since(s, before), "a|");
	git_close(s->repo);
	s->repo = NULL;
}

static void
looking_changes_nothing_and_runs_nothing(void **state)
{
	struct scratch *s = *state;

	(void)sh(s,
		"printf '#!/bin/sh\\ntouch \"$HOME/ran\"\\n' >../evil;"
		"chmod +x ../evil; git config core.fsmonitor "
		"\"$HOME/evil\"; touch -d '2001-01-01' a; echo x >>b");
	struct str before = sh(s, "cksum <.git/index; rm -f ../ran");
	check_str(listed(s), "b|");
	assert_true(str_eq(before, sh(s, "cksum <.git/index")));
	(void)sh(s, "test ! -e ../ran");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_clean_tree_has_no_changes),
		TEST(head_and_its_branch_come_along),
		TEST(every_kind_of_change_is_listed_by_path),
		TEST_EMPTY(
			everything_in_a_repository_without_commits_is_listed),
		TEST_EMPTY(names_are_what_they_are),
		TEST(a_rename_is_a_deletion_and_an_addition),
		TEST(a_file_deleted_in_the_index_and_back_in_the_tree_is_there),
		TEST(a_file_that_was_added_and_is_gone_again_is_listed),
		TEST(a_file_that_became_a_directory_or_a_link_is_told),
		TEST(ignored_files_are_not_listed_but_tracked_ones_are),
		TEST(below_the_top_only_the_projects_files_are_listed),
		TEST(other_repositories_inside_are_left_alone),
		TEST(a_submodule_is_not_looked_into),
		TEST(unmerged_files_are_listed),
		TEST(what_changes_again_is_told_from_what_stays),
		TEST(deletion_and_return_are_changes),
		TEST(staging_alone_is_no_change),
		TEST(a_large_file_is_compared_to_its_end),
		TEST(a_file_that_cannot_be_read_does_not_hide_the_others),
		TEST(looking_changes_nothing_and_runs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
