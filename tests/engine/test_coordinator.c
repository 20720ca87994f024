/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "engine/coordinator.h"
#include "sys/real.h"

/* Which snapshot is in force after each thing that saves. */

static struct {
	struct scratch scratch;
	struct fio_dir root;
	struct store *store;
	struct coordinator c;
	struct sys sys; /* the real one, and an editor at the right moment */
	const char *spoiled;
	unsigned int edits;
	struct err e;
} f;

/* Somebody saves something else as soon as the claim goes: the items in it
 * are saved by then. */
static int
edit_and_unlink(struct sys *s, int dir, const char *path, int flags)
{
	if (f.spoiled != NULL && strstr(path, "INBOX") != NULL) {
		scratch_put(&f.scratch, "BACKLOG.yaml", f.spoiled);
		f.edits++;
	}
	return sys_real()->unlinkat(s, dir, path, flags);
}

static int
setup(void **state)
{
	(void)state;
	f.sys = *sys_real();
	f.sys.unlinkat = edit_and_unlink;
	f.spoiled = NULL;
	f.edits = 0;
	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: one, status: ready}\n");
	check_ok(fio_dir_open(&f.root, &f.sys, AT_FDCWD, f.scratch.path, &f.e),
		&f.e);
	check_ok(store_open(&f.store, &f.root, STR("BACKLOG.yaml"), STR("WRK"),
			 &f.e),
		&f.e);
	check_ok(coordinator_open(&f.c, f.store, &f.sys, &f.e), &f.e);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	coordinator_close(&f.c);
	store_close(f.store);
	fio_dir_close(&f.root);
	scratch_remove(&f.scratch);
	return 0;
}

static void
take(const char *dropped, size_t added)
{
	struct inbox_taken taken;

	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml", dropped);
	assert_int_equal(coordinator_take_inbox(&f.c, &taken, &f.e), 0);
	assert_int_equal(taken.added.n, added);
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	problems_release(&taken.notes);
}

static void
after_a_save_the_next_generation_is_in_force(void **state)
{
	const struct change block = {.kind = CHANGE_BLOCK,
		.id = STR("WRK-001"),
		.text = STR("a reason")};
	struct snapshot *before = snapshot_ref(f.c.now);

	(void)state;
	check_ok(coordinator_apply(&f.c, &block, 1, NULL, &f.e), &f.e);
	assert_int_equal(f.c.now->items[0].status, STATUS_BLOCKED);
	/* Who still has the one before can finish with it. */
	assert_int_equal(before->items[0].status, STATUS_READY);
	assert_int_equal(coordinator_refresh(&f.c, &f.e), 0);
	snapshot_unref(before);
}

static void
a_save_that_is_refused_leaves_the_last_one_in_force(void **state)
{
	const struct change bad = {
		.kind = CHANGE_UNBLOCK, .id = STR("WRK-001")};
	const struct snapshot *before = f.c.now;

	(void)state;
	check_fails(coordinator_apply(&f.c, &bad, 1, NULL, &f.e), &f.e,
		ERR_CONFLICT, "not blocked");
	assert_ptr_equal(f.c.now, before);
}

static void
it_is_another_turn_when_somebody_else_saves_or_an_item_leaves(void **state)
{
	const struct change block = {.kind = CHANGE_BLOCK,
		.id = STR("WRK-001"),
		.text = STR("a reason")};
	const struct change go = {.kind = CHANGE_ARCHIVE,
		.id = STR("WRK-001"),
		.departure = DEPARTED_CLOSED};
	uint64_t turn = f.c.turn;

	(void)state;
	check_ok(coordinator_apply(&f.c, &block, 1, NULL, &f.e), &f.e);
	assert_int_equal(coordinator_refresh(&f.c, &f.e), 0);
	assert_int_equal(f.c.turn, turn);
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nnext_item_id: 1\nitems:\n"
		"  - {id: WRK-001, title: another, status: ready}\n");
	assert_int_equal(coordinator_refresh(&f.c, &f.e), 1);
	assert_int_equal(f.c.turn, ++turn);
	/* Between two looks, and found by the save itself. */
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nnext_item_id: 1\nitems:\n"
		"  - {id: WRK-001, title: a third, status: ready}\n");
	check_ok(coordinator_apply(&f.c, &block, 1, NULL, &f.e), &f.e);
	assert_int_equal(f.c.turn, ++turn);
	check_ok(coordinator_apply(&f.c, &go, 1, NULL, &f.e), &f.e);
	assert_int_equal(f.c.turn, ++turn);
}

static void
what_the_inbox_brought_is_in_force_at_once(void **state)
{
	(void)state;
	take("- title: two\n", 1);
	assert_non_null(snapshot_find(f.c.now, STR("WRK-002")));
	const struct snapshot *now = f.c.now;
	take("[]\n", 0);
	assert_ptr_equal(f.c.now, now);
}

static void
what_the_inbox_brought_is_in_force_though_the_file_breaks(void **state)
{
	(void)state;
	f.spoiled = "items: [\n";
	take("- title: two\n", 1);
	assert_true(f.edits > 0);
	assert_non_null(snapshot_find(f.c.now, STR("WRK-002")));
	check_fails(coordinator_refresh(&f.c, &f.e), &f.e, ERR_INPUT,
		"BACKLOG.yaml:");
	assert_non_null(snapshot_find(f.c.now, STR("WRK-002")));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(after_a_save_the_next_generation_is_in_force),
		T(a_save_that_is_refused_leaves_the_last_one_in_force),
		T(it_is_another_turn_when_somebody_else_saves_or_an_item_leaves),
		T(what_the_inbox_brought_is_in_force_at_once),
		T(what_the_inbox_brought_is_in_force_though_the_file_breaks),
	};

	return cmocka_run_group_tests_name("coordinator", tests, NULL, NULL);
}
