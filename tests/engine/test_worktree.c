/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "engine/worktree.h"

static const struct store_paths own = {
	.backlog = STR("sub/BACKLOG.yaml"),
	.archive = STR("sub/BACKLOG_ARCHIVE.jsonl"),
	.inbox = STR("sub/BACKLOG_INBOX.yaml"),
	.claim = STR("sub/.BACKLOG_INBOX.yaml.claim-"),
	.rejected = STR("sub/BACKLOG_INBOX.rejected.yaml"),
	.worklog = STR("_worklog"),
};

/* Whether a phase that made the path is said to have. */
static bool
is_work(const char *path)
{
	CLEANUP_ARENA struct arena a = {0};
	const struct worktree w = {.own = own};
	const struct git_changes none = {0};
	const struct git_change made = {.path = str_from(path), .digest = "1"};
	const struct git_changes now = {.items = &made, .n = 1};
	const struct worktree_since since = {.before = &none, .left = &none};

	return worktree_work(&w, &since, &now, &a).n == 1;
}

static void
what_weir_has_under_way_is_nobodys_work(void **state)
{
	(void)state;
	assert_false(is_work("sub/.BACKLOG_INBOX.yaml.claim-"
			     "0123456789abcdef0123456789abcdef"));
	assert_false(is_work("sub/.BACKLOG.yaml.0123456789abcdef.weir-tmp"));
	assert_false(is_work("src/.a.c.0123456789abcdef.weir-tmp"));
	assert_false(is_work(".a.c.0123456789abcdef.weir-tmp"));
	assert_false(is_work("src/.a.c.01234567.weir-swap"));
	assert_false(is_work("src/.weir-trash/a.c"));
	assert_false(is_work(".weir-trash/b/a.c"));
	assert_false(is_work(".weir/runs/1/intent.json"));
}

static void
what_only_looks_like_it_is_work(void **state)
{
	(void)state;
	assert_true(is_work("a.c"));
	assert_true(is_work(".weirdo"));
	assert_true(is_work("src/a.c.weir-tmp"));
	assert_true(is_work("src/.weir-trash"));
	assert_true(is_work("src/.weir-trash.c"));
	assert_true(is_work(".x.0123456789abcdef.weir-tmp/a.c"));
	/* Not beside the backlog. */
	assert_true(is_work(".BACKLOG_INBOX.yaml.claim-0123456789abcdef"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_weir_has_under_way_is_nobodys_work),
		cmocka_unit_test(what_only_looks_like_it_is_work),
	};

	return cmocka_run_group_tests_name("worktree", tests, NULL, NULL);
}
