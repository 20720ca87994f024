/* SPDX-License-Identifier: MIT */
#ifndef TESTS_GIT_SCRATCH_H
#define TESTS_GIT_SCRATCH_H

/* A repository of its own for each test, made and looked at by shell. */

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "git/repo.h"
#include "proc/capture.h"
#include "sys/real.h"

struct scratch {
	char dir[64];  /* holds everything, HOME too */
	char root[80]; /* the repository's top */
	struct arena a;
	struct err e;
	struct git_repo *repo;
};

/* What the script prints. It runs at the top of the repository and must end
 * well. */
static inline struct str
sh(struct scratch *s, const char *script)
{
	const char *const argv[] = {"sh", "-ec", script, NULL};
	struct proc_command cmd = {
		.argv = argv, .cwd = s->root, .output_max = 1024 * 1024};
	struct buf out = {0}, errors = {0};
	int status;

	check_ok(proc_capture(sys_real(), &cmd, &out, &errors, &status, &s->e),
		&s->e);
	if (status != 0)
		fail_msg("%s: %d: %s", script, status, errors.p);
	struct str text = arena_str(&s->a, buf_str(&out));
	buf_release(&out);
	buf_release(&errors);
	return text;
}

static inline void
open_at(struct scratch *s, const char *below)
{
	char path[200];

	git_close(s->repo);
	s->repo = NULL;
	(void)snprintf(path, sizeof(path), "%s%s", s->root, below);
	assert_int_equal(git_open(&s->repo, sys_real(), path, &s->e), 0);
}

/* An empty repository; the person has a name. */
static inline int
scratch_new(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/weir-git-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	(void)snprintf(s->root, sizeof(s->root), "%s", s->dir);
	setenv("HOME", s->dir, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
	unsetenv("XDG_CONFIG_HOME");
	(void)sh(s,
		"mkdir top; git config --global init.defaultBranch main;"
		"git config --global user.name Person;"
		"git config --global user.email person@localhost;"
		"git init -q top");
	(void)snprintf(s->root, sizeof(s->root), "%s/top", s->dir);
	open_at(s, "");
	*state = s;
	return 0;
}

/* With one commit of `a`, `b` and `d/c`. */
static inline int
scratch_new_with_files(void **state)
{
	(void)scratch_new(state);
	(void)sh(*state,
		"echo a >a; echo b >b; mkdir d; echo c >d/c;"
		"git add -A; git commit -qm first");
	return 0;
}

static inline int
scratch_free(void **state)
{
	struct scratch *s = *state;

	git_close(s->repo);
	(void)snprintf(s->root, sizeof(s->root), "/");
	setenv("WEIR_TEST_DIR", s->dir, 1);
	(void)sh(s,
		"chmod -R u+rwX \"$WEIR_TEST_DIR\";"
		"rm -rf \"$WEIR_TEST_DIR\"");
	arena_release(&s->a);
	free(s);
	return 0;
}

#define TEST_EMPTY(f) \
	cmocka_unit_test_setup_teardown(f, scratch_new, scratch_free)
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, scratch_new_with_files, scratch_free)

#endif
