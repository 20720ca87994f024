/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_AFTER_H
#define TESTS_MODEL_AFTER_H

#include "model/fixture.h"

#include "base/stamp.h"
#include "model/change.h"

/* Changes applied to a backlog, and what must come of them. */

#define NOW "2026-11-20T11:00:46Z"

/* Everything a test looks at after some changes to a backlog. */
struct after {
	struct snapshot *from;
	struct change_effects fx;
	struct err e;
	int rc;
};

static const struct change_env env = {
	.now_ns = (int64_t)1795172446 * NS_PER_SEC,
	.prefix = {.s = "WRK", .n = 3},
};

static inline void
apply_in(struct after *t, const struct change_env *with,
	const struct change *changes, size_t n)
{
	t->e = (struct err){0};
	t->rc = changes_apply(t->from, changes, n, with, &t->fx, &t->e);
}

static inline struct after
apply_to(struct snapshot *from, const struct change *changes, size_t n)
{
	struct after t = {.from = from};

	apply_in(&t, &env, changes, n);
	return t;
}

#define CHANGES_OF(...)                                        \
	(const struct change[]){__VA_ARGS__},                  \
		sizeof((const struct change[]){__VA_ARGS__}) / \
		sizeof(struct change)

static inline void
after_release(struct after *t)
{
	if (t->rc == 0)
		snapshot_unref(t->fx.next);
	snapshot_unref(t->from);
}

static inline void
check_applied(const struct after *t)
{
	if (t->rc != 0)
		fail_msg("changes refused: %s", t->e.msg);
}

/* Refused for this reason; the snapshot they were for is as it was. */
static inline void
check_refused(struct snapshot *from, struct change c, enum err_code code,
	const char *text)
{
	const struct change list[] = {
		{.kind = CHANGE_ADD, .item = {.title = STR("first")}}, c};
	struct snapshot *before = snapshot_new();
	struct item *items = ARENA_ARRAY(&before->arena, struct item, from->n);

	for (size_t i = 0; i < from->n; i++)
		items[i] = item_copy(&from->items[i], &before->arena);
	before->applied = from->applied;
	snapshot_seal(before, items, from->n, from->archived, from->archived_n);
	struct after t = apply_to(from, list, 2);
	check_fails(t.rc, &t.e, code, text);
	assert_true(snapshot_equal(before, from));
	snapshot_unref(before);
}

static inline struct snapshot *
one_of_each_status(void)
{
	return backlog(ITEMS({.id = STR("new"), .status = STATUS_NEW},
			       {.id = STR("scoping"),
				       .status = STATUS_SCOPING,
				       .phase = STR("research"),
				       .phase_pool = POOL_PRE},
			       {.id = STR("ready"), .status = STATUS_READY},
			       {.id = STR("in_progress"),
				       .status = STATUS_IN_PROGRESS,
				       .phase = STR("build"),
				       .phase_pool = POOL_MAIN,
				       .last_phase_commit = STR("abc")},
			       {.id = STR("done"), .status = STATUS_DONE},
			       {.id = STR("blocked"),
				       .status = STATUS_BLOCKED,
				       .blocked_from_status = STATUS_READY}),
		ARCHIVED({.id = STR("gone"), .how = DEPARTED_CLOSED}));
}

#endif
