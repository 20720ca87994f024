/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "fio/file.h"
#include "fio/trash.h"

/* What saves displace: where it goes, how long it stays, and what an edit in
 * the middle of a save comes to. */

static struct sys editing; /* the kernel, with a person at the exchange */
static int exchanges, edit_at;

static int
renameat_and_edit(struct sys *sys, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	(void)sys;
	if ((flags & RENAME_EXCHANGE) != 0 && ++exchanges == edit_at)
		scratch_put(&f.scratch, "BACKLOG.yaml",
			"schema_version: 3\nitems:\n"
			"- id: WRK-001\n  title: by hand\n  status: new\n");
	return sys_real()->renameat(
		sys_real(), from_dir, from, to_dir, to, flags);
}

static int
setup(void **state)
{
	(void)state;
	editing = *sys_real();
	editing.renameat = renameat_and_edit;
	exchanges = edit_at = 0;
	scratch_make(&f.scratch);
	scratch_put(
		&f.scratch, "BACKLOG.yaml", "schema_version: 3\nitems: []\n");
	fixture_open(&f, &editing);
	return 0;
}

static void
add(const char *title)
{
	struct change c = change_add(title);

	project_save(&c, 1);
}

/* The names in a directory of .weir/. */
static struct str_list
names_in(const char *sub, struct arena *a)
{
	struct fio_dir d;
	struct str_list names = {0};
	struct str path = arena_strf(a, ".weir/%s", sub);

	if (fio_dir_open_in(&d, &f.root, path.s, &f.e) < 0)
		return names;
	check_ok(fio_dir_list(&d, "", a, &names, &f.e), &f.e);
	fio_dir_close(&d);
	return names;
}

static struct str
text_in(const char *sub, struct str name, struct arena *a)
{
	return scratch_get(&f.scratch,
		arena_strf(a, ".weir/%s/%.*s", sub, STR_ARG(name)).s);
}

static void
the_last_twenty_versions_are_kept(void **state)
{
	CLEANUP_ARENA struct arena a = {0};

	(void)state;
	for (int i = 1; i <= 25; i++)
		add(arena_strf(&a, "item %d", i).s);
	struct str_list names = names_in("snapshots", &a);
	assert_int_equal(names.n, 20);
	struct str newest = text_in("snapshots", names.items[19], &a);
	assert_true(str_find(newest, STR("item 24")) < newest.n);
	assert_true(str_find(newest, STR("item 25")) == newest.n);
	struct str oldest = text_in("snapshots", names.items[0], &a);
	assert_true(str_find(oldest, STR("item 5")) < oldest.n);
	assert_true(str_find(oldest, STR("item 6")) == oldest.n);
}

static void
a_snapshot_somebody_wrote_into_is_never_removed(void **state)
{
	CLEANUP_ARENA struct arena a = {0};

	(void)state;
	add("first");
	struct str_list names = names_in("snapshots", &a);
	assert_int_equal(names.n, 1);
	scratch_put(&f.scratch,
		arena_strf(&a, ".weir/snapshots/%.*s", STR_ARG(names.items[0]))
			.s,
		"an edit that came late");
	for (int i = 0; i < 25; i++)
		add("more");
	assert_int_equal(names_in("snapshots", &a).n, 20);
	names = names_in("trash", &a);
	assert_int_equal(names.n, 1);
	assert_non_null(strstr(names.items[0].s, ".conflict-"));
	check_str(
		text_in("trash", names.items[0], &a), "an edit that came late");
}

/* Written to after it was replaced, when the clock had been set back: its time
 * says that it was written before. */
static void
a_clock_that_is_set_back_hides_no_late_edit(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	char path[512], as[512];

	(void)state;
	add("first");
	struct str_list names = names_in("snapshots", &a);
	assert_int_equal(names.n, 1);
	struct str ahead =
		arena_strf(&a, "BACKLOG.yaml.2099%s", names.items[0].s + 17);
	scratch_path(&f.scratch,
		arena_strf(&a, ".weir/snapshots/%s", names.items[0].s).s, path);
	scratch_path(&f.scratch,
		arena_strf(&a, ".weir/snapshots/%s", ahead.s).s, as);
	assert_int_equal(rename(path, as), 0);
	scratch_put(&f.scratch, arena_strf(&a, ".weir/snapshots/%s", ahead.s).s,
		"an edit that came late");
	for (int i = 0; i < 25; i++)
		add("more");
	assert_int_equal(names_in("snapshots", &a).n, 20);
	names = names_in("trash", &a);
	assert_int_equal(names.n, 1);
	check_str(
		text_in("trash", names.items[0], &a), "an edit that came late");
}

