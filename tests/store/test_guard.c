/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "fio/file.h"
#include "sys/pass.h"

/* A backlog that lost items without weir is shown and not saved over. */

/* A backlog of items from..to, as somebody would write it. */
static void
put_items(int from, int to)
{
	CLEANUP_BUF struct buf b = {0};

	buf_addf(&b, "schema_version: 3\nnext_item_id: 20\nitems:%s\n",
		from > to ? " []" : "");
	for (int i = from; i <= to; i++)
		buf_addf(&b,
			"- id: WRK-%03d\n  title: item %d\n  status: new\n", i,
			i);
	scratch_put(&f.scratch, "BACKLOG.yaml", buf_str(&b).s);
}

static void
reopen(void)
{
	fixture_close(&f);
	fixture_open(&f, sys_real());
}

static int
apply(const struct change *c, size_t n)
{
	struct store_saved saved;

	int rc = store_apply(f.store, c, n, NOW, &saved, &f.e);
	if (rc == 0)
		snapshot_unref(saved.next);
	return rc;
}

static int
set_title(const char *id, const char *title)
{
	const struct change c = {.kind = CHANGE_FIELD,
		.id = str_from(id),
		.field = field_find(&item_fields, STR("title")),
		.text = str_from(title)};

	return apply(&c, 1);
}

/* Ten items, and a save that has seen them. */
static int
setup(void **state)
{
	(void)state;
	project_make(NULL);
	put_items(1, 10);
	check_ok(set_title("WRK-001", "seen"), &f.e);
	return 0;
}

static void
a_backlog_that_lost_items_is_shown_and_held(void **state)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct snapshot *s;

	(void)state;
	put_items(1, 7);
	/* The process that saved, and one that knows nothing, see the same. */
	for (int i = 0; i < 2; i++) {
		check_fails(set_title("WRK-001", "over it"), &f.e, ERR_INPUT,
			"3 of 10 items are gone (WRK-008, WRK-009, WRK-010); "
			"nothing is saved over it");
		reopen();
	}
	assert_int_equal(store_load(f.store, &s, &problems, &f.e), -1);
	assert_int_equal(s->n, 7);
	assert_int_equal(problems.list.n, 1);
	assert_non_null(
		strstr(problems.list.items[0].msg, "weir doctor --accept"));
	snapshot_unref(s);
	struct str now = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(now, STR("over it")) == now.n);
}

static void
the_version_the_message_names_has_the_items(void **state)
{
	char path[200];

	(void)state;
	put_items(1, 2);
	check_fails(set_title("WRK-001", "x"), &f.e, ERR_INPUT, "8 of 10");
	const char *from = strstr(f.e.msg, ".weir/snapshots/");
	assert_non_null(from);
	(void)snprintf(
		path, sizeof(path), "%.*s", (int)strcspn(from, "'"), from);
	struct str bytes = scratch_get(&f.scratch, path);
	assert_true(str_find(bytes, STR("WRK-010")) < bytes.n);
	/* Put back, it goes on, without anything to accept. */
	CLEANUP_BUF struct buf copy = {0};
	buf_add_str(&copy, bytes);
	scratch_put(&f.scratch, "BACKLOG.yaml", buf_str(&copy).s);
	assert_int_equal(store_accept(f.store, &f.e), 1);
	check_ok(set_title("WRK-010", "back"), &f.e);
}

static void
what_is_accepted_is_in_force(void **state)
{
	(void)state;
	put_items(1, 2);
	check_fails(set_title("WRK-001", "x"), &f.e, ERR_INPUT, "8 of 10");
	check_ok(store_accept(f.store, &f.e), &f.e);
	assert_int_equal(store_accept(f.store, &f.e), 1);
	check_ok(set_title("WRK-001", "x"), &f.e);
	reopen();
	check_ok(set_title("WRK-001", "y"), &f.e);
	/* An edit on top of it is like any other. */
	put_items(1, 1);
	check_ok(set_title("WRK-001", "z"), &f.e);
}

static void
a_few_items_may_go_by_hand(void **state)
{
	(void)state;
	put_items(1, 8);
	check_ok(set_title("WRK-001", "two are gone"), &f.e);
	put_items(1, 40);
	check_ok(set_title("WRK-001", "many"), &f.e);
	check_ok(set_title("WRK-001", "many, seen"), &f.e);
	put_items(1, 35);
	check_ok(set_title("WRK-001", "five of forty are gone"), &f.e);
	put_items(1, 29);
	check_fails(set_title("WRK-001", "x"), &f.e, ERR_INPUT,
		"6 of 35 items are gone");
}

static void
what_weir_archived_is_not_gone(void **state)
{
	struct change c[9];
	char ids[9][16];

	(void)state;
	for (int i = 0; i < 9; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "WRK-%03d", i + 1);
		c[i] = (struct change){.kind = CHANGE_ARCHIVE,
			.id = str_from(ids[i]),
			.departure = DEPARTED_CLOSED};
	}
	check_ok(apply(c, 9), &f.e);
	/* Edited by hand since, so that it is compared. */
	put_items(10, 11);
	reopen();
	check_ok(set_title("WRK-010", "last"), &f.e);
}