static void
trash_is_emptied_after_a_day_of_what_is_worth_nothing(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	char digest[FIO_DIGEST_TEXT], now[STAMP_SIZE];
	const char *const hex = digest + 5; /* past "xxh3:" */

	(void)state;
	add("makes .weir");
	assert_int_equal(mkdirat(f.root.fd, ".weir/trash", 0700), 0);
	fio_digest_format(fio_digest(STR("bytes")), digest);
	stamp_format(sys_real()->clock(sys_real(), SYS_CLOCK_UNIX) - NS_PER_SEC,
		now);
	const struct str names[] = {
		arena_strf(&a,
			"BACKLOG.yaml.2020-01-01T00:00:00.000000000Z.%s.%s",
			hex, hex),
		arena_strf(&a,
			"BACKLOG.yaml.2020-01-01T00:00:01.000000000Z.%s.%s",
			hex, hex),
		arena_strf(&a, "BACKLOG.yaml.%.19s.000000000Z.%s.%s", now, hex,
			hex),
		STR("BACKLOG.yaml.conflict-2020-01-01T00:00:00Z-0"),
		STR("notes.txt"),
	};
	for (size_t i = 0; i < 5; i++)
		scratch_put(&f.scratch,
			arena_strf(&a, ".weir/trash/%s", names[i].s).s,
			i == 1 ? "other" : "bytes");
	check_ok(store_sweep(f.store, &f.e), &f.e);
	struct str_list left = names_in("trash", &a);
	assert_int_equal(left.n, 4);
	assert_false(str_list_has(left, names[0]));
	assert_false(str_list_has(left, names[1])); /* is a conflict now */
	assert_true(str_list_has(left, names[2]));
	assert_true(str_list_has(left, names[3]));
	assert_true(str_list_has(left, names[4]));
}

static void
what_is_being_written_beside_the_backlog_is_not_swept(void **state)
{
	const char *half = ".notes.txt.0123456789abcdef.weir-tmp";
	CLEANUP_FIO_DIR struct fio_dir trash = FIO_DIR_NONE;
	struct fio_lock writing;
	char path[512];

	(void)state;
	check_ok(fio_dir_make_in(&trash, &f.root, FIO_TRASH_NAME, 0700, &f.e),
		&f.e);
	check_ok(fio_lock_share(&writing, &trash, "lock", 0, &f.e), &f.e);
	scratch_put(&f.scratch, half, "by weir io");
	check_ok(store_sweep(f.store, &f.e), &f.e);
	assert_int_equal(access(scratch_path(&f.scratch, half, path), F_OK), 0);
	fio_lock_drop(&writing);
	check_ok(store_sweep(f.store, &f.e), &f.e);
	assert_int_equal(access(path, F_OK), -1);
}

static void
an_edit_in_the_middle_of_a_save_is_kept_and_the_change_is_redone(void **state)
{
	(void)state;
	edit_at = 1;
	add("by weir");
	assert_int_equal(exchanges, 3); /* there, back, and once more */
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->n, 2);
	check_str(s->items[0].title, "by hand");
	check_str(s->items[1].title, "by weir");
	check_str(s->items[1].id, "WRK-002");
	snapshot_unref(s);
}

/* Killed with the edit under the swap name, as a new process finds it. */
static void
an_edit_a_dead_save_had_displaced_is_set_aside_by_the_sweep(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	char digest[FIO_DIGEST_TEXT];

	(void)state;
	add("makes .weir");
	fio_digest_format(fio_digest(STR("neither")), digest);
	scratch_put(&f.scratch,
		arena_strf(&a, ".BACKLOG.yaml.0123abcd.%s.%s.weir-swap",
			digest + 5, digest + 5)
			.s,
		"by hand");
	check_ok(store_sweep(f.store, &f.e), &f.e);
	struct str_list names = names_in("trash", &a);
	assert_int_equal(names.n, 1);
	assert_true(str_starts(names.items[0], STR("BACKLOG.yaml.conflict-")));
	check_str(text_in("trash", names.items[0], &a), "by hand");
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, project_remove)
	const struct CMUnitTest tests[] = {
		EACH(the_last_twenty_versions_are_kept),
		EACH(a_snapshot_somebody_wrote_into_is_never_removed),
		EACH(a_clock_that_is_set_back_hides_no_late_edit),
		EACH(trash_is_emptied_after_a_day_of_what_is_worth_nothing),
		EACH(what_is_being_written_beside_the_backlog_is_not_swept),
		EACH(an_edit_in_the_middle_of_a_save_is_kept_and_the_change_is_redone),
		EACH(an_edit_a_dead_save_had_displaced_is_set_aside_by_the_sweep),
	};

	return cmocka_run_group_tests_name("snapshots", tests, NULL, NULL);
}