static void
without_what_was_there_nothing_is_held(void **state)
{
	char path[512];
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;
	struct fio_dir d;

	(void)state;
	check_ok(fio_dir_open_in(&d, &f.root, ".weir/snapshots", &f.e), &f.e);
	check_ok(fio_dir_list(&d, "", &a, &names, &f.e), &f.e);
	assert_int_equal(names.n, 1);
	scratch_put(&f.scratch,
		arena_strf(&a, ".weir/snapshots/%s", names.items[0].s).s,
		"damaged");
	put_items(1, 1);
	check_ok(set_title("WRK-001", "x"), &f.e);
	assert_int_equal(
		unlink(scratch_path(&f.scratch,
			arena_strf(&a, ".weir/snapshots/%s", names.items[0].s)
				.s,
			path)),
		0);
	fio_dir_close(&d);
	put_items(1, 0);
	check_ok(store_accept(f.store, &f.e) < 0 ? -1 : 0, &f.e);
}

/* The kernel, with a clock to be set. */
static struct {
	struct sys sys;
	int64_t unix_ns;
} set;

static int64_t
set_clock(struct sys *sys, enum sys_clock which)
{
	(void)sys;
	return which == SYS_CLOCK_UNIX ? set.unix_ns++
				       : sys_real()->clock(sys_real(), which);
}

static void
a_clock_that_is_set_back_makes_no_old_version_the_last(void **state)
{
	char title[32];

	(void)state;
	set.sys = *sys_real();
	set.sys.clock = set_clock;
	set.unix_ns = NOW + 3600 * NS_PER_SEC;
	fixture_close(&f);
	fixture_open(&f, &set.sys);
	for (int i = 0; i < 25; i++) {
		(void)snprintf(title, sizeof(title), "ahead %d", i);
		check_ok(set_title("WRK-001", title), &f.e);
	}
	set.unix_ns = NOW;
	put_items(1, 18);
	check_ok(set_title("WRK-001", "more by hand"), &f.e);
	check_ok(set_title("WRK-001", "and seen"), &f.e);
	put_items(1, 11);
	check_fails(set_title("WRK-001", "x"), &f.e, ERR_INPUT,
		"7 of 18 items are gone");
	check_ok(store_accept(f.store, &f.e), &f.e);
	check_ok(set_title("WRK-001", "accepted"), &f.e);
}

/* The kernel, with somebody who adds items, in two saves, before the snapshots
 * are looked at for the first time. */
struct busy {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	size_t saves;
};

static void
add_from_elsewhere(struct busy *b)
{
	struct fixture other = {.scratch = f.scratch};
	const struct change more[] = {change_add("one more"),
		change_add("two more"), change_add("three more")};
	struct store_saved saved;

	fixture_open(&other, sys_real());
	for (size_t i = 0; i < 2; i++) {
		check_ok(store_apply(
				 other.store, more, 3, NOW, &saved, &other.e),
			&other.e);
		snapshot_unref(saved.next);
		b->saves++;
	}
	fixture_close(&other);
}

static int
busy_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	struct busy *b = (struct busy *)(void *)s;

	if (strstr(path, "snapshots") != NULL && b->saves == 0)
		add_from_elsewhere(b);
	return sys_real()->openat(sys_real(), dir, path, flags, mode);
}

static void
what_others_add_while_it_is_read_is_not_gone(void **state)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	static struct busy busy; /* closing the store goes through it, too */
	struct snapshot *s;

	(void)state;
	/* By hand, so that the digests alone do not settle it. */
	put_items(1, 9);
	sys_pass_init(&busy.pass, sys_real());
	busy.sys.openat = busy_openat;
	fixture_close(&f);
	fixture_open(&f, &busy.sys);
	check_ok(store_load(f.store, &s, &problems, &f.e), &f.e);
	assert_int_equal(busy.saves, 2);
	assert_int_equal(problems.list.n, 0);
	assert_true(s->n == 9 || s->n == 15);
	snapshot_unref(s);
	check_ok(set_title("WRK-001", "on top of it"), &f.e);
	s = fixture_load(&f);
	assert_int_equal(s->n, 15);
	snapshot_unref(s);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, project_remove)
	const struct CMUnitTest tests[] = {
		EACH(a_backlog_that_lost_items_is_shown_and_held),
		EACH(the_version_the_message_names_has_the_items),
		EACH(what_is_accepted_is_in_force),
		EACH(a_few_items_may_go_by_hand),
		EACH(what_weir_archived_is_not_gone),
		EACH(without_what_was_there_nothing_is_held),
		EACH(a_clock_that_is_set_back_makes_no_old_version_the_last),
		EACH(what_others_add_while_it_is_read_is_not_gone),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
